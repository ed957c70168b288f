#!/usr/bin/env bash
# tfplot: every figure in every format, what it says, whence it takes letters and values, its messages.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

tfsim generate -n 40 --length 120 --seed 3 -q -o sim || exit 1
seqs=sim/sequences.fa
tfscore -q --ref shuffle -n 2 -t gata1 -o gata1.bw $seqs || exit 1
tfscore -q --ref shuffle -n 2 -t gata1 -o gata1.bedgraph $seqs || exit 1
tfscore -q --ref shuffle -n 2 -t gata1 -o gata1.npz $seqs || exit 1
tfscore -q --ref shuffle -n 2 -t gata1 -o gata1.tsv $seqs || exit 1
tfscore -q --ref shuffle -n 2 -t all -o all.tsv $seqs || exit 1
tfscan -q --top 3 --scores gata1.bw $seqs >hits.tsv || exit 1
awk -F '\t' -v OFS='\t' 'FNR == NR { class[$1] = $2; next } { print $0, /^#/ ? "class" : class[$1] }' sim/labels.tsv hits.tsv >matches.tsv
tfmodel predict $seqs >predictions.tsv || exit 1
seq=$(awk '$3 < 100 { print $1; exit }' sim/motifs.bed)
printf '#epoch\ttrain_loss\tvalid_loss\tse\n1\t0.7\t0.71\t0.1\n2\t0.5\t0.6\t0.1\n4\t0.3\t0.5\tNA\n' >epochs.tsv

xmllint=no
if command -v xmllint >/dev/null; then xmllint=yes; else untested "whether SVG is XML, as xmllint is not there"; fi

# figure NAME COMMAND...: all formats, twice the same bytes, nothing said; NAME.svg is left.
figure() {
    local name=$1 format magic
    shift
    for format in svg pdf png; do
        good "$@" -o "$name.$format"
        [[ ! -s out && ! -s err ]] || fail "$*: says $(<out) $(<err)"
        good "$@" -o "again.$format"
        same "$name.$format" "again.$format" "$* twice, as $format"
        magic=$(head -c 5 "$name.$format" | tr -d '\0')
        case $format/$magic in
        svg/'<?xml' | pdf/%PDF- | png/?PNG*) ;;
        *) fail "$* -o $name.$format begins with $magic" ;;
        esac
    done
    good "$@" # standard output
    same out "$name.svg" "$* on standard output"
    good "$@" -f png
    same out "$name.png" "$* -f png"
    if [[ $xmllint == yes ]]; then
        good xmllint --noout "$name.svg"
    fi
}

# says FILE TEXT...: each is a line of the description, or the title.
says() {
    local file=$1 text
    shift
    for text in "$@"; do
        grep -qF -- "$text" <(sed '/<defs>/,$d' "$file") || fail "$file does not say $text"
    done
}

# ---------------------------------------------------------------- logo

figure logo tfplot logo --scores "GATA1=gata1.bw" --region $seq --fasta $seqs --title "A <logo>" --boxes sim/motifs.bed
says logo.svg "A &lt;logo&gt;" GATA1 "contribution to the logit" "position in $seq" 1 60 120
while read -r motif; do says logo.svg "$motif"; done < <(awk -v seq="$seq" '$1 == seq { print $4 }' sim/motifs.bed)

# the same values from every format, given with --scores or without
cp logo.svg expected.svg
for scores in gata1.bedgraph gata1.npz gata1.tsv; do
    good tfplot logo "GATA1=$scores" -r $seq --fasta $seqs --title "A <logo>" --boxes sim/motifs.bed -o got.svg
    same got.svg expected.svg "$scores"
done
good tfplot logo all.tsv -t gata1 gata1.bw -r seq_01 --fasta $seqs -o got.svg
says got.svg all gata1
for scores in gata1.{bw,npz,bedgraph}; do
    bad 2 "tfplot: --task: none of the contributions is a table of tasks (tsv) that it could choose from; leave it out" \
        tfplot logo "$scores" -t gata1 -r seq_01 --fasta $seqs -o none.svg
done
good tfplot logo gata1.bw --fasta $seqs -o got.svg
says got.svg "position in seq_00"

