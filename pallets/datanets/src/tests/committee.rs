//! What committees decide about contributions, and what becomes of an owner who does not follow.

use crate::{
	mock::*,
	types::{Committee, Contribution, Counters, Datanet, Status},
	Datanets as DatanetsMap, Error, Event,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{
	judgement::{Case, Fault, Verdict},
	ContributionId, DatanetId,
};
use sp_runtime::{DispatchError, DispatchResult, Perbill, TokenError};

const FIRST: ContributionId = ContributionId(0);
const REJECTED: Verdict = Verdict::Rejected(Fault::LowQuality);

fn committee(id: u32) -> Option<Committee<u64>> {
	match status(id) {
		Some(Status::Pending { committee, .. }) => Some(committee),
		_ => None,
	}
}

fn overrule(id: u32) -> DispatchResult {
	Datanets::overrule(signed(STRANGER), NET, ContributionId(id))
}

fn take_over(who: AccountId, id: u32) -> DispatchResult {
	Datanets::take_over(signed(who), NET, ContributionId(id))
}

/// Seven rows of Alice, whose bond is 70.
fn with_contribution(test: impl FnOnce()) {
	with_datanet(|| {
		contribute(ALICE, 7);
		test();
	});
}

/// The same, before a committee.
fn with_case(test: impl FnOnce()) {
	with_contribution(|| {
		assert_ok!(open(about(0), ALICE));
		test();
	});
}

#[test]
fn open_names_rows_and_parties_when_a_party_asks() {
	for opener in [OWNER, ALICE] {
		with_contribution(|| {
			assert_eq!(open(about(0), opener), Ok((7, vec![OWNER, ALICE])));
			System::assert_last_event(Event::BroughtToCommittee { datanet: NET, contribution: FIRST }.into());
			assert_eq!(status(0), Some(Status::Pending { bond: 70, committee: Committee::Deciding }));
			assert_eq!((counters().pending, bond_of(ALICE)), (1, 70));
		});
	}
}

#[test]
fn open_fails_when_there_is_no_such_datanet_or_contribution() {
	with_contribution(|| {
		let elsewhere = Case::Contribution { datanet: DatanetId(1), contribution: FIRST };
		assert_noop!(open(elsewhere, OWNER), Error::<Test>::NoSuchDatanet);
		assert_noop!(open(about(1), OWNER), Error::<Test>::NoSuchContribution);
	});
}

#[test]
fn open_fails_when_the_opener_is_no_party() {
	with_contribution(|| {
		for other in [BOB, STRANGER] {
			assert_noop!(open(about(0), other), Error::<Test>::NotParty);
		}
	});
}

#[test]
fn open_fails_when_the_contribution_is_not_pending() {
	with_contribution(|| {
		freeze(7, [0]);
		contribute_due(ALICE, 1);
		for id in [0, 1] {
			assert_noop!(open(about(id), ALICE), Error::<Test>::NotPending);
		}
	});
}

#[test]
fn open_fails_when_a_committee_is_deciding() {
	with_case(|| {
		assert_noop!(open(about(0), OWNER), Error::<Test>::WithCommittee);
	});
}

#[test]
fn open_fails_when_a_committee_has_accepted() {
	with_case(|| {
		assert_ok!(close(about(0), Some(Verdict::Accepted)));
		assert_noop!(open(about(0), OWNER), Error::<Test>::CommitteeAccepted);
	});
}

#[test]
fn may_appeal_is_for_the_owner_when_the_rows_are_accepted() {
	with_case(|| assert_eq!(may_appeal(about(0), Verdict::Accepted), [OWNER]));
}

#[test]
fn may_appeal_is_for_the_contributor_when_the_rows_are_rejected() {
	with_case(|| {
		for fault in [Fault::Malformed, Fault::LowQuality, Fault::Copied, Fault::Poisoned] {
			assert_eq!(may_appeal(about(0), Verdict::Rejected(fault)), [ALICE]);
		}
	});
}

#[test]
fn may_appeal_is_for_nobody_when_there_is_no_such_contribution() {
	with_case(|| assert!(may_appeal(about(1), REJECTED).is_empty()));
}

#[test]
fn close_keeps_the_bond_when_the_rows_are_accepted() {
	with_case(|| {
		let before = issuance();
		advance(3);
		assert_ok!(close(about(0), Some(Verdict::Accepted)));
		let (contributor, verdict) = (ALICE, Some(Verdict::Accepted));
		System::assert_last_event(
			Event::Judged { datanet: NET, contribution: FIRST, contributor, verdict, burnt: 0 }.into(),
		);
		let at = System::block_number();
		assert_eq!(status(0), Some(Status::Pending { bond: 70, committee: Committee::Accepted { at } }));
		assert_eq!((counters().pending, bond_of(ALICE), issuance()), (1, 70, before));
	});
}

#[test]
fn close_burns_what_the_fault_costs_when_the_rows_are_rejected() {
	// Of 70, whose sixth is no whole number: rounded up.
	let weights = [None, Some(67_142_858), Some(84_285_715), Some(100_000_000)];
	let burns = [(Fault::Malformed, 0), (Fault::LowQuality, 47), (Fault::Copied, 59), (Fault::Poisoned, 70)];
	for ((fault, burnt), weight) in burns.into_iter().zip(weights) {
		with_case(|| {
			let (before, contributor, verdict) = (issuance(), ALICE, Some(Verdict::Rejected(fault)));
			assert_ok!(close(about(0), verdict));
			System::assert_last_event(
				Event::Judged { datanet: NET, contribution: FIRST, contributor, verdict, burnt }.into(),
			);
			assert_eq!(contribution(0), None);
			assert_eq!(counters(), Counters { next_contribution: ContributionId(1), ..Default::default() });
			assert_eq!(issuance(), before - burnt);
			assert_eq!((bond_of(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT - burnt));
			// A tenth of the part of the bond that is lost.
			let weight: Vec<_> = weight.into_iter().map(|parts| (ALICE, Perbill::from_parts(parts))).collect();
			assert_eq!(Burnt::get(), weight);
		});
	}
}

#[test]
fn close_burns_the_same_weight_whatever_else_its_owner_has_bonded() {
	for others in [0, 1, 40] {
		with_case(|| {
			if others > 0 {
				contribute(ALICE, others);
			}
			assert_ok!(close(about(0), Some(Verdict::Rejected(Fault::Poisoned))));
			assert_eq!(Burnt::get(), [(ALICE, Perbill::from_percent(10))]);
		});
	}
}

#[test]
fn close_burns_no_weight_when_the_rows_stay() {
	for verdict in [Some(Verdict::Accepted), None] {
		with_case(|| {
			assert_ok!(close(about(0), verdict));
			assert_eq!(Burnt::get(), []);
		});
	}
}

#[test]
fn close_leaves_other_contributions_alone() {
	with_case(|| {
		contribute(ALICE, 2);
		assert_ok!(close(about(0), Some(Verdict::Rejected(Fault::Poisoned))));
		assert_eq!((bond_of(ALICE), counters().pending, counters().pending_rows), (20, 1, 2));
	});
}

#[test]
fn close_burns_the_bond_that_was_taken_when_the_tariff_changes() {
	with_case(|| {
		BondPerRow::set(1_000);
		let before = issuance();
		assert_ok!(close(about(0), Some(Verdict::Rejected(Fault::Poisoned))));
		assert_eq!(issuance(), before - 70);
	});
}

#[test]
fn close_burns_the_bond_when_its_holder_has_nothing_else() {
	with_datanet(|| {
		BondPerRow::set(ENDOWMENT - 1);
		contribute(ALICE, 1);
		judge(0, Verdict::Rejected(Fault::Poisoned));
		assert_eq!((bond_of(ALICE), Balances::free_balance(ALICE)), (0, 1));
	});
}

#[test]
fn close_restores_the_contribution_when_no_committee_could_be_formed() {
	with_case(|| {
		assert_ok!(close(about(0), None));
		let contributor = ALICE;
		System::assert_last_event(
			Event::Judged { datanet: NET, contribution: FIRST, contributor, verdict: None, burnt: 0 }.into(),
		);
		assert_eq!(committee(0), Some(Committee::None));
		assert_ok!(open(about(0), OWNER));
		assert_ok!(close(about(0), None));
		assert_ok!(Datanets::reject(signed(OWNER), NET, FIRST));
	});
}

#[test]
fn close_fails_when_there_is_no_such_contribution() {
	with_case(|| {
		for verdict in [Some(Verdict::Accepted), Some(REJECTED), None] {
			assert_noop!(close(about(1), verdict), Error::<Test>::NoSuchContribution);
		}
	});
}

#[test]
fn close_fails_when_no_committee_is_deciding() {
	with_contribution(|| {
		for verdict in [Some(Verdict::Accepted), Some(REJECTED), None] {
			assert_noop!(close(about(0), verdict), Error::<Test>::NotPending);
		}
		judge(0, Verdict::Accepted);
		// A verdict is carried out once.
		assert_noop!(close(about(0), Some(REJECTED)), Error::<Test>::NotPending);
		freeze(7, [0]);
		assert_noop!(close(about(0), Some(REJECTED)), Error::<Test>::NotPending);
	});
}

#[test]
fn close_binds_who_has_the_datanet_then() {
	with_case(|| {
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_ok!(close(about(0), Some(Verdict::Accepted)));
		assert_noop!(Datanets::reject(signed(BOB), NET, FIRST), Error::<Test>::CommitteeAccepted);
	});
}

#[test]
fn overrule_makes_a_contribution_due_when_the_owner_is_late() {
	with_contribution(|| {
		judge(0, Verdict::Accepted);
		let before = contribution(0).unwrap();
		advance(OWNER_BLOCKS + 1);
		assert_ok!(Datanets::overrule(signed(NOBODY), NET, FIRST));
		let (contributor, bond) = (ALICE, 70);
		System::assert_last_event(Event::Overruled { datanet: NET, contribution: FIRST, contributor, bond }.into());
		let status = Status::Due { since: System::block_number() };
		assert_eq!(contribution(0), Some(Contribution { status, ..before }));
		let expected = Counters { next_contribution: ContributionId(1), due: 1, ..Default::default() };
		assert_eq!(counters(), expected);
		assert_eq!((bond_of(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
	});
}

#[test]
fn overrule_fails_when_the_owner_has_time() {
	with_contribution(|| {
		judge(0, Verdict::Accepted);
		advance(OWNER_BLOCKS);
		assert_noop!(overrule(0), Error::<Test>::OwnerHasTime);
	});
}

#[test]
fn overrule_fails_when_there_is_no_such_contribution() {
	with_datanet(|| {
		assert_noop!(overrule(0), Error::<Test>::NoSuchContribution);
	});
}

#[test]
fn overrule_fails_when_no_committee_has_accepted() {
	with_contribution(|| {
		advance(OWNER_BLOCKS + 1);
		assert_noop!(overrule(0), Error::<Test>::NotJudged);
		assert_ok!(open(about(0), ALICE));
		assert_noop!(overrule(0), Error::<Test>::NotJudged);
		assert_ok!(close(about(0), None));
		assert_noop!(overrule(0), Error::<Test>::NotJudged);
	});
}

#[test]
fn overrule_fails_when_the_contribution_is_not_pending() {
	with_contribution(|| {
		freeze(7, [0]);
		contribute_due(ALICE, 1);
		for id in [0, 1] {
			assert_noop!(overrule(id), Error::<Test>::NotPending);
		}
	});
}

#[test]
fn overrule_fails_when_as_many_are_due_as_a_version_accepts() {
	with_datanet(|| {
		for _ in 0..MAX_PER_VERSION {
			contribute_due(ALICE, 1);
		}
		contribute(BOB, 1);
		judge(3, Verdict::Accepted);
		advance(OWNER_BLOCKS + 1);
		assert_noop!(overrule(3), Error::<Test>::TooManyDue);
		freeze(3, [0, 1, 2]);
		assert_ok!(overrule(3));
	});
}

#[test]
fn overrule_fails_when_the_time_overflows() {
	with_contribution(|| {
		judge(0, Verdict::Accepted);
		OwnerTime::set(u64::MAX);
		assert_noop!(overrule(0), Error::<Test>::Overflow);
	});
}

#[test]
fn take_over_gives_the_datanet_to_the_contributor_when_the_owner_is_late_again() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		let before = DatanetsMap::<Test>::get(NET).unwrap();
		DatanetDeposit::set(1);
		advance(OWNER_BLOCKS + 1);
		assert_ok!(take_over(ALICE, 0));
		let (from, to, deposit) = (OWNER, ALICE, DEPOSIT);
		System::assert_last_event(Event::TakenOver { datanet: NET, from, to, deposit }.into());
		assert_eq!(
			DatanetsMap::<Test>::get(NET),
			Some(Datanet { owner: ALICE, held_since: System::block_number(), ..before })
		);
		assert_eq!((deposit_of(OWNER), deposit_of(ALICE)), (0, DEPOSIT));
		assert_eq!(Balances::free_balance(OWNER), ENDOWMENT);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - DEPOSIT);
		// What was due still is.
		assert_eq!(counters().due, 1);
		assert_ok!(Datanets::freeze_version(signed(ALICE), NET, rows(7), hash(3), ids([0])));
	});
}

#[test]
fn take_over_leaves_other_datanets_of_the_owner_alone() {
	with_datanet(|| {
		create(OWNER);
		contribute_due(ALICE, 7);
		advance(OWNER_BLOCKS + 1);
		assert_ok!(take_over(ALICE, 0));
		assert_eq!(deposit_of(OWNER), DEPOSIT);
		assert_eq!(DatanetsMap::<Test>::get(DatanetId(1)).unwrap().owner, OWNER);
	});
}

#[test]
fn take_over_is_not_stopped_when_the_datanet_is_given_away() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		advance(OWNER_BLOCKS + 1);
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_ok!(take_over(ALICE, 0));
		assert_eq!((deposit_of(BOB), deposit_of(ALICE)), (0, DEPOSIT));
	});
}

