//! From duties to calls, with what the journal has. Pure.

use super::plan::{Accusation, Wanted};
use crate::{
	batch,
	journal::{BatchEntry, Exhibit, Record},
};
use anyhow::Context;
use openledger_chain::{
	pallets::{
		attribution::{self, BodyOpening},
		verification,
	},
	AccountId, Balance, Runtime, RuntimeCall, SampleRecord,
};
use openledger_primitives::{
	audit::{self, LotOpening},
	Blake2b256, CaseId, Domain, SumNode, SumTree, MAX_PROOF,
};
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;
use std::collections::BTreeSet;

/// The siblings of a receipt, from the leaf up.
pub type Proof = BoundedVec<SumNode, ConstU32<MAX_PROOF>>;

/// A batch as the journal has it.
pub struct File {
	/// Its entry.
	pub entry: BatchEntry,
	/// Its receipts, in order.
	pub records: Vec<Record>,
	tree: SumTree<Blake2b256>,
}

impl File {
	/// The batch of consecutive `records`. `None` if their fees overflow.
	pub fn new(domain: &Domain, agent: &AccountId, entry: BatchEntry, records: Vec<Record>) -> Option<Self> {
		let tree = batch::receipt_tree(domain, agent, &records)?;
		Some(Self { entry, records, tree })
	}

	/// A receipt with its proof.
	pub fn receipt(&self, leaf: u32) -> anyhow::Result<(&Record, Proof)> {
		let record = self.records.get(leaf as usize).with_context(|| format!("the journal has no receipt {leaf}"))?;
		let proof = self.tree.prove(leaf).context("a receipt without a proof")?;
		Ok((record, proof.try_into().map_err(|_| anyhow::anyhow!("the receipt tree is too deep"))?))
	}

	/// The receipt that covers `point` of the fees: each covers as many points as its fee has planck.
	pub fn leaf_at(&self, point: Balance) -> Option<u32> {
		let mut before: Balance = 0;
		(0u32..).zip(&self.records).find_map(|(leaf, record)| {
			let after = before.checked_add(record.receipt.fee)?;
			let here = (before..after).contains(&point);
			before = after;
			here.then_some(leaf)
		})
	}

	/// The receipts that cover points of a sample and are not opened, each once.
	pub fn unopened(&self, sample: &SampleRecord) -> BTreeSet<u32> {
		let waits = |place: u32| 1u64.checked_shl(place).is_some_and(|bit| sample.opened & bit == 0);
		let points = (0u32..).zip(&sample.points).filter(|(place, _)| waits(*place));
		points.filter_map(|(_, point)| self.leaf_at(*point)).collect()
	}

	/// Opens the attributions of `leaves`.
	pub fn open(&self, batch: u64, leaves: &[u32]) -> anyhow::Result<RuntimeCall> {
		let opening = |leaf: &u32| {
			let (record, proof) = self.receipt(*leaf)?;
			Ok(BodyOpening { leaf: *leaf, receipt: record.receipt.clone(), proof, body: record.body.clone() })
		};
		let openings = leaves.iter().map(opening).collect::<anyhow::Result<Vec<_>>>()?;
		let openings = openings.try_into().map_err(|_| anyhow::anyhow!("too many openings for one call"))?;
		Ok(attribution::Call::<Runtime>::open { batch, openings }.into())
	}

	/// Gives a case what it waits for. `rate` is the part of audits that are planted errors, in a million.
	pub fn defend(&self, domain: &Domain, accusation: &Accusation, rate: u32) -> anyhow::Result<RuntimeCall> {
		let case = accusation.case;
		match accusation.wants {
			Wanted::Point { point, seed, number } => {
				let leaf = self.leaf_at(point).context("the audit falls on no receipt of the batch")?;
				let secret = self.entry.secrets.get(usize::from(number)).context("a batch has fewer audits")?;
				let planted = audit::planted(domain, secret, &seed, rate);
				self.disclose(case, leaf, planted.then(|| audit::decoy(domain, secret, case)))
			}
			Wanted::Leaf(leaf) => self.disclose(case, leaf, None),
			Wanted::Lot { leaf, number } => self.open_lot(domain, case, leaf, number),
		}
	}

