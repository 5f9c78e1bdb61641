//! A small runtime around the pallet, with the real store of parameters.

use crate as pallet_bounded_parameters;
use crate::{bounds, EnsureBounded, Step, Store};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	derive_impl,
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	pallet_prelude::DispatchResult,
	traits::{AsEnsureOriginWithArg, ConstU64, EnsureOriginWithArg, Get},
};
use frame_system::RawOrigin;
use scale_info::TypeInfo;
use sp_runtime::{BuildStorage, Perbill};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Parameters = pallet_parameters;
	#[runtime::pallet_index(2)]
	pub type BoundedParameters = pallet_bounded_parameters;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

#[allow(unreachable_pub, reason = "the macros write public items")]
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Test>)]
pub mod dynamic_params {
	use super::*;

	#[dynamic_pallet_params]
	#[codec(index = 7)]
	pub mod trade {
		#[codec(index = 0)]
		pub static Price: u128 = 1_000;

		#[codec(index = 1)]
		pub static Share: Perbill = Perbill::from_percent(10);

		/// The least that it may be is as small as can be.
		#[codec(index = 2)]
		pub static Count: u16 = 1;
	}

	#[dynamic_pallet_params]
	#[codec(index = 9)]
	pub mod time {
		#[codec(index = 0)]
		pub static Window: u32 = 100;

		#[codec(index = 1)]
		pub static Delay: u64 = 50;
	}
}

use dynamic_params::{time, trade};

/// Who changes what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Track {
	Trade,
	Time,
}

bounds! {
	/// The bounds of the mock.
	pub struct Bounds: RuntimeParameters, RuntimeParametersKey, Track, Step::DOUBLE;

	Trade in trade {
		Price: Trade, 100, 10_000;
		Share: Trade, Perbill::from_percent(1), Perbill::from_percent(30);
		Count: Time, 0, 9;
	}
	Time in time {
		Window: Time, 50, 400;
		Delay: Time, 10, 60;
	}
}

pub(crate) const INTERVAL: u64 = 20;
pub(crate) const TRADER: u64 = 1;
pub(crate) const TIMER: u64 = 2;

/// The trader sets prices, the timer times.
pub struct Origins;

impl EnsureOriginWithArg<RuntimeOrigin, Track> for Origins {
	type Success = ();

	fn try_origin(origin: RuntimeOrigin, track: &Track) -> Result<(), RuntimeOrigin> {
		match origin.clone().into() {
			Ok(RawOrigin::Signed(who)) if who == keeper(*track) => Ok(()),
			_ => Err(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin(track: &Track) -> Result<RuntimeOrigin, ()> {
		Ok(RuntimeOrigin::signed(keeper(*track)))
	}
}

fn keeper(track: Track) -> u64 {
	match track {
		Track::Trade => TRADER,
		Track::Time => TIMER,
	}
}

pub struct ParameterStore;

impl Store<RuntimeOrigin, RuntimeParameters> for ParameterStore {
	fn set(origin: RuntimeOrigin, parameter: RuntimeParameters) -> DispatchResult {
		Parameters::set_parameter(origin, parameter)
	}
}

impl pallet_parameters::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type AdminOrigin = AsEnsureOriginWithArg<EnsureBounded>;
	type WeightInfo = ();
}

impl pallet_bounded_parameters::Config for Test {
	type RuntimeParameters = RuntimeParameters;
	type Rules = Bounds;
	type Origins = Origins;
	type Store = ParameterStore;
	type MinInterval = ConstU64<INTERVAL>;
	type WeightInfo = pallet_bounded_parameters::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Dearer;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Dearer;

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<RuntimeParameters> for Dearer {
	fn parameter() -> RuntimeParameters {
		price(1_001)
	}
}

pub(crate) fn price(value: u128) -> RuntimeParameters {
	RuntimeParameters::Trade(trade::Parameters::Price(trade::Price, Some(value)))
}

pub(crate) fn share(parts: u32) -> RuntimeParameters {
	RuntimeParameters::Trade(trade::Parameters::Share(trade::Share, Some(Perbill::from_parts(parts))))
}

pub(crate) fn count(value: u16) -> RuntimeParameters {
	RuntimeParameters::Trade(trade::Parameters::Count(trade::Count, Some(value)))
}

pub(crate) fn window(value: u32) -> RuntimeParameters {
	RuntimeParameters::Time(time::Parameters::Window(time::Window, Some(value)))
}

pub(crate) fn delay(value: u64) -> RuntimeParameters {
	RuntimeParameters::Time(time::Parameters::Delay(time::Delay, Some(value)))
}

/// A price, without saying which.
pub(crate) fn no_price() -> RuntimeParameters {
	RuntimeParameters::Trade(trade::Parameters::Price(trade::Price, None))
}

pub(crate) fn price_now() -> u128 {
	<trade::Price as Get<u128>>::get()
}

pub(crate) fn trader() -> RuntimeOrigin {
	RuntimeOrigin::signed(TRADER)
}

pub(crate) fn timer() -> RuntimeOrigin {
	RuntimeOrigin::signed(TIMER)
}

/// The state that every test starts from: every parameter has its default.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		BoundedParameters::do_try_state().unwrap();
	});
}

/// Makes as many blocks as must be between two changes.
pub(crate) fn wait() {
	System::set_block_number(System::block_number() + INTERVAL);
}

pub(crate) fn root() -> Vec<u8> {
	sp_io::storage::root(sp_core::storage::StateVersion::V1)
}
