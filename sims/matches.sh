#!/usr/bin/env bash
# Appendix G: the five best matches of GATA1 and of TAL1 in each sequence: importance against log-odds, for every task and method.
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin_explaining G "Importance against the strength of a match" "$@"
paper "Of the strong matches (log-odds above 7) in sequences with both motifs, guided backprop and DeepLIFT with RevealCancel on the dense layers \
leave none without importance for the task both; gradient × input, integrated gradients and DeepLIFT with Rescale do. But guided backprop \
also lights up the motif that a task is not about."

all_matches "${methods[@]}" genomics:shuffle >"$out/$id.matches.tsv"

# Strong matches, in sequences with both motifs, of no importance for the task both; and how many of these lie at an end of the sequence,
# within reach (20) of the convolutions, where fewer filters see them.
awk -F'\t' -v OFS='\t' -v published="$published_missed" -v length_="$sequence_length" '
    function percent(a, b) { return b ? sprintf("%.1f", 100 * a / b) : "-" }
    FNR == 1 || $3 != "both" || $6 < 7 { next }
    { if (!($1 in n)) how[++methods] = $1; n[$1]++; strong[$1, $4]++ }
    $10 <= 0 { missed[$1, $4]++; if ($5 < 20 || $5 > length_ - 20 - ($4 == "TAL1" ? 16 : 10)) end[$1]++ }
    END {
        print "#method", "reference", "GATA1 strong", "GATA1 missed", "GATA1 %", "published GATA1 %", "TAL1 strong", "TAL1 missed", "TAL1 %", "published TAL1 %", "missed at ends"
        rows = split(published, row, "\n")
        for (i = 1; i <= rows; i++) { split(row[i], f, " "); gata1[f[1]] = f[2]; tal1[f[1]] = f[3] }
        for (i = 1; i <= methods; i++) {
            k = how[i]
            split(k, part, ":")
            g = missed[k, "GATA1"] + 0
            t = missed[k, "TAL1"] + 0
            print part[1], part[2], strong[k, "GATA1"], g, percent(g, strong[k, "GATA1"]), gata1[k], strong[k, "TAL1"], t, percent(t, strong[k, "TAL1"]), tal1[k], end[k] + 0
        }
    }' "$out/$id.matches.tsv" | table missed "Strong matches (log-odds ≥ 7) in sequences with both motifs whose total importance for the task both is ≤ 0; \
published: an independent implementation on the network that the authors released"

# Strong matches of a motif, for the task that it is irrelevant to (GATA1 for the task tal1, TAL1 for the task gata1), in all sequences.
awk -F'\t' -v OFS='\t' '
    FNR == 1 || $6 < 7 { next }
    { own = $4 == "GATA1" ? $11 : $12; other = $4 == "GATA1" ? $12 : $11
      if (!($1 in seen)) { seen[$1]; how[++methods] = $1 }
      k = $1 SUBSEP $4; n[k]++; mean[k] += other; relevant[k] += own; positive[k] += other > 0 }
    END {
        print "#method", "reference", "motif", "task", "strong", "mean importance", "mean for its own task", "of its own %", "positive %"
        for (i = 1; i <= methods; i++)
            for (j = 1; j <= 2; j++) {
                motif = j == 1 ? "GATA1" : "TAL1"
                k = how[i] SUBSEP motif
                split(how[i], part, ":")
                print part[1], part[2], motif, j == 1 ? "tal1" : "gata1", n[k], sprintf("%.2f", mean[k] / n[k]), sprintf("%.2f", relevant[k] / n[k]), sprintf("%.1f", 100 * mean[k] / relevant[k]), sprintf("%.1f", 100 * positive[k] / n[k])
            }
    }' "$out/$id.matches.tsv" | table irrelevant "Strong matches and the task that is not about them"

for motif in GATA1 TAL1; do
    awk -F'\t' -v OFS='\t' -v motif="$motif" '
        FNR == 1 { print "#method", "task", "sequences with", "log-odds", "importance"; next }
        $4 == motif && $1 != "genomics:shuffle" { sub(/:.*/, "", $1); print $1, "task both", $3, $6, $10; print $1, "task gata1", $3, $6, $11; print $1, "task tal1", $3, $6, $12 }' \
        "$out/$id.matches.tsv" | dots >"$out/$id.scatter.tsv"
    figure "$motif" "Total importance of the five best matches of $motif in each sequence against their log-odds, by method and task; \
the method genomics is RevealCancel on dense layers and Rescale on convolutions" \
        scatter "$out/$id.scatter.tsv" --x log-odds --y importance --group "sequences with" --panel method --panel-rows task \
        --x-label "log-odds of the match" --y-label "importance" --x-line 7 --y-line 0 --width 100 --height 84
done

# missed METHOD REFERENCE: as "3 of 248 GATA1, 5 of 290 TAL1".
missed() {
    echo "$(cell missed "GATA1 missed" method="$1" reference="$2") of $(cell missed "GATA1 strong" method="$1" reference="$2") GATA1, \
$(cell missed "TAL1 missed" method="$1" reference="$2") of $(cell missed "TAL1 strong" method="$1" reference="$2") TAL1"
}
count() {
    cell missed "$3 missed" method="$1" reference="$2"
}
for how in guided-backprop:zeros genomics:freq revealcancel:freq genomics:shuffle; do
    m=${how%:*} r=${how#*:}
    check "$m (reference $r) misses no strong match" "none" "$(missed "$m" "$r")" "$(count "$m" "$r" GATA1) + $(count "$m" "$r" TAL1) == 0"
done
text "Of the matches that RevealCancel and the method genomics miss against base frequencies, $(awk -F'\t' '
    $2 == "freq" && ($1 == "genomics" || $1 == "revealcancel") { n += $4 + $8; ends += $11 } END { print ends + 0 " of " n + 0 }' "$out/$id.missed.tsv") stand at an end of \
their sequence, where fewer filters see them: the sequence's first and last bases are in few of the windows that are averaged."
for how in gradient-x-input:zeros integrated-gradients:freq rescale:freq; do
    m=${how%:*} r=${how#*:}
    check "$m misses some of each motif" "some" "$(missed "$m" "$r")" "$(count "$m" "$r" GATA1) > 0 && $(count "$m" "$r" TAL1) > 0"
    for motif in GATA1 TAL1; do
        check "genomics misses fewer $motif than $m" "fewer" "$(count genomics freq $motif) against $(count "$m" "$r" $motif)" \
            "$(count genomics freq $motif) < $(count "$m" "$r" $motif)"
    done
done
for motif in GATA1 TAL1; do
    guided=$(cell irrelevant "mean importance" method=guided-backprop motif=$motif)
    genomics=$(cell irrelevant "mean importance" method=genomics reference=freq motif=$motif)
    check "guided-backprop gives $motif more importance for the other motif's task than genomics does" "false positives" \
        "$guided against $genomics; positive in $(cell irrelevant "positive %" method=guided-backprop motif=$motif) % against $(cell irrelevant "positive %" method=genomics reference=freq motif=$motif) %" \
        "$guided > 0 && $guided > $genomics"
done
