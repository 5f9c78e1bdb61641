#!/usr/bin/env python3
"""docs/exact-arithmetic.md a second time, in numpy, from the document alone: checks its constants and test vectors.

Needs numpy. Usage: python3 vectors.py
"""

import pathlib
import re

import numpy as np

np.seterr(all="ignore")
DOCUMENT = pathlib.Path(__file__).resolve().parents[4] / "docs" / "exact-arithmetic.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
F, D, I = np.float32, np.float64, np.int64


def constants(section, kind):
    """The table of a section: names to numbers, numbered names to lists."""
    names = {}
    for name, bits in re.findall(r"\| ([A-Z_0-9]+(?: \d+)?) \| `([0-9a-f]+)` \|", section):
        value = np.frombuffer(bytes.fromhex(bits)[::-1], dtype=kind)[0]
        if " " in name:
            names.setdefault(name.split()[0], []).append(value)
        else:
            names[name] = value
    return names


C = constants(TEXT.split("## 6. ")[1].split("## 7. ")[0], F)
W = constants(TEXT.split("## 7. ")[1].split("## 8. ")[0], D)


def horner(x, coefficients):
    total = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = c + x * total
    return total


def exp_of(x, kind, c, low, high):
    x = kind(high) if x > high else x
    x = kind(low) if x < low else x
    n = np.rint(x * c["LOG2_E"])
    r = (x - n * c["LN2_HIGH"]) - n * c["LN2_LOW"]
    y = kind(1) + (r + (r * r) * horner(r, c["EXP"]))
    h = int(n) // 2
    return (y * kind(2.0**h)) * kind(2.0 ** (int(n) - h))


def exp(x):
    return exp_of(x, F, C, -104, 89)


def exp64(x):
    return exp_of(x, D, W, -746, 710)


def tanh(x):
    a, z = abs(x), x * x
    small = x + x * (z * horner(z, C["TANH"]))
    large = F(1) - F(2) / (exp(a + a) + F(1))
    return np.copysign(small if a < F(0.625) else large, x)


def erf(x):
    t = min(abs(x), F(4))
    z = t * t
    value = t + t * horner(z, C["ERF"]) if t < F(0.9375) else F(1) - exp(-horner(t, C["ERFC_LOG"]))
    return np.copysign(value, x)


def silu(x):
    return x / (F(1) + exp(-x))


def gelu(x):
    return (F(0.5) * x) * (F(1) + erf(x * C["SQRT_HALF"]))


def gelu_tanh(x):
    u = C["GELU_SCALE"] * (x + C["GELU_CUBE"] * (x * (x * x)))
    return x / (F(1) + exp(-u))


def softcap(x, cap):
    return cap * tanh(x / cap)


def split(x):
    m, k = np.frexp(x)  # exact, m of ½ … 1
    m, k = m * D(2), int(k) - 1
    return (D(k), m) if m < W["SQRT_2"] else (D(k + 1), m * D(0.5))


def ln64(x):
    k, m = split(x)
    f = m - D(1)
    s = f / (D(2) + f)
    z, h = s * s, D(0.5) * f * f
    r = z * horner(z, W["LN"])
    return k * W["LN2_HIGH"] - ((h - (s * (h + r) + k * W["LN2_LOW"])) - f)


def sin_cos(x):
    n = np.rint(x * W["TWO_OVER_PI"])
    r = x
    for part in W["HALF_PI"]:
        r = r - n * part
    z = r * r
    s = r + r * (z * horner(z, W["SIN"]))
    h = D(0.5) * z
    w = D(1) - h
    c = w + (((D(1) - w) - h) + (z * z) * horner(z, W["COS"]))
    return [(s, c), (c, -s), (-s, -c), (-c, s)][int(n) % 4]


def fast_two_sum(a, b):
    s = a + b
    return s, b - (s - a)


def two_product(a, b):
    from fractions import Fraction

    p = a * b
    return p, D(float(Fraction(float(a)) * Fraction(float(b)) - Fraction(float(p))))


def pow64(x, y):
    k, m = split(x)
    f = m - D(1)
    d, d_low = fast_two_sum(D(2), f)
    s = f / d
    p, p_low = two_product(s, d)
    s_low = (((f - p) - p_low) - s * d_low) / d
    z = s * s
    tail = (s_low + s_low) + s * (z * horner(z, W["LN"]))
    a, b = fast_two_sum(s + s, tail)
    t, u = fast_two_sum(k * W["LN2_HIGH"], a) if k != 0 else (a, D(0))
    a, b = fast_two_sum(t, u + (b + k * W["LN2_LOW"]))
    if abs(a * y) > 800:
        return exp64(a * y)
    p, e = two_product(a, y)
    q = exp64(p)
    return q + q * (e + b * y)


def lanes(terms, kind):
    sums = [kind(0)] * 64
    for i, term in enumerate(terms):
        sums[i % 64] = sums[i % 64] + term
    width = 32
    while width:
        for i in range(width):
            sums[i] = sums[i] + sums[i + width]
        width //= 2
    return sums[0]


