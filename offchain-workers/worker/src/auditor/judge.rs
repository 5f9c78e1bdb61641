//! What an auditor finds, from what the agent gives and what was computed again. Pure.

use crate::transcripts::Published;
use openledger_chain::AccountId;
use openledger_gateway::Transcript;
use openledger_primitives::{
	attribution::Vector, audit, Attribution, Blake2b256, Domain, Finding, Part, Receipt, SumCommitment,
};
use sp_core::H256;

/// The least cosine of two vectors of the same text. Encoders differ by rounding from machine to machine.
const SAME_TEXT: f64 = 0.99;

/// What a case is about, as the chain has it.
#[derive(Clone, Debug)]
pub struct Exhibit {
	/// The accused.
	pub agent: AccountId,
	/// The receipts of the batch.
	pub receipts: SumCommitment,
	/// The place of the receipt.
	pub leaf: u32,
	/// The salt of its fingerprint, as the agent shows it.
	pub shown: H256,
}

/// What the agent gives, when it is what its receipt commits to.
#[derive(Clone, Debug)]
pub struct Evidence {
	/// The receipt.
	pub receipt: Receipt<AccountId>,
	/// Its attribution.
	pub body: Attribution,
	/// What the answer was computed from.
	pub transcript: Transcript,
}

impl Exhibit {
	/// What the agent gives, if it is what the case is about and all of it belongs together. Otherwise nobody can tell
	/// whether the answer is right, which is the agent's fault.
	pub fn examine(&self, domain: &Domain, given: &Published) -> Option<Evidence> {
		let (body, transcript) = given.decode()?;
		let receipt = &given.receipt;
		let bytes = receipt.leaf(domain, &self.agent);
		let in_batch = self.receipts.verify::<Blake2b256>(self.leaf, &bytes, receipt.fee, &given.proof);
		let lengths = (u32::try_from(transcript.prompt.len()), u32::try_from(transcript.answer.len()));
		let whole = in_batch
			&& body.commitment(domain) == receipt.attribution
			&& transcript.request() == receipt.request
			&& transcript.response() == receipt.response
			&& lengths == (Ok(receipt.tokens_in), Ok(receipt.tokens_out));
		whole.then(|| Evidence { receipt: receipt.clone(), body, transcript })
	}

	/// Whether the receipt's fingerprint is that of the hidden states that the agent gives. A planted error is shown by a
	/// salt for which it is not.
	pub fn is_committed(&self, domain: &Domain, evidence: &Evidence) -> bool {
		audit::fingerprint(domain, &self.shown, &evidence.transcript.raw) == evidence.receipt.fingerprint
	}
}

/// Whether `parts` were looked up with the vector of the question, and the question stands in the prompt.
pub fn query(parts: &[&Part], question: &str, prompt: &str, vector: &Vector) -> Finding {
	let asked = prompt.contains(question.trim());
	match asked && parts.iter().all(|part| same_text(&part.query, vector)) {
		true => Finding::Sound,
		false => Finding::WrongQuery,
	}
}

