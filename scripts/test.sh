#!/usr/bin/env bash
# All tests, cheap before dear, with the time of each stage. Needs `make build`.
# Usage: test.sh
set -euo pipefail
cd "$(dirname "$0")/.."

times=()
stage() {
	local name=$1 at=$SECONDS
	shift
	echo "== $name"
	"$@"
	times+=("$(printf '%5d s  %s' $((SECONDS - at)) "$name")")
}

stage "lock file: one version of each SDK crate" scripts/check-lock.sh
stage "libraries: unit, property and stateful tests" cargo test --workspace --locked --lib --bins
stage "test vectors: in Python, and in WASM as a browser" scripts/vectors.sh
stage "documentation examples" cargo test --workspace --locked --doc
stage "integration: runtime, workers, node processes" cargo test --workspace --locked --test '*'
stage "polkadot-js transfers OPEN" benches/node/transfer.sh
stage "demonstration, with the OpenAI client" scripts/e2e.sh

printf '%s\n' "== time by stage" "${times[@]}" "$(printf '%5d s  in all' "$SECONDS")"
