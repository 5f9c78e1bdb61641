//! What a check found, and what to do about it.

use serde_json::{json, Value};
use std::fmt;

/// How well a check went, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
	/// Nothing to do.
	Ok,
	/// The node runs, but not as well as it could.
	Warning,
	/// The node does not start, does not do its work, or is not safe.
	Failure,
}

impl State {
	/// The word for it, in text and in JSON.
	fn as_str(self) -> &'static str {
		match self {
			State::Ok => "ok",
			State::Warning => "warning",
			State::Failure => "failure",
		}
	}
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
	/// What was looked at.
	pub(super) check: &'static str,
	/// How that went.
	pub(super) state: State,
	/// What was seen.
	pub(super) found: String,
	/// What to do about it: there is one whenever the state is not [`State::Ok`].
	pub(super) remedy: Option<String>,
}

impl Finding {
	/// Nothing to do.
	pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Self {
		Self { check, state: State::Ok, found: found.into(), remedy: None }
	}

	/// Something that the operator should know.
	pub(super) fn warning(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
		Self::new(check, State::Warning, found, remedy)
	}

	/// Something that has to change before the node starts.
	pub(super) fn failure(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
		Self::new(check, State::Failure, found, remedy)
	}

	/// A finding of a `state` that asks for something to be done.
	pub(super) fn new(check: &'static str, state: State, found: impl Into<String>, remedy: impl Into<String>) -> Self {
		Self { check, state, found: found.into(), remedy: Some(remedy.into()) }
	}

	/// Puts what several looks at the same thing found into one finding, which is as bad as the worst of them.
	///
	/// Good news is left out where there is bad news. Without any part the finding says `otherwise`.
	pub(super) fn merge(check: &'static str, parts: Vec<Finding>, otherwise: &str) -> Self {
		let state = parts.iter().map(|part| part.state).max().unwrap_or(State::Ok);
		let told: Vec<&Finding> = parts.iter().filter(|part| state == State::Ok || part.state != State::Ok).collect();
		if told.is_empty() {
			return Self::ok(check, otherwise);
		}
		let found = told.iter().map(|part| part.found.as_str()).collect::<Vec<_>>().join("; ");
		let mut remedies: Vec<&str> = told.iter().filter_map(|part| part.remedy.as_deref()).collect();
		remedies.dedup();
		let remedy = (!remedies.is_empty()).then(|| remedies.join("; "));
		Self { check, state, found, remedy }
	}

	/// The finding as JSON.
	pub(super) fn to_json(&self) -> Value {
		json!({ "check": self.check, "state": self.state.as_str(), "found": self.found, "remedy": self.remedy })
	}
}

/// One line: state, check, what was found, and after an arrow what to do.
impl fmt::Display for Finding {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
		write!(f, "{:<8} {:<15} {}", self.state.as_str(), self.check, one_line(&self.found))?;
		match &self.remedy {
			Some(remedy) => write!(f, " -> {}", one_line(remedy)),
			None => Ok(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_finding_takes_one_line_whatever_the_system_said() {
		let finding = Finding::failure("disk", "it is\n\tfull", "buy\nanother");
		assert_eq!(finding.to_string(), "failure  disk            it is full -> buy another");
		assert_eq!(Finding::ok("disk", "fine").to_string(), "ok       disk            fine");
	}

	#[test]
	fn json_says_the_same() {
		let finding = Finding::warning("disk", "low", "clean up");
		assert_eq!(
			finding.to_json(),
			json!({ "check": "disk", "state": "warning", "found": "low", "remedy": "clean up" })
		);
		assert_eq!(Finding::ok("disk", "fine").to_json()["remedy"], Value::Null);
	}

	#[test]
	fn the_worst_part_decides_and_good_news_is_left_out() {
		let parts = vec![Finding::ok("x", "a"), Finding::warning("x", "b", "do b"), Finding::failure("x", "c", "do c")];
		let merged = Finding::merge("x", parts, "nothing");
		assert_eq!(merged, Finding::failure("x", "b; c", "do b; do c"));
	}

	#[test]
	fn good_news_alone_stays() {
		let merged = Finding::merge("x", vec![Finding::ok("x", "a"), Finding::ok("x", "b")], "nothing");
		assert_eq!(merged, Finding::ok("x", "a; b"));
		assert_eq!(Finding::merge("x", Vec::new(), "nothing"), Finding::ok("x", "nothing"));
	}
}
