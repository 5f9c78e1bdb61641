//! Whether the keystore holds what a validator signs with, readable by nobody else.

use super::finding::{Finding, State};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use std::{
	fs, io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

const CHECK: &str = "session keys";

/// Rights of others than the owner.
const OTHERS: u32 = 0o077;

/// The four letters that name what a key is for.
pub(super) type KeyType = [u8; 4];

/// How keys come into the keystore.
const MAKE: &str =
	"make them on the running node with the RPC author_rotateKeys, or store them with: key insert --key-type \
	KIND --scheme SCHEME (same --base-path, --chain and --keystore-path); then register them with session.setKeys";

/// What to do where the system does not let us.
const NOT_OURS: &str = "run this as the user that runs the node, or correct owner and rights";

/// What to do with a damaged file.
const NOT_A_KEY: &str = "restore the file from a copy, or make and register new keys";

/// What is known of the password of the keystore.
#[derive(Debug)]
pub(super) enum Password {
	/// It is this one, or there is none.
	Known(Option<String>),
	/// The node will ask for it, so it cannot be tried now.
	AskedLater,
}

/// The keystore of the node, and what has to be in it.
#[derive(Debug)]
pub(super) struct Keystore<'a> {
	/// Its folder.
	pub(super) folder: &'a Path,
	/// Its password.
	pub(super) password: Password,
	/// The kinds of keys of a validator.
	pub(super) required: &'a [KeyType],
	/// Whether the node is to validate.
	pub(super) validator: bool,
	/// The development account whose keys the node makes in memory, if any.
	pub(super) development: Option<String>,
}

/// Judges the keystore.
pub(super) fn check(keystore: &Keystore<'_>) -> Finding {
	if let Some(account) = &keystore.development {
		return Finding::ok(CHECK, format!("those of the development account {account}, made in memory"));
	}
	let names = match names(keystore.folder) {
		Ok(names) => names,
		Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
		Err(error) => {
			return Finding::new(
				CHECK,
				bad(keystore.validator),
				format!("{} cannot be read: {error}", keystore.folder.display()),
				NOT_OURS,
			)
		}
	};
	let mut parts = Vec::new();
	let mut missing = Vec::new();
	for kind in keystore.required {
		let (good, mut wrong) = keys_of(keystore, *kind, &names);
		if good == 0 && wrong.is_empty() {
			missing.push(letters(*kind));
		}
		parts.append(&mut wrong);
	}
	parts.insert(0, presence(keystore, &missing));
	Finding::merge(CHECK, parts, "")
}

/// Says that the file with the password cannot be read, without which the node does not start.
pub(super) fn unreadable_password(error: &str) -> Finding {
	Finding::failure(
		CHECK,
		format!("the file with the password of the keystore cannot be read: {error}"),
		"correct --password-filename",
	)
}

/// Says which kinds there are and which are missing.
fn presence(keystore: &Keystore<'_>, missing: &[String]) -> Finding {
	let folder = keystore.folder.display();
	let all: Vec<String> = keystore.required.iter().copied().map(letters).collect();
	if missing.is_empty() {
		let tried = match keystore.password {
			Password::Known(_) => "",
			Password::AskedLater => "; the password is asked for later, so it was not tried",
		};
		return Finding::ok(CHECK, format!("{} are in {folder}{tried}", all.join(", ")));
	}
	let found = format!("{folder} has no {}", missing.join(", no "));
	if keystore.validator {
		Finding::failure(CHECK, found, MAKE)
	} else {
		Finding::ok(CHECK, format!("{found}; only a validator needs them"))
	}
}

