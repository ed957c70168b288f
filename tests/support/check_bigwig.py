"""Writes bigWig files with write_bigwig and reads them with pyBigWig: every value, the header, the means of the zoom levels.

usage: check_bigwig.py WRITE_BIGWIG FOLDER [slow]
"""
import math
import os
import struct
import subprocess
import sys
import time
import zlib

import numpy
import pyBigWig

WRITE, FOLDER = sys.argv[1:3]
SLOW = "slow" in sys.argv[3:]
SEED = 7


def write(name, contigs, runs):
    """contigs: [(name, length)]; runs: [(contig number, start, float32 array)], in order. Returns the file's path."""
    path = os.path.join(FOLDER, name + ".bw")
    spec = ["contig %s %d\n" % contig for contig in contigs]
    raw = os.path.join(FOLDER, name + ".raw")
    for i, (contig, start, values) in enumerate(runs):
        values.astype("=f4").tofile("%s.%d" % (raw, i))
        spec.append("values %d %d %s.%d %d\n" % (contig, start, raw, i, len(values)))
    began = time.time()
    subprocess.run([WRITE, path], input="".join(spec).encode(), check=True)
    took = time.time() - began
    for i in range(len(runs)):
        os.remove("%s.%d" % (raw, i))
    n = sum(len(run[2]) for run in runs)
    print("%-12s %9d values, %8d bytes, %.2f s" % (name, n, os.path.getsize(path), took))
    return path


def close(a, b, tolerance):
    if a is None or b is None:
        return a is b
    return a == b or abs(a - b) <= tolerance * max(abs(a), abs(b))


def check_header(bw, runs):
    values = numpy.concatenate([run[2] for run in runs]).astype("f8")
    values = values[~numpy.isnan(values)]
    header = bw.header()
    assert header["nBasesCovered"] == len(values), header
    exact = {"minVal": values.min(), "maxVal": values.max(), "sumData": math.fsum(values),
             "sumSquared": math.fsum(values * values)}
    for key, expected in exact.items():
        # pyBigWig prints these as whole numbers; the file is read for what it says
        assert close(float(header[key]), float(int(expected)), 1e-12), (key, header[key], expected)


def check_summary(path, runs):
    values = numpy.concatenate([run[2] for run in runs]).astype("f8")
    values = values[~numpy.isnan(values)]
    with open(path, "rb") as file:
        bytes_ = file.read()
    at = struct.unpack_from("<Q", bytes_, 44)[0]
    bases, low, high, total, squares = struct.unpack_from("<Qdddd", bytes_, at)
    assert bases == len(values)
    assert low == values.min() and high == values.max(), (low, high)
    for found, terms in ((total, values), (squares, values * values)):
        scale = math.fsum(numpy.abs(terms))
        assert abs(found - math.fsum(terms)) <= 1e-13 * scale, (found, math.fsum(terms))
    assert bytes_[:4] == bytes_[-4:] == struct.pack("<I", 0x888FFC26)
    check_zooms(bytes_, runs)


def leaves(bytes_, at):
    """The entries of the R-tree node at at: (contig, start, contig, end, offset, size)."""
    leaf, _, count = struct.unpack_from("<BBH", bytes_, at)
    for i in range(count):
        if leaf:
            yield struct.unpack_from("<IIIIQQ", bytes_, at + 4 + 32 * i)
        else:
            item = struct.unpack_from("<IIIIQ", bytes_, at + 4 + 24 * i)
            below = list(leaves(bytes_, item[4]))
            assert below[0][:2] == item[:2] and below[-1][2:4] == item[2:4]
            yield from below


