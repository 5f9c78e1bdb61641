//! The invariants of the crate documentation.

use crate::{
	pallet::{
		AccountOf, Accounts, Ballots, Bonds, Config, Delegations, Earners, GivenThrough, HoldReason, Invitations,
		Leaders, Marks, Pallet, PollIndexOf, Sponsors, Total,
	},
	snapshots::TouchedOf,
	types::{Ballot, Given, Sponsorship},
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get, Polling},
};
use openledger_primitives::Balance;
use sp_runtime::{traits::Saturating, TryRuntimeError};

type Outcome = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Outcome {
		Self::check_total()?;
		Self::check_snapshots()?;
		Self::check_leaders()?;
		Self::check_bonds()?;
		Self::check_sponsors()?;
		Self::check_given()?;
		Self::check_ballots()?;
		Self::check_delegations()?;
		Self::check_earners()
	}

	/// Invariant 1.
	fn check_total() -> Outcome {
		let [mut fast, mut slow, mut accounts] = [0 as Balance; 3];
		for account in Accounts::<T>::iter_values() {
			let weight = Self::rolled_to_now(&account.now);
			fast = fast.saturating_add(weight.fast);
			slow = slow.saturating_add(weight.slow);
			accounts = accounts.saturating_add(1);
		}
		let total = Self::rolled_to_now(&Total::<T>::get().unwrap_or_else(Self::empty).now);
		let error = Self::rounded_off(total.fast.max(total.slow), accounts);
		ensure!(fast.abs_diff(total.fast) <= error, "the fast averages do not add up to the total");
		ensure!(slow.abs_diff(total.slow) <= error, "the slow averages do not add up to the total");
		Ok(())
	}

	/// Invariant 2.
	fn check_snapshots() -> Outcome {
		let marks = Marks::<T>::get();
		ensure!(ascends(marks.iter()), "the marks do not ascend");
		ensure!(marks.iter().all(|mark| *mark <= Self::period()), "a period is marked that is yet to come");
		for account in Accounts::<T>::iter_values().chain(Total::<T>::get()) {
			Self::check_account(&account, &marks)?;
		}
		Ok(())
	}

	fn check_account(account: &AccountOf<T>, marks: &[u32]) -> Outcome {
		ensure!(account.now.at <= Self::now(), "an account was touched in the future");
		let period_of = |state: &TouchedOf<T>| Self::period_of(state.at);
		// Only what was empty at genesis can have been touched in its period before.
		let opened = period_of(&account.opening) < period_of(&account.now);
		ensure!(opened || account.opening == Self::empty().now, "an opening is as new as the last touch");
		let mut covered = None;
		for checkpoint in &account.checkpoints {
			let after = period_of(&checkpoint.state);
			ensure!(covered <= Some(after) && after < checkpoint.until, "checkpoints overlap");
			let counts = marks.iter().any(|mark| after < *mark && *mark <= checkpoint.until);
			let reaches = marks.first().is_none_or(|oldest| *oldest <= checkpoint.until);
			ensure!(counts || !reaches, "no poll counts a checkpoint");
			covered = Some(checkpoint.until);
		}
		ensure!(covered <= Some(period_of(&account.opening)), "a checkpoint is newer than the opening");
		Ok(())
	}

	/// Invariant 3.
	fn check_leaders() -> Outcome {
		let board = Leaders::<T>::get();
		let distinct: BTreeSet<_> = board.iter().map(|leader| &leader.who).collect();
		ensure!(distinct.len() == board.len(), "an account leads twice");
		for leader in &board {
			let account = Accounts::<T>::get(&leader.who).ok_or("a leader has no weight")?;
			ensure!(account.now == leader.state, "a leader weighs something else than its account");
		}
		let standings: Vec<_> = board.iter().map(|leader| Self::standing(&leader.state)).collect();
		let ordered = standings.iter().zip(standings.iter().skip(1)).all(|(greater, less)| {
			// Who was between the two may have been off by as much as they are.
			greater.saturating_add(Self::rounded_off(*greater, 2)) >= *less
		});
		ensure!(ordered, "the leaders are not in order");
		Ok(())
	}

	/// Invariant 4.
	fn check_bonds() -> Outcome {
		let mut bonds: BTreeMap<_, _> = Bonds::<T>::iter().collect();
		ensure!(bonds.values().all(|bond| *bond > 0), "a bond is empty");
		Self::check_holds(HoldReason::Bond, &mut bonds, "what is on hold is not what is bonded")
	}

	/// Invariant 5.
	fn check_sponsors() -> Outcome {
		let mut deposits = BTreeMap::<T::AccountId, Balance>::new();
		let mut deposit = |sponsor| {
			let sum = deposits.entry(sponsor).or_default();
			*sum = sum.saturating_add(T::SponsorDeposit::get());
		};
		for (payer, Sponsorship { sponsor, .. }) in Sponsors::<T>::iter() {
			ensure!(payer != sponsor, "an account sponsors itself");
			ensure!(!Bonds::<T>::contains_key(&payer), "who has a sponsor has a bond");
			ensure!(!Invitations::<T>::contains_key(&sponsor, &payer), "a payer is invited by its own sponsor");
			deposit(sponsor);
		}
		for (sponsor, payer, _) in Invitations::<T>::iter() {
			ensure!(payer != sponsor, "an account sponsors itself");
			deposit(sponsor);
		}
		let why = "what is on hold is not a deposit for each payer";
		Self::check_holds(HoldReason::Sponsorship, &mut deposits, why)
	}

	/// Whether what is on hold for a reason is what is expected, of every account.
	fn check_holds(reason: HoldReason, expected: &mut BTreeMap<T::AccountId, Balance>, why: &'static str) -> Outcome {
		let reason = reason.into();
		for account in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&reason, &account);
			ensure!(held == expected.remove(&account).unwrap_or(0), why);
		}
		ensure!(expected.values().all(|held| *held == 0), why);
		Ok(())
	}

	/// Invariant 6.
	fn check_given() -> Outcome {
		let mut through = BTreeMap::<T::AccountId, (Balance, Balance)>::new();
		for (who, _, Given { amount, at }) in GivenThrough::<T>::iter() {
			let (sum, entries) = through.entry(who).or_default();
			*sum = sum.saturating_add(Self::left_of(amount, at));
			*entries = entries.saturating_add(1);
		}
		for (who, (sum, entries)) in through {
			let most = Self::given_by(&who).saturating_add(Self::rounded_off(sum, entries));
			ensure!(sum <= most, "more was given through agents than in all");
		}
		Ok(())
	}

	/// Invariant 7.
	fn check_ballots() -> Outcome {
		let polls: BTreeSet<_> = Ballots::<T>::iter_keys().map(|(poll, _)| poll).collect();
		polls.into_iter().try_for_each(Self::check_poll)
	}

	fn check_poll(poll: PollIndexOf<T>) -> Outcome {
		let Some((tally, _)) = T::Polls::as_ongoing(poll) else { return Ok(()) };
		let [mut ayes, mut nays] = [0 as Balance; 2];
		let mut through = BTreeMap::<T::AccountId, Balance>::new();
		for (_, ballot) in Ballots::<T>::iter_prefix(poll) {
			match ballot {
				Ballot::Direct { aye, own, delegated } => {
					let side = if aye { &mut ayes } else { &mut nays };
					*side = side.saturating_add(own).saturating_add(delegated);
				}
				Ballot::Through { delegate, weight } => {
					let sum = through.entry(delegate).or_default();
					*sum = sum.saturating_add(weight);
				}
			}
		}
		ensure!((tally.ayes, tally.nays) == (ayes, nays), "the ballots do not add up to the tally");
		for (who, ballot) in Ballots::<T>::iter_prefix(poll) {
			if let Ballot::Direct { delegated, .. } = ballot {
				let sum = through.remove(&who).unwrap_or(0);
				ensure!(sum == delegated, "those counted through a vote do not add up");
			}
		}
		ensure!(through.is_empty(), "an account is counted through one that has not voted");
		Ok(())
	}

	/// Invariant 8.
	fn check_delegations() -> Outcome {
		let last = Self::now().saturating_add(T::MaxDelegationLife::get());
		for (who, _, delegation) in Delegations::<T>::iter() {
			ensure!(who != delegation.to, "an account is its own delegate");
			ensure!(delegation.until <= last, "a delegation lasts too long");
		}
		Ok(())
	}

	/// Invariant 9.
	fn check_earners() -> Outcome {
		for earners in Earners::<T>::iter_values() {
			ensure!(!earners.is_empty(), "an agent has no earners, and an entry");
			let ordered = earners.iter().zip(earners.iter().skip(1)).all(|(before, after)| before.who < after.who);
			ensure!(ordered, "the earners of an agent are not in order");
			ensure!(earners.iter().all(|earner| earner.state.at <= Self::now()), "an earner was touched in the future");
		}
		Ok(())
	}

	/// What sums over so many accounts can be off by: each was rolled once in a block at most, and what it was off by fades as it
	/// does. The sum of such a series is less than two slow half-lives of fresh errors.
	fn rounded_off(amount: Balance, accounts: u128) -> Balance {
		let blocks = Self::number(Self::now()).min(u64::from(T::SlowHalfLife::get()).saturating_mul(2));
		let rolls = u128::from(blocks).saturating_add(1);
		let planck = accounts.saturating_add(1).saturating_mul(4);
		rolls.saturating_mul(planck.saturating_add(amount >> 52).saturating_add(1))
	}
}

fn ascends<'a>(numbers: impl Iterator<Item = &'a u32>) -> bool {
	let mut last = None;
	numbers.into_iter().all(|number| last.replace(*number).is_none_or(|before| before < *number))
}
