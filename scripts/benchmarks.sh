#!/usr/bin/env bash
# Run the weight benchmarks of our pallets as tests, on their mocks: every call, with its worst input, ends in the state
# that it promises. Then check that the runtime offers them to a benchmarking tool. Uses a target folder of its own,
# because the feature compiles FRAME anew.
# Usage: benchmarks.sh
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}/benchmarks
export SKIP_WASM_BUILD=1
cargo test --locked --features runtime-benchmarks \
	-p pallet-agents -p pallet-attribution -p pallet-credits -p pallet-curation -p pallet-datanets \
	-p pallet-model-registry -p pallet-verification \
	-- bench
cargo check --locked --features runtime-benchmarks -p openledger-runtime
