#!/usr/bin/env bash
# The paper's experiments, with the built-in network: their claims hold, whether they hold is computed, and the report has it all.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
sims=$TFL_SRCDIR/sims

# the network of Appendix C is what its source makes
"$TFL_BUILDDIR/tests/support/write_min" min.onnx || exit 1
same min.onnx "$sims/min.onnx" "sims/min.onnx"

# "none" is a strong word: single matches at the end of a sequence may belie it. All else has to hold.
for name in min matches nonspecific tiers references normalize; do
    good "$sims/$name.sh" --quick -o results
    [[ $(grep -c '^agree: ' out) -ge 5 ]] || fail "$name: $(grep -c '^agree: ' out) claims"
    equal "$(grep '^agree: ' out | grep -v '^agree: yes' | grep -v 'misses no strong match')" "" "$name: what does not agree"
done

# the contributions of Appendix C, as independently computed
awk -F '\t' 'FNR == 1 { next }
    FNR == NR { got[$1 " " $2 " " $3] = $4 " " $5; next }
    { method = $3 == "guided" ? "guided-backprop" : $3 == "gradient" ? "gradient-x-input" : $3
      split(got[$1 " " $2 " " method], c, " "); for (i = 1; i <= 2; i++) { d = c[i] - $(3 + i); if (c[i] == "" || d > 1e-5 || d < -1e-5) print } }' \
    <(echo && cat results/C.all) "$TFL_SRCDIR/tests/data/min_example.tsv" >wrong
equal "$(<wrong)" "" "Appendix C against independent values"

# a network that has learned nothing shows none of it
tfsim generate -q -n 500 --seed 3 -o few
tftrain -q few -o untrained.onnx --epochs 1 --filters 8 >/dev/null
good "$sims/matches.sh" -m untrained.onnx -d few -o nothing --no-figures
grep -q '^agree: no ' out || fail "an untrained network agrees with the paper"
bad 2 "matches.sh: --nonsense: not an option; see --help" "$sims/matches.sh" --nonsense
bad 2 "matches.sh: -o needs a value; see --help" "$sims/matches.sh" -o
mkdir others
: >others/file
bad 1 "reproduce: $PWD/others: holds other files; name a new folder with -o" "$TFL_SRCDIR/scripts/reproduce" -o others

# the same bytes again
cp results/I.means.tsv again.tsv
good "$sims/tiers.sh" --quick -o results --no-figures
same results/I.means.tsv again.tsv "a second run"

# the report
good "$TFL_SRCDIR/scripts/report" results "A title" seed=1
cp out report.html
for letter in C G H I J K; do
    grep -q "<h2 id=\"$letter\">" report.html || fail "the report has no section $letter"
done
equal "$(grep -c '<svg' report.html)" "$(cat results/*.section | grep -c '^figure')" "figures in the report"
equal "$(grep -oE 'class=(yes|no)>' report.html | wc -l)" "$(cat results/*.section | grep -c '^check')" "verdicts in the report"
equal "$(grep -oiE '(src|href)="?(https?:|//|[a-z0-9./-]+\.(svg|png|css|js))|@import|url\((https?:|//)' report.html | head -n 3)" "" "what the report takes from elsewhere"
equal "$(grep -oE 'id="[^"]*"' report.html | sort | uniq -d | head -n 3)" "" "names that occur twice"
finish
