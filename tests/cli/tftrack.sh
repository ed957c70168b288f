#!/usr/bin/env bash
# tftrack merge: the parts of a run are the whole, in bytes; overlaps, contigs, bad input. tftrack report: a folder that is
# complete or not there. tftrack unpack: arrays as they were.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

rows() { # CONTIG START VALUE...: bedGraph rows of bases that follow one another
    local contig=$1 at=$2
    shift 2
    for value; do
        printf '%s\t%d\t%d\t%s\n' "$contig" "$at" "$((at + 1))" "$value"
        at=$((at + 1))
    done
}

# ---- the parts of a run: windows that do not overlap, in no order, on three contigs and both strands
good tfsim generate -n 24 --length 120 --seed 5
awk '/^>/ {
    i = n++; contig = "chr" (i % 3 == 0 ? 10 : i % 3); start = 1000 + ((i * 7) % 24) * 150
    print ">" contig ":" start "-" start + 120 (i % 2 ? "(-)" : "(+)"); next } { print }' out >windows.fa
printf 'chr1\t250000000\nchr2\t9000\nchr10\t8000\nchrM\t16569\n' >genome.sizes
score() { good tfscore -q --ref shuffle -n 2 -@ 2 -t all windows.fa "$@"; }
score -o whole.bw --chrom-sizes genome.sizes
score -o whole.bedgraph
for i in 1 2 3; do
    score --shard $i/3 -o part$i.bw --chrom-sizes genome.sizes
    score --shard $i/3 -o part$i.bedgraph.gz
done
for task in both gata1 tal1; do
    good tftrack merge part{3,1,2}.$task.bw -o all.$task.bw
    [[ ! -s err ]] || fail "merging parts: says $(<err)"
    same all.$task.bw whole.$task.bw "bigWig of the parts"
    good tftrack merge part{3,1,2}.$task.bedgraph.gz -o all.$task.bedgraph
    same all.$task.bedgraph whole.$task.bedgraph "bedGraph of the parts"
done
good tftrack merge part{1,2,3}.both.bw
grep -v '^[#t]' whole.both.bedgraph | sort >expected
sort out | cmp -s - expected || fail "bedGraph of bigWig"
good tftrack merge --chrom-sizes genome.sizes whole.both.bedgraph -o again.bw
same again.bw whole.both.bw "bigWig of bedGraph"

# sequences that are their own contig: by name in a bigWig; in their order where it is given
tfsim generate -n 9 --length 100 >own.fa
awk '/^>/ { print substr($1, 2) "\t100" }' own.fa >own.sizes
for format in bw bedgraph; do
    good tfscore -q --ref zeros -t both own.fa -o own.$format
    for i in 1 2; do good tfscore -q --ref zeros -t both --shard $i/2 own.fa -o own.$i.$format; done
    good tftrack merge own.2.$format own.1.$format --chrom-sizes own.sizes -o own.all.$format
done
same own.all.bedgraph own.bedgraph "bedGraph of sequences"
good tftrack merge own.{1,2}.bedgraph
same out own.bedgraph "bedGraph of sequences, whose order the parts have"
good tftrack merge own.2.bw own.1.bw -o own.all.bw
same own.all.bw own.bw "bigWig of sequences"

# a sequence, and one that is placed on a contig of its name, are not the same bases
for other in seq_0 seq_8; do
    sed "s/^>$other\$/>seq_4:0-100/" own.fa >mixed.fa
    for format in bw bedgraph; do
        bad 1 "tfscore: seq_4: is a sequence, and a contig that other records lie on; rename one" \
            tfscore -q --ref zeros -t both mixed.fa -o none.$format
    done
done

# records whose places overlap, near one another in the file or not, on either strand
awk '/^>/ { i = n++; contig = "chr" 1 + i % 2; start = (i * 5) % 9 * 70 + (i > 15) * 5000
    print ">" i "::" contig ":" start "-" start + 120 (i % 3 ? "(-)" : ""); next } { print }' windows.fa >overlap.fa
