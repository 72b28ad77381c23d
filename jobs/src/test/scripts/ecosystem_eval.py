#!/usr/bin/env python3
"""Restored models in the hands of others: the texts that an evaluation asked, answered by transformers (and, for
members with a masked-LM ONNX file, by Python onnxruntime) on files restored from the store. Top-5 ids must be equal,
scores within 1e-3.

    ecosystem_eval.py --store STORE --report REPORT --work DIR [--python PY] MODEL...

REPORT is the folder that `zoopress eval` wrote for that store. Makes its own virtual environment unless --python."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parents[4]
PINS = ["torch==2.13.0", "transformers==5.18.0", "onnxruntime==1.23.2", "numpy==2.4.6"]

PEER = r'''
import json, pathlib, sys
import numpy, torch
from transformers import AutoModelForMaskedLM, AutoTokenizer
torch.set_num_threads(1)
folder, samples = pathlib.Path(sys.argv[1]), [json.loads(l) for l in open(sys.argv[2], encoding="utf-8")]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
runners = {"transformers": lambda ids: model(input_ids=torch.tensor([ids])).logits[0].detach().numpy()}
onnx = folder / "onnx/model.onnx"
if onnx.exists():
    import onnxruntime
    session = onnxruntime.InferenceSession(str(onnx), providers=["CPUExecutionProvider"])
    if session.get_outputs()[0].name == "logits":
        def run(ids):
            row = numpy.array([ids], numpy.int64)
            feed = {"input_ids": row, "attention_mask": numpy.ones_like(row), "token_type_ids": numpy.zeros_like(row)}
            return session.run(["logits"], {i.name: feed[i.name] for i in session.get_inputs()})[0][0]
        runners["onnxruntime"] = run
result = {}
for name, run in runners.items():
    worst, wrong, masks = 0.0, 0, 0
    for sample in samples:
        text = sample["doc"]["text"]
        mask = tokenizer.mask_token
        if mask not in text:
            text = text.replace("<mask>", mask).replace("[MASK]", mask)
        ids = tokenizer(text, truncation=True, max_length=512)["input_ids"]
        logits = torch.tensor(run(ids)).double()
        for position, answer in zip([i for i, t in enumerate(ids) if t == tokenizer.mask_token_id], sample["resps"]):
            top = torch.softmax(logits[position], -1).topk(len(answer[0]["ids"]))
            masks += 1
            wrong += top.indices.tolist() != answer[0]["ids"]
            worst = max(worst, max(abs(x - y) for x, y in zip(top.values.tolist(), answer[0]["scores"])))
    result[name] = [masks, wrong, worst]
print(json.dumps(result))
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--store", required=True)
    parser.add_argument("--report", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--python", default="")
    a = parser.parse_args()
    a.work.mkdir(parents=True, exist_ok=True)
    python = a.python
    if not python:
        venv.create(a.work / "venv", with_pip=True)
        python = str(a.work / "venv/bin/python")
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)
    command = os.environ.get("ZOOPRESS", str(HERE / "bin/zoopress"))
    restored = a.work / "restored"
    subprocess.run([command, "restore", *a.models, "--store", a.store, "--to", restored, "--progress", "none"], check=True)
    (a.work / "peer.py").write_text(PEER)
    bad = 0
    print("| model | by | masks | other top-5 | largest gap |\n|---|---|---:|---:|---:|")
    for model in a.models:
        samples = a.report / "harness" / model.replace("/", "__") / "samples_fill_mask.jsonl"
        done = subprocess.run([python, a.work / "peer.py", restored / model, samples], check=True, stdout=subprocess.PIPE,
                              env={**os.environ, "HF_HUB_OFFLINE": "1"})
        for by, (masks, wrong, worst) in json.loads(done.stdout.decode().strip().splitlines()[-1]).items():
            print(f"| {model} | {by} | {masks} | {wrong} | {worst:.1e} |")
            bad += masks == 0 or wrong > 0 or worst > 1e-3
    print("all as evaluated" if bad == 0 else f"{bad} FAILED")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
