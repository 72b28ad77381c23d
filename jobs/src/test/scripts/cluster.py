"""A real cluster: Spark standalone of processes, spark-submit of the assembly jar, source and store on S3.

    cluster.py kill SOURCE WORK     SOURCE goes to S3; compress on two workers, one is killed with SIGKILL: the same
                                    objects as a local run makes; gc --dry-run lists what a killed driver leaves
    cluster.py small WORK           the same over 0.6 GB of made-up weights, with the jars of the build: what CI runs
    cluster.py scale SOURCE WORK [--workers 1,2]   local store: wall time and share of chunks per executor
    cluster.py eval SOURCE WORK [--glue DIR] [--limit N]   originals, store and report on S3: every model that can be run
                                    is EQUAL, shards of one model ran on both workers

WORK is reused for the virtual environment and logs. Needs a built jar and Python 3.11; all but "small" fetch the Spark
distribution from PyPI.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness import ROOT, Cluster, check, fail, free_port, machine, objects, say, tree, wait_for_port, zoopress

JAR = ROOT / "jobs" / "target" / "zoopress.jar"
KEPT = ("packs/", "manifests/", "models/")


class S3:
    """S3Proxy as a process, its objects as plain files below WORK/s3."""

    def __init__(self, work, keep=False):
        self.port = free_port()
        self.data = work / "s3"
        self.log = work / "s3proxy.log"
        if not keep:
            shutil.rmtree(self.data, ignore_errors=True)
        (self.data / "zoo").mkdir(parents=True, exist_ok=True)
        self.start()
        self.conf = [f"spark.hadoop.fs.s3a.{k}={v}" for k, v in {
            "endpoint": f"http://127.0.0.1:{self.port}", "endpoint.region": "us-east-1", "path.style.access": "true",
            "connection.ssl.enabled": "false", "access.key": "local-identity", "secret.key": "local-credential",
            "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
            "multipart.size": "16M", "multipart.threshold": "16M", "bucket.probe": "0", "retry.limit": "3", "attempts.maximum": "3"}.items()]

    def start(self):
        """Also again, after close: same port, same data."""
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([str(Path(__file__).with_name("s3proxy")), str(self.port), str(self.data)],
                                            stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        wait_for_port(self.port, "S3Proxy", 180)

    def options(self):
        return [x for c in self.conf for x in ("--conf", c)]

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def upload(cluster, s3, source):
    """Puts the source below s3a://zoo/source with Hadoop's own shell."""
    settings = cluster.work / "hadoop-conf"
    settings.mkdir(exist_ok=True)
    rows = (c.removeprefix("spark.hadoop.").split("=", 1) for c in s3.conf)
    (settings / "core-site.xml").write_text("<configuration>" + "".join(
        f"<property><name>{k}</name><value>{v}</value></property>" for k, v in rows) + "</configuration>")
    shell = ["java", "-cp", f"{settings}:{JAR}:{cluster.home}/jars/*", "org.apache.hadoop.fs.FsShell"]
    folders = [str(p) for p in sorted(source.iterdir()) if p.is_dir()]
    for command in (["-mkdir", "-p", "s3a://zoo/source"], ["-put", "-d", *folders, "s3a://zoo/source/"]):
        done = subprocess.run([*shell, *command], capture_output=True, text=True)
        if done.returncode:
            fail(f"upload: {done.stderr[-3000:]}")


def truth(objects_of_store):
    return {k: v for k, v in objects_of_store.items() if k.startswith(KEPT)}


def wait_for_units(store, run, seconds=300):
    """Returns when tasks read and code: hints were written, and no unit is finished; False if it is too late."""
    deadline = time.monotonic() + seconds
    while run.poll() is None and time.monotonic() < deadline:
        if any(store.glob("runs/*/plan/hints/*")):
            time.sleep(1.5)
            return run.poll() is None
        time.sleep(0.05)
    return False


