//! Why calls fail.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is an agent already.
		AlreadyRegistered,
		/// The signer signs for an agent already, or what it has signed still binds another: choose another account.
		SignerTaken,
		/// The account is not an agent: register first.
		NotAnAgent,
		/// The stake would be, or is, below the minimum: bond more, or unbond everything.
		StakeTooLow,
		/// The amount is zero.
		NothingToDo,
		/// More is unbonded than is staked.
		MoreThanStaked,
		/// The queue is full: withdraw what is due first.
		TooManyUnbonding,
		/// Nothing is due for withdrawal yet.
		NothingDue,
		/// Unsettled fees would exceed what the stake covers: bond more, or wait for settlement.
		OverExposed,
		/// The model does not exist or cannot be served.
		NotServable,
		/// The offer would live longer than allowed, or not at all.
		BadOfferLife,
		/// There is no such offer.
		NoSuchOffer,
		/// A sum overflows.
		Overflow,
		/// The signer is the agent itself or its beneficiary: choose an account that only signs.
		SameAccount,
		/// There is no role among them, or one that does not exist.
		BadRoles,
		/// As many former signers as there can be still bind the agent: wait until one of them does not.
		TooManySigners,
		/// Obligations of the agent keep everything at stake: wait until they are decided.
		StillBound,
		/// The agent does not have the role to serve: set its roles.
		NotServing,
		/// The agent was evicted because it did not answer: return to service first.
		Evicted,
		/// The agent has as many offers as it can have: withdraw one, or prune those that are over.
		TooManyOffers,
		/// The offer is alive, and its agent has something at stake; only the agent takes it back.
		OfferAlive,
		/// More would be delegated than the agent's own stake allows: delegate less, or to another agent.
		TooMuchDelegated,
		/// The delegation would be below the minimum: delegate more, or undelegate everything.
		DelegationTooLow,
		/// You have delegated nothing to this agent.
		NotDelegated,
		/// More shares are undelegated than you have.
		MoreThanDelegated,
		/// Others have delegated to the agent: it stays until they have withdrawn.
		DelegationsRemain,
		/// The agent has services: retire them first.
		ServicesRemain,
		/// Only the signer of an agent answers its probes.
		NotSigner,
		/// The agent has no open probe.
		NoProbe,
		/// The time for answering the probe is over.
		ProbeOver,
		/// The answer is not the challenge of the open probe.
		WrongChallenge,
		/// The agent was not evicted.
		NotEvicted,
		/// The agent has to wait before it may return.
		EvictionNotOver,
		/// The agent has as many services as it can have: retire one first.
		TooManyServices,
		/// There is no such service.
		NoSuchService,
		/// Only the agent of a service changes it.
		NotYourService,
		/// A service is made of one model at least.
		NoModels,
		/// A service names each model once.
		ModelTwice,
		/// A service promises a latency above zero and an availability of 10,000 parts at most.
		BadSla,
		/// The agent has as many slashes that wait as it can have: try again when one is carried out.
		TooManyDeferred,
		/// There is no such deferred slash: it was carried out, called off or dropped, or never was.
		NoSuchSlash,
		/// The time for an appeal is not over.
		NotDue,
		/// Identifiers are used up.
		IdsExhausted,
		/// The agent has offers, and nothing would be at stake for them: withdraw them, or prune those that are over.
		OffersRemain,
	}
}
