//! The texts of a datanet: their bytes, their hashes, near-duplicate clusters and the tree of a frozen version.

use crate::index::IndexRow;
use openledger_primitives::{
	attribution::Vector,
	content::ContentHash,
	hashing::{Blake2b256, Domain},
	ids::{ContributionId, DatanetId},
	near::Clusters,
	rows::RowLeaf,
	tree::{plain::Commitment, whole::MerkleTree},
};
use serde::{Deserialize, Serialize};
use sp_core::H256;
use sp_runtime::AccountId32;
use std::collections::{BTreeMap, BTreeSet};

/// One row: a question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowText {
	/// The question.
	pub prompt: String,
	/// The answer.
	pub response: String,
}

/// Why there are no rows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
	/// A line is not a row.
	#[error("line {line} is not a row: {reason}")]
	NotARow {
		/// The line, counted from 1.
		line: usize,
		/// What is wrong.
		reason: String,
	},
	/// A line is a row, but not in its canonical form, so that its hash would not be that of its content.
	#[error("line {line} is not in canonical form: {{\"prompt\":…,\"response\":…}} without spaces between, ended by a line feed")]
	NotCanonical {
		/// The line, counted from 1.
		line: usize,
	},
	/// There are more rows than row numbers.
	#[error("a version has at most {} rows", u32::MAX)]
	TooManyRows,
	/// Rows and vectors do not go together one to one.
	#[error("{vectors} vectors for {rows} rows")]
	VectorCount {
		/// Number of rows.
		rows: usize,
		/// Number of vectors.
		vectors: usize,
	},
}

impl RowText {
	/// The bytes of the row: a JSON object with `prompt`, then `response`, without spaces and without a line feed.
	pub fn canonical(&self) -> Vec<u8> {
		#[allow(clippy::expect_used)]
		serde_json::to_vec(self).expect("a struct of two strings has no key and no value that JSON lacks; qed")
	}

	/// The BLAKE3 hash of the row's bytes.
	pub fn content(&self) -> H256 {
		H256(*blake3::hash(&self.canonical()).as_bytes())
	}

	/// The text that stands for the row in a retrieval index: the question and its answer, a line each.
	pub fn passage(&self) -> String {
		format!("{}\n{}", self.prompt, self.response)
	}
}

/// The file of `rows`: one canonical row a line, each ended by a line feed.
pub fn to_jsonl(rows: &[RowText]) -> Vec<u8> {
	let mut bytes = vec![];
	for row in rows {
		bytes.extend_from_slice(&row.canonical());
		bytes.push(b'\n');
	}
	bytes
}

/// The rows of a file in exactly the form of [`to_jsonl`]. Any other form is refused: a row is known by the hash of its
/// bytes, and two ways to write one would have two hashes.
pub fn from_jsonl(bytes: &[u8]) -> Result<Vec<RowText>, RowsError> {
	let read = |(at, line): (usize, &[u8])| {
		let number = at + 1;
		let text = line.strip_suffix(b"\n").ok_or(RowsError::NotCanonical { line: number })?;
		let row: RowText = serde_json::from_slice(text)
			.map_err(|error| RowsError::NotARow { line: number, reason: error.to_string() })?;
		if row.canonical() == text {
			Ok(row)
		} else {
			Err(RowsError::NotCanonical { line: number })
		}
	};
	bytes.split_inclusive(|byte| *byte == b'\n').enumerate().map(read).collect()
}

/// What a contributor hands in: the file, and what the chain is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContributionFile {
	/// The rows as [`to_jsonl`] writes them.
	pub bytes: Vec<u8>,
	/// Root and number of the rows; leaf `i` is the canonical bytes of row `i`.
	pub rows: Commitment,
	/// The BLAKE3 hash of `bytes`.
	pub content: H256,
}

impl ContributionFile {
	/// The file of `rows`.
	pub fn new(rows: &[RowText]) -> Result<Self, RowsError> {
		let bytes = to_jsonl(rows);
		let tree = MerkleTree::<Blake2b256>::new(rows.iter().map(RowText::canonical)).ok_or(RowsError::TooManyRows)?;
		let content = H256(*blake3::hash(&bytes).as_bytes());
		Ok(Self { bytes, rows: tree.commitment(), content })
	}
}

/// An accepted contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
	/// Its number on the chain, which counts contributions in the order of their commitments.
	pub id: ContributionId,
	/// Who contributed.
	pub contributor: AccountId32,
	/// Whether the rows carry the datanet's licence.
	pub licensed: bool,
	/// The rows.
	pub rows: Vec<RowText>,
}

