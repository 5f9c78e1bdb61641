use crate::{
	mock::*,
	types::{Access, Grant, GrantEnd, Request, Terms},
	Datanets as DatanetsMap, Error, Event, Grants, Requests,
};
use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use openledger_primitives::{traits::Access as _, DatanetId};
use sp_runtime::{DispatchError, TokenError};

const PRICE: u128 = 50;
const PAID: Access = Access::Paid { price: PRICE };

fn use_for_job(who: AccountId) -> Result<(), DispatchError> {
	Datanets::use_for_job(NET, &who)
}

fn request(who: AccountId) -> Option<Request<u64>> {
	Datanets::request(NET, who)
}

fn granted(who: AccountId) -> Option<Grant<u64>> {
	Datanets::grant(NET, who)
}

fn ask(who: AccountId, terms: Terms<u64>, max_price: u128) -> Result<(), DispatchError> {
	Datanets::request_access(signed(who), NET, terms, max_price)
}

#[test]
fn a_datanet_is_open_to_everybody_at_first() {
	with_datanet(|| {
		assert_eq!(DatanetsMap::<Test>::get(NET).unwrap().access, Access::Open);
		assert_ok!(use_for_job(ALICE));
		assert_noop!(ask(ALICE, terms(), 0), Error::<Test>::NoGrantNeeded);
		assert_noop!(Datanets::use_for_job(DatanetId(1), &ALICE), Error::<Test>::NoSuchDatanet);
	});
}

#[test]
fn set_access_is_for_the_owner() {
	with_datanet(|| {
		assert_ok!(Datanets::set_access(signed(OWNER), NET, PAID));
		System::assert_last_event(Event::AccessSet { datanet: NET, old: Access::Open, new: PAID }.into());
		assert_eq!(DatanetsMap::<Test>::get(NET).unwrap().access, PAID);
		assert_noop!(Datanets::set_access(signed(ALICE), NET, Access::Open), Error::<Test>::NotOwner);
		assert_noop!(Datanets::set_access(signed(OWNER), DatanetId(1), PAID), Error::<Test>::NoSuchDatanet);
	});
}

#[test]
fn nobody_but_the_owner_uses_a_closed_datanet_without_a_grant() {
	for access in [Access::Approval, PAID] {
		with_access(access, || {
			assert_ok!(use_for_job(OWNER));
			assert_noop!(use_for_job(ALICE), Error::<Test>::NoGrant);
			assert_noop!(ask(OWNER, terms(), PRICE), Error::<Test>::NoGrantNeeded);
		});
	}
}

#[test]
fn request_access_holds_a_deposit_until_the_owner_decides() {
	with_access(Access::Approval, || {
		assert_ok!(ask(ALICE, terms(), 0));
		let (terms, deposit) = (terms(), REQUEST_DEPOSIT);
		System::assert_last_event(Event::AccessRequested { datanet: NET, applicant: ALICE, terms, deposit }.into());
		assert_eq!(request(ALICE), Some(Request { terms, deposit }));
		assert_eq!(access_deposit_of(ALICE), REQUEST_DEPOSIT);
		assert_noop!(use_for_job(ALICE), Error::<Test>::NoGrant);

		assert_ok!(Datanets::decide_access(signed(OWNER), NET, ALICE, terms, true));
		let event = Event::AccessGranted { datanet: NET, grantee: ALICE, terms, price: 0, deposit };
		System::assert_last_event(event.into());
		assert_eq!((request(ALICE), granted(ALICE)), (None, Some(Grant { terms, price: 0, deposit })));
		assert_eq!(access_deposit_of(ALICE), REQUEST_DEPOSIT);
		assert_ok!(use_for_job(ALICE));
	});
}

#[test]
fn decide_access_releases_the_deposit_when_it_turns_down() {
	with_access(Access::Approval, || {
		assert_ok!(ask(ALICE, terms(), 0));
		assert_ok!(Datanets::decide_access(signed(OWNER), NET, ALICE, terms(), false));
		System::assert_last_event(Event::AccessDenied { datanet: NET, applicant: ALICE }.into());
		assert_eq!((request(ALICE), granted(ALICE), access_deposit_of(ALICE)), (None, None, 0));
		// Nothing keeps her from asking again.
		assert_ok!(ask(ALICE, terms(), 0));
	});
}

#[test]
fn decide_access_decides_what_the_owner_has_seen() {
	with_access(Access::Approval, || {
		assert_ok!(ask(ALICE, terms(), 0));
		let decide =
			|who, applicant, terms, approve| Datanets::decide_access(signed(who), NET, applicant, terms, approve);
		let more = Terms { jobs: 4, ..terms() };
		assert_noop!(decide(OWNER, ALICE, more, true), Error::<Test>::NoSuchRequest);
		assert_noop!(decide(OWNER, BOB, terms(), true), Error::<Test>::NoSuchRequest);
		assert_noop!(decide(ALICE, ALICE, terms(), true), Error::<Test>::NotOwner);
		System::set_block_number(101);
		assert_noop!(decide(OWNER, ALICE, terms(), true), Error::<Test>::UntilPassed);
		assert_ok!(decide(OWNER, ALICE, terms(), false));
	});
}

