#!/usr/bin/env bash
# Appendix C: the network o = min(i1, i2) = i1 - relu(i1 - i2). min.onnx (tests/support/write_min.c) has DNA in front, so that tfscore can
# read it: the first letter says what i1 is (A 3, C 1, G 2.5, T 0.75), the second what i2 is (A 1, C 3, G 2, T 5).
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin C "Contributions of two inputs to their minimum" "$@"
paper "For o = min(i1, i2), gradients, integrated gradients, guided backprop and DeepLIFT with the Rescale rule put everything on one input; \
RevealCancel gives both inputs min(i1, i2) / 2."

for first in A C G T; do
    for second in A C G T; do
        printf '>%s\n%s\n' "$first$second" "$first$second"
    done
done >"$out/$id.fa"
for how in "${methods[@]}"; do
    method=${how%:*}
    tfscore -q -m "$sims/min.onnx" --method "$method" --ref zeros -f tsv "$out/$id.fa" | awk -F'\t' -v OFS='\t' -v method="$method" '
        BEGIN { split("A 3 C 1 G 2.5 T 0.75", i1, " "); split("A 1 C 3 G 2 T 5", i2, " ")
                for (i = 1; i < 8; i += 2) { value[0, i1[i]] = i1[i + 1]; value[1, i2[i]] = i2[i + 1] } }
        NR > 1 && $2 == 0 { first = value[0, $3]; c1 = $5 }
        NR > 1 && $2 == 1 { print first, value[1, $3], method, c1, $5 }'
done >"$out/$id.all"

# pair (i1,i2) -> "c1, c2"
awk -F'\t' -v OFS='\t' -v methods="${methods[*]}" '
    function tidy(x) { x = sprintf("%.3f", x); sub(/\.?0+$/, "", x); return x }
    { got[$3, $1 " " $2] = tidy($4) ", " tidy($5) }
    END {
        n = split("3 1;1 3;2.5 2;0.75 5", pair, ";")
        line = "#method"
        for (i = 1; i <= n; i++) { split(pair[i], p, " "); line = line OFS "i1 = " p[1] ", i2 = " p[2] }
        print line
        m = split(methods, method, " ")
        for (j = 1; j <= m; j++) { sub(/:.*/, "", method[j]); line = method[j]; for (i = 1; i <= n; i++) line = line OFS got[method[j], pair[i]]; print line }
    }' "$out/$id.all" | table contributions "Contributions of i1 and i2 to their minimum, against a reference of (0, 0)"

# Over all pairs of letters but the two for which i1 = i2: how often everything is on one input, and how often it is halved.
for how in "${methods[@]}"; do
    method=${how%:*}
    read -r one halved pairs < <(awk -F'\t' -v method="$method" '
        function zero(x) { return x < 1e-5 && x > -1e-5 }
        $3 == method && $1 != $2 { n++; least = $1 < $2 ? $1 : $2; one += zero($4) != zero($5); halved += zero($4 - least / 2) && zero($5 - least / 2) }
        END { print one + 0, halved + 0, n }' "$out/$id.all")
    case $method in
    revealcancel | genomics) check "$method halves the minimum" "always" "$halved of $pairs pairs" "$halved == $pairs" ;;
    *) check "$method puts everything on one input" "always" "$one of $pairs pairs" "$one == $pairs" ;;
    esac
done