/// A version of a datanet: the rows of its contributions, in their order, under one root.
#[derive(Clone, Debug)]
pub struct DatanetVersion {
	domain: Domain,
	datanet: DatanetId,
	version: u32,
	texts: Vec<RowText>,
	leaves: Vec<RowLeaf<AccountId32>>,
	tree: MerkleTree<Blake2b256>,
}

impl DatanetVersion {
	/// The version made of `contributions`, laid out in the order given: those of the parent version first.
	///
	/// Rows whose passages are near duplicates form a cluster ([`Clusters`]), numbered by the first of them in the
	/// layout. It belongs to who committed first, whenever the rows were accepted: every leaf of a cluster names the
	/// contributor of its row with the lowest contribution. The rows in `taken` were taken down: they keep their
	/// numbers, and are not licensed.
	pub fn build(
		domain: Domain,
		datanet: DatanetId,
		version: u32,
		contributions: impl IntoIterator<Item = Contribution>,
		taken: &BTreeSet<u32>,
	) -> Result<Self, RowsError> {
		let (mut texts, mut leaves, mut clusters) = (vec![], vec![], Clusters::default());
		let mut owners = BTreeMap::<u32, (ContributionId, AccountId32)>::new();
		for Contribution { id, contributor, licensed, rows } in contributions {
			for text in rows {
				let row = u32::try_from(leaves.len()).map_err(|_| RowsError::TooManyRows)?;
				let cluster = clusters.push(&text.passage()).ok_or(RowsError::TooManyRows)?;
				let owner = owners.entry(cluster).or_insert_with(|| (id, contributor.clone()));
				if id < owner.0 {
					*owner = (id, contributor.clone());
				}
				let licensed = licensed && !taken.contains(&row);
				let contributor = contributor.clone();
				leaves.push(RowLeaf { row, contributor, cluster, content: ContentHash(text.content()), licensed });
				texts.push(text);
			}
		}
		for leaf in &mut leaves {
			if let Some((_, owner)) = owners.get(&leaf.cluster) {
				leaf.contributor = owner.clone();
			}
		}
		let sealed = leaves.iter().map(|leaf| leaf.leaf(&domain, datanet, version));
		let tree = MerkleTree::new(sealed).ok_or(RowsError::TooManyRows)?;
		Ok(Self { domain, datanet, version, texts, leaves, tree })
	}

	/// Root and number of the rows.
	pub fn commitment(&self) -> Commitment {
		self.tree.commitment()
	}

	/// The chain that the leaves are bound to.
	pub fn domain(&self) -> Domain {
		self.domain
	}

	/// The datanet.
	pub fn datanet(&self) -> DatanetId {
		self.datanet
	}

	/// The number of the version.
	pub fn version(&self) -> u32 {
		self.version
	}

	/// The texts, text `i` of row `i`.
	pub fn texts(&self) -> &[RowText] {
		&self.texts
	}

	/// The leaves, leaf `i` of row `i`.
	pub fn leaves(&self) -> &[RowLeaf<AccountId32>] {
		&self.leaves
	}

	/// The leaf of a row and the proof that opens it under [`DatanetVersion::commitment`].
	pub fn prove(&self, row: u32) -> Option<(RowLeaf<AccountId32>, Vec<H256>)> {
		let leaf = self.leaves.get(usize::try_from(row).ok()?)?;
		Some((leaf.clone(), self.tree.prove(row)?))
	}

	/// The rows for an index over this version, given their vectors and the reputation of a contributor (256 is 1.0).
	pub fn index_rows(
		&self,
		vectors: Vec<Vector>,
		reputation: impl Fn(&AccountId32) -> u16,
	) -> Result<Vec<IndexRow>, RowsError> {
		if vectors.len() != self.leaves.len() {
			return Err(RowsError::VectorCount { rows: self.leaves.len(), vectors: vectors.len() });
		}
		let row = |(leaf, vector): (&RowLeaf<AccountId32>, Vector)| IndexRow {
			contributor: leaf.contributor.clone(),
			cluster: leaf.cluster,
			reputation: reputation(&leaf.contributor),
			vector,
		};
		Ok(self.leaves.iter().zip(vectors).map(row).collect())
	}
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use proptest::prelude::*;

	const DOMAIN: Domain = Domain { genesis: H256([7; 32]) };

	fn text(prompt: &str, response: &str) -> RowText {
		RowText { prompt: prompt.into(), response: response.into() }
	}

	fn account(who: u8) -> AccountId32 {
		AccountId32::new([who; 32])
	}

	/// The contribution that `who` was the `id`th to commit to.
	fn contribution(id: u32, who: u8, rows: &[RowText]) -> Contribution {
		Contribution { id: ContributionId(id), contributor: account(who), licensed: true, rows: rows.to_vec() }
	}

	fn build(contributions: impl IntoIterator<Item = Contribution>) -> DatanetVersion {
		DatanetVersion::build(DOMAIN, DatanetId(1), 2, contributions, &BTreeSet::new()).unwrap()
	}

