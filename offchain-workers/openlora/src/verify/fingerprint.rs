//! Fingerprints of the hidden states behind an answer: one record for every 32nd token and one for the last.

use super::toploc::{Largest, Proof};
use crate::mode::Mode;

/// One of this many generated tokens is recorded, beside the last.
pub const INTERVAL: u32 = 32;

/// The arithmetic that a fingerprint is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FingerprintMode {
	/// Floating point: the bits depend on the machine.
	Float = 0,
	/// Exact, with weights of 8 bits.
	E8 = 1,
	/// Exact, with weights of 15 bits.
	E16 = 2,
}

impl From<Mode> for FingerprintMode {
	fn from(mode: Mode) -> Self {
		match mode {
			Mode::F32 => Self::Float,
			Mode::E8 => Self::E8,
			Mode::E16 => Self::E16,
		}
	}
}

impl FingerprintMode {
	/// Whether the bits are the same on every machine.
	pub fn is_exact(self) -> bool {
		self != Self::Float
	}
}

/// What is kept of the hidden states up to one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
	/// Index of the generated token, from 0.
	pub token: u32,
	/// Exact modes: the hash of the hidden state (after the final norm) that the token was chosen from, BLAKE3 of
	/// `openlora/hidden/v2`, mode (one byte), context, token (u32) and the bits of each f32, little-endian. Floating
	/// point: the [TOPLOC](super::toploc) proof of the hidden states since the record before.
	pub bytes: Vec<u8>,
}

/// The records of an answer of `tokens` tokens, whose bytes are given in their order.
pub fn records(tokens: u32, bytes: impl IntoIterator<Item = Vec<u8>>) -> Vec<Record> {
	let recorded = (0..tokens).filter(|token| is_recorded(*token, tokens));
	recorded.zip(bytes).map(|(token, bytes)| Record { token, bytes }).collect()
}

/// Whether an answer of `tokens` tokens has a record of the one at `index`.
pub(super) fn is_recorded(index: u32, tokens: u32) -> bool {
	(index + 1).is_multiple_of(INTERVAL) || index + 1 == tokens
}

/// Collects the records of one answer.
#[derive(Debug, Clone)]
pub struct Fingerprint {
	mode: FingerprintMode,
	context: [u8; 32],
	records: Vec<Record>,
	tokens: u32,
	/// The last hidden state, which has a record if no token follows.
	last: Vec<f32>,
	/// The largest entries since the last record.
	largest: Largest,
}

impl Fingerprint {
	/// A fingerprint bound to a request by its [context](super::Request::context).
	pub fn new(mode: FingerprintMode, context: [u8; 32]) -> Self {
		Self { mode, context, records: Vec::new(), tokens: 0, last: Vec::new(), largest: Largest::default() }
	}

	/// Notes the hidden state (after the final norm) that the next token is chosen from.
	pub fn push(&mut self, hidden: &[f32]) {
		match self.mode.is_exact() {
			true => {
				self.last.clear();
				self.last.extend_from_slice(hidden);
			}
			false => self.largest.push(hidden),
		}
		self.tokens += 1;
		if self.tokens.is_multiple_of(INTERVAL) {
			let record = self.record();
			self.records.push(record);
			self.largest = Largest::default();
		}
	}

	/// Number of hidden states noted.
	pub fn tokens(&self) -> u32 {
		self.tokens
	}

	/// The records: every 32nd token, and the last.
	pub fn records(&self) -> Vec<Record> {
		let mut records = self.records.clone();
		if !self.tokens.is_multiple_of(INTERVAL) {
			records.push(self.record());
		}
		records
	}

	/// The [commitment](commitment) to the records.
	pub fn commitment(&self) -> [u8; 32] {
		commitment(self.mode, &self.context, self.tokens, &self.records())
	}

	fn record(&self) -> Record {
		let token = self.tokens.saturating_sub(1);
		let bytes = match self.mode.is_exact() {
			true => hidden_hash(self.mode, &self.context, token, &self.last).to_vec(),
			false => Proof::new(&self.largest.clone().take()).to_bytes(),
		};
		Record { token, bytes }
	}
}

fn hidden_hash(mode: FingerprintMode, context: &[u8; 32], token: u32, hidden: &[f32]) -> [u8; 32] {
	let mut hasher = blake3::Hasher::new();
	hasher.update(b"openlora/hidden/v2");
	hasher.update(&[mode as u8]);
	hasher.update(context);
	hasher.update(&token.to_le_bytes());
	let mut bytes = [0; 1024];
	for block in hidden.chunks(bytes.len() / 4) {
		for (to, value) in bytes.chunks_exact_mut(4).zip(block) {
			to.copy_from_slice(&value.to_bits().to_le_bytes());
		}
		hasher.update(&bytes[..4 * block.len()]);
	}
	*hasher.finalize().as_bytes()
}

