#!/usr/bin/env bash
# Models as people have them, from ONNX to contributions: what the last layer is, and what is explained.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
tfsim generate -n 6 --length 80 --seed 3 -q -o sim || exit 1
seqs=sim/sequences.fa

# model NAME OPSET INPUT PROGRAM: NAME.onnx
model() {
    "$TFL_BUILDDIR/tests/support/write_onnx" "$1.onnx" "$2" "$3" "$4" && tfmodel info "$1.onnx" >/dev/null || exit 1
}

# ---------------------------------------------------------------- probabilities

body="c = Conv(x, 6x4x7~1, 6~2); r = Relu(c); p = MaxPool(r) kernel_shape=[3] strides=[2]; f = Flatten(p); d = Gemm(f, 216x5~3, 5~4); e = Relu(d); z = Gemm(e, 5x3~5, 3~6)"
model logits 13 "N 4 80" "$body"
model sigmoid 13 "N 4 80" "$body; y = Sigmoid(z)"
model softmax 13 "N 4 80" "$body; y = Softmax(z)"
# attention: positions weighted by a softmax over them
model attention 13 "N 4 80" "c = Conv(x, 6x4x7~1, 6~2); r = Elu(c); s = Conv(c, 1x6x1~7); a = Softmax(s) axis=2; w = Mul(r, a); m = ReduceSum(w, [2]) keepdims=0; d = Gemm(m, 6x5~3, 5~4); e = Relu(d); z = Gemm(e, 5x3~5, 3~6); y = Softmax(z)"

# a model from standard input
good tfmodel info logits.onnx
mv out named
good tfmodel info - <logits.onnx
same <(sed 's/logits\.onnx/standard input/' named) out "a model from standard input"

# what exporters put behind it
model shaped 13 "N 4 80" "$body; y = Sigmoid(z); u = Unsqueeze(y, [2]); v = Dropout(u, 0.5); q = Squeeze(v, [2]); i = Identity(q)"
model heads 13 "N 4 80" "$body; h, i, j = Split(z) axis=1; o = Sigmoid(h); u = Sigmoid(i); q = Sigmoid(j); y = Concat(o, u, q) axis=1"
model grid 13 "N 4 80" "${body/5x3~5, 3~6/5x6~5, 6~6}; g = Reshape(z, [0,3,2]); y = Softmax(g) axis=1"

# close FILE COLUMN FILE COLUMN: numbers that agree
close() {
    paste <(cut -f "$2" "$1") <(cut -f "$4" "$3") | awk '{ d = $1 - $2; if (d > 2e-6 || d < -2e-6) { print; exit } }'
}

# Output and reference output are the probabilities that tfmodel predicts for sequences and references, and contributions add up to their
# difference.
for name in logits sigmoid softmax attention shaped heads grid; do
    good tfmodel predict -m $name.onnx "$seqs"
    sed 1d out >predicted
    for method in genomics rescale revealcancel; do
        good tfscore -q -m $name.onnx -t 1 --method $method --target probability -n 1 --refs-out refs.fa --deltas d.tsv --max-delta 1e-5 "$seqs"
        sed 1d d.tsv >deltas
        good tfmodel predict -m $name.onnx refs.fa
        sed 1d out >of_references
        equal "$(close deltas 3 predicted 5)" "" "probabilities of $name, $method"
        equal "$(close deltas 4 of_references 5)" "" "probabilities of references, $name, $method"
        good tfscore -q -m $name.onnx -t 1 --method $method -n 1 --deltas d.tsv --max-delta 1e-4 "$seqs"
        sed 1d d.tsv >deltas
        equal "$(close deltas 3 predicted 4)" "" "logits of $name, $method"
    done
done

