//! Reads single values of a ParityDB without opening it.
//!
//! To open one, even read-only, is to take its lock, to replay and delete its log and to write statistics into it. This
//! reads the files as they lie. A value table holds, for each value, its length, the last bytes of the hash of its key
//! and the value itself; a record of the log holds the same bytes before they come into the table.

use std::{
	fs::{self, TryLockError},
	io,
	path::{Path, PathBuf},
};

/// Oldest version of the files that the library still opens.
const OLDEST_VERSION: u32 = 4;

/// Bytes of the hash of a key that are not stored beside the value.
const KEY_PREFIX: usize = 6;

/// Bytes of the hash of a key that are stored beside the value.
const STORED_KEY: usize = 26;

/// Where in a log the number of its first record is.
const RECORD_NUMBER: usize = 1;

/// Bytes of the length before the stored key; its highest bit tells that the value is compressed.
const LENGTH: usize = 2;
const COMPRESSED: u16 = 0x8000;

/// The first and the last size of a table's entries, and the number of tables between which they grow.
const SMALLEST_ENTRY: f64 = 32.0;
const LARGEST_ENTRY: f64 = 32_760.0;
const LAST_SIZED_TABLE: u8 = 254;

/// The size of the entries of the one table above those, for values in parts.
const PART_ENTRY: u64 = 4_096;

/// An index has a head, and a chunk for each value of its bits.
const INDEX_HEAD: u64 = 16 * 1_024;
const INDEX_CHUNK: u64 = 512;

/// The files of a ParityDB.
#[derive(Debug)]
pub(super) struct ParityDb {
	folder: PathBuf,
	salt: [u8; 32],
}

/// Why the files cannot be read as a ParityDB.
#[derive(Debug)]
pub(super) enum Problem {
	/// The system does not let us.
	Io(io::Error),
	/// They are not what they should be.
	Damaged(String),
}

impl From<io::Error> for Problem {
	fn from(error: io::Error) -> Self {
		Problem::Io(error)
	}
}

impl ParityDb {
	/// The database in `folder`, which has a file of metadata.
	pub(super) fn new(folder: &Path) -> Result<Self, Problem> {
		let text = String::from_utf8(fs::read(folder.join("metadata"))?)
			.map_err(|_| Problem::Damaged("its metadata is not text".into()))?;
		let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::trim);
		let version: u32 = value("version")
			.and_then(|version| version.parse().ok())
			.ok_or_else(|| Problem::Damaged("its metadata has no version".into()))?;
		if version < OLDEST_VERSION {
			return Err(Problem::Damaged(format!("its files are of version {version}, which is not supported")));
		}
		let mut salt = [0; 32];
		value("salt")
			.and_then(|digits| hex::decode_to_slice(digits, &mut salt).ok())
			.ok_or_else(|| Problem::Damaged("its metadata has no salt".into()))?;
		Ok(Self { folder: folder.into(), salt })
	}

	/// Whether a process has the database open.
	pub(super) fn is_locked(&self) -> io::Result<bool> {
		let lock = match fs::File::open(self.folder.join("lock")) {
			Ok(lock) => lock,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
			Err(error) => return Err(error),
		};
		match lock.try_lock_shared() {
			Ok(()) => Ok(false),
			Err(TryLockError::WouldBlock) => Ok(true),
			Err(TryLockError::Error(error)) => Err(error),
		}
	}

	/// Whether the log holds changes that are not in the tables, as after a crash.
	pub(super) fn has_log(&self) -> io::Result<bool> {
		Ok(self.files("log")?.iter().any(|file| fs::metadata(file).is_ok_and(|metadata| metadata.len() > 0)))
	}

	/// The value of `key` in a `column` of plain small values, as the log has it last or else as the tables have it.
	pub(super) fn value(&self, column: u8, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
		let hash = blake2b_simd::Params::new().hash_length(32).key(&self.salt).hash(key);
		let stored = hash.as_bytes().get(KEY_PREFIX..).unwrap_or_default();
		let mut newest = None;
		for file in self.files("log")? {
			let log = fs::read(file)?;
			// A log begins with the number of its first record, and the names of logs come again.
			let record = log.get(RECORD_NUMBER..).map_or(0, number);
			if let Some(value) = find_value(&log, stored) {
				if newest.as_ref().is_none_or(|(newer, _)| record >= *newer) {
					newest = Some((record, value));
				}
			}
		}
		if let Some((_, value)) = newest {
			return Ok(Some(value));
		}
		for file in self.files(&format!("table_{column:02}_"))? {
			if let Some(value) = find_value(&fs::read(file)?, stored) {
				return Ok(Some(value));
			}
		}
		Ok(None)
	}

	/// What is visibly wrong with the files of a database that is not in use, if anything is.
	///
	/// Tables must end after their last entry and have their first free entry before it; an index has the size that
	/// its name says.
	pub(super) fn damage(&self) -> io::Result<Option<String>> {
		for path in self.files("")? {
			let Some((kind, number)) = path.file_name().and_then(|name| name.to_str()).and_then(parse_name) else {
				continue;
			};
			let length = fs::metadata(&path)?.len();
			// A file that was made and not filled is one that the library fills when it opens it.
			if length == 0 {
				continue;
			}
			let wrong = match kind {
				Kind::Index => {
					(length != index_size(number)).then(|| format!("has {length} bytes, not {}", index_size(number)))
				}
				Kind::Table => table_damage(&path, length, entry_size(number))?,
			};
			if let Some(wrong) = wrong {
				return Ok(Some(format!("{} {wrong}", path.display())));
			}
		}
		Ok(None)
	}

	/// The files whose names start with `prefix`, in order.
	fn files(&self, prefix: &str) -> io::Result<Vec<PathBuf>> {
		let mut files = Vec::new();
		for entry in fs::read_dir(&self.folder)? {
			let entry = entry?;
			if entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) {
				files.push(entry.path());
			}
		}
		files.sort();
		Ok(files)
	}
}

