"""ZipNN both ways against the real package, in the version set where it works.

    zipnn_interop.py WORK [--cases 1000]

Makes its own virtual environment in WORK (zipnn 0.5.4, transformers 4.49.0, torch 2.6.0: several GB from PyPI) and checks:
  read      CASES inputs over dtypes, sizes and contents, written by the package: decoded by us, byte identity counted
  tensors   files exported by us: every tensor read by the package is the original, those its own script damages too
  written   files written as its script writes them: imported by us, damage repaired on demand
  deltas    written by us, read by the package, and the other way round
  source    a zoo of a plain model and of its files as the package writes them: what the twins cost, and that all come back
  loading   a model exported by us loads through zipnn_safetensors() and zipnn_hf() and gives the same logits, bit for bit
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness import ROOT, check, python_with, say, tree, zoopress

PINS = ["zipnn==0.5.4", "transformers==4.49.0", "tokenizers==0.21.4", "huggingface_hub==0.36.2", "safetensors==0.5.3", "torch==2.6.0", "numpy==2.3.5"]

PACKAGE = r"""
import hashlib, json, os, sys, torch
os.environ["HF_HUB_OFFLINE"] = "1"
what, folder = sys.argv[1], sys.argv[2]

def digest(t):
    return hashlib.sha256(t.contiguous().view(torch.uint8).numpy().tobytes() if t.numel() else b"").hexdigest() + str(list(t.shape)) + str(t.dtype)

def flat(t):
    return t.reshape(-1).contiguous() if t.dim() == 0 else t.contiguous()

if what == "make":
    from safetensors.torch import save_file
    from transformers import RobertaConfig, RobertaForMaskedLM
    torch.manual_seed(5)
    config = RobertaConfig(vocab_size=800, hidden_size=128, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256)
    model = RobertaForMaskedLM(config).eval()
    model.save_pretrained(folder)
    g = torch.Generator().manual_seed(1)
    tensors = {}
    for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.float8_e5m2, torch.float64, torch.int64, torch.uint8, torch.bool):
        for n in (0, 1, 2, 3, 7, 111, 138, 139, 4096, 131071, 131072, 131073, 65537):
            value = torch.randn(n, generator=g) * 0.02
            tensors[f"{dtype}-{n}".replace("torch.", "")] = (value * 5000).to(dtype) if not dtype.is_floating_point else value.to(dtype)
    tensors["scale"] = torch.tensor(2.6593)
    tensors["zeros"] = torch.zeros(300, 500, dtype=torch.bfloat16)
    tensors["noise"] = torch.frombuffer(bytearray(torch.randint(0, 256, (65536,), generator=g, dtype=torch.uint8).numpy().tobytes()), dtype=torch.bfloat16)
    save_file(tensors, os.path.join(folder, "mixed.safetensors"), {"format": "pt", "note": "é\"\n"})
elif what == "digests":  # what safetensors reads from a plain file
    from safetensors import safe_open
    with safe_open(sys.argv[3], "pt", "cpu") as f:
        print(json.dumps({n: digest(flat(f.get_tensor(n))) for n in f.keys()}))
elif what == "read":  # what the package's own decompression script reads
    from safetensors import safe_open
    from zipnn import ZipNN
    from zipnn.util_safetensors import get_compressed_tensors_metadata
    out = {}
    with safe_open(sys.argv[3], "pt", "cpu") as f:
        listed = get_compressed_tensors_metadata(f.metadata())
        z = ZipNN(input_format="torch", bytearray_dtype=torch.uint8, method="HUFFMAN", threads=1)
        for n in f.keys():
            t = f.get_tensor(n)
            out[n] = digest(flat(z.decompress(t.contiguous().numpy()) if n in listed else t))
    print(json.dumps(out))
elif what == "write":  # as its compression script does, damage included
    from safetensors import safe_open
    from safetensors.torch import save_file
    from zipnn import ZipNN
    from zipnn.util_header import EnumFormat
    from zipnn.util_torch import zipnn_is_floating_point
    from zipnn.util_safetensors import build_compressed_tensor_info, set_compressed_tensors_metadata
    tensors, infos = {}, {}
    with safe_open(sys.argv[3], "pt", "cpu") as f:
        for n in f.keys():
            t = f.get_tensor(n)
            if t.dtype == torch.float64 or t.numel() == 0 or not zipnn_is_floating_point(EnumFormat.TORCH.value, t, t.dtype):
                tensors[n] = t
                continue
            info = build_compressed_tensor_info(t)
            size = t.element_size() * t.nelement()
            packed = ZipNN(input_format="torch", bytearray_dtype=t.dtype, method="HUFFMAN", threads=1).compress(t)
            if len(packed) >= size:
                tensors[n] = t
            else:
                tensors[n] = torch.frombuffer(packed, dtype=torch.uint8)
                infos[n] = info
        metadata = f.metadata()
    set_compressed_tensors_metadata(infos, metadata)
    save_file(tensors, sys.argv[4], metadata)