# A sigmoid is the same, whatever comes behind it.
good tfscore -q -m sigmoid.onnx -t 1 "$seqs"
grep -v '^#' out >sigmoid.bedgraph
for name in shaped heads; do
    good tfscore -q -m $name.onnx -t 1 "$seqs"
    grep -v '^#' out | cmp -s - sigmoid.bedgraph || fail "contributions of $name and sigmoid differ"
    good tfmodel info $name.onnx
    equal "$(sed -n 's/^# output: //p' out)" "sigmoid" "output of $name"
done
good tfmodel info grid.onnx
equal "$(sed -n 's/^# output: //p; s/^# tasks: //p' out | xargs)" "softmax 0, 1, 2, 3, 4, 5" "output of a softmax over one of several axes"
good tfmodel convert grid.onnx -o again.onnx
good tfmodel predict -m grid.onnx "$seqs"
cp out predicted
good tfmodel predict -m again.onnx "$seqs"
same out predicted "predictions of a softmax over one of several axes, written and read"

# Classes picked from a softmax, and what joins a sigmoid with something else, have no logits: these are probabilities as they are.
model picked 13 "N 4 80" "$body; y = Softmax(z); g = Gather(y, [1]) axis=1"
model joined 13 "N 4 80" "$body; h, i = Split(z, [1,2]) axis=1; u = Sigmoid(i); y = Concat(h, u) axis=1"
good tfmodel info picked.onnx
equal "$(sed -n 's/^# output: //p' out)" "probabilities without logits" "output of classes that are picked"
good tfmodel info joined.onnx
equal "$(sed -n 's/^# output: //p' out)" "logits, and probabilities without" "output of joined heads of two kinds"
# NAME TASK, and where it is all there: NAME COLUMN
while read -r name task whole column; do
    good tfmodel predict -m "$whole.onnx" "$seqs"
    sed 1d out >expected
    good tfmodel predict -m $name.onnx "$seqs"
    sed 1d out >predicted
    equal "$(close predicted $((2 * task + 3)) expected "$column")" "" "probabilities of $name"
    awk -v at=$((2 * task + 2)) '{ d = 1 / (1 + exp(-$at)) - $(at + 1); if (d > 1e-6 || d < -1e-6) print }' predicted >wrong
    equal "$(cat wrong)" "" "probabilities of $name are the sigmoids of logits"
    good tfscore -q -m $name.onnx -t "$task" --target probability -n 1 --deltas d.tsv --max-delta 1e-5 "$seqs"
    sed 1d d.tsv >deltas
    equal "$(close deltas 3 expected "$column")" "" "what is explained of $name"
    bad 1 "tfscore: $name.onnx: its task $task is a value of a sigmoid or softmax that was picked from it or joined with others, so that there is no \
logit; --target probability explains it" tfscore -q -m $name.onnx -t "$task" "$seqs"
done <<<"picked 0 softmax 5
joined 2 sigmoid 7"
good tfscore -q -m logits.onnx -t 0 -f tsv "$seqs"
mv out expected
good tfscore -q -m joined.onnx -t 0 -f tsv "$seqs"
same out expected "contributions to a logit beside probabilities"
bad 1 "tfscore: joined.onnx: its task 0 is no probability, as others are; --target logit explains it" \
    tfscore -q -m joined.onnx -t 0 --target probability "$seqs"

# ---------------------------------------------------------------- the rule of every layer under every method

model rules 13 "N 4 80" "c = Conv(x, 6x4x7~1, 6~2); r = Clip(c, 0.0, 6.0); p = MaxPool(r) kernel_shape=[2]; a = Softmax(p) axis=2; m = Mul(p, a); f = Flatten(m); d = Gemm(f, 438x5~3, 5~4); e = Relu(d); g = Exp(e); l = Log(g); z = Gemm(l, 5x3~5, 3~6); y = Sigmoid(z)"
good tfmodel info rules.onnx
cp out info
rules_of() {
    grep -v '^# ' info | awk -F '\t' -v method="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == method) at = i; next } $at != "-" { print $2 "=" $at }' | xargs
}
equal "$(rules_of genomics)" "clip=rescale max-pool=difference softmax=rescale mul=shapley relu=revealcancel exp=revealcancel log=rescale sigmoid=revealcancel" "genomics"
equal "$(rules_of rescale)" "clip=rescale max-pool=difference softmax=rescale mul=shapley relu=rescale exp=rescale log=rescale sigmoid=rescale" "rescale"
equal "$(rules_of revealcancel)" "clip=revealcancel max-pool=difference softmax=rescale mul=shapley relu=revealcancel exp=revealcancel log=rescale sigmoid=revealcancel" "revealcancel"
for method in gradient gradient-x-input integrated-gradients; do
    equal "$(rules_of $method)" "clip=gradient max-pool=gradient softmax=gradient mul=gradient relu=gradient exp=gradient log=gradient sigmoid=gradient" "$method"
