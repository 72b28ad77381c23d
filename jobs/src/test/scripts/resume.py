"""Kills compress with SIGKILL at random points and goes on: nothing finished is done again, and the end is the same.

    resume.py WORK [--kills 30] [--seed 1] [--source DIR] [--effort fast]

Without --source a zoo of 24 files of 256 MiB is made (a fresh 16 MiB of noise each, the rest sparse): 24 units of work.
Needs only Python 3.11 and the built jar. WORK needs about 2 GB.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import ZOOPRESS, check, machine, objects, say, zoopress


def make_zoo(folder, files=24):
    if folder.exists():
        return folder
    for number in range(files):
        model = folder / f"model-{number:02d}"
        model.mkdir(parents=True)
        noise = random.Random(number)
        with open(model / "weights.bin", "wb") as out:
            out.write(noise.randbytes(16 << 20))
            out.truncate(256 << 20)
    return folder


def finished_units(store):
    return sum(1 for _ in (store / "runs").glob("*/units/*")) if (store / "runs").exists() else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--effort", default="fast")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    source = args.source.resolve() if args.source else make_zoo(work / "zoo")
    options = ["--effort", args.effort, "--master", "local[2]"]
    whole = work / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    unbroken = zoopress("compress", source, "--store", whole, *options)
    expected, units = objects(whole), unbroken["totals"]["units"]
    say(f"unbroken: {units} units, {len(expected)} objects")
    shutil.rmtree(whole / "packs")
    dice, rows, store = random.Random(args.seed), [], work / "store"
    while len(rows) < args.kills:
        shutil.rmtree(store, ignore_errors=True)
        # By the work done, not by the clock: some units are finished, and then a moment passes.
        wanted, moment = dice.randrange(units + 1), dice.uniform(0, 1.5)
        process = subprocess.Popen([ZOOPRESS, "compress", source, "--store", store, *options, "--progress", "none"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while process.poll() is None and finished_units(store) < wanted:
            time.sleep(0.05)
        try:
            process.wait(moment)
            say(f"was over {moment:.1f} s after unit {wanted}")
            continue
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        done = finished_units(store)
        again = zoopress("compress", source, "--store", store, *options)["totals"]
        redone = 0 if again["units"] == 0 else done - again["unitsResumed"]
        found = {k: v for k, v in objects(store).items() if not k.startswith("gc/")}
        same = {k: v for k, v in found.items() if k != "zoopress.json"} == {k: v for k, v in expected.items() if k != "zoopress.json"}
        rows.append({"finished": done, "redone": redone, "same": same})
        say(json.dumps(rows[-1]))
        check(same and redone * 10 <= done, f"kill {len(rows)}: same objects as the unbroken run, {redone} of {done} finished units redone")
    shutil.rmtree(store, ignore_errors=True)
    print(json.dumps({"machine": machine(), "units": units, "kills": len(rows), "seed": args.seed,
                      "finishedAtKill": [r["finished"] for r in rows], "redone": sum(r["redone"] for r in rows)}))


if __name__ == "__main__":
    sys.exit(main())
