"""Speed and memory of `serve`, beside nginx that serves the plain file and beside the codec alone, in one run; and a long load.

    serve_speed.py prepare WORK ZOO      compresses google/bert-base-uncased-roberta and its BF16 copy into WORK/store
    serve_speed.py speed WORK            whole downloads, ranges of 64 KiB, decode rates
    serve_speed.py slow WORK             64 clients that take 64 KiB a second, and a quick one beside them
    serve_speed.py load WORK [MINUTES]   mixed clients for 10 minutes, every byte checked

Needs nginx and curl; javac for the decode rate. Fails where a bound of the table is missed.
"""

import argparse
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import ROOT, check, fail, free_port, machine, say, sha256_file, wait_for_port, zoopress
from serve_clients import Serve

MODEL = "google/bert-base-uncased-roberta"
TWIN = "google/bert-base-uncased-roberta-bf16"
WEIGHTS = "model.safetensors"
RANGE = 64 << 10


class Nginx:
    """nginx as a process of its own on loopback, serving FOLDER."""

    def __init__(self, work, folder):
        self.port = free_port()
        home = work / "nginx"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        conf = home / "nginx.conf"
        conf.write_text(f"""
            daemon off; worker_processes auto; pid {home}/pid; error_log {home}/error.log;
            events {{ worker_connections 512; }}
            http {{ access_log {home}/access.log; sendfile on; tcp_nodelay on; keepalive_requests 1000000;
              client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
              server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}""")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen([program, "-p", str(home), "-c", str(conf)], start_new_session=True)
        wait_for_port(self.port, "nginx")

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)


def serve_path(model):
    return f"/{model}/resolve/main/{WEIGHTS}"


def download(port, path, size):
    """Seconds of one whole download that throws the bytes away."""
    start = time.monotonic()
    out = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{size_download} %{http_code}", f"http://127.0.0.1:{port}{path}"],
                         capture_output=True, text=True, check=True).stdout
    seconds = time.monotonic() - start
    if out != f"{size} 200":
        fail(f"{path}: {out}")
    return seconds


class Ranges:
    """One kept-alive connection that asks for ranges, as bare as Python can."""

    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.path = path
        self.buffer = bytearray(1 << 18)

    def ask(self, start, length=RANGE):
        """Seconds until the last byte; the bytes lie in body()."""
        request = f"GET {self.path} HTTP/1.1\r\nHost: x\r\nRange: bytes={start}-{start + length - 1}\r\n\r\n".encode()
        view, got, head = memoryview(self.buffer), 0, -1
        begun = time.perf_counter()
        self.socket.sendall(request)
        while head < 0 or got < head + length:
            count = self.socket.recv_into(view[got:])
            if not count:
                fail(f"{self.path}: closed after {got} bytes")
            got += count
            if head < 0:
                head = self.buffer.find(b"\r\n\r\n", 0, got) + 4 if b"\r\n\r\n" in self.buffer[:got] else -1
        seconds = time.perf_counter() - begun
        if not self.buffer.startswith(b"HTTP/1.1 206"):
            fail(f"{self.path}: {bytes(self.buffer[:100])}")
        self.head, self.length = head, length
        return seconds

    def body(self):
        return bytes(self.buffer[self.head:self.head + self.length])

    def close(self):
        self.socket.close()


def classes(work):
    """The decode-rate program of the tests, compiled against the built jar."""
    folder = work / "classes"
    source = ROOT / "jobs/src/test/java/dev/zoopress/jobs/serve/DecodeRate.java"
    path = f"{ROOT}/jobs/target/zoopress.jar:{(ROOT / 'jobs/target/spark.classpath').read_text().strip()}"
    subprocess.run(["javac", "-nowarn", "-proc:none", "-d", str(folder), "-cp", path, str(source)], check=True)
    return f"{folder}:{path}"


def decode_rate(classpath, store, model, threads, passes=6):
    """Bytes a second of the best pass."""
    out = subprocess.run(["java", "-Xmx1g", "-XX:+UseParallelGC", "-cp", classpath, "dev.zoopress.jobs.serve.DecodeRate",
                          str(store), model, WEIGHTS, str(threads), str(passes)], capture_output=True, text=True, check=True).stdout
    return max(float(line) for line in out.split())


def prepare(work, zoo):
    source = work / "source"
    for model in (MODEL, TWIN):
        shutil.copytree(zoo / model, source / model, dirs_exist_ok=True)
    shutil.rmtree(work / "store", ignore_errors=True)
    result = zoopress("compress", source, "--store", work / "store")
    say(f"stored {result['totals']['storedBytes']} of {result['totals']['sourceBytes']} bytes")


