#!/usr/bin/env bash
# Write chain-specs/*.json anew from the runtime's presets. They carry no code: a node that reads one starts the chain
# from the runtime it was built with.
# Usage: chain-specs.sh [NODE]      NODE: an openledger-node; by default the one that `make build` makes
set -euo pipefail
cd "$(dirname "$0")/.."

node=${1:-${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}/debug/openledger-node}
[ -x "$node" ] || { echo "chain-specs: there is no node at $node; make build" >&2; exit 1; }

for chain in dev local testnet; do
	"$node" build-spec --chain "$chain" --disable-default-bootnode 2>/dev/null | python3 -c '
import json, sys
spec = json.load(sys.stdin)
del spec["genesis"]["runtimeGenesis"]["code"]
json.dump(spec, sys.stdout, indent=2, ensure_ascii=False)
print()' > "chain-specs/$chain.json.new"
	mv "chain-specs/$chain.json.new" "chain-specs/$chain.json"
	echo "chain-specs: wrote chain-specs/$chain.json"
done
