#!/usr/bin/env bash
# tfscan: what is found, what falls on it, its formats, its messages.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
write_model=$TFL_BUILDDIR/tests/support/write_model
"$write_model" any.onnx any || exit 1

motifs=$TFL_SRCDIR/data/motifs.meme
tfsim generate -n 200 --seed 5 -q -o sim || exit 1
seqs=sim/sequences.fa
columns=$'#sequence\tstart\tend\tmotif\tscore\tstrand\tlog_odds\tpvalue\tqvalue\tmatched\timportance_sum\timportance_mean\timportance_abs'
columns+=$'\timportance_cosine\timportance_percentile\trank'

# ---------------------------------------------------------------- what is found

good tfscan -p "$motifs" "$seqs"
cp out all.tsv
equal "$(head -n 1 out)" "$columns" "header"
sed 1d all.tsv >rows
equal "$(<err)" "tfscan: $(wc -l <rows) matches in 200 sequences" "what is said"
[[ $(wc -l <rows) -gt 100 ]] || fail "only $(wc -l <rows) matches"
equal "$(awk -F '\t' '{ print NF }' rows | sort -u)" 16 "columns"
equal "$(awk -F '\t' '$8 > 1e-4 || $9 < $8 || $9 > 1 || $3 - $2 != length($10)' rows | head -n 3)" "" "p-values, q-values and widths"
equal "$(cut -f 11-15 rows | sort -u)" $'NA\tNA\tNA\tNA\tNA' "importance without scores"
# the letters are those of the sequence, on the strand that it says
awk -F '\t' 'FNR == NR { if (/^>/) name = substr($0, 2); else letters[name] = $0; next }
    function reverse(s,   i, r) { for (i = length(s); i > 0; i--) r = r substr("TGCA", index("ACGT", substr(s, i, 1)), 1); return r }
    { word = substr(letters[$1], $2 + 1, $3 - $2); if ((($6 == "-") ? reverse(word) : word) != $10) print }' "$seqs" rows >wrong
equal "$(head -n 3 wrong)" "" "matched"
# order: sequences as they come, then start, then motifs as in the file, then strand
awk -F '\t' '$0 == "" { next } { print $1 "\t" $2 "\t" ($4 == "GATA_disc1" ? 0 : 1) "\t" ($6 == "+" ? 0 : 1) }' rows >as_is
awk 'FNR == NR { if (/^>/) n[substr($0, 2)] = FNR; next } { print n[$1] "\t" $0 }' "$seqs" as_is | sort -k 1n -k 3n -k 4n -k 5n | cut -f 2- >sorted
same as_is sorted "order"
# planted motifs are found
awk -F '\t' 'FNR == NR { if ($8 != "") hit[$1 " " $2 " " $4]; next } { n++; found += ($1 " " $2 " " $4) in hit } END { if (found < 0.7 * n) print found " of " n }' \
    all.tsv sim/motifs.bed >wrong
equal "$(<wrong)" "" "planted motifs that are found"
# score is -100 log10 p; ranks count by log-odds
equal "$(awk -F '\t' '{ s = int(-100 * log($8) / log(10) + 0.5); if (s - $5 > 1 || $5 - s > 1) print }' rows | head -n 3)" "" "score"
equal "$(sort -t $'\t' -k 1,1 -k 4,4 -k 16,16n rows | awk -F '\t' '{ k = $1 " " $4; if (k == b ? ($16 != r + 1 || $7 > l) : $16 != 1) print; b = k; r = $16; l = $7 }' | head -n 3)" "" "rank"

# the built-in motifs are those of data/motifs.meme, and named once
good tfscan "$seqs"
same out all.tsv "without -p"
equal "$(head -n 1 err)" "tfscan: note: no motifs given with -p; using GATA_disc1 and TAL1_known1, which are built in" "what is said about it"
good tfscan -q "$seqs"
[[ ! -s err ]] || fail "-q: said $(<err)"

