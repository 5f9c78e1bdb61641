//! The table of vectors that a datanet version is searched by: exact scan, one root, a proof for every leaf.

use crate::encoder::UNIT;
use codec::{Decode, DecodeAll, Encode};
use openledger_primitives::{
	attribution::{IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored, Vector, MAX_DIM},
	hashing::{Blake2b256, Domain},
	ids::{DatanetId, IndexId},
	referee,
	tree::{plain::Commitment, whole::MerkleTree},
};
use rayon::prelude::*;
use sp_core::H256;
use sp_runtime::{AccountId32, BoundedVec};
use std::{
	collections::BTreeSet,
	fs,
	io::{self, Write},
	path::{Path, PathBuf},
};

/// The threshold for an index of this crate's encoder over passages: cosine 0.5. Measured over WordNet's animals
/// (`tests/retrieval.rs`): the row that answers is above it for 96 to 100 % of questions, depending on their wording,
/// the best row for 10 % of questions of another domain and for no small talk.
pub const RETRIEVAL_THRESHOLD: i64 = UNIT / 2;

/// From this many rows on a scan is worth more than one thread.
pub(crate) const PARALLEL_FROM: usize = 8_192;
/// What opens a saved index: the kind of file and the version of its format. The BLAKE3 hash of the body follows, then
/// the body.
const MAGIC: &[u8] = b"openledger/index/1\n";

/// A row to be indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
	/// Who contributed it.
	pub contributor: AccountId32,
	/// Its near-duplicate cluster.
	pub cluster: u32,
	/// Reputation of the contributor; 256 means 1.0.
	pub reputation: u16,
	/// The row's vector.
	pub vector: Vector,
}

/// Why there is no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
	/// There are no rows.
	#[error("an index needs at least one row")]
	Empty,
	/// There are more rows than row numbers.
	#[error("an index has at most {} rows", u32::MAX)]
	TooManyRows,
	/// A vector's length is not that of row 0, or that of row 0 is 0.
	#[error("row {row} has a vector of {found} entries instead of {expected} (at most {MAX_DIM}, at least 1)")]
	Dimension {
		/// The row.
		row: usize,
		/// Entries of its vector.
		found: usize,
		/// Entries of the first row's vector.
		expected: usize,
	},
	/// The file cannot be read or written.
	#[error("{}: {source}", .path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// The file does not hold an index, or not the one whose root it names. Build the index again.
	#[error("{} is not an intact index: {reason}", .path.display())]
	Corrupt {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		reason: String,
	},
}

/// A table of vectors under one root, leaf `i` for row `i`, with the texts' contributors.
#[derive(Clone, Debug)]
pub struct RetrievalIndex {
	domain: Domain,
	datanet: DatanetId,
	version: u32,
	threshold: i64,
	dim: u16,
	leaves: Vec<IndexLeaf<AccountId32>>,
	tree: MerkleTree<Blake2b256>,
}

/// The body of a file.
#[derive(Encode, Decode)]
struct Saved {
	genesis: H256,
	datanet: DatanetId,
	version: u32,
	threshold: i64,
	rows: Commitment,
	leaves: Vec<IndexLeaf<AccountId32>>,
}

impl RetrievalIndex {
	/// The index of `rows` in their order, which are the rows 0, 1, … of a datanet's version.
	pub fn build(
		domain: Domain,
		datanet: DatanetId,
		version: u32,
		rows: impl IntoIterator<Item = IndexRow>,
		threshold: i64,
	) -> Result<Self, IndexError> {
		let mut leaves = vec![];
		for (row, IndexRow { contributor, cluster, reputation, vector }) in rows.into_iter().enumerate() {
			let row = u32::try_from(row).map_err(|_| IndexError::TooManyRows)?;
			leaves.push(IndexLeaf { row, contributor, cluster, reputation, vector });
		}
		Self::from_leaves(domain, datanet, version, leaves, threshold)
	}

	fn from_leaves(
		domain: Domain,
		datanet: DatanetId,
		version: u32,
		leaves: Vec<IndexLeaf<AccountId32>>,
		threshold: i64,
	) -> Result<Self, IndexError> {
		let expected = leaves.first().ok_or(IndexError::Empty)?.vector.len();
		let wrong = |leaf: &IndexLeaf<_>| leaf.vector.is_empty() || leaf.vector.len() != expected;
		if let Some(row) = leaves.iter().position(wrong) {
			return Err(IndexError::Dimension { row, found: leaves[row].vector.len(), expected });
		}
		let dim = u16::try_from(expected).map_err(|_| IndexError::Dimension { row: 0, found: expected, expected })?;
		let sealed: Vec<Vec<u8>> = leaves.par_iter().map(|leaf| leaf.leaf(&domain, datanet, version)).collect();
		let tree = MerkleTree::new(sealed).ok_or(IndexError::TooManyRows)?;
		Ok(Self { domain, datanet, version, threshold, dim, leaves, tree })
	}

	/// Root and number of the rows.
	pub fn commitment(&self) -> Commitment {
		self.tree.commitment()
	}

	/// Entries of each vector.
	pub fn dim(&self) -> u16 {
		self.dim
	}

