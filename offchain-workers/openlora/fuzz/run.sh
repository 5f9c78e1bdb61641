#!/usr/bin/env bash
# Fuzz the loaders of everything that comes from others: GGUF, safetensors, tokenizers, adapters, config.json. Each for a third of a
# minute unless told otherwise, from the fixtures of their tests and from what earlier runs found. Needs a nightly compiler
# and cargo-fuzz (cargo install cargo-fuzz --locked).
# Usage: run.sh [SECONDS_PER_TARGET [TARGET...]]
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-20}
shift || true
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(gguf safetensors tokenizer adapter config)
export CARGO_TARGET_DIR=${OPENLEDGER_FUZZ_TARGET:-$HOME/.cache/openledger/fuzz-target}/openlora
cargo fuzz --version >/dev/null 2>&1 || { echo "fuzz: cargo install cargo-fuzz --locked" >&2; exit 1; }

for target in "${targets[@]}"; do
	found=$CARGO_TARGET_DIR/found/$target
	log=$CARGO_TARGET_DIR/$target.log
	features=()
	# A single allocation of more megabytes than this is a crash. gguf and safetensors check theirs to the byte besides; the
	# engines of templates and patterns have caches whose sizes do not depend on the file.
	megabytes=64
	case $target in gguf | safetensors) megabytes=1 features=(--no-default-features) ;; esac
	python3 seeds.py "$target" "$found"
	echo "== $target, $seconds s from $(ls "$found" | wc -l) inputs"
	if ! cargo +nightly fuzz run "${features[@]}" "$target" "$found" -- -max_total_time="$seconds" -max_len=32768 -timeout=10 \
		-rss_limit_mb=2048 -malloc_limit_mb="$megabytes" -print_final_stats=1 >"$log" 2>&1; then
		tail -n 30 "$log"
		echo "fuzz: $target failed; all of it: $log" >&2
		exit 1
	fi
	grep -E "DONE|stat::number_of_executed_units" "$log"
done
