//! `commit`, `reveal`, `expire_commit`, `withdraw` and `reject`.

use crate::{
	mock::*,
	types::{Commit, Committee, Contribution, Counters, Status},
	Commits, CountersOf, Error, Event,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use openledger_primitives::{
	judgement::{seal_contribution, Verdict},
	Commitment, ContributionId, DatanetId, Domain,
};
use sp_core::H256;
use sp_runtime::{DispatchError, TokenError};

const FIRST: ContributionId = ContributionId(0);

fn pending(bond: u128) -> Option<Status<u64>> {
	Some(Status::Pending { bond, committee: Committee::None })
}

fn expire(who: AccountId, id: u32) -> Result<(), DispatchError> {
	Datanets::expire_commit(signed(who), NET, ContributionId(id))
}

#[test]
fn commit_holds_the_deposit_when_the_datanet_is_open() {
	with_datanet(|| {
		System::set_block_number(5);
		assert_ok!(Datanets::commit(signed(ALICE), NET, hash(6)));
		let (contributor, seal, deposit, until) = (ALICE, hash(6), COMMIT_COST, 5 + REVEAL_BLOCKS);
		System::assert_last_event(
			Event::Committed { datanet: NET, contribution: FIRST, contributor, seal, until, deposit }.into(),
		);
		let expected = Commit::<Test> { contributor, seal, at: 5, until, deposit };
		assert_eq!(Commits::<Test>::get(NET, FIRST), Some(expected));
		let expected = Counters { next_contribution: ContributionId(1), commits: 1, ..Default::default() };
		assert_eq!(counters(), expected);
		assert_eq!(commit_deposit_of(ALICE), COMMIT_COST);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - COMMIT_COST);
	});
}

#[test]
fn commit_numbers_contributions_in_the_order_of_commitments() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		assert_ok!(commit(BOB, 2));
		advance(1);
		assert_ok!(reveal(BOB, 1, 2));
		assert_ok!(reveal(ALICE, 0, 1));
		assert_eq!(contribution(0).unwrap().contributor, ALICE);
		assert_eq!(contribution(1).unwrap().contributor, BOB);
	});
}

#[test]
fn commit_fails_when_there_is_no_such_datanet() {
	with_datanet(|| {
		assert_noop!(Datanets::commit(signed(ALICE), DatanetId(1), hash(6)), Error::<Test>::NoSuchDatanet);
	});
}

#[test]
fn commit_fails_when_too_many_contributions_wait() {
	with_datanet(|| {
		contribute(ALICE, 1);
		contribute(ALICE, 1);
		assert_ok!(commit(ALICE, 1));
		assert_ok!(commit(ALICE, 1));
		assert_noop!(commit(BOB, 1), Error::<Test>::TooManyPending);
		assert_ok!(Datanets::withdraw(signed(ALICE), NET, FIRST));
		assert_ok!(commit(BOB, 1));
	});
}

#[test]
fn commit_counts_no_contribution_that_is_due() {
	with_datanet(|| {
		contribute_due(ALICE, 1);
		for _ in 0..MAX_PENDING {
			assert_ok!(commit(ALICE, 1));
		}
		assert_noop!(commit(BOB, 1), Error::<Test>::TooManyPending);
	});
}

#[test]
fn commit_fails_when_the_deposit_is_not_covered() {
	with_datanet(|| {
		assert_noop!(commit(NOBODY, 1), TokenError::FundsUnavailable);
		// The existential deposit stays free.
		CommitDeposit::set(ENDOWMENT);
		assert_noop!(commit(ALICE, 1), TokenError::FundsUnavailable);
		CommitDeposit::set(ENDOWMENT - 1);
		assert_ok!(commit(ALICE, 1));
	});
}

#[test]
fn commit_fails_when_identifiers_are_used_up() {
	with_datanet(|| {
		let last = Counters { next_contribution: ContributionId(u32::MAX), ..counters() };
		CountersOf::<Test>::insert(NET, last);
		assert_noop!(commit(ALICE, 1), Error::<Test>::IdsExhausted);
	});
}

