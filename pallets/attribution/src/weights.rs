//! Weights of the calls of `pallet_attribution`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.
//!
//! `submit_batch`, `distribute`, `distribute_range` and `refund` were measured again later, beside other work, with 3 steps and 3
//! repeats. `forfeit`, and what proofs burn of weight (`refute`, `refute_receipt`, `report_equivocation`, `void_withheld`), are
//! estimates.

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
	fn refute() -> Weight;
	fn settle() -> Weight;
	fn distribute(n: u32) -> Weight;
	fn distribute_range(n: u32) -> Weight;
	fn forfeit() -> Weight;
	fn refute_receipt() -> Weight;
	fn report_equivocation() -> Weight;
	fn open(n: u32) -> Weight;
	fn demand() -> Weight;
	fn void_withheld() -> Weight;
	fn refund(n: u32) -> Weight;
	fn prune(n: u32) -> Weight;
	fn refute_index() -> Weight;
	fn retire_index() -> Weight;
	fn release_index_bond() -> Weight;
	fn mix() -> Weight;
	fn seed() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn publish_index() -> Weight {
		// Least time: 81_101_000 picoseconds.
		Weight::from_parts(92_949_000, 4057)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// `n` is from 1 to 256.
	fn submit_batch(n: u32) -> Weight {
		Weight::from_parts(243_994_000, 8523)
			.saturating_add(Weight::from_parts(226_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().reads((8_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(12_u64))
			.saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(n.into()))
	}
	fn refute() -> Weight {
		// Least time: 294_720_000 picoseconds.
		Weight::from_parts(441_244_000, 12799)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(20_u64))
	}
	fn settle() -> Weight {
		// Least time: 263_263_000 picoseconds.
		Weight::from_parts(282_642_000, 14005)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(9_u64))
	}
	/// `n` is from 1 to 64.
	fn distribute(n: u32) -> Weight {
		Weight::from_parts(102_200_000, 5796)
			.saturating_add(Weight::from_parts(120_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(8_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
	/// `n` is from 1 to 64.
	fn distribute_range(n: u32) -> Weight {
		Weight::from_parts(114_700_000, 5796)
			.saturating_add(Weight::from_parts(111_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(9_u64))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
	fn forfeit() -> Weight {
		// Least time: 62_000_000 picoseconds.
		Weight::from_parts(65_000_000, 3796)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn refute_receipt() -> Weight {
		// Least time: 322_751_000 picoseconds.
		Weight::from_parts(428_785_000, 12799)
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().writes(21_u64))
	}
	fn report_equivocation() -> Weight {
		// Least time: 264_093_000 picoseconds.
		Weight::from_parts(371_971_000, 10196)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(15_u64))
	}
	/// `n` is from 1 to 16.
	fn open(n: u32) -> Weight {
		// Least time: 167_500_000 picoseconds.
		Weight::from_parts(40_752_618, 4519)
			.saturating_add(Weight::from_parts(127_238_586, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5_u64))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(n.into()))
	}
	fn demand() -> Weight {
		// Least time: 83_184_000 picoseconds.
		Weight::from_parts(88_552_000, 4306)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn void_withheld() -> Weight {
		// Least time: 244_405_000 picoseconds.
		Weight::from_parts(348_906_000, 15402)
			.saturating_add(T::DbWeight::get().reads(21_u64))
			.saturating_add(T::DbWeight::get().writes(23_u64))
	}
	/// `n` is from 1 to 256.
	fn refund(n: u32) -> Weight {
		Weight::from_parts(40_857_050, 15771)
			.saturating_add(Weight::from_parts(183_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().reads((7_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2858).saturating_mul(n.into()))
	}
	/// `n` is from 1 to 64.
	fn prune(n: u32) -> Weight {
		// Least time: 23_195_000 picoseconds.
		Weight::from_parts(24_624_591, 3796)
			.saturating_add(Weight::from_parts(2_273_237, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2519).saturating_mul(n.into()))
	}
	fn refute_index() -> Weight {
		// Least time: 124_266_000 picoseconds.
		Weight::from_parts(133_539_000, 3892)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn retire_index() -> Weight {
		// Least time: 26_730_000 picoseconds.
		Weight::from_parts(31_447_000, 3589)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn release_index_bond() -> Weight {
		// Least time: 67_050_000 picoseconds.
		Weight::from_parts(71_467_000, 3892)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn mix() -> Weight {
		// Least time: 8_613_000 picoseconds.
		Weight::from_parts(9_254_000, 1525)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn seed() -> Weight {
		// Least time: 81_742_000 picoseconds.
		Weight::from_parts(86_379_000, 3796)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn publish_index() -> Weight {
		Weight::from_parts(92_949_000, 4057)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn submit_batch(n: u32) -> Weight {
		Weight::from_parts(243_994_000, 8523)
			.saturating_add(Weight::from_parts(226_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(15_u64))
			.saturating_add(ParityDbWeight::get().reads((8_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(12_u64))
			.saturating_add(ParityDbWeight::get().writes((6_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(n.into()))
	}
	fn refute() -> Weight {
		Weight::from_parts(441_244_000, 12799)
			.saturating_add(ParityDbWeight::get().reads(20_u64))
			.saturating_add(ParityDbWeight::get().writes(20_u64))
	}
	fn settle() -> Weight {
		Weight::from_parts(282_642_000, 14005)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(9_u64))
	}
	fn distribute(n: u32) -> Weight {
		Weight::from_parts(102_200_000, 5796)
			.saturating_add(Weight::from_parts(120_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(12_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(8_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
	fn distribute_range(n: u32) -> Weight {
		Weight::from_parts(114_700_000, 5796)
			.saturating_add(Weight::from_parts(111_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(13_u64))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(9_u64))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
	}
	fn forfeit() -> Weight {
		Weight::from_parts(65_000_000, 3796)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn refute_receipt() -> Weight {
		Weight::from_parts(428_785_000, 12799)
			.saturating_add(ParityDbWeight::get().reads(20_u64))
			.saturating_add(ParityDbWeight::get().writes(21_u64))
	}
	fn report_equivocation() -> Weight {
		Weight::from_parts(371_971_000, 10196)
			.saturating_add(ParityDbWeight::get().reads(18_u64))
			.saturating_add(ParityDbWeight::get().writes(15_u64))
	}
	fn open(n: u32) -> Weight {
		Weight::from_parts(40_752_618, 4519)
			.saturating_add(Weight::from_parts(127_238_586, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
			.saturating_add(ParityDbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(n.into()))
	}
	fn demand() -> Weight {
		Weight::from_parts(88_552_000, 4306)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn void_withheld() -> Weight {
		Weight::from_parts(348_906_000, 15402)
			.saturating_add(ParityDbWeight::get().reads(21_u64))
			.saturating_add(ParityDbWeight::get().writes(23_u64))
	}
	fn refund(n: u32) -> Weight {
		Weight::from_parts(40_857_050, 15771)
			.saturating_add(Weight::from_parts(183_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().reads((7_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
			.saturating_add(ParityDbWeight::get().writes((5_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2858).saturating_mul(n.into()))
	}
	fn prune(n: u32) -> Weight {
		Weight::from_parts(24_624_591, 3796)
			.saturating_add(Weight::from_parts(2_273_237, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2519).saturating_mul(n.into()))
	}
	fn refute_index() -> Weight {
		Weight::from_parts(133_539_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn retire_index() -> Weight {
		Weight::from_parts(31_447_000, 3589)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn release_index_bond() -> Weight {
		Weight::from_parts(71_467_000, 3892)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn mix() -> Weight {
		Weight::from_parts(9_254_000, 1525)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn seed() -> Weight {
		Weight::from_parts(86_379_000, 3796)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
}
