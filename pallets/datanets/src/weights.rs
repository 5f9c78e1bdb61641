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
	fn count_rows() -> Weight;
	fn claim_commons() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn create() -> Weight {
		// Least time: 53_109_000 picoseconds.
		Weight::from_parts(56_014_000, 3892)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn commit() -> Weight {
		// Least time: 76_915_000 picoseconds.
		Weight::from_parts(80_820_000, 11671)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn reveal() -> Weight {
		// Least time: 91_316_000 picoseconds.
		Weight::from_parts(96_735_000, 3892)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn expire_commit() -> Weight {
		// Least time: 37_075_000 picoseconds.
		Weight::from_parts(41_452_000, 3892)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		// Least time: 45_738_000 picoseconds.
		Weight::from_parts(50_485_000, 3892)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn reject() -> Weight {
		// Least time: 52_078_000 picoseconds.
		Weight::from_parts(55_252_000, 3892)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// `c` is from 1 to 256.
	fn freeze_version(c: u32) -> Weight {
		// Least time: 74_691_000 picoseconds.
		Weight::from_parts(76_113_000, 3838)
			.saturating_add(Weight::from_parts(43_401_096, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(c.into()))
	}
	fn transfer() -> Weight {
		// Least time: 55_834_000 picoseconds.
		Weight::from_parts(59_248_000, 6794)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn set_access() -> Weight {
		// Least time: 10_435_000 picoseconds.
		Weight::from_parts(11_276_000, 3838)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn request_access() -> Weight {
		// Least time: 91_086_000 picoseconds.
		Weight::from_parts(96_614_000, 3892)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn cancel_request() -> Weight {
		// Least time: 41_882_000 picoseconds.
		Weight::from_parts(44_276_000, 3892)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn decide_access() -> Weight {
		// Least time: 47_881_000 picoseconds.
		Weight::from_parts(50_645_000, 3892)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn revoke_access() -> Weight {
		// Least time: 47_681_000 picoseconds.
		Weight::from_parts(50_686_000, 3892)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn return_grant() -> Weight {
		// Least time: 42_273_000 picoseconds.
		Weight::from_parts(44_797_000, 3892)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn set_admission() -> Weight {
		// Least time: 10_285_000 picoseconds.
		Weight::from_parts(10_996_000, 3838)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_whitelist() -> Weight {
		// Least time: 29_794_000 picoseconds.
		Weight::from_parts(31_547_000, 11671)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn overrule() -> Weight {
		// Least time: 51_858_000 picoseconds.
		Weight::from_parts(54_962_000, 3892)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn take_over() -> Weight {
		// Least time: 87_490_000 picoseconds.
		Weight::from_parts(91_476_000, 6794)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn file_notice() -> Weight {
		// Least time: 79_478_000 picoseconds.
		Weight::from_parts(83_955_000, 3892)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn contest_notice() -> Weight {
		// Least time: 55_532_000 picoseconds.
		Weight::from_parts(58_968_000, 3892)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn end_notice() -> Weight {
		// Least time: 67_781_000 picoseconds.
		Weight::from_parts(71_417_000, 6196)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn count_rows() -> Weight {
		// Least time: 33_911_000 picoseconds.
		Weight::from_parts(36_124_000, 3623)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn claim_commons() -> Weight {
		// Least time: 60_350_000 picoseconds.
		Weight::from_parts(64_026_000, 6196)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn create() -> Weight {
		Weight::from_parts(56_014_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn commit() -> Weight {
		Weight::from_parts(80_820_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(96_735_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn expire_commit() -> Weight {
		Weight::from_parts(41_452_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(50_485_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn reject() -> Weight {
		Weight::from_parts(55_252_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn freeze_version(c: u32) -> Weight {
		Weight::from_parts(76_113_000, 3838)
			.saturating_add(Weight::from_parts(43_401_096, 0).saturating_mul(c.into()))
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(c.into()))
	}
	fn transfer() -> Weight {
		Weight::from_parts(59_248_000, 6794)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn set_access() -> Weight {
		Weight::from_parts(11_276_000, 3838)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn request_access() -> Weight {
		Weight::from_parts(96_614_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn cancel_request() -> Weight {
		Weight::from_parts(44_276_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn decide_access() -> Weight {
		Weight::from_parts(50_645_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn revoke_access() -> Weight {
		Weight::from_parts(50_686_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn return_grant() -> Weight {
		Weight::from_parts(44_797_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn set_admission() -> Weight {
		Weight::from_parts(10_996_000, 3838)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_whitelist() -> Weight {
		Weight::from_parts(31_547_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn overrule() -> Weight {
		Weight::from_parts(54_962_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn take_over() -> Weight {
		Weight::from_parts(91_476_000, 6794)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn file_notice() -> Weight {
		Weight::from_parts(83_955_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn contest_notice() -> Weight {
		Weight::from_parts(58_968_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn end_notice() -> Weight {
		Weight::from_parts(71_417_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn count_rows() -> Weight {
		Weight::from_parts(36_124_000, 3623)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn claim_commons() -> Weight {
		Weight::from_parts(64_026_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
}
