//! Naming delegates and being counted through them: once, in whatever order.

use super::votes::*;
use crate::{mock::*, pallet::*, types::*};
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};
use openledger_primitives::Balance;
use sp_runtime::{DispatchResult, Perbill};

/// The last block in which the delegations of most tests count.
const UNTIL: u64 = 100;

fn delegate(who: u64, to: u64) {
	assert_ok!(Voting::delegate(signed(who), 1, to, UNTIL));
}

fn count(poll: u32, who: &[u64]) -> DispatchResult {
	Voting::count(signed(NIL), poll, who.to_vec().try_into().unwrap())
}

/// A call that fails after it has changed something is undone as a block undoes it.
fn count_all(poll: u32, who: &[u64]) -> DispatchResult {
	with_storage_layer(|| count(poll, who))
}

fn delegated(poll: u32, who: u64) -> Balance {
	match Ballots::<Test>::get(poll, who) {
		Some(Ballot::Direct { delegated, .. }) => delegated,
		other => panic!("not a vote of its own: {other:?}"),
	}
}

#[test]
fn delegate_names_somebody_for_one_track() {
	with_poll(|_| {
		assert_ok!(Voting::delegate(signed(ANN), 1, BEN, UNTIL));
		System::assert_last_event(Event::Delegated { who: ANN, to: BEN, class: 1, until: UNTIL }.into());
		assert_ok!(Voting::delegate(signed(ANN), 2, CEM, UNTIL + 1));
		assert_eq!(Delegations::<Test>::get(ANN, 1), Some(Delegation { to: BEN, until: UNTIL }));
		assert_eq!(Delegations::<Test>::get(ANN, 2), Some(Delegation { to: CEM, until: UNTIL + 1 }));
		assert_eq!(Delegations::<Test>::get(ANN, 3), None);
		// Another one takes its place.
		assert_ok!(Voting::delegate(signed(ANN), 1, CEM, UNTIL + 2));
		assert_eq!(Delegations::<Test>::get(ANN, 1), Some(Delegation { to: CEM, until: UNTIL + 2 }));
	});
}

#[test]
fn delegate_fails_for_a_track_that_is_none() {
	with_poll(|_| {
		for class in [0, 4, u16::MAX] {
			assert_noop!(Voting::delegate(signed(ANN), class, BEN, UNTIL), Error::<Test>::NoSuchTrack);
			assert_noop!(Voting::undelegate(signed(ANN), class), Error::<Test>::NotDelegating);
		}
	});
}

#[test]
fn delegate_fails_for_oneself() {
	with_poll(|_| {
		assert_noop!(Voting::delegate(signed(ANN), 1, ANN, UNTIL), Error::<Test>::Yourself);
	});
}

#[test]
fn delegate_fails_for_a_delegation_that_is_over_or_too_long() {
	with_poll(|_| {
		let now = System::block_number();
		for until in [0, now - 1, now, now + DELEGATION_LIFE + 1, u64::MAX] {
			assert_noop!(Voting::delegate(signed(ANN), 1, BEN, until), Error::<Test>::BadExpiry);
		}
		for until in [now + 1, now + DELEGATION_LIFE] {
			assert_ok!(Voting::delegate(signed(ANN), 1, BEN, until));
		}
	});
}

#[test]
fn delegate_fails_in_a_circle() {
	with_poll(|_| {
		delegate(ANN, BEN);
		assert_noop!(Voting::delegate(signed(BEN), 1, ANN, UNTIL), Error::<Test>::CyclicDelegation);
		delegate(BEN, CEM);
		assert_noop!(Voting::delegate(signed(CEM), 1, BEN, UNTIL), Error::<Test>::CyclicDelegation);
		// The long way round ends at the first who delegates.
		assert_noop!(Voting::delegate(signed(CEM), 1, ANN, UNTIL), Error::<Test>::DelegateDelegates);
		// On another track it is none.
		assert_ok!(Voting::delegate(signed(BEN), 2, ANN, UNTIL));
	});
}

