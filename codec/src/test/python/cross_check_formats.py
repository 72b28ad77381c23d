"""Compares our container parsers with the formats' own packages. Run it through codec/cross-check.

Everything is parsed by dev.zoopress.codec.format.LayoutDump (CLASSPATH is set by the script) and by the
reference; the exit status is 1 if any difference is found that is not argued below.
"""
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
from pathlib import Path

# Files where we are stricter than the reference on purpose, and why. The files are still stored
# exactly; they only lose their tensors' structure.
ARGUED = {
    "leading-space": "the format says the header begins with a brace",
    "leading-newline": "the format says the header begins with a brace",
    "duplicate-tensor-same-range": "the format forbids duplicate keys; the reference keeps the last",
    "duplicate-tensor-first-shadowed": "the format forbids duplicate keys; the reference keeps the last",
    "duplicate-metadata-entry": "the format forbids duplicate keys; the reference keeps the last",
    "tensor-as-array": "the format says a tensor is an object; the reference's JSON library takes arrays too",
    "dtype-as-object": "the format says dtype is a string; the reference's JSON library takes {\"F32\": null} too",
    "rank-65": "more than 64 dimensions: NumPy and PyTorch cannot hold such a tensor",
    "rank-1000": "more than 64 dimensions: NumPy and PyTorch cannot hold such a tensor",
    "dim-2^63-of-empty": "dimensions are signed 64-bit here; only an empty tensor can have such a one",
    "dim-max-of-empty": "dimensions are signed 64-bit here; only an empty tensor can have such a one",
    "product-2^63-times-zero": "products are signed 64-bit here; only an empty tensor can have such a one",
    "long-name": "names of more than 65,536 characters",
    "long-number": "numbers of more than 1,000 digits in a field that nobody knows",
}

WIDTHS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
    "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}


def wrap(header, data=0):
    header = header.encode() if isinstance(header, str) else header
    body = random.Random(len(header)).randbytes(data)
    return struct.pack("<Q", len(header)) + header + body


def tensor(dtype="U8", shape="[1]", offsets="[0,1]", extra=""):
    return '{"dtype":"%s","shape":%s,"data_offsets":%s%s}' % (dtype, shape, offsets, extra)


def one(dtype="U8", shape="[1]", offsets="[0,1]", data=1, extra=""):
    return wrap('{"t":%s}' % tensor(dtype, shape, offsets, extra), data)


