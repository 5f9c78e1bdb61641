//! Weights of the calls of `pallet_curation`, measured 2026-11-23 by `scripts/weights.sh` in the runtime's WASM: 16 steps,
//! 10 repeats.
//!
//! Of `close` the weight that a contributor loses is an estimate, on top of what was measured.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn register() -> Weight;
	fn leave() -> Weight;
	fn top_up() -> Weight;
	fn open_assessment() -> Weight;
	fn open_case() -> Weight;
	fn commit() -> Weight;
	fn reveal() -> Weight;
	fn reveal_gold() -> Weight;
	fn appeal() -> Weight;
	fn draw() -> Weight;
	fn score(m: u32) -> Weight;
	fn close() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		// Least time: 57_326_000 picoseconds.
		Weight::from_parts(60_280_000, 3834)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn leave() -> Weight {
		// Least time: 52_328_000 picoseconds.
		Weight::from_parts(55_302_000, 3820)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn top_up() -> Weight {
		// Least time: 55_653_000 picoseconds.
		Weight::from_parts(59_459_000, 3820)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn open_assessment() -> Weight {
		// Least time: 66_079_000 picoseconds.
		Weight::from_parts(72_107_000, 3834)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn open_case() -> Weight {
		// Least time: 83_705_000 picoseconds.
		Weight::from_parts(89_294_000, 6012)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn commit() -> Weight {
		// Least time: 32_608_000 picoseconds.
		Weight::from_parts(36_244_000, 5527)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn reveal() -> Weight {
		// Least time: 33_340_000 picoseconds.
		Weight::from_parts(36_514_000, 3686)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn reveal_gold() -> Weight {
		// Least time: 21_812_000 picoseconds.
		Weight::from_parts(23_785_000, 3686)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn appeal() -> Weight {
		// Least time: 90_294_000 picoseconds.
		Weight::from_parts(96_944_000, 8523)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn draw() -> Weight {
		// Least time: 843_066_000 picoseconds.
		Weight::from_parts(891_399_000, 225798)
			.saturating_add(T::DbWeight::get().reads(180_u64))
			.saturating_add(T::DbWeight::get().writes(50_u64))
	}
	/// `m` is from 1 to 64.
	fn score(m: u32) -> Weight {
		// Least time: 155_733_000 picoseconds.
		Weight::from_parts(57_068_672, 6012)
			.saturating_add(Weight::from_parts(85_430_697, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().writes(8_u64))
			.saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(m.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(m.into()))
	}
	fn close() -> Weight {
		// Least time: 71_676_000 picoseconds.
		Weight::from_parts(128_677_000, 5820)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(60_280_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn leave() -> Weight {
		Weight::from_parts(55_302_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn top_up() -> Weight {
		Weight::from_parts(59_459_000, 3820)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn open_assessment() -> Weight {
		Weight::from_parts(72_107_000, 3834)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn open_case() -> Weight {
		Weight::from_parts(89_294_000, 6012)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn commit() -> Weight {
		Weight::from_parts(36_244_000, 5527)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(36_514_000, 3686)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn reveal_gold() -> Weight {
		Weight::from_parts(23_785_000, 3686)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn appeal() -> Weight {
		Weight::from_parts(96_944_000, 8523)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn draw() -> Weight {
		Weight::from_parts(891_399_000, 225798)
			.saturating_add(ParityDbWeight::get().reads(180_u64))
			.saturating_add(ParityDbWeight::get().writes(50_u64))
	}
	fn score(m: u32) -> Weight {
		Weight::from_parts(57_068_672, 6012)
			.saturating_add(Weight::from_parts(85_430_697, 0).saturating_mul(m.into()))
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(m.into())))
			.saturating_add(ParityDbWeight::get().writes(8_u64))
			.saturating_add(ParityDbWeight::get().writes((6_u64).saturating_mul(m.into())))
			.saturating_add(Weight::from_parts(0, 2830).saturating_mul(m.into()))
	}
	fn close() -> Weight {
		Weight::from_parts(128_677_000, 5820)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(11_u64))
	}
}
