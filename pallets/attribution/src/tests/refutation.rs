//! False claims and their refutation.

use super::*;
use crate::{BatchState, Batches, Error, Escrow, Event};
use openledger_primitives::{referee::TAKEDOWN_GRACE, Fraud};

fn submitted(top: &[Scored]) -> Prepared {
	scene();
	let batch = prepare(0, &[(Keyring::Alice, 1_000), (Keyring::Charlie, 500)], top, 0);
	assert_ok!(batch.submit());
	batch
}

fn fraud_of(top: Vec<Scored>, row: Option<u32>) -> Fraud {
	let mut found = None;
	build_and_execute(|| {
		let batch = submitted(&top);
		assert_ok!(batch.refute(0, 1, body(top.clone()), row.and_then(opening)));
		found = System::events().into_iter().find_map(|record| match record.event {
			RuntimeEvent::Attribution(Event::BatchRefuted { fraud, .. }) => Some(fraud),
			_ => None,
		});
	});
	found.unwrap()
}

#[test]
fn the_truth_is_what_one_expects() {
	build_and_execute(|| {
		let rows: Vec<_> = truth().iter().map(|named| (named.row, named.cluster, named.score)).collect();
		assert_eq!(rows, [(19, 18, 19), (17, 17, 17), (16, 16, 16), (15, 15, 15)]);
	});
}

#[test]
fn each_kind_of_false_claim_is_refuted() {
	let mut truth_rows = vec![];
	build_and_execute(|| truth_rows = truth());
	let with = |change: &dyn Fn(&mut Vec<Scored>)| {
		let mut top = truth_rows.clone();
		change(&mut top);
		top
	};
	let scored = |row, cluster, score| Scored { row, cluster, score };
	assert_eq!(fraud_of(with(&|t| t[0].score = 18), Some(19)), Fraud::WrongScore);
	assert_eq!(fraud_of(with(&|t| t[1] = scored(3, 3, 17)), Some(3)), Fraud::WrongScore);
	assert_eq!(fraud_of(with(&|t| t[1].cluster = 1), Some(17)), Fraud::WrongCluster);
	assert_eq!(
		fraud_of(
			with(&|t| {
				t.remove(1);
			}),
			Some(17)
		),
		Fraud::Omitted
	);
	assert_eq!(fraud_of(vec![], Some(10)), Fraud::Omitted);
	assert_eq!(fraud_of(with(&|t| t[0] = scored(18, 18, 18)), Some(19)), Fraud::Omitted, "not the best of its cluster");
	assert_eq!(fraud_of(with(&|t| t.swap(0, 1)), None), Fraud::BadOrder);
	assert_eq!(fraud_of(with(&|t| t[1] = scored(18, 18, 18)), None), Fraud::ClusterTwice);
	assert_eq!(fraud_of(with(&|t| t[3] = scored(9, 9, 9)), None), Fraud::BelowThreshold);
	assert_eq!(fraud_of(with(&|t| t[3] = scored(20, 20, 14)), None), Fraud::NoSuchRow);
	assert_eq!(fraud_of(with(&|t| t[3] = scored(19, 3, 14)), None), Fraud::RowTwice);
	assert_eq!(fraud_of(with(&|t| t.push(scored(14, 14, 14))), None), Fraud::TooManyRows);
}

#[test]
fn an_attribution_that_names_an_index_twice_is_refuted_without_an_opening() {
	build_and_execute(|| {
		scene();
		let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
		let part = body(truth()).parts[0].clone();
		let twice = Body { parts: vec![part.clone(), part].try_into().unwrap() };
		batch.receipts[0].attribution = twice.commitment(&domain());
		batch.seal();
		assert_ok!(batch.submit());
		assert_ok!(batch.refute(0, 0, twice, None));
		let refuted =
			|event| matches!(event, RuntimeEvent::Attribution(Event::BatchRefuted { fraud: Fraud::PartTwice, .. }));
		assert!(System::events().into_iter().any(|record| refuted(record.event)));
		assert_eq!(Batches::<Test>::get(0).unwrap().state, BatchState::Voided);
	});
}