def corpus():
    """Pairs of label and file."""
    for dtype, bits in WIDTHS.items():
        size = 8 * bits // 8
        yield f"dtype-{dtype}", one(dtype, "[8]", f"[0,{size}]", size)
        yield f"dtype-{dtype}-2d", one(dtype, "[2,4]", f"[0,{size}]", size)
        yield f"dtype-{dtype}-empty", one(dtype, "[0]", "[0,0]", 0)
        yield f"dtype-{dtype}-scalar", one(dtype, "[]", f"[0,{max(1, bits // 8)}]", max(1, bits // 8))
        yield f"dtype-{dtype}-short", one(dtype, "[8]", f"[0,{size - 1}]", size - 1)
        yield f"dtype-{dtype}-long", one(dtype, "[8]", f"[0,{size + 1}]", size + 1)
        yield f"dtype-{dtype}-odd", one(dtype, "[3]", f"[0,{(3 * bits + 7) // 8}]", (3 * bits + 7) // 8)
    for name in ["", "f32", "F33", "F128", "C128", "OPAQUE", "F8", "I4", "BOOL ", "F32\\u0000", "Ｆ32"]:
        yield f"unknown-dtype-{name!r}", one(name, "[1]", "[0,4]", 4)
    for value in ["1", "null", "true", "[]", "{}", '["F32"]']:
        header = '{"t":{"dtype":%s,"shape":[1],"data_offsets":[0,4]}}' % value
        yield f"dtype-is-{value}", wrap(header, 4)
    yield "dtype-as-object", wrap('{"t":{"dtype":{"U8":null},"shape":[1],"data_offsets":[0,1]}}', 1)
    for i, shape in enumerate(["1", "null", '"1"', "{}", "[-1]", "[1.0]", "[1e0]", '["1"]', "[null]", "[true]",
                  "[[1]]", "[01]", "[+1]", "[0x1]", "[-0]", "[1,]", "[,1]", "[1 1]", "[1", "[.5]", "[1.]",
                  "[18446744073709551616]", "[1e400]", "[NaN]", "[Infinity]", "[ 1 ]", "[\n1\t]",
                  "[1/**/]", "[1,1]", "[1,1,1,1,1,1,1,1]"]):
        yield f"shape-{i}-{shape!r}", one(shape=shape)
    yield "rank-64", one(shape="[" + ",".join(["1"] * 64) + "]")
    yield "rank-65", one(shape="[" + ",".join(["1"] * 65) + "]")
    yield "rank-1000", one(shape="[" + ",".join(["1"] * 1000) + "]")
    yield "dim-2^63-1-of-empty", one(shape="[0,9223372036854775807]", offsets="[0,0]", data=0)
    yield "dim-2^63-of-empty", one(shape="[0,9223372036854775808]", offsets="[0,0]", data=0)
    yield "dim-max-of-empty", one(shape="[0,18446744073709551615]", offsets="[0,0]", data=0)
    yield "product-2^63-times-zero", one(shape="[4611686018427387904,2,0]", offsets="[0,0]", data=0)
    yield "product-2^64-times-zero", one(shape="[4611686018427387904,4,0]", offsets="[0,0]", data=0)
    yield "product-wraps-to-one", one(shape="[4294967297,4294967295,1]")
    yield "product-wraps-to-zero", one(shape="[4294967296,4294967296]", offsets="[0,0]", data=0)
    yield "bits-wrap-to-zero", one("F64", "[2305843009213693952]", "[0,0]", 0)
    for i, offsets in enumerate(["[0]", "[]", "[0,1,1]", "[1,0]", "[1,2]", "[0,2]", "[0,0]", "[-1,0]", '["0","1"]',
                    "[0.0,1]", "null", "{}", "1", "[0,18446744073709551615]", "[18446744073709551615,0]",
                    "[9223372036854775808,9223372036854775809]", "[0,1.0]", "[0,1e0]", "[ 0 , 1 ]"]):
        yield f"offsets-{i}-{offsets}", one(offsets=offsets)
        yield f"offsets-2-bytes-{i}-{offsets}", one(shape="[2]", offsets=offsets, data=2)
    two = '{"a":{"dtype":"U8","shape":[4],"data_offsets":[%d,%d]},"b":{"dtype":"U8","shape":[4],"data_offsets":[%d,%d]}}'
    for offsets in [(0, 4, 4, 8), (4, 8, 0, 4), (0, 4, 3, 7), (0, 4, 0, 4), (0, 4, 5, 9), (1, 5, 5, 9), (0, 4, 8, 4)]:
        for data in [4, 7, 8, 9]:
            yield f"two-{offsets}-{data}", wrap(two % offsets, data)
    for missing in ["dtype", "shape", "data_offsets"]:
        fields = {"dtype": '"U8"', "shape": "[1]", "data_offsets": "[0,1]"}
        first = fields[missing]
        doubled = ",".join(f'"{k}":{v}' for k, v in fields.items()) + f',"{missing}":{first}'
        yield f"twice-{missing}", wrap('{"t":{%s}}' % doubled, 1)
        del fields[missing]
        yield f"missing-{missing}", wrap('{"t":{%s}}' % ",".join(f'"{k}":{v}' for k, v in fields.items()), 1)
        fields[missing] = "null"
        yield f"null-{missing}", wrap('{"t":{%s}}' % ",".join(f'"{k}":{v}' for k, v in fields.items()), 1)
    for i, extra in enumerate(['"x":1', '"x":null', '"x":[1,{"y":[]}]', '"x":1e999', '"x":-1e999', '"x":1e-999', '"x":"\\ud800"',
                  '"x":"\\udc00"', '"x":"\\ud83d\\ude00"', '"\\ud800":1', '"x":' + "[" * 100 + "]" * 100,
                  '"x":' + "[" * 123 + "]" * 123, '"x":' + "[" * 124 + "]" * 124, '"x":' + "[" * 125 + "]" * 125,
                  '"x":' + "[" * 126 + "]" * 126, '"x":' + "[" * 127 + "]" * 127, '"x":' + "[" * 128 + "]" * 128,
                  '"x":' + "[" * 2000 + "]" * 2000, '"x":' + '{"k":' * 125 + "1" + "}" * 125, '"x":1,"x":2',
                  '"x":' + "9" * 300, '"x":' + "9" * 400, '"x":00', '"x":tru', '"x":True', "'x':1", "x:1",
                  '"x":"\t"', '"x":"\\x"', '"x":"\\u12"', '"x":"\\u12g4"', '"x":"\\/"', '"x":"\x7f"', '"x":""',
                  '"x":"é\u2028"', '"x":18446744073709551616', '"x":-9223372036854775809', '"x":-']):
        yield f"extra-{i}-{extra[:24]}", one(extra="," + extra)
    yield "long-number", one(extra=',"x":0.' + "1" * 2000)
    info = tensor()
    yield "duplicate-tensor-same-range", wrap('{"t":%s,"t":%s}' % (info, info), 1)
    yield "duplicate-tensor-first-shadowed", wrap('{"t":%s,"t":%s}' % (tensor(shape="[9]"), info), 1)
    yield "duplicate-tensor-second-range", wrap('{"t":%s,"t":%s}' % (info, tensor(offsets="[1,2]")), 2)
    yield "duplicate-metadata", wrap('{"__metadata__":{},"__metadata__":{},"t":%s}' % info, 1)
    yield "duplicate-metadata-entry", wrap('{"__metadata__":{"a":"1","a":"2"},"t":%s}' % info, 1)
    yield "tensor-as-array", wrap('{"t":["U8",[1],[0,1]]}', 1)
    yield "tensor-as-short-array", wrap('{"t":["U8",[1]]}', 1)
    for value in ["null", "1", '"x"', "true", "[]", "{}"]:
        yield f"tensor-is-{value}", wrap('{"t":%s}' % value, 0)
        yield f"metadata-is-{value}", wrap('{"__metadata__":%s}' % value, 0)
        yield f"metadata-entry-is-{value}", wrap('{"__metadata__":{"k":%s}}' % value, 0)
    yield "metadata-escaped-key", wrap('{"\\u005f_metadata__":{"k":"v"},"t":%s}' % info, 1)
    yield "metadata-escaped-key-bad", wrap('{"\\u005f_metadata__":{"k":1},"t":%s}' % info, 1)
    yield "metadata-surrogate", wrap('{"__metadata__":{"k":"\\ud800"}}', 0)
    yield "metadata-empty-key", wrap('{"__metadata__":{"":""}}', 0)
    yield "metadata-only", wrap('{"__metadata__":{"format":"pt"}}', 0)
    yield "metadata-only-and-data", wrap('{"__metadata__":{"format":"pt"}}', 4)
    for i, name in enumerate(["", " ", "a\\nb", "\\u0000", "é", "\U0001f600", "../x", "a" * 255, "__metadata", "\\ud83d\\ude00"]):
        yield f"name-{i}", wrap('{"%s":%s}' % (name, info), 1)
    yield "name-lone-surrogate", wrap('{"\\ud800":%s}' % info, 1)
    yield "long-name", wrap('{"%s":%s}' % ("n" * 70000, info), 1)
    for label, header in [
        ("empty-object", "{}"), ("spaces-after", "{}   "), ("newlines-after", "{}\n\r\t "), ("nul-after", "{}\0"),
        ("text-after", "{}x"), ("second-object", "{}{}"), ("comma-after", "{},"), ("leading-space", " {}"),
        ("leading-newline", "\n{}"), ("array", "[]"), ("null", "null"), ("string", '"x"'), ("number", "12"),
        ("open", "{"), ("close", "}"), ("comma", "{,}"), ("trailing-comma", '{"t":%s,}' % info), ("comment", "{/**/}"),
        ("line-comment", "{}//x"), ("bom", b"\xef\xbb\xbf{}"), ("utf16le", "{}".encode("utf-16-le")),
        ("utf16be", "{}".encode("utf-16-be")), ("utf32le", "{}".encode("utf-32-le")), ("formfeed", "{}\f"),
        ("nbsp", "{}\u00a0"), ("empty", ""), ("one-space", " "), ("key-unquoted", "{t:1}"), ("missing-colon", '{"t" %s}' % info),
        ("no-value", '{"t":}'), ("nested-truncated", '{"t":{"dtype":"U8"'), ("nul-first", "\0{}"), ("nul-inside", "{\0}"),
    ]:
        yield label, wrap(header, 1 if "U8" in str(header) else 0)
    for label, raw in [("ff", b"\xff"), ("overlong", b"\xc0\x80"), ("surrogate", b"\xed\xa0\x80"), ("cut", b"\xe2\x82"),
                       ("beyond", b"\xf4\x90\x80\x80"), ("continuation", b"\x80"), ("good-2", b"\xc2\x80"),
                       ("good-3", b"\xef\xbf\xbf"), ("good-4", b"\xf4\x8f\xbf\xbf"), ("control", b"\x1f"), ("del", b"\x7f")]:
        yield f"utf8-name-{label}", wrap(b'{"' + raw + b'":' + info.encode() + b"}", 1)
        yield f"utf8-metadata-{label}", wrap(b'{"__metadata__":{"k":"' + raw + b'"}}', 0)
    sound = wrap(two % (0, 4, 4, 8), 8)
    for cut in list(range(0, 24)) + list(range(len(sound) - 12, len(sound) + 1)):
        yield f"cut-{cut}", sound[:cut]
    yield "one-byte-more", sound + b"x"
    for n in [0, 1, 2, 3, 100_000_000, 100_000_001, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 9, 2**64 - 8, 2**64 - 1]:
        yield f"header-length-{n}", struct.pack("<Q", n) + b"{}" + bytes(14)
    yield "header-at-limit", wrap("{}" + " " * (100_000_000 - 2), 0)
    yield "header-past-limit", wrap("{}" + " " * (100_000_001 - 2), 0)


def mutants(count):
    """Sound headers with one to three bytes changed; labels say how to make them again."""
    rng = random.Random(20260101)
    sound = bytearray(wrap('{"__metadata__":{"a":"b"},"x":%s,"y":%s}'
                           % (tensor("F16", "[2,2]", "[0,8]"), tensor("U8", "[]", "[8,9]")), 9))
    alphabet = b'{}[]",:0123456789 \\untrueflsF\x00\x7f\xc3'
    for i in range(count):
        data = bytearray(sound)
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(8, len(data) - 9)] = rng.choice(alphabet)
        yield f"mutant-{i}", bytes(data)


def dump(paths, work):
    """Our cut of each path."""
    listing = work / "list.txt"
    listing.write_text("".join(f"{p}\n" for p in paths))
    out = subprocess.run(["java", "-Xmx1g", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8",
                          "dev.zoopress.codec.format.LayoutDump", str(listing)],
                         check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in out.decode().splitlines()]


def sha(data):
    return hashlib.sha256(data).hexdigest()


def check_safetensors(work):
    import safetensors
    folder = work / "safetensors"
    folder.mkdir(exist_ok=True)
    cases = list(corpus()) + list(mutants(2000))
    labels = [label for label, _ in cases]
    assert len(set(labels)) == len(labels), "labels repeat"
    paths = []
    for i, (_, data) in enumerate(cases):
        paths.append(folder / f"{i}.safetensors")
        paths[-1].write_bytes(data)
    counts = {"both accept": 0, "both refuse": 0, "argued": 0}
    problems = []
    for (label, data), ours in zip(cases, dump(paths, work)):
        try:
            reference = sorted((n, t["dtype"], list(t["shape"]), sha(bytes(t["data"])))
                               for n, t in safetensors.deserialize(data) if len(t["data"]))
            why = "accepts"
        except Exception as error:  # every refusal of the reference is one of its exceptions
            reference, why = None, f"refuses: {error}"
        accepted = ours["format"] == "safetensors"
        got = sorted((t["name"], t["dtype"], t["shape"], t["sha256"]) for t in ours["tensors"])
        if accepted and reference is not None:
            aliases = {"F8_E4M3": "F8_E4M3FN"}
            same = [(n, aliases.get(d, d), s, h) for n, d, s, h in got] == \
                   [(n, aliases.get(d, d), s, h) for n, d, s, h in reference]
            counts["both accept"] += 1
            if not same and label not in ARGUED:
                problems.append(f"{label}: tensors differ: ours {got[:2]}, reference {reference[:2]}")
        elif not accepted and reference is None:
            counts["both refuse"] += 1
        elif label in ARGUED and not accepted:
            counts["argued"] += 1
            print(f"  argued: {label}: {ARGUED[label]}")
        elif label.startswith("mutant-") and "duplicate key" in ours["warning"]:
            counts["argued"] += 1
            print(f"  argued: {label}: the format forbids duplicate keys; the reference keeps the last")
        else:
            problems.append(f"{label}: we {'accept' if accepted else 'refuse: ' + ours['warning']}, "
                            f"the reference {why}: {data[:160]!r}")
    print(f"safetensors {safetensors.__version__}: {len(cases)} files "
          f"({len(cases) - 2000} hand-made, 2000 mutants): {counts}")
    return problems


GGML_TO_OURS = {"F64": "F64", "F32": "F32", "F16": "F16", "BF16": "BF16",
                "I8": "I8", "I16": "I16", "I32": "I32", "I64": "I64"}


def check_gguf(work, zoo):
    import gguf
    import numpy as np
    made = work / "made.gguf"
    writer = gguf.GGUFWriter(str(made), "test")
    writer.add_custom_alignment(64)
    writer.add_array("words", ["a", "bc", "é"])
    writer.add_array("nested", [[1, 2], [3]])
    writer.add_float64("f", 1.5)
    rng = np.random.default_rng(1)
    for dtype in [np.float64, np.float32, np.float16, np.int8, np.int16, np.int32, np.int64]:
        writer.add_tensor(np.dtype(dtype).name, rng.integers(-9, 9, (3, 5)).astype(dtype))
    for quant, (elements, size) in gguf.GGML_QUANT_SIZES.items():
        if elements > 1 and quant.name != "Q8_1":
            writer.add_tensor(quant.name, rng.integers(0, 255, (4, 2 * size), dtype=np.uint8), raw_dtype=quant)
    bf16 = rng.integers(0, 255, (4, 6), dtype=np.uint8)
    writer.add_tensor("bf16", bf16, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    paths = [made] + (sorted(zoo.rglob("*.gguf")) if zoo else [])
    problems, count = [], 0
    for path, ours in zip(paths, dump(paths, work)):
        want = []
        for t in gguf.GGUFReader(str(path)).tensors:
            elements, size = gguf.GGML_QUANT_SIZES[t.tensor_type]
            shape = [int(d) for d in reversed(t.shape)]
            plain = GGML_TO_OURS.get(t.tensor_type.name)
            want.append({"name": t.name, "dtype": plain or "U8",
                         "shape": shape if plain else [int(t.n_elements) // elements, size],
                         "offset": int(t.data_offset), "length": int(t.n_bytes),
                         "sha256": sha(t.data.tobytes())})
        count += len(want)
        want.sort(key=lambda t: t["offset"])
        if ours["warning"] or ours["tensors"] != want:
            wrong = [(a, b) for a, b in zip(ours["tensors"], want) if a != b][:2]
            problems.append(f"{path}: {ours['warning']} {len(ours['tensors'])} of {len(want)}: {wrong}")
    print(f"gguf: {len(paths)} files, {count} tensors compared by name, type, shape, offset and digest")
    return problems


def check_onnx(work, zoo):
    import numpy as np
    import onnx
    from onnx import external_data_helper, helper, numpy_helper
    rng = np.random.default_rng(2)
    arrays = {"a": rng.random((64, 32)).astype(np.float32), "b": rng.random((7,)).astype(np.float16),
              "c": rng.integers(0, 9, (3, 1000)).astype(np.int64), "d": np.zeros((0, 3), np.float32)}
    graph = helper.make_graph([], "g", [], [], [numpy_helper.from_array(v, k) for k, v in arrays.items()])
    inline, split = work / "inline.onnx", work / "split.onnx"
    onnx.save_model(helper.make_model(graph), str(inline))
    (work / "split.data").unlink(missing_ok=True)
    onnx.save_model(helper.make_model(graph), str(split), save_as_external_data=True, location="split.data",
                    size_threshold=100)
    paths = [inline, split] + (sorted(zoo.rglob("*.onnx")) if zoo else [])
    problems, count = [], 0
    for path, ours in zip(paths, dump(paths, work)):
        model = onnx.load(str(path), load_external_data=False)
        want, external = [], []
        for t in external_data_helper._get_all_tensors(model):
            if external_data_helper.uses_external_data(t):
                info = external_data_helper.ExternalDataInfo(t)
                external.append((t.name, list(t.dims), info.location, info.offset or 0, info.length))
            elif t.raw_data:
                want.append((t.name, list(t.dims), sha(t.raw_data)))
        got = [(t["name"], t["shape"], t["sha256"]) for t in ours["tensors"]]
        got_external = [(t["name"], t["shape"], t["location"], t["offset"], t["length"]) for t in ours["external"]]
        count += len(want) + len(external)
        if ours["warning"] or sorted(got) != sorted(want) or got_external != external:
            problems.append(f"{path}: {ours['warning']}: {len(got)} of {len(want)}, {got_external} {external}")
    print(f"onnx {onnx.__version__}: {len(paths)} files, {count} tensors compared by name, shape and digest or place")
    return problems


def torch_dump(work, zoo):
    """Runs under an interpreter with torch: makes archives, loads all, prints what is in them."""
    import warnings
    import torch
    warnings.simplefilter("ignore")  # quantised tensors and typed storages are old, and meant to be read
    g = torch.Generator().manual_seed(3)
    def t(*shape, dtype=torch.float32):
        return (torch.rand(*shape, generator=g) * 9).to(dtype)
    w = t(6, 4)
    flat = t(30)
    cases = {
        "types": {str(d)[6:]: t(3, 5, dtype=d) for d in [
            torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
            torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]},
        "new-types": {str(d)[6:]: t(4, 4).to(d) for d in [
            getattr(torch, n) for n in ["float8_e4m3fn", "float8_e5m2", "uint16", "uint32", "uint64"] if hasattr(torch, n)]},
        "tied": {"a": w, "b": w},
        "transposed": {"a": t(5, 7).t()},
        "permuted": {"a": t(2, 3, 4).permute(2, 0, 1)},
        "halves": {"a": flat[:10].view(2, 5), "b": flat[10:]},
        "nested": {"model": {"layer": {"weight": t(3, 3)}}, "list": [t(2), {"x": t(3)}], "epoch": 3, "lr": 1e-3},
        "parameter": {"p": torch.nn.Parameter(t(4, 4)), "n": torch.nn.Parameter(t(3), requires_grad=False)},
        "module": torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4)).state_dict(),
        "optimizer": None,
        "scalar-and-empty": {"s": t(1)[0].clone(), "e": torch.empty(0, 3)},
        "qint8": {"q": torch.quantize_per_tensor(t(4, 4), 0.1, 3, torch.qint8)},
    }
    model = torch.nn.Linear(3, 4)
    optimizer = torch.optim.Adam(model.parameters())
    model(t(2, 3)).sum().backward()
    optimizer.step()
    cases["optimizer"] = {"m": model.state_dict(), "o": optimizer.state_dict()}
    paths = []
    for name, value in cases.items():
        paths.append(work / f"{name}.pt")
        torch.save(value, paths[-1])
    paths += sorted(zoo.rglob("pytorch_model*.bin")) if zoo else []
    result = {}
    for path in paths:
        found = []
        def walk(value, name):
            if isinstance(value, torch.Tensor):
                raw = value.detach()
                if raw.is_quantized:
                    raw = raw.int_repr()
                order = sorted(range(raw.dim()), key=lambda d: -raw.stride(d))
                dense = raw if raw.is_contiguous() else raw.permute(order)
                data = dense.contiguous().view(-1).view(torch.uint8) if dense.numel() else None
                found.append({"name": name, "dtype": str(raw.dtype)[6:], "shape": list(dense.shape),
                              "place": [value.untyped_storage().data_ptr(), value.storage_offset()],
                              "sha256": hashlib.sha256(bytes(data.numpy().tobytes()) if data is not None else b"").hexdigest()})
            elif isinstance(value, dict):
                for k, v in value.items():
                    walk(v, f"{name}.{k}" if name else str(k))
            elif isinstance(value, (list, tuple)):
                for v in value:
                    walk(v, name)
        walk(torch.load(path, weights_only=True, map_location="cpu"), "")
        result[str(path)] = found
    print(json.dumps({"version": torch.__version__, "files": result}))


TORCH_TO_OURS = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
                 "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL", "complex64": "C64",
                 "complex128": "C128", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "uint16": "U16",
                 "uint32": "U32", "uint64": "U64"}


def check_torch(work, python):
    out = subprocess.run([python, __file__, str(work), "torch-dump"], check=True, stdout=subprocess.PIPE).stdout
    reference = json.loads(out)
    problems, count = [], 0
    paths = list(reference["files"])
    for path, ours in zip(paths, dump(paths, work)):
        # Integer keys (optimizer state) are no names here, so compare type, shape and digest, and the name where given.
        got = {(t["dtype"], tuple(t["shape"]), t["sha256"]) for t in ours["tensors"]}
        names = {t["name"] for t in ours["tensors"]}
        want = [t for t in reference["files"][path] if 0 not in t["shape"]]
        seen = set()
        for t in want:
            count += 1
            if (TORCH_TO_OURS[t["dtype"]], tuple(t["shape"]), t["sha256"]) not in got:
                problems.append(f"{path}: {t} is not among {ours['tensors'][:3]} {ours['warning']}")
            elif t["sha256"] not in seen and "optimizer" not in path and t["name"] not in names:
                problems.append(f"{path}: no segment is called {t['name']}: {sorted(names)[:9]}")
            seen.add(t["sha256"])
        places = {tuple(t["place"]) for t in want}
        if ours["format"] != "torch" or ours["warning"] or len(ours["tensors"]) != len(places):
            problems.append(f"{path}: {ours['format']} {ours['warning']} {len(ours['tensors'])} segments for {len(places)}")
    print(f"torch {reference['version']}: {len(paths)} files, {count} tensors compared by name, type, shape and digest")
    return problems


def main():
    work = Path(sys.argv[1]).absolute()
    zoo = Path(os.environ["ZOOPRESS_ZOO"]) if os.environ.get("ZOOPRESS_ZOO") else None
    if sys.argv[2:] == ["torch-dump"]:
        return torch_dump(work, zoo)
    problems = check_safetensors(work) + check_gguf(work, zoo) + check_onnx(work, zoo)
    if os.environ.get("ZOOPRESS_TORCH_PYTHON"):
        problems += check_torch(work, os.environ["ZOOPRESS_TORCH_PYTHON"])
    else:
        print("torch: SKIPPED, ZOOPRESS_TORCH_PYTHON names no interpreter that can import torch")
    if not zoo:
        print("zoo: SKIPPED, ZOOPRESS_ZOO is not set")
    for problem in problems:
        print("DIFFERENCE " + problem)
    print(f"{len(problems)} differences that nobody argued for")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
