//! Four forged batches: each is refuted by one opening, its agent slashed, its payers made whole.

use crate::{common, market::*};
use frame_support::{
	assert_ok,
	traits::fungible::{Inspect, InspectHold},
};
use openledger_primitives::{money::proportion, Attribution as Body, Fraud};
use openledger_runtime::{
	constants::OPEN, AccountId, Agents, Attribution, Balance, Balances, Runtime, RuntimeEvent, Signature, System,
};
use pallet_attribution::{BatchState, Evidence, SignedReceipt};
use sp_keyring::Sr25519Keyring::Ferdie;
use sp_runtime::DispatchResult;

const LIE: usize = 3;

fn challenger() -> AccountId {
	Ferdie.to_account_id()
}

/// Twelve answers for three payers, one of them changed by `forge`, refuted by `refute` as `fraud`.
fn refuted(
	forge: impl Fn(&Market, &mut Prepared),
	refute: impl Fn(&Market, &Prepared) -> DispatchResult,
	fraud: Fraud,
) {
	common::development().execute_with(|| {
		let market = Market::open();
		let payers = payers(3, 100 * OPEN);
		let wealth = |payer: &Payer| Balances::total_balance(&payer.account);
		let before: Vec<_> = payers.iter().map(wealth).collect();
		let sold: Vec<_> = (0..12).map(|i| (&payers[i % 3], OPEN + i as Balance)).collect();
		let mut batch = market.batch(&sold);
		forge(&market, &mut batch);
		assert_ok!(batch.submit());
		pass(1);
		let (rich, issuance) = (Balances::balance(&challenger()), Balances::total_issuance());
		assert_ok!(refute(&market, &batch));
		let found = System::events().into_iter().find_map(|record| match record.event {
			RuntimeEvent::Attribution(pallet_attribution::Event::BatchRefuted { fraud, .. }) => Some(fraud),
			_ => None,
		});
		assert_eq!(found, Some(fraud));
		assert_eq!(Attribution::batch(0).map(|batch| batch.state), Some(BatchState::Voided));

		// The whole stake: half burnt, and here also the tenth that auditors would have had; a quarter to the challenger.
		assert_eq!(Balances::balance(&challenger()), rich + STAKE / 4);
		assert_eq!(Balances::total_issuance(), issuance - STAKE / 2 - STAKE / 10);
		assert_eq!(Balances::total_balance_on_hold(&agent()), 0);
		assert_eq!(pallet_agents::Agents::<Runtime>::get(agent()).map(|record| record.stake), Some(0));

		// Payers have their fees back, and 15 percent of the stake by what they had paid.
		pass(2);
		let owed = batch.owed();
		let fees: Balance = owed.values().sum();
		for (payer, before) in payers.iter().zip(before) {
			let gain = proportion(STAKE / 100 * 15, owed[&payer.account], fees).unwrap();
			assert!(wealth(payer).abs_diff(before + gain) <= 3, "{} {}", wealth(payer), before + gain);
		}
		assert!(batch.submit().is_err());
		let _ = Agents::do_try_state();
		check();
	});
}

/// The batch with other receipts, whose payouts stay as they were.
fn with(batch: &mut Prepared, change: impl Fn(&mut Answer)) {
	change(&mut batch.answers[LIE]);
	let leaves = batch.answers.iter().map(|a| (a.receipt.leaf(&domain(), &agent()), a.receipt.fee));
	batch.receipts = openledger_primitives::SumTree::new(leaves).unwrap();
}

fn with_body(batch: &mut Prepared, body: Body) {
	with(batch, |answer| {
		answer.receipt.attribution = body.commitment(&domain());
		answer.body = body.clone();
	});
}

fn refute_claim(market: &Market, batch: &Prepared, row: u32) -> DispatchResult {
	let opened = batch.body(LIE as u32);
	Attribution::refute(
		signed(&challenger()),
		0,
		LIE as u32,
		Box::new(opened.receipt),
		opened.proof,
		opened.body,
		0,
		Some(market.opening(row)),
	)
}

fn refute_receipt(batch: &Prepared, evidence: Evidence<AccountId, Signature>) -> DispatchResult {
	let opened = batch.body(LIE as u32);
	let amount = opened.receipt.fee;
	Attribution::refute_receipt(
		signed(&challenger()),
		0,
		LIE as u32,
		Box::new(opened.receipt),
		amount,
		opened.proof,
		evidence,
	)
}

#[test]
fn a_score_that_is_not_the_dot_product() {
	let forge = |market: &Market, batch: &mut Prepared| {
		let mut body = market.claim(LIE as u32);
		body.parts[0].top[0].score += 1;
		with_body(batch, body);
	};
	let refute =
		|market: &Market, batch: &Prepared| refute_claim(market, batch, batch.answers[LIE].body.parts[0].top[0].row);
	refuted(forge, refute, Fraud::WrongScore);
}

#[test]
fn a_row_that_is_left_out() {
	let forge = |market: &Market, batch: &mut Prepared| {
		let mut body = market.claim(LIE as u32);
		body.parts[0].top.remove(0);
		with_body(batch, body);
	};
	let refute =
		|market: &Market, batch: &Prepared| refute_claim(market, batch, market.claim(LIE as u32).parts[0].top[0].row);
	refuted(forge, refute, Fraud::Omitted);
}

#[test]
fn a_receipt_that_was_signed_otherwise() {
	let forge = |_: &Market, batch: &mut Prepared| with(batch, |answer| answer.receipt.tokens_out += 1);
	let refute = |market: &Market, batch: &Prepared| {
		let payer = &batch.answers[LIE].receipt.payer;
		let receipt = market.answer(LIE as u64, payer, OPEN + LIE as Balance, market.claim(LIE as u32)).receipt;
		let receipt = openledger_primitives::Receipt { at: batch.answers[LIE].receipt.at, ..receipt };
		let signature = SIGNER.sign(&receipt.leaf(&domain(), &agent())).into();
		refute_receipt(
			batch,
			Evidence::Signed(Box::new(SignedReceipt { receipt, signer: SIGNER.to_account_id(), signature })),
		)
	};
	refuted(forge, refute, Fraud::SignedOtherwise);
}

#[test]
fn a_receipt_with_the_number_of_another() {
	let forge = |_: &Market, batch: &mut Prepared| with(batch, |answer| answer.receipt.seq += 1);
	let refute = |_: &Market, batch: &Prepared| refute_receipt(batch, Evidence::OnItsFace);
	refuted(forge, refute, Fraud::WrongSequence);
}

#[test]
fn an_index_that_pays_for_the_rows_of_others() {
	common::development().execute_with(|| {
		let thief = AccountId::from([66; 32]);
		let market = Market::with_index(|leaves| leaves[5].contributor = thief.clone());
		let refute = |row: u32| {
			let (leaf, proof) = (market.rows[row as usize].clone(), market.row_tree.prove(row).unwrap());
			let opening = market.opening(row);
			Attribution::refute_index(signed(&challenger()), INDEX, opening, Box::new(leaf), bounded(proof))
		};
		assert_eq!(refute(4), Err(Error::LeafStands.into()));
		let (rich, issuance) = (Balances::balance(&challenger()), Balances::total_issuance());
		assert_ok!(refute(5));
		assert_eq!(Balances::balance(&challenger()), rich + 5 * OPEN);
		assert_eq!(Balances::total_issuance(), issuance - 5 * OPEN);
		assert!(Attribution::published_index(INDEX).unwrap().retired.is_some());
		check();
	});
}
