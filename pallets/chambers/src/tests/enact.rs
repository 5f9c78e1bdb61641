//! What is agreed is carried out, once, with the right power, when it is due.

use crate::{mock::*, Chamber::*, Error, Event, Origin, Power, WeightInfo};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::GetDispatchInfo,
	traits::{schedule::v3::Named, QueryPreimage},
	weights::Weight,
};
use sp_runtime::{traits::BadOrigin, DispatchError};

fn enact(power: Power, call: &RuntimeCall) -> RuntimeCall {
	let len = call.encode().len() as u32;
	RuntimeCall::Chambers(crate::Call::enact { power, proposal: hash(call), weight: ProbeWeight::get(), len })
}

fn enact_now(power: Power, call: &RuntimeCall) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Chambers::enact(Origin::Enact.into(), power, hash(call), ProbeWeight::get(), call.encode().len() as u32)
}

#[test]
fn enact_dispatches_with_the_origin_of_the_power() {
	for power in [Power::Root, Power::Upgrade, Power::Treasury, Power::Bridge] {
		build_and_execute(|| {
			let due = carried(power, &probe(1));
			run_to(due - 1);
			assert_eq!(seen(), []);
			run_to(due);
			assert_eq!(seen(), [(caller(power), 1, due)]);
			assert_eq!(proposal(power, &probe(1)), None);
			assert!(events().contains(&Event::Enacted { power, proposal: hash(&probe(1)), result: Ok(()) }));
			run_to(due + 2 * ASSENT_PERIOD);
			assert_eq!(seen().len(), 1);
		});
	}
}

#[test]
fn enact_tells_what_failed_and_leaves_no_trace_of_it() {
	build_and_execute(|| {
		let call = RuntimeCall::Probe(probe::Call::fail {});
		run_to(carried(Power::Root, &call));
		assert_eq!(seen(), []);
		let result = Err(probe::Error::<Test>::Failed.into());
		assert!(events().contains(&Event::Enacted { power: Power::Root, proposal: hash(&call), result }));
		assert_eq!(proposal(Power::Root, &call), None);
	});
}

#[test]
fn enact_refuses_other_origins() {
	build_and_execute(|| {
		let due = carried(Power::Root, &probe(1));
		System::set_block_number(due);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::signed(ALICE), assents(Stake, Power::Root), delays(Stake)]
		{
			assert_noop!(Chambers::enact(origin, Power::Root, hash(&probe(1)), Weight::MAX, 0), BadOrigin);
		}
		run_to(due + 1);
	});
}

#[test]
fn enact_does_nothing_that_is_not_due() {
	build_and_execute(|| {
		assert_noop!(enact_now(Power::Root, &probe(1)), Error::<Test>::NotScheduled);
		assert_ok!(Chambers::assent(assents(Stake, Power::Root), inline(&probe(1))));
		assert_noop!(enact_now(Power::Root, &probe(1)), Error::<Test>::NotScheduled);
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), inline(&probe(1))));
		assert_noop!(enact_now(Power::Root, &probe(1)), Error::<Test>::NotScheduled);
		assert_noop!(enact_now(Power::Treasury, &probe(1)), Error::<Test>::NotScheduled);
		System::set_block_number(now() + ENACTMENT);
		assert_ok!(enact_now(Power::Root, &probe(1)));
		assert_noop!(enact_now(Power::Root, &probe(1)), Error::<Test>::NotScheduled);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn enact_weighs_what_the_call_weighs() {
	build_and_execute(|| {
		ProbeWeight::set(Weight::from_parts(50_000_000_000, 0));
		let due = carried(Power::Root, &probe(1));
		let base = <Test as crate::Config>::WeightInfo::enact(probe(1).encode().len() as u32);
		// It may have to be scheduled again, which reads more.
		let most = ProbeWeight::get().max(<Test as crate::Config>::WeightInfo::delay());
		assert_eq!(enact(Power::Root, &probe(1)).get_dispatch_info().call_weight, base + most);
		System::set_block_number(due);
		let spent = enact_now(Power::Root, &probe(1)).unwrap().actual_weight;
		assert_eq!(spent, Some(base + ProbeWeight::get() / 2));
	});
}

#[test]
fn enact_is_scheduled_again_when_an_upgrade_has_made_the_call_heavier() {
	build_and_execute(|| {
		let due = carried(Power::Root, &probe(1));
		ProbeWeight::set(ProbeWeight::get() * 1_000);
		run_to(due);
		assert_eq!(seen(), []);
		let stored = proposal(Power::Root, &probe(1)).unwrap();
		assert_eq!((stored.due, stored.weight), (Some(due + 1), ProbeWeight::get()));
		run_to(due + 1);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn enact_gives_up_what_an_upgrade_has_made_impossible() {
	build_and_execute(|| {
		let due = carried(Power::Root, &probe(1));
		ProbeWeight::set(MaxWeight::get());
		run_to(due);
		let result = Err(Error::<Test>::TooHeavy.into());
		assert!(events().contains(&Event::Enacted { power: Power::Root, proposal: hash(&probe(1)), result }));

		ProbeWeight::set(Weight::zero());
		let due = carried(Power::Upgrade, &probe(2));
		ProbeUpgrades::set(false);
		run_to(due);
		let result = Err(Error::<Test>::NotAllowed.into());
		assert!(events().contains(&Event::Enacted { power: Power::Upgrade, proposal: hash(&probe(2)), result }));
		assert_eq!(seen(), []);
	});
}

#[test]
fn enact_waits_for_the_contribution_chamber_when_it_was_constituted_in_between() {
	build_and_execute(|| {
		IsConstituted::set(false);
		let (power, call) = (Power::Root, probe(1));
		assert_ok!(Chambers::assent(assents(Stake, power), inline(&call)));
		IsConstituted::set(true);
		run_to(1 + ENACTMENT);
		assert_eq!(seen(), []);
		assert!(events().contains(&Event::Unscheduled { power, proposal: hash(&call) }));
		assert_ok!(Chambers::assent(assents(Contribution, power), inline(&call)));
		run_to(now() + ENACTMENT);
		assert_eq!(seen().len(), 1);
	});
}

#[test]
fn enact_does_nothing_when_whoever_manages_preimages_took_the_call_away() {
	build_and_execute(|| {
		let call = long(1);
		note(&call);
		for chamber in [Stake, Contribution] {
			assert_ok!(Chambers::assent(assents(chamber, Power::Root), lookup(&call)));
		}
		assert_ok!(Preimage::unnote_preimage(RuntimeOrigin::root(), hash(&call)));
		assert_ok!(Preimage::unrequest_preimage(RuntimeOrigin::root(), hash(&call)));
		assert!(!<Preimage as QueryPreimage>::have(&lookup(&call)));
		System::set_block_number(now() + ENACTMENT);
		assert_ok!(enact_now(Power::Root, &call));
		let result = Err(Error::<Test>::NotNoted.into());
		assert!(events().contains(&Event::Enacted { power: Power::Root, proposal: hash(&call), result }));
	});
}

#[test]
fn enact_cannot_be_called_off_at_the_scheduler() {
	build_and_execute(|| {
		let due = carried(Power::Root, &probe(1));
		let task = Chambers::task(Power::Root, hash(&probe(1)));
		assert_eq!(<Scheduler as Named<_, RuntimeCall, _>>::next_dispatch_time(task), Ok(due));
		assert_noop!(Scheduler::cancel_named(RuntimeOrigin::root(), task), DispatchError::BadOrigin);
	});
}
