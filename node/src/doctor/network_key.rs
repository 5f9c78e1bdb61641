//! Whether the node has the key that makes its identity in the network.

use super::{
	finding::{Finding, State},
	session_keys::rights,
};
use std::{
	fs, io,
	path::{Path, PathBuf},
};

const CHECK: &str = "network key";

/// The length of a secret key.
const LENGTH: usize = 32;

/// Where the node takes its key from.
#[derive(Debug)]
pub(super) enum NetworkKey {
	/// From the command line.
	Given,
	/// From this file, which it makes if it is not there.
	File(PathBuf),
	/// From this file, without which it does not start, and which this command makes.
	Missing(PathBuf, String),
	/// From nowhere, as the flags contradict each other.
	Refused(String),
}

/// Judges the key of a node that is, or is not, to validate on a chain that is not for development.
pub(super) fn check(key: &NetworkKey, validator: bool) -> Finding {
	match key {
		NetworkKey::Given if validator => Finding::warning(
			CHECK,
			"given with --node-key, where every user of the machine can see it",
			"put it into a file that only the user of the node can read, and give --node-key-file instead",
		),
		NetworkKey::Given => Finding::ok(CHECK, "given with --node-key"),
		NetworkKey::File(path) => match fs::read(path) {
			Ok(bytes) => file(path, &bytes),
			Err(error) if error.kind() == io::ErrorKind::NotFound => absent(path, validator),
			Err(error) => Finding::failure(
				CHECK,
				format!("{} cannot be read: {error}", path.display()),
				"run this as the user that runs the node, or correct owner and rights of the file",
			),
		},
		NetworkKey::Missing(path, command) => Finding::failure(
			CHECK,
			format!("{} is not there, and a validator does not start without it", path.display()),
			format!("make it with: {command}"),
		),
		NetworkKey::Refused(error) => {
			Finding::failure(CHECK, format!("the node would not start: {error}"), "correct the flag")
		}
	}
}

/// Judges a file that is there.
fn file(path: &Path, bytes: &[u8]) -> Finding {
	if !is_key(bytes) {
		return Finding::failure(
			CHECK,
			format!("{} holds no key", path.display()),
			"it has to hold 32 bytes, or 64 hexadecimal digits without a line end; restore it, or delete it and make \
				another with: key generate-node-key (which changes the identity of the node)",
		);
	}
	// A warning only: who has the key can pose as this node to others, and cannot sign for the validator.
	rights(CHECK, State::Warning, path).unwrap_or_else(|| Finding::ok(CHECK, format!("in {}", path.display())))
}

/// Judges a file that the node will make.
fn absent(path: &Path, validator: bool) -> Finding {
	let found = format!("the node will make {}", path.display());
	if validator {
		return Finding::new(
			CHECK,
			State::Warning,
			found,
			"make it before the start with: key generate-node-key, or start without \
				--unsafe-force-node-key-generation from the second time on",
		);
	}
	Finding::ok(CHECK, found)
}

/// Whether the network would take these bytes for a key.
fn is_key(bytes: &[u8]) -> bool {
	bytes.len() == LENGTH || (bytes.len() == 2 * LENGTH && bytes.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	/// What is found for a file with these contents and this mode.
	fn with(bytes: &[u8], mode: u32) -> Finding {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("secret_ed25519");
		fs::write(&path, bytes).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
		check(&NetworkKey::File(path), true)
	}

	#[test]
	fn a_key_in_either_form_is_ok() {
		assert_eq!(with(&[1; 32], 0o600).state, State::Ok);
		assert_eq!(with(&[b'a'; 64], 0o600).state, State::Ok);
		assert_eq!(with(&[1; 32], 0o400).state, State::Ok);
	}

	#[test]
	fn a_file_without_a_key_is_a_failure() {
		for bytes in [[b'a'; 65].as_slice(), &[b'x'; 64], &[1; 31], &[]] {
			assert_eq!(with(bytes, 0o600).state, State::Failure);
		}
	}

	#[test]
	fn a_key_that_others_can_read_is_reported() {
		let finding = with(&[1; 32], 0o644);
		assert_eq!(finding.state, State::Warning);
		assert!(finding.remedy.unwrap().contains("chmod 600"));
	}

	#[test]
	fn a_key_that_the_node_will_make_is_ok_unless_it_validates() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("network/secret_ed25519");
		assert_eq!(check(&NetworkKey::File(path.clone()), false).state, State::Ok);
		assert_eq!(check(&NetworkKey::File(path.clone()), true).state, State::Warning);
		assert!(!path.exists());
	}

	#[test]
	fn a_missing_key_is_a_failure_that_says_how_to_make_it() {
		let finding = check(&NetworkKey::Missing("/data/secret_ed25519".into(), "make-key".into()), true);
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.contains("/data/secret_ed25519"));
		assert_eq!(finding.remedy.unwrap(), "make it with: make-key");
	}

	#[test]
	fn a_key_on_the_command_line_is_a_warning_for_a_validator() {
		assert_eq!(check(&NetworkKey::Given, true).state, State::Warning);
		assert_eq!(check(&NetworkKey::Given, false).state, State::Ok);
	}

	#[test]
	fn refused_flags_are_a_failure() {
		assert_eq!(check(&NetworkKey::Refused("bad hex".into()), false).state, State::Failure);
	}
}
