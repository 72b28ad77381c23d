#!/usr/bin/env python3
"""Faults of every kind, injected between compress, verify, restore, delete, gc, optimize and an S3 server, by the hundred.

    faults.py SOURCE WORK [--count 60] [--share 0.08] [--seed 1] [KIND...]

For each kind, stores live through all commands until COUNT faults were injected; a call that fails is called again, at last without faults,
and then `verify --full --against` must be clean and every restored file equal. Prints a row per kind, the distinct last lines of calls that
failed, and what is to complain about; exit 1 if anything is. SOURCE: a small zoo, some MB. Needs only Python 3.11 and the built classes.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from harness import ROOT, machine, say, test_java


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--share", type=float, default=0.08)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    work = args.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    (work / "tmp").mkdir(parents=True)
    say(machine())
    command = test_java("dev.zoopress.jobs.faults.FaultSuite", args.source.resolve(), work, args.count, args.share, args.seed, *args.kinds,
                        flags=[f"-Djava.io.tmpdir={work / 'tmp'}"])
    return subprocess.run(command, cwd=ROOT / "jobs", env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
