# What the experiments share; sourced by each. An experiment explains the test split of a simulation, writes tables and figures into a folder,
# and says what the paper shows, what we got, and whether the two agree. All of that is also kept in OUT/ID.section, of which
# scripts/reproduce makes the report. Programs are taken from the PATH.
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used there
set -eu -o pipefail
export LC_ALL=C
sims=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/options.sh
. "$sims/../scripts/options.sh"

usage() {
    cat <<END
usage: sims/${0##*/} [OPTION...]

$title
  -m, --model FILE  the network that is explained (default: the one that is built in)
  -d, --data DIR    a data set of tfsim's, whose test split is explained (default: one that is simulated now)
  -o, --out DIR     where tables, figures and verdicts go (default: results)
  --seed N          what is drawn, is drawn from N (default 1)
  --seeds N         networks are trained for N seeds from there (default 5)
  --quick           smaller, in seconds
  --no-figures      tables and verdicts only
END
}

# The methods compared, each with the reference that the paper gives it.
methods=(gradient-x-input:zeros guided-backprop:zeros integrated-gradients:freq rescale:freq revealcancel:freq genomics:freq)

# How many per cent of the strong matches of GATA1 and of TAL1 an independent implementation misses (as in matches.sh), on the network that the paper's
# authors released and their test set.
published_missed='gradient-x-input:zeros 4.1 11.7
guided-backprop:zeros 0 0
integrated-gradients:freq 6.8 8.5
rescale:freq 4.8 7.3
revealcancel:freq 0 0
genomics:freq 0 0
genomics:shuffle 0 0'

# begin ID TITLE ARGUMENT...: takes the options, and makes the data that they do not name.
begin() {
    id=$1 title=$2 model=$sims/../data/tal1-gata1.onnx data='' out=results seed=1 seeds=5 quick=no figures=yes
    shift 2
    read_options "--model -m=model --data -d=data --out -o=out --seed --seeds" "--quick --no-figures" "$@"
    command -v tfscore >/dev/null || { echo "${0##*/}: tfscore is not on the PATH; build first, and set PATH" >&2 && exit 1; }
    [[ $out == /* ]] || out=$PWD/$out
    mkdir -p "$out"
    sequences=$out/test.fa labels=$out/test.tsv planted=$out/planted.bed
    printf 'title\t%s\t%s\n' "$id" "$title" >"$out/$id.section"
    printf '\n%s. %s\n' "$id" "$title"
}

# The test split of the data set: its sequences, their classes, and what was planted. And a folder for the scores of this network on them.
begin_explaining() {
    begin "$@"
    if [[ -z $data ]]; then
        # a set that the built-in network has not seen
        data=$out/simulated
        tfsim generate -q --seed $((seed + 1000)) -o "$data"
    fi
    awk -F'\t' 'FNR == 1 || $3 == "test"' "$data/labels.tsv" >"$labels"
    awk -F'\t' 'FNR == NR { test[$1]; next } /^>/ { on = substr($1, 2) in test } on' "$labels" "$data/sequences.fa" >"$sequences"
    awk -F'\t' 'FNR == NR { test[$1]; next } $1 in test' "$labels" "$data/motifs.bed" >"$planted"
    sequence_length=$(awk '/^>/ { if (n++) exit; next } { length_ += length($0) } END { print length_ }' "$sequences")
    explaining "$sequences"
}

# explaining FASTA: goes on with these sequences. Their scores by this network have a folder.
explaining() {
    sequences=$1
    cache=$out/cache/$(cat "$model" "$sequences" | cksum | tr ' ' -)
    mkdir -p "$cache"
}

say() {
    local kind=$1
    shift
    (IFS=$'\t' && printf '%s\t%s\n' "$kind" "$*") >>"$out/$id.section"
}

# What the paper shows; what there is to say.
paper() {
    say paper "$*"
    printf 'paper: %s\n' "$*"
}
text() {
    say text "$*"
    printf '%s\n' "$*"
}

# table NAME CAPTION: of standard input, whose first line begins with # and names the columns.
table() {
    cat >"$out/$id.$1.tsv"
    say table "$id.$1.tsv" "$2"
    printf '\n%s\n' "$2"
    awk -F'\t' '{ for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } if (NF > n) n = NF }
        END { for (r = 1; r <= NR; r++) { line = ""; for (i = 1; i <= n; i++) line = line sprintf("%-" (width[i] + 2) "s", cell[r, i]); sub(/ *$/, "", line); print line } }' "$out/$id.$1.tsv"
    echo
}

# figure NAME CAPTION TFPLOT-ARGUMENT...
figure() {
    local name=$1 caption=$2
    shift 2
    [[ $figures == yes ]] || return 0
    tfplot "$@" -o "$out/$id.$name.svg"
    say figure "$id.$name.svg" "$caption"
}

# dots: a table for tfplot scatter, of panel, row, group, log-odds and importance, without the rows whose dots would lie on others of their colour:
# they cannot be seen, and make a report large.
dots() {
    awk -F'\t' 'FNR == 1 || !seen[$1, $2, $3, int($4 * 4 + 1000), int($5 * 6 + 1000)]++'
}

# check WHAT PAPER OURS CONDITION: the condition, of numbers, decides whether the paper and we agree.
check() {
    local verdict=no
    ! awk "BEGIN { exit !($4) }" || verdict=yes
    say check "$verdict" "$1" "$2" "$3"
    printf 'agree: %-3s  %s: %s (paper: %s)\n' "$verdict" "$1" "$3" "$2"
}

# cell TABLE COLUMN [KEY=VALUE...]: what stands in that column of the first row that has these values.
cell() {
    local name=$1 column=$2
    shift 2
    (IFS=$'\t' && awk -F'\t' -v wanted="$column" -v keys="$*" '
        NR == 1 { sub(/^#/, ""); for (i = 1; i <= NF; i++) at[$i] = i; n = split(keys, key, FS); next }
        { for (i = 1; i <= n; i++) { split(key[i], part, "="); if ($at[part[1]] != part[2]) next } print $at[wanted]; exit }' "$out/$id.$name.tsv")
}

# explain METHOD:REFERENCE[+normalized] TFSCORE-ARGUMENT...: contributions, with the network's weights normalised or as they are.
explain() {
    local how=$1 more=()
    shift
    [[ $how != *+normalized ]] || more=(--normalize-weights)
    how=${how%+normalized}
    tfscore -q -m "$model" --method "${how%%:*}" --ref "${how#*:}" "${more[@]+"${more[@]}"}" --seed "$seed" "$@"
}

# matches METHOD:REFERENCE [REFERENCES [SEED]]: prints a table of the five best matches of each motif in each sequence, with the importance that falls
# on each, for every task. It is kept for the other experiments.
#   how sequence holds motif start log_odds rank instances planted both gata1 tal1
# holds: the sequence's class; instances: of this motif planted in it; planted: whether this match is one of them.
matches() {
    local how=$1 n=${2:-10} from=${3:-$seed} task
    local kept=$cache/$1.$n.$from
    if [[ ! -f $kept ]]; then
        explain "$how" -t all -n "$n" --seed "$from" -o "$kept.scores.tsv" "$sequences"
        for task in both gata1 tal1; do
            tfscan -q --norc --top 5 --scores "$kept.scores.tsv" -t "$task" "$sequences" >"$kept.$task"
        done
        paste "$kept.both" "$kept.gata1" "$kept.tal1" | awk -F'\t' -v OFS='\t' -v how="$how" '
            FILENAME == ARGV[1] { holds[$1] = $2; next }
            FILENAME == ARGV[2] { instances[$1, $4]++; planted[$1, $4, $2]; next }
            FNR == 1 { print "#how", "sequence", "holds", "motif", "start", "log_odds", "rank", "instances", "planted", "both", "gata1", "tal1"; next }
            {
                motif = $4
                sub(/_.*/, "", motif)
                sub(/^GATA$/, "GATA1", motif)
                print how, $1, holds[$1], motif, $2, $7, $16, instances[$1, $4] + 0, ($1, $4, $2) in planted, $11, $27, $43
            }' "$labels" "$planted" - >"$kept.tmp"
        rm "$kept.scores.tsv" "$kept.both" "$kept.gata1" "$kept.tal1"
        mv "$kept.tmp" "$kept"
    fi
    cat "$kept"
}

# all_matches: the tables of all methods, one below the other.
all_matches() {
    local how
    for how in "$@"; do
        matches "$how"
    done | awk 'NR == 1 || !/^#/'
}
