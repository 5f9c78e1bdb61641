#!/usr/bin/env bash
# The end-to-end demonstration as a test: a local network, a datanet, a model, a paid and attributed answer, a refuted
# lie, and an answer streamed to the unmodified OpenAI client. Fails when any step of it fails. Needs `make build`.
# Usage: e2e.sh [argument of openledger-devnet demo ...]
set -euo pipefail
cd "$(dirname "$0")"

devnet=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}/debug/openledger-devnet
[ -x "$devnet" ] || { echo "e2e: $devnet is missing: run make build" >&2; exit 1; }

openai=3.54.0
venv=${OPENLEDGER_CACHE:-$HOME/.cache/openledger}/openai-$openai
if [ ! -e "$venv/ready" ]; then
	rm -rf "$venv"
	python3 -m venv "$venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check "openai==$openai"
	touch "$venv/ready"
fi
OPENLEDGER_PYTHON=$venv/bin/python exec "$devnet" demo --client "$PWD/openai-client.sh" "$@"
