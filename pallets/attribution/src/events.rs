//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An attribution index was published.
		IndexPublished {
			/// The index.
			index: IndexId,
			/// The index asset that it belongs to.
			model: ModelId,
			/// Who published it.
			publisher: T::AccountId,
			/// Root and number of its leaves.
			rows: Commitment,
			/// The least score of a source.
			threshold: i64,
		},
		/// An index was taken back by its publisher: answers may not use it any more.
		IndexRetired {
			/// The index.
			index: IndexId,
			/// The block from which its bond is free.
			free_from: BlockNumberFor<T>,
		},
		/// A leaf of an index was shown to be false; the index is retired.
		IndexRefuted {
			/// The index.
			index: IndexId,
			/// The row of the leaf.
			row: u32,
			/// Who proved it.
			challenger: T::AccountId,
			/// What of the bond was burnt.
			burnt: Balance,
			/// What of it the challenger has.
			reward: Balance,
		},
		/// The bond of a retired index was given back.
		IndexBondReleased {
			/// The index.
			index: IndexId,
			/// Who has it.
			publisher: T::AccountId,
			/// How much it was.
			amount: Balance,
		},
		/// A batch was accepted; its fees are in escrow.
		BatchSubmitted {
			/// The batch.
			batch: u64,
			/// The agent.
			agent: T::AccountId,
			/// Sequence number of its first receipt.
			first_seq: u64,
			/// Root, number and fees of its receipts.
			receipts: SumCommitment,
			/// Root, number and sum of its payouts.
			payouts: SumCommitment,
			/// BLAKE3 hash of the blob with the receipts.
			blob: H256,
			/// The block from which it settles.
			matures: BlockNumberFor<T>,
			/// The most weight that its payouts mint.
			credited: Balance,
		},
		/// Fees of a batch were drawn: the attributions of the receipts that cover them must be opened.
		SampleDrawn {
			/// The batch.
			batch: u64,
			/// What they were drawn from.
			seed: H256,
			/// Points below the sum of the fees, in planck.
			points: Vec<Balance>,
			/// The last block in which they can be opened.
			until: BlockNumberFor<T>,
		},
		/// An attribution was demanded.
		Demanded {
			/// The batch.
			batch: u64,
			/// The receipt that commits to it.
			leaf: u32,
			/// Who demands it.
			by: T::AccountId,
			/// What is held for it.
			fee: Balance,
			/// The last block in which it can be opened.
			until: BlockNumberFor<T>,
		},
		/// An attribution was opened. It stands in the block, in the call that opened it.
		Opened {
			/// The batch.
			batch: u64,
			/// The receipt that commits to it.
			leaf: u32,
			/// BLAKE2b-256 of the receipt's leaf.
			receipt: H256,
			/// The attribution's commitment.
			attribution: H256,
		},
		/// A demand was met; half of what was held for it is the agent's.
		DemandMet {
			/// The batch.
			batch: u64,
			/// The receipt.
			leaf: u32,
			/// What the agent's beneficiary has.
			paid: Balance,
			/// What was burnt.
			burnt: Balance,
		},
		/// A demand was not met, or its batch is void: what was held for it is free again.
		DemandReturned {
			/// The batch.
			batch: u64,
			/// The receipt.
			leaf: u32,
			/// Who has it back.
			by: T::AccountId,
			/// How much it is.
			fee: Balance,
		},
		/// An agent did not open what it had to: its batch is void and it was slashed.
		BatchWithheld {
			/// The batch.
			batch: u64,
			/// The receipt whose attribution was demanded; none if the sample was not opened.
			leaf: Option<u32>,
			/// Who had demanded it.
			challenger: Option<T::AccountId>,
			/// What the agent lost.
			slashed: Balance,
		},
		/// A claim in a batch was proven false: the batch is void and the agent was slashed.
		BatchRefuted {
			/// The batch.
			batch: u64,
			/// The sequence number of the false receipt.
			seq: u64,
			/// What was wrong.
			fraud: Fraud,
			/// Who proved it.
			challenger: T::AccountId,
			/// What the agent lost.
			slashed: Balance,
		},
		/// A slash for an offence that auditors found was carried out: the batch is void.
		BatchVoided {
			/// The batch.
			batch: u64,
			/// The offence.
			offence: Offence,
		},
		/// An agent had signed two receipts with one number, and was slashed.
		EquivocationReported {
			/// The agent.
			agent: T::AccountId,
			/// The number.
			seq: u64,
			/// Who proved it.
			challenger: T::AccountId,
			/// What the agent lost.
			slashed: Balance,
		},
		/// A payer of a void batch was made whole.
		Refunded {
			/// The batch.
			batch: u64,
			/// The payer.
			payer: T::AccountId,
			/// The fee, which is in the channel again, or with the payer if the channel is gone.
			fee: Balance,
			/// The payer's share of what the agent lost.
			compensation: Balance,
		},
		/// What a void batch could not give to a payer, because its account is gone and the amount is below the
		/// existential deposit, was burnt.
		RefundBurnt {
			/// The batch.
			batch: u64,
			/// The payer.
			payer: T::AccountId,
			/// The amount.
			amount: Balance,
		},
		/// Every payer of a void batch was made whole.
		RefundsDone {
			/// The batch.
			batch: u64,
		},
		/// A batch was settled.
		BatchSettled {
			/// The batch.
			batch: u64,
			/// What was burnt.
			burnt: Balance,
			/// What the treasury has.
			treasury: Balance,
			/// What those have who delegated to the agent, and the stakers of the chain.
			stakers: Balance,
			/// What the pot of auditors has.
			auditors: Balance,
			/// What can be paid out.
			payouts: Balance,
		},
		/// A payout was made.
		PaidOut {
			/// The batch.
			batch: u64,
			/// The leaf.
			leaf: u32,
			/// Who was paid.
			account: T::AccountId,
			/// How much.
			amount: Balance,
			/// The weight that was minted for the account; less than the leaf says if that is more than the batch can give.
			weight: Balance,
		},
		/// A payout was not made because the account could not be credited (for one, an amount below the existential
		/// deposit to an account that does not exist). It can be made later, as long as it is not forfeited.
		PayoutDeferred {
			/// The batch.
			batch: u64,
			/// The leaf.
			leaf: u32,
			/// Who is still owed.
			account: T::AccountId,
		},
		/// A payout that is too small to make an account has waited too long for one: it was burnt.
		PayoutForfeited {
			/// The batch.
			batch: u64,
			/// The leaf.
			leaf: u32,
			/// Who was owed.
			account: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A batch that owes nothing any more was forgotten.
		BatchPruned {
			/// The batch.
			batch: u64,
		},
	}
}
