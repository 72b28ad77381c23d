"""Bounds: one 6 GB file, and 1,000 / 5,000 / 20,000 tiny models, on local[2] with a 2 GB heap.

    bounds.py WORK [--python PYTHON_WITH_NUMPY] [--large-bytes N] [--counts 1000,5000,20000]
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from harness import check, machine, peak_memory_mib, python_with, say, sha256_file, tree, zoopress


def files_in(folder):
    return sum(1 for p in folder.rglob("*") if p.is_file())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--python")
    parser.add_argument("--large-bytes", type=int, default=6 << 30)
    parser.add_argument("--counts", default="1000,5000,20000")
    parser.add_argument("--effort", default="fast")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    python = args.python or python_with(args.work / "venv", "numpy==2.4.6")
    maker = Path(__file__).with_name("make_models.py")
    run = lambda *a, **k: zoopress(*a, "--master", "local[2]", heap="2g", **k)
    rows = {}

    if args.large_bytes:
        large = args.work / "large"
        file = large / "org" / "large" / "model.safetensors"
        subprocess.run([python, maker, "large", file, str(args.large_bytes)], check=True)
        store, back = args.work / "large-store", args.work / "large-back"
        shutil.rmtree(store, ignore_errors=True)
        done = run("compress", large, "--store", store, "--effort", args.effort)
        restored = run("restore", "--store", store, "--to", back)
        check(sha256_file(back / "org" / "large" / "model.safetensors") == sha256_file(file), f"a file of {file.stat().st_size} bytes comes back within a 2 GB heap")
        rows["large"] = {"bytes": file.stat().st_size, "saved": done["totals"]["saved"], "compress": done["wallSeconds"], "restore": restored["wallSeconds"], "peakRssMiB": peak_memory_mib()}
        for folder in (large, store, back):
            shutil.rmtree(folder)

    for count in map(int, filter(None, args.counts.split(","))):
        zoo, store, back = args.work / "tiny", args.work / "tiny-store", args.work / "tiny-back"
        for folder in (zoo, store, back):
            shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, maker, "tiny", zoo, str(count)], check=True)
        done = run("compress", zoo, "--store", store, "--effort", args.effort)
        again = run("compress", zoo, "--store", store, "--effort", args.effort)
        check(done["totals"]["models"] == count, f"{count} models compressed in {done['wallSeconds']} s, again in {again['wallSeconds']} s")
        packs = files_in(store / "packs")
        check(packs < count / 10, f"{packs} packs for {2 * count} files")
        restored = run("restore", "--store", store, "--to", back)
        check(tree(back) == tree(zoo), "every file comes back")
        rows[f"tiny{count}"] = {"compress": done["wallSeconds"], "perModelMs": round(1000 * done["wallSeconds"] / count, 2), "noop": again["wallSeconds"],
                                "restore": restored["wallSeconds"], "saved": done["totals"]["saved"], "packs": packs, "objects": files_in(store) - files_in(store / "runs"), "peakRssMiB": peak_memory_mib()}
        say(json.dumps(rows[f"tiny{count}"]))
    first, last = rows.get("tiny1000"), rows.get("tiny20000")
    if first and last:
        check(last["perModelMs"] <= 1.2 * first["perModelMs"], f"per model {last['perModelMs']} ms at 20,000 against {first['perModelMs']} ms at 1,000")
    print("| run | compress s | per model ms | no-op s | restore s | packs | objects | per model | peak MiB |\n|---|---|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        count = int(name.removeprefix("tiny") or 1) if name.startswith("tiny") else 1
        objects_each = f"{row['objects'] / count:.2f}" if "objects" in row else ""
        print(f"| {name} | {row['compress']} | {row.get('perModelMs', '')} | {row.get('noop', '')} | {row['restore']} | {row.get('packs', '')} | {row.get('objects', '')} | {objects_each} | {row['peakRssMiB']} |")
    print(json.dumps({"machine": machine(), "heap": "2g", "effort": args.effort, "rows": rows}))


if __name__ == "__main__":
    sys.exit(main())
