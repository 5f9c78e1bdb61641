#!/usr/bin/env python3
"""Part 1 of docs/exact-arithmetic.md a second time, from the document alone: checks its test vectors.

Sums are Python's integers, the few operations on floats numpy's f32. Usage: python3 linear_vectors.py [--print]
With --print it writes the table with its own results instead.
"""

import pathlib
import sys
from fractions import Fraction

import numpy as np

np.seterr(all="ignore")
DOCUMENT = pathlib.Path(__file__).resolve().parents[4] / "docs" / "exact-arithmetic.md"
F = np.float32
WEIGHT = {"e8": 127, "e16": 16383}


def stream(seed, count):
    state, out = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(F(((state >> 40) - 2**23) / 2**21))
    return out


def nearest_f32(n):
    """The f32 nearest to an integer, ties to even, by exact comparison."""
    guess = F(float(n))
    candidates = [np.nextafter(guess, F(-np.inf)), guess, np.nextafter(guess, F(np.inf))]
    even = lambda x: int(x.view(np.uint32)) % 2
    return min(candidates, key=lambda x: (abs(Fraction(float(x)) - n), even(x)))


def quantize(row, largest):
    if not all(np.isfinite(x) for x in row):
        return [0] * len(row), F(0)
    m = max(abs(x) for x in row)
    if m < F(2.0**-100):
        return [0] * len(row), F(0)
    scale, inverse = m / F(largest), F(largest) / m
    # round() of an exact fraction goes to the nearest integer, ties to even.
    return [max(-largest, min(largest, round(Fraction(float(x * inverse))))) for x in row], scale


def linear(mode, x, weights):
    a, a_scale = quantize(x, 16383)
    out = []
    for start in range(0, len(weights), len(x)):
        w, w_scale = quantize(weights[start : start + len(x)], WEIGHT[mode])
        out.append(nearest_f32(sum(p * q for p, q in zip(a, w))) * a_scale * w_scale)
    return out


def low_rank(mode, rank, inputs, outputs, c):
    z = linear(mode, stream(11, inputs), stream(13, rank * inputs))
    if not all(np.isfinite(x) for x in z):
        return [F(np.nan)] * outputs
    change = linear(mode, z, stream(14, outputs * rank))
    return [y + c * d for y, d in zip(stream(15, outputs), change)]


def floats(words):
    return [np.frombuffer(bytes.fromhex(word)[::-1], dtype=F)[0] for word in words]


def compute(name, mode, *words):
    if name == "row":
        bar = words.index("|")
        return linear(mode, floats(words[:bar]), floats(words[bar + 1 :]))
    if name == "linear":
        outputs, inputs = map(int, words)
        return linear(mode, stream(11, inputs), stream(12, outputs * inputs))
    rank, inputs, outputs = map(int, words[:3])
    return low_rank(mode, rank, inputs, outputs, floats(words[3:])[0])


def main():
    table = DOCUMENT.read_text(encoding="utf-8").split("```linear-vectors\n")[1].split("```")[0]
    wrong, lines = 0, table.splitlines()
    for line in lines:
        call, expected = line.split(" -> ")
        found = " ".join(f"{int(x.view(np.uint32)):08x}" for x in compute(*call.split()))
        if "--print" in sys.argv:
            print(f"{call} -> {found}")
        elif found != expected:
            wrong += 1
            print(f"{call}: {expected} in the document, {found} here")
    if "--print" not in sys.argv:
        print(f"{len(lines)} lines, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
