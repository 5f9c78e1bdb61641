//! False claims and their refutation.

use super::*;
use crate::{BatchState, Error, Escrow, Event, Payers, Refunds};
use openledger_primitives::{referee::TAKEDOWN_GRACE, Fraud};

const SOLD: [(Keyring, Balance); 2] = [(Keyring::Alice, 1_000), (Keyring::Charlie, 500)];

fn fraud_of(top: Vec<Scored>, row: Option<u32>) -> Fraud {
	let mut found = None;
	build_and_execute(|| {
		let batch = submitted(&SOLD, &top);
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
		assert_eq!(stored(0).state, BatchState::Voided);
	});
}

#[test]
fn refutation_takes_the_stake_at_once_and_makes_payers_whole_by_itself() {
	build_and_execute(|| {
		let (issuance, alice, charlie, eve) =
			(Balances::total_issuance(), free(Keyring::Alice), free(Keyring::Charlie), free(Keyring::Eve));
		let batch = submitted(&SOLD, &lie());
		assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
		assert_eq!(stored(0).state, BatchState::Voided);
		assert_eq!((record().stake, record().exposure, record().bound), (0, 0, 0));
		assert_eq!(free(Keyring::Eve), eve + STAKE / 4);
		// What payers will have: fees and 15 percent of the stake. The rest of it is burnt, as no committee was needed.
		assert_eq!(Escrow::<Test>::get(), 1_500 + STAKE * 15 / 100);
		assert_eq!(Balances::total_issuance(), issuance - STAKE * 60 / 100);
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
		check_all();

		run_to(2);
		assert_eq!(Escrow::<Test>::get(), 0);
		assert_eq!(Balances::free_balance(Attribution::pot()), ED);
		assert!(Payers::<Test>::get(0).is_empty() && Refunds::<Test>::get(0).is_none());
		// Two thirds of 15 percent: Alice had paid 1,000 of 1,500. Her channel has what it had.
		assert_eq!(free(Keyring::Alice), alice - 10_000 + STAKE / 10);
		assert_eq!(free(Keyring::Charlie), charlie - 10_000 + STAKE / 20);
		assert_eq!((left(Keyring::Alice), left(Keyring::Charlie)), (10_000, 10_000));
	});
}

#[test]
fn to_refute_costs_the_same_whatever_the_number_of_payers() {
	let reads_of = |sold: &[(Keyring, Balance)]| {
		let mut payers = 0;
		build_and_execute(|| {
			let batch = submitted(sold, &lie());
			let before = Payers::<Test>::get(0);
			assert_ok!(batch.refute(0, 0, body(lie()), opening(19)));
			assert_eq!(Payers::<Test>::get(0), before, "payers wait");
			payers = before.len();
		});
		payers
	};
	assert_eq!((reads_of(&SOLD[..1]), reads_of(&SOLD)), (1, 2));
}

#[test]
fn refutation_fails_when_it_must() {
	build_and_execute(|| {
		let batch = submitted(&SOLD, &truth());
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
		for length in [0, 2, 32] {
			let receipt = Box::new(batch.receipts[0].clone());
			let mut proof = batch.receipt_tree.prove(0).unwrap();
			proof.resize(length, Default::default());
			let proof = proof.try_into().unwrap();
			let outcome = Attribution::refute(signed(Keyring::Eve), 0, 0, receipt, proof, good(), 0, opening(3));
			assert_eq!(outcome, Err(Error::<Test>::BadReceiptProof.into()));
			let mut long = opening(3).unwrap();
			let mut siblings = long.proof.to_vec();
			siblings.resize(length, H256::zero());
			long.proof = siblings.try_into().unwrap();
			assert_eq!(batch.refute(0, 0, good(), Some(long)), Err(Error::<Test>::BadIndexProof.into()));
		}
		for own in [AGENT, SIGNER] {
			assert_eq!(direct(own, 0, 0), Err(Error::<Test>::OwnBatch.into()));
		}
		assert_eq!(direct(Keyring::Eve, 1, 0), Err(Error::<Test>::BadReceiptProof.into()));
		assert_eq!(direct(Keyring::Eve, 0, 1), Err(Error::<Test>::NoSuchPart.into()));
	});
}

#[test]
fn refutation_is_possible_in_the_window_and_not_after() {
	build_and_execute(|| {
		let mut top = truth();
		top[0].score += 1;
		let batch = submitted(&SOLD, &top);
		System::set_block_number(1 + WINDOW);
		assert_eq!(batch.refute(0, 0, body(top.clone()), opening(19)), Err(Error::<Test>::WindowOver.into()));
		System::set_block_number(WINDOW);
		assert_ok!(batch.refute(0, 0, body(top.clone()), opening(19)));
		assert_eq!(batch.refute(0, 0, body(top), opening(19)), Err(Error::<Test>::NotPending.into()));
	});
}

/// The block in which rows are taken down.
const SINCE: u32 = 100;
/// Blocks of answers around that block, its grace and its end.
const BEFORE: [u32; 2] = [0, SINCE - 1];
const GRACE: [u32; 3] = [SINCE, SINCE + 1, SINCE + TAKEDOWN_GRACE - 1];
const AFTER: [u32; 3] = [SINCE + TAKEDOWN_GRACE, SINCE + TAKEDOWN_GRACE + 1, AGE];

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
			// Late enough for every `at`, and not so late that one of them counts as of later.
			System::set_block_number(u64::from(AGE.min(at)).max(1));
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

#[test]
fn dating_a_receipt_back_does_not_let_a_row_earn_for_longer() {
	let at_block = |submitted: u32, at: u32| {
		let mut found = None;
		build_and_execute(|| {
			TakenDown::set([(17, SINCE)].into());
			scene();
			let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
			batch.receipts[0].at = at;
			batch.seal();
			System::set_block_number(submitted.into());
			assert_ok!(batch.submit());
			found = Some(batch.refute(0, 0, body(truth()), opening(17)));
		});
		found.unwrap()
	};
	let stands = Err(Error::<Test>::ClaimStands.into());
	let end = SINCE + TAKEDOWN_GRACE;
	assert_eq!(at_block(end + AGE - 1, 0), stands, "as old as an answer may be");
	assert_eq!(at_block(end + AGE, 0), Ok(()), "older");
	assert_eq!(at_block(end + AGE, end - 1), Ok(()), "older by a block");
	assert_eq!(at_block(end + AGE - 1, end - 1), stands);
}

#[test]
fn an_index_that_was_retired_is_none_from_the_end_of_the_grace_on() {
	let outcome = |at: u32| {
		let mut found = vec![];
		build_and_execute(|| {
			scene();
			System::set_block_number(SINCE.into());
			assert_ok!(Attribution::retire_index(signed(Keyring::Dave), IndexId(0)));
			System::set_block_number(AGE.into());
			let mut batch = prepare(0, &[(Keyring::Alice, 1_000)], &truth(), 0);
			batch.receipts[0].at = at;
			batch.seal();
			assert_ok!(batch.submit());
			let refuted = batch.refute(0, 0, body(truth()), None);
			let frauds = events().into_iter().filter_map(|event| match event {
				Event::BatchRefuted { fraud, .. } => Some(fraud),
				_ => None,
			});
			found = frauds.collect();
			assert!(refuted.is_ok() || refuted == Err(Error::<Test>::OpeningNeeded.into()));
		});
		found
	};
	for at in BEFORE.into_iter().chain(GRACE) {
		assert_eq!(outcome(at), [], "at {at}");
	}
	for at in AFTER {
		assert_eq!(outcome(at), [Fraud::NoSuchIndex], "at {at}");
	}
}
