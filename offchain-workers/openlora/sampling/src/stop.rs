//! Stop strings: text is held back while it could still be the beginning of one.

/// Watches streamed text for the first occurrence of any stop string.
#[derive(Debug)]
pub struct StopMatcher {
	stops: Vec<String>,
	held: String,
}

impl StopMatcher {
	/// Watches for `stops`; empty ones are ignored.
	pub fn new(stops: &[String]) -> Self {
		Self { stops: stops.iter().filter(|s| !s.is_empty()).cloned().collect(), held: String::new() }
	}

	/// Adds text. Returns what can be shown, and whether a stop string was found (what follows it is dropped).
	pub fn push(&mut self, text: &str) -> (String, bool) {
		self.held.push_str(text);
		if let Some(at) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
			self.held.truncate(at);
			return (std::mem::take(&mut self.held), true);
		}
		let begins_stop = |at: &usize| self.stops.iter().any(|stop| stop.starts_with(&self.held[*at..]));
		let keep = self.held.char_indices().map(|(at, _)| at).find(begins_stop).unwrap_or(self.held.len());
		let rest = self.held.split_off(keep);
		(std::mem::replace(&mut self.held, rest), false)
	}

	/// Ends the stream; what was held back is text after all.
	pub fn finish(&mut self) -> String {
		std::mem::take(&mut self.held)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn run(stops: &[&str], pieces: &[&str]) -> (String, bool) {
		let stops: Vec<String> = stops.iter().map(|s| (*s).to_owned()).collect();
		let mut matcher = StopMatcher::new(&stops);
		let mut out = String::new();
		for piece in pieces {
			let (text, stopped) = matcher.push(piece);
			out.push_str(&text);
			if stopped {
				return (out, true);
			}
		}
		out.push_str(&matcher.finish());
		(out, false)
	}

	#[test]
	fn push_finds_a_stop_string_across_pieces() {
		assert_eq!(run(&["END"], &["abE", "N", "Dxy"]), ("ab".into(), true));
		assert_eq!(run(&["aab"], &["aa", "ab", "c"]), ("a".into(), true));
	}

	#[test]
	fn finish_returns_what_only_looked_like_a_stop_string() {
		assert_eq!(run(&["END", ""], &["abE", "N", "é"]), ("abENé".into(), false));
		assert_eq!(run(&["END"], &["EN"]), ("EN".into(), false));
		assert_eq!(run(&[], &["x", "y"]), ("xy".into(), false));
	}
}