# one motif alone has the same matches, but for what comes before it at the same place
good tfscan -p "$motifs" --motif TAL1_known1 "$seqs"
awk -F '\t' 'FNR == 1 || $4 == "TAL1_known1"' all.tsv >expected
same out expected "--motif"
good tfscan -p "$motifs" --norc "$seqs"
equal "$(cut -f 6 out | sed 1d | sort -u)" "+" "strands with --norc"
awk -F '\t' '$6 == "+"' rows | cut -f 1-8,10 >expected
sed 1d out | cut -f 1-8,10 >got
same got expected "--norc"
good tfscan -p "$motifs" --pvalue 1e-5 "$seqs"
awk -F '\t' '$8 <= 1e-5' rows | cut -f 1-8 >expected
sed 1d out | cut -f 1-8 >got
same got expected "--pvalue"
good tfscan -p "$motifs" --threshold 9 "$seqs"
awk -F '\t' '$7 >= 9' rows | cut -f 1-8 >expected
sed 1d out | cut -f 1-8 >got
same got expected "--threshold"
good tfscan -p "$motifs" --top 3 "$seqs"
equal "$(sed 1d out | cut -f 1,4 | sort | uniq -c | awk '{ print $1 }' | sort -u)" 3 "matches of each motif with --top 3"
equal "$(sed 1d out | cut -f 16 | sort | uniq -c | awk '{ print $1, $2 }' | xargs)" "400 1 400 2 400 3" "ranks of --top 3"
good tfscan -p "$motifs" --threshold -1000 --motif GATA_disc1 "$seqs"
equal "$(wc -l <out)" $((1 + 200 * 2 * 191)) "all placements"
cut -f 1,2,7 out | sed 1d | sort -t $'\t' -k 1,1 -k 3,3gr | sort -t $'\t' -u -k 1,1 | cut -f 1,3 >best
good tfscan -p "$motifs" --top 1 --motif GATA_disc1 "$seqs"
sed 1d out | cut -f 1,7 | sort >got
same got best "the best of each sequence"

# either case; letters other than A, C, G, T are not scored; sequences without room
printf '>low\nttgcagataaggtt\n>n\nTTGCAGATNAGGTTGCAGATAAGG\n>none\n>short\nGATA\n' >small.fa
good tfscan -p "$motifs" --norc small.fa
equal "$(sed 1d out | cut -f 1-4,10)" $'low\t2\t12\tGATA_disc1\tGCAGATAAGG\nn\t14\t24\tGATA_disc1\tGCAGATAAGG' "small.fa"

# what no word of a motif can reach is said
printf '>flat\n1 0 0 0\n1 0 0 0\n' >flat.txt
good tfscan -p flat.txt "$seqs"
equal "$(<out)" "$columns" "no matches"
equal "$(head -n 1 err)" "tfscan: note: 1 of 1 motifs cannot match, as not even their best word is that good (flat)" "a motif too short"

# background: of the options, of the motif file
sed 's/^A 0.3 C 0.2 G 0.2 T 0.3/A 0.1 C 0.4 G 0.4 T 0.1/' "$motifs" >gc.meme
good tfscan -p gc.meme "$seqs"
same out all.tsv "the background of the motif file is not taken by itself"
good tfscan -p gc.meme --bg motifs "$seqs"
cp out gc.tsv
good tfscan -p "$motifs" --bg 0.1,0.4,0.4,0.1 "$seqs"
same out gc.tsv "--bg motifs"
[[ $(<err) != *note* ]] || fail "--bg motifs: said $(<err)"

