//! What accounts can do.

use frame_support::pallet_macros::pallet_section;

/// Calls.
#[pallet_section]
mod calls {
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publish the attribution index of an index asset: a table of int8 vectors, one per row of its datanet version.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the owner of the asset.
		///
		/// ## Parameters
		///
		/// - `model`: the index asset.
		/// - `rows`: root and number of the leaves; leaf `i` belongs to row `i`.
		/// - `threshold`: the least dot product that makes a row a source.
		///
		/// ## Errors
		///
		/// [`Error::NotAnIndex`], [`Error::NotTheOwner`], [`Error::WrongRowCount`], [`Error::BadDimension`].
		///
		/// ## Events
		///
		/// [`Event::IndexPublished`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish_index())]
		pub fn publish_index(
			origin: OriginFor<T>,
			model: ModelId,
			kind: IndexKind,
			dim: u16,
			rows: Commitment,
			threshold: i64,
		) -> DispatchResult {
			let publisher = ensure_signed(origin)?;
			Self::do_publish_index(publisher, model, kind, dim, rows, threshold)
		}

		/// Submit a batch of receipts and take its fees into escrow.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by the signer of an agent. It advances what channels are short of.
		///
		/// ## Parameters
		///
		/// - `first_seq`: sequence number of the first receipt; receipt `i` of the tree has `first_seq + i`.
		/// - `receipts`: root, number and sum of fees of the receipts.
		/// - `payouts`: root, number and sum of the payouts.
		/// - `blob`: BLAKE3 hash of the blob that holds the receipts.
		/// - `draws`: one per payer, in ascending order of payers. Of those that weigh, what is burnt gives weight to who is
		///   paid; the payer's bond must have room for it.
		/// - `lot`: commitment to the secret that decides which audits are planted errors.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::SequenceGap`], [`Error::NoReceipts`], [`Error::TooManyReceipts`],
		/// [`Error::NoPayouts`], [`Error::TooManyPayouts`], [`Error::NoPayers`], [`Error::PayersOutOfOrder`],
		/// [`Error::PayerTwice`], [`Error::FeesDiffer`], [`Error::PayoutsDiffer`], [`Error::SelfPaid`], and those of agents,
		/// credits and bonds.
		///
		/// ## Events
		///
		/// [`Event::BatchSubmitted`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::submit_batch(draws.len() as u32))]
		pub fn submit_batch(
			origin: OriginFor<T>,
			#[pallet::compact] first_seq: u64,
			receipts: SumCommitment,
			payouts: SumCommitment,
			blob: H256,
			draws: BoundedVec<Draw<T::AccountId, T::Signature>, T::MaxPayers>,
			lot: H256,
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			Self::do_submit_batch(signer, Submission { first_seq, receipts, payouts, blob, lot }, draws)
		}

		/// Prove that a receipt's claim about its sources is false. The batch becomes void, its payers are made whole and
		/// the agent is slashed.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone but the agent.
		///
		/// ## Parameters
		///
		/// - `receipt`, `leaf`, `receipt_proof`: the receipt, its position in the batch and its proof.
		/// - `body`: the attribution that the receipt commits to.
		/// - `part`: which part of it is false.
		/// - `opening`: a leaf of the index. Not needed when the claim is wrong on its face.
		///
		/// ## Details
		///
		/// Whether a row was taken down, or the index retired, is judged by the receipt's effective block: the one it
		/// names, but none more than `MaxReceiptAge` before the batch.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::WindowOver`], [`Error::OwnBatch`],
		/// [`Error::BadReceiptProof`], [`Error::WrongBody`], [`Error::NoSuchPart`], [`Error::OpeningNeeded`],
		/// [`Error::BadIndexProof`], [`Error::ClaimStands`].
		///
		/// ## Events
		///
		/// [`Event::BatchRefuted`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::refute())]
		pub fn refute(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			#[pallet::compact] leaf: u32,
			receipt: Box<Receipt<T::AccountId>>,
			receipt_proof: BoundedVec<SumNode, ConstU32<MAX_PROOF>>,
			body: Attribution,
			part: u8,
			opening: Option<Opening<T::AccountId>>,
		) -> DispatchResult {
			let challenger = ensure_signed(origin)?;
			Self::do_refute(challenger, batch, leaf, *receipt, receipt_proof, body, part, opening)
		}

		/// Settle a batch whose window is over. Batches settle by themselves too; this is for who cannot wait.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::WindowOpen`], [`Error::Held`], [`Error::Unopened`].
		///
		/// ## Events
		///
		/// [`Event::BatchSettled`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::settle())]
		pub fn settle(origin: OriginFor<T>, #[pallet::compact] batch: u64) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_settle(batch)
		}

		/// Make payouts of a settled batch. Anyone may pay anyone.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Details
		///
		/// A payout to an account that cannot be credited is left for later ([`Pallet::forfeit`]); the others are made. Of
		/// the weight that a leaf says, as much is minted as its part of the burn and the room of the batch allow.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotSettled`], [`Error::BadPayoutProof`], [`Error::AlreadyPaid`].
		///
		/// ## Events
		///
		/// [`Event::PaidOut`], [`Event::PayoutDeferred`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::distribute(payouts.len() as u32))]
		pub fn distribute(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			payouts: BoundedVec<PayoutProof<T::AccountId>, T::MaxDistribute>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_distribute(batch, payouts)
		}

