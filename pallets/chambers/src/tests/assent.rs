//! Who assents to what, and when it is enough.

use crate::{mock::*, Chamber::*, Error, Event, Power, Proposals, WeightInfo};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	traits::{schedule::DispatchTime, Bounded, QueryPreimage},
	weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{
	traits::{BadOrigin, BlakeTwo256, Hash},
	DispatchError,
};

#[test]
fn assent_schedules_when_both_chambers_have_assented() {
	for (first, second) in [(Stake, Contribution), (Contribution, Stake)] {
		build_and_execute(|| {
			let (call, power) = (probe(1), Power::Root);
			assert_ok!(Chambers::assent(assents(first, power), inline(&call)));
			assert_eq!(proposal(power, &call).unwrap().due, None);
			run_to(1 + ASSENT_PERIOD);
			assert_ok!(Chambers::assent(assents(second, power), inline(&call)));

			let due = now() + ENACTMENT;
			assert_eq!(proposal(power, &call).unwrap().due, Some(due));
			let of = hash(&call);
			assert_eq!(
				events(),
				[
					Event::Assented { chamber: first, power, proposal: of },
					Event::Assented { chamber: second, power, proposal: of },
					Event::Scheduled { power, proposal: of, due },
				]
			);
		});
	}
}

#[test]
fn assent_of_one_chamber_alone_never_carries_out_a_call() {
	for chamber in [Stake, Contribution] {
		build_and_execute(|| {
			for power in [Power::Root, Power::Upgrade, Power::Treasury, Power::Bridge] {
				assert_ok!(Chambers::assent(assents(chamber, power), inline(&probe(1))));
				assert_noop!(
					Chambers::assent(assents(chamber, power), inline(&probe(1))),
					Error::<Test>::AlreadyAssented
				);
			}
			run_to(3 * ASSENT_PERIOD);
			assert_eq!(seen(), []);
		});
	}
}

#[test]
fn assent_to_the_same_call_under_another_power_does_not_count() {
	build_and_execute(|| {
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(1))));
		assert_ok!(Chambers::assent(assents(Contribution, Power::Treasury), inline(&probe(1))));
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(2))));
		run_to(3 * ASSENT_PERIOD);
		assert_eq!(seen(), []);
	});
}

#[test]
fn assent_of_the_stake_chamber_is_enough_when_the_other_one_is_not_constituted() {
	build_and_execute(|| {
		IsConstituted::set(false);
		assert_ok!(Chambers::assent(assents(Stake, Power::Upgrade), inline(&probe(1))));
		// The contribution chamber may assent too; that changes nothing, and alone it is not enough.
		assert_ok!(Chambers::assent(assents(Contribution, Power::Upgrade), inline(&probe(1))));
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(1))));
		run_to(3 * ASSENT_PERIOD);
		assert_eq!(seen(), [(caller(Power::Upgrade), 1, 1 + ENACTMENT)]);
	});
}

