#!/usr/bin/env bash
# Installs the packages that package-lock.json pins and prints the folder they are in. The folder is outside the clone
# and named after the lock file, so that the clone stays clean and a second run installs nothing.
set -euo pipefail
cd "$(dirname "$0")"

die() { echo "packages: $*" >&2; exit 1; }

command -v node >/dev/null || die "Node.js 18 or later is needed (Debian: apt-get install nodejs npm)"
major=$(node -p 'process.versions.node.split(".")[0]')
((major >= 18)) || die "Node.js $(node -v) is too old, 18 or later is needed (Debian: apt-get install nodejs npm)"

hash=$(cat package.json package-lock.json | sha256sum | cut -c1-16)
folder=${OPENLEDGER_CACHE:-$HOME/.cache/openledger}/polkadot-js/$hash
if [ ! -e "$folder/ready" ]; then
	command -v npm >/dev/null || die "npm is needed (Debian: apt-get install npm)"
	mkdir -p "$(dirname "$folder")"
	# Made beside its place and moved there when complete, so that two runs at once do not disturb each other.
	new=$(mktemp -d "$folder.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	cp package.json package-lock.json .npmrc "$new"
	(cd "$new" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
		die "npm ci failed: see above; it needs npm's registry, or a mirror of it that npm is configured for"
	touch "$new/ready"
	[ -e "$folder/ready" ] || { rm -rf "$folder" && mv -T "$new" "$folder"; }
fi
echo "$folder"
