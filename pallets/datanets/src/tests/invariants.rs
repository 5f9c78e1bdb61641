//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{
	mock::*,
	types::{Commit, Committee, Contribution, Counters, Datanet, Notice, Share, Status, TakenDown, Version},
	Commits, Commons, Contributions, Counted, CountersOf, Datanets as DatanetsMap, HoldReason, Levels, NextDatanet,
	Notices, Shares, Taken, VersionsOf,
};
use frame_support::{
	hypothetically,
	traits::fungible::{Mutate, MutateHold},
};
use openledger_primitives::{ContributionId, DatanetId};
use sp_runtime::TryRuntimeError;

/// A datanet with an accepted (0), a pending (1) and a due contribution (2), a commitment (3), a contested notice of
/// row 0 and a row (1) that was taken down.
fn grown(test: impl FnOnce()) {
	with_datanet(|| {
		contribute(ALICE, 7);
		let frozen = freeze_rows(&[ALICE; 7], [0]);
		contribute(BOB, 2);
		contribute_due(BOB, 3);
		commit(BOB, 1).unwrap();
		frozen.file(CLAIMANT, 1).unwrap();
		end(ALICE, 1).unwrap();
		frozen.file(CLAIMANT, 0).unwrap();
		contest(ALICE, 0).unwrap();
		test();
	});
}

