#!/usr/bin/env bash
# Fail when Cargo.lock holds two versions of a crate whose types cross every border of the runtime: two of them compile
# for minutes and then refuse each other's types.
# Usage: check-lock.sh [Cargo.lock]
set -euo pipefail

lock=${1:-$(dirname "$0")/../Cargo.lock}
[ -r "$lock" ] || { echo "check-lock: cannot read $lock" >&2; exit 1; }
status=0
for crate in sp-runtime sp-core sp-io frame-support; do
	versions=$(awk -v name="\"$crate\"" '$1 == "name" { hit = ($3 == name) } hit && $1 == "version" { gsub(/"/, "", $3); print $3 }' "$lock")
	case $(grep -c . <<<"$versions") in
	0) echo "check-lock: $crate is not in $lock" >&2; status=1 ;;
	1) ;;
	*) echo "check-lock: more than one $crate in $lock: ${versions//$'\n'/ }" >&2; status=1 ;;
	esac
done
[ $status != 0 ] || echo "check-lock: one version each of sp-runtime, sp-core, sp-io and frame-support"
exit $status