for format in bw bedgraph; do
    good tfscore -q --ref zeros -t 0 overlap.fa -o overlap.$format
    for n in 2 3 5; do
        parts=()
        for ((i = 1; i <= n; i++)); do
            good tfscore -q --ref zeros -t 0 --shard $i/$n overlap.fa -o over.$i.$format
            parts+=("over.$i.$format")
        done
        good tftrack merge --lengths longest "${parts[@]}" -o over.all.$format
        same over.all.$format overlap.$format "$format of $n parts of records that overlap"
        [[ ! -s err ]] || fail "merging $n parts of records that overlap: says $(<err)"
    done
done
cmp -s over.1.bw overlap.bw && fail "records that overlap are all in one part"
good tfscore -q --ref zeros -t 0 overlap.fa -f tsv
sed 1d out >whole
for i in 1 2 3; do tfscore -q --ref zeros -t 0 --shard $i/3 overlap.fa -f tsv | sed 1d; done >parts
same parts whole "tables of parts, one behind the other"

# without a genome contigs end with their last value, elsewhere in each part
for i in 1 2 3; do score --shard $i/3 -o short$i.bw; done
score -o short.bw
bad 1 "tftrack: short2.both.bw: contig chr1 has $(tail -n 1 <(tftrack merge short2.both.bw | grep -w ^chr1) | cut -f 3) bases, but \
$(tail -n 1 <(tftrack merge short1.both.bw | grep -w ^chr1) | cut -f 3) in short1.both.bw; --chrom-sizes says how many are right, or \
--lengths longest takes the longest" tftrack merge short{1,2,3}.both.bw -o all.bw
good tftrack merge short{1,2,3}.both.bw -o all.bw --lengths longest
same all.bw short.both.bw "parts with --lengths longest"

# a genome whose contigs are not in the order of their names, and a part for each
for contig in chr9 chr10 chr2; do
    printf '>%s\n%s\n' $contig "$(printf 'ACGTT%.0s' {1..100})" >&3
    printf '%s\t100\t300\n' $contig
done 3>turned.fa >turned.bed
for part in 1 2 3 whole; do
    shard=()
    [[ $part == whole ]] || shard=(--shard $part/3)
    for format in bw bedgraph; do
        good tfscore -q --ref zeros -t 0 -g turned.fa -r turned.bed "${shard[@]}" -o turned.$part.$format
    done
done
for format in bw bedgraph; do
    good tftrack merge turned.{1,2,3}.$format -o turned.all.$format
    same turned.all.$format turned.whole.$format "$format of a part for each contig"
done

# ---- values as they are: signs, zeros, the smallest and largest floats; gaps short and long; a stretch beyond 65536 bases
awk 'BEGIN { for (i = 0; i < 150000; i++) { if (i % 1000 != 7 && (i < 70000 || i > 70100)) print "c\t" i "\t" i + 1 "\t" (i % 5 - 2) / 4 } }' >long
{ cat long; rows d 3 0 1e-45 3.4028235e+38 -3.4028235e+38 -1e-38; } >values
good tftrack merge values
same out values "long stretches"
good tftrack merge values -o values.bw
good tftrack merge values.bw
same out values "long stretches through bigWig"
good tftrack merge <(printf 'a\t5\t9\t-1.5\na 9 10 2\r\na\t10\t11\tnan\n')
equal "$(<out)" "$(rows a 5 -1.5 -1.5 -1.5 -1.5 2)" "rows of several bases"
printf 'a\t0\t1\t2\nb\t3\t9\tnan\n' >without
good tftrack merge without -o without.bw
printf 'b\t5\t9\t1\n' >with
good tftrack merge with without.bw
equal "$(<out)" "$(rows a 0 2)"$'\n'"$(rows b 5 1 1 1 1)" "a contig without values is as long as its rows say"
rows a 0 1 | good tftrack merge -
equal "$(<out)" "$(rows a 0 1)" "standard input"

