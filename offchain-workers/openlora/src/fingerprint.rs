//! A fingerprint of the activations behind an answer, after the idea of TOPLOC: the largest entries of some of the
//! final hidden states, which a run with other weights, another adapter or another prompt does not reproduce.
//!
//! The values come from f32 arithmetic rounded to bf16. The same build on the same CPU gives the same commitment;
//! across CPUs an entry can differ in its last bit. Two [`Record`]s can be compared with a tolerance, commitments cannot:
//! whoever has only those to compare, as auditors do, needs the CPU that they were made on.

/// One of this many generated tokens is recorded, beside the last.
pub const INTERVAL: u32 = 32;

/// Entries kept of each recorded hidden state.
pub const ENTRIES: usize = 8;

/// The largest entries of the hidden state that one token was chosen from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
	/// Index of the generated token, from 0.
	pub token: u32,
	/// Index and bf16 bits of each entry, by falling magnitude, then by index.
	pub entries: Vec<(u32, u16)>,
}

/// Collects the records of one answer.
#[derive(Debug, Clone, Default)]
pub struct Fingerprint {
	records: Vec<Record>,
	tokens: u32,
	last: Vec<f32>,
}

impl Fingerprint {
	/// Notes the hidden state (after the final norm) that the next token is chosen from.
	pub fn push(&mut self, hidden: &[f32]) {
		self.last.clear();
		self.last.extend_from_slice(hidden);
		self.tokens += 1;
		if self.tokens.is_multiple_of(INTERVAL) {
			self.records.push(record(self.tokens - 1, hidden));
		}
	}

	/// The records: every 32nd token, and the last.
	pub fn records(&self) -> Vec<Record> {
		let mut records = self.records.clone();
		if self.tokens > 0 && !self.tokens.is_multiple_of(INTERVAL) {
			records.push(record(self.tokens - 1, &self.last));
		}
		records
	}

	/// BLAKE3 of: `openlora/fingerprint/v1`, the number of records (u32), and for each its token (u32), its number of
	/// entries (u32) and each entry's index (u32) and bf16 bits (u16); integers little-endian.
	pub fn commitment(&self) -> [u8; 32] {
		let records = self.records();
		let mut hasher = blake3::Hasher::new();
		hasher.update(b"openlora/fingerprint/v1");
		hasher.update(&(records.len() as u32).to_le_bytes());
		for record in &records {
			hasher.update(&record.token.to_le_bytes());
			hasher.update(&(record.entries.len() as u32).to_le_bytes());
			for (index, bits) in &record.entries {
				hasher.update(&index.to_le_bytes());
				hasher.update(&bits.to_le_bytes());
			}
		}
		*hasher.finalize().as_bytes()
	}
}

fn record(token: u32, hidden: &[f32]) -> Record {
	let mut order: Vec<(u32, f32)> = (0u32..).zip(hidden.iter().copied()).collect();
	order.sort_unstable_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
	Record { token, entries: order.into_iter().take(ENTRIES).map(|(index, value)| (index, bf16(value))).collect() }
}

/// The bf16 nearest to `value`, ties to even.
fn bf16(value: f32) -> u16 {
	if value.is_nan() {
		return 0x7fc0;
	}
	let bits = value.to_bits();
	((u64::from(bits) + 0x7fff + u64::from((bits >> 16) & 1)) >> 16) as u16
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bf16_rounds_to_nearest_even() {
		assert_eq!(bf16(1.0), 0x3f80);
		assert_eq!(bf16(f32::from_bits(0x3f80_8000)), 0x3f80);
		assert_eq!(bf16(f32::from_bits(0x3f81_8000)), 0x3f82);
		assert_eq!(bf16(f32::from_bits(0x3f80_8001)), 0x3f81);
		assert_eq!(bf16(-2.0), 0xc000);
	}

	#[test]
	fn records_hold_the_largest_entries_of_every_32nd_token_and_the_last() {
		let mut fingerprint = Fingerprint::default();
		for token in 0..40 {
			let hidden: Vec<f32> = (0..20).map(|i| if i == token % 20 { -9.0 } else { i as f32 / 10.0 }).collect();
			fingerprint.push(&hidden);
		}
		let records = fingerprint.records();
		assert_eq!(records.iter().map(|r| r.token).collect::<Vec<_>>(), [31, 39]);
		assert_eq!(records[0].entries.len(), ENTRIES);
		assert_eq!(records[0].entries[0], (11, bf16(-9.0)));
		assert_eq!(records[0].entries[1], (19, bf16(1.9)));
	}

	#[test]
	fn commitment_changes_when_a_recorded_entry_changes() {
		let commit = |value: f32| {
			let mut fingerprint = Fingerprint::default();
			fingerprint.push(&[value, 2.0, 3.0]);
			fingerprint.commitment()
		};
		assert_eq!(commit(1.0), commit(1.0));
		assert_ne!(commit(1.0), commit(1.01));
		assert_ne!(Fingerprint::default().commitment(), commit(1.0));
	}
}
