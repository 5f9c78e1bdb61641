//! # Origins
//!
//! The powers that referenda on tracks below root confer. The pallet has no call, no storage and no event.

#![warn(missing_docs)]

pub use pallet::*;

// The pallet macro writes public items that carry no docs, and uses `expect`.
#[allow(missing_docs, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use frame_support::pallet_prelude::*;

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// A power below root.
	#[pallet::origin]
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
	pub enum Origin {
		/// May spend from the treasury.
		#[codec(index = 0)]
		Treasurer,
		/// May cancel a referendum and give its deposits back.
		#[codec(index = 1)]
		ReferendumCanceller,
		/// May kill a referendum and take its deposits.
		#[codec(index = 2)]
		ReferendumKiller,
		/// May put the chain into safe mode, which ends by itself, and end it.
		#[codec(index = 3)]
		Emergency,
	}
}

/// Defines a type that lets through one [`Origin`] and no other.
macro_rules! ensure {
	($($(#[$doc:meta])* $name:ident),+) => {$(
		$(#[$doc])*
		pub struct $name;

		impl<O> frame_support::traits::EnsureOrigin<O> for $name
		where
			O: Into<Result<Origin, O>> + From<Origin>,
		{
			type Success = ();

			fn try_origin(origin: O) -> Result<(), O> {
				origin.into().and_then(|origin| match origin {
					Origin::$name => Ok(()),
					other => Err(O::from(other)),
				})
			}

			#[cfg(feature = "runtime-benchmarks")]
			fn try_successful_origin() -> Result<O, ()> {
				Ok(O::from(Origin::$name))
			}
		}
	)+};
}

ensure!(
	/// Lets through [`Origin::Treasurer`].
	Treasurer,
	/// Lets through [`Origin::ReferendumCanceller`].
	ReferendumCanceller,
	/// Lets through [`Origin::ReferendumKiller`].
	ReferendumKiller,
	/// Lets through [`Origin::Emergency`].
	Emergency
);
