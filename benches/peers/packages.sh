#!/usr/bin/env bash
# Installs the peers at the versions that package.json and requirements.txt pin, and prints the folder they are in.
# The folder is outside the clone and named after those files, so that a second run installs nothing. About 6 GB.
set -euo pipefail
cd "$(dirname "$0")"

die() { echo "packages: $*" >&2; exit 1; }

command -v npm >/dev/null || die "Node.js 20 or later with npm is needed (Debian: apt-get install nodejs npm)"
command -v python3 >/dev/null || die "Python 3.10 or later is needed (Debian: apt-get install python3 python3-venv)"

hash=$(cat package.json requirements.txt | sha256sum | cut -c1-16)
folder=${OPENLEDGER_CACHE:-$HOME/.cache/openledger}/peers/$hash
if [ ! -e "$folder/ready" ]; then
	mkdir -p "$folder"
	cp package.json .npmrc requirements.txt "$folder"
	(cd "$folder" && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error >&2) || die "npm install failed: see above"
	python3 -m venv "$folder/venv" || die "python3 -m venv failed (Debian: apt-get install python3-venv)"
	"$folder/venv/bin/pip" install --quiet --disable-pip-version-check -r "$folder/requirements.txt" >&2 ||
		die "pip install failed: see above"
	touch "$folder/ready"
fi
echo "$folder"
