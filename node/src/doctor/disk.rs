//! Whether there is room for the database, and whether it may be written.

use super::finding::Finding;
use rustix::fs::Access;
use std::{
	fs, io,
	path::{Path, PathBuf},
};

const CHECK: &str = "disk";

/// With less free space the disk may be full before anybody looks.
pub(super) const WARN_FREE: u64 = 50 << 30;

/// With less free space the node may stop any time.
pub(super) const MINIMUM_FREE: u64 = 5 << 30;

/// What has to change if the folder cannot be used.
const REMEDY: &str = "run this as the user that runs the node, correct owner and rights of the folder, or choose \
	another with --base-path";

/// Looks at the disk that `path` is on, or will be on once the node makes it.
pub(super) fn check(path: &Path) -> Finding {
	let place = match nearest(path) {
		Ok(place) => place,
		Err(found) => return Finding::failure(CHECK, found, REMEDY),
	};
	if let Err(error) = rustix::fs::access(&place, Access::WRITE_OK | Access::EXEC_OK) {
		let error = io::Error::from(error);
		return Finding::failure(CHECK, format!("{} cannot be written: {error}", place.display()), REMEDY);
	}
	match rustix::fs::statvfs(&place) {
		Ok(disk) => space(&place, disk.f_bavail.saturating_mul(disk.f_frsize)),
		Err(error) => Finding::warning(
			CHECK,
			format!("the free space at {} is not known: {}", place.display(), io::Error::from(error)),
			"make sure that there are 50 GiB or more",
		),
	}
}

/// Judges the free bytes at `place`.
fn space(place: &Path, free: u64) -> Finding {
	let found = format!("{:.1} GiB free at {}", free as f64 / f64::from(1 << 30), place.display());
	let remedy = "free space, enlarge the disk, or choose a folder on another one with --base-path";
	if free < MINIMUM_FREE {
		Finding::failure(CHECK, found, format!("{remedy}; less than 5 GiB stops the node"))
	} else if free < WARN_FREE {
		Finding::warning(CHECK, found, format!("{remedy}; 50 GiB leave the chain room to grow"))
	} else {
		Finding::ok(CHECK, found)
	}
}

/// The deepest folder on the way to `path` that is there.
fn nearest(path: &Path) -> Result<PathBuf, String> {
	let path = std::path::absolute(path).map_err(|error| format!("{} is no path: {error}", path.display()))?;
	for place in path.ancestors() {
		match fs::metadata(place) {
			Ok(metadata) if metadata.is_dir() => return Ok(place.into()),
			Ok(_) => return Err(format!("{} is not a folder", place.display())),
			Err(_) if fs::symlink_metadata(place).is_ok_and(|link| link.is_symlink()) => {
				return Err(format!("{} is a link to something that is not there", place.display()))
			}
			Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
			Err(error) => return Err(format!("{} cannot be looked at: {error}", place.display())),
		}
	}
	Err(format!("no folder on the way to {} is there", path.display()))
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::{super::finding::State, *};

	#[test]
	fn free_space_is_judged_at_both_limits() {
		let state = |free| space(Path::new("/x"), free).state;
		assert_eq!(state(WARN_FREE), State::Ok);
		assert_eq!(state(WARN_FREE - 1), State::Warning);
		assert_eq!(state(MINIMUM_FREE), State::Warning);
		assert_eq!(state(MINIMUM_FREE - 1), State::Failure);
	}

	#[test]
	fn a_path_that_is_not_there_yet_is_judged_by_its_nearest_ancestor() {
		let folder = tempfile::tempdir().unwrap();
		let finding = check(&folder.path().join("chains/x/paritydb/full"));
		assert!(finding.found.contains(folder.path().to_str().unwrap()), "{finding}");
		assert!(!finding.found.contains("chains"), "{finding}");
		assert!(!folder.path().join("chains").exists());
	}

	#[test]
	fn a_relative_path_is_judged_from_the_current_folder() {
		let here = std::env::current_dir().unwrap();
		assert_eq!(nearest(Path::new("no-such-folder-here/x")).unwrap(), here);
	}

	#[test]
	fn a_file_in_the_way_is_a_failure() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("data");
		fs::write(&file, "").unwrap();
		let finding = check(&file.join("chains"));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.contains("is not a folder"), "{finding}");
	}

	#[test]
	fn a_link_to_nowhere_is_a_failure() {
		let folder = tempfile::tempdir().unwrap();
		let link = folder.path().join("data");
		std::os::unix::fs::symlink(folder.path().join("unmounted"), &link).unwrap();
		let finding = check(&link.join("chains"));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.found.contains("is a link to something"), "{finding}");
	}

	#[test]
	fn a_folder_that_cannot_be_written_is_a_failure() {
		// The proc file system refuses even root.
		let finding = check(Path::new("/proc/no-such-folder-here"));
		assert_eq!(finding.state, State::Failure);
		assert!(finding.remedy.unwrap().contains("--base-path"));
	}
}
