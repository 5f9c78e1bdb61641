//! From a deposit to a payout that explains itself.

use crate::{common, market::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, InspectHold, Mutate},
};
use openledger_primitives::{
	money::{proportion, DEFAULT_SPLIT},
	payout::Role,
	traits::Contributions,
	Blake2b256,
};
use openledger_runtime::{
	configs::staking::fee_pot, constants::OPEN, Attribution, Balance, Balances, ContributionVoting, Datanets, System,
	Verification,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};
use std::collections::BTreeMap;

const RECEIPTS: usize = 10_000;
const PAYERS: u32 = 256;
const FEE: Balance = OPEN / 1_000 + 7;

#[test]
fn ten_thousand_receipts_are_settled_paid_and_explained() {
	common::development().execute_with(|| {
		let market = Market::open();
		// So that what rows leave over, which is little here, can be credited.
		assert_ok!(Balances::mint_into(&Datanets::commons_account(NET), Balances::minimum_balance()));
		let payers = payers(PAYERS, 10 * OPEN);
		// Every other payer has bonded, so that what it pays gives weight.
		payers.iter().step_by(2).for_each(|payer| bond(payer, 100 * OPEN));
		let sold: Vec<_> = (0..RECEIPTS).map(|i| (&payers[i % payers.len()], FEE + i as Balance)).collect();
		let batch = market.batch(&sold);
		let fees: Balance = sold.iter().map(|(_, fee)| fee).sum();
		let issuance = Balances::total_issuance();
		assert_ok!(batch.submit());
		assert_eq!(Attribution::next_seq(agent()), RECEIPTS as u64);
		check();

		// The chain draws a sample; nothing settles before it is published.
		pass(4);
		assert_eq!(Attribution::sample(0).unwrap().points.len(), 64);
		let unasked = (0..).find(|leaf| !batch.drawn(0).contains(leaf)).unwrap();
		let open = Attribution::open(signer(), 0, bounded(vec![batch.body(unasked)]));
		assert_eq!(open, Err(Error::NotAsked.into()));
		assert_noop!(Attribution::settle(signer(), 0), Error::WindowOpen);
		batch.open_sample(0);
		pass(20);
		let reserved = DEFAULT_SPLIT.reserve(fees).unwrap();
		assert_eq!(Balances::total_issuance(), issuance - reserved.burn);
		assert_eq!(Attribution::batch(0).map(|batch| batch.state), Some(pallet_attribution::BatchState::Settled));

		// Everybody who is named in a line is paid the sum of the lines, to the unit.
		let mut due = BTreeMap::<_, Balance>::new();
		for line in batch.answers.iter().flat_map(|answer| &answer.lines) {
			*due.entry(line.account.clone()).or_default() += line.amount;
		}
		let before: BTreeMap<_, _> =
			batch.payouts.iter().map(|payout| (payout.account.clone(), Balances::balance(&payout.account))).collect();
		let alice = signed(&Alice.to_account_id());
		assert_ok!(Attribution::distribute(alice.clone(), 0, vec![batch.payout(0)].try_into().unwrap()));
		let rest = batch.payouts.len() as u32 - 1;
		let proof = bounded(batch.payout_tree.prove_range(1, rest).unwrap());
		let payouts = batch.payouts[1..].to_vec().try_into().unwrap();
		assert_ok!(Attribution::distribute_range(alice, 0, 1, payouts, proof));
		assert_noop!(
			Attribution::distribute(signed(&Alice.to_account_id()), 0, vec![batch.payout(0)].try_into().unwrap()),
			Error::AlreadyPaid
		);
		for payout in &batch.payouts {
			let got = Balances::balance(&payout.account) - before[&payout.account];
			assert_eq!(got, payout.amount);
			if payout.account != beneficiary() {
				assert_eq!(got, due[&payout.account]);
			}
		}
		for who in [Bob, Charlie, Dave] {
			assert!(due[&who.to_account_id()] > 0);
		}
		assert!(Balances::total_balance_on_hold(&payers[1].account) < 10 * OPEN);
		assert!(Balances::balance(&Verification::pot()) >= reserved.auditors);
		assert!(Balances::balance(&fee_pot()) >= reserved.stakers);
		check();

		weigh(&batch);
		explain(&batch);
		commons(due[&Datanets::commons_account(NET)]);
	});
}

