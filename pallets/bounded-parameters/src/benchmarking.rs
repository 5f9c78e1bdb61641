//! Benchmarks of the calls.

use crate::{
	pallet::{Call, Config, LastChange, Pallet},
	Rules,
};
use frame_benchmarking::v2::*;
use frame_support::traits::{dynamic_params::AggregatedKeyValue, EnsureOriginWithArg, Get};
use sp_runtime::traits::Saturating;

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<Parameter> {
	/// A parameter with a value that it has not and may be set to.
	fn parameter() -> Parameter;
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	/// The parameter was changed before.
	#[benchmark]
	fn set() -> Result<(), BenchmarkError> {
		let parameter = T::BenchmarkHelper::parameter();
		let (key, _) = parameter.clone().into_parts();
		let value = T::Rules::value(&parameter).ok_or("there is a value")?;
		let now = frame_system::Pallet::<T>::block_number();
		LastChange::<T>::insert(&key, now);
		let now = now.saturating_add(T::MinInterval::get());
		frame_system::Pallet::<T>::set_block_number(now);
		let track = T::Rules::rule(&key).track;
		let origin = T::Origins::try_successful_origin(&track).map_err(|()| "somebody may change it")?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parameter);

		assert_eq!(T::Rules::rule(&key).current, value);
		assert_eq!(LastChange::<T>::get(&key), Some(now));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
