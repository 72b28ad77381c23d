"""A real cluster under fire: two compress runs, delete, optimize and gc without grace race on one store, with speculation.

    cluster_chaos.py WORK [--rounds N] [--seed S] [--seconds T] [--pause P]   rounds S .. S+N-1, no new one after T seconds,
                                                                              P seconds between kills on average
    cluster_chaos.py WORK --report                                tables of all rounds that WORK remembers

Executors, drivers, workers and the S3 server get SIGKILL at random moments; one of the two sources is modified all the
time. A killed driver's command is given again, as a scheduler does. After each round, with everything up again:

    * every published file is what its source had: `verify --full --against`, and for the modified source one of its states;
    * after one gc packs/ and manifests/ hold exactly what published manifests name, found by reading them here;
    * every command that ended by itself with an error says in its last line what happened and what to do.

Store and sources stay in WORK, so later rounds, also of later calls, go on with what earlier ones left. Needs a built jar
and Python 3.11; fetches the Spark distribution and zstandard from PyPI.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from cluster import JAR, S3
from harness import PYSPARK, ROOT, ZOOPRESS, Cluster, check, fail, machine, python_with, say

SPECULATION = {"spark.speculation": "true", "spark.speculation.interval": "100ms", "spark.speculation.multiplier": "1.1",
               "spark.speculation.quantile": "0.3", "spark.speculation.minTaskRuntime": "100ms"}
CLUSTER = {**SPECULATION, "spark.executor.cores": "1", "spark.cores.max": "2", "spark.default.parallelism": "4",
           "spark.sql.shuffle.partitions": "4"}
TENSOR_BYTES = 400_000
TENSORS = 4
POOL = 10
ENDED_WELL = (0, 9)
WHAT_TO_DO = re.compile(r"\b(again|run|check|see|wait|use|set|start|choose|raise|free|give|rename|repeat|retry|goes on)\b")
NAMES = re.compile(r"[0-9a-f]{6,}(-[0-9a-f-]+)?|s3a?://\S+|app-\d+-\d+|\b\d+(\.\d+)*\b")
DUMP = """
import json, sys, zstandard
from pathlib import Path
for p in Path(sys.argv[1]).rglob("*.json.zst"):
    print(p.name.split(".")[0], zstandard.decompress(p.read_bytes(), max_output_size=1 << 28).decode())
