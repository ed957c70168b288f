#!/usr/bin/env bash
# tfscore against the golden contributions, by way of its npz files: that options reach the library as they should.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
golden=${TFL_SHARED:-}/golden
[[ -d $golden/simnet ]] || { echo "skipped: there is no ../shared/golden" && exit 77; }
python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import numpy' 2>/dev/null && python=$candidate && break
done
[[ -n $python ]] || { echo "skipped: python3 with numpy is not there" && exit 77; }

cat >compare.py <<'END'
import os, re, subprocess, sys
import numpy as np

golden, failures, compared, worst = sys.argv[1], 0, 0, 0.0
methods = {"ig5": ["integrated-gradients", "--steps", "5"], "ig10": ["integrated-gradients", "--steps", "10"],
           "rescale": ["rescale"], "revealcancel": ["revealcancel"], "genomics": ["genomics"]}

def first_of_each(path, out):
    with open(path) as lines, open(out, "w") as kept:
        keep = False
        for line in lines:
            if line.startswith(">"):
                keep = line.strip().endswith("|0")
            if keep:
                kept.write(line)
    return out

def reference(model, ref):
    folder = os.path.join(golden, model)
    if ref in ("freq", "zeros"):
        return ref
    if ref == "fixed":
        return "fasta:" + os.path.join(folder, "refs_fixed.fa")
    kind = re.match("(mono|dinuc)([0-9]+)$", ref)
    path = os.path.join(folder, "refs_%s.fa" % kind.group(1))
    return "fasta:" + (first_of_each(path, "%s.%s.fa" % (model, ref)) if kind.group(2) == "1" else path)

for model in sorted(os.listdir(golden)):
    folder = os.path.join(golden, model)
    runs = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        part = name.split(".")
        if part[-1] == "npy" and part[0] in methods and part[-2] in ("contrib", "hyp"):
            runs.setdefault((part[0], part[1], tuple(part[2:-2])), {})[part[-2]] = os.path.join(folder, name)
    for (method, ref, variants), arrays in sorted(runs.items()):
        options = ["--method"] + methods[method] + ["--ref", reference(model, ref)]
        options += {(): [], ("wnorm",): ["--normalize-weights", "--n-policy", "quarter"], ("maxgrad",): ["--max-pool-gradient"]}[variants]
        subprocess.run(["tfscore", "-q", "-m", os.path.join(folder, "model.onnx"), "--n-policy", "zero", "--coords", "none", "-t", "all",
                        "--hypothetical", "-o", "x.npz", os.path.join(folder, "seqs.fa")] + options, check=True)
        files = sorted(f for f in os.listdir(".") if f.startswith("x.") and f.endswith(".npz"))
        got = [np.load(f) for f in files]
        for kind, path in arrays.items():
            expected = np.load(path).transpose(1, 0, 3, 2)  # (N, T, L, 4) -> (T, N, 4, L)
            key = {"contrib": "contributions", "hyp": "hypothetical"}[kind]
            found = np.stack([g[key] for g in got])
            error = abs(found - expected).max() / abs(expected).max() if found.shape == expected.shape else np.inf
            # at a zero difference of an input, multipliers are a convention; contributions are not
            compared += 1
            worst = max(worst, error)
            if not error <= 1e-5:
                failures += 1
                print("FAILED: %s %s: %g of the largest value" % (model, os.path.basename(path), error))
        for f in files:
            os.remove(f)
print("%d arrays, the worst within %.2g of its largest value" % (compared, worst))
sys.exit(failures > 0 or compared < 30)
END
"$python" compare.py "$golden" || failures=1
finish
