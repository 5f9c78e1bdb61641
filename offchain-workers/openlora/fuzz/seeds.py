"""Where fuzzing starts: the fixtures that the tests of the loaders read, in the form that the targets take.

Usage: seeds.py TARGET FOLDER
"""

import hashlib
import json
import pathlib
import struct
import sys

OPENLORA = pathlib.Path(__file__).parent.parent
# Longer ones slow down and teach nothing that shorter ones do not.
LONGEST = 32_768


def read(path):
    return path.read_bytes() if path.exists() else b""


def small(text):
    """JSON with less space in it."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False).encode() if text else b""


def gguf():
    for path in OPENLORA.glob("**/fixtures/**/*.gguf"):
        yield path.read_bytes()
    for line in (OPENLORA / "fuzz/seeds.hex").read_text().split():
        yield bytes.fromhex(line)


def safetensors():
    for path in OPENLORA.glob("**/fixtures/**/*.safetensors"):
        data = path.read_bytes()
        yield data
        (length,) = struct.unpack("<Q", data[:8])
        # As this target takes them: the length of the data, the header.
        yield struct.pack("<H", (len(data) - 8 - length) % 4096) + data[8:8 + length]
    header = b'{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b\\u0041":{"dtype":"U8","shape":[],"data_offsets":[24,25]}}'
    yield struct.pack("<H", 25) + header


def tokenizer():
    for path in (OPENLORA / "tokenizer/tests/fixtures").glob("**/*.gguf"):
        yield path.read_bytes()
    for path in OPENLORA.glob("**/fixtures/**/tokenizer.json"):
        names = ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "config.json"]
        config, *rest = (small(read(path.parent / name)) for name in names)
        yield b"\xff".join([small(path.read_bytes()), config, read(path.parent / "chat_template.jinja"), *rest])


def adapter():
    for path in OPENLORA.glob("tests/fixtures/**/adapter_config.json"):
        yield small(path.read_bytes()) + b"\xff" + read(path.parent / "adapter_model.safetensors")


def config():
    for path in OPENLORA.glob("**/fixtures/**/config.json"):
        yield small(path.read_bytes())
    yield json.dumps({
        "general.architecture": "llama", "llama.block_count": 2, "llama.embedding_length": 32, "llama.context_length": 64,
        "llama.feed_forward_length": 40, "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5, "llama.rope.freq_base": 10000.0, "llama.vocab_size": 64,
        "llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4.0,
    }).encode()


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for data in {"gguf": gguf, "safetensors": safetensors, "tokenizer": tokenizer, "adapter": adapter, "config": config}[target]():
        if len(data) <= LONGEST:
            (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


main()
