//! What users can do.

use frame_support::pallet_macros::pallet_section;

/// The calls.
#[pallet_section]
mod calls {
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Bond `amount` more, so that what the caller pays gives weight to those who are paid.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::bond())]
		pub fn bond(origin: OriginFor<T>, #[pallet::compact] amount: Balance) -> DispatchResult {
			Self::do_bond(ensure_signed(origin)?, amount)
		}

		/// Take `amount` of the bond back, as far as the weight that it gave has faded.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unbond())]
		pub fn unbond(origin: OriginFor<T>, #[pallet::compact] amount: Balance) -> DispatchResult {
			Self::do_unbond(ensure_signed(origin)?, amount)
		}

		/// Be ready to answer for what `payer` pays, with the caller's bond, as long as the payer has used up no more than `limit`
		/// of its room, in planck of weight. A deposit is held until it ends. Of a payer that the caller has invited or sponsors
		/// already, the limit is changed.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::invite())]
		pub fn invite(origin: OriginFor<T>, payer: T::AccountId, #[pallet::compact] limit: Balance) -> DispatchResult {
			Self::do_invite(ensure_signed(origin)?, payer, limit)
		}

		/// Let `sponsor` answer for what the caller pays.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::accept())]
		pub fn accept(origin: OriginFor<T>, sponsor: T::AccountId) -> DispatchResult {
			Self::do_accept(ensure_signed(origin)?, sponsor)
		}

		/// End the sponsorship of `payer` by `sponsor`, or the invitation to it. The caller is one of the two.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::part())]
		pub fn part(origin: OriginFor<T>, sponsor: T::AccountId, payer: T::AccountId) -> DispatchResult {
			Self::do_part(ensure_signed(origin)?, sponsor, payer)
		}

		/// Vote in a poll, with what the caller weighed when the period began in which it was submitted; or change a vote.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::vote().max(T::WeightInfo::vote_instead()))]
		pub fn vote(origin: OriginFor<T>, #[pallet::compact] poll: PollIndexOf<T>, aye: bool) -> DispatchResult {
			Self::do_vote(ensure_signed(origin)?, poll, aye)
		}

		/// Take the caller's vote back, or no longer be counted through a delegate. Anybody can have the caller counted again as
		/// long as it has a delegate: undelegate first, or vote instead.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::remove_vote())]
		pub fn remove_vote(origin: OriginFor<T>, #[pallet::compact] poll: PollIndexOf<T>) -> DispatchResult {
			Self::do_remove_vote(ensure_signed(origin)?, poll)
		}

		/// Let `to` vote for the caller, which weighs something, on a track, up to and including block `until`.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::delegate())]
		pub fn delegate(
			origin: OriginFor<T>,
			class: ClassOf<T>,
			to: T::AccountId,
			until: BlockNumberFor<T>,
		) -> DispatchResult {
			Self::do_delegate(ensure_signed(origin)?, class, to, until)
		}

		/// Vote oneself on a track again. Polls in which the caller is counted are not changed.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::undelegate())]
		pub fn undelegate(origin: OriginFor<T>, class: ClassOf<T>) -> DispatchResult {
			Self::do_undelegate(ensure_signed(origin)?, class)
		}

		/// Count those in a poll whose delegates have voted. Anybody may, for anybody.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::count(delegators.len() as u32))]
		pub fn count(
			origin: OriginFor<T>,
			#[pallet::compact] poll: PollIndexOf<T>,
			delegators: BoundedVec<T::AccountId, T::MaxCounted>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_count(poll, delegators)
		}

		/// Forget at most `most` ballots of a poll that is over.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::forget_ballots(*most))]
		pub fn forget_ballots(
			origin: OriginFor<T>,
			#[pallet::compact] poll: PollIndexOf<T>,
			most: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let forgotten = Self::do_forget_ballots(poll, most)?;
			Ok(Some(T::WeightInfo::forget_ballots(forgotten)).into())
		}

		/// Forget an account whose weight has faded to less than `Dust`, or what an account has given through an agent. Of one that
		/// weighs nothing, forget what was minted through it, or else what it has given.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::forget())]
		pub fn forget(origin: OriginFor<T>, who: T::AccountId, through: Option<T::AccountId>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget(who, through)
		}

		/// Burn a part of a bond that has paid its owner's own work, and that part of the weight of `accounts`. Without a bond, only
		/// the latter: so several calls reach any number of accounts. Emits [`Event::Punished`] and [`Event::Burnt`]. The origin
		/// is [`Config::PunishOrigin`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::punish(accounts.len() as u32))]
		pub fn punish(
			origin: OriginFor<T>,
			bonded: T::AccountId,
			part: Perbill,
			accounts: BoundedVec<T::AccountId, T::MaxCounted>,
		) -> DispatchResult {
			T::PunishOrigin::ensure_origin(origin)?;
			Self::do_punish(bonded, part, accounts)
		}

		/// Remove a delegation of `who` that has expired. Anybody may.
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::expire_delegation())]
		pub fn expire_delegation(origin: OriginFor<T>, who: T::AccountId, class: ClassOf<T>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_delegation(who, class)
		}
	}
}