done
equal "$(rules_of guided-backprop)" "clip=guided max-pool=gradient softmax=gradient mul=gradient relu=guided exp=guided log=guided sigmoid=guided" "guided-backprop"
equal "$(rules_of ism)" "" "ism"
for method in genomics rescale revealcancel; do
    good tfscore -q -m rules.onnx -t all --method $method --deltas d.tsv --max-delta 1e-4 -f tsv "$seqs"
done
for method in gradient gradient-x-input guided-backprop integrated-gradients ism; do
    good tfscore -q -m rules.onnx -t 0 --method $method "$seqs"
done
bad 2 "tfscore: --rule /l=revealcancel: it would leave the numbers that a layer of kind log is defined for; rescale does not" \
    tfscore -q -m rules.onnx --rule /l=revealcancel "$seqs"

# Contributions that are no numbers are told: of sequences of A alone the model takes the logarithm of 0.
model log 13 "N 4 80" "c = Slice(x, [1], [4], [1]); p = GlobalMaxPool(c); s = ReduceSum(p, [1]); l = Log(s)"
awk 'NR == 3 { print ">only_a"; for (i = 0; i < 80; i++) printf "A"; print "" } 1' "$seqs" >with_a.fa
for format in tsv bedgraph; do
    good tfscore -m log.onnx --ref uniform -f $format with_a.fa
    equal "$(cat err)" "tfscore: note: 1 of 7 sequences, only_a the first, have contributions that are no finite numbers (where the model takes the logarithm of 0, say)" \
        "what is said of contributions that are no numbers ($format)"
    good tfscore -m log.onnx --ref uniform -f $format "$seqs"
    equal "$(cat err)" "" "what is said of contributions that are numbers ($format)"
done

# An operator that is not known is named with its node and file, before anything is done.
"$TFL_BUILDDIR/tests/support/write_onnx" unknown.onnx 13 "N 4 80" "c = Conv(x, 6x4x7~1) @first; s = Sin(c) @wave; f = Flatten(s); z = Gemm(f, 444x1~3)" || exit 1
for method in genomics gradient ism; do
    bad 1 'tfscore: unknown.onnx: node "wave" (Sin): the operator is not supported' tfscore -q -m unknown.onnx --method $method nowhere.fa -o left.tsv
done
[[ ! -e left.tsv ]] || fail "an unknown operator leaves an output"

# ---------------------------------------------------------------- the same network in every opset and layout

