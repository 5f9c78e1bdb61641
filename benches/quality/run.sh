#!/usr/bin/env bash
# Measures what the exact modes cost in quality: perplexity of SmolLM2 on WordNet's glosses in f32, e8 and e16. Fails beyond the
# bounds of 1.5 % (e8) and 0.1 % (e16). A few minutes; the numbers depend on the text, the window and the mode alone.
# Usage: run.sh [TOKENS]; 6,144 unless given.
set -euo pipefail
cd "$(dirname "$0")"

die() { echo "quality: $*" >&2; exit 1; }

tokens=${1:-6144}
assets=${OPENLEDGER_ASSETS:-$HOME/.cache/openledger/assets}
glosses=$assets/wordnet/data.noun
[ -e "$glosses" ] || die "$glosses is missing: run \`make setup\`"
if [ -z "${OPENLORA:-}" ]; then
	export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/openledger/target}
	(cd ../.. && cargo build --release --locked --package openledger-openlora --bin openlora >&2)
	OPENLORA=$CARGO_TARGET_DIR/release/openlora
fi
text=$(mktemp)
trap 'rm -f "$text"' EXIT
./excerpt.sh "$glosses" > "$text"

declare -A nll
echo "| mode | nll per token | perplexity | against f32 | top-1 | seconds |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
failed=0
for mode in f32 e16 e8; do
	report=$("$OPENLORA" perplexity "$text" --mode "$mode" --window 512 --limit "$tokens" --json)
	read -r value perplexity top1 count seconds < <(python3 -c '
import json, sys
report = json.load(sys.stdin)
print(*(report[key] for key in ("nll", "perplexity", "top1", "tokens", "seconds")))' <<< "$report")
	nll[$mode]=$value
	change=$(python3 -c "import math; print(100 * math.expm1($value - ${nll[f32]}))")
	printf '| %s | %.6f | %.4f | %+.3f %% | %.4f | %.1f |\n' "$mode" "$value" "$perplexity" "$change" \
		"$(python3 -c "print($top1 / $count)")" "$seconds"
	bound=$(case $mode in f32) echo 0 ;; e16) echo 0.1 ;; e8) echo 1.5 ;; esac)
	if python3 -c "import sys; sys.exit($change <= $bound)"; then
		echo "quality: $mode loses $change %, more than $bound %" >&2
		failed=1
	fi
done
exit "$failed"
