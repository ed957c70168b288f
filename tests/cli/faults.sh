#!/usr/bin/env bash
# What happens to the outputs of every program when the disk is full, a file cannot be synced, closed, named or made, a
# limit is reached, the reader goes away, or the user stops it: the whole file or none, an old one untouched, nothing left
# beside it, and a status that is not 0.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
shopt -s nullglob dotglob
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
train="tftrain -q data --epochs 1 --filters 2 --dense 2 --width 3"
good tfscore --ref zeros -q -t 0 -o a.bw s.fa
good tfscore --ref zeros -q -t 0 -o a.bedgraph s.fa
good tfscore --ref zeros -q -t 0 -o a.npz s.fa
good "$TFL_BUILDDIR/tests/support/write_model" m.onnx any
good tfsim generate -q -n 30 -o data
printf '>chr1\n%s\n' "$(tail -n 1 s.fa)$(tail -n 1 s.fa)" >g.fa
printf 'chr1\t10\t80\n' >r.bed
printf 'epoch\tloss\n1\t2\n2\t1\n' >epochs.tsv
good tfsim shuffle -q g.fa -o g.fa.gz
printf 'chr1|dinuc|0\t10\t80\n' >z.bed
good tfscan -q -p "$motifs" --scores a.bw --threshold 0 s.fa -o matches.tsv
good tfmodel predict -q data/sequences.fa -o predictions.tsv

# Each writes into o/, and there alone.
runs=(
    "tfscore -q --ref zeros -t 0 s.fa -o o/x.bedgraph.gz"
    "tfscore -q --ref zeros -t 0 s.fa -o o/x.bed"
    "tfscore -q --ref zeros -t 0 s.fa -o o/x.tsv.gz"
    "tfscore -q --ref zeros -t 0 --hypothetical s.fa -o o/x.npz"
    "tfscore -q --ref dinuc -n 2 -t all s.fa -o o/x.bw --deltas o/d.tsv --refs-out o/r.fa.gz"
    "tfscan -p $motifs --threshold 0 s.fa -o o/x.tsv.gz"
    "tfscan -p $motifs --threshold 0 -f bed s.fa -o o/x.bed.gz"
    "tfscan -p $motifs --threshold 0 -f fimo s.fa -o o/x.fimo"
    "tfscan -p $motifs --threshold 0 --scores a.bw s.fa -o o/x.tsv"
    "tfsim generate -q -n 20 -o o --simdata o/all.simdata"
    "tfsim shuffle -q s.fa -o o/s.fa.gz"
    "$train -o o/m.onnx --log o/log.tsv"
    "tfmodel convert m.onnx -o o/m.onnx"
    "tfmodel normalize m.onnx -o o/m.onnx"
    "tfmodel predict -m m.onnx s.fa -o o/p.tsv.gz"
    "tfmodel evaluate data -o o/e.tsv"
    "tftrack merge a.bw a.bw -o o/m.bw"
    "tftrack merge a.bedgraph a.bw -o o/m.bedgraph.gz"
    "tftrack unpack -q a.npz -o o/p"
    "tftrack unpack -q -f npy a.npz -o o/p"
    "tfplot motif $motifs -o o/x.svg"
    "tfplot logo a.bw --fasta s.fa -o o/x.pdf"
    "tfplot scatter matches.tsv -o o/x.png"
    "tfplot tiers matches.tsv --x motif -o o/x.svg"
    "tfplot lines epochs.tsv --x epoch --y loss -o o/x.pdf"
    "tfplot roc predictions.tsv --labels data/labels.tsv -o o/x.svg"
)

