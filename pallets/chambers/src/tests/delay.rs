//! Either chamber may delay once.

use crate::{mock::*, Chamber::*, Error, Event, Power};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

#[test]
fn delay_adds_its_period_once_for_each_chamber() {
	build_and_execute(|| {
		let (power, of) = (Power::Root, hash(&probe(1)));
		let due = carried(power, &probe(1));
		events();
		for (chamber, old) in [(Contribution, due), (Stake, due + DELAY)] {
			assert_ok!(Chambers::delay(delays(chamber), power, of));
			assert_noop!(Chambers::delay(delays(chamber), power, of), Error::<Test>::AlreadyDelayed);
			assert_eq!(events(), [Event::Delayed { chamber, power, proposal: of, old, due: old + DELAY }]);
		}
		run_to(due + 2 * DELAY - 1);
		assert_eq!(seen(), []);
		run_to(due + 2 * DELAY);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn delay_is_refused_for_what_is_not_scheduled() {
	build_and_execute(|| {
		let of = hash(&probe(1));
		assert_noop!(Chambers::delay(delays(Stake), Power::Root, of), Error::<Test>::NoProposal);
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(1))));
		assert_noop!(Chambers::delay(delays(Stake), Power::Root, of), Error::<Test>::NotScheduled);
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(1))));
		assert_noop!(Chambers::delay(delays(Stake), Power::Treasury, of), Error::<Test>::NoProposal);
		run_to(now() + ENACTMENT);
		assert_noop!(Chambers::delay(delays(Stake), Power::Root, of), Error::<Test>::NoProposal);
	});
}

#[test]
fn delay_refuses_other_origins() {
	build_and_execute(|| {
		carried(Power::Root, &probe(1));
		for origin in [
			RuntimeOrigin::root(),
			RuntimeOrigin::signed(ALICE),
			assents(Stake, Power::Root),
			crate::Origin::Enact.into(),
		] {
			assert_noop!(Chambers::delay(origin, Power::Root, hash(&probe(1))), BadOrigin);
		}
	});
}

#[test]
fn delay_is_used_up_even_if_the_proposal_is_scheduled_again() {
	build_and_execute(|| {
		let (power, of) = (Power::Root, hash(&probe(1)));
		carried(power, &probe(1));
		assert_ok!(Chambers::delay(delays(Stake), power, of));
		assert_ok!(Chambers::withdraw(assents(Contribution, power), of));
		assert_noop!(Chambers::delay(delays(Contribution), power, of), Error::<Test>::NotScheduled);
		assert_ok!(Chambers::assent(assents(Contribution, power), inline(&probe(1))));
		assert_noop!(Chambers::delay(delays(Stake), power, of), Error::<Test>::AlreadyDelayed);
		assert_ok!(Chambers::delay(delays(Contribution), power, of));
		run_to(1 + ENACTMENT + DELAY);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn delay_works_when_the_wake_up_is_late() {
	build_and_execute(|| {
		let (power, of) = (Power::Root, hash(&probe(1)));
		let due = carried(power, &probe(1));
		// Blocks in which the scheduler had no room.
		System::set_block_number(due + 2);
		assert_ok!(Chambers::delay(delays(Stake), power, of));
		assert_eq!(proposal(power, &probe(1)).unwrap().due, Some(due + 2 + DELAY));
		run_to(due + 2 + DELAY);
		assert_eq!(seen().len(), 1);
	});
}
