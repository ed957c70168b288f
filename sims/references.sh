#!/usr/bin/env bash
# Appendix J: shuffled sequences as references, instead of base frequencies; and how many are needed.
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin_explaining J "Shuffled references" "$@"
paper "Compared with base frequencies, shuffled references give higher scores and more noticeable tiers; the rest looks alike. 1, 5, 10 and 20 shuffles \
per sequence were tried."
numbers=(1 2 5 10 20 50)
if [[ $quick == yes ]]; then
    numbers=(1 2 5 10 20)
    awk '/^>/ { n++ } n <= 200' "$sequences" >"$out/$id.fa"
    explaining "$out/$id.fa"
fi

# matches_by REFERENCE N [SEED]: matches under the method genomics; the first column says reference and number.
matches_by() {
    matches "genomics:$1" "$2" ${3:+"$3"} | awk -F'\t' -v OFS='\t' -v name="$1 $2" 'FNR > 1 { $1 = name; print }'
}

{
    matches_by freq 1
    for kind in shuffle dinuc; do for n in 1 5 10 20; do matches_by "$kind" "$n"; done; done
} | sed 's/^freq 1/freq/' >"$out/$id.matches"

awk -F'\t' -v OFS='\t' '
    function separation(r,   i, v) {
        for (i = 1; i <= 3; i += 2) { m[i] = sum[r, i] / n[r, i]; v += (square[r, i] / n[r, i] - m[i] * m[i]) / 2 }
        return (m[1] - m[3]) / sqrt(v)
    }
    { if (!($1 in seen)) { seen[$1]; row[++rows] = $1 } key = $2 SUBSEP $4 SUBSEP $5 }
    $1 == "freq" { base[key] = $10 }
    { x = base[key]; y = $10; N[$1]++; sx[$1] += x; sy[$1] += y; xx[$1] += x * x; yy[$1] += y * y; xy[$1] += x * y }
    $3 == "both" && $6 >= 7 { strong[$1, $4]++; total[$1, $4] += y; missed[$1] += y <= 0 }
    $3 == "both" && $6 >= 7 && $4 == "TAL1" && $8 > 0 { n[$1, $8]++; sum[$1, $8] += y; square[$1, $8] += y * y }
    END {
        print "#reference", "correlation with freq", "GATA1 mean", "TAL1 mean", "missed", "TAL1 of 1", "of 2", "of 3", "tier separation"
        for (i = 1; i <= rows; i++) {
            r = row[i]
            c = (xy[r] - sx[r] * sy[r] / N[r]) / sqrt((xx[r] - sx[r] * sx[r] / N[r]) * (yy[r] - sy[r] * sy[r] / N[r]))
            line = r OFS sprintf("%.3f", c) OFS sprintf("%.2f", total[r, "GATA1"] / strong[r, "GATA1"]) OFS sprintf("%.2f", total[r, "TAL1"] / strong[r, "TAL1"]) OFS missed[r] + 0
            for (j = 1; j <= 3; j++) line = line OFS sprintf("%.2f", sum[r, j] / n[r, j])
            print line, sprintf("%.2f", separation(r))
        }
    }' "$out/$id.matches" | table references "Importance for the task both by the method genomics, against base frequencies and against shuffles (mononucleotides: \
shuffle, dinucleotides: dinuc) of each sequence: correlation over all matches; in sequences with both motifs, means over strong matches, how many of them get nothing, TAL1's \
tiers by number of instances, and how far the first and third of these lie apart, in standard deviations within them"

awk -F'\t' -v OFS='\t' '
    BEGIN { print "#reference", "kind", "sequences with", "log-odds", "importance" }
    $4 != "TAL1" { next }
    $1 == "freq" { print "frequencies", "shuffle", $3, $6, $10; print "frequencies", "dinuc", $3, $6, $10; next }
    { split($1, part, " "); print part[2] (part[2] == 1 ? " reference" : " references"), part[1], $3, $6, $10 }' "$out/$id.matches" | dots >"$out/$id.scatter.tsv"
figure TAL1 "Total importance for the task both of the five best matches of TAL1 in each sequence, against base frequencies and against n shuffles" \
    scatter "$out/$id.scatter.tsv" --x log-odds --y importance --group "sequences with" --panel reference --panel-rows kind \
    --x-label "log-odds of the match" --y-label "importance" --x-line 7 --y-line 0 --width 120 --height 96

