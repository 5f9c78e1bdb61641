#!/usr/bin/env bash
# Give the active Rust toolchain the target wasm32v1-none, which runtimes are compiled for.
#
# The ordinary way is rustup. Where rustup cannot download, the three crates of that target (core, alloc and
# compiler_builtins) are built from the source of exactly this rustc version, as Debian packages it, and installed into
# the toolchain.
# Usage: wasm-target.sh        Needs: rustc, cargo; for the second way apt-get, dpkg-deb and write access to the toolchain.
set -euo pipefail

target=wasm32v1-none
sysroot=$(rustc --print sysroot)
version=$(rustc --version | awk '{print $2}')
installed=$sysroot/lib/rustlib/$target
source=$sysroot/lib/rustlib/src/rust/library

die() { echo "wasm-target: $*; where rustup can download: rustup target add $target" >&2; exit 1; }

if compgen -G "$installed/lib/libcore-*.rlib" >/dev/null; then
	echo "wasm-target: $target is present for rustc $version"
	exit 0
fi
if command -v rustup >/dev/null && timeout 60 rustup target add "$target" 2>/dev/null; then
	echo "wasm-target: $target added by rustup"
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# apt with one source line of its own: neither the machine's sources nor its lists are touched.
apt_own() {
	local tool=$1
	shift
	"$tool" -qq -o Dir::Etc::sourcelist="$work/list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists" \
		-o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}

# Debian's source package of this very rustc, from whichever suite carries it.
fetch_source() {
	{ command -v apt-get && command -v dpkg-deb; } >/dev/null || die "cannot install $target: no apt-get here"
	mkdir -p "$work"/lists/partial "$work"/cache/archives/partial
	local mirror suite package keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	# shellcheck disable=SC2016 # apt's own variable, not the shell's
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/\?$') ||
		die "cannot install $target: apt names no Debian mirror"
	for suite in trixie-backports bookworm-backports trixie forky sid; do
		echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/list"
		apt_own apt-get update 2>/dev/null || continue
		package=$(apt_own apt-cache madison rust-src 2>/dev/null |
			awk -F'|' -v v="$version" '{ gsub(/ /, "", $2) } index($2, v "+") == 1 { print $2; exit }')
		[ -n "$package" ] || continue
		(cd "$work" && apt_own apt-get download "rust-src=$package") || continue
		rm -rf "$source.new"
		mkdir -p "$source.new"
		dpkg-deb --fsys-tarfile "$work"/rust-src_*.deb |
			tar -x -C "$source.new" --strip-components=5 "./usr/src/rustc-$version/library"
		mv "$source.new" "$source"
		return
	done
	die "cannot install $target: no packaged source of rustc $version"
}

[ -f "$source/core/Cargo.toml" ] || fetch_source

mkdir -p "$work/probe/src"
cat >"$work/probe/Cargo.toml" <<-'MANIFEST'
	[package]
	name = "probe"
	version = "0.0.0"
	edition = "2021"
	[workspace]
MANIFEST
cat >"$work/probe/src/lib.rs" <<-'PROBE'
	#![no_std]
	extern crate alloc;
	pub fn probe(n: usize) -> alloc::vec::Vec<u8> {
		alloc::vec![0; n]
	}
PROBE
echo "wasm-target: building core and alloc of rustc $version for $target"
(cd "$work/probe" && env -u RUSTFLAGS RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
	cargo build --quiet --release -Zbuild-std=core,alloc --target "$target")
mkdir -p "$installed.new/lib"
cp "$work/target/$target"/release/deps/lib{core,alloc,compiler_builtins}-*.rlib "$installed.new/lib/"
rm -rf "$installed"
mv "$installed.new" "$installed"
echo "wasm-target: $target built from source into the toolchain of rustc $version"
