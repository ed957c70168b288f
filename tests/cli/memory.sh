#!/usr/bin/env bash
# Memory is flat: as many sequences as one likes take as much as a hundred, but for buffers that fill up at first. What has
# to be known to the end (names, to notice one that comes twice; places, in formats that sort) waits in temporary files.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
peak=$TFL_BUILDDIR/tests/support/peak_memory
motifs=$TFL_SRCDIR/data/motifs.meme
(ulimit -v 2097152 && tfmodel --version) >/dev/null 2>&1 || { echo "skipped: sanitizers want memory of their own" && exit 77; }
few=100 many=${TFL_SLOW:+1000000}
: "${many:=50000}"
most=6144 # kB more than for the few, 6 bytes a sequence in the slow form: buffers, of which a bigWig has twenty-odd

# sequences N: of 60 letters, each in its place on one of three contigs; own N: each its own contig.
sequences() {
    awk -v n="$1" -v own="${2-}" 'BEGIN {
        for (i = 0; i < 4000; i++) { x = (x * 1103515245 + 12345) % 2147483648; s = s substr("ACGT", 1 + int(x / 536870912), 1) }
        for (i = 0; i < n; i++) printf "%s\n%s\n", own ? ">peak_" i : sprintf(">chr%d:%d-%d", 1 + i % 3, i * 40, i * 40 + 60), substr(s, 1 + i * 37 % 3900, 60)
    }'
}

# genome N: three contigs, each of N bases and some.
genome() {
    awk -v n="$1" 'BEGIN {
        for (i = 0; i < 60; i++) { x = (x * 1103515245 + 12345) % 2147483648; s = s substr("ACGT", 1 + int(x / 536870912), 1) }
        for (c = 1; c <= 3; c++) { print ">chr" c; for (i = 0; i < n + 120; i += 60) print s }
    }'
}

# regions N: of 60 bases, in no order, none twice.
regions() {
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) { k = i * 7919 % n; printf "chr%d\t%d\t%d\n", 1 + k % 3, k, k + 60 } }'
}

# values N: a value for each of N bases, and some, on three contigs.
values() {
    awk -v n="$1" 'BEGIN { for (c = 1; c <= 3; c++) for (i = 0; i < n + 4100; i++) printf "chr%d\t%d\t%d\t%d\n", c, i, i + 1, i % 7 - 3 }'
}

good "$TFL_BUILDDIR/tests/support/write_model" m.onnx any
genome "$many" >g.fa
for n in "$few" "$many"; do
    sequences "$n" >"s$n.fa"
    sequences "$n" own >"o$n.fa"
    regions "$n" >"r$n.bed"
    values "$n" >"v$n.bedgraph"
done
good tfscan -q -g g.fa -r "r$few.bed" -o x.tsv # makes the index

# N stands for the number of sequences.
gradient="tfscore -q -@ 2 --method gradient -m m.onnx -t 0"
runs=(
    "$gradient sN.fa -o x.bw"
    "$gradient oN.fa -o x.bw"
    "$gradient sN.fa --shard 2/3 -o x.bw"
    "$gradient -g g.fa -r rN.bed -o x.bw"
    "$gradient -g g.fa -r rN.bed --shard 2/3 -o x.tsv"
    "$gradient sN.fa -o x.bedgraph"
    "$gradient oN.fa -o x.bedgraph"
    "$gradient sN.fa -o x.npz"
    "tfscan -q -@ 2 -p $motifs sN.fa -o x.tsv"
    "tfscan -q -@ 2 -p $motifs --scores vN.bedgraph s$few.fa -o x.tsv"
    "tfsim generate -q -n N -o d"
    "tfsim shuffle -q -@ 2 sN.fa -o x.fa"
    "tfmodel predict -@ 2 -m m.onnx sN.fa -o x.tsv"
)
for command in "${runs[@]}"; do
    kb=()
    for n in "$few" "$many"; do
        words=${command//N.fa/$n.fa}
        words=${words//rN/r$n}
        words=${words//vN/v$n}
        # shellcheck disable=SC2086 # a list of words
        good "$peak" kb ${words// N / $n }
        kb+=("$(<kb)")
        rm -rf x.* d
    done
    echo "$command: ${kb[0]} kB for $few, ${kb[1]} kB for $many"
    ((kb[1] - kb[0] <= most)) || fail "$command: ${kb[0]} kB for $few sequences, ${kb[1]} kB for $many"
done

# The best matches in a long sequence need a byte more for each of its letters than all those above a threshold, and two arrays grow by halves.
awk -v n=4000000 'BEGIN { srand(3); for (i = 0; i < 997; i++) s = s substr("ACGT", 1 + int(rand() * 4), 1); print ">long"; for (i = 0; i < n; i += 997) print s }' >long.fa
good "$peak" all tfscan -q -@ 1 -p "$motifs" --threshold 20 long.fa -o x.tsv
good "$peak" best tfscan -q -@ 1 -p "$motifs" --top 3 long.fa -o x.tsv
echo "a sequence of 4 Mb: $(<all) kB, and $(<best) kB for the best matches"
rm x.tsv
(($(<best) - $(<all) <= 8192)) || fail "a sequence of 4 Mb: $(<all) kB, and $(<best) kB for the best matches"

# A name that comes twice is found among so many, wherever; no output is left.
twice() {
    awk -v again="$1" -v at="$2" '/^>/ { n++ } n == again && /^>/ { name = $0 } n == at && /^>/ { $0 = name } { print }' "o$many.fa" >twice.fa
    bad 1 "tfmodel: twice.fa:$((2 * $2 - 1)): record peak_$(($1 - 1)): a record of this name came before, and names must differ" \
        tfmodel predict -@ 2 -m m.onnx twice.fa -o x.tsv
    [[ ! -e x.tsv ]] || fail "a file with a name that comes twice left an output"
}
twice 1 2
twice 5000 "$many"
twice 20000 20001
twice 12345 $((many - 1))
finish
