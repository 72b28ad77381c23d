"""Real clients against `serve` on a store in S3Proxy, the source gone.

    serve_clients.py ZOO WORK      ZOO: a tree with merck/sapiens-vh, google/bert-base-uncased-roberta and ...-sharded,
                                   sentence-transformers/all-MiniLM-L6-v2-gguf

Makes virtual environments in WORK (huggingface_hub 2.4.0 with and without hf_xet, 0.36.2; transformers 5.23 with torch), an npm folder
(@huggingface/hub 2.17.5, @huggingface/transformers 4.3.1; node-llama-cpp 3.22.1, which is llama.cpp with a downloader) and, where cargo is
there, a Rust program on hf-hub 0.4.3. vLLM does not run everywhere: its file calls, which are huggingface_hub's, are made one by one; so are
those of llama.cpp's own downloader, with curl.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cluster import S3
from harness import ROOT, ZOOPRESS, check, fail, free_port, machine, python_with, say, sha256_file, wait_for_port, zoopress

HUB = r"""
import json, os, sys
from pathlib import Path
import huggingface_hub as hub
from huggingface_hub import HfApi, hf_hub_download, snapshot_download, HfFileSystem
from huggingface_hub.utils import EntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError
what = sys.argv[1]
def raises(kind, call):
    try:
        call()
    except kind as e:
        return type(e).__name__
    raise SystemExit(f"no {kind.__name__}")
if what == "snapshot":
    print(json.dumps(snapshot_download(sys.argv[2], cache_dir=sys.argv[3])))
elif what == "errors":
    cache = sys.argv[3]
    print(json.dumps([
        raises(EntryNotFoundError, lambda: hf_hub_download(sys.argv[2], "nowhere.bin", cache_dir=cache)),
        raises(RepositoryNotFoundError, lambda: hf_hub_download("no/such", "config.json", cache_dir=cache)),
        raises(RevisionNotFoundError, lambda: hf_hub_download(sys.argv[2], "config.json", revision="nothing", cache_dir=cache)),
        HfApi().file_exists(sys.argv[2], "config.json"), HfApi().file_exists(sys.argv[2], "nowhere"), HfApi().repo_exists("no/such")]))
elif what == "filesystem":
    fs = HfFileSystem()
    names = sorted(e["name"] for e in fs.ls(sys.argv[2]))
    path = sys.argv[2] + "/model.safetensors"
    size = fs.info(path)["size"]
    with fs.open(path, "rb", block_size=1 << 16) as f:
        f.seek(1000003)
        middle = f.read(70001)
        f.seek(size - 5)
        end = f.read()
    print(json.dumps({"names": names, "size": size, "middle": middle.hex(), "end": end.hex()}))
elif what == "vllm":
    # As vllm/model_executor/model_loader/weight_utils.py and transformers_utils do before and while they load weights.
    import fnmatch
    repo, cache = sys.argv[2:4]
    listed = HfFileSystem().ls(repo, detail=False)
    pattern = next(p for p in ("*.safetensors", "*.bin") if fnmatch.filter(listed, p))
    there = [HfApi().file_exists(repo, n) for n in ("config.json", "params.json", "model.safetensors.index.json")]
    folder = Path(snapshot_download(repo, allow_patterns=[pattern], cache_dir=cache))
    hf_hub_download(repo, "model.safetensors.index.json", cache_dir=cache)
    hf_hub_download(repo, "config.json", cache_dir=cache)
    metadata = HfApi().get_safetensors_metadata(repo)
    print(json.dumps({"there": there, "folder": str(folder), "tensors": len(metadata.weight_map), "files": HfApi().list_repo_files(repo)}))
elif what == "api":
    info = HfApi().model_info(sys.argv[2])
    print(json.dumps({"sha": info.sha, "files": sorted(s.rfilename for s in info.siblings), "refs": HfApi().list_repo_refs(sys.argv[2]).branches[0].name,
                      "search": [m.id for m in HfApi().list_models(search="sapiens")]}))
