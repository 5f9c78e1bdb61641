//! What comes into the commons, and who has it.

use crate::{
	mock::*,
	types::{Access, Commons, Share, Terms, PER_PLANCK},
	Commons as CommonsMap, Contributions, Error, Event, Levels, Shares,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::Mutate, tokens::Preservation},
};
use openledger_primitives::{judgement::Verdict, ContributionId, DatanetId};
use sp_runtime::{DispatchResult, TokenError};

/// The existential deposit, which stays.
pub(super) const ED: u128 = 1;

/// Pays `amount` into the commons of [`NET`].
pub(super) fn earn(amount: u128) {
	Balances::mint_into(&Datanets::commons_account(NET), amount).unwrap();
}

pub(super) fn count(contribution: u32) -> DispatchResult {
	Datanets::count_rows(signed(STRANGER), NET, ContributionId(contribution))
}

pub(super) fn claim(who: AccountId) -> DispatchResult {
	Datanets::claim_commons(signed(STRANGER), NET, who)
}

fn free(who: AccountId) -> u128 {
	Balances::free_balance(who)
}

fn commons() -> Commons {
	Datanets::commons(NET)
}

/// What [`claim`] pays.
pub(super) fn claimed(who: AccountId) -> u128 {
	let before = free(who);
	claim(who).unwrap();
	free(who) - before
}

/// As [`with_version`], and all rows are counted.
fn with_counted(test: impl FnOnce(Frozen)) {
	with_version(|frozen| {
		count(0).unwrap();
		count(1).unwrap();
		test(frozen);
	});
}

#[test]
fn contributors_share_by_their_rows() {
	with_counted(|_| {
		earn(ED + 1_001);
		assert_eq!((Datanets::claimable(NET, ALICE), Datanets::claimable(NET, BOB)), (600, 400), "rounded down");
		earn(4);
		assert_ok!(claim(ALICE));
		System::assert_has_event(Event::CommonsShared { datanet: NET, amount: 1_005, rows: 5 }.into());
		System::assert_last_event(Event::CommonsClaimed { datanet: NET, contributor: ALICE, amount: 603 }.into());
		assert_eq!(free(ALICE), ENDOWMENT + 603);
		assert_eq!((commons().promised, Datanets::claimable(NET, BOB)), (402, 402));
	});
}

#[test]
fn a_power_of_two_of_rows_shares_to_the_unit() {
	with_datanet(|| {
		contribute(ALICE, 3);
		contribute(BOB, 1);
		freeze(4, [0, 1]);
		assert_ok!(count(0));
		assert_ok!(count(1));
		earn(ED + 1_000);
		assert_eq!((claimed(ALICE), claimed(BOB)), (750, 250));
		assert_eq!((commons().promised, free(Datanets::commons_account(NET))), (0, ED));
	});
}

#[test]
fn it_does_not_matter_when_rows_are_counted() {
	with_version(|_| {
		earn(ED + 500);
		assert_ok!(count(0));
		let event =
			Event::RowsCounted { datanet: NET, contribution: ContributionId(0), contributor: ALICE, rows: 3, lost: 0 };
		System::assert_last_event(event.into());
		assert!(Datanets::is_counted(NET, ContributionId(0)) && !Datanets::is_counted(NET, ContributionId(1)));
		// Alice cannot have what Bob's rows have earned, though nobody has counted them.
		assert_eq!(claimed(ALICE), 300);
		earn(500);
		assert_ok!(count(1));
		assert_eq!((claimed(ALICE), claimed(BOB)), (300, 400));
	});
}

#[test]
fn what_comes_in_before_there_are_rows_waits_for_them() {
	with_datanet(|| {
		earn(ED + 400);
		contribute(ALICE, 4);
		assert_eq!(commons(), Commons::default());
		freeze(4, [0]);
		assert_eq!(commons(), Commons { rows: 4, ..Commons::default() });
		assert_ok!(count(0));
		assert_eq!(claimed(ALICE), 400);
	});
}

#[test]
fn new_rows_share_only_in_what_comes_in_after_their_version() {
	with_datanet(|| {
		contribute(ALICE, 2);
		freeze(2, [0]);
		earn(ED + 100);
		contribute(BOB, 2);
		freeze(4, [1]);
		assert_eq!((Levels::<Test>::get(NET, 0), Levels::<Test>::get(NET, 1)), (0, 50 * PER_PLANCK));
		earn(100);
		// Counted late, and in the wrong order.
		assert_ok!(count(1));
		assert_ok!(count(0));
		assert_eq!((claimed(ALICE), claimed(BOB)), (150, 50));
	});
}