#[test]
fn delegate_fails_for_who_delegates_itself() {
	with_poll(|_| {
		delegate(BEN, CEM);
		assert_noop!(Voting::delegate(signed(ANN), 1, BEN, UNTIL + 50), Error::<Test>::DelegateDelegates);
		System::set_block_number(UNTIL);
		assert_noop!(Voting::delegate(signed(ANN), 1, BEN, UNTIL + 50), Error::<Test>::DelegateDelegates);
		System::set_block_number(UNTIL + 1);
		assert_ok!(Voting::delegate(signed(ANN), 1, BEN, UNTIL + 50));
		// An expired circle is none either, until one side is renewed.
		assert_ok!(Voting::delegate(signed(CEM), 1, BEN, UNTIL + 50));
		assert_noop!(Voting::delegate(signed(BEN), 1, CEM, UNTIL + 50), Error::<Test>::CyclicDelegation);
	});
}

#[test]
fn undelegate_ends_a_delegation() {
	with_poll(|poll| {
		assert_noop!(Voting::undelegate(signed(ANN), 1), Error::<Test>::NotDelegating);
		delegate(ANN, BEN);
		assert_noop!(Voting::undelegate(signed(ANN), 2), Error::<Test>::NotDelegating);
		assert_ok!(Voting::undelegate(signed(ANN), 1));
		System::assert_last_event(Event::Undelegated { who: ANN, class: 1 }.into());
		assert_noop!(Voting::undelegate(signed(ANN), 1), Error::<Test>::NotDelegating);
		vote(BEN, poll, true);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::NotDelegating);
		// One that has expired is tidied up as well.
		delegate(ANN, BEN);
		System::set_block_number(UNTIL + 1);
		assert_ok!(Voting::undelegate(signed(ANN), 1));
	});
}

#[test]
fn count_puts_delegators_where_their_delegate_is() {
	with_poll(|poll| {
		let [ann, ben, cem, dot] = [ANN, BEN, CEM, DOT].map(|who| weighs(poll, who));
		delegate(ANN, BEN);
		delegate(CEM, BEN);
		vote(BEN, poll, true);
		vote(DOT, poll, false);
		assert_ok!(count(poll, &[ANN, CEM]));
		System::assert_has_event(Event::Counted { who: ANN, delegate: BEN, poll, weight: ann }.into());
		System::assert_last_event(Event::Counted { who: CEM, delegate: BEN, poll, weight: cem }.into());
		assert_eq!(counted(poll), (ann + ben + cem, dot));
		assert_eq!(delegated(poll, BEN), ann + cem);
		assert_eq!(Ballots::<Test>::get(poll, ANN), Some(Ballot::Through { delegate: BEN, weight: ann }));
		// They move with it.
		vote(BEN, poll, false);
		System::assert_last_event(Event::Voted { who: BEN, poll, aye: false, own: ben, delegated: ann + cem }.into());
		assert_eq!(counted(poll), (0, ann + ben + cem + dot));
	});
}

#[test]
fn count_of_nobody_changes_nothing() {
	with_poll(|poll| {
		assert_ok!(count(poll, &[]));
		assert_eq!(counted(poll), (0, 0));
	});
}

#[test]
fn count_fails_for_who_has_voted_itself() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		vote(ANN, poll, false);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::AlreadyVoted);
		vote(BEN, poll, true);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::AlreadyVoted);
		assert_noop!(count(poll, &[BEN]), Error::<Test>::AlreadyVoted);
		assert_eq!(counted(poll), (weighs(poll, BEN), weighs(poll, ANN)));
	});
}

#[test]
fn count_fails_for_who_is_counted() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		vote(BEN, poll, true);
		assert_ok!(count(poll, &[ANN]));
		assert_noop!(count(poll, &[ANN]), Error::<Test>::AlreadyCounted);
		// Nor through another delegate, nor twice in one call.
		vote(CEM, poll, true);
		delegate(ANN, CEM);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::AlreadyCounted);
		delegate(DOT, BEN);
		assert_noop!(count_all(poll, &[DOT, DOT]), Error::<Test>::AlreadyCounted);
		let sum: Balance = [ANN, BEN, CEM].into_iter().map(|who| weighs(poll, who)).sum();
		assert_eq!(counted(poll), (sum, 0));
	});
}

