//! What an answer was computed from.

use codec::{Decode, Encode};
use openledger_openlora::{
	verify::{records, Tolerance},
	GenerateRequest, Sampling, VerifyRequest,
};
use openledger_primitives::{Blake2b256, TreeHash};
use sp_core::H256;

/// What an auditor needs to compute an answer again. The receipt commits to its tokens; nobody but the agent and the
/// auditors of a case sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Transcript {
	/// Token ids of the prompt.
	pub prompt: Vec<u32>,
	/// Hides the prompt in the receipt.
	pub request_salt: u64,
	/// Token ids of the answer.
	pub answer: Vec<u32>,
	/// Hides the answer in the receipt.
	pub response_salt: u64,
	/// The arithmetic that it was computed in, as the engine names it.
	pub mode: String,
	/// How tokens were chosen.
	pub sampling: Chosen,
	/// The JSON schema that the answer follows, as text.
	pub schema: Option<String>,
	/// The commitment to the hidden states, which the receipt has salted.
	pub raw: H256,
	/// The bytes of the records behind it.
	pub records: Vec<Vec<u8>>,
	/// The last message, whose vector sources were looked up with.
	pub question: String,
}

/// How tokens were chosen, with the bits of every number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Chosen {
	seed: u64,
	top_k: u32,
	temperature: u32,
	top_p: u32,
	min_p: u32,
	repetition_penalty: u32,
	frequency_penalty: u32,
	presence_penalty: u32,
}

impl From<Sampling> for Chosen {
	fn from(sampling: Sampling) -> Self {
		Self {
			seed: sampling.seed,
			top_k: sampling.top_k,
			temperature: sampling.temperature.to_bits(),
			top_p: sampling.top_p.to_bits(),
			min_p: sampling.min_p.to_bits(),
			repetition_penalty: sampling.repetition_penalty.to_bits(),
			frequency_penalty: sampling.frequency_penalty.to_bits(),
			presence_penalty: sampling.presence_penalty.to_bits(),
		}
	}
}

impl From<Chosen> for Sampling {
	fn from(chosen: Chosen) -> Self {
		Self {
			seed: chosen.seed,
			top_k: chosen.top_k,
			temperature: f32::from_bits(chosen.temperature),
			top_p: f32::from_bits(chosen.top_p),
			min_p: f32::from_bits(chosen.min_p),
			repetition_penalty: f32::from_bits(chosen.repetition_penalty),
			frequency_penalty: f32::from_bits(chosen.frequency_penalty),
			presence_penalty: f32::from_bits(chosen.presence_penalty),
		}
	}
}

impl Transcript {
	/// What names the request of this salt in the fingerprint of its answer.
	pub fn request_id(request_salt: u64) -> [u8; 32] {
		let mut id = [0; 32];
		id[..8].copy_from_slice(&request_salt.to_le_bytes());
		id
	}

	/// What the engine takes, to say whether the answer is that of its model with `adapters`. `None` if it cannot be one:
	/// the schema is none.
	pub fn to_verify(&self, adapters: Vec<(String, f32)>) -> Option<VerifyRequest> {
		let tokens = u32::try_from(self.answer.len()).ok()?;
		let schema = self.schema.as_ref().map(|schema| serde_json::from_str(schema)).transpose().ok()?;
		let asked = GenerateRequest {
			adapters,
			sampling: self.sampling.into(),
			schema,
			id: Self::request_id(self.request_salt),
			..GenerateRequest::new(self.prompt.clone())
		};
		Some(VerifyRequest {
			asked,
			tokens: self.answer.clone(),
			commitment: self.raw.0,
			records: records(tokens, self.records.iter().cloned()),
			tolerance: Tolerance::default(),
		})
	}

	/// What the receipt says of the prompt.
	pub fn request(&self) -> H256 {
		salted(self.request_salt, &self.prompt)
	}

	/// What the receipt says of the answer.
	pub fn response(&self) -> H256 {
		salted(self.response_salt, &self.answer)
	}
}

/// BLAKE2b-256 of the salt and the token ids, all little-endian.
fn salted(salt: u64, tokens: &[u32]) -> H256 {
	let mut bytes = salt.to_le_bytes().to_vec();
	tokens.iter().for_each(|token| bytes.extend_from_slice(&token.to_le_bytes()));
	Blake2b256::hash(&bytes)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::DecodeAll;

	#[test]
	fn a_transcript_survives_and_commits_to_its_tokens() {
		let sampling =
			Sampling { temperature: 0.7, top_p: 0.9, seed: u64::MAX, top_k: 40, min_p: 0.1, ..Sampling::default() };
		let transcript = Transcript {
			prompt: vec![1, 2, 3],
			request_salt: 7,
			answer: vec![4],
			response_salt: 8,
			mode: "e8".into(),
			sampling: sampling.into(),
			schema: Some("{}".into()),
			raw: H256([9; 32]),
			records: vec![vec![1], vec![]],
			question: "why?".into(),
		};
		assert_eq!(Transcript::decode_all(&mut &transcript.encode()[..]), Ok(transcript.clone()));
		assert_eq!(Sampling::from(transcript.sampling), sampling);
		let verified = transcript.to_verify(vec![]).unwrap();
		assert_eq!((verified.asked.sampling, verified.asked.schema), (sampling, Some(serde_json::json!({}))));
		assert_eq!((verified.tokens, verified.commitment), (vec![4], [9; 32]));
		assert_eq!(verified.records, records(1, [vec![1]]));
		assert_eq!(Transcript { schema: Some("{".into()), ..transcript.clone() }.to_verify(vec![]), None);
		let [request, response] = [transcript.request(), transcript.response()];
		assert_ne!(request, Transcript { request_salt: 9, ..transcript.clone() }.request());
		assert_ne!(request, Transcript { prompt: vec![1, 2], ..transcript.clone() }.request());
		assert_ne!(response, Transcript { answer: vec![5], ..transcript.clone() }.response());
		assert_eq!(request, Transcript { answer: vec![], ..transcript }.request());
	}
}
