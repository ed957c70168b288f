#!/usr/bin/env bash
# tfscore: what holds for its numbers whatever the model, its formats, its messages.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
write_model=$TFL_BUILDDIR/tests/support/write_model
"$write_model" any.onnx any && "$write_model" fixed.onnx 60 || exit 1

tfsim generate -n 23 --length 80 --seed 11 -q -o sim || exit 1
seqs=sim/sequences.fa
M=(-m any.onnx -q)

# ---------------------------------------------------------------- contributions and what they add up to

good tfscore "${M[@]}" "$seqs" -f tsv
cp out all.tsv
equal "$(head -n 1 out)" $'#name\tposition\tbase\ttask\tcontribution' "header of tsv"
equal "$(wc -l <out)" $((1 + 23 * 80)) "rows of tsv"
sed 1d out | awk -F '\t' 'FNR == NR { if (/^>/) name = substr($0, 2); else letters[name] = $0; next }
    substr(letters[$1], $2 + 1, 1) != $3 || $4 != "first" { print "wrong: " $0 }' "$seqs" - >wrong
equal "$(head -n 3 wrong)" "" "names, positions and bases of tsv"

for method in genomics rescale revealcancel integrated-gradients; do
    steps=()
    [[ $method == integrated-gradients ]] && steps=(--steps 200)
    good tfscore "${M[@]}" "$seqs" --method "$method" "${steps[@]}" -t all -f tsv -o m.tsv --deltas d.tsv -n 3
    equal "$(head -n 1 d.tsv)" $'#name\ttask\toutput\treference_output\tdelta\tsum_of_contributions\tdifference' "header of deltas"
    # the table is right about the contributions, and about itself
    awk -F '\t' -v method="$method" 'function abs(x) { return x < 0 ? -x : x }
        FNR == 1 { next } FNR == NR { sum[$1 " " $4] += $5; next }
        { rows++; if (abs($6 - sum[$1 " " $2]) > 1e-5) print "sum: " $0; if (abs($3 - $4 - $5) > 1e-9 || abs($6 - $5 - $7) > 1e-9) print "row: " $0
          if (abs($7) > (method ~ /^int/ ? 0.05 : 1e-4)) print "difference: " $0 }
        END { if (rows != 69) print rows " rows" }' m.tsv d.tsv >wrong
    equal "$(head -n 3 wrong)" "" "deltas of $method"
done
good tfscore "${M[@]}" "$seqs" --max-delta 1e-3
bad 1 "$(tfscore "${M[@]}" "$seqs" --method gradient-x-input --max-delta 0 2>&1 >/dev/null)" \
    tfscore "${M[@]}" "$seqs" --method gradient-x-input --max-delta 0 -o kept.bg -f bedgraph
[[ $(<err) =~ ^tfscore:\ sim/sequences.fa:\ seq_[0-9]+:\ contributions\ to\ task\ first\ and\ their\ delta\ differ\ by ]] ||
    fail "--max-delta says $(<err)"
[[ -s kept.bg ]] || fail "--max-delta: the output is not there"

