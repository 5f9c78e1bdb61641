#!/usr/bin/env bash
# Measure the weights of our pallets in the runtime's WASM, and write pallets/*/src/weights.rs. Needs the machine for itself, and
# frame-omni-bencher 0.28.0 (`cargo install frame-omni-bencher --version 0.28.0 --locked`, with libclang).
# Usage: weights.sh [pallet…], such as: weights.sh datanets curation
set -euo pipefail
cd "$(dirname "$0")/.."

CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}
command -v frame-omni-bencher > /dev/null || {
	echo "weights: frame-omni-bencher is missing; see the head of this script" >&2
	exit 1
}
pallets=("$@")
[ ${#pallets[@]} -gt 0 ] || pallets=(
	agents attribution bounded-parameters chambers contribution-voting credits curation datanets model-registry verification
)

# The runtime alone, for its own machine: what the build script does for the node, with the benchmarks and without the node.
flags="-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory --cfg substrate_runtime"
RUSTFLAGS=$flags cargo rustc --locked --package openledger-runtime --lib --crate-type cdylib \
	--target wasm32v1-none --profile release --no-default-features --features runtime-benchmarks \
	--target-dir "$CARGO_TARGET_DIR/weights"
wasm=$CARGO_TARGET_DIR/weights/wasm32v1-none/release/openledger_runtime.wasm

export RUST_LOG=error
for pallet in "${pallets[@]}"; do
	frame-omni-bencher v1 benchmark pallet --runtime "$wasm" --genesis-builder runtime --genesis-builder-preset development \
		--pallet "pallet_${pallet//-/_}" --extrinsic '*' --steps 16 --repeat 10 \
		--template scripts/weights.hbs --output "pallets/$pallet/src/weights.rs" --quiet
	echo "weights: pallets/$pallet/src/weights.rs"
done
cargo fmt
