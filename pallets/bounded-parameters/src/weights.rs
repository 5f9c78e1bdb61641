//! Weights of the calls of `pallet_bounded_parameters`.
//!
//! Estimates: `scripts/weights.sh` has not measured them yet.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn set() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn set() -> Weight {
		Weight::from_parts(32_000_000, 3520)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn set() -> Weight {
		Weight::from_parts(32_000_000, 3520)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
}
