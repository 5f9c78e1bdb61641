//! Who may contribute.

use crate::{mock::*, types::Admission, Datanets as DatanetsMap, Error, Event, Whitelists};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::DatanetId;
use sp_runtime::{DispatchError, DispatchResult};

fn admit(admission: Admission) {
	Datanets::set_admission(signed(OWNER), NET, admission).unwrap();
}

fn list(who: AccountId, listed: bool) -> DispatchResult {
	Datanets::set_whitelist(signed(OWNER), NET, who, listed)
}

fn listed() -> Vec<AccountId> {
	Whitelists::<Test>::get(NET).into_iter().collect()
}

#[test]
fn a_datanet_admits_everybody_at_first() {
	with_datanet(|| {
		assert_eq!(DatanetsMap::<Test>::get(NET).unwrap().admission, Admission::Open);
		assert!([OWNER, ALICE, NOBODY].into_iter().all(|who| Datanets::may_contribute(NET, who)));
		assert!(!Datanets::may_contribute(DatanetId(1), ALICE));
	});
}

#[test]
fn set_admission_replaces_the_rule_when_the_owner_calls() {
	with_datanet(|| {
		let before = DatanetsMap::<Test>::get(NET).unwrap();
		let mut old = Admission::Open;
		for new in [Admission::Whitelist, Admission::Assessed, Admission::Open] {
			assert_ok!(Datanets::set_admission(signed(OWNER), NET, new));
			System::assert_last_event(Event::AdmissionSet { datanet: NET, old, new }.into());
			assert_eq!(DatanetsMap::<Test>::get(NET), Some(crate::types::Datanet { admission: new, ..before.clone() }));
			old = new;
		}
	});
}

#[test]
fn set_admission_fails_when_there_is_no_such_datanet() {
	with_datanet(|| {
		assert_noop!(
			Datanets::set_admission(signed(OWNER), DatanetId(1), Admission::Open),
			Error::<Test>::NoSuchDatanet
		);
	});
}

#[test]
fn set_admission_fails_when_the_caller_is_not_the_owner() {
	with_datanet(|| {
		assert_noop!(Datanets::set_admission(signed(ALICE), NET, Admission::Open), Error::<Test>::NotOwner);
	});
}

#[test]
fn set_whitelist_puts_an_account_on_the_list() {
	with_datanet(|| {
		assert_ok!(list(ALICE, true));
		System::assert_last_event(Event::WhitelistChanged { datanet: NET, who: ALICE, listed: true }.into());
		assert_eq!(listed(), [ALICE]);
	});
}

#[test]
fn set_whitelist_takes_an_account_off_the_list() {
	with_datanet(|| {
		assert_ok!(list(ALICE, true));
		assert_ok!(list(BOB, true));
		assert_ok!(list(ALICE, false));
		System::assert_last_event(Event::WhitelistChanged { datanet: NET, who: ALICE, listed: false }.into());
		assert_eq!(listed(), [BOB]);
	});
}

#[test]
fn set_whitelist_is_of_one_datanet() {
	with_datanet(|| {
		create(ALICE);
		assert_ok!(list(BOB, true));
		assert!(Whitelists::<Test>::get(DatanetId(1)).is_empty());
	});
}

#[test]
fn set_whitelist_fails_when_the_account_is_on_the_list_already() {
	with_datanet(|| {
		assert_ok!(list(ALICE, true));
		assert_noop!(list(ALICE, true), Error::<Test>::AlreadyListed);
		// A full list knows its accounts too.
		assert_ok!(list(BOB, true));
		assert_ok!(list(STRANGER, true));
		assert_noop!(list(ALICE, true), Error::<Test>::AlreadyListed);
	});
}

#[test]
fn set_whitelist_fails_when_the_account_is_not_on_the_list() {
	with_datanet(|| {
		assert_noop!(list(ALICE, false), Error::<Test>::NotListed);
	});
}

#[test]
fn set_whitelist_fails_when_the_list_is_full() {
	with_datanet(|| {
		for who in 0..MAX_LISTED {
			assert_ok!(list(who.into(), true));
		}
		assert_noop!(list(100, true), Error::<Test>::WhitelistFull);
		assert_ok!(list(0, false));
		assert_ok!(list(100, true));
	});
}

#[test]
fn set_whitelist_fails_when_there_is_no_such_datanet() {
	with_datanet(|| {
		assert_noop!(Datanets::set_whitelist(signed(OWNER), DatanetId(1), ALICE, true), Error::<Test>::NoSuchDatanet);
	});
}

#[test]
fn set_whitelist_fails_when_the_caller_is_not_the_owner() {
	with_datanet(|| {
		assert_noop!(Datanets::set_whitelist(signed(ALICE), NET, ALICE, true), Error::<Test>::NotOwner);
	});
}

#[test]
fn commit_is_for_the_listed_when_there_is_a_list() {
	with_datanet(|| {
		admit(Admission::Whitelist);
		assert_ok!(list(ALICE, true));
		assert_ok!(commit(ALICE, 1));
		assert_noop!(commit(BOB, 1), Error::<Test>::NotListed);
		assert!(Datanets::may_contribute(NET, ALICE) && !Datanets::may_contribute(NET, BOB));
		assert_ok!(list(ALICE, false));
		assert_noop!(commit(ALICE, 1), Error::<Test>::NotListed);
	});
}

#[test]
fn commit_ignores_the_list_when_admission_is_not_by_list() {
	with_datanet(|| {
		assert_ok!(list(BOB, true));
		assert_ok!(commit(ALICE, 1));
		admit(Admission::Assessed);
		assert_noop!(commit(BOB, 1), Error::<Test>::NotAssessed);
	});
}

#[test]
fn commit_is_for_the_assessed_when_admission_is_by_assessment() {
	with_datanet(|| {
		admit(Admission::Assessed);
		Assessed::set(vec![ALICE]);
		assert_ok!(commit(ALICE, 1));
		assert_noop!(commit(BOB, 1), Error::<Test>::NotAssessed);
		assert!(Datanets::may_contribute(NET, ALICE) && !Datanets::may_contribute(NET, BOB));
	});
}

#[test]
fn commit_is_for_the_owner_when_nobody_else_may() {
	for admission in [Admission::Whitelist, Admission::Assessed] {
		with_datanet(|| {
			admit(admission);
			assert!(Datanets::may_contribute(NET, OWNER));
			assert_ok!(commit(OWNER, 1));
		});
	}
}

#[test]
fn reveal_is_for_who_committed_when_it_is_taken_off_the_list_meanwhile() {
	with_datanet(|| {
		admit(Admission::Whitelist);
		assert_ok!(list(ALICE, true));
		assert_ok!(commit(ALICE, 1));
		assert_ok!(list(ALICE, false));
		advance(1);
		assert_ok!(reveal(ALICE, 0, 1));
	});
}

#[test]
fn calls_fail_when_the_origin_is_not_signed() {
	with_datanet(|| {
		let root = RuntimeOrigin::root;
		assert_noop!(Datanets::set_admission(root(), NET, Admission::Open), DispatchError::BadOrigin);
		assert_noop!(Datanets::set_whitelist(root(), NET, ALICE, true), DispatchError::BadOrigin);
	});
}