#[test]
fn what_is_due_or_contributed_again_counts_as_well() {
	with_datanet(|| {
		contribute(ALICE, 1);
		let due = contribute_due(ALICE, 3);
		freeze(4, [0, due]);
		assert_ok!(count(0));
		assert_ok!(count(due));
		assert_eq!(Datanets::share_of(NET, ALICE), Share { rows: 4, ..Share::default() });
		earn(ED + 8);
		assert_eq!(claimed(ALICE), 8);
	});
}

#[test]
fn what_is_paid_for_access_is_shared() {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		assert_ok!(count(0));
		Datanets::set_access(signed(OWNER), NET, Access::Paid { price: 100 }).unwrap();
		let terms = Terms { purpose: hash(4), jobs: 2, until: 100 };
		assert_ok!(Datanets::request_access(signed(BOB), NET, terms, 100));
		assert_eq!(claimed(ALICE), 200 - ED);
	});
}

#[test]
fn count_rows_fails_when_it_must() {
	with_datanet(|| {
		assert_noop!(count(0), Error::<Test>::NoSuchContribution);
		contribute(ALICE, 1);
		assert_noop!(count(0), Error::<Test>::NotAccepted);
		let due = contribute_due(BOB, 1);
		assert_noop!(count(due), Error::<Test>::NotAccepted);
		contribute(BOB, 1);
		judge(2, Verdict::Accepted);
		assert_noop!(count(2), Error::<Test>::NotAccepted);
		freeze(2, [0, due]);
		assert_ok!(count(0));
		assert_noop!(count(0), Error::<Test>::AlreadyCounted);
		let elsewhere = Datanets::count_rows(signed(ALICE), DatanetId(1), ContributionId(0));
		assert_noop!(elsewhere, Error::<Test>::NoSuchContribution);
	});
}

#[test]
fn claim_commons_fails_when_it_must() {
	with_version(|_| {
		assert_noop!(claim(ALICE), Error::<Test>::NothingDue);
		earn(ED);
		assert_ok!(count(0));
		assert_noop!(claim(ALICE), Error::<Test>::NothingDue);
		earn(500);
		assert_noop!(claim(BOB), Error::<Test>::NothingDue);
		assert_noop!(claim(STRANGER), Error::<Test>::NothingDue);
		assert_ok!(claim(ALICE));
		assert_noop!(claim(ALICE), Error::<Test>::NothingDue);
	});
}

#[test]
fn a_share_waits_until_the_account_can_take_it() {
	with_counted(|_| {
		// Alice's account is gone; a unit would do, but there is none for her.
		Balances::transfer(&ALICE, &BOB, ENDOWMENT, Preservation::Expendable).unwrap();
		earn(ED + 1);
		assert_noop!(claim(ALICE), Error::<Test>::NothingDue);
		earn(9);
		assert_eq!(claimed(ALICE), 6);
		// The commons is never emptied.
		let account = Datanets::commons_account(NET);
		assert!(free(account) >= ED);
		assert_noop!(
			Balances::transfer(&account, &BOB, free(account), Preservation::Preserve),
			TokenError::NotExpendable
		);
	});
}

#[test]
fn a_row_that_was_taken_down_earns_no_more() {
	with_counted(|frozen| {
		earn(ED + 500);
		frozen.file(CLAIMANT, 0).unwrap();
		end(ALICE, 0).unwrap();
		assert_eq!((commons().rows, Datanets::share_of(NET, ALICE).rows), (4, 2));
		earn(400);
		// 3 of 5 rows, then 2 of 4.
		assert_eq!((claimed(ALICE), claimed(BOB)), (500, 400));
	});
}

#[test]
fn a_committee_that_upholds_a_notice_stops_the_row_too() {
	with_counted(|frozen| {
		for (row, verdict, rows) in
			[(0, Verdict::Accepted, 3), (0, Verdict::Rejected(openledger_primitives::judgement::Fault::Copied), 2)]
		{
			frozen.file(CLAIMANT, row).unwrap();
			contest(ALICE, row).unwrap();
			open(about_row(row), CLAIMANT).unwrap();
			close(about_row(row), Some(verdict)).unwrap();
			assert_eq!((commons().rows, Datanets::share_of(NET, ALICE).rows), (rows + 2, rows));
		}
	});
}

