//! Auditing an answer: what auditors find, and the planted errors that keep them awake (protocol §9,
//! `docs/adr/0017-planted-errors.md`).

use crate::{
	hashing::{Blake2b256, Domain, Tag, TreeHash},
	ids::CaseId,
	Balance,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// What an auditor finds.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Finding {
	/// Nothing is wrong.
	#[codec(index = 0)]
	Sound,
	/// Tokens or fingerprint are not those of this model on this prompt.
	#[codec(index = 1)]
	WrongOutput,
	/// The query of an attribution is not the question's or the answer's vector.
	#[codec(index = 2)]
	WrongQuery,
	/// The payouts do not follow from the receipts.
	#[codec(index = 3)]
	WrongPayouts,
	/// The agent did not give what is needed to tell.
	#[codec(index = 4)]
	Unavailable,
}

impl Finding {
	/// Whether it speaks for the agent.
	pub fn is_sound(self) -> bool {
		self == Finding::Sound
	}

	/// What `who` commits to, bound to chain, case, stage and auditor: nobody can take over another's.
	pub fn commitment(self, domain: &Domain, case: CaseId, stage: u8, who: &impl Encode, salt: &H256) -> H256 {
		Blake2b256::hash(&domain.seal(Tag::Finding, &(case, stage, who, self, salt)))
	}
}

/// The fingerprint in a receipt: of `raw`, the hash of the activations, under a salt that the agent keeps until it is
/// audited. Who has not computed `raw` cannot tell whether a salt is the right one.
pub fn fingerprint(domain: &Domain, salt: &H256, raw: &H256) -> H256 {
	Blake2b256::hash(&domain.seal(Tag::Exhibit, &(salt, raw)))
}

/// The most audits of one batch: each has a secret of its own.
pub const MAX_AUDITS: usize = 4;

/// What a batch commits to, so that nobody but its agent knows which audits are planted errors, and nobody chooses. One
/// secret for each audit: to open one says nothing of the others.
pub fn lot(domain: &Domain, secrets: &[H256; MAX_AUDITS]) -> H256 {
	lot_of(domain, &secrets.map(|secret| ticket(domain, &secret)))
}

/// What stands for a secret in a lot.
pub fn ticket(domain: &Domain, secret: &H256) -> H256 {
	Blake2b256::hash(&domain.seal(Tag::Lot, secret))
}

fn lot_of(domain: &Domain, tickets: &[H256; MAX_AUDITS]) -> H256 {
	Blake2b256::hash(&domain.seal(Tag::Lot, tickets))
}

/// The secret of one audit, with the tickets of the batch's lot.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct LotOpening {
	/// The secret.
	pub secret: H256,
	/// The tickets of all audits, this one's among them.
	pub tickets: [H256; MAX_AUDITS],
}

impl LotOpening {
	/// The opening of the secret of audit `number`; `None` if there is no such audit.
	pub fn new(domain: &Domain, secrets: &[H256; MAX_AUDITS], number: u8) -> Option<Self> {
		let secret = *secrets.get(usize::from(number))?;
		Some(Self { secret, tickets: secrets.map(|secret| ticket(domain, &secret)) })
	}

	/// Whether this is the secret of audit `number` of `lot`.
	pub fn verify(&self, domain: &Domain, lot: &H256, number: u8) -> bool {
		self.tickets.get(usize::from(number)) == Some(&ticket(domain, &self.secret))
			&& lot_of(domain, &self.tickets) == *lot
	}
}

/// Whether the audit with `seed` is a planted error, which happens to `rate` in a million of them.
pub fn planted(domain: &Domain, secret: &H256, seed: &H256, rate: u32) -> bool {
	let hash = Blake2b256::hash(&domain.seal(Tag::Lot, &(secret, seed)));
	let ticket = hash.as_bytes().first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes));
	// 128 bits over 20: no ticket is favoured by more than 2^-108.
	ticket.checked_rem(1_000_000).is_some_and(|ticket| ticket < u128::from(rate))
}

