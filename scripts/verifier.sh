#!/usr/bin/env bash
# Build the verifier's WASM: $CARGO_TARGET_DIR/verifier.wasm. Prints its size.
# Usage: verifier.sh
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}
# A graph of its own for another machine: naming the package does not disturb what the workspace has compiled.
cargo build --locked --package openledger-verifier --lib --target wasm32v1-none --profile verifier
cp "$CARGO_TARGET_DIR/wasm32v1-none/verifier/openledger_verifier.wasm" "$CARGO_TARGET_DIR/verifier.wasm"
echo "verifier: $CARGO_TARGET_DIR/verifier.wasm, $(wc -c < "$CARGO_TARGET_DIR/verifier.wasm") bytes, $(gzip -9c "$CARGO_TARGET_DIR/verifier.wasm" | wc -c) compressed"
