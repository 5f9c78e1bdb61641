#!/usr/bin/env bash
# Make this machine able to build, test and run OpenLedger. Idempotent: every step looks before it acts.
# Usage: setup.sh        On Debian as root or with sudo; elsewhere it names what is missing and stops.
set -euo pipefail
cd "$(dirname "$0")"

rust_needed=1.92.0

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else die "root is needed for: $*"; fi
}

# What a build needs, as the test that it is there and the Debian package that brings it.
lacking() {
	local out=()
	command -v protoc >/dev/null || out+=(protobuf-compiler)
	command -v clang >/dev/null || out+=(clang)
	command -v cc >/dev/null || out+=(gcc libc6-dev)
	command -v make >/dev/null || out+=(make)
	command -v curl >/dev/null || out+=(curl)
	command -v unzip >/dev/null || out+=(unzip)
	command -v pkg-config >/dev/null || out+=(pkg-config)
	pkg-config --exists openssl 2>/dev/null || out+=(libssl-dev)
	command -v python3 >/dev/null || out+=(python3)
	python3 -c 'import pip' 2>/dev/null || out+=(python3-pip)
	python3 -c 'import venv, ensurepip' 2>/dev/null || out+=(python3-venv)
	# For the check with polkadot-js and the benchmarks of the node.
	command -v node >/dev/null || out+=(nodejs)
	command -v npm >/dev/null || out+=(npm)
	echo "${out[@]}"
}

system_packages() {
	local missing
	missing=$(lacking)
	if [ -z "$missing" ]; then say "system packages present"; return; fi
	command -v apt-get >/dev/null ||
		die "missing (named as Debian packages): $missing; install them with this system's package manager and run again"
	say "installing $missing"
	as_root apt-get update -qq
	# shellcheck disable=SC2086 # a list of names
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	missing=$(lacking)
	[ -z "$missing" ] || die "still missing after the installation: $missing"
}

rust_toolchain() {
	{ command -v rustc && command -v cargo; } >/dev/null ||
		die "no Rust here: install rustup as described on https://rustup.rs, then: rustup toolchain install stable"
	local have
	have=$(rustc --version | awk '{print $2}')
	[ "$(printf '%s\n' "$rust_needed" "$have" | sort -V | head -n1)" = "$rust_needed" ] ||
		die "rustc $have is too old, $rust_needed or later is needed: rustup update stable"
	say "rustc $have"
}

system_packages
rust_toolchain
./wasm-target.sh
./assets.sh
say "done"
