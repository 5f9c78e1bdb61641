//! Who may not judge.

use super::votes::*;
use crate::{mock::*, pallet::*, types::*};
use frame_support::{assert_noop, assert_ok};

fn count(poll: u32, who: u64) -> sp_runtime::DispatchResult {
	Voting::count(signed(NIL), poll, vec![who].try_into().unwrap())
}

#[test]
fn a_party_does_not_vote() {
	with_poll(|poll| {
		let other = submit(1);
		interest(poll, ANN, Interest::Party);
		for aye in [true, false] {
			assert_noop!(Voting::vote(signed(ANN), poll, aye), Error::<Test>::Party);
		}
		// In that poll; and nobody else is one.
		vote(ANN, other, true);
		vote(BEN, poll, true);
		assert_eq!(counted(poll), (weighs(poll, BEN), 0));
	});
}

#[test]
fn nobody_votes_about_what_is_not_known() {
	with_poll(|poll| {
		interest(poll, ANN, Interest::Unknown);
		assert_noop!(Voting::vote(signed(ANN), poll, true), Error::<Test>::UnknownProposal);
		assert_ok!(Voting::delegate(signed(ANN), 1, BEN, 100));
		vote(BEN, poll, true);
		assert_noop!(count(poll, ANN), Error::<Test>::UnknownProposal);
		// The preimage has been noted.
		interest(poll, ANN, Interest::None);
		assert_ok!(count(poll, ANN));
		vote(ANN, poll, true);
	});
}

#[test]
fn a_party_is_not_counted_through_a_delegate() {
	with_poll(|poll| {
		let other = submit(1);
		interest(poll, ANN, Interest::Party);
		for who in [ANN, CEM] {
			assert_ok!(Voting::delegate(signed(who), 1, BEN, 100));
		}
		for poll in [poll, other] {
			vote(BEN, poll, true);
		}
		assert_noop!(count(poll, ANN), Error::<Test>::Party);
		assert_ok!(count(poll, CEM));
		assert_eq!(counted(poll), (weighs(poll, BEN) + weighs(poll, CEM), 0));
		assert_ok!(count(other, ANN));
	});
}

#[test]
fn a_party_does_not_vote_with_the_weight_of_others() {
	with_poll(|poll| {
		interest(poll, BEN, Interest::Party);
		for who in [ANN, CEM] {
			assert_ok!(Voting::delegate(signed(who), 1, BEN, 100));
		}
		assert_noop!(Voting::vote(signed(BEN), poll, true), Error::<Test>::Party);
		for who in [ANN, CEM] {
			assert_noop!(count(poll, who), Error::<Test>::DelegateSilent);
		}
		// They are not bound to it.
		assert_ok!(Voting::undelegate(signed(ANN), 1));
		vote(ANN, poll, false);
		assert_ok!(Voting::delegate(signed(CEM), 1, ANN, 100));
		assert_ok!(count(poll, CEM));
		assert_eq!(counted(poll), (0, weighs(poll, ANN) + weighs(poll, CEM)));
	});
}

#[test]
fn who_becomes_a_party_can_take_its_vote_back_and_not_change_it() {
	with_poll(|poll| {
		assert_ok!(Voting::delegate(signed(ANN), 1, BEN, 100));
		vote(BEN, poll, true);
		vote(CEM, poll, true);
		assert_ok!(count(poll, ANN));
		for who in [ANN, CEM] {
			interest(poll, who, Interest::Party);
			assert_noop!(Voting::vote(signed(who), poll, false), Error::<Test>::Party);
			assert_ok!(Voting::remove_vote(signed(who), poll));
			assert_noop!(Voting::vote(signed(who), poll, true), Error::<Test>::Party);
		}
		assert_noop!(count(poll, ANN), Error::<Test>::Party);
		assert_eq!(counted(poll), (weighs(poll, BEN), 0));
	});
}
