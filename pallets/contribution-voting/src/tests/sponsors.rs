//! Sponsors and those that they answer for.

use crate::{mock::*, Bonded, Error, Event, Given, Guarantor, HoldReason, Invitations, Sponsors, Sponsorship, Tiers};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{traits::Contributions, Balance};
use sp_runtime::DispatchResult;

/// A gateway, bonded.
const GATEWAY: u64 = 1;
/// One of its payers.
const PAYER: u64 = 2;
const AGENT: u64 = 10;
/// The weight that the gateway may have given at a time.
const BOUND: Balance = MIN_BOND / FACTOR as Balance;

/// The gateway has bonded.
fn gateway(test: impl FnOnce()) {
	build_and_execute(|| {
		Voting::bond(signed(GATEWAY), MIN_BOND).unwrap();
		test();
	});
}

fn sponsor(payer: u64) {
	sponsor_up_to(payer, BOUND);
}

fn sponsor_up_to(payer: u64, limit: Balance) {
	Voting::invite(signed(GATEWAY), payer, limit).unwrap();
	Voting::accept(signed(payer), GATEWAY).unwrap();
}

fn guarantor(payer: u64) -> Option<Guarantor<u64>> {
	Bonded::<Test>::guarantor(&payer)
}

fn reserve(payer: u64, weight: Balance) -> DispatchResult {
	<Voting as Contributions<u64>>::reserve(&payer, &AGENT, weight).map(|guarantor| assert_eq!(guarantor, GATEWAY))
}

#[test]
fn a_sponsor_answers_for_whom_it_invited_and_who_accepted() {
	gateway(|| {
		assert_eq!(guarantor(PAYER), None);
		assert_ok!(Voting::invite(signed(GATEWAY), PAYER, 70));
		System::assert_last_event(Event::Invited { sponsor: GATEWAY, payer: PAYER, limit: 70 }.into());
		assert_eq!(guarantor(PAYER), None);
		assert_ok!(Voting::accept(signed(PAYER), GATEWAY));
		System::assert_last_event(Event::Sponsored { sponsor: GATEWAY, payer: PAYER, limit: 70 }.into());
		assert_eq!(guarantor(PAYER), Some(Guarantor { account: GATEWAY, bound: BOUND, limit: Some(70) }));
		let sponsorship = Sponsorship { sponsor: GATEWAY, limit: 70, given: Given { amount: 0, at: 1 } };
		assert_eq!((Sponsors::<Test>::get(PAYER), Invitations::<Test>::iter().count()), (Some(sponsorship), 0));
		assert_eq!(held(GATEWAY, HoldReason::Sponsorship), DEPOSIT);
	});
}

#[test]
fn payers_of_one_sponsor_share_its_room() {
	gateway(|| {
		sponsor(2);
		sponsor(3);
		assert_eq!(held(GATEWAY, HoldReason::Sponsorship), 2 * DEPOSIT);
		assert_ok!(reserve(2, 40));
		// What they pay one agent is discounted together: splitting among payers gains nothing.
		let both = Voting::room(3, AGENT);
		assert_eq!(both, Voting::room(2, AGENT));
		assert_eq!(both, Voting::room(GATEWAY, AGENT));
		assert_noop!(reserve(3, both + 1), Error::<Test>::NoRoom);
		assert_ok!(reserve(3, both));
		assert_eq!((Voting::given_by(&2), Voting::given_by(&3)), (0, 0));
		assert!(Voting::given_by(&GATEWAY) <= BOUND);
	});
}

#[test]
fn a_payer_uses_up_no_more_than_its_limit_of_the_room_of_its_sponsor() {
	gateway(|| {
		sponsor_up_to(2, 30);
		sponsor_up_to(3, 60);
		assert_eq!((Voting::room(2, AGENT), Voting::room(3, AGENT)), (30, 60));
		assert_noop!(reserve(2, 31), Error::<Test>::NoRoom);
		assert_ok!(reserve(2, 20));
		assert_eq!((guarantor(2).unwrap().limit, guarantor(3).unwrap().limit), (Some(10), Some(60)));
		// The price of the pair counts: a fifth more.
		assert_noop!(reserve(2, 9), Error::<Test>::NoRoom);
		assert_ok!(reserve(2, 8));
		assert_eq!((Voting::given_by(&GATEWAY), Voting::room(2, AGENT), Voting::room(2, 11)), (30, 0, 0));
		// The other one is not hindered.
		assert_ok!(reserve(3, 40));
		// What is given back is free for the one who had it.
		<Voting as Contributions<u64>>::release(&2, &GATEWAY, &AGENT, 8);
		assert_eq!((Voting::room(2, 11), Voting::given_by(&GATEWAY)), (8, 30 - 8 + 52));
		wait(SLOW.into());
		assert_eq!((Voting::room(2, 11), Voting::room(3, 11)), (19, 34));
	});
}

#[test]
fn the_sponsor_has_no_more_room_however_high_the_limits() {
	gateway(|| {
		sponsor_up_to(2, Balance::MAX);
		sponsor_up_to(3, Balance::MAX);
		assert_eq!(Voting::room(2, AGENT), BOUND);
		assert_ok!(reserve(2, BOUND));
		assert_noop!(reserve(3, 1), Error::<Test>::NoRoom);
		assert!(Voting::weighs(3, AGENT, 0) && !Voting::weighs(3, AGENT, 1));
	});
}

