"""ZipNN as a careful user would script it: hash, compress, write, read back, decompress, compare; N processes.

    zipnn_roundtrip.py SOURCE OUT [--processes 2] [--restore]

Prints one JSON line with bytes, stored bytes and seconds. With --restore the files that an earlier call left in OUT
are read, decompressed, hashed and written to OUT/restored.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import struct
import sys
import time
from pathlib import Path

DTYPES = {"F32": "float32", "BF16": "bfloat16", "F16": "float16", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"}


def dtype_of(path, head):
    """The dtype that most bytes of a safetensors file have; other containers by name, else float32."""
    if path.suffix == ".safetensors":
        (length,) = struct.unpack("<Q", head[:8])
        weight = {}
        for name, entry in json.loads(head[8 : 8 + length]).items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                weight[entry["dtype"]] = weight.get(entry["dtype"], 0) + end - begin
        return DTYPES.get(max(weight, key=weight.get), "float32") if weight else "float32"
    return "float16" if "16" in path.name or "fp16" in str(path) else "float32"


CHUNK = 256 << 10  # ZipNN's own; input that is no multiple of it overruns its heap now and then, so the rest is kept raw


def compressor(dtype):
    from zipnn import ZipNN

    return ZipNN(input_format="byte", bytearray_dtype=dtype, threads=1)


def forward(task):
    source, target = task
    raw = source.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    dtype = dtype_of(source, raw)
    # compress() rewrites its input in place: give it a copy, as a careful user must.
    whole = len(raw) // CHUNK * CHUNK
    packed = compressor(dtype).compress(bytearray(raw[:whole])) if whole else b""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed)
    target.with_name(target.name + ".rest").write_bytes(raw[whole:])
    target.with_name(target.name + ".meta").write_text(json.dumps({"dtype": dtype, "sha256": digest}))
    back = compressor(dtype).decompress(target.read_bytes()) if whole else b""
    if bytes(back) != raw[:whole] or target.with_name(target.name + ".rest").read_bytes() != raw[whole:]:
        raise SystemExit(f"{source}: ZipNN's round trip differs")
    return len(raw), len(packed) + len(raw) - whole


def backward(task):
    packed, target = task
    meta = json.loads(packed.with_name(packed.name + ".meta").read_text())
    coded = packed.read_bytes()
    raw = (bytes(compressor(meta["dtype"]).decompress(coded)) if coded else b"") + packed.with_name(packed.name + ".rest").read_bytes()
    if hashlib.sha256(raw).hexdigest() != meta["sha256"]:
        raise SystemExit(f"{packed}: restored file differs")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)
    return len(raw), packed.stat().st_size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--restore", action="store_true")
    args = parser.parse_args()
    if args.restore:
        packed = [p for p in args.out.rglob("*.znn") if "restored" not in p.parts]
        tasks = [(p, args.out / "restored" / p.relative_to(args.out).with_suffix("")) for p in packed]
        work = backward
    else:
        files = [p for p in args.source.rglob("*") if p.is_file() and p.stat().st_size > 0]
        tasks = [(p, args.out / (str(p.relative_to(args.source)) + ".znn")) for p in files]
        work = forward
    tasks.sort(key=lambda t: -t[0].stat().st_size)
    with multiprocessing.Pool(args.processes, initializer=compressor, initargs=("float32",)) as pool:
        start = time.perf_counter()  # imports (torch) are not counted against ZipNN
        results = pool.map(work, tasks, chunksize=1)
        seconds = time.perf_counter() - start
    print(json.dumps({"bytes": sum(r[0] for r in results), "stored": sum(r[1] for r in results), "seconds": seconds}))


if __name__ == "__main__":
    sys.exit(main())
