# Entry points. One target folder for every command and one set of cargo flags for every build, so that what one command
# compiled the next one re-uses.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/openledger/target
export OPENLEDGER_ASSETS ?= $(HOME)/.cache/openledger/assets

DEVNET := $(CARGO_TARGET_DIR)/debug/openledger-devnet

.DEFAULT_GOAL := help
.PHONY: help setup build run demo test test-network benchmarks bench fuzz lint clean
.NOTPARALLEL:

help: ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST))

setup: ## install what the build needs and fetch the models
	@scripts/setup.sh

build: setup ## compile everything, tests included
	cargo build --workspace --all-targets --locked
	scripts/verifier.sh

run: build ## a local network with a worker and its gateway
	$(DEVNET) run

demo: build ## the end-to-end demonstration
	$(DEVNET) demo

test: build ## unit, property, runtime and node tests, then a wallet's library and the demonstration; cheap before dear
	scripts/test.sh

test-network: build ## the scenarios of zombienet/: partition, upgrade by referendum, equivocation and more; half an hour
	zombienet/run.sh

benchmarks: setup ## the pallets' weight benchmarks, as tests; compiles FRAME once more with their feature
	scripts/benchmarks.sh

bench: build ## what the node and the arithmetic reach: start, transfers, import, memory, trees; needs the machine for itself
	benches/node/bench.sh
	benches/primitives/bench.sh

fuzz: setup ## four minutes of fuzzing of decoders, verifiers, referee and loaders; needs a nightly compiler and cargo-fuzz
	pallets/primitives/fuzz/run.sh
	offchain-workers/openlora/fuzz/run.sh

# Clippy checks types only. Building the WASM runtime here too would make what `make build` compiled stale.
lint: setup ## formatting, clippy without a warning, one version of each SDK crate
	cargo fmt --check
	SKIP_OPENLEDGER_RUNTIME_WASM_BUILD=1 cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package openledger-verifier --lib --target wasm32v1-none --profile verifier --locked -- -D warnings
	scripts/check-lock.sh
	scripts/check-features.sh
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check bans licenses sources; \
	else echo "lint: cargo-deny is not installed, deny.toml is not checked (cargo install cargo-deny --locked)"; fi

clean: ## remove what was built and the local network's state; the fetched models stay
	cargo clean
	rm -rf .devnet
