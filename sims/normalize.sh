#!/usr/bin/env bash
# Appendix K: the weights of the first layer normalised, for a reference of zeros.
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin_explaining K "Weight normalisation" "$@"
paper "For one-hot inputs, each position of a filter may lose its mean over the four bases to the bias: predictions stay, the activation at an input of zeros \
becomes the mean over all inputs, and results with a reference of zeros can improve."

tfmodel normalize -q "$model" -o "$out/$id.onnx"
apart=$(paste <(tfmodel predict -q -m "$model" "$sequences") <(tfmodel predict -q -m "$out/$id.onnx" "$sequences") | awk -F'\t' '
    NR > 1 { for (i = 2; i <= NF / 2; i += 2) { d = $i - $(i + NF / 2); if (d < 0) d = -d; if (d > most) most = d } } END { printf "%.2g", most }')

# Zeros after normalisation against the uniform reference before it, base by base, in 100 sequences.
awk '/^>/ { n++ } n <= 100' "$sequences" >"$out/$id.fa"
for method in rescale genomics revealcancel; do
    for how in zeros+normalized uniform; do
        explain "$method:$how" -t both -o "$out/$id.$how.tsv" "$out/$id.fa"
    done
    paste "$out/$id.zeros+normalized.tsv" "$out/$id.uniform.tsv" | awk -F'\t' -v OFS='\t' -v method="$method" '
        function size(x) { return x < 0 ? -x : x }
        NR > 1 { if (size($5 - $10) > d) d = size($5 - $10); if (size($10) > largest) largest = size($10) }
        END { print method, sprintf("%.3g", d), sprintf("%.3g", largest), sprintf("%.2g", d / largest) }'
    rm "$out/$id.zeros+normalized.tsv" "$out/$id.uniform.tsv"
done | awk 'BEGIN { OFS = "\t"; print "#method", "largest difference", "largest contribution", "ratio" } { print }' |
    table identity "Contributions against zeros with normalised weights, and against the uniform reference without: largest difference over the bases of 100 sequences. Where \
RevealCancel stands behind the first convolution, positive and negative parts of its input count apart, and 0 and 1/4 are not the same reference."

all_matches genomics:zeros genomics:zeros+normalized genomics:uniform genomics:freq >"$out/$id.matches"
awk -F'\t' -v OFS='\t' '
    FNR == 1 { next }
    { if (!($1 in seen)) { seen[$1]; row[++rows] = $1 } k = $1 SUBSEP $4; y = $4 == "GATA1" ? $11 : $12 }
    $6 >= 7 { strong[k]++; total[k] += y }
    $6 < 0 && $3 == "none" { weak[k]++; sum[k] += y; square[k] += y * y }
    $6 >= 7 && $3 == "both" { missed[k] += $10 <= 0 }
    END {
        print "#reference", "motif", "strong", "mean", "elsewhere", "sd", "signal to noise", "missed"
        for (i = 1; i <= rows; i++)
            for (j = 1; j <= 2; j++) {
                motif = j == 1 ? "GATA1" : "TAL1"
                k = row[i] SUBSEP motif
                mean = sum[k] / weak[k]
                sd = sqrt(square[k] / weak[k] - mean * mean)
                name = row[i]
                sub(/^genomics:/, "", name)
                print name, motif, strong[k], sprintf("%.2f", total[k] / strong[k]), sprintf("%.2f", mean), sprintf("%.3f", sd), sprintf("%.1f", (total[k] / strong[k] - mean) / sd), missed[k] + 0
            }
    }' "$out/$id.matches" | table noise "Method genomics: importance of strong matches (log-odds ≥ 7) for the task of their motif, of the best matches below 0 in sequences without any motif \
(elsewhere), and the difference of the two in standard deviations of the latter; missed: strong matches in sequences with both motifs that get nothing for the task both"

check "predictions stay: largest difference of a logit" "the same" "$apart" "$apart < 1e-4"
for method in rescale genomics; do
    ratio=$(cell identity ratio method=$method)
    check "$method: zeros with normalised weights are the uniform reference" "the same" "apart by $ratio of the largest" "$ratio < 1e-4"
done
for motif in GATA1 TAL1; do
    before=$(cell noise "signal to noise" reference=zeros motif=$motif)
    after=$(cell noise "signal to noise" reference=zeros+normalized motif=$motif)
    check "$motif stands out more against zeros once weights are normalised" "can improve" "$before before, $after after" "$after > $before"
done