	/// The chain that the leaves are bound to.
	pub fn domain(&self) -> Domain {
		self.domain
	}

	/// The datanet whose rows are indexed.
	pub fn datanet(&self) -> DatanetId {
		self.datanet
	}

	/// The version of that datanet.
	pub fn version(&self) -> u32 {
		self.version
	}

	/// The least score that makes a row a source.
	pub fn threshold(&self) -> i64 {
		self.threshold
	}

	/// The leaves, leaf `i` for row `i`.
	pub fn leaves(&self) -> &[IndexLeaf<AccountId32>] {
		&self.leaves
	}

	/// What the chain keeps of the index.
	pub fn info(&self) -> IndexInfo {
		IndexInfo {
			kind: IndexKind::Retrieval,
			datanet: self.datanet,
			version: self.version,
			dim: self.dim,
			rows: self.commitment(),
			threshold: self.threshold,
		}
	}

	/// The sources of `query`: the rows with the greatest score at or above the threshold, one per cluster, at most
	/// `limit` and never more than a claim may name. An exact scan of every row. A query of another dimension has none.
	/// The rows in `taken` were taken down: they are left out, and others of their clusters take their places.
	pub fn search(&self, query: &Vector, limit: u32, taken: &BTreeSet<u32>) -> Vec<Scored> {
		let score = |leaf: &IndexLeaf<AccountId32>| {
			let score = referee::dot(query, &leaf.vector)?;
			// Most rows end here, so that few are sorted.
			let found = score >= self.threshold && !taken.contains(&leaf.row);
			found.then_some(Scored { row: leaf.row, cluster: leaf.cluster, score })
		};
		let scored: Vec<Scored> = if self.leaves.len() < PARALLEL_FROM {
			self.leaves.iter().filter_map(score).collect()
		} else {
			self.leaves.par_iter().filter_map(score).collect()
		};
		referee::top_k(scored, self.threshold, limit)
	}

	/// The claim about this index, published as `index`, for `query`, without the rows in `taken`.
	pub fn part(&self, index: IndexId, pool: Pool, query: Vector, limit: u32, taken: &BTreeSet<u32>) -> Part {
		// `search` is bounded by the same constant as the claim: nothing is cut here.
		let top = BoundedVec::truncate_from(self.search(&query, limit, taken));
		Part { index, pool, query, top }
	}

	/// The leaf of a row.
	pub fn leaf(&self, row: u32) -> Option<&IndexLeaf<AccountId32>> {
		self.leaves.get(usize::try_from(row).ok()?)
	}

	/// The leaf of a row and the proof that opens it under [`RetrievalIndex::commitment`].
	pub fn prove(&self, row: u32) -> Option<(IndexLeaf<AccountId32>, Vec<H256>)> {
		Some((self.leaf(row)?.clone(), self.tree.prove(row)?))
	}

	/// Writes the index to `path`, whole or not at all.
	pub fn save(&self, path: impl AsRef<Path>) -> Result<(), IndexError> {
		let path = path.as_ref();
		let body = Saved {
			genesis: self.domain.genesis,
			datanet: self.datanet,
			version: self.version,
			threshold: self.threshold,
			rows: self.commitment(),
			leaves: self.leaves.clone(),
		}
		.encode();
		let write = || -> io::Result<()> {
			let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
			let mut file = tempfile::NamedTempFile::new_in(folder)?;
			file.write_all(MAGIC)?;
			file.write_all(blake3::hash(&body).as_bytes())?;
			file.write_all(&body)?;
			file.as_file().sync_all()?;
			file.persist(path).map_err(|error| error.error)?;
			fs::File::open(folder)?.sync_all()
		};
		write().map_err(|source| IndexError::Io { path: path.to_path_buf(), source })
	}

	/// Reads the index that [`RetrievalIndex::save`] wrote, and refuses a file that is damaged or whose leaves do not
	/// have the root it names.
	pub fn load(path: impl AsRef<Path>) -> Result<Self, IndexError> {
		let path = path.as_ref();
		let corrupt = |reason: String| IndexError::Corrupt { path: path.to_path_buf(), reason };
		let bytes = fs::read(path).map_err(|source| IndexError::Io { path: path.to_path_buf(), source })?;
		let hashed = bytes.strip_prefix(MAGIC).and_then(|rest| rest.split_first_chunk::<32>());
		let (hash, body) = hashed.ok_or_else(|| corrupt("it does not begin as one".into()))?;
		if blake3::hash(body).as_bytes() != hash {
			return Err(corrupt("its bytes have another hash".into()));
		}
		let saved = Saved::decode_all(&mut &*body).map_err(|error| corrupt(error.to_string()))?;
		if let Some(at) = (0u32..).zip(&saved.leaves).find_map(|(at, leaf)| (leaf.row != at).then_some(at)) {
			return Err(corrupt(format!("leaf {at} is not of row {at}")));
		}
		let domain = Domain { genesis: saved.genesis };
		let index = Self::from_leaves(domain, saved.datanet, saved.version, saved.leaves, saved.threshold)
			.map_err(|error| corrupt(error.to_string()))?;
		if index.commitment() != saved.rows {
			return Err(corrupt("its leaves have another root".into()));
		}
		Ok(index)
	}
}