#[test]
fn a_row_that_was_taken_down_before_it_was_counted_earns_nothing() {
	with_version(|frozen| {
		earn(ED + 500);
		for row in [0, 2] {
			frozen.file(CLAIMANT, row).unwrap();
			end(ALICE, row).unwrap();
		}
		assert_eq!(Datanets::share_of(NET, ALICE), Share { lost: 2, level: 100 * PER_PLANCK, ..Share::default() });
		assert_eq!(commons().rows, 5);
		assert_ok!(count(0));
		let event =
			Event::RowsCounted { datanet: NET, contribution: ContributionId(0), contributor: ALICE, rows: 1, lost: 2 };
		System::assert_last_event(event.into());
		assert_eq!((commons().rows, commons().promised, Datanets::share_of(NET, ALICE).lost), (3, 300, 0));
		assert_ok!(count(1));
		// What was kept for the two rows is shared by the three that are left.
		assert_eq!((Datanets::claimable(NET, ALICE), Datanets::claimable(NET, BOB)), (166, 333));
	});
}

#[test]
fn takedowns_of_more_rows_than_are_counted_wait_for_the_others() {
	with_datanet(|| {
		contribute(ALICE, 1);
		contribute(ALICE, 2);
		let frozen = freeze_rows(&[ALICE, ALICE, ALICE], [0, 1]);
		assert_ok!(count(0));
		for row in [1, 2] {
			frozen.file(CLAIMANT, row).unwrap();
			end(ALICE, row).unwrap();
		}
		let share = Datanets::share_of(NET, ALICE);
		assert_eq!((share.rows, share.lost, commons().rows), (0, 1, 2));
		assert_ok!(count(1));
		let share = Datanets::share_of(NET, ALICE);
		assert_eq!((share.rows, share.lost, commons().rows), (1, 0, 1));
	});
}

#[test]
fn the_last_row_that_goes_leaves_the_commons_to_the_next_version() {
	with_datanet(|| {
		contribute(ALICE, 1);
		let frozen = freeze_rows(&[ALICE], [0]);
		assert_ok!(count(0));
		frozen.file(CLAIMANT, 0).unwrap();
		end(ALICE, 0).unwrap();
		earn(ED + 100);
		assert_noop!(claim(ALICE), Error::<Test>::NothingDue);
		contribute(BOB, 1);
		freeze(2, [1]);
		assert_ok!(count(1));
		assert_eq!(claimed(BOB), 100);
	});
}

/// A version of one contribution with that many rows.
fn with_rows(rows: u32, test: impl FnOnce()) {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		Contributions::<Test>::mutate(NET, ContributionId(0), |offer| offer.as_mut().unwrap().rows.count = rows);
		CommonsMap::<Test>::mutate(NET, |commons| commons.rows = rows);
		assert_ok!(count(0));
		test();
		// Put back, for the invariants of versions.
		Contributions::<Test>::mutate(NET, ContributionId(0), |offer| offer.as_mut().unwrap().rows.count = 1);
	});
}

#[test]
fn a_billion_rows_share_all_the_money_there_can_be() {
	let all = 10u128.pow(27);
	for rows in [1, 1_000_000_000, u32::MAX] {
		with_rows(rows, || {
			earn(ED + all);
			let got = claimed(ALICE);
			assert!(got <= all && all - got <= 1, "{rows} rows: {got}");
		});
	}
}

#[test]
fn little_is_not_lost_among_many_rows() {
	with_rows(u32::MAX, || {
		// Less than a unit of the level for each row waits, and no more than the rounding of one sharing is ever missing.
		for _ in 0..100 {
			earn(7);
			let _ = claim(ALICE);
		}
		assert!(free(ALICE) >= ENDOWMENT + 700 - ED - 100);
		let commons = commons();
		assert!(commons.promised <= 100);
	});
}

#[test]
fn income_beyond_what_can_be_counted_waits() {
	with_rows(1, || {
		CommonsMap::<Test>::mutate(NET, |commons| commons.level = u128::MAX);
		Shares::<Test>::mutate(NET, ALICE, |share| share.level = u128::MAX);
		earn(ED + 1_000);
		assert_noop!(claim(ALICE), Error::<Test>::NothingDue);
		// Nothing else stops for it.
		contribute(BOB, 1);
		freeze(2, [1]);
	});
}
