#!/usr/bin/env bash
# Check what no build of the workspace compiles: the runtime with its feature `sudo`.
# Usage: check-features.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# Naming the whole workspace keeps the features of all dependencies what they are elsewhere.
SKIP_OPENLEDGER_RUNTIME_WASM_BUILD=1 cargo clippy --workspace --all-targets --locked --features openledger-runtime/sudo -- -D warnings
echo "check-features: the runtime compiles with sudo"
