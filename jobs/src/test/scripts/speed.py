"""End to end in RAM disk on two cores, effort fast, beside ZipNN, zstd and the machine's SHA-256 rate, in one run.

    speed.py SOURCE --peer-python PYTHON [--distinct] [--ram /dev/shm] [--rounds 3]

PYTHON has zipnn==0.5.4 (see the peers' requirements). SOURCE is copied to the RAM disk first; with --distinct it is the
full zoo, and what is copied are those of its weights that no other repeats: deduplication must not flatter us. Every
round runs the candidates in turn; medians are printed with ratios. Compress: read, SHA-256, encode, write, read back,
decode, compare. Restore: decode, SHA-256, write. "First byte": from the start of the process to the first byte written.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from harness import machine, say, zoopress


DISTINCT = [
    "google/bert-base-uncased-roberta", "google/bert-base-cased-roberta", "google/bert-base-uncased-roberta-bf16", "google/bert-base-uncased-roberta-fp16",
    "BAAI/bge-small-en", "BAAI/bge-small-en-v1.5", "BAAI/bge-small-zh", "BAAI/bge-small-zh-v1.5", "intfloat/e5-small-v2", "sentence-transformers/all-MiniLM-L6-v2",
    "imgly/isnet-medium-fp16", "imgly/isnet-small-uint8", "BAAI/bge-small-en-q", "BAAI/bge-small-en-v1.5-q", "intfloat/e5-small-v2-q", "glue/minilm-l6-roberta-cola",
    "glue/minilm-l6-roberta-mrpc", "glue/minilm-l6-roberta-cola-bf16", "glue/minilm-l6-roberta-mrpc-bf16", "glue/minilm-l6-roberta-sst2-bf16"]


def copy(source, target, distinct):
    if not distinct:
        shutil.copytree(source, target, symlinks=True)
        return
    for model in DISTINCT:
        # A model's ONNX file holds the tensors of its safetensors file again.
        twins = (source / model / "model.safetensors").exists()
        shutil.copytree(source / model, target / model, ignore=shutil.ignore_patterns("onnx") if twins else None)


class FirstByte(threading.Thread):
    """Watches a folder for its first byte of content."""

    def __init__(self, folder, suffix=""):
        super().__init__(daemon=True)
        self.folder, self.suffix, self.start_time, self.seconds, self.done = folder, suffix, time.monotonic(), None, threading.Event()

    def run(self):
        while self.seconds is None and not self.done.wait(0.02):
            for folder, _, names in os.walk(self.folder):
                for name in names:
                    try:
                        if name.endswith(self.suffix) and os.stat(os.path.join(folder, name)).st_size > 1 << 16:
                            self.seconds = self.seconds or time.monotonic() - self.start_time
                    except FileNotFoundError:
                        pass


def watched(folder, suffix, *arguments):
    """zoopress ARGUMENTS with "firstByteSeconds" and "cpuSeconds" in its document."""
    watch = FirstByte(folder, suffix)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    watch.start()
    done = zoopress(*arguments)
    watch.done.set()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    done["firstByteSeconds"] = watch.seconds or done["wallSeconds"]
    done["cpuSeconds"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done


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
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--effort", default="fast")
    parser.add_argument("--delta", default="off", help="off: the peers have none")
    args = parser.parse_args()
    ram = args.ram / "zoopress-speed"
    shutil.rmtree(ram, ignore_errors=True)
    source = ram / "source"
    copy(args.source, source, args.distinct)
    zoopress("ls", "--store", ram / "store", expect=10, env={"ZOOPRESS_SHARE": "now"})  # the class archive, as earlier runs leave it
    size = sum(p.stat().st_size for p in source.rglob("*") if p.is_file())
    zipnn = [args.peer_python, str(Path(__file__).with_name("zipnn_roundtrip.py")), str(source), str(ram / "zipnn")]
    seconds, extra = {}, {}

    def note(name, value):
        seconds.setdefault(name, []).append(value)
        say(f"{name}: {value:.2f} s, {size / value / 1e6:.0f} MB/s")

    for _ in range(args.rounds):
        extra.setdefault("sha256BytesPerSecond", []).append(sha_rate())
        shutil.rmtree(ram / "store", ignore_errors=True)
        done = watched(ram / "store", ".tmp", "compress", source, "--store", ram / "store", "--effort", args.effort, "--delta", args.delta, "--master", "local[2]")
        extra["compress"] = done
        note("zoopress compress", done["wallSeconds"])
        note("- start-up", done["seconds"]["startup"])
        note("- start-up to first byte", done["firstByteSeconds"])
        note("- without start-up", done["wallSeconds"] - done["seconds"]["startup"])
        note("- stage compress alone", done["seconds"]["compress"])
        note("- processor time, both cores", done["cpuSeconds"])
        done = watched(ram / "back", "", "restore", "--store", ram / "store", "--to", ram / "back", "--master", "local[2]")
        note("zoopress restore", done["wallSeconds"])
        note("- restore: start-up", done["seconds"]["startup"])
        note("- restore: start-up to first byte", done["firstByteSeconds"])
        note("- restore: without start-up", done["wallSeconds"] - done["seconds"]["startup"])
        note("- restore: processor time, both cores", done["cpuSeconds"])
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
        rate = not any(part in name for part in ("start-up to", "processor")) and not name.endswith("start-up")
        print(f"| {name} | {row['seconds']} | {row['MBps'] if rate else ''} | {format(row['ofShaRatePerCore'], '.3f') if rate else ''} |")
    where = extra["compress"]
    print("\n| stage of compress | wall s |\n|---|---|")
    for name, value in where["seconds"].items():
        print(f"| {name} | {value:.2f} |")
    print("\n| part of the tasks | core s | ns per byte |\n|---|---|---|")
    for name, value in where["taskSeconds"].items():
        print(f"| {name} | {value:.2f} | {1e9 * value / size:.3f} |")
    hashed = (2 * size + where["totals"]["storedBytes"]) / sha
    print(f"\nSHA-256 of chunks, files and packs alone: {hashed:.2f} core s; 0.17 of the rate per core leaves {size / 0.17 / sha:.2f} core s for everything")
    print("\n" + json.dumps({"machine": machine(), "bytes": size, "sha256MBps": round(sha / 1e6), "rounds": args.rounds, "table": table,
                      "seconds": where["seconds"], "taskSeconds": where["taskSeconds"], "totals": extra["compress"]["totals"]}, indent=1))


if __name__ == "__main__":
    sys.exit(main())
