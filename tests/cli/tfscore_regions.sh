#!/usr/bin/env bash
# Regions of a genome: the same as FASTA of the same windows, centred where they should be, in parts that can be joined.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
write_model=$TFL_BUILDDIR/tests/support/write_model
"$write_model" any.onnx any && "$write_model" fixed.onnx 60 || exit 1
M=(-m any.onnx -q -n 2)
F=(-m fixed.onnx -q -n 2)

# A genome of three contigs in lines of 60, with lower case and letters other than A, C, G, T.
tfsim generate -n 3 --length 3000 --seed 3 -q >three.fa || exit 1
awk '/^>/ { next } { n++; s = substr($0, 1, n == 1 ? 3000 : n == 2 ? 1500 : 200); if (n == 1) s = substr(s, 1, 1400) "NNNNNRYNNN" substr(s, 1411)
    print ">" (n == 3 ? "chrM" : "chr" n) " number " n; for (i = 1; i <= length(s); i += 60) print (i % 180 == 61 ? tolower(substr(s, i, 60)) : substr(s, i, 60)) }' \
    three.fa >genome.fa

# windows BED3OR6: FASTA of the regions as they are, with bedtools' names.
windows() {
    awk -F '\t' 'FNR == NR { if (/^>/) { split(substr($0, 2), word, " "); name = word[1] } else letters[name] = letters[name] $0; next }
        { s = substr(letters[$1], $2 + 1, $3 - $2); strand = $6 == "+" || $6 == "-" ? "(" $6 ")" : ""
          if ($6 == "-") { r = ""; for (i = length(s); i > 0; i--) { c = substr(s, i, 1); j = index("ACGTacgtRYNry", c); r = r substr("TGCAtgcaYRNyr", j, 1) } s = r }
          print ">" $1 ":" $2 "-" $3 strand; print s }' genome.fa "$1"
}

printf 'chr1\t100\t160\ta\t0\t+\nchr2\t1440\t1500\tb\t0\t-\nchrM\t0\t60\tc\t0\t.\nchr1\t130\t190\ta\t0\t-\nchr1\t1380\t1440\tn\t0\t-\nchr2\t7\t67\td\t0\t+\n' >six.bed
windows six.bed >six.fa

# ---------------------------------------------------------------- the index

good tfscore -m any.onnx -t 0 --ref zeros -g genome.fa -r six.bed --window 60 -f tsv
equal "$(<err)" "tfscore: note: genome.fa had no index; it was made, and lies beside it" "an index that is made is told"
equal "$(sed -n 2p genome.fa.fai)" "$(awk '/^>chr2/ { print "chr2\t1500\t" n + length($0) + 1 "\t60\t61" } { n += length($0) + 1 }' genome.fa)" "its second row"
cp out kept
good tfscore -m any.onnx -t 0 --ref zeros -g genome.fa -r six.bed --window 60 -f tsv
equal "$(<err)" "" "an index that is there"
same out kept "with an index made and with one that was there"
if command -v samtools >/dev/null; then
    cp genome.fa other.fa && samtools faidx other.fa
    same genome.fa.fai other.fa.fai "the index and that of samtools"
    samtools faidx other.fa chr1:1381-1440 -i | sed 1d >theirs
    sed -n 10p six.fa >ours
    same ours theirs "a window and that of samtools"
else
    untested "the index against that of samtools, which is not there"
fi
# where no file can be written, it is kept in memory (in /dev/fd not even root can make one)
if [[ -r /dev/fd/0 ]]; then
    good tfscore -m any.onnx -t 0 --ref zeros -g /dev/fd/9 -r six.bed --window 60 -f tsv 9<genome.fa
    equal "$(<err)" "tfscore: note: /dev/fd/9 had no index; it was made in memory, as it cannot be written beside it, and is made in every run" \
        "an index in memory is told"
    same out kept "with an index in memory"
fi
if ! is_root; then
    mkdir locked && cp genome.fa locked && chmod 555 locked
    good tfscore -m any.onnx -t 0 --ref zeros -g locked/genome.fa -r six.bed --window 60 -f tsv
    same out kept "a genome in a folder that cannot be written to"
    equal "$(ls -A locked)" genome.fa "what is in that folder"
    chmod 755 locked
fi
# one that does not fit is found out, whichever is older, and stays as it was
for order in 'genome.fa stale.fa.fai' 'stale.fa.fai genome.fa'; do
    sed 's/^\(>chr1.*\)/\1 and more/' genome.fa >stale.fa
    cp genome.fa.fai stale.fa.fai
    touch -d '2001-01-01' "$([[ $order == genome* ]] && echo stale.fa || echo stale.fa.fai)"
    cp stale.fa.fai before
    bad 1 "tfscore: stale.fa.fai: does not fit stale.fa (contig chr1): it is the index of another file, or of an earlier state of this one; \
remove it, and it is made anew, or run samtools faidx stale.fa" tfscore "${M[@]}" -g stale.fa -r six.bed -o left.tsv
    same stale.fa.fai before "a stale index"
