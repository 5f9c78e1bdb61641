//! # Initial parameters
//!
//! What a chain's genesis decides: its pace, and the parameters that differ from their default.
//!
//! ## Overview
//!
//! The [`Pace`](crate::pace::Pace) is written once and never changes: epochs, eras and votes derive from it. A parameter
//! has a default in [`crate::configs::parameters`]. A development chain wants shorter periods than the default from its
//! first block on, and its preset says so here, because `pallet-parameters` has no genesis section. The pallet has no
//! call and no event.

#![warn(missing_docs)]

pub use pallet::*;

// The pallet macro writes public items that carry no docs, and uses `expect`.
#[allow(missing_docs, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		configs::parameters::{dynamic_params, RuntimeParameters},
		pace::Pace,
		Balance, BlockNumber, Runtime,
	};
	use frame_support::{pallet_prelude::*, traits::dynamic_params::AggregatedKeyValue};

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The pace of this chain. Nothing writes it after genesis.
	#[pallet::storage]
	pub type ChainPace<T: Config> = StorageValue<_, Pace, ValueQuery>;

	/// The parameters that differ from their default; `None` keeps the default.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// See [`Pace`].
		pub pace: Pace,
		/// See `agents::UnbondingPeriod`.
		pub unbonding_period: Option<BlockNumber>,
		/// See `attribution::ChallengeWindow`.
		pub challenge_window: Option<BlockNumber>,
		/// See `credits::CloseDelay`.
		pub close_delay: Option<BlockNumber>,
		/// See `contribution_voting::LeastTotal`.
		pub least_total: Option<Balance>,
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			use dynamic_params::{agents, attribution, contribution_voting, credits};

			ChainPace::<T>::put(self.pace);
			let unbonding_period = self.unbonding_period.map(|value| {
				RuntimeParameters::Agents(agents::Parameters::UnbondingPeriod(agents::UnbondingPeriod, Some(value)))
			});
			let challenge_window = self.challenge_window.map(|value| {
				RuntimeParameters::Attribution(attribution::Parameters::ChallengeWindow(
					attribution::ChallengeWindow,
					Some(value),
				))
			});
			let close_delay = self.close_delay.map(|value| {
				RuntimeParameters::Credits(credits::Parameters::CloseDelay(credits::CloseDelay, Some(value)))
			});
			let least_total = self.least_total.map(|value| {
				RuntimeParameters::ContributionVoting(contribution_voting::Parameters::LeastTotal(
					contribution_voting::LeastTotal,
					Some(value),
				))
			});
			let given = [unbonding_period, challenge_window, close_delay, least_total];
			for parameter in given.into_iter().flatten() {
				let (key, value) = parameter.into_parts();
				pallet_parameters::Parameters::<Runtime>::set(key, value);
			}
		}
	}

	impl<T: Config> Pallet<T> {
		/// The pace of this chain.
		pub fn pace() -> Pace {
			ChainPace::<T>::get()
		}
	}
}
