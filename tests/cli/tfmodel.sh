#!/usr/bin/env bash
# tfmodel: what it says about models, what models predict, and models written anew.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
write_model=$TFL_BUILDDIR/tests/support/write_model
"$write_model" any.onnx any && "$write_model" fixed.onnx 100 || exit 1
tfsim generate -n 50 --length 100 --seed 5 -q -o data || exit 1
seqs=data/sequences.fa

# column FILE NAME: that column of a table whose header line begins with one #.
column() {
    grep -v '^# ' "$1" | awk -F '\t' -v name="$2" 'NR == 1 { sub(/^#/, ""); for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'
}

# ---------------------------------------------------------------- info

good tfmodel info --builtin
cp out builtin
equal "$(sed -n 's/^# tasks: //p' out)" "both, gata1, tal1" "tasks of the built-in model"
equal "$(sed -n 's/^# input: //p' out)" "(N, 4, L), sequences of any length; below, of 200" "input of the built-in model"
equal "$(column out kind | xargs)" "input conv relu conv relu global-average-pool gather dense relu dropout dense" "its layers"
equal "$(column out genomics | xargs)" "- - rescale - rescale - - - revealcancel - -" "its rules under genomics"
equal "$(column out guided-backprop | xargs)" "- - guided - guided - - - guided - -" "its rules under guided-backprop"
equal "$(column out receptive_field | xargs)" "1 11 11 21 21 200 200 200 200 200 200" "its receptive fields"
equal "$(column out parameters | awk '{ n += $1 } END { print n }')" "$(sed -n 's/^# parameters: //p' out)" "its parameters"
for method in $(sed -n '/^#layer/p' out | cut -f 8-); do
    grep -q "^ *$method  *[a-zA-Z]" <(tfscore --help) || fail "tfscore has no method $method"
done
good tfmodel info --length 21 any.onnx
equal "$(column out shape | head -n 1)" "(4, 21)" "shape with --length"
good tfmodel info fixed.onnx
equal "$(sed -n 's/^# input: //p' out)" "(N, 4, L), sequences of 100" "input of a model of one length"
# names of layers are free text in ONNX: control characters do not break rows
"$TFL_BUILDDIR/tests/support/write_onnx" plain.onnx 13 "N 4 80" "c = Conv(x, 6x4x7~1) @fiXrst; f = Flatten(c); z = Gemm(f, 444x1~3)" || exit 1
LC_ALL=C sed $'s/fiXrst/fi\trst/' plain.onnx >control.onnx
good tfmodel info plain.onnx
sed '/^# /d; s/fiXrst/fi?rst/g' out >expected
mv control.onnx $'con\ntrol.onnx'
good tfmodel info $'con\ntrol.onnx'
equal "$(sed -n 's/^# model: //p' out)" "con?trol.onnx" "a file's name of two lines"
grep -q 'fi?rst' expected || fail "a layer has another name than its node"
same <(sed '/^# /d' out) expected "a layer's name with a tab within"
bad 1 "tfmodel: fixed.onnx: takes sequences of 100 positions, not of 61" tfmodel info --length 61 fixed.onnx
bad 1 "tfmodel: no.onnx: cannot be opened: No such file or directory" tfmodel info no.onnx
bad 1 "tfmodel: $seqs: is not an ONNX model" tfmodel info "$seqs"
head -c 1000 any.onnx >cut.onnx
bad 1 "tfmodel: cut.onnx: is cut short after 1000 bytes; copy the model again" tfmodel info cut.onnx
: >empty.onnx
bad 1 "tfmodel: empty.onnx: is empty; an ONNX model is expected" tfmodel info empty.onnx

# ---------------------------------------------------------------- predict

good tfmodel predict -m any.onnx "$seqs"
cp out all.tsv
equal "$(head -n 1 out)" $'#name\tlogit_first\tprobability_first\tlogit_second\tprobability_second\tlogit_third one\tprobability_third one' "header"
equal "$(column out name | xargs)" "$(sed -n 's/^>//p' "$seqs" | xargs)" "names"
awk -F '\t' 'NR > 1 { for (i = 2; i < NF; i += 2) { d = 1 / (1 + exp(-$i)) - $(i + 1); if (d > 1e-6 || d < -1e-6) print } }' out >wrong
equal "$(cat wrong)" "" "probabilities are the sigmoids of logits"
for threads in 1 2 7; do
    good tfmodel predict -m any.onnx -@ "$threads" "$seqs"
    same out all.tsv "predictions with $threads threads"