def log_sum_exp(x):
    most = D(max(x))
    return most + ln64(lanes([exp64(D(v) - most) for v in x], D))


def rms_norm(x, scale, eps):
    g = F(1) / np.sqrt(lanes([v * v for v in x], F) / F(len(x)) + eps)
    return [(v * g) * s for v, s in zip(x, scale)]


def layer_norm(x, scale, bias, eps):
    mean = lanes(x, F) / F(len(x))
    c = [v - mean for v in x]
    g = F(1) / np.sqrt(lanes([v * v for v in c], F) / F(len(x)) + eps)
    return [(v * g) * s + b for v, s, b in zip(c, scale, bias)]


def integers(row, most=16383):
    m = max(abs(v) for v in row)
    if m < F(2.0**-100):
        return [0] * len(row), F(0)
    inverse = F(most) / m
    return [max(-most, min(most, int(np.rint(v * inverse)))) for v in row], m / F(most)


def product(x, rows, most):
    ints, scale_x = integers(x)
    results = []
    for row in rows:
        w, scale_w = integers(row, most)
        results.append((F(sum(a * b for a, b in zip(ints, w))) * scale_x) * scale_w)
    return results


def rows_of(seed, count, width):
    values = stream(seed, count * width)
    return [values[i * width : (i + 1) * width] for i in range(count)]


def linear(most, inputs, outputs, rank):
    x = stream(9, inputs)
    y = product(x, rows_of(10, outputs, inputs), most)
    if rank:
        z = product(x, rows_of(11, rank, inputs), most)
        d = product(z, rows_of(12, outputs, rank), most)
        y = [a + F(0.0625) * b for a, b in zip(y, d)]
    return y


def attention(cap=None, window=None, slope=None):
    k, v, query = stream(1, 370), stream(2, 370), stream(3, 10)
    n = 36
    seen = range(max(0, n + 1 - window) if window else 0, n + 1)
    q, scale_q = integers(query)
    a = scale_q * F(0.25)
    scores, values, scales = [], [], []
    for t in seen:
        ints, scale_k = integers(k[10 * t : 10 * t + 10])
        s = (F(sum(x * y for x, y in zip(q, ints))) * a) * scale_k
        if cap:
            s = F(cap) * tanh(s / F(cap))
        if slope:
            s = s + F(slope) * F(t - n)
        scores.append(s)
        ints, scale = integers(v[10 * t : 10 * t + 10])
        values.append(ints)
        scales.append(scale)
    p = [exp(s - max(scores)) for s in scores]
    total = sum(int(np.rint(D(x) * 2**30)) for x in p)
    c = [x * s for x, s in zip(p, scales)]
    m = max(c)
    inverse = F(16777215) / m
    w = [min(int(np.rint(x * inverse)), 16777215) for x in c]
    g = (m / F(16777215)) / (F(total) * F(2.0**-30))
    return [F(sum(x * row[d] for x, row in zip(w, values))) * g for d in range(10)]


def stream(seed, count):
    numbers, state = [], seed
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        numbers.append(F(((state >> 40) - 2**23) * 2.0**-21))
    return numbers


def number(word):
    return np.frombuffer(bytes.fromhex(word)[::-1], dtype=F if len(word) == 8 else D)[0]


def compute(name, words):
    single = {"exp": exp, "tanh": tanh, "erf": erf, "silu": silu, "gelu": gelu, "gelu_tanh": gelu_tanh}
    wide = {"exp64": exp64, "ln64": ln64, "pow64": pow64, "softcap": softcap}
    if name in single or name in wide:
        return [({**single, **wide})[name](*map(number, words))]
    if name in ("sin64", "cos64"):
        return [sin_cos(number(words[0]))[name == "cos64"]]
    if name == "log_sum_exp":
        return [log_sum_exp(stream(7, int(words[0])))]
    if name in ("rms_norm", "layer_norm"):
        n, eps = int(words[0]), F(1e-5)
        x, scale, bias = stream(4, n), stream(5, n), stream(6, n)
        y = rms_norm(x, scale, eps) if name == "rms_norm" else layer_norm(x, scale, bias, eps)
        return [y[0], y[1], y[-1]]
    if name == "rope":
        sin, cos = (F(x) for x in sin_cos(D(F(int(words[0])) * number(words[1]))))
        a, b = stream(8, 2)
        return [cos, sin, a * cos - b * sin, b * cos + a * sin]
    if name in ("linear_e8", "linear_e16"):
        return linear(127 if name == "linear_e8" else 16383, *map(int, words))
    options = {
        "attention": {},
        "attention_softcap": {"cap": 2},
        "attention_window": {"window": 19},
        "attention_alibi": {"slope": 0.125},
    }
    return attention(**options[name])


def main():
    table = TEXT.split("```vectors\n")[1].split("```")[0]
    wrong = 0
    for line in table.splitlines():
        call, expected = line.split(" -> ")
        name, *words = call.split()
        found = " ".join(value.tobytes()[::-1].hex() for value in compute(name, words))
        if found != expected:
            wrong += 1
            print(f"{line}   but here {found}")
    print(f"{len(table.splitlines())} vectors, {wrong} differ")
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
