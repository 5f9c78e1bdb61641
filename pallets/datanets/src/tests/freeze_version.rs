use crate::{
	mock::*,
	types::{Committee, Counters, Status, Version},
	CountersOf, Error, Event, VersionsOf,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{
	judgement::{Fault, Verdict},
	Commitment, ContributionId, DatanetId,
};
use sp_runtime::DispatchError;

#[test]
fn freeze_version_accepts_the_contributions_when_the_rows_add_up() {
	with_datanet(|| {
		contribute(ALICE, 7);
		contribute(BOB, 2);
		contribute(BOB, 5);
		System::set_block_number(9);
		assert_ok!(Datanets::freeze_version(signed(OWNER), NET, rows(12), hash(3), ids([0, 2])));
		System::assert_last_event(
			Event::VersionFrozen {
				datanet: NET,
				version: 0,
				rows: rows(12),
				clusters: hash(3),
				parent: None,
				contributions: ids([0, 2]),
			}
			.into(),
		);
		let expected = Version::<Test> { rows: rows(12), clusters: hash(3), parent: None, at: 9 };
		assert_eq!(VersionsOf::<Test>::get(NET, 0), Some(expected));
		assert_eq!(status(0), Some(Status::Accepted { version: 0 }));
		assert_eq!(status(1), Some(Status::Pending { bond: 20, committee: Committee::None }));
		assert_eq!(status(2), Some(Status::Accepted { version: 0 }));
		let expected = Counters {
			next_contribution: ContributionId(3),
			pending: 1,
			pending_rows: 2,
			versions: 1,
			..Default::default()
		};
		assert_eq!(counters(), expected);
		assert_eq!((bond_of(ALICE), bond_of(BOB)), (0, 20));
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT);
	});
}

#[test]
fn freeze_version_adds_to_the_parent_when_there_is_one() {
	with_datanet(|| {
		for count in [7, 2, 5] {
			contribute(ALICE, count);
		}
		freeze(7, [0]);
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(7), hash(3), ids([1, 2])),
			Error::<Test>::WrongRowCount
		);
		freeze(9, [1]);
		freeze(14, [2]);
		let parents: Vec<_> = (0..3).map(|v| VersionsOf::<Test>::get(NET, v).unwrap().parent).collect();
		assert_eq!(parents, [None, Some(0), Some(1)]);
		assert_eq!(status(1), Some(Status::Accepted { version: 1 }));
		assert_eq!(counters(), Counters { next_contribution: ContributionId(3), versions: 3, ..Default::default() });
		assert_eq!(bond_of(ALICE), 0);
	});
}

#[test]
fn freeze_version_accepts_the_most_contributions() {
	with_datanet(|| {
		for _ in 0..MAX_PER_VERSION {
			contribute(ALICE, 1);
		}
		freeze(MAX_PER_VERSION, [0, 1, 2]);
		assert_eq!(counters().pending, 0);
	});
}

#[test]
fn freeze_version_fails_when_no_contribution_is_named() {
	with_datanet(|| {
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(0), hash(3), ids([])),
			Error::<Test>::NoContributions
		);
	});
}

#[test]
fn freeze_version_fails_when_contributions_are_not_ascending() {
	with_datanet(|| {
		contribute(ALICE, 1);
		contribute(ALICE, 1);
		for (count, wrong) in [(2, [1, 0]), (2, [0, 0]), (1, [0, 0])] {
			assert_noop!(
				Datanets::freeze_version(signed(OWNER), NET, rows(count), hash(3), ids(wrong)),
				Error::<Test>::NotAscending
			);
		}
	});
}

#[test]
fn freeze_version_fails_when_there_is_no_such_datanet_or_contribution() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), DatanetId(1), rows(1), hash(3), ids([0])),
			Error::<Test>::NoSuchDatanet
		);
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(1), hash(3), ids([0, 1])),
			Error::<Test>::NoSuchContribution
		);
	});
}

#[test]
fn freeze_version_fails_when_the_caller_is_not_the_owner() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_noop!(Datanets::freeze_version(signed(ALICE), NET, rows(1), hash(3), ids([0])), Error::<Test>::NotOwner);
	});
}

#[test]
fn freeze_version_fails_when_a_contribution_is_already_accepted() {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(2), hash(3), ids([0])),
			Error::<Test>::NotPending
		);
	});
}

#[test]
fn freeze_version_fails_when_the_count_is_one_off() {
	with_datanet(|| {
		contribute(ALICE, 7);
		for count in [6, 8] {
			assert_noop!(
				Datanets::freeze_version(signed(OWNER), NET, rows(count), hash(3), ids([0])),
				Error::<Test>::WrongRowCount
			);
		}
		freeze(7, [0]);
	});
}

