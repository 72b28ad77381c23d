"""Zoopress beside its peers on the same files, the same core, interleaved: share of the file, compress and decompress MB/s.

    peers_table.py PEERS_DIR PYTHON CLASSPATH [--sets a,b] [--peers p,q] [--rounds 3] [--cpu 1] [--json OUT]

PEERS_DIR holds bench.py and data/NAME.safetensors, PYTHON the peers' packages, CLASSPATH codec's classes, test classes
and dependencies. Each round runs every peer once and then both efforts of ours in a fresh, warmed-up JVM; medians of the
rounds are printed. "cold" is the first pass of a fresh process. Peers slower than 20 s run in the first round only.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

SETS = "bert_bf16,bert_fp16,isnet_fp16,bert_fp8_e4m3,bert_fp32,minilm_fp32,bge15_fp32,gauss_bf16,bge15q_int8"
PEERS = "zstd-1,zstd-3,zipnn-lib(HUFFMAN),lmzip,openzl-fse,z4ai-safetensors,bigsmall-storage"
SLOW = {"z4ai-safetensors", "bigsmall-storage"}


def ours(args, file, effort):
    command = ["taskset", "-c", str(args.cpu), "java", "-XX:ActiveProcessorCount=1", "-XX:+UseSerialGC", "-Xmx6g", "-cp", args.classpath,
               "dev.zoopress.codec.benchmark.FileBenchmark", str(file), effort, "7"]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rate = lambda seconds: result["bytes"] / 1e6 / seconds
    return {"pct": result["percent"], "comp": rate(statistics.median(result["encode"][4:])), "dec": rate(statistics.median(result["decode"][4:])),
            "cold_comp": rate(result["encode"][0]), "cold_dec": rate(result["decode"][0])}


def peers(args, file, names):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(["taskset", "-c", str(args.cpu), args.python, "bench.py", str(file), "-r", "1", "-p", ",".join(names), "-o", out.name],
                       cwd=args.peers_dir, check=True, capture_output=True)
        return json.load(open(out.name))["peers"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peers_dir", type=Path)
    parser.add_argument("python")
    parser.add_argument("classpath")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--peers", default=PEERS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    args.peers_dir = args.peers_dir.resolve()
    table = {}
    for name in args.sets.split(","):
        file = args.peers_dir / "data" / f"{name}.safetensors"
        rows = table.setdefault(name, {})
        for number in range(args.rounds):
            names = [p for p in args.peers.split(",") if number == 0 or p not in SLOW]
            results = {**peers(args, file, names), **{f"zoopress {e}": ours(args, file, e) for e in ("fast", "best")}}
            for peer, row in results.items():
                for key, value in row.items():
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        rows.setdefault(peer, {}).setdefault(key, []).append(value)
        print(f"\n{name}, {os.path.getsize(file)} bytes\n| | stored % | compress MB/s | decompress MB/s |\n|---|---|---|---|")
        for peer, row in rows.items():
            middle = lambda key: statistics.median(row[key]) if key in row else float("nan")
            print(f"| {peer} | {middle('pct'):.3f} | {middle('comp'):.0f} | {middle('dec'):.0f} |", flush=True)
        cold = rows["zoopress best"]
        print(f"| zoopress best, cold first pass | | {statistics.median(cold['cold_comp']):.0f} | {statistics.median(cold['cold_dec']):.0f} |", flush=True)
    if args.json:
        args.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
