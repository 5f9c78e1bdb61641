#!/usr/bin/env python3
"""Writes tests/fixtures/smollm2/greedy.json: 64 greedy tokens of transformers in f32 for each of 20 prompts.

`greedy-fixture.py SmolLM2-135M-Instruct.Q4_1.gguf` needs torch, transformers and gguf. `margin` is the least distance between the
two likeliest logits of the answer: where it is tiny, two correct implementations can differ.
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOKENS = 64
CHATS = [
	"What is the capital of France?", "Explain what a ledger is in one sentence.", "Write a haiku about the sea.",
	"List three primary colours.", "How does photosynthesis work?", "Translate 'good morning' into French.",
	"What is 12 times 12?", "Who wrote Romeo and Juliet?", "Give me a recipe for pancakes.", "Why is the sky blue?",
]
TEXTS = [
	"Once upon a time, in a village by the river,", "The three laws of thermodynamics are", "def fibonacci(n):\n",
	"In 1969, the first humans", "The mitochondria is", "To be, or not to be,", "A blockchain is a", "SELECT name FROM users WHERE",
	"The quick brown fox", "Water boils at",
]


def main():
	path = pathlib.Path(sys.argv[1]).expanduser()
	torch.manual_seed(0)
	tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
	model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
	prompts = [
		tokenizer.apply_chat_template([{"role": "user", "content": chat}], add_generation_prompt=True, return_dict=False)
		for chat in CHATS
	] + [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
	cases = []
	for prompt in prompts:
		with torch.no_grad():
			out = model.generate(
				torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), do_sample=False,
				max_new_tokens=TOKENS, eos_token_id=[0, 2], pad_token_id=2, repetition_penalty=1.0, output_logits=True,
				return_dict_in_generate=True, temperature=None, top_p=None, top_k=None,
			)
		tokens = out.sequences[0, len(prompt):].tolist()
		margin = min(float(top[0] - top[1]) for top in (logits[0].topk(2).values for logits in out.logits))
		cases.append({"prompt": list(prompt), "tokens": tokens, "margin": round(margin, 6)})
		print(len(tokens), margin, repr(tokenizer.decode(tokens))[:80], file=sys.stderr)
	target = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/smollm2/greedy.json"
	target.parent.mkdir(parents=True, exist_ok=True)
	target.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main()
