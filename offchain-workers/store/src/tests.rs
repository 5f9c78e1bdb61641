#![allow(clippy::unwrap_used)]

use super::*;
use std::{
	thread,
	time::{Duration, SystemTime},
};

fn store() -> (tempfile::TempDir, Store) {
	let folder = tempfile::tempdir().unwrap();
	let store = Store::open(folder.path().join("blobs")).unwrap();
	(folder, store)
}

fn files(folder: &Path) -> Vec<PathBuf> {
	let mut found = vec![];
	for entry in fs::read_dir(folder).unwrap() {
		let path = entry.unwrap().path();
		if path.is_dir() {
			found.extend(files(&path));
		} else {
			found.push(path);
		}
	}
	found
}

#[test]
fn get_returns_what_was_put() {
	let (_guard, store) = store();
	for bytes in [&b""[..], b"a", &[0u8; 100_000]] {
		let hash = store.put(bytes).unwrap();
		assert_eq!(hash, *blake3::hash(bytes).as_bytes());
		assert!(store.contains(&hash));
		assert_eq!(store.get(&hash).unwrap(), bytes);
	}
}

#[test]
fn blobs_lie_in_a_folder_named_by_their_first_byte() {
	let (_guard, store) = store();
	let name = hex::encode(store.put(b"rows").unwrap());
	assert_eq!(files(store.folder()), [store.folder().join(&name[..2]).join(&name)]);
}

#[test]
fn put_is_idempotent() {
	let (_guard, store) = store();
	assert_eq!(store.put(b"rows").unwrap(), store.put(b"rows").unwrap());
	assert_eq!(files(store.folder()).len(), 1);
}

#[test]
fn blobs_survive_reopening() {
	let (_guard, store) = store();
	let hash = store.put(b"rows").unwrap();
	assert_eq!(Store::open(store.folder()).unwrap().get(&hash).unwrap(), b"rows");
}

#[test]
fn get_fails_when_the_blob_is_unknown() {
	let (_guard, store) = store();
	assert!(!store.contains(&[7; 32]));
	let error = store.get(&[7; 32]).unwrap_err();
	assert!(matches!(error, StoreError::NotFound { hash: [7, ..], .. }), "{error}");
	assert!(error.to_string().contains(&hex::encode([7; 32])));
}

#[test]
fn get_fails_when_the_file_is_damaged_and_put_repairs_it() {
	let (_guard, store) = store();
	let hash = store.put(b"rows").unwrap();
	let (_, file) = store.location(&hash);
	for damage in [&b"rowz"[..], b"", b"rows and more"] {
		fs::write(&file, damage).unwrap();
		let error = store.get(&hash).unwrap_err();
		assert!(matches!(&error, StoreError::Corrupt { file: named, .. } if *named == file), "{error}");
		assert!(error.to_string().contains(&file.display().to_string()));
	}
	store.put(b"rows").unwrap();
	assert_eq!(store.get(&hash).unwrap(), b"rows");
}

#[test]
fn a_blob_of_the_largest_size_is_kept_and_a_larger_one_refused() {
	let (_guard, store) = store();
	let mut bytes = vec![1u8; MAX_BLOB_BYTES as usize];
	let hash = store.put(&bytes).unwrap();
	assert_eq!(store.get(&hash).unwrap().len() as u64, MAX_BLOB_BYTES);
	bytes.push(1);
	let error = store.put(&bytes).unwrap_err();
	assert!(matches!(error, StoreError::TooLarge { .. }));
	assert!(error.to_string().contains("67108865") && error.to_string().contains("67108864"), "{error}");
	assert_eq!(files(store.folder()).len(), 1);
}

#[test]
fn an_overgrown_file_is_not_read() {
	let (_guard, store) = store();
	let hash = store.put(b"rows").unwrap();
	File::options().write(true).open(store.location(&hash).1).unwrap().set_len(MAX_BLOB_BYTES + 1).unwrap();
	assert!(matches!(store.get(&hash), Err(StoreError::TooLarge { .. })));
}

#[test]
fn concurrent_puts_of_one_blob_agree() {
	let (_guard, store) = store();
	let bytes = vec![9u8; 1 << 20];
	thread::scope(|scope| {
		for _ in 0..8 {
			scope.spawn(|| {
				let hash = store.put(&bytes).unwrap();
				assert_eq!(store.get(&hash).unwrap(), bytes);
			});
		}
	});
	assert_eq!(files(store.folder()).len(), 1);
}

#[test]
fn open_removes_old_leftovers_and_spares_new_ones() {
	let (_guard, store) = store();
	let (old, new) = (store.incoming().join("old"), store.incoming().join("new"));
	File::create(&new).unwrap();
	let hours_ago = SystemTime::now() - Duration::from_secs(7_200);
	File::create(&old).unwrap().set_modified(hours_ago).unwrap();
	Store::open(store.folder()).unwrap();
	assert!(!old.exists() && new.exists());
}

#[test]
fn open_fails_when_the_folder_is_a_file() {
	let file = NamedTempFile::new().unwrap();
	let error = Store::open(file.path()).unwrap_err();
	assert!(matches!(error, StoreError::Io { .. }));
	assert!(error.to_string().contains(&file.path().display().to_string()));
}