# a second name that motifs share stands for all of them, a first name for one; a file without background is told
printf '>MA1 JUN\n9 0 0 0\n0 9 0 0\n0 0 9 0\n0 0 0 9\n>MA2 FOS\n9 0\n0 0\n0 9\n0 0\n>MA3 JUN\n9 0 0 0\n0 9 0 0\n0 0 9 0\n0 0 0 9\n' >shared.jaspar
printf '>a\nTTACGTTT\n' >one.fa
good tfscan -p shared.jaspar --motif JUN --norc --bg motifs --top 1 one.fa
equal "$(sed 1d out | cut -f 2-4 | xargs)" "2 6 MA1 2 6 MA3" "both motifs called JUN"
equal "$(head -n 1 err)" "tfscan: note: shared.jaspar gives no background; --bg motifs takes 0.25 for each letter" "--bg motifs without one"
good tfscan -q -p shared.jaspar --motif JUN --motif MA1 --norc --bg 0.25,0.25,0.25,0.25 --top 1 one.fa
equal "$(sed 1d out | cut -f 4 | xargs)" "MA1 MA3" "a motif named twice"
[[ ! -s err ]] || fail "-q: said $(<err)"
good tfscan -p shared.jaspar --motif MA3 --norc --top 1 one.fa
equal "$(sed 1d out | cut -f 4 | xargs)" "MA3" "a first name"

# ---------------------------------------------------------------- formats

good tfscan -p "$motifs" -f bed "$seqs"
cp out all.bed
awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $1 }' rows >expected
same out expected "BED of sequences that are contigs of their own"
# of names with coordinates: on the genome, and a '-' region counts from its other end
printf '>chr7:1000-1014\nttgcagataaggtt\n>x::chr7:2000-2014(-)\nttgcagataaggtt\n>chr7:3001-3014\nttgcagataaggtt\n' >placed.fa
good tfscan -p "$motifs" --norc -o placed.bed placed.fa
equal "$(cut -f 1-6,17 placed.bed)" $'chr7\t1002\t1012\tGATA_disc1\t611\t+\tchr7:1000-1014
chr7\t2002\t2012\tGATA_disc1\t611\t-\tx::chr7:2000-2014(-)
chr7\t3002\t3012\tGATA_disc1\t611\t+\tchr7:3001-3014' "BED on the genome"
printf '>chr7:2000-2015(-)\nttgcagataaggttt\n' >placed.fa
good tfscan -p "$motifs" --norc -f bed placed.fa
equal "$(cut -f 1-3,6 out)" $'chr7\t2003\t2013\t-' "BED on the genome, from the other end"
good tfscan -p "$motifs" --norc -f bed --coords none placed.fa
equal "$(cut -f 1-3,6 out)" $'chr7:2000-2015(-)\t2\t12\t+' "BED with --coords none"

good tfscan -p "$motifs" -f fimo "$seqs"
equal "$(head -n 1 out)" $'motif_id\tmotif_alt_id\tsequence_name\tstart\tstop\tstrand\tscore\tp-value\tq-value\tmatched_sequence' "header of FIMO"
sed 1d out | awk -F '\t' -v OFS='\t' '{ printf "%s\t%d\t%d\t%s\t%s\t%.4f\t%s\t%s\t%s\n", $3, $4 - 1, $5, $1, $6, $7 * log(2), $8, $9, $10 }' >got
awk -F '\t' '{ printf "%s\t%d\t%d\t%s\t%s\t%.4f\t%s\t%s\t%s\n", $1, $2, $3, $4, $6, $7, $8, $9, $10 }' rows >expected
same got expected "FIMO"

for name in x.tsv x.tsv.gz x.bed x.bed.gz x.BED x.Bed.BGZ x.txt; do
    good tfscan -p "$motifs" "$seqs" -o "$name"
    [[ ! -s out ]] || fail "-o $name: wrote on standard output"
done
same x.tsv all.tsv "-o x.tsv"
same x.bed all.bed "-o x.bed"
same x.txt all.tsv "-o x.txt"
gzip -dc x.tsv.gz >unzipped && same unzipped all.tsv "-o x.tsv.gz"
gzip -dc x.bed.gz >unzipped && same unzipped all.bed "-o x.bed.gz"
same x.BED all.bed "-o x.BED"
gzip -dc <x.Bed.BGZ >unzipped && same unzipped all.bed "-o x.Bed.BGZ"
good tfscan -p "$motifs" "$seqs" -o x.bed -f tsv
same x.bed all.tsv "-f over the suffix"

# ---------------------------------------------------------------- importance

