//! What a poll counts.

use crate::pallet::{Config, Constituted, Error, Pallet};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	traits::{Get, VoteTally},
	CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use openledger_primitives::Balance;
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// The votes of a poll, and what it takes to weigh more of them.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	CloneNoBound,
	PartialEqNoBound,
	EqNoBound,
	DebugNoBound,
)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound())]
pub struct Tally<T: Config> {
	/// What those weigh who are for it, in planck.
	pub ayes: Balance,
	/// What those weigh who are against it, in planck.
	pub nays: Balance,
	/// The period at whose start weights are taken: that of the submission.
	pub snapshot: u32,
	/// What all accounts weighed then, in planck.
	pub total: Balance,
	/// Whose weights.
	#[codec(skip)]
	runtime: PhantomData<T>,
}

impl<T: Config> Tally<T> {
	/// A tally in which nobody has voted yet.
	pub fn empty(snapshot: u32, total: Balance) -> Self {
		Self { ayes: 0, nays: 0, snapshot, total, runtime: PhantomData }
	}

	/// Counts `weight` more on a side.
	pub(crate) fn add(&mut self, aye: bool, weight: Balance) -> Result<(), Error<T>> {
		let side = self.side(aye);
		*side = side.checked_add(weight).ok_or(Error::<T>::Overflow)?;
		Ok(())
	}

	/// Counts `weight` less on a side.
	pub(crate) fn take(&mut self, aye: bool, weight: Balance) -> Result<(), Error<T>> {
		let side = self.side(aye);
		*side = side.checked_sub(weight).ok_or(Error::<T>::Overflow)?;
		Ok(())
	}

	fn side(&mut self, aye: bool) -> &mut Balance {
		if aye {
			&mut self.ayes
		} else {
			&mut self.nays
		}
	}
}

/// The class does not matter: who may not vote on a track is not counted in the first place.
impl<T: Config, Class> VoteTally<Balance, Class> for Tally<T> {
	/// The tally of a poll that is being submitted. This is the only sign of a new poll that a tally is given, so the weights of
	/// this period are kept from here on. Referenda call it once for each poll.
	fn new(_: Class) -> Self {
		let (snapshot, total) = Pallet::<T>::mark();
		Self::empty(snapshot, total)
	}

	fn ayes(&self, _: Class) -> Balance {
		self.ayes
	}

	/// The part of all weight that is for it, rounded down. None until the chamber is constituted: otherwise the first few
	/// accounts to weigh anything would decide alone. From then on, turnout is measured against `LeastTotal` at least.
	fn support(&self, _: Class) -> Perbill {
		if !Constituted::<T>::get() {
			return Perbill::zero();
		}
		part(self.ayes, self.total.max(T::LeastTotal::get()))
	}

	/// The part of the votes that is for it, rounded down; none when nobody has voted.
	fn approval(&self, _: Class) -> Perbill {
		part(self.ayes, self.ayes.saturating_add(self.nays))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn unanimity(_: Class) -> Self {
		let tally = Self::assumed();
		Self { ayes: tally.total, ..tally }
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn rejection(_: Class) -> Self {
		let tally = Self::assumed();
		Self { nays: tally.total, ..tally }
	}

	/// Rounded so that both are reached. One aye at least: without any there is no approval.
	#[cfg(feature = "runtime-benchmarks")]
	fn from_requirements(support: Perbill, approval: Perbill, _: Class) -> Self {
		let tally = Self::assumed();
		let ayes = support.mul_ceil(tally.total).max(1);
		// No approval is reached by any, and has no reciprocal.
		let approval = approval.max(Perbill::from_parts(1));
		let nays = approval.saturating_reciprocal_mul_floor(ayes).saturating_sub(ayes);
		Self { ayes, nays, ..tally }
	}

	/// None of the three looks at weights that are stored.
	#[cfg(feature = "runtime-benchmarks")]
	fn setup(_: Class, _: Perbill) {}
}

#[cfg(feature = "runtime-benchmarks")]
impl<T: Config> Tally<T> {
	/// Nobody has voted, and there is enough weight to express any part of it, in a chamber that is constituted.
	fn assumed() -> Self {
		Constituted::<T>::put(true);
		Self::empty(0, T::LeastTotal::get().max(1_000_000_000_000))
	}
}

/// `ayes` of `whole`, rounded down. Of nothing it is none, for which [`Perbill::from_rational`] has all.
fn part(ayes: Balance, whole: Balance) -> Perbill {
	if whole == 0 {
		return Perbill::zero();
	}
	Perbill::from_rational(ayes, whole)
}