# memory does not grow with the values: 80 MB of them in 64 (where the sanitizers do not take more for themselves)
printf 'c\t0\t10000000\t1.5\nc\t10000002\t20000000\t-2\n' >wide
if (ulimit -v 65536 && tftrack --version) >/dev/null 2>&1; then
    (ulimit -v 65536 && exec tftrack merge wide -o wide.bw) || fail "memory: text"
    (ulimit -v 65536 && exec tftrack merge wide.bw wide -q -o wide2.bw) || fail "memory: bigWig, and overlaps"
    same wide.bw wide2.bw "the mean of equal values"
fi

# ---- overlaps
rows a 0 1 2 3 4 >one
rows a 2 -5 6 7 >two
rows a 3 8 >three
good tftrack merge one two three
equal "$(<out)" "$(rows a 0 1 2 -1 6 7)" "the mean"
equal "$(<err)" "tftrack: note: 2 of 5 bases have a value in several tracks; --overlap mean" "the mean"
good tftrack merge --overlap first two one three
equal "$(<out)" "$(rows a 0 1 2 -5 6 7)" "the first"
bad 1 "tftrack: records one and two: both cover base 2 (0-based) of a; --overlap mean or first would merge them" \
    tftrack merge --overlap error one two
bad 2 "tftrack: --overlap nearest: tracks do not tell where the centres of their regions are; mean, first and error can be had \
(or nearest from tfscore)" tftrack merge --overlap nearest one two
bad 2 'tftrack: --overlap: "median" is not one of mean, first, error' tftrack merge --overlap median one two

# ---- order of contigs: that of the tracks; where they leave it open, that of the files, or by name in a bigWig; the first one's where they contradict
order() { good tftrack merge "$@"; cut -f 1 out | uniq | tr '\n' ' '; }
for file in 'x chr1 chr2 chr10' 'y chr2 chrX' 'z chr10 chr2' 'w a chr2'; do
    read -r name contigs <<<"$file"
    for contig in $contigs; do rows "$contig" 0 1; done >"$name"
done
equal "$(order x y)" "chr1 chr2 chr10 chrX " "order kept"
equal "$(order y w x)" "a chr1 chr2 chrX chr10 " "order of the tracks"
good tftrack merge y w x -o sorted.bw
equal "$(order sorted.bw)" "a chr1 chr2 chr10 chrX " "order by name"
equal "$(order x z)" "chr1 chr2 chr10 " "orders that contradict each other"
equal "$(order z x)" "chr1 chr10 chr2 " "orders that contradict each other"
printf 'chrX 10\nchr10 10\nchr2 10\nchr1 10\n' >sizes
equal "$(order x y --chrom-sizes sizes)" "chrX chr10 chr2 chr1 " "the genome's order"
bad 1 "tftrack: w: has values on contig a, which the genome does not have (its first is called chrX)" \
    tftrack merge w x --chrom-sizes sizes
rows chr2 9 1 1 >beyond
bad 1 "tftrack: beyond: has a value for base 10 (0-based) of chr2, which has 10 bases in the genome" \
    tftrack merge x beyond --chrom-sizes sizes
good tftrack merge x --chrom-sizes sizes -o x.bw
equal "$(<err)" "" "--chrom-sizes"
good tftrack merge x --chrom-sizes sizes --lengths longest -o same.bw
equal "$(<err)" "tftrack: note: --lengths changes nothing, as --chrom-sizes says how long contigs are" "--chrom-sizes with --lengths"
same same.bw x.bw "--chrom-sizes with --lengths"
bad 1 "tftrack: beyond: has a value for base 10 (0-based) of chr2, which has 10 bases in x.bw" tftrack merge beyond x.bw
good tftrack merge beyond x.bw --lengths longest

