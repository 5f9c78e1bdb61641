//! The invariants of the crate documentation.

use crate::{
	pallet::{Config, LastChange, Pallet},
	Rules,
};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let now = frame_system::Pallet::<T>::block_number();
		for (key, last) in LastChange::<T>::iter() {
			ensure!(last <= now, "a parameter was changed in the future");
			let rule = T::Rules::rule(&key);
			ensure!(rule.contains(rule.current), "a parameter that was changed is out of its range");
		}
		Ok(())
	}
}
