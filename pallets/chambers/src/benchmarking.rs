//! Benchmarks of the calls.

use crate::{
	pallet::{Call, Config, Origin, Pallet, Proposals},
	BoundedCallOf, Chamber, Constituted, Power, ATTEMPTS,
};
use alloc::vec;
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		schedule::{v3::Named, DispatchTime},
		Bounded, Get, StorePreimage,
	},
	weights::Weight,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::{BlakeTwo256, Hash, One, Saturating};

/// The most calls that are put into an agenda to fill it.
const MOST_SCHEDULED: u32 = 4_096;

/// Bytes of a call besides the remark in it.
const FRAME: u32 = 8;

/// Blocks in which something is due may have passed before a proposal is over.
fn pass<T: Config>(blocks: BlockNumberFor<T>) {
	let now = frame_system::Pallet::<T>::block_number();
	frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks));
}

/// Fills the agendas of the blocks that are tried before the last for something that is due in `blocks` from now, and
/// all but one place in that one.
fn fill<T: Config>(blocks: BlockNumberFor<T>) {
	let due = frame_system::Pallet::<T>::block_number().saturating_add(blocks);
	for later in 0..ATTEMPTS {
		let time = due.saturating_add(later.into());
		let mut last = None;
		for number in 0..MOST_SCHEDULED {
			let name = (b"filler", time, number).using_encoded(BlakeTwo256::hash).0;
			let nothing = Call::<T>::withdraw { proposal: Default::default() };
			let Ok(call) = T::Preimages::bound(<T as Config>::RuntimeCall::from(nothing)) else { return };
			let (origin, time) = (Origin::Enact.into(), DispatchTime::At(time));
			if T::Scheduler::schedule_named(name, time, None, 0, origin, call).is_err() {
				break;
			}
			last = Some(name);
		}
		if let Some(name) = last.filter(|_| later.saturating_add(1) == ATTEMPTS) {
			let _ = T::Scheduler::cancel_named(name);
		}
	}
}

/// A noted call of `len` bytes or a few more.
fn noted<T: Config>(len: u32) -> Result<BoundedCallOf<T>, BenchmarkError>
where
	<T as Config>::RuntimeCall: From<frame_system::Call<T>>,
{
	let remark = vec![7; len.saturating_sub(FRAME) as usize];
	let call: <T as Config>::RuntimeCall = frame_system::Call::<T>::remark { remark }.into();
	let bytes = call.encode();
	let len = bytes.len() as u32;
	let hash = T::Preimages::note(bytes.into())?;
	Ok(Bounded::Lookup { hash, len })
}

fn assents(chamber: Chamber) -> Origin {
	Origin::Assent { chamber, power: Power::Root }
}

/// Both chambers have assented to a noted call, and others have filled the agendas around it.
fn carried<T: Config>(len: u32) -> Result<(BoundedCallOf<T>, T::Hash), BenchmarkError>
where
	<T as Config>::RuntimeCall: From<frame_system::Call<T>>,
{
	let call = noted::<T>(len)?;
	T::Contribution::constitute(true);
	fill::<T>(T::Enactment::get());
	for chamber in [Chamber::Stake, Chamber::Contribution] {
		Pallet::<T>::assent(assents(chamber).into(), call.clone())?;
	}
	let hash = call.hash();
	Ok((call, hash))
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks(where <T as Config>::RuntimeCall: From<frame_system::Call<T>>)]
mod benchmarks {
	use super::*;

	/// The proposal is over and begins anew, one assent is enough, and only the last agenda has room.
	#[benchmark]
	fn assent(l: Linear<200, 60_000>) -> Result<(), BenchmarkError> {
		T::Contribution::constitute(false);
		let call = noted::<T>(l)?;
		let key = (Power::Root, call.hash());
		Pallet::<T>::assent(assents(Chamber::Stake).into(), call.clone())?;
		let due = Proposals::<T>::get(key).and_then(|proposal| proposal.due).ok_or("it is scheduled")?;
		frame_system::Pallet::<T>::set_block_number(due);
		pass::<T>(T::AssentPeriod::get().saturating_add(One::one()));
		fill::<T>(T::Enactment::get());
		let origin: T::RuntimeOrigin = assents(Chamber::Stake).into();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, call);

		let proposal = Proposals::<T>::get(key).ok_or("it was not forgotten")?;
		assert!(proposal.due.is_some_and(|now| now > due));
		Ok(())
	}

	/// It was scheduled.
	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let (_, hash) = carried::<T>(200)?;
		let origin: T::RuntimeOrigin = assents(Chamber::Stake).into();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, hash);

		assert!(Proposals::<T>::get((Power::Root, hash)).is_some_and(|proposal| proposal.due.is_none()));
		Ok(())
	}

	/// Only the last agenda has room.
	#[benchmark]
	fn delay() -> Result<(), BenchmarkError> {
		let (_, hash) = carried::<T>(200)?;
		let old =
			Proposals::<T>::get((Power::Root, hash)).and_then(|proposal| proposal.due).ok_or("it is scheduled")?;
		let now = frame_system::Pallet::<T>::block_number();
		fill::<T>(old.saturating_sub(now).saturating_add(T::DelayPeriod::get()));
		let origin: T::RuntimeOrigin = Origin::Delay { chamber: Chamber::Stake }.into();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Power::Root, hash);

		assert!(Proposals::<T>::get((Power::Root, hash)).is_some_and(|proposal| proposal.due > Some(old)));
		Ok(())
	}

	/// It was scheduled, and its wake-up is still there.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let (_, hash) = carried::<T>(200)?;
		pass::<T>(T::Enactment::get().saturating_add(T::AssentPeriod::get()));
		pass::<T>(ATTEMPTS.saturating_add(1).into());

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), Power::Root, hash);

		assert!(!Proposals::<T>::contains_key((Power::Root, hash)));
		Ok(())
	}

	#[benchmark]
	fn enact(l: Linear<200, 60_000>) -> Result<(), BenchmarkError> {
		let (call, hash) = carried::<T>(l)?;
		pass::<T>(T::Enactment::get().saturating_add(ATTEMPTS.into()));
		let len = call.len().ok_or("it has a length")?;
		let origin: T::RuntimeOrigin = Origin::Enact.into();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Power::Root, hash, Weight::MAX, len);

		assert!(!Proposals::<T>::contains_key((Power::Root, hash)));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
