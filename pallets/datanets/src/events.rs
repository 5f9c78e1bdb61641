//! What the pallet tells.

use frame_support::pallet_macros::pallet_section;

/// Events.
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A datanet was created.
		Created {
			/// The datanet.
			datanet: DatanetId,
			/// Its owner.
			owner: T::AccountId,
			/// A URI or a short text about it.
			meta: BoundedVec<u8, T::MaxMeta>,
			/// Hash of the schema of its rows.
			schema: H256,
			/// The licence of its rows.
			licence: Licence,
			/// What is held from the owner.
			deposit: Balance,
		},
		/// The owner set who may contribute.
		AdmissionSet {
			/// The datanet.
			datanet: DatanetId,
			/// The rule before.
			old: Admission,
			/// The rule now.
			new: Admission,
		},
		/// The owner put an account on the list of contributors, or took it off.
		WhitelistChanged {
			/// The datanet.
			datanet: DatanetId,
			/// The account.
			who: T::AccountId,
			/// Whether it is on the list now.
			listed: bool,
		},
		/// Somebody committed to rows.
		Committed {
			/// The datanet.
			datanet: DatanetId,
			/// The number of the contribution to come.
			contribution: ContributionId,
			/// Who committed.
			contributor: T::AccountId,
			/// The commitment.
			seal: H256,
			/// The last block in which it can be revealed.
			until: BlockNumberFor<T>,
			/// What is held from the contributor.
			deposit: Balance,
		},
		/// A commitment was not revealed in time, and its deposit burnt.
		CommitExpired {
			/// The datanet.
			datanet: DatanetId,
			/// The number that no contribution will have.
			contribution: ContributionId,
			/// Who had committed.
			contributor: T::AccountId,
			/// What was burnt.
			deposit: Balance,
		},
		/// Rows were revealed. The deposit of the commitment is released.
		Contributed {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution.
			contribution: ContributionId,
			/// Who offers them.
			contributor: T::AccountId,
			/// Root and number of the rows.
			rows: Commitment,
			/// Their size.
			bytes: u64,
			/// BLAKE3 root of their bytes.
			content: H256,
			/// What is held from the contributor.
			bond: Balance,
		},
		/// A contributor took a pending contribution back.
		Withdrawn {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution, which is gone.
			contribution: ContributionId,
			/// Who took it back.
			contributor: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// The owner turned a pending contribution down.
		Rejected {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution, which is gone.
			contribution: ContributionId,
			/// Who had offered it.
			contributor: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// A contribution was given to a committee. Nobody else decides it until the committee has.
		BroughtToCommittee {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution.
			contribution: ContributionId,
		},
		/// A committee has decided about a contribution. One that it rejected is gone.
		Judged {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution.
			contribution: ContributionId,
			/// Who had offered it.
			contributor: T::AccountId,
			/// The verdict; `None` if no committee could be formed.
			verdict: Option<Verdict>,
			/// What was burnt of the bond.
			burnt: Balance,
		},
		/// The owner let its time pass: the next version must have what a committee accepted. The bond is released.
		Overruled {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution.
			contribution: ContributionId,
			/// Who offered it.
			contributor: T::AccountId,
			/// What was released.
			bond: Balance,
		},
		/// The owner did nothing after it was overruled: a contributor has the datanet now.
		TakenOver {
			/// The datanet.
			datanet: DatanetId,
			/// The owner before, whose deposit is released.
			from: T::AccountId,
			/// The owner now.
			to: T::AccountId,
			/// What is held from the new owner.
			deposit: Balance,
		},
		/// Somebody asks for a row to be taken down.
		NoticeFiled {
			/// The datanet.
			datanet: DatanetId,
			/// The row.
			row: u32,
			/// Who asks.
			claimant: T::AccountId,
			/// Whose row it is.
			contributor: T::AccountId,
			/// Hash of a text that says why.
			reason: H256,
			/// The last block in which it can be contested.
			until: BlockNumberFor<T>,
			/// What is held from the claimant.
			bond: Balance,
		},
		/// A notice is contested.
		NoticeContested {
			/// The datanet.
			datanet: DatanetId,
			/// The row.
			row: u32,
			/// Who contests it.
			by: T::AccountId,
			/// The last block in which a committee can be asked.
			until: BlockNumberFor<T>,
			/// What is held from who contests.
			bond: Balance,
		},
		/// A contested notice is before a committee.
		NoticeBroughtToCommittee {
			/// The datanet.
			datanet: DatanetId,
			/// The row.
			row: u32,
		},
		/// No committee could be formed: there is time again to ask for one.
		NoticeReturned {
			/// The datanet.
			datanet: DatanetId,
			/// The row.
			row: u32,
			/// The last block in which a committee can be asked.
			until: BlockNumberFor<T>,
		},
		/// A notice is gone, and bonds are where they belong.
		NoticeClosed {
			/// The datanet.
			datanet: DatanetId,
			/// The row.
			row: u32,
			/// How it ended.
			end: NoticeEnd,
			/// What was burnt of the claimant's bond.
			burnt: Balance,
		},
		/// A row was taken down: it earns nothing from this block on, and taints the versions up to `last_version` that
		/// have it.
		RowTakenDown {
			/// The datanet.
			datanet: DatanetId,
			/// The row.
			row: u32,
			/// The last version that was frozen before.
			last_version: u32,
		},
		/// A version was frozen; its contributions are accepted and their bonds released.
		VersionFrozen {
			/// The datanet.
			datanet: DatanetId,
			/// The version.
			version: u32,
			/// Root and number of its rows.
			rows: Commitment,
			/// Root of the map from rows to clusters.
			clusters: H256,
			/// The version before.
			parent: Option<u32>,
			/// The contributions that it accepted.
			contributions: BoundedVec<ContributionId, T::MaxPerVersion>,
		},
		/// A datanet and its deposit have a new owner.
		Transferred {
			/// The datanet.
			datanet: DatanetId,
			/// The owner before.
			from: T::AccountId,
			/// The owner now.
			to: T::AccountId,
			/// What is held for it, now from the new owner.
			deposit: Balance,
		},
		/// The owner set who may make something of the rows.
		AccessSet {
			/// The datanet.
			datanet: DatanetId,
			/// The rule before.
			old: Access,
			/// The rule now.
			new: Access,
		},
		/// Somebody asks for access.
		AccessRequested {
			/// The datanet.
			datanet: DatanetId,
			/// Who asks.
			applicant: T::AccountId,
			/// What for.
			terms: Terms<BlockNumberFor<T>>,
			/// What is held from the applicant.
			deposit: Balance,
		},
		/// A request was taken back, and its deposit released.
		RequestCancelled {
			/// The datanet.
			datanet: DatanetId,
			/// Who had asked.
			applicant: T::AccountId,
		},
		/// A request was turned down, and its deposit released.
		AccessDenied {
			/// The datanet.
			datanet: DatanetId,
			/// Who had asked.
			applicant: T::AccountId,
		},
		/// Access was granted. What was held for a request is held for the grant.
		AccessGranted {
			/// The datanet.
			datanet: DatanetId,
			/// Who has it.
			grantee: T::AccountId,
			/// What for.
			terms: Terms<BlockNumberFor<T>>,
			/// What was paid for each job to the commons; 0 if the owner approved.
			price: Balance,
			/// What is held from the grantee.
			deposit: Balance,
		},
		/// A job was counted. With the last one the grant is gone and its deposit released.
		GrantUsed {
			/// The datanet.
			datanet: DatanetId,
			/// Who has the grant.
			grantee: T::AccountId,
			/// The jobs that are left.
			jobs: u32,
		},
		/// A grant is gone, and its deposit released.
		GrantEnded {
			/// The datanet.
			datanet: DatanetId,
			/// Who had it.
			grantee: T::AccountId,
			/// Why.
			reason: GrantEnd,
		},
		/// What came into the commons was shared among the rows.
		CommonsShared {
			/// The datanet.
			datanet: DatanetId,
			/// What was promised to the rows; the rest waits for more.
			amount: Balance,
			/// How many rows share it.
			rows: u32,
		},
		/// The rows of a contribution were counted for its contributor.
		RowsCounted {
			/// The datanet.
			datanet: DatanetId,
			/// The contribution.
			contribution: ContributionId,
			/// Whose rows they are.
			contributor: T::AccountId,
			/// How many earn.
			rows: u32,
			/// How many do not, because they were taken down before.
			lost: u32,
		},
		/// A contributor was paid its share of the commons.
		CommonsClaimed {
			/// The datanet.
			datanet: DatanetId,
			/// Who was paid.
			contributor: T::AccountId,
			/// How much.
			amount: Balance,
		},
	}
}