def check_zooms(bytes_, runs):
    """Every record of every level against the values."""
    n_zooms = struct.unpack_from("<H", bytes_, 6)[0]
    largest = struct.unpack_from("<I", bytes_, 52)[0]
    assert n_zooms >= 1
    contig = numpy.concatenate([numpy.full(len(r[2]), r[0]) for r in runs])
    position = numpy.concatenate([numpy.arange(r[1], r[1] + len(r[2])) for r in runs])
    values = numpy.concatenate([r[2] for r in runs]).astype("f8")
    keep = ~numpy.isnan(values)
    contig, position, values = contig[keep], position[keep], values[keep]
    fewest = 1 << 62
    for z in range(n_zooms):
        reduction, _, data, index = struct.unpack_from("<IIQQ", bytes_, 64 + 24 * z)
        entries = list(leaves(bytes_, index + 48))
        assert len(entries) == struct.unpack_from("<Q", bytes_, index + 8)[0]
        blocks = []
        for entry in entries:
            block = zlib.decompress(bytes_[entry[4]:entry[4] + entry[5]])
            assert len(block) <= largest
            records = numpy.frombuffer(block, dtype="<u4").reshape(-1, 8)
            assert tuple(records[0][:2]) == entry[:2] and (records[-1][0], records[-1][2]) == entry[2:4]
            blocks.append(records)
        records = numpy.concatenate(blocks)
        assert len(records) == struct.unpack_from("<I", bytes_, data)[0] < fewest
        fewest = len(records)
        floats = records.view("<f4").astype("f8")
        # where each cell of this level begins in the values
        new = numpy.flatnonzero(numpy.diff(contig) | numpy.diff(position // reduction)) + 1
        first = numpy.concatenate([[0], new])
        last = numpy.concatenate([new, [len(values)]])
        assert len(first) == len(records), (reduction, len(first), len(records))
        assert (records[:, 0] == contig[first]).all() and (records[:, 1] == position[first]).all()
        assert (records[:, 2] == position[last - 1] + 1).all() and (records[:, 3] == last - first).all()
        assert (floats[:, 4] == numpy.minimum.reduceat(values, first)).all()
        assert (floats[:, 5] == numpy.maximum.reduceat(values, first)).all()
        with numpy.errstate(over="ignore"):
            sums = numpy.add.reduceat(values, first)
            scale = numpy.add.reduceat(numpy.abs(values), first)
            squares = numpy.add.reduceat(values * values, first).astype("f4")
        assert (numpy.abs(floats[:, 6] - sums) <= 1e-7 * scale + 1e-45).all(), reduction
        assert numpy.allclose(records[:, 7].copy().view("<f4"), squares, rtol=1e-6, atol=1e-45), reduction


def check_values(bw, contigs, runs):
    assert bw.chroms() == dict(contigs), "contigs"
    by_contig = {}
    for run in runs:
        by_contig.setdefault(run[0], []).append(run)
    for number, (name, length) in enumerate(contigs):
        mine = by_contig.get(number, [])
        if length <= 1 << 20:
            expected = numpy.full(length, numpy.nan, dtype="f4")
            for _, start, values in mine:
                expected[start:start + len(values)] = values
            found = bw.values(name, 0, length, numpy=True)
            assert numpy.array_equal(found, expected, equal_nan=True), name
        else:
            for _, start, values in mine:
                end = min(start + len(values) + 3, length)
                found = bw.values(name, start, end, numpy=True)
                assert numpy.array_equal(found[:len(values)], values, equal_nan=True), (name, start)


def check_means(bw, contigs, runs):
    """pyBigWig's means over bins that are whole zoom cells, so that they are exact but for float32."""
    name, length = contigs[runs[0][0]]
    mine = [run for run in runs if run[0] == runs[0][0]]
    for bin_ in (1 << 5, 1 << 7, 1 << 9, 1 << 11, 1 << 15, 1 << 19):
        bins = min(length // bin_, 40)
        if bins == 0:
            break
        begin = mine[len(mine) // 2][1] // bin_ * bin_
        begin = max(0, min(begin, length - bins * bin_) // bin_ * bin_)
        found = bw.stats(name, begin, begin + bins * bin_, type="mean", nBins=bins)
        for i in range(bins):
            low, high = begin + i * bin_, begin + (i + 1) * bin_
            parts = [r[2][max(low - r[1], 0):max(high - r[1], 0)] for r in mine if r[1] < high and r[1] + len(r[2]) > low]
            inside = numpy.concatenate(parts or [numpy.empty(0, "f4")]).astype("f8")
            inside = inside[~numpy.isnan(inside)]
            if len(inside) == 0:
                assert found[i] is None, (bin_, i, found[i])
            else:
                tolerance = 2e-7 * numpy.abs(inside).max() + 1e-45
                assert found[i] is not None and abs(found[i] - inside.mean()) <= tolerance, (bin_, i, found[i], inside.mean())


def check(name, contigs, runs):
    path = write(name, contigs, runs)
    bw = pyBigWig.open(path)
    assert bw is not None and bw.isBigWig()
    check_header(bw, runs)
    check_values(bw, contigs, runs)
    check_means(bw, contigs, runs)
    bw.close()
    check_summary(path, runs)
    return path


def main():
    print("seed %d" % SEED)
    random = numpy.random.default_rng(SEED)

    def noise(n, scale=1.0, shift=0.0):
        return (random.standard_normal(n) * scale + shift).astype("f4")

    check("one_base", [("c", 1)], [(0, 0, noise(1))])
    check("mixed", [("chr2", 50000), ("chr10", 300), ("chr1", 70000)],
          [(0, 17, noise(20001)), (0, 30000, noise(7)), (0, 30010, noise(33)), (1, 0, noise(300)), (2, 5, noise(69995))])
    check("negative", [("chr1", 100000)], [(0, 100, -numpy.abs(noise(60000)) - 1)])
    check("zero", [("chr1", 40000)], [(0, 3, numpy.zeros(39000, "f4"))])
    check("tiny", [("chr1", 40000)], [(0, 3, noise(39000, 1e-30))])
    check("huge", [("chr1", 40000)], [(0, 3, noise(39000, 1e30))])
    gaps = noise(100000)
    gaps[random.random(100000) < 0.4] = numpy.nan
    check("gaps", [("chr1", 100000)], [(0, 0, gaps)])
    lonely = numpy.full(30000, numpy.nan, "f4")
    lonely[::3] = noise(10000)
    check("lonely", [("chr1", 30000)], [(0, 0, lonely)])
    names = ["contig%d" % i for i in range(1000)]
    check("thousand", [(name, 200 + i % 7) for i, name in enumerate(names)],
          [(i, i % 5, noise(150)) for i in range(1000) if i % 10 != 9])
    sparse = sorted(random.choice(2500000, 2000, replace=False))
    check("sparse", [("chr1", 250000000), ("chrM", 16569)],
          [(0, int(s) * 100, noise(100)) for s in sparse] + [(1, 0, noise(16569))])
    check("unused", [("a", 10), ("b", 20), ("c", 30)], [(1, 5, noise(3))])
    empty = pyBigWig.open(write("empty", [("chr1", 1000)], []))
    assert empty.chroms() == {"chr1": 1000} and numpy.isnan(empty.values("chr1", 0, 10)).all()
    if SLOW:
        check("ten_million", [("chr1", 12000000), ("chr2", 500000)], [(0, 1000, noise(10000000)), (1, 0, noise(100000))])
        names = ["s%d" % i for i in range(70000)]
        check("contigs", [(name, 60) for name in names], [(i, 0, noise(60)) for i in range(0, 70000, 7)])


main()
