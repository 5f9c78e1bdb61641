//! What is claimed about an answer, and the request it is bound to.

use super::fingerprint::{FingerprintMode, Record};
use openledger_sampling::Sampling;

/// A request, as far as its answer depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
	/// Names this request alone, so that the answer to an equal one cannot be presented again: the hash of the order
	/// on chain, or a number used once.
	pub id: [u8; 32],
	/// The model's hash.
	pub model: [u8; 32],
	/// The arithmetic.
	pub mode: FingerprintMode,
	/// Hash and weight of each adapter, in the order in which they are applied.
	pub adapters: &'a [([u8; 32], f32)],
	/// How tokens are chosen.
	pub sampling: &'a Sampling,
	/// The prompt, as the model reads it.
	pub prompt: &'a [u32],
	/// Hash of the schema or grammar that constrains the answer.
	pub constraint: Option<[u8; 32]>,
}

impl Request<'_> {
	/// What binds a fingerprint to the request: BLAKE3 of `openlora/request/v1`, then id, model, mode (one byte),
	/// number of adapters (u32), hash and weight (bits of f32) of each, temperature, top_p, min_p, repetition,
	/// frequency and presence penalty (bits of f32), top_k (u32), seed (u64), one byte that says whether there is a
	/// constraint and its hash, number of tokens of the prompt (u32) and each (u32); integers little-endian.
	pub fn context(&self) -> [u8; 32] {
		let mut hasher = blake3::Hasher::new();
		hasher.update(b"openlora/request/v1");
		hasher.update(&self.id);
		hasher.update(&self.model);
		hasher.update(&[self.mode as u8]);
		hasher.update(&(self.adapters.len() as u32).to_le_bytes());
		for (hash, weight) in self.adapters {
			hasher.update(hash);
			hasher.update(&weight.to_bits().to_le_bytes());
		}
		let s = self.sampling;
		let numbers = [s.temperature, s.top_p, s.min_p, s.repetition_penalty, s.frequency_penalty, s.presence_penalty];
		for number in numbers {
			hasher.update(&number.to_bits().to_le_bytes());
		}
		hasher.update(&s.top_k.to_le_bytes());
		hasher.update(&s.seed.to_le_bytes());
		hasher.update(&[u8::from(self.constraint.is_some())]);
		hasher.update(&self.constraint.unwrap_or_default());
		hasher.update(&(self.prompt.len() as u32).to_le_bytes());
		for token in self.prompt {
			hasher.update(&token.to_le_bytes());
		}
		*hasher.finalize().as_bytes()
	}
}

/// What a schema is bound by: BLAKE3 of its JSON, without spaces, keys in their order, which the answer follows.
pub fn schema_hash(schema: &serde_json::Value) -> [u8; 32] {
	*blake3::hash(schema.to_string().as_bytes()).as_bytes()
}

/// An answer and the proof that came with it.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
	/// The tokens of the answer, the one that ends it included.
	pub tokens: &'a [u32],
	/// The commitment of the receipt.
	pub commitment: [u8; 32],
	/// The records behind the commitment. In the exact modes they may be missing: then a difference in them is found,
	/// but not its place.
	pub records: &'a [Record],
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn context_changes_with_every_field() {
		let sampling = Sampling { temperature: 0.5, ..Sampling::GREEDY };
		let base = Request {
			id: [1; 32],
			model: [2; 32],
			mode: FingerprintMode::E8,
			adapters: &[([3; 32], 1.0)],
			sampling: &sampling,
			prompt: &[4, 5],
			constraint: None,
		};
		let changed: [Sampling; 8] = [
			Sampling { temperature: 0.6, ..sampling },
			Sampling { top_p: 0.9, ..sampling },
			Sampling { seed: 1, ..sampling },
			Sampling { top_k: 1, ..sampling },
			Sampling { min_p: 0.1, ..sampling },
			Sampling { repetition_penalty: 1.1, ..sampling },
			Sampling { frequency_penalty: 0.1, ..sampling },
			Sampling { presence_penalty: 0.1, ..sampling },
		];
		let mut requests = vec![
			base,
			Request { id: [9; 32], ..base },
			Request { model: [9; 32], ..base },
			Request { mode: FingerprintMode::E16, ..base },
			Request { adapters: &[], ..base },
			Request { adapters: &[([3; 32], 1.01)], ..base },
			Request { adapters: &[([9; 32], 1.0)], ..base },
			Request { prompt: &[4, 6], ..base },
			Request { prompt: &[4], ..base },
			Request { constraint: Some([0; 32]), ..base },
		];
		requests.extend(changed.iter().map(|sampling| Request { sampling, ..base }));
		let contexts: std::collections::BTreeSet<[u8; 32]> = requests.iter().map(Request::context).collect();
		assert_eq!(contexts.len(), requests.len());
	}
}
