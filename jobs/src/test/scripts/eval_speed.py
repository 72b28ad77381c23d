#!/usr/bin/env python3
"""Speed of one evaluated side against torch and Python onnxruntime: same model, texts, threads and batches, one run.

    eval_speed.py MODEL TEXTS --work DIR --classpath FILE [--threads 1] [--batch 8] [--passes 3] [--python PY]

MODEL is an F32 classification model; it is compressed to a store first. The peers run in a virtual environment that
is made here (or in --python). FILE holds the class path of the jobs module's tests. Prints a table of ratios."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import venv

HERE = pathlib.Path(__file__).resolve().parents[4]
PINS = ["torch==2.13.0", "transformers==5.18.0", "onnxruntime==1.23.2", "safetensors==0.8.0", "numpy==2.4.6"]

PEER = r'''
import json, os, sys, time
begun = float(sys.argv[1]); kind, folder, texts, threads, batch, passes, graph = sys.argv[2:9]
threads, batch, passes = int(threads), int(batch), int(passes)
import numpy
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(folder)
texts = [line.rstrip("\n") for line in open(texts, encoding="utf-8")]
if kind == "torch":
    import torch
    from transformers import AutoModelForSequenceClassification
    torch.set_num_threads(threads)
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    def run(ids, mask):
        with torch.inference_mode():
            return model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits.numpy()
else:
    import onnxruntime
    from safetensors.numpy import load_file
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.use_deterministic_compute = True
    weights = load_file(folder + "/model.safetensors")
    data = open(graph, "rb").read()
    names = [n for n in weights if n.encode() in data]
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weights[n]) for n in names]
    options.add_external_initializers(names, values)
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    wanted = {i.name for i in session.get_inputs()}
    def run(ids, mask):
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        return session.run(["logits"], {k: v for k, v in feed.items() if k in wanted})[0]
def classify(texts):
    encoded = tokenizer(texts, truncation=True, max_length=128)["input_ids"]
    order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
    classes = [0] * len(texts)
    for at in range(0, len(order), batch):
        part = order[at:at + batch]
        width = max(len(encoded[i]) for i in part)
        ids = numpy.full((len(part), width), tokenizer.pad_token_id, numpy.int64)
        mask = numpy.zeros((len(part), width), numpy.int64)
        for row, i in enumerate(part):
            ids[row, :len(encoded[i])] = encoded[i]
            mask[row, :len(encoded[i])] = 1
        for i, best in zip(part, run(ids, mask).argmax(-1)):
            classes[i] = int(best)
    return classes
classify(texts[:1])
first = time.time() - begun
classify(texts)
best = 1e9
for _ in range(passes):
    start = time.perf_counter(); classes = classify(texts); best = min(best, time.perf_counter() - start)
peak = next(l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(json.dumps({"first": round(first, 3), "rate": len(texts) / best, "peakKiB": int(peak), "classes": classes}))
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--classpath", type=pathlib.Path, required=True)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--batch", default="8")
    parser.add_argument("--passes", default="3")
    parser.add_argument("--python", default="")
    a = parser.parse_args()
    a.work.mkdir(parents=True, exist_ok=True)
    python = a.python
    if not python:
        venv.create(a.work / "venv", with_pip=True)
        python = str(a.work / "venv/bin/python")
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)
    store = a.work / "store"
    if not store.exists():
        command = os.environ.get("ZOOPRESS", str(HERE / "bin/zoopress"))
        subprocess.run([command, "compress", a.model, "--store", store, "--progress", "none"], check=True, stdout=sys.stderr)
    java = ["java", "-Xmx1g", "-cp", a.classpath.read_text().strip(), "dev.zoopress.jobs.evaluate.SideSpeed"]
    graph = a.work / "graph.onnx"
    subprocess.run([*java, "graph", a.model, graph], check=True, stderr=subprocess.DEVNULL)
    knobs = [str(a.texts), a.threads, a.batch, a.passes]
    (a.work / "peer.py").write_text(PEER)
    results = {}
    for name in ("from files", "from the store", "transformers + torch", "Python onnxruntime"):
        if name == "from files":
            command = [*java, "file", str(a.model), *knobs]
        elif name == "from the store":
            command = [*java, "store", str(store), a.model.name, *knobs]
        else:
            kind = "torch" if "torch" in name else "ort"
            command = [python, a.work / "peer.py", str(time.time()), kind, str(a.model), *knobs, str(graph)]
        start = time.monotonic()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env={**os.environ, "RAYON_NUM_THREADS": a.threads, "OMP_NUM_THREADS": a.threads, "HF_HUB_OFFLINE": "1"})
        results[name] = json.loads(done.stdout.decode().strip().splitlines()[-1])
        results[name]["whole"] = time.monotonic() - start
    base = results["from files"]
    print("| side | examples/s | ratio | first answer s | whole process s | peak MiB | same classes |\n|---|---:|---:|---:|---:|---:|---:|")
    for name, r in results.items():
        same = sum(x == y for x, y in zip(r["classes"], base["classes"]))
        print(f"| {name} | {r['rate']:.1f} | {base['rate'] / r['rate']:.3f} | {r['first']:.2f} | {r['whole']:.2f} | {r['peakKiB'] / 1024:.0f} "
              f"| {same} of {len(base['classes'])} |")
    print("ratio: examples a second from files over those of the row; whole process: start, warm-up and all passes")


if __name__ == "__main__":
    sys.exit(main())
