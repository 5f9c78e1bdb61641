// PLACEHOLDER: hand-typed; replaced by frame-omni-bencher output
//! Weights of the calls.
//!
//! Storage accesses are counted by hand from the code, with `System::Account` and `Balances::Holds` once per account
//! whose hold changes, and one read per tunable value. Computing is a guess on the high side: 60 µs per call, 10 µs per
//! parent or datanet version. So is the proof: 4 KiB per read.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	/// Weight of `register` with a number of parents and of datanet versions that the model is made from.
	fn register(parents: u32, sources: u32) -> Weight;
	/// Weight of `set_price`.
	fn set_price() -> Weight;
	/// Weight of `set_split`.
	fn set_split() -> Weight;
	/// Weight of `transfer`.
	fn transfer() -> Weight;
	/// Weight of `deprecate`.
	fn deprecate() -> Weight;
}

/// What a piece of work costs.
struct Cost {
	reads: u64,
	writes: u64,
	/// In picoseconds.
	ref_time: u64,
}

impl Cost {
	fn on(self, db: RuntimeDbWeight) -> Weight {
		Weight::from_parts(self.ref_time, self.reads.saturating_mul(PROOF_PER_READ))
			.saturating_add(db.reads_writes(self.reads, self.writes))
	}
}

const PROOF_PER_READ: u64 = 4_096;
const CALL_TIME: u64 = 60_000_000;
const ITEM_TIME: u64 = 10_000_000;

/// `NextModel`, the deposit, the greatest price, the base, account and holds of the owner; writes `Models` too.
const REGISTER: Cost = Cost { reads: 6, writes: 4, ref_time: CALL_TIME };
/// A parent in `Models`.
const REGISTER_PARENT: Cost = Cost { reads: 1, writes: 0, ref_time: ITEM_TIME };
/// A datanet version, its datanet and the last job of a grant, whose deposit is released: the hold of the owner is counted
/// above.
const REGISTER_SOURCE: Cost = Cost { reads: 3, writes: 1, ref_time: ITEM_TIME };
/// `Models` and the greatest price.
const SET_PRICE: Cost = Cost { reads: 2, writes: 1, ref_time: CALL_TIME };
/// `Models`.
const SET_SPLIT: Cost = Cost { reads: 1, writes: 1, ref_time: CALL_TIME };
/// `Models`, account and holds of both owners.
const TRANSFER: Cost = Cost { reads: 5, writes: 5, ref_time: CALL_TIME };
/// `Models`.
const DEPRECATE: Cost = Cost { reads: 1, writes: 1, ref_time: CALL_TIME };

fn register_on(db: RuntimeDbWeight, parents: u32, sources: u32) -> Weight {
	REGISTER
		.on(db)
		.saturating_add(REGISTER_PARENT.on(db).saturating_mul(parents.into()))
		.saturating_add(REGISTER_SOURCE.on(db).saturating_mul(sources.into()))
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register(parents: u32, sources: u32) -> Weight {
		register_on(T::DbWeight::get(), parents, sources)
	}
	fn set_price() -> Weight {
		SET_PRICE.on(T::DbWeight::get())
	}
	fn set_split() -> Weight {
		SET_SPLIT.on(T::DbWeight::get())
	}
	fn transfer() -> Weight {
		TRANSFER.on(T::DbWeight::get())
	}
	fn deprecate() -> Weight {
		DEPRECATE.on(T::DbWeight::get())
	}
}

impl WeightInfo for () {
	fn register(parents: u32, sources: u32) -> Weight {
		register_on(RocksDbWeight::get(), parents, sources)
	}
	fn set_price() -> Weight {
		SET_PRICE.on(RocksDbWeight::get())
	}
	fn set_split() -> Weight {
		SET_SPLIT.on(RocksDbWeight::get())
	}
	fn transfer() -> Weight {
		TRANSFER.on(RocksDbWeight::get())
	}
	fn deprecate() -> Weight {
		DEPRECATE.on(RocksDbWeight::get())
	}
}