/// The kinds of files that have a size which can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
	Index,
	Table,
}

/// The kind of a file, with the bits of an index or the number of a table.
fn parse_name(name: &str) -> Option<(Kind, u8)> {
	let mut parts = name.split('_');
	let (kind, _column, number) = (parts.next()?, parts.next()?, parts.next()?);
	match (kind, parts.next()) {
		("index", None) => Some((Kind::Index, number.parse().ok().filter(|bits| *bits < 48)?)),
		("table", None) => Some((Kind::Table, u8::from_str_radix(number, 16).ok()?)),
		_ => None,
	}
}

/// The size of an index of so many bits, fewer than 48.
fn index_size(bits: u8) -> u64 {
	INDEX_HEAD.saturating_add(INDEX_CHUNK << bits)
}

/// The size of the entries of table number `table`: they grow by the same factor from each to the next.
fn entry_size(table: u8) -> u64 {
	if table > LAST_SIZED_TABLE {
		return PART_ENTRY;
	}
	let exponent = f64::from(table) / f64::from(LAST_SIZED_TABLE);
	(SMALLEST_ENTRY * (LARGEST_ENTRY / SMALLEST_ENTRY).powf(exponent)).round() as u64
}

/// What is wrong with a table of `length` bytes.
fn table_damage(path: &Path, length: u64, entry_size: u64) -> io::Result<Option<String>> {
	let mut head = [0; 16];
	match io::Read::read_exact(&mut fs::File::open(path)?, &mut head) {
		Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Some("has no head".into())),
		other => other?,
	}
	let (free, filled) = head.split_at(8);
	let (free, filled) = (number(free), number(filled).max(1));
	if free >= filled {
		return Ok(Some(format!("counts {filled} entries, and number {free} as free")));
	}
	let needed = filled.saturating_mul(entry_size);
	Ok((needed > length).then(|| format!("has {length} bytes and needs {needed}")))
}

