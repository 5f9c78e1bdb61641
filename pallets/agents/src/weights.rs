// PLACEHOLDER: hand-typed from the counted storage accesses of each call; to be replaced by frame-omni-bencher's output.
//! Weights of the calls.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the calls.
pub trait WeightInfo {
	/// `register`.
	fn register() -> Weight;
	/// `bond`.
	fn bond() -> Weight;
	/// `unbond`.
	fn unbond() -> Weight;
	/// `withdraw` with `n` entries in the queue.
	fn withdraw(n: u32) -> Weight;
	/// `offer_model`.
	fn offer() -> Weight;
	/// `withdraw_offer`.
	fn withdraw_offer() -> Weight;
}

/// Weights from counted reads and writes, with a generous allowance for computation.
pub struct CountedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> CountedWeight<T> {
	fn counted(micros: u64, reads: u64, writes: u64) -> Weight {
		Weight::from_parts(micros.saturating_mul(1_000_000), 4_096)
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for CountedWeight<T> {
	fn register() -> Weight {
		Self::counted(60, 5, 5)
	}
	fn bond() -> Weight {
		Self::counted(50, 4, 4)
	}
	fn unbond() -> Weight {
		Self::counted(30, 4, 2)
	}
	fn withdraw(n: u32) -> Weight {
		Self::counted(50, 3, 5).saturating_add(Weight::from_parts(100_000, 0).saturating_mul(u64::from(n)))
	}
	fn offer() -> Weight {
		Self::counted(25, 5, 1)
	}
	fn withdraw_offer() -> Weight {
		Self::counted(20, 3, 1)
	}
}
