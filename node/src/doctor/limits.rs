//! How many files the process may open. A node has one for each peer and many for its database.

use super::finding::Finding;

const CHECK: &str = "file limit";

/// What sc-cli asks for when a node starts.
pub(super) const RECOMMENDED: u64 = 10_000;

/// With less a node fails as soon as it has peers.
pub(super) const MINIMUM: u64 = 1_024;

/// How the limit is raised.
const REMEDY: &str = "raise the hard limit to 10000 or more: LimitNOFILE= in the systemd unit, --ulimit nofile= of \
	docker, or nofile in /etc/security/limits.conf";

/// Judges the limits; `None` is no limit.
///
/// Only the hard limit counts: sc-cli raises the soft one to it as it starts.
pub(super) fn check(soft: Option<u64>, hard: Option<u64>) -> Finding {
	let found = format!("soft {}, hard {}", number(soft), number(hard));
	match hard {
		Some(hard) if hard < MINIMUM => Finding::failure(CHECK, found, REMEDY),
		Some(hard) if hard < RECOMMENDED => Finding::warning(CHECK, found, REMEDY),
		_ if soft.is_some_and(|soft| soft < RECOMMENDED) => {
			Finding::ok(CHECK, format!("{found}; the node raises the soft limit itself"))
		}
		_ => Finding::ok(CHECK, found),
	}
}

/// The limits of this process, which those of a node started the same way equal.
pub(super) fn read() -> (Option<u64>, Option<u64>) {
	let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
	(limit.current, limit.maximum)
}

/// A limit in words.
fn number(limit: Option<u64>) -> String {
	limit.map_or_else(|| "unlimited".into(), |limit| limit.to_string())
}

#[cfg(test)]
mod tests {
	use super::{super::finding::State, *};

	#[test]
	fn the_hard_limit_decides() {
		assert_eq!(check(Some(1_023), Some(1_023)).state, State::Failure);
		assert_eq!(check(Some(1_024), Some(1_024)).state, State::Warning);
		assert_eq!(check(Some(9_999), Some(9_999)).state, State::Warning);
		assert_eq!(check(Some(10_000), Some(10_000)).state, State::Ok);
		assert_eq!(check(None, None).state, State::Ok);
	}

	#[test]
	fn a_low_soft_limit_is_raised_by_the_node() {
		let finding = check(Some(1_024), Some(1_048_576));
		assert_eq!(finding.state, State::Ok);
		assert!(finding.found.contains("raises the soft limit"), "{finding}");
		assert_eq!(check(Some(256), None).state, State::Ok);
	}

	#[test]
	fn the_limits_of_this_process_are_read() {
		let (soft, hard) = read();
		assert!(soft.is_none_or(|soft| soft > 0));
		assert!(hard.is_none_or(|hard| soft.is_some_and(|soft| soft <= hard)));
	}
}