fn same_text(a: &[i8], b: &[i8]) -> bool {
	let dot = |a: &[i8], b: &[i8]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
	a.len() == b.len() && (a == b || dot(a, b) >= SAME_TEXT * (dot(a, a) * dot(b, b)).sqrt() && dot(a, b) > 0.0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use openledger_primitives::{IndexId, ModelId, NumericClass, Pool, SumTree};

	const DOMAIN: Domain = Domain { genesis: H256([3; 32]) };
	const SALT: H256 = H256([5; 32]);
	const RAW: H256 = H256([6; 32]);

	fn agent() -> AccountId {
		AccountId::new([9; 32])
	}

	fn transcript() -> Transcript {
		Transcript {
			prompt: vec![1, 2, 3],
			request_salt: 1,
			answer: vec![7, 8],
			response_salt: 2,
			raw: RAW,
			..Default::default()
		}
	}

	/// An honest answer: the second of two receipts of a batch.
	fn honest() -> (Exhibit, Published) {
		let (body, transcript) = (Attribution::default(), transcript());
		let receipt = |seq| Receipt {
			seq,
			payer: AccountId::new([1; 32]),
			model: ModelId(1),
			request: transcript.request(),
			response: transcript.response(),
			tokens_in: 3,
			tokens_out: 2,
			fee: 100,
			fingerprint: audit::fingerprint(&DOMAIN, &SALT, &RAW),
			attribution: body.commitment(&DOMAIN),
			class: NumericClass::FloatCpu,
			at: 0,
		};
		let leaves = [receipt(0), receipt(1)].map(|receipt| (receipt.leaf(&DOMAIN, &agent()), receipt.fee));
		let tree = SumTree::<Blake2b256>::new(leaves).unwrap();
		let exhibit = Exhibit { agent: agent(), receipts: tree.commitment(), leaf: 1, shown: SALT };
		let published = Published {
			receipt: receipt(1),
			leaf: 1,
			proof: tree.prove(1).unwrap(),
			attribution: format!("0x{}", hex::encode(body.encode())),
			transcript: format!("0x{}", hex::encode(transcript.encode())),
		};
		(exhibit, published)
	}

	#[test]
	fn an_honest_answer_is_committed() {
		let (exhibit, published) = honest();
		let evidence = exhibit.examine(&DOMAIN, &published).unwrap();
		assert!(exhibit.is_committed(&DOMAIN, &evidence));
	}

	#[test]
	fn other_hidden_states_or_a_planted_error_are_not() {
		let (exhibit, published) = honest();
		let evidence = exhibit.examine(&DOMAIN, &published).unwrap();
		let mut other = evidence.clone();
		other.transcript.raw = H256::zero();
		assert!(!exhibit.is_committed(&DOMAIN, &other));
		let planted = Exhibit { shown: audit::decoy(&DOMAIN, &SALT, openledger_primitives::CaseId(0)), ..exhibit };
		assert!(!planted.is_committed(&DOMAIN, &evidence));
	}

	#[test]
	fn what_the_receipt_does_not_commit_to_is_not_looked_at() {
		let (exhibit, published) = honest();
		let with = |transcript: Transcript| Published {
			transcript: format!("0x{}", hex::encode(transcript.encode())),
			..published.clone()
		};
		let forged = Receipt { fee: 99, ..published.receipt.clone() };
		for bad in [
			with(Transcript { answer: vec![7, 9], ..transcript() }),
			with(Transcript { prompt: vec![1, 2], ..transcript() }),
			with(Transcript { request_salt: 9, ..transcript() }),
			Published { transcript: "0x".into(), ..published.clone() },
			Published { attribution: "0x00ff".into(), ..published.clone() },
			Published { proof: vec![], ..published.clone() },
			Published { receipt: forged, ..published.clone() },
		] {
			assert!(exhibit.examine(&DOMAIN, &bad).is_none());
		}
		assert!(Exhibit { leaf: 0, ..exhibit }.examine(&DOMAIN, &published).is_none(), "another receipt");
	}

	#[test]
	fn a_query_is_the_vector_of_the_question() {
		let vector = |entries: &[i8]| Vector::try_from(entries.to_vec()).unwrap();
		let part = |entries| Part {
			index: IndexId(0),
			pool: Pool::Retrieval,
			query: vector(entries),
			top: Default::default(),
		};
		let own = vector(&[100, 50, -20]);
		let find = |parts: &[&Part], prompt| query(parts, " why? ", prompt, &own);
		let (same, rounded, other) = (part(&[100, 50, -20]), part(&[99, 51, -20]), part(&[-100, -50, 20]));
		assert_eq!(find(&[&same, &rounded], "they ask: why?"), Finding::Sound);
		assert_eq!(find(&[], "they ask: why?"), Finding::Sound);
		assert_eq!(find(&[&same], "they ask: how?"), Finding::WrongQuery);
		assert_eq!(find(&[&same, &other], "why?"), Finding::WrongQuery);
		assert_eq!(find(&[&part(&[100, 50])], "why?"), Finding::WrongQuery);
		assert_eq!(find(&[&part(&[0, 0, 0])], "why?"), Finding::WrongQuery);
	}
}
