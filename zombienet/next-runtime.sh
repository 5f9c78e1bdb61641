#!/usr/bin/env bash
# Writes to OUT the runtime of this work tree with its spec_version raised by one, as WASM. Nothing is built if nothing
# has changed since the last time.
set -euo pipefail

out=$(realpath -m "${1:?usage: next-runtime.sh OUT}")
script=$(realpath "$0")
cd "$(dirname "$script")/.."

target=${OPENLEDGER_NEXT_RUNTIME_TARGET:-$HOME/.cache/openledger/next-runtime-target}
copy=$target/source
built=$target/wasm32v1-none/release/openledger_runtime.wasm
stamp=$target/inputs.sha256

# The files of the work tree under the given paths: those that git tracks, and new ones that it does not ignore.
sources() {
	git ls-files -z --cached --others --exclude-standard -- "$@" |
		while IFS= read -r -d '' file; do if [[ -e $file ]]; then printf '%s\0' "$file"; fi; done
}

inputs=$({
	sources .cargo Cargo.lock Cargo.toml pallets runtime | xargs -0 sha256sum
	rustc --version
	sha256sum <"$script"
} | sha256sum)

if [[ ! -e $built || $(cat "$stamp" 2>/dev/null) != "$inputs" ]]; then
	rm -rf "$stamp" "$copy.old"
	[[ -e $copy ]] && mv "$copy" "$copy.old"
	mkdir -p "$copy"
	sources . ':!docs' ':!zombienet' | tar -c --null -T - | tar -x -m -C "$copy"

	lib=$copy/runtime/src/lib.rs
	version=$(sed -nE 's/^\s*spec_version: ([0-9_]+),$/\1/p' "$lib")
	[[ $version =~ ^[0-9_]+$ ]] || { echo "not exactly one spec_version in $lib: '$version'" >&2; exit 1; }
	sed -i -E "s/^(\s*spec_version: )[0-9_]+,$/\1$((${version//_/} + 1)),/" "$lib"

	# What is as it was keeps its time, so that cargo recompiles only what has changed.
	find "$copy" -type f -printf '%P\0' | while IFS= read -r -d '' file; do
		if cmp -s "$copy.old/$file" "$copy/$file"; then touch -r "$copy.old/$file" "$copy/$file"; fi
	done
	rm -rf "$copy.old"

	# The flags and the profile are those of substrate-wasm-builder.
	(
		cd "$copy"
		unset CARGO_ENCODED_RUSTFLAGS
		export CARGO_TARGET_DIR=$target CARGO_PROFILE_RELEASE_PANIC=abort CARGO_PROFILE_RELEASE_LTO=thin
		links="-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory"
		export RUSTFLAGS="$links --cfg substrate_runtime"
		cargo rustc --locked -p openledger-runtime --lib --crate-type cdylib --target wasm32v1-none \
			--no-default-features --release
	)
	echo "$inputs" >"$stamp"
fi

mkdir -p "$(dirname "$out")"
cp "$built" "$out"