	/// Cluster and contributor of each row.
	fn owners(version: &DatanetVersion) -> Vec<(u32, AccountId32)> {
		version.leaves().iter().map(|leaf| (leaf.cluster, leaf.contributor.clone())).collect()
	}

	fn lynx() -> RowText {
		text(
			"What is a lynx?",
			"A lynx is: a short-tailed wild cat with usually tufted ears, valued for its fur, which lives in the woods of \
			 the northern half of the world, hunts hares at dusk, and hardly ever shows itself to people.",
		)
	}

	/// The lynx with another ending.
	fn copied_lynx() -> RowText {
		let RowText { prompt, response } = lynx();
		RowText { prompt, response: response.replace("to people", "to men") }
	}

	#[test]
	fn canonical_bytes_and_hash_are_fixed() {
		let row = text("What is a \"cat\"?", "a feline\nmammal é");
		let bytes = "{\"prompt\":\"What is a \\\"cat\\\"?\",\"response\":\"a feline\\nmammal é\"}";
		assert_eq!(row.canonical(), bytes.as_bytes());
		assert_eq!(row.content().0, *blake3::hash(bytes.as_bytes()).as_bytes());
	}

	#[test]
	fn from_jsonl_fails_when_a_line_is_not_a_row() {
		let good = r#"{"prompt":"a","response":"b"}"#;
		for bad in [
			"",
			"x",
			"[]",
			r#"{"prompt":"a"}"#,
			r#"{"prompt":"a","response":"b","more":1}"#,
			r#"{"prompt":1,"response":"b"}"#,
		] {
			let error = from_jsonl(format!("{good}\n{bad}\n").as_bytes()).unwrap_err();
			assert!(matches!(error, RowsError::NotARow { line: 2, .. }), "{bad}: {error}");
		}
	}

