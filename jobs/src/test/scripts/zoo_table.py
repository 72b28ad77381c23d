"""What each file of a stored zoo takes, by technique, beside bounds computed from the same data.

    zoo_table.py ZOO STORE WORK

ZOO is the tree org/name that STORE was made from in one run. Reads the store's index tables (the own chunks of each file) and, for files
that are differences, their tensors and those of the model that most of their bytes stand on. Bounds are of tensors with equal name, shape
and type and at least 4,096 values, in % of the whole file (other bytes count as stored): "difference" is what the table of the zoo calls
so (ranks' difference, sign and byte planes, order 0); "conditioned" the same difference given the base's exponent: its sign, bit length and
three bits behind the first are coded by their frequencies for that exponent, bits behind that are raw; values that are all exact in F16 are
taken as F16. Needs Python 3.11 and a network for pyarrow and numpy. WORK keeps the virtual environment.
"""

import json
import struct
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from harness import python_with

SMALL = 4096


def entropy_bits(counts):
    """Bits of all symbols of a histogram."""
    counts = counts[counts > 0].astype(np.float64)
    return float((counts * (np.log2(counts.sum()) - np.log2(counts))).sum()) if counts.size else 0.0


def tensors(path):
    with open(path, "rb") as source:
        head = json.loads(source.read(struct.unpack("<Q", source.read(8))[0]))
    start = path.stat().st_size - max((v["data_offsets"][1] for k, v in head.items() if k != "__metadata__"), default=0)
    types = {"F32": np.uint32, "F16": np.uint16, "BF16": np.uint16}
    found = {}
    for name, entry in head.items():
        if name != "__metadata__" and entry["dtype"] in types:
            begin, end = entry["data_offsets"]
            bits = np.memmap(path, types[entry["dtype"]], "r", start + begin, ((end - begin) // types[entry["dtype"]]().itemsize,)) if end > begin else np.zeros(0, np.uint16)
            found[name] = (entry["dtype"], tuple(entry["shape"]), bits)
    return found


def ranks(bits):
    """Signed integers in the order of the floats."""
    wide = bits.astype(np.int64)
    top = 1 << (8 * bits.itemsize - 1)
    return np.where(wide & top, -(wide & (top - 1)), wide)


def plane_bits(values, width):
    return sum(entropy_bits(np.bincount((values >> 8 * i) & 255, minlength=256)) for i in range(width))


def exact_f16(bits):
    values = bits.view(np.float32)
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half.view(np.uint16) if (half.astype(np.float32).view(np.uint32) == bits).all() else None


def pair_bits(kind, base, own):
    """(difference, conditioned) bits of one tensor."""
    planes = ranks(own) - ranks(base)
    size = np.abs(planes)
    plain = plane_bits(size, own.itemsize) + entropy_bits(np.bincount((planes[size > 0] < 0).astype(np.int8)))
    if kind == "F32":
        halves = exact_f16(np.ascontiguousarray(base)), exact_f16(np.ascontiguousarray(own))
        if halves[0] is not None and halves[1] is not None:
            kind, base, own = "F16", *halves
            planes = ranks(own) - ranks(base)
            size = np.abs(planes)
    exponent = (base >> {"F32": 23, "BF16": 7, "F16": 10}[kind]).astype(np.int64) & {"F32": 255, "BF16": 255, "F16": 31}[kind]
    length = np.zeros(size.shape, np.int64)
    some = size > 0
    length[some] = np.floor(np.log2(size[some].astype(np.float64))).astype(np.int64) + 1
    behind = np.minimum(3, np.maximum(0, length - 1))
    bits = (size >> np.maximum(0, length - 1 - behind)) & 7
    symbol = (length * 8 + bits) * 2 + (planes < 0)
    table = np.bincount(exponent * 1024 + symbol, minlength=256 * 1024).reshape(-1, 1024)
    conditioned = sum(entropy_bits(row) for row in table if row.any()) + float(np.maximum(0, length - 1 - behind).sum())
    return plain, conditioned


def bounds(base, own, path, stored_other):
    """(difference, conditioned) shares of a file in %; tensors without a base count as they are stored."""
    difference = conditioned = 0.0
    compared = 0
    for name, (kind, shape, bits) in own.items():
        like = base.get(name)
        if like and like[:2] == (kind, shape) and bits.size >= SMALL:
            plain, given = pair_bits(kind, np.asarray(like[2]), np.asarray(bits))
            difference += plain / 8
            conditioned += given / 8
            compared += bits.nbytes
    size = path.stat().st_size
    rest = stored_other * (size - compared)
    return 100 * compared / size, 100 * (difference + rest) / size, 100 * (conditioned + rest) / size


def work(zoo, store):
    rows = pq.read_table(store / "index" / "tables" / "chunks").to_pylist()
    files = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    places, seen = {}, set()
    for row in sorted(rows, key=lambda r: (r["model"], r["path"])):
        place = (row["pack"], row["frame_offset"], row["offset_in_frame"])
        if row["role"] == "OWN" and row["technique"] != "delta":
            places.setdefault(row["chunk"], row["model"])
    stands = defaultdict(lambda: defaultdict(int))
    for row in sorted(rows, key=lambda r: (r["model"], r["path"])):
        file = (row["model"], row["path"])
        if row["role"] == "BASE":
            stands[file][places.get(row["chunk"], "")] += row["length_bytes"]
            continue
        place = (row["pack"], row["frame_offset"], row["offset_in_frame"])
        how = "duplicate" if place in seen else (row["view"] or row["technique"]) if row["technique"] == "delta" else row["technique"]
        seen.add(place)
        sums = files[file][how]
        sums[0] += row["length_bytes"]
        sums[1] += 0 if how == "duplicate" else row["stored_bytes"]
    for (model, path), hows in sorted(files.items()):
        size = (zoo / model / path).stat().st_size
        if size < 1 << 20:
            continue
        stored = sum(s for _, s in hows.values())
        parts = ", ".join(f"{how} {b / 1e6:.1f} MB to {100 * s / b:.3f} %" for how, (b, s) in sorted(hows.items()))
        line = f"| {model} {path} | {size} | {100 * stored / size:.2f} | {parts} |"
        base = max(stands[(model, path)].items(), key=lambda t: t[1])[0] if stands[(model, path)] else ""
        if "SAME" in hows and path.endswith(".safetensors") and (zoo / base / path).exists() and base != model:
            _, difference, conditioned = bounds(tensors(zoo / base / path), tensors(zoo / model / path), zoo / model / path, 0.8)
            line += f" {base}: difference {difference:.2f}, conditioned {conditioned:.2f} |"
        print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        python = python_with(Path(sys.argv[3]) / "venv", "pyarrow==22.0.0", "numpy==2.3.5")
        sys.exit(subprocess.run([python, __file__, sys.argv[1], sys.argv[2]]).returncode)
    import numpy as np
    import pyarrow.parquet as pq

    work(Path(sys.argv[1]), Path(sys.argv[2]))