def kill(args, spark="pypi"):
    cluster, s3 = Cluster(args.work, spark=spark), S3(args.work)
    bucket = s3.data / "zoo" / "store"
    compress = ["compress", "s3a://zoo/source", "--store", "s3a://zoo/store", "--effort"]
    try:
        upload(cluster, s3, args.source)
        start = time.monotonic()
        run = cluster.submit(JAR, *compress, args.effort, conf=s3.conf)
        early = wait_for_units(bucket, run)
        done = len(list(bucket.glob("runs/*/units/*")))
        cluster.kill_worker(0)
        check(early, f"one of two workers was killed with SIGKILL {time.monotonic() - start:.1f} s into the run, {done} units were done")
        result = cluster.result(run)
        check(result["exitCode"] == 0, f"the run ended well: {result['totals']['models']} models, {result['totals']['units']} units, "
              f"saved {result['totals']['saved']:.4f}, {time.monotonic() - start:.1f} s")

        local = args.work / "local-store"
        shutil.rmtree(local, ignore_errors=True)
        zoopress("compress", args.source, "--store", local, "--effort", args.effort, "--master", "local[2]")
        remote, here = truth(objects(bucket)), truth(objects(local))
        check(not [k for k in here if remote.get(k) != here[k]], f"the {len(here)} packs, manifests and pointers are those of a local run")

        # A driver that dies leaves packs that nothing reaches.
        other = "best" if args.effort == "fast" else "fast"
        run = cluster.submit(JAR, *compress, other, "--force", conf=s3.conf)
        deadline = time.monotonic() + 600
        while run.poll() is None and set(truth(objects_named(bucket))) == set(remote) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        time.sleep(1)
        extra = sorted(set(truth(objects_named(bucket))) - set(here))
        garbage = zoopress("gc", "--store", "s3a://zoo/store", "--grace", "PT0S", "--dry-run", *s3.options())
        listed = sorted(o["key"] for o in garbage["unreachable"] if o["key"].startswith(KEPT))
        check(extra and listed == extra, f"gc --dry-run lists every unreachable object: the {len(extra)} that a killed driver left")

        back = args.work / "back"
        shutil.rmtree(back, ignore_errors=True)
        zoopress("restore", "--store", "s3a://zoo/store", "--to", back, *s3.options())
        expected = {p: s for p, s in tree(args.source).items() if p.count("/") >= 2}
        check(tree(back) == expected, f"SHA-256 of all {len(expected)} files equal after restore from S3")
        shutil.rmtree(back)
        shutil.rmtree(local)
        print(json.dumps({"machine": machine(), "totals": result["totals"], "unreachable": len(extra)}))
    finally:
        cluster.close()
        s3.close()
        shutil.rmtree(s3.data, ignore_errors=True)


def objects_named(store):
    """Keys alone, without hashing."""
    return {p.relative_to(store).as_posix(): "" for p in store.rglob("*") if p.is_file()}


def small(args):
    args.source = args.work / "source"
    shutil.rmtree(args.source, ignore_errors=True)
    make_small(args.source)
    kill(args, "maven")
    shutil.rmtree(args.source)


