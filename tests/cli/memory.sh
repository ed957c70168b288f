#!/usr/bin/env bash
# Memory does not grow with the number of sequences, but for what has to be known to the end: 8 bytes for each name, to
# notice one that comes twice, in a table at most half full, and in formats that sort 24 bytes for each region.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
peak=$TFL_BUILDDIR/tests/support/peak_memory
motifs=$TFL_SRCDIR/data/motifs.meme
(ulimit -v 2097152 && tfmodel --version) >/dev/null 2>&1 || { echo "skipped: sanitizers want memory of their own" && exit 77; }
few=100 many=${TFL_SLOW:+1000000}
: "${many:=10000}"
most=96 # bytes for each further sequence; a record of the text that comes in and goes out has some hundreds

# sequences N: of 60 letters, each in its place on one of three contigs.
sequences() {
    awk -v n="$1" 'BEGIN {
        for (i = 0; i < 4000; i++) { x = (x * 1103515245 + 12345) % 2147483648; s = s substr("ACGT", 1 + int(x / 536870912), 1) }
        for (i = 0; i < n; i++) printf ">chr%d:%d-%d\n%s\n", 1 + i % 3, i * 40, i * 40 + 60, substr(s, 1 + i * 37 % 3900, 60)
    }'
}
good "$TFL_BUILDDIR/tests/support/write_model" m.onnx any
sequences $few >"s$few.fa"
sequences "$many" >"s$many.fa"

# N stands for the number of sequences.
runs=(
    "tfscore -q -@ 2 --method gradient -m m.onnx -t 0 sN.fa -o x.bw"
    "tfscore -q -@ 2 --method gradient -m m.onnx -t 0 sN.fa -o x.bedgraph"
    "tfscan -q -@ 2 -p $motifs sN.fa -o x.tsv"
    "tfsim generate -q -n N -o d"
    "tfsim shuffle -q -@ 2 sN.fa -o x.fa"
    "tfmodel predict -@ 2 -m m.onnx sN.fa -o x.tsv"
)
for command in "${runs[@]}"; do
    kb=()
    for n in "$few" "$many"; do
        words=${command//sN/s$n}
        # shellcheck disable=SC2086 # a list of words
        good "$peak" kb ${words// N / $n }
        kb+=("$(<kb)")
        rm -rf x.* d
    done
    growth=$((1024 * (kb[1] - kb[0]) / (many - few)))
    echo "$command: ${kb[0]} kB for $few, ${kb[1]} kB for $many: $growth bytes a sequence"
    # buffers fill up at first: 2 MB
    ((kb[1] - kb[0] <= 2048 + most * many / 1024)) || fail "$command: ${kb[0]} kB for $few sequences, ${kb[1]} kB for $many"
done
finish