# Two runs that draw different references differ by sqrt(2) standard errors.
for kind in shuffle dinuc; do
    for n in "${numbers[@]}"; do
        { matches_by "$kind" "$n" && matches_by "$kind" "$n" $((seed + 7777)); } | awk -F'\t' -v OFS='\t' -v kind="$kind" -v n="$n" '
            { key = $2 SUBSEP $4 SUBSEP $5 }
            !(key in first) { first[key] = $10; next }
            { x = first[key]; y = $10; N++; sx += x; sy += y; xx += x * x; yy += y * y; xy += x * y }
            $3 == "both" && $6 >= 7 { m++; total += (x + y) / 2; square += (x - y) * (x - y) / 2 }
            END {
                c = (xy - sx * sy / N) / sqrt((xx - sx * sx / N) * (yy - sy * sy / N))
                print n, kind, sprintf("%.3f", sqrt(square / m)), sprintf("%.1f", 100 * sqrt(square / m) / (total / m)), sprintf("%.4f", c)
            }'
    done
done | awk 'BEGIN { OFS = "\t"; print "#references", "kind", "standard error", "of the mean %", "correlation" } { print }' |
    table error "Standard error, from drawing the references, of the importance for the task both of a strong match in sequences with both motifs (from two runs that draw \
different references), as a share of the mean importance of these, and the correlation over all matches between the two runs"
awk -F'\t' -v OFS='\t' 'NR == 1 { print "#references", "kind", "standard error"; next } { print $1, $2, $3 }' "$out/$id.error.tsv" >"$out/$id.lines.tsv"
figure error "Standard error of a strong match's importance against the number of references" \
    lines "$out/$id.lines.tsv" --x references --y "standard error" --group kind --log-x --log-y --x-label "references per sequence"

# The fewest references tried for which the standard error is at most 10 % of the mean, with either kind; and how many 5 % takes, going on from there.
read -r enough percent more < <(awk -F'\t' '
    NR > 1 { if (!($1 in worst)) order[++n] = $1; if ($4 > worst[$1]) worst[$1] = $4 }
    END { for (i = 1; i < n && worst[order[i]] > 10; i++) { } k = order[i]; print k, worst[k], 5 * int(k * worst[k] * worst[k] / 25 / 5 + 0.999) }' "$out/$id.error.tsv")
text "Recommendation: $enough references per sequence, the fewest tried that bring the standard error of a strong match's importance below 10 % of its mean \
(to $percent %). That is enough to tell motifs from background and tiers from each other; to compare single matches to within 5 %, take about $more."

for motif in GATA1 TAL1; do
    check "strong matches of $motif get more importance against ten shuffles than against frequencies" "higher" \
        "$(cell references "$motif mean" "reference=shuffle 10") against $(cell references "$motif mean" reference=freq)" \
        "$(cell references "$motif mean" "reference=shuffle 10") > $(cell references "$motif mean" reference=freq)"
done
check "tiers lie further apart" "more noticeable" "$(cell references "TAL1 of 1" "reference=shuffle 10") to $(cell references "of 3" "reference=shuffle 10") against \
$(cell references "TAL1 of 1" reference=freq) to $(cell references "of 3" reference=freq)" \
    "$(cell references "TAL1 of 1" "reference=shuffle 10") - $(cell references "of 3" "reference=shuffle 10") > $(cell references "TAL1 of 1" reference=freq) - $(cell references "of 3" reference=freq)"
check "the rest is alike: correlation with the scores against frequencies" "similar" "$(cell references "correlation with freq" "reference=shuffle 10")" \
    "$(cell references "correlation with freq" "reference=shuffle 10") > 0.9"
for kind in shuffle dinuc; do
    slope=$(awk -F'\t' -v kind="$kind" '
        $2 == kind { x = log($1); y = log($3); n++; sx += x; sy += y; xx += x * x; xy += x * y }
        END { printf "%.2f", (xy - sx * sy / n) / (xx - sx * sx / n) }' "$out/$id.error.tsv")
    check "the standard error falls as the square root of the number of references ($kind)" "n to the -0.5" "n to the $slope" "$slope > -0.6 && $slope < -0.4"
done