def make_small(folder):
    """Two models of 280 MB and twenty of a few KB; BF16 whose sign and exponent take few values, from a fixed seed."""
    import random
    import struct

    generator = random.Random(1)
    exponents = bytes(min(255, 0x3B + (i & 3) + (i & 0x80)) for i in range(256))
    sizes = {"org/large-a": 280_000_000, "org/large-b": 280_000_000, **{f"org/small-{i:02d}": 4096 + 512 * i for i in range(20)}}
    for name, size in sizes.items():
        path = folder / name / "model.safetensors"
        path.parent.mkdir(parents=True)
        head = json.dumps({"w": {"dtype": "BF16", "shape": [size // 512, 256], "data_offsets": [0, size // 512 * 512]}}).encode()
        head += b" " * (-len(head) % 8)
        with open(path, "wb") as out:
            out.write(struct.pack("<Q", len(head)) + head)
            left = size // 512 * 512
            while left:
                block = bytearray(min(left, 1 << 24))
                block[0::2] = generator.randbytes(len(block) // 2)
                block[1::2] = generator.randbytes(len(block) // 2).translate(exponents)
                out.write(block)
                left -= len(block)
        (path.parent / "config.json").write_text(json.dumps({"model": name}))


def scale(args):
    rows = []
    for workers in map(int, args.workers.split(",")):
        cluster = Cluster(args.work, workers=workers)
        try:
            store = args.work / "scale-store"
            shutil.rmtree(store, ignore_errors=True)
            start = time.monotonic()
            result = cluster.result(cluster.submit(JAR, "compress", args.source, "--store", store, "--effort", args.effort))
            seconds = time.monotonic() - start
            executors = result["executors"]
            chunks = sum(e["chunks"] for e in executors.values())
            rows.append({"workers": workers, "wallSeconds": round(seconds, 1), "seconds": result["seconds"],
                         "shares": sorted(round(e["chunks"] / chunks, 3) for e in executors.values())})
            say(json.dumps(rows[-1]))
        finally:
            cluster.close()
    shutil.rmtree(args.work / "scale-store")
    print(json.dumps({"machine": machine(), "effort": args.effort, "rows": rows}))
    print("| workers | compress stage, s | whole application, s | chunks per worker |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row['workers']} | {row['seconds']['compress']:.1f} | {row['wallSeconds']} | {' / '.join(f'{100 * s:.0f} %' for s in row['shares'])} |")
    stage = [r["seconds"]["compress"] for r in rows]
    if len(rows) > 1:
        say(f"compress stage: {stage[0] / stage[1]:.2f} times the work; whole application: {rows[0]['wallSeconds'] / rows[1]['wallSeconds']:.2f} times")
        check(stage[0] / stage[1] >= 1.5 and min(rows[1]["shares"]) >= 0.3, "two one-core workers do at least 1.5 times the work of one, each at least 30 % of the chunks")


def units_by_executor(events):
    """How many tasks of the stage that evaluates each executor ended, from Spark's event log."""
    jobs, ended = {}, {}
    for line in next(p for p in events.iterdir() if p.is_file()).read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            about = event["Properties"].get("spark.job.description", "")
            jobs.update({stage: about for stage in event["Stage IDs"]})
        elif event["Event"] == "SparkListenerTaskEnd" and re.fullmatch(r"eval: \d+ units", jobs.get(event["Stage ID"], "")):
            executor = event["Task Info"]["Executor ID"]
            ended[executor] = ended.get(executor, 0) + 1
    return ended


def evaluate(args):
    """Sides, tokenizers and native libraries on executors that have nothing but the jar and S3."""
    cluster, s3 = Cluster(args.work, memory="3g", spark="maven"), S3(args.work)
    try:
        upload(cluster, s3, args.source)
        cluster.result(cluster.submit(JAR, "compress", "s3a://zoo/source", "--store", "s3a://zoo/store", "--effort", args.effort, conf=s3.conf))
        start = time.monotonic()
        arguments = ["eval", "--store", "s3a://zoo/store", "--original", "s3a://zoo/source", "--report", "s3a://zoo/report",
                     "--limit", args.limit]
        if args.glue:
            arguments += ["--glue", args.glue.resolve()]
        events = args.work / "events"
        shutil.rmtree(events, ignore_errors=True)
        events.mkdir()
        log = ["spark.eventLog.enabled=true", f"spark.eventLog.dir={events.as_uri()}", "spark.eventLog.compress=false",
               "spark.eventLog.rolling.enabled=false"]
        result = cluster.result(cluster.submit(JAR, *arguments, conf=[*s3.conf, *log]))
        seconds = time.monotonic() - start
        for model in result["models"]:
            tasks = ", ".join(t["task"] for t in model.get("tasks", []) if "stored" in t or t.get("examples"))
            say(f"{model['model']}: {model['verdict']}, {model['examples']} examples ({tasks}) {'; '.join(model['reasons'])}")
        shares = units_by_executor(events)
        check(len(shares) == 2 and min(shares.values()) > 0, f"units per executor: {dict(sorted(shares.items()))}")
        say(next(n for n in result["notes"] if n.startswith("memory")))
        verdicts = [m["verdict"] for m in result["models"]]
        check(result["exitCode"] == 0 and verdicts and set(verdicts) <= {"EQUAL", "NOT RUN"} and "EQUAL" in verdicts,
              f"{verdicts.count('EQUAL')} models EQUAL, {verdicts.count('NOT RUN')} not run, {seconds:.0f} s on two workers")
        executors = len({p.parent for w in range(2) for p in (args.work / f"worker-{w}").glob("app-*/*/stderr")})
        reports = sorted(p.name for p in (s3.data / "zoo" / "report").iterdir() if p.is_file() and not p.name.startswith("."))
        check({"report.html", "report.json", "junit.xml"} <= set(reports), f"the report on S3 has {', '.join(reports)}; {executors} executors in all")
        print(json.dumps({"machine": machine(), "verdicts": verdicts}))
    finally:
        cluster.close()
        s3.close()
        shutil.rmtree(s3.data, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    for name in ("kill", "scale", "small", "eval"):
        command = commands.add_parser(name)
        if name != "small":
            command.add_argument("source", type=Path)
        command.add_argument("work", type=Path)
        command.add_argument("--effort", default="fast")
        if name == "scale":
            command.add_argument("--workers", default="1,2")
        if name == "eval":
            command.add_argument("--glue", type=Path)
            command.add_argument("--limit", default="1000000")
    args = parser.parse_args()
    args.work = args.work.resolve()
    if args.what != "small":
        args.source = args.source.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    if not JAR.exists():
        fail(f"{JAR} is missing: mvn -DskipTests package")
    {"kill": kill, "scale": scale, "small": small, "eval": evaluate}[args.what](args)


if __name__ == "__main__":
    sys.exit(main())