"""

TRANSFORMERS = r"""
import json, sys, torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, pipeline
torch.set_num_threads(2)
golden = json.load(open(sys.argv[2]))
pipe = pipeline("fill-mask", model=sys.argv[1])
worst, asked = 0.0, 0
for case in golden["fill_mask"]:
    ids = torch.tensor([case["input_ids"]])
    with torch.no_grad():
        scores = pipe.model(input_ids=ids).logits[0, case["mask_position"]].softmax(-1)
    top = scores.topk(len(case["top5"]))
    for want, got_id, got in zip(case["top5"], top.indices.tolist(), top.values.tolist()):
        worst = max(worst, abs(want["score"] - got)) if want["id"] == got_id else 9
        asked += 1
print(json.dumps({"worst": worst, "asked": asked}))
"""

NPM = r"""
import { downloadFile, fileExists, listFiles, modelInfo, pathsInfo } from "@huggingface/hub";
const [hubUrl, repo] = process.argv.slice(2);
const files = [];
for await (const f of listFiles({ repo, hubUrl, recursive: true })) files.push([f.path, f.size]);
const info = await modelInfo({ name: repo, hubUrl });
const blob = await downloadFile({ repo, path: "model.safetensors", hubUrl });
const { createHash } = await import("node:crypto");
const sha = createHash("sha256").update(Buffer.from(await blob.arrayBuffer())).digest("hex");
const part = Buffer.from(await blob.slice(1000, 2000).arrayBuffer()).toString("hex");
console.log(JSON.stringify({ files, id: info.name, sha, part, there: await fileExists({ repo, path: "config.json", hubUrl }),
  missing: await fileExists({ repo, path: "nowhere", hubUrl }), paths: (await pathsInfo({ repo, paths: ["config.json", "nowhere"], hubUrl })).length }));
