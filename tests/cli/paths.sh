#!/usr/bin/env bash
# Blanks and UTF-8 in the names of files, folders, sequences, tasks and motifs, through every program; and the same bytes
# in an environment that asks for a decimal comma.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
d="Donn\303\251es \316\261"
d=$(printf '%b' "$d")
e=$(printf '%b' '\303\251')
mkdir "$d" plain

# all FOLDER: every program reads from it and writes into it.
all() {
    local to=$1
    good tfsim generate -q -n 40 -o "$to/data set" --simdata "$to/all $e.simdata"
    good tfsim shuffle -q "$to/data set/sequences.fa" -o "$to/shuffled $e.fa.gz"
    good tftrain -q "$to/data set" -o "$to/a model $e.onnx" --log "$to/the log" --epochs 1 --filters 2 --dense 2 -@ 1
    sed -n 1,8p "$to/data set/sequences.fa" | sed "s/>seq_00/>s$e/" >"$to/few $e.fa"
    cp "$TFL_SRCDIR/data/motifs.meme" "$to/motifs $e.meme"
    sed -i "s/GATA_disc1/GATA_$e/" "$to/motifs $e.meme"
    good tfmodel info "$to/a model $e.onnx"
    good tfmodel predict -m "$to/a model $e.onnx" "$to/few $e.fa" -o "$to/predicted $e.tsv"
    good tfmodel evaluate -m "$to/a model $e.onnx" "$to/data set"
    cp out "$to/evaluated"
    good tfmodel normalize "$to/a model $e.onnx" -o "$to/normal $e.onnx"
    good tfscore -q --ref zeros -t all "$to/few $e.fa" -o "$to/scores $e.bw" --deltas "$to/the deltas"
    good tfscore -q --ref dinuc -n 2 -t gata1 "$to/few $e.fa" -o "$to/scores.bedgraph" --refs-out "$to/references $e.fa"
    good tfscore -q --ref "fasta:$to/references $e.fa" -t gata1 "$to/few $e.fa" -o "$to/scores $e.tsv"
    good tfscan -q -p "$to/motifs $e.meme" --scores "$to/scores $e.gata1.bw" --threshold 0 "$to/few $e.fa" -o "$to/hits $e.tsv"
    good tftrack merge "$to/scores $e.gata1.bw" "$to/scores.bedgraph" -o "$to/merged $e.bw"
    good tfplot motif "$to/motifs $e.meme" -o "$to/logos $e.svg"
    good tfplot scatter "$to/hits $e.tsv" -o "$to/scatter $e.svg"
}
all "$d"
grep -q "^s$e"$'\t' "$d/predicted $e.tsv" || fail "the sequence is not named in predictions"
grep -q "GATA_$e" "$d/hits $e.tsv" || fail "the motif is not named in matches"
bad 1 "tfscore: $d/no file $e.fa: cannot open: No such file or directory" tfscore -q "$d/no file $e.fa"
good tfsim generate -q -n 20 -o "$d/x y"
empty "$d/z"

# what a German environment asks for is not heard, nor is one that does not exist
localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" 2>/dev/null
export LOCPATH=$work
for locale in de_DE.UTF-8 xx_XX.nothing; do
    { export LC_ALL=$locale LANG=$locale; } 2>/dev/null # bash does not find them
    rm -rf plain && mkdir plain
    all plain 2>/dev/null
    export LC_ALL=C
    while read -r -d '' file; do
        name=${file#plain/}
        # these say which command or file they are from
        case $name in *.bedgraph | *.tsv | 'the deltas' | evaluated) diff <(grep -v '^#' "$file") <(grep -v '^#' "$d/$name") >/dev/null ;; *) cmp -s "$file" "$d/$name" ;; esac ||
            fail "$locale: $name differs"
    done < <(find plain -type f -print0)
    equal "$(find plain -type f | wc -l)" "$(find "$d" -type f -not -path '*/x y/*' | wc -l)" "$locale: number of files"
done
finish
