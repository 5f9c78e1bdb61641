use crate::{mock::*, Datanets as DatanetsMap, Error, Event};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, Mutate},
};
use openledger_primitives::{judgement::Verdict, ContributionId, DatanetId};
use sp_runtime::{DispatchError, TokenError};

#[test]
fn transfer_moves_the_datanet_and_its_deposit_when_the_owner_calls() {
	with_datanet(|| {
		let before = DatanetsMap::<Test>::get(NET).unwrap();
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		System::assert_last_event(Event::Transferred { datanet: NET, from: OWNER, to: BOB, deposit: DEPOSIT }.into());
		assert_eq!(DatanetsMap::<Test>::get(NET), Some(crate::types::Datanet { owner: BOB, ..before }));
		assert_eq!((deposit_of(OWNER), deposit_of(BOB)), (0, DEPOSIT));
	});
}

#[test]
fn transfer_leaves_the_free_balances_alone() {
	with_datanet(|| {
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_eq!(Balances::free_balance(OWNER), ENDOWMENT - DEPOSIT);
		assert_eq!(Balances::free_balance(BOB), ENDOWMENT);
		assert_eq!(Balances::total_balance(&BOB), ENDOWMENT + DEPOSIT);
	});
}

#[test]
fn transfer_passes_on_every_right_of_the_owner() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_noop!(Datanets::reject(signed(OWNER), NET, ContributionId(0)), Error::<Test>::NotOwner);
		assert_noop!(Datanets::transfer(signed(OWNER), NET, OWNER), Error::<Test>::NotOwner);
		assert_ok!(Datanets::freeze_version(signed(BOB), NET, rows(1), hash(3), ids([0])));
		assert_ok!(Datanets::transfer(signed(BOB), NET, OWNER));
		assert_eq!((deposit_of(OWNER), deposit_of(BOB)), (DEPOSIT, 0));
	});
}

#[test]
fn transfer_reaches_a_poor_account_when_it_exists() {
	with_datanet(|| {
		assert_ok!(Balances::mint_into(&NOBODY, 1));
		assert_ok!(Datanets::transfer(signed(OWNER), NET, NOBODY));
		assert_eq!(deposit_of(NOBODY), DEPOSIT);
	});
}

#[test]
fn transfer_makes_the_new_owner_the_party_of_open_cases() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_ok!(open(about(0), OWNER));
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_eq!(may_appeal(about(0), Verdict::Accepted), [BOB]);
	});
}

#[test]
fn transfer_fails_when_the_new_owner_does_not_exist() {
	with_datanet(|| {
		assert_noop!(Datanets::transfer(signed(OWNER), NET, NOBODY), TokenError::CannotCreateHold);
	});
}

#[test]
fn transfer_fails_when_there_is_no_such_datanet() {
	with_datanet(|| {
		assert_noop!(Datanets::transfer(signed(OWNER), DatanetId(1), BOB), Error::<Test>::NoSuchDatanet);
	});
}

#[test]
fn transfer_fails_when_the_caller_is_not_the_owner() {
	with_datanet(|| {
		assert_noop!(Datanets::transfer(signed(ALICE), NET, ALICE), Error::<Test>::NotOwner);
	});
}

#[test]
fn transfer_fails_when_the_new_owner_is_the_old_one() {
	with_datanet(|| {
		assert_noop!(Datanets::transfer(signed(OWNER), NET, OWNER), Error::<Test>::AlreadyOwner);
	});
}

#[test]
fn transfer_fails_when_the_origin_is_not_signed() {
	with_datanet(|| {
		assert_noop!(Datanets::transfer(RuntimeOrigin::root(), NET, BOB), DispatchError::BadOrigin);
	});
}
