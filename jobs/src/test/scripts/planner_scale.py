"""The planner on many synthetic chunk records, with a small driver.

    planner_scale.py WORK [--rows 2500000 5000000 10000000 20000000] [--driver 512m] [--executor 2g]

Each size runs in a driver JVM of its own against a Spark standalone cluster with one executor process of one core. Duplicates are
found by hints that lie in the run's folder as a run leaves them, and places of chunks are reconciled; a fifth of the chunks are
duplicates. Needs the test classes (mvn test-compile). Ends with one JSON line of figures.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from harness import OPENS, ROOT, Cluster, check, machine, say


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[2_500_000, 5_000_000, 10_000_000, 20_000_000])
    parser.add_argument("--driver", default="512m")
    parser.add_argument("--executor", default="2g")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    target = ROOT / "jobs" / "target"
    ours = f"{target}/test-classes:{target}/zoopress.jar"
    cluster, rows = Cluster(work / "cluster", workers=1, cores=1, memory="3g", spark="maven"), []
    try:
        for count in args.rows:
            store = work / "store"
            shutil.rmtree(store, ignore_errors=True)
            settings = {
                "spark.master": cluster.url, "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
                "spark.executor.memory": args.executor, "spark.executor.extraClassPath": ours, "spark.local.dir": str(work / "local"),
                "spark.executor.extraJavaOptions": " ".join(f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in OPENS),
                "spark.network.timeout": "36000s",
            }
            command = ["java", f"-Xmx{args.driver}", *[f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in OPENS],
                       *[f"-D{k}={v}" for k, v in settings.items()], "-cp", f"{ours}:{cluster.home}/jars/*",
                       "dev.zoopress.jobs.plan.PlannerScale", str(count), str(store)]
            with open(work / "driver.log", "a") as log:
                done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, env=cluster.environment)
            check(done.returncode == 0, f"{count} chunks are planned with a driver of {args.driver} (log in {work / 'driver.log'})")
            rows.append(json.loads(done.stdout.strip().splitlines()[-1]))
            say(json.dumps(rows[-1]))
            check(rows[-1]["failedTasks"] == 0, "no task failed")
            shutil.rmtree(store)
    finally:
        cluster.close()
    print(json.dumps({"machine": machine(), "driver": args.driver, "executor": args.executor, "runs": rows}))


if __name__ == "__main__":
    sys.exit(main())
