"""End to end in RAM disk on two cores, effort fast, beside ZipNN, zstd and the machine's SHA-256 rate, in one run.

    speed.py SOURCE --peer-python PYTHON [--ram /dev/shm] [--rounds 3]

PYTHON has zipnn==0.5.4 (see the peers' requirements). SOURCE is copied to the RAM disk first. Every round runs the
candidates in turn; medians are printed with ratios. Compress: read, SHA-256, encode, write, read back, decode, compare.
Restore: decode, SHA-256, write.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness import machine, say, zoopress


def timed(command, **options):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.monotonic() - start


def sha_rate():
    """One core's SHA-256, bytes per second over 16 MiB blocks."""
    out = subprocess.run(["taskset", "-c", "1", "openssl", "speed", "-evp", "sha256", "-bytes", "16777216", "-seconds", "3"], capture_output=True, text=True)
    return float(re.search(r"sha256\s+([\d.]+)k", out.stdout, re.I).group(1)) * 1000


def zstd_compress(source, out):
    shutil.rmtree(out, ignore_errors=True)
    return timed(["bash", "-euc", 'cd "$1"; find . -type f -print0 | while IFS= read -r -d "" f; do mkdir -p "$2/$(dirname "$f")"; sha256sum "$f" >> "$2/SUMS"; '
                  'zstd -q -1 -T2 "$f" -o "$2/$f.zst"; done; find "$2" -name "*.zst" -print0 | xargs -0 -P2 -I{} sh -c \'zstd -q -dc "$1" | sha256sum\' _ {}', "_", str(source), str(out)])


def zstd_restore(out):
    return timed(["bash", "-euc", 'cd "$1"; find . -name "*.zst" -print0 | xargs -0 -P2 -I{} sh -c \'mkdir -p "$2/$(dirname "$1")"; zstd -q -dc "$1" | tee "$2/${1%.zst}" | sha256sum\' _ {} "$1/restored"', "_", str(out)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--ram", type=Path, default=Path("/dev/shm"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--effort", default="fast")
    parser.add_argument("--delta", default="off", help="off: the peers have none")
    args = parser.parse_args()
    ram = args.ram / "zoopress-speed"
    shutil.rmtree(ram, ignore_errors=True)
    source = ram / "source"
    shutil.copytree(args.source, source, symlinks=True)
    size = sum(p.stat().st_size for p in source.rglob("*") if p.is_file())
    zipnn = [args.peer_python, str(Path(__file__).with_name("zipnn_roundtrip.py")), str(source), str(ram / "zipnn")]
    seconds, extra = {}, {}

    def note(name, value):
        seconds.setdefault(name, []).append(value)
        say(f"{name}: {value:.2f} s, {size / value / 1e6:.0f} MB/s")

    for _ in range(args.rounds):
        extra.setdefault("sha256BytesPerSecond", []).append(sha_rate())
        shutil.rmtree(ram / "store", ignore_errors=True)
        done = zoopress("compress", source, "--store", ram / "store", "--effort", args.effort, "--delta", args.delta, "--master", "local[2]")
        extra["compress"] = done
        note("zoopress compress, stage compress alone", done["seconds"]["compress"])
        note("zoopress compress", done["wallSeconds"])
        note("zoopress compress, start-up left out", done["wallSeconds"] - done["seconds"]["startup"])
        done = zoopress("restore", "--store", ram / "store", "--to", ram / "back", "--master", "local[2]")
        note("zoopress restore", done["wallSeconds"])
        note("zoopress restore, start-up left out", done["wallSeconds"] - done["seconds"].get("startup", 0))
        shutil.rmtree(ram / "back")
        shutil.rmtree(ram / "store")
        note("zipnn compress", json.loads(subprocess.check_output(zipnn))["seconds"])
        note("zipnn restore", json.loads(subprocess.check_output([*zipnn, "--restore"]))["seconds"])
        shutil.rmtree(ram / "zipnn")
        note("zstd -1 -T2 compress", zstd_compress(source, ram / "zstd"))
        note("zstd restore", zstd_restore(ram / "zstd"))
        shutil.rmtree(ram / "zstd")
    shutil.rmtree(ram)
    sha = statistics.median(extra["sha256BytesPerSecond"])
    table = {name: {"seconds": round(statistics.median(v), 2), "MBps": round(size / statistics.median(v) / 1e6), "ofShaRatePerCore": round(size / statistics.median(v) / 2 / sha, 3)}
             for name, v in seconds.items()}
    print(f"{size / 1e6:.0f} MB, {args.rounds} rounds, medians; SHA-256 on one core {sha / 1e6:.0f} MB/s; {machine()}\n")
    print("| what | s | MB/s | of the SHA-256 rate, per core |\n|---|---|---|---|")
    for name, row in table.items():
        print(f"| {name} | {row['seconds']} | {row['MBps']} | {row['ofShaRatePerCore']:.3f} |")
    where = extra["compress"]
    print("\n| stage of compress | wall s |\n|---|---|")
    for name, value in where["seconds"].items():
        print(f"| {name} | {value:.2f} |")
    print("\n| part of the tasks | core s | ns per byte |\n|---|---|---|")
    for name, value in where["taskSeconds"].items():
        print(f"| {name} | {value:.2f} | {1e9 * value / size:.3f} |")
    print("\n" + json.dumps({"machine": machine(), "bytes": size, "sha256MBps": round(sha / 1e6), "rounds": args.rounds, "table": table,
                      "seconds": where["seconds"], "taskSeconds": where["taskSeconds"], "totals": extra["compress"]["totals"]}, indent=1))


if __name__ == "__main__":
    sys.exit(main())
