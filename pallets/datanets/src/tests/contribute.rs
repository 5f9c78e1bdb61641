//! `contribute`, `withdraw` and `reject`.

use crate::{
	mock::*,
	types::{Contribution, Counters, Status},
	CountersOf, Error, Event,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{ContributionId, DatanetId};
use sp_runtime::{DispatchError, TokenError};

const FIRST: ContributionId = ContributionId(0);

#[test]
fn contribute_holds_the_bond_when_the_datanet_is_open() {
	with_datanet(|| {
		System::set_block_number(5);
		assert_ok!(Datanets::contribute(signed(ALICE), NET, rows(7), 1_000, hash(2)));
		System::assert_last_event(
			Event::Contributed {
				datanet: NET,
				contribution: FIRST,
				contributor: ALICE,
				rows: rows(7),
				bytes: 1_000,
				content: hash(2),
				bond: 70,
			}
			.into(),
		);
		let expected = Contribution {
			contributor: ALICE,
			rows: rows(7),
			bytes: 1_000,
			content: hash(2),
			at: 5,
			status: Status::Pending { bond: 70 },
		};
		assert_eq!(contribution(0), Some(expected));
		let expected = Counters { next_contribution: ContributionId(1), pending: 1, pending_rows: 7, versions: 0 };
		assert_eq!(counters(), expected);
		assert_eq!(bond_of(ALICE), 70);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - 70);
	});
}

#[test]
fn contribute_accepts_one_row_and_the_most_rows() {
	with_datanet(|| {
		assert_ok!(Datanets::contribute(signed(ALICE), NET, rows(1), 1, hash(2)));
		assert_ok!(Datanets::contribute(signed(ALICE), NET, rows(MAX_ROWS), u64::MAX, hash(2)));
		assert_eq!(bond_of(ALICE), ROW_BOND * (1 + u128::from(MAX_ROWS)));
	});
}

#[test]
fn contribute_fails_when_there_are_no_rows() {
	with_datanet(|| {
		assert_noop!(Datanets::contribute(signed(ALICE), NET, rows(0), 1, hash(2)), Error::<Test>::NoRows);
	});
}

#[test]
fn contribute_fails_when_there_are_too_many_rows() {
	with_datanet(|| {
		assert_noop!(
			Datanets::contribute(signed(ALICE), NET, rows(MAX_ROWS + 1), 1, hash(2)),
			Error::<Test>::TooManyRows
		);
	});
}

#[test]
fn contribute_fails_when_there_are_no_bytes() {
	with_datanet(|| {
		assert_noop!(Datanets::contribute(signed(ALICE), NET, rows(1), 0, hash(2)), Error::<Test>::NoBytes);
	});
}

#[test]
fn contribute_fails_when_there_is_no_such_datanet() {
	with_datanet(|| {
		assert_noop!(
			Datanets::contribute(signed(ALICE), DatanetId(1), rows(1), 1, hash(2)),
			Error::<Test>::NoSuchDatanet
		);
	});
}

#[test]
fn contribute_fails_when_too_many_contributions_are_pending() {
	with_datanet(|| {
		for _ in 0..MAX_PENDING {
			contribute(ALICE, 1);
		}
		assert_noop!(Datanets::contribute(signed(BOB), NET, rows(1), 1, hash(2)), Error::<Test>::TooManyPending);
		assert_ok!(Datanets::withdraw(signed(ALICE), NET, FIRST));
		assert_ok!(Datanets::contribute(signed(BOB), NET, rows(1), 1, hash(2)));
	});
}

#[test]
fn contribute_fails_when_the_bond_is_not_covered() {
	with_datanet(|| {
		BondPerRow::set(ENDOWMENT);
		assert_noop!(Datanets::contribute(signed(ALICE), NET, rows(1), 1, hash(2)), TokenError::FundsUnavailable);
	});
}

#[test]
fn contribute_fails_when_the_bond_overflows() {
	with_datanet(|| {
		BondPerRow::set(u128::MAX);
		assert_noop!(Datanets::contribute(signed(ALICE), NET, rows(2), 1, hash(2)), Error::<Test>::Overflow);
	});
}