# operator OPSET LAST OLD NEW: how it is written up to opset LAST, and from then on
operator() {
    if (($1 <= $2)); then echo "$3"; else echo "$4"; fi
}
for opset in {9..21}; do
    program="u = $(operator $opset 12 'Unsqueeze(x) axes=[2]' 'Unsqueeze(x, [2])'); v = $(operator $opset 12 'Squeeze(u) axes=[2]' 'Squeeze(u, [2])')"
    program+="; p = $(operator $opset 17 "$(operator $opset 10 'Pad(v) pads=[0,0,3,0,0,3]' 'Pad(v, [0,0,3,0,0,3])')" 'Pad(v, [3,3], _, [2])')"
    program+="; c = Conv(p, 6x4x7~1, 6~2); b = BatchNormalization(c, 6~1, 6~2, 6~3, 6[1.0,2.0,0.5,0.25,1.5,0.75])$(operator $opset 13 '' ' training_mode=0')"
    program+="; r = $(operator $opset 10 'Clip(b) min=0.0 max=6.0' 'Clip(b, 0.0, 6.0)')"
    program+="; $(operator $opset 19 'h = Div(r, 1.4142135); i = Erf(h); j = Add(i, 1.0); k = Mul(r, j); e = Mul(k, 0.5)' 'e = Gelu(r)')"
    program+="; s = $(operator $opset 9 'Slice(e) starts=[2] ends=[60] axes=[2]' 'Slice(e, [2], [60], [2])')"
    program+="; m = MaxPool(s) kernel_shape=[4] strides=[3]; a = AveragePool(m) kernel_shape=[3] strides=[2]"
    program+="; t = $(operator $opset 12 'ReduceSum(a) axes=[2]' 'ReduceSum(a, [2])'); n = $(operator $opset 17 'ReduceMean(a) axes=[2] keepdims=0' 'ReduceMean(a, [2]) keepdims=0')"
    program+="; f = Flatten(t); g = Concat(f, n) axis=1; d = $(operator $opset 11 'Dropout(g) ratio=0.25' 'Dropout(g, 0.25)')"
    program+="; o = $(operator $opset 13 'Reshape(d, [0,-1])' 'Reshape(d, [1,-1]) allowzero=1'); z = Gemm(o, 12x3~5, 3~6)"
    program+="; y = $(operator $opset 12 'Softmax(z)' 'Softmax(z) axis=-1')"
    model "opset$opset" "$opset" "N 4 80" "$program"
    good tfscore -q -m "opset$opset.onnx" -t 1 --method revealcancel --target probability --max-delta 1e-5 -f tsv "$seqs"
    awk -F '\t' 'FNR > 1 { printf "%s %s %.4f\n", $1, $2, $5 }' out >"scores$opset"
    same "scores$opset" scores9 "opset $opset"
done
equal "$(wc -l <scores9)" $((6 * 80)) "scores"

body="r = Relu(c); g = GlobalAveragePool(r); f = Flatten(g); z = Gemm(f, 6x3~5, 3~6)"
model N4L 13 "N 4 80" "c = Conv(x, 6x4x7~1, 6~2) pads=[3,3]; $body"
model NL4 13 "N L 4" "t = Transpose(x) perm=[0,2,1]; c = Conv(t, 6x4x7~1, 6~2) auto_pad='SAME_LOWER'; $body"
model N14L 13 "N 1 4 L" "p = Pad(x, [0,0,0,3,0,0,0,3]); c = Conv(p, 6x1x4x7~1, 6~2); $body"
model N14L_squeezed 13 "N 1 4 80" "q = Squeeze(x, [1]); c = Conv(q, 6x4x7~1, 6~2) pads=[3,3]; $body"
model N41L 13 "N 4 1 L" "c = Conv(x, 6x4x1x7~1, 6~2) pads=[0,3,0,3]; $body"
model N4L1 13 "8 4 80 1" "c = Conv(x, 6x4x7x1~1, 6~2) pads=[3,0,3,0]; $body"
for method in genomics revealcancel ism; do
    for layout in N4L NL4 N14L N14L_squeezed N41L N4L1; do
        good tfscore -q -m $layout.onnx -t 1 --method $method -f tsv "$seqs"
        awk -F '\t' 'FNR > 1 { printf "%s %s %.4f\n", $1, $2, $5 }' out >"scores_$layout"
        same "scores_$layout" scores_N4L "$layout, $method"
    done
done
bad 1 "tfscore: $seqs: seq_0: layer '/c': its weights cannot be normalised: it pads the sequence, and where a filter hangs over the end it \
sees no base; a convolution without padding can be normalised" tfscore -q -m N4L.onnx -t 1 --normalize-weights "$seqs"

finish