# a part; and the same letters from an indexed genome
good tfplot logo gata1.bw -r seq_01:31-60 --fasta $seqs -o part.svg
says part.svg 35 60 "position in seq_01"
grep -qx '65' part.svg && fail "positions behind the region"
good tfplot logo gata1.bw -r seq_01:31-60 -g $seqs -o genome.svg
says genome.svg "position on seq_01"
equal "$(grep -c evenodd genome.svg)" "$(grep -c evenodd part.svg)" "letters of a genome"
equal "$(grep evenodd genome.svg)" "$(grep evenodd part.svg)" "letters of a genome"

# a sequence that its name places, on either strand, is shown as the genome has it; 0-based names, 1-based regions
plus=$(sed -n 2p $seqs)
minus=$(rev <<<"$plus" | tr ACGT TGCA)
printf '>chr1:1000-1120\n%s\n' "$plus" >plus.fa
printf '>peak::chr1:1000-1120(-)\n%s\n' "$minus" >minus.fa
awk -v OFS='\t' '$1 == "seq_00" { $1 = "chr1"; $2 += 1000; $3 += 1000; print }' gata1.bedgraph >chr1.bedgraph
printf 'chr1\t1040\t1050\tmine\n' >mine.bed
for strand in plus minus; do
    good tfplot logo chr1.bedgraph -r chr1:1031-1,060 --fasta $strand.fa --boxes mine.bed -o $strand.svg
    says $strand.svg "position on chr1" 1035 1060 mine
done
same plus.svg minus.svg "the minus strand in genome order"
good tfplot logo chr1.bedgraph --fasta minus.fa -o whole.svg
[[ $(grep -nx 1010 whole.svg | cut -d: -f1) -gt $(grep -nx 1110 whole.svg | cut -d: -f1) ]] || fail "positions of a whole sequence on - fall"

run tfplot logo gata1.bw --fasta $seqs -r seq_00 --boxes mine.bed -o got.svg
equal "$status $(<err)" "0 tfplot: note: none of the intervals of --boxes lies there" "boxes elsewhere"

bad 2 'tfplot: no contributions given, for example --scores scores.bw' tfplot logo --fasta $seqs
bad 2 'tfplot: the letters come from either -g genome.fa or --fasta seqs.fa; give one of them' tfplot logo gata1.bw
bad 2 'tfplot: -g: which part of the genome is missing: --region NAME:START-END' tfplot logo gata1.bw -g $seqs
bad 2 "tfplot: $seqs: holds no sequence seq_99, nor one that covers it" tfplot logo gata1.bw --fasta $seqs -r seq_99
bad 2 "tfplot: $seqs: seq_01 has 120 letters, and --region seq_01:100-130 wants 130" tfplot logo gata1.bw --fasta $seqs -r seq_01:100-130
bad 2 "tfplot: --region seq_01:0-30: positions count from 1, and the first comes before the last" tfplot logo gata1.bw --fasta $seqs -r seq_01:0-30
bad 2 "tfplot: $seqs: holds no contig SEQ_01; it calls it seq_01" tfplot logo gata1.bw -g $seqs -r SEQ_01:1-30
bad 1 "tfplot: gata1.bw: has no value for chr1:1000-1120, letters 1 to 120" tfplot logo gata1.bw --fasta plus.fa
bad 1 "tfplot: none.bw: cannot open: No such file or directory" tfplot logo none.bw --fasta $seqs
bad 2 "tfplot: got.gif: its suffix tells no format; .svg, .pdf or .png is needed, or -f FORMAT" tfplot logo gata1.bw --fasta $seqs -o got.gif
printf 'chr1\tx\t5\n' >bad.bed
run tfplot logo gata1.bw --fasta $seqs --boxes bad.bed -o bad.svg
[[ $status -eq 1 && $(<err) == "tfplot: bad.bed:1: start \"x\" is no position"* && ! -e bad.svg ]] || fail "bad.bed: $(<err)"
{
    echo ">long"
    head -c 3000 /dev/zero | tr '\0' A
    echo
} >long.fa
bad 2 "tfplot: long: 3000 letters, and a logo takes 2000 at most; --region NAME:START-END gives a part" tfplot logo gata1.bw --fasta long.fa
cp gata1.bedgraph own.svg
bad 2 "$(tfplot logo own.svg --fasta $seqs -o own.svg 2>&1)" tfplot logo own.svg --fasta $seqs -o own.svg
same own.svg gata1.bedgraph "an input that is named as the output"