# a value at each base that tells where it is: position p has p / 1000
awk '/^>/ { name = substr($0, 2); next } { for (p = 0; p < length($0); p++) print name "\t" p "\t" p + 1 "\t" p / 1000 }' "$seqs" >ramp.bedgraph
good tfscan -p "$motifs" --scores ramp.bedgraph "$seqs"
cp out ramp.tsv
cut -f 1-10,16 ramp.tsv >got
cut -f 1-10,16 all.tsv >expected
same got expected "matches do not depend on scores"
sed 1d ramp.tsv | awk -F '\t' 'function off(a, b) { return a - b > 1e-5 || b - a > 1e-5 }
    { w = $3 - $2; sum = (w * $2 + w * (w - 1) / 2) / 1000; windows = 200 - w + 1
      if (off($11, sum) || off($12, sum / w) || off($13, sum) || $14 < 0 || $14 > 1) print "sums: " $0
      if ($15 - 100 * ($2 + 0.5) / windows > 0.3 || 100 * ($2 + 0.5) / windows - $15 > 0.3) print "percentile: " $0 }' >wrong
equal "$(head -n 3 wrong)" "" "importance of a ramp"

# tfscore's output, by file and through a pipe, in every format
good tfscore -m any.onnx -q "$seqs"
cp out scores.bedgraph
good tfscan -p "$motifs" --scores scores.bedgraph "$seqs"
cp out scored.tsv
tfscore -m any.onnx -q "$seqs" | tfscan -q -p "$motifs" --scores - "$seqs" >piped.tsv || fail "tfscore | tfscan"
same piped.tsv scored.tsv "scores through a pipe"
tfscore -m any.onnx -q -f tsv "$seqs" | tfscan -q -p "$motifs" --scores - "$seqs" >piped.tsv || fail "tfscore -f tsv | tfscan"
same piped.tsv scored.tsv "tsv through a pipe"
for suffix in bw npz tsv.gz bedgraph.gz; do
    good tfscore -m any.onnx -q "$seqs" -o "scores.$suffix"
    good tfscan -p "$motifs" --scores "scores.$suffix" "$seqs"
    same out scored.tsv "scores from $suffix"
done
good tfscore -m any.onnx -q -t all -f tsv "$seqs" -o tasks.tsv
good tfscan -p "$motifs" --scores tasks.tsv --task first "$seqs"
same out scored.tsv "--task"
for scores in scores.{bw,npz,bedgraph}; do # hold one task, whatever it was
    bad 2 "tfscan: $scores: is no table of tasks (tsv) that --task could choose from; leave --task out" \
        tfscan -p "$motifs" --scores "$scores" --task first "$seqs"
done
bad 2 "tfscan: standard input: is no table of tasks (tsv) that --task could choose from; leave --task out" \
    tfscan -p "$motifs" --scores - --task first "$seqs" <scores.bedgraph
tfscan -q -p "$motifs" --scores scores.bedgraph - <"$seqs" >piped.tsv || fail "sequences from standard input"
same piped.tsv scored.tsv "sequences from standard input"
tfscan -q -p - --scores scores.bedgraph "$seqs" <"$motifs" >piped.tsv || fail "motifs from standard input"
same piped.tsv scored.tsv "motifs from standard input"

# what is read here and there has to be a file with a name
for format in bigwig:bw npz:npz; do
    message="begins as ${format%:*}, which is read from a file with a name, not from a pipe"
    bad 1 "tfscan: standard input: $message" tfscan -p "$motifs" --scores - "$seqs" <"scores.${format#*:}"
    mkfifo pipe
    cat "scores.${format#*:}" >pipe &
    bad 1 "tfscan: pipe: $message" tfscan -p "$motifs" --scores pipe "$seqs"
    wait
    rm pipe
done
(head -c 3 scores.bedgraph && sleep 0.2 && tail -c +4 scores.bedgraph) | tfscan -q -p "$motifs" --scores - "$seqs" >piped.tsv || fail "a slow pipe"
same piped.tsv scored.tsv "scores through a slow pipe"