#[test]
fn count_fails_without_a_delegation_on_the_track_of_the_poll() {
	with_poll(|poll| {
		vote(BEN, poll, true);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::NotDelegating);
		assert_ok!(Voting::delegate(signed(ANN), 2, BEN, UNTIL));
		assert_noop!(count(poll, &[ANN]), Error::<Test>::NotDelegating);
		let second = submit(2);
		vote(BEN, second, true);
		assert_ok!(count(second, &[ANN]));
	});
}

#[test]
fn count_fails_when_the_delegation_has_expired() {
	with_poll(|poll| {
		for who in [ANN, CEM] {
			assert_ok!(Voting::delegate(signed(who), 1, BEN, 30));
		}
		vote(BEN, poll, true);
		System::set_block_number(30);
		assert_ok!(count(poll, &[ANN]));
		System::set_block_number(31);
		assert_noop!(count(poll, &[CEM]), Error::<Test>::DelegationExpired);
		// Who was counted before stays so.
		vote(BEN, poll, false);
		assert_eq!(counted(poll), (0, weighs(poll, ANN) + weighs(poll, BEN)));
	});
}

#[test]
fn count_fails_while_the_delegate_has_not_voted() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::DelegateSilent);
		vote(BEN, poll, true);
		assert_ok!(Voting::remove_vote(signed(BEN), poll));
		assert_noop!(count(poll, &[ANN]), Error::<Test>::DelegateSilent);
	});
}

#[test]
fn count_fails_through_two_delegates() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		delegate(BEN, CEM);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::DelegateDelegates);
		vote(CEM, poll, true);
		assert_noop!(count(poll, &[ANN]), Error::<Test>::DelegateDelegates);
		assert_ok!(count(poll, &[BEN]));
		// Ben is counted, and yet has not voted.
		assert_noop!(count(poll, &[ANN]), Error::<Test>::DelegateDelegates);
		assert_ok!(Voting::undelegate(signed(BEN), 1));
		assert_noop!(count(poll, &[ANN]), Error::<Test>::DelegateSilent);
		// Until it does, whomever it delegates to.
		delegate(BEN, CEM);
		vote(BEN, poll, false);
		assert_ok!(count(poll, &[ANN]));
		assert_eq!(counted(poll), (weighs(poll, CEM), weighs(poll, ANN) + weighs(poll, BEN)));
	});
}

#[test]
fn only_who_weighs_something_delegates() {
	with_poll(|_| {
		assert_noop!(Voting::delegate(signed(NIL), 1, BEN, UNTIL), Error::<Test>::NoWeight);
		// What has been minted just now weighs nothing yet.
		mint(NIL, UNIT);
		assert_noop!(Voting::delegate(signed(NIL), 1, BEN, UNTIL), Error::<Test>::NoWeight);
		wait(1);
		assert_ok!(Voting::delegate(signed(NIL), 1, BEN, UNTIL));
		burn(NIL, Perbill::one());
		assert_noop!(Voting::delegate(signed(NIL), 1, BEN, UNTIL + 1), Error::<Test>::NoWeight);
	});
}

#[test]
fn anybody_removes_a_delegation_that_has_expired() {
	with_poll(|_| {
		assert_noop!(Voting::expire_delegation(signed(NIL), ANN, 1), Error::<Test>::NotDelegating);
		delegate(ANN, BEN);
		System::set_block_number(UNTIL);
		assert_noop!(Voting::expire_delegation(signed(NIL), ANN, 1), Error::<Test>::DelegationLives);
		assert_noop!(Voting::expire_delegation(signed(NIL), ANN, 2), Error::<Test>::NotDelegating);
		wait(1);
		assert_ok!(Voting::expire_delegation(signed(NIL), ANN, 1));
		System::assert_last_event(Event::Undelegated { who: ANN, class: 1 }.into());
		assert_eq!(Delegations::<Test>::get(ANN, 1), None);
		assert_noop!(Voting::expire_delegation(signed(NIL), ANN, 1), Error::<Test>::NotDelegating);
	});
}

