//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A chamber assented to a proposal.
		Assented {
			/// Which one.
			chamber: Chamber,
			/// The power that the call is to have.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
		},
		/// A proposal has every assent that it needs.
		Scheduled {
			/// The power that the call will have.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
			/// The block in which it is carried out.
			due: BlockNumberFor<T>,
		},
		/// A chamber delayed a proposal.
		Delayed {
			/// Which one.
			chamber: Chamber,
			/// The power that the call will have.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
			/// The block in which it was to be carried out.
			old: BlockNumberFor<T>,
			/// The block in which it is carried out.
			due: BlockNumberFor<T>,
		},
		/// A chamber took its assent back.
		Withdrawn {
			/// Which one.
			chamber: Chamber,
			/// The power that the call was to have.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
		},
		/// A proposal that was scheduled is not any more: an assent is missing.
		Unscheduled {
			/// The power that the call was to have.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
		},
		/// A proposal was forgotten, because the second assent did not come in time or it could not be carried out.
		Expired {
			/// The power that the call was to have.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
		},
		/// A proposal was carried out, or could not be for good.
		Enacted {
			/// The power that the call had.
			power: Power,
			/// The hash of the call.
			proposal: T::Hash,
			/// What came of it.
			result: DispatchResult,
		},
	}
}