		/// Make payouts of a settled batch that are neighbours, by one proof for all of them. Anyone may pay for anyone.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Parameters
		///
		/// - `first`: position of the first one in the payout tree.
		/// - `proof`: the nodes that cannot be computed from the payouts, level by level from the bottom.
		///
		/// ## Details
		///
		/// As [`Pallet::distribute`], with a proof of at most two nodes a level in place of one path each.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotSettled`], [`Error::BadPayoutProof`], [`Error::AlreadyPaid`].
		///
		/// ## Events
		///
		/// [`Event::PaidOut`], [`Event::PayoutDeferred`].
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::distribute_range(payouts.len() as u32))]
		pub fn distribute_range(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			#[pallet::compact] first: u32,
			payouts: BoundedVec<Payout<T::AccountId>, T::MaxDistribute>,
			proof: BoundedVec<SumNode, ConstU32<{ 2 * MAX_PROOF }>>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_distribute_range(batch, first, payouts, &proof)
		}

		/// Prove that a receipt of a batch is false. The batch becomes void, its payers are made whole and the agent is
		/// slashed.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone but the agent.
		///
		/// ## Parameters
		///
		/// - `receipt`, `leaf`, `amount`, `proof`: the receipt, its position in the batch, what its leaf adds to the fees, and
		///   its proof.
		/// - `evidence`: nothing, if the number, the fee, the price or the block of the receipt is wrong; another receipt, if
		///   the agent signed another one with this number.
		///
		/// ## Details
		///
		/// A receipt that differs from the signed one only by a lower fee is none to blame: the agent has forgiven its payer a
		/// part. A price is too high if the payer's channel, opened before the batch was submitted, has terms that allow less
		/// for the tokens of the receipt.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::WindowOver`], [`Error::OwnBatch`],
		/// [`Error::BadReceiptProof`], [`Error::NotItsSigner`], [`Error::BadSignature`], [`Error::DifferentNumbers`],
		/// [`Error::ReceiptsAgree`], [`Error::ClaimStands`].
		///
		/// ## Events
		///
		/// [`Event::BatchRefuted`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::refute_receipt())]
		pub fn refute_receipt(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			#[pallet::compact] leaf: u32,
			receipt: Box<Receipt<T::AccountId>>,
			#[pallet::compact] amount: Balance,
			proof: BoundedVec<SumNode, ConstU32<MAX_PROOF>>,
			evidence: Evidence<T::AccountId, T::Signature>,
		) -> DispatchResult {
			let challenger = ensure_signed(origin)?;
			Self::do_refute_receipt(challenger, batch, leaf, *receipt, amount, proof, evidence)
		}

		/// Show that an agent signed two receipts with one number, which differ in more than the fee. The agent is slashed.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone but the agent.
		///
		/// ## Errors
		///
		/// [`Error::OwnBatch`], [`Error::AlreadyReported`], [`Error::DifferentNumbers`], [`Error::ReceiptsAgree`],
		/// [`Error::NotItsSigner`], [`Error::BadSignature`], [`Error::NothingAtStake`].
		///
		/// ## Events
		///
		/// [`Event::EquivocationReported`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::report_equivocation())]
		pub fn report_equivocation(
			origin: OriginFor<T>,
			agent: T::AccountId,
			first: Box<SignedReceipt<T::AccountId, T::Signature>>,
			second: Box<SignedReceipt<T::AccountId, T::Signature>>,
		) -> DispatchResult {
			let challenger = ensure_signed(origin)?;
			Self::do_report_equivocation(challenger, agent, &first, &second)
		}

		/// Open attributions that were drawn or demanded. The fee of a demand goes to the agent.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone: what is opened proves itself, and payers have the attributions of their answers.
		///
		/// ## Details
		///
		/// What is opened can be refuted for `OpenWindow` at least, even if the batch would have settled before.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::NothingToOpen`], [`Error::AlreadyOpened`],
		/// [`Error::BadReceiptProof`], [`Error::WrongBody`], [`Error::NotAsked`], [`Error::OpenedTooLate`].
		///
		/// ## Events
		///
		/// [`Event::Opened`], [`Event::DemandMet`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::open(openings.len() as u32))]
		pub fn open(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			openings: BoundedVec<BodyOpening<T::AccountId>, ConstU32<MAX_OPENINGS>>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_open(batch, openings)
		}

		/// Demand that the attribution of a receipt be opened. A fee is held, which the agent has when it opens; if it does
		/// not, the batch becomes void and the fee is free again, with a quarter of what the agent loses.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone but the agent.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::OwnBatch`], [`Error::NoSuchLeaf`],
		/// [`Error::AlreadyOpened`], [`Error::AlreadyDemanded`], [`Error::TooManyDemands`], [`Error::DemandedTooLate`].
		///
		/// ## Events
		///
		/// [`Event::Demanded`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::demand())]
		pub fn demand(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			#[pallet::compact] leaf: u32,
		) -> DispatchResult {
			let by = ensure_signed(origin)?;
			Self::do_demand(by, batch, leaf)
		}

		/// Declare void a batch of which something was not opened in time. It happens by itself too; this is for who cannot
		/// wait.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Parameters
		///
		/// - `leaf`: the receipt whose attribution was demanded; none if the sample was not opened.
		///
		/// ## Details
		///
		/// If the batch is void already, the fee of the demand is returned.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NoSample`], [`Error::NoSuchDemand`], [`Error::NotOverdue`].
		///
		/// ## Events
		///
		/// [`Event::BatchWithheld`], [`Event::DemandReturned`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::void_withheld())]
		pub fn void_withheld(origin: OriginFor<T>, #[pallet::compact] batch: u64, leaf: Option<u32>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_void_withheld(batch, leaf)
		}

		/// Give the next payers of a void batch their fees, and their shares of what the agent lost. It happens by itself
		/// too; this is for who cannot wait.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Parameters
		///
		/// - `most`: the most payers of this call.
		///
		/// ## Errors
		///
		/// [`Error::NothingToRefund`].
		///
		/// ## Events
		///
		/// [`Event::Refunded`], [`Event::RefundBurnt`], [`Event::RefundsDone`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::refund((*most).clamp(1, T::MaxPayers::get())))]
		pub fn refund(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			#[pallet::compact] most: u32,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_refund(batch, most.clamp(1, T::MaxPayers::get())).map(|_| ())
		}

		/// Forget a batch that owes nobody anything any more.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Parameters
		///
		/// - `most`: the most chunks, of 128 payouts or openings each, that this call forgets. A great batch takes several
		///   calls.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::StillNeeded`].
		///
		/// ## Events
		///
		/// [`Event::BatchPruned`], once nothing of it is left.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::prune((*most).clamp(1, T::MaxDistribute::get())))]
		pub fn prune(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			#[pallet::compact] most: u32,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune(batch, most.clamp(1, T::MaxDistribute::get()))
		}

		/// Prove that a leaf of an index is false: its contributor or cluster is not that of its row, or its vector has another
		/// dimension than the index. The index is retired; half of its bond is burnt, the other half is the caller's.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Parameters
		///
		/// - `opening`: the leaf and its proof in the index.
		/// - `row`, `row_proof`: the row and its proof in the datanet version of the index.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchIndex`], [`Error::NoBond`], [`Error::DifferentRows`], [`Error::BadIndexProof`],
		/// [`Error::BadRowProof`], [`Error::LeafStands`].
		///
		/// ## Events
		///
		/// [`Event::IndexRefuted`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::refute_index())]
		pub fn refute_index(
			origin: OriginFor<T>,
			index: IndexId,
			opening: Opening<T::AccountId>,
			row: Box<RowLeaf<T::AccountId>>,
			row_proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
		) -> DispatchResult {
			let challenger = ensure_signed(origin)?;
			Self::do_refute_index(challenger, index, opening, *row, row_proof)
		}

		/// Take an index back. Answers that are given a few minutes later may not use it any more.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by its publisher.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchIndex`], [`Error::NotThePublisher`], [`Error::AlreadyRetired`].
		///
		/// ## Events
		///
		/// [`Event::IndexRetired`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::retire_index())]
		pub fn retire_index(origin: OriginFor<T>, index: IndexId) -> DispatchResult {
			let publisher = ensure_signed(origin)?;
			Self::do_retire_index(publisher, index)
		}

		/// Have the bond of a retired index back, when no batch that may name it can be pending any more.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by its publisher.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchIndex`], [`Error::NotThePublisher`], [`Error::NoBond`], [`Error::NotRetired`],
		/// [`Error::BondLocked`].
		///
		/// ## Events
		///
		/// [`Event::IndexBondReleased`].
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::release_index_bond())]
		pub fn release_index_bond(origin: OriginFor<T>, index: IndexId) -> DispatchResult {
			let publisher = ensure_signed(origin)?;
			Self::do_release_index_bond(publisher, index)
		}

		/// Burn a payout of a settled batch that has waited too long for its account: it is below the existential deposit,
		/// and the account does not exist. Otherwise the batch could never be forgotten.
		///
		/// ## Dispatch Origin
		///
		/// Signed, by anyone.
		///
		/// ## Parameters
		///
		/// - `payout`: the payout, its position in the payout tree and its proof.
		///
		/// ## Details
		///
		/// From `PayoutLife` after the settlement on. Nothing is minted for it.
		///
		/// ## Errors
		///
		/// [`Error::NoSuchBatch`], [`Error::NotSettled`], [`Error::PayoutLives`], [`Error::BadPayoutProof`],
		/// [`Error::AlreadyPaid`], [`Error::Creditable`].
		///
		/// ## Events
		///
		/// [`Event::PayoutForfeited`].
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::forfeit())]
		pub fn forfeit(
			origin: OriginFor<T>,
			#[pallet::compact] batch: u64,
			payout: PayoutProof<T::AccountId>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forfeit(batch, payout)
		}
	}
}
