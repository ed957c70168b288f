#!/usr/bin/env python3
"""tftrain beside PyTorch: the paper's network trained on the same sequences, by turns.

Both train on the same data for the same number of epochs, in batches of the same size, by Adam on binary cross-entropy of the logits, with dropout, and
compute the loss on the validation split after each epoch. PyTorch's time is that of these loops alone, without starting, reading and writing; that of tftrain
is the whole process, from FASTA to ONNX, the test split included. With one thread it is processor time, otherwise time on the clock.

That both do the same is checked first: from the same weights, without dropout, all sequences in one batch, losses of the first steps agree.

usage: peer_train.py [--sequences N] [--epochs N] [--batch N] [--threads N] [--rounds N]
in the build folder, where tfsim and tftrain are. Status 77 where PyTorch is not installed.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError:
    print("skipped: python3-torch is not installed")
    sys.exit(77)

sys.dont_write_bytecode = True
import peer_torch

RATE, EPSILON, STEPS = 0.001, 1e-7, 6


def read_split(folder, split):
    """One-hot sequences [n][4][length] and labels [n][tasks]."""
    with open(os.path.join(folder, "labels.tsv")) as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    chosen = [row[2] == split for row in rows]
    labels = np.array([[float(v) for v in row[3:]] for row in rows], "f4")[chosen]
    return torch.from_numpy(peer_torch.one_hot(os.path.join(folder, "sequences.fa"))[chosen]), torch.from_numpy(labels)


def network(tasks, dropout):
    return nn.Sequential(nn.Conv1d(4, 50, 11), nn.ReLU(), nn.Conv1d(50, 50, 11), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(),
                         nn.Linear(50, 50), nn.ReLU(), nn.Dropout(dropout), nn.Linear(50, tasks))


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=RATE, eps=EPSILON)


def take_weights(model, path):
    """The weights of an ONNX model of the same layers, which come in the same order."""
    found = peer_torch.Network(path)
    mixing = [n for n in found.nodes if n[0] in ("Conv", "Gemm")]
    layers = [m for m in model if isinstance(m, (nn.Conv1d, nn.Linear))]
    with torch.no_grad():
        for layer, (_, inputs, _, attributes) in zip(layers, mixing):
            weight = found.constants[inputs[1]]
            layer.weight.copy_(weight.t() if layer.weight.dim() == 2 and not attributes.get("transB") else weight)
            layer.bias.copy_(found.constants[inputs[2]])


def step(model, optimiser, loss, x, y):
    optimiser.zero_grad()
    value = loss(model(x), y)
    value.backward()
    optimiser.step()
    return float(value)


def run_torch(o, train, valid):
    model, loss = network(train[1].shape[1], 0.5), nn.BCEWithLogitsLoss()
    optimiser = adam(model)
    start = peer_torch.now(o.threads)
    for _ in range(o.epochs):
        model.train()
        order = torch.randperm(len(train[0]))
        for first in range(0, len(order), o.batch):
            some = order[first:first + o.batch]
            step(model, optimiser, loss, train[0][some], train[1][some])
        model.eval()
        with torch.no_grad():
            for first in range(0, len(valid[0]), o.batch):
                loss(model(valid[0][first:first + o.batch]), valid[1][first:first + o.batch])
    return peer_torch.now(o.threads) - start


def run_tftrain(arguments, threads):
    start = peer_torch.now(threads)
    subprocess.run(["./tftrain", "-q", "-@%d" % threads] + arguments, check=True, stdout=subprocess.DEVNULL)
    return peer_torch.now(threads) - start


def largest_difference(o, folder, train, ways):
    """Of the losses of the first steps of full-batch training from the same weights: the rate of the first call is too small to change any."""
    path = lambda name: os.path.join(folder, name)
    whole = [folder, "--batch", str(len(train[0])), "--dropout", "0", "--patience", "0"]
    run_tftrain(whole + ["--lr", "1e-30", "--epochs", "1", "-o", path("first.onnx")], o.threads)
    model, loss = network(train[1].shape[1], 0.0), nn.BCEWithLogitsLoss()
    take_weights(model, path("first.onnx"))
    optimiser, expected = adam(model), []
    for i in range(STEPS):
        # Keras and we add epsilon before the correction of the second moment, PyTorch after it.
        optimiser.param_groups[0]["eps"] = EPSILON / (1 - 0.999 ** (i + 1)) ** 0.5
        expected.append(step(model, optimiser, loss, *train))
    worst = 0.0
    for way in ways:
        run_tftrain(whole + way + ["--lr", str(RATE), "--epochs", str(STEPS), "--log", path("steps.tsv"), "-o", path("some.onnx")], o.threads)
        with open(path("steps.tsv")) as file:
            found = [float(line.split("\t")[1]) for line in file if not line.startswith("#")]
        worst = max([worst] + [abs(a - b) for a, b in zip(expected, found)])
    return worst, expected


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name, default in (("sequences", 2000), ("epochs", 4), ("batch", 64), ("threads", 1), ("rounds", 5)):
        parser.add_argument("--" + name, type=int, default=default)
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(1)
    ways = {"tftrain": [], "tftrain --exact": ["--exact"]}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["./tfsim", "generate", "-q", "-n", str(o.sequences), "-o", folder], check=True)
        train, valid = read_split(folder, "train"), read_split(folder, "valid")
        worst, losses = largest_difference(o, folder, train, ways.values())
        common = [folder, "--epochs", str(o.epochs), "--patience", "0", "--batch", str(o.batch), "-o", os.path.join(folder, "model.onnx")]
        times = {"PyTorch": []}
        for _ in range(o.rounds):
            times["PyTorch"].append(run_torch(o, train, valid))
            for name, way in ways.items():
                times.setdefault(name, []).append(run_tftrain(common + way, o.threads))
    samples = o.epochs * len(train[0])
    print("Training of the paper's network: %d sequences of 200 bp, %d tasks, batches of %d, %d epochs, %d threads; PyTorch %s; %d rounds.\n"
          "Without dropout the losses of the first %d steps (%.5f to %.5f) agree within %.2g.\n" %
          (len(train[0]), train[1].shape[1], o.batch, o.epochs, o.threads, torch.__version__, o.rounds, STEPS, losses[0], losses[-1], worst))
    print("| | sequences/s, median (least to most) | times PyTorch, median (least to most) |\n|---|---|---|")
    for name, spent in times.items():
        ratio = sorted(a / b for a, b in zip(times["PyTorch"], spent))
        print("| %s | %.0f (%.0f to %.0f) | %.1f (%.1f to %.1f) |" % (name, samples / statistics.median(spent), samples / max(spent), samples / min(spent),
                                                                   statistics.median(ratio), ratio[0], ratio[-1]))
    return 0 if worst < 5e-5 else 1


sys.exit(main())