done
good tfmodel predict -m any.onnx - <"$seqs"
same out all.tsv "predictions of standard input"
tr ACGT acgt <"$seqs" | sed 's/^>.*/\U&/; s/^>SEQ/>seq/' >lower.fa
good tfmodel predict -m any.onnx lower.fa
same out all.tsv "predictions of lower case"
good tfmodel predict -m any.onnx "$seqs" -o p.tsv.gz
gzip -dc p.tsv.gz >unzipped && same unzipped all.tsv "compressed predictions"
good tfmodel predict --exact "$seqs"
cp out exact.tsv
good tfmodel predict --cpu portable "$seqs"
cp out portable.tsv
for other in exact portable; do
    paste out "$other.tsv" | awk -F '\t' 'NR > 1 { d = $2 - $9; if (d > 1e-4 || d < -1e-4) print $1, $2, $9 }' >wrong
    equal "$(cat wrong)" "" "logits, $other"
done
good tfmodel predict "$seqs"
equal "$(head -n 1 out | cut -f 2)" "logit_both" "the built-in model's header"

# a sequence's predictions are the same alone, and lengths may differ
printf '>a\nACGTACGTACGTACGTACGTACGTACG\n>b\nACGTACGTACGTACGTACGTACGTACGTNNNN\n' >two.fa
good tfmodel predict -m any.onnx two.fa
cp out two.tsv
sed -n 3,4p two.fa | tfmodel predict -m any.onnx - | tail -n 1 >alone
tail -n 1 two.tsv | cmp -s - alone || fail "predictions depend on the other sequences"
good tfmodel predict -m any.onnx --n-policy zero two.fa
cmp -s out two.tsv && fail "--n-policy zero changes nothing"
good tfmodel predict -m any.onnx --n-policy skip two.fa
equal "$(column out name)" "a" "--n-policy skip"
run tfmodel predict -m any.onnx --n-policy error two.fa
equal "$status" 1 "--n-policy error"