/// How many keys of a `kind` are good, and what is wrong with the others.
fn keys_of(keystore: &Keystore<'_>, kind: KeyType, names: &[String]) -> (usize, Vec<Finding>) {
	let prefix = hex::encode(kind);
	let mut good = 0;
	let mut wrong = Vec::new();
	for name in names {
		let Some(public) = name.strip_prefix(&prefix).and_then(|digits| hex::decode(digits).ok()) else { continue };
		if public.is_empty() {
			continue;
		}
		let path = keystore.folder.join(name);
		match read(&path, kind, &public, &keystore.password) {
			Ok(()) => good += 1,
			Err((error, remedy)) => {
				let found = format!("the key {} cannot be used: {error}", path.display());
				wrong.push(Finding::new(CHECK, bad(keystore.validator), found, remedy));
			}
		}
		if let Some(finding) = rights(CHECK, bad(keystore.validator), &path) {
			wrong.push(finding);
		}
	}
	(good, wrong)
}

/// Tries whether a key is the one that the name of its file promises; if not, says what is wrong and its remedy.
fn read(path: &Path, kind: KeyType, public: &[u8], password: &Password) -> Result<(), (String, &'static str)> {
	let text = fs::read_to_string(path).map_err(|error| (error.to_string(), NOT_OURS))?;
	let secret: String = serde_json::from_str(&text).map_err(|_| ("it is not a JSON string".into(), NOT_A_KEY))?;
	let Password::Known(password) = password else { return Ok(()) };
	let derived = match &kind {
		b"babe" | b"audi" => derive::<sr25519::Pair>(&secret, password.as_deref()),
		b"gran" => derive::<ed25519::Pair>(&secret, password.as_deref()),
		b"beef" => derive::<ecdsa::Pair>(&secret, password.as_deref()),
		_ => return Ok(()),
	};
	match derived {
		None => Err(("it holds neither a phrase nor a seed".into(), NOT_A_KEY)),
		Some(derived) if derived != public => Err((
			"its secret is not that of the public key in its name, as with a wrong password".into(),
			"give the password that it was made with (--password-filename), or replace the file",
		)),
		Some(_) => Ok(()),
	}
}

/// The public key that belongs to a `secret`.
fn derive<P: Pair>(secret: &str, password: Option<&str>) -> Option<Vec<u8>> {
	P::from_string(secret, password).ok().map(|pair| pair.public().as_ref().to_vec())
}

/// What is wrong with the rights of a secret file, if anything is.
pub(super) fn rights(check: &'static str, bad: State, path: &Path) -> Option<Finding> {
	let mode = fs::metadata(path).ok()?.permissions().mode();
	(mode & OTHERS != 0).then(|| {
		Finding::new(
			check,
			bad,
			format!("{} is open to others than its owner (mode {:03o})", path.display(), mode & 0o777),
			format!("chmod 600 {} (and make a new key if others use this machine)", path.display()),
		)
	})
}

/// How bad a bad key is.
fn bad(validator: bool) -> State {
	if validator {
		State::Failure
	} else {
		State::Warning
	}
}

/// A kind of key in letters.
fn letters(kind: KeyType) -> String {
	String::from_utf8_lossy(&kind).into_owned()
}

