//! Weights of the calls of `pallet_chambers`.
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
	fn assent(l: u32) -> Weight;
	fn withdraw() -> Weight;
	fn delay() -> Weight;
	fn expire() -> Weight;
	fn enact(l: u32) -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn assent(l: u32) -> Weight {
		Weight::from_parts(260_000_000, 155814)
			.saturating_add(Weight::from_parts(1_100, 1).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(62_000_000, 155814)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn delay() -> Weight {
		Weight::from_parts(270_000_000, 155814)
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(62_000_000, 155814)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn enact(l: u32) -> Weight {
		Weight::from_parts(52_000_000, 4197809)
			.saturating_add(Weight::from_parts(1_500, 1).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn assent(l: u32) -> Weight {
		Weight::from_parts(260_000_000, 155814)
			.saturating_add(Weight::from_parts(1_100, 1).saturating_mul(l.into()))
			.saturating_add(ParityDbWeight::get().reads(15_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(62_000_000, 155814)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn delay() -> Weight {
		Weight::from_parts(270_000_000, 155814)
			.saturating_add(ParityDbWeight::get().reads(11_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(62_000_000, 155814)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn enact(l: u32) -> Weight {
		Weight::from_parts(52_000_000, 4197809)
			.saturating_add(Weight::from_parts(1_500, 1).saturating_mul(l.into()))
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
}
