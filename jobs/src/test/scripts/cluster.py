"""A real cluster: Spark standalone of processes, spark-submit of the assembly jar, source and store on S3.

    cluster.py kill SOURCE WORK        SOURCE goes to S3, compress on two workers, one is killed with SIGKILL; same objects as locally
    cluster.py scale FILE_TREE WORK [--workers 1,2]   one large file, local store: wall time and share of chunks per executor

WORK is reused for the virtual environment and logs. Needs Python 3.11 and PyPI for the Spark distribution.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from harness import ROOT, Cluster, check, fail, free_port, machine, objects, say, tree, wait_for_port, zoopress

JAR = ROOT / "jobs" / "target" / "zoopress.jar"


class S3:
    """S3Proxy as a process, its objects as plain files below WORK/s3."""

    def __init__(self, work):
        self.port = free_port()
        self.data = work / "s3"
        shutil.rmtree(self.data, ignore_errors=True)
        (self.data / "zoo").mkdir(parents=True)
        log = open(work / "s3proxy.log", "w")
        self.process = subprocess.Popen([str(Path(__file__).with_name("s3proxy")), str(self.port), str(self.data)],
                                        stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        wait_for_port(self.port, "S3Proxy")
        self.conf = [f"spark.hadoop.fs.s3a.{k}={v}" for k, v in {
            "endpoint": f"http://127.0.0.1:{self.port}", "endpoint.region": "us-east-1", "path.style.access": "true",
            "connection.ssl.enabled": "false", "access.key": "local-identity", "secret.key": "local-credential",
            "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
            "multipart.size": "5M", "multipart.threshold": "5M", "bucket.probe": "0", "retry.limit": "3", "attempts.maximum": "3"}.items()]

    def options(self):
        return [x for c in self.conf for x in ("--conf", c)]

    def close(self):
        os.killpg(self.process.pid, 9)
        self.process.wait()


def upload(cluster, s3, source):
    """Puts the source below s3a://zoo/source with Hadoop's own shell."""
    defines = [f"-D{c.removeprefix('spark.hadoop.')}" for c in s3.conf]
    classpath = f"{JAR}:{cluster.home}/jars/*"
    subprocess.run(["java", "-cp", classpath, "org.apache.hadoop.fs.FsShell", *defines, "-mkdir", "-p", "s3a://zoo/source"],
                   check=True, stderr=subprocess.DEVNULL)
    folders = [str(p) for p in sorted(source.iterdir()) if p.is_dir()]
    done = subprocess.run(["java", "-cp", classpath, "org.apache.hadoop.fs.FsShell", *defines, "-put", *folders, "s3a://zoo/source/"],
                          capture_output=True, text=True)
    if done.returncode:
        fail(f"upload: {done.stderr[-3000:]}")


def kill(args):
    cluster, s3 = Cluster(args.work), S3(args.work)
    try:
        upload(cluster, s3, args.source)
        start = time.monotonic()
        run = cluster.submit(JAR, "compress", "s3a://zoo/source", "--store", "s3a://zoo/store", "--effort", args.effort, conf=s3.conf)
        packs = s3.data / "zoo" / "store" / "packs"
        units = s3.data / "zoo" / "store" / "runs"
        while run.poll() is None and not (packs.exists() and any(packs.rglob("*.zpk"))):
            time.sleep(0.05)
        early = run.poll() is None
        cluster.kill_worker(0)
        say(f"worker killed {time.monotonic() - start:.1f} s into the run" if early else "the run was over before a worker could be killed")
        result = cluster.result(run)
        check(early, "one of two workers was killed with SIGKILL while packs were written")
        check(result["exitCode"] == 0, f"the run ended well: {result['totals']['models']} models, saved {result['totals']['saved']:.4f}")

        local = args.work / "local-store"
        shutil.rmtree(local, ignore_errors=True)
        zoopress("compress", args.source, "--store", local, "--effort", args.effort, "--master", "local[2]")
        remote = {k: v for k, v in objects(s3.data / "zoo" / "store").items() if k.startswith(("packs/", "manifests/", "models/"))}
        here = {k: v for k, v in objects(local).items() if k.startswith(("packs/", "manifests/", "models/"))}
        missing = [k for k in here if remote.get(k) != here[k]]
        check(not missing, f"the {len(here)} packs, manifests and pointers are those of a local run")
        extra = sorted(set(remote) - set(here))
        garbage = zoopress("gc", "--store", "s3a://zoo/store", "--dry-run", *s3.options())
        listed = sorted(o["key"] for o in garbage["unreachable"])
        check([k for k in listed if k.startswith("packs/")] == [k for k in extra if k.startswith("packs/")],
              f"gc --dry-run lists every unreachable object ({len(extra)} packs left by the killed worker)")
        zoopress("verify", "--store", "s3a://zoo/store", "--full", "--against", args.source, *s3.options())
        say("ok: verify --full --against the source is clean")
        back = args.work / "back"
        shutil.rmtree(back, ignore_errors=True)
        zoopress("restore", "--store", "s3a://zoo/store", "--to", back, *s3.options())
        expected = {p: s for p, s in tree(args.source).items() if p.count("/") >= 2}
        check(tree(back) == expected, f"SHA-256 of all {len(expected)} files equal after restore from S3")
        shutil.rmtree(back)
        shutil.rmtree(local)
        print(json.dumps({"machine": machine(), "totals": result["totals"], "orphans": len(extra)}))
    finally:
        cluster.close()
        s3.close()


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
            executors = result.get("executors", {})
            chunks = sum(e["chunks"] for e in executors.values())
            rows.append({"workers": workers, "wallSeconds": round(seconds, 1), "stageSeconds": result.get("seconds"),
                         "shares": sorted(round(e["chunks"] / chunks, 3) for e in executors.values())})
            say(json.dumps(rows[-1]))
        finally:
            cluster.close()
    print(json.dumps({"machine": machine(), "effort": args.effort, "rows": rows}))
    encode = [r["stageSeconds"]["encode"] for r in rows]
    if len(rows) > 1:
        say(f"encode stage: {encode[0] / encode[1]:.2f} times the work; whole application: {rows[0]['wallSeconds'] / rows[1]['wallSeconds']:.2f} times")
        check(encode[0] / encode[1] >= 1.5 and min(rows[1]["shares"]) >= 0.3, "two one-core workers do at least 1.5 times the work of one, each at least 30 % of the chunks")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["kill", "scale"])
    parser.add_argument("source", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--effort", default="fast")
    parser.add_argument("--workers", default="1,2")
    args = parser.parse_args()
    args.source, args.work = args.source.resolve(), args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    (kill if args.what == "kill" else scale)(args)


if __name__ == "__main__":
    sys.exit(main())
