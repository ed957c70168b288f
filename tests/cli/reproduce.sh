#!/usr/bin/env bash
# scripts/reproduce --quick: simulates, trains, explains, and reports in one file.
[[ -n ${TFL_SLOW-} ]] || { echo "trains a network, which takes a minute; set TFL_SLOW to run it" && exit 77; }
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

good "$TFL_SRCDIR/scripts/reproduce" --quick -o made
report=made/report.html
[[ -s $report ]] || fail "there is no report"
for letter in C F G H I J K; do
    grep -q "<h2 id=\"$letter\">" "$report" || fail "the report has no section $letter"
    awk -F '\t' -v letter="$letter" '$1 == "check" && ($2 == "yes" || $2 == "no") { n++ } END { exit !(n > 0) }' "made/$letter.section" || fail "$letter has no verdict"
done
# what the run was: command, version, seed, and the network that is there
grep -q '<dd>scripts/reproduce --quick -o made</dd>' "$report" || fail "the report does not name the command"
grep -q "<dd>$(tfscore --version | head -n 1)</dd>" "$report" || fail "the report does not name the version"
grep -q "digest $(tfmodel info made/trained/model-1.onnx | sed -n 's/^# digest: //p')" "$report" || fail "the report does not name the network"
# a quick training is a good one, and what the paper says holds but for single matches
equal "$(grep -h '^check' made/[FHJK].section | grep -v '^check.yes' | head -n 3)" "" "what does not agree"
agree=$(cat made/*.section | grep -c '^check.yes')
all=$(cat made/*.section | grep -c '^check')
[[ $((10 * agree)) -ge $((9 * all)) ]] || fail "$agree of $all claims agree"

# what a full run does with all its networks, here with the one there is
good "$TFL_SRCDIR/sims/networks.sh" -o "$PWD/made"
[[ $(grep -c '^agree: ' out) -eq 8 ]] || fail "networks: $(grep -c '^agree: ' out) claims"
finish
