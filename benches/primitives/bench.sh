#!/usr/bin/env bash
# Measures the protocol's arithmetic, natively and in WASM, in the profile that everything here is built in. Wants the machine
# for itself. Fails if a target is missed.
# Usage: bench.sh [--record]
#   --record: write RESULTS.md as well
set -euo pipefail
cd "$(dirname "$0")"

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}
output=$CARGO_TARGET_DIR/primitives-bench.txt
../../scripts/verifier.sh
# The whole workspace is named, so that nothing is compiled with other features.
(cd ../.. && cargo bench --workspace --locked --profile dev --bench primitives --bench wasm -- --noplot) | tee "$output"
python3 table.py "$output" "$@"
