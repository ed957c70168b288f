"""Our npz as numpy sees it, and what numpy and pyBigWig write as we see it.

usage: check_tracks.py FOLDER_WITH_PROGRAMS FOLDER
"""
import os
import subprocess
import sys

import numpy

try:
    import pyBigWig
except ImportError:
    pyBigWig = None

PROGRAMS, FOLDER = sys.argv[1:3]


def at(name):
    return os.path.join(FOLDER, name)


def run(program, *arguments, status=0):
    done = subprocess.run([os.path.join(PROGRAMS, program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == status, done.stderr.decode()
    return done.stdout.decode() if status == 0 else done.stderr.decode()


def read_fasta():
    with open(at("seqs.fa")) as file:
        lines = file.read().split()
    return list(zip([line[1:] for line in lines[::2]], lines[1::2]))


def check_npz(sequences):
    with open(at("scores.tsv")) as file:
        header = file.readline().rstrip("\n").split("\t")
        rows = [line.rstrip("\n").split("\t") for line in file]
    assert header == "#name position base task contribution hyp_A hyp_C hyp_G hyp_T".split()
    n, length = len(sequences), len(sequences[0][1])
    assert len(rows) == n * length
    npz = numpy.load(at("scores.npz"))
    assert sorted(npz.files) == ["contributions", "hypothetical", "one_hot"]
    for name in npz.files:
        assert npz[name].shape == (n, 4, length) and npz[name].dtype == numpy.dtype("<f4") and npz[name].flags.c_contiguous
    letters = numpy.array([list(s) for _, s in sequences])
    assert (npz["one_hot"] == numpy.stack([letters == c for c in "ACGT"], axis=1)).all()
    table = numpy.array([[float(x) for x in row[4:]] for row in rows]).reshape(n, length, 5)
    assert (npz["contributions"].astype("f8").sum(axis=1).astype("f4") == table[:, :, 0].astype("f4")).all()
    assert (npz["hypothetical"].transpose(0, 2, 1) == table[:, :, 1:].astype("f4")).all()
    assert [row[0] for row in rows[::length]] == [name for name, _ in sequences]
    assert [row[2] for row in rows] == list("".join(s for _, s in sequences))
    return npz


def check_formats(npz):
    """Every format gives the same values back, whoever wrote the npz."""
    numpy.savez(at("stored.npz"), **npz)
    numpy.savez_compressed(at("deflated.npz"), **npz)
    expected = run("read_scores", at("scores.tsv"), at("seqs.fa"))
    assert expected.count("\n") == npz["one_hot"].shape[0] * npz["one_hot"].shape[2]
    for name in ("scores.npz", "stored.npz", "deflated.npz", "scores.bedgraph", "scores.bed", "scores.bw"):
        assert run("read_scores", at(name), at("seqs.fa")) == expected, name


def check_refused(npz):
    """Arrays that are not what we need: an error that names the file, and what would be right."""
    one_hot, contributions = npz["one_hot"], npz["contributions"]
    cases = [
        (dict(one_hot=one_hot), "contributions.npy"),
        (dict(contributions=contributions), "one_hot.npy"),
        (dict(one_hot=one_hot, contributions=contributions[:, :, 1:]), "differ in shape"),
        (dict(one_hot=one_hot, contributions=contributions.astype("f8")), "'<f4'"),
        (dict(one_hot=numpy.asfortranarray(one_hot), contributions=contributions), "order"),
        (dict(one_hot=numpy.ascontiguousarray(one_hot.transpose(0, 2, 1)), contributions=contributions), "(N, 4, length)"),
        (dict(one_hot=one_hot[0], contributions=contributions), "(N, 4, length)"),
        (dict(one_hot=one_hot[::-1].copy(), contributions=contributions), "is not chrX:1000-1050(+)"),
        (dict(one_hot=one_hot[:3], contributions=contributions[:3]), "has 3 sequences"),
    ]
    for arrays, what in cases:
        numpy.savez(at("wrong.npz"), **arrays)
        message = run("read_scores", at("wrong.npz"), at("seqs.fa"), status=1)
        assert message.startswith("read_scores: " + at("wrong.npz")) and what in message, message


def check_bigwig():
    """The three kinds of section, and the index, as libBigWig writes them."""
    bw = pyBigWig.open(at("other.bw"), "w")
    bw.addHeader([("chr1", 100000), ("chr2", 5000000)], maxZooms=10)
    starts = list(range(10, 90000, 9))
    bw.addEntries(["chr1"] * len(starts), starts, ends=[s + 1 + s % 7 for s in starts], values=[s / 8 for s in starts])
    bw.addEntries("chr2", list(range(100, 40000, 20)), values=[s / 4 for s in range(1995)], span=15)
    bw.addEntries("chr2", 50000, values=[float(s) for s in range(60000)], span=3, step=5)
    bw.close()
    bw = pyBigWig.open(at("other.bw"))
    windows = [("chr1", 0, 300), ("chr1", 89000, 90100), ("chr2", 0, 50), ("chr2", 90, 4100), ("chr2", 39990, 50100),
               ("chr2", 349900, 350100), ("chr2", 4999990, 5000000)]
    with open(at("windows.fa"), "w") as file:
        for window in windows:
            file.write(">%s:%d-%d\n%s\n" % (*window, "A" * (window[2] - window[1])))
    expected = ""
    for window in windows:
        for i, value in enumerate(bw.values(*window)):
            if value == value:
                expected += "%s:%d-%d\t%d\t%s\n" % (*window, i, repr(value)[:-2] if repr(value).endswith(".0") else repr(value))
    assert run("read_scores", at("other.bw"), at("windows.fa")) == expected


def main():
    run("write_tracks", FOLDER)
    npz = check_npz(read_fasta())
    check_formats(npz)
    check_refused(npz)
    if pyBigWig is None:
        print("skipped in part: what pyBigWig writes, as it is not there")
        sys.exit(77)
    check_bigwig()


main()
