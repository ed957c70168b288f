#!/usr/bin/env python3
"""tfscore beside PyTorch: Rescale on the same model, sequences, references and number of threads, by turns.

PyTorch runs each batch forward once, and back once per task through ReLUs whose gradient is the slope of the line from reference to input. Its time is
that of the loop over batches alone, without starting, reading and writing; that of tfscore is the whole process, from FASTA to bigWig. With one thread it is
processor time, otherwise time on the clock. The contributions of both are compared.

usage: peer_torch.py [--model FILE] [--sequences N] [--length L] [--references N] [--threads N] [--batch N] [--rounds N]
in the build folder, where tfscore is. Status 77 where PyTorch is not installed.
"""
import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError:
    print("skipped: python3-torch is not installed")
    sys.exit(77)


# ---------------------------------------------------------------- the model: as much of ONNX as it takes

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    """Numbers and values of a protocol buffer's fields, in order."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            size, at = {1: (8, at), 5: (4, at)}.get(kind) or varint(data, at)
            value, at = data[at:at + size], at + size
        yield key >> 3, value


def integers(data, number):
    """A repeated integer field, packed or not."""
    found = []
    for key, value in fields(data):
        if key == number and isinstance(value, int):
            found.append(value)
        elif key == number:
            at = 0
            while at < len(value):
                one, at = varint(value, at)
                found.append(one)
    return found


def tensor(data):
    content = dict(fields(data))
    raw = content.get(9, content.get(4, b""))
    kind = {1: "<f4", 7: "<i8"}[content[2]]
    return content[8].decode(), torch.from_numpy(np.frombuffer(raw, kind).reshape(integers(data, 1)).copy())


def node(data):
    attributes = {}
    for key, value in fields(data):
        if key == 5:
            content = dict(fields(value))
            attributes[content[1].decode()] = integers(value, 8) or content.get(3)
    texts = lambda number: [v.decode() for k, v in fields(data) if k == number]
    return texts(4)[0], texts(1), texts(2), attributes


class Rescale(torch.autograd.Function):
    """ReLU of [sequences][1 + references] rows, of which the first of each sequence is the input that the others are compared with."""
    rows = 1

    @staticmethod
    def forward(ctx, z):
        y = F.relu(z)
        ctx.save_for_backward(z, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        z, y = (v.view(-1, Rescale.rows, *v.shape[1:]) for v in ctx.saved_tensors)
        way = z[:, :1] - z
        near = way.abs() < 1e-7
        slope = torch.where(near, (z > 0).float(), (y[:, :1] - y) / torch.where(near, torch.ones_like(way), way))
        return grad * slope.view_as(grad)


class Network:
    def __init__(self, path):
        with open(path, "rb") as file:
            graph = dict(fields(file.read()))[7]
        self.constants = dict(tensor(v) for k, v in fields(graph) if k == 5)
        self.nodes = [node(v) for k, v in fields(graph) if k == 1]
        self.input = next(dict(fields(v))[1].decode() for k, v in fields(graph) if k == 11 and dict(fields(v))[1].decode() not in self.constants)
        self.output = next(dict(fields(v))[1].decode() for k, v in fields(graph) if k == 12)

    def __call__(self, x):
        values = dict(self.constants)
        values[self.input] = x
        for kind, inputs, outputs, attributes in self.nodes:
            arguments = [values[name] for name in inputs if name]
            values[outputs[0]] = getattr(self, kind)(attributes, *arguments)
        return values[self.output]

    @staticmethod
    def Conv(attributes, x, weight, bias=None):
        pads = attributes.get("pads") or [0, 0]
        return F.conv1d(F.pad(x, pads) if any(pads) else x, weight, bias, dilation=attributes.get("dilations") or 1)

    def Relu(self, _, x):
        return Rescale.apply(x)

    def Add(self, _, a, b):
        return a + b

    def Dropout(self, _, x, *_rest):
        return x

    def GlobalAveragePool(self, _, x):
        return x.mean(2, keepdim=True)

    def Flatten(self, _, x):
        return x.flatten(1)

    def Reshape(self, _, x, _shape):
        return x.flatten(1)

    def Gemm(self, attributes, x, weight, bias=None):
        return F.linear(x, weight if attributes.get("transB") else weight.t(), bias)


# ---------------------------------------------------------------- both ways

def one_hot(path):
    with open(path) as file:
        rows = ["".join(record.split("\n")[1:]) for record in file.read().split(">")[1:]]
    letters = np.frombuffer("".join(rows).encode(), "u1").reshape(len(rows), -1)
    return (letters[:, None, :] == np.frombuffer(b"ACGT", "u1")[None, :, None]).astype("f4")


def now(threads):
    if threads > 1:
        return time.perf_counter()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def run_torch(network, x, references, batch, threads):
    start, result = now(threads), []
    Rescale.rows = 1 + references.shape[1]
    for first in range(0, len(x), batch):
        rows = torch.from_numpy(np.concatenate([x[first:first + batch, None], references[first:first + batch]], 1)).flatten(0, 1).requires_grad_()
        output = network(rows)
        means = []
        for task in range(output.shape[1]):
            grad, = torch.autograd.grad(output[:, task].sum(), rows, retain_graph=task + 1 < output.shape[1])
            both = rows.detach().view(-1, Rescale.rows, *rows.shape[1:])
            means.append((grad.view_as(both) * (both[:, :1] - both))[:, 1:].mean(1))
        result.append(torch.stack(means, 1))
    return now(threads) - start, torch.cat(result).numpy()


def run_tfscore(arguments, threads):
    start = now(threads)
    subprocess.run(["./tfscore", "-q", "--method", "rescale"] + arguments, check=True)
    return now(threads) - start


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name, default in (("sequences", 200), ("length", 200), ("references", 10), ("threads", 1), ("batch", 8), ("rounds", 5)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--model", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/tal1-gata1.onnx"))
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        random.seed(1)
        with open(path("seqs.fa"), "w") as file:
            for i in range(o.sequences):
                file.write(">s%d\n%s\n" % (i, "".join(random.choices("ACGT", k=o.length))))
        common = ["-m", o.model, "-n", str(o.references), "-t", "all", "-@%d" % o.threads, path("seqs.fa")]
        run_tfscore(common + ["--refs-out", path("refs.fa"), "-o", path("found.npz")], o.threads)
        files = sorted(f for f in os.listdir(folder) if f.startswith("found"))
        network, x = Network(o.model), one_hot(path("seqs.fa"))
        references = one_hot(path("refs.fa")).reshape(len(x), o.references, 4, -1)
        times = {"PyTorch": [], "tfscore": [], "tfscore --exact": []}
        for _ in range(o.rounds):
            spent, contributions = run_torch(network, x, references, o.batch, o.threads)
            times["PyTorch"].append(spent)
            times["tfscore"].append(run_tfscore(common + ["-o", path("out.bw")], o.threads))
            times["tfscore --exact"].append(run_tfscore(common + ["--exact", "-o", path("out.bw")], o.threads))
        found = {np.load(path(f))["contributions"].tobytes(): f for f in files}
        ours = [np.frombuffer(f, "f4").reshape(x.shape) for f in found]
        worst = max(min(abs(contributions[:, t] - one).max() for one in ours) / abs(contributions[:, t]).max() for t in range(contributions.shape[1]))
    print("Rescale on %s: %d sequences of %d bp, %d references, %d tasks, %d threads; PyTorch %s, batches of %d; contributions agree within %.1g.\n" %
          (os.path.basename(o.model), o.sequences, o.length, o.references, contributions.shape[1], o.threads, torch.__version__, o.batch, worst))
    print("| | sequences/s, median (least to most) | times PyTorch |\n|---|---|---|")
    base = statistics.median(times["PyTorch"])
    for name, spent in times.items():
        print("| %s | %.0f (%.0f to %.0f) | %.1f |" % (name, o.sequences / statistics.median(spent), o.sequences / max(spent), o.sequences / min(spent),
                                                      base / statistics.median(spent)))
    return 0 if worst < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
