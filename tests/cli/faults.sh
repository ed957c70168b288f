#!/usr/bin/env bash
# What happens to the outputs of every program when the disk is full, a file cannot be synced, closed, named or made, a
# limit is reached, the reader goes away, or the user stops it: the whole file or none, an old one untouched, nothing left
# beside it, and a status that is not 0.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
RANDOM=${TFL_SEED:-20240917}
tries=${TFL_SLOW:+12}
echo "seed ${TFL_SEED:-20240917}, ${tries:=1} signals for each run (TFL_SEED, TFL_SLOW)"

cat >s.fa <<'END'
>chr1:100-160
ACGTTGACAGATAAGGATTTACGACGGCATCGACTAGCAGATCATCTGAACATTTACGAT
>chr1:140-200
TTTACGACGTACGACAGATAACCATTAGACAGTACGATCAGATTACAGACGATCCGACGG
END
motifs=$TFL_SRCDIR/data/motifs.meme
good tfscore --ref zeros -q -t 0 -o a.bw s.fa
good tfscore --ref zeros -q -t 0 -o a.bedgraph s.fa
good tfscore --ref zeros -q -t 0 -o a.npz s.fa
good "$TFL_BUILDDIR/tests/support/write_model" m.onnx any
good tfsim generate -q -n 30 -o data

# Each writes into o/, and there alone.
runs=(
    "tfscore -q --ref zeros -t 0 s.fa -o o/x.bedgraph"
    "tfscore -q --ref zeros -t 0 s.fa -o o/x.bed.gz"
    "tfscore -q --ref zeros -t 0 s.fa -o o/x.tsv"
    "tfscore -q --ref zeros -t 0 --hypothetical s.fa -o o/x.npz"
    "tfscore -q --ref dinuc -n 2 -t all s.fa -o o/x.bw --deltas o/d.tsv --refs-out o/r.fa.gz"
    "tfscan -p $motifs --threshold 0 s.fa -o o/x.tsv"
    "tfscan -p $motifs --threshold 0 -f bed s.fa -o o/x.bed.gz"
    "tfscan -p $motifs --threshold 0 -f fimo --scores a.bw s.fa -o o/x.fimo"
    "tfsim generate -q -n 20 -o o --simdata o/all.simdata"
    "tfsim shuffle -q s.fa -o o/s.fa.gz"
    "tftrain -q data -o o/m.onnx --log o/log.tsv --epochs 1 --filters 2 --dense 2 --width 3"
    "tfmodel convert m.onnx -o o/m.onnx"
    "tfmodel normalize m.onnx -o o/m.onnx"
    "tfmodel predict -m m.onnx s.fa -o o/p.tsv"
    "tftrack merge a.bw a.bw -o o/m.bw"
    "tftrack merge a.bedgraph a.bw -o o/m.bedgraph.gz"
    "tftrack unpack -q a.npz -o o/p"
    "tfplot motif $motifs -o o/x.svg"
    "tfplot motif $motifs -o o/x.pdf"
    "tfplot motif $motifs -o o/x.png"
)

# old NAME...: o/ holds these, with an old content.
old() {
    rm -rf o && mkdir o
    local name
    for name in "$@"; do
        echo old >"o/$name"
    done
}

# check WHAT SOME-NEW NAME...: of o/ only these are there, all of them old, or, where SOME-NEW is not 0, some whole and new.
check() {
    local what=$1 some_new=$2 name
    shift 2
    equal "$(find o -mindepth 1 -printf "%f\n" | sort | xargs)" "$(printf '%s\n' "$@" | sort | xargs)" "$what: files"
    for name in "$@"; do
        [[ $(head -c 4 "o/$name") == old ]] && continue
        [[ $some_new -eq 0 ]] && fail "$what: $name is no longer the old one"
        cmp -s "o/$name" "new/$name" || fail "$what: $name is neither old nor whole"
    done
}

# whole WHAT NAME...: all of them are new and whole.
whole() {
    local what=$1 name
    shift
    for name in "$@"; do
        same "o/$name" "new/$name" "$what: $name"
    done
}

