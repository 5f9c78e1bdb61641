#!/usr/bin/env python3
"""Checks that an adapter written by the factory means the same to PEFT as to us: same tokens, same logits.

Usage: python3 scripts/check_peft.py MODEL.gguf ADAPTER_DIR LOGITS_BINARY
  ADAPTER_DIR    written by `cargo run -p openledger-factory --example train`
  LOGITS_BINARY  target/debug/examples/logits, built by `cargo build -p openledger-openlora --example logits`
Needs: pip install torch transformers peft gguf
"""
import json
import os
import subprocess
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

TEXT = "A quokka is a small wallaby. The capital of France is Paris, since 987."


def ours(binary, *args):
    out = json.loads(subprocess.run([binary, *args], check=True, capture_output=True, text=True).stdout)
    return out["tokens"], torch.tensor(out["logits"])


def compare(name, mine, theirs):
    error = (mine - theirs).abs().max().item()
    agree = (mine.argmax(-1) == theirs.argmax(-1)).float().mean().item()
    print(f"{name}: largest difference {error:.2e} of logits up to {theirs.abs().max().item():.1f}, argmax agreement {agree:.3f}")
    return error < 1e-3 and agree == 1.0


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    gguf, adapter, binary = sys.argv[1:]
    folder, file = os.path.split(os.path.abspath(gguf))
    base = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32).eval()
    tokens, mine = ours(binary, gguf, TEXT)
    ids = torch.tensor([tokens])
    with torch.no_grad():
        plain = base(ids).logits[0]
        fine = compare("base model", mine, plain)
        tuned = PeftModel.from_pretrained(base, adapter).eval()(ids).logits[0]
    _, mine = ours(binary, gguf, TEXT, adapter)
    fine &= compare("with adapter", mine, tuned)
    effect = (tuned - plain).abs().max().item()
    print(f"effect of the adapter: {effect:.2f}")
    sys.exit(0 if fine and effect > 0.1 else "FAILED")


if __name__ == "__main__":
    main()
