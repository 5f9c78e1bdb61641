//! How weight comes and goes: what those use who settle and slash.

use crate::{
	pallet::{AccountOf, Accounts, Config, Constituted, Earners, Error, Event, Pallet, Total},
	types::{Account, Guarantor, Tiers},
};
use frame_support::{ensure, traits::Get};
use openledger_primitives::{
	traits::Contributions,
	weight::{decayed, pair_price, Weight},
	Balance,
};
use sp_runtime::{DispatchError, DispatchResult, Perbill};

/// `part` in millionths, rounded up: against the slashed.
pub(crate) fn millionths(part: Perbill) -> u32 {
	part.deconstruct().div_ceil(1_000)
}

impl<T: Config> Contributions<T::AccountId> for Pallet<T> {
	fn reserve(payer: &T::AccountId, agent: &T::AccountId, weight: Balance) -> Result<T::AccountId, DispatchError> {
		let Guarantor { account: who, bound, limit } = T::Tiers::guarantor(payer).ok_or(Error::<T>::NoGuarantor)?;
		if weight == 0 {
			return Ok(who);
		}
		let (by, through) = (Self::given_by(&who), Self::given_through(&who, agent));
		let price = pair_price(weight, bound, through).ok_or(Error::<T>::NoRoom)?;
		ensure!(limit.is_none_or(|limit| price <= limit), Error::<T>::NoRoom);
		let used = by.checked_add(price).filter(|used| *used <= bound).ok_or(Error::<T>::NoRoom)?;
		Self::set_given(&who, agent, used, through.saturating_add(weight));
		Self::change_sponsored(payer, &who, |given| given.saturating_add(price));
		Ok(who)
	}

	/// As far as the guarantor has given so much through the agent. What the surcharge of the pair took frees itself as the
	/// weight would have faded.
	fn release(payer: &T::AccountId, guarantor: &T::AccountId, agent: &T::AccountId, weight: Balance) {
		let (by, through) = (Self::given_by(guarantor), Self::given_through(guarantor, agent));
		let freed = weight.min(through);
		if freed > 0 {
			Self::set_given(guarantor, agent, by.saturating_sub(freed), through.saturating_sub(freed));
			Self::change_sponsored(payer, guarantor, |given| given.saturating_sub(freed));
		}
	}

	fn faded(weight: Balance, age: u64) -> Balance {
		decayed(weight, age, T::SlowHalfLife::get())
	}

	/// What is less than dust makes no account: it would cost the chain more than it weighs.
	fn mint(account: &T::AccountId, weight: Balance) {
		Self::mint_some(account, weight);
	}

	fn mint_through(agent: &T::AccountId, account: &T::AccountId, weight: Balance) {
		let minted = Self::mint_some(account, weight);
		// An agent answers with all that it weighs itself.
		if minted && account != agent {
			Self::earn(agent, account, weight);
		}
	}

	/// What was voted with already counts on.
	fn burn(account: &T::AccountId, part: Perbill) {
		Self::burn_part(account, part);
	}

	fn burn_through(agent: &T::AccountId, part: Perbill) {
		Self::burn_earned(agent, part);
	}
}

impl<T: Config> Pallet<T> {
	/// Whether anything was minted.
	fn mint_some(account: &T::AccountId, weight: Balance) -> bool {
		let record = Accounts::<T>::get(account);
		if weight == 0 || (record.is_none() && weight < T::Dust::get()) {
			return false;
		}
		let mut record = record.unwrap_or_else(Self::empty);
		Self::touch(&mut record);
		record.now.weight = record.now.weight.mint(weight);
		Self::change_total(|total| total.mint(weight));
		Self::rank(account, &record.now);
		Accounts::<T>::insert(account, record);
		Self::deposit_event(Event::Minted { who: account.clone(), weight });
		Self::constituted();
		true
	}

	/// Whether there was anything to burn.
	pub(crate) fn burn_part(account: &T::AccountId, part: Perbill) -> bool {
		let Some(mut record) = Accounts::<T>::get(account).filter(|_| !part.is_zero()) else { return false };
		Self::touch(&mut record);
		let before = record.now.weight;
		burn_all(&mut record, part);
		let burnt = difference(&before, &record.now.weight);
		Self::change_total(|total| difference(total, &burnt));
		Self::rank(account, &record.now);
		Accounts::<T>::insert(account, record);
		Self::deposit_event(Event::Burnt { who: account.clone(), part });
		true
	}

	/// Whether this chamber was ever heavy enough to be asked. Once it is, it stays so: otherwise it could be ousted by letting
	/// weight fade.
	pub fn constituted() -> bool {
		if Constituted::<T>::get() {
			return true;
		}
		let total = Self::matured_total();
		let constituted = total >= T::LeastTotal::get();
		if constituted {
			Constituted::<T>::put(true);
			Self::deposit_event(Event::Constituted { total });
		}
		constituted
	}

	/// What all accounts weigh together in this block, in planck.
	pub(crate) fn matured_total() -> Balance {
		Total::<T>::get().map_or(0, |total| Self::rolled_to_now(&total.now).slow)
	}

	pub(crate) fn do_forget(who: T::AccountId, through: Option<T::AccountId>) -> DispatchResult {
		match (Accounts::<T>::get(&who), through) {
			(_, Some(agent)) => Self::forget_given_through(&who, &agent),
			(Some(record), None) => Self::forget_account(&who, &record),
			(None, None) if Earners::<T>::contains_key(&who) => Self::forget_earners(&who),
			(None, None) => Self::forget_given_by(&who),
		}
	}

	/// Forgets an account that weighs next to nothing, now and in every poll that can still be voted in.
	fn forget_account(who: &T::AccountId, record: &AccountOf<T>) -> DispatchResult {
		let now = Self::rolled_to_now(&record.now);
		ensure!(now.standing(&Self::maturity()) < T::Dust::get(), Error::<T>::StillNeeded);
		let polls = Self::kept_marks();
		let in_polls = polls.iter().filter_map(|mark| Self::weight_at_start(record, *mark)).map(|weight| weight.slow);
		ensure!(in_polls.max().unwrap_or(0) < T::Dust::get(), Error::<T>::StillNeeded);
		Accounts::<T>::remove(who);
		Self::change_total(|total| difference(total, &now));
		Self::strike(who);
		Ok(())
	}

	/// Changes the weight of all as it is in this block.
	fn change_total(change: impl FnOnce(&Weight) -> Weight) {
		let mut total = Total::<T>::get().unwrap_or_else(Self::empty);
		Self::touch(&mut total);
		total.now.weight = change(&total.now.weight);
		Total::<T>::put(total);
	}
}

/// Takes `part` of a weight, now and at the start of every period that is kept.
fn burn_all<BlockNumber, Max>(account: &mut Account<BlockNumber, Max>, part: Perbill)
where
	BlockNumber: Clone + PartialEq + Eq + core::fmt::Debug,
	Max: Get<u32>,
{
	let parts_per_million = millionths(part);
	let kept = account.checkpoints.iter_mut().map(|checkpoint| &mut checkpoint.state);
	for state in kept.chain([&mut account.opening, &mut account.now]) {
		state.weight = state.weight.burn(parts_per_million);
	}
}

/// Nothing is less than zero: the total can be less than an account by what was rounded off.
fn difference(from: &Weight, what: &Weight) -> Weight {
	Weight { fast: from.fast.saturating_sub(what.fast), slow: from.slow.saturating_sub(what.slow) }
}
