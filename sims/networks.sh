#!/usr/bin/env bash
# Appendix G's share of missed matches for every network that training.sh left in OUT/trained: what one network shows, do others show it too?
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin G2 "The same for all networks trained" "$@"
paper "Appendix G says of one network that guided backprop and RevealCancel miss no strong match, and that gradient × input, integrated gradients and \
Rescale miss some. These are all networks of this run, each with a simulation of its own."

tables=()
for network in "$out"/trained/model-*.onnx; do
    s=${network##*-}
    s=${s%.onnx}
    "$sims/matches.sh" -m "$network" -d "$out/trained/data-$s" -o "$out/networks/$s" --seed "$s" --no-figures >/dev/null
    rm -rf "$out/networks/$s/cache"
    tables+=("$out/networks/$s/G.missed.tsv")
done

awk -F'\t' -v OFS='\t' -v published="$published_missed" '
    BEGIN { n = split(published, entry, "\n"); for (i = 1; i <= n; i++) { split(entry[i], f, "[: ]"); other[f[1] OFS f[2], "GATA1"] = f[3]; other[f[1] OFS f[2], "TAL1"] = f[4] } }
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { k = $1 OFS $2; if (!(k in seen)) { seen[k]; row[++rows] = k } }
    { for (j = 1; j <= 2; j++) {
        motif = j == 1 ? "GATA1" : "TAL1"
        share = $at[motif " %"]
        if (FNR == NR || share < least[k, motif]) least[k, motif] = share
        if (FNR == NR || share > most[k, motif]) most[k, motif] = share
        strong[k, motif] += $at[motif " strong"]
        missed[k, motif] += $at[motif " missed"]
    } }
    END {
        print "#method", "reference", "GATA1 strong", "GATA1 missed", "GATA1 %", "range", "published", "TAL1 strong", "TAL1 missed", "TAL1 %", "TAL1 range", "TAL1 published"
        for (i = 1; i <= rows; i++) {
            k = row[i]
            line = k
            for (j = 1; j <= 2; j++) {
                motif = j == 1 ? "GATA1" : "TAL1"
                line = line OFS strong[k, motif] OFS missed[k, motif] OFS sprintf("%.2f", 100 * missed[k, motif] / strong[k, motif]) OFS least[k, motif] + 0 "–" most[k, motif] + 0 OFS other[k, motif]
            }
            print line
        }
    }' "${tables[@]}" | table missed "Strong matches (log-odds ≥ 7) in sequences with both motifs whose total importance for the task both is ≤ 0, over ${#tables[@]} networks and \
their test splits, and the lowest and highest share of one network; published: an independent implementation on the network that \
the authors released"

share() {
    cell missed "$3 %" method="$1" reference="$2"
}
for motif in GATA1 TAL1; do
    for how in guided-backprop:zeros genomics:freq revealcancel:freq genomics:shuffle; do
        m=${how%:*} r=${how#*:} worst=0
        for other in gradient-x-input:zeros integrated-gradients:freq rescale:freq; do
            x=$(share "${other%:*}" "${other#*:}" $motif)
            [[ $worst != 0 ]] && awk "BEGIN { exit !($x >= $worst) }" || worst=$x
        done
        check "$m (reference $r) misses fewer $motif than the best of gradient-x-input, integrated-gradients and rescale" "none against some" \
            "$(share "$m" "$r" $motif) % against $worst %" "$(share "$m" "$r" $motif) < $worst"
    done
done
