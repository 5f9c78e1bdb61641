"""Writes tests/fixtures/toploc.json: proofs and comparisons by the package `toploc` 0.1.6. Needs torch and a toploc built for it.

    python scripts/toploc_fixtures.py > tests/fixtures/toploc.json
"""

import json

import torch
from toploc.poly import ProofPoly, build_proofs_bytes, verify_proofs_bytes


def points(rows):
    """The entries that a proof is about, by index."""
    flat = rows.reshape(-1)
    index = flat.abs().topk(128).indices.sort().values
    # Ties at the edge are resolved otherwise elsewhere: such cases are left out.
    magnitudes = flat.abs().float().sort(descending=True).values
    bits = flat[index].view(torch.int16).to(torch.int32) & 0xFFFF
    return (magnitudes[127] > magnitudes[128]).item(), list(zip(index.tolist(), bits.tolist()))


def main():
    torch.manual_seed(5)
    cases = []
    for noise in (0.0, 0.003, 0.01, 0.05, 0.3):
        found = {True: 0, False: 0}
        while min(found.values()) < 1:
            # Wide enough that the modulus is not always 65,497; of heavy tails, so that few of the largest entries are equal.
            rows = (torch.randn(32, 4096) / torch.rand(32, 4096)).to(torch.bfloat16)
            other = (rows.float() * (1 + noise * torch.randn(rows.shape))).to(torch.bfloat16)
            proof = build_proofs_bytes(list(rows), 32, 128, skip_prefill=True)
            verdict = verify_proofs_bytes(other, proof, 32, 128, skip_prefill=True)[0]
            (sure, own), (other_sure, others) = points(rows), points(other)
            # The package does not look at signs: cases in which that matters are left out.
            polynomial = ProofPoly.from_bytes(proof[0])
            pairs = [(polynomial(index % polynomial.modulus), bits) for index, bits in others]
            signs_matter = any(a >> 15 != b >> 15 and (a ^ b) & 0x7F80 == 0 for a, b in pairs)
            largest = proof[0].hex().startswith("ffd9")
            if not sure or not other_sure or signs_matter or found[largest] > 0:
                continue
            found[largest] += 1
            cases.append(dict(points=own, proof=proof[0].hex(), other=others, mismatches=verdict.exp_mismatches,
                              mean=verdict.mant_err_mean, median=verdict.mant_err_median))
    print("[")
    print(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
    print("]")


main()