/// Each has waited as long, but a new owner has time too.
#[test]
fn take_over_is_possible_from_a_new_owner_when_it_is_late_as_well() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		contribute_due(BOB, 2);
		advance(OWNER_BLOCKS + 1);
		assert_ok!(take_over(ALICE, 0));
		advance(OWNER_BLOCKS);
		assert_noop!(take_over(BOB, 1), Error::<Test>::OwnerHasTime);
		advance(1);
		assert_ok!(take_over(BOB, 1));
		assert_eq!((deposit_of(ALICE), deposit_of(BOB)), (0, DEPOSIT));
		assert_ok!(Datanets::freeze_version(signed(BOB), NET, rows(9), hash(3), ids([0, 1])));
		assert_noop!(take_over(ALICE, 0), Error::<Test>::NotDue);
	});
}

#[test]
fn take_over_fails_when_the_owner_has_time() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		advance(OWNER_BLOCKS);
		assert_noop!(take_over(ALICE, 0), Error::<Test>::OwnerHasTime);
	});
}

#[test]
fn take_over_fails_when_there_is_no_such_datanet_or_contribution() {
	with_datanet(|| {
		assert_noop!(Datanets::take_over(signed(ALICE), DatanetId(1), FIRST), Error::<Test>::NoSuchDatanet);
		assert_noop!(take_over(ALICE, 0), Error::<Test>::NoSuchContribution);
	});
}

