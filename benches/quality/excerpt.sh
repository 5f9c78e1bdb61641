#!/usr/bin/env bash
# Prints a fixed excerpt of WordNet's nouns: every 199th with its gloss. WordNet 3.0, Princeton University: free to use, copy and
# distribute with its notice, which lies beside the data (wordnet/copyright).
# Usage: excerpt.sh DATA.NOUN
set -euo pipefail

# The licence at the head is indented; entries are not. A word is the fifth field, the gloss follows the bar.
awk -F' \\| ' '!/^ / && ++n % 199 == 0 { split($1, field, " "); word = field[5]; gsub("_", " ", word); sub(/ +$/, "", $2);
	printf "%s: %s.\n", word, $2 }' "$1"