"""


class Sources:
    """Two trees: "kept", whose models never change once they are there, and "moved", changed while it is read."""

    def __init__(self, work):
        self.kept, self.moved, self.states = work / "kept", work / "moved", work / "states"
        for folder in (self.kept, self.moved, self.states):
            folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def tensor(number):
        """BF16 with few exponents; odd numbers are fine-tunes of the one before."""
        generator = random.Random(number & ~1)
        low, high = generator.randbytes(TENSOR_BYTES // 2), generator.randbytes(TENSOR_BYTES // 2)
        block = bytearray(TENSOR_BYTES)
        block[0::2] = low
        block[1::2] = high.translate(bytes(0x3B + (i & 3) + (i & 0x80) for i in range(256)))
        if number & 1:
            noise = random.Random(number).randbytes(TENSOR_BYTES // 2).translate(bytes(i & 1 for i in range(256)))
            block[0::2] = bytes(a ^ b for a, b in zip(block[0::2], noise))
        return bytes(block)

    def model(self, rng):
        numbers = [rng.randrange(2 * POOL) for _ in range(TENSORS)]
        at, head = 0, {}
        for i in range(TENSORS):
            head[f"layer.{i}.weight"] = {"dtype": "BF16", "shape": [TENSOR_BYTES // 512, 256], "data_offsets": [at, at + TENSOR_BYTES]}
            at += TENSOR_BYTES
        text = json.dumps(head).encode()
        text += b" " * (-len(text) % 8)
        return len(text).to_bytes(8, "little") + text + b"".join(self.tensor(n) for n in numbers)

    def add(self, tree, name, rng):
        home = tree / name
        home.mkdir(parents=True, exist_ok=True)
        for path, content in {"model.safetensors": self.model(rng), "config.json": json.dumps({"model": name}).encode()}.items():
            if tree == self.moved:
                self.remember(content)
            (home / path).write_bytes(content)

    def remember(self, content):
        (self.states / hashlib.sha256(content).hexdigest()).write_bytes(content)

    def change(self, rng):
        """One state after another of one file; each is remembered before it is there."""
        file = rng.choice(sorted(self.moved.rglob("model.safetensors")))
        how = rng.choice(("replaced", "overwritten", "cut", "touched"))
        if how == "replaced":
            content = self.model(rng)
            self.remember(content)
            part = file.with_name(".part")
            part.write_bytes(content)
            part.rename(file)
        elif how == "touched":
            os.utime(file)
        else:
            content = bytearray(file.read_bytes())
            at = rng.randrange(len(content) // 2, len(content) - 4096) & ~4095
            piece = rng.randbytes(4096)
            with open(file, "r+b", buffering=0) as out:
                if how == "cut":
                    self.remember(bytes(content[:at]))
                    out.truncate(at)
                    time.sleep(rng.uniform(0, 1))
                    whole = self.model(rng)
                    self.remember(whole)
                    part = file.with_name(".part")
                    part.write_bytes(whole)
                    part.rename(file)
                else:
                    content[at:at + 4096] = piece
                    self.remember(bytes(content))
                    os.pwrite(out.fileno(), piece, at)
        return how


class Round:
    def __init__(self, work, cluster, s3, sources, seed, pause):
        self.work, self.cluster, self.s3, self.sources, self.seed, self.pause = work, cluster, s3, sources, seed, pause
        self.rng = random.Random(seed)
        self.store = s3.data / "zoo" / "store"
        self.kills, self.changes, self.ends = Counter(), Counter(), []
        self.running, self.lock, self.over = {}, threading.Lock(), threading.Event()

    # The commands.

    def start(self, what, arguments, name):
        arguments = [*arguments, "--run-id", f"{name}-{os.getpid()}"]
        if what in ("compress", "optimize", "gc"):
            logs = f"-Dlog4j2.configurationFile={ROOT / 'conf' / 'log4j2.properties'}"
            return self.cluster.submit(JAR, *arguments, conf=[*(f"{k}={v}" for k, v in CLUSTER.items()), *self.s3.conf],
                                       executor_memory="512m", heap="512m", name=name, flags=[logs])
        with open(self.work / f"{name}.err", "w") as err:
            return subprocess.Popen([str(ZOOPRESS), *arguments, "--json", "--progress", "none", *self.s3.options()], stdout=subprocess.PIPE,
                                    stderr=err, text=True, env={**os.environ, "ZOOPRESS_HEAP": "512m", "ZOOPRESS_SHARE": "off"}, start_new_session=True)

    def command(self, number, what, arguments, delay, tries):
        """Given again until it ends well, so often; the last time its driver is left alone."""
        time.sleep(delay)
        for attempt in range(tries):
            name = f"r{self.seed}-{number}-{attempt}-{what}"
            process = self.start(what, arguments, name)
            with self.lock:
                self.running[process.pid] = [process, what, False, attempt + 1 < tries]
            try:
                out, _ = process.communicate(timeout=1500)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                out = ""
                self.ends.append({"what": what, "code": "hung", "line": f"{name} hung for 1500 s"})
            with self.lock:
                killed = self.running.pop(process.pid)[2]
            errors = [line for line in (self.work / f"{name}.err").read_text().splitlines() if line.strip()]
            document = {}
            if out.strip():
                document = json.loads(out.strip().splitlines()[-1] if not out.lstrip().startswith("{") else out)
            if process.returncode == -signal.SIGKILL and killed:
                self.ends.append({"what": what, "code": "killed", "line": ""})
            else:
                failed = [m["error"] for m in document.get("models", []) if m.get("error")]
                self.ends.append({"what": what, "code": process.returncode, "line": errors[-1] if errors else "", "models": failed})
            if process.returncode in (*ENDED_WELL, 3, 10):
                (self.work / f"{name}.err").unlink()
                return
            time.sleep(0.5)

    # What goes wrong.

    def victims(self):
        executors = [pid for n in range(len(self.cluster.workers)) for pid in self.cluster.executors(n)]
        with self.lock:
            drivers = [r for r in self.running.values() if not r[2] and r[3]]
        return executors, drivers

    def kill(self, kind):
        executors, drivers = self.victims()
        if kind == "executor" and executors:
            os.kill(self.rng.choice(executors), signal.SIGKILL)
            self.kills["executor"] += 1
        elif kind == "driver" and drivers:
            record = self.rng.choice(drivers)
            with self.lock:
                if record[0].poll() is None:
                    record[2] = True
                    os.killpg(record[0].pid, signal.SIGKILL)
                    self.kills[f"driver of {record[1]}"] += 1
        elif kind == "S3 server":
            self.s3.close()
            self.kills[kind] += 1
            time.sleep(self.rng.uniform(0.2, 3))
            self.s3.start()
        elif kind == "worker with its executors":
            number = self.rng.randrange(len(self.cluster.workers))
            self.cluster.kill_worker(number)
            self.cluster.workers[number].wait()
            self.kills[kind] += 1
            time.sleep(self.rng.uniform(0, 2))
            self.cluster.start_worker(number)

    def chaos(self):
        while not self.over.wait(self.rng.expovariate(1 / self.pause)):
            self.kill(self.rng.choices(("executor", "driver", "S3 server", "worker with its executors"), (8, 6, 3, 1))[0])

    def modify(self, rng):
        while not self.over.wait(rng.uniform(0.3, 2)):
            self.changes[self.sources.change(rng)] += 1

    # The round.

    def play(self):
        begin = time.monotonic()
        for i in range(2):
            self.sources.add(self.sources.kept, f"kept/m{self.seed}-{i}", self.rng)
        while len(list(self.sources.moved.glob("*/*"))) < 4:
            self.sources.add(self.sources.moved, f"moved/m{len(list(self.sources.moved.glob('*/*')))}", self.rng)
        kept = sorted(p.name for p in (self.sources.kept / "kept").iterdir())
        gone = self.rng.sample(kept[:-2], min(2, len(kept) // 6))
        for name in gone:
            shutil.rmtree(self.sources.kept / "kept" / name)
        force = [["--force"], [], []]
        store = ["--store", "s3a://zoo/store"]
        plan = [("compress", ["compress", self.sources.kept, *store, "--effort", "fast", *self.rng.choice(force)]),
                ("compress", ["compress", self.sources.moved, *store, "--effort", "fast", *self.rng.choice(force)]),
                ("gc", ["gc", *store, "--grace", "PT0S"]), ("optimize", ["optimize", *store, "--effort", "fast"])]
        plan += [("delete", ["delete", f"kept/{name}", *store, "--yes"]) for name in gone[:1] or self.rng.sample(kept, 1)]
        threads = [threading.Thread(target=self.command, args=(i, what, list(map(str, arguments)), self.rng.uniform(0, 8), 4))
                   for i, (what, arguments) in enumerate(plan)]
        trouble = [threading.Thread(target=self.chaos), threading.Thread(target=self.modify, args=(random.Random(self.seed + 1),))]
        for thread in [*threads, *trouble]:
            thread.start()
        for thread in threads:
            thread.join()
        self.over.set()
        for thread in trouble:
            thread.join()
        for _ in range(200):
            if not self.victims()[0]:
                break
            time.sleep(0.3)
        played = time.monotonic() - begin
        result = self.judge()
        result.update(seed=self.seed, kills=self.kills, changes=self.changes, ends=self.ends, playedSeconds=round(played, 1),
                      seconds=round(time.monotonic() - begin, 1))
        return result

    # Afterwards.

    def zoopress(self, *arguments):
        done = subprocess.run([str(ZOOPRESS), *map(str, arguments), "--store", "s3a://zoo/store", "--master", "local[2]", "--json", "--progress", "none",
                               *self.s3.options()], capture_output=True, text=True, env={**os.environ, "ZOOPRESS_HEAP": "900m", "ZOOPRESS_SHARE": "off"})
        if done.returncode:
            fail(f"round {self.seed}: {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return json.loads(done.stdout)

    def published(self):
        """The manifest of every published revision as {model: {revision: manifest}}, and what "main" names."""
        models, mains = {}, {}
        for folder in sorted({p.parent for p in (self.store / "models").rglob("*.json")}):
            last = max(folder.glob("*.json"), key=lambda p: int(p.stem))
            body = json.loads(last.read_text())
            if folder.parent.name == "refs":
                if body["revision"] and folder.name == "main":
                    mains[body["model"]] = body["revision"]
            elif body["manifest"]:
                models.setdefault(body["model"], {})[body["revision"]] = body["manifest"]
        return models, mains

    def manifests(self):
        python = python_with(self.work / "spark-venv", PYSPARK, "zstandard")
        text = subprocess.run([python, "-c", DUMP, self.store / "manifests"], check=True, capture_output=True, text=True).stdout
        return {line[:64]: json.loads(line[65:]) for line in text.splitlines()}

    def judge(self):
        if not (self.store / "zoopress.json").exists():
            return {"published": 0}
        models, mains = self.published()
        manifests = self.manifests()
        against = self.work / "against"
        shutil.rmtree(against, ignore_errors=True)
        compared = 0
        for model, revisions in models.items():
            for revision, manifest in revisions.items():
                check_file = {f["path"]: f["sha256"] for f in manifests[manifest]["files"]}
                for path, sha in check_file.items():
                    state = self.sources.states / sha
                    original = self.sources.kept / model / path
                    if model.startswith("moved/"):
                        if not state.exists():
                            fail(f"round {self.seed}: {model}@{revision}: {path} was never {sha}")
                        original = state
                    if original.exists() and revision == mains.get(model):
                        target = against / model / path
                        target.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(original, target)
                        compared += 1
        if compared:
            self.zoopress("verify", "--full", "--against", against)
        collected = self.zoopress("gc", "--grace", "PT0S")
        models, _ = self.published()
        manifests = self.manifests()
        needed = {m for revisions in models.values() for m in revisions.values()}
        for manifest in list(needed):
            needed |= set(manifests[manifest]["packs"])
        there = [p.name.split(".")[0] for part in ("packs", "manifests") for p in (self.store / part).rglob("*") if p.is_file()]
        if collected["unreachable"] or sorted(there) != sorted(needed):
            fail(f"round {self.seed}: gc left {collected['unreachable']}; not needed {sorted(set(there) - needed)}; "
                 f"missing {sorted(needed - set(there))}; twice {[k for k, n in Counter(there).items() if n > 1]}")
        return {"published": sum(map(len, models.values())), "compared": compared, "freed": collected["totals"]["freed"],
                "objects": len(there), "runsDead": len(collected["runsDead"]), "runsCompleted": len(collected["runsCompleted"])}


def wordless(end):
    """What a command that failed by itself left unsaid, or None."""
    if end["code"] in (*ENDED_WELL, "killed"):
        return None
    lines = end["models"] if end["code"] == 3 else [end["line"]]
    bad = [x for x in lines or [""] if not WHAT_TO_DO.search(x) or "Exception" in x or "\tat " in x]
    if end["code"] != 3 and not end["line"].startswith("zoopress "):
        bad.append(end["line"])
    return bad or None


def report(work):
    rows = [json.loads(line) for line in (work / "rounds.jsonl").read_text().splitlines()]
    kills, changes, codes, lines = Counter(), Counter(), Counter(), Counter()
    for row in rows:
        kills.update(row["kills"])
        changes.update(row["changes"])
        for end in row["ends"]:
            codes[end["what"], str(end["code"])] += 1
            for line in (end["models"] if end["code"] == 3 else [end["line"]] if end["code"] not in (*ENDED_WELL, "killed") else []):
                lines[end["what"], end["code"], NAMES.sub("#", line)] += 1
    print(f"{len(rows)} rounds, {sum(kills.values())} kills, {sum(changes.values())} changes of the source {dict(changes)}, "
          f"{sum(r.get('compared', 0) for r in rows)} files compared, {sum(r.get('freed', 0) for r in rows)} objects freed, "
          f"{sum(r['seconds'] for r in rows) / len(rows):.0f} s a round")
    print("| killed with SIGKILL | times |\n|---|---|")
    for kind, n in sorted(kills.items()):
        print(f"| {kind} | {n} |")
    print("| command | ended with, times |\n|---|---|")
    for what in sorted({w for w, _ in codes}):
        print(f"| {what} | {', '.join(f'{c}: {n}' for (w, c), n in sorted(codes.items()) if w == what)} |")
    for (what, code, line), n in lines.most_common():
        print(f"{n} x {what} {code}: {line}")
    silent = [(e["what"], e["code"], bad) for r in rows for e in r["ends"] if (bad := wordless(e))]
    for found in silent:
        print("SAYS TOO LITTLE", *found)
    return not silent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--pause", type=float, default=4)
    parser.add_argument("--report", action="store_true")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if args.report:
        return 0 if report(work) else 1
    if not JAR.exists():
        fail(f"{JAR} is missing: mvn -DskipTests package")
    begin = time.monotonic()
    python_with(work / "spark-venv", PYSPARK, "zstandard")
    cluster, s3 = Cluster(work, workers=2, cores=4, memory="4g"), S3(work, keep=True)
    try:
        sources = Sources(work)
        for seed in range(args.seed, args.seed + args.rounds):
            if time.monotonic() - begin > args.seconds:
                break
            result = Round(work, cluster, s3, sources, seed, args.pause).play()
            with open(work / "rounds.jsonl", "a") as out:
                out.write(json.dumps({**result, "machine": machine()}) + "\n")
            ends = Counter(f"{e['what']} {e['code']}" for e in result["ends"])
            say(f"round {seed}: {result['seconds']} s, {sum(result['kills'].values())} kills {dict(result['kills'])}, {dict(ends)}, "
                f"{result['published']} revisions, {result.get('freed', 0)} objects freed")
        check(report(work), "nothing published was lost or wrong, nothing unreachable stayed, every failure said what to do")
    finally:
        cluster.close()
        s3.close()


if __name__ == "__main__":
    sys.exit(main())
