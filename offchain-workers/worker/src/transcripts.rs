//! What the auditors of a case may read: what the answer was computed from.
//!
//! Prompts never leave the parties but for this. The auditor signs case and member; the chain says whether the member
//! judges the case, and whether the agent has shown the receipt that it is about.

use crate::{books::Books, duties};
use axum::{
	extract::{Path, State},
	http::{header, HeaderMap},
	routing::get,
	Json, Router,
};
use codec::{DecodeAll, Encode};
use openledger_chain::{AccountId, CaseRecord, Chain, PanelRecord};
use openledger_gateway::{ApiError, Ledger, Transcript};
use openledger_openlora::EngineError;
use openledger_primitives::{Attribution, CaseId, Domain, Receipt, SumNode};
use serde::{Deserialize, Serialize};
use sp_runtime::{traits::Verify, MultiSignature};
use tokio::sync::Semaphore;

/// Opens every request that is signed.
const TAG: &[u8] = b"openledger/transcript/1";

/// What a member of a committee signs to read what the case is about.
pub fn payload(domain: &Domain, case: CaseId, member: &AccountId) -> Vec<u8> {
	[TAG, domain.genesis.as_bytes(), &(case, member).encode()].concat()
}

/// What auditors are given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Published {
	/// The receipt that the agent has disclosed.
	pub receipt: Receipt<AccountId>,
	/// Its place in the batch.
	pub leaf: u32,
	/// Its siblings, from the leaf up.
	pub proof: Vec<SumNode>,
	/// The attribution: `0x` and its SCALE encoding in hexadecimal.
	pub attribution: String,
	/// The transcript, in the same form.
	pub transcript: String,
}

impl Published {
	/// Attribution and transcript. `None` if they cannot be decoded.
	pub fn decode(&self) -> Option<(Attribution, Transcript)> {
		let bytes = |text: &str| hex::decode(text.strip_prefix("0x")?).ok();
		let body = Attribution::decode_all(&mut &bytes(&self.attribution)?[..]).ok()?;
		let transcript = Transcript::decode_all(&mut &bytes(&self.transcript)?[..]).ok()?;
		Some((body, transcript))
	}
}

#[derive(Clone)]
struct Desk {
	chain: Chain,
	books: Books,
}

/// The route.
pub fn router(chain: Chain, books: Books) -> Router {
	Router::new().route("/v1/cases/{case}/transcript", get(transcript)).with_state(Desk { chain, books })
}

/// Who asks, with the signature of [`payload`]: what follows `Bearer ` in the header `authorization`.
pub fn bearer(member: &AccountId, signature: &MultiSignature) -> String {
	format!("{member}.0x{}", hex::encode(signature.encode()))
}

/// The inverse of [`bearer`].
fn asking(headers: &HeaderMap) -> Option<(AccountId, MultiSignature)> {
	let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
	let (member, signature) = value.strip_prefix("Bearer ")?.trim().split_once('.')?;
	let bytes = hex::decode(signature.strip_prefix("0x")?).ok()?;
	Some((member.parse().ok()?, MultiSignature::decode_all(&mut &bytes[..]).ok()?))
}

/// Requests that are looked at together: each asks the node several times.
static TURNS: Semaphore = Semaphore::const_new(4);

fn internal(error: impl std::fmt::Display) -> ApiError {
	ApiError::Internal(error.to_string())
}

async fn transcript(
	State(desk): State<Desk>,
	Path(case): Path<u32>,
	headers: HeaderMap,
) -> Result<Json<Published>, ApiError> {
	let _turn = TURNS
		.try_acquire()
		.map_err(|_| ApiError::Engine(EngineError::Overloaded { queue: 4, retry_after_ms: 2_000 }))?;
	let case = CaseId(case);
	let (member, signature) = asking(&headers).ok_or(ApiError::NotAMember)?;
	let record = desk.chain.agent(&member).await.map_err(internal)?.ok_or(ApiError::NotAMember)?;
	let message = payload(&desk.books.domain(), case, &member);
	let signed = [&record.signer, &member].into_iter().any(|signer| signature.verify(&message[..], signer));
	if !signed {
		return Err(ApiError::NotAMember);
	}
	let found = desk.chain.case(case).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
	let panel = desk.chain.panel(case).await.map_err(internal)?;
	let leaf = readable(&found, &panel, &desk.books.identity().agent, &member).ok_or(ApiError::NotAMember)?;
	let books = desk.books.clone();
	let work = move || publish(&books, found.batch, leaf);
	tokio::task::spawn_blocking(work).await.map_err(internal)?.map(Json)
}

