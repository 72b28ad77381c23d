#!/usr/bin/env python3
"""Executes notebooks and keeps what they show.

    notebooks.py WORK NAME... [--env KEY=VALUE]... [--need PACKAGE]... [--check]

NAME is a notebook of notebooks/, without its ending. What it needs from outside comes by --env (zoo-savings: ZOOPRESS_STORE;
verification-report: ZOOPRESS_REPORT, ZOOPRESS_EVAL), packages of its own by --need. The environment is made in WORK once per set of
packages. Outputs are kept in the notebook without times of execution and warnings; a path of this machine in them is an error. --check executes
into WORK and leaves the notebook as it is."""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from harness import ROOT, check, fail, python_with, say

BASE = ["nbclient==0.11.0", "nbformat==5.11.1", "ipykernel==7.4.0"]
NEEDS = {
    "zoo-savings": ["pyspark==4.1.2", "pandas==3.1.1", "pyarrow==26.0.1", "matplotlib==3.11.2"],
    "verification-report": ["pandas==3.1.1", "matplotlib==3.11.2"],
}
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=1800, kernel_name="python3", resources={"metadata": {"path": sys.argv[3]}}).execute()
nbformat.write(notebook, sys.argv[2])
"""


def tidy(path, hidden):
    """Takes out what differs from run to run, and names for paths of this machine; fails where one is left."""
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell.get("metadata", {}).pop("execution", None)
        outputs = cell.get("outputs", [])
        cell["outputs"] = [o for o in outputs if o.get("name") != "stderr"] if cell["cell_type"] == "code" else outputs
        if cell["cell_type"] != "code":
            del cell["outputs"]
    notebook["metadata"] = {k: v for k, v in notebook["metadata"].items() if k == "kernelspec"} | {"language_info": {"name": "python"}}
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    for value, name in hidden:
        text = text.replace(value, name)
    shown = json.dumps([c.get("outputs") for c in json.loads(text)["cells"]])
    # Pictures are base64, in which anything may stand.
    shown = re.sub(r'"image/png": "[^"]*"', "", shown)
    for found in re.findall(r"(?:/(?:home|root|tmp|work|Users)/[^\s\"'\\]*)", shown):
        fail(f"{path.name} shows a path of this machine: {found}")
    path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--need", action="append", default=[])
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    given = dict(pair.split("=", 1) for pair in args.env)
    # Longest first: one may lie inside another.
    hidden = sorted(((v, k.lower()) for k, v in {**given, "work": str(work), "checkout": str(ROOT)}.items() if v.startswith("/")), key=lambda p: -len(p[0]))
    for name in args.names:
        source = ROOT / "notebooks" / f"{name}.ipynb"
        if not source.exists():
            fail(f"there is no {source}")
        packages = sorted({*BASE, *NEEDS.get(name, []), *args.need})
        python = python_with(work / f"notebooks-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:8]}", *packages)
        executed = work / source.name
        environment = {**os.environ, **given, "PATH": f"{python.parent}:{os.environ['PATH']}", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        done = subprocess.run([python, "-c", EXECUTE, source, executed, ROOT / "notebooks"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check(done.returncode == 0, f"{name} was executed" if done.returncode == 0 else f"{name}:\n{done.stdout[-4000:]}")
        tidy(executed, hidden)
        if not args.check:
            source.write_text(executed.read_text())
        say(f"{'checked' if args.check else 'kept'} {source.name}")


if __name__ == "__main__":
    sys.exit(main())
