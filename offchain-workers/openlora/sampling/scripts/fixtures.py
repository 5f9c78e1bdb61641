"""Writes tests/fixtures/processors.json: what the processors of transformers leave of random logits, and the tokens that an
implementation of the random numbers from their description chooses. Needs torch and transformers.

    python scripts/fixtures.py > tests/fixtures/processors.json
"""

import json
import math

import torch
from transformers import LogitsProcessorList
from transformers.generation import logits_process as lp


def processors(case):
    """The list that `generate` builds, in its order."""
    out = LogitsProcessorList()
    if case["repetition_penalty"] != 1.0:
        out.append(lp.RepetitionPenaltyLogitsProcessor(case["repetition_penalty"]))
    if case["temperature"] != 1.0:
        out.append(lp.TemperatureLogitsWarper(case["temperature"]))
    if case["top_k"] != 0:
        out.append(lp.TopKLogitsWarper(case["top_k"]))
    if case["top_p"] < 1.0:
        out.append(lp.TopPLogitsWarper(case["top_p"]))
    if case["min_p"] > 0.0:
        out.append(lp.MinPLogitsWarper(case["min_p"]))
    return out


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def gumbel(seed, position, token):
    key = (seed & 0xFFFFFFFF, seed >> 32)
    word = lambda n: philox((token // 4, position & 0xFFFFFFFF, position >> 32, n), key)[token % 4]
    u = ((word(0) << 20) + (word(1) >> 12) + 0.5) / 2**52
    return -math.log(-math.log(u))


def main():
    torch.manual_seed(20)
    cases = []
    settings = [
        dict(temperature=t, top_k=k, top_p=p, min_p=m, repetition_penalty=r)
        for t, k, p, m, r in [
            (1.0, 0, 1.0, 0.0, 1.0), (0.7, 0, 1.0, 0.0, 1.0), (1.0, 5, 1.0, 0.0, 1.0), (1.0, 0, 0.9, 0.0, 1.0),
            (1.0, 0, 0.5, 0.0, 1.0), (1.0, 0, 1.0, 0.1, 1.0), (1.0, 0, 1.0, 0.0, 1.3), (1.0, 0, 1.0, 0.0, 0.8),
            (0.6, 20, 0.95, 0.0, 1.0), (1.5, 20, 0.95, 0.05, 1.1), (2.0, 40, 0.99, 0.02, 1.2), (0.3, 3, 0.6, 0.3, 1.05),
            (1.0, 1, 1.0, 0.0, 1.0), (1.0, 0, 0.01, 0.0, 1.0), (1.0, 500, 1.0, 0.0, 1.0), (5.0, 0, 0.8, 0.001, 1.0),
        ]
    ]
    for index, setting in enumerate(settings):
        for vocab in (40, 96):
            logits = torch.randn(1, vocab) * 3.0
            prompt = torch.randint(0, vocab, (1, 12))
            scores = processors(setting)(prompt, logits.clone())
            probabilities = scores.double().softmax(-1)[0]
            kept = [(i, probabilities[i].item()) for i in range(vocab) if scores[0, i] > -math.inf]
            seed, positions = 0x0123456789ABCDEF ^ index, [0, 1, 2**33 + index]
            chosen = [
                max((math.log(p) + gumbel(seed, position, i), -i) for i, p in kept if p > 0.0)[1] * -1
                for position in positions
            ]
            cases.append(dict(setting, logits=logits[0].tolist(), prompt=prompt[0].tolist(), kept=kept, seed=seed,
                              positions=positions, chosen=chosen))
    rounded = lambda v: [rounded(x) for x in v] if isinstance(v, (list, tuple)) else float(f"{v:.9g}") if isinstance(v, float) else v
    print("[")
    print(",\n".join(json.dumps({k: rounded(v) for k, v in case.items()}, separators=(",", ":")) for case in cases))
    print("]")


main()