# placed sequences: the genome's track, on either strand
printf '>chr7:1000-1014\nttgcagataaggtt\n>chr7:2000-2014(-)\nttgcagataaggtt\n' >placed.fa
printf 'chr7\t1002\t1012\t0.5\nchr7\t2002\t2007\t1\nchr7\t2007\t2012\t2\n' >genome.bedgraph
good tfscan -p "$motifs" --norc --scores genome.bedgraph placed.fa
equal "$(sed 1d out | cut -f 2,11-13)" $'2\t5\t0.5\t5\n2\t15\t1.5\t15' "importance on the genome"

# sequences without scores
grep -v '^seq_03' scores.bedgraph >part.bedgraph
first=$(grep -o '^>seq_03.*' "$seqs" | head -n 1)
bad 1 "tfscan: $seqs: ${first#>}: part.bedgraph has no score for it; with --allow-missing its matches have NA" \
    tfscan -p "$motifs" --scores part.bedgraph "$seqs"
good tfscan -p "$motifs" --scores part.bedgraph --allow-missing "$seqs"
equal "$(tail -n 1 err)" "tfscan: note: $(grep -c '^>seq_03' "$seqs") of 200 sequences have no score" "what is missing"
equal "$(sed 1d out | grep '^seq_03' | cut -f 11-15 | sort -u)" $'NA\tNA\tNA\tNA\tNA' "importance of what is missing"
equal "$(sed 1d out | grep -v '^seq_03' | cut -f 11-14)" "$(sed 1d scored.tsv | grep -v '^seq_03' | cut -f 11-14)" "importance of the others"

# ---------------------------------------------------------------- threads

for threads in 1 2 7; do
    good tfscan -p "$motifs" --scores scores.bedgraph -@ "$threads" "$seqs"
    same out scored.tsv "$threads threads"
done
good tfscan -p "$motifs" --threshold -1000 --scores scores.bedgraph -@ 7 "$seqs" # more than fits into memory's share
cp out many.tsv
good tfscan -p "$motifs" --threshold -1000 --scores scores.bedgraph -@ 1 "$seqs"
same out many.tsv "all placements on 7 threads and one"

# a sequence alone and among others, but for the columns that are about all of them, qvalue and importance_percentile
for name in seq_013 seq_150; do
    grep -A 1 -x ">$name" "$seqs" >one.fa
    for selection in "--pvalue 1e-2" "--top 3"; do
        # shellcheck disable=SC2086 # option and value
        good tfscan -p "$motifs" $selection --scores scores.bedgraph "$seqs"
        awk -F '\t' -v name="$name" 'FNR == 1 || $1 == name' out | cut -f 1-8,10-14,16 >among
        # shellcheck disable=SC2086
        good tfscan -p "$motifs" $selection --scores scores.bedgraph one.fa
        [[ $(wc -l <out) -gt 3 ]] || fail "$name, $selection: nothing was found"
        cut -f 1-8,10-14,16 out >alone
        same alone among "$selection: $name alone and among others"
    done
done

# a sequence so long that threads share it, and every processor level (one that is not there is as if it were not asked for)
{
    echo '>long'
    for _ in {1..15}; do grep -v '^>' "$seqs"; done
} >long.fa
for selection in "--pvalue 1e-4" "--threshold 5" "--top 7"; do
    # shellcheck disable=SC2086 # option and value
    good tfscan -p "$motifs" $selection -@ 1 long.fa
    cp out long.tsv
    [[ $(wc -l <long.tsv) -gt 10 ]] || fail "$selection: nothing was found"
    for threads in 2 7; do
        # shellcheck disable=SC2086
        good tfscan -p "$motifs" $selection -@ "$threads" long.fa
        same out long.tsv "$selection: one long sequence on $threads threads"
    done
    for level in portable neon x86-64-v3 x86-64-v4; do
        # shellcheck disable=SC2086
        good env TFLIFT_CPU="$level" tfscan -p "$motifs" $selection -@ 1 long.fa
        same out long.tsv "$selection: processor level $level"
    done
done

# ---------------------------------------------------------------- motif formats

