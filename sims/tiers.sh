#!/usr/bin/env bash
# Appendix I: importance of TAL1 for the task both where a sequence has one, two or three instances of it, with GATA1 and without.
# shellcheck source=sims/experiment.sh
. "$(dirname "$0")/experiment.sh"
begin_explaining I "Tiers: importance by the number of instances" "$@"
paper "In sequences with more TAL1 motifs, integrated gradients and DeepLIFT give each of them less importance for the task both; TAL1 motifs \
get more where there is a GATA1 motif."

all_matches "${methods[@]}" genomics:shuffle | awk -F'\t' 'NR == 1 || $4 == "TAL1"' >"$out/$id.matches.tsv"

published='gradient-x-input:zeros 3.13 1.03 0.75
integrated-gradients:freq 4.04 1.30 0.56
genomics:freq 4.20 2.37 1.56
genomics:shuffle 6.60 3.70 2.67'

awk -F'\t' -v OFS='\t' -v published="$published" '
    function mean(k) { return n[k] ? sprintf("%.2f", sum[k] / n[k]) : "-" }
    FNR == 1 || $6 < 7 || $8 < 1 { next }
    { if (!($1 in seen)) { seen[$1]; how[++methods] = $1 } k = $1 SUBSEP $3 SUBSEP $8; n[k]++; sum[k] += $10 }
    END {
        print "#method", "reference", "TAL1 and GATA1: 1", "2", "3", "TAL1 only: 1", "2 only", "3 only", "published: 1", "published 2", "published 3"
        rows = split(published, row, "\n")
        for (i = 1; i <= rows; i++) { split(row[i], f, " "); for (j = 1; j <= 3; j++) other[f[1], j] = f[j + 1] }
        for (i = 1; i <= methods; i++) {
            split(how[i], part, ":")
            line = part[1] OFS part[2]
            for (j = 1; j <= 3; j++) line = line OFS mean(how[i] SUBSEP "both" SUBSEP j)
            for (j = 1; j <= 3; j++) line = line OFS mean(how[i] SUBSEP "tal1" SUBSEP j)
            for (j = 1; j <= 3; j++) line = line OFS other[how[i], j]
            print line
        }
    }' "$out/$id.matches.tsv" | table means "Mean importance, for the task both, of a strong match of TAL1 (log-odds ≥ 7) in sequences with 1, 2, 3 instances of \
it, with GATA1 and without; published: an independent implementation on the network that the authors released"

awk -F'\t' -v OFS='\t' '
    $8 > 0 && $1 != "genomics:shuffle" { sub(/:.*/, "", $1); print $1, $8 " TAL1", $3, $6, $10 }' "$out/$id.matches.tsv" |
    sort -s -t "$(printf '\t')" -k 2,2 | awk 'BEGIN { OFS = "\t"; print "#method", "instances", "sequences with", "log-odds", "importance" } { print }' |
    tee "$out/$id.all.tsv" | dots >"$out/$id.scatter.tsv"
figure scatter "Total importance for the task both of the five best matches of TAL1 in each sequence, by the number of TAL1 motifs in it" \
    scatter "$out/$id.scatter.tsv" --x log-odds --y importance --group "sequences with" --panel method --panel-rows instances \
    --x-label "log-odds of the match" --y-label "importance" --x-line 7 --y-line 0 --width 100 --height 84
awk -F'\t' 'FNR == 1 || $4 >= 7' "$out/$id.all.tsv" >"$out/$id.strong.tsv"
figure strong "The strong ones among them (log-odds ≥ 7)" \
    tiers "$out/$id.strong.tsv" --x instances --y importance --group "sequences with" --panel method --x-label "TAL1 motifs in the sequence" --y-label "importance" --y-line 0

for how in integrated-gradients:freq rescale:freq revealcancel:freq genomics:freq genomics:shuffle; do
    m=${how%:*} r=${how#*:}
    a=() b=()
    for column in "TAL1 and GATA1: 1" 2 3; do a+=("$(cell means "$column" method="$m" reference="$r")"); done
    for column in "TAL1 only: 1" "2 only" "3 only"; do b+=("$(cell means "$column" method="$m" reference="$r")"); done
    check "$m (reference $r) gives less to each of more TAL1 motifs" "falls" "${a[0]}, ${a[1]}, ${a[2]}" "${a[0]} > ${a[1]} && ${a[1]} > ${a[2]}"
    check "$m (reference $r) gives more to TAL1 where there is GATA1" "more" "${a[*]} against ${b[*]}" \
        "${a[0]} > ${b[0]} && ${a[1]} > ${b[1]} && ${a[2]} > ${b[2]}"
done