fn set(counters: Counters) {
	CountersOf::<Test>::insert(NET, counters);
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Datanets::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

#[test]
fn try_state_fails_when_datanets_are_misnumbered() {
	grown(|| {
		assert_broken("a datanet is numbered beyond NextDatanet", || NextDatanet::<Test>::put(DatanetId(0)));
		assert_broken("datanets are not numbered without gaps", || NextDatanet::<Test>::put(DatanetId(2)));
		assert_broken("a datanet has no counters", || CountersOf::<Test>::remove(NET));
		assert_broken("counters have no datanet", || CountersOf::<Test>::insert(DatanetId(1), Counters::default()));
	});
}

#[test]
fn try_state_fails_when_holds_differ_from_the_records() {
	grown(|| {
		for (reason, account) in [
			(HoldReason::Datanet, OWNER),
			(HoldReason::ContributionBond, ALICE),
			(HoldReason::Commit, ALICE),
			(HoldReason::Access, ALICE),
			(HoldReason::Notice, BOB),
		] {
			assert_broken("what is on hold differs from what is recorded", || {
				Balances::hold(&reason.into(), &account, 1).unwrap();
			});
		}
		assert_broken("what is on hold differs from what is recorded", || {
			let offer = contribution(1).unwrap();
			let offer = Contribution { status: Status::Pending { bond: 19, committee: Committee::None }, ..offer };
			Contributions::<Test>::insert(NET, ContributionId(1), offer);
		});
		assert_broken("what is on hold differs from what is recorded", || {
			let commit = Commits::<Test>::get(NET, ContributionId(3)).unwrap();
			Commits::<Test>::insert(NET, ContributionId(3), Commit { deposit: 0, ..commit });
		});
		for harm in [Notice { bond: 1, ..notice(0).unwrap() }, Notice { contested: None, ..notice(0).unwrap() }] {
			assert_broken("what is on hold differs from what is recorded", || Notices::<Test>::insert(NET, 0, harm));
		}
		assert_broken("a sum of holds overflows", || {
			let datanet = DatanetsMap::<Test>::get(NET).unwrap();
			for id in [0, 1] {
				CountersOf::<Test>::insert(DatanetId(id), Counters::default());
				DatanetsMap::<Test>::insert(DatanetId(id), Datanet { deposit: u128::MAX, ..datanet.clone() });
			}
			NextDatanet::<Test>::put(DatanetId(2));
		});
		assert_broken("something is recorded for an account that does not exist", || {
			let datanet = DatanetsMap::<Test>::get(NET).unwrap();
			CountersOf::<Test>::insert(DatanetId(1), Counters::default());
			DatanetsMap::<Test>::insert(DatanetId(1), Datanet { owner: NOBODY, ..datanet });
			NextDatanet::<Test>::put(DatanetId(2));
		});
	});
}

#[test]
fn try_state_fails_when_contributions_are_miscounted() {
	grown(|| {
		let now = counters();
		assert_eq!((now.pending, now.pending_rows, now.commits, now.due, now.notices), (1, 2, 1, 1, 1));
		for wrong in [Counters { pending: 0, ..now }, Counters { pending_rows: 3, ..now }] {
			assert_broken("pending contributions are miscounted", || set(wrong));
		}
		for commits in [0, 2] {
			assert_broken("commitments are miscounted", || set(Counters { commits, ..now }));
		}
		for due in [0, 2] {
			assert_broken("contributions that are due are miscounted", || set(Counters { due, ..now }));
		}
	});
}

#[test]
fn try_state_fails_when_contributions_are_wrong() {
	grown(|| {
		let (first, offer) = (ContributionId(0), contribution(1).unwrap());
		assert_broken("a contribution is numbered beyond next_contribution", || {
			Commits::<Test>::remove(NET, ContributionId(3));
			set(Counters { next_contribution: ContributionId(1), ..counters() });
		});
		assert_broken("a contribution has no datanet", || {
			Contributions::<Test>::insert(DatanetId(1), first, offer.clone());
		});
		assert_broken("a contribution has no rows", || {
			let empty = Contribution { rows: rows(0), ..offer.clone() };
			Contributions::<Test>::insert(NET, ContributionId(1), empty);
		});
	});
}

#[test]
fn try_state_fails_when_commitments_are_wrong() {
	grown(|| {
		let commit = Commits::<Test>::get(NET, ContributionId(3)).unwrap();
		assert_broken("a commitment has no datanet", || {
			Commits::<Test>::insert(DatanetId(1), ContributionId(0), commit.clone());
		});
		assert_broken("a commitment is numbered beyond next_contribution", || {
			set(Counters { next_contribution: ContributionId(3), ..counters() });
		});
		assert_broken("a number is that of two contributions", || {
			Commits::<Test>::insert(NET, ContributionId(1), commit.clone());
		});
	});
}

/// Adds copies of a contribution until there are `count`, and the counters know of them.
fn multiply(id: u32, count: u32, counters: Counters) {
	let copy = contribution(id).unwrap();
	for id in 10..9 + count {
		Contributions::<Test>::insert(NET, ContributionId(id), copy.clone());
	}
	set(Counters { next_contribution: ContributionId(100), ..counters });
}

#[test]
fn try_state_fails_when_too_many_contributions_wait() {
	grown(|| {
		let (pending, due) = (MAX_PENDING, MAX_PER_VERSION + 1);
		let counters = counters();
		assert_broken("too many contributions are pending", || {
			multiply(1, pending, Counters { pending, pending_rows: 2 * u64::from(pending), ..counters });
		});
		assert_broken("too many contributions are due", || multiply(2, due, Counters { due, ..counters }));
	});
}

#[test]
fn try_state_fails_when_a_version_accepted_too_much() {
	grown(|| {
		assert_broken("a version accepted too many contributions", || multiply(0, MAX_PER_VERSION + 1, counters()));
		assert_broken("the rows of a version overflow", || {
			let accepted = contribution(0).unwrap();
			let rows = openledger_primitives::Commitment { count: u32::MAX, ..accepted.rows };
			Contributions::<Test>::insert(NET, ContributionId(1), Contribution { rows, ..accepted });
			set(Counters { pending: 0, pending_rows: 0, ..counters() });
			let _ = Balances::release(
				&HoldReason::ContributionBond.into(),
				&BOB,
				bond_of(BOB),
				frame_support::traits::tokens::Precision::Exact,
			);
		});
	});
}

#[test]
fn try_state_fails_when_notices_are_wrong() {
	grown(|| {
		let open = notice(0).unwrap();
		let insert = |net, row, notice| Notices::<Test>::insert(DatanetId(net), row, notice);
		assert_broken("a notice has no datanet", || insert(1, 0, open.clone()));
		assert_broken("a notice is of no row", || insert(0, 7, open.clone()));
		assert_broken("a notice is of a row that was taken down", || insert(0, 1, open.clone()));
		assert_broken("a committee has a notice that nobody contests", || {
			insert(0, 0, Notice { contested: None, deciding: true, ..open.clone() });
		});
		for notices in [0, 2] {
			assert_broken("notices are miscounted", || set(Counters { notices, ..counters() }));
		}
		assert_broken("there are too many notices", || {
			for row in 2..=MAX_NOTICES + 1 {
				insert(0, row, open.clone());
			}
			set(Counters { notices: MAX_NOTICES + 1, ..counters() });
		});
	});
}

#[test]
fn try_state_fails_when_a_datanet_without_versions_has_a_notice() {
	grown(|| {
		create(OWNER);
		assert_broken("a notice is of no row", || Notices::<Test>::insert(DatanetId(1), 0, notice(0).unwrap()));
	});
}

#[test]
fn try_state_fails_when_what_was_taken_down_is_no_row() {
	grown(|| {
		let taken = Taken::<Test>::get(NET, 1).unwrap();
		for (net, row, last_version) in [(NET, 7, 0), (NET, 2, 1), (DatanetId(1), 0, 0)] {
			assert_broken("what was taken down is no row", || {
				Taken::<Test>::insert(net, row, TakenDown { last_version, ..taken });
			});
		}
	});
}

#[test]
fn try_state_fails_when_versions_are_wrong() {
	grown(|| {
		let frozen = VersionsOf::<Test>::get(NET, 0).unwrap();
		assert_broken("a version is missing", || VersionsOf::<Test>::remove(NET, 0));
		assert_broken("a version is numbered beyond `versions`", || {
			VersionsOf::<Test>::insert(NET, 1, frozen.clone());
		});
		assert_broken("the parent of a version is not the one before", || {
			VersionsOf::<Test>::insert(NET, 0, Version { parent: Some(0), ..frozen.clone() });
		});
		assert_broken("a version has other rows", || {
			VersionsOf::<Test>::insert(NET, 0, Version { rows: rows(8), ..frozen.clone() });
		});
		assert_broken("a version accepted nothing", || Contributions::<Test>::remove(NET, ContributionId(0)));
		assert_broken("a contribution is accepted in a version that does not exist", || {
			let accepted = Contribution { status: Status::Accepted { version: 1 }, ..contribution(0).unwrap() };
			Contributions::<Test>::insert(NET, ContributionId(4), accepted);
			set(Counters { next_contribution: ContributionId(5), ..counters() });
		});
	});
}

#[test]
fn try_state_fails_when_commons_are_wrong() {
	grown(|| {
		let first = ContributionId(0);
		Balances::mint_into(&Datanets::commons_account(NET), 601).unwrap();
		Datanets::count_rows(signed(BOB), NET, first).unwrap();
		Datanets::do_try_state().unwrap();
		let commons = Datanets::commons(NET);
		// What was kept for the row that was taken down waits to be shared again.
		assert_eq!((commons.rows, commons.promised), (6, 515));
		let share = Datanets::share_of(NET, ALICE);
		assert_broken("the rows of a commons are miscounted", || {
			Commons::<Test>::insert(NET, crate::types::Commons { rows: 7, ..commons });
		});
		assert_broken("the rows of a commons are miscounted", || Counted::<Test>::remove(NET, first));
		assert_broken("the rows of a commons are miscounted", || Shares::<Test>::remove(NET, ALICE));
		assert_broken("rows earn in no commons", || {
			Shares::<Test>::insert(DatanetId(1), ALICE, Share { level: 0, due: 0, ..share });
		});
		assert_broken("more is due than is promised", || {
			Shares::<Test>::insert(NET, ALICE, Share { due: commons.promised + 1, ..share });
		});
		assert_broken("more is promised than there is", || {
			Commons::<Test>::insert(NET, crate::types::Commons { promised: 601, ..commons });
		});
		assert_broken("a share is settled beyond the level", || {
			Shares::<Test>::insert(NET, ALICE, Share { level: commons.level + 1, ..share });
		});
		assert_broken("a version was frozen beyond the level", || Levels::<Test>::insert(NET, 0, commons.level + 1));
		assert_broken("nothing was counted", || Counted::<Test>::insert(NET, ContributionId(9), ()));
		assert_broken("rows were counted that are not accepted", || {
			Counted::<Test>::insert(NET, ContributionId(1), ());
		});
		assert_broken("a share overflows", || {
			Shares::<Test>::insert(NET, ALICE, Share { due: u128::MAX, level: 0, ..share });
		});
	});
}