#[test]
fn refutation_gives_fees_back_and_takes_the_stake() {
	build_and_execute(|| {
		let mut top = truth();
		top[0].score += 1;
		let (issuance, alice, eve) = (Balances::total_issuance(), free(Keyring::Alice), free(Keyring::Eve));
		let batch = submitted(&top);
		assert_ok!(batch.refute(0, 0, body(top), opening(19)));
		assert_eq!(Batches::<Test>::get(0).unwrap().state, BatchState::Voided);
		assert_eq!(Escrow::<Test>::get(), 0);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
		let agent = pallet_agents::Agents::<Test>::get(AGENT.to_account_id()).unwrap();
		assert_eq!((agent.stake, agent.exposure), (0, 0));
		assert_eq!(free(Keyring::Eve), eve + STAKE / 4);
		// Two thirds of 15 percent: Alice had paid 1,000 of 1,500. Her channel has what it had.
		assert_eq!(free(Keyring::Alice), alice - 10_000 + STAKE / 10);
		let channel = pallet_credits::Channels::<Test>::get(Keyring::Alice.to_account_id(), AGENT.to_account_id());
		assert_eq!(channel.unwrap().left(), 10_000);
		assert_eq!(Balances::total_issuance(), issuance - STAKE / 2);
		System::assert_last_event(
			Event::BatchRefuted {
				batch: 0,
				seq: 0,
				fraud: Fraud::WrongScore,
				challenger: Keyring::Eve.to_account_id(),
				slashed: STAKE,
			}
			.into(),
		);
	});
}

#[test]
fn refutation_fails_when_it_must() {
	build_and_execute(|| {
		let batch = submitted(&truth());
		let good = || body(truth());
		assert_eq!(batch.refute(0, 0, good(), None), Err(Error::<Test>::OpeningNeeded.into()));
		for row in 0..ROWS {
			assert_eq!(batch.refute(0, 0, good(), opening(row)), Err(Error::<Test>::ClaimStands.into()), "row {row}");
		}
		assert_eq!(batch.refute(7, 0, good(), None), Err(Error::<Test>::NoSuchBatch.into()));
		assert_eq!(batch.refute(0, 0, body(vec![]), None), Err(Error::<Test>::WrongBody.into()));

		let mut forged = opening(3).unwrap();
		forged.leaf.vector = vec![99, 1, -1].try_into().unwrap();
		assert_eq!(batch.refute(0, 0, good(), Some(forged)), Err(Error::<Test>::BadIndexProof.into()));
		let mut moved = opening(3).unwrap();
		moved.proof = opening(4).unwrap().proof;
		assert_eq!(batch.refute(0, 0, good(), Some(moved)), Err(Error::<Test>::BadIndexProof.into()));

		let direct = |who, leaf, part| {
			let receipt = Box::new(batch.receipts[0].clone());
			let proof = batch.receipt_tree.prove(0).unwrap().try_into().unwrap();
			Attribution::refute(signed(who), 0, leaf, receipt, proof, good(), part, opening(3))
		};
		assert_eq!(direct(AGENT, 0, 0), Err(Error::<Test>::OwnBatch.into()));
		assert_eq!(direct(Keyring::Eve, 1, 0), Err(Error::<Test>::BadReceiptProof.into()));
		assert_eq!(direct(Keyring::Eve, 0, 1), Err(Error::<Test>::NoSuchPart.into()));
	});
}

#[test]
fn refutation_is_possible_in_the_window_and_not_after() {
	build_and_execute(|| {
		let mut top = truth();
		top[0].score += 1;
		let batch = submitted(&top);
		System::set_block_number(1 + WINDOW);
		assert_eq!(batch.refute(0, 0, body(top.clone()), opening(19)), Err(Error::<Test>::WindowOver.into()));
		System::set_block_number(WINDOW);
		assert_ok!(batch.refute(0, 0, body(top.clone()), opening(19)));
		assert_eq!(batch.refute(0, 0, body(top), opening(19)), Err(Error::<Test>::NotPending.into()));
	});
}

/// Submits a lie that draws all of Alice's channel, whose account is then emptied.
fn emptied() -> (Prepared, Vec<Scored>) {
	scene();
	let mut top = truth();
	top[0].score += 1;
	let batch = prepare(0, &[(Keyring::Alice, 10_000)], &top, 0);
	assert_ok!(batch.submit());
	assert_ok!(Balances::transfer_all(signed(Keyring::Alice), Keyring::Eve.to_account_id(), false));
	assert_eq!(System::account(Keyring::Alice.to_account_id()), Default::default(), "the account is gone");
	(batch, top)
}

#[test]
fn a_payer_whose_account_is_gone_does_not_save_a_liar() {
	build_and_execute(|| {
		let (batch, top) = emptied();
		assert_ok!(batch.refute(0, 0, body(top), opening(19)));
		// The refund revives the account; what cannot be held again is free, with the compensation.
		assert_eq!(free(Keyring::Alice), 10_000 + STAKE * 15 / 100);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
	});
}