printf '>GATA_disc1\n' >rows.txt
sed -n '/MOTIF GATA/,/MOTIF TAL/p' "$motifs" | grep '^ ' >>rows.txt
good tfscan -p rows.txt "$seqs"
awk -F '\t' 'FNR == 1 || $4 == "GATA_disc1"' all.tsv >expected
same out expected "motifs as rows"
gzip -c "$motifs" >motifs.gz
good tfscan -p motifs.gz "$seqs"
same out all.tsv "motifs in gzip"

# ---------------------------------------------------------------- golden data

if [[ -d ${TFL_SHARED-}/golden/scan ]]; then
    golden=$TFL_SHARED/golden/scan
    good tfscan -p "$golden/motifs.meme" "$golden/seqs.fa"
    equal "$(head -n 1 err)" "tfscan: note: 2 of 13 motifs cannot match, as not even their best word is that good (PRRX2_2 and others)" "the short motifs"
    sed 1d out | cut -f 1-4,6,10 | awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $5, $4, $6 }' >got
    grep -v '^#' "$golden/hits.tsv" | awk -F '\t' -v OFS='\t' '$8 <= 1e-4 { print $1, $2, $3, $4, $5, $9 }' >expected
    same got expected "hits.tsv at p <= 1e-4"
    # the best five, and the sums of the contributions to task 0 below them
    awk -F '\t' -v OFS='\t' '!/^#/ && $2 == 0 { for (i = 3; i <= NF; i++) print $1, i - 3, i - 2, $i }' "$golden/contribs.tsv" >golden.bedgraph
    good tfscan -p "$golden/paper_motifs.txt" --norc --top 5 --scores golden.bedgraph "$golden/regions.fa"
    sed 1d out | cut -f 1,2,3,4,7,11,13,14,16 | sort >got
    grep -v '^#' "$golden/top5.tsv" | awk -F '\t' -v OFS='\t' '{ print $1, $4, $5, $2, $6, $7, $11, $12, $3 }' | sort >expected
    equal "$(cut -f 1-4,9 got | cksum)" "$(cut -f 1-4,9 expected | cksum)" "top5.tsv: places and ranks"
    paste got expected | awk -F '\t' 'function off(a, b, most) { return a - b > most || b - a > most }
        off($5, $14, 2e-6) || off($6, $15, 5e-6) || off($7, $16, 5e-6) || off($8, $17, 2e-6)' >wrong
    equal "$(head -n 3 wrong)" "" "top5.tsv: numbers"
fi

# ---------------------------------------------------------------- misuse and failures

run tfscan
[[ $status -eq 2 && ! -s out && -s err ]] || fail "no arguments: status $status"
good tfscan --help
[[ $(head -n 1 out) == "Usage: tfscan "* ]] || fail "--help says $(head -n 1 out)"
good tfscan --version
[[ $(head -n 1 out) == "tfscan (tflift) "* ]] || fail "--version says $(<out)"
bad 2 'tfscan: --pvalue and --top: only one of them can say which matches' tfscan --top 3 --pvalue 1e-3 "$seqs"
bad 2 'tfscan: --threshold and --top: only one of them can say which matches' tfscan --top 3 --threshold 2 "$seqs"
bad 2 'tfscan: -: standard input can be read once, and both --motifs and --scores name it' tfscan -p - --scores - "$seqs"
bad 2 'tfscan: --task: there are no --scores that it could choose from' tfscan --task x "$seqs"
bad 2 'tfscan: --scores: format fimo has no columns for importance; tsv and bed have' tfscan --scores x.bw "$seqs" -o x.fimo
for suffix in bw:bigwig bedgraph.gz:bedgraph NPZ:npz; do
    bad 2 "tfscan: left.${suffix%:*}: matches are not written as ${suffix#*:}, but as tsv, bed or fimo; -f takes one of them" \
        tfscan "$seqs" -o "left.${suffix%:*}"
done
for suffix in bed.gz txt; do # a suffix that says nothing is that of a table
    good tfscan -q "$seqs" -o "right.$suffix"
