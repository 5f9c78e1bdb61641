//! What an answer was computed from.

use codec::{Decode, Encode};
use openledger_openlora::Sampling;
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
	/// How tokens were chosen: the bits of temperature and top-p, and the seed.
	pub sampling: (u32, u32, u64),
	/// The last message, whose vector sources were looked up with.
	pub question: String,
}

impl Transcript {
	/// How `sampling` is kept.
	pub fn kept(sampling: &Sampling) -> (u32, u32, u64) {
		(sampling.temperature.to_bits(), sampling.top_p.to_bits(), sampling.seed)
	}

	/// How tokens were chosen.
	pub fn sampling(&self) -> Sampling {
		let (temperature, top_p, seed) = self.sampling;
		Sampling { temperature: f32::from_bits(temperature), top_p: f32::from_bits(top_p), seed }
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
		let sampling = Sampling { temperature: 0.7, top_p: 0.9, seed: u64::MAX };
		let transcript = Transcript {
			prompt: vec![1, 2, 3],
			request_salt: 7,
			answer: vec![4],
			response_salt: 8,
			sampling: Transcript::kept(&sampling),
			question: "why?".into(),
		};
		assert_eq!(Transcript::decode_all(&mut &transcript.encode()[..]), Ok(transcript.clone()));
		assert_eq!(transcript.sampling(), sampling);
		let [request, response] = [transcript.request(), transcript.response()];
		assert_ne!(request, Transcript { request_salt: 9, ..transcript.clone() }.request());
		assert_ne!(request, Transcript { prompt: vec![1, 2], ..transcript.clone() }.request());
		assert_ne!(response, Transcript { answer: vec![5], ..transcript.clone() }.response());
		assert_eq!(request, Transcript { answer: vec![], ..transcript }.request());
	}
}