# ---------------------------------------------------------------- motif

motifs=$TFL_SRCDIR/data/motifs.meme
figure motif tfplot motif "$motifs" --title Motifs
says motif.svg GATA_disc1 TAL1_known1 "information (bits)"
good tfplot motif "$motifs" --bits -o got.svg --title Motifs
same got.svg motif.svg "--bits"
good tfplot motif "$motifs" --motif TAL1_known1 --probability --reverse-complement -o got.svg
says got.svg "TAL1_known1  (reverse complement)" probability
grep -q GATA_disc1 got.svg && fail "--motif draws others"
printf '>MA1 JUN\n9 0\n0 9\n0 0\n0 0\n>MA2 FOS\n9 0\n0 0\n0 9\n0 0\n>MA3 JUN\n9 0\n0 9\n0 0\n0 0\n' >shared.jaspar
good tfplot motif shared.jaspar --motif JUN -o got.svg
says got.svg MA1 MA3
grep -q MA2 got.svg && fail "--motif draws motifs of another second name"
bad 2 "tfplot: $motifs: holds no motif XYZ; its first is GATA_disc1" tfplot motif "$motifs" --motif XYZ
bad 2 "tfplot: give either --bits or --probability" tfplot motif "$motifs" --bits --probability

# ---------------------------------------------------------------- charts

figure scatter tfplot scatter matches.tsv --group class --panel motif --title "Matches of GATA1"
says scatter.svg "Matches of GATA1" GATA_disc1 TAL1_known1 both gata1 tal1 none "log-odds of the match (natural log)" "total importance (logit)"
for palette in paper colour-blind; do
    good tfplot scatter matches.tsv --group class --panel motif --panel-rows strand --palette $palette --free-y --x-line 7 --y-line 0 -o $palette.svg
done
cmp -s paper.svg colour-blind.svg && fail "palettes are alike"
good tfplot scatter - --x start --y end --x-label "the <start>" --y-label ends -o got.svg <matches.tsv
says got.svg "the &lt;start&gt;" ends
tfscan -q -f fimo --top 1 $seqs >fimo.tsv || exit 1
good tfplot scatter fimo.tsv --x start --y score --group motif_id -o got.svg
says got.svg GATA_disc1 start score
good tfscore -q --ref zeros $seqs --provenance --deltas deltas.tsv -o deltas.bw
good tfplot scatter deltas.tsv --x delta --y difference -o got.svg
says got.svg delta difference
run tfplot scatter hits.tsv --x importance_mean --log-x -o got.svg
[[ $status -eq 0 && $(<err) =~ ^'tfplot: note: '[0-9]+' rows were left out for lack of a number to draw'$ ]] || fail "--log-x: $(<err)"

figure tiers tfplot tiers matches.tsv --x rank --group class --panel motif
says tiers.svg 1 2 3 rank "n = "
figure lines tfplot lines epochs.tsv --x epoch --y train_loss,valid_loss --error se
says lines.svg epoch "train loss" "valid loss" "loss (cross-entropy, nats)"
good tfplot lines epochs.tsv --x epoch --y train_loss --log-x --log-y -o got.svg
figure roc tfplot roc predictions.tsv --labels sim/labels.tsv
says roc.svg "false positive rate" "true positive rate"
tfmodel evaluate sim >evaluated.tsv 2>/dev/null
good tfplot roc predictions.tsv --labels sim/labels.tsv --split train -o got.svg
while read -r task area; do
    shown=$(sed -n "s/^$task (auROC \(.*\))$/\1/p" got.svg)
    awk -v a="$area" -v b="${shown:--1}" 'BEGIN { exit !(a - b < 0.0006 && b - a < 0.0006) }' || fail "auROC of $task: $shown, not $area"