# ---- first lines
printf '# model; task a\ntrack type=bedGraph name="a b"\nc\t0\t1\t2\n' >first
printf '# model; task a\ntrack type=bedGraph name="a b"\nc\t1\t2\t2\n' >second
printf '# model; task b\nc\t2\t3\t2\n' >third
good tftrack merge first second
equal "$(<out)" "$(<first)"$'\n'"$(rows c 1 2)" "first lines that agree"
good tftrack merge first third
equal "$(head -n 1 out | sed 's/ [0-9.]*;/ V;/')" "# tftrack V; merge" "first lines that differ"
equal "$(<err)" "tftrack: note: the tracks' first lines differ (another task, model or method?) and were left out" "first lines that differ"

# ---- bad input leaves nothing
mkdir bad_input
refuse() { # MESSAGE FILE...
    local message=$1
    shift
    bad 1 "tftrack: $message" tftrack merge "$@" -o bad_input/all.bw
    empty bad_input
}
refuse "standard input: begins as bigwig, which is read from a file with a name, not from a pipe" one - <values.bw
refuse "nothing.bw: cannot open: No such file or directory" nothing.bw
: >empty.bedgraph
refuse "empty.bedgraph: is empty; a bigWig or a bedGraph is needed" one empty.bedgraph
{ rows a 5 1; rows a 4 1; } >unsorted
refuse "unsorted:2: begins at 4, but the row before ends at 6; rows have to be sorted (sort -k1,1 -k2,2n) and must not overlap" one unsorted
{ rows a 5 1; rows b 4 1; rows a 7 1; } >apart
refuse "apart:3: contig a comes again; rows have to be sorted (sort -k1,1 -k2,2n)" apart
printf 'a\t0\t1\tx\n' >nan
refuse 'nan:1: the value is "x"; a number is needed' nan
printf 'a\t3\t3\t1\n' >zero
refuse 'zero:1: start and end are "3" and "3"; whole numbers are needed, the start below the end' zero
printf 'a\t0\t4294967296\t1\n' >far
refuse 'far:1: ends at 4294967296; contigs of more than 4294967295 bases cannot be joined' far
size=$(stat -c %s values.bw)
head -c $((size / 2)) values.bw >cut.bw
refuse "cut.bw: is cut short: a bigWig ends with the four bytes that it begins with" one cut.bw
head -c 20 values.bw >cut.bw
refuse "cut.bw: is no bigWig, or cut short: it is shorter than a header" cut.bw
: >none.bw
refuse "none.bw: is no bigWig, or cut short: it is shorter than a header" none.bw
cp long named.bw
refuse "named.bw: is no bigWig: it does not begin as one" named.bw
# every byte of a section's block, of the index and of the tree, turned: an error, or the file is as it was
good tftrack merge one -o one.bw
for ((i = 304; i < $(stat -c %s one.bw); i += 5)); do
    cp one.bw turned.bw
    printf '\xa5' | dd of=turned.bw bs=1 seek=$i conv=notrunc status=none
    run tftrack merge turned.bw -o turned.out.bw
    [[ $status -eq 0 || ($status -eq 1 && $(<err) == "tftrack: turned.bw: "*) ]] || fail "byte $i turned: $status $(<err)"
done
if [[ -w /dev/full ]]; then
    bad 1 "tftrack: /dev/full: cannot write: No space left on device" tftrack merge values -f bedgraph -o /dev/full
fi
full() { # FILE MESSAGE
    (ulimit -f 1; exec "${apart[@]}" tftrack merge "$1" -o bad_input/all.bw 2>err)
    equal "$? $(<err)" "1 tftrack: $2: File too large" "a full disk"
    empty bad_input
}
full whole.both.bedgraph "bad_input/all.bw: cannot write"
full values "temporary file: cannot write (TMPDIR names another folder)"
bad 2 "tftrack: one: would overwrite the input one: give the output another name" tftrack merge one two -f bedgraph -o one
bad 2 "tftrack: all.npz: its suffix names no format of one value per base; -f bedgraph or bigwig" tftrack merge one -o all.npz
bad 2 "tftrack: all.bw.gz: bigwig is not written compressed; leave .gz out" tftrack merge one -f bigwig -o all.bw.gz
bad 2 "tftrack: TRACK... is missing; --help says more" tftrack merge -o all.bw

