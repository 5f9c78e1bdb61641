// PLACEHOLDER: hand-typed; replaced by frame-omni-bencher output
//! Weights of the calls.
//!
//! Storage accesses are counted by hand from the code, with `System::Account` and `Balances::Holds` once per account
//! whose hold changes, and one read per tunable value. Computing is a guess on the high side: 60 µs per call, 40 µs per
//! contribution of a version. So is the proof: 4 KiB per read.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, RuntimeDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	/// Weight of `create`.
	fn create() -> Weight;
	/// Weight of `contribute`.
	fn contribute() -> Weight;
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// Weight of `reject`.
	fn reject() -> Weight;
	/// Weight of `freeze_version` that accepts `contributions`.
	fn freeze_version(contributions: u32) -> Weight;
	/// Weight of `transfer`.
	fn transfer() -> Weight;
	/// Weight of `set_access`.
	fn set_access() -> Weight;
	/// Weight of `request_access`.
	fn request_access() -> Weight;
	/// Weight of `cancel_request`.
	fn cancel_request() -> Weight;
	/// Weight of `decide_access`.
	fn decide_access() -> Weight;
	/// Weight of `revoke_access`.
	fn revoke_access() -> Weight;
	/// Weight of `return_grant`.
	fn return_grant() -> Weight;
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
const ITEM_TIME: u64 = 40_000_000;

/// `NextDatanet`, the deposit, account and holds of the owner; writes `Datanets` and `CountersOf` too.
const CREATE: Cost = Cost { reads: 4, writes: 5, ref_time: CALL_TIME };
/// `CountersOf`, the bond, account and holds of the contributor; writes `Contributions` too.
const CONTRIBUTE: Cost = Cost { reads: 4, writes: 4, ref_time: CALL_TIME };
/// `Contributions`, `CountersOf`, account and holds of the contributor.
const WITHDRAW: Cost = Cost { reads: 4, writes: 4, ref_time: CALL_TIME };
/// As for `withdraw`, and `Datanets` for its owner.
const REJECT: Cost = Cost { reads: 5, writes: 4, ref_time: CALL_TIME };
/// `Datanets`, `CountersOf`, the parent in `VersionsOf`; writes `CountersOf` and `VersionsOf`.
const FREEZE: Cost = Cost { reads: 3, writes: 2, ref_time: CALL_TIME };
/// `Contributions`, account and holds of the contributor.
const FREEZE_EACH: Cost = Cost { reads: 3, writes: 3, ref_time: ITEM_TIME };
/// `Datanets`, account and holds of both owners.
const TRANSFER: Cost = Cost { reads: 5, writes: 5, ref_time: CALL_TIME };

/// `Datanets`.
const SET_ACCESS: Cost = Cost { reads: 1, writes: 1, ref_time: CALL_TIME };
/// `Datanets`, `Grants`, `Requests`, account and holds of the applicant, account of the commons; writes one of the maps.
const REQUEST_ACCESS: Cost = Cost { reads: 6, writes: 4, ref_time: CALL_TIME };
/// `Requests`, account and holds of the applicant.
const CANCEL_REQUEST: Cost = Cost { reads: 3, writes: 3, ref_time: CALL_TIME };
/// `Datanets`, `Requests`, account and holds of the applicant; `Grants` is written instead of the latter two.
const DECIDE_ACCESS: Cost = Cost { reads: 4, writes: 3, ref_time: CALL_TIME };
/// `Datanets`, `Grants`, account and holds of the grantee.
const REVOKE_ACCESS: Cost = Cost { reads: 4, writes: 3, ref_time: CALL_TIME };
/// `Grants`, account and holds of the grantee.
const RETURN_GRANT: Cost = Cost { reads: 3, writes: 3, ref_time: CALL_TIME };

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn create() -> Weight {
		CREATE.on(T::DbWeight::get())
	}
	fn contribute() -> Weight {
		CONTRIBUTE.on(T::DbWeight::get())
	}
	fn withdraw() -> Weight {
		WITHDRAW.on(T::DbWeight::get())
	}
	fn reject() -> Weight {
		REJECT.on(T::DbWeight::get())
	}
	fn freeze_version(contributions: u32) -> Weight {
		let each = FREEZE_EACH.on(T::DbWeight::get());
		FREEZE.on(T::DbWeight::get()).saturating_add(each.saturating_mul(contributions.into()))
	}
	fn transfer() -> Weight {
		TRANSFER.on(T::DbWeight::get())
	}
	fn set_access() -> Weight {
		SET_ACCESS.on(T::DbWeight::get())
	}
	fn request_access() -> Weight {
		REQUEST_ACCESS.on(T::DbWeight::get())
	}
	fn cancel_request() -> Weight {
		CANCEL_REQUEST.on(T::DbWeight::get())
	}
	fn decide_access() -> Weight {
		DECIDE_ACCESS.on(T::DbWeight::get())
	}
	fn revoke_access() -> Weight {
		REVOKE_ACCESS.on(T::DbWeight::get())
	}
	fn return_grant() -> Weight {
		RETURN_GRANT.on(T::DbWeight::get())
	}
}

impl WeightInfo for () {
	fn create() -> Weight {
		CREATE.on(RocksDbWeight::get())
	}
	fn contribute() -> Weight {
		CONTRIBUTE.on(RocksDbWeight::get())
	}
	fn withdraw() -> Weight {
		WITHDRAW.on(RocksDbWeight::get())
	}
	fn reject() -> Weight {
		REJECT.on(RocksDbWeight::get())
	}
	fn freeze_version(contributions: u32) -> Weight {
		let each = FREEZE_EACH.on(RocksDbWeight::get());
		FREEZE.on(RocksDbWeight::get()).saturating_add(each.saturating_mul(contributions.into()))
	}
	fn transfer() -> Weight {
		TRANSFER.on(RocksDbWeight::get())
	}
	fn set_access() -> Weight {
		SET_ACCESS.on(RocksDbWeight::get())
	}
	fn request_access() -> Weight {
		REQUEST_ACCESS.on(RocksDbWeight::get())
	}
	fn cancel_request() -> Weight {
		CANCEL_REQUEST.on(RocksDbWeight::get())
	}
	fn decide_access() -> Weight {
		DECIDE_ACCESS.on(RocksDbWeight::get())
	}
	fn revoke_access() -> Weight {
		REVOKE_ACCESS.on(RocksDbWeight::get())
	}
	fn return_grant() -> Weight {
		RETURN_GRANT.on(RocksDbWeight::get())
	}
}
