//! What is taken from those who do wrong, and who has it.

use crate::{
	cover::judged,
	pallet::{Config, Error, Event, HoldReason, Pallet, TotalStake},
	types::Agent,
};
use frame_support::{
	defensive, ensure,
	storage::with_storage_layer,
	traits::{
		fungible::{Balanced, BalancedHold, Credit},
		tokens::{Fortitude, Imbalance, Precision, Preservation},
		Get,
	},
};
use openledger_primitives::{
	traits::{Contributions, Shares, Slashed},
	Balance, Offence,
};
use sp_runtime::{traits::Saturating, DispatchError, PerThing, Perbill, Rounding};

/// How what was taken of the agent's own is divided. The other half is burnt, and so is what others had delegated: an
/// agent that proves its own lie must never gain by it, whatever its delegators lose.
const REWARD: Perbill = Perbill::from_percent(25);
const COMPENSATION: Perbill = Perbill::from_percent(15);
const COMMITTEE: Perbill = Perbill::from_percent(10);

type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

impl<T: Config> Pallet<T> {
	/// Nobody shares in a slash: all of it is burnt.
	pub(crate) const fn nobody() -> Shares<T::AccountId> {
		Shares { challenger: None, harmed: None, committee: None }
	}

	/// Slashes an agent. Takes everything back if it fails.
	pub(crate) fn punish(
		agent: &T::AccountId,
		offence: Offence,
		fees: Balance,
		shares: &Shares<T::AccountId>,
	) -> Result<Slashed, DispatchError> {
		with_storage_layer(|| {
			let mut record = Self::record(agent)?;
			let owned = Self::own(&record);
			let (own, delegated) = Self::cost(&mut record, offence, fees);
			let amount = own.saturating_add(delegated);
			let mut taken = Self::take(agent, &mut record, own, delegated)?;
			Self::save(agent, record);
			if offence != Offence::Silent {
				Self::burn_weight(agent, own, owned);
			}
			let reward = Self::pay(&mut taken, shares.challenger.as_ref(), REWARD.mul_floor(own));
			let compensation = Self::pay(&mut taken, shares.harmed.as_ref(), COMPENSATION.mul_floor(own));
			let committee = Self::pay(&mut taken, shares.committee.as_ref(), COMMITTEE.mul_floor(own));
			// Dropping what is left burns it.
			let burnt = taken.peek();
			drop(taken);
			let (agent, challenger) = (agent.clone(), shares.challenger.clone());
			Self::deposit_event(Event::Slashed {
				agent,
				offence,
				challenger,
				amount,
				delegated,
				burnt,
				reward,
				compensation,
				committee,
			});
			Ok(Slashed { amount, compensation })
		})
	}

	/// Burns the part of the weight of the agent, and of what those weigh through it who were paid for it, that was taken of
	/// its own stake, rounded up. What a beneficiary has earned elsewhere is not touched: an agent names it without asking.
	/// Who had nothing left to lose had been slashed for all of it.
	fn burn_weight(agent: &T::AccountId, taken: Balance, owned: Balance) {
		let part = Perbill::from_rational_with_rounding(taken, owned, Rounding::Up).unwrap_or_default();
		if !part.is_zero() {
			T::Contributions::burn(agent, part);
			T::Contributions::burn_through(agent, part);
		}
	}

	/// Takes at most `amount` of the agent's own stake.
	pub(crate) fn do_fine(
		agent: &T::AccountId,
		amount: Balance,
		to: Option<&T::AccountId>,
	) -> Result<Balance, DispatchError> {
		with_storage_layer(|| {
			let mut record = Self::record(agent)?;
			let amount = amount.min(Self::own(&record));
			if amount == 0 {
				return Ok(0);
			}
			let mut taken = Self::take(agent, &mut record, amount, 0)?;
			Self::save(agent, record);
			Self::pay(&mut taken, to, amount);
			let burnt = taken.peek();
			drop(taken);
			Self::deposit_event(Event::Fined { agent: agent.clone(), amount, to: to.cloned(), burnt });
			Ok(amount)
		})
	}

