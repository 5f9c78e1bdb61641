"""Random LoRA adapters of SmolLM2, rank 8 of all linear layers: PEFT folders, and GGUF files for llama.cpp.

adapters.py FOLDER COUNT
"""

import json
import pathlib
import sys

import gguf
import numpy
from safetensors.numpy import save_file

LAYERS, WIDTH, FFN, KV, RANK = 30, 576, 1536, 192, 8
SHAPES = {
	"self_attn.q_proj": ("attn_q", WIDTH, WIDTH), "self_attn.k_proj": ("attn_k", KV, WIDTH),
	"self_attn.v_proj": ("attn_v", KV, WIDTH), "self_attn.o_proj": ("attn_output", WIDTH, WIDTH),
	"mlp.gate_proj": ("ffn_gate", FFN, WIDTH), "mlp.up_proj": ("ffn_up", FFN, WIDTH), "mlp.down_proj": ("ffn_down", WIDTH, FFN),
}
CONFIG = {
	"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": RANK, "bias": "none", "inference_mode": True,
	"target_modules": [name.split(".")[1] for name in SHAPES], "base_model_name_or_path": "SmolLM2-135M-Instruct",
}


def write(folder, index):
	random = numpy.random.default_rng(index)
	peft = {}
	writer = gguf.GGUFWriter(str(folder / f"{index}.gguf"), "llama")
	writer.add_type("adapter")
	writer.add_string("adapter.type", "lora")
	writer.add_float32("adapter.lora.alpha", RANK)
	for layer in range(LAYERS):
		for module, (name, outputs, inputs) in SHAPES.items():
			a = (random.random((RANK, inputs), dtype=numpy.float32) - 0.5) * 0.04
			b = (random.random((outputs, RANK), dtype=numpy.float32) - 0.5) * 0.04
			peft[f"base_model.model.model.layers.{layer}.{module}.lora_A.weight"] = a
			peft[f"base_model.model.model.layers.{layer}.{module}.lora_B.weight"] = b
			# llama.cpp's order of the rows of queries and keys does not matter: these are random and only timed.
			writer.add_tensor(f"blk.{layer}.{name}.weight.lora_a", a)
			writer.add_tensor(f"blk.{layer}.{name}.weight.lora_b", b)
	writer.write_header_to_file()
	writer.write_kv_data_to_file()
	writer.write_tensors_to_file()
	writer.close()
	(folder / str(index)).mkdir(exist_ok=True)
	save_file(peft, folder / str(index) / "adapter_model.safetensors", {"format": "pt"})
	(folder / str(index) / "adapter_config.json").write_text(json.dumps(CONFIG))


def main():
	folder = pathlib.Path(sys.argv[1])
	folder.mkdir(parents=True, exist_ok=True)
	for index in range(int(sys.argv[2])):
		if not (folder / str(index) / "adapter_config.json").exists():
			write(folder, index)


main()
