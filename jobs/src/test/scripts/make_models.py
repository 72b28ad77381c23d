"""Writes synthetic models of real shape for scale runs; only numpy.

    make_models.py tiny DIR COUNT [--seed 1]      COUNT models of about 15 KB: config.json and a small safetensors file
    make_models.py large FILE BYTES [--seed 1]    one safetensors file of about BYTES bytes, BF16 weights of a Gaussian

Tiny models repeat: every tenth is a copy of an earlier one, and all share a config.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np


def header(entries):
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def bf16(values):
    return (values.astype("<f4").view("<u4") >> 16).astype("<u2")


def tiny(folder, count, seed):
    config = json.dumps({"architectures": ["RobertaModel"], "hidden_size": 32, "num_hidden_layers": 1}, indent=2)
    for number in range(count):
        generator = np.random.default_rng([seed, number // 10 * 10 if number % 10 == 9 else number])
        shapes = {"embeddings.weight": [128, 32], "encoder.weight": [32, 64], "encoder.bias": [64], "pooler.weight": [32, 32]}
        entries, data, at = {"__metadata__": {"format": "pt"}}, [], 0
        for name, shape in shapes.items():
            raw = bf16(generator.standard_normal(shape) * 0.02).tobytes()
            entries[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + len(raw)]}
            data.append(raw)
            at += len(raw)
        model = folder / f"org{number // 1000:03d}" / f"model-{number:06d}"
        model.mkdir(parents=True)
        (model / "config.json").write_text(config)
        (model / "model.safetensors").write_bytes(header(entries) + b"".join(data))


def large(path, size, seed):
    rows, columns = 16384, 4096
    count = max(1, size // (rows * columns * 2))
    entries, at = {"__metadata__": {"format": "pt"}}, 0
    for number in range(count):
        length = rows * columns * 2
        entries[f"layers.{number}.weight"] = {"dtype": "BF16", "shape": [rows, columns], "data_offsets": [at, at + length]}
        at += length
    generator = np.random.Generator(np.random.SFC64(seed))
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as out:
        out.write(header(entries))
        for _ in range(count):
            out.write(bf16(generator.standard_normal((rows, columns), dtype=np.float32) * np.float32(0.02)).tobytes())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["tiny", "large"])
    parser.add_argument("path", type=Path)
    parser.add_argument("size", type=int)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    (tiny if args.kind == "tiny" else large)(args.path, args.size, args.seed)


if __name__ == "__main__":
    main()