# ---- tfscan tells a bigWig that was cut short
head -c $((size / 2)) values.bw >cut.bw
printf '>d\nACGTACGTACGTACGT\n' >d.fa
for bytes in $((size / 2)) 20 0; do
    head -c $bytes values.bw >cut.bw
    run tfscan -p "$TFL_SRCDIR/data/motifs.meme" --scores cut.bw d.fa
    [[ $status -eq 1 && $(<err) == "tfscan: cut.bw: is "*"cut short"* ]] || fail "tfscan with $bytes bytes of a bigWig: $status $(<err)"
done

# ---- tftrack unpack: the arrays of an npz, as tfmodisco-lite takes them
good tfscore -q --ref zeros --hypothetical windows.fa -t both -o arrays.npz
good tftrack unpack arrays.npz
equal "$(<err)" "$(printf 'tftrack: arrays.%s.npz\n' contributions one_hot hypothetical)" "unpack"
good tftrack unpack -q -f npy arrays.npz -o plain
equal "$(ls plain.* | tr '\n' ' ')" "plain.contributions.npy plain.hypothetical.npy plain.one_hot.npy " "arrays"
numpy=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import numpy' 2>/dev/null || continue
    numpy=$candidate
    "$candidate" - <<'END' || fail "arrays, as numpy has them"
import numpy
whole = numpy.load("arrays.npz")
for name in ("one_hot", "contributions", "hypothetical"):
    part = numpy.load("arrays.%s.npz" % name)
    assert part.files == ["arr_0"], part.files
    assert part["arr_0"].shape == (24, 4, 120) and part["arr_0"].dtype == numpy.float32
    assert (part["arr_0"] == whole[name]).all() and (numpy.load("plain.%s.npy" % name) == whole[name]).all()
END
    break
done
[[ -n $numpy ]] || untested "arrays and the session as others read them, as python3 with numpy is not there"
bad 2 "tftrack: --output: - is standard output, and what the names of files begin with is needed" tftrack unpack arrays.npz -o -
bad 1 "tftrack: none.npz: cannot open: No such file or directory" tftrack unpack none.npz
head -c 1000 arrays.npz >cut.npz
run tftrack unpack cut.npz
[[ $status -eq 1 && $(<err) == "tftrack: cut.npz: "* && -z $(ls cut.*.npz 2>/dev/null) ]] || fail "an npz that is cut short: $(<err)"
cp arrays.npz turned.npz
printf '\xa5' | dd of=turned.npz bs=1 seek=500 conv=notrunc status=none
bad 1 "tftrack: turned.npz: its member contributions.npy is damaged: its checksum differs" tftrack unpack turned.npz
[[ -z $(ls turned.*.npz 2>/dev/null) ]] || fail "a damaged npz leaves something"

