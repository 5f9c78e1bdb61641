// PLACEHOLDER: hand-typed from the counted storage accesses of each call; to be replaced by frame-omni-bencher's output.
//! Weights of the calls.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the calls.
pub trait WeightInfo {
	/// `open`.
	fn open() -> Weight;
	/// `top_up`.
	fn top_up() -> Weight;
	/// `request_close`.
	fn request_close() -> Weight;
	/// `withdraw`.
	fn withdraw() -> Weight;
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
	fn open() -> Weight {
		Self::counted(50, 5, 4)
	}
	fn top_up() -> Weight {
		Self::counted(45, 3, 3)
	}
	fn request_close() -> Weight {
		Self::counted(20, 2, 1)
	}
	fn withdraw() -> Weight {
		Self::counted(45, 3, 3)
	}
}
