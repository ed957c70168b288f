#!/usr/bin/env bash
# What holds for every program: help, version, usage, misuse, streams that fail.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

# Programs and subcommands, from the programs themselves.
commands=()
for program in tfsim tftrain tfmodel tfscore tfscan tftrack tfplot; do
    [[ -x $TFL_BUILDDIR/$program ]] || continue
    commands+=("$program")
    while read -r sub _; do
        commands+=("$program $sub")
    done < <("$program" --help | sed -n '/^Commands:/,/^$/{/^  [a-z]/p}')
done
[[ ${#commands[@]} -gt 2 ]] || fail "found only: ${commands[*]}"

version=
for command in "${commands[@]}"; do
    program=${command% *}
    good $command --help
    [[ ! -s err ]] || fail "$command --help: says something on stderr"
    [[ $(head -n 1 out) == "Usage: $command "* ]] || fail "$command --help begins with: $(head -n 1 out)"
    equal "$(awk 'length($0) > 80 || / $/' out)" "" "$command --help: lines too long or with blanks at the end"
    cp out help
    grep -n '[^ -~]' help && fail "$command --help: not plain ASCII, which man pages want"
    good $command -q -h
    same out help "$command -q -h"

    good $command --version
    [[ $(head -n 1 out) =~ ^$program\ \(tflift\)\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$command --version: $(<out)"
    [[ -z $version || $(<out) == "$program ${version#* }" ]] || fail "$command --version: $(<out), others have $version"
    version=$(<out)

    good $command --man
    [[ $(head -n 1 out) == ".TH $program 1 "* ]] || fail "$command --man: $(head -n 1 out)"
    # every option of --help is in the man page
    while read -r option; do
        grep -qF "\\-\\-${option//-/\\-}\\fR" out || fail "$command --man does not tell --$option"
    done < <(sed -nE 's/^  (-.,|   ) --([a-z-]+).*/\2/p' help)

    bad 2 "$program: --no-such-thing: no such option; --help lists them all" $command --no-such-thing
    bad 2 "$program: --hepl: no such option; did you mean --help?" $command --hepl
    bad 2 "$program: -?: no such option; --help lists them all" $command "-?"
    bad 2 "$program: --help: takes no value, but was given \"1\"" $command --help=1
    if [[ -w /dev/full ]]; then
        $command --help >/dev/full 2>err
        equal "$? $(<err)" "1 $program: standard output: writing failed: No space left on device" "$command --help >/dev/full"
    fi
    $command --help >&- 2>err
    equal "$? $(<err)" "1 $program: standard output: writing failed: Bad file descriptor" "$command --help >&-"
done

for command in "${commands[@]}"; do
    [[ $command == "tfsim generate" ]] && continue # does without arguments
    run $command
    equal "$status" 2 "$command without arguments"
    [[ $(head -n 1 err) == "Usage: $command "* && ! -s out ]] || fail "$command without arguments: $(<err)"
done

if command -v groff >/dev/null; then
    for program in "${commands[@]}"; do
        [[ $program == *" "* ]] && continue
        equal "$("$program" --man | groff -man -Tutf8 -ww -z 2>&1)" "" "$program --man: groff complains"
    done
else
    untested "man pages, as groff is not there"
fi

bad 2 'tfsim: generat: no such command; did you mean "tfsim generate"?' tfsim generat
bad 2 'tfsim: xyz: no such command; --help lists them all' tfsim xyz
bad 2 'tfsim: the command comes first: tfsim COMMAND [OPTION]...' tfsim -q generate
bad 2 'tfsim: --sequences: "x" is not a whole number from 1 to 1000000000' tfsim generate -n x
bad 2 'tfsim: --sequences: a value is missing: --sequences N' tfsim generate -n
bad 2 'tfsim: seqs.fa: takes options only, no such argument' tfsim generate seqs.fa
bad 2 'tfsim: b.fa: one argument too many, only seqs.fa can be given' tfsim shuffle a.fa b.fa
bad 2 'tfsim: seqs.fa is missing; --help says more' tfsim shuffle -q
# a value that was forgotten is not the next option
bad 2 'tfsim: --output: a value is missing in front of --klet=1; --output=--klet=1 if that is the value' tfsim shuffle -o --klet=1 a.fa
bad 2 'tfscan: --output: a value is missing in front of -q; --output=-q if that is the value' tfscan a.fa -o -q
bad 2 'tfscan: --output: a value is missing in front of --; --output=-- if that is the value' tfscan -q -o -- a.fa
bad 2 'tfscan: --threshold: a value is missing in front of --norc; --threshold=--norc if that is the value' tfscan -q --threshold --norc a.fa
printf '>a\nACGTACGTAC\n' >a.fa
good tfsim shuffle a.fa --output=--klet
[[ -s ./--klet ]] || fail "--output=--klet makes no such file"
good tfscan -q --threshold -5 a.fa
# of several values the last counts, which is told where it is another one
for same in "-k 1 --klet=1" "--klet 1"; do
    good tfsim shuffle $same a.fa
    equal "$(grep more err)" "" "tfsim shuffle $same"
done
good tfsim shuffle -k 2 a.fa --klet=3 -n 1
equal "$(grep more err)" "tfsim: note: --klet is given more than once; 3 counts, not 2" "an option that is given again"
equal "$(head -n 1 out)" ">a|klet3|0" "the last value counts"
good tfsim shuffle -q -k 2 a.fa -k 3
equal "$(<err)" "" "-q and an option that is given again"
good tfscan -q --motif GATA_disc1 --motif TAL1_known1 --threshold -50 a.fa
equal "$(cut -f 4 out | sort -u | xargs)" "GATA_disc1 motif" "the one motif that fits" # both are looked for
# names that a script left empty
bad 2 'tfscan: the operand: the name of a file is needed, and it is empty' tfscan ""
bad 2 'tftrack: operand 2: the name of a file is needed, and it is empty' tftrack merge a.bw ""
bad 2 'tfplot: --scores: the name of a file is needed, and it is empty' tfplot logo --scores GATA1= --fasta a.fa
bad 2 'tfscan: --output: "" is not FILE: it is empty' tfscan -o "" a.fa
# standard input is there once, whatever names it
once() { # PROGRAM FIRST SECOND ARGUMENT...
    local program=$1 first=$2 second=$3
    shift 3
    bad 2 "$program: -: standard input can be read once, and both $first and $second name it" "$program" "$@"
}
once tfscore "the operand" --ref --ref fasta:- -
once tfscore "the operand" --model -m - -
once tfscan --regions --scores -g genome.fa -r - --scores -
once tftrack "operand 1" "operand 2" merge - -
once tftrack "the operand" --hits report - --hits - -g genome.fa -o new
once tfplot "the operand" --labels roc - --labels -
once tfplot "the operand" --fasta logo GATA1=- --fasta -
once tftrain --fasta --labels --fasta - --labels - -o x.onnx
bad 1 'tfsim: --help: cannot open: No such file or directory' tfsim shuffle -- --help
finish
