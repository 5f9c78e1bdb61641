//! Whether the database is there, whole, free, and of this chain.

use super::{
	finding::Finding,
	parity::{ParityDb, Problem},
};
use rustix::fs::Access;
use std::{fs, io, path::Path};

pub(super) const CHECK: &str = "database";

/// The column of the client's database that holds what there is one of, and keys in it.
const COLUMN_META: u8 = 0;
const GENESIS_HASH: &[u8] = b"gen";
const BEST_BLOCK: &[u8] = b"best";

/// What to do with files that are of no use.
const START_ANEW: &str = "move it away, or delete it with the purge-chain subcommand and the same --base-path and \
	--chain; the node then synchronises anew";

/// Judges the database in the folder `path`, for a chain whose genesis block is `genesis`, if that is known.
///
/// `rocksdb` is the folder where a node with RocksDB keeps its own. Nothing is opened for writing.
pub(super) fn check(path: &Path, rocksdb: &Path, genesis: Option<[u8; 32]>) -> Finding {
	match look(path, rocksdb, genesis) {
		Ok(finding) => finding,
		Err(Problem::Io(error)) => Finding::failure(
			CHECK,
			format!("{} cannot be used: {error}", path.display()),
			"run this as the user that runs the node, or correct owner and rights of the files",
		),
		Err(Problem::Damaged(what)) => {
			Finding::failure(CHECK, format!("{} is damaged: {what}", path.display()), START_ANEW)
		}
	}
}

/// Goes from the outside to the inside and stops at the first thing to say.
fn look(path: &Path, rocksdb: &Path, genesis: Option<[u8; 32]>) -> Result<Finding, Problem> {
	let names = match names(path) {
		Ok(names) => names,
		Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
		Err(error) => return Err(error.into()),
	};
	if !names.iter().any(|name| name == "metadata") {
		return Ok(without_metadata(path, rocksdb, &names)?);
	}
	let database = ParityDb::new(path)?;
	if database.is_locked()? {
		return Ok(Finding::failure(
			CHECK,
			format!("{} is in use by a running process", path.display()),
			format!(
				"stop the node that uses it (find it with: fuser -v {}), or choose another folder with --base-path",
				path.join("lock").display()
			),
		));
	}
	if let Some(what) = database.damage()? {
		return Err(Problem::Damaged(what));
	}
	writable(path)?;
	compare(path, &database, genesis)
}

/// A folder that has no metadata is not a ParityDB.
fn without_metadata(path: &Path, rocksdb: &Path, names: &[String]) -> io::Result<Finding> {
	if is_rocksdb(names) {
		return Ok(Finding::failure(
			CHECK,
			format!("{} holds a RocksDB, which this node does not read", path.display()),
			START_ANEW,
		));
	}
	if names.iter().any(|name| name.starts_with("table_") || name.starts_with("index_")) {
		return Ok(Finding::failure(
			CHECK,
			format!("{} is damaged: it has tables and no metadata", path.display()),
			START_ANEW,
		));
	}
	// A start that failed leaves a lock behind.
	if let Some(name) = names.iter().find(|name| *name != "lock") {
		return Ok(Finding::warning(
			CHECK,
			format!("{} holds other files, such as {name}; the node adds its database to them", path.display()),
			"move them away, or choose another folder with --base-path",
		));
	}
	if self::names(rocksdb).is_ok_and(|names| is_rocksdb(&names)) {
		return Ok(Finding::warning(
			CHECK,
			format!(
				"{} holds a RocksDB, which this node does not read: it will make a new database in {}",
				rocksdb.display(),
				path.display()
			),
			"let the node synchronise anew, and delete the RocksDB to have its space back",
		));
	}
	Ok(Finding::ok(CHECK, format!("none yet; the node will make one in {}", path.display())))
}

/// Whether these are the files of a RocksDB.
fn is_rocksdb(names: &[String]) -> bool {
	names.iter().any(|name| name == "CURRENT" || name.starts_with("MANIFEST-"))
}

/// Whether the node could write the files.
fn writable(path: &Path) -> io::Result<()> {
	let not_writable = |error| io::Error::new(io::Error::from(error).kind(), "it cannot be written");
	rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).map_err(not_writable)?;
	rustix::fs::access(path.join("metadata"), Access::WRITE_OK).map_err(not_writable)
}

/// Compares the genesis block in the database with that of the chain.
fn compare(path: &Path, database: &ParityDb, genesis: Option<[u8; 32]>) -> Result<Finding, Problem> {
	let stored = database.value(COLUMN_META, GENESIS_HASH)?;
	let best = database.value(COLUMN_META, BEST_BLOCK)?;
	let path = path.display();
	let Some(stored) = stored else {
		if best.is_some() {
			return Err(Problem::Damaged("it has blocks and no genesis".into()));
		}
		return Ok(Finding::ok(CHECK, format!("{path} has no block yet; the node will write the genesis block")));
	};
	let log = if database.has_log()? { "; the last stop left a log, which the node replays" } else { "" };
	let best = best.as_deref().and_then(<[u8]>::first_chunk).map_or(0, |number| u32::from_be_bytes(*number));
	let stored = hex::encode(stored);
	let Some(genesis) = genesis.map(hex::encode) else {
		return Ok(Finding::warning(
			CHECK,
			format!("{path} has the genesis 0x{stored}, which cannot be compared, and best block {best}{log}"),
			"correct the chain specification first",
		));
	};
	if stored == genesis {
		return Ok(Finding::ok(CHECK, format!("{path} is of this chain, best block {best}{log}")));
	}
	Ok(Finding::failure(
		CHECK,
		format!("{path} is of another chain: its genesis is 0x{stored}, that of the specification 0x{genesis}"),
		format!("name the right chain with --chain or another folder with --base-path; or {START_ANEW}"),
	))
}

