//! Weights of the calls of `pallet_attribution`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn publish_index() -> Weight;
	fn submit_batch(n: u32) -> Weight;
	fn refute(n: u32) -> Weight;
	fn settle() -> Weight;
	fn distribute(n: u32) -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn publish_index() -> Weight {
		// Least time: 78_467_000 picoseconds.
		Weight::from_parts(86_620_000, 4057)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// `n` is from 1 to 256.
	fn submit_batch(n: u32) -> Weight {
		// Least time: 159_698_000 picoseconds.
		Weight::from_parts(257_422_014, 6012)
			.saturating_add(Weight::from_parts(115_270_141, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(7_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(n.into()))
	}
	/// `n` is from 1 to 256.
	fn refute(n: u32) -> Weight {
		// Least time: 320_698_000 picoseconds.
		Weight::from_parts(328_470_000, 15771)
			.saturating_add(Weight::from_parts(120_582_302, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(9_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(n.into()))
	}
	fn settle() -> Weight {
		// Least time: 112_627_000 picoseconds.
		Weight::from_parts(127_941_000, 6196)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// `n` is from 1 to 64.
	fn distribute(n: u32) -> Weight {
		// Least time: 70_966_000 picoseconds.
		Weight::from_parts(21_901_532, 3678)
			.saturating_add(Weight::from_parts(52_012_845, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3_u64))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn publish_index() -> Weight {
		Weight::from_parts(86_620_000, 4057)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn submit_batch(n: u32) -> Weight {
		Weight::from_parts(257_422_014, 6012)
			.saturating_add(Weight::from_parts(115_270_141, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(n.into()))
	}
	fn refute(n: u32) -> Weight {
		Weight::from_parts(328_470_000, 15771)
			.saturating_add(Weight::from_parts(120_582_302, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(11_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(9_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(n.into()))
	}
	fn settle() -> Weight {
		Weight::from_parts(127_941_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn distribute(n: u32) -> Weight {
		Weight::from_parts(21_901_532, 3678)
			.saturating_add(Weight::from_parts(52_012_845, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
}
