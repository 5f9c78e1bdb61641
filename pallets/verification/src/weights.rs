//! Weights of the calls of `pallet_verification`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn take_seat() -> Weight;
	fn leave_seat() -> Weight;
	fn unseat() -> Weight;
	fn disclose() -> Weight;
	fn commit() -> Weight;
	fn reveal() -> Weight;
	fn open_lot() -> Weight;
	fn challenge() -> Weight;
	fn appeal() -> Weight;
	fn sample() -> Weight;
	fn draw() -> Weight;
	fn settle(m: u32) -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn take_seat() -> Weight {
		// Least time: 182_452_000 picoseconds.
		Weight::from_parts(192_287_000, 46008)
			.saturating_add(T::DbWeight::get().reads(42_u64))
			.saturating_add(T::DbWeight::get().writes(41_u64))
	}
	fn leave_seat() -> Weight {
		// Least time: 164_805_000 picoseconds.
		Weight::from_parts(174_950_000, 36004)
			.saturating_add(T::DbWeight::get().reads(35_u64))
			.saturating_add(T::DbWeight::get().writes(37_u64))
	}
	fn unseat() -> Weight {
		// Least time: 110_315_000 picoseconds.
		Weight::from_parts(128_241_000, 18497)
			.saturating_add(T::DbWeight::get().reads(21_u64))
			.saturating_add(T::DbWeight::get().writes(23_u64))
	}
	fn disclose() -> Weight {
		// Least time: 64_185_000 picoseconds.
		Weight::from_parts(68_572_000, 4266)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn commit() -> Weight {
		// Least time: 54_391_000 picoseconds.
		Weight::from_parts(59_168_000, 6012)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn reveal() -> Weight {
		// Least time: 56_334_000 picoseconds.
		Weight::from_parts(60_300_000, 6012)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn open_lot() -> Weight {
		// Least time: 308_169_000 picoseconds.
		Weight::from_parts(330_804_000, 17570)
			.saturating_add(T::DbWeight::get().reads(27_u64))
			.saturating_add(T::DbWeight::get().writes(23_u64))
	}
	fn challenge() -> Weight {
		// Least time: 147_720_000 picoseconds.
		Weight::from_parts(157_866_000, 11034)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	fn appeal() -> Weight {
		// Least time: 92_848_000 picoseconds.
		Weight::from_parts(100_149_000, 4266)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn sample() -> Weight {
		// Least time: 163_684_000 picoseconds.
		Weight::from_parts(172_017_000, 11034)
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().writes(18_u64))
	}
	fn draw() -> Weight {
		// Least time: 4_014_394_000 picoseconds.
		Weight::from_parts(4_218_138_000, 2479410)
			.saturating_add(T::DbWeight::get().reads(1164_u64))
			.saturating_add(T::DbWeight::get().writes(18_u64))
	}
	/// `m` is from 1 to 11.
	fn settle(m: u32) -> Weight {
		// Least time: 160_479_000 picoseconds.
		Weight::from_parts(139_957_081, 9289)
			.saturating_add(Weight::from_parts(63_711_548, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().writes(13_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(m.into())))
			.saturating_add(Weight::from_parts(0, 3316).saturating_mul(m.into()))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn take_seat() -> Weight {
		Weight::from_parts(192_287_000, 46008)
			.saturating_add(ParityDbWeight::get().reads(42_u64))
			.saturating_add(ParityDbWeight::get().writes(41_u64))
	}
	fn leave_seat() -> Weight {
		Weight::from_parts(174_950_000, 36004)
			.saturating_add(ParityDbWeight::get().reads(35_u64))
			.saturating_add(ParityDbWeight::get().writes(37_u64))
	}
	fn unseat() -> Weight {
		Weight::from_parts(128_241_000, 18497)
			.saturating_add(ParityDbWeight::get().reads(21_u64))
			.saturating_add(ParityDbWeight::get().writes(23_u64))
	}
	fn disclose() -> Weight {
		Weight::from_parts(68_572_000, 4266)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn commit() -> Weight {
		Weight::from_parts(59_168_000, 6012)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(60_300_000, 6012)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn open_lot() -> Weight {
		Weight::from_parts(330_804_000, 17570)
			.saturating_add(ParityDbWeight::get().reads(27_u64))
			.saturating_add(ParityDbWeight::get().writes(23_u64))
	}
	fn challenge() -> Weight {
		Weight::from_parts(157_866_000, 11034)
			.saturating_add(ParityDbWeight::get().reads(14_u64))
			.saturating_add(ParityDbWeight::get().writes(9_u64))
	}
	fn appeal() -> Weight {
		Weight::from_parts(100_149_000, 4266)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn sample() -> Weight {
		Weight::from_parts(172_017_000, 11034)
			.saturating_add(ParityDbWeight::get().reads(15_u64))
			.saturating_add(ParityDbWeight::get().writes(18_u64))
	}
	fn draw() -> Weight {
		Weight::from_parts(4_218_138_000, 2479410)
			.saturating_add(ParityDbWeight::get().reads(1164_u64))
			.saturating_add(ParityDbWeight::get().writes(18_u64))
	}
	fn settle(m: u32) -> Weight {
		Weight::from_parts(139_957_081, 9289)
			.saturating_add(Weight::from_parts(63_711_548, 0).saturating_mul(m.into()))
			.saturating_add(ParityDbWeight::get().reads(13_u64))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(m.into())))
			.saturating_add(ParityDbWeight::get().writes(13_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(m.into())))
			.saturating_add(Weight::from_parts(0, 3316).saturating_mul(m.into()))
	}
}
