//! # Initial parameters
//!
//! Writes parameters at genesis, which `pallet-parameters` cannot do itself.
//!
//! ## Overview
//!
//! A parameter has a default in [`crate::configs::parameters`]. A development chain wants shorter periods than the
//! default from its first block on, and its preset says so here. The pallet has a genesis section and nothing else:
//! no call, no storage, no event.

#![warn(missing_docs)]

pub use pallet::*;

// The pallet macro writes public items that carry no docs, and uses `expect`.
#[allow(missing_docs, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		configs::parameters::{dynamic_params, RuntimeParameters},
		BlockNumber, Runtime,
	};
	use frame_support::{pallet_prelude::*, traits::dynamic_params::AggregatedKeyValue};

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The parameters that differ from their default; `None` keeps the default.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// See `agents::UnbondingPeriod`.
		pub unbonding_period: Option<BlockNumber>,
		/// See `attribution::ChallengeWindow`.
		pub challenge_window: Option<BlockNumber>,
		/// See `credits::CloseDelay`.
		pub close_delay: Option<BlockNumber>,
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			use dynamic_params::{agents, attribution, credits};

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
			for parameter in [unbonding_period, challenge_window, close_delay].into_iter().flatten() {
				let (key, value) = parameter.into_parts();
				pallet_parameters::Parameters::<Runtime>::set(key, value);
			}
		}
	}
}
