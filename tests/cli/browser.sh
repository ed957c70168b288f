#!/usr/bin/env bash
# What tftrack report writes, in headless Chromium: igv.js reads the values that tfscore wrote, draws letters, and reads
# bigWig of every kind. TFL_SLOW=1 adds one of ten million values. scripts/test --browser installs what this needs.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

chromium=
for candidate in ${TFL_CHROMIUM:+"$TFL_CHROMIUM"} chromium chromium-browser google-chrome; do
    command -v "$candidate" >/dev/null && chromium=$candidate && break
done
igv=${TFL_IGV_JS:-$TFL_SRCDIR/web/node_modules/igv/dist/igv.min.js}
[[ -n $chromium ]] || missing="Chromium"
command -v node >/dev/null || missing="node"
[[ -f $igv ]] || missing="igv.js"
if [[ -n ${missing-} ]]; then
    echo "skipped: $missing is not there; scripts/test --browser installs it"
    exit 77
fi

# A genome, regions of it on both strands, and what tfscore says about them.
reverse() { rev | tr ACGT TGCA; }
good tfsim generate -n 150 --seed 3
grep -v '>' out | tr -d '\n' >letters
{
    printf '>chrT\n%s\n' "$(<letters)"
    printf '>chrU\n%s\n' "$(head -c 300 letters | reverse)"
    printf '>chrV\n%s\n' "$(head -c 9000 letters)" # igv.js does not read the last block of BGZF: nothing is asked for here
} >genome.fa
printf 'chrT\t2400\t2600\tplus\t0\t+\nchrT\t9100\t9300\tminus\t0\t-\nchrU\t100\t300\tminus\t0\t-\n' >regions.bed
good tfscore -q --ref shuffle -n 5 -t all -g genome.fa -r regions.bed -o scores.bw
good tfscore -q --ref shuffle -n 5 -t all -g genome.fa -r regions.bed -o scores.tsv
good tfscan -q -p "$TFL_SRCDIR/data/motifs.meme" --top 2 -f bed -g genome.fa -r regions.bed -o hits.bed
# rows of track, contig, position, base, value; what lies on '-' counts from the end, its complement
awk -F '\t' -v OFS='\t' '!/^#/ {
    match($1, /:[0-9]+-[0-9]+/); split(substr($1, RSTART + 1, RLENGTH - 1), at, "-"); minus = $1 ~ /\(-\)$/
    base = minus ? substr("TGCA", index("ACGT", $3), 1) : $3
    print "scores." $4, substr($1, 1, RSTART - 1), minus ? at[2] - 1 - $2 : at[1] + $2, base, $5 }' scores.tsv >expected.tsv
equal "$(cut -f 2,3 expected.tsv | sort -u | wc -l)" 600 "expected bases"
good tftrack report scores.*.bw -g genome.fa -r regions.bed --hits hits.bed --igv-js "$igv" -o report

# The same with links, and the genome as BGZF.
node -e 'const { gzipSync } = require("zlib"), fs = require("fs"), bytes = fs.readFileSync("genome.fa"), blocks = [];
    for (let at = 0; at < bytes.length + 5000; at += 5000) { // an empty block ends the file
        const packed = gzipSync(bytes.subarray(at, at + 5000)), head = Buffer.alloc(18), deflated = packed.subarray(10);
        head.set([31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0]);
        head.writeUInt16LE(head.length + deflated.length - 1, 16);
        blocks.push(head, deflated);
    }
    fs.writeFileSync("genome.fa.gz", Buffer.concat(blocks));' || fail "writing BGZF"
good tftrack report -q --link scores.*.bw -g genome.fa.gz -r regions.bed --hits hits.bed --igv-js "$igv" -o linked

mkdir bigwig
picture=$TFL_BUILDDIR/tests/cli/browser.png
node "$TFL_SRCDIR/tests/support/browser.js" "$(command -v "$chromium")" report linked expected.tsv "$picture" \
    "$TFL_BUILDDIR/tests/support/write_bigwig" bigwig ${TFL_SLOW:+slow} || fail "in the browser"
[[ $(head -c 4 "$picture" | tail -c 3) == PNG ]] || fail "the screenshot is no PNG"
finish
