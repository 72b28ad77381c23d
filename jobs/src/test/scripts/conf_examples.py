#!/usr/bin/env python3
"""Runs what conf/ shows: the nightly round alone and on the standalone cluster of conf/standalone, its cron line and systemd
units checked, the S3 lifecycle rule given to a real server (moto), the Kubernetes manifest held against the API's schema, the
Airflow DAG imported by Airflow, metrics scraped from a running command, logs as JSON.

    conf_examples.py WORK SOURCE [--skip airflow,cluster]

SOURCE is a zoo; everything else (virtual environments, stores) is made in WORK."""
import argparse
import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

from harness import ROOT, ZOOPRESS, check, distribution, free_port, python_with, say, wait_for_port

CONF = ROOT / "conf"


def nightly(work, source, name, **more):
    store, report = work / f"{name}-store", work / f"{name}-report"
    shutil.rmtree(store, ignore_errors=True)
    environment = {**os.environ, "ZOOPRESS_SOURCE": str(source), "ZOOPRESS_STORE": str(store), "ZOOPRESS_REPORT": str(report), "ZOOPRESS_BUDGET": "64MiB", **more}
    done = subprocess.run([CONF / "nightly"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 0, f"nightly ({name}): exit {done.returncode}\n{done.stdout}")
    runs = [json.loads(p.read_text()) for p in sorted(store.glob("runs/*/status.json"))]
    check({r["command"] for r in runs} >= {"compress", "gc", "verify"} and all(r["exitCode"] == 0 for r in runs), f"{len(runs)} runs left their status")
    check((report / "report.html").stat().st_size > 5000, "and a report was written")
    return store


def cluster(work, source):
    home = distribution(work, "pypi")
    port, processes = free_port(), []
    environment = {**os.environ, "SPARK_HOME": str(home), "HOST": "127.0.0.1", "PORT": str(port), "CORES": "1", "MEMORY": "1536m"}
    try:
        for number, arguments in enumerate([["master"], ["worker", f"spark://127.0.0.1:{port}"], ["worker", f"spark://127.0.0.1:{port}"]]):
            environment = {**environment, "WEB_PORT": str(free_port()), "WORK": str(work / f"worker-{number}")}
            log = open(work / f"standalone-{number}.log", "w")
            processes.append(subprocess.Popen([CONF / "standalone", *arguments], env=environment, stdout=log, stderr=log))
            if number == 0:
                wait_for_port(port, "the master")
        submit = (f"{home}/bin/spark-submit --master spark://127.0.0.1:{port} --driver-memory 1g --executor-memory 1g --executor-cores 1 "
                  f"--conf spark.driver.host=127.0.0.1 --properties-file {CONF}/spark-defaults.conf "
                  f"--class dev.zoopress.jobs.cli.Zoopress {ROOT}/jobs/target/zoopress.jar")
        nightly(work, source, "cluster", ZOOPRESS=submit)
        check(all((work / f"worker-{n}").is_dir() and any((work / f"worker-{n}").iterdir()) for n in (1, 2)), "both workers ran executors")
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def systemd(work):
    if not shutil.which("systemd-analyze"):
        return say("SKIPPED: no systemd-analyze here")
    units = work / "units"
    shutil.rmtree(units, ignore_errors=True)
    shutil.copytree(CONF / "systemd", units)
    service = (units / "zoopress.service").read_text().replace("/opt/zoopress/conf/nightly", str(CONF / "nightly"))
    (units / "zoopress.service").write_text(service)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", units / "zoopress.service", units / "zoopress.timer"], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "zoopress" in line]
    check(not ours, f"systemd-analyze verify has nothing to say about the units: {ours}")
    done = subprocess.run(["systemd-analyze", "calendar", "*-*-* 02:00"], capture_output=True)
    check(done.returncode == 0, "the timer's calendar line is understood")


def lifecycle(python):
    port = free_port()
    server = subprocess.Popen([python.parent / "moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, "moto")
        code = f"""
import boto3, json
s3 = boto3.client("s3", endpoint_url="http://127.0.0.1:{port}", aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
s3.create_bucket(Bucket="zoo-store")
s3.put_bucket_lifecycle_configuration(Bucket="zoo-store", LifecycleConfiguration=json.load(open("{CONF}/s3-lifecycle.json")))
print(len(s3.get_bucket_lifecycle_configuration(Bucket="zoo-store")["Rules"]))"""
        rules = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        check(rules == "2", "an S3 server took the lifecycle rules")
    finally:
        server.terminate()
        server.wait()


def kubernetes(python):
    done = subprocess.run([python.parent / "kubernetes-validate", "--strict", CONF / "kubernetes" / "cronjob.yaml"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 0, f"kubernetes-validate --strict: {done.stdout.strip()}")


def airflow(work):
    python = python_with(work / "airflow-venv", "apache-airflow==3.1.3")
    code = f"""
from airflow.models.dagbag import DagBag
bag = DagBag({str(CONF / 'airflow')!r}, include_examples=False)
assert not bag.import_errors, bag.import_errors
dag = bag.dags["zoopress"]
print(len(dag.tasks), dag.max_active_runs)"""
    environment = {**os.environ, "AIRFLOW_HOME": str(work / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__CORE__UNIT_TEST_MODE": "True"}
    subprocess.run([python.parent / "airflow", "db", "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = subprocess.run([python, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    check("4 1" in said, "Airflow imported the DAG: 4 tasks, one run at a time")


def metrics_and_logs(work, source):
    port, store = free_port(), work / "metrics-store"
    shutil.rmtree(store, ignore_errors=True)
    environment = {**os.environ, "ZOOPRESS_LOG": str(CONF / "log4j2-json.properties")}
    command = [ZOOPRESS, "compress", source, "--store", store, "--progress", "none", "--conf", f"spark.metrics.conf={CONF}/metrics.properties",
               "--conf", "spark.ui.enabled=true", "--conf", f"spark.ui.port={port}"]
    with open(work / "metrics.err", "w+") as err:
        process = subprocess.Popen(list(map(str, command)), env=environment, stdout=subprocess.DEVNULL, stderr=err)
        seen = {}
        while process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics/prometheus/", timeout=2) as page:
                    for line in page.read().decode().splitlines():
                        if "zoopress" in line:
                            name = line.split("{")[0].split("zoopress_")[-1]
                            seen[name] = max(seen.get(name, 0.0), float(line.split()[-1]))
            except (OSError, ValueError):
                pass
            time.sleep(0.1)
        err.seek(0)
        lines = [line for line in err.read().splitlines() if line.strip()]
    check(process.returncode == 0, "compress with metrics ended well")
    say(f"scraped: {seen}")
    check(any("bytes_done" in n for n in seen) and any("chunks" in n for n in seen), "Prometheus saw zoopress's gauges")
    logged = [json.loads(line) for line in lines]
    check(any("ended with 0" in r.get("message", "") for r in logged), f"{len(logged)} log lines, each a JSON object")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("--skip", default="")
    args = parser.parse_args()
    work, skip = args.work.resolve(), args.skip.split(",")
    work.mkdir(parents=True, exist_ok=True)
    nightly(work, args.source.resolve(), "alone")
    metrics_and_logs(work, args.source.resolve())
    systemd(work)
    python = python_with(work / "venv", "kubernetes-validate==1.34.0", "moto[server,s3]==5.2.5", "boto3==1.44.8")
    kubernetes(python)
    lifecycle(python)
    if "airflow" not in skip:
        airflow(work)
    if "cluster" not in skip:
        cluster(work, args.source.resolve())
    say("every example ran")


if __name__ == "__main__":
    main()
