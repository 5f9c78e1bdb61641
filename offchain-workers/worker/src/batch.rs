//! From receipts to the trees that the chain wants. Pure, and the same for whoever recomputes it.

use crate::journal::Record;
use openledger_primitives::{
	money::FeeSplit,
	payout::{self, Line},
	Balance, Blake2b256, Domain, Payout, Receipt, SumTree,
};
use sp_runtime::AccountId32;
use std::collections::BTreeMap;

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
}

/// The tree over the receipts of consecutive `records`. `None` when the fees overflow.
pub fn receipt_tree(domain: &Domain, agent: &AccountId32, records: &[Record]) -> Option<SumTree<Blake2b256>> {
	let leaf = |receipt: &Receipt<AccountId32>| (receipt.leaf(domain, agent), receipt.fee);
	SumTree::new(records.iter().map(|record| leaf(&record.receipt)))
}

/// The batch of consecutive `records`. `None` when there are none, or the sums overflow.
pub fn assemble(
	domain: &Domain,
	agent: &AccountId32,
	beneficiary: &AccountId32,
	split: &FeeSplit,
	records: &[Record],
) -> Option<Batch> {
	let first_seq = records.first()?.receipt.seq;
	let receipt_tree = receipt_tree(domain, agent, records)?;
	let lines = records.iter().flat_map(|record| record.lines.iter().cloned());
	let (_, payouts) = payout::settle(split, beneficiary, receipt_tree.commitment().sum, lines)?;
	let payout_tree = payout::tree(&payouts, domain, agent, first_seq)?;
	let mut fees = BTreeMap::<AccountId32, Balance>::new();
	for record in records {
		let sum = fees.entry(record.receipt.payer.clone()).or_default();
		*sum = sum.checked_add(record.receipt.fee)?;
	}
	Some(Batch { first_seq, receipt_tree, payouts, payout_tree, fees })
}

/// Every line of `records` that pays `account`, with the sequence number of its receipt, and what the account has as
/// the agent: what all other lines leave of the payouts.
pub fn explain(
	records: &[Record],
	batch: &Batch,
	beneficiary: &AccountId32,
	account: &AccountId32,
) -> Vec<(Option<u64>, Line<AccountId32>)> {
	let mut lines: Vec<_> = records
		.iter()
		.flat_map(|record| record.lines.iter().map(move |line| (Some(record.receipt.seq), line.clone())))
		.filter(|(_, line)| line.account == *account)
		.collect();
	if account == beneficiary {
		let others = records.iter().flat_map(|record| &record.lines).fold(0u128, |sum, l| sum.saturating_add(l.amount));
		let amount = batch.payout_tree.commitment().sum.saturating_sub(others);
		lines.push((None, Line { account: account.clone(), role: payout::Role::Agent, amount }));
	}
	lines
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::journal::Exhibit;
	use openledger_primitives::{
		money::DEFAULT_SPLIT, payout::Role, Attribution, Blake2b256, DatanetId, ModelId, NumericClass,
	};
	use sp_core::{sr25519::Signature, H256};

	const DOMAIN: Domain = Domain { genesis: H256([3; 32]) };

	fn account(n: u8) -> AccountId32 {
		AccountId32::new([n; 32])
	}

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
		let role = Role::Commons { datanet: Some(DatanetId(0)) };
		let lines = lines.iter().map(|(who, amount)| Line { account: account(*who), role, amount: *amount }).collect();
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
		let batch = assemble(&DOMAIN, &agent, &beneficiary, &DEFAULT_SPLIT, &records).unwrap();
		let reserved = DEFAULT_SPLIT.reserve(1_100).unwrap();
		assert_eq!(batch.first_seq, 5);
		assert_eq!(batch.receipt_tree.commitment().sum, 1_100);
		assert_eq!(batch.payout_tree.commitment().sum, reserved.payouts);
		assert_eq!(batch.fees, BTreeMap::from([(account(1), 1_100), (account(2), 0)]));
		for (leaf, payout) in (0u32..).zip(&batch.payouts) {
			let lines = explain(&records, &batch, &beneficiary, &payout.account);
			assert_eq!(lines.iter().map(|(_, line)| line.amount).sum::<Balance>(), payout.amount);
			let (bytes, proof) = (payout.leaf(&DOMAIN, &agent, 5), batch.payout_tree.prove(leaf).unwrap());
			let commitment = batch.payout_tree.commitment();
			assert!(commitment.verify::<Blake2b256>(leaf, &bytes, payout.amount, &proof));
		}
		assert!(explain(&records, &batch, &beneficiary, &account(77)).is_empty());
		assert!(assemble(&DOMAIN, &agent, &beneficiary, &DEFAULT_SPLIT, &[]).is_none());
	}
}
