//! Near duplicates: MinHash over 5-grams of words, 14 bands of 8 values (protocol §2).
//!
//! Two texts whose sets of 5-grams have Jaccard similarity J share a band with probability 1 − (1 − J⁸)¹⁴: 0.57 at 0.7,
//! 0.77 at 0.75, 0.92 at 0.8, 0.99 at 0.85 (Broder 1997; Leskovec et al., Mining of Massive Datasets, §3.4). Everything
//! is integer and follows from the texts and their order, so whoever has the rows of a version computes the same
//! clusters.

use crate::hashing::{Blake2b256, TreeHash};
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// Words of a gram.
const GRAM: usize = 5;
/// Bands of a signature.
pub const BANDS: usize = 14;
/// Values of a band.
pub const BAND_VALUES: usize = 8;
/// The Mersenne prime 2^61 − 1, modulus of the hash functions.
const PRIME: u64 = (1 << 61) - 1;

/// The words of a text: runs of letters and digits, in lower case.
fn words(text: &str) -> Vec<String> {
	let runs = text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
	runs.map(str::to_lowercase).collect()
}

/// `value` modulo [`PRIME`].
fn reduce(value: u128) -> u64 {
	// Neither shift nor mask can fail, and what is left of 128 bits after two folds is below the prime or is it.
	let prime = u128::from(PRIME);
	let folded = (value & prime).saturating_add(value >> 61);
	let folded = (folded & prime).saturating_add(folded >> 61);
	let folded = folded as u64;
	if folded >= PRIME {
		folded.saturating_sub(PRIME)
	} else {
		folded
	}
}

fn digest(bytes: &[u8]) -> [u64; 4] {
	let hash = Blake2b256::hash(bytes);
	let mut words = [0; 4];
	for (word, bytes) in words.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
		*word = bytes.iter().rev().fold(0u64, |word, byte| (word << 8) | u64::from(*byte));
	}
	words
}

/// The 112 hash functions x ↦ (a·x + b) mod 2^61 − 1, and what was seen so far.
///
/// A text joins the cluster of an earlier text that shares a band with it: the lowest of them, if there are several.
/// Clusters are never joined afterwards, so a text that resembles two others cannot merge what they own.
#[derive(Clone, Debug)]
pub struct Clusters {
	functions: Vec<(u64, u64)>,
	bands: BTreeMap<(u8, [u64; 2]), u32>,
	next: u32,
}

impl Default for Clusters {
	fn default() -> Self {
		let function = |at: u32| {
			let mut seed = b"openledger/minhash/1".to_vec();
			seed.extend_from_slice(&at.to_le_bytes());
			let [a, b, ..] = digest(&seed);
			(reduce(a.into()).max(1), reduce(b.into()))
		};
		let count = (BANDS as u32).saturating_mul(BAND_VALUES as u32);
		Self { functions: (0..count).map(function).collect(), bands: BTreeMap::new(), next: 0 }
	}
}

impl Clusters {
	/// Takes the next text, whose number is how many came before. Returns its cluster, which is the number of the
	/// cluster's first text. `None` when numbers are used up.
	pub fn push(&mut self, text: &str) -> Option<u32> {
		let words = words(text);
		let gram = |words: &[String]| {
			let [hash, ..] = digest(words.join(" ").as_bytes());
			reduce(hash.into())
		};
		let grams: Vec<u64> = match words.len() {
			0..=GRAM => Vec::from([gram(&words)]),
			_ => words.windows(GRAM).map(gram).collect(),
		};
		self.place(&grams)
	}

	/// As [`Clusters::push`], for a set of grams.
	fn place(&mut self, grams: &[u64]) -> Option<u32> {
		let own = self.next;
		self.next = own.checked_add(1)?;
		let keys: Vec<_> = (0u8..).zip(self.signature(grams).chunks_exact(BAND_VALUES).map(Self::key)).collect();
		let cluster = keys.iter().filter_map(|key| self.bands.get(key)).min().copied().unwrap_or(own);
		for key in keys {
			self.bands.entry(key).or_insert(cluster);
		}
		Some(cluster)
	}

	/// For each function the least value that it has on the grams.
	fn signature(&self, grams: &[u64]) -> Vec<u64> {
		let value = |(a, b): &(u64, u64), gram: &u64| {
			// Below 2^122 + 2^61.
			reduce(u128::from(*a).saturating_mul(u128::from(*gram)).saturating_add(u128::from(*b)))
		};
		let least = |function| grams.iter().map(|gram| value(function, gram)).min().unwrap_or(PRIME);
		self.functions.iter().map(least).collect()
	}

	fn key(values: &[u64]) -> [u64; 2] {
		let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
		let [first, second, ..] = digest(&bytes);
		[first, second]
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::format;

	/// Two sets of `size` grams that share `shared`.
	fn pair(seed: u64, size: u64, shared: u64) -> (Vec<u64>, Vec<u64>) {
		let gram = |number: u64| reduce(digest(&[seed.to_le_bytes(), number.to_le_bytes()].concat())[0].into());
		let first = (0..size).map(gram).collect();
		let second = (0..shared).chain(size..size + size - shared).map(gram).collect();
		(first, second)
	}

	#[test]
	fn texts_are_flagged_as_often_as_theory_says() {
		const TRIALS: u64 = 600;
		let empty = Clusters::default();
		for (jaccard, expected) in [(0.5, 0.053), (0.7, 0.565), (0.75, 0.771), (0.8, 0.924), (0.85, 0.988)] {
			// |A ∩ B| / |A ∪ B| = s / (2n − s)
			let shared = (2.0 * 340.0 * jaccard / (1.0 + jaccard)) as u64;
			let flagged = (0..TRIALS).filter(|seed| {
				let (first, second) = pair(*seed, 340, shared);
				let mut clusters = empty.clone();
				clusters.place(&first) == clusters.place(&second)
			});
			let frequency = flagged.count() as f64 / TRIALS as f64;
			assert!((frequency - expected).abs() < 0.07, "J = {jaccard}: {frequency}, expected {expected}");
		}
	}

	#[test]
	fn case_white_space_and_punctuation_do_not_count() {
		let mut clusters = Clusters::default();
		assert_eq!(clusters.push("What is a lynx? A wild cat with tufted ears."), Some(0));
		assert_eq!(clusters.push("what is  a LYNX -- a wild cat, with tufted ears"), Some(0));
		assert_eq!(clusters.push("What is a lemur? A primate of Madagascar."), Some(2));
		assert_eq!(clusters.push(""), Some(3));
		assert_eq!(clusters.push(" . "), Some(3));
		assert_eq!(clusters.push("lynx"), Some(5));
	}

	#[test]
	fn a_bridge_between_two_clusters_merges_nothing() {
		let number = |range: core::ops::Range<u32>| range.map(|n| format!("word{n} ")).collect::<String>();
		let mut clusters = Clusters::default();
		assert_eq!(clusters.push(&number(0..100)), Some(0));
		assert_eq!(clusters.push(&number(500..600)), Some(1));
		// The second text itself, at the end of the first: near to neither, or to the first.
		let bridge = clusters.push(&(number(0..100) + &number(500..600))).unwrap();
		assert_ne!(bridge, 1);
		assert_eq!(clusters.push(&number(500..600)), Some(1));
	}

	#[test]
	fn the_modulus_is_exact() {
		for value in
			[0, 1, u128::from(PRIME), u128::from(PRIME) + 1, u128::from(u64::MAX), 1 << 61, (1 << 122) - 1, (1 << 123)]
		{
			assert_eq!(u128::from(reduce(value)), value % u128::from(PRIME), "{value}");
		}
	}
}