	/// Shows a receipt with the salt of its fingerprint, or with a decoy in its place.
	fn disclose(&self, case: CaseId, leaf: u32, decoy: Option<H256>) -> anyhow::Result<RuntimeCall> {
		let (record, proof) = self.receipt(leaf)?;
		let shown = decoy.unwrap_or(record.exhibit.salt);
		let receipt = Box::new(record.receipt.clone());
		Ok(verification::Call::<Runtime>::disclose { case, leaf, receipt, proof, shown }.into())
	}

	fn open_lot(&self, domain: &Domain, case: CaseId, leaf: u32, number: u8) -> anyhow::Result<RuntimeCall> {
		let (record, _) = self.receipt(leaf)?;
		let Exhibit { raw, salt } = record.exhibit;
		let opening = LotOpening::new(domain, &self.entry.secrets, number).context("a batch has fewer audits")?;
		Ok(verification::Call::<Runtime>::open_lot { case, opening, raw, salt }.into())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_chain::pallets::verification::Call;
	use openledger_primitives::{Attribution, ModelId, NumericClass, Receipt};
	use sp_core::sr25519::Signature;

	const DOMAIN: Domain = Domain { genesis: H256([3; 32]) };
	const SECRETS: [H256; 4] = [H256([40; 32]), H256([41; 32]), H256([42; 32]), H256([43; 32])];

	fn agent() -> AccountId {
		AccountId::new([9; 32])
	}

	fn record(place: u8, fee: Balance) -> Record {
		let exhibit = Exhibit { raw: H256::repeat_byte(place), salt: H256::repeat_byte(100 + place) };
		let receipt = Receipt {
			seq: 20 + u64::from(place),
			payer: AccountId::new([1; 32]),
			model: ModelId(1),
			request: H256::zero(),
			response: H256::zero(),
			tokens_in: 1,
			tokens_out: 1,
			fee,
			fingerprint: exhibit.fingerprint(&DOMAIN),
			attribution: Attribution::default().commitment(&DOMAIN),
			class: NumericClass::FloatCpu,
			at: 0,
		};
		let signature = Signature::from_raw([0; 64]).into();
		Record { receipt, signature, exhibit, body: Attribution::default(), lines: vec![] }
	}

	/// Four receipts, of which the second was written off.
	fn file() -> File {
		let records = vec![record(0, 100), record(1, 0), record(2, 50), record(3, 7)];
		let (beneficiary, blob) = (AccountId::new([8; 32]), H256::zero());
		let (weighing, secrets) = (BTreeSet::new(), SECRETS);
		let entry = BatchEntry { count: 4, beneficiary, blob, weighing, secrets, number: Some(6), done: false };
		File::new(&DOMAIN, &agent(), entry, records).unwrap()
	}

	fn defend(wants: Wanted, rate: u32) -> Call<Runtime> {
		let accusation = Accusation { case: CaseId(5), batch: 6, wants, until: 9 };
		match file().defend(&DOMAIN, &accusation, rate).unwrap() {
			RuntimeCall::Verification(call) => call,
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn a_receipt_covers_as_many_points_as_its_fee() {
		let at = |point| file().leaf_at(point);
		assert_eq!([0, 99, 100, 149, 150, 156].map(at), [0, 0, 2, 2, 3, 3].map(Some));
		assert_eq!(at(157), None);
	}

	#[test]
	fn what_is_opened_already_is_not_opened_again() {
		let sample = |points: &[Balance], opened| {
			let sample = SampleRecord { points: points.to_vec().try_into().unwrap(), opened, until: 9 };
			file().unopened(&sample).into_iter().collect::<Vec<_>>()
		};
		assert_eq!(sample(&[156, 5, 120, 7], 0), [0, 2, 3], "two points of one receipt");
		assert_eq!(sample(&[156, 5, 120, 7], 0b0101), [0]);
		assert!(sample(&[156, 5, 120, 7], 0b1111).is_empty());
		// The chain marks what an opening covers in the same way.
		let record = SampleRecord { points: vec![156, 5, 120, 7].try_into().unwrap(), opened: 0, until: 9 };
		assert_eq!([(0, 100), (100, 50), (150, 7)].map(|(before, fee)| record.bits(before, fee)), [0b1010, 0b100, 0b1]);
	}

	#[test]
	fn openings_are_those_of_the_batch() {
		let commitment = batch::receipt_tree(&DOMAIN, &agent(), &file().records).unwrap().commitment();
		let RuntimeCall::Attribution(attribution::Call::open { batch: 6, openings }) = file().open(6, &[3, 1]).unwrap()
		else {
			panic!("another call");
		};
		assert_eq!(openings.iter().map(|opening| opening.leaf).collect::<Vec<_>>(), [3, 1]);
		for opening in openings {
			let bytes = opening.receipt.leaf(&DOMAIN, &agent());
			assert!(commitment.verify::<Blake2b256>(opening.leaf, &bytes, opening.receipt.fee, &opening.proof));
			assert_eq!(opening.body.commitment(&DOMAIN), opening.receipt.attribution);
		}
		assert!(file().open(6, &[4]).is_err(), "there is no such receipt");
		assert!(file().open(6, &[0; 17]).is_err(), "too many for one call");
	}

	#[test]
	fn an_audit_is_shown_the_salt_or_a_decoy_as_the_lot_has_it() {
		let seed = H256::repeat_byte(7);
		for (rate, salt) in [(0, H256::repeat_byte(102)), (1_000_000, audit::decoy(&DOMAIN, &SECRETS[3], CaseId(5)))] {
			let call = defend(Wanted::Point { point: 120, seed, number: 3 }, rate);
			let Call::disclose { case: CaseId(5), leaf: 2, receipt, shown, .. } = call else { panic!("{call:?}") };
			assert_eq!((receipt.seq, shown), (22, salt));
			assert_eq!(audit::planted(&DOMAIN, &SECRETS[3], &seed, rate), rate > 0);
			let true_to_receipt = audit::fingerprint(&DOMAIN, &shown, &H256::repeat_byte(2)) == receipt.fingerprint;
			assert_eq!(true_to_receipt, rate == 0);
		}
	}

	#[test]
	fn a_challenge_is_never_a_planted_error() {
		let call = defend(Wanted::Leaf(3), 1_000_000);
		let Call::disclose { leaf: 3, shown, .. } = call else { panic!("{call:?}") };
		assert_eq!(shown, H256::repeat_byte(103));
	}

	#[test]
	fn a_lot_opens_what_the_batch_and_the_receipt_committed_to() {
		let call = defend(Wanted::Lot { leaf: 2, number: 1 }, 0);
		let Call::open_lot { case: CaseId(5), opening, raw, salt } = call else { panic!("{call:?}") };
		assert!(opening.secret == SECRETS[1] && opening.verify(&DOMAIN, &audit::lot(&DOMAIN, &SECRETS), 1));
		assert_eq!(audit::fingerprint(&DOMAIN, &salt, &raw), file().records[2].receipt.fingerprint);
	}

	#[test]
	fn a_batch_has_no_more_audits_than_secrets() {
		let seed = H256::zero();
		for wants in [Wanted::Point { point: 0, seed, number: 4 }, Wanted::Lot { leaf: 0, number: 4 }] {
			let accusation = Accusation { case: CaseId(5), batch: 6, wants, until: 9 };
			assert!(file().defend(&DOMAIN, &accusation, 0).is_err());
		}
	}
}
