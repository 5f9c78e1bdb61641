#!/usr/bin/env bash
# Measures OpenLoRA against llama.cpp and transformers + PEFT on this machine, which it wants for itself; prints the table of
# RESULTS.md. The first run installs the peers (packages.sh). A quarter of an hour a round; --quick takes two minutes.
# Usage: run.sh [--threads 1,2] [--rounds 3] [--quick] [--only ours,llama,torch] [--json FILE]
set -euo pipefail
cd "$(dirname "$0")"

die() { echo "peers: $*" >&2; exit 1; }

model=${OPENLEDGER_ASSETS:-$HOME/.cache/openledger/assets}/SmolLM2-135M-Instruct.Q4_1.gguf
[ -e "$model" ] || die "$model is missing: run \`make setup\`"
packages=$(./packages.sh)
if [ -z "${OPENLORA:-}" ]; then
	export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}
	(cd ../.. && cargo build --release --locked --package openledger-openlora --bin openlora >&2)
	OPENLORA=$CARGO_TARGET_DIR/release/openlora
fi
exec "$packages/venv/bin/python" compare.py --openlora "$OPENLORA" --packages "$packages" --model "$model" "$@"
