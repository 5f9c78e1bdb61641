//! The demonstration's rows: questions and answers out of WordNet, one field of knowledge per contributor.

use crate::wordnet::{domain, nouns};
use anyhow::Context;
use openledger_attribution::RowText;
use std::{collections::BTreeSet, path::Path};

/// Rows of each contributor.
pub const ROWS_EACH: usize = 120;
/// Glosses outside these lengths make poor answers.
const GLOSS_CHARS: std::ops::Range<usize> = 25..110;

/// Rows about food, animals and plants, in the order of the contributors.
pub fn contributions(assets: &Path) -> anyhow::Result<[Vec<RowText>; 3]> {
	let path = assets.join("wordnet/data.noun");
	let data = std::fs::read_to_string(&path)
		.with_context(|| format!("cannot read WordNet at {}: run `make setup`", path.display()))?;
	Ok([domain::FOOD, domain::ANIMAL, domain::PLANT].map(|field| rows(&data, field)))
}

fn rows(data: &str, field: u8) -> Vec<RowText> {
	let mut seen = BTreeSet::new();
	let all: Vec<RowText> = nouns(data, field)
		.into_iter()
		.filter(|noun| GLOSS_CHARS.contains(&noun.gloss.len()) && seen.insert(noun.lemma.clone()))
		.map(|noun| RowText { prompt: question(&noun.lemma), response: sentence(&noun.lemma, &noun.gloss) })
		.collect();
	// Spread over the alphabet of the file instead of its first page.
	let step = (all.len() / ROWS_EACH).max(1);
	all.into_iter().step_by(step).take(ROWS_EACH).collect()
}

fn article(word: &str) -> &'static str {
	if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
		"an"
	} else {
		"a"
	}
}

fn question(lemma: &str) -> String {
	format!("What is {} {lemma}?", article(lemma))
}

fn sentence(lemma: &str, gloss: &str) -> String {
	let article = if article(lemma) == "an" { "An" } else { "A" };
	format!("{article} {lemma} is: {gloss}.")
}
