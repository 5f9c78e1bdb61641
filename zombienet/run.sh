#!/usr/bin/env bash
# Runs the scenarios one after another, all of them or those that are named, and prints how each went.
# With --record the table goes to RESULTS.md as well.
set -uo pipefail

cd "$(dirname "$0")" || exit 1
export CARGO_TARGET_DIR=${OPENLEDGER_ZOMBIENET_TARGET:-$HOME/.cache/openledger/zombienet-target}
export OPENLEDGER_NODE=${OPENLEDGER_NODE:-$HOME/.cache/openledger/target/debug/openledger-node}
# The cause of a failure is in its message.
export RUST_BACKTRACE=0
logs=$CARGO_TARGET_DIR/scenarios
table=$CARGO_TARGET_DIR/scenarios.md
failures=0

record=false
[[ ${1:-} == --record ]] && { record=true; shift; }
scenarios=("$@")
(($#)) || scenarios=(finality beefy restart partition upgrade governance warp equivocation)

[[ -x $OPENLEDGER_NODE ]] || { echo "no node at $OPENLEDGER_NODE: build it, or set OPENLEDGER_NODE" >&2; exit 1; }
mkdir -p "$logs"
# Two runs at once would share the table, and neither would keep its deadlines.
exec 9>"$logs/lock"
flock -n 9 || { echo "another run is under way" >&2; exit 1; }

# Runs a command under a name and adds a line to the table.
step() {
	local name=$1 log=$logs/${1// /-}.log start=$SECONDS result=passed
	shift
	"$@" >"$log" 2>&1 || { result=FAILED; failures=$((failures + 1)); }
	printf '| %-18s | %-6s | %7d |\n' "$name" "$result" $((SECONDS - start)) | tee -a "$table"
	[[ $result == passed ]] || { tail -n 40 "$log"; echo "all of it: $log"; } >&2
}

printf '| %-18s | %-6s | %7s |\n|%s|%s|%s:|\n' scenario result seconds \
	-------------------- -------- -------- | tee "$table"
step "build tests" cargo test --locked --no-run
step "build next runtime" ./next-runtime.sh "$CARGO_TARGET_DIR/tmp/next-runtime.wasm"
((failures)) && exit 1
for scenario in "${scenarios[@]}"; do
	step "$scenario" cargo test --locked --test "$scenario" -- --nocapture --test-threads=1
done

if $record; then
	commit=$(git rev-parse --short HEAD)
	[[ -z $(git status --porcelain) ]] || commit+=" with changes"
	{
		cat <<-HEAD
			# Results

			Written by \`run.sh --record\`; the scenarios are described in the [README](README.md).

			- Date: $(date -u +%F)
			- Commit: $commit
			- Cores: $(nproc)

		HEAD
		cat "$table"
	} >RESULTS.md
fi
((failures == 0))