def speed(work):
    classpath = classes(work)
    cores = os.cpu_count()
    source = work / "source"
    table = {"machine": machine()}
    nginx = Nginx(work, source)
    serve = Serve(str(work / "store"), [], work / "serve.log")
    try:
        for model in (MODEL, TWIN):
            size = (source / model / WEIGHTS).stat().st_size
            for _ in range(6):
                download(serve.port, serve_path(model), size)
            ours = min(download(serve.port, serve_path(model), size) for _ in range(4))
            theirs = min(download(nginx.port, f"/{model}/{WEIGHTS}", size) for _ in range(4))
            best = decode_rate(classpath, work / "store", model, cores)
            row = {"download MB/s": size / ours / 1e6, "nginx MB/s": size / theirs / 1e6, f"decode MB/s, {cores} threads": best / 1e6,
                   "of decode": size / ours / best, "of nginx": theirs / ours}
            table[model] = {k: round(v, 3 if "of" in k else 0) for k, v in row.items()}
            say(f"{model}: {table[model]}")
        size = (source / MODEL / WEIGHTS).stat().st_size
        hot = [random.Random(1).randrange(size - RANGE) for _ in range(64)]
        rows = {}
        for name, port, path in (("serve", serve.port, serve_path(MODEL)), ("nginx", nginx.port, f"/{MODEL}/{WEIGHTS}")):
            ranges = Ranges(port, path)
            cold = [ranges.ask(at) for at in hot]
            for _ in range(40):
                for at in hot:
                    ranges.ask(at)
            warm = [ranges.ask(at) for _ in range(40) for at in hot]
            ranges.close()
            rows[name] = {"first ask, median µs": statistics.median(cold) * 1e6, "cached, median µs": statistics.median(warm) * 1e6,
                          "cached, 99 % µs": sorted(warm)[int(len(warm) * .99)] * 1e6}
            rows[name] = {k: round(v) for k, v in rows[name].items()}
            say(f"64 KiB of {MODEL}, {name}: {rows[name]}")
        table["ranges"] = rows
        table["cached range, times nginx"] = round(rows["serve"]["cached, median µs"] / rows["nginx"]["cached, median µs"], 2)
        print(json.dumps(table, indent=1))
        for model in (MODEL, TWIN):
            check(table[model]["of decode"] >= 0.5, f"{model}: the download is at least half the decode rate: {table[model]['of decode']}")
        check(table["cached range, times nginx"] <= 5, f"a cached 64 KiB range takes {table['cached range, times nginx']} times nginx's median")
    finally:
        serve.close()
        nginx.close()


def metric(serve, name):
    text = serve.get("/metrics")[2].decode()
    return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))


def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) >> 10


def live_heap_mib(pid):
    """What is left of the heap after a full collection."""
    subprocess.run(["jcmd", str(pid), "GC.run"], check=True, capture_output=True)
    out = subprocess.run(["jcmd", str(pid), "GC.heap_info"], check=True, capture_output=True, text=True).stdout
    return sum(int(used) for used in re.findall(r"(?:PSYoungGen|ParOldGen)\s+total \d+K, used (\d+)K", out)) >> 10


