//! # Attribution
//!
//! Receipt batches, refereed attribution, settlement and payouts.
//!
//! ## Pallet API
//!
//! See [`Call`], [`Event`], [`Error`] and the view functions of [`Pallet`].
//!
//! ## Overview
//!
//! An agent answers questions off the chain and gives each payer a receipt. From time to time it submits a *batch*: one
//! root over the receipts, one over the payouts they lead to, and one voucher per payer. The fees move into escrow and a
//! challenge window opens. Every receipt commits to a claim about which rows of which published index the answer drew on;
//! anyone who finds a false claim opens the receipt and one leaf of the index, the chain computes one dot product, and the
//! batch is void: payers have their fees back and the agent loses its stake. A batch that nobody refutes settles by
//! itself: part of the fees is burnt, part goes to the treasury, and anyone can have the payouts made by Merkle proof.
//!
//! ## Low level
//!
//! ### Design
//!
//! Nothing on the chain grows with the number of receipts: a batch is one record, one line per distinct payer until it is
//! settled, and one bit per payout afterwards. The arithmetic (trees, referee, division of fees) is that of
//! `openledger-primitives`, which the workers use too.
//!
//! ### Invariants
//!
//! 1. [`Escrow`] is the fees of all pending batches and the unpaid payouts of all settled ones.
//! 2. The pot holds at least the escrow.
//! 3. A batch lists its payers exactly while it is pending, and their fees add up to the batch's.
//! 4. No batch reaches beyond its agent's next sequence number.
//! 5. A publisher's hold is the sum of the bonds of its indexes.
//! 6. Only settled batches have paid anything, and none more than its payouts.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;

mod batches;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod refutation;
mod settlement;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{Batch, BatchState, Draw, Index, Opening, PayoutProof};
pub use weights::WeightInfo;

