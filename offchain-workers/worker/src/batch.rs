//! From receipts to the trees that the chain wants. Pure, and the same for whoever recomputes it.

use crate::journal::Record;
use openledger_primitives::{
	money::{FeeSplit, Reserved},
	payout::{self, Divided, Line, Role},
	Balance, Blake2b256, Domain, Payout, Receipt, SumTree,
};
use sp_runtime::AccountId32;
use std::collections::{BTreeMap, BTreeSet};

/// A batch, ready to be submitted, opened and paid out.
pub struct Batch {
	/// Sequence number of the first receipt.
	pub first_seq: u64,
	/// Over the receipts, summing fees.
	pub receipt_tree: SumTree<Blake2b256>,
	/// One per account, in the order of accounts.
	pub payouts: Vec<Payout<AccountId32>>,
	/// Over the payouts, summing amounts.
	pub payout_tree: SumTree<Blake2b256>,
	/// The fees of each payer, in the order of accounts.
	pub fees: BTreeMap<AccountId32, Balance>,
	/// The payers whose fees mint weight.
	pub weighing: BTreeSet<AccountId32>,
	/// What is set aside of the fees.
	pub reserved: Reserved,
	/// What all lines leave of the payouts, and what those leave that weigh.
	rest: (Balance, Balance),
}

/// One reason for a part of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
	/// Sequence number of the receipt that it comes from; the agent's share belongs to the whole batch.
	pub seq: Option<u64>,
	/// The reason.
	pub line: Line<AccountId32>,
	/// How much of its amount weighs. Of all reasons of a payout together no more than its amount does: what is set aside of fees
	/// is rounded once for all and once for those who weigh, so the agent's share can be short of the latter by 4 planck.
	pub weighed: Balance,
}

/// The tree over the receipts of consecutive `records`. `None` when the fees overflow.
pub fn receipt_tree(domain: &Domain, agent: &AccountId32, records: &[Record]) -> Option<SumTree<Blake2b256>> {
	let leaf = |receipt: &Receipt<AccountId32>| (receipt.leaf(domain, agent), receipt.fee);
	SumTree::new(records.iter().map(|record| leaf(&record.receipt)))
}

/// The fees of each payer in `records`, in the order of accounts. `None` when they overflow.
pub fn fees(records: &[Record]) -> Option<BTreeMap<AccountId32, Balance>> {
	let mut fees = BTreeMap::<AccountId32, Balance>::new();
	for record in records {
		let sum = fees.entry(record.receipt.payer.clone()).or_default();
		*sum = sum.checked_add(record.receipt.fee)?;
	}
	Some(fees)
}

/// The batch of consecutive `records`, in which the fees of those in `weighing` mint weight. `None` when there are none, or the
/// sums overflow.
pub fn assemble(
	domain: &Domain,
	agent: &AccountId32,
	beneficiary: &AccountId32,
	split: &FeeSplit,
	records: &[Record],
	weighing: &BTreeSet<AccountId32>,
) -> Option<Batch> {
	let first_seq = records.first()?.receipt.seq;
	let receipt_tree = receipt_tree(domain, agent, records)?;
	let weighs = |record: &Record| weighing.contains(&record.receipt.payer);
	let divided = records.iter().map(|record| Divided {
		payer: record.receipt.payer.clone(),
		fee: record.receipt.fee,
		weighs: weighs(record),
		lines: record.lines.clone(),
	});
	let (reserved, payouts) = payout::settle(split, beneficiary, divided)?;
	let payout_tree = payout::tree(&payouts, domain, agent, first_seq)?;
	let counted = |record: &Record| weighs(record) && record.receipt.payer != *beneficiary;
	let rest = (rest(split, records, |_| true)?, rest(split, records, counted)?);
	let (fees, weighing) = (fees(records)?, weighing.clone());
	Some(Batch { first_seq, receipt_tree, payouts, payout_tree, fees, weighing, reserved, rest })
}

/// What the lines of those records that count leave of their payouts: the agent's share.
fn rest(split: &FeeSplit, records: &[Record], counts: impl Fn(&Record) -> bool) -> Option<Balance> {
	let (mut fees, mut taken) = (0u128, 0u128);
	for record in records.iter().filter(|record| counts(record)) {
		fees = fees.checked_add(record.receipt.fee)?;
		taken = record.lines.iter().try_fold(taken, |sum, line| sum.checked_add(line.amount))?;
	}
	split.reserve(fees)?.payouts.checked_sub(taken)
}

