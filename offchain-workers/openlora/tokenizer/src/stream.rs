//! Text put together byte by byte.

/// Puts streamed tokens together to text and holds back the beginning of an unfinished character.
#[derive(Debug, Default)]
pub struct StreamDecoder {
	pending: Vec<u8>,
}

impl StreamDecoder {
	/// Adds a token's bytes; returns the text that is complete now.
	pub fn push(&mut self, bytes: &[u8]) -> String {
		self.pending.extend_from_slice(bytes);
		let mut text = String::new();
		loop {
			match std::str::from_utf8(&self.pending) {
				Ok(valid) => {
					text.push_str(valid);
					self.pending.clear();
					return text;
				}
				Err(error) => {
					let valid = error.valid_up_to();
					text.push_str(&String::from_utf8_lossy(&self.pending[..valid]));
					let Some(invalid) = error.error_len() else {
						self.pending.drain(..valid);
						return text;
					};
					text.push(char::REPLACEMENT_CHARACTER);
					self.pending.drain(..valid + invalid);
				}
			}
		}
	}

	/// Ends the stream; an unfinished character becomes U+FFFD.
	pub fn finish(&mut self) -> String {
		String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn push_holds_back_an_unfinished_character() {
		let mut decoder = StreamDecoder::default();
		let bytes = "é€😀".as_bytes();
		let pieces: Vec<String> = bytes.iter().map(|b| decoder.push(&[*b])).collect();
		assert_eq!(pieces, ["", "é", "", "", "€", "", "", "", "😀"]);
		assert_eq!(decoder.finish(), "");
	}

	#[test]
	fn push_replaces_bytes_that_can_never_become_text() {
		let mut decoder = StreamDecoder::default();
		assert_eq!(decoder.push(b"a\xffb\xe2\x82"), "a\u{fffd}b");
		assert_eq!(decoder.push(b"c"), "\u{fffd}c");
		assert_eq!(decoder.push(b"\xf0\x9f"), "");
		assert_eq!(decoder.finish(), "\u{fffd}");
	}
}
