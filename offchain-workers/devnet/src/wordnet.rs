//! Nouns and their definitions out of WordNet's `data.noun`: a public text with a known subject for every row, which the
//! demonstration contributes as question and answer.
//!
//! A line is `offset lex_filenum type word_count (lemma lex_id)* pointer_count (pointer …)* | gloss`, where
//! `word_count` is hexadecimal and the gloss is the definition, then example sentences in quotes. The licence at the
//! head of the file, whose lines are indented, is skipped.

/// The lexicographer's files that nouns come from, of which a few make good subjects.
pub mod domain {
	/// Animals.
	pub const ANIMAL: u8 = 5;
	/// Man-made objects.
	pub const ARTIFACT: u8 = 6;
	/// Food and drink.
	pub const FOOD: u8 = 13;
	/// Plants.
	pub const PLANT: u8 = 20;
}

/// A noun with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noun {
	/// The first word of its synonyms, with spaces.
	pub lemma: String,
	/// Its definition, without the example sentences.
	pub gloss: String,
}

/// The nouns of `domain` (WordNet's `lex_filenum`) in the order of the file. Proper nouns and Latin names, which are
/// written with a capital, are left out. A word with several meanings comes once for each.
pub fn nouns(data: &str, domain: u8) -> Vec<Noun> {
	data.lines().filter_map(|line| noun(line, domain)).collect()
}

fn noun(line: &str, domain: u8) -> Option<Noun> {
	if line.starts_with(' ') {
		return None;
	}
	let (entry, gloss) = line.split_once(" | ")?;
	let mut fields = entry.split(' ');
	let _offset = fields.next()?;
	if fields.next()?.parse::<u8>().ok()? != domain || fields.next()? != "n" {
		return None;
	}
	let _word_count = u8::from_str_radix(fields.next()?, 16).ok()?;
	let lemma = fields.next()?.replace('_', " ");
	let gloss = definition(gloss);
	if gloss.is_empty() || lemma.chars().any(char::is_uppercase) {
		return None;
	}
	Some(Noun { lemma, gloss: gloss.to_owned() })
}

/// The gloss up to its first example. An example follows a semicolon or a colon and opens with a quotation mark; a
/// quotation mark elsewhere belongs to the definition.
fn definition(gloss: &str) -> &str {
	let example = gloss
		.match_indices([';', ':'])
		.map(|(at, _)| at)
		.find(|at| gloss.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with('"')));
	gloss.get(..example.unwrap_or(gloss.len())).unwrap_or(gloss).trim().trim_end_matches(';')
}

#[cfg(test)]
mod tests {
	use super::*;

	const LINES: &str = "  1 This software and database is being provided to you, the LICENSEE, by  \n\
		02121620 05 n 02 cat 0 true_cat 0 003 @ 02120997 n 0000 ~ 02121808 n 0000 ~ 02124623 n 0000 | feline mammal \
		usually having thick soft fur and no ability to roar: domestic cats; wildcats  \n\
		02122298 05 n 05 kitty 1 kitty-cat 0 puss 0 pussy 0 pussycat 0 001 @ 02121808 n 0000 | informal terms referring \
		to a domestic cat  \n\
		01331345 05 n 01 Bunyaviridae 0 002 @ 01329186 n 0000 #m 08107499 n 0000 | a large family of arboviruses that \
		affect a wide range of hosts (mainly vertebrates and arthropods)  \n\
		01315980 05 n 01 vermin 0 002 @ 01314388 n 0000 + 01627315 a 0101 | any of various small animals or insects \
		that are pests; e.g. cockroaches or rats; \"cereals must be protected from mice and other vermin\"; \"he \
		examined the child's head for vermin\"  \n\
		07686873 13 n 01 French_toast 0 002 @ 07679356 n 0000 + 00322151 v 0102 | slices of bread  \n";

	fn noun(lemma: &str, gloss: &str) -> Noun {
		Noun { lemma: lemma.to_owned(), gloss: gloss.to_owned() }
	}

	#[test]
	fn nouns_of_a_domain_are_read_in_order_and_names_are_skipped() {
		let expected = [
			noun("cat", "feline mammal usually having thick soft fur and no ability to roar: domestic cats; wildcats"),
			noun("kitty", "informal terms referring to a domestic cat"),
			noun("vermin", "any of various small animals or insects that are pests; e.g. cockroaches or rats"),
		];
		assert_eq!(nouns(LINES, domain::ANIMAL), expected);
		assert_eq!(nouns(LINES, domain::FOOD), []);
		assert_eq!(nouns(LINES, domain::PLANT), []);
	}

	#[test]
	fn underscores_become_spaces() {
		let lines = LINES.replace("French_toast", "french_toast");
		assert_eq!(nouns(&lines, domain::FOOD), [noun("french toast", "slices of bread")]);
	}

	#[test]
	fn only_a_quotation_after_a_separator_is_an_example() {
		assert_eq!(definition("a \"soft\" cheese; \"he ate it\"  "), "a \"soft\" cheese");
		assert_eq!(definition("female of cattle: \"moo-cow\" is a child's term"), "female of cattle");
		assert_eq!(definition("on the job;"), "on the job");
	}

	#[test]
	fn lines_of_another_form_are_skipped() {
		for line in ["", "x", "1 05 n 01 cat 0 000 |", "1 05 v 01 cat 0 000 | a", "1 05 n", "1 05 n zz cat 0 | a"] {
			assert_eq!(nouns(line, domain::ANIMAL), [], "{line:?}");
		}
	}
}
