//! # Store
//!
//! Blobs in a local folder, named by the BLAKE3 hash of their bytes: rows of datanets, adapters, batches. A blob is
//! written once and verified whenever it is read, so what `get` returns is what `put` was given or an error.
//!
//! `<folder>/<first byte of the hash>/<hash>`, all in lower-case hex. A blob appears by a rename of a complete file on
//! stable storage: a reader never sees half of one, and a crash leaves at most a temporary file, which `open` removes.

use std::{
	fs::{self, File},
	io::{self, Write},
	path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The largest blob.
pub const MAX_BLOB_BYTES: u64 = 64 * 1024 * 1024;

/// The name of a blob: the BLAKE3 hash of its bytes.
pub type BlobHash = [u8; 32];

/// Where a blob is while it is written.
const INCOMING: &str = "incoming";

/// Why a blob could not be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// The store has no such blob.
	#[error("no blob {} in {}", hex::encode(.hash), .folder.display())]
	NotFound {
		/// The blob that was asked for.
		hash: BlobHash,
		/// The folder of the store.
		folder: PathBuf,
	},
	/// The file of a blob does not hold the blob's bytes. Remove the file and fetch the blob again.
	#[error("{} is corrupt: its bytes hash to {}", .file.display(), hex::encode(.found))]
	Corrupt {
		/// The file.
		file: PathBuf,
		/// The hash of what it holds.
		found: BlobHash,
	},
	/// The blob is larger than the store takes.
	#[error("a blob of {bytes} bytes is larger than the limit of {MAX_BLOB_BYTES} bytes")]
	TooLarge {
		/// Its size.
		bytes: u64,
	},
	/// The file system refused.
	#[error("{}: {source}", .path.display())]
	Io {
		/// The file or folder.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
}

impl StoreError {
	fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
		move |source| Self::Io { path: path.to_path_buf(), source }
	}
}

/// A folder of blobs. Cheap to clone; any number of processes may share the folder.
#[derive(Clone, Debug)]
pub struct Store {
	folder: PathBuf,
}

impl Store {
	/// The store in `folder`, which is made if it is missing.
	pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
		let store = Self { folder: folder.into() };
		let incoming = store.incoming();
		fs::create_dir_all(&incoming).map_err(StoreError::io(&incoming))?;
		store.remove_stale(&incoming)?;
		Ok(store)
	}

	/// The folder of the store.
	pub fn folder(&self) -> &Path {
		&self.folder
	}

	/// Keeps `bytes` and returns their hash. On return they are on stable storage. Bytes that are kept already cost one
	/// read, and a damaged copy of them is replaced.
	pub fn put(&self, bytes: &[u8]) -> Result<BlobHash, StoreError> {
		check_size(bytes.len() as u64)?;
		let hash = *blake3::hash(bytes).as_bytes();
		if matches!(self.get(&hash), Ok(kept) if kept == bytes) {
			return Ok(hash);
		}
		let (shard, file) = self.location(&hash);
		fs::create_dir_all(&shard).map_err(StoreError::io(&shard))?;
		let incoming = self.incoming();
		let mut temporary = NamedTempFile::new_in(&incoming).map_err(StoreError::io(&incoming))?;
		let written = temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all());
		written.map_err(StoreError::io(temporary.path()))?;
		temporary.persist(&file).map_err(|error| StoreError::Io { path: file, source: error.error })?;
		// The rename, and the shard's own entry, last only once their folders are written too.
		for folder in [&shard, &self.folder] {
			File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io(folder))?;
		}
		Ok(hash)
	}

	/// The blob of that hash.
	pub fn get(&self, hash: &BlobHash) -> Result<Vec<u8>, StoreError> {
		let (_, file) = self.location(hash);
		let bytes = match fs::metadata(&file).and_then(|metadata| {
			// A damaged file may have any size: do not read more than a blob has.
			if metadata.len() > MAX_BLOB_BYTES {
				return Ok(Err(StoreError::TooLarge { bytes: metadata.len() }));
			}
			fs::read(&file).map(Ok)
		}) {
			Ok(read) => read?,
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				return Err(StoreError::NotFound { hash: *hash, folder: self.folder.clone() })
			}
			Err(source) => return Err(StoreError::Io { path: file, source }),
		};
		let found = *blake3::hash(&bytes).as_bytes();
		if found == *hash {
			Ok(bytes)
		} else {
			Err(StoreError::Corrupt { file, found })
		}
	}

	/// Whether the store has a file for that hash. Only [`Store::get`] verifies it.
	pub fn contains(&self, hash: &BlobHash) -> bool {
		self.location(hash).1.is_file()
	}

	fn incoming(&self) -> PathBuf {
		self.folder.join(INCOMING)
	}

	/// The shard and the file of a blob.
	fn location(&self, hash: &BlobHash) -> (PathBuf, PathBuf) {
		let name = hex::encode(hash);
		let shard = self.folder.join(name.get(..2).unwrap_or_default());
		let file = shard.join(name);
		(shard, file)
	}

	/// Removes what a crash left. A file younger than an hour may be another process's.
	fn remove_stale(&self, incoming: &Path) -> Result<(), StoreError> {
		for entry in fs::read_dir(incoming).map_err(StoreError::io(incoming))? {
			let path = entry.map_err(StoreError::io(incoming))?.path();
			let age = fs::metadata(&path).and_then(|metadata| metadata.modified()).map(|at| at.elapsed());
			if matches!(age, Ok(Ok(age)) if age.as_secs() > 3_600) {
				// Another process may have removed it first.
				let _ = fs::remove_file(&path);
			}
		}
		Ok(())
	}
}

fn check_size(bytes: u64) -> Result<(), StoreError> {
	if bytes > MAX_BLOB_BYTES {
		return Err(StoreError::TooLarge { bytes });
	}
	Ok(())
}

#[cfg(test)]
mod tests;