#[test]
fn freeze_version_fails_when_the_rows_overflow() {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		contribute(ALICE, 1);
		let frozen = VersionsOf::<Test>::get(NET, 0).unwrap();
		let full = Commitment { root: hash(4), count: u32::MAX };
		VersionsOf::<Test>::insert(NET, 0, Version { rows: full, ..frozen.clone() });
		assert_noop!(Datanets::freeze_version(signed(OWNER), NET, rows(0), hash(3), ids([1])), Error::<Test>::Overflow);
		VersionsOf::<Test>::insert(NET, 0, frozen);
	});
}

#[test]
fn freeze_version_fails_when_version_numbers_are_used_up() {
	with_datanet(|| {
		contribute(ALICE, 1);
		let before = counters();
		CountersOf::<Test>::insert(NET, Counters { versions: u32::MAX, ..before });
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(1), hash(3), ids([0])),
			Error::<Test>::IdsExhausted
		);
		CountersOf::<Test>::insert(NET, before);
	});
}

#[test]
fn freeze_version_fails_when_the_origin_is_not_signed() {
	with_datanet(|| {
		assert_noop!(
			Datanets::freeze_version(RuntimeOrigin::root(), NET, rows(1), hash(3), ids([0])),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn freeze_version_accepts_what_is_due_when_it_is_named() {
	with_datanet(|| {
		let due = contribute_due(ALICE, 7);
		contribute(BOB, 2);
		let before = issuance();
		freeze(9, [due, 1]);
		assert_eq!(status(due), Some(Status::Accepted { version: 0 }));
		assert_eq!(status(1), Some(Status::Accepted { version: 0 }));
		assert_eq!(counters(), Counters { next_contribution: ContributionId(2), versions: 1, ..Default::default() });
		assert_eq!((bond_of(ALICE), bond_of(BOB)), (0, 0));
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT);
		assert_eq!(issuance(), before);
	});
}

#[test]
fn freeze_version_accepts_as_many_as_can_be_due() {
	with_datanet(|| {
		for _ in 0..MAX_PER_VERSION {
			contribute_due(ALICE, 1);
		}
		freeze(3, [0, 1, 2]);
		assert_eq!(counters().due, 0);
	});
}

#[test]
fn freeze_version_fails_when_something_that_is_due_is_left_out() {
	with_datanet(|| {
		contribute_due(ALICE, 7);
		contribute_due(BOB, 2);
		contribute(BOB, 5);
		for (count, named) in [(5, &[2u32][..]), (7, &[0]), (2, &[1]), (12, &[0, 2])] {
			let named: Vec<_> = named.iter().copied().map(ContributionId).collect();
			assert_noop!(
				Datanets::freeze_version(signed(OWNER), NET, rows(count), hash(3), named.try_into().unwrap()),
				Error::<Test>::DueMissing
			);
		}
		freeze(14, [0, 1, 2]);
	});
}

#[test]
fn freeze_version_accepts_what_a_committee_has_accepted() {
	with_datanet(|| {
		contribute(ALICE, 7);
		judge(0, Verdict::Accepted);
		freeze(7, [0]);
		assert_eq!((status(0), bond_of(ALICE)), (Some(Status::Accepted { version: 0 }), 0));
	});
}

#[test]
fn freeze_version_may_leave_out_what_a_committee_accepted_when_the_owner_has_time() {
	with_datanet(|| {
		contribute(ALICE, 7);
		contribute(BOB, 2);
		judge(0, Verdict::Accepted);
		freeze(2, [1]);
		assert_eq!(counters().pending, 1);
	});
}

#[test]
fn freeze_version_fails_when_a_committee_is_deciding() {
	with_datanet(|| {
		contribute(ALICE, 7);
		assert_ok!(open(about(0), ALICE));
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(7), hash(3), ids([0])),
			Error::<Test>::WithCommittee
		);
	});
}

#[test]
fn freeze_version_fails_when_a_committee_has_rejected_a_contribution() {
	with_datanet(|| {
		contribute(ALICE, 7);
		judge(0, Verdict::Rejected(Fault::Malformed));
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(7), hash(3), ids([0])),
			Error::<Test>::NoSuchContribution
		);
	});
}

#[test]
fn freeze_version_fails_when_a_commitment_is_not_revealed() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 7));
		assert_noop!(
			Datanets::freeze_version(signed(OWNER), NET, rows(7), hash(3), ids([0])),
			Error::<Test>::NoSuchContribution
		);
	});
}