#[test]
fn cancel_request_releases_the_deposit() {
	with_access(Access::Approval, || {
		assert_noop!(Datanets::cancel_request(signed(ALICE), NET), Error::<Test>::NoSuchRequest);
		assert_ok!(ask(ALICE, terms(), 0));
		assert_ok!(Datanets::cancel_request(signed(ALICE), NET));
		System::assert_last_event(Event::RequestCancelled { datanet: NET, applicant: ALICE }.into());
		assert_eq!((request(ALICE), access_deposit_of(ALICE)), (None, 0));
	});
}

#[test]
fn request_access_buys_where_access_has_a_price() {
	with_access(PAID, || {
		let before = Balances::free_balance(ALICE);
		assert_ok!(ask(ALICE, terms(), PRICE));
		let grant = Grant { terms: terms(), price: PRICE, deposit: REQUEST_DEPOSIT };
		assert_eq!(granted(ALICE), Some(grant));
		assert_eq!(Balances::free_balance(ALICE), before - 3 * PRICE - REQUEST_DEPOSIT);
		assert_eq!(Balances::free_balance(Datanets::commons_account(NET)), 3 * PRICE);
		assert_ok!(use_for_job(ALICE));
	});
}

#[test]
fn request_access_pays_no_more_than_the_buyer_allows() {
	with_access(PAID, || {
		assert_noop!(ask(ALICE, terms(), PRICE - 1), Error::<Test>::PriceAboveMax);
		assert_ok!(Datanets::set_access(signed(OWNER), NET, Access::Paid { price: u128::MAX }));
		assert_noop!(ask(ALICE, terms(), u128::MAX), Error::<Test>::Overflow);
		assert_ok!(Datanets::set_access(signed(OWNER), NET, Access::Paid { price: ENDOWMENT }));
		assert_noop!(ask(ALICE, Terms { jobs: 1, ..terms() }, u128::MAX), TokenError::FundsUnavailable);
	});
}

#[test]
fn a_price_of_nothing_is_paid_by_nobody() {
	with_access(Access::Paid { price: 0 }, || {
		assert_ok!(ask(ALICE, terms(), 0));
		assert_eq!(Balances::free_balance(ALICE), ENDOWMENT - REQUEST_DEPOSIT);
		// What was not paid for can be revoked.
		assert_ok!(Datanets::revoke_access(signed(OWNER), NET, ALICE));
	});
}

#[test]
fn request_access_refuses_terms_that_make_no_sense() {
	for access in [Access::Approval, PAID] {
		with_access(access, || {
			System::set_block_number(10);
			let at = |until| Terms { until, ..terms() };
			assert_noop!(ask(ALICE, Terms { jobs: 0, ..terms() }, PRICE), Error::<Test>::NoJobs);
			assert_noop!(ask(ALICE, at(9), PRICE), Error::<Test>::UntilPassed);
			assert_noop!(ask(ALICE, at(11 + MAX_GRANT_LIFE), PRICE), Error::<Test>::UntilTooLate);
			assert_noop!(ask(NOBODY, terms(), PRICE), TokenError::FundsUnavailable);
			assert_noop!(
				Datanets::request_access(signed(ALICE), DatanetId(1), terms(), 0),
				Error::<Test>::NoSuchDatanet
			);
			assert_ok!(ask(ALICE, at(10), PRICE));
			assert_ok!(ask(BOB, at(10 + MAX_GRANT_LIFE), PRICE));
		});
	}
}

#[test]
fn request_access_fails_when_there_is_a_request_or_a_grant() {
	with_access(Access::Approval, || {
		assert_ok!(ask(ALICE, terms(), 0));
		assert_noop!(ask(ALICE, terms(), 0), Error::<Test>::AlreadyRequested);
		// Nor by way of a datanet that was closed and is sold now.
		assert_ok!(Datanets::set_access(signed(OWNER), NET, PAID));
		assert_noop!(ask(ALICE, terms(), PRICE), Error::<Test>::AlreadyRequested);
		grant_after_request();
		assert_noop!(ask(ALICE, terms(), PRICE), Error::<Test>::AlreadyGranted);
	});
}

/// The owner approves what Alice has asked for.
fn grant_after_request() {
	Datanets::decide_access(signed(OWNER), NET, ALICE, terms(), true).unwrap();
}

#[test]
fn jobs_use_a_grant_up() {
	with_access(Access::Approval, || {
		grant(ALICE);
		for left in [2, 1, 0] {
			assert_ok!(use_for_job(ALICE));
			System::assert_last_event(Event::GrantUsed { datanet: NET, grantee: ALICE, jobs: left }.into());
		}
		assert_eq!((granted(ALICE), access_deposit_of(ALICE)), (None, 0));
		assert_noop!(use_for_job(ALICE), Error::<Test>::NoGrant);
		assert_noop!(use_for_job(BOB), Error::<Test>::NoGrant);
	});
}

