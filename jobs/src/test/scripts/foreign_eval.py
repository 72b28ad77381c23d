#!/usr/bin/env python3
"""A RoBERTa-layout model that nobody here has seen: trained small on TEXTS by this script, with a byte-pair tokenizer of
its own (vocab.json and merges.txt, no tokenizer.json), compressed, evaluated from the store and held against
transformers.

    foreign_eval.py TEXTS --work DIR [--python PY]

TEXTS has one sentence a line. Makes its own virtual environment unless --python."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parents[4]
PINS = ["torch==2.13.0", "transformers==5.18.0", "tokenizers==0.23.3", "numpy==2.4.6"]

TRAIN = r'''
import json, pathlib, sys
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import RobertaConfig, RobertaForMaskedLM
texts = [l.strip() for l in open(sys.argv[1], encoding="utf-8") if l.strip()]
out = pathlib.Path(sys.argv[2]); out.mkdir(parents=True, exist_ok=True)
bpe = Tokenizer(models.BPE()); bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
bpe.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=2000, special_tokens=special,
                        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
bpe.model.save(str(out))
(out / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer", "model_max_length": 64}))
torch.manual_seed(7); torch.set_num_threads(1)
config = RobertaConfig(vocab_size=bpe.get_vocab_size(), hidden_size=96, num_hidden_layers=3, num_attention_heads=4,
    intermediate_size=224, max_position_embeddings=66, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    layer_norm_eps=1e-5)
model = RobertaForMaskedLM(config); optimiser = torch.optim.AdamW(model.parameters(), 1e-3)
ids = [[0] + bpe.encode(t).ids[:62] + [2] for t in texts]
for step in range(300):
    part = [ids[i] for i in torch.randint(len(ids), (16,)).tolist()]
    width = max(map(len, part))
    x = torch.tensor([r + [1] * (width - len(r)) for r in part]); y = x.clone()
    hide = (torch.rand(x.shape) < 0.15) & (x > 4); hide[:, 1] = True
    y[~hide] = -100; x[hide] = 4
    loss = model(input_ids=x, attention_mask=(x != 1).long(), labels=y).loss
    optimiser.zero_grad(); loss.backward(); optimiser.step()
model.eval(); model.save_pretrained(out)
answers = []
for text in texts[:20]:
    row = [0] + bpe.encode(text).ids[:62] + [2]
    words = text.split(" ")
    asked = " ".join(words[:1] + ["<mask>"] + words[2:])
    head, tail = asked.split("<mask>", 1)
    row = ([0] + bpe.encode(head.rstrip()).ids + [4] + (bpe.encode(tail).ids if tail else []))[:63] + [2]
    top = torch.softmax(model(input_ids=torch.tensor([row])).logits[0, row.index(4)].double(), -1).topk(5)
    answers.append({"text": asked, "ids": top.indices.tolist(), "scores": top.values.tolist()})
pathlib.Path(sys.argv[3]).write_text(json.dumps({"loss": loss.item(), "answers": answers}))
'''


def zoopress(*arguments):
    command = os.environ.get("ZOOPRESS", str(HERE / "bin/zoopress"))
    done = subprocess.run([command, *map(str, arguments), "--progress", "none", "--json"], stdout=subprocess.PIPE)
    return done.returncode, json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--python", default="")
    a = parser.parse_args()
    a.work.mkdir(parents=True, exist_ok=True)
    python = a.python
    if not python:
        venv.create(a.work / "venv", with_pip=True)
        python = str(a.work / "venv/bin/python")
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)
    model, golden = a.work / "source/small/foreign", a.work / "golden.json"
    (a.work / "train.py").write_text(TRAIN)
    subprocess.run([python, a.work / "train.py", a.texts, model, golden], check=True)
    known = json.loads(golden.read_text())
    (a.work / "asked.txt").write_text("".join(x["text"] + "\n" for x in known["answers"]), encoding="utf-8")
    code, _ = zoopress("compress", a.work / "source", "--store", a.work / "store")
    assert code == 0, code
    code, document = zoopress("eval", "--store", a.work / "store", "--original", a.work / "source", "--texts",
                              a.work / "asked.txt", "--report", a.work / "report")
    verdict = document["models"][0]["verdict"]
    path = a.work / "report/harness/small__foreign/samples_fill_mask.jsonl"
    samples = [json.loads(line)["resps"][0][0] for line in path.read_text().splitlines()]
    wrong = sum(s["ids"] != k["ids"] for s, k in zip(samples, known["answers"]))
    worst = max(abs(x - y) for s, k in zip(samples, known["answers"]) for x, y in zip(s["scores"], k["scores"]))
    print(f"loss {known['loss']:.3f}; verdict {verdict}, exit {code}; {len(samples)} masks, {wrong} other top-5, largest gap {worst:.1e}")
    return 1 if verdict != "EQUAL" or code or wrong or worst > 1e-3 or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
