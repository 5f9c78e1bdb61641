"""Holds what criterion printed against the targets; with --record writes RESULTS.md. Called by bench.sh."""

import pathlib
import platform
import re
import subprocess
import sys
from datetime import date

# Name in the output, what it is, the most it may take in microseconds.
ROWS = [
    ("dot product of 4,096 int8", "dot product of 4,096 int8, native", 1),
    ("WASM question/dot product of 4,096 int8", "dot product of 4,096 int8, in the verifier's WASM, decoding included", 40),
    ("sum tree of 2^20 leaves/whole", "Merkle-sum tree of 2^20 leaves of 285 bytes, whole, one core", 1e6),
    ("sum tree of 2^20 leaves/streamed", "the same, streamed", 1e6),
    ("sum tree of 2^20 leaves/proof", "verification of one of its proofs, native", 15),
    ("WASM question/proof in 2^20 leaves", "the same, in the verifier's WASM, decoding included", None),
    ("rolling a weight by 100 days", "rolling a contribution weight by 100 days", None),
]
MICROSECONDS = {"ns": 1e-3, "µs": 1, "us": 1, "ms": 1e3, "s": 1e6}


def readable(microseconds):
    for unit, size in (("s", 1e6), ("ms", 1e3), ("µs", 1)):
        if microseconds >= size:
            return f"{microseconds / size:.3g} {unit}"
    return f"{microseconds * 1e3:.3g} ns"


def main():
    text = pathlib.Path(sys.argv[1]).read_text()
    # "name   time:   [low unit  estimate unit  high unit]", the name on a line of its own if it is long.
    pattern = r"^(\S.*?)\s+time:\s+\[\S+ \S+ (\S+) (\S+) \S+ \S+\]"
    found = {name: float(value) * MICROSECONDS[unit] for name, value, unit in re.findall(pattern, text, re.MULTILINE)}
    lines = ["| what | time | target | met |", "|---|---|---|---|"]
    missed = []
    for name, what, target in ROWS:
        took = found[name]
        met = "" if target is None else "yes" if took <= target else "no"
        if met == "no":
            missed.append(what)
        lines.append(f"| {what} | {readable(took)} | {'' if target is None else '≤ ' + readable(target)} | {met} |")
    table = "\n".join(lines)
    print(table)
    if "--record" in sys.argv:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
        head = [
            "# Results", "", "Written by `bench.sh --record`; the targets are those of step 3.", "",
            f"- Date: {date.today()}", f"- Commit: {commit.stdout.strip()}",
            f"- Machine: {cpu[1] if cpu else platform.machine()}, one core", "- Command: `benches/primitives/bench.sh --record`", "",
        ]
        (pathlib.Path(__file__).parent / "RESULTS.md").write_text("\n".join(head) + "\n" + table + "\n")
    if missed:
        sys.exit("bench: missed: " + "; ".join(missed))


main()
