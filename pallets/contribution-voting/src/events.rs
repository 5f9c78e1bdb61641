//! What happened.

use frame_support::pallet_macros::pallet_section;

/// The events.
#[pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Weight was minted.
		#[codec(index = 0)]
		Minted {
			/// Whose.
			who: T::AccountId,
			/// How much, in planck.
			weight: Balance,
		},
		/// Weight was burnt.
		#[codec(index = 1)]
		Burnt {
			/// Whose.
			who: T::AccountId,
			/// What part of it.
			part: Perbill,
		},
		/// Somebody bonded for what it pays, or for those that it sponsors.
		#[codec(index = 2)]
		Bonded {
			/// Who.
			who: T::AccountId,
			/// The whole bond, in planck.
			bond: Balance,
		},
		/// A bond was taken back, or some of it.
		#[codec(index = 3)]
		Unbonded {
			/// Whose.
			who: T::AccountId,
			/// What is left of it, in planck.
			bond: Balance,
		},
		/// A sponsor is ready to answer for a payer.
		#[codec(index = 4)]
		Invited {
			/// The sponsor.
			sponsor: T::AccountId,
			/// The payer.
			payer: T::AccountId,
			/// The most that the payer may have used up of the sponsor's room at a time, in planck of weight.
			limit: Balance,
		},
		/// A payer has accepted its sponsor.
		#[codec(index = 5)]
		Sponsored {
			/// The sponsor.
			sponsor: T::AccountId,
			/// The payer.
			payer: T::AccountId,
			/// The most that the payer may have used up of the sponsor's room at a time, in planck of weight.
			limit: Balance,
		},
		/// A sponsorship, or an invitation to one, has ended.
		#[codec(index = 6)]
		SponsorshipEnded {
			/// The sponsor.
			sponsor: T::AccountId,
			/// The payer.
			payer: T::AccountId,
		},
		/// Somebody voted, or changed its vote.
		#[codec(index = 7)]
		Voted {
			/// Who.
			who: T::AccountId,
			/// In which poll.
			poll: PollIndexOf<T>,
			/// For or against.
			aye: bool,
			/// What it weighs, in planck.
			own: Balance,
			/// What those weigh who are counted through it, in planck.
			delegated: Balance,
		},
		/// A vote was taken back.
		#[codec(index = 8)]
		VoteRemoved {
			/// Whose.
			who: T::AccountId,
			/// In which poll.
			poll: PollIndexOf<T>,
		},
		/// Somebody was counted through its delegate.
		#[codec(index = 9)]
		Counted {
			/// Who.
			who: T::AccountId,
			/// The delegate.
			delegate: T::AccountId,
			/// In which poll.
			poll: PollIndexOf<T>,
			/// What it weighs, in planck.
			weight: Balance,
		},
		/// Somebody named a delegate.
		#[codec(index = 10)]
		Delegated {
			/// Who.
			who: T::AccountId,
			/// The delegate.
			to: T::AccountId,
			/// On which track.
			class: ClassOf<T>,
			/// The last block in which it counts.
			until: BlockNumberFor<T>,
		},
		/// Somebody has no delegate any more.
		#[codec(index = 11)]
		Undelegated {
			/// Who.
			who: T::AccountId,
			/// On which track.
			class: ClassOf<T>,
		},
		/// A bond was slashed for wash trading. What was taken is burnt.
		#[codec(index = 12)]
		Punished {
			/// Whose.
			who: T::AccountId,
			/// How much, in planck.
			amount: Balance,
			/// The part of the bond, and of the weight of those who had it.
			part: Perbill,
		},
		/// So much weight has matured that nothing that needs both chambers is done without this one any more.
		#[codec(index = 13)]
		Constituted {
			/// The weight of all, in planck.
			total: Balance,
		},
		/// Ballots of a poll that is over were forgotten.
		#[codec(index = 14)]
		BallotsForgotten {
			/// Which poll.
			poll: PollIndexOf<T>,
			/// How many.
			ballots: u32,
		},
		/// A sponsor answers for more of what a payer gives, or for less.
		#[codec(index = 15)]
		LimitChanged {
			/// The sponsor.
			sponsor: T::AccountId,
			/// The payer.
			payer: T::AccountId,
			/// The most that the payer may have used up of the sponsor's room at a time, in planck of weight.
			limit: Balance,
		},
	}
}