#[test]
fn commit_fails_when_the_last_block_overflows() {
	with_datanet(|| {
		RevealWindow::set(u64::MAX);
		assert_noop!(commit(ALICE, 1), Error::<Test>::Overflow);
	});
}

#[test]
fn reveal_exchanges_the_deposit_for_the_bond() {
	with_datanet(|| {
		System::set_block_number(5);
		assert_ok!(commit(ALICE, 7));
		System::set_block_number(6);
		assert_ok!(Datanets::reveal(signed(ALICE), NET, FIRST, rows(7), 1_000, hash(2), SALT));
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
			status: pending(70).unwrap(),
		};
		assert_eq!(contribution(0), Some(expected));
		assert_eq!(Commits::<Test>::get(NET, FIRST), None);
		let expected =
			Counters { next_contribution: ContributionId(1), pending: 1, pending_rows: 7, ..Default::default() };
		assert_eq!(counters(), expected);
		assert_eq!((commit_deposit_of(ALICE), bond_of(ALICE)), (0, 70));
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - 70);
	});
}

#[test]
fn reveal_accepts_one_row_and_the_most_rows() {
	with_datanet(|| {
		contribute(ALICE, 1);
		contribute(ALICE, MAX_ROWS);
		assert_eq!(bond_of(ALICE), ROW_BOND * (1 + u128::from(MAX_ROWS)));
	});
}

#[test]
fn reveal_releases_the_deposit_that_was_taken_when_the_tariff_changes() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		CommitDeposit::set(1_000);
		advance(1);
		assert_ok!(reveal(ALICE, 0, 1));
		assert_eq!(commit_deposit_of(ALICE), 0);
	});
}

#[test]
fn reveal_pays_the_bond_with_the_deposit_when_nothing_else_is_free() {
	with_datanet(|| {
		CommitDeposit::set(ENDOWMENT - 1);
		BondPerRow::set(ENDOWMENT - 1);
		contribute(ALICE, 1);
		assert_eq!(bond_of(ALICE), ENDOWMENT - 1);
	});
}

#[test]
fn reveal_needs_nothing_but_an_account_when_nothing_is_held() {
	with_datanet(|| {
		assert_ok!(Balances::mint_into(&NOBODY, 1));
		CommitDeposit::set(0);
		BondPerRow::set(0);
		contribute(NOBODY, 1);
		assert_eq!(status(0), pending(0));
	});
}

#[test]
fn reveal_fails_when_there_are_no_rows() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 0));
		advance(1);
		assert_noop!(reveal(ALICE, 0, 0), Error::<Test>::NoRows);
	});
}

#[test]
fn reveal_fails_when_there_are_too_many_rows() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, MAX_ROWS + 1));
		advance(1);
		assert_noop!(reveal(ALICE, 0, MAX_ROWS + 1), Error::<Test>::TooManyRows);
	});
}

#[test]
fn reveal_fails_when_there_are_no_bytes() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		advance(1);
		assert_noop!(Datanets::reveal(signed(ALICE), NET, FIRST, rows(1), 0, hash(2), SALT), Error::<Test>::NoBytes);
	});
}

#[test]
fn reveal_fails_when_there_is_no_such_commitment() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_noop!(reveal(ALICE, 0, 1), Error::<Test>::NoSuchCommit);
		assert_noop!(reveal(ALICE, 1, 1), Error::<Test>::NoSuchCommit);
		assert_ok!(commit(ALICE, 1));
		advance(1);
		assert_noop!(
			Datanets::reveal(signed(ALICE), DatanetId(1), ContributionId(1), rows(1), 1, hash(2), SALT),
			Error::<Test>::NoSuchCommit
		);
	});
}