done
cp genome.fa old.fa && cp genome.fa.fai old.fa.fai && touch -d '2001-01-01' old.fa.fai
good tfscore -m any.onnx -t 0 --ref zeros -g old.fa -r six.bed --window 60 -f tsv
equal "$(<err)" "tfscore: note: old.fa.fai is older than old.fa, which was therefore read in full; they fit, and touch old.fa.fai saves the time" \
    "an old index is told"
same out kept "with an old index that fits"
gzip -c genome.fa >genome.fa.gz
bad 1 "tfscore: genome.fa.gz: is gzip, which can only be read from its beginning: gunzip it, or compress it with bgzip" \
    tfscore "${M[@]}" -g genome.fa.gz -r six.bed -o left.tsv
bad 1 "tfscore: /dev/null: is no ordinary file, and one that can be read at any place is needed" tfscore "${M[@]}" -g /dev/null -r six.bed -o left.tsv

# BGZF: shuffles, as a genome
tfsim shuffle -k 1 -q three.fa -o shuffled.fa.gz && gzip -dc shuffled.fa.gz >shuffled.fa || exit 1
printf 'seq_2|shuffle|0\t2900\t3000\nseq_0|shuffle|0\t1\t100\n' >shuffled.bed
good tfscore "${M[@]}" -g shuffled.fa -r shuffled.bed -f tsv
cp out kept_plain
good tfscore "${M[@]}" -g shuffled.fa.gz -r shuffled.bed -f tsv
same out kept_plain "a BGZF genome"
equal "$(ls shuffled.fa.gz.* | xargs)" "shuffled.fa.gz.fai shuffled.fa.gz.gzi" "its indices"
good tfscore "${M[@]}" -g shuffled.fa.gz -r shuffled.bed -f tsv
same out kept_plain "a BGZF genome with its indices"

# ---------------------------------------------------------------- the same as FASTA

for method in rescale genomics; do
    good tfscore "${M[@]}" --method "$method" -g genome.fa six.fa -o fasta.bw --deltas fasta.deltas --refs-out fasta.refs
    good tfscore "${M[@]}" --method "$method" -g genome.fa -r six.bed -o regions.bw --deltas regions.deltas --refs-out regions.refs
    for what in bw deltas refs; do
        same regions.$what fasta.$what "$what of regions and of FASTA, $method"
    done
done
for format in tsv bedgraph bed; do
    good tfscore "${M[@]}" -t all -f "$format" -g genome.fa six.fa -o fasta.out
    good tfscore "${M[@]}" -t all -f "$format" -g genome.fa -r six.bed -o regions.out
    for file in fasta*.out; do
        same "regions${file#fasta}" "$file" "$format of regions and of FASTA"
    done
done
good tfscore "${M[@]}" --hypothetical -g genome.fa six.fa -o fasta.npz
good tfscore "${M[@]}" --hypothetical -g genome.fa -r six.bed -o regions.npz
same regions.npz fasta.npz "npz of regions and of FASTA"
equal "$(tfscore "${M[@]}" -g genome.fa -r six.bed -f tsv | sed 1d | cut -f 1 | uniq | xargs)" \
    "chr1:100-160(+) chr2:1440-1500(-) chrM:0-60 chr1:130-190(-) chr1:1380-1440(-) chr2:7-67(+)" "names"
good tfmodel predict -m any.onnx -q six.fa
cp out fasta.predictions
good tfmodel predict -m any.onnx -q -g genome.fa -r six.bed
same out fasta.predictions "predictions for regions and for FASTA"
for format in tsv bed fimo; do
    good tfscan --pvalue 0.02 -q -f "$format" six.fa
    cp out fasta.hits
    [[ $(wc -l <out) -gt 5 ]] || fail "few matches to compare"
    good tfscan --pvalue 0.02 -q -f "$format" -g genome.fa -r six.bed
    same out fasta.hits "matches in regions and in FASTA, $format"
done
good tfscan --pvalue 0.02 -q --scores fasta.bw six.fa
cp out fasta.hits
good tfscan --pvalue 0.02 -q --scores regions.bw -g genome.fa -r six.bed
same out fasta.hits "importance of matches"