# the formats tell the same
good tfscore "${M[@]}" "$seqs"
cp out all.bedgraph
grep -v -e '^#' -e '^track' out | awk -F '\t' '{ for (p = $2; p < $3; p++) print $1 "\t" p "\t" $4 }' >of_bedgraph
sed 1d all.tsv | awk -F '\t' -v OFS='\t' 'FNR == NR { at[$1 " " $2] = $3; next } { d = at[$1 " " $2] - $5; if (d > 1e-6 || d < -1e-6) print }' of_bedgraph - >wrong
equal "$(head -n 3 wrong)" "" "bedGraph against tsv"
equal "$(wc -l <of_bedgraph)" $((23 * 80)) "bases of bedGraph"
[[ $(head -n 1 all.bedgraph) =~ ^#\ tfscore\ [0-9.]+\;\ model\ [0-9a-f]{16}\;\ method\ genomics\;\ reference\ dinuc,\ 10\ each,\ seed\ 1\;\ target\ logit\;\ task\ first$ ]] ||
    fail "the description is $(head -n 1 all.bedgraph)"
good tfscore "${M[@]}" "$seqs" -o x.bed
equal "$(grep -v -e '^#' -e '^track' x.bed | awk -F '\t' '{ print NF }' | sort -u)" 7 "columns of bed"
for suffix in bw npz tsv.gz bedgraph.gz; do
    good tfscore "${M[@]}" "$seqs" -o "x.$suffix"
    [[ -s x.$suffix && ! -s out ]] || fail "-o x.$suffix"
done
gzip -dc x.tsv.gz >unzipped && same unzipped all.tsv "tsv.gz"
gzip -dc x.bedgraph.gz >unzipped && same unzipped all.bedgraph "bedgraph.gz"

# what was done, in the header of every output that has a place for it
done="$(sed -n '1s/; task first$//p' all.bedgraph)"
for policy in zero skip error; do
    good tfscore "${M[@]}" "$seqs" --n-policy $policy
    equal "$(head -n 1 out)" "${done/; target/; n-policy $policy; target}; task first" "the description with --n-policy $policy"
done
for overlap in nearest first error; do
    good tfscore "${M[@]}" "$seqs" --overlap $overlap
    equal "$(head -n 1 out)" "${done/; target/; overlap $overlap; target}; task first" "the description with --overlap $overlap"
    [[ $overlap != error ]] || continue # other formats do not look for overlaps
    good tfscore "${M[@]}" "$seqs" --overlap $overlap -f bed
    equal "$(head -n 1 out)" "$done; task first" "the description where every sequence has its own rows"
done
good tfscore "${M[@]}" "$seqs" -f tsv --provenance --deltas noted.deltas
equal "$(sed -n 2p out)" "$done; task first" "the second line of tsv with --provenance"
sed 2d out >without && same without all.tsv "tsv with --provenance but for its second line"
cp out noted.tsv
good tfscore "${M[@]}" "$seqs" --deltas plain.deltas
equal "$(sed -n 2p noted.deltas)" "$done" "the second line of deltas with --provenance"
sed 2d noted.deltas >without && same without plain.deltas "deltas with --provenance but for the second line"
note="${done#\# }; task first"
equal "$(tail -c ${#note} x.npz)" "$note" "the comment of npz"
good tfscan -p "$TFL_SRCDIR/data/motifs.meme" --scores all.tsv "$seqs"
cp out hits
good tfscan -p "$TFL_SRCDIR/data/motifs.meme" --scores noted.tsv "$seqs"
same out hits "tfscan on a table with --provenance"
good tfscore "${M[@]}" "$seqs" --provenance --deltas noted.deltas -o noted.bw
bad 2 'tfscore: --provenance: format bigwig has no place for it; the table of --deltas has' \
    tfscore "${M[@]}" "$seqs" --provenance -o left.bw

# a file per task, or one for all
good tfscore "${M[@]}" "$seqs" -t all -o t.bedgraph.gz
equal "$(ls t.* | xargs)" "t.first.bedgraph.gz t.second.bedgraph.gz t.third_one.bedgraph.gz" "files of -t all"
gzip -dc t.first.bedgraph.gz >unzipped && same unzipped all.bedgraph "the first task of all"
good tfscore "${M[@]}" "$seqs" -t all -o u.BedGraph.GZ
equal "$(ls u.* | xargs)" "u.first.BedGraph.GZ u.second.BedGraph.GZ u.third_one.BedGraph.GZ" "files of -t all, in upper case"
same u.first.BedGraph.GZ t.first.bedgraph.gz "the first task of all, in upper case"
good tfscore "${M[@]}" "$seqs" -t all -f tsv
awk -F '\t' 'FNR == 1 || $4 == "first"' out >of_all
same of_all all.tsv "the first task of all in one table"
for task in second 1; do
    good tfscore "${M[@]}" "$seqs" -t "$task" -o one.bedgraph.gz
    gzip -dc one.bedgraph.gz >one && gzip -dc t.second.bedgraph.gz >unzipped
    same one unzipped "-t $task"
done

# ---------------------------------------------------------------- the same whatever the circumstances

for threads in 1 2 7; do
    good tfscore "${M[@]}" -@ "$threads" "$seqs" -f tsv --deltas "d$threads" --refs-out "r$threads"
    same out all.tsv "-@ $threads"
    same "d$threads" d1 "deltas, -@ $threads"
    same "r$threads" r1 "references, -@ $threads"
done
# every method, on enough sequences for seven; what the model says has the list of them
sed -n 1,18p "$seqs" >nine.fa
methods=$(tfmodel info any.onnx | sed -n '/^#layer/p' | cut -f 8-)
[[ $(wc -w <<<"$methods") -ge 8 ]] || fail "only these methods: $methods"
for method in $methods; do
    good tfscore "${M[@]}" --method "$method" -n 3 nine.fa -f tsv -@ 1
    cp out "by_$method.tsv"
    for threads in 2 7; do
        good tfscore "${M[@]}" --method "$method" -n 3 nine.fa -f tsv -@ "$threads"
        same out "by_$method.tsv" "$method, -@ $threads"
    done
done
# the built-in network's convolutions are wide enough to be transformed: close to direct sums, and as independent of everything
good tfscore -q -n 2 -t 0 "$seqs" -f tsv -@ 1
cp out transformed.tsv
for threads in 2 7; do
    good tfscore -q -n 2 -t 0 "$seqs" -f tsv -@ "$threads"
    same out transformed.tsv "transforms, -@ $threads"
done
grep -A 1 -x ">seq_13" "$seqs" >one.fa
good tfscore -q -n 2 -t 0 one.fa -f tsv
awk -F '\t' 'FNR == 1 || $1 == "seq_13"' transformed.tsv >among
same out among "transforms, alone and among others"
good tfscore -q -n 2 -t 0 "$seqs" -f tsv --exact
cmp -s out transformed.tsv && fail "--exact changes nothing"
paste out transformed.tsv | awk -F '\t' 'function abs(x) { return x < 0 ? -x : x } NR > 1 { if (abs($5) > most[$1]) most[$1] = abs($5)
    if (abs($5 - $10) > worst[$1]) worst[$1] = abs($5 - $10) } END { for (name in most) if (worst[name] > 1e-5 * most[name]) print name, worst[name], most[name] }' >wrong
equal "$(head -n 3 wrong)" "" "--exact and transforms"
for level in portable x86-64-v3 x86-64-v4 neon; do
    run tfscore -q -n 2 -t 0 --cpu "$level" one.fa -f tsv
    [[ $status -eq 2 ]] && { [[ $(<err) == "tfscore: --cpu: this processor cannot run $level; the best that it can is "* ]] || fail "--cpu says $(<err)" && continue; }
    cp out "$level.tsv"
    TFLIFT_CPU=$level good tfscore -q -n 2 -t 0 one.fa -f tsv
    same out "$level.tsv" "--cpu and TFLIFT_CPU"
done
[[ -s portable.tsv ]] || fail "--cpu portable wrote nothing"
good tfscore "${M[@]}" - -f tsv <"$seqs"
same out all.tsv "standard input"
: >parts
for part in 1 2 3 4 5; do
    good tfscore "${M[@]}" --shard "$part/5" "$seqs" -f tsv
    sed 1d out >>parts
done
sed 1d all.tsv >whole
same parts whole "parts, one behind the other"
head -n 6 "$seqs" >three.fa
good tfscore "${M[@]}" --shard 2/7 three.fa -f tsv
equal "$(wc -l <out)" 1 "a part without sequences"
for name in seq_00 seq_13; do
    grep -A 1 -x ">$name" "$seqs" >one.fa
    good tfscore "${M[@]}" one.fa -f tsv
    awk -F '\t' -v name=$name 'FNR == 1 || $1 == name' all.tsv >among
    same out among "$name alone and among others"
done
awk '/^>/ { name = $0; next } { print name; print (NR % 4 ? $0 : substr($0, 1, 40 + NR)) }' "$seqs" >lengths.fa
good tfscore "${M[@]}" lengths.fa -f tsv
cp out lengths.tsv
good tfscore "${M[@]}" -@ 7 lengths.fa -f tsv
same out lengths.tsv "sequences of many lengths"
good tfscore "${M[@]}" --seed 2 "$seqs" -f tsv
cmp -s out all.tsv && fail "seeds 1 and 2 give the same"
tr acgtn ACGTN <"$seqs" | sed '/>/!y/ACGT/acgt/' >lower.fa
good tfscore "${M[@]}" lower.fa -f tsv
awk -F '\t' -v OFS='\t' 'FNR > 1 { $3 = toupper($3) } 1' out >upper
same upper all.tsv "lower case"

# ---------------------------------------------------------------- references

same <(tfsim shuffle -k 2 -n 10 "$seqs") r1 "references kept and those of tfsim shuffle"
good tfscore "${M[@]}" --ref fasta:r1 "$seqs" -f tsv
same out all.tsv "references given"
good tfscore "${M[@]}" --ref klet:3 -n 2 --refs-out r3 "$seqs"
equal "$(sed -n 3p r3)" ">seq_00|klet3|1" "names of references"
for reference in shuffle zeros uniform freq freq:0.25,0.25,0.25,0.25 klet:2; do
    good tfscore "${M[@]}" --ref "$reference" "$seqs" --max-delta 1e-3 -f tsv
    cp out "ref_$reference"
done
same ref_klet:2 all.tsv "klet:2 and dinuc"
same ref_uniform ref_freq:0.25,0.25,0.25,0.25 "uniform and freq"
good tfscore -m any.onnx -t 0 -n 2 "$seqs"
equal "$(<err)" "tfscore: note: 2 references per sequence; contributions are steadier with 10 or more (-n)" "few references are told"
tfsim shuffle -k 2 -n 7 three.fa | awk '/^>/ { keep = !/^>seq_01[|]/ || /[|][01]$/ } keep' >fewer.fa
good tfscore -m any.onnx -t 0 --ref fasta:fewer.fa three.fa
equal "$(<err)" "tfscore: note: 1 of 3 sequences have fewer than 5 references; contributions are steadier with 10 or more" "few given references are told"
good tfscore -m any.onnx --ref zeros "$seqs"
equal "$(<err)" "tfscore: note: contributions are to task first, the first of first, second, third one; -t takes another, or all" \
    "the default task is told"
printf '>same\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n' | cat three.fa - >four.fa
good tfscore -m any.onnx -t 0 four.fa -f tsv
[[ $(<err) == "tfscore: note: 1 of 4 sequences have a reference that equals them, "* ]] || fail "a single shuffle: $(<err)"
equal "$(awk -F '\t' '$1 == "same"' out | cut -f 5 | sort -u)" 0 "contributions against itself"

# ---------------------------------------------------------------- methods and options

good tfscore "${M[@]}" "$seqs" --method genomics --rule relu1=rescale --rule relu3=revealcancel -f tsv
same out all.tsv "rules that genomics has anyway"
good tfscore "${M[@]}" "$seqs" --method rescale -f tsv
cp out rescale.tsv
good tfscore "${M[@]}" "$seqs" --rule relu3=rescale -f tsv
same out rescale.tsv "genomics with Rescale after the dense layer"
cmp -s all.tsv rescale.tsv && fail "genomics and rescale agree"
good tfscore "${M[@]}" "$seqs" --method gradient -f tsv
good tfscore "${M[@]}" three.fa --method ism -f tsv
good tfscore "${M[@]}" "$seqs" --target probability --deltas p.tsv --max-delta 1e-3
awk -F '\t' 'FNR > 1 && ($3 < 0 || $3 > 1)' p.tsv >wrong
equal "$(<wrong)" "" "probabilities"
good tfscore "${M[@]}" "$seqs" --hypothetical -f tsv
awk -F '\t' 'function abs(x) { return x < 0 ? -x : x } FNR == 1 { next }
    { h["A"] = $6; h["C"] = $7; h["G"] = $8; h["T"] = $9; if (abs(h[$3] - $5) > 1e-5) print }' out >wrong
equal "$(head -n 3 wrong)" "" "the hypothetical contribution of the base that is there"
equal "$(head -n 1 out)" $'#name\tposition\tbase\ttask\tcontribution\thyp_A\thyp_C\thyp_G\thyp_T' "header with hypothetical ones"
good tfscore "${M[@]}" "$seqs" --ref zeros --normalize-weights --max-delta 1e-3 -f tsv
cmp -s out ref_zeros && fail "--normalize-weights changes nothing"
bad 2 "tfscore: --normalize-weights: it keeps outputs where each position's channels sum to one, which an N of --n-policy zero does \
not; take --n-policy quarter" tfscore "${M[@]}" "$seqs" --normalize-weights --n-policy zero

# both strands: a sequence and its reverse complement have mirrored contributions
rc() { awk '/^>/ { print; next } { r = ""; for (i = length($0); i > 0; i--) r = r substr($0, i, 1); print r }' | sed '/>/!y/ACGT/TGCA/'; }
rc <"$seqs" >rc.fa
rc <r1 >rc_refs.fa
good tfscore "${M[@]}" "$seqs" --ref fasta:r1 --rc-average -f tsv --hypothetical --max-delta 1e-3
cp out forward
good tfscore "${M[@]}" rc.fa --ref fasta:rc_refs.fa --rc-average -f tsv --hypothetical
awk -F '\t' -v OFS='\t' 'BEGIN { c["A"] = "T"; c["C"] = "G"; c["G"] = "C"; c["T"] = "A" } FNR == 1 { print; next }
    { row[$2] = $1 OFS (79 - $2) OFS c[$3] OFS $4 OFS $5 OFS $9 OFS $8 OFS $7 OFS $6; if ($2 == 79) for (i = 79; i >= 0; i--) print row[i] }' \
    out >mirrored
same mirrored forward "--rc-average of the reverse complement"

# letters other than A, C, G, T
printf '>n\nACGTNACGGTCCATGCAATTGCATRACGTACGTACGT\n' | cat three.fa - >n.fa
for policy in quarter zero; do
    good tfscore "${M[@]}" n.fa --n-policy "$policy" -f tsv --max-delta 1e-3
    equal "$(grep -c '^n' out)" 37 "--n-policy $policy"
    cp out "$policy"
done
cmp -s quarter zero && fail "--n-policy quarter and zero agree"
good tfscore -m any.onnx -t 0 n.fa --n-policy skip -f tsv
equal "$(<err)" "tfscore: note: 1 sequences with letters other than A, C, G, T were skipped" "--n-policy skip is told"
good tfscore "${M[@]}" three.fa -f tsv
cp out three.tsv
good tfscore "${M[@]}" n.fa --n-policy skip -f tsv
same out three.tsv "--n-policy skip"
bad 1 "tfscore: n.fa: n: the letter at position 4 is 'N', and --n-policy error wants A, C, G and T alone" \
    tfscore "${M[@]}" n.fa --n-policy error -o left.tsv

# coordinates: both ends of a chromosome, both strands, overlapping
sed '2q;d' "$seqs" | head -c 80 >letters
{ printf '>chr2:10-90\n%s\n>chr1:100-180(-)\n%s\n>x::chr1:141-220\n%s\n' "$(<letters)" "$(<letters)" "$(<letters)"; } >placed.fa
good tfscore -m any.onnx -t 0 --ref zeros placed.fa -o placed.bedgraph
equal "$(<err)" "tfscore: note: 40 bases are covered by several sequences; --overlap mean" "overlaps are told"
equal "$(grep -v -e '^#' -e '^track' placed.bedgraph | awk -F '\t' '$1 != c || $2 != e { if (c) print c, s, e; c = $1; s = $2 } { e = $3 } END { print c, s, e }' | xargs -d '\n')" \
    "chr1 100 220 chr2 10 90" "places in bedGraph"
good tfscore "${M[@]}" --ref zeros placed.fa --coords none
equal "$(grep -v -e '^#' -e '^track' out | cut -f 1 | sort -u | xargs)" "chr1:100-180(-) chr2:10-90 x::chr1:141-220" "--coords none"
printf 'chr1\t1000\nchr2\t50\n' >short.sizes
run tfscore "${M[@]}" placed.fa --chrom-sizes short.sizes -o left.bw
equal "$status" 1 "a region behind the end of its contig"
run tfscore "${M[@]}" placed.fa --overlap error -o left.bw
equal "$status" 1 "--overlap error"
printf 'chr1\t1000\nchr2\t50\nchr1 3\n' >twice.sizes
bad 1 'tfscore: twice.sizes:3: chr1: comes twice' tfscore "${M[@]}" placed.fa --chrom-sizes twice.sizes -o left.bw
printf 'chr1\n' >bad.sizes
bad 1 "tfscore: bad.sizes:1: chr1: a contig's length is needed behind its name, a whole number of at least 1" \
    tfscore "${M[@]}" placed.fa --chrom-sizes bad.sizes -o left.bw

# ---------------------------------------------------------------- options that change nothing

# idle NOTE OPTION...: a note says so, once, and the values are those without the option, whatever comes with both of them.
idle() {
    local note=$1
    shift
    good tfscore -m any.onnx -t 0 few.fa "${both[@]}" -f tsv
    cp out without
    [[ ! -s err ]] || fail "${both[*]} says: $(<err)"
    good tfscore -m any.onnx -t 0 few.fa "${both[@]}" -f tsv "$@"
    same out without "$*"
    equal "$(<err)" "tfscore: note: $note" "${both[*]} $*"
    good tfscore -m any.onnx -t 0 few.fa "${both[@]}" -f tsv "$@" -q
    equal "$(<err)" "" "${both[*]} $* -q"
}
# busy OPTION...: no note, and other values.
busy() {
    good tfscore -m any.onnx -t 0 few.fa "${both[@]}" -f tsv
    cp out without
    good tfscore -m any.onnx -t 0 few.fa "${both[@]}" -f tsv "$@"
    ! cmp -s out without || fail "${both[*]} $*: changes nothing"
    equal "$(grep 'changes nothing' err)" "" "${both[*]} $*"
}
head -n 6 "$seqs" >few.fa
both=(--method genomics)
idle "--steps changes nothing in what method genomics writes" --steps 20
idle "--overlap changes nothing in format tsv, which keeps the values of every sequence" --overlap first
busy -n 6
both=(--ref zeros)
idle "--references changes nothing, as none are drawn with reference zeros" -n 6
both=(--method ism)
idle "--ref changes nothing in what method ism writes" --ref zeros
idle "--references changes nothing, as none are drawn with reference none" -n 6
idle "--max-pool-gradient changes nothing in what method ism writes" --max-pool-gradient
both=(--method gradient)
idle "--ref changes nothing in what method gradient writes" --ref dinuc
both=(--method gradient --hypothetical)
busy --ref dinuc
both=(--method integrated-gradients)
busy --steps 3
good tfscore -m any.onnx -t 0 few.fa --method ism --ref zeros --max-delta 1e9
equal "$(grep 'changes nothing' err)" "" "--ref for --max-delta"
# the references of a method that needs none are those of any other
for method in genomics gradient ism; do
    good tfscore "${M[@]}" few.fa --method $method --ref dinuc -n 4 --refs-out refs.$method --deltas deltas.$method
    cut -f 1,2,4 deltas.$method >means.$method
done
for method in gradient ism; do
    same refs.$method refs.genomics "references of $method"
    paste means.$method means.genomics | awk -F '\t' 'NR > 1 && !($1 == $4 && ($3 - $6) ^ 2 < 1e-8)' >wrong
    equal "$(<wrong)" "" "outputs of the references of $method"
done

# ---------------------------------------------------------------- misuse and bad input

bad 2 'tfscore: --steps: "x" is not a whole number from 1 to 10000' tfscore "${M[@]}" --steps x "$seqs"
bad 2 'tfscore: --method: "deeplift" is not one of genomics, rescale, revealcancel, gradient, gradient-x-input, guided-backprop, '\
'integrated-gradients, ism' tfscore --method deeplift "$seqs"
bad 2 'tfscore: --output: the suffix of "left.xyz" tells no format; choose one with -f' tfscore "${M[@]}" "$seqs" -o left.xyz
for format in bigwig npz; do
    bad 2 "tfscore: left.$format.GZ: $format is not written compressed; leave .GZ out" tfscore "${M[@]}" "$seqs" -f $format -o left.$format.GZ
done
bad 2 'tfscore: --format: bigwig is not text and cannot go to standard output; give -o FILE' tfscore "${M[@]}" "$seqs" -f bigwig
bad 2 'tfscore: --hypothetical: format bedgraph cannot hold them; tsv and npz can' tfscore "${M[@]}" "$seqs" --hypothetical
bad 2 'tfscore: --task: format bedgraph holds one task per file; give -o FILE, or -f tsv, for all' tfscore "${M[@]}" "$seqs" -t all
bad 2 'tfscore: --task: "fourth" is no task of any.onnx; its tasks are first, second, third one' tfscore "${M[@]}" "$seqs" -t fourth
bad 2 'tfscore: --task: "3" is no task of any.onnx; its tasks are first, second, third one' tfscore "${M[@]}" "$seqs" -t 3
bad 2 'tfscore: --rule: "relu1" is not LAYER=RULE, RULE being gradient, guided, rescale or revealcancel' tfscore "${M[@]}" "$seqs" --rule relu1
bad 2 'tfscore: --rule nolayer=rescale: the model has no layer of that name; tfmodel info lists them' tfscore "${M[@]}" "$seqs" --rule nolayer=rescale
bad 2 'tfscore: --rule conv1=rescale: rules are for nonlinearities such as relu; this layer is of kind conv' tfscore "$seqs" --rule conv1=rescale
bad 2 'tfscore: --rule relu1=rescale: ism has no place for that rule' tfscore "$seqs" --rule relu1=rescale --method ism
bad 2 'tfscore: --rule: layer relu1 is given two rules, rescale and gradient; it can have one' \
    tfscore "$seqs" --rule relu1=rescale --rule relu2=rescale --rule relu1=rescale --rule relu1=gradient
good tfscore -q "$seqs" --rule relu1=rescale --rule relu2=rescale --rule relu1=rescale -n 1
for format in tsv bed npz; do
    bad 2 "tfscore: --overlap error: format $format keeps the values of every sequence, overlap or not; bedgraph and bigwig do not" \
        tfscore "${M[@]}" "$seqs" --overlap error -f $format -o left.$format
done
bad 2 'tfscore: --shard: "3/2" is not I/N, the I-th of N parts, as in 2/8' tfscore "${M[@]}" "$seqs" --shard 3/2
bad 2 'tfscore: --shard: standard input cannot be read twice, as parts need; give a file' tfscore "${M[@]}" - --shard 1/2
bad 2 'tfscore: --refs-out: zeros has no letters to write' tfscore "${M[@]}" "$seqs" --ref zeros --refs-out left.fa
bad 2 'tfscore: --deltas: method gradient has no reference, so there are no deltas; --ref gives one' \
    tfscore "${M[@]}" "$seqs" --method gradient --deltas left.tsv
bad 2 'tfscore: left.tsv: two outputs cannot go to the same place' tfscore "${M[@]}" "$seqs" -o left.tsv --deltas left.tsv
bad 2 'tfscore: -: two outputs cannot go to the same place' tfscore "${M[@]}" "$seqs" --deltas -
for taken in three.fa any.onnx r1; do
    cp "$taken" before
    run tfscore -m any.onnx -q three.fa --ref fasta:r1 -f tsv -o "$taken"
    equal "$status $(wc -l <err)" "2 1" "an output that is the input $taken"
    same "$taken" before "an input that was to be overwritten: $taken"
done

printf '>a\nACGTACGTACGTACGTAC\n>a\nACGTACGTACGTACGTAC\n' >twice.fa
printf '' >nothing.fa
printf '>a\n>b\nACGTACGTACGTACGTAC\n' >hollow.fa
printf '>a\nACGTACGTACGTACGTAC\n>b\nACG*ACGTACGTACGTAC\n' >letters.fa
printf '>a\nACGTACGTACGTACGTAC\n>b\nACGTACG\n' >short.fa
gzip -c "$seqs" | head -c 300 >cut.fa.gz
for file in twice.fa nothing.fa hollow.fa letters.fa short.fa cut.fa.gz; do
    run tfscore "${M[@]}" "$file" -o left.tsv --deltas left.deltas --refs-out left.refs
    equal "$status $(wc -l <err)" "1 1" "$file"
    [[ $(<err) == "tfscore: $file"* ]] || fail "$file: $(<err)"
done
bad 1 'tfscore: nowhere.fa: cannot open: No such file or directory' tfscore "${M[@]}" nowhere.fa -o left.tsv
bad 1 "tfscore: $seqs: seq_00: fixed.onnx: takes sequences of 60 positions, not of 80" tfscore -m fixed.onnx "$seqs" -o left.tsv
run tfscore "${M[@]}" short.fa
[[ $(<err) == "tfscore: short.fa: b: any.onnx: "*7* ]] || fail "a sequence that is too short: $(<err)"
run tfscore -m "$seqs" "$seqs" -o left.tsv
[[ $status -eq 1 && $(<err) == "tfscore: $seqs: "* ]] || fail "a model that is none: $status $(<err)"
head -c 500 any.onnx >cut.onnx
run tfscore -m cut.onnx "$seqs" -o left.tsv
[[ $status -eq 1 && $(<err) == "tfscore: cut.onnx: "* ]] || fail "a truncated model: $status $(<err)"
run tfscore "${M[@]}" "$seqs" --ref fasta:r3 --n-policy skip -o no/left.tsv
[[ $status -eq 1 && $(<err) == "tfscore: no/left.tsv: "* ]] || fail "an unwritable path: $status $(<err)"
run tfscore "${M[@]}" "$seqs" --ref fasta:three.fa -o left.tsv
[[ $status -eq 1 && $(<err) == "tfscore: $seqs: seq_03: "* ]] || fail "a sequence without references: $status $(<err)"
if [[ -w /dev/full ]]; then
    tfscore "${M[@]}" "$seqs" >/dev/full 2>err
    equal "$? $(<err)" "1 tfscore: standard output: cannot write: No space left on device" "a full disk"
    bad 1 'tfscore: /dev/full: cannot write: No space left on device' tfscore "${M[@]}" "$seqs" -o left.tsv --deltas /dev/full
fi
for threads in 1 3; do
    tfscore "${M[@]}" -@ "$threads" "$seqs" 2>err | head -n 1 >out
    equal "$(<err)" "" "a pipe that closes, -@ $threads"
done
tfsim generate -n 20000 --length 80 2>/dev/null | tfscore "${M[@]}" - 2>err | head -n 1 >out
equal "${PIPESTATUS[*]} $(<err)" "141 141 0 " "pipes that close"

for signal in INT TERM; do
    mkdir interrupted
    set -m # or bash makes what runs in the background ignore SIGINT
    tfsim generate -n 1000000 --length 80 | tfscore "${M[@]}" - -o interrupted/x.bw --deltas interrupted/d.tsv --refs-out interrupted/r.fa 2>err &
    set +m
    for ((i = 0; i < 100; i++)); do
        [[ -n $(ls -A interrupted) ]] && break
        sleep 0.05
    done
    sleep 0.2
    kill -$signal $!
    wait $! 2>/dev/null
    equal "$?" $((128 + $(kill -l $signal))) "status after SIG$signal"
    empty interrupted
    rm -rf interrupted
done

# a bar where stderr is a terminal, and only there
if command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    tfsim generate -n 3000 --length 80 -q -o many || exit 1
    script -qec "tfscore -m any.onnx -t 0 many/sequences.fa -o bar.bg -f bedgraph" /dev/null </dev/null >bar
    [[ $(tr '\r' '\n' <bar) =~ \[#*\ *\]\ +[0-9]+\ %\ [0-9]+\ sequences,\ [0-9.e+]+/s ]] || fail "no bar on a terminal: $(head -c 300 bar)"
    script -qec "tfscore -m any.onnx -q many/sequences.fa -o bar.bg -f bedgraph" /dev/null </dev/null >bar
    [[ ! -s bar ]] || fail "-q on a terminal: $(head -c 300 bar)"
else
    untested "the bar on a terminal, as script makes none here"
fi

[[ -z $(ls -A | grep left) ]] || fail "failed runs left $(ls -A | grep left | xargs)"
finish