"""

LLAMA_JS = r"""
import { getLlama, resolveModelFile } from "node-llama-cpp";
const [endpoint, file, folder] = process.argv.slice(2);
const path = endpoint === "local" ? file : await resolveModelFile("hf:" + file, { directory: folder, cli: false, endpoints: { huggingFace: endpoint } });
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: path });
const context = await model.createEmbeddingContext();
const vector = [...(await context.getEmbeddingFor("weights load as before")).vector];
console.log(JSON.stringify({ path, vector }));
await llama.dispose();
"""

TRANSFORMERS_JS = r"""
import { AutoTokenizer, env } from "@huggingface/transformers";
const [host, repo, cache] = process.argv.slice(2);
env.remoteHost = host; env.cacheDir = cache; env.allowLocalModels = false;
const tokenizer = await AutoTokenizer.from_pretrained(repo);
console.log(JSON.stringify(tokenizer("hello world").input_ids.dims));
"""

RUST = """
use hf_hub::api::sync::ApiBuilder;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let api = ApiBuilder::new().with_endpoint(args[1].clone()).with_cache_dir(args[3].clone().into()).build().unwrap();
    let repo = api.model(args[2].clone());
    println!("{}", repo.get("model.safetensors").unwrap().display());
    let info = repo.info().unwrap();
    println!("{} {}", info.sha, info.siblings.len());
}
"""


class Serve:
    def __init__(self, store, options, log):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(log, "w")
        self.process = subprocess.Popen([str(ZOOPRESS), "serve", "--store", store, "--port", str(self.port), *options],
                                        stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        wait_for_port(self.port, "serve", 300)

    def get(self, path, headers=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), body

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(60)


class Cut:
    """A TCP relay that closes the first connection that has carried more than `limit` bytes back."""

    def __init__(self, port, limit):
        self.target, self.limit, self.cuts = port, limit, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pump, args=(client, upstream, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(upstream, client, True), daemon=True).start()

    def _pump(self, source, sink, back):
        carried = 0
        try:
            while data := source.recv(65536):
                carried += len(data)
                sink.sendall(data)
                if back and carried > self.limit and self.cuts == 0:
                    self.cuts = 1
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


def ranges(serve, model, path, content):
    """Every form of range, with curl and by hand."""
    url = f"{serve.url}/{model}/resolve/main/{path}"
    size = len(content)
    for spec, want in ((f"0-0", content[:1]), ("5-99", content[5:100]), (f"{size - 7}-", content[-7:]), ("-11", content[-11:]),
                       (f"100-{size + 500}", content[100:]), ("0-", content), (f"-{size + 5}", content)):
        done = subprocess.run(["curl", "-s", "-i", "-r", spec, url], capture_output=True, check=True)
        head, body = done.stdout.split(b"\r\n\r\n", 1)
        check(b" 206 " in head.split(b"\r\n")[0] + b" " and body == want and b"content-range: bytes" in head.lower(), f"curl -r {spec}: 206 and the right {len(want)} bytes")
    status, headers, _ = serve.get(f"/{model}/resolve/main/{path}", {"Range": f"bytes={size}-"})
    check(status == 416 and headers.get("Content-Range") == f"bytes */{size}", "a range beyond the end: 416 with the size")
    status, _, body = serve.get(f"/{model}/resolve/main/{path}", {"Range": "bytes=0-1,5-6"})
    check(status == 200 and body == content, "several ranges: 200 and the whole file")


def llama_calls(serve, model, file, folder, want):
    """What llama.cpp's downloader asks for -hf: refs, one page of the tree, a HEAD, then the file, resumed where it was cut."""
    def curl(*arguments):
        return subprocess.run(["curl", "-sS", "-A", "llama-cpp", *arguments], capture_output=True, check=True).stdout

    refs = json.loads(curl(f"{serve.url}/api/models/{model}/refs"))
    commit = next(b["targetCommit"] for b in refs["branches"] if b["name"] == "main")
    tree = json.loads(curl(f"{serve.url}/api/models/{model}/tree/{commit}?recursive=true"))
    entry = next(e for e in tree if e["path"] == file)
    url = f"{serve.url}/{model}/resolve/{commit}/{file}"
    head = curl("-I", "-L", url).decode().lower()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    part = folder / file
    part.write_bytes(curl("-L", "-r", "0-999999", url))
    curl("-L", "-C", "-", "-o", str(part), url)
    check(entry["lfs"]["oid"] == want and f'etag: "{want}"' in head and "accept-ranges: bytes" in head and sha256_file(part) == want,
          "llama.cpp's calls by curl: refs, tree, HEAD, a file fetched in two parts")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("zoo", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--golden", type=Path, default=ROOT.parent / "shared" / "zoo" / "golden")
    args = parser.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    source = work / "source"
    shutil.rmtree(source, ignore_errors=True)
    for model in ("merck/sapiens-vh", "google/bert-base-uncased-roberta", "google/bert-base-uncased-roberta-sharded"):
        shutil.copytree(args.zoo / model, source / model)
    gguf, quantised = "sentence-transformers/all-MiniLM-L6-v2-gguf", "all-MiniLM-L6-v2-Q8_0.gguf"
    shutil.copytree(args.zoo / gguf, source / gguf, ignore=lambda folder, names: [n for n in names if n.endswith(".gguf") and n != quantised])
    odd = source / "odd" / "names"
    (odd / "a b").mkdir(parents=True)
    (odd / "empty.txt").write_bytes(b"")
    (odd / "a b" / "c+d é.json").write_text("{}")
    (odd / "config.json").write_text("{}")
    expected = {p.relative_to(source).as_posix(): sha256_file(p) for p in source.rglob("*") if p.is_file()}
    sapiens = (source / "merck" / "sapiens-vh" / "model.safetensors").read_bytes()

    newest = python_with(work / "hub-2.4", "huggingface_hub==2.4.0", "hf_xet==1.8.0")
    plain = python_with(work / "hub-2.4-no-xet", "huggingface_hub==2.4.0")
    subprocess.run([plain, "-m", "pip", "-q", "uninstall", "-y", "hf_xet"], check=True)
    old = python_with(work / "hub-0.36", "huggingface_hub==0.36.2")
    full = python_with(work / "transformers-5.23", "transformers==5.23.0", "huggingface_hub==2.4.0", "torch==2.13.0")
    program = work / "hub.py"
    program.write_text(HUB)
    (work / "fill.py").write_text(TRANSFORMERS)

    s3 = S3(work)
    serve = None
    try:
        zoopress("compress", source, "--store", "s3a://zoo/store", *s3.options())
        shutil.rmtree(source)
        say("the source is removed; the store lies in S3")
        serve = Serve("s3a://zoo/store", s3.options(), work / "serve.log")
        environment = {**os.environ, "HF_ENDPOINT": serve.url, "HF_HUB_DISABLE_TELEMETRY": "1"}

        def python(interpreter, script, *arguments, env=environment):
            done = subprocess.run([interpreter, script, *map(str, arguments)], capture_output=True, text=True, env=env)
            if done.returncode:
                fail(f"{Path(interpreter).parts[-3]} {arguments}: {done.stderr[-3000:]}")
            return json.loads(done.stdout.strip().splitlines()[-1])

        for name, interpreter in (("2.4.0 with hf_xet", newest), ("2.4.0 without hf_xet", plain), ("0.36.2", old)):
            cache = work / "cache"
            shutil.rmtree(cache, ignore_errors=True)
            for model in ("merck/sapiens-vh", "google/bert-base-uncased-roberta-sharded", "odd/names"):
                folder = Path(python(interpreter, program, "snapshot", model, cache))
                got = {f"{model}/{p.relative_to(folder).as_posix()}": sha256_file(p) for p in folder.rglob("*") if p.is_file()}
                check(got == {k: v for k, v in expected.items() if k.startswith(model + "/")}, f"huggingface_hub {name}: snapshot_download of {model}, every SHA-256 equal")
            say(f"huggingface_hub {name}: errors {python(interpreter, program, 'errors', 'merck/sapiens-vh', work / 'cache2')}")
            api = python(interpreter, program, "api", "merck/sapiens-vh")
            check(api["search"] == ["merck/sapiens-vh"] and api["refs"] == "main" and "model.safetensors" in api["files"], f"huggingface_hub {name}: model_info, refs, list_models")
            seen = python(interpreter, program, "filesystem", "merck/sapiens-vh")
            check(seen["size"] == len(sapiens) and bytes.fromhex(seen["middle"]) == sapiens[1000003:1070004] and bytes.fromhex(seen["end"]) == sapiens[-5:],
                  f"huggingface_hub {name}: HfFileSystem.ls and ranged reads")

        hf = newest.parent / "hf"
        shutil.rmtree(work / "cache3", ignore_errors=True)
        subprocess.run([hf, "download", "merck/sapiens-vh", "--cache-dir", work / "cache3"], check=True, capture_output=True, env=environment)
        done = subprocess.run([hf, "cache", "verify", "merck/sapiens-vh", "--cache-dir", work / "cache3"], capture_output=True, text=True, env=environment)
        verdict = " ".join((done.stdout + done.stderr).split())[:120]
        check(done.returncode == 0, f"hf download and hf cache verify: {verdict}")

        relay = Cut(serve.port, 3_000_000)
        shutil.rmtree(work / "cache4", ignore_errors=True)
        python(plain, program, "snapshot", "google/bert-base-uncased-roberta-sharded", work / "cache4", env={**environment, "HF_ENDPOINT": f"http://127.0.0.1:{relay.port}"})
        got = {p.name: sha256_file(p) for p in (work / "cache4").rglob("*.safetensors")}
        check(relay.cuts == 1 and all(expected[f"google/bert-base-uncased-roberta-sharded/{n}"] == s for n, s in got.items()), "a download cut half-way is resumed and whole")

        sharded = "google/bert-base-uncased-roberta-sharded"
        seen = python(plain, program, "vllm", sharded, work / "cache5")
        got = {p.name: sha256_file(p) for p in Path(seen["folder"]).iterdir()}
        check(seen["there"] == [True, False, True] and seen["tensors"] > 100 and sum(n.endswith(".safetensors") for n in got) > 1
              and all(expected[f"{sharded}/{n}"] == s for n, s in got.items()), f"vLLM's calls: ls, exists, snapshot of the shards, index, metadata of {seen['tensors']} tensors")
        llama_calls(serve, gguf, quantised, work / "llama", expected[f"{gguf}/{quantised}"])

        ranges(serve, "merck/sapiens-vh", "model.safetensors", sapiens)
        with ThreadPoolExecutor(32) as pool:
            sums = list(pool.map(lambda _: hashlib.sha256(serve.get("/merck/sapiens-vh/resolve/main/model.safetensors")[2]).hexdigest(), range(32)))
        check(set(sums) == {expected["merck/sapiens-vh/model.safetensors"]}, "32 parallel downloads, every hash equal")

        for model in ("merck/sapiens-vh", "google/bert-base-uncased-roberta"):
            golden = args.golden / f"{model.replace('/', '--')}.json"
            if golden.exists():
                answer = python(full, work / "fill.py", model, golden)
                check(answer["worst"] < 1e-3 and answer["asked"] > 0, f"transformers 5.23 fill-mask on {model}: {answer['asked']} golden answers within {answer['worst']:.1e}")
            else:
                say(f"SKIPPED: golden answers of {model} are not at {golden}")
        if shutil.which("npm"):
            folder = work / "npm"
            folder.mkdir(exist_ok=True)
            (folder / "package.json").write_text('{"type": "module"}')
            subprocess.run(["npm", "install", "-s", "--ignore-scripts", "--no-audit", "--no-fund", "@huggingface/hub@2.17.5", "@huggingface/transformers@4.3.1"], cwd=folder, check=True)
            (folder / "hub.mjs").write_text(NPM)
            (folder / "tokenizer.mjs").write_text(TRANSFORMERS_JS)
            seen = json.loads(subprocess.check_output(["node", "hub.mjs", serve.url, "merck/sapiens-vh"], cwd=folder, text=True).strip().splitlines()[-1])
            check(seen["sha"] == expected["merck/sapiens-vh/model.safetensors"] and bytes.fromhex(seen["part"]) == sapiens[1000:2000] and seen["there"]
                  and not seen["missing"] and seen["paths"] == 1, "npm @huggingface/hub 2.17.5: list, info, download, slice, exists, pathsInfo")
            dims = json.loads(subprocess.check_output(["node", "tokenizer.mjs", serve.url, "google/bert-base-uncased-roberta", str(work / "js-cache")], cwd=folder, text=True).strip().splitlines()[-1])
            check(dims == [1, 4], "npm @huggingface/transformers 4.3.1: tokenizer loaded")
            folder = work / "llama-npm"
            folder.mkdir(exist_ok=True)
            (folder / "package.json").write_text('{"type": "module"}')
            packages = ["node-llama-cpp@3.22.1", *(["@node-llama-cpp/linux-x64@3.22.1"] if sys.platform == "linux" else [])]
            subprocess.run(["npm", "install", "-s", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional", *packages], cwd=folder, check=True)
            (folder / "embed.mjs").write_text(LLAMA_JS)
            shutil.rmtree(folder / "models", ignore_errors=True)
            vectors = [json.loads(subprocess.check_output(["node", "embed.mjs", *map(str, arguments)], cwd=folder, text=True).strip().splitlines()[-1])
                       for arguments in ((serve.url, f"{gguf}/{quantised}", folder / "models"), ("local", args.zoo.resolve() / gguf / quantised))]
            farthest = max(abs(a - b) for a, b in zip(vectors[0]["vector"], vectors[1]["vector"], strict=True))
            check(sha256_file(vectors[0]["path"]) == expected[f"{gguf}/{quantised}"] and len(vectors[0]["vector"]) == 384 and farthest < 1e-6,
                  f"llama.cpp in node-llama-cpp 3.22.1: downloaded and loaded {quantised}, an embedding within {farthest:.1e} of the original file's")
        else:
            say("SKIPPED: no npm here")
        if shutil.which("cargo"):
            folder = work / "rust"
            (folder / "src").mkdir(parents=True, exist_ok=True)
            (folder / "src" / "main.rs").write_text(RUST)
            (folder / "Cargo.toml").write_text('[package]\nname = "client"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nhf-hub = { version = "=0.4.3", default-features = false, features = ["ureq"] }\n')
            subprocess.run(["cargo", "build", "-q"], cwd=folder, check=True)
            shutil.rmtree(work / "rust-cache", ignore_errors=True)
            out = subprocess.check_output([folder / "target" / "debug" / "client", serve.url, "merck/sapiens-vh", work / "rust-cache"], text=True).splitlines()
            check(sha256_file(out[0]) == expected["merck/sapiens-vh/model.safetensors"], "Rust hf-hub 0.4.3: get and info")
        else:
            say("SKIPPED: no cargo here")
        metrics = serve.get("/metrics")[2].decode()
        check("zoopress" in metrics and serve.get("/healthz")[0] == 200, "/metrics and /healthz answer")
        print(json.dumps({"machine": machine(), "requests": next((l for l in metrics.splitlines() if l.startswith("zoopress_requests") or "requests_total" in l), "")}))
    finally:
        if serve:
            serve.close()
        s3.close()


if __name__ == "__main__":
    sys.exit(main())
