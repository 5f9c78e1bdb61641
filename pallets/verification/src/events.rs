//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An agent took its seats and can be drawn from now on.
		Seated {
			/// The auditor.
			auditor: T::AccountId,
			/// What it computes on.
			hardware: Hardware,
		},
		/// An agent can no longer be drawn.
		Unseated {
			/// The auditor.
			auditor: T::AccountId,
		},
		/// The sample of a batch was drawn.
		Sampled {
			/// The batch.
			batch: u64,
			/// Cases that were opened.
			audits: u32,
		},
		/// A batch should have been audited, and there are too few auditors.
		Unaudited {
			/// The batch.
			batch: u64,
		},
		/// A case was opened.
		CaseOpened {
			/// The case.
			case: CaseId,
			/// The batch.
			batch: u64,
			/// Who answers for it.
			agent: T::AccountId,
			/// What it is about.
			subject: Subject,
			/// Why.
			cause: Cause<T::AccountId>,
		},
		/// The agent disclosed what is audited.
		Disclosed {
			/// The case.
			case: CaseId,
			/// The place of the receipt.
			leaf: u32,
			/// The salt that it shows.
			shown: H256,
			/// Where auditors are drawn from.
			room: Room,
		},
		/// The receipt that an audit falls on is, or was, shown in another case of the batch, so that nobody looks at it
		/// here.
		Repeated {
			/// The case.
			case: CaseId,
			/// The place of the receipt.
			leaf: u32,
		},
		/// A case is in another phase.
		PhaseBegun {
			/// The case.
			case: CaseId,
			/// Who judges it.
			stage: Stage,
			/// The phase.
			phase: Phase,
			/// Its last block.
			until: BlockNumberFor<T>,
		},
		/// Members were drawn.
		Drawn {
			/// The case.
			case: CaseId,
			/// The stage that they judge in.
			stage: Stage,
			/// Who.
			members: Vec<T::AccountId>,
		},
		/// A member committed.
		Committed {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// What it committed to.
			seal: H256,
		},
		/// A member revealed.
		Revealed {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// What it found.
			finding: Finding,
		},
		/// A member did not commit, or did not reveal what it had committed to, and is replaced.
		Silenced {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// What of its stake was burnt.
			burnt: Balance,
		},
		/// The agent opened its lot.
		LotOpened {
			/// The case.
			case: CaseId,
			/// Whether it was a planted error.
			planted: bool,
		},
		/// A member saw a planted error.
		PlantCaught {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// What it was paid.
			paid: Balance,
		},
		/// A member did not see a planted error.
		PlantMissed {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// What of its stake was burnt.
			burnt: Balance,
			/// What of it the agent has.
			given: Balance,
		},
		/// A committee has decided.
		Decided {
			/// The case.
			case: CaseId,
			/// Which one.
			stage: Stage,
			/// Members that found something wrong.
			against: u32,
		},
		/// The agent appealed.
		Appealed {
			/// The case.
			case: CaseId,
			/// Who.
			by: T::AccountId,
			/// What is held from it.
			bond: Balance,
		},
		/// The bond of an appeal that changed nothing was taken.
		AppealLost {
			/// The case.
			case: CaseId,
			/// What of it was burnt.
			burnt: Balance,
			/// What of it auditors are paid from.
			kept: Balance,
		},
		/// The bond of a challenge that was refuted was taken.
		ChallengeLost {
			/// The case.
			case: CaseId,
			/// Who challenged.
			by: T::AccountId,
			/// What of the bond the auditors of the case have cost.
			kept: Balance,
			/// What of it the accused has.
			given: Balance,
			/// What of it was burnt: half of the rest, and what nobody could be given.
			burnt: Balance,
		},
		/// A member was paid.
		Paid {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// How much.
			paid: Balance,
		},
		/// A member was fined for a finding that did not last.
		Fined {
			/// The case.
			case: CaseId,
			/// The member.
			auditor: T::AccountId,
			/// What of its stake was burnt.
			burnt: Balance,
			/// What of it the accused has.
			given: Balance,
		},
		/// A case is over. All bonds that were not taken are released.
		CaseClosed {
			/// The case.
			case: CaseId,
			/// The batch.
			batch: u64,
			/// How it ended.
			outcome: Outcome,
		},
	}
}