#[test]
fn take_over_fails_when_the_caller_is_not_the_contributor() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		advance(OWNER_BLOCKS + 1);
		assert_noop!(take_over(BOB, 0), Error::<Test>::NotContributor);
	});
}

#[test]
fn take_over_fails_when_the_contributor_is_the_owner() {
	with_datanet(|| {
		contribute_due(OWNER, 7);
		advance(OWNER_BLOCKS + 1);
		assert_noop!(take_over(OWNER, 0), Error::<Test>::AlreadyOwner);
	});
}

#[test]
fn take_over_fails_when_the_contribution_is_not_due() {
	with_contribution(|| {
		assert_noop!(take_over(ALICE, 0), Error::<Test>::NotDue);
		judge(0, Verdict::Accepted);
		advance(2 * OWNER_BLOCKS + 2);
		assert_noop!(take_over(ALICE, 0), Error::<Test>::NotDue);
		assert_ok!(overrule(0));
		freeze(7, [0]);
		advance(OWNER_BLOCKS + 1);
		assert_noop!(take_over(ALICE, 0), Error::<Test>::NotDue);
	});
}

#[test]
fn take_over_fails_when_the_deposit_is_not_covered() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		advance(OWNER_BLOCKS + 1);
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), STRANGER, ENDOWMENT - DEPOSIT));
		assert_noop!(take_over(ALICE, 0), TokenError::FundsUnavailable);
	});
}

#[test]
fn calls_fail_when_the_origin_is_not_signed() {
	with_contribution(|| {
		assert_noop!(Datanets::overrule(RuntimeOrigin::root(), NET, FIRST), DispatchError::BadOrigin);
		assert_noop!(Datanets::take_over(RuntimeOrigin::root(), NET, FIRST), DispatchError::BadOrigin);
	});
}
