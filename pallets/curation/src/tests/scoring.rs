//! Who is paid, who pays, and what the verdict is.

use crate::{mock::*, reputation::Record, types::Phase, Curators};
use frame_support::{assert_ok, traits::fungible::Inspect};
use openledger_primitives::judgement::{Fault, Gold, Judgement, Verdict};
use sp_core::H256;
use sp_runtime::Perbill;

/// The committee of case 0 says what `say` tells for each of its members, by place, and the gold is revealed.
fn judged(say: impl Fn(usize) -> Judgement) -> Vec<u64> {
	let (id, members) = drawn(0);
	let said: Vec<_> = members.iter().enumerate().map(|(place, who)| (*who, say(place))).collect();
	speak(id, &said);
	assert_ok!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT));
	next_block();
	members
}

fn verdict() -> Option<Verdict> {
	run(WINDOW + 1);
	Closed::get().pop().unwrap().1
}

fn paid(who: u64) -> u128 {
	Balances::total_balance(&who) - ENDOWMENT
}

#[test]
fn all_who_know_the_gold_are_paid_whatever_they_think_of_the_rows() {
	with_curators(SEATS, || {
		let members = judged(|place| honest(place != 0));
		assert!(members.iter().all(|who| paid(*who) == FEE));
		assert_eq!(Balances::total_balance(&ALICE), ENDOWMENT - FEE * u128::from(SEATS));
		assert_eq!(held_for_tasks(ALICE), 0);
		assert_eq!(verdict(), Some(Verdict::Accepted));
	});
}

#[test]
fn who_misses_gold_is_not_paid_and_nothing_else_happens_at_first() {
	with_curators(SEATS, || {
		// Two of eight are forgiven, three are not.
		let members = judged(|place| judgement(honest(true).good ^ [0, 0, 0b11, 0b111, 0][place]));
		let paid: Vec<_> = members.iter().map(|who| paid(*who)).collect();
		assert_eq!(paid, [FEE, FEE, FEE, 0, FEE]);
		assert!(members.iter().all(|who| bond_of(*who) == BOND));
		let record = curator(members[3]).record;
		assert_eq!((record.gold_seen, record.gold_missed), (64 + 8, 3));
		assert_eq!(record.credibility, (150_000 * 85 + 625_000 * 15) / 100);
	});
}

#[test]
fn who_misses_more_than_chance_explains_loses_bond_and_seat() {
	with_curators(SEATS, || {
		let issuance = Balances::total_issuance();
		Curators::<Test>::mutate(NET, FIRST, |curator| {
			curator.as_mut().unwrap().record = Record { credibility: 500_000, gold_seen: 40, gold_missed: 16 };
		});
		let members = judged(|_| honest(true));
		assert!(members.contains(&FIRST));
		// 16 of 48 are not yet more than a quarter with confidence, 24 are.
		assert_eq!((bond_of(FIRST), Curation::seats(NET)), (BOND, SEATS));
		Curators::<Test>::mutate(NET, FIRST, |curator| {
			curator.as_mut().unwrap().record = Record { credibility: 500_000, gold_seen: 40, gold_missed: 16 };
		});
		run(WINDOW + 1);
		let (id, members) = drawn(1);
		let wrong = judgement(honest(true).good ^ 0xFF);
		let said: Vec<_> = members.iter().map(|who| (*who, if *who == FIRST { wrong } else { honest(true) })).collect();
		speak(id, &said);
		assert_ok!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT));
		next_block();
		assert_eq!((bond_of(FIRST), Curation::seats(NET)), (BOND / 2, SEATS - 1));
		assert_eq!(curator(FIRST).record, Record::default());
		assert_eq!(Balances::total_issuance(), issuance - BOND / 2);
	});
}

#[test]
fn who_is_silent_pays_at_once_and_in_the_end_with_the_seat() {
	with_curators(SEATS, || {
		for round in 1..=26u128 {
			let (id, members) = drawn(0);
			let silent = FIRST;
			let said: Vec<_> = members.iter().filter(|who| **who != silent).map(|who| (*who, honest(true))).collect();
			speak(id, &said);
			assert!(await_gold(id));
			assert_ok!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT));
			run(WINDOW + 2);
			assert_eq!(bond_of(silent), BOND - NO_SHOW * round);
			if bond_of(silent) < BOND / 2 {
				assert_eq!((round, curator(silent).seat), (26, None));
				return;
			}
			assert!(curator(silent).seat.is_some());
		}
		panic!("the seat was never lost");
	});
}

#[test]
fn a_commitment_without_a_reveal_is_silence() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		for who in &members {
			assert_ok!(Curation::commit(signed(*who), id, H256::zero()));
		}
		run(WINDOW + 1);
		assert!(members.iter().all(|who| bond_of(*who) == BOND - NO_SHOW));
		assert!(members.iter().all(|who| Balances::total_balance(who) == ENDOWMENT - NO_SHOW));
		assert_eq!(Closed::get(), [(case(0), None)]);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWMENT);
	});
}

