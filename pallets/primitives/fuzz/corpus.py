"""Corpora as text: corpus/TARGET.hex has an input a line, because a thousand tiny files are hard to review.

Usage: corpus.py unpack TARGET FOLDER | corpus.py pack TARGET FOLDER
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def unpack(target, folder):
    """Writes the inputs of the corpus, and for the target `ask` the vectors, which are questions with good inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    path = HERE / "corpus" / f"{target}.hex"
    inputs = [bytes.fromhex(line) for line in path.read_text().split()] if path.exists() else []
    if target == "ask":
        cases = [case for path in (HERE / "../vectors").glob("*.json") for case in json.loads(path.read_text())]
        inputs += [bytes([case["question"]]) + bytes.fromhex(case["input"][2:]) for case in cases if "question" in case]
    for data in inputs:
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(target, folder):
    """Writes the corpus anew from what is in the folder."""
    inputs = sorted((path.read_bytes() for path in folder.iterdir()), key=lambda data: (len(data), data))
    path = HERE / "corpus" / f"{target}.hex"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(data.hex() + "\n" for data in inputs if data))
    print(f"corpus: {len(inputs)} inputs in {path.relative_to(HERE)}")


{"unpack": unpack, "pack": pack}[sys.argv[1]](sys.argv[2], pathlib.Path(sys.argv[3]))
