//! Services: models, tools and instructions that are offered as one.

use crate::{mock::*, types::*, Error, Event, HoldReason, NextService};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{Hardware, ModelId, Role, Roles, ServiceId};

const FIRST: ServiceId = ServiceId(0);

fn live(service: ServiceId) -> bool {
	Agents::service(service).unwrap().1
}

fn of(models: impl IntoIterator<Item = u32>) -> ServiceTerms {
	ServiceTerms { models: models.into_iter().map(ModelId).collect::<Vec<_>>().try_into().unwrap(), ..terms(0) }
}

#[test]
fn register_service_holds_a_deposit() {
	with_agent(|| {
		assert_ok!(Agents::register_service(signed(AGENT), terms(500)));
		System::assert_last_event(Event::ServiceRegistered { service: FIRST, agent: AGENT, terms: terms(500) }.into());
		assert_eq!((on_hold(HoldReason::Service, AGENT), record().services), (DEPOSIT, 1));
		let service = Service { agent: AGENT, terms: terms(500), deposit: DEPOSIT };
		assert_eq!(Agents::service(FIRST), Some((service, true)));
		assert_eq!(Agents::service(ServiceId(1)), None);
	});
}

#[test]
fn a_service_is_live_while_its_agent_can_answer_for_it() {
	with_agent(|| {
		assert_ok!(Agents::register_service(signed(AGENT), terms(1_100)));
		assert!(!live(FIRST));
		assert_ok!(Agents::delegate(signed(ALICE), AGENT, 100));
		assert!(live(FIRST));
		Unservable::mutate(|models| models.insert(SERVABLE.0));
		assert!(!live(FIRST));
		Unservable::mutate(|models| models.clear());
		assert_ok!(Agents::set_roles(signed(AGENT), Roles::only(Role::Index), Hardware::Cpu));
		assert!(!live(FIRST));
		assert_ok!(Agents::set_roles(signed(AGENT), Roles::ALL, Hardware::Cpu));
		assert_ok!(Agents::unbond(signed(AGENT), 1));
		assert!(!live(FIRST));
	});
}

#[test]
fn register_service_fails_when_it_must() {
	with_agent(|| {
		let register = |who, terms| Agents::register_service(signed(who), terms);
		assert_noop!(register(SIGNER, terms(0)), Error::<Test>::NotAnAgent);
		assert_noop!(register(AGENT, of([])), Error::<Test>::NoModels);
		assert_noop!(register(AGENT, of([1, 2, 1])), Error::<Test>::ModelTwice);
		assert_noop!(register(AGENT, of([1, 0])), Error::<Test>::NotServable);
		for (latency_ms, availability_bps) in [(0, 10_000), (1, 10_001)] {
			let sla = Sla { latency_ms, availability_bps };
			assert_noop!(register(AGENT, ServiceTerms { sla, ..terms(0) }), Error::<Test>::BadSla);
		}
		assert_ok!(register(AGENT, of(1..17)));
		NextService::<Test>::put(ServiceId(u32::MAX));
		assert_noop!(register(AGENT, terms(0)), Error::<Test>::IdsExhausted);
		NextService::<Test>::put(ServiceId(1));
		let sla = Sla { latency_ms: 1, availability_bps: 10_000 };
		assert_ok!(register(AGENT, ServiceTerms { sla, ..terms(0) }));
		assert_noop!(register(AGENT, terms(0)), Error::<Test>::TooManyServices);
		assert_ok!(Agents::retire_service(signed(AGENT), FIRST));
		assert_ok!(Agents::bond(signed(AGENT), free(AGENT) - DEPOSIT));
		assert_noop!(register(AGENT, terms(0)), sp_runtime::TokenError::FundsUnavailable);
		assert_ok!(Agents::set_roles(signed(AGENT), Roles::only(Role::Train), Hardware::Cpu));
		assert_noop!(register(AGENT, terms(0)), Error::<Test>::NotServing);
		assert_ok!(Agents::unbond(signed(AGENT), record().stake));
		assert_noop!(register(AGENT, terms(0)), Error::<Test>::StakeTooLow);
	});
}

#[test]
fn update_service_replaces_its_terms() {
	with_agent(|| {
		assert_ok!(register(10, 11));
		let update = |who, service, terms| Agents::update_service(signed(who), service, terms);
		assert_noop!(update(AGENT, FIRST, terms(1)), Error::<Test>::NoSuchService);
		assert_ok!(Agents::register_service(signed(AGENT), terms(0)));
		assert_noop!(update(10, FIRST, terms(1)), Error::<Test>::NotYourService);
		assert_noop!(update(AGENT, FIRST, of([])), Error::<Test>::NoModels);
		assert_noop!(update(AGENT, FIRST, of([1, 1])), Error::<Test>::ModelTwice);
		assert_noop!(update(AGENT, FIRST, of([100])), Error::<Test>::NotServable);
		let sla = Sla { latency_ms: 0, availability_bps: 1 };
		assert_noop!(update(AGENT, FIRST, ServiceTerms { sla, ..terms(0) }), Error::<Test>::BadSla);
		assert_ok!(update(AGENT, FIRST, of([5, 6])));
		System::assert_last_event(Event::ServiceUpdated { service: FIRST, old: terms(0), new: of([5, 6]) }.into());
		assert_eq!(Agents::service(FIRST).unwrap().0.terms, of([5, 6]));
	});
}

#[test]
fn retire_service_releases_the_deposit() {
	with_agent(|| {
		assert_ok!(register(10, 11));
		let retire = |who| Agents::retire_service(signed(who), FIRST);
		assert_noop!(retire(AGENT), Error::<Test>::NoSuchService);
		assert_ok!(Agents::register_service(signed(AGENT), terms(0)));
		assert_noop!(retire(10), Error::<Test>::NotYourService);
		assert_ok!(retire(AGENT));
		System::assert_last_event(Event::ServiceRetired { service: FIRST }.into());
		assert_eq!((on_hold(HoldReason::Service, AGENT), record().services, Agents::service(FIRST)), (0, 0, None));
		assert_ok!(Agents::register_service(signed(AGENT), terms(0)));
		assert_eq!(NextService::<Test>::get(), ServiceId(2));
	});
}
