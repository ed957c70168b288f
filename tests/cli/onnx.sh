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

finish
