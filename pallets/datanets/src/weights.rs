//! Weights of the calls of `pallet_datanets`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn create() -> Weight;
	fn commit() -> Weight;
	fn reveal() -> Weight;
	fn expire_commit() -> Weight;
	fn withdraw() -> Weight;
	fn reject() -> Weight;
	fn freeze_version(c: u32) -> Weight;
	fn transfer() -> Weight;
	fn set_access() -> Weight;
	fn request_access() -> Weight;
	fn cancel_request() -> Weight;
	fn decide_access() -> Weight;
	fn revoke_access() -> Weight;
	fn return_grant() -> Weight;
	fn set_admission() -> Weight;
	fn set_whitelist() -> Weight;
	fn overrule() -> Weight;
	fn take_over() -> Weight;
	fn file_notice() -> Weight;
	fn contest_notice() -> Weight;
	fn end_notice() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn create() -> Weight {
		// Least time: 51_868_000 picoseconds.
		Weight::from_parts(55_503_000, 3820)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn commit() -> Weight {
		// Least time: 77_075_000 picoseconds.
		Weight::from_parts(81_191_000, 11671)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn reveal() -> Weight {
		// Least time: 92_668_000 picoseconds.
		Weight::from_parts(97_696_000, 3820)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn expire_commit() -> Weight {
		// Least time: 39_298_000 picoseconds.
		Weight::from_parts(41_793_000, 3820)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		// Least time: 46_910_000 picoseconds.
		Weight::from_parts(50_105_000, 3820)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn reject() -> Weight {
		// Least time: 51_888_000 picoseconds.
		Weight::from_parts(56_324_000, 3834)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// `c` is from 1 to 256.
	fn freeze_version(c: u32) -> Weight {
		// Least time: 65_017_000 picoseconds.
		Weight::from_parts(65_647_000, 3834)
			.saturating_add(Weight::from_parts(43_119_401, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(c.into()))
	}
	fn transfer() -> Weight {
		// Least time: 55_443_000 picoseconds.
		Weight::from_parts(59_078_000, 6650)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn set_access() -> Weight {
		// Least time: 10_295_000 picoseconds.
		Weight::from_parts(11_166_000, 3834)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn request_access() -> Weight {
		// Least time: 87_150_000 picoseconds.
		Weight::from_parts(93_820_000, 3834)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn cancel_request() -> Weight {
		// Least time: 40_400_000 picoseconds.
		Weight::from_parts(42_874_000, 3820)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn decide_access() -> Weight {
		// Least time: 47_521_000 picoseconds.
		Weight::from_parts(50_495_000, 3834)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn revoke_access() -> Weight {
		// Least time: 47_080_000 picoseconds.
		Weight::from_parts(50_195_000, 3834)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn return_grant() -> Weight {
		// Least time: 41_672_000 picoseconds.
		Weight::from_parts(44_957_000, 3820)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn set_admission() -> Weight {
		// Least time: 10_395_000 picoseconds.
		Weight::from_parts(11_197_000, 3834)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_whitelist() -> Weight {
		// Least time: 28_863_000 picoseconds.
		Weight::from_parts(31_257_000, 11671)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn overrule() -> Weight {
		// Least time: 52_939_000 picoseconds.
		Weight::from_parts(56_194_000, 3820)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn take_over() -> Weight {
		// Least time: 87_440_000 picoseconds.
		Weight::from_parts(92_378_000, 6650)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn file_notice() -> Weight {
		// Least time: 79_168_000 picoseconds.
		Weight::from_parts(83_755_000, 3820)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn contest_notice() -> Weight {
		// Least time: 55_172_000 picoseconds.
		Weight::from_parts(58_538_000, 3834)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn end_notice() -> Weight {
		// Least time: 99_949_000 picoseconds.
		Weight::from_parts(105_006_000, 6650)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(55_503_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn commit() -> Weight {
		Weight::from_parts(81_191_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(97_696_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn expire_commit() -> Weight {
		Weight::from_parts(41_793_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(50_105_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn reject() -> Weight {
		Weight::from_parts(56_324_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn freeze_version(c: u32) -> Weight {
		Weight::from_parts(65_647_000, 3834)
			.saturating_add(Weight::from_parts(43_119_401, 0).saturating_mul(c.into()))
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(c.into()))
	}
	fn transfer() -> Weight {
		Weight::from_parts(59_078_000, 6650)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn set_access() -> Weight {
		Weight::from_parts(11_166_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn request_access() -> Weight {
		Weight::from_parts(93_820_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn cancel_request() -> Weight {
		Weight::from_parts(42_874_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn decide_access() -> Weight {
		Weight::from_parts(50_495_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn revoke_access() -> Weight {
		Weight::from_parts(50_195_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn return_grant() -> Weight {
		Weight::from_parts(44_957_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn set_admission() -> Weight {
		Weight::from_parts(11_197_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_whitelist() -> Weight {
		Weight::from_parts(31_257_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn overrule() -> Weight {
		Weight::from_parts(56_194_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn take_over() -> Weight {
		Weight::from_parts(92_378_000, 6650)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn file_notice() -> Weight {
		Weight::from_parts(83_755_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn contest_notice() -> Weight {
		Weight::from_parts(58_538_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn end_notice() -> Weight {
		Weight::from_parts(105_006_000, 6650)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
}
