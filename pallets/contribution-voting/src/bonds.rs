//! Bonds, the weight that they have given, and sponsors, who bond for others.

use crate::{
	pallet::{Bonds, Config, Error, Event, GivenBy, GivenThrough, HoldReason, Invitations, Pallet, Sponsors},
	types::{Given, Guarantor, Sponsorship, Tiers},
};
use alloc::collections::BTreeSet;
use core::marker::PhantomData;
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision},
		Get,
	},
	BoundedVec,
};
use openledger_primitives::{money::proportion, Balance};
use sp_runtime::{DispatchResult, Perbill};

/// A payer gives weight as far as its own bond has room, or that of its sponsor within the limit that this has set: otherwise
/// one payer could use up what the sponsor has bonded for all.
pub struct Bonded<T>(PhantomData<T>);

impl<T: Config> Tiers<T::AccountId> for Bonded<T> {
	fn guarantor(payer: &T::AccountId) -> Option<Guarantor<T::AccountId>> {
		let own = Bonds::<T>::get(payer).map(|bond| (payer.clone(), bond, None));
		let (account, bond, limit) = own.or_else(|| {
			let Sponsorship { sponsor, limit, given } = Sponsors::<T>::get(payer)?;
			let left = limit.saturating_sub(Pallet::<T>::left_of(given.amount, given.at));
			Bonds::<T>::get(&sponsor).map(|bond| (sponsor, bond, Some(left)))
		})?;
		let bound = bond.checked_div(T::BondFactor::get().into())?;
		Some(Guarantor { account, bound, limit })
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_bond(who: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(!Sponsors::<T>::contains_key(&who), Error::<T>::AlreadyGuaranteed);
		let bond = Bonds::<T>::get(&who).unwrap_or(0).checked_add(amount).ok_or(Error::<T>::Overflow)?;
		ensure!(amount > 0 && bond >= T::MinBond::get(), Error::<T>::BondTooSmall);
		T::Currency::hold(&HoldReason::Bond.into(), &who, amount)?;
		Bonds::<T>::insert(&who, bond);
		Self::deposit_event(Event::Bonded { who, bond });
		Ok(())
	}

	pub(crate) fn do_unbond(who: T::AccountId, amount: Balance) -> DispatchResult {
		let bond = Bonds::<T>::get(&who).ok_or(Error::<T>::NotBonded)?;
		let rest = bond.checked_sub(amount).filter(|_| amount > 0).ok_or(Error::<T>::BondTooSmall)?;
		ensure!(rest == 0 || rest >= T::MinBond::get(), Error::<T>::BondTooSmall);
		ensure!(Self::in_use(&who) <= rest, Error::<T>::BondInUse);
		T::Currency::release(&HoldReason::Bond.into(), &who, amount, Precision::Exact)?;
		Self::set_bond(&who, rest);
		Self::deposit_event(Event::Unbonded { who, bond: rest });
		Ok(())
	}

	/// Of a payer that is sponsored or invited already, the limit is changed.
	pub(crate) fn do_invite(sponsor: T::AccountId, payer: T::AccountId, limit: Balance) -> DispatchResult {
		ensure!(sponsor != payer, Error::<T>::Yourself);
		ensure!(Bonds::<T>::contains_key(&sponsor), Error::<T>::NotBonded);
		let sponsorship = Sponsors::<T>::get(&payer).filter(|sponsorship| sponsorship.sponsor == sponsor);
		let before = sponsorship.as_ref().map(|sponsorship| sponsorship.limit);
		let before = before.or_else(|| Invitations::<T>::get(&sponsor, &payer));
		ensure!(before != Some(limit), Error::<T>::AlreadyInvited);
		if let Some(sponsorship) = sponsorship {
			Sponsors::<T>::insert(&payer, Sponsorship { limit, ..sponsorship });
		} else {
			Invitations::<T>::insert(&sponsor, &payer, limit);
		}
		if before.is_some() {
			Self::deposit_event(Event::LimitChanged { sponsor, payer, limit });
			return Ok(());
		}
		T::Currency::hold(&HoldReason::Sponsorship.into(), &sponsor, T::SponsorDeposit::get())?;
		Self::deposit_event(Event::Invited { sponsor, payer, limit });
		Ok(())
	}

	pub(crate) fn do_accept(payer: T::AccountId, sponsor: T::AccountId) -> DispatchResult {
		let limit = Invitations::<T>::get(&sponsor, &payer).ok_or(Error::<T>::NotInvited)?;
		let guaranteed = Sponsors::<T>::contains_key(&payer) || Bonds::<T>::contains_key(&payer);
		ensure!(!guaranteed, Error::<T>::AlreadyGuaranteed);
		Invitations::<T>::remove(&sponsor, &payer);
		let given = Given { amount: 0, at: Self::now() };
		Sponsors::<T>::insert(&payer, Sponsorship { sponsor: sponsor.clone(), limit, given });
		Self::deposit_event(Event::Sponsored { sponsor, payer, limit });
		Ok(())
	}

	pub(crate) fn do_part(caller: T::AccountId, sponsor: T::AccountId, payer: T::AccountId) -> DispatchResult {
		ensure!(caller == sponsor || caller == payer, Error::<T>::NotSponsored);
		if Self::is_sponsored_by(&payer, &sponsor) {
			Sponsors::<T>::remove(&payer);
		} else {
			Invitations::<T>::take(&sponsor, &payer).ok_or(Error::<T>::NotSponsored)?;
		}
		T::Currency::release(&HoldReason::Sponsorship.into(), &sponsor, T::SponsorDeposit::get(), Precision::Exact)?;
		Self::deposit_event(Event::SponsorshipEnded { sponsor, payer });
		Ok(())
	}

	pub(crate) fn do_punish(
		bonded: T::AccountId,
		part: Perbill,
		accounts: BoundedVec<T::AccountId, T::MaxCounted>,
	) -> DispatchResult {
		// Several calls reach more accounts than one takes. The first may have taken all of the bond.
		let bond = Bonds::<T>::get(&bonded).unwrap_or(0);
		let amount = part.mul_ceil(bond);
		if amount > 0 {
			let reason = HoldReason::Bond.into();
			T::Currency::burn_held(&reason, &bonded, amount, Precision::Exact, Fortitude::Force)?;
			Self::set_bond(&bonded, bond.saturating_sub(amount));
			Self::deposit_event(Event::Punished { who: bonded, amount, part });
		}
		// Nobody twice.
		let accounts: BTreeSet<_> = accounts.into_iter().collect();
		let burnt = accounts.into_iter().filter(|account| Self::burn_part(account, part)).count();
		ensure!(amount > 0 || burnt > 0, Error::<T>::NothingToPunish);
		Ok(())
	}

	/// Forgets what `who` has given through `agent`, when it is next to nothing.
	pub(crate) fn forget_given_through(who: &T::AccountId, agent: &T::AccountId) -> DispatchResult {
		ensure!(GivenThrough::<T>::contains_key(who, agent), Error::<T>::NothingToForget);
		ensure!(Self::given_through(who, agent) < T::Dust::get(), Error::<T>::StillNeeded);
		GivenThrough::<T>::remove(who, agent);
		Ok(())
	}

	/// Forgets what `who`, who has no bond any more, has given in all, when it is next to nothing. What it has given through
	/// agents has to be forgotten before.
	pub(crate) fn forget_given_by(who: &T::AccountId) -> DispatchResult {
		ensure!(GivenBy::<T>::contains_key(who), Error::<T>::NothingToForget);
		let pairs = GivenThrough::<T>::iter_key_prefix(who).next().is_some();
		let needed = pairs || Bonds::<T>::contains_key(who) || Self::given_by(who) >= T::Dust::get();
		ensure!(!needed, Error::<T>::StillNeeded);
		GivenBy::<T>::remove(who);
		Ok(())
	}

	/// What of a bond answers for weight that still lives. What is less than dust needs no bond: otherwise a bond would be free
	/// only when nothing at all is left, after dozens of half-lives.
	pub(crate) fn in_use(who: &T::AccountId) -> Balance {
		let given = Self::given_by(who);
		if given < T::Dust::get() {
			0
		} else {
			given.saturating_mul(T::BondFactor::get().into())
		}
	}

	/// The weight that `payer` could give through `agent` now: the most that [`pair_price`] lets into the room that is left.
	///
	/// [`pair_price`]: openledger_primitives::weight::pair_price
	pub(crate) fn room_of(payer: &T::AccountId, agent: &T::AccountId) -> Option<Balance> {
		let Guarantor { account, bound, limit } = T::Tiers::guarantor(payer)?;
		let free = bound.saturating_sub(Self::given_by(&account));
		let free = limit.map_or(free, |limit| free.min(limit));
		let through = Self::given_through(&account, agent);
		Some(proportion(free, bound, bound.saturating_add(through)).unwrap_or(0))
	}

	/// What `who` has used up of its room, as far as it has not faded.
	pub(crate) fn given_by(who: &T::AccountId) -> Balance {
		let Given { amount, at } = GivenBy::<T>::get(who);
		Self::left_of(amount, at)
	}

	/// What `who` has given through `agent`, as far as it has not faded.
	pub(crate) fn given_through(who: &T::AccountId, agent: &T::AccountId) -> Balance {
		let Given { amount, at } = GivenThrough::<T>::get(who, agent);
		Self::left_of(amount, at)
	}

	/// Whether `sponsor` answers for `payer`.
	pub(crate) fn is_sponsored_by(payer: &T::AccountId, sponsor: &T::AccountId) -> bool {
		Sponsors::<T>::get(payer).is_some_and(|sponsorship| sponsorship.sponsor == *sponsor)
	}

	/// Changes what `payer` has used up of the room of `sponsor`, if that still answers for it.
	pub(crate) fn change_sponsored(
		payer: &T::AccountId,
		sponsor: &T::AccountId,
		change: impl FnOnce(Balance) -> Balance,
	) {
		let Some(sponsorship) = Sponsors::<T>::get(payer).filter(|sponsorship| sponsorship.sponsor == *sponsor) else {
			return;
		};
		let Given { amount, at } = sponsorship.given;
		let given = Given { amount: change(Self::left_of(amount, at)), at: Self::now() };
		Sponsors::<T>::insert(payer, Sponsorship { given, ..sponsorship });
	}

	/// Stores both as of this block.
	pub(crate) fn set_given(who: &T::AccountId, agent: &T::AccountId, by: Balance, through: Balance) {
		let at = Self::now();
		GivenBy::<T>::insert(who, Given { amount: by, at });
		GivenThrough::<T>::insert(who, agent, Given { amount: through, at });
	}

	fn set_bond(who: &T::AccountId, bond: Balance) {
		if bond == 0 {
			Bonds::<T>::remove(who);
		} else {
			Bonds::<T>::insert(who, bond);
		}
	}
}