/// The names in a folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
	fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::{super::finding::State, *};
	use std::path::PathBuf;
	use tempfile::TempDir;

	const GENESIS: [u8; 32] = [5; 32];

	/// A base folder with the places of both kinds of databases in it, where nothing is yet.
	struct Base {
		_folder: TempDir,
		parity: PathBuf,
		rocks: PathBuf,
	}

	impl Base {
		fn new() -> Self {
			let folder = tempfile::tempdir().unwrap();
			let (parity, rocks) = (folder.path().join("paritydb/full"), folder.path().join("db/full"));
			Self { _folder: folder, parity, rocks }
		}

		/// With a database that has these values in its first column.
		fn with(values: &[(&[u8], &[u8])]) -> Self {
			let base = Self::new();
			let db = base.open();
			for (key, value) in values {
				db.commit([(0, key, Some(value.to_vec()))]).unwrap();
			}
			base
		}

		/// With a database of the chain that has 258 blocks.
		fn synchronised() -> Self {
			let best: Vec<u8> = [0, 0, 1, 2].into_iter().chain([7; 32]).collect();
			Self::with(&[(b"type", b"full"), (b"gen", &GENESIS), (b"best", &best)])
		}

		fn open(&self) -> parity_db::Db {
			parity_db::Db::open_or_create(&parity_db::Options::with_columns(&self.parity, 13)).unwrap()
		}

		fn check(&self) -> Finding {
			check(&self.parity, &self.rocks, Some(GENESIS))
		}

		/// Checks that the finding is of `state` and has `words` in it.
		fn expect(&self, state: State, words: &str) {
			let finding = self.check();
			assert_eq!(finding.state, state, "{finding}");
			assert!(finding.found.contains(words), "{finding}");
			assert_eq!(finding.remedy.is_some(), state != State::Ok, "{finding}");
		}
	}

	#[test]
	fn no_database_is_ok_and_none_is_made() {
		let base = Base::new();
		base.expect(State::Ok, "none yet");
		assert!(!base.parity.exists());
		fs::create_dir_all(&base.parity).unwrap();
		base.expect(State::Ok, "none yet");
		fs::write(base.parity.join("lock"), "").unwrap();
		base.expect(State::Ok, "none yet");
		assert_eq!(names(&base.parity).unwrap(), ["lock"]);
	}

	#[test]
	fn a_database_of_the_chain_is_ok() {
		Base::synchronised().expect(State::Ok, "is of this chain, best block 258");
	}

	#[test]
	fn a_database_without_blocks_is_ok() {
		Base::with(&[(b"type", b"full")]).expect(State::Ok, "no block yet");
	}

	#[test]
	fn a_foreign_genesis_is_a_failure_that_names_both() {
		let base = Base::with(&[(b"gen", &[6; 32])]);
		base.expect(State::Failure, "of another chain");
		base.expect(State::Failure, &"06".repeat(32));
		base.expect(State::Failure, &"05".repeat(32));
	}

	#[test]
	fn an_unknown_genesis_is_a_warning() {
		let base = Base::synchronised();
		assert_eq!(check(&base.parity, &base.rocks, None).state, State::Warning);
	}

	#[test]
	fn a_database_in_use_is_a_failure() {
		let base = Base::synchronised();
		let open = base.open();
		base.expect(State::Failure, "in use by a running process");
		drop(open);
		base.expect(State::Ok, "of this chain");
	}

	#[test]
	fn damaged_metadata_is_a_failure() {
		let base = Base::synchronised();
		fs::write(base.parity.join("metadata"), "rubbish").unwrap();
		base.expect(State::Failure, "is damaged");
	}

	#[test]
	fn missing_metadata_is_a_failure() {
		let base = Base::synchronised();
		fs::remove_file(base.parity.join("metadata")).unwrap();
		base.expect(State::Failure, "tables and no metadata");
	}

	#[test]
	fn blocks_without_genesis_are_damage() {
		Base::with(&[(b"best", &[1; 36])]).expect(State::Failure, "blocks and no genesis");
	}

	#[test]
	fn a_table_that_was_cut_short_is_a_failure() {
		let base = Base::synchronised();
		let table = fs::read_dir(&base.parity)
			.unwrap()
			.map(|entry| entry.unwrap().path())
			.find(|path| path.to_str().unwrap().contains("table_00_"))
			.unwrap();
		fs::OpenOptions::new().write(true).open(table).unwrap().set_len(50).unwrap();
		base.expect(State::Failure, "is damaged");
	}

	#[test]
	fn a_rocksdb_in_the_place_of_the_database_is_a_failure() {
		let base = Base::new();
		fs::create_dir_all(&base.parity).unwrap();
		fs::write(base.parity.join("CURRENT"), "MANIFEST-000001\n").unwrap();
		base.expect(State::Failure, "holds a RocksDB");
	}

	#[test]
	fn a_rocksdb_beside_it_is_a_warning() {
		let base = Base::new();
		fs::create_dir_all(&base.rocks).unwrap();
		fs::write(base.rocks.join("CURRENT"), "MANIFEST-000001\n").unwrap();
		base.expect(State::Warning, "holds a RocksDB");
	}

	#[test]
	fn other_files_are_a_warning() {
		let base = Base::new();
		fs::create_dir_all(&base.parity).unwrap();
		fs::write(base.parity.join("notes.txt"), "").unwrap();
		base.expect(State::Warning, "notes.txt");
	}

	#[test]
	fn a_file_in_the_place_of_the_database_is_a_failure() {
		let base = Base::new();
		fs::create_dir_all(base.parity.parent().unwrap()).unwrap();
		fs::write(&base.parity, "").unwrap();
		base.expect(State::Failure, "cannot be used");
	}
}
