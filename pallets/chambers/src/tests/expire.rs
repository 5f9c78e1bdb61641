//! What is over is forgotten.

use crate::{mock::*, Chamber::*, Error, Event, Power, Proposals};
use frame_support::{assert_noop, assert_ok, dispatch::Pays, traits::QueryPreimage, weights::Weight};
use sp_runtime::traits::BadOrigin;

#[test]
fn expire_forgets_what_lacks_an_assent_for_too_long() {
	build_and_execute(|| {
		let (call, power) = (long(1), Power::Root);
		note(&call);
		assert_ok!(Chambers::assent(assents(Stake, power), lookup(&call)));
		run_to(1 + ASSENT_PERIOD);
		let expire = || Chambers::expire(RuntimeOrigin::signed(ALICE), power, hash(&call));
		assert_noop!(expire(), Error::<Test>::NotExpired);
		run_to(2 + ASSENT_PERIOD);
		events();
		assert_eq!(expire().unwrap().pays_fee, Pays::No);
		assert_eq!(events(), [Event::Expired { power, proposal: hash(&call) }]);
		assert_noop!(expire(), Error::<Test>::NoProposal);
		assert!(!<Preimage as QueryPreimage>::is_requested(&hash(&call)));
		// It can be proposed again.
		assert_ok!(Chambers::assent(assents(Stake, power), lookup(&call)));
	});
}

#[test]
fn expire_makes_room() {
	build_and_execute(|| {
		for number in 0..MAX_PROPOSALS {
			assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(number))));
		}
		run_to(2 + ASSENT_PERIOD);
		let assent = || Chambers::assent(assents(Stake, Power::Root), inline(&probe(99)));
		assert_noop!(assent(), Error::<Test>::TooManyProposals);
		assert_ok!(Chambers::expire(RuntimeOrigin::signed(ALICE), Power::Root, hash(&probe(3))));
		assert_ok!(assent());
	});
}

#[test]
fn expire_forgets_what_was_not_carried_out_but_not_what_is_late() {
	build_and_execute(|| {
		let (power, of) = (Power::Root, hash(&probe(1)));
		let due = carried(power, &probe(1));
		let expire = || Chambers::expire(RuntimeOrigin::signed(ALICE), power, of);
		assert_noop!(expire(), Error::<Test>::NotExpired);
		// The scheduler had no room.
		System::set_block_number(due + ASSENT_PERIOD);
		assert_noop!(expire(), Error::<Test>::NotExpired);
		assert_noop!(Chambers::assent(assents(Stake, power), inline(&probe(1))), Error::<Test>::AlreadyAssented);
		System::set_block_number(due + ASSENT_PERIOD + 1);
		assert_ok!(expire());
		assert_eq!(Proposals::<Test>::count(), 0);
		// A wake-up that comes after all does nothing.
		assert_noop!(
			Chambers::enact(crate::Origin::Enact.into(), power, of, Weight::MAX, 0),
			Error::<Test>::NotScheduled
		);
	});
}

#[test]
fn expire_is_for_accounts() {
	build_and_execute(|| {
		assert_noop!(Chambers::expire(RuntimeOrigin::none(), Power::Root, hash(&probe(1))), BadOrigin);
		assert_noop!(
			Chambers::expire(RuntimeOrigin::signed(ALICE), Power::Root, hash(&probe(1))),
			Error::<Test>::NoProposal
		);
	});
}
