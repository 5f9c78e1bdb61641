//! How calls wait for their block: what keeps them, how they are read, and by which names they are found.

#![warn(missing_docs)]

use crate::{BlockNumber, OriginCaller, Preimage, RuntimeCall, Scheduler};
use alloc::borrow::Cow;
use codec::{Decode, DecodeLimit};
use frame_support::traits::{
	schedule::{
		v3::{Anon, Named, TaskName},
		DispatchTime, Period, Priority,
	},
	Bounded, FetchResult, QueryPreimage, StorePreimage,
};
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	DispatchError,
};

/// The most bytes of a call that waits. A call of three bytes takes some 250 of memory, of which there are 32 MiB.
pub const MAX_CALL_BYTES: u32 = 64 * 1024;

/// The deepest nesting of such a call, that of an extrinsic.
const MAX_CALL_DEPTH: u32 = 256;

/// The preimages of calls. One that is too long, or nested too deeply, is as good as not there: to decode it would exhaust
/// memory or stack where nothing catches that, at the start of a block.
pub struct Calls;

impl QueryPreimage for Calls {
	type H = BlakeTwo256;

	fn len(hash: &H256) -> Option<u32> {
		<Preimage as QueryPreimage>::len(hash)
	}

	fn fetch(hash: &H256, len: Option<u32>) -> FetchResult {
		let bytes = len.or_else(|| Self::len(hash)).ok_or(DispatchError::Unavailable)?;
		if bytes > MAX_CALL_BYTES {
			return Err(DispatchError::Exhausted);
		}
		<Preimage as QueryPreimage>::fetch(hash, Some(bytes))
	}

	fn is_requested(hash: &H256) -> bool {
		<Preimage as QueryPreimage>::is_requested(hash)
	}

	fn request(hash: &H256) {
		<Preimage as QueryPreimage>::request(hash);
	}

	fn unrequest(hash: &H256) {
		<Preimage as QueryPreimage>::unrequest(hash);
	}

	fn peek<T: Decode>(bounded: &Bounded<T, Self::H>) -> Result<(T, Option<u32>), DispatchError> {
		let decode = |bytes: &[u8]| T::decode_all_with_depth_limit(MAX_CALL_DEPTH, &mut &*bytes);
		let (decoded, looked_up) = match bounded {
			Bounded::Inline(bytes) => (decode(bytes), None),
			Bounded::Lookup { hash, len } => (decode(&Self::fetch(hash, Some(*len))?), Some(*len)),
			Bounded::Legacy { hash, .. } => {
				let bytes = Self::fetch(hash, None)?;
				(decode(&bytes), u32::try_from(bytes.len()).ok())
			}
		};
		decoded.map(|value| (value, looked_up)).map_err(|_| DispatchError::Corruption)
	}
}

impl StorePreimage for Calls {
	const MAX_LENGTH: usize = MAX_CALL_BYTES as usize;

	fn note(bytes: Cow<[u8]>) -> Result<H256, DispatchError> {
		if bytes.len() > Self::MAX_LENGTH {
			return Err(DispatchError::Exhausted);
		}
		<Preimage as StorePreimage>::note(bytes)
	}
}

/// The scheduler with names of its own for the contribution chamber. Referenda name what they schedule by their index alone, so
/// that two referenda of the same number would otherwise stand in each other's way.
pub struct ContributionScheduler;

fn salted(name: TaskName) -> TaskName {
	BlakeTwo256::hash(&[b"contribution".as_slice(), &name].concat()).into()
}

impl Anon<BlockNumber, RuntimeCall, OriginCaller> for ContributionScheduler {
	type Address = <Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::Address;
	type Hasher = BlakeTwo256;

	fn schedule(
		when: DispatchTime<BlockNumber>,
		period: Option<Period<BlockNumber>>,
		priority: Priority,
		origin: OriginCaller,
		call: Bounded<RuntimeCall, Self::Hasher>,
	) -> Result<Self::Address, DispatchError> {
		<Scheduler as Anon<_, _, _>>::schedule(when, period, priority, origin, call)
	}

	fn cancel(address: Self::Address) -> Result<(), DispatchError> {
		<Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::cancel(address)
	}

	fn reschedule(address: Self::Address, when: DispatchTime<BlockNumber>) -> Result<Self::Address, DispatchError> {
		<Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::reschedule(address, when)
	}

	fn next_dispatch_time(address: Self::Address) -> Result<BlockNumber, DispatchError> {
		<Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::next_dispatch_time(address)
	}
}

impl Named<BlockNumber, RuntimeCall, OriginCaller> for ContributionScheduler {
	type Address = <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::Address;
	type Hasher = BlakeTwo256;

	fn schedule_named(
		id: TaskName,
		when: DispatchTime<BlockNumber>,
		period: Option<Period<BlockNumber>>,
		priority: Priority,
		origin: OriginCaller,
		call: Bounded<RuntimeCall, Self::Hasher>,
	) -> Result<Self::Address, DispatchError> {
		<Scheduler as Named<_, _, _>>::schedule_named(salted(id), when, period, priority, origin, call)
	}

	fn cancel_named(id: TaskName) -> Result<(), DispatchError> {
		<Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::cancel_named(salted(id))
	}

	fn reschedule_named(id: TaskName, when: DispatchTime<BlockNumber>) -> Result<Self::Address, DispatchError> {
		<Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::reschedule_named(salted(id), when)
	}

	fn next_dispatch_time(id: TaskName) -> Result<BlockNumber, DispatchError> {
		<Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::next_dispatch_time(salted(id))
	}
}
