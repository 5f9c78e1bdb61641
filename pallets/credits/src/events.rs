//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A channel was opened.
		Opened {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// The channel's nonce, which vouchers name.
			nonce: u32,
			/// What was put in.
			deposit: Balance,
			/// What the payer agrees to.
			terms: Terms,
		},
		/// More was put into a channel.
		ToppedUp {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What was put in now.
			amount: Balance,
			/// What was put in altogether.
			deposit: Balance,
		},
		/// The payer asked for the rest of a channel.
		Closing {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// The block from which the rest can be withdrawn.
			until: BlockNumberFor<T>,
		},
		/// A channel was closed.
		Closed {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What went back to the payer.
			returned: Balance,
			/// What the agent had advanced and never got.
			unpaid: Balance,
		},
		/// An agent drew from a channel.
		Drawn {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What was drawn now.
			amount: Balance,
			/// What was drawn altogether.
			drawn: Balance,
		},
		/// A voided batch gave back what it had drawn.
		Refunded {
			/// Who pays.
			payer: T::AccountId,
			/// Who had drawn.
			agent: T::AccountId,
			/// What came back.
			amount: Balance,
		},
		/// A channel was short, and the rest of a draw was advanced.
		Advanced {
			/// Who pays, later.
			payer: T::AccountId,
			/// To whom it is owed.
			agent: T::AccountId,
			/// Who has advanced it.
			by: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// What a payer owed an agent was paid to its beneficiary.
		DebtPaid {
			/// Who owed it.
			payer: T::AccountId,
			/// To whom.
			agent: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A payer agreed to more.
		TermsLoosened {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// What was agreed to before.
			old: Terms,
			/// What is agreed to now.
			new: Terms,
		},
		/// A session key can sign vouchers.
		KeyAuthorised {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// The key.
			key: T::AccountId,
			/// The most that its vouchers are worth.
			cap: Balance,
			/// The last block in which they can be drawn.
			expires: BlockNumberFor<T>,
		},
		/// A session key was revoked.
		KeyRevoked {
			/// Who pays.
			payer: T::AccountId,
			/// Who is paid.
			agent: T::AccountId,
			/// The key.
			key: T::AccountId,
			/// The last block in which its vouchers can be drawn.
			expires: BlockNumberFor<T>,
		},
	}
}