elif what == "whole":  # a whole file, as its path script does
    from zipnn import ZipNN
    with open(sys.argv[3], "rb") as f:
        raw = bytearray(f.read())
    raw += bytes(-len(raw) % 4)  # an odd tail overruns its heap now and then
    with open(sys.argv[4], "wb") as f:
        f.write(ZipNN(input_format="byte", bytearray_dtype="float32", threads=1).compress(raw))
elif what == "undelta":
    from zipnn import ZipNN
    with open(sys.argv[3], "rb") as f, open(sys.argv[4], "rb") as base:
        back = ZipNN(input_format="byte", bytearray_dtype="float32", delta_compressed_type="byte", threads=1).decompress(f.read(), delta_second_data=bytearray(base.read()))
    print(json.dumps(hashlib.sha256(bytes(back)).hexdigest()))
elif what == "delta":
    from zipnn import ZipNN
    with open(sys.argv[3], "rb") as f, open(sys.argv[4], "rb") as base, open(sys.argv[5], "wb") as out:
        out.write(ZipNN(input_format="byte", bytearray_dtype="float32", delta_compressed_type="byte", threads=1).compress(bytearray(f.read()), delta_second_data=bytearray(base.read())))
elif what == "segments":  # names and digests of the coded tensors as they stand
    from safetensors import safe_open
    with safe_open(sys.argv[3], "pt", "cpu") as f:
        listed = json.loads(f.metadata()["znn_compressed_vectors"])
        print(json.dumps({n: digest(f.get_tensor(n)) for n in listed}))
elif what == "logits":
    how = sys.argv[3]
    if how == "safetensors":
        from zipnn import zipnn_safetensors
        zipnn_safetensors()
    elif how == "hf":
        from zipnn import zipnn_hf
        zipnn_hf()
    from transformers import AutoModelForMaskedLM
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    ids = torch.arange(4, 68).reshape(1, 64)
    with torch.no_grad():
        print(json.dumps(digest(model(ids).logits)))