/// The place of the receipt that `member` may read about, because it judges this case against `agent` and the receipt is
/// disclosed.
fn readable(case: &CaseRecord, panel: &PanelRecord, agent: &AccountId, member: &AccountId) -> Option<u32> {
	let judges = panel.iter().any(|other| other.who == *member && other.stage == case.stage);
	let exhibit = case.exhibit.as_ref().filter(|exhibit| exhibit.shown.is_some())?;
	(case.agent == *agent && judges).then_some(exhibit.leaf)
}

fn publish(books: &Books, batch: u64, leaf: u32) -> Result<Published, ApiError> {
	let file = duties::load(books, batch).map_err(internal)?;
	let (record, proof) = file.receipt(leaf).map_err(internal)?;
	let transcript = books.journal().transcript(record.receipt.seq).map_err(internal)?.ok_or(ApiError::NotFound)?;
	Ok(Published {
		receipt: record.receipt.clone(),
		leaf,
		proof: proof.into_inner(),
		attribution: format!("0x{}", hex::encode(record.body.encode())),
		transcript: format!("0x{}", hex::encode(transcript.encode())),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_chain::pallets::verification::{
		ladder::Stage,
		types::{Cause, Exhibit, Member, Phase, Room, Subject},
	};
	use sp_core::H256;

	fn account(n: u8) -> AccountId {
		AccountId::new([n; 32])
	}

	/// A case against account 9, about receipt 4.
	fn case(shown: Option<H256>) -> CaseRecord {
		CaseRecord {
			batch: 1,
			agent: account(9),
			fees: 10,
			subject: Subject::Answer,
			cause: Cause::Sampled { seed: H256::zero(), point: 0, number: 0 },
			exhibit: Some(Exhibit { leaf: 4, payer: account(1), fingerprint: H256::zero(), shown }),
			room: Room::Common,
			seats: 1,
			since: 0,
			stage: Stage::Three,
			phase: Phase::Committing,
			until: 9,
			appeal: None,
			silent: Default::default(),
			retries: 0,
		}
	}

	#[test]
	fn only_who_judges_a_disclosed_receipt_reads_about_it() {
		let member = |n, stage| Member { who: account(n), stage, seal: None, finding: None };
		let panel: PanelRecord = vec![member(5, Stage::Three), member(6, Stage::One)].try_into().unwrap();
		let shown = case(Some(H256::zero()));
		let read = |case: &CaseRecord, agent, who| readable(case, &panel, &account(agent), &account(who));
		assert_eq!(read(&shown, 9, 5), Some(4));
		assert_eq!(read(&shown, 9, 6), None, "a member of another stage");
		assert_eq!(read(&shown, 9, 7), None, "nobody");
		assert_eq!(read(&shown, 8, 5), None, "a case against another agent");
		assert_eq!(read(&case(None), 9, 5), None, "nothing is disclosed");
	}

	#[test]
	fn who_asks_stands_in_a_header() {
		let signature = sp_core::sr25519::Signature::from_raw([7; 64]).into();
		let of = |text: String| asking(&HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]));
		let good = bearer(&account(5), &signature);
		assert_eq!(of(format!("Bearer {good}")), Some((account(5), signature)));
		for bad in [good.clone(), format!("Bearer {}", good.replace('.', "")), format!("Bearer {good}00")] {
			assert_eq!(of(bad), None);
		}
		assert_eq!(asking(&HeaderMap::new()), None);
	}

	#[test]
	fn a_request_is_for_one_case_member_and_chain() {
		let domain = |n| Domain { genesis: H256::repeat_byte(n) };
		let known = payload(&domain(1), CaseId(1), &account(1));
		assert_ne!(known, payload(&domain(2), CaseId(1), &account(1)));
		assert_ne!(known, payload(&domain(1), CaseId(2), &account(1)));
		assert_ne!(known, payload(&domain(1), CaseId(1), &account(2)));
	}
}