#[test]
fn contribute_fails_when_identifiers_are_used_up() {
	with_datanet(|| {
		let last = Counters { next_contribution: ContributionId(u32::MAX), ..counters() };
		CountersOf::<Test>::insert(NET, last);
		assert_noop!(Datanets::contribute(signed(ALICE), NET, rows(1), 1, hash(2)), Error::<Test>::IdsExhausted);
	});
}

#[test]
fn withdraw_releases_the_bond_that_was_taken_when_the_tariff_changes() {
	with_datanet(|| {
		contribute(ALICE, 7);
		BondPerRow::set(1);
		contribute(ALICE, 3);
		BondPerRow::set(1_000_000);
		assert_ok!(Datanets::withdraw(signed(ALICE), NET, FIRST));
		System::assert_last_event(
			Event::Withdrawn { datanet: NET, contribution: FIRST, contributor: ALICE, bond: 70 }.into(),
		);
		assert_eq!(contribution(0), None);
		let expected = Counters { next_contribution: ContributionId(2), pending: 1, pending_rows: 3, versions: 0 };
		assert_eq!(counters(), expected);
		assert_eq!(bond_of(ALICE), 3);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - 3);
	});
}

#[test]
fn withdraw_fails_when_there_is_no_such_contribution() {
	with_datanet(|| {
		contribute(ALICE, 1);
		for (datanet, id) in [(NET, ContributionId(1)), (DatanetId(1), FIRST)] {
			assert_noop!(Datanets::withdraw(signed(ALICE), datanet, id), Error::<Test>::NoSuchContribution);
		}
		assert_ok!(Datanets::withdraw(signed(ALICE), NET, FIRST));
		assert_noop!(Datanets::withdraw(signed(ALICE), NET, FIRST), Error::<Test>::NoSuchContribution);
	});
}

#[test]
fn withdraw_fails_when_the_caller_is_not_the_contributor() {
	with_datanet(|| {
		contribute(ALICE, 1);
		for other in [OWNER, BOB] {
			assert_noop!(Datanets::withdraw(signed(other), NET, FIRST), Error::<Test>::NotContributor);
		}
	});
}

#[test]
fn withdraw_fails_when_the_contribution_is_accepted() {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		assert_noop!(Datanets::withdraw(signed(ALICE), NET, FIRST), Error::<Test>::NotPending);
	});
}

#[test]
fn reject_releases_the_bond_when_the_owner_calls() {
	with_datanet(|| {
		contribute(ALICE, 7);
		contribute(BOB, 2);
		assert_ok!(Datanets::reject(signed(OWNER), NET, FIRST));
		System::assert_last_event(
			Event::Rejected { datanet: NET, contribution: FIRST, contributor: ALICE, bond: 70 }.into(),
		);
		assert_eq!(contribution(0), None);
		let expected = Counters { next_contribution: ContributionId(2), pending: 1, pending_rows: 2, versions: 0 };
		assert_eq!(counters(), expected);
		assert_eq!(bond_of(ALICE), 0);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT);
		assert_eq!(bond_of(BOB), 20);
	});
}

#[test]
fn reject_fails_when_there_is_no_such_datanet_or_contribution() {
	with_datanet(|| {
		assert_noop!(Datanets::reject(signed(OWNER), DatanetId(1), FIRST), Error::<Test>::NoSuchDatanet);
		assert_noop!(Datanets::reject(signed(OWNER), NET, FIRST), Error::<Test>::NoSuchContribution);
	});
}

#[test]
fn reject_fails_when_the_caller_is_not_the_owner() {
	with_datanet(|| {
		contribute(ALICE, 1);
		for other in [ALICE, BOB] {
			assert_noop!(Datanets::reject(signed(other), NET, FIRST), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn reject_fails_when_the_contribution_is_accepted() {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		assert_noop!(Datanets::reject(signed(OWNER), NET, FIRST), Error::<Test>::NotPending);
	});
}

#[test]
fn calls_fail_when_the_origin_is_not_signed() {
	with_datanet(|| {
		contribute(ALICE, 1);
		let root = RuntimeOrigin::root;
		assert_noop!(Datanets::contribute(root(), NET, rows(1), 1, hash(2)), DispatchError::BadOrigin);
		assert_noop!(Datanets::withdraw(root(), NET, FIRST), DispatchError::BadOrigin);
		assert_noop!(Datanets::reject(root(), NET, FIRST), DispatchError::BadOrigin);
	});
}
