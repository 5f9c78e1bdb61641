//! Making, withdrawing and pruning offers.

use crate::{mock::*, Error, Event, Offer, OfferCount};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{Hardware, ModelId, Role, Roles};

fn offer(who: u64, model: ModelId, life: u64) -> sp_runtime::DispatchResult {
	Agents::offer_model(signed(who), model, 5, 7, life)
}

#[test]
fn offer_is_made_by_agent_or_signer_and_expires() {
	with_agent(|| {
		for who in [AGENT, SIGNER] {
			assert_ok!(offer(who, SERVABLE, 10));
		}
		assert_eq!(OfferCount::<Test>::get(AGENT), 1);
		let offer = Offer { price_in: 5, price_out: 7, until: 11 };
		System::assert_last_event(Event::Offered { agent: AGENT, model: SERVABLE, offer }.into());
		assert_eq!(Agents::offer(AGENT, SERVABLE), Some(offer));
		skip_to(11);
		assert_eq!(Agents::offer(AGENT, SERVABLE), Some(offer));
		skip_to(12);
		assert_eq!(Agents::offer(AGENT, SERVABLE), None);
	});
}

#[test]
fn offer_fails_when_it_must() {
	with_agent(|| {
		assert_noop!(offer(ALICE, SERVABLE, 10), Error::<Test>::NotAnAgent);
		assert_noop!(offer(AGENT, ModelId(0), 10), Error::<Test>::NotServable);
		assert_noop!(offer(AGENT, SERVABLE, 0), Error::<Test>::BadOfferLife);
		assert_noop!(offer(AGENT, SERVABLE, LIFE + 1), Error::<Test>::BadOfferLife);
		for model in 1..4 {
			assert_ok!(offer(AGENT, ModelId(model), LIFE));
		}
		assert_noop!(offer(AGENT, ModelId(4), 10), Error::<Test>::TooManyOffers);
		assert_ok!(offer(AGENT, SERVABLE, 10));
		assert_ok!(Agents::set_roles(signed(AGENT), Roles::only(Role::Audit), Hardware::Cpu));
		assert_noop!(offer(AGENT, SERVABLE, 10), Error::<Test>::NotServing);
		assert_eq!(Agents::offer(AGENT, SERVABLE), None);
		assert_ok!(Agents::set_roles(signed(AGENT), Roles::ALL, Hardware::Cpu));
		assert_ok!(Agents::unbond(signed(AGENT), 1_000));
		assert_noop!(offer(AGENT, SERVABLE, 10), Error::<Test>::StakeTooLow);
		assert_eq!(Agents::offer(AGENT, SERVABLE), None);
	});
}

#[test]
fn withdraw_offer_removes_it() {
	with_agent(|| {
		assert_ok!(offer(AGENT, SERVABLE, 10));
		assert_noop!(Agents::withdraw_offer(signed(ALICE), SERVABLE), Error::<Test>::NotAnAgent);
		assert_ok!(Agents::withdraw_offer(signed(SIGNER), SERVABLE));
		System::assert_last_event(Event::OfferWithdrawn { agent: AGENT, model: SERVABLE }.into());
		assert_noop!(Agents::withdraw_offer(signed(AGENT), SERVABLE), Error::<Test>::NoSuchOffer);
		assert!(!OfferCount::<Test>::contains_key(AGENT));
	});
}

#[test]
fn prune_offer_removes_what_is_over() {
	with_agent(|| {
		let prune = |model| Agents::prune_offer(signed(ALICE), AGENT, model);
		assert_noop!(prune(SERVABLE), Error::<Test>::NoSuchOffer);
		assert_ok!(offer(AGENT, SERVABLE, 10));
		assert_ok!(offer(AGENT, ModelId(2), LIFE));
		skip_to(11);
		assert_noop!(prune(SERVABLE), Error::<Test>::OfferAlive);
		skip_to(12);
		assert_ok!(prune(SERVABLE));
		System::assert_last_event(Event::OfferPruned { agent: AGENT, model: SERVABLE }.into());
		assert_noop!(prune(ModelId(2)), Error::<Test>::OfferAlive);
		// Nothing that stays is at stake for it any more.
		assert_ok!(Agents::unbond(signed(AGENT), 1_000));
		assert_ok!(prune(ModelId(2)));
		assert!(!OfferCount::<Test>::contains_key(AGENT));
	});
}

#[test]
fn what_is_at_stake_stays_as_long_as_there_are_offers() {
	with_agent(|| {
		for model in 1..4 {
			assert_ok!(offer(AGENT, ModelId(model), 10 * u64::from(model)));
		}
		assert_ok!(Agents::unbond(signed(AGENT), 400));
		skip_to(6);
		assert_ok!(Agents::unbond(signed(AGENT), 600));
		skip_to(1 + PERIOD);
		assert_ok!(Agents::withdraw(signed(AGENT)));
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::NothingDue);
		skip_to(6 + PERIOD);
		assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::OffersRemain);
		assert_ok!(Agents::withdraw_offer(signed(AGENT), ModelId(1)));
		for model in 2..4 {
			assert_noop!(Agents::withdraw(signed(AGENT)), Error::<Test>::OffersRemain);
			assert_ok!(Agents::prune_offer(signed(ALICE), AGENT, ModelId(model)));
		}
		assert_ok!(Agents::withdraw(signed(AGENT)));
		System::assert_last_event(Event::Removed { agent: AGENT }.into());
		assert_eq!(free(AGENT), ENDOWMENT);
	});
}
