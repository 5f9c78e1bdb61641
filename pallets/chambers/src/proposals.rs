//! Assents, and what becomes of proposals that do not get enough of them.

use crate::{
	pallet::{Config, Error, Event, Origin, Pallet, Proposals},
	Allowed, BoundedCallOf, Chamber, Constituted, Power, Proposal, ProposalOf,
};
use codec::DecodeLimit;
use frame_support::{
	dispatch::{DispatchResult, GetDispatchInfo},
	ensure,
	traits::{Bounded, Get, QueryPreimage},
	weights::Weight,
	MAX_EXTRINSIC_DEPTH,
};
use frame_system::pallet_prelude::{BlockNumberFor, OriginFor};
use sp_runtime::{
	traits::{BadOrigin, Saturating},
	DispatchError,
};

impl<T: Config> Pallet<T> {
	/// The chamber and the power that may assent.
	pub(crate) fn ensure_assent(origin: OriginFor<T>) -> Result<(Chamber, Power), BadOrigin> {
		match origin.into() {
			Ok(Origin::Assent { chamber, power }) => Ok((chamber, power)),
			_ => Err(BadOrigin),
		}
	}

	/// The chamber that may delay.
	pub(crate) fn ensure_delay(origin: OriginFor<T>) -> Result<Chamber, BadOrigin> {
		match origin.into() {
			Ok(Origin::Delay { chamber }) => Ok(chamber),
			_ => Err(BadOrigin),
		}
	}

	/// Whether it is the pallet itself.
	pub(crate) fn ensure_enact(origin: OriginFor<T>) -> Result<(), BadOrigin> {
		match origin.into() {
			Ok(Origin::Enact) => Ok(()),
			_ => Err(BadOrigin),
		}
	}

	pub(crate) fn do_assent(chamber: Chamber, power: Power, call: BoundedCallOf<T>) -> DispatchResult {
		let (_, weight) = Self::examine(power, &call)?;
		let (now, hash) = (Self::now(), call.hash());
		let mut proposal = Self::find_or_admit(power, hash, call)?;
		let seat = proposal.seat(chamber);
		ensure!(seat.assented.is_none(), Error::<T>::AlreadyAssented);
		seat.assented = Some(now);
		proposal.weight = weight;
		Self::deposit_event(Event::Assented { chamber, power, proposal: hash });

		if proposal.due.is_none() && Self::is_carried(&proposal) {
			Self::schedule(power, hash, &mut proposal, now.saturating_add(T::Enactment::get()))?;
		}
		Proposals::<T>::insert((power, hash), proposal);
		Ok(())
	}

	pub(crate) fn do_withdraw(chamber: Chamber, power: Power, hash: T::Hash) -> DispatchResult {
		let mut proposal = Self::find(power, hash)?;
		ensure!(proposal.seat(chamber).assented.take().is_some(), Error::<T>::NotAssented);
		Self::deposit_event(Event::Withdrawn { chamber, power, proposal: hash });

		if proposal.due.is_some() && !Self::is_carried(&proposal) {
			Self::unschedule(power, hash, &mut proposal);
			Self::deposit_event(Event::Unscheduled { power, proposal: hash });
		}
		if proposal.first_assent().is_some() {
			Proposals::<T>::insert((power, hash), proposal);
		} else {
			Self::forget(power, hash, &proposal);
		}
		Ok(())
	}

	pub(crate) fn do_expire(power: Power, hash: T::Hash) -> DispatchResult {
		let mut proposal = Proposals::<T>::get((power, hash)).ok_or(Error::<T>::NoProposal)?;
		ensure!(Self::is_over(&proposal), Error::<T>::NotExpired);
		Self::drop_proposal(power, hash, &mut proposal);
		Ok(())
	}

	/// The call of `call` and its weight, if it may be carried out with `power`.
	pub(crate) fn examine(
		power: Power,
		call: &BoundedCallOf<T>,
	) -> Result<(<T as Config>::RuntimeCall, Weight), DispatchError> {
		let len = call.len().ok_or(Error::<T>::NoLength)?;
		let call = Self::decode(call)?;
		ensure!(T::Allowed::allowed(power, &call), Error::<T>::NotAllowed);
		let weight = call.get_dispatch_info().call_weight;
		ensure!(Self::enactment(len, weight).all_lte(T::MaxWeight::get()), Error::<T>::TooHeavy);
		Ok((call, weight))
	}

	/// Decodes as an extrinsic is decoded: nothing that comes after, and nothing that is nested so deeply that the stack
	/// does not suffice.
	fn decode(call: &BoundedCallOf<T>) -> Result<<T as Config>::RuntimeCall, Error<T>> {
		let decode = |bytes: &[u8]| {
			<T as Config>::RuntimeCall::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &*bytes)
				.map_err(|_| Error::<T>::NotACall)
		};
		match call {
			Bounded::Inline(bytes) => decode(bytes),
			Bounded::Lookup { hash, len } => {
				let bytes = T::Preimages::fetch(hash, Some(*len)).map_err(|_| Error::<T>::NotNoted)?;
				decode(&bytes)
			}
			Bounded::Legacy { .. } => Err(Error::<T>::NoLength),
		}
	}

	/// The proposal, if it is not over.
	pub(crate) fn find(power: Power, hash: T::Hash) -> Result<ProposalOf<T>, Error<T>> {
		Proposals::<T>::get((power, hash)).filter(|proposal| !Self::is_over(proposal)).ok_or(Error::<T>::NoProposal)
	}

	/// The proposal, or a new one if there is none or it is over.
	fn find_or_admit(power: Power, hash: T::Hash, call: BoundedCallOf<T>) -> Result<ProposalOf<T>, Error<T>> {
		if let Some(mut proposal) = Proposals::<T>::get((power, hash)) {
			if !Self::is_over(&proposal) {
				return Ok(proposal);
			}
			Self::drop_proposal(power, hash, &mut proposal);
		}
		ensure!(Proposals::<T>::count() < T::MaxProposals::get(), Error::<T>::TooManyProposals);
		T::Preimages::hold(&call);
		Ok(Proposal::new(call))
	}

	/// Forgets a proposal that is over.
	fn drop_proposal(power: Power, hash: T::Hash, proposal: &mut ProposalOf<T>) {
		Self::unschedule(power, hash, proposal);
		Self::forget(power, hash, proposal);
		Self::deposit_event(Event::Expired { power, proposal: hash });
	}

	/// Removes a proposal, and lets go of its preimage.
	pub(crate) fn forget(power: Power, hash: T::Hash, proposal: &ProposalOf<T>) {
		Proposals::<T>::remove((power, hash));
		// Whoever manages preimages may have let go of it before.
		if proposal.call.lookup_hash().is_some_and(|hash| T::Preimages::is_requested(&hash)) {
			T::Preimages::drop(&proposal.call);
		}
	}

	/// Whether no assent is missing.
	pub(crate) fn is_carried(proposal: &ProposalOf<T>) -> bool {
		proposal.is_carried(T::Contribution::constituted())
	}

	/// Whether a proposal counts for nothing any more.
	fn is_over(proposal: &ProposalOf<T>) -> bool {
		proposal
			.due
			.or(proposal.first_assent())
			.is_none_or(|since| Self::now() > since.saturating_add(T::AssentPeriod::get()))
	}

	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}
}
