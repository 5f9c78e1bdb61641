//! Refuting a false receipt: by what it says itself, or by another that the agent has signed (protocol §7).

use crate::{
	batches::BatchOf,
	pallet::{Config, Equivocated, Error, Event, Pallet},
	types::{Evidence, SignedReceipt},
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::ConstU32, BoundedVec};
use openledger_primitives::{
	traits::{Agents, Channels, Shares},
	Balance, Blake2b256, Fraud, Offence, Receipt, SumNode, MAX_PROOF,
};
use sp_runtime::{
	traits::{UniqueSaturatedInto, Verify, Zero},
	DispatchResult,
};

/// A signed receipt of the runtime.
type SignedOf<T> = SignedReceipt<<T as frame_system::Config>::AccountId, <T as Config>::Signature>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_refute_receipt(
		challenger: T::AccountId,
		number: u64,
		leaf: u32,
		receipt: Receipt<T::AccountId>,
		amount: Balance,
		proof: BoundedVec<SumNode, ConstU32<MAX_PROOF>>,
		evidence: Evidence<T::AccountId, T::Signature>,
	) -> DispatchResult {
		let batch = Self::refutable(&challenger, number)?;
		let bytes = receipt.leaf(&Self::domain(), &batch.agent);
		let in_batch = batch.receipts.verify::<Blake2b256>(leaf, &bytes, amount, &proof);
		ensure!(in_batch, Error::<T>::BadReceiptProof);
		let fraud = match evidence {
			Evidence::OnItsFace => Self::on_its_face(&batch, leaf, &receipt, amount)?,
			Evidence::Signed(signed) => {
				Self::ensure_signed_by(&batch.agent, &signed)?;
				ensure!(signed.receipt.seq == receipt.seq, Error::<T>::DifferentNumbers);
				ensure!(!forgives(&receipt, &signed.receipt), Error::<T>::ReceiptsAgree);
				// It costs the stake here; another report of the number would make it cost the next stake too.
				Equivocated::<T>::insert(&batch.agent, receipt.seq, ());
				Fraud::SignedOtherwise
			}
		};
		Self::refuted(challenger, number, batch, receipt.seq, fraud)
	}

	/// What is wrong with a receipt of which nothing else needs to be known.
	fn on_its_face(
		batch: &BatchOf<T>,
		leaf: u32,
		receipt: &Receipt<T::AccountId>,
		amount: Balance,
	) -> Result<Fraud, Error<T>> {
		if amount != receipt.fee {
			return Ok(Fraud::WrongFee);
		}
		if batch.first_seq.checked_add(leaf.into()) != Some(receipt.seq) {
			return Ok(Fraud::WrongSequence);
		}
		let submitted: u32 = batch.submitted.unique_saturated_into();
		if receipt.at > submitted {
			return Ok(Fraud::FromTheFuture);
		}
		// A channel that was opened since is not the one that was drawn from.
		let terms = T::Channels::terms(&receipt.payer, &batch.agent).filter(|(_, opened)| *opened < submitted);
		match terms {
			Some((terms, _)) if terms.most(receipt.tokens_in, receipt.tokens_out) < receipt.fee => {
				Ok(Fraud::Overpriced)
			}
			_ => Err(Error::<T>::ClaimStands),
		}
	}

	pub(crate) fn do_report_equivocation(
		challenger: T::AccountId,
		agent: T::AccountId,
		first: &SignedOf<T>,
		second: &SignedOf<T>,
	) -> DispatchResult {
		Self::ensure_other(&agent, &challenger)?;
		let seq = first.receipt.seq;
		ensure!(second.receipt.seq == seq, Error::<T>::DifferentNumbers);
		ensure!(!same_but_fee(&first.receipt, &second.receipt), Error::<T>::ReceiptsAgree);
		ensure!(!Equivocated::<T>::contains_key(&agent, seq), Error::<T>::AlreadyReported);
		Self::ensure_signed_by(&agent, first)?;
		Self::ensure_signed_by(&agent, second)?;
		// Nobody shares in it: whoever steals the signer's key could cash in on the stake.
		let shares = Shares { challenger: None, harmed: None, committee: None };
		let slashed = T::Agents::slash(&agent, Offence::Fraud, 0, &shares)?.amount;
		ensure!(!slashed.is_zero(), Error::<T>::NothingAtStake);
		Equivocated::<T>::insert(&agent, seq, ());
		Self::deposit_event(Event::EquivocationReported { agent, seq, challenger, slashed });
		Ok(())
	}

	/// Fails unless the receipt binds the agent: who signed it signs for the agent, or was replaced no longer ago than the
	/// longest obligation of an agent lasts (`LongestHold` of the agents, 90 days on a live chain), and the signature is over the
	/// receipt's leaf, plain or wrapped in `<Bytes>`.
	fn ensure_signed_by(agent: &T::AccountId, signed: &SignedOf<T>) -> Result<(), Error<T>> {
		let SignedReceipt { receipt, signer, signature } = signed;
		ensure!(T::Agents::signs(agent, signer), Error::<T>::NotItsSigner);
		let plain = receipt.leaf(&Self::domain(), agent);
		let wrapped: Vec<u8> = [&b"<Bytes>"[..], &plain, b"</Bytes>"].concat();
		let good = signature.verify(&plain[..], signer) || signature.verify(&wrapped[..], signer);
		ensure!(good, Error::<T>::BadSignature);
		Ok(())
	}
}

/// Whether two receipts differ in nothing, or in the fee alone.
fn same_but_fee<AccountId: Clone + PartialEq>(a: &Receipt<AccountId>, b: &Receipt<AccountId>) -> bool {
	*a == Receipt { fee: a.fee, ..b.clone() }
}

/// Whether `receipt` is what was signed, perhaps for a lower fee: an agent may forgive a payer who cannot pay.
fn forgives<AccountId: Clone + PartialEq>(receipt: &Receipt<AccountId>, signed: &Receipt<AccountId>) -> bool {
	same_but_fee(receipt, signed) && receipt.fee <= signed.fee
}
