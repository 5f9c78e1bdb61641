//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{
	mock::*,
	types::{Contribution, Counters, Datanet, Status, Version},
	Contributions, CountersOf, Datanets as DatanetsMap, HoldReason, NextDatanet, VersionsOf,
};
use frame_support::{hypothetically, traits::fungible::MutateHold};
use openledger_primitives::{ContributionId, DatanetId};
use sp_runtime::TryRuntimeError;

/// A datanet with an accepted and a pending contribution.
fn grown(test: impl FnOnce()) {
	with_datanet(|| {
		contribute(ALICE, 7);
		freeze(7, [0]);
		contribute(BOB, 2);
		test();
	});
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
		for (reason, account) in [(HoldReason::Datanet, OWNER), (HoldReason::ContributionBond, ALICE)] {
			assert_broken("what is on hold differs from what is recorded", || {
				Balances::hold(&reason.into(), &account, 1).unwrap();
			});
		}
		assert_broken("what is on hold differs from what is recorded", || {
			let offer = contribution(1).unwrap();
			let offer = Contribution { status: Status::Pending { bond: 19 }, ..offer };
			Contributions::<Test>::insert(NET, ContributionId(1), offer);
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
		let set = |counters| CountersOf::<Test>::insert(NET, counters);
		assert_broken("a contribution is numbered beyond next_contribution", || {
			set(Counters { next_contribution: ContributionId(1), ..counters() });
		});
		assert_broken("pending contributions are miscounted", || set(Counters { pending: 0, ..counters() }));
		assert_broken("pending contributions are miscounted", || set(Counters { pending_rows: 3, ..counters() }));
		assert_broken("a contribution has no datanet", || {
			Contributions::<Test>::insert(DatanetId(1), ContributionId(0), contribution(1).unwrap());
		});
		assert_broken("a contribution has no rows", || {
			let offer = contribution(1).unwrap();
			Contributions::<Test>::insert(NET, ContributionId(1), Contribution { rows: rows(0), ..offer });
		});
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
			Contributions::<Test>::insert(NET, ContributionId(2), accepted);
			CountersOf::<Test>::insert(NET, Counters { next_contribution: ContributionId(3), ..counters() });
		});
	});
}
