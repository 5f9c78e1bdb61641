//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Somebody became a curator.
		Registered {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
			/// What is held.
			bond: Balance,
		},
		/// A curator left, and has its bond.
		Left {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// A curator raised its bond to what is asked.
		ToppedUp {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
			/// What is held now.
			bond: Balance,
		},
		/// A curator passed an assessment and can be drawn from now on.
		Seated {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
		},
		/// A curator can no longer be drawn.
		Unseated {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
		},
		/// A curator takes no assessment before a block.
		LockedOut {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
			/// The block.
			until: BlockNumberFor<T>,
		},
		/// Part of a curator's bond was burnt.
		Penalised {
			/// The datanet.
			datanet: DatanetId,
			/// Who.
			curator: T::AccountId,
			/// Why.
			reason: Penalty,
			/// How much.
			burnt: Balance,
		},
		/// A task was opened.
		TaskOpened {
			/// The task.
			task: TaskId,
			/// The datanet.
			datanet: DatanetId,
			/// What it is for.
			purpose: Purpose,
			/// Who pays for it.
			opener: T::AccountId,
			/// What the opener committed to.
			gold: H256,
			/// What is held from the opener.
			held: Balance,
		},
		/// A committee was drawn.
		CommitteeDrawn {
			/// The task.
			task: TaskId,
			/// Its members.
			members: Vec<T::AccountId>,
			/// Decides the sample.
			seed: H256,
		},
		/// A member committed.
		Committed {
			/// The task.
			task: TaskId,
			/// The member.
			curator: T::AccountId,
			/// What it committed to.
			seal: H256,
		},
		/// A task is in another phase.
		PhaseBegun {
			/// The task.
			task: TaskId,
			/// The phase.
			phase: Phase,
			/// Its last block.
			until: BlockNumberFor<T>,
		},
		/// A member revealed.
		Revealed {
			/// The task.
			task: TaskId,
			/// The member.
			curator: T::AccountId,
			/// What it said.
			judgement: Judgement,
		},
		/// The opener revealed the gold.
		GoldRevealed {
			/// The task.
			task: TaskId,
			/// The gold.
			gold: Gold,
		},
		/// The opener did not serve most of the committee, or did not reveal the gold: its deposit was burnt.
		DepositBurnt {
			/// The task.
			task: TaskId,
			/// What was burnt.
			burnt: Balance,
		},
		/// A member was scored.
		Scored {
			/// The task.
			task: TaskId,
			/// The member.
			curator: T::AccountId,
			/// Gold that counted.
			gold: u32,
			/// Gold that it got wrong.
			missed: u32,
			/// What it was paid.
			paid: Balance,
			/// Its record now.
			record: Record,
		},
		/// The loser appealed: another committee will decide.
		Appealed {
			/// The task.
			task: TaskId,
			/// Who appealed, and pays for it.
			appellant: T::AccountId,
			/// What is held from the appellant.
			held: Balance,
		},
		/// A bond of an appeal that changed nothing was burnt.
		AppealLost {
			/// The task.
			task: TaskId,
			/// What was burnt.
			burnt: Balance,
		},
		/// A task is over. What is left of what was held from the opener is released.
		TaskClosed {
			/// The task.
			task: TaskId,
			/// The verdict that was carried out; `None` for an assessment, and if no committee could be formed or most
			/// of it was silent.
			verdict: Option<Verdict>,
		},
	}
}