# old NAME...: o/ holds these, with an old content.
old() {
    local name
    rm -rf o/* mark
    for name in "$@"; do
        echo old >"o/$name"
    done
}

# check WHAT SOME-NEW NAME...: of o/ only these are there, all of them old, or, where SOME-NEW is not 0, some whole and new.
check() {
    local what=$1 some_new=$2 name first files=(o/*)
    shift 2
    equal "${files[*]#o/}" "$*" "$what: files"
    for name in "$@"; do
        read -r first <"o/$name"
        [[ $first != old ]] || continue
        [[ $some_new -ne 0 ]] || fail "$what: $name is no longer the old one"
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
    local lines
    mapfile -t lines <err
    equal "$status" "$2" "$1: status"
    [[ ${#lines[@]} -eq 1 && ${lines[0]} == "$program: "* ]] || fail "$1: said: $(<err)"
}

# inject NAME COMMAND...: the K-th call of NAME fails, for every K there is.
inject() {
    local call=$1 k
    shift
    for ((k = 1; k < 60; k++)); do
        old "${names[@]}"
        TFL_FAULT=$call:$k:$work/mark LD_PRELOAD=$faults run "$@"
        [[ -e mark ]] || break
        failed "$*: $call $k fails" 1
        check "$*: $call $k fails" "$([[ $call == rename ]] && echo $((k - 1)) || echo 0)" "${names[@]}"
    done
    equal "$status" 0 "$*: without a fault"
    [[ $k -gt 1 ]] || fail "$*: makes no call of $call that could fail"
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

find_faults
blocks=(0 1)
(ulimit -f 0 && "${apart[@]}" tfsim --version 2>/dev/null) | cat >out
if ! grep -q tfsim out; then
    echo "no run without any file: the thread sanitizer writes one before a program begins" && blocks=(1)
    is_sanitized || fail "tfsim --version writes a file"
fi
signals=(INT TERM HUP) # what the programs handle
injected=0 interrupted=0
for command in "${runs[@]}"; do
    read -r -a words <<<"$command"
    program=${words[0]}
    rm -rf new && mkdir -p o && rm -rf o/*
    start=${EPOCHREALTIME/./}
    good "${words[@]}"
    most=$(((${EPOCHREALTIME/./} - start) / 800 + 2))
    [[ $most -lt 900 ]] || most=900
    mv o new && mkdir o
    names=(new/*)
    names=("${names[@]#new/}")
    [[ ${#names[@]} -gt 0 ]] || fail "$command: wrote nothing"
    for call in write fsync close rename create; do
        [[ -z $faults ]] || inject "$call" "${words[@]}"
    done
    for n in "${blocks[@]}"; do
        limited "$n" "${words[@]}"
    done
    for ((i = 0; i < tries; i++)); do
        interrupt "${signals[RANDOM % ${#signals[@]}]}" "$most" "${words[@]}"
    done
done
# The index of a genome, which a run makes beside it, is whole or not there, and the run goes on without it.
index_run=(tfscan -q -p "$motifs" --threshold 0 -g i/g.fa.gz -r z.bed)
program=tfscan
mkdir i && cp g.fa.gz i
good "${index_run[@]}"
mv i indexed && cp out expected
names=(indexed/*)
equal "${names[*]}" "indexed/g.fa.gz indexed/g.fa.gz.fai indexed/g.fa.gz.gzi" "the index that a run makes"
for call in ${faults:+write fsync close rename create}; do
    for ((k = 1; k < 60; k++)); do
        rm -rf i mark && mkdir i && cp g.fa.gz i
        TFL_FAULT=$call:$k:$work/mark LD_PRELOAD=$faults "${index_run[@]}" 2>err | cat >out
        status=${PIPESTATUS[0]}
        [[ -e mark ]] || break
        for name in i/*; do
            same "$name" "indexed/${name#i/}" "$call $k fails, while an index is made"
        done
        equal "$status $(<err)" "0 " "$call $k fails, while an index is made"
        same out expected "$call $k fails, while an index is made"
    done
    [[ $k -gt 1 ]] || fail "no $call fails while an index is made"
    injected=$((injected + k - 1))
done
echo "$injected calls failed, $interrupted runs were stopped"
[[ -z ${TFL_SLOW-} || $interrupted -gt 0 ]] || fail "no signal came in time"

# ---------------------------------------------------------------- standard output

streams=(
    "tfscore -q --ref zeros -t 0 s.fa"
    "tfscore -q --ref zeros -t 0 -f tsv s.fa"
    "tfscan -p $motifs --threshold 0 s.fa"
    "tfsim generate -q"
    "tfsim shuffle -q s.fa"
    "$train -o o/m.onnx"
    "tfmodel info m.onnx"
    "tfmodel predict -q -m m.onnx s.fa"
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

# refused FILE COMMAND: the output @ of a command is FILE, which it reads: by its name, links of either kind, and as standard output. Without an @ it
# writes to FILE by its own choice of names, or has standard output go there.
tested=
refused() {
    local file=$1 name words to forms=("$1" link hard -)
    ln -sf "$file" link && ln -f "$file" hard && cp "$file" kept
    program=${2%% *}
    tested+=$2$'\n'
    [[ $2 == *@* ]] || forms=(-)
    for name in "${forms[@]}"; do
        read -r -a words <<<"${2//@/$name}"
        to=out
        [[ $name != - ]] || to=$file
        (ulimit -f 4000 && exec "${words[@]}" <"$file" >>"$to" 2>err) # or one that reads what it writes would go on
        status=$?
        failed "${words[*]}, where - is $file" 2
        [[ $(<err) == *": would overwrite the input "* ]] || fail "${words[*]}: said: $(<err)"
        cmp -s "$file" kept || { fail "${words[*]}: changes $file" && cp kept "$file"; }
    done
}

# Two outputs of one run are two files, whether they are there or not.
mkdir -p there here
ln -s "$work/here" other
ln -s nothing one && ln -s ./nothing two
touch there/x
for command in "tfscore -q --ref zeros -t 0 s.fa -o here/x.tsv --deltas ./here/x.tsv" "tfscore -q -t 0 s.fa -o other/x.tsv --refs-out here/x.tsv" \
    "tfscore -q --ref zeros -t 0 s.fa -f bed -o there/x --deltas there/../there/x" "tftrain data -o here/m.onnx --log other/m.onnx" \
    "tfscore -q --ref zeros -t 0 s.fa -f bed -o one --deltas two" "tftrain data -o out" "tftrain data -o here/m.onnx --log -" \
    "tfsim generate -n 5 -q -o here --simdata other/labels.tsv" "tfsim generate -n 5 -q -o here/new --simdata here/new/labels.tsv"; do
    # shellcheck disable=SC2086 # a list of words
    run $command
    equal "$status $(wc -l <err)" "2 1" "$command: $(<err)"
    [[ $(<err) == *"two outputs cannot go to the same place"* ]] || fail "$command: $(<err)"
    empty here
done

cp "$motifs" m.meme && cp data/sequences.fa f.fa && cp data/labels.tsv l.tsv
printf 'chr1\t1000\n' >sizes && cp sizes x.gata1.bedgraph
good tfscan -q -p m.meme -g g.fa.gz -r z.bed # makes the index
good tfscan -q -p m.meme -g g.fa -r r.bed
good tfsim shuffle -q s.fa -o refs.fa
good tfscan -q -p m.meme -f bed --threshold 0 s.fa -o boxes.bed
good tftrack unpack -q a.npz -o p -f npy && cp a.npz p.one_hot.npz
mkdir d && printf '[design]\nname = mine\nsequences = 5\ntasks = t\nmotifs = labels.tsv\n# a comment\n[class a]\nplant = GATA_disc1 mean=1 min=0 max=2\n' >d/design.ini
cp "$TFL_SRCDIR/data/tal1-gata1.onnx" own.onnx
cp m.meme d/labels.tsv && sed 's/labels.tsv/m.meme/' d/design.ini >my.ini

while read -r file command; do
    [[ -z $file ]] || refused "$file" "$command"
done <<END
s.fa            tfscore -q --ref zeros -t 0 s.fa -f bed -o @
s.fa            tfscore -q --ref zeros -t 0 - -f bed -o @
s.fa            tfscore -q --ref zeros -t 0 s.fa --deltas @ -o x.bed
s.fa            tfscore -q -t 0 s.fa --refs-out @ -o x.bed
m.onnx          tfscore -q -m m.onnx -t 0 s.fa -f bed -o @
refs.fa         tfscore -q -t 0 --ref fasta:refs.fa s.fa -f bed -o @
sizes           tfscore -q --ref zeros -t 0 --chrom-sizes sizes s.fa -f bedgraph -o @
x.gata1.bedgraph tfscore -q --ref zeros -t all --chrom-sizes x.gata1.bedgraph s.fa -o x.bedgraph
g.fa            tfscore -q --ref zeros -t 0 -g g.fa -r r.bed -f bed -o @
g.fa.fai        tfscore -q --ref zeros -t 0 -g g.fa -r r.bed -f bed -o @
g.fa.fai        tfscore -q --ref zeros -t 0 -g g.fa -r r.bed --deltas @ -o x.bed
g.fa.gz.gzi     tfscore -q --ref zeros -t 0 -g g.fa.gz -r z.bed -f bed -o @
r.bed           tfscore -q --ref zeros -t 0 -g g.fa -r r.bed -f bed -o @
s.fa            tfscan -q -p m.meme s.fa -o @
m.meme          tfscan -q -p m.meme s.fa -o @
a.bw            tfscan -q -p m.meme --scores a.bw s.fa -f tsv -o @
a.bedgraph      tfscan -q -p m.meme --scores - s.fa -f tsv -o @
g.fa            tfscan -q -p m.meme -g g.fa -r r.bed -o @
g.fa.fai        tfscan -q -p m.meme -g g.fa -r r.bed -o @
g.fa.gz.fai     tfscan -q -p m.meme -g g.fa.gz -r z.bed -o @
g.fa.gz.gzi     tfscan -q -p m.meme -g g.fa.gz -r z.bed -o @
r.bed           tfscan -q -p m.meme -g g.fa -r r.bed -o @
s.fa            tfsim shuffle s.fa -o @
d/design.ini    tfsim generate --design d/design.ini -o d
d/labels.tsv    tfsim generate --design d/design.ini -o d
my.ini          tfsim generate --design my.ini --simdata @ -o d2
m.meme          tfsim generate --design my.ini --simdata @ -o d2
m.meme          tfsim generate --design my.ini
f.fa            tftrain --fasta f.fa --labels l.tsv -o @
l.tsv           tftrain --fasta f.fa --labels l.tsv -o new.onnx --log @
data/sequences.fa tftrain data -o @
data/labels.tsv tftrain data -o new.onnx --log @
data/labels.tsv tftrain data -o new.onnx
m.onnx          tfmodel info m.onnx
m.onnx          tfmodel convert m.onnx -o @
m.onnx          tfmodel normalize m.onnx -o @
s.fa            tfmodel predict -q -m m.onnx s.fa -o @
m.onnx          tfmodel predict -q -m m.onnx s.fa -o @
g.fa            tfmodel predict -q -m m.onnx -g g.fa -r r.bed -o @
g.fa.fai        tfmodel predict -q -m m.onnx -g g.fa -r r.bed -o @
r.bed           tfmodel predict -q -m m.onnx -g g.fa -r r.bed -o @
data/sequences.fa tfmodel evaluate data -o @
data/labels.tsv tfmodel evaluate data -o @
own.onnx        tfmodel evaluate -m own.onnx data -o @
a.bw            tftrack merge a.bedgraph a.bw -f bedgraph -o @
sizes           tftrack merge a.bw --chrom-sizes sizes -f bedgraph -o @
p.one_hot.npz   tftrack unpack p.one_hot.npz -o p
a.bw            tfplot logo --scores a.bw --fasta s.fa -f svg -o @
a.bw            tfplot logo LABEL=a.bw --fasta s.fa -f svg -o @
a.bedgraph      tfplot logo a.bw --scores LABEL=a.bedgraph --fasta s.fa -f svg -o @
s.fa            tfplot logo a.bw --fasta s.fa -f svg -o @
g.fa            tfplot logo a.bw -g g.fa -r chr1:20-40 -f svg -o @
g.fa.fai        tfplot logo a.bw -g g.fa -r chr1:20-40 -f svg -o @
boxes.bed       tfplot logo a.bw --fasta s.fa --boxes r.bed --boxes boxes.bed -f svg -o @
m.meme          tfplot motif m.meme -f svg -o @
matches.tsv     tfplot scatter matches.tsv -f svg -o @
matches.tsv     tfplot tiers matches.tsv --x motif -f svg -o @
epochs.tsv      tfplot lines epochs.tsv --x epoch --y loss -f svg -o @
predictions.tsv tfplot roc predictions.tsv --labels data/labels.tsv -f svg -o @
data/labels.tsv tfplot roc predictions.tsv --labels data/labels.tsv -f svg -o @
END
# An index that the run would only make counts too, and so does a link to it.
rm g.fa.fai && ln -sf g.fa.fai link
for name in g.fa.fai link; do
    program=tfscan run tfscan -q -p m.meme -g g.fa -r r.bed -o "$name"
    equal "$status $(<err)" "2 tfscan: $name: would overwrite the input g.fa.fai: give the output another name" "an index to be made"
done

# Nothing was forgotten: every option of a program that takes a file is in a row of its own. A report is a folder, and has to be a new one.
value='[^ ]*(FILE|BED|FASTA|DIR|PREFIX)'
for program in tfsim tftrain tfmodel tfscore tfscan tftrack tfplot; do
    read -r -a subs <<<"$("$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' | xargs)"
    for sub in "${subs[@]-}"; do
        command=$program${sub:+ $sub}
        [[ $command != "tftrack report" ]] || continue
        grep -q "^$command " <<<"$tested" || fail "$command: no row has an output of it that is an input"
        while read -r option; do
            grep -qE -e "^$command .*($option) " <<<"$tested" || fail "$command: no row has $option"
        done < <($command --help | sed -nE "s/^  (-.), (--[a-z-]+) $value.*/\1|\2/p; s/^      (--[a-z-]+) $value.*/\1/p")
    done
done
finish
