#!/usr/bin/env python3
"""Evaluates real models from a store and holds the answers against recorded ones of transformers.

    golden_eval.py --zoo ZOO --shared SHARED --work DIR [--effort fast]

Builds a source of some of the zoo's members and the two fine-tunes of SHARED, compresses it, runs
`zoopress eval` on it and compares: fill-mask within 1e-3 (ids in order), GLUE dev metrics within 0.2
points where the checkpoint has the recorded SHA-256; every model must be EQUAL. --members takes names
or patterns of the zoo's members, such as "glue/*"; --fine-tunes off leaves those of SHARED out.
ZOOPRESS names the command (default: bin/zoopress of this checkout)."""
import argparse
import hashlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parents[4]
MEMBERS = [
    "google/bert-base-uncased-roberta",
    "google/bert-base-uncased-roberta-bf16",
    "google/bert-base-uncased-roberta-fp16",
    "google/bert-base-uncased-roberta-torch",
    "google/bert-base-uncased-roberta-sharded",
    "merck/sapiens-vh",
    "merck/sapiens-vl",
    "imgly/isnet-medium-fp16",
    "imgly/isnet-small-uint8",
    "intfloat/e5-small-v2-q",
    "sentence-transformers/all-MiniLM-L6-v2",
    "sentence-transformers/all-MiniLM-L6-v2-gguf",
    "glue/*",
]


def copy(source, target):
    for path in source.rglob("*"):
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            if not to.exists():
                try:
                    os.link(path, to)
                except OSError:
                    shutil.copyfile(path, to)


def zoopress(*arguments):
    command = os.environ.get("ZOOPRESS", str(HERE / "bin/zoopress"))
    done = subprocess.run([command, *map(str, arguments)], stdout=subprocess.PIPE)
    return done.returncode, done.stdout.decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--shared", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--effort", default="best")
    parser.add_argument("--members", nargs="*", default=MEMBERS)
    parser.add_argument("--fine-tunes", choices=["on", "off"], default="on")
    a = parser.parse_args()
    source, store, report = a.work / "source", a.work / "store", a.work / "report"
    for pattern in a.members:
        for folder in sorted(a.zoo.glob(pattern)):
            copy(folder, source / folder.relative_to(a.zoo))
    if a.fine_tunes == "on":
        for folder in sorted((a.shared / "zoo/finetuned").iterdir()):
            copy(folder, source / "glue" / folder.name)
    golden = {}
    texts = []
    for path in sorted((a.shared / "zoo/golden").glob("*.json")):
        entry = json.loads(path.read_text())
        if not (source / entry["model"]).exists():
            continue
        golden[entry["model"]] = entry
        for fill in entry.get("fill_mask", []):
            if fill["text"] not in texts:
                texts.append(fill["text"])
    asked = []
    if texts:
        (a.work / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
        asked = ["--texts", a.work / "texts.txt"]
    code, out = zoopress("compress", source, "--store", store, "--effort", a.effort)
    print(out)
    assert code == 0, code
    code, out = zoopress("eval", "--store", store, "--original", source, "--report", report, "--json", *asked,
                         "--glue", a.shared / "data/glue", "--tasks", "fill-mask,features,glue")
    document = json.loads(out)
    (a.work / "eval.json").write_text(out)
    bad = 0
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"eval ended with {code}; the largest process had {peak} MiB")
    for model in document["models"]:
        print(f"{model['model']:48} {model['verdict']:12} {model['examples']:6} examples")
        bad += model["verdict"] not in ("EQUAL", "NOT RUN")
    compared = 0
    for name, entry in golden.items():
        model = next((m for m in document["models"] if m["model"] == name), None)
        if model is None:
            continue
        if "fill_mask" in entry:
            path = report / "harness" / name.replace("/", "__") / "samples_fill_mask.jsonl"
            samples = {s["doc"]["text"]: s for s in map(json.loads, path.read_text().splitlines())}
            worst, wrong = 0.0, 0
            for fill in entry["fill_mask"]:
                answer = samples[fill["text"]]["resps"][0][0]
                for rank, top in enumerate(fill["top5"]):
                    wrong += answer["ids"][rank] != top["id"]
                    worst = max(worst, abs(answer["scores"][rank] - top["score"]))
            passed = wrong == 0 and worst <= 1e-3
            compared += 1
            print(f"{name}: {len(entry['fill_mask'])} texts, largest gap {worst:.2e}, {wrong} other ids: "
                  + ("passed" if passed else "FAILED"))
            bad += not passed
        elif "task" in entry:
            weights = source / name / "model.safetensors"
            same = hashlib.sha256(weights.read_bytes()).hexdigest() == entry["model_sha256"]
            task = next(t for t in model["tasks"] if t["task"] == entry["task"])
            if "stored" not in task:
                print(f"{name}: {entry['task']} was not run: {task.get('failed') or task.get('skipped')}: FAILED")
                bad += 1
                continue
            for metric in ("accuracy", "matthews_correlation", "f1"):
                if metric in entry:
                    gap = abs(task["stored"][metric] - entry[metric])
                    compared += same
                    passed = not same or gap <= 0.002
                    print(f"{name}: {metric} {task['stored'][metric]:.6f}, recorded {entry[metric]:.6f}, "
                          + ("other checkpoint" if not same else "passed" if passed else "FAILED"))
                    bad += not passed
    print(f"{compared} models and metrics held against records: " + ("all as recorded" if bad == 0 else f"{bad} FAILED"))
    return 1 if bad or code not in (0, 3) else 0


if __name__ == "__main__":
    sys.exit(main())
