//! Making and withdrawing offers.

use super::*;
use crate::{Error, Event, Offer};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::ModelId;

#[test]
fn offer_is_made_by_agent_or_signer_and_expires() {
	build_and_execute(|| {
		registered();
		for who in [1, 2] {
			assert_ok!(Agents::offer_model(RuntimeOrigin::signed(who), SERVABLE, 5, 7, 10));
		}
		let offer = Offer { price_in: 5, price_out: 7, until: 11 };
		System::assert_last_event(Event::Offered { agent: 1, model: SERVABLE, offer }.into());
		assert_eq!(crate::Pallet::<Test>::offer(1, SERVABLE), Some(offer));
		System::set_block_number(11);
		assert_eq!(crate::Pallet::<Test>::offer(1, SERVABLE), Some(offer));
		System::set_block_number(12);
		assert_eq!(crate::Pallet::<Test>::offer(1, SERVABLE), None);
	});
}

#[test]
fn offer_fails_when_it_must() {
	build_and_execute(|| {
		registered();
		let offer = |who, model, life| Agents::offer_model(RuntimeOrigin::signed(who), model, 5, 7, life);
		assert_noop!(offer(4, SERVABLE, 10), Error::<Test>::NotAnAgent);
		assert_noop!(offer(1, ModelId(9), 10), Error::<Test>::NotServable);
		assert_noop!(offer(1, SERVABLE, 0), Error::<Test>::BadOfferLife);
		assert_noop!(offer(1, SERVABLE, 1_001), Error::<Test>::BadOfferLife);
		assert_ok!(offer(1, SERVABLE, 1_000));
		assert_ok!(Agents::unbond(RuntimeOrigin::signed(1), 1_000));
		assert_noop!(offer(1, SERVABLE, 10), Error::<Test>::StakeTooLow);
		assert_eq!(crate::Pallet::<Test>::offer(1, SERVABLE), None);
	});
}

#[test]
fn withdraw_offer_removes_it() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::offer_model(RuntimeOrigin::signed(1), SERVABLE, 5, 7, 10));
		assert_noop!(Agents::withdraw_offer(RuntimeOrigin::signed(4), SERVABLE), Error::<Test>::NotAnAgent);
		assert_ok!(Agents::withdraw_offer(RuntimeOrigin::signed(2), SERVABLE));
		System::assert_last_event(Event::OfferWithdrawn { agent: 1, model: SERVABLE }.into());
		assert_noop!(Agents::withdraw_offer(RuntimeOrigin::signed(1), SERVABLE), Error::<Test>::NoSuchOffer);
	});
}
