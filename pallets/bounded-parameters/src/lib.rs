//! # Bounded parameters
//!
//! The only door to `pallet-parameters`: values stay within ranges, and change no faster than they may.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, storage, origins and configuration, and [`bounds!`] for the
//! table of ranges.
//!
//! ## Overview
//!
//! The numbers that a chain is run by can be changed by vote. A number that is set to nonsense, by malice or by a slip,
//! harms before another vote can mend it. So every number has a range, belongs to one track, may change by a factor at
//! most, and then not again for a while: whoever watches the chain has time to see where it goes and to act.
//!
//! `pallet-parameters` has no such limits: its origin check sees which parameter is to be set, but not to what. A
//! runtime lets it obey [`Origin::Bounded`] and no other origin ([`EnsureBounded`]). Only this pallet has that origin.
//!
//! ## Low level / implementation
//!
//! ### Design
//!
//! The table is code, not storage: a range changes with an upgrade. It has an entry for every parameter, or the runtime
//! does not compile. All values are compared as `u128`, in the unit of the parameter: planck, blocks, parts of a
//! billion.
//!
//! A chain's genesis may set values outside their ranges, so that a development chain has periods of minutes. Such a
//! value counts as the nearest end of the range: the first change leads into the range.
//!
//! ### Terminology
//!
//! * **Step**: the factor by which a value may grow or shrink with one change. One unit is always allowed, or a small
//!   number could never change.
//!
//! ### Invariants
//!
//! 1. No parameter was changed in the future.
//! 2. Every parameter that was ever changed is within its range. An upgrade that narrows a range brings the value into
//!    it.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod bounds;
mod errors;
mod events;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
#[cfg(test)]
mod mock;
mod rules;
#[cfg(test)]
mod tests;
pub mod weights;

use frame_support::{
	dispatch::DispatchResult,
	pallet_macros::import_section,
	traits::{dynamic_params::AggregatedKeyValue, EnsureOrigin},
};
pub use pallet::*;
pub use rules::{Amount, Rule, Rules, Step};
pub use weights::WeightInfo;

/// What the macro [`bounds!`] needs from elsewhere.
#[doc(hidden)]
pub mod __private {
	pub use frame_support::traits::Get;
}

/// The name of a parameter.
pub type KeyOf<T> = <<T as Config>::RuntimeParameters as AggregatedKeyValue>::Key;

/// The tracks on which parameters are changed.
pub type TrackOf<T> = <<T as Config>::Rules as Rules<<T as Config>::RuntimeParameters>>::Track;

/// Where parameters are kept.
pub trait Store<Origin, Parameter> {
	/// Sets `parameter`, which is within its bounds. `origin` is [`Origin::Bounded`](crate::Origin::Bounded).
	fn set(origin: Origin, parameter: Parameter) -> DispatchResult;
}

/// Lets [`Origin::Bounded`] through and no other origin.
pub struct EnsureBounded;

impl<O> EnsureOrigin<O> for EnsureBounded
where
	O: Into<Result<Origin, O>> + From<Origin>,
{
	type Success = ();

	fn try_origin(origin: O) -> Result<(), O> {
		origin.into().map(|Origin::Bounded| ())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<O, ()> {
		Ok(Origin::Bounded.into())
	}
}

/// The pallet.
#[allow(clippy::expect_used, reason = "the macros expand to it; nothing written here does")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{KeyOf, Rule, Rules, Store, TrackOf, WeightInfo};
	use frame_support::{
		pallet_prelude::*,
		traits::{dynamic_params::AggregatedKeyValue, EnsureOriginWithArg},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::{Saturating, Zero};

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeOrigin: From<Origin>> {
		/// The parameters.
		type RuntimeParameters: AggregatedKeyValue;
		/// The table: within which range each parameter stays, and on which track it changes. [`crate::bounds!`] writes it.
		type Rules: Rules<Self::RuntimeParameters>;
		/// Who may change the parameters of a track.
		type Origins: EnsureOriginWithArg<Self::RuntimeOrigin, TrackOf<Self>>;
		/// Where parameters are kept. It must obey [`Origin::Bounded`] and no other origin, or there is another door.
		type Store: Store<Self::RuntimeOrigin, Self::RuntimeParameters>;
		/// Blocks between two changes of the same parameter. Too few, and a parameter can be led to the end of its range
		/// before anybody acts.
		type MinInterval: Get<BlockNumberFor<Self>>;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
		/// Prepares for the benchmarks what other pallets keep.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::RuntimeParameters>;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// With what the pallet sets parameters.
	#[pallet::origin]
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
	pub enum Origin {
		/// What is set is within its bounds. No track may confer it.
		#[codec(index = 0)]
		Bounded,
	}

	// The keys are those of the table.
	/// The block in which a parameter was changed last; none if it never was.
	#[pallet::storage]
	pub type LastChange<T: Config> = StorageMap<_, Twox64Concat, KeyOf<T>, BlockNumberFor<T>, OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(!T::MinInterval::get().is_zero(), "a parameter must not change twice in a block");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The bounds of a parameter, its value, and its track.
		pub fn rule(key: KeyOf<T>) -> Rule<TrackOf<T>> {
			T::Rules::rule(&key)
		}

		/// The least and the most that a parameter could be set to now, if it may be changed.
		pub fn next_range(key: KeyOf<T>) -> (u128, u128) {
			T::Rules::rule(&key).next_range()
		}

		/// The first block in which a parameter may be changed.
		pub fn open_from(key: KeyOf<T>) -> BlockNumberFor<T> {
			LastChange::<T>::get(key).map_or_else(Zero::zero, |last| last.saturating_add(T::MinInterval::get()))
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Set `parameter` to the value that it carries.
		///
		/// ## Dispatch Origin
		///
		/// What [`Config::Origins`] lets through for the parameter's track.
		///
		/// ## Errors
		///
		/// [`Error::NoValue`], [`Error::SameValue`], [`Error::OutOfRange`], [`Error::TooFar`], [`Error::TooSoon`], those of
		/// the store.
		///
		/// ## Events
		///
		/// [`Event::Set`], after those of the store.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set())]
		pub fn set(origin: OriginFor<T>, parameter: T::RuntimeParameters) -> DispatchResult {
			let (key, _) = parameter.clone().into_parts();
			let rule = T::Rules::rule(&key);
			T::Origins::ensure_origin(origin, &rule.track)?;
			Self::do_set(key, rule, parameter)
		}
	}

	impl<T: Config> Pallet<T> {
		fn do_set(key: KeyOf<T>, rule: Rule<TrackOf<T>>, parameter: T::RuntimeParameters) -> DispatchResult {
			let value = T::Rules::value(&parameter).ok_or(Error::<T>::NoValue)?;
			ensure!(value != rule.current, Error::<T>::SameValue);
			ensure!(rule.contains(value), Error::<T>::OutOfRange);
			ensure!(rule.reaches(value), Error::<T>::TooFar);
			let now = frame_system::Pallet::<T>::block_number();
			ensure!(now >= Self::open_from(key.clone()), Error::<T>::TooSoon);

			T::Store::set(Origin::Bounded.into(), parameter)?;
			LastChange::<T>::insert(&key, now);
			Self::deposit_event(Event::Set { key, from: rule.current, to: value });
			Ok(())
		}
	}
}
