//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An agent was registered.
		Registered {
			/// The agent.
			agent: T::AccountId,
			/// The account that signs for it.
			signer: T::AccountId,
			/// The account that it is paid on.
			beneficiary: T::AccountId,
			/// What it may do.
			roles: Roles,
			/// What it computes on.
			hardware: Hardware,
		},
		/// Stake was added.
		Bonded {
			/// The agent.
			agent: T::AccountId,
			/// What was added.
			amount: Balance,
			/// The stake afterwards.
			stake: Balance,
		},
		/// Stake was put into the unbonding queue.
		Unbonded {
			/// The agent.
			agent: T::AccountId,
			/// What is being unbonded.
			amount: Balance,
			/// The block from which it can be withdrawn.
			until: BlockNumberFor<T>,
		},
		/// Unbonded stake was released.
		Withdrawn {
			/// The agent.
			agent: T::AccountId,
			/// What was released.
			amount: Balance,
		},
		/// An agent with nothing left at stake was removed.
		Removed {
			/// The agent.
			agent: T::AccountId,
		},
		/// An agent has another signer.
		SignerSet {
			/// The agent.
			agent: T::AccountId,
			/// Who signed for it.
			old: T::AccountId,
			/// Who signs for it now.
			new: T::AccountId,
			/// The last block in which what `old` has signed binds the agent.
			until: BlockNumberFor<T>,
		},
		/// An agent is paid on another account.
		BeneficiarySet {
			/// The agent.
			agent: T::AccountId,
			/// Where it was paid.
			old: T::AccountId,
			/// Where it is paid now.
			new: T::AccountId,
		},
		/// An agent does something else, or on another machine.
		RolesSet {
			/// The agent.
			agent: T::AccountId,
			/// What it could do.
			old_roles: Roles,
			/// What it computed on.
			old_hardware: Hardware,
			/// What it may do now.
			roles: Roles,
			/// What it computes on now.
			hardware: Hardware,
		},
		/// Somebody delegated stake.
		Delegated {
			/// The agent.
			agent: T::AccountId,
			/// Who.
			delegator: T::AccountId,
			/// What was added.
			amount: Balance,
			/// The shares that it bought.
			shares: u128,
		},
		/// Shares were put into the delegator's queue.
		Undelegated {
			/// The agent.
			agent: T::AccountId,
			/// Who.
			delegator: T::AccountId,
			/// How many.
			shares: u128,
			/// The block from which they can be withdrawn.
			until: BlockNumberFor<T>,
		},
		/// Delegated stake was paid back.
		DelegationWithdrawn {
			/// The agent.
			agent: T::AccountId,
			/// Who.
			delegator: T::AccountId,
			/// The shares.
			shares: u128,
			/// What they were worth.
			amount: Balance,
		},
		/// A delegation of which a slash had left nothing was removed.
		DelegationLost {
			/// The agent.
			agent: T::AccountId,
			/// Who.
			delegator: T::AccountId,
		},
		/// Those who delegated to an agent had their part of its fees.
		DelegatorsRewarded {
			/// The agent.
			agent: T::AccountId,
			/// What they have.
			amount: Balance,
		},
		/// An offer was made or replaced.
		Offered {
			/// The agent.
			agent: T::AccountId,
			/// The model.
			model: ModelId,
			/// The offer.
			offer: Offer<BlockNumberFor<T>>,
		},
		/// An offer was taken back.
		OfferWithdrawn {
			/// The agent.
			agent: T::AccountId,
			/// The model.
			model: ModelId,
		},
		/// An offer that was over was removed.
		OfferPruned {
			/// The agent.
			agent: T::AccountId,
			/// The model.
			model: ModelId,
		},
		/// An agent lost stake.
		Slashed {
			/// The agent.
			agent: T::AccountId,
			/// What for.
			offence: Offence,
			/// Who proved it.
			challenger: Option<T::AccountId>,
			/// What was taken in all.
			amount: Balance,
			/// What of it others had delegated.
			delegated: Balance,
			/// What of it was burnt.
			burnt: Balance,
			/// What of it the challenger has.
			reward: Balance,
			/// What of it is for the harmed payers.
			compensation: Balance,
			/// What of it is for auditors.
			committee: Balance,
		},
		/// An agent was fined.
		Fined {
			/// The agent.
			agent: T::AccountId,
			/// What was taken.
			amount: Balance,
			/// Who should have it.
			to: Option<T::AccountId>,
			/// What of it was burnt.
			burnt: Balance,
		},
		/// A slash waits for an appeal.
		SlashDeferred {
			/// The slash.
			id: u64,
			/// The agent.
			agent: T::AccountId,
			/// What for.
			offence: Offence,
			/// The batch.
			batch: u64,
			/// The block from which it can be carried out.
			due: BlockNumberFor<T>,
		},
		/// A deferred slash was carried out.
		SlashExecuted {
			/// The slash.
			id: u64,
			/// The agent.
			agent: T::AccountId,
			/// What was taken.
			amount: Balance,
		},
		/// A deferred slash was called off.
		SlashCancelled {
			/// The slash.
			id: u64,
			/// The agent.
			agent: T::AccountId,
		},
		/// A deferred slash was dropped, because its batch cannot be voided any more.
		SlashDropped {
			/// The slash.
			id: u64,
			/// The agent.
			agent: T::AccountId,
		},
		/// A deferred slash could not be carried out and is tried again.
		SlashPostponed {
			/// The slash.
			id: u64,
			/// When.
			due: BlockNumberFor<T>,
			/// Why.
			error: DispatchError,
		},
		/// An agent has to show that it is there.
		Probed {
			/// The agent.
			agent: T::AccountId,
			/// What its signer has to repeat.
			challenge: H256,
			/// The last block for it.
			until: BlockNumberFor<T>,
		},
		/// A probe was answered.
		ProbeAnswered {
			/// The agent.
			agent: T::AccountId,
		},
		/// A probe was not answered.
		ProbeMissed {
			/// The agent.
			agent: T::AccountId,
			/// How many in a row.
			misses: u32,
		},
		/// An agent that did not answer its probes may not work.
		Evicted {
			/// The agent.
			agent: T::AccountId,
			/// The block from which it may return.
			until: BlockNumberFor<T>,
		},
		/// An agent that was evicted works again.
		ReturnedToService {
			/// The agent.
			agent: T::AccountId,
		},
		/// A service was registered.
		ServiceRegistered {
			/// The service.
			service: ServiceId,
			/// Whose it is.
			agent: T::AccountId,
			/// What it is.
			terms: ServiceTerms,
		},
		/// A service was changed.
		ServiceUpdated {
			/// The service.
			service: ServiceId,
			/// What it was.
			old: ServiceTerms,
			/// What it is.
			new: ServiceTerms,
		},
		/// A service is no more.
		ServiceRetired {
			/// The service.
			service: ServiceId,
		},
	}
}