# ---- tftrack report
printf '>c first\r\nACGTNacgtn\r\nACG\r\n>d\n%s\n' "$(printf 'ACGTT%.0s' {1..100})" >genome.fa
rows c 2 1 -2 3 >"a b.bedgraph"
rows d 90 5 | good tftrack merge - --chrom-sizes <(printf 'c 13\nd 500\n') -o scores.both.bw
printf 'track name=x\nd\t90\t100\n' >regions.bed
printf 'd\t90\t96\tTAL1\t547\t-\t10.8\t3.4e-06\t0.0025\tACG\tNA\n' >hits.bed
echo "igv = 1" >igv.js
good tftrack report scores.both.bw "a b.bedgraph" -g genome.fa --hits hits.bed -r regions.bed --igv-js igv.js -o report/
equal "$(<err)" "tftrack: report/: 2 tracks, 1 motif hits, 1 regions; serve the folder and open it, as with: cd report/ && python3 -m http.server" "report"
equal "$(ls -A report | tr '\n' ' ')" "a_b.bw genome.fa genome.fa.fai genomes.txt hits.bed hub.txt igv.min.js index.html regions.bed \
scores.both.bw session.json trackDb.txt " "files of the report"
same report/scores.both.bw scores.both.bw "bigWig of the report"
good tftrack merge report/a_b.bw
same out "a b.bedgraph" "bedGraph of the report"
same report/index.html "$TFL_SRCDIR/web/index.html" "page of the report"
same report/igv.min.js igv.js "igv.js of the report"
equal "$(<report/hits.bed)" $'d\t90\t96\tTAL1\t547\t-' "hits of the report"
equal "$(<report/regions.bed)" $'d\t90\t100\t.\t0\t.' "regions of the report"
equal "$(head -n 3 report/genome.fa | tr '\n' ' ')" ">c ACGTNacgtnACG >d " "FASTA of the report"
equal "$(<report/genome.fa.fai)" $'c\t13\t3\t60\t61\nd\t500\t20\t60\t61' "index of the report"
grep -q '"locus": "d:1-200"' report/session.json || fail "the locus: $(<report/session.json)"
grep -q '"name": "a b"' report/session.json || fail "the label: $(<report/session.json)"
if [[ -n $numpy ]]; then
    "$numpy" -m json.tool report/session.json >/dev/null || fail "the session is no JSON"
fi
equal "$(grep -c -e '^logo on$' -e '^type bigWig -2 3$' -e '^track tflift_a_b$' -e '^bigDataUrl a_b.bw$' report/trackDb.txt)" 5 "trackDb.txt"
equal "$(<report/genomes.txt)" $'genome genome\ntrackDb trackDb.txt' "genomes.txt"
good tftrack report -q --assembly hg38 scores.both.bw -o hub --link
equal "$(ls -A hub | tr '\n' ' ')" "genomes.txt hub.txt index.html scores.both.bw session.json trackDb.txt " "files without FASTA"
[[ -L hub/scores.both.bw ]] || fail "--link copies"
grep -q '"genome": "hg38"' hub/session.json || fail "the genome: $(<hub/session.json)"
good tftrack report -q -g genome.fa scores.both.bw -o linked --link 2>err
equal "$(cd linked && find . -type l | sort | tr '\n' ' ')" "./genome.fa ./genome.fa.fai ./scores.both.bw " "links"

# names that a hub has to tell apart, in words and lines of its own
cp genome.fa "my genome.fa"
for name in a-b a_b a.b a_b_2; do cp scores.both.bw $name.bw; done
good tftrack report -q -g "my genome.fa" {a-b,a_b,a.b,a_b_2}.bw -o hubs
equal "$(grep ^track hubs/trackDb.txt | xargs)" "track tflift_a_b track tflift_a_b_2 track tflift_a_b_3 track tflift_a_b_2_2" "names of a hub's tracks"
equal "$(<hubs/genomes.txt)" $'genome my_genome\ntrackDb trackDb.txt' "a genome's name"

mkdir kept empty && echo kept >kept/file
refuse_report() { # STATUS MESSAGE ARGUMENT...
    local expected=$1 message=$2
    shift 2
    bad "$expected" "tftrack: $message" tftrack report "$@"
    equal "$(ls -Ad .?*r* 2>/dev/null | grep -v -x -e . -e ..)$(ls -d new 2>/dev/null)" "" "what $* leaves"
}
refuse_report 2 "kept: is there already and not empty: remove it, or give another name" -g genome.fa scores.both.bw -o kept
equal "$(ls -A kept)" file "the folder that was there"
refuse_report 2 "--output: - is standard output, and a folder is needed" -g genome.fa scores.both.bw -o -
[[ ! -e ./- ]] || fail "-o - makes a folder of that name"
good tftrack report -q -g genome.fa scores.both.bw -o empty
refuse_report 2 "regions.bed: is there already, and no folder that can be read: give another name" -g genome.fa scores.both.bw -o regions.bed
refuse_report 2 "-o DIR is missing: the report is a folder" -g genome.fa scores.both.bw
refuse_report 2 "-g FASTA or --assembly NAME is missing: letters need a sequence" scores.both.bw -o new
cp scores.both.bw $'a\ntrack b.bw'
refuse_report 2 "a?track b.bw: a hub has a line for the track's name, which control characters break; rename it" -g genome.fa $'a\ntrack b.bw' -o new
for name in "my genome" $'my\ngenome'; do
    refuse_report 2 "--assembly: \"${name//$'\n'/?}\" is no single word, as names of assemblies are" --assembly "$name" scores.both.bw -o new
