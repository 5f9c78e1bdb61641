#!/usr/bin/env bash
# Have the test vectors answered by what is not our Rust: a Python script written from the README, and, as a browser would, by
# the verifier's WASM in a JavaScript engine.
# Usage: vectors.sh
set -euo pipefail
cd "$(dirname "$0")/.."

python3 pallets/primitives/vectors/check.py
node pallets/primitives/verifier/vectors.mjs "${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}/verifier.wasm"