#[test]
fn reveal_fails_when_the_caller_is_not_who_committed() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		advance(1);
		assert_noop!(reveal(BOB, 0, 1), Error::<Test>::NotContributor);
	});
}

#[test]
fn reveal_fails_when_it_is_in_the_block_of_the_commitment() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		assert_noop!(reveal(ALICE, 0, 1), Error::<Test>::RevealEarly);
	});
}

#[test]
fn reveal_is_possible_until_the_last_block() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		assert_ok!(commit(ALICE, 1));
		advance(REVEAL_BLOCKS);
		assert_ok!(reveal(ALICE, 0, 1));
		advance(1);
		assert_noop!(reveal(ALICE, 1, 1), Error::<Test>::RevealLate);
	});
}

#[test]
fn reveal_keeps_its_last_block_when_the_window_changes() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		RevealWindow::set(0);
		advance(REVEAL_BLOCKS);
		assert_ok!(reveal(ALICE, 0, 1));
	});
}

#[test]
fn reveal_fails_when_anything_that_was_committed_to_differs() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 7));
		advance(1);
		let other = Commitment { root: hash(9), ..rows(7) };
		let more = Commitment { count: 8, ..rows(7) };
		for (rows, content, salt) in
			[(other, hash(2), SALT), (more, hash(2), SALT), (rows(7), hash(3), SALT), (rows(7), hash(2), hash(1))]
		{
			assert_noop!(
				Datanets::reveal(signed(ALICE), NET, FIRST, rows, 1_000, content, salt),
				Error::<Test>::RevealMismatch
			);
		}
	});
}

#[test]
fn reveal_fails_when_the_seal_was_copied_or_is_of_elsewhere() {
	with_datanet(|| {
		create(OWNER);
		let of = |domain: Domain, net: u32, who: AccountId| {
			seal_contribution(&domain, DatanetId(net), &who, &rows(1), &hash(2), &SALT)
		};
		let there = Domain { genesis: H256::zero() };
		for seal in [of(domain(), 0, ALICE), of(domain(), 1, BOB), of(there, 0, BOB)] {
			assert_ok!(Datanets::commit(signed(BOB), NET, seal));
		}
		advance(1);
		for id in 0..3 {
			assert_noop!(reveal(BOB, id, 1), Error::<Test>::RevealMismatch);
		}
	});
}

#[test]
fn reveal_fails_when_the_bond_is_not_covered() {
	with_datanet(|| {
		BondPerRow::set(ENDOWMENT);
		assert_ok!(commit(ALICE, 1));
		advance(1);
		let dispatched = frame_support::storage::with_storage_layer(|| reveal(ALICE, 0, 1));
		assert_eq!(dispatched, Err(TokenError::FundsUnavailable.into()));
		assert_eq!(commit_deposit_of(ALICE), COMMIT_COST);
	});
}

#[test]
fn reveal_fails_when_the_bond_overflows() {
	with_datanet(|| {
		BondPerRow::set(u128::MAX);
		assert_ok!(commit(ALICE, 2));
		advance(1);
		assert_noop!(reveal(ALICE, 0, 2), Error::<Test>::Overflow);
	});
}

#[test]
fn expire_commit_burns_the_deposit_when_the_last_block_has_passed() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		CommitDeposit::set(1);
		let before = issuance();
		advance(REVEAL_BLOCKS + 1);
		assert_ok!(expire(STRANGER, 0));
		let (contributor, deposit) = (ALICE, COMMIT_COST);
		System::assert_last_event(
			Event::CommitExpired { datanet: NET, contribution: FIRST, contributor, deposit }.into(),
		);
		assert_eq!(Commits::<Test>::get(NET, FIRST), None);
		assert_eq!(counters(), Counters { next_contribution: ContributionId(1), ..Default::default() });
		assert_eq!(issuance(), before - COMMIT_COST);
		assert_eq!((commit_deposit_of(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT - COMMIT_COST));
	});
}