	/// What an offence costs the agent, and what those who delegated to it. What is proven takes the agent's own first.
	/// Counts the occasion, so that the next one costs more.
	fn cost(record: &mut Agent<T>, offence: Offence, fees: Balance) -> (Balance, Balance) {
		let (own, delegated) = (Self::own(record), record.pool.amount);
		if offence == Offence::Silent {
			return (T::SilenceSlash::get().mul_ceil(record.stake), 0);
		}
		let repetitions = Self::repetitions(record);
		match offence {
			Offence::Fraud => {
				let cost = T::FraudSlash::get().mul_ceil(own.saturating_add(delegated));
				(cost.min(own), cost.saturating_sub(own))
			}
			Offence::Withheld | Offence::Unsound | Offence::Silent => judged(fees, own, delegated, repetitions),
		}
	}

	/// How many occasions there were of late before the one that an offence of this block is part of, which is counted.
	fn repetitions(record: &mut Agent<T>) -> u32 {
		let of_late = Self::offences_of_late(record);
		// One outage withholds many batches: what becomes known together is punished, but not as repetition.
		let same = of_late > 0 && Self::now() < record.offences.last.saturating_add(T::AppealPeriod::get());
		if same {
			return of_late.saturating_sub(1);
		}
		record.offences.count = of_late.saturating_add(1);
		record.offences.last = Self::now();
		of_late
	}

	/// The occasions that make the next one dearer.
	pub(crate) fn offences_of_late(record: &Agent<T>) -> u32 {
		let over = record.offences.last.saturating_add(T::RepeatPeriod::get()) < Self::now();
		if over {
			0
		} else {
			record.offences.count
		}
	}

	/// Takes `own` from the stake first, then from what is unbonding, newest first, and `delegated` from the pool.
	fn take(
		agent: &T::AccountId,
		record: &mut Agent<T>,
		own: Balance,
		delegated: Balance,
	) -> Result<CreditOf<T>, DispatchError> {
		ensure!(own <= Self::own(record) && delegated <= record.pool.amount, Error::<T>::MoreThanStaked);
		Self::cut(record, own);
		let (mut taken, missing) = T::Currency::slash(&HoldReason::Stake.into(), agent, own);
		if missing > 0 {
			defensive!("what is recorded as stake is on hold");
		}
		if delegated > 0 {
			record.pool.amount = record.pool.amount.saturating_sub(delegated);
			if record.pool.amount == 0 {
				// No price can be put on shares of nothing: who delegates from now on has a new pool.
				record.pool = Self::new_pool()?;
			}
			let (pot, all) = (Self::pot(), Preservation::Expendable);
			let part = T::Currency::withdraw(&pot, delegated, Precision::Exact, all, Fortitude::Force)?;
			taken.subsume(part);
		}
		Ok(taken)
	}

	/// Takes `amount` of the agent's own out of its record.
	fn cut(record: &mut Agent<T>, amount: Balance) {
		let from_stake = record.stake.min(amount);
		record.stake = record.stake.saturating_sub(from_stake);
		TotalStake::<T>::mutate(|total| *total = total.saturating_sub(from_stake));
		let mut left = amount.saturating_sub(from_stake);
		for entry in record.unbonding.iter_mut().rev() {
			let part = entry.amount.min(left);
			entry.amount = entry.amount.saturating_sub(part);
			left = left.saturating_sub(part);
		}
		record.unbonding.retain(|entry| entry.amount > 0);
	}

	/// Gives `to` at most `amount` of what was taken. Returns what it has: nothing, if there is nobody or the account
	/// cannot be credited.
	fn pay(taken: &mut CreditOf<T>, to: Option<&T::AccountId>, amount: Balance) -> Balance {
		let Some(to) = to else { return 0 };
		let part = taken.extract(amount);
		let paid = part.peek();
		match T::Currency::resolve(to, part) {
			Ok(()) => paid,
			Err(part) => {
				taken.subsume(part);
				0
			}
		}
	}
}