bad 1 "tfmodel: two.fa: a: fixed.onnx: takes sequences of 100 positions, not of 27" tfmodel predict -m fixed.onnx two.fa
printf '>short\nACG\n' >short.fa
run tfmodel predict -m any.onnx short.fa
[[ $status -eq 1 && $(<err) =~ ^tfmodel:\ short\.fa:\ short:\ any\.onnx:\ with\ sequences\ of\ 3\ positions:\ node\ \".*\"\ \(Conv\):\ length:\ input\ of\ 3\ positions\ is\ shorter ]] ||
    fail "a short sequence: $status $(<err)"
: >nothing.fa
run tfmodel predict nothing.fa -o left
[[ $status -eq 1 && ! -e left ]] || fail "an empty file: $status"
cp any.onnx m.onnx
run tfmodel predict -m m.onnx "$seqs" -o m.onnx
[[ $status -ne 0 ]] || fail "a model may be overwritten by predictions"
same m.onnx any.onnx "a model that is the output"
if [[ -e /dev/full ]]; then
    run tfmodel predict "$seqs" -o /dev/full
    [[ $status -eq 1 && $(<err) == *"No space left on device"* ]] || fail "a full disk: $status $(<err)"
fi
tfmodel predict "$seqs" 2>closed | head -n 1 >/dev/null
equal "$(<closed)" "" "what is said to a closed pipe"

# ---------------------------------------------------------------- evaluate

good tftrain data -o trained.onnx --epochs 2 --filters 4 --width 5 --dense 4 -q
sed -n '/^#task/,$p' out >said
good tfmodel evaluate -m trained.onnx data
equal "$(cut -f 2 out | sed 1d | uniq | xargs)" "train valid test" "splits"
equal "$(awk -F '\t' '$2 == "test"' out)" "$(sed 1d said)" "what tftrain and tfmodel evaluate say about the test split"
cp out evaluated.tsv
for threads in 1 2 7; do
    good tfmodel evaluate -m trained.onnx -@ "$threads" data
    same out evaluated.tsv "areas with $threads threads"
done
# labels that name no split get the same one everywhere, whatever the seed: none of what was trained on is called test
mkdir drawn && cp data/sequences.fa drawn && cut -f 1,4- data/labels.tsv >drawn/labels.tsv || exit 1
for seed in 1 7; do
    for source in drawn "--fasta drawn/sequences.fa --labels drawn/labels.tsv"; do
        # shellcheck disable=SC2086 # options and values
        good tftrain $source --seed "$seed" -o drawn.onnx --epochs 1 --filters 4 --width 5 --dense 4 -q
        sed -n '/^#task/,$p' out >said
        good tfmodel evaluate -m drawn.onnx drawn
        equal "$(awk -F '\t' '$2 == "test"' out)" "$(sed 1d said)" "the test split, drawn by tftrain $source --seed $seed"
    done
done
bad 1 "tfmodel: any.onnx: its task 0 is first, and column 0 of the labels is both" tfmodel evaluate -m any.onnx data
bad 1 "tfmodel: fixed.onnx: takes sequences of 100 positions, not of 80" bash -c 'tfsim generate -n 20 --length 80 -q -o d80 && tfmodel evaluate -m fixed.onnx d80'
run tfmodel evaluate no/such/dir
equal "$status" 1 "a directory that is not there"

# ---------------------------------------------------------------- convert, normalize

good tfmodel convert any.onnx -o again.onnx
good tfmodel predict -m again.onnx "$seqs"
same out all.tsv "predictions of a converted model"
good tfmodel convert again.onnx -o thrice.onnx
same thrice.onnx again.onnx "a converted model, converted"
good tfmodel info again.onnx
[[ $(<out) == *"sequences of any length"* ]] || fail "convert fixes the length"
good tfmodel convert any.onnx --length 100 -o hundred.onnx
good tfmodel info hundred.onnx
[[ $(<out) == *"sequences of 100"* ]] || fail "convert --length does not fix the length"
good tfmodel predict -m hundred.onnx "$seqs"
same out all.tsv "predictions of a model of one length"

# a mean written out: the sum by the length, which is a number of the network for one length
"$TFL_BUILDDIR/tests/support/write_onnx" mean.onnx 13 "N 4 L" \
    "c = Conv(x, 6x4x7~1); a = ReduceSum(c, [2]); s = Shape(c); n = Gather(s, 2) axis=0; f = Cast(n) to=1; y = Div(a, f)" || exit 1
for command in convert normalize; do
    bad 1 "tfmodel: mean.onnx: its network for 201 positions holds other numbers than that for 200, so that neither fits any length; \
--length N makes the new model for one length" tfmodel $command mean.onnx -o left.onnx
    [[ ! -e left.onnx ]] || fail "a model that $command refuses leaves a file"
    good tfmodel $command mean.onnx --length 100 -o of100.onnx
    good tfmodel predict -m of100.onnx "$seqs"
    cut -f 2 out >of100
    good tfmodel predict -m mean.onnx "$seqs"
    paste of100 <(cut -f 2 out) | awk 'NR > 1 { d = $1 - $2; if (d > 1e-5 || d < -1e-5) print }' >wrong
    equal "$(cat wrong)" "" "predictions after $command --length"
done

good tfmodel normalize any.onnx -o normal.onnx
cmp -s normal.onnx again.onnx && fail "normalize changes nothing"
good tfmodel predict -m normal.onnx "$seqs"
paste all.tsv out | awk -F '\t' 'NR > 1 { for (i = 2; i <= 7; i++) { d = $i - $(i + 7); if (d > 1e-5 || d < -1e-5) print } }' >wrong
equal "$(cat wrong)" "" "predictions of a normalised model"

bad 2 "tfmodel: -o: where the model goes is missing, for example -o new.onnx" tfmodel convert any.onnx
# names that say what is not written
for command in "tfmodel convert any.onnx" "tfmodel normalize any.onnx" "tftrain data"; do
    bad 2 "${command%% *}: left.onnx.gz: a model is not written compressed; leave .gz out" $command -o left.onnx.gz
    for suffix in h5 keras PB; do
        bad 2 "${command%% *}: left.$suffix: models are written as ONNX; a name that ends in .onnx is needed" $command -o left.$suffix
    done
done
run tfmodel convert m.onnx -o m.onnx
[[ $status -ne 0 ]] || fail "a model may be overwritten by itself"
same m.onnx any.onnx "a model written onto itself"
printf '\211HDF\r\n\032\n....' >keras.h5
bad 1 "tfmodel: keras.h5: is an HDF5 file, as Keras writes, which is not supported yet; export the network as ONNX" \
    tfmodel convert keras.h5 -o k.onnx
[[ ! -e k.onnx ]] || fail "a failed conversion leaves a file"
run tfmodel convert any.onnx -o no/such/dir/m.onnx
equal "$status" 1 "an output that cannot be made"

# ---------------------------------------------------------------- misuse

run tfmodel
equal "$status" 2 "no arguments"
[[ -s err && ! -s out ]] || fail "no arguments: usage goes to stderr"
for command in predict evaluate normalize convert; do
    run tfmodel "$command"
    equal "$status" 2 "$command without arguments"
done
bad 2 "tfmodel: give either a model or --builtin" tfmodel info --builtin any.onnx
run tfmodel look any.onnx
equal "$status" 2 "an unknown command"
good tfmodel --version
[[ $(head -n 1 out) =~ ^tfmodel\ \(tflift\)\ [0-9] ]] || fail "--version: $(head -n 1 out)"
finish