# failed WHAT STATUS: that status, and one line.
failed() {
    equal "$status" "$2" "$1: status"
    [[ $(wc -l <err) -eq 1 && $(<err) == "$program: "* ]] || fail "$1: said: $(<err)"
}

# inject NAME COMMAND...: the K-th call of NAME fails, for every K there is.
inject() {
    local call=$1 k
    shift
    for ((k = 1; k < 60; k++)); do
        old "${names[@]}"
        rm -f mark
        TFL_FAULT=$call:$k:$work/mark LD_PRELOAD=$faults run "$@"
        [[ -e mark ]] || break
        failed "$*: $call $k fails" 1
        check "$*: $call $k fails" "$([[ $call == rename ]] && echo $((k - 1)) || echo 0)" "${names[@]}"
    done
    equal "$status" 0 "$*: without a fault"
    injected=$((injected + k - 1))
}

# limited BLOCKS COMMAND...: no file may be longer than that.
limited() {
    local blocks=$1
    shift
    old "${names[@]}"
    (ulimit -f "$blocks" && "${apart[@]}" "$@" 2>&1 >/dev/null) | cat >err
    status=${PIPESTATUS[0]}
    if [[ $status -eq 0 ]]; then
        whole "$*: files of $blocks blocks" "${names[@]}"
    else
        failed "$*: files of $blocks blocks" 1
        check "$*: files of $blocks blocks" 0 "${names[@]}"
    fi
}

# interrupt SIGNAL MOST COMMAND...: after a random time of up to MOST milliseconds.
interrupt() {
    local signal=$1 most=$2 delay
    shift 2
    delay=$(printf '0.%03d' $((RANDOM % most)))
    old "${names[@]}"
    set -m # or bash makes what runs in the background ignore SIGINT
    # Not into err: what a sanitizer has started to name its findings outlives the program, and would write into the next one's.
    "${apart[@]}" "$@" >/dev/null 2>stopped &
    set +m
    sleep "$delay"
    kill -"$signal" $! 2>/dev/null
    wait $! 2>/dev/null
    status=$?
    if [[ $status -eq 0 ]]; then
        whole "$*: SIG$signal came too late" "${names[@]}"
    else
        equal "$status" $((128 + $(kill -l "$signal"))) "$*: status of SIG$signal after $delay s"
        check "$*: SIG$signal after $delay s" 1 "${names[@]}"
        interrupted=$((interrupted + 1))
    fi
}

