#!/usr/bin/env bash
# Measures the node: start-up, throughput of transfers, import of blocks, memory. Takes a quarter of an hour and wants
# the machine for itself. Fails if a target is missed.
# Usage: bench.sh [--node NODE] [--record] [--starts N] [--blocks N] [--accounts N] [--chain N] [--idle SECONDS]
#                 [start-up | throughput | import | memory] ...
#   NODE: an openledger-node; by default the one that `make build` makes
#   --record: write RESULTS.md as well
set -euo pipefail
cd "$(dirname "$0")"

OPENLEDGER_PACKAGES=$(./packages.sh)
export OPENLEDGER_PACKAGES
exec node bench.mjs --node "${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}/debug/openledger-node" "$@"