#[test]
fn assent_begins_anew_when_the_first_one_is_too_old() {
	build_and_execute(|| {
		let (call, power, of) = (probe(1), Power::Root, hash(&probe(1)));
		assert_ok!(Chambers::assent(assents(Stake, power), inline(&call)));
		run_to(2 + ASSENT_PERIOD);
		events();
		assert_ok!(Chambers::assent(assents(Contribution, power), inline(&call)));

		let (chamber, proposal) = (Contribution, of);
		assert_eq!(events(), [Event::Expired { power, proposal }, Event::Assented { chamber, power, proposal }]);
		assert_eq!(Proposals::<Test>::count(), 1);
		assert_ok!(Chambers::assent(assents(Stake, power), inline(&call)));
		run_to(now() + ENACTMENT);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn assent_refuses_other_origins() {
	build_and_execute(|| {
		for origin in [
			RuntimeOrigin::root(),
			RuntimeOrigin::signed(ALICE),
			RuntimeOrigin::none(),
			delays(Stake),
			crate::Origin::Enact.into(),
		] {
			assert_noop!(Chambers::assent(origin, inline(&probe(1))), BadOrigin);
		}
	});
}

#[test]
fn assent_refuses_what_is_not_noted() {
	build_and_execute(|| {
		let call = long(1);
		let origin = || assents(Stake, Power::Root);
		assert_noop!(Chambers::assent(origin(), lookup(&call)), Error::<Test>::NotNoted);
		note(&call);
		let (hash, len) = (hash(&call), call.encode().len() as u32);
		assert_noop!(Chambers::assent(origin(), Bounded::Lookup { hash, len: len - 1 }), Error::<Test>::NotNoted);
		let legacy = Bounded::Legacy { hash, dummy: Default::default() };
		assert_noop!(Chambers::assent(origin(), legacy), Error::<Test>::NoLength);
		assert_ok!(Chambers::assent(origin(), lookup(&call)));
	});
}

#[test]
fn assent_refuses_what_is_no_call() {
	build_and_execute(|| {
		let origin = || assents(Stake, Power::Root);
		for bytes in [vec![], vec![250], [probe(1).encode(), vec![0]].concat()] {
			let call = Bounded::Inline(bytes.try_into().unwrap());
			assert_noop!(Chambers::assent(origin(), call), Error::<Test>::NotACall);
		}
		let noise = vec![250; 200];
		Preimage::note_preimage(RuntimeOrigin::signed(ALICE), noise.clone()).unwrap();
		let call = Bounded::Lookup { hash: BlakeTwo256::hash(&noise), len: 200 };
		assert_noop!(Chambers::assent(origin(), call), Error::<Test>::NotACall);
	});
}

#[test]
fn assent_refuses_calls_that_the_power_does_not_extend_to() {
	build_and_execute(|| {
		let call = RuntimeCall::Probe(probe::Call::fail {});
		assert_noop!(Chambers::assent(assents(Stake, Power::Bridge), inline(&call)), Error::<Test>::NotAllowed);
		assert_ok!(Chambers::assent(assents(Stake, Power::Treasury), inline(&call)));
	});
}

#[test]
fn assent_refuses_calls_that_could_never_be_carried_out() {
	build_and_execute(|| {
		let base = <Test as crate::Config>::WeightInfo::enact(inline(&probe(1)).len().unwrap());
		let room = Weight::from_parts((MaxWeight::get() - base).ref_time(), 0);
		ProbeWeight::set(room + Weight::from_parts(1, 0));
		assert_noop!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(1))), Error::<Test>::TooHeavy);
		ProbeWeight::set(room);
		carried(Power::Root, &probe(1));
		run_to(now() + ENACTMENT);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn assent_refuses_more_proposals_than_there_may_be() {
	build_and_execute(|| {
		for number in 0..MAX_PROPOSALS {
			assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(number))));
		}
		assert_noop!(
			Chambers::assent(assents(Stake, Power::Root), inline(&probe(99))),
			Error::<Test>::TooManyProposals
		);
		// The second assent takes no room.
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(0))));
		run_to(now() + ENACTMENT);
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(99))));
	});
}

#[test]
fn assent_holds_the_preimage_until_the_call_is_carried_out() {
	build_and_execute(|| {
		let call = long(1);
		note(&call);
		assert!(!<Preimage as QueryPreimage>::is_requested(&hash(&call)));
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), lookup(&call)));
		// The owner gets its deposit back, and the chain keeps the bytes.
		assert_ok!(Preimage::unnote_preimage(RuntimeOrigin::signed(ALICE), hash(&call)));
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), lookup(&call)));
		run_to(now() + ENACTMENT);
		assert_eq!(seen(), [(None, 1, 1 + ENACTMENT)]);
		assert!(!<Preimage as QueryPreimage>::have(&lookup(&call)));
	});
}

#[test]
fn assent_counts_however_the_call_is_named() {
	build_and_execute(|| {
		let call = probe(1);
		note(&call);
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), lookup(&call)));
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&call)));
		run_to(now() + ENACTMENT);
		assert_eq!(seen().len(), 1);
	});
}

/// Others fill the agenda of `block`.
fn fill(block: u64) {
	for _ in 0..AGENDA {
		let origin = RawOrigin::Root.into();
		<Scheduler as frame_support::traits::schedule::v3::Anon<_, _, _>>::schedule(
			DispatchTime::At(block),
			None,
			0,
			origin,
			inline(&probe(9)),
		)
		.unwrap();
	}
}

#[test]
fn assent_finds_room_in_a_later_block_when_agendas_are_full() {
	build_and_execute(|| {
		let due = now() + ENACTMENT;
		fill(due);
		fill(due + 1);
		assert_eq!(carried(Power::Root, &probe(1)), due + 2);
		for later in 2..u64::from(crate::ATTEMPTS) {
			assert_ne!(fill_up(due + later), 0);
		}
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(2))));
		assert_noop!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(2))), Error::<Test>::NoRoom);
		// In the next block there is some.
		run_to(now() + 1);
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(2))));
	});
}

/// Fills what is left of the agenda of `block`. Answers how much it was.
fn fill_up(block: u64) -> u32 {
	let mut filled = 0;
	while let Ok(_) | Err(DispatchError::Module(_)) =
		<Scheduler as frame_support::traits::schedule::v3::Anon<_, _, _>>::schedule(
			DispatchTime::At(block),
			None,
			0,
			RawOrigin::Root.into(),
			inline(&probe(9)),
		) {
		filled += 1;
	}
	filled
}