/// Every line of `records` that pays `account`, with the sequence number of its receipt, and what the account has as
/// the agent: what all other lines leave of the payouts. What of it weighs is what comes from payers who weigh, as far as the
/// lines do.
pub fn explain(records: &[Record], batch: &Batch, beneficiary: &AccountId32, account: &AccountId32) -> Vec<Reason> {
	let mut reasons = vec![];
	for record in records {
		let payer = &record.receipt.payer;
		let weighs = batch.weighing.contains(payer) && payer != beneficiary;
		for line in record.lines.iter().filter(|line| line.account == *account) {
			let weighed = if weighs && line.weighs(payer) { line.amount } else { 0 };
			reasons.push(Reason { seq: Some(record.receipt.seq), line: line.clone(), weighed });
		}
	}
	if account == beneficiary {
		let (amount, weighed) = batch.rest;
		let line = Line { account: account.clone(), role: Role::Agent, amount };
		reasons.push(Reason { seq: None, line, weighed });
	}
	reasons
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::journal::Exhibit;
	use openledger_primitives::{
		money::DEFAULT_SPLIT,
		payout::{most_weight, Role},
		Attribution, Blake2b256, DatanetId, ModelId, NumericClass,
	};
	use sp_core::{sr25519::Signature, H256};

	const DOMAIN: Domain = Domain { genesis: H256([3; 32]) };

	fn account(n: u8) -> AccountId32 {
		AccountId32::new([n; 32])
	}

	/// Lines to account 6 are for a commons, the others for models.
	fn record(seq: u64, payer: u8, fee: Balance, lines: &[(u8, Balance)]) -> Record {
		let receipt = Receipt {
			seq,
			payer: account(payer),
			model: ModelId(1),
			request: H256::zero(),
			response: H256::zero(),
			tokens_in: 1,
			tokens_out: 1,
			fee,
			fingerprint: H256::zero(),
			attribution: H256::zero(),
			class: NumericClass::FloatCpu,
			at: 0,
		};
		let role = |who| match who {
			6 => Role::Commons { datanet: Some(DatanetId(0)) },
			_ => Role::Model { model: ModelId(1) },
		};
		let line = |(who, amount): &(u8, Balance)| Line { account: account(*who), role: role(*who), amount: *amount };
		let lines = lines.iter().map(line).collect();
		let signature = Signature::from_raw([0; 64]).into();
		Record { receipt, signature, exhibit: Exhibit::default(), body: Attribution::default(), lines }
	}

	#[test]
	fn a_batch_adds_up_and_every_payout_is_explained_to_the_unit() {
		let (agent, beneficiary) = (account(9), account(8));
		let records = [
			record(5, 1, 1_001, &[(3, 200), (4, 350)]),
			record(6, 2, 0, &[]), // written off
			record(7, 1, 99, &[(3, 34), (8, 1)]),
		];
		let batch = assemble(&DOMAIN, &agent, &beneficiary, &DEFAULT_SPLIT, &records, &BTreeSet::new()).unwrap();
		let reserved = DEFAULT_SPLIT.reserve(1_100).unwrap();
		assert_eq!(batch.first_seq, 5);
		assert_eq!(batch.receipt_tree.commitment().sum, 1_100);
		assert_eq!(batch.payout_tree.commitment().sum, reserved.payouts);
		assert_eq!(batch.fees, BTreeMap::from([(account(1), 1_100), (account(2), 0)]));
		for (leaf, payout) in (0u32..).zip(&batch.payouts) {
			let reasons = explain(&records, &batch, &beneficiary, &payout.account);
			assert_eq!(reasons.iter().map(|reason| reason.line.amount).sum::<Balance>(), payout.amount);
			assert_eq!((payout.weight, reasons.iter().map(|reason| reason.weighed).max()), (0, Some(0)));
			let (bytes, proof) = (payout.leaf(&DOMAIN, &agent, 5), batch.payout_tree.prove(leaf).unwrap());
			let commitment = batch.payout_tree.commitment();
			assert!(commitment.verify::<Blake2b256>(leaf, &bytes, payout.amount, &proof));
		}
		assert!(explain(&records, &batch, &beneficiary, &account(77)).is_empty());
		assert!(assemble(&DOMAIN, &agent, &beneficiary, &DEFAULT_SPLIT, &[], &BTreeSet::new()).is_none());
	}

	#[test]
	fn every_weight_is_explained_to_the_unit() {
		let (agent, beneficiary) = (account(9), account(8));
		let records = [
			record(5, 1, 100_001, &[(3, 20_000), (4, 30_000), (6, 5_000), (8, 17)]),
			record(6, 2, 40_000, &[(3, 8_000), (2, 14_000)]), // 2 is paid for its own question
			record(7, 1, 9_999, &[(3, 34), (1, 1_000)]),
			record(8, 8, 50_000, &[(3, 10_000)]), // the beneficiary asks itself
			record(9, 7, 30_000, &[(4, 6_000)]),
		];
		for weighing in [vec![], vec![1], vec![1, 2, 8], vec![2, 7], vec![1, 2, 7, 8]] {
			let weighing: BTreeSet<_> = weighing.into_iter().map(account).collect();
			let batch = assemble(&DOMAIN, &agent, &beneficiary, &DEFAULT_SPLIT, &records, &weighing).unwrap();
			let burn = DEFAULT_SPLIT.reserve(230_000).unwrap().burn;
			assert_eq!(batch.reserved.burn, burn);
			for payout in &batch.payouts {
				let reasons = explain(&records, &batch, &beneficiary, &payout.account);
				assert_eq!(reasons.iter().map(|reason| reason.line.amount).sum::<Balance>(), payout.amount);
				let weighed = reasons.iter().map(|reason| reason.weighed).sum::<Balance>().min(payout.amount);
				assert_eq!(most_weight(burn, weighed, batch.payout_tree.commitment().sum), Some(payout.weight));
				let given = |n: u8| weighing.contains(&account(n));
				let expected = match payout.account.as_ref() as &[u8] {
					[1 | 2 | 6, ..] => false,
					[3, ..] => given(1) || given(2),
					[4, ..] => given(1) || given(7),
					_ => given(1) || given(2) || given(7),
				};
				assert_eq!(payout.weight > 0, expected, "{payout:?} of {weighing:?}");
			}
			let weights: Balance = batch.payouts.iter().map(|payout| payout.weight).sum();
			let given = batch.fees.iter().filter(|(payer, _)| weighing.contains(payer) && **payer != beneficiary);
			assert!(weights <= given.map(|(_, fee)| DEFAULT_SPLIT.weight(*fee)).sum());
		}
	}
}
