"""What the scripts beside it share: running zoopress, hashing trees, a Spark cluster of processes. Only the standard library."""

import hashlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
ZOOPRESS = ROOT / "bin" / "zoopress"
PYSPARK = "pyspark==4.1.2"
OPENS = ("java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent java.util.concurrent.atomic "
         "jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar").split()


def say(text):
    print(f"== {text}", flush=True)


def fail(text):
    raise SystemExit(f"FAILED: {text}")


def check(condition, text):
    if not condition:
        fail(text)
    say(f"ok: {text}")


def zoopress(*arguments, expect=0, heap=None, env=None, quiet=True):
    """Runs bin/zoopress ARGUMENTS --json and returns its document with "wallSeconds" added."""
    environment = {**os.environ, **(env or {})}
    if heap:
        environment["ZOOPRESS_HEAP"] = heap
    command = [str(ZOOPRESS), *map(str, arguments), "--json", "--progress", "none" if quiet else "plain"]
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    seconds = time.monotonic() - start
    if done.returncode != expect:
        fail(f"{' '.join(command)}: exit {done.returncode}, expected {expect}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    document = json.loads(done.stdout) if done.stdout.strip() else {}
    document["wallSeconds"] = round(seconds, 2)
    return document


def sha256_file(path):
    with open(path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def tree(folder):
    """Relative path to SHA-256 of every file (links followed)."""
    folder = Path(folder)
    return {p.relative_to(folder).as_posix(): sha256_file(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def objects(store):
    """Every object of a local store outside runs/ and index/, with its SHA-256."""
    return {k: v for k, v in tree(store).items() if not k.startswith(("runs/", "index/", "."))}


def machine():
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown CPU")
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return f"{os.cpu_count()} cores, {model}; commit {commit.stdout.strip()}; {time.strftime('%Y-%m-%d')}"


def peak_memory_mib():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, what, seconds=60):
    for _ in range(5 * seconds):  # counted, not timed: a machine may stand still for a while
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    fail(f"{what} did not open port {port} within {seconds} s")


def python_with(folder, *packages):
    """A virtual environment with the packages; made once, reused."""
    python = Path(folder) / "bin" / "python"
    if not (Path(folder) / "ready").exists():
        say(f"virtual environment with {' '.join(packages)}")
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        (Path(folder) / "ready").touch()
    return python


def distribution(work, kind):
    """A Spark home: "pypi", the complete distribution from PyPI; "maven", the jars that bin/zoopress runs with, linked."""
    if kind == "pypi":
        python = python_with(work / "spark-venv", PYSPARK)
        return Path(subprocess.check_output([python, "-c", "import pyspark,os;print(os.path.dirname(pyspark.__file__))"], text=True).strip())
    home = work / "spark-home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "jars").mkdir(parents=True)
    for jar in (ROOT / "jobs" / "target" / "spark.classpath").read_text().strip().split(":"):
        (home / "jars" / Path(jar).name).symlink_to(jar)
    return home


def test_java(main, *arguments, heap="2g", flags=()):
    """The command that runs a main class of the tests of jobs, from the folder that it must run in."""
    target = ROOT / "jobs" / "target"
    if not (target / "test.classpath").exists():
        subprocess.run(["mvn", "-B", "-q", "-ntp", "-pl", "jobs", "-am", "-DskipTests", "test-compile",
                        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath", "-Dmdep.includeScope=test",
                        "-Dmdep.outputFile=target/test.classpath"], cwd=ROOT, check=True)
    classes = [target / "test-classes", target / "classes", *(ROOT / m / "target" / "classes" for m in ("codec", "eval"))]
    path = ":".join([*map(str, classes), (target / "test.classpath").read_text().strip()])
    opens = [f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in OPENS]
    return ["java", f"-Xmx{heap}", "-XX:+UseParallelGC", *opens, "-Djava.net.preferIPv4Stack=true",
            f"-Dlog4j2.configurationFile={ROOT / 'conf' / 'log4j2.properties'}", *flags, "-cp", path, main, *map(str, arguments)]


class Cluster:
    """A Spark standalone cluster: one master, N workers, each a process group of its own on loopback."""

    def __init__(self, work, workers=2, cores=1, memory="2g", spark="pypi"):
        self.work = Path(work)
        self.home = distribution(self.work, spark)
        self.port, web = free_port(), free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "SPARK_HOME": str(self.home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SCALA_VERSION": "2.13"}
        self.processes = []
        self.workers = []
        try:
            self._open(workers, cores, memory, web)
        except BaseException:
            self.close()
            raise

    def _open(self, workers, cores, memory, web):
        self._start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", self.port, "--webui-port", web)
        wait_for_port(self.port, "the Spark master")
        self.cores, self.memory = cores, memory
        self.workers = [None] * workers
        for number in range(workers):
            self.start_worker(number)
        for _ in range(300):
            if (self.work / "master.log").read_text().count("Registering worker") >= workers:
                return
            time.sleep(0.2)
        fail(f"the workers did not register, see {self.work}/*.log")

    def _start(self, name, main, *arguments):
        log = open(self.work / f"{name}.log", "w")
        process = subprocess.Popen(["java", "-cp", f"{self.home}/jars/*", "-Xmx256m", main, *map(str, arguments)],
                                   stdout=log, stderr=subprocess.STDOUT, env=self.environment, start_new_session=True)
        self.processes.append(process)
        return process

    def start_worker(self, number):
        """Also again, after it was killed."""
        folder = self.work / f"worker-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        self.workers[number] = self._start(
            f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", self.cores,
            "--memory", self.memory, "--work-dir", folder, "--webui-port", free_port(), self.url)

    def submit(self, jar, *arguments, conf=(), executor_memory="1536m", heap="1g", name="submit", flags=()):
        """Starts spark-submit; returns the process (stdout is the JSON document, stderr goes to WORK/<name>.err)."""
        options = [x for pair in conf for x in ("--conf", pair)]
        opens = [f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in OPENS]
        command = ["java", "-cp", f"{self.home}/jars/*", f"-Xmx{heap}", *opens, *flags, "org.apache.spark.deploy.SparkSubmit",
                   "--master", self.url, "--conf", "spark.driver.host=127.0.0.1",
                   "--conf", "spark.ui.enabled=false", "--executor-memory", executor_memory, *options,
                   "--class", "dev.zoopress.jobs.cli.Zoopress", jar, *map(str, arguments), "--json", "--progress", "none"]
        with open(self.work / f"{name}.err", "w") as err:
            return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=err, text=True,
                                    env=self.environment, start_new_session=True)

    def result(self, process, expect=0):
        out, _ = process.communicate()
        if process.returncode != expect:
            fail(f"spark-submit: exit {process.returncode}, expected {expect}\n{out[-2000:]}\n{(self.work / 'submit.err').read_text()[-6000:]}")
        return json.loads(out)

    def kill_worker(self, number):
        """SIGKILL for a worker and the executors it started, as when its machine is lost."""
        for pid in [*self.executors(number), self.workers[number].pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def executors(self, number):
        """Process ids of the executors that a worker runs."""
        command = ["ps", "-o", "pid=", "--ppid", str(self.workers[number].pid)]
        return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True).stdout.split()]

    def close(self):
        for process in reversed(self.processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