/// The names of the files in a folder, in order.
fn names(folder: &Path) -> io::Result<Vec<String>> {
	let entries: Vec<PathBuf> =
		fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
	let mut names: Vec<String> = entries.iter().filter_map(|path| path.file_name()?.to_str().map(Into::into)).collect();
	names.sort();
	Ok(names)
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;

	const REQUIRED: [KeyType; 4] = [*b"babe", *b"gran", *b"audi", *b"beef"];

	fn write(folder: &Path, kind: KeyType, public: &[u8], secret: &str) -> PathBuf {
		let path = folder.join(hex::encode(kind) + &hex::encode(public));
		fs::write(&path, serde_json::to_string(secret).unwrap()).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
		path
	}

	/// Stores a key of a `kind` that was made with `password`.
	fn insert(folder: &Path, kind: KeyType, password: Option<&str>) -> PathBuf {
		let secret = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
		let public = match &kind {
			b"gran" => derive::<ed25519::Pair>(secret, password),
			b"beef" => derive::<ecdsa::Pair>(secret, password),
			_ => derive::<sr25519::Pair>(secret, password),
		};
		write(folder, kind, &public.unwrap(), secret)
	}

	fn full(password: Option<&str>) -> tempfile::TempDir {
		let folder = tempfile::tempdir().unwrap();
		for kind in REQUIRED {
			insert(folder.path(), kind, password);
		}
		folder
	}

	fn keystore(folder: &Path, validator: bool) -> Keystore<'_> {
		Keystore { folder, password: Password::Known(None), required: &REQUIRED, validator, development: None }
	}

	#[test]
	fn a_key_of_each_kind_is_ok() {
		let folder = full(None);
		let finding = check(&keystore(folder.path(), true));
		assert_eq!(finding.state, State::Ok, "{finding}");
		assert!(finding.found.starts_with("babe, gran, audi, beef are in"), "{finding}");
	}

	#[test]
	fn a_missing_kind_is_named_and_only_a_validator_fails() {
		let folder = tempfile::tempdir().unwrap();
		insert(folder.path(), *b"babe", None);
		insert(folder.path(), *b"audi", None);
		let finding = check(&keystore(folder.path(), true));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.ends_with("has no gran, no beef"), "{finding}");
		assert!(finding.remedy.unwrap().contains("author_rotateKeys"));
		let finding = check(&keystore(folder.path(), false));
		assert_eq!(finding.state, State::Ok);
		assert!(finding.found.contains("only a validator"), "{finding}");
	}

	#[test]
	fn a_keystore_that_is_not_there_lacks_all_kinds_and_is_not_made() {
		let folder = tempfile::tempdir().unwrap();
		let place = folder.path().join("keystore");
		let finding = check(&keystore(&place, true));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.ends_with("has no babe, no gran, no audi, no beef"), "{finding}");
		assert!(!place.exists());
	}

	#[test]
	fn development_keys_need_no_file() {
		let mut keystore = keystore(Path::new("/nowhere"), true);
		keystore.development = Some("//Alice".into());
		let finding = check(&keystore);
		assert_eq!(finding.state, State::Ok);
		assert!(finding.found.contains("//Alice"));
	}

	#[test]
	fn a_key_that_others_can_read_is_reported() {
		let folder = full(None);
		let path = insert(folder.path(), *b"gran", None);
		fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
		let finding = check(&keystore(folder.path(), true));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.contains("mode 640"), "{finding}");
		assert!(finding.remedy.unwrap().contains("chmod 600"));
		assert_eq!(check(&keystore(folder.path(), false)).state, State::Warning);
	}

	#[test]
	fn the_password_is_tried() {
		let folder = full(Some("secret"));
		let finding = check(&keystore(folder.path(), true));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.contains("wrong password"), "{finding}");
		let mut right = keystore(folder.path(), true);
		right.password = Password::Known(Some("secret".into()));
		assert_eq!(check(&right).state, State::Ok);
		right.password = Password::AskedLater;
		let finding = check(&right);
		assert_eq!(finding.state, State::Ok);
		assert!(finding.found.contains("not tried"), "{finding}");
	}

	#[test]
	fn a_damaged_key_is_reported() {
		for (text, words) in [("no json", "not a JSON string"), ("\"no phrase at all\"", "neither a phrase")] {
			let folder = full(None);
			fs::write(insert(folder.path(), *b"beef", None), text).unwrap();
			let finding = check(&keystore(folder.path(), true));
			assert_eq!(finding.state, State::Failure);
			assert!(finding.found.contains(words), "{finding}");
		}
	}

	#[test]
	fn kinds_that_are_not_known_here_need_only_be_there() {
		let folder = tempfile::tempdir().unwrap();
		let required = [*b"imon"];
		let state = || check(&Keystore { required: &required, ..keystore(folder.path(), true) }).state;
		assert_eq!(state(), State::Failure);
		write(folder.path(), *b"imon", &[1; 32], "x");
		assert_eq!(state(), State::Ok);
	}

	#[test]
	fn other_files_are_not_keys() {
		let folder = full(None);
		fs::write(folder.path().join("notes.txt"), "").unwrap();
		fs::write(folder.path().join(hex::encode(b"babe")), "").unwrap();
		assert_eq!(check(&keystore(folder.path(), true)).state, State::Ok);
	}
}