	#[test]
	fn from_jsonl_fails_when_a_row_is_not_canonical() {
		let good = r#"{"prompt":"a","response":"b"}"#;
		let others = [
			format!("{good}\n{good}"),
			format!("{good}\n {good}\n"),
			format!("{good}\n{good}\r\n"),
			format!("{good}\n{}\n", r#"{"response":"b","prompt":"a"}"#),
			format!("{good}\n{}\n", r#"{"prompt":"\u0061","response":"b"}"#),
		];
		for other in others {
			assert_eq!(from_jsonl(other.as_bytes()), Err(RowsError::NotCanonical { line: 2 }), "{other}");
		}
		assert_eq!(from_jsonl(b""), Ok(vec![]));
	}

	#[test]
	fn copies_share_the_cluster_and_the_contributor_of_the_first() {
		let version = build([
			contribution(0, 1, &[text("What is a cat?", "a feline"), text("What is tea?", "a drink")]),
			contribution(1, 2, &[text("what  IS a\tcat?", " A feline\n"), text("What is a cat?", "a mammal")]),
			contribution(2, 3, &[text("What is", "tea? a drink"), text("What is TEA?", "a drink")]),
		]);
		let expected = [(0, 1), (1, 1), (0, 1), (3, 2), (1, 1), (1, 1)];
		assert_eq!(owners(&version), expected.map(|(cluster, who)| (cluster, account(who))));
	}

	#[test]
	fn a_near_duplicate_belongs_to_who_committed_first() {
		let other = text("What is a lemur?", "A lemur is: a large-eyed arboreal primate of Madagascar.");
		let version = build([
			contribution(0, 1, &[lynx()]),
			contribution(1, 2, std::slice::from_ref(&other)),
			contribution(2, 3, &[copied_lynx()]),
		]);
		assert_eq!(owners(&version), [(0, account(1)), (1, account(2)), (0, account(1))]);
	}

	#[test]
	fn a_near_duplicate_that_was_accepted_first_belongs_to_who_committed_first() {
		// Contribution 7 is in the parent version; contribution 3, which was committed before it, in this one.
		let late = contribution(7, 2, &[text("What is tea?", "a drink"), copied_lynx(), copied_lynx()]);
		let early = contribution(3, 1, &[lynx()]);
		let parent = build([late.clone()]);
		assert_eq!(owners(&parent), [(0, account(2)), (1, account(2)), (1, account(2))]);
		let version = build([late, early]);
		assert_eq!(owners(&version), [(0, account(2)), (1, account(1)), (1, account(1)), (1, account(1))]);
	}

	#[test]
	fn rows_that_were_taken_down_keep_their_numbers_without_licence() {
		let rows = [text("a", "b"), text("c", "d"), text("e", "f")];
		let build = |taken: &[u32], licensed| {
			let contribution = Contribution { licensed, ..contribution(0, 1, &rows) };
			DatanetVersion::build(DOMAIN, DatanetId(1), 2, [contribution], &taken.iter().copied().collect()).unwrap()
		};
		let licensed = |version: &DatanetVersion| version.leaves().iter().map(|leaf| leaf.licensed).collect::<Vec<_>>();
		let version = build(&[1, 9], true);
		assert_eq!(licensed(&version), [true, false, true]);
		assert_eq!(version.texts(), rows);
		assert_eq!(version.leaves().iter().map(|leaf| leaf.row).collect::<Vec<_>>(), [0, 1, 2]);
		assert_ne!(version.commitment().root, build(&[], true).commitment().root);
		assert_eq!(licensed(&build(&[1], false)), [false; 3]);
	}

	#[test]
	fn a_contribution_file_commits_to_its_rows() {
		let rows = [text("a", "b"), text("c", "d"), text("e", "f")];
		let file = ContributionFile::new(&rows).unwrap();
		assert_eq!(from_jsonl(&file.bytes).unwrap(), rows);
		assert_eq!(file.content.0, *blake3::hash(&file.bytes).as_bytes());
		let tree = MerkleTree::<Blake2b256>::new(rows.iter().map(RowText::canonical)).unwrap();
		assert!(file.rows.verify::<Blake2b256>(2, &rows[2].canonical(), &tree.prove(2).unwrap()));
	}

	#[test]
	fn index_rows_fails_when_vectors_are_missing() {
		let version = build([contribution(0, 1, &[text("a", "b")])]);
		assert_eq!(version.index_rows(vec![], |_| 256), Err(RowsError::VectorCount { rows: 1, vectors: 0 }));
		let rows = version.index_rows(vec![vec![1i8].try_into().unwrap()], |_| 300).unwrap();
		assert_eq!((rows[0].cluster, rows[0].reputation), (0, 300));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		#[test]
		fn jsonl_round_trips(rows in prop::collection::vec(("\\PC*", any::<String>()), 0..8)) {
			let rows: Vec<_> = rows.iter().map(|(prompt, response)| text(prompt, response)).collect();
			prop_assert_eq!(from_jsonl(&to_jsonl(&rows)).unwrap(), rows);
		}

		#[test]
		fn every_row_is_proved_and_bound_to_its_version(
			sizes in prop::collection::vec(0usize..5, 1..5),
			other in 1u32..9,
		) {
			let contributions = sizes.iter().enumerate().map(|(who, size)| {
				contribution(who as u32, who as u8, &vec![text("a", "b"); *size])
			});
			let version = build(contributions);
			let rows = version.commitment();
			prop_assert_eq!(rows.count as usize, sizes.iter().sum::<usize>());
			for row in 0..rows.count {
				let (leaf, proof) = version.prove(row).unwrap();
				let opens = |datanet, number| {
					let bytes = leaf.leaf(&version.domain(), DatanetId(datanet), number);
					rows.verify::<Blake2b256>(row, &bytes, &proof)
				};
				prop_assert!(opens(1, 2));
				prop_assert!(!opens(1 + other, 2) && !opens(1, 2 + other));
			}
			prop_assert!(version.prove(rows.count).is_none());
		}

		#[test]
		fn a_version_follows_from_its_contributions(
			// Few texts, so that there are duplicates; numbers in any order, none twice.
			parts in prop::collection::btree_map(0u32..20, (any::<u8>(), prop::collection::vec(0u8..12, 0..5)), 1..6)
				.prop_flat_map(|parts| Just(parts.into_iter().collect::<Vec<_>>()).prop_shuffle()),
		) {
			let word = |number: &u8| text("What is it?", &format!("thing number {number} of them"));
			let contributions: Vec<_> = parts
				.iter()
				.map(|(id, (who, rows))| contribution(*id, *who, &rows.iter().map(word).collect::<Vec<_>>()))
				.collect();
			let version = build(contributions.clone());
			let again = build(contributions.clone());
			prop_assert_eq!(again.leaves(), version.leaves());
			let ids: Vec<_> = contributions.iter().flat_map(|part| part.rows.iter().map(move |_| part)).collect();
			for leaf in version.leaves() {
				let of_cluster = version.leaves().iter().zip(&ids).filter(|(other, _)| other.cluster == leaf.cluster);
				let first = of_cluster.min_by_key(|(_, part)| part.id).unwrap();
				prop_assert_eq!(&leaf.contributor, &first.1.contributor);
				prop_assert!(leaf.cluster <= leaf.row);
			}
			// A version keeps the clusters of its parent.
			let parent = build(contributions[..contributions.len() - 1].to_vec());
			for (old, new) in parent.leaves().iter().zip(version.leaves()) {
				prop_assert_eq!(old.cluster, new.cluster);
			}
		}
	}
}
