#!/usr/bin/env python3
"""Single bits of a zoo's store are turned, one after the other: is each found, and are the models named that need it?

    flips.py ZOO WORK [--flips 10000] [--seed 1] [--effort best]

Compresses ZOO into WORK/store unless that is there, then runs dev.zoopress.jobs.verify.BitFlips, which tells what it does. Needs Python
3.11, the built jar, and room for the store.
"""

import argparse
import os
import sys
import subprocess
from pathlib import Path

from harness import ROOT, machine, say, test_java, zoopress


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("zoo", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--flips", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", default="best")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    store = work / "store"
    if not (store / "models").exists():
        totals = zoopress("compress", args.zoo.resolve(), "--store", store, "--effort", args.effort, "--master", "local[2]")["totals"]
        say(f"{totals['models']} models, {totals['files']} files, {totals['sourceBytes']} bytes stored in {totals['storedBytes']}")
    say(machine())
    command = test_java("dev.zoopress.jobs.verify.BitFlips", store, args.flips, args.seed)
    code = subprocess.run(command, cwd=ROOT / "jobs", env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}).returncode
    document = zoopress("verify", "--store", store, "--full", "--against", args.zoo.resolve())
    say(f"afterwards verify --full --against: {document['totals']['damaged']} damaged, {document['against']['different']} different")
    return code


if __name__ == "__main__":
    sys.exit(main())