#[test]
fn expire_commit_leaves_its_number_unused() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		advance(REVEAL_BLOCKS + 1);
		assert_ok!(expire(ALICE, 0));
		contribute(BOB, 1);
		assert_eq!((contribution(0), contribution(1).unwrap().contributor), (None, BOB));
	});
}

#[test]
fn expire_commit_fails_when_the_commitment_can_be_revealed() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
		advance(REVEAL_BLOCKS);
		assert_noop!(expire(STRANGER, 0), Error::<Test>::CommitLive);
	});
}

#[test]
fn expire_commit_fails_when_there_is_no_such_commitment() {
	with_datanet(|| {
		contribute(ALICE, 1);
		advance(REVEAL_BLOCKS + 1);
		for id in [0, 1] {
			assert_noop!(expire(STRANGER, id), Error::<Test>::NoSuchCommit);
		}
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
		let expected =
			Counters { next_contribution: ContributionId(2), pending: 1, pending_rows: 3, ..Default::default() };
		assert_eq!(counters(), expected);
		assert_eq!(bond_of(ALICE), 3);
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - 3);
	});
}

#[test]
fn withdraw_is_possible_when_a_committee_has_accepted() {
	with_datanet(|| {
		contribute(ALICE, 7);
		judge(0, Verdict::Accepted);
		assert_ok!(Datanets::withdraw(signed(ALICE), NET, FIRST));
		assert_eq!((contribution(0), bond_of(ALICE)), (None, 0));
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
fn withdraw_fails_when_the_commitment_is_not_revealed() {
	with_datanet(|| {
		assert_ok!(commit(ALICE, 1));
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
fn withdraw_fails_when_the_contribution_is_due() {
	with_datanet(|| {
		contribute_due(ALICE, 1);
		assert_noop!(Datanets::withdraw(signed(ALICE), NET, FIRST), Error::<Test>::NotPending);
	});
}

#[test]
fn withdraw_fails_when_a_committee_is_deciding() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_ok!(open(about(0), OWNER));
		assert_noop!(Datanets::withdraw(signed(ALICE), NET, FIRST), Error::<Test>::WithCommittee);
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
		let expected =
			Counters { next_contribution: ContributionId(2), pending: 1, pending_rows: 2, ..Default::default() };
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
fn reject_fails_when_the_contribution_is_accepted_or_due() {
	with_datanet(|| {
		contribute(ALICE, 1);
		freeze(1, [0]);
		contribute_due(ALICE, 1);
		for id in [0, 1] {
			assert_noop!(Datanets::reject(signed(OWNER), NET, ContributionId(id)), Error::<Test>::NotPending);
		}
	});
}

#[test]
fn reject_fails_when_a_committee_is_deciding() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_ok!(open(about(0), ALICE));
		assert_noop!(Datanets::reject(signed(OWNER), NET, FIRST), Error::<Test>::WithCommittee);
	});
}

#[test]
fn reject_fails_when_a_committee_has_accepted() {
	with_datanet(|| {
		contribute(ALICE, 1);
		judge(0, Verdict::Accepted);
		assert_noop!(Datanets::reject(signed(OWNER), NET, FIRST), Error::<Test>::CommitteeAccepted);
	});
}

#[test]
fn calls_fail_when_the_origin_is_not_signed() {
	with_datanet(|| {
		contribute(ALICE, 1);
		let root = RuntimeOrigin::root;
		assert_noop!(Datanets::commit(root(), NET, hash(6)), DispatchError::BadOrigin);
		assert_noop!(Datanets::reveal(root(), NET, FIRST, rows(1), 1, hash(2), SALT), DispatchError::BadOrigin);
		assert_noop!(Datanets::expire_commit(root(), NET, FIRST), DispatchError::BadOrigin);
		assert_noop!(Datanets::withdraw(root(), NET, FIRST), DispatchError::BadOrigin);
		assert_noop!(Datanets::reject(root(), NET, FIRST), DispatchError::BadOrigin);
	});
}