/// The commitment of a receipt: BLAKE3 of `openlora/fingerprint/v2`, mode (one byte), context, number of tokens (u32),
/// number of records (u32), and for each its token (u32), its number of bytes (u32) and its bytes; integers
/// little-endian.
pub fn commitment(mode: FingerprintMode, context: &[u8; 32], tokens: u32, records: &[Record]) -> [u8; 32] {
	let mut hasher = blake3::Hasher::new();
	hasher.update(b"openlora/fingerprint/v2");
	hasher.update(&[mode as u8]);
	hasher.update(context);
	hasher.update(&tokens.to_le_bytes());
	hasher.update(&(records.len() as u32).to_le_bytes());
	for record in records {
		hasher.update(&record.token.to_le_bytes());
		hasher.update(&(record.bytes.len() as u32).to_le_bytes());
		hasher.update(&record.bytes);
	}
	*hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
	use super::super::toploc::bf16;
	use super::*;

	fn hidden(token: u32) -> Vec<f32> {
		(0..20).map(|i| if i == token % 20 { -9.0 } else { i as f32 / 10.0 }).collect()
	}

	fn fingerprint(mode: FingerprintMode, context: u8, tokens: u32) -> Fingerprint {
		let mut fingerprint = Fingerprint::new(mode, [context; 32]);
		(0..tokens).for_each(|token| fingerprint.push(&hidden(token)));
		fingerprint
	}

	#[test]
	fn records_are_of_every_32nd_token_and_the_last() {
		for mode in [FingerprintMode::E8, FingerprintMode::E16, FingerprintMode::Float] {
			for (tokens, expected) in
				[(0, &[][..]), (1, &[0]), (31, &[30]), (32, &[31]), (33, &[31, 32]), (70, &[31, 63, 69])]
			{
				let records = fingerprint(mode, 1, tokens).records();
				assert_eq!(records.iter().map(|r| r.token).collect::<Vec<_>>(), expected);
				let bytes = records.iter().map(|record| record.bytes.clone());
				assert_eq!(super::records(tokens, bytes.collect::<Vec<_>>()), records);
			}
		}
	}

	#[test]
	fn exact_records_hash_every_bit_and_what_they_are_bound_to() {
		let base = hidden_hash(FingerprintMode::E8, &[1; 32], 5, &hidden(3));
		let mut nudged = hidden(3);
		nudged[17] = f32::from_bits(nudged[17].to_bits() ^ 1);
		assert_ne!(base, hidden_hash(FingerprintMode::E8, &[1; 32], 5, &nudged));
		assert_ne!(base, hidden_hash(FingerprintMode::E16, &[1; 32], 5, &hidden(3)));
		assert_ne!(base, hidden_hash(FingerprintMode::E8, &[2; 32], 5, &hidden(3)));
		assert_ne!(base, hidden_hash(FingerprintMode::E8, &[1; 32], 6, &hidden(3)));
		let long: Vec<f32> = (0..1000).map(|i| i as f32).collect();
		let mut hasher = blake3::Hasher::new();
		hasher.update(b"openlora/hidden/v2\x01").update(&[1; 32]).update(&[5, 0, 0, 0]);
		long.iter().for_each(|value| {
			hasher.update(&value.to_le_bytes());
		});
		assert_eq!(hidden_hash(FingerprintMode::E8, &[1; 32], 5, &long), *hasher.finalize().as_bytes());
	}

	#[test]
	fn float_records_are_proofs_of_the_rows_since_the_last() {
		let records = fingerprint(FingerprintMode::Float, 1, 40).records();
		let proof = Proof::from_bytes(&records[1].bytes).unwrap();
		let mut largest = Largest::default();
		(32..40).for_each(|token| largest.push(&hidden(token)));
		let points = largest.take();
		assert!(points.contains(&(12, bf16(-9.0))));
		assert_eq!(proof.compare(&points).mismatches, 0);
		assert_eq!(records[0].bytes.len(), 258);
	}

	#[test]
	fn commitment_changes_with_context_mode_length_and_values() {
		let all = [
			fingerprint(FingerprintMode::E8, 1, 40),
			fingerprint(FingerprintMode::E8, 2, 40),
			fingerprint(FingerprintMode::E16, 1, 40),
			fingerprint(FingerprintMode::Float, 1, 40),
			fingerprint(FingerprintMode::E8, 1, 41),
			fingerprint(FingerprintMode::E8, 1, 0),
		];
		let commitments: std::collections::BTreeSet<[u8; 32]> = all.iter().map(Fingerprint::commitment).collect();
		assert_eq!(commitments.len(), all.len());
		assert_eq!(all[0].commitment(), fingerprint(FingerprintMode::E8, 1, 40).commitment());
	}
}