# the minus strand: scored as its reverse complement, written in genome order
sed -n 4p six.fa | sed 's/^/>one\n/' >one.fa
sed -n 2p six.bed >one.bed
good tfscore "${M[@]}" --ref zeros one.fa
grep -v '^#\|^track' out | awk -F '\t' '{ for (p = $2; p < $3; p++) v[p] = $4 } END { for (p = 59; p >= 0; p--) print "chr2\t" 1440 + 59 - p "\t" 1440 + 60 - p "\t" v[p] }' >turned
good tfscore "${M[@]}" --ref zeros -g genome.fa -r one.bed
grep -v '^#\|^track' out | awk -F '\t' -v OFS='\t' '{ for (p = $2; p < $3; p++) print $1, p, p + 1, $4 }' >written
same written turned "a region on the minus strand"

# other forms of the same file
{ printf 'track name=x\nbrowser position chr1\n# a comment\n\n'; sed 's/$/\r/' six.bed; } >dressed.bed
gzip -c six.bed >six.bed.gz
tr '\t' ' ' <six.bed >blanks.bed
for regions in dressed.bed six.bed.gz blanks.bed; do
    good tfscore "${M[@]}" -g genome.fa -r $regions -o other.bw
    same other.bw regions.bw "$regions"
done
good tfscore "${M[@]}" -g genome.fa -r - -o other.bw <six.bed.gz
same other.bw regions.bw "regions on standard input"
for threads in 1 2 7; do
    good tfscore "${M[@]}" -@ $threads -g genome.fa -r six.bed -o other.bw
    same other.bw regions.bw "-@ $threads"
done

# ---------------------------------------------------------------- windows

printf 'chr1\t500\t800\t.\t0\t.\t9.5\t3\t-1\t100\nchr2\t700\t901\t.\t0\t.\t1\t2\t3\t-1\n' >peaks.narrowPeak
good tfscore -m fixed.onnx -t 0 --ref zeros -g genome.fa -r peaks.narrowPeak -f tsv
equal "$(<err)" "tfscore: note: 1 of 2 regions name no summit; the 60 bases around their middle are read" "a region without summit is told"
equal "$(sed 1d out | cut -f 1 | uniq | xargs)" "chr1:570-630 chr2:770-830" "the fixed length around summit and middle"
good tfscore "${M[@]}" -g genome.fa -r peaks.narrowPeak --window 31 -f tsv
equal "$(sed 1d out | cut -f 1 | uniq | xargs)" "chr1:585-616 chr2:785-816" "--window 31"
cut -f 1-6 peaks.narrowPeak >peaks.bed
good tfscore -m any.onnx -t 0 --ref zeros -g genome.fa -r peaks.bed -f tsv
equal "$(<err)" "tfscore: note: any.onnx takes any length, so regions are read as they are; --window N reads N bases around each summit or middle" \
    "regions as they are are told"
equal "$(sed 1d out | cut -f 1 | uniq | xargs)" "chr1:500-800 chr2:700-901" "regions as they are"
good tfscan -g genome.fa -r peaks.bed --window 20 --pvalue 0.2 -q
equal "$(sed 1d out | cut -f 1 | uniq | xargs)" "chr1:640-660 chr2:790-810" "--window of tfscan"
bad 2 "tfscore: --window: fixed.onnx takes sequences of 60 positions, not of 61" tfscore "${F[@]}" -g genome.fa -r peaks.bed --window 61
good tfscore "${F[@]}" -g genome.fa -r peaks.bed --window 60

printf 'chr1\t0\t10\nchr1\t2990\t3000\nchr1\t25\t35\nchr1\t2965\t2975\n' >edges.bed
bad 1 "tfscore: edges.bed:1: the window of 60 bases around position 5 leaves chr1, which has 3000 bases; --skip-edge leaves such regions out" \
    tfscore "${F[@]}" -g genome.fa -r edges.bed -o left.tsv
good tfscore -m fixed.onnx -t 0 --ref zeros -g genome.fa -r edges.bed --skip-edge -f tsv
equal "$(<err)" "tfscore: note: 2 of 4 regions name no summit; the 60 bases around their middle are read
tfscore: note: 2 of 4 regions were left out, as they or their windows leave the contig" "--skip-edge is told"
equal "$(sed 1d out | cut -f 1 | uniq | xargs)" "chr1:0-60 chr1:2940-3000" "--skip-edge"
cat six.bed six.bed six.bed >thrice.bed
good tfscore -m any.onnx -t 0 -n 2 --window 60 -g genome.fa -r thrice.bed -o other.bw
equal "$(head -n 1 err)" "tfscore: note: 12 of 18 regions were left out, as the same bases are read for one before" "duplicates are told"
same other.bw regions.bw "regions that come three times"

