#!/usr/bin/env bash
# Appendix H: a sequence in which guided backprop lights up TAL1 for the task "contains GATA1": of those with both motifs
# in which no other method does (gives TAL1 more than a tenth of what it gives GATA1), the one where it gives TAL1 most more than any other.
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin_explaining H "Guided backprop is not specific" "$@"
paper "In a sequence with both motifs, guided backprop highlights the TAL1 motif as relevant for the task \"contains GATA1\"."

# What the best planted match of each motif gets for the task gata1, in each sequence with both: how, sequence, GATA1, TAL1.
all_matches "${methods[@]}" genomics:shuffle | awk -F'\t' -v OFS='\t' '
    FNR == 1 || $3 != "both" || !$9 || $6 < 7 { next }
    { if (!(($1, $2, $4) in best) || $11 > best[$1, $2, $4]) best[$1, $2, $4] = $11; pairs[$1 OFS $2] }
    END { for (pair in pairs) { split(pair, p, OFS); if ((p[1], p[2], "GATA1") in best && (p[1], p[2], "TAL1") in best) print pair, best[p[1], p[2], "GATA1"], best[p[1], p[2], "TAL1"] } }' |
    sort >"$out/$id.best"
awk -F'\t' -v OFS='\t' '
    $1 ~ /^guided/ { guided[$2] = $4; next }
    $4 > 0.1 * $3 { lit[$2] }
    $4 > other[$2] { other[$2] = $4 } # less than nothing is nothing
    END { for (name in guided) if (!(name in lit)) print name, guided[name] - other[name] }' "$out/$id.best" | sort -t "$(printf '\t')" -k 2,2gr -k 1,1 >"$out/$id.ranked"
shown=$(head -n 1 "$out/$id.ranked" | cut -f 1)

for how in "${methods[@]}" genomics:shuffle; do
    awk -F'\t' -v OFS='\t' -v how="$how" -v shown="$shown" '
        $1 != how { next }
        { n++; over += $4 > 0.1 * $3; gata1 += $3; tal1 += $4 }
        $2 == shown { here = sprintf("%.2f", $3) OFS sprintf("%.2f", $4) }
        END { split(how, part, ":"); print part[1], part[2], here, sprintf("%.2f", gata1 / n), sprintf("%.2f", tal1 / n), sprintf("%.1f", 100 * over / n) }' "$out/$id.best"
done | awk 'BEGIN { OFS = "\t"; print "#method", "reference", "GATA1 here", "TAL1 here", "GATA1 mean", "TAL1 mean", "lit %" } { print }' |
    table importance "Importance for the task gata1 of the best GATA1 and the best TAL1 motif in the sequence shown ($shown: of those in which no \
other method lights TAL1 up, the one where guided backprop gives it most more than any other: chosen to show it), and on average over all \
sequences with strong motifs of both kinds; lit: in how many of these TAL1 gets more than a tenth of what GATA1 gets"

# A logo per method of that sequence, where its motifs are.
awk -v shown="$shown" '/^>/ { on = $1 == ">" shown } on' "$sequences" >"$out/$id.fa"
region=$(awk -F'\t' -v shown="$shown" -v length_="$sequence_length" '$1 == shown { if (!n++ || $2 < from) from = $2; if ($3 > to) to = $3 }
    END { from = from < 10 ? 0 : from - 10; to = to > length_ - 10 ? length_ : to + 10; print from + 1 "-" to }' "$planted")
rows=()
for how in "${methods[@]}"; do
    method=${how%:*}
    explain "$how" -t gata1 -o "$out/$id.$method.bedgraph" "$out/$id.fa"
    rows+=(--scores "$method=$out/$id.$method.bedgraph")
done
figure logos "Contributions to the task gata1 by every method, each on a scale of its own, in $shown; boxes: the motifs that were planted" \
    logo --free-y "${rows[@]}" --fasta "$out/$id.fa" --region "$shown:$region" --boxes "$planted"

here() {
    cell importance "$2 here" method="$1"
}
check "guided-backprop gives TAL1 more than a tenth of what it gives GATA1" "highlights TAL1" "$(here guided-backprop TAL1) against $(here guided-backprop GATA1)" \
    "$(here guided-backprop TAL1) > 0.1 * $(here guided-backprop GATA1)"
for method in gradient-x-input integrated-gradients rescale revealcancel genomics; do
    check "$method does less so" "singled out" "$(here $method TAL1) against $(here $method GATA1); in $(cell importance "lit %" method=$method) % of the sequences, \
guided-backprop in $(cell importance "lit %" method=guided-backprop) %" \
        "$(here $method TAL1) <= 0.1 * $(here $method GATA1) && $(cell importance "lit %" method=$method) < $(cell importance "lit %" method=guided-backprop)"
done
