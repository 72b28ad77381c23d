"""Writes golden ZipNN files with the real package (zipnn==0.5.4, torch 2.6, safetensors 0.5.3): NAME.raw beside NAME.znn, of deltas
NAME.base too, and a safetensors file as its script makes it, damage included; small enough to be checked in.

    zipnn_golden.py OUT [--cases N]     without --cases the checked-in set; with it N seeded cases over dtypes and sizes
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from zipnn import ZipNN
from zipnn.util_safetensors import build_compressed_tensor_info, set_compressed_tensors_metadata

DTYPES = {"F32": ("float32", 4), "BF16": ("bfloat16", 2), "F16": ("float16", 2), "F8_E4M3": ("float8_e4m3fn", 1), "F8_E5M2": ("float8_e5m2", 1)}
CHUNK = 256 << 10


def weights(dtype, count, generator, kind):
    """Raw bytes of count values: ordinary weights, zeros, few values, noise, or a mixture of scales."""
    if kind == "zeros":
        return bytes(count * DTYPES[dtype][1])
    if kind == "noise":
        return generator.bytes(count * DTYPES[dtype][1])
    values = generator.standard_normal(count).astype("<f4") * np.float32(0.02)
    if kind == "scales":
        values *= np.exp2(generator.integers(-12, 12, count)).astype("<f4")
    if kind == "few":
        values = generator.choice(np.array([0, 0.5, -0.25, 1], "<f4"), count)
    if dtype == "F32":
        return values.tobytes()
    if dtype == "F16":
        return values.astype("<f2").tobytes()
    high = (values.view("<u4") >> 16).astype("<u2")
    if dtype == "BF16":
        return high.tobytes()
    return (high >> 4).astype("u1").tobytes()


def compress(raw, dtype, streaming=False, threads=1):
    options = dict(is_streaming=True, streaming_chunk=1 << 20) if streaming else {}
    z = ZipNN(input_format="byte", bytearray_dtype=DTYPES[dtype][0], threads=threads, **options)
    return z.compress(bytearray(raw))  # a copy: it rewrites its input


def write(out, name, dtype, raw, **options):
    (out / f"{name}.raw").write_bytes(raw)
    (out / f"{name}.znn").write_bytes(compress(raw, dtype, **options))


def out_of(args, name):
    return args.out / name


def safetensors(out, name, metadata):
    """As zipnn_compress_safetensors.py does it: without metadata in the original it loses its list."""
    generator = np.random.default_rng(14)
    tensors = {"scale": torch.tensor(2.6593), "ids": torch.arange(3), "noise": torch.frombuffer(bytearray(generator.bytes(64)), dtype=torch.bfloat16)}
    for dtype, (kind, _) in DTYPES.items():
        raw = bytearray(weights(dtype, 1200, generator, "normal"))
        tensors[f"w.{dtype}"] = torch.frombuffer(raw, dtype=getattr(torch, kind)).reshape(30, 40)
    save_file(tensors, out / f"{name}.safetensors", metadata)
    coded, infos = {}, {}
    for key, tensor in tensors.items():
        if not tensor.is_floating_point():
            coded[key] = tensor
            continue
        info = build_compressed_tensor_info(tensor)
        packed = ZipNN(input_format="torch", bytearray_dtype=tensor.dtype, method="HUFFMAN", threads=1).compress(tensor)
        if len(packed) >= tensor.element_size() * tensor.nelement():
            coded[key] = tensor
        else:
            coded[key] = torch.frombuffer(bytearray(packed), dtype=torch.uint8)
            infos[key] = info
    if metadata is not None:
        metadata = dict(metadata)
        set_compressed_tensors_metadata(infos, metadata)
    save_file(coded, out / f"{name}.znn.safetensors", metadata)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--cases", type=int)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.cases:
        kinds = ["normal", "zeros", "few", "noise", "scales"]
        for case in range(args.cases):
            generator = np.random.default_rng([7, case])
            dtype = list(DTYPES)[case % 5]
            width = DTYPES[dtype][1]
            chunk = (CHUNK if width > 1 else CHUNK // 2) // width
            size = [1, 2, 3, 5, 17, 111, 255, 4096, 4097, chunk - 1, chunk, chunk + 1, 3 * chunk + 7, int(generator.integers(1, 200000))][case // 5 % 14]
            write(args.out, f"{case:04d}-{dtype}", dtype, weights(dtype, size, generator, kinds[case // 70 % 5]))
        return
    for number, (dtype, (_, width)) in enumerate(DTYPES.items()):
        generator = np.random.default_rng([11, number])
        write(args.out, f"{dtype}-small", dtype, weights(dtype, 1000, generator, "normal"))
        write(args.out, f"{dtype}-few", dtype, weights(dtype, 5000, generator, "few"))
        write(args.out, f"{dtype}-one", dtype, weights(dtype, 1, generator, "normal"))
    for number, (dtype, (name, width)) in enumerate(DTYPES.items()):
        generator = np.random.default_rng([13, number])
        raw = weights(dtype, 30 * 40, generator, "normal")
        out_of(args, f"{dtype}-torch.raw").write_bytes(raw)
        tensor = torch.frombuffer(bytearray(raw), dtype=getattr(torch, name)).reshape(30, 40)
        out_of(args, f"{dtype}-torch.znn").write_bytes(ZipNN(input_format="torch", bytearray_dtype=tensor.dtype, threads=1).compress(tensor.clone()))
        base = weights(dtype, 1200, generator, "normal")
        changed = bytearray(base)
        for at in generator.choice(len(changed), len(changed) // 16, replace=False):
            changed[at] ^= 1
        delta = ZipNN(input_format="byte", bytearray_dtype=name, delta_compressed_type="byte", threads=1)
        out_of(args, f"{dtype}-delta.znn").write_bytes(delta.compress(bytearray(changed), delta_second_data=bytearray(base)))
        out_of(args, f"{dtype}-delta.raw").write_bytes(changed)
        out_of(args, f"{dtype}-delta.base").write_bytes(base)
        if dtype in ("F32", "F16"):  # NumPy has no others
            array = np.frombuffer(raw, "<f4" if dtype == "F32" else "<f2").reshape(30, 40)
            out_of(args, f"{dtype}-numpy.raw").write_bytes(raw)
            out_of(args, f"{dtype}-numpy.znn").write_bytes(ZipNN(input_format="numpy", bytearray_dtype=str(array.dtype), threads=1).compress(array.copy()))
    safetensors(args.out, "listed", {"format": "pt"})
    safetensors(args.out, "unlisted", None)
    generator = np.random.default_rng(12)
    # Chunk edges with content that stays small in a repository: long runs of few values.
    write(args.out, "BF16-edges", "BF16", weights("BF16", CHUNK // 2 + 1, generator, "few"))
    write(args.out, "BF16-streaming", "BF16", weights("BF16", (1 << 19) + 77, generator, "zeros"), streaming=True)


if __name__ == "__main__":
    main()