done < <(awk -F '\t' '$2 == "train" { print $1, $5 }' evaluated.tsv)

sed 4d predictions.tsv >fewer.tsv
good tfplot roc fewer.tsv --labels sim/labels.tsv -o got.svg
equal "$(<err)" "tfplot: note: 1 labels of sim/labels.tsv have no prediction and were left out" "a label without a prediction"
split=$(awk -F '\t' -v name="$(sed -n 4p predictions.tsv | cut -f 1)" '$1 == name { print $3 }' sim/labels.tsv)
[[ $split != train ]] || fail "the sequence left out is one of the split that is asked for"
good tfplot roc fewer.tsv --labels sim/labels.tsv --split train -o got.svg
equal "$(<err)" "" "labels of another split"
{ cat predictions.tsv && sed -n 4p predictions.tsv; } >twice.tsv
bad 1 "tfplot: twice.tsv:$(grep -c '' twice.tsv): $(sed -n 4p predictions.tsv | cut -f 1): a row of this name came before, and each sequence has one" \
    tfplot roc twice.tsv --labels sim/labels.tsv -f svg
# a title is text that any reader of the format takes
figure title tfplot lines epochs.tsv --x epoch --y train_loss --title $'a\x01b\xffc\n\xef\xbf\xbfd \xc3\xa4'
says title.svg '<title>a?b?c????d ä</title>'

bad 2 "tfplot: epochs.tsv: has no column log_odds; it has epoch, train_loss, valid_loss, se" tfplot scatter epochs.tsv
bad 2 "tfplot: --x: which column is missing, for example --x epoch" tfplot lines epochs.tsv
bad 2 "tfplot: --x: which column is missing, for example --x epoch" tfplot tiers matches.tsv
bad 2 "tfplot: --x-line: 0 has no place with --log-x; a number above 0 has" tfplot lines epochs.tsv --x epoch --y train_loss --log-x --x-line 0
bad 2 "tfplot: --y-line: -1.5 has no place with --log-y; a number above 0 has" tfplot tiers matches.tsv --x motif --log-y --y-line -1.5
good tfplot lines epochs.tsv --x epoch --y train_loss --log-x --log-y --x-line 1 --y-line 0.5 -f svg
good tfplot lines epochs.tsv --x epoch --y train_loss --log-x --y-line -1 -f svg
bad 2 "tfplot: got.pdf.gz: a figure is not written compressed; leave .gz out" tfplot lines epochs.tsv --x epoch --y train_loss -f pdf -o got.pdf.gz
bad 1 'tfplot: matches.tsv:2: column motif has "TAL1_known1"; a number is needed, or NA' tfplot scatter matches.tsv --x motif
bad 2 "tfplot: matches.tsv: column start has more than 64 different values, too many for a panel each" tfplot scatter matches.tsv --panel start
bad 2 "tfplot: --labels: the table of labels is missing, for example --labels data/labels.tsv" tfplot roc predictions.tsv
bad 2 "tfplot: epochs.tsv: has no column name; it has epoch, train_loss, valid_loss, se" tfplot roc epochs.tsv --labels sim/labels.tsv
bad 2 "tfplot: epochs.tsv: has no column name; it has epoch, train_loss, valid_loss, se" tfplot roc predictions.tsv --labels epochs.tsv
bad 1 "tfplot: sim/labels.tsv: task both has 0 positives among 0 labels of split none; a curve needs both kinds" \
    tfplot roc predictions.tsv --labels sim/labels.tsv --split none
bad 1 "tfplot: none.tsv: cannot open: No such file or directory" tfplot scatter none.tsv
: >empty.tsv
bad 1 "tfplot: empty.tsv: empty, and a header that names the columns is needed" tfplot scatter empty.tsv
if [[ -w /dev/full ]]; then
    bad 1 "tfplot: /dev/full: cannot write: No space left on device" tfplot roc predictions.tsv --labels sim/labels.tsv -f svg -o /dev/full
fi
if ! is_root; then
    mkdir closed && chmod 555 closed
    run tfplot roc predictions.tsv --labels sim/labels.tsv -o closed/roc.svg
    equal "$status" 1 "a folder that cannot be written"
fi
finish
