#!/usr/bin/env bash
# Acceptance: an unmodified polkadot-js connects to the node and transfers OPEN. Takes less than a minute.
# Usage: transfer.sh [NODE | URL]
#   NODE: an openledger-node, started on a fresh development chain; by default the one that `make build` makes
#   URL: the ws:// address of a running development node
set -euo pipefail
cd "$(dirname "$0")"

node=${1:-${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}/debug/openledger-node}
OPENLEDGER_PACKAGES=$(./packages.sh)
export OPENLEDGER_PACKAGES
exec node transfer.mjs "$node"
