"""A restored Hugging Face cache under the real client: offline loading, and `hf cache verify` against `zoopress serve`.

    hub_cache.py VENV CACHE ENDPOINT REPO ORIGINAL [PARTIAL]

VENV is a folder for a virtual environment, made when absent; CACHE was written by `restore --layout hf-cache`;
ENDPOINT is a running `zoopress serve` over the same store; REPO is the model, ORIGINAL the folder that it came from;
PARTIAL was written with `--file config.json` too, and is completed by the client.
Exits with 77 where the client cannot be installed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

CLIENT = "huggingface_hub==2.4.0"

OFFLINE = """
import hashlib, json, sys
from pathlib import Path
from huggingface_hub import hf_hub_download, snapshot_download, try_to_load_from_cache, scan_cache_dir
cache, repo, names = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
folder = Path(snapshot_download(repo, cache_dir=cache))
digests = {}
for name in names:
    path = hf_hub_download(repo, name, cache_dir=cache)
    assert Path(path) == folder / name, (path, folder)
    assert try_to_load_from_cache(repo, name, cache_dir=cache) == path
    digests[name] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
report = scan_cache_dir(cache)
assert not report.warnings, report.warnings
print(json.dumps(digests))
"""


# A file that is not there yet is fetched into the snapshot that restore began.
LAZY = """
import sys
from pathlib import Path
from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError
cache, repo, other = sys.argv[1:]
first = Path(hf_hub_download(repo, "config.json", cache_dir=cache, local_files_only=True))
try:
    hf_hub_download(repo, other, cache_dir=cache, local_files_only=True)
    raise SystemExit(other + " is there already")
except LocalEntryNotFoundError:
    pass
assert Path(hf_hub_download(repo, other, cache_dir=cache)) == first.parent / other
assert Path(snapshot_download(repo, cache_dir=cache)) == first.parent
"""


def client(folder):
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", CLIENT]
        done = subprocess.run(install, capture_output=True, text=True)
        if done.returncode:
            print(f"SKIPPED: {CLIENT} cannot be installed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            raise SystemExit(77)
        (folder / "complete").touch()
    return python


def run(command, expect, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    with tempfile.TemporaryDirectory() as home:
        env = {**clean, "HF_HOME": home, "HF_HUB_DISABLE_TELEMETRY": "1", "NO_COLOR": "1", **environment}
        done = subprocess.run([str(c) for c in command], env=env, capture_output=True, text=True, timeout=300)
    if (done.returncode == 0) != expect:
        raise SystemExit(f"FAILED: {command[0]} {command[1]}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def main():
    folder, cache, endpoint, repo, original, *partial = sys.argv[1:]
    python = client(Path(folder))
    expected = {
        p.relative_to(original).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(Path(original).rglob("*")) if p.is_file()
    }
    hf = Path(folder) / "bin" / "hf"
    for part in partial:
        run([python, "-c", LAZY, part, repo, next(n for n in expected if n.endswith(".safetensors"))], True, HF_ENDPOINT=endpoint)
        print("ok: a snapshot of one file was completed by the client")
    for folder in [*partial, cache]:
        out = run([python, "-c", OFFLINE, folder, repo, json.dumps(list(expected))], True, HF_HUB_OFFLINE="1")
        assert json.loads(out.splitlines()[0]) == expected, out
        print(f"ok: {len(expected)} files load offline, SHA-256 equal")
        verify = [hf, "cache", "verify", repo, "--cache-dir", folder, "--fail-on-missing-files", "--fail-on-extra-files"]
        print("ok:", run(verify, True, HF_ENDPOINT=endpoint).strip().splitlines()[-1])

    # The check can fail: one changed byte is found.
    blob = max((Path(cache) / f"models--{repo.replace('/', '--')}" / "blobs").iterdir(), key=lambda p: p.stat().st_size)
    sound = blob.read_bytes()
    blob.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    try:
        run(verify, False, HF_ENDPOINT=endpoint)
    finally:
        blob.write_bytes(sound)
    print("ok: a changed byte fails hf cache verify")


if __name__ == "__main__":
    main()
