"""The order in which models arrive must not matter.

    order.py SOURCE WORK [--effort best|fast] [--orders 5] [--seed 1] [--only once|oneByOne]

SOURCE is a tree org/name. Once: copies of it whose folders were filled in shuffled orders, with other modification times, are each
compressed in one run on another number of threads: the same objects must come. One by one: the models are loaded one a run in shuffled
orders, then the store is optimised and cleared of garbage: it must take at most 1 % more than one run's, every file must verify against
its source, and a second optimize must find nothing to do. WORK is emptied. Ends with one JSON line of figures.
"""

import argparse
import json
import os
import random
import shutil
from pathlib import Path

from harness import check, machine, objects, say, zoopress


def copy(source, target, names, shuffle):
    """A copy filled in a shuffled order, with other times."""
    files = [p for name in names for p in sorted((source / name).rglob("*")) if p.is_file()]
    shuffle.shuffle(files)
    for file in files:
        to = target / file.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
        stamp = shuffle.randrange(1_500_000_000, 1_700_000_000)
        os.utime(to, (stamp, stamp))


def bytes_of(store):
    """Bytes of a store by top folder, without runs/ and what gc noted."""
    sizes = {}
    for path in store.rglob("*"):
        top = path.relative_to(store).parts[0]
        if path.is_file() and top not in ("runs", "gc"):
            sizes[top] = sizes.get(top, 0) + path.stat().st_size
    return sizes


def content(store):
    """What must not depend on order: all but the repository's own random id."""
    return {k: v for k, v in objects(store).items() if k != "zoopress.json"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--effort", default="best")
    parser.add_argument("--orders", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["once", "oneByOne"])
    parser.add_argument("--heap", default="2g")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    names = sorted(p.relative_to(args.source).as_posix() for p in args.source.glob("*/*") if p.is_dir())
    shuffle = random.Random(args.seed)
    run = lambda *a, threads=2, **k: zoopress(*a, "--master", f"local[{threads}]", heap=args.heap, **k)
    say(f"{len(names)} models: {', '.join(names)}")

    first = args.work / "store0"
    for order in range(args.orders if args.only != "oneByOne" else 1):
        tree, store = args.work / "tree", args.work / f"store{order}"
        copy(args.source, tree, names, shuffle)
        threads = 1 + order % 4 if args.only != "oneByOne" else 2
        run("compress", tree, "--store", store, "--effort", args.effort, threads=threads)
        shutil.rmtree(tree)
        say(f"once, order {order}, {threads} threads: {bytes_of(store)}")
        if order > 0:
            check(content(store) == content(first), f"order {order} gives the {len(content(first))} objects of order 0")
            shutil.rmtree(store)
    once = bytes_of(first)
    figures = {"machine": machine(), "effort": args.effort, "models": len(names), "once": once, "oneByOne": []}

    for order in range(args.orders if args.only != "once" else 0):
        store, tree = args.work / "grown", args.work / "tree"
        shuffled = shuffle.sample(names, len(names))
        for name in shuffled:
            (tree / name).parent.mkdir(parents=True)
            shutil.copytree(args.source / name, tree / name, copy_function=os.link)
            run("compress", tree, "--store", store, "--effort", args.effort)
            shutil.rmtree(tree)
        grown = bytes_of(store)
        totals = run("optimize", "--store", store, "--effort", args.effort)["totals"]
        run("gc", "--store", store, "--grace", "PT0S")
        after = bytes_of(store)
        more = after["packs"] / once["packs"] - 1
        say(f"one by one, order {order} ({', '.join(shuffled)}): packs {grown['packs']}, planned {totals['plannedBytes']}, "
            f"optimised {after['packs']}: {100 * more:+.2f} % against one run")
        figures["oneByOne"].append({"order": shuffled, "grown": grown, "optimised": after, "more": round(more, 5)})
        run("verify", "--store", store, "--full", "--against", args.source)
        check(more <= 0.01, f"order {order} is within 1 % of one run")
        again = run("optimize", "--store", store, "--effort", args.effort, "--dry-run")["totals"]
        check(again["rewrittenPacks"] == 0, f"order {order}: a second optimize finds nothing to do")
        shutil.rmtree(store)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