#[test]
fn a_grant_ends_with_its_last_block() {
	with_access(Access::Approval, || {
		grant(ALICE);
		System::set_block_number(100);
		assert_ok!(use_for_job(ALICE));
		System::set_block_number(101);
		assert_noop!(use_for_job(ALICE), Error::<Test>::GrantExpired);
	});
}

#[test]
fn an_open_datanet_uses_up_no_grant() {
	with_access(Access::Approval, || {
		grant(ALICE);
		assert_ok!(Datanets::set_access(signed(OWNER), NET, Access::Open));
		assert_storage_noop!(use_for_job(ALICE).unwrap());
	});
}

#[test]
fn revoke_access_ends_what_was_not_paid_for() {
	with_access(Access::Approval, || {
		grant(ALICE);
		assert_noop!(Datanets::revoke_access(signed(ALICE), NET, ALICE), Error::<Test>::NotOwner);
		assert_noop!(Datanets::revoke_access(signed(OWNER), NET, BOB), Error::<Test>::NoGrant);
		assert_ok!(Datanets::revoke_access(signed(OWNER), NET, ALICE));
		let reason = GrantEnd::Revoked;
		System::assert_last_event(Event::GrantEnded { datanet: NET, grantee: ALICE, reason }.into());
		assert_eq!((granted(ALICE), access_deposit_of(ALICE)), (None, 0));
		assert_noop!(use_for_job(ALICE), Error::<Test>::NoGrant);

		assert_ok!(Datanets::set_access(signed(OWNER), NET, PAID));
		assert_ok!(ask(BOB, terms(), PRICE));
		assert_noop!(Datanets::revoke_access(signed(OWNER), NET, BOB), Error::<Test>::GrantPaid);
	});
}

#[test]
fn return_grant_is_for_its_holder_and_after_its_end_for_anyone() {
	with_access(PAID, || {
		assert_noop!(Datanets::return_grant(signed(ALICE), NET, ALICE), Error::<Test>::NoGrant);
		for (who, at) in [(ALICE, 1), (BOB, 101)] {
			assert_ok!(ask(ALICE, terms(), PRICE));
			assert_noop!(Datanets::return_grant(signed(BOB), NET, ALICE), Error::<Test>::GrantLive);
			System::set_block_number(at);
			assert_ok!(Datanets::return_grant(signed(who), NET, ALICE));
			let reason = GrantEnd::Returned;
			System::assert_last_event(Event::GrantEnded { datanet: NET, grantee: ALICE, reason }.into());
			assert_eq!((granted(ALICE), access_deposit_of(ALICE)), (None, 0));
		}
	});
}

#[test]
fn a_new_owner_decides() {
	with_access(Access::Approval, || {
		assert_ok!(ask(ALICE, terms(), 0));
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_noop!(Datanets::decide_access(signed(OWNER), NET, ALICE, terms(), true), Error::<Test>::NotOwner);
		assert_ok!(Datanets::decide_access(signed(BOB), NET, ALICE, terms(), true));
		assert_noop!(use_for_job(OWNER), Error::<Test>::NoGrant);
	});
}

#[test]
fn a_deposit_is_what_was_held_when_the_rule_changes() {
	with_access(Access::Approval, || {
		grant(ALICE);
		AccessDeposit::set(1_000);
		assert_ok!(Datanets::return_grant(signed(ALICE), NET, ALICE));
		assert_eq!(access_deposit_of(ALICE), 0);
	});
}

#[test]
fn try_state_sees_grants_that_cannot_be() {
	with_access(Access::Approval, || {
		grant(ALICE);
		let broken = |why, harm: &dyn Fn()| {
			frame_support::hypothetically!({
				harm();
				assert_eq!(Datanets::do_try_state(), Err(sp_runtime::TryRuntimeError::Other(why)));
			});
		};
		let (terms, deposit) = (terms(), 0);
		let none = Terms { jobs: 0, ..terms };
		let grant = Grant { terms, price: 0, deposit };
		broken("a grant has no datanet", &|| Grants::<Test>::insert(DatanetId(1), BOB, grant));
		broken("a grant is used up", &|| Grants::<Test>::insert(NET, BOB, Grant { terms: none, ..grant }));
		broken("a request has no datanet", &|| Requests::<Test>::insert(DatanetId(1), BOB, Request { terms, deposit }));
		broken("a request is for no jobs", &|| Requests::<Test>::insert(NET, BOB, Request { terms: none, deposit }));
		broken("an account has a request and a grant", &|| {
			Requests::<Test>::insert(NET, ALICE, Request { terms, deposit });
		});
		broken("what is on hold differs from what is recorded", &|| Grants::<Test>::insert(NET, ALICE, grant));
	});
}
