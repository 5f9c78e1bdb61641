//! Weights of the calls of `pallet_agents`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.
//!
//! Of `execute_slash` the weight that a slash burns is an estimate, on top of what was measured.

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
	fn set_signer() -> Weight;
	fn set_beneficiary() -> Weight;
	fn set_roles() -> Weight;
	fn delegate() -> Weight;
	fn undelegate() -> Weight;
	fn withdraw_delegation(n: u32) -> Weight;
	fn prune_offer() -> Weight;
	fn answer_probe() -> Weight;
	fn return_to_service() -> Weight;
	fn register_service(n: u32) -> Weight;
	fn update_service(n: u32) -> Weight;
	fn retire_service() -> Weight;
	fn execute_slash() -> Weight;
	fn cancel_slash() -> Weight;
	fn open_probe() -> Weight;
	fn miss_probe() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		// Least time: 95_152_000 picoseconds.
		Weight::from_parts(100_750_000, 7622)
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	fn bond() -> Weight {
		// Least time: 66_880_000 picoseconds.
		Weight::from_parts(71_607_000, 4306)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn unbond() -> Weight {
		// Least time: 41_442_000 picoseconds.
		Weight::from_parts(44_326_000, 8523)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	/// `n` is from 1 to 16.
	fn withdraw(n: u32) -> Weight {
		// Least time: 69_674_000 picoseconds.
		Weight::from_parts(71_932_691, 4306)
			.saturating_add(Weight::from_parts(1_747_902, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	fn offer() -> Weight {
		// Least time: 53_540_000 picoseconds.
		Weight::from_parts(66_409_000, 7622)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn withdraw_offer() -> Weight {
		// Least time: 32_098_000 picoseconds.
		Weight::from_parts(39_859_000, 4306)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn set_signer() -> Weight {
		// Least time: 55_152_000 picoseconds.
		Weight::from_parts(59_449_000, 7622)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn set_beneficiary() -> Weight {
		// Least time: 13_119_000 picoseconds.
		Weight::from_parts(14_371_000, 4306)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_roles() -> Weight {
		// Least time: 28_162_000 picoseconds.
		Weight::from_parts(30_075_000, 4306)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn delegate() -> Weight {
		// Least time: 66_009_000 picoseconds.
		Weight::from_parts(69_464_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn undelegate() -> Weight {
		// Least time: 30_265_000 picoseconds.
		Weight::from_parts(32_499_000, 6012)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// `n` is from 1 to 16.
	fn withdraw_delegation(n: u32) -> Weight {
		// Least time: 59_970_000 picoseconds.
		Weight::from_parts(61_955_114, 4306)
			.saturating_add(Weight::from_parts(909_576, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn prune_offer() -> Weight {
		// Least time: 28_823_000 picoseconds.
		Weight::from_parts(33_560_000, 4306)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn answer_probe() -> Weight {
		// Least time: 24_286_000 picoseconds.
		Weight::from_parts(25_968_000, 4306)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn return_to_service() -> Weight {
		// Least time: 23_555_000 picoseconds.
		Weight::from_parts(25_228_000, 7622)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// `n` is from 1 to 16.
	fn register_service(n: u32) -> Weight {
		// Least time: 95_142_000 picoseconds.
		Weight::from_parts(83_060_720, 4306)
			.saturating_add(Weight::from_parts(13_152_682, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(n.into()))
	}
	/// `n` is from 1 to 16.
	fn update_service(n: u32) -> Weight {
		// Least time: 36_084_000 picoseconds.
		Weight::from_parts(25_731_541, 3740)
			.saturating_add(Weight::from_parts(12_197_264, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(n.into()))
	}
	fn retire_service() -> Weight {
		// Least time: 101_751_000 picoseconds.
		Weight::from_parts(136_894_000, 4306)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn execute_slash() -> Weight {
		// Least time: 239_457_000 picoseconds.
		Weight::from_parts(362_346_000, 18005)
			.saturating_add(T::DbWeight::get().reads(21_u64))
			.saturating_add(T::DbWeight::get().writes(24_u64))
	}
	fn cancel_slash() -> Weight {
		// Least time: 60_940_000 picoseconds.
		Weight::from_parts(67_500_000, 4306)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn open_probe() -> Weight {
		// Least time: 32_919_000 picoseconds.
		Weight::from_parts(35_113_000, 4306)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn miss_probe() -> Weight {
		// Least time: 76_084_000 picoseconds.
		Weight::from_parts(81_262_000, 4306)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(100_750_000, 7622)
			.saturating_add(ParityDbWeight::get().reads(10_u64))
			.saturating_add(ParityDbWeight::get().writes(10_u64))
	}
	fn bond() -> Weight {
		Weight::from_parts(71_607_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn unbond() -> Weight {
		Weight::from_parts(44_326_000, 8523)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn withdraw(n: u32) -> Weight {
		Weight::from_parts(71_932_691, 4306)
			.saturating_add(Weight::from_parts(1_747_902, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(13_u64))
	}
	fn offer() -> Weight {
		Weight::from_parts(66_409_000, 7622)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn withdraw_offer() -> Weight {
		Weight::from_parts(39_859_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn set_signer() -> Weight {
		Weight::from_parts(59_449_000, 7622)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(14_u64))
	}
	fn set_beneficiary() -> Weight {
		Weight::from_parts(14_371_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_roles() -> Weight {
		Weight::from_parts(30_075_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn delegate() -> Weight {
		Weight::from_parts(69_464_000, 6012)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(32_499_000, 6012)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn withdraw_delegation(n: u32) -> Weight {
		Weight::from_parts(61_955_114, 4306)
			.saturating_add(Weight::from_parts(909_576, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn prune_offer() -> Weight {
		Weight::from_parts(33_560_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn answer_probe() -> Weight {
		Weight::from_parts(25_968_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn return_to_service() -> Weight {
		Weight::from_parts(25_228_000, 7622)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn register_service(n: u32) -> Weight {
		Weight::from_parts(83_060_720, 4306)
			.saturating_add(Weight::from_parts(13_152_682, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(n.into()))
	}
	fn update_service(n: u32) -> Weight {
		Weight::from_parts(25_731_541, 3740)
			.saturating_add(Weight::from_parts(12_197_264, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(n.into()))
	}
	fn retire_service() -> Weight {
		Weight::from_parts(136_894_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn execute_slash() -> Weight {
		Weight::from_parts(362_346_000, 18005)
			.saturating_add(ParityDbWeight::get().reads(21_u64))
			.saturating_add(ParityDbWeight::get().writes(24_u64))
	}
	fn cancel_slash() -> Weight {
		Weight::from_parts(67_500_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn open_probe() -> Weight {
		Weight::from_parts(35_113_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn miss_probe() -> Weight {
		Weight::from_parts(81_262_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(10_u64))
	}
}
