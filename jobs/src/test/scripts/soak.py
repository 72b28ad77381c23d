#!/usr/bin/env python3
"""A soak: compress, verify, restore, delete, gc, optimize in one JVM and serve in another, over S3 with faults, for an hour.

    soak.py SOURCE WORK [--minutes 60] [--share 0.02] [--svg FILE]   runs, then draws
    soak.py --draw WORK [--svg FILE]                                  draws what a run left

After every round garbage is collected and both processes are measured: resident memory, heap, file handles, threads, temporary files. Time
is that in which the JVM ran: a machine that was stopped meanwhile counts for nothing. Over the last third each gauge may grow by at most 1 % an
hour (slope of Theil and Sen). The heaps are touched as a whole at the start, so that resident memory grows only by what is beside
them. Needs Python 3.11 and the built jar; matplotlib is fetched for the plot.
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from harness import ROOT, ZOOPRESS, fail, machine, python_with, say, test_java

GAUGES = ("rssKiB", "heapKiB", "handles", "threads", "temporaryFiles")
HEAP = "1500m"


def rows(work):
    with open(work / "gauges.csv") as source:
        table = list(csv.reader(source))[1:]
    return [{"seconds": float(r[0]), "faults": int(r[1]), **{f"own {g}": int(v) for g, v in zip(GAUGES, r[3:8])},
             **{f"serve {g}": int(v) for g, v in zip(GAUGES, r[9:14])}} for r in table]


def slope(points):
    """Of Theil and Sen, in percent of the median an hour."""
    pairs = [(b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(points) for b in points[i + 1:] if b[0] > a[0]]
    middle = statistics.median(v for _, v in points)
    return statistics.median(pairs) * 3600 / middle * 100 if middle else 0.0


def judge(table):
    start = table[-1]["seconds"] * 2 / 3
    last = [r for r in table if r["seconds"] >= start]
    result = {}
    for name in (f"{p} {g}" for p in ("own", "serve") for g in GAUGES):
        values = [r[name] for r in last]
        result[name] = {"first": values[0], "last": values[-1], "median": statistics.median(values),
                        "percentAnHour": round(slope([(r["seconds"], r[name]) for r in last]), 2)}
    return result


def draw(work, svg):
    python = python_with(work / "plot-venv", "matplotlib==3.10.7")
    subprocess.run([python, Path(__file__), "--plot", work, "--svg", svg], check=True)


def plot(work, svg):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "soak", "font.size": 8})
    from matplotlib import pyplot
    table = rows(work)
    figure, axes = pyplot.subplots(len(GAUGES), 1, sharex=True, figsize=(7, 7.5), constrained_layout=True)
    titles = ("resident memory, MiB", "heap after collection, MiB", "file handles", "threads", "temporary files")
    for axis, gauge, title in zip(axes, GAUGES, titles):
        unit = 1024 if gauge.endswith("KiB") else 1
        for process, name in (("own", "commands"), ("serve", "serve")):
            axis.plot([r["seconds"] / 60 for r in table], [r[f"{process} {gauge}"] / unit for r in table], label=name, linewidth=1)
        axis.axvspan(table[-1]["seconds"] / 90, table[-1]["seconds"] / 60, alpha=0.1, color="grey", linewidth=0)
        axis.set_ylim(bottom=0)
        axis.set_title(title, fontsize=8, loc="left")
    axes[0].legend(loc="center left", frameon=False)
    axes[-1].set_xlabel(f"minutes that the processes ran; {table[-1]['faults']} faults, {len(table)} rounds; grey: the last third")
    figure.savefig(svg, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("work", type=Path, nargs="?")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--draw", type=Path)
    parser.add_argument("--plot", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--svg", type=Path)
    args = parser.parse_args()
    if args.plot:
        return plot(args.plot, args.svg)
    work = (args.draw or args.work).resolve()
    if not args.draw:
        for part in ("zoo", "s3", "back", "tmp", "spark", "hadoop", "serve-tmp"):
            shutil.rmtree(work / part, ignore_errors=True)
        (work / "tmp").mkdir(parents=True)
        flags = (f"-Xms{HEAP}", "-XX:+AlwaysPreTouch", f"-Djava.io.tmpdir={work / 'tmp'}")
        command = test_java("dev.zoopress.jobs.faults.Soak", args.source.resolve(), work, args.minutes, args.share, ZOOPRESS, heap=HEAP, flags=flags)
        done = subprocess.run(command, cwd=ROOT / "jobs", env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"})
        if done.returncode:
            fail(f"the soak ended with {done.returncode}")
    table = rows(work)
    found = judge(table)
    draw(work, (args.svg or work / "soak.svg").resolve())
    print(json.dumps({"machine": machine(), "minutes": round(table[-1]["seconds"] / 60, 1), "rounds": len(table), "faults": table[-1]["faults"],
                      "lastThird": found}, indent=1))
    grown = [n for n, f in found.items() if f["percentAnHour"] > 1]
    if grown:
        fail(f"grows by more than 1 % an hour: {', '.join(grown)}")
    say("nothing grows by more than 1 % an hour over the last third")


if __name__ == "__main__":
    sys.exit(main())
