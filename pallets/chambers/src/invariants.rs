//! The invariants of the crate documentation.

use crate::{
	pallet::{Config, Pallet, Proposals},
	ProposalOf,
};
use frame_support::{
	ensure,
	traits::{schedule::v3::Named, Get, QueryPreimage},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the invariants of the crate documentation, in its order.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for ((power, hash), proposal) in Proposals::<T>::iter() {
			ensure!(proposal.call.hash() == hash, "a proposal has another call's hash");
			Self::check_assents(&proposal)?;
			Self::check_preimage(&proposal)?;
			if let Some(due) = proposal.due.filter(|due| *due > Self::now()) {
				let known = T::Scheduler::next_dispatch_time(Self::task(power, hash));
				ensure!(known == Ok(due), "the scheduler does not know what is due");
			}
		}
		let count = Proposals::<T>::iter_keys().count();
		ensure!(u32::try_from(count) == Ok(Proposals::<T>::count()), "proposals are miscounted");
		ensure!(Proposals::<T>::count() <= T::MaxProposals::get(), "there are more proposals than there may be");
		Ok(())
	}

	/// Invariants 1 and 2.
	fn check_assents(proposal: &ProposalOf<T>) -> Result<(), TryRuntimeError> {
		let (stake, contribution) = (proposal.stake.assented, proposal.contribution.assented);
		let last = stake.max(contribution).ok_or("nobody has assented to a proposal")?;
		ensure!(last <= Self::now(), "a chamber assented in the future");
		let carried = stake.is_some() && contribution.is_some();
		ensure!(!carried || proposal.due.is_some(), "both chambers have assented to what is not scheduled");
		ensure!(proposal.due.is_none() || stake.is_some(), "something is scheduled without the stake chamber");
		Ok(())
	}

	/// Invariant 4.
	fn check_preimage(proposal: &ProposalOf<T>) -> Result<(), TryRuntimeError> {
		let requested = proposal.call.lookup_hash().is_none_or(|hash| T::Preimages::is_requested(&hash));
		ensure!(requested, "the preimage of a proposal is not requested");
		Ok(())
	}
}
