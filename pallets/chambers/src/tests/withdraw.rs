//! A chamber that changes its mind.

use crate::{mock::*, Chamber::*, Error, Event, Power, Proposals};
use frame_support::{assert_noop, assert_ok, traits::QueryPreimage};
use sp_runtime::traits::BadOrigin;

#[test]
fn withdraw_stops_what_is_scheduled() {
	for chamber in [Stake, Contribution] {
		build_and_execute(|| {
			let (power, of) = (Power::Root, hash(&probe(1)));
			let due = carried(power, &probe(1));
			assert_ok!(Chambers::delay(delays(Stake), power, of));
			events();
			run_to(due);
			assert_ok!(Chambers::withdraw(assents(chamber, power), of));
			let proposal = of;
			assert_eq!(
				events(),
				[Event::Withdrawn { chamber, power, proposal }, Event::Unscheduled { power, proposal }]
			);
			run_to(due + ASSENT_PERIOD);
			assert_eq!(seen(), []);
		});
	}
}

#[test]
fn withdraw_leaves_the_assent_of_the_other_chamber() {
	build_and_execute(|| {
		let power = Power::Root;
		carried(power, &probe(1));
		assert_ok!(Chambers::withdraw(assents(Stake, power), hash(&probe(1))));
		assert_noop!(Chambers::assent(assents(Contribution, power), inline(&probe(1))), Error::<Test>::AlreadyAssented);
		assert_ok!(Chambers::assent(assents(Stake, power), inline(&probe(1))));
		run_to(1 + ENACTMENT);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn withdraw_forgets_what_nobody_assents_to_any_more() {
	build_and_execute(|| {
		let call = long(1);
		note(&call);
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), lookup(&call)));
		assert_ok!(Chambers::withdraw(assents(Stake, Power::Root), hash(&call)));
		assert_eq!(Proposals::<Test>::count(), 0);
		assert!(!<Preimage as QueryPreimage>::is_requested(&hash(&call)));
		assert_ok!(Preimage::unnote_preimage(RuntimeOrigin::signed(ALICE), hash(&call)));
	});
}

#[test]
fn withdraw_is_refused_without_an_assent() {
	build_and_execute(|| {
		let of = hash(&probe(1));
		assert_noop!(Chambers::withdraw(assents(Stake, Power::Root), of), Error::<Test>::NoProposal);
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(1))));
		assert_noop!(Chambers::withdraw(assents(Stake, Power::Root), of), Error::<Test>::NotAssented);
		assert_noop!(Chambers::withdraw(assents(Contribution, Power::Bridge), of), Error::<Test>::NoProposal);
		run_to(2 + ASSENT_PERIOD);
		assert_noop!(Chambers::withdraw(assents(Contribution, Power::Root), of), Error::<Test>::NoProposal);
	});
}

#[test]
fn withdraw_refuses_other_origins() {
	build_and_execute(|| {
		carried(Power::Root, &probe(1));
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::signed(ALICE), delays(Stake)] {
			assert_noop!(Chambers::withdraw(origin, hash(&probe(1))), BadOrigin);
		}
	});
}

#[test]
fn withdraw_of_the_chamber_that_is_not_needed_stops_nothing() {
	build_and_execute(|| {
		IsConstituted::set(false);
		carried(Power::Root, &probe(1));
		assert_ok!(Chambers::withdraw(assents(Contribution, Power::Root), hash(&probe(1))));
		run_to(1 + ENACTMENT);
		assert_eq!(seen().len(), 1);
	});
}
