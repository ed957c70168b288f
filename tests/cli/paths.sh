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
    good tfscan -q -p "$to/motifs $e.meme" --threshold 0 "$to/few $e.fa" -o "$to/hits $e.bed"
    good tftrack merge "$to/scores $e.gata1.bw" "$to/scores.bedgraph" -o "$to/merged $e.bw"
    good tfplot motif "$to/motifs $e.meme" -o "$to/logos $e.svg"
    good tfplot scatter "$to/hits $e.tsv" -o "$to/scatter $e.svg"
    good tfmodel predict "$to/data set/sequences.fa" -o "$to/all predicted $e.tsv"
    good tfplot roc "$to/all predicted $e.tsv" --labels "$to/data set/labels.tsv" -o "$to/roc $e.svg"
    good tfplot lines "$to/the log" --x epoch --y train_loss -o "$to/the lines $e.svg"
    good tfplot tiers "$to/hits $e.tsv" --x rank --group motif -o "$to/the tiers $e.svg"
    good tfplot logo "$e=$to/scores $e.gata1.bw" "$to/scores.bedgraph" --fasta "$to/few $e.fa" -r "s$e" --boxes "$to/hits $e.bed" \
        -o "$to/logo $e.svg"
    good tfmodel convert "$to/a model $e.onnx" -o "$to/converted $e.onnx"
    designed "$to"
    on_a_genome "$to"
}

# designed FOLDER: a design that names its motifs beside it, and what is written of it, which says where they are.
designed() {
    local to=$1
    sed "s/grammar.meme/the motifs $e.meme/" "$TFL_SRCDIR/sims/grammar.ini" >"$to/a design $e.ini"
    cp "$TFL_SRCDIR/sims/grammar.meme" "$to/the motifs $e.meme"
    good tfsim generate -q -n 20 --design "$to/a design $e.ini" -o "$to/of a design $e"
    good tfsim generate -q -n 20 --design "$to/of a design $e/design.ini" -o "$to/of a design again"
    same "$to/of a design again/sequences.fa" "$to/of a design $e/sequences.fa" "$to: sequences of a design that was written"
}

# on_a_genome FOLDER: regions of contigs, what is shown of them in a browser, and arrays.
on_a_genome() {
    local to=$1 g="$1/the genome $e.fa" regions="$1/regions $e.bed"
    cp "$to/few $e.fa" "$g"
    sed -n "s/^>//p" "$g" | awk -v OFS='\t' '{ print $0, 10, 150 }' >"$regions"
    good tfscore -q --ref zeros -t gata1 -g "$g" -r "$regions" -o "$to/of regions $e.bw"
    good tfmodel predict -q -g "$g" -r "$regions" -o "$to/of regions $e.tsv"
    good tfscan -q --threshold 0 -g "$g" -r "$regions" -o "$to/of regions $e.bed"
    good tfscore -q --ref zeros -t gata1 --hypothetical --chrom-sizes "$g.fai" "$to/few $e.fa" -o "$to/arrays $e.npz"
    good tftrack unpack "$to/arrays $e.npz"
    good tftrack unpack -f npy "$to/arrays $e.npz" -o "$to/bare $e"
    good tftrack merge --chrom-sizes "$g.fai" "$to/of regions $e.bw" -o "$to/of regions $e.bedgraph.gz"
    good tfplot logo --scores "$to/of regions $e.bw" -g "$g" -r "s$e:20-60" -o "$to/part $e.svg"
    good tftrack report "$to/of regions $e.bw" "$to/scores.bedgraph" -g "$g" -r "$regions" --hits "$to/hits $e.bed" -o "$to/the report $e"
}
all "$d"
grep -q "^s$e"$'\t' "$d/predicted $e.tsv" || fail "the sequence is not named in predictions"
grep -q "GATA_$e" "$d/hits $e.tsv" || fail "the motif is not named in matches"
grep -q "^s$e:10-150"$'\t' "$d/of regions $e.tsv" || fail "the region is not named in predictions"
grep -q "\"locus\": \"s$e:" "$d/the report $e/session.json" || fail "the report does not begin at the region"
bad 1 "tfscore: $d/no file $e.fa: cannot open: No such file or directory" tfscore -q "$d/no file $e.fa"
good tfsim generate -q -n 20 -o "$d/x y"
empty "$d/z"

# what a German environment asks for is not heard, nor is one that does not exist
locales=(xx_XX.nothing)
export LOCPATH=$work
if localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" >localedef.log 2>&1 && [[ $(LC_ALL=de_DE.UTF-8 locale decimal_point) == , ]]; then
    locales+=(de_DE.UTF-8)
else
    untested "a decimal comma, as localedef makes no de_DE here: $(tail -n 1 localedef.log)"
fi
for locale in "${locales[@]}"; do
    { export LC_ALL=$locale LANG=$locale; } 2>/dev/null # bash does not find them
    rm -rf plain && mkdir plain
    all plain 2>/dev/null
    export LC_ALL=C
    while read -r -d '' file; do
        name=${file#plain/}
        # these say which command or file they are from
        case $name in
        */design.ini) diff <(grep -v '^motifs = ' "$file") <(grep -v '^motifs = ' "$d/$name") >/dev/null ;; # where they are
        *.bedgraph | *.tsv | 'the deltas' | evaluated) diff <(grep -v '^#' "$file") <(grep -v '^#' "$d/$name") >/dev/null ;;
        *) cmp -s "$file" "$d/$name" ;;
        esac || fail "$locale: $name differs"
    done < <(find plain -type f -print0)
    equal "$(find plain -type f | wc -l)" "$(find "$d" -type f -not -path '*/x y/*' | wc -l)" "$locale: number of files"
done
finish
