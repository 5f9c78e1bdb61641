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
		/// May spend any amount from the treasury. Needs both chambers.
		#[codec(index = 0)]
		LargeSpender,
		/// May cancel a referendum of the stake chamber and give its deposits back.
		#[codec(index = 1)]
		ReferendumCanceller,
		/// May kill a referendum of the stake chamber and take its deposits.
		#[codec(index = 2)]
		ReferendumKiller,
		/// May put the chain into safe mode, which ends by itself, and end it.
		#[codec(index = 3)]
		Emergency,
		/// May change what other chains rely on. Needs both chambers.
		#[codec(index = 4)]
		Bridge,
		/// May spend small amounts from the treasury.
		#[codec(index = 5)]
		SmallSpender,
		/// May spend medium amounts from the treasury.
		#[codec(index = 6)]
		MediumSpender,
		/// May fund models out of the treasury.
		#[codec(index = 7)]
		ModelFunder,
		/// May set the parameters of agents, models, attribution and audits, decide disputes about models, and drop cases
		/// before auditors.
		#[codec(index = 8)]
		AgentManager,
		/// May set the parameters of datanets and curation.
		#[codec(index = 9)]
		DatanetPolicy,
		/// May set fees.
		#[codec(index = 10)]
		FeeSetter,
		/// May call off a slash that auditors have decided.
		#[codec(index = 11)]
		SlashAppeal,
		/// May cancel a referendum of the contribution chamber and give its deposits back.
		#[codec(index = 12)]
		ContributionCanceller,
		/// May kill a referendum of the contribution chamber and take its deposits.
		#[codec(index = 13)]
		ContributionKiller,
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
	/// Lets through [`Origin::LargeSpender`].
	LargeSpender,
	/// Lets through [`Origin::ReferendumCanceller`].
	ReferendumCanceller,
	/// Lets through [`Origin::ReferendumKiller`].
	ReferendumKiller,
	/// Lets through [`Origin::Emergency`].
	Emergency,
	/// Lets through [`Origin::Bridge`].
	Bridge,
	/// Lets through [`Origin::SmallSpender`].
	SmallSpender,
	/// Lets through [`Origin::MediumSpender`].
	MediumSpender,
	/// Lets through [`Origin::ModelFunder`].
	ModelFunder,
	/// Lets through [`Origin::AgentManager`].
	AgentManager,
	/// Lets through [`Origin::DatanetPolicy`].
	DatanetPolicy,
	/// Lets through [`Origin::FeeSetter`].
	FeeSetter,
	/// Lets through [`Origin::SlashAppeal`].
	SlashAppeal,
	/// Lets through [`Origin::ContributionCanceller`].
	ContributionCanceller,
	/// Lets through [`Origin::ContributionKiller`].
	ContributionKiller
);
