//! Retrieval over WordNet with the real encoder: does a question find its row, and does the recommended threshold tell
//! matching rows from unrelated ones. The numbers are printed with `--nocapture`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;
#[allow(unreachable_pub, dead_code)]
#[path = "../../devnet/src/wordnet.rs"]
mod wordnet;

use openledger_attribution::{
	encoder::UNIT, Contribution, DatanetVersion, RetrievalIndex, RowText, RETRIEVAL_THRESHOLD,
};
use openledger_primitives::{
	attribution::Vector,
	hashing::{Blake2b256, Domain},
	ids::{ContributionId, DatanetId},
};
use sp_core::H256;
use sp_runtime::AccountId32;
use std::{
	collections::{BTreeSet, HashSet},
	fs,
	time::Instant,
};
use support::{assets, encoder};
use wordnet::{domain, Noun};

const DOMAIN: Domain = Domain { genesis: H256([1; 32]) };

/// `count` nouns of a domain, spread evenly over it, the first meaning of each.
fn nouns(domain: u8, count: usize) -> Vec<Noun> {
	let path = assets().join("wordnet/data.noun");
	let data = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}: run `make setup`", path.display()));
	let mut seen = HashSet::new();
	let mut nouns = wordnet::nouns(&data, domain);
	nouns.retain(|noun| seen.insert(noun.lemma.clone()));
	let step = nouns.len() / count;
	nouns.into_iter().step_by(step).take(count).collect()
}

fn question(lemma: &str) -> String {
	let article = if lemma.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
	format!("What is {article} {lemma}?")
}

fn encode(texts: &[String]) -> Vec<Vector> {
	encoder().encode(&texts.iter().map(String::as_str).collect::<Vec<_>>()).unwrap()
}

fn rows(domain: u8, count: usize) -> Vec<RowText> {
	let row = |noun: Noun| RowText { prompt: question(&noun.lemma), response: noun.gloss };
	nouns(domain, count).into_iter().map(row).collect()
}

fn index(rows: &[RowText], text: impl Fn(&RowText) -> String, threshold: i64) -> RetrievalIndex {
	let contributor = AccountId32::new([1; 32]);
	let contribution = Contribution { id: ContributionId(0), contributor, licensed: true, rows: rows.to_vec() };
	let version = DatanetVersion::build(DOMAIN, DatanetId(0), 1, [contribution], &BTreeSet::new()).unwrap();
	let vectors = encode(&rows.iter().map(text).collect::<Vec<_>>());
	let rows = version.index_rows(vectors, |_| 256).unwrap();
	RetrievalIndex::build(DOMAIN, DatanetId(0), 1, rows, threshold).unwrap()
}

/// How many of the questions find their row among the first `limit`.
fn hits(index: &RetrievalIndex, questions: &[Vector], limit: u32) -> usize {
	let found = |(row, query): &(usize, &Vector)| {
		index.search(query, limit, &BTreeSet::new()).iter().any(|top| top.row as usize == *row)
	};
	questions.iter().enumerate().filter(found).count()
}

/// The value below which `percent` of the scores lie, as a cosine.
fn percentile(scores: &mut [i64], percent: usize) -> f64 {
	scores.sort_unstable();
	scores[(scores.len() - 1) * percent / 100] as f64 / UNIT as f64
}

#[test]
fn a_question_finds_the_row_that_answers_it() {
	for (name, domain) in [("animal", domain::ANIMAL), ("food", domain::FOOD), ("artifact", domain::ARTIFACT)] {
		let rows = rows(domain, 100);
		let started = Instant::now();
		let questions = encode(&rows.iter().map(|row| row.prompt.clone()).collect::<Vec<_>>());
		let speed = 100.0 / started.elapsed().as_secs_f64();
		let answers = index(&rows, |row| row.response.clone(), i64::MIN);
		let passages = index(&rows, RowText::passage, i64::MIN);
		let (by_answer, by_passage) = (hits(&answers, &questions, 4), hits(&passages, &questions, 4));
		let first = hits(&passages, &questions, 1);
		println!("{name}: in top 4 by passage {by_passage} % (first: {first} %), by answer alone {by_answer} %, {speed:.0} texts/s");
		assert!(by_passage >= 95, "{name}: {by_passage}");
		// The answers are those of a dictionary and many of the words are rare: the answer alone is not enough.
		assert!(by_answer < by_passage, "{name}: {by_answer}");
	}
}