class Sipper(threading.Thread):
    """A client that takes 64 KiB a second of a whole file, for a while."""

    def __init__(self, port, path, until):
        super().__init__(daemon=True)
        self.port, self.path, self.until, self.taken = port, path, until, 0

    def run(self):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
            s.connect(("127.0.0.1", self.port))
            s.sendall(f"GET {self.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            while time.monotonic() < self.until:
                self.taken += len(s.recv(65536))
                time.sleep(1)


def slow(work):
    """The heap is set to the stated bound: more would be an OutOfMemoryError, and the log is looked at."""
    os.environ["ZOOPRESS_HEAP"] = "1100m"
    size = (work / "source" / MODEL / WEIGHTS).stat().st_size
    serve = Serve(str(work / "store"), [], work / "slow.log")
    try:
        pid = serve.process.pid
        bound = metric(serve, "zoopress_memory_bound_bytes") / (1 << 20)
        download(serve.port, serve_path(MODEL), size)
        until = time.monotonic() + 60
        sippers = [Sipper(serve.port, serve_path(m), until) for m in (MODEL, TWIN) for _ in range(32)]
        for sipper in sippers:
            sipper.start()
        resident, beside = 0, []
        while time.monotonic() < until - 8:
            time.sleep(2)
            resident = max(resident, resident_mib(pid))
            beside.append(size / download(serve.port, serve_path(MODEL), size) / 1e6)
        active = metric(serve, "zoopress_requests_active")
        heap = live_heap_mib(pid)
        for sipper in sippers:
            sipper.join(20)
        row = {"machine": machine(), "bound MiB": round(bound), "live heap MiB": heap, "resident MiB, most": resident, "heap allowed MiB": 1100,
               "slow clients": len(sippers), "quick one beside, MB/s": round(statistics.median(beside))}
        print(json.dumps(row, indent=1))
        check(active >= 64 and all(s.taken > 20 * 16384 for s in sippers), f"{len(sippers)} slow clients were served at the same time")
        check(heap <= bound, f"live heap {heap} MiB within the bound of {bound:.0f} MiB")
        check("OutOfMemory" not in (work / "slow.log").read_text(), "no memory ran out")
    finally:
        serve.close()


class Awake(threading.Thread):
    """Seconds in which this process could run: a machine that stops it for others does not count."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seconds = 0.0
        self.start()

    def run(self):
        last = time.monotonic()
        while True:
            time.sleep(0.2)
            now = time.monotonic()
            self.seconds += min(now - last, 1)
            last = now


def load(work, minutes):
    """Whole files and ranges by clients of several kinds at once; every byte is compared with the source."""
    source = work / "source"
    files = [(m, p.relative_to(source / m).as_posix()) for m in (MODEL, TWIN) for p in sorted((source / m).rglob("*")) if p.is_file()]
    sums = {f: sha256_file(source / f[0] / f[1]) for f in files}
    serve = Serve(str(work / "store"), [], work / "load.log")
    awake = Awake()
    counts = {"whole files": 0, "ranges": 0, "broken off by the client": 0, "resumed": 0, "listings": 0, "bytes": 0}
    lock = threading.Lock()
    problems = []

    def count(what, length=0):
        with lock:
            counts[what] += 1
            counts["bytes"] += length

    def connection():
        return http.client.HTTPConnection("127.0.0.1", serve.port, timeout=120)

    def whole(rng):
        model, path = rng.choice(files)
        c = connection()
        c.request("GET", f"/{model}/resolve/main/{path}")
        answer, digest, length = c.getresponse(), hashlib.sha256(), 0
        while data := answer.read(1 << 20):
            digest.update(data)
            length += len(data)
        c.close()
        if digest.hexdigest() != sums[model, path]:
            problems.append(f"{model}/{path}: another hash")
        count("whole files", length)

    def ranges(rng):
        model = rng.choice((MODEL, TWIN))
        plain = source / model / WEIGHTS
        size = plain.stat().st_size
        c = connection()
        with open(plain, "rb") as file:
            for _ in range(50):
                length = min(size, 1 << rng.randrange(24))
                start = rng.randrange(size - length + 1)
                c.request("GET", serve_path(model), headers={"Range": f"bytes={start}-{start + length - 1}"})
                answer = c.getresponse()
                body = answer.read()
                file.seek(start)
                if answer.status != 206 or body != file.read(length):
                    problems.append(f"{model}: bytes {start} + {length}: {answer.status}")
                count("ranges", length)
        c.close()

    def breaking(rng):
        plain = source / MODEL / WEIGHTS
        size, stop = plain.stat().st_size, rng.randrange(1 << 26)
        c = connection()
        c.request("GET", serve_path(MODEL))
        c.getresponse().read(stop)
        c.close()
        count("broken off by the client", stop)
        c = connection()
        c.request("GET", serve_path(MODEL), headers={"Range": f"bytes={stop}-{min(size, stop + (20 << 20)) - 1}"})
        body = c.getresponse().read()
        c.close()
        with open(plain, "rb") as file:
            file.seek(stop)
            if body != file.read(len(body)) or len(body) != min(size - stop, 20 << 20):
                problems.append(f"resumed at {stop}: other bytes")
        count("resumed", len(body))

    def listing(rng):
        c = connection()
        for path in ("/", f"/{MODEL}", f"/api/models/{TWIN}/tree/main?recursive=true", "/api/models", "/metrics", "/healthz"):
            c.request("GET", path)
            answer = c.getresponse()
            answer.read()
            if answer.status != 200:
                problems.append(f"{path}: {answer.status}")
            count("listings")
        c.close()

    def client(number):
        rng = random.Random(number)
        kinds = [whole, ranges, ranges, breaking, listing]
        while awake.seconds < 60 * minutes:
            try:
                rng.choice(kinds)(rng)
            except Exception as e:  # noqa: BLE001 - whatever goes wrong is a finding
                problems.append(f"client {number}: {e!r}")

    try:
        resident, most = [], 0
        with ThreadPoolExecutor(17) as pool:
            futures = [pool.submit(client, n) for n in range(16)]
            while not all(f.done() for f in futures):
                time.sleep(5)
                resident.append(resident_mib(serve.process.pid))
                most = max(most, resident[-1])
        bound = metric(serve, "zoopress_memory_bound_bytes") / (1 << 20)
        heap = live_heap_mib(serve.process.pid)
        print(json.dumps({"machine": machine(), "minutes": minutes, **counts, "live heap MiB": heap, "bound MiB": round(bound), "resident MiB, most": most}, indent=1))
        check(not problems, f"{len(problems)} problems: {problems[:5]}" if problems else "no byte was wrong or lost")
        check(heap <= bound, "live heap within the bound")
        check(metric(serve, "zoopress_requests_active") <= 1, "no request is left over")
    finally:
        serve.close()
    check(serve.process.returncode in (0, 143), f"serve stopped with {serve.process.returncode}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["prepare", "speed", "slow", "load"])
    parser.add_argument("work", type=Path)
    parser.add_argument("rest", nargs="*")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if args.part == "prepare":
        prepare(work, Path(args.rest[0]))
    elif args.part == "load":
        load(work, float(args.rest[0]) if args.rest else 10)
    else:
        {"speed": speed, "slow": slow}[args.part](work)


if __name__ == "__main__":
    sys.exit(main())
