"""The real zoo through the main job: compress, no-op, one file changed, restore, every SHA-256.

    zoo_roundtrip.py SOURCE WORK [--effort best|fast] [--heap 2g] [--layout plain|hf-cache]

SOURCE is a tree org/name or a Hugging Face cache; WORK is emptied. Ends with one JSON line of figures.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

from harness import check, machine, sha256_file, say, tree, zoopress


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--effort", default="best")
    parser.add_argument("--heap", default="2g")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    cache = any(args.source.glob("models--*"))
    layout = "hf-cache" if cache else "plain"
    # The zoo's own checksum list lies beside the models and belongs to none.
    expected = {p: s for p, s in tree(args.source).items() if p.count("/") >= 2}
    run = lambda *a, **k: zoopress(*a, "--master", "local[2]", heap=args.heap, **k)
    store = args.work / "store"

    first = run("compress", args.source, "--store", store, "--effort", args.effort)
    totals = first["totals"]
    stored = sum(p.stat().st_size for p in store.rglob("*") if p.is_file() and "runs" not in p.relative_to(store).parts[:1])
    exact = stored == totals["storedBytes"]
    say(f"storedBytes {totals['storedBytes']}, the store holds {stored} bytes outside runs/" + ("" if exact else ": NOT THE SAME, fails at the end"))
    say(f"{totals['models']} models, {totals['files']} files, saved {totals['saved']:.4f} in {first['wallSeconds']} s")

    second = run("compress", args.source, "--store", store, "--effort", args.effort)
    check(second["totals"]["bytesRead"] == 0, f"second compress reads no tensor data ({second['wallSeconds']} s)")

    back = args.work / "back"
    restored = run("restore", "--store", store, "--to", back, "--layout", layout)
    actual = tree(back)
    check(actual == expected or not [p for p in expected if actual.get(p) != expected[p]], f"SHA-256 of all {len(expected)} files equal")
    check(not set(actual) - set(expected), "nothing else was restored")
    verified = run("verify", "--store", store, "--full", "--against", args.source)
    shutil.rmtree(back)

    changed = {}
    if not cache:
        # A third compress, after one file changed, over a tree of hard links so that the source stays as it is.
        copy = args.work / "copy"
        shutil.copytree(args.source, copy, copy_function=os.link)
        fresh = args.work / "store3"
        run("compress", copy, "--store", fresh, "--effort", "fast")
        victim = min((p for p in copy.rglob("*.safetensors")), key=lambda p: (p.stat().st_size, str(p)))
        raw = bytearray(victim.read_bytes())
        raw[-1] ^= 1
        victim.unlink()
        victim.write_bytes(raw)
        changed = run("compress", copy, "--store", fresh, "--effort", "fast")
        check(changed["totals"]["bytesRead"] <= 1.05 * len(raw) + 65536, f"after one file changed, {changed['totals']['bytesRead']} bytes were read of a file of {len(raw)}")
        run("restore", "--store", fresh, "--to", back, f"{victim.relative_to(copy).parts[0]}/{victim.relative_to(copy).parts[1]}")
        check(sha256_file(back / victim.relative_to(copy)) == sha256_file(victim), "the changed file comes back")
        shutil.rmtree(fresh)
    print(json.dumps({"machine": machine(), "layout": layout, "effort": args.effort, "heap": args.heap, "totals": totals, "storeBytes": stored,
                      "seconds": {"compress": first["wallSeconds"], "noop": second["wallSeconds"], "restore": restored["wallSeconds"],
                                  "verifyFullAgainst": verified["wallSeconds"], "oneChanged": changed.get("wallSeconds")}}))
    check(exact, "storedBytes of the first compress is what the store holds outside runs/")


if __name__ == "__main__":
    main()
