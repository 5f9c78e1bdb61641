//! Weights of the calls of `pallet_model_registry`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn register(p: u32, s: u32) -> Weight;
	fn set_price() -> Weight;
	fn set_split() -> Weight;
	fn transfer() -> Weight;
	fn deprecate() -> Weight;
	fn register_version(p: u32, s: u32) -> Weight;
	fn repoint() -> Weight;
	fn evaluate() -> Weight;
	fn retract_evaluation() -> Weight;
	fn dispute() -> Weight;
	fn resolve_dispute() -> Weight;
	fn expire_dispute() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// `p` is from 0 to 16.
	/// `s` is from 0 to 8.
	fn register(p: u32, s: u32) -> Weight {
		// Least time: 290_253_000 picoseconds.
		Weight::from_parts(114_982_145, 8523)
			.saturating_add(Weight::from_parts(12_568_495, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(46_338_425, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(4_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 2844).saturating_mul(s.into()))
	}
	fn set_price() -> Weight {
		// Least time: 27_571_000 picoseconds.
		Weight::from_parts(30_445_000, 4057)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_split() -> Weight {
		// Least time: 37_446_000 picoseconds.
		Weight::from_parts(40_841_000, 4057)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn transfer() -> Weight {
		// Least time: 68_823_000 picoseconds.
		Weight::from_parts(73_900_000, 6650)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn deprecate() -> Weight {
		// Least time: 20_811_000 picoseconds.
		Weight::from_parts(23_875_000, 4057)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// `p` is from 0 to 16.
	/// `s` is from 0 to 8.
	fn register_version(p: u32, s: u32) -> Weight {
		// Least time: 311_835_000 picoseconds.
		Weight::from_parts(113_416_949, 8523)
			.saturating_add(Weight::from_parts(13_340_732, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(50_208_061, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(5_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 2844).saturating_mul(s.into()))
	}
	fn repoint() -> Weight {
		// Least time: 75_122_000 picoseconds.
		Weight::from_parts(84_245_000, 25900)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn evaluate() -> Weight {
		// Least time: 71_676_000 picoseconds.
		Weight::from_parts(78_057_000, 4057)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn retract_evaluation() -> Weight {
		// Least time: 55_984_000 picoseconds.
		Weight::from_parts(60_801_000, 3820)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn dispute() -> Weight {
		// Least time: 81_832_000 picoseconds.
		Weight::from_parts(93_228_000, 7124)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn resolve_dispute() -> Weight {
		// Least time: 131_126_000 picoseconds.
		Weight::from_parts(138_086_000, 6650)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn expire_dispute() -> Weight {
		// Least time: 65_658_000 picoseconds.
		Weight::from_parts(70_345_000, 3820)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn register(p: u32, s: u32) -> Weight {
		Weight::from_parts(114_982_145, 8523)
			.saturating_add(Weight::from_parts(12_568_495, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(46_338_425, 0).saturating_mul(s.into()))
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(p.into())))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(s.into())))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 2844).saturating_mul(s.into()))
	}
	fn set_price() -> Weight {
		Weight::from_parts(30_445_000, 4057)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_split() -> Weight {
		Weight::from_parts(40_841_000, 4057)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn transfer() -> Weight {
		Weight::from_parts(73_900_000, 6650)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn deprecate() -> Weight {
		Weight::from_parts(23_875_000, 4057)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn register_version(p: u32, s: u32) -> Weight {
		Weight::from_parts(113_416_949, 8523)
			.saturating_add(Weight::from_parts(13_340_732, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(50_208_061, 0).saturating_mul(s.into()))
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(p.into())))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(s.into())))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 3067).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 2844).saturating_mul(s.into()))
	}
	fn repoint() -> Weight {
		Weight::from_parts(84_245_000, 25900)
			.saturating_add(ParityDbWeight::get().reads(12_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn evaluate() -> Weight {
		Weight::from_parts(78_057_000, 4057)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn retract_evaluation() -> Weight {
		Weight::from_parts(60_801_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn dispute() -> Weight {
		Weight::from_parts(93_228_000, 7124)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn resolve_dispute() -> Weight {
		Weight::from_parts(138_086_000, 6650)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn expire_dispute() -> Weight {
		Weight::from_parts(70_345_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
}
