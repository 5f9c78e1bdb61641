//! What agents offer to run, and at what price.

use crate::{
	pallet::{Agents, Config, Error, Event, OfferCount, Offers, Pallet},
	types::Offer,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{traits::Models, Balance, ModelId};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer(
		who: T::AccountId,
		model: ModelId,
		price_in: Balance,
		price_out: Balance,
		life: BlockNumberFor<T>,
	) -> DispatchResult {
		let agent = Self::resolve(&who)?;
		Self::ensure_may_serve(&Self::record(&agent)?)?;
		ensure!(T::Models::servable(model), Error::<T>::NotServable);
		ensure!(!life.is_zero() && life <= T::MaxOfferLife::get(), Error::<T>::BadOfferLife);
		let offer = Offer { price_in, price_out, until: Self::now().saturating_add(life) };
		if !Offers::<T>::contains_key(&agent, model) {
			let count = OfferCount::<T>::get(&agent);
			ensure!(count < T::MaxOffers::get(), Error::<T>::TooManyOffers);
			OfferCount::<T>::insert(&agent, count.saturating_add(1));
		}
		Offers::<T>::insert(&agent, model, offer);
		Self::deposit_event(Event::Offered { agent, model, offer });
		Ok(())
	}

	pub(crate) fn do_withdraw_offer(who: T::AccountId, model: ModelId) -> DispatchResult {
		let agent = Self::resolve(&who)?;
		ensure!(Offers::<T>::contains_key(&agent, model), Error::<T>::NoSuchOffer);
		Self::remove_offer(&agent, model);
		Self::deposit_event(Event::OfferWithdrawn { agent, model });
		Ok(())
	}

	pub(crate) fn do_prune_offer(agent: T::AccountId, model: ModelId) -> DispatchResult {
		let offer = Offers::<T>::get(&agent, model).ok_or(Error::<T>::NoSuchOffer)?;
		// Without stake, nothing stands for the room that an offer takes.
		let unstaked = Agents::<T>::get(&agent).is_none_or(|record| record.stake.is_zero());
		ensure!(offer.until < Self::now() || unstaked, Error::<T>::OfferAlive);
		Self::remove_offer(&agent, model);
		Self::deposit_event(Event::OfferPruned { agent, model });
		Ok(())
	}

	fn remove_offer(agent: &T::AccountId, model: ModelId) {
		Offers::<T>::remove(agent, model);
		OfferCount::<T>::mutate_exists(agent, |count| {
			*count = count.and_then(|count| count.checked_sub(1)).filter(|count| *count > 0);
		});
	}
}