#[test]
fn count_fails_without_weight() {
	with_poll(|poll| {
		give(NIL, UNIT);
		for who in [NIL, DOT] {
			delegate(who, BEN);
		}
		vote(BEN, poll, true);
		burn(DOT, Perbill::one());
		for who in [NIL, DOT] {
			assert_noop!(count(poll, &[who]), Error::<Test>::NoWeight);
		}
		assert_eq!(counted(poll), (weighs(poll, BEN), 0));
	});
}

#[test]
fn count_fails_when_the_weights_are_not_kept_any_more() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		vote(BEN, poll, true);
		wait(u64::from(PERIOD * SNAPSHOTS));
		assert_noop!(count(poll, &[ANN]), Error::<Test>::SnapshotGone);
	});
}

#[test]
fn count_counts_all_or_none() {
	with_poll(|poll| {
		for who in [ANN, CEM] {
			delegate(who, BEN);
		}
		vote(BEN, poll, true);
		assert_noop!(count_all(poll, &[ANN, CEM, DOT]), Error::<Test>::NotDelegating);
		assert_eq!(counted(poll), (weighs(poll, BEN), 0));
		assert_eq!(delegated(poll, BEN), 0);
		assert_ok!(count_all(poll, &[ANN, CEM]));
	});
}

#[test]
fn count_reaches_several_delegates_at_once() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		delegate(CEM, DOT);
		vote(BEN, poll, true);
		vote(DOT, poll, false);
		assert_ok!(count(poll, &[CEM, ANN]));
		assert_eq!(counted(poll), (weighs(poll, ANN) + weighs(poll, BEN), weighs(poll, CEM) + weighs(poll, DOT)));
	});
}

#[test]
fn each_delegator_has_its_own_cap() {
	with_poll(|poll| {
		AccountCap::set(Perbill::from_percent(15));
		let cap = tally(poll).total * 15 / 100;
		for who in [ANN, CEM, DOT] {
			delegate(who, BEN);
		}
		vote(BEN, poll, true);
		assert_ok!(count(poll, &[ANN, CEM, DOT]));
		assert_eq!(counted(poll), (weighs(poll, ANN) + 3 * cap, 0));
		assert!(weighs(poll, ANN) < cap);
	});
}

#[test]
fn a_vote_of_ones_own_overrides_being_counted() {
	with_poll(|poll| {
		let [ann, ben, cem] = [ANN, BEN, CEM].map(|who| weighs(poll, who));
		for (aye, expected) in [(true, (ann + ben + cem, 0)), (false, (ben + cem, ann))] {
			for who in [ANN, CEM] {
				delegate(who, BEN);
			}
			vote(BEN, poll, true);
			assert_ok!(count(poll, &[ANN, CEM]));
			vote(ANN, poll, aye);
			System::assert_last_event(Event::Voted { who: ANN, poll, aye, own: ann, delegated: 0 }.into());
			assert_eq!(counted(poll), expected);
			assert_eq!(delegated(poll, BEN), cem);
			// The delegate moves without it.
			vote(BEN, poll, false);
			assert_eq!(counted(poll), if aye { (ann, ben + cem) } else { (0, ann + ben + cem) });
			for who in [ANN, CEM, BEN] {
				assert_ok!(Voting::remove_vote(signed(who), poll));
			}
		}
	});
}

#[test]
fn an_override_weighs_what_was_counted() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		vote(BEN, poll, true);
		let (ann, ben) = (weighs(poll, ANN), weighs(poll, BEN));
		assert_ok!(count(poll, &[ANN]));
		burn(ANN, Perbill::from_percent(90));
		vote(ANN, poll, false);
		assert_eq!(counted(poll), (ben, ann));
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		assert_ok!(count(poll, &[ANN]));
		assert_eq!(counted(poll), (ben + weighs(poll, ANN), 0));
		assert!(weighs(poll, ANN) < ann / 5);
	});
}

#[test]
fn a_vote_that_others_are_counted_through_is_not_removed() {
	with_poll(|poll| {
		delegate(ANN, BEN);
		vote(BEN, poll, true);
		assert_ok!(count(poll, &[ANN]));
		assert_noop!(Voting::remove_vote(signed(BEN), poll), Error::<Test>::CountedThrough);
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		System::assert_last_event(Event::VoteRemoved { who: ANN, poll }.into());
		assert_eq!(delegated(poll, BEN), 0);
		assert_eq!(counted(poll), (weighs(poll, BEN), 0));
		assert_ok!(Voting::remove_vote(signed(BEN), poll));
		assert_eq!(counted(poll), (0, 0));
	});
}

