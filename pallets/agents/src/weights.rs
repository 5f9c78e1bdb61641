//! Weights of the calls of `pallet_agents`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn register() -> Weight;
	fn bond() -> Weight;
	fn unbond() -> Weight;
	fn withdraw(n: u32) -> Weight;
	fn offer() -> Weight;
	fn withdraw_offer() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		// Least time: 60_330_000 picoseconds.
		Weight::from_parts(63_685_000, 3930)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn bond() -> Weight {
		// Least time: 57_546_000 picoseconds.
		Weight::from_parts(61_031_000, 3930)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn unbond() -> Weight {
		// Least time: 22_043_000 picoseconds.
		Weight::from_parts(23_455_000, 6012)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// `n` is from 1 to 16.
	fn withdraw(n: u32) -> Weight {
		// Least time: 42_844_000 picoseconds.
		Weight::from_parts(44_853_013, 3930)
			.saturating_add(Weight::from_parts(68_665, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn offer() -> Weight {
		// Least time: 39_469_000 picoseconds.
		Weight::from_parts(43_144_000, 6870)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn withdraw_offer() -> Weight {
		// Least time: 18_999_000 picoseconds.
		Weight::from_parts(21_221_000, 3930)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(63_685_000, 3930)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn bond() -> Weight {
		Weight::from_parts(61_031_000, 3930)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn unbond() -> Weight {
		Weight::from_parts(23_455_000, 6012)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn withdraw(n: u32) -> Weight {
		Weight::from_parts(44_853_013, 3930)
			.saturating_add(Weight::from_parts(68_665, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn offer() -> Weight {
		Weight::from_parts(43_144_000, 6870)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(21_221_000, 3930)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
}
