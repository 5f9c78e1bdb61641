//! Weights of the calls of `pallet_credits`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn open() -> Weight;
	fn top_up() -> Weight;
	fn request_close() -> Weight;
	fn withdraw() -> Weight;
	fn loosen_terms() -> Weight;
	fn authorise_key() -> Weight;
	fn revoke_key() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open() -> Weight {
		// Least time: 58_918_000 picoseconds.
		Weight::from_parts(62_383_000, 4306)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn top_up() -> Weight {
		// Least time: 98_727_000 picoseconds.
		Weight::from_parts(103_895_000, 4306)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn request_close() -> Weight {
		// Least time: 18_467_000 picoseconds.
		Weight::from_parts(19_830_000, 3848)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn withdraw() -> Weight {
		// Least time: 43_264_000 picoseconds.
		Weight::from_parts(47_631_000, 3892)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn loosen_terms() -> Weight {
		// Least time: 12_789_000 picoseconds.
		Weight::from_parts(13_800_000, 3848)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn authorise_key() -> Weight {
		// Least time: 13_179_000 picoseconds.
		Weight::from_parts(14_211_000, 3848)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn revoke_key() -> Weight {
		// Least time: 18_438_000 picoseconds.
		Weight::from_parts(19_740_000, 3848)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn open() -> Weight {
		Weight::from_parts(62_383_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(103_895_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn request_close() -> Weight {
		Weight::from_parts(19_830_000, 3848)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(47_631_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn loosen_terms() -> Weight {
		Weight::from_parts(13_800_000, 3848)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn authorise_key() -> Weight {
		Weight::from_parts(14_211_000, 3848)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn revoke_key() -> Weight {
		Weight::from_parts(19_740_000, 3848)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
}
