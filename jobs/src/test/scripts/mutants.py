#!/usr/bin/env python3
"""Would the evaluation see one flipped bit? Makes COUNT copies of a fine-tuned model with one bit flipped in one
tensor (every tensor gets at least one), takes them through compress and restore, evaluates them against the model
itself and tables which level saw which flip.

    mutants.py MODEL --glue GLUE --work DIR [--count 200] [--task cola] [--limit 8] [--seed 1]

MODEL is a folder with config.json and a BF16, F16 or F32 model.safetensors. Only numpy is needed."""
import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys

import numpy

HERE = pathlib.Path(__file__).resolve().parents[4]
# bits of mantissa, bits in all
LAYOUT = {"F32": (23, 32), "F16": (10, 16), "BF16": (7, 16)}


def zoopress(*arguments, expected=(0,)):
    command = os.environ.get("ZOOPRESS", str(HERE / "bin/zoopress"))
    done = subprocess.run([command, *map(str, arguments), "--progress", "none"], stdout=subprocess.PIPE)
    assert done.returncode in expected, (arguments, done.returncode)
    return done.stdout.decode()


def touched(name, shape, config):
    """Elements that every example computes with: of embedding tables the row of a token that starts every text."""
    rows = {"word_embeddings": config.get("bos_token_id", 0), "position_embeddings": config["pad_token_id"] + 1,
            "token_type_embeddings": 0}
    for table, row in rows.items():
        if table in name:
            return range(row * shape[1], (row + 1) * shape[1])
    return range(int(numpy.prod(shape)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--glue", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--task", default="cola")
    parser.add_argument("--limit", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    rng = random.Random(a.seed)
    weights = (a.model / "model.safetensors").read_bytes()
    config = json.loads((a.model / "config.json").read_text())
    length = struct.unpack("<Q", weights[:8])[0]
    header = json.loads(weights[8:8 + length])
    header.pop("__metadata__", None)
    names = sorted(header)
    assert a.count >= len(names), f"{len(names)} tensors need at least as many mutants"
    plan = [(name, "exponent top, large touched weight") for name in names]
    kinds = ["sign", "exponent top, any weight", "exponent, lower bits", "mantissa, upper half", "mantissa, lowest bit"]
    while len(plan) < a.count:
        plan.append((rng.choice(names), kinds[(len(plan) - len(names)) % len(kinds)]))
    originals, mutants, store, back = a.work / "originals", a.work / "mutants", a.work / "store", a.work / "restored"
    flips = {}
    for number, (name, kind) in enumerate(plan):
        entry = header[name]
        mantissa, bits = LAYOUT[entry["dtype"]]
        begin = 8 + length + entry["data_offsets"][0]
        values = numpy.frombuffer(weights, "<u4" if bits == 32 else "<u2", int(numpy.prod(entry["shape"])), begin)
        magnitude = values & ((1 << (bits - 1)) - 1)
        element = rng.randrange(len(values))
        if kind == "exponent top, large touched weight":
            used = numpy.array(touched(name, entry["shape"], config))
            large = used[magnitude[used] >= numpy.median(magnitude)]
            element = int(rng.choice(list(large if len(large) else used[[magnitude[used].argmax()]])))
        bit = {"sign": bits - 1, "exponent, lower bits": rng.randrange(mantissa, bits - 2),
               "mantissa, upper half": rng.randrange(mantissa // 2, mantissa), "mantissa, lowest bit": 0}.get(kind, bits - 2)
        model = f"m/{number:03}"
        for side in (originals, mutants):
            (side / model).mkdir(parents=True, exist_ok=True)
            for file in filter(pathlib.Path.is_file, a.model.iterdir()):
                if side is originals or file.name != "model.safetensors":
                    shutil.copyfile(file, side / model / file.name) if number == 0 else os.link(
                        side / "m/000" / file.name, side / model / file.name)
        changed = bytearray(weights)
        changed[begin + element * bits // 8 + bit // 8] ^= 1 << bit % 8
        (mutants / model / "model.safetensors").write_bytes(changed)
        flips[model] = (name, kind, element, bit, hashlib.sha256(changed).hexdigest())
    print(zoopress("compress", mutants, "--store", store, "--effort", "fast"))
    out = zoopress("eval", "--store", store, "--original", originals, "--tasks", a.task, "--glue", a.glue, "--limit", a.limit,
                   "--controls", "off", "--report", a.work / "report", "--json", expected=(4,))
    (a.work / "eval.json").write_text(out)
    table, missed = {}, []
    for model in json.loads(out)["models"]:
        name, kind, element, bit, _ = flips[model["model"]]
        level = {l["level"]: l["differing"] > 0 for l in model["levels"]}
        row = table.setdefault(kind, [0, 0, 0, 0, 0])
        for i, seen in enumerate([True, level["L0"], level["L1"], level["L2"], level["L4"]]):
            row[i] += seen
        if not (level["L0"] and level["L1"] and model["verdict"] == "NOT EQUAL"):
            missed.append((name, kind, "bytes"))
        if kind == "exponent top, large touched weight" and not level["L2"]:
            missed.append((name, kind, element, bit))
    shutil.rmtree(mutants)
    zoopress("restore", "--store", store, "--to", back)
    different = sum(hashlib.sha256((back / m / "model.safetensors").read_bytes()).hexdigest() != flips[m][4] for m in flips)
    print("| flipped bit | mutants | L0 | L1 | L2 | L4 |\n|---|---:|---:|---:|---:|---:|")
    for kind, row in table.items():
        print(f"| {kind} | " + " | ".join(map(str, row)) + " |")
    print("| all | " + " | ".join(str(sum(row[i] for row in table.values())) for i in range(5)) + " |")
    print(f"{len(flips)} mutants restored, {different} not as they were; {len(set(f[0] for f in flips.values()))} of {len(names)} tensors")
    print("missed: " + (", ".join(map(str, missed)) or "none"))
    return 1 if missed or different or len(flips) != a.count else 0


if __name__ == "__main__":
    sys.exit(main())