#[test]
fn who_leaves_its_delegate_can_be_counted_through_another() {
	with_poll(|poll| {
		let [ann, ben, cem] = [ANN, BEN, CEM].map(|who| weighs(poll, who));
		delegate(ANN, BEN);
		vote(BEN, poll, true);
		vote(CEM, poll, false);
		assert_ok!(count(poll, &[ANN]));
		// Naming another moves nothing.
		delegate(ANN, CEM);
		assert_eq!(counted(poll), (ann + ben, cem));
		vote(BEN, poll, false);
		assert_eq!(counted(poll), (0, ann + ben + cem));
		vote(BEN, poll, true);
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		assert_ok!(count(poll, &[ANN]));
		assert_eq!(counted(poll), (ben, ann + cem));
		assert_eq!((delegated(poll, BEN), delegated(poll, CEM)), (0, ann));
	});
}

#[test]
fn who_is_counted_can_become_a_delegate_by_voting() {
	with_poll(|poll| {
		let [ann, ben, cem] = [ANN, BEN, CEM].map(|who| weighs(poll, who));
		delegate(ANN, BEN);
		delegate(BEN, CEM);
		vote(CEM, poll, true);
		assert_ok!(count(poll, &[BEN]));
		vote(BEN, poll, false);
		assert_ok!(count(poll, &[ANN]));
		assert_eq!(counted(poll), (cem, ann + ben));
		// It has Ann to answer for: it cannot slip back behind its delegate.
		assert_noop!(Voting::remove_vote(signed(BEN), poll), Error::<Test>::CountedThrough);
		assert_noop!(count(poll, &[BEN]), Error::<Test>::AlreadyVoted);
	});
}

#[test]
fn everything_in_the_order_of_a_long_poll() {
	with_poll(|poll| {
		let [ann, ben] = [ANN, BEN].map(|who| weighs(poll, who));
		delegate(ANN, BEN);
		vote(BEN, poll, true);
		assert_ok!(count(poll, &[ANN]));
		assert_eq!(counted(poll), (ann + ben, 0));
		vote(ANN, poll, false);
		assert_eq!(counted(poll), (ben, ann));
		vote(BEN, poll, false);
		assert_eq!(counted(poll), (0, ann + ben));
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		assert_eq!(counted(poll), (0, ben));
		assert_ok!(count(poll, &[ANN]));
		assert_eq!(counted(poll), (0, ann + ben));
		assert_noop!(Voting::remove_vote(signed(BEN), poll), Error::<Test>::CountedThrough);
		assert_ok!(Voting::undelegate(signed(ANN), 1));
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		assert_noop!(count(poll, &[ANN]), Error::<Test>::NotDelegating);
		assert_ok!(Voting::remove_vote(signed(BEN), poll));
		assert_eq!(counted(poll), (0, 0));
		vote(ANN, poll, true);
		end(poll, true);
		assert_noop!(count(poll, &[BEN]), Error::<Test>::NotOngoing);
		assert_ok!(Voting::forget_ballots(signed(NIL), poll, 10));
	});
}

#[test]
fn many_accounts_behind_a_delegate_weigh_what_one_would() {
	build_and_execute(|| {
		give(ANN, 16 * UNIT);
		let many = 100..116u64;
		many.clone().for_each(|who| give(who, UNIT));
		next_period();
		let poll = submit(1);
		for who in many.clone() {
			if who > 100 {
				delegate(who, 100);
			}
		}
		vote(100, poll, true);
		vote(ANN, poll, false);
		let delegators: Vec<u64> = many.skip(1).collect();
		for some in delegators.chunks(4) {
			assert_ok!(count(poll, some));
			assert_noop!(count(poll, some), Error::<Test>::AlreadyCounted);
		}
		let (ayes, nays) = counted(poll);
		assert!(ayes <= nays && nays - ayes <= 16, "{ayes} and {nays}");
	});
}
