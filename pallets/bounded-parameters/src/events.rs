//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A parameter was set.
		Set {
			/// Which one.
			key: KeyOf<T>,
			/// What it was, in its unit: planck, blocks, parts of a billion.
			from: u128,
			/// What it is.
			to: u128,
		},
	}
}