"""


def deltas(work, model, package):
    base = bytearray((model / "model.safetensors").read_bytes())
    base += bytes(-len(base) % 4)
    tuned = bytearray(base)
    tuned[-4000::4] = bytes(b ^ 1 for b in tuned[-4000::4])
    (work / "base.bin").write_bytes(base)
    (work / "tuned.bin").write_bytes(tuned)
    zoopress("zipnn", "export", work / "tuned.bin", "--base", work / "base.bin", "--file-compression", "--dtype", "float32", "-o", work / "ours.delta.znn", "--force")
    check(package("undelta", model, work / "ours.delta.znn", work / "base.bin") == hashlib.sha256(tuned).hexdigest(), "the package reads our delta")
    package("delta", model, work / "tuned.bin", work / "base.bin", work / "theirs.delta.znn")
    check((work / "theirs.delta.znn").read_bytes() == (work / "ours.delta.znn").read_bytes(), "its delta is the same bytes")
    zoopress("zipnn", "import", work / "theirs.delta.znn", "--base", work / "base.bin", "-o", work / "undelta.bin", "--force")
    check((work / "undelta.bin").read_bytes() == tuned, "and read by us")


def source(work, model, package):
    zoo, store, alone = work / "twins", work / "twins-store", work / "alone-store"
    for folder in (zoo, store, alone, work / "twins-back"):
        shutil.rmtree(folder, ignore_errors=True)
    (zoo / "a" / "plain").mkdir(parents=True)
    (zoo / "a" / "coded").mkdir()
    shutil.copy(model / "model.safetensors", zoo / "a" / "plain")
    plain = zoopress("compress", zoo, "--store", alone)["totals"]
    package("write", model, model / "model.safetensors", zoo / "a" / "coded" / "model.znn.safetensors")
    package("whole", model, model / "model.safetensors", zoo / "a" / "coded" / "model.safetensors.znn")
    both = zoopress("compress", zoo, "--store", store)["totals"]
    cost = both["storedBytes"] - plain["storedBytes"]
    check(cost < 0.1 * plain["storedBytes"], f"two files of the package beside the plain model of {plain['sourceBytes']:,} bytes cost {cost:,} bytes of {both['sourceBytes'] - plain['sourceBytes']:,} (the plain one: {plain['storedBytes']:,})")
    zoopress("verify", "--store", store, "--full", "--against", zoo)
    zoopress("restore", "--store", store, "--to", work / "twins-back")
    check(tree(work / "twins-back") == tree(zoo), "and every file comes back byte for byte")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--python", type=Path, help="an environment that has the pinned packages already")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    python = args.python or python_with(work / "zipnn-venv", *PINS)
    program = work / "package.py"
    program.write_text(PACKAGE)

    def package(*arguments, environment=None):
        done = subprocess.run([str(python), str(program), *map(str, arguments)], capture_output=True, text=True,
                              env={**os.environ, "CUDA_VISIBLE_DEVICES": "", **(environment or {})})
        if done.returncode:
            raise SystemExit(f"FAILED: package {arguments}: {done.stderr[-3000:]}")
        lines = done.stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    cases = work / "cases"
    shutil.rmtree(cases, ignore_errors=True)
    golden = ROOT / "codec" / "src" / "test" / "python" / "zipnn_golden.py"
    subprocess.run([str(python), str(golden), str(cases), "--cases", str(args.cases)], check=True)
    done = subprocess.run(["mvn", "-o", "-B", "-ntp", "-q", "-pl", "codec", "test", "-Dtest=ZipnnGoldenTest",
                           f"-Dtest.flags=-Dzoopress.zipnn.cases={cases}"], cwd=ROOT, capture_output=True, text=True)
    check(done.returncode == 0, f"{args.cases} of {args.cases} files of the package decode to their bytes, and our writer makes the same bytes")

    model = work / "model"
    shutil.rmtree(model, ignore_errors=True)
    package("make", model)
    mixed = model / "mixed.safetensors"
    plain = package("digests", model, mixed)

    ours = work / "mixed.znn.safetensors"
    zoopress("zipnn", "export", mixed, "-o", ours, "--force")
    check(package("read", model, ours) == plain, f"all {len(plain)} tensors of our export are read by the package as the original's")
    zoopress("zipnn", "import", ours, "-o", work / "back.safetensors", "--force")
    check((work / "back.safetensors").read_bytes() == mixed.read_bytes(), "our import of our export is the original file, byte for byte")

    theirs = work / "theirs.znn.safetensors"
    package("write", model, mixed, theirs)
    segments = package("segments", model, theirs)
    bare = work / "bare.znn.safetensors"
    zoopress("zipnn", "export", mixed, "-o", bare, "--force", "--as-the-package")
    same = package("segments", model, bare)
    check(same == segments, f"the {len(segments)} tensors that the package codes are coded to the same bytes by us, and no other")
    zoopress("zipnn", "import", theirs, "-o", work / "damaged.safetensors", "--force")
    damaged = package("digests", model, work / "damaged.safetensors")
    wrong = sorted(n for n in plain if damaged[n] != plain[n])
    repaired = zoopress("zipnn", "import", theirs, "-o", work / "repaired.safetensors", "--repair", "--force")
    check(package("digests", model, work / "repaired.safetensors") == plain,
          f"{len(wrong)} tensors that its script damages ({', '.join(wrong[:4])}, ...) come back right with --repair ({repaired['models'][0]['repairedTensors']} moved)")

    mixed.unlink()
    deltas(work, model, package)
    source(work, model, package)
    original = package("logits", model, "plain")
    coded = work / "coded"
    shutil.rmtree(coded, ignore_errors=True)
    coded.mkdir()
    shutil.copy(model / "config.json", coded)
    zoopress("zipnn", "export", model / "model.safetensors", "-o", coded / "model.safetensors")
    check(package("logits", coded, "safetensors") == original, "a model exported by us loads through zipnn_safetensors() with the same logits, bit for bit")

    cache = work / "hub"
    shutil.rmtree(cache, ignore_errors=True)
    repository = cache / "models--org--tiny"
    commit = "a" * 40
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    for file in ("config.json", "model.safetensors"):
        name = hashlib.sha256((model / file).read_bytes()).hexdigest()
        shutil.copy(model / file, repository / "blobs" / name)
        (snapshot / file).symlink_to(f"../../blobs/{name}")
    here = {"HF_HUB_CACHE": str(cache)}
    zoopress("zipnn", "compress", "--model", "org/tiny", "--cache-dir", cache, "--hf-cache", "--file-compression", "--dtype", "float32", "--delete")
    check(not (snapshot / "model.safetensors").exists() and (snapshot / "model.safetensors.znn").exists(), "a model of a hub cache was converted in place")
    check(package("logits", "org/tiny", "hf", environment=here) == original, "it loads through zipnn_hf() with the same logits, bit for bit")
    zoopress("zipnn", "decompress", "--model", "org/tiny", "--cache-dir", cache, "--delete")
    check(package("logits", "org/tiny", "plain", environment=here) == original, "converted back, it loads without ZipNN, the same bits")


if __name__ == "__main__":
    sys.exit(main())