/// The salt that auditors are shown in place of the real one when the audit is a planted error.
pub fn decoy(domain: &Domain, secret: &H256, case: CaseId) -> H256 {
	Blake2b256::hash(&domain.seal(Tag::Lot, &(secret, case)))
}

/// The fee in planck that an audit falls on: a point below `fees`. Receipts are drawn in proportion to their fees, because
/// a receipt covers as many points as its fee has planck. `None` without fees.
pub fn point(seed: &H256, fees: Balance) -> Option<Balance> {
	let bytes: [u8; 16] = *seed.as_bytes().first_chunk()?;
	// 128 bits over less: no fee is favoured by more than fees / 2^128.
	u128::from_le_bytes(bytes).checked_rem(fees)
}

#[cfg(test)]
mod tests {
	use super::*;

	const DOMAIN: Domain = Domain { genesis: H256([1; 32]) };

	fn seed(number: u64) -> H256 {
		Blake2b256::hash(&number.encode())
	}

	#[test]
	fn the_lottery_plants_at_its_rate() {
		let secret = H256([7; 32]);
		let count = |rate| (0..20_000).filter(|number| planted(&DOMAIN, &secret, &seed(*number), rate)).count();
		assert_eq!((count(0), count(1_000_000)), (0, 20_000));
		// 1,000 expected, standard deviation 31.
		assert!(count(50_000).abs_diff(1_000) < 160, "{}", count(50_000));
	}

	#[test]
	fn points_fall_below_the_fees() {
		assert_eq!(point(&seed(0), 0), None);
		assert_eq!(point(&seed(0), 1), Some(0));
		let low = (0..10_000).filter(|number| point(&seed(*number), 1_000).is_some_and(|point| point < 100)).count();
		// 1,000 expected, standard deviation 30.
		assert!(low.abs_diff(1_000) < 150, "{low}");
	}

	#[test]
	fn a_finding_is_sealed_to_case_stage_and_auditor() {
		let salt = H256([9; 32]);
		let of = |finding: Finding, case, stage, who: u8| finding.commitment(&DOMAIN, CaseId(case), stage, &who, &salt);
		let known = of(Finding::Sound, 1, 1, 1);
		for other in [
			of(Finding::WrongOutput, 1, 1, 1),
			of(Finding::Sound, 2, 1, 1),
			of(Finding::Sound, 1, 3, 1),
			of(Finding::Sound, 1, 1, 2),
		] {
			assert_ne!(known, other);
		}
	}

	#[test]
	fn a_decoy_is_not_the_salt() {
		let (salt, raw, secret) = (H256([2; 32]), H256([3; 32]), H256([4; 32]));
		let shown = decoy(&DOMAIN, &secret, CaseId(0));
		assert_ne!(fingerprint(&DOMAIN, &salt, &raw), fingerprint(&DOMAIN, &shown, &raw));
		assert_ne!(shown, decoy(&DOMAIN, &secret, CaseId(1)));
		assert_ne!(ticket(&DOMAIN, &secret), shown);
	}

	#[test]
	fn a_lot_opens_secret_by_secret() {
		let secrets = [1, 2, 3, 4].map(|byte| H256([byte; 32]));
		let lot = lot(&DOMAIN, &secrets);
		for number in 0..4u8 {
			let opening = LotOpening::new(&DOMAIN, &secrets, number).unwrap();
			for other in 0..5 {
				assert_eq!(opening.verify(&DOMAIN, &lot, other), other == number);
			}
			assert!(!opening.verify(&DOMAIN, &H256::zero(), number));
			assert!(!LotOpening { secret: H256::zero(), ..opening }.verify(&DOMAIN, &lot, number));
			let mut tickets = opening.tickets;
			tickets[usize::from((number + 1) % 4)] = H256::zero();
			assert!(!LotOpening { tickets, ..opening }.verify(&DOMAIN, &lot, number));
		}
		assert_eq!(LotOpening::new(&DOMAIN, &secrets, 4), None);
	}
}