/// Everybody has the weight that its lines of the bonded payers' receipts say, to the unit, and a commons has none.
fn weigh(batch: &Prepared) {
	let fees: Balance = batch.answers.iter().map(|answer| answer.receipt.fee).sum();
	let reserved = DEFAULT_SPLIT.reserve(fees).unwrap();
	let chain = Attribution::batch(0).unwrap();
	// It was paid in this block, and by then what answers for the weight had faded.
	let age = System::block_number() - chain.submitted;
	let faded = |weight| <ContributionVoting as Contributions<_>>::faded(weight, age.into());
	let mut given = 0;
	for payout in &batch.payouts {
		let bonded = batch.answers.iter().filter(|answer| weighs(&answer.receipt.payer));
		let lines = bonded.flat_map(|answer| &answer.lines).filter(|line| line.account == payout.account);
		let worked = lines.filter(|line| !matches!(line.role, Role::Commons { .. }));
		let amount: Balance = worked.map(|line| line.amount).sum();
		let weight = ContributionVoting::account(payout.account.clone()).map_or(0, |account| account.now.weight.fast);
		if payout.account != beneficiary() {
			assert_eq!(payout.weight, proportion(reserved.burn, amount, reserved.payouts).unwrap());
		}
		assert_eq!(weight, faded(payout.weight));
		given += payout.weight;
	}
	let half = reserved.burn / 2;
	assert!(given > half / 2 && given < half * 21 / 20, "{given} of {}", reserved.burn);
	assert!(chain.credited >= given);
}

/// Bob asks why he was paid: from his account to the leaf, the receipts and the rows, each checked against the chain.
fn explain(batch: &Prepared) {
	let bob = Bob.to_account_id();
	let chain = Attribution::batch(0).unwrap();
	let leaf = batch.payouts.iter().position(|payout| payout.account == bob).unwrap() as u32;
	let found = batch.payout(leaf);
	let bytes = found.payout.leaf(&domain(), &agent(), 0);
	assert!(chain.payouts.verify::<Blake2b256>(leaf, &bytes, found.payout.amount, &found.proof));
	assert!(Attribution::is_paid(0, leaf));
	let mut sum = 0;
	for (place, answer) in (0u32..).zip(&batch.answers) {
		let of_bob = answer.lines.iter().filter(|line| line.account == bob);
		let (mut named, mut paid) = (0, 0);
		for line in of_bob {
			let Role::Row { row, score, .. } = line.role else { panic!("Bob is paid for rows alone") };
			assert!(answer.body.parts[0].top.iter().any(|top| (top.row, top.score) == (row, score)));
			named += 1;
			paid += line.amount;
		}
		if named > 0 && place % 500 == 0 {
			let opened = batch.body(place);
			let bytes = opened.receipt.leaf(&domain(), &agent());
			assert!(chain.receipts.verify::<Blake2b256>(place, &bytes, opened.receipt.fee, &opened.proof));
			assert_eq!(opened.body.commitment(&domain()), opened.receipt.attribution);
		}
		sum += paid;
	}
	assert_eq!(sum, found.payout.amount);
}

/// What rows have left over reaches all contributors by their rows.
fn commons(income: Balance) {
	let [bob, charlie] = [Bob, Charlie].map(|who| who.to_account_id());
	for id in [0, 1] {
		assert_ok!(Datanets::count_rows(signed(&bob), NET, openledger_primitives::ContributionId(id)));
	}
	let before = [&bob, &charlie].map(Balances::balance);
	for who in [&bob, &charlie] {
		assert_ok!(Datanets::claim_commons(signed(&bob), NET, who.clone()));
	}
	let got = [Balances::balance(&bob) - before[0], Balances::balance(&charlie) - before[1]];
	assert!(got[0].abs_diff(got[1]) <= 1 && income - (got[0] + got[1]) <= 40, "{got:?} of {income}");
	check();
}