done
refuse_report 1 "nowhere/new: cannot make the folder: No such file or directory" -g genome.fa scores.both.bw -o nowhere/new
refuse_report 1 "none.fa: cannot open: No such file or directory" -g none.fa scores.both.bw -o new
refuse_report 1 "none.js: cannot open: No such file or directory" -g genome.fa scores.both.bw -o new --igv-js none.js
refuse_report 1 "x: has values on contig chr1, which the genome does not have (its first is called c)" -g genome.fa x -o new
refuse_report 1 "x.bw: has values on contig chr10, which genome.fa does not have (its first is called c); -g takes what the values lie on" \
    -g genome.fa x.bw -o new
printf '>c\nA\n>d\nACG\n' >other.fa
refuse_report 1 "scores.both.bw: contig c has 13 bases, but 1 in other.fa; is that another assembly?" -g other.fa scores.both.bw -o new
refuse_report 1 "cut.bw: is no bigWig, or cut short: it is shorter than a header" -g genome.fa cut.bw -o new
mkdir other && cp scores.both.bw other/
refuse_report 2 "other/scores.both.bw: another track is called scores.both too; rename one" -g genome.fa {,other/}scores.both.bw -o new
printf 'e\t0\t1\n' >contig.bed
refuse_report 1 "contig.bed:1: contig e is not in genome.fa (whose first is called c)" -g genome.fa scores.both.bw -r contig.bed -o new
printf 'c\t0\t14\n' >end.bed
refuse_report 1 "end.bed:1: ends at 14, but contig c has 13 bases in genome.fa" -g genome.fa scores.both.bw --hits end.bed -o new
(ulimit -f 1; exec "${apart[@]}" tftrack report -g genome.fa scores.both.bw -o new 2>err) && fail "a full disk is not noticed"
[[ $(<err) == *"File too large" && ! -e new && -z $(ls -Ad .new* 2>/dev/null) ]] || fail "a full disk: $(<err); leaves $(ls -Ad .new* new 2>&1)"
# whatever call of the operating system fails
find_faults
for call in ${faults:+write fsync close rename create}; do
    for ((k = 1; k < 60; k++)); do
        rm -rf new mark
        TFL_FAULT=$call:$k:$work/mark LD_PRELOAD=$faults run tftrack report -q -g genome.fa scores.both.bw "a b.bedgraph" -o new
        [[ -e mark ]] || break
        [[ $status -eq 1 && ! -e new && $(<err) == "tftrack: "* && -z $(ls -Ad .new* 2>/dev/null) ]] ||
            fail "a report whose $call $k fails: status $status, $(<err), leaves $(ls -Ad .new* new 2>/dev/null)"
    done
    [[ $k -gt 1 && $status -eq 0 ]] || fail "no $call fails"
done

rm -rf new
# a signal while it waits for a track leaves nothing
mkfifo waits
tftrack report -g genome.fa scores.both.bw waits -o new 2>err &
sleep 0.3
kill -TERM $! && wait $!
equal "$?" 143 "a report that was ended"
[[ ! -e new && -z $(ls -Ad .new* 2>/dev/null) ]] || fail "a signal leaves $(ls -Ad .new* new 2>&1)"
finish