#[test]
fn a_sponsor_changes_the_limit_by_inviting_again() {
	gateway(|| {
		Voting::invite(signed(GATEWAY), PAYER, 10).unwrap();
		assert_ok!(Voting::invite(signed(GATEWAY), PAYER, 20));
		System::assert_last_event(Event::LimitChanged { sponsor: GATEWAY, payer: PAYER, limit: 20 }.into());
		Voting::accept(signed(PAYER), GATEWAY).unwrap();
		reserve(PAYER, 15).unwrap();
		assert_ok!(Voting::invite(signed(GATEWAY), PAYER, 12));
		System::assert_last_event(Event::LimitChanged { sponsor: GATEWAY, payer: PAYER, limit: 12 }.into());
		// Less than was given: nothing until it has faded.
		assert_eq!((Voting::room(PAYER, 11), Invitations::<Test>::iter().count()), (0, 0));
		assert_ok!(Voting::invite(signed(GATEWAY), PAYER, 40));
		assert_eq!(Voting::room(PAYER, 11), 25);
		assert_eq!(held(GATEWAY, HoldReason::Sponsorship), DEPOSIT);
		// Of a payer of another sponsor, it is the invitation that changes.
		Voting::bond(signed(3), MIN_BOND).unwrap();
		Voting::invite(signed(3), PAYER, 1).unwrap();
		Voting::invite(signed(3), PAYER, 2).unwrap();
		assert_eq!((Voting::room(PAYER, 11), Invitations::<Test>::get(3, PAYER)), (25, Some(2)));
	});
}

#[test]
fn invite_fails_without_a_bond_and_for_oneself_and_twice() {
	gateway(|| {
		assert_noop!(Voting::invite(signed(3), PAYER, 5), Error::<Test>::NotBonded);
		assert_noop!(Voting::invite(signed(GATEWAY), GATEWAY, 5), Error::<Test>::Yourself);
		Voting::invite(signed(GATEWAY), PAYER, 5).unwrap();
		assert_noop!(Voting::invite(signed(GATEWAY), PAYER, 5), Error::<Test>::AlreadyInvited);
		Voting::accept(signed(PAYER), GATEWAY).unwrap();
		assert_noop!(Voting::invite(signed(GATEWAY), PAYER, 5), Error::<Test>::AlreadyInvited);
	});
}

#[test]
fn accept_fails_without_an_invitation_or_with_another_guarantor() {
	gateway(|| {
		assert_noop!(Voting::accept(signed(PAYER), GATEWAY), Error::<Test>::NotInvited);
		Voting::bond(signed(3), MIN_BOND).unwrap();
		Voting::invite(signed(GATEWAY), 3, BOUND).unwrap();
		assert_noop!(Voting::accept(signed(3), GATEWAY), Error::<Test>::AlreadyGuaranteed);
		sponsor(PAYER);
		Voting::invite(signed(3), PAYER, BOUND).unwrap();
		assert_noop!(Voting::accept(signed(PAYER), 3), Error::<Test>::AlreadyGuaranteed);
		// It can change: part, then accept.
		Voting::part(signed(PAYER), GATEWAY, PAYER).unwrap();
		assert_ok!(Voting::accept(signed(PAYER), 3));
	});
}

#[test]
fn who_has_a_sponsor_does_not_bond() {
	gateway(|| {
		sponsor(PAYER);
		assert_noop!(Voting::bond(signed(PAYER), MIN_BOND), Error::<Test>::AlreadyGuaranteed);
		Voting::part(signed(PAYER), GATEWAY, PAYER).unwrap();
		assert_ok!(Voting::bond(signed(PAYER), MIN_BOND));
	});
}

#[test]
fn either_ends_a_sponsorship_and_the_deposit_comes_back() {
	gateway(|| {
		for caller in [GATEWAY, PAYER] {
			sponsor(PAYER);
			assert_noop!(Voting::part(signed(3), GATEWAY, PAYER), Error::<Test>::NotSponsored);
			assert_ok!(Voting::part(signed(caller), GATEWAY, PAYER));
			System::assert_last_event(Event::SponsorshipEnded { sponsor: GATEWAY, payer: PAYER }.into());
			assert_eq!((guarantor(PAYER), held(GATEWAY, HoldReason::Sponsorship)), (None, 0));
			assert_noop!(Voting::part(signed(caller), GATEWAY, PAYER), Error::<Test>::NotSponsored);
		}
	});
}

#[test]
fn either_ends_an_invitation() {
	gateway(|| {
		for caller in [GATEWAY, PAYER] {
			Voting::invite(signed(GATEWAY), PAYER, BOUND).unwrap();
			assert_ok!(Voting::part(signed(caller), GATEWAY, PAYER));
			assert_eq!(held(GATEWAY, HoldReason::Sponsorship), 0);
			assert_noop!(Voting::accept(signed(PAYER), GATEWAY), Error::<Test>::NotInvited);
		}
	});
}

/// A payer with another sponsor declines an invitation without leaving that sponsor.
#[test]
fn part_ends_what_is_named() {
	gateway(|| {
		Voting::bond(signed(3), MIN_BOND).unwrap();
		sponsor(PAYER);
		Voting::invite(signed(3), PAYER, BOUND).unwrap();
		assert_ok!(Voting::part(signed(PAYER), 3, PAYER));
		assert!(Voting::is_sponsored_by(&PAYER, &GATEWAY));
		assert_eq!((held(3, HoldReason::Sponsorship), held(GATEWAY, HoldReason::Sponsorship)), (0, DEPOSIT));
	});
}

#[test]
fn a_sponsor_without_a_bond_answers_for_nobody() {
	gateway(|| {
		sponsor(PAYER);
		Voting::unbond(signed(GATEWAY), MIN_BOND).unwrap();
		assert_eq!(guarantor(PAYER), None);
		assert_noop!(reserve(PAYER, 1), Error::<Test>::NoGuarantor);
		Voting::bond(signed(GATEWAY), MIN_BOND).unwrap();
		assert_ok!(reserve(PAYER, 1));
	});
}