# letters other than A, C, G, T
good tfscore "${M[@]}" --n-policy skip -g genome.fa -r six.bed -f tsv
equal "$(sed 1d out | cut -f 1 | uniq | grep -c 1380)" 0 "--n-policy skip"
bad 1 "tfscore: six.bed: chr1:1380-1440(-): the letter at position 30 is 'N', and --n-policy error wants A, C, G and T alone" \
    tfscore "${M[@]}" --n-policy error -g genome.fa -r six.bed -o left.tsv

# ---------------------------------------------------------------- parts

# Regions that overlap in clusters: sorted, shuffled, and in two contigs.
awk 'BEGIN { srand(7); for (c = 1; c <= 2; c++) for (at = 0; at < 1300; at += int(rand() * 120)) print "chr" c "\t" at "\t" at + 40 + int(rand() * 40) }' | sort -u |
    sort -k 1,1 -k 2,2n >sorted.bed
awk 'BEGIN { srand(9) } { print rand() "\t" $0 }' sorted.bed | sort -n | cut -f 2- >unsorted.bed
for regions in sorted.bed unsorted.bed; do
    for how in "" "--window 50"; do
        # shellcheck disable=SC2206 # two words
        P=("${M[@]}" -g genome.fa -r $regions $how)
        good tfscore "${P[@]}" -f tsv
        sed 1d out >whole
        good tfscore "${P[@]}" -o whole.bw
        for parts in 1 2 3 7; do
            : >parts
            for ((i = 1; i <= parts; i++)); do
                good tfscore "${P[@]}" --shard $i/$parts -f tsv
                sed 1d out >part.$i
                cat part.$i >>parts
                good tfscore "${P[@]}" --shard $i/$parts -o part.$i.bw
            done
            # nothing is lost or twice, and no base is in two parts
            same <(sort parts) <(sort whole) "$regions $how in $parts parts"
            for ((i = 1; i <= parts; i++)); do
                cut -f 1,2 part.$i | awk -F '[:\t-]' '{ print $1 "\t" $2 + $4 }' | sort -u
            done | sort | uniq -d >twice
            equal "$(head -n 3 twice)" "" "bases in two of $parts parts of $regions $how"
            [[ $regions == unsorted* || $how != "" ]] || same parts whole "$parts parts of sorted regions, one behind the other"
            tracks=()
            for ((i = 1; i <= parts; i++)); do
                tracks+=("part.$i.bw")
            done
            good tftrack merge -q "${tracks[@]}" -o joined.bw
            same joined.bw whole.bw "$regions $how in $parts parts, joined"
        done
    done
done
good tfscore "${M[@]}" -g genome.fa -r one.bed --shard 2/3 -f tsv
equal "$(wc -l <out)" 1 "a part without regions"
good tfscore "${M[@]}" -g genome.fa -r - --shard 1/1 -f tsv <one.bed

# ---------------------------------------------------------------- misuse

bad 2 "tfscore: --regions: the genome that they lie on is missing; give -g genome.fa" tfscore "${M[@]}" -r six.bed
bad 2 "tfscore: six.fa: sequences come from there or from --regions, not from both" tfscore "${M[@]}" -g genome.fa -r six.bed six.fa
bad 2 "tfscore: --window: is about regions of a genome, and -r gives none" tfscore "${M[@]}" --window 60 six.fa
bad 2 "tfscore: --skip-edge: is about regions of a genome, and -r gives none" tfscore "${M[@]}" --skip-edge six.fa
bad 2 "tfscore: seqs.fa, or -g genome.fa -r regions.bed, is missing; --help says more" tfscore "${M[@]}"
bad 2 "tfscore: --coords none: is about names in FASTA; regions have their places" tfscore "${M[@]}" --coords none -g genome.fa -r six.bed
bad 2 "tfscan: --genome: nothing is read of it without -r regions.bed" tfscan -q -g genome.fa six.fa
bad 2 "tfmodel: --genome: nothing is read of it without -r regions.bed" tfmodel predict -q -g genome.fa six.fa
bad 2 "tfscan: -: standard input can be read once, and both --regions and --scores name it" tfscan -q -g genome.fa -r - --scores -
for taken in genome.fa six.bed; do
    cp $taken before
    run tfscore "${M[@]}" -g genome.fa -r six.bed -f tsv -o $taken
    [[ $status -eq 2 ]] || fail "-o $taken, an input: $status $(<err)"
    same $taken before "$taken as an output"
done
bad 1 'tfscore: nowhere.fa: cannot open: No such file or directory' tfscore "${M[@]}" -g nowhere.fa -r six.bed -o left.tsv
bad 1 'tfscore: nowhere.bed: cannot open: No such file or directory' tfscore "${M[@]}" -g genome.fa -r nowhere.bed -o left.tsv

[[ -z $(ls -A | grep left) ]] || fail "failed runs left $(ls -A | grep left | xargs)"
finish
