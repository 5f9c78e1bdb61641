//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// No value is named: a parameter cannot be reset, only set.
		NoValue,
		/// The parameter has this value already: name another one.
		SameValue,
		/// The value is outside the parameter's range: choose one that is within, or change the range with an upgrade.
		OutOfRange,
		/// The value is further from the present one than one change may lead: go there in several.
		TooFar,
		/// The parameter was changed a short while ago: wait until it may be changed again.
		TooSoon,
	}
}