/// The number that `bytes` begin with.
fn number(bytes: &[u8]) -> u64 {
	bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The value that lies behind the last occurrence of the stored part of its key.
fn find_value(bytes: &[u8], stored_key: &[u8]) -> Option<Vec<u8>> {
	let key_at = bytes.windows(STORED_KEY).rposition(|window| window == stored_key)?;
	let length = bytes.get(key_at.checked_sub(LENGTH)?..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))?;
	if length & COMPRESSED != 0 {
		return None;
	}
	bytes.get(key_at..)?.get(..usize::from(length))?.get(STORED_KEY..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;

	/// A database as the library makes it, with values of several lengths in column 0.
	fn make(folder: &Path) -> parity_db::Options {
		let options = parity_db::Options::with_columns(folder, 13);
		let db = parity_db::Db::open_or_create(&options).unwrap();
		for length in [0, 4, 32, 36, 200, 3_000] {
			db.commit([(0, format!("key {length}"), Some(vec![length as u8; length]))]).unwrap();
		}
		options
	}

	/// The names, sizes and contents of all files.
	fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
		let mut files: Vec<_> = fs::read_dir(folder)
			.unwrap()
			.map(|entry| entry.unwrap().path())
			.map(|path| (path.clone(), fs::read(&path).unwrap()))
			.collect();
		files.sort();
		files
	}

	#[test]
	fn values_are_read_as_the_library_wrote_them_and_nothing_changes() {
		let folder = tempfile::tempdir().unwrap();
		make(folder.path());
		let before = contents(folder.path());
		let db = ParityDb::new(folder.path()).unwrap();
		for length in [0, 4, 32, 36, 200, 3_000] {
			let value = db.value(0, format!("key {length}").as_bytes()).unwrap();
			assert_eq!(value, Some(vec![length as u8; length]), "{length}");
		}
		assert_eq!(db.value(0, b"key 5").unwrap(), None);
		assert_eq!(db.value(1, b"key 4").unwrap(), None);
		assert_eq!(db.damage().unwrap(), None);
		assert!(!db.is_locked().unwrap());
		assert!(!db.has_log().unwrap());
		assert_eq!(contents(folder.path()), before);
	}

	#[test]
	fn a_replaced_value_is_the_new_one_and_a_removed_value_is_gone() {
		let folder = tempfile::tempdir().unwrap();
		let options = make(folder.path());
		{
			let db = parity_db::Db::open(&options).unwrap();
			db.commit([(0, "key 32", Some(vec![7; 32])), (0, "key 36", None)]).unwrap();
		}
		let db = ParityDb::new(folder.path()).unwrap();
		assert_eq!(db.value(0, b"key 32").unwrap(), Some(vec![7; 32]));
		assert_eq!(db.value(0, b"key 36").unwrap(), None);
	}

	#[test]
	fn a_value_that_is_only_in_the_log_is_found_there() {
		let folder = tempfile::tempdir().unwrap();
		make(folder.path());
		let table = fs::read_dir(folder.path())
			.unwrap()
			.map(|entry| entry.unwrap().path())
			.find(|path| fs::read(path).unwrap().windows(32).any(|window| window == [32; 32]))
			.unwrap();
		fs::rename(table, folder.path().join("log3")).unwrap();
		let db = ParityDb::new(folder.path()).unwrap();
		assert!(db.has_log().unwrap());
		assert_eq!(db.value(0, b"key 32").unwrap(), Some(vec![32; 32]));
	}

	#[test]
	fn the_last_of_several_values_in_logs_counts() {
		let folder = tempfile::tempdir().unwrap();
		make(folder.path());
		let db = ParityDb::new(folder.path()).unwrap();
		let hash = blake2b_simd::Params::new().hash_length(32).key(&db.salt).hash(b"key 4");
		let entry = |value: u8| [&[30, 0], &hash.as_bytes()[KEY_PREFIX..], &[value; 4]].concat();
		let log = |record: u64, values: &[u8]| {
			let entries = values.iter().flat_map(|value| entry(*value));
			[&[1][..], &record.to_le_bytes()].concat().into_iter().chain(entries).collect::<Vec<u8>>()
		};
		fs::write(folder.path().join("log0"), log(9, &[1, 2])).unwrap();
		fs::write(folder.path().join("log1"), log(8, &[3])).unwrap();
		assert_eq!(db.value(0, b"key 4").unwrap(), Some(vec![2; 4]));
	}

	#[test]
	fn a_crash_leaves_a_log_from_which_values_are_read() {
		let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		let options = parity_db::Options::with_columns(folder.path(), 13);
		let db = parity_db::Db::open_or_create(&options).unwrap();
		db.commit([(0, "gen", Some(vec![9; 32]))]).unwrap();
		let mut value = None;
		// The library writes the log in the background.
		for _ in 0..500 {
			for (path, bytes) in contents(folder.path()) {
				fs::write(copy.path().join(path.file_name().unwrap()), bytes).unwrap();
			}
			value = ParityDb::new(copy.path()).unwrap().value(0, b"gen").unwrap();
			if value.is_some() {
				break;
			}
			std::thread::sleep(std::time::Duration::from_millis(10));
		}
		assert_eq!(value, Some(vec![9; 32]));
	}

	#[test]
	fn an_open_database_is_locked() {
		let folder = tempfile::tempdir().unwrap();
		let options = make(folder.path());
		let db = ParityDb::new(folder.path()).unwrap();
		let open = parity_db::Db::open(&options).unwrap();
		assert!(db.is_locked().unwrap());
		drop(open);
		assert!(!db.is_locked().unwrap());
	}

	#[test]
	fn asking_for_the_lock_does_not_keep_it() {
		let folder = tempfile::tempdir().unwrap();
		let options = make(folder.path());
		assert!(!ParityDb::new(folder.path()).unwrap().is_locked().unwrap());
		assert!(parity_db::Db::open(&options).is_ok());
	}

	#[test]
	fn bad_metadata_is_damage() {
		let folder = tempfile::tempdir().unwrap();
		make(folder.path());
		let metadata = folder.path().join("metadata");
		let good = fs::read_to_string(&metadata).unwrap();
		for bad in [
			String::new(),
			good.replace("version=8", "version=3"),
			good.replace("version=", "v="),
			good.replace("salt=", "salt=0"),
		] {
			fs::write(&metadata, bad).unwrap();
			assert!(matches!(ParityDb::new(folder.path()), Err(Problem::Damaged(_))));
		}
		fs::write(&metadata, [0xff, 0xfe]).unwrap();
		assert!(matches!(ParityDb::new(folder.path()), Err(Problem::Damaged(_))));
	}

	#[test]
	fn files_that_were_cut_short_are_damage() {
		for prefix in ["table_00_", "index_00_"] {
			let folder = tempfile::tempdir().unwrap();
			make(folder.path());
			let db = ParityDb::new(folder.path()).unwrap();
			let file = db.files(prefix).unwrap().remove(0);
			let open = fs::OpenOptions::new().write(true).open(&file).unwrap();
			open.set_len(40).unwrap();
			let damage = db.damage().unwrap().unwrap();
			assert!(damage.contains(file.to_str().unwrap()), "{damage}");
			open.set_len(8).unwrap();
			assert!(db.damage().unwrap().is_some());
		}
	}

	#[test]
	fn a_table_whose_free_list_leaves_it_is_damage() {
		let folder = tempfile::tempdir().unwrap();
		make(folder.path());
		let db = ParityDb::new(folder.path()).unwrap();
		let file = db.files("table_00_").unwrap().remove(0);
		let mut bytes = fs::read(&file).unwrap();
		bytes[..8].copy_from_slice(&99_u64.to_le_bytes());
		fs::write(&file, bytes).unwrap();
		assert!(db.damage().unwrap().unwrap().contains("99 as free"));
	}

	#[test]
	fn entry_sizes_are_those_of_the_library() {
		// Some of the sizes that its source lists.
		let sizes = [(0, 32), (13, 46), (23, 60), (100, 490), (126, 996), (200, 7_506), (253, 31_878), (254, 32_760)];
		for (table, size) in sizes {
			assert_eq!(entry_size(table), size, "table {table}");
		}
		assert_eq!(entry_size(255), 4_096);
	}

	#[test]
	fn names_are_understood() {
		assert_eq!(parse_name("table_00_ff"), Some((Kind::Table, 255)));
		assert_eq!(parse_name("index_12_16"), Some((Kind::Index, 16)));
		for name in ["metadata", "lock", "log0", "stats.txt", "table_00_100", "index_00_64", "index_00_16_old"] {
			assert_eq!(parse_name(name), None, "{name}");
		}
		assert_eq!(index_size(16), 33_570_816);
	}
}