faults=$TFL_BUILDDIR/tests/support/faults.so
LD_PRELOAD=$faults run tfsim --version # sanitizers want to come first
[[ -e $faults && $status -eq 0 && ! -s err ]] || { echo "calls do not fail here: $(head -n 1 err)" && faults=; }
no_files=0
(ulimit -f 0 && tfsim --version 2>&1 | cat) >out 2>/dev/null
grep -q tfsim out || { echo "no run without any file: the thread sanitizer writes one before a program begins" && no_files=1; }
injected=0 interrupted=0
for command in "${runs[@]}"; do
    read -r -a words <<<"$command"
    program=${words[0]}
    rm -rf new && mkdir -p o && rm -rf o/*
    start=$(date +%s%N)
    good "${words[@]}"
    most=$((($(date +%s%N) - start) / 800000 + 2))
    [[ $most -lt 900 ]] || most=900
    mv o new
    read -r -a names <<<"$(find new -mindepth 1 -printf "%f\n" | sort | xargs)"
    [[ ${#names[@]} -gt 0 ]] || fail "$command: wrote nothing"
    for call in write fsync close rename create; do
        [[ -z $faults ]] || inject "$call" "${words[@]}"
    done
    [[ $no_files -ne 0 ]] || limited 0 "${words[@]}"
    limited 1 "${words[@]}"
    for ((i = 0; i < tries; i++)); do
        interrupt "$( ((i % 2)) && echo INT || echo TERM)" "$most" "${words[@]}"
    done
done
echo "$injected calls failed, $interrupted runs were stopped"

# ---------------------------------------------------------------- standard output

streams=(
    "tfscore -q --ref zeros -t 0 s.fa"
    "tfscore -q --ref zeros -t 0 -f tsv s.fa"
    "tfscan -p $motifs --threshold 0 s.fa"
    "tfsim generate -q"
    "tfsim shuffle -q s.fa"
    "tfmodel info m.onnx"
    "tfmodel predict -m m.onnx s.fa"
    "tfmodel evaluate data"
    "tftrack merge a.bedgraph -f bedgraph"
    "tfplot motif $motifs -f svg -o -"
)
for command in "${streams[@]}"; do
    read -r -a words <<<"$command"
    program=${words[0]}
    if [[ -w /dev/full ]]; then
        "${words[@]}" >/dev/full 2>err
        status=$?
        failed "$command >/dev/full" 1
    fi
    "${words[@]}" >&- 2>err
    status=$?
    failed "$command >&-" 1
    { sleep 0.1 && exec "${words[@]}" 2>err; } | true
    equal "${PIPESTATUS[0]} $(<err)" "141 " "$command | true"
done

# ---------------------------------------------------------------- outputs that are inputs

# refused FILE COMMAND...: FILE stays as it is, under another name of it too.
refused() {
    local file=$1
    shift
    cp "$file" kept && ln -sf "$file" link
    run "$@"
    equal "$status $(wc -l <err)" "2 1" "$*: $(<err)"
    same "$file" kept "$*: $file"
}
# Two outputs of one run are two files, whether they are there or not.
mkdir -p there here
ln -s "$work/here" other
touch there/x
for command in "tfscore -q --ref zeros -t 0 s.fa -o here/x.tsv --deltas ./here/x.tsv" "tfscore -q -t 0 s.fa -o other/x.tsv --refs-out here/x.tsv" \
    "tfscore -q --ref zeros -t 0 s.fa -f bed -o there/x --deltas there/../there/x" "tftrain data -o here/m.onnx --log other/m.onnx" \
    "tfsim generate -n 5 -q -o here --simdata other/labels.tsv" "tfsim generate -n 5 -q -o here/new --simdata here/new/labels.tsv"; do
    # shellcheck disable=SC2086 # a list of words
    run $command
    equal "$status $(wc -l <err)" "2 1" "$command: $(<err)"
    [[ $(<err) == *"two outputs cannot go to the same place"* ]] || fail "$command: $(<err)"
    empty here
done
cp "$motifs" m.meme && cp data/sequences.fa f.fa && cp data/labels.tsv l.tsv
refused s.fa tfscore -q --ref zeros -t 0 s.fa -f bed -o s.fa
refused s.fa tfscore -q --ref zeros -t 0 s.fa -f bed -o link
refused s.fa tfscore -q --ref zeros -t 0 s.fa --deltas ./s.fa
refused s.fa tfscore -q -t 0 s.fa --refs-out s.fa
refused m.onnx tfscore -q -m m.onnx -t 0 s.fa -f bed -o m.onnx
refused m.meme tfscan -p m.meme s.fa -o link
refused a.bw tfscan -p m.meme --scores a.bw s.fa -o a.bw
refused s.fa tfsim shuffle s.fa -o link
refused f.fa tftrain --fasta f.fa --labels l.tsv -o f.fa
refused l.tsv tftrain --fasta f.fa --labels l.tsv -o m.onnx --log l.tsv
refused data/sequences.fa tftrain data -o data/sequences.fa
refused data/labels.tsv tftrain data -o o/m.onnx --log data/labels.tsv
refused m.onnx tfmodel convert m.onnx -o link
refused m.onnx tfmodel normalize m.onnx -o ./m.onnx
refused s.fa tfmodel predict -m m.onnx s.fa -o s.fa
refused a.bw tftrack merge a.bw -o link -f bigwig
refused m.meme tfplot motif m.meme -f svg -o m.meme
finish
