// PLACEHOLDER: hand-typed from the counted storage accesses of each call; to be replaced by frame-omni-bencher's output.
//! Weights of the calls.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the calls.
pub trait WeightInfo {
	/// `publish_index`.
	fn publish_index() -> Weight;
	/// `submit_batch` with `n` payers.
	fn submit_batch(n: u32) -> Weight;
	/// `refute` of a batch with `n` payers.
	fn refute(n: u32) -> Weight;
	/// `settle`.
	fn settle() -> Weight;
	/// `distribute` of `n` payouts.
	fn distribute(n: u32) -> Weight;
}

/// Weights from counted reads and writes, with a generous allowance for computation: 80 µs for a signature, 1 µs for a
/// hash, 100 µs for a dot product of 4,096 entries.
pub struct CountedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> CountedWeight<T> {
	fn counted(micros: u64, reads: u64, writes: u64) -> Weight {
		Weight::from_parts(micros.saturating_mul(1_000_000), 4_096)
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}

	fn each(n: u32, micros: u64, reads: u64, writes: u64) -> Weight {
		Self::counted(micros, reads, writes).saturating_mul(u64::from(n))
	}
}

impl<T: frame_system::Config> WeightInfo for CountedWeight<T> {
	fn publish_index() -> Weight {
		Self::counted(60, 6, 4)
	}
	fn submit_batch(n: u32) -> Weight {
		Self::counted(80, 9, 7).saturating_add(Self::each(n, 220, 4, 4))
	}
	fn refute(n: u32) -> Weight {
		Self::counted(400, 14, 11).saturating_add(Self::each(n, 90, 4, 4))
	}
	fn settle() -> Weight {
		Self::counted(90, 6, 7)
	}
	fn distribute(n: u32) -> Weight {
		Self::counted(40, 4, 3).saturating_add(Self::each(n, 70, 3, 2))
	}
}