#[allow(clippy::expect_used, clippy::too_many_arguments, reason = "the expansion of the pallet macro has them")]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, InspectHold, Mutate, MutateHold},
		weights::WeightMeter,
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		money::FeeSplit,
		traits::{Agents, Channels, Models, Versions},
		Attribution, Balance, Commitment, Fraud, IndexId, IndexKind, ModelId, Receipt, SumCommitment, SumNode,
		MAX_PROOF,
	};
	use sp_core::H256;
	use sp_runtime::traits::{IdentifyAccount, Verify};

	/// Configuration.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// OPEN.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId>;

		/// Who submits batches, and loses stake for false claims.
		type Agents: Agents<Self::AccountId>;

		/// Where fees are drawn from.
		type Channels: Channels<Self::AccountId, Self::Signature>;

		/// The models that indexes belong to.
		type Models: Models<Self::AccountId>;

		/// The datanet versions that indexes are made of.
		type Versions: Versions<Self::AccountId>;

		/// Signs vouchers.
		type Signature: Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>> + Parameter;

		/// Keeps fees between submission and payout. Must hold the existential deposit from genesis.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The treasury.
		type Treasury: Get<Self::AccountId>;

		/// How fees are divided.
		#[pallet::constant]
		type Split: Get<FeeSplit>;

		/// Blocks in which a batch can be refuted. Too short, and false claims go unseen.
		type ChallengeWindow: Get<BlockNumberFor<Self>>;

		/// Held from a publisher for each index.
		type IndexBond: Get<Balance>;

		/// The rows that a full claim names. At most `MAX_TOP`.
		#[pallet::constant]
		type TopRows: Get<u32>;

		/// The most receipts, and the most payouts, of a batch.
		#[pallet::constant]
		type MaxReceipts: Get<u32>;

		/// The most distinct payers of a batch.
		#[pallet::constant]
		type MaxPayers: Get<u32>;

		/// The most payouts of one `distribute`.
		#[pallet::constant]
		type MaxDistribute: Get<u32>;

		/// The most batches that settle by themselves in one block.
		#[pallet::constant]
		type MaxSettle: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Prepares for the benchmarks what other pallets keep.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId, Self::Signature>;
	}

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	/// The pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why balance is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Bond of a published index.
		#[codec(index = 0)]
		IndexBond,
	}

	/// Published indexes. Keys are ours and dense: Twox64Concat.
	#[pallet::storage]
	pub type Indexes<T: Config> = StorageMap<_, Twox64Concat, IndexId, Index<T>>;

	/// The next index's identifier.
	#[pallet::storage]
	pub type NextIndex<T: Config> = StorageValue<_, IndexId, ValueQuery>;

	/// Batches by number. Keys are ours and dense: Twox64Concat.
	#[pallet::storage]
	pub type Batches<T: Config> = StorageMap<_, Twox64Concat, u64, Batch<T::AccountId, BlockNumberFor<T>>>;

	/// The number of the next batch.
	#[pallet::storage]
	pub type NextBatch<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Every batch below this number has left the pending state.
	#[pallet::storage]
	pub type SettledBelow<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Who paid for a pending batch, and how much: what a refutation gives back.
	#[pallet::storage]
	pub type Payers<T: Config> =
		StorageMap<_, Twox64Concat, u64, BoundedVec<(T::AccountId, Balance), T::MaxPayers>, ValueQuery>;

	/// The sequence number of an agent's next receipt. User-chosen keys: Blake2_128Concat.
	#[pallet::storage]
	pub type NextSeq<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u64, ValueQuery>;

	/// Which payouts of a batch were made: bit `i % 128` of chunk `i / 128`.
	#[pallet::storage]
	pub type Paid<T: Config> = StorageDoubleMap<_, Twox64Concat, u64, Twox64Concat, u32, u128, ValueQuery>;

	/// What the pot owes: fees of pending batches, and payouts that are not made yet.
	#[pallet::storage]
	pub type Escrow<T: Config> = StorageValue<_, Balance, ValueQuery>;

	/// Events.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An attribution index was published.
		IndexPublished {
			/// The index.
			index: IndexId,
			/// The index asset that it belongs to.
			model: ModelId,
			/// Who published it.
			publisher: T::AccountId,
			/// Root and number of its leaves.
			rows: Commitment,
			/// The least score of a source.
			threshold: i64,
		},
		/// A batch was accepted; its fees are in escrow.
		BatchSubmitted {
			/// The batch.
			batch: u64,
			/// The agent.
			agent: T::AccountId,
			/// Sequence number of its first receipt.
			first_seq: u64,
			/// Root, number and fees of its receipts.
			receipts: SumCommitment,
			/// Root, number and sum of its payouts.
			payouts: SumCommitment,
			/// BLAKE3 hash of the blob with the receipts.
			blob: H256,
			/// The block from which it settles.
			matures: BlockNumberFor<T>,
		},
		/// A claim in a batch was proven false: payers have their fees back and the agent was slashed.
		BatchRefuted {
			/// The batch.
			batch: u64,
			/// The sequence number of the false receipt.
			seq: u64,
			/// What was wrong.
			fraud: Fraud,
			/// Who proved it.
			challenger: T::AccountId,
			/// What the agent lost.
			slashed: Balance,
		},
		/// A batch was settled.
		BatchSettled {
			/// The batch.
			batch: u64,
			/// What was burnt.
			burnt: Balance,
			/// What the treasury has.
			treasury: Balance,
			/// What can be paid out.
			payouts: Balance,
		},
		/// A payout was made.
		PaidOut {
			/// The batch.
			batch: u64,
			/// The leaf.
			leaf: u32,
			/// Who was paid.
			account: T::AccountId,
			/// How much.
			amount: Balance,
			/// The account's share of the burn.
			weight: Balance,
		},
		/// A fee that a void batch could not give back, because its payer's account is gone and the fee is below the
		/// existential deposit, was burnt.
		RefundBurnt {
			/// The batch.
			batch: u64,
			/// The payer.
			payer: T::AccountId,
			/// The fee.
			amount: Balance,
		},
		/// A payout was not made because the account could not be credited (for one, an amount below the existential
		/// deposit to an account that does not exist). It can be made later.
		PayoutDeferred {
			/// The batch.
			batch: u64,
			/// The leaf.
			leaf: u32,
			/// Who is still owed.
			account: T::AccountId,
		},
	}

	/// Errors.
	#[pallet::error]
	pub enum Error<T> {
		/// The model is not an index asset: register one first.
		NotAnIndex,
		/// Only the owner of the index asset can publish its index.
		NotTheOwner,
		/// The index must have as many leaves as its datanet version has rows.
		WrongRowCount,
		/// The dimension is 0 or above the maximum.
		BadDimension,
		/// The caller signs for no agent.
		NotAnAgent,
		/// The first sequence number is not the agent's next one.
		SequenceGap,
		/// A batch has at least one receipt and one payout, and at most the maximum of either.
		BadBatchSize,
		/// The payers are not in strictly ascending order, or there are none.
		BadPayers,
		/// The draws do not add up to the fees of the receipts.
		FeesDiffer,
		/// Payouts, burn and treasury do not add up to the fees.
		PayoutsDiffer,
		/// There is no such batch.
		NoSuchBatch,
		/// The batch is settled or void already.
		NotPending,
		/// The challenge window is over.
		WindowOver,
		/// The challenge window is still open.
		WindowOpen,
		/// An agent cannot refute its own batch.
		OwnBatch,
		/// The receipt is not this leaf of the batch.
		BadReceiptProof,
		/// The attribution body is not the one that the receipt commits to.
		WrongBody,
		/// The attribution has no such part.
		NoSuchPart,
		/// Nothing is wrong on the face of the claim: open a leaf of the index.
		OpeningNeeded,
		/// The leaf is not in the index at its row.
		BadIndexProof,
		/// The leaf agrees with the claim.
		ClaimStands,
		/// The batch is not settled yet, or void.
		NotSettled,
		/// The payout is not this leaf of the batch.
		BadPayoutProof,
		/// The payout was made before.
		AlreadyPaid,
		/// A sum overflows.
		Overflow,
		/// Should not happen: please report it.
		Unexpected,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::Split::get().agent().is_some(), "the shares of a fee exceed 100 percent");
			let top = T::TopRows::get();
			assert!(top > 0 && top <= openledger_primitives::attribution::MAX_TOP, "claims must fit a part");
			assert!(T::MaxReceipts::get() > 0 && T::MaxPayers::get() > 0, "batches must have room");
			assert!(T::MaxDistribute::get() > 0, "payouts must have room");
		}

		/// Settles batches whose window is over, oldest first.
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(limit);
			Self::settle_matured(&mut meter);
			meter.consumed()
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A published index.
		pub fn published_index(index: IndexId) -> Option<Index<T>> {
			Indexes::<T>::get(index)
		}

		/// A batch.
		pub fn batch(batch: u64) -> Option<Batch<T::AccountId, BlockNumberFor<T>>> {
			Batches::<T>::get(batch)
		}

		/// The sequence number of `agent`'s next receipt.
		pub fn next_seq(agent: T::AccountId) -> u64 {
			NextSeq::<T>::get(agent)
		}

		/// Whether payout `leaf` of `batch` was made.
		pub fn is_paid(batch: u64, leaf: u32) -> bool {
			Self::paid_bit(batch, leaf).2
		}
	}

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
		/// Signed, by the signer of an agent.
		///
		/// ## Parameters
		///
		/// - `first_seq`: sequence number of the first receipt; receipt `i` of the tree has `first_seq + i`.
		/// - `receipts`: root, number and sum of fees of the receipts.
		/// - `payouts`: root, number and sum of the payouts.
		/// - `blob`: BLAKE3 hash of the blob that holds the receipts.
		/// - `draws`: one per payer, in ascending order of payers.
		///
		/// ## Errors
		///
		/// [`Error::NotAnAgent`], [`Error::SequenceGap`], [`Error::BadBatchSize`], [`Error::BadPayers`],
		/// [`Error::FeesDiffer`], [`Error::PayoutsDiffer`], and those of agents and credits.
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
		) -> DispatchResult {
			let signer = ensure_signed(origin)?;
			Self::do_submit_batch(signer, first_seq, receipts, payouts, blob, draws)
		}

		/// Prove that a receipt's claim about its sources is false. The batch becomes void, its payers have their fees
		/// back and the agent is slashed.
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
		#[pallet::weight(T::WeightInfo::refute(T::MaxPayers::get()))]
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
		/// [`Error::NoSuchBatch`], [`Error::NotPending`], [`Error::WindowOpen`].
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
		/// A payout to an account that cannot be credited is left for later; the others are made.
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
	}
}
