"""Times transformers and PEFT in f32. Prints one JSON object: { case: value }.

torch_peft.py MODEL.gguf ADAPTERS THREADS TOKENS PREFILL LORA BATCHES
"""

import json
import pathlib
import resource
import sys
import time

import torch

MODEL, ADAPTERS, THREADS, TOKENS, PREFILL, LORA = [pathlib.Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:7])]
BATCHES = [int(batch) for batch in sys.argv[7].split(",")]
torch.set_num_threads(THREADS)

from peft import PeftModel
from transformers import AutoModelForCausalLM, logging

logging.set_verbosity_error()


def generate(model, prompts, tokens, **options):
	start = time.perf_counter()
	model.generate(
		input_ids=prompts, attention_mask=torch.ones_like(prompts), do_sample=False, min_new_tokens=tokens, max_new_tokens=tokens,
		pad_token_id=2, temperature=None, top_p=None, top_k=None, **options,
	)
	return time.perf_counter() - start


def rate(model, batch, **options):
	"""Tokens per second after the first."""
	prompts = torch.randint(17, 49_000, (batch, 16))
	first = generate(model, prompts, 1, **options)
	return batch * (TOKENS - 1) / (generate(model, prompts, TOKENS, **options) - first)


def main():
	torch.manual_seed(0)
	model = AutoModelForCausalLM.from_pretrained(MODEL.parent, gguf_file=MODEL.name, dtype=torch.float32).eval()
	result = {}
	with torch.inference_mode():
		for batch in BATCHES:
			result[f"decode_{batch}"] = rate(model, batch)
		if PREFILL:
			prompt = torch.randint(17, 49_000, (1, PREFILL))
			result["prefill"] = PREFILL / generate(model, prompt, 1)
	if LORA:
		costs = []
		start = time.perf_counter()
		peft = PeftModel.from_pretrained(model, f"{ADAPTERS}/0", adapter_name="0")
		costs.append(time.perf_counter() - start)
		for index in range(1, LORA):
			start = time.perf_counter()
			peft.load_adapter(f"{ADAPTERS}/{index}", adapter_name=str(index))
			costs.append(time.perf_counter() - start)
		peft.eval()
		with torch.inference_mode():
			result["lora"] = rate(peft, LORA, adapter_names=[str(index) for index in range(LORA)])
		# Registration is loading here: there is no other way to make an adapter known.
		result["register_first_ms"], result["register_last_ms"] = costs[1] * 1e3, costs[-1] * 1e3
		result["cold_load_ms"] = sorted(costs)[len(costs) // 2] * 1e3
	result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
	print(json.dumps(result))


main()