#[test]
fn dust_that_nobody_can_take_is_burnt() {
	build_and_execute(|| {
		scene();
		let mut top = truth();
		top[0].score += 1;
		assert_ok!(Credits::request_close(signed(Keyring::Alice), AGENT.to_account_id()));
		System::set_block_number(1 + WINDOW);
		let batch = prepare(0, &[(Keyring::Alice, ED - 1), (Keyring::Charlie, 100)], &top, 0);
		assert_ok!(batch.submit());
		assert_ok!(Credits::withdraw(signed(Keyring::Alice), AGENT.to_account_id()));
		assert_ok!(Balances::transfer_all(signed(Keyring::Alice), Keyring::Eve.to_account_id(), false));
		assert_ok!(batch.refute(0, 0, body(top), opening(19)));
		let payer = Keyring::Alice.to_account_id();
		System::assert_has_event(Event::RefundBurnt { batch: 0, payer, amount: ED - 1 }.into());
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
	});
}

/// The block in which rows are taken down.
const SINCE: u32 = 100;
/// Blocks of answers around that block, its grace and its end.
const BEFORE: [u32; 2] = [0, SINCE - 1];
const GRACE: [u32; 3] = [SINCE, SINCE + 1, SINCE + TAKEDOWN_GRACE - 1];
const AFTER: [u32; 3] = [SINCE + TAKEDOWN_GRACE, SINCE + TAKEDOWN_GRACE + 1, u32::MAX];

/// What the chain says of the claim `top` of an answer given at block `at`, by the leaf of each row.
fn verdicts(taken: &[u32], at: u32, top: &[Scored]) -> Vec<(u32, Fraud)> {
	let mut found = vec![];
	for row in 0..ROWS {
		build_and_execute(|| {
			TakenDown::set(taken.iter().map(|row| (*row, SINCE)).collect());
			scene();
			let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], top, 0);
			batch.receipts[0].at = at;
			batch.seal();
			assert_ok!(batch.submit());
			match batch.refute(0, 0, body(top.to_vec()), opening(row)) {
				Ok(()) => found.extend(System::events().into_iter().filter_map(|record| match record.event {
					RuntimeEvent::Attribution(Event::BatchRefuted { fraud, .. }) => Some((row, fraud)),
					_ => None,
				})),
				Err(error) => assert_eq!(error, Error::<Test>::ClaimStands.into()),
			}
		});
	}
	found
}

#[test]
fn naming_a_row_that_was_taken_down_is_refuted_from_the_end_of_the_grace_on() {
	let mut top = vec![];
	build_and_execute(|| top = truth());
	for at in BEFORE.into_iter().chain(GRACE) {
		assert_eq!(verdicts(&[17], at, &top), [], "at {at}");
	}
	for at in AFTER {
		assert_eq!(verdicts(&[17], at, &top), [(17, Fraud::TakenDown)], "at {at}");
		assert_eq!(verdicts(&[19, 17, 3], at, &top), [(17, Fraud::TakenDown), (19, Fraud::TakenDown)], "at {at}");
	}
}

#[test]
fn leaving_out_a_row_that_was_taken_down_is_never_refuted() {
	let mut rows = vec![];
	build_and_execute(|| rows = leaves());
	let without = |taken: &[u32]| {
		let rest = rows.iter().filter(|leaf| !taken.contains(&leaf.row));
		let scored = |leaf: &IndexLeaf<AccountId32>| {
			let score = referee::dot(&[1, 0, 0], &leaf.vector).unwrap();
			Scored { row: leaf.row, cluster: leaf.cluster, score }
		};
		referee::top_k(rest.map(scored), THRESHOLD, LIMIT)
	};
	// One of the middle; one whose cluster has another row; all that score the threshold.
	let all: Vec<_> = (10..ROWS).collect();
	for taken in [&[17][..], &[19], &all] {
		for at in GRACE.into_iter().chain(AFTER) {
			assert_eq!(verdicts(taken, at, &without(taken)), [], "{taken:?} at {at}");
		}
		for at in BEFORE {
			let missing = verdicts(taken, at, &without(taken));
			assert!(
				!missing.is_empty()
					&& missing.iter().all(|(row, fraud)| taken.contains(row) && *fraud == Fraud::Omitted)
			);
		}
	}
	// What is left counts as ever.
	for at in AFTER {
		assert_eq!(verdicts(&[17], at, &without(&[17, 16])), [(16, Fraud::Omitted)], "at {at}");
	}
}