done
equal "$(head -c 9 right.txt)" "#sequence" "-o right.txt"
bad 2 'tfscan: --motif: nobody: there is no such motif in those that are built in' tfscan -q --motif nobody "$seqs"
bad 2 "tfscan: --motif: nobody: there is no such motif in $motifs" tfscan -p "$motifs" --motif nobody "$seqs"
bad 2 'tfscan: --bg: four frequencies are needed, such as 0.3,0.2,0.2,0.3, or the word motifs' tfscan -q --bg 0.5,0.5 "$seqs"
bad 2 'tfscan: --bg: four frequencies are needed, such as 0.3,0.2,0.2,0.3, or the word motifs' tfscan -q --bg 0.2,0.2,0.2,0.2,0.2 "$seqs"
bad 2 'tfscan: --bg: 0: a frequency above 0 is needed' tfscan -q --bg 0.5,0,0.25,0.25 "$seqs"
bad 2 'tfscan: --bg: the frequencies sum to 2; 1 is needed' tfscan -q --bg 0.5,0.5,0.5,0.5 "$seqs"
bad 2 'tfscan: motif GATA_disc1 has no G at position 3; the pseudocount has to be above 0' tfscan -q --pseudocount 0 "$seqs"
for wrong in "--pvalue 0" "--pvalue 2" "--pvalue x" "--top 0" "--threshold nan" "--pseudocount -1" "--format sam" "--coords maybe" "--nonsense" "-@ 0"; do
    # shellcheck disable=SC2086 # option and value
    run tfscan $wrong "$seqs"
    [[ $status -eq 2 && ! -s out && $(wc -l <err) -eq 1 ]] || fail "$wrong: status $status, $(<err)"
done
bad 1 'tfscan: nowhere.meme: cannot open: No such file or directory' tfscan -p nowhere.meme "$seqs"
bad 1 'tfscan: nowhere.fa: cannot open: No such file or directory' tfscan -p "$motifs" nowhere.fa
bad 1 'tfscan: nowhere.bw: cannot open: No such file or directory' tfscan -p "$motifs" --scores nowhere.bw "$seqs"
printf '>m\n0.5 0.5 0.5 0\n' >wrong.txt
bad 1 'tfscan: wrong.txt:2: row 1 of motif m sums to 1.5; probabilities sum to 1' tfscan -p wrong.txt "$seqs"
: >empty.fa
bad 1 'tfscan: empty.fa: no sequences: a FASTA file with at least one record is needed' tfscan -p "$motifs" empty.fa
printf '>a\nACGT\n>a\nACGT\n' >twice.fa
run tfscan -p "$motifs" twice.fa -o twice.tsv
[[ $status -eq 1 && $(<err) == "tfscan: twice.fa"* && ! -e twice.tsv ]] || fail "a name that comes twice: status $status, $(<err)"
printf '>chr1:100-200\nACGT\n' >misfit.fa
good tfscan -p "$motifs" misfit.fa
run tfscan -p "$motifs" -f bed misfit.fa
[[ $status -eq 1 && $(<err) == "tfscan: misfit.fa: chr1:100-200: "* ]] || fail "coordinates that do not fit: status $status, $(<err)"
cp "$seqs" own.fa
run tfscan -p "$motifs" own.fa -o own.fa
[[ $status -eq 2 && $(wc -l <err) -eq 1 ]] || fail "an output that is the input: status $status, $(<err)"
same own.fa "$seqs" "an input that was to be overwritten"
bad 1 'tfscan: no/where.tsv: cannot create a file there: No such file or directory' tfscan -p "$motifs" "$seqs" -o no/where.tsv
if [[ -c /dev/full ]]; then
    run tfscan -p "$motifs" "$seqs" -o /dev/full
    [[ $status -eq 1 && $(<err) == "tfscan: /dev/full: "*"No space left on device" ]] || fail "a full disk: status $status, $(<err)"
fi
tfscan -q -p "$motifs" --threshold -1000 "$seqs" 2>err | head -n 1 >/dev/null
[[ ! -s err ]] || fail "a closed pipe: said $(<err)"
equal "$(ls -A | grep -c tmp)" 0 "temporary files left behind"

finish