#[test]
fn the_threshold_tells_matching_rows_from_unrelated_ones() {
	let rows = rows(domain::ANIMAL, 150);
	let questions = encode(&rows.iter().map(|row| row.prompt.clone()).collect::<Vec<_>>());
	let index = index(&rows, RowText::passage, i64::MIN);
	let score = |query: &Vector, row: usize| {
		openledger_primitives::referee::dot(query, &index.leaf(row as u32).unwrap().vector).unwrap()
	};
	let best = |query: &Vector| index.search(query, 1, &BTreeSet::new()).first().unwrap().score;
	let mut own: Vec<i64> = questions.iter().enumerate().map(|(row, query)| score(query, row)).collect();
	// The best row that does not answer the question: near misses of the same domain.
	let mut other: Vec<i64> = questions
		.iter()
		.enumerate()
		.map(|(row, query)| {
			index.search(query, 2, &BTreeSet::new()).iter().find(|top| top.row as usize != row).unwrap().score
		})
		.collect();
	let foreign: Vec<String> = self::rows(domain::ARTIFACT, 100)
		.into_iter()
		.chain(self::rows(domain::FOOD, 100))
		.chain(self::rows(domain::PLANT, 100))
		.map(|row| row.prompt)
		.collect();
	let chat: Vec<String> = [
		"How do I reset my password?",
		"Who won the election?",
		"Write a function that sorts a list.",
		"What is the capital of France?",
		"Translate good morning into German.",
		"How much is 17 times 23?",
		"Tell me about the stock market.",
		"When does the next train leave?",
		"Explain the theory of relativity.",
		"What is a good name for my company?",
		"Summarise this meeting for me.",
		"Which tax form do I need?",
	]
	.map(String::from)
	.to_vec();
	// The same question in other words.
	let lemmas = nouns(domain::ANIMAL, 150);
	let reworded = |form: &str| -> Vec<i64> {
		let texts: Vec<_> = lemmas.iter().map(|noun| form.replace('@', &noun.lemma)).collect();
		encode(&texts).iter().enumerate().map(|(row, query)| score(query, row)).collect()
	};
	let mut tell = reworded("Tell me about the @.");
	let mut casual = reworded("hey, can you explain to me what @ means please");
	let mut foreign: Vec<i64> = encode(&foreign).iter().map(best).collect();
	let mut chat: Vec<i64> = encode(&chat).iter().map(best).collect();

	let above =
		|scores: &[i64]| scores.iter().filter(|score| **score >= RETRIEVAL_THRESHOLD).count() * 100 / scores.len();
	println!("threshold {RETRIEVAL_THRESHOLD} = cosine {:.2}", RETRIEVAL_THRESHOLD as f64 / UNIT as f64);
	for (name, scores) in [
		("the row that answers", &mut own),
		("the row that answers, \"tell me\"", &mut tell),
		("the row that answers, casual", &mut casual),
		("best other row, same domain", &mut other),
		("best row, question of another domain", &mut foreign),
		("best row, small talk", &mut chat),
	] {
		let [p1, p5, p50, p95, p99] = [1, 5, 50, 95, 99].map(|percent| percentile(scores, percent));
		println!("{name}: 1% {p1:.3} 5% {p5:.3} 50% {p50:.3} 95% {p95:.3} 99% {p99:.3}, {} % above", above(scores));
	}
	assert!(above(&own) >= 98 && above(&tell) >= 95 && above(&casual) >= 90);
	assert!(above(&foreign) <= 15);
	assert_eq!(above(&chat), 0);
}

#[test]
fn every_source_of_an_answer_is_proved() {
	let rows = rows(domain::FOOD, 30);
	let index = index(&rows, RowText::passage, RETRIEVAL_THRESHOLD);
	let query = support::vector(&rows[7].prompt);
	let top = index.search(&query, 4, &BTreeSet::new());
	assert_eq!(top[0].row, 7);
	for source in top {
		let (leaf, proof) = index.prove(source.row).unwrap();
		let bytes = leaf.leaf(&DOMAIN, DatanetId(0), 1);
		assert!(index.commitment().verify::<Blake2b256>(source.row, &bytes, &proof));
	}
}
