"""The codec's tables for BENCHMARKS.md, unattended: shares beside peers and bounds, speeds on one core, cold first passes.

    codec_table.py shares PEERS_DIR PYTHON CLASSPATH [--zoo ZOO] [--json OUT]     shares and bounds; any machine load will do
    codec_table.py speeds PEERS_DIR PYTHON CLASSPATH [--sets a,b] [--rounds 3]    one core, interleaved; needs an idle machine

PEERS_DIR holds bench.py, entropy.py and data/NAME.safetensors, PYTHON the peers' packages, CLASSPATH codec's classes, test
classes and dependencies. A round runs every peer (median of three passes in one process) and then both efforts of ours (median
of the passes of a warm JVM). Peers slower than 20 s run in the first round only. "cold" is the first pass of a fresh process with
two threads.
"""

import argparse
import ast
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

SETS = "gauss_bf16,bert_bf16,bert_fp16,isnet_fp16,bert_fp8_e4m3,bert_fp32,minilm_fp32,bge15_fp32,bge15q_int8"
SHARE_PEERS = "zstd-3,zipnn-lib(HUFFMAN),lmzip,openzl-fse"
SPEED_PEERS = "zipnn-lib(HUFFMAN),lmzip"
SLOW = {"z4ai-safetensors", "bigsmall-storage"}
MEMBERS = ["google/bert-base-uncased-roberta-sharded/model-00002-of-00003.safetensors", "google/bert-base-uncased-roberta-fp32-from-bf16/model.safetensors",
           "google/bert-base-uncased-roberta-torch/pytorch_model.bin", "BAAI/bge-small-en-v1.5/onnx/model.onnx",
           "imgly/isnet-medium-fp16/onnx/model.onnx", "intfloat/e5-small-v2-q/onnx/model_quantized.onnx",
           "sentence-transformers/all-MiniLM-L6-v2-gguf/all-MiniLM-L6-v2-F16.gguf",
           "sentence-transformers/all-MiniLM-L6-v2-gguf/all-MiniLM-L6-v2-Q8_0.gguf",
           "sentence-transformers/all-MiniLM-L6-v2-gguf/all-MiniLM-L6-v2-Q4_0.gguf"]


def ours(args, file, effort, rounds, cores=None, threads=1):
    pin = ["taskset", "-c", str(args.cpu)] if cores is None else []
    command = pin + ["java", "-XX:ActiveProcessorCount=%d" % (cores or 1), "-XX:+UseSerialGC", "-Xmx6g", "-cp", args.classpath,
                     "dev.zoopress.codec.benchmark.FileBenchmark", str(file), effort, str(rounds), str(threads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peers(args, file, names, passes):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(["taskset", "-c", str(args.cpu), args.python, "bench.py", str(file), "-r", str(passes), "-p", ",".join(names), "-o", out.name],
                       cwd=args.peers_dir, check=True, capture_output=True)
        return json.load(open(out.name))["peers"]


def bounds(args, file):
    """Order-0 bounds in percent of the tensors' bytes."""
    run = subprocess.run([args.python, "entropy.py", str(file)], cwd=args.peers_dir, capture_output=True, text=True)
    name, values = run.stdout.split("\n")[0].split(" ", 1)
    return ast.literal_eval(values)


def row(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def header(cells):
    row(cells)
    row(["---"] * len(cells))


def share(value):
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else value


def shares(args):
    names = args.peers.split(",")
    header(["set", "best", "fast", *names, "order 0, planes", "order 0, joint"])
    table = {}
    for name in args.sets.split(","):
        file = args.peers_dir / "data" / f"{name}.safetensors"
        found, bound = peers(args, file, names, 1), bounds(args, file)
        line = {e: ours(args, file, e, 0)["percent"] for e in ("best", "fast")}
        line.update({peer: found[peer]["pct"] for peer in names})
        line.update({"planes": bound["planes_pt"], "joint": min(bound["joint3_pt"], bound["fp16_joint3"])})
        table[name] = line
        row([name, *(share(value) for value in line.values())])
    if args.zoo:
        print()
        header(["file of the zoo", "bytes", "best", "fast", "zstd -3"])
        for member in MEMBERS:
            file = args.zoo / member
            if not file.exists():
                continue
            packed = subprocess.run([args.python, "-c", "import sys,zstandard; d=open(sys.argv[1],'rb').read(); "
                                     "print(100*len(zstandard.ZstdCompressor(level=3).compress(d))/len(d))", str(file)],
                                    check=True, capture_output=True, text=True)
            line = [ours(args, file, e, 0)["percent"] for e in ("best", "fast")] + [float(packed.stdout)]
            table[member] = line
            row([member, os.path.getsize(file), *(share(value) for value in line)])
    return table


def speeds(args):
    names = args.peers.split(",")
    header(["set", "coder", "stored %", "encode MB/s", "decode MB/s"])
    table = {}
    for name in args.sets.split(","):
        file = args.peers_dir / "data" / f"{name}.safetensors"
        size, rows = os.path.getsize(file), {}
        passes = max(16, int(1.5e9 / size))
        for number in range(args.rounds):
            results = {p: (r["pct"], r["comp"], r["dec"]) for p, r in peers(args, file, [p for p in names if number == 0 or p not in SLOW], 3).items()}
            for effort in ("fast", "best"):
                run = ours(args, file, effort, passes)
                rate = lambda key: size / 1e6 / statistics.median(run[key][passes // 2 :])
                results[f"zoopress {effort}"] = run["percent"], rate("encode"), rate("decode")
            for coder, values in results.items():
                rows.setdefault(coder, []).append(values)
        if name == "bert_bf16":
            for effort in ("fast", "best"):
                for _ in range(args.rounds):
                    run = ours(args, file, effort, 1, cores=2, threads=2)
                    rows.setdefault(f"zoopress {effort}, cold, 2 threads", []).append((run["percent"], size / 1e6 / run["encode"][0], size / 1e6 / run["decode"][0]))
        for coder, values in rows.items():
            middle = [statistics.median(column) for column in zip(*values)]
            row([name, coder, f"{middle[0]:.3f}", f"{middle[1]:.0f}", f"{middle[2]:.0f}"])
        table[name] = rows
    return table


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("shares", "speeds"))
    parser.add_argument("peers_dir", type=Path)
    parser.add_argument("python")
    parser.add_argument("classpath")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--peers")
    parser.add_argument("--zoo", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    args.peers_dir = args.peers_dir.resolve()
    args.peers = args.peers or (SHARE_PEERS if args.what == "shares" else SPEED_PEERS)
    table = (shares if args.what == "shares" else speeds)(args)
    if args.json:
        args.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