#[test]
fn the_owner_that_withholds_its_gold_loses_too() {
	with_curators(SEATS, || {
		assert_ok!(Curation::open_case(signed(OWNER), case(0), seal_gold(gold(), OWNER)));
		let id = openledger_primitives::TaskId(crate::NextTask::<Test>::get().0 - 1);
		draw(id);
		let said: Vec<_> = members(id).into_iter().map(|who| (who, honest(false))).collect();
		speak(id, &said);
		run(WINDOW + 1);
		assert_eq!(task(id).phase, Phase::Appealable { verdict: Verdict::Accepted });
	});
}

#[test]
fn less_than_most_of_the_seats_decide_nothing_but_are_paid() {
	with_curators(SEATS, || {
		// Four speak, two for each side.
		let (id, members) = drawn(0);
		let said: Vec<_> = members.iter().take(4).map(|who| (*who, honest(who % 2 == 0))).collect();
		let sides = said.iter().filter(|(_, said)| *said == honest(true)).count();
		let said: Vec<_> = match sides {
			2 => said,
			_ => members.iter().take(4).enumerate().map(|(place, who)| (*who, honest(place < 2))).collect(),
		};
		speak(id, &said);
		assert!(await_gold(id));
		assert_ok!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT));
		next_block();
		assert_eq!(Closed::get(), [(case(0), None)]);
		assert!(members[..4].iter().all(|who| paid(*who) == FEE));
		assert_eq!(bond_of(members[4]), BOND - NO_SHOW);
		assert_eq!(Balances::total_balance(&ALICE), ENDOWMENT - 4 * FEE);
	});
}

#[test]
fn an_opener_that_serves_few_pays_and_those_who_saw_nothing_do_not() {
	with_curators(SEATS, || {
		let (id, members) = drawn(0);
		let said: Vec<_> = members.iter().take(2).map(|who| (*who, honest(true))).collect();
		speak(id, &said);
		assert!(await_gold(id));
		assert_ok!(Curation::reveal_gold(signed(ALICE), id, gold(), SALT));
		next_block();
		assert_eq!(Closed::get(), [(case(0), None)]);
		assert_eq!((paid(members[0]), bond_of(members[2])), (FEE, BOND));
		assert_eq!(Balances::total_balance(&ALICE), ENDOWMENT - 2 * FEE - DEPOSIT);
	});
}

#[test]
fn gold_that_is_withheld_costs_the_opener_its_case_and_everyone_is_paid() {
	with_curators(SEATS, || {
		let issuance = Balances::total_issuance();
		let (id, members) = drawn(0);
		let said: Vec<_> = members.iter().map(|who| (*who, honest(true))).collect();
		speak(id, &said);
		assert_eq!(task(id).phase, Phase::Gold);
		run(WINDOW + 1);
		assert!(members.iter().all(|who| paid(*who) == FEE));
		assert_eq!(Balances::total_issuance(), issuance - DEPOSIT);
		assert_eq!(task(id).phase, Phase::Appealable { verdict: Verdict::Rejected(Fault::Malformed) });
	});
}

#[test]
fn gold_that_is_wrong_harms_nobody() {
	with_curators(SEATS, || {
		// The opener says of good rows that they are bad.
		let wrong = Gold { mask: 0xFF, good: 0 };
		assert_ok!(Curation::open_case(signed(ALICE), case(0), seal_gold(wrong, ALICE)));
		let id = openledger_primitives::TaskId(crate::NextTask::<Test>::get().0 - 1);
		draw(id);
		let members = members(id);
		let said: Vec<_> = members.iter().map(|who| (*who, judgement(u64::MAX))).collect();
		speak(id, &said);
		assert_ok!(Curation::reveal_gold(signed(ALICE), id, wrong, SALT));
		next_block();
		assert!(members.iter().all(|who| paid(*who) == FEE && curator(*who).record.gold_missed == 0));
	});
}

#[test]
fn the_verdict_is_what_most_say_and_a_slash_what_two_thirds_of_the_seats_say() {
	// Of five seats, four are two thirds.
	for (rejecting, expected) in [
		(2, Verdict::Accepted),
		(3, Verdict::Rejected(Fault::Malformed)),
		(4, Verdict::Rejected(Fault::LowQuality)),
		(5, Verdict::Rejected(Fault::LowQuality)),
	] {
		with_curators(SEATS, || {
			judged(|place| honest(place >= rejecting));
			assert_eq!(verdict(), Some(expected), "{rejecting}");
		});
	}
}

#[test]
fn no_penalty_is_burnt_when_it_is_zero() {
	with_curators(SEATS, || {
		GoldPenalty::set(Perbill::zero());
		Curators::<Test>::mutate(NET, FIRST, |curator| {
			curator.as_mut().unwrap().record = Record { credibility: 0, gold_seen: 100, gold_missed: 90 };
		});
		judged(|_| honest(true));
		assert_eq!((bond_of(FIRST), curator(FIRST).seat), (BOND, None));
		GoldPenalty::set(Perbill::from_percent(50));
	});
}
