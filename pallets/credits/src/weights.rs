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
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn open() -> Weight {
		// Least time: 53_259_000 picoseconds.
		Weight::from_parts(56_234_000, 3930)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn top_up() -> Weight {
		// Least time: 48_282_000 picoseconds.
		Weight::from_parts(52_028_000, 3820)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn request_close() -> Weight {
		// Least time: 16_364_000 picoseconds.
		Weight::from_parts(17_766_000, 3602)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn withdraw() -> Weight {
		// Least time: 39_458_000 picoseconds.
		Weight::from_parts(44_105_000, 3820)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn open() -> Weight {
		Weight::from_parts(56_234_000, 3930)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(52_028_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn request_close() -> Weight {
		Weight::from_parts(17_766_000, 3602)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(44_105_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
}
