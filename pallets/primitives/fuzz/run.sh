#!/usr/bin/env bash
# Fuzz every target, half a minute each unless told otherwise, from the vectors and from corpus/. Needs a nightly compiler and
# cargo-fuzz (cargo install cargo-fuzz --locked).
# Usage: run.sh [--save] [SECONDS_PER_TARGET]
#   --save: afterwards write corpus/ anew, with the least set of inputs that reach what was reached
set -euo pipefail
cd "$(dirname "$0")"

save=false
[[ ${1:-} == --save ]] && { save=true; shift; }
seconds=${1:-30}
export CARGO_TARGET_DIR=${OPENLEDGER_FUZZ_TARGET:-$HOME/.cache/openledger/fuzz-target}
cargo fuzz --version >/dev/null 2>&1 || { echo "fuzz: cargo install cargo-fuzz --locked" >&2; exit 1; }

for target in decode ask trees referee; do
	found=$CARGO_TARGET_DIR/found/$target
	log=$CARGO_TARGET_DIR/$target.log
	python3 corpus.py unpack "$target" "$found"
	echo "== $target, $seconds s from $(ls "$found" | wc -l) inputs"
	if ! cargo +nightly fuzz run "$target" "$found" -- -max_total_time="$seconds" -max_len=8192 -timeout=5 \
		-rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1; then
		tail -n 30 "$log"
		echo "fuzz: $target failed; all of it: $log" >&2
		exit 1
	fi
	grep -E "DONE|stat::number_of_executed_units" "$log"
	if $save; then
		rm -rf "$found.least" && mkdir "$found.least"
		cargo +nightly fuzz run "$target" "$found.least" "$found" -- -merge=1 -max_len=1024 >>"$log" 2>&1
		python3 corpus.py pack "$target" "$found.least"
	fi
done
