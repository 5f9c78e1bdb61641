//! # Attribution
//!
//! Receipt batches, refereed attribution, cut and choose, settlement and payouts.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, events, errors, view functions, storage and configuration. Auditors know batches
//! through [`openledger_primitives::traits::Batches`]; deferred slashes come back through
//! [`openledger_primitives::traits::Harm`].
//!
//! ## Overview
//!
//! An agent answers questions off the chain and gives each payer a receipt. From time to time it submits a *batch*: one
//! root over the receipts, one over the payouts they lead to, and one voucher per payer. The fees move into escrow and a
//! challenge window opens. Every receipt commits to a claim about which rows of which published index the answer drew on.
//! A lottery that nobody controls names a sample of the receipts, whose claims the agent must publish; anyone may demand
//! others for a fee. Who finds a false one opens the receipt and at most one leaf of the index, the chain computes one dot
//! product, and the batch is void: payers have their fees back and share in what the agent loses. A batch that nobody
//! refutes settles by itself: part of the fees is burnt, parts go to the treasury, stakers and auditors, and anyone can
//! have the payouts made by Merkle proof.
//!
//! What is burnt may give *weight* in the contribution chamber to those who are paid. The agent says of each payer whether
//! its fees do; then somebody must have bonded for the payer, and the bond must have room.
//!
//! ## Low level
//!
//! ### Design
//!
//! Nothing on the chain grows with the number of receipts: a batch is one record, one line per distinct payer until it is
//! settled or they are made whole, and one bit per payout and per opened claim until it is pruned. The arithmetic (trees,
//! referee, division of fees) is that of `openledger-primitives`, which the workers use too.
//!
//! To refute costs the same whatever the number of payers: the batch is marked, and the payers are made whole afterwards, in
//! order, by [`Step::Refund`] or by anyone with [`pallet::Pallet::refund`].
//!
//! What is due in a block stands in an agenda that `on_idle` works off as far as the weight allows, oldest first. A batch
//! whose window is over while it has duties leaves the agenda, so it holds nobody up, and comes back when the last duty has
//! ended. Everything but the draw of a sample can be done by a call too.
//!
//! The sample is drawn from the mixed randomness of several block authors, which begins with the block of the submission
//! (`docs/adr/0019-cut-and-choose.md`).
//!
//! Room is taken when a batch is submitted, or a batch could be settled whose weight nobody answers for, and given back if
//! it becomes void. Of what a payout leaf says of weight, as much is minted as its part of the burn and the room of the
//! batch allow; a leaf that says too much delays nobody's money (`docs/adr/0020-weight-is-backed-by-bonds.md`). Who
//! recomputes a batch finds in [`pallet::Payers`], and in the call that submitted it, whose receipts weigh.
//!
//! A payout that is too small to make an account waits for one for [`pallet::Config::PayoutLife`]; then anyone can have it
//! burnt, so that the batch can be forgotten.
//!
//! ### Terminology
//!
//! * **Duty**: what keeps a batch from settling: an audit that holds it, a demand that is not met, a sample that is not drawn
//!   or not opened. The agent is bound once for each.
//! * **Effective block** of a receipt: the block that it names, but none more than `MaxReceiptAge` before the batch. By it
//!   the referee decides whether a row or an index still counted, so that nothing is gained by dating receipts back.
//!
//! ### Invariants
//!
//! 1. [`pallet::Escrow`] is the fees of pending batches, the unpaid payouts of settled ones, and the fees and compensation
//!    that payers of void ones have still to be given.
//! 2. The pot holds at least the escrow.
//! 3. A batch lists its payers exactly while it is pending or they are being made whole, and the fees of those who are not
//!    yet add up to what is owed to them.
//! 4. No batch reaches beyond its agent's next sequence number, and none has a number that is not given out yet.
//! 5. What a publisher has on hold is the sum of the bonds of its indexes.
//! 6. Only settled batches have paid anything, and none more than its payouts; only void ones make payers whole.
//! 7. What an account has on hold for demands is the sum of their fees; a batch counts its demands, and has no more than the
//!    maximum.
//! 8. A batch has a sample that is not complete exactly if it is pending, seeded and owes its opening; no settled batch has
//!    duties.
//! 9. The agenda has nothing before [`pallet::AgendaFrom`], and an entry for everything that a batch waits for: its seed,
//!    its sample, each demand, its settlement if nothing keeps it from it, its refunds.
//! 10. What is set aside of a batch's weight is the sum of what is set aside of its listed payers, and at most what it burns
//!     and a planck for each payer. No more than that is minted, and only settled batches mint. Of each payer a guarantor is
//!     listed exactly if weight is.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(
	test,
	allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

mod agenda;
mod batches;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod calls;
mod errors;
mod events;
mod holds;
mod indexes;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod invariants;
mod openings;
mod receipts;
mod refutation;
mod settlement;
mod types;
mod voiding;
mod weighing;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use types::{
	Batch, BatchState, BodyOpening, Demand, DemandsByLeaf, Draw, Duties, Entropy, Evidence, Index, Opening, Payer,
	PayoutProof, PayoutState, Refund, Sample, SignedReceipt, Step, MAX_OPENINGS, MAX_SAMPLE,
};
pub use weights::WeightInfo;

/// The pallet.
#[allow(clippy::expect_used, clippy::too_many_arguments, reason = "the expansion of the pallet macro has them")]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[import_section(calls::calls)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::{batches::PayersOf, types::Submission};
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, InspectHold, Mutate, MutateHold},
			Randomness,
		},
		weights::WeightMeter,
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use openledger_primitives::{
		attribution::MAX_TOP,
		money::FeeSplit,
		traits::{Agents, Channels, Contributions, Models, Sampling, Versions},
		Attribution, Balance, Commitment, Fraud, IndexId, IndexKind, ModelId, Offence, Payout, Receipt, RowLeaf,
		SumCommitment, SumNode, MAX_PROOF,
	};
	use sp_core::H256;
	use sp_runtime::{
		traits::{IdentifyAccount, Saturating, Verify, Zero},
		Perbill,
	};

	/// What the runtime decides.
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

		/// Who audits batches.
		type Audits: Sampling<Self::AccountId>;

		/// The models that indexes belong to.
		type Models: Models<Self::AccountId>;

		/// The datanet versions that indexes are made of.
		type Versions: Versions<Self::AccountId>;

		/// Who weighs what in the contribution chamber. With `()` a batch that shall mint weight is refused.
		type Contributions: Contributions<Self::AccountId>;

		/// Signs vouchers and receipts.
		type Signature: Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>> + Parameter;

		/// What the author of a block has added to what is random; another value in each block, or none. If one author
		/// could foresee the values of all others, it would choose what is sampled.
		type Randomness: Randomness<Option<H256>, BlockNumberFor<Self>>;

		/// Keeps fees between submission and payout. Must hold the existential deposit from genesis.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The treasury.
		type Treasury: Get<Self::AccountId>;

		/// Has what those who delegated to the agent do not have of the stakers' share.
		type StakerPot: Get<Self::AccountId>;

		/// Has the share of auditors. Should exist from genesis: what it cannot take is burnt.
		type AuditorPot: Get<Self::AccountId>;

		/// How fees are divided.
		#[pallet::constant]
		type Split: Get<FeeSplit>;

		/// Blocks in which a batch can be refuted. Too short, and false claims go unseen.
		type ChallengeWindow: Get<BlockNumberFor<Self>>;

		/// Authors who contribute to the seed of a sample after that of the batch's own block. Too few, and an agent that
		/// is friends with all of them tries roots until the sample suits it.
		type SeedDelay: Get<u32>;

		/// The part of a batch's receipts whose attributions must be opened, at least 1 and at most [`MAX_SAMPLE`]. 0 asks
		/// for one.
		type SampleRate: Get<Perbill>;

		/// Blocks in which what was drawn or demanded must be opened, and in which it can be refuted after that. Too short,
		/// and an honest agent whose connection fails for a while is slashed.
		type OpenWindow: Get<BlockNumberFor<Self>>;

		/// Held from who demands an opening; the agent has it. Below the agent's costs, and demands are a nuisance.
		type DemandFee: Get<Balance>;

		/// The most demands of one batch that are open at a time.
		#[pallet::constant]
		type MaxDemands: Get<u32>;

		/// Blocks before its batch from which a receipt counts as of later. Longer, and takedowns can be evaded for longer by
		/// dating receipts back; shorter than the time between batches, and honest agents are refuted.
		type MaxReceiptAge: Get<u32>;

		/// Blocks after its settlement in which a batch keeps payouts that are too small to make an account. Short, and newcomers
		/// lose what they earn first; endless, and such a batch is never forgotten.
		type PayoutLife: Get<BlockNumberFor<Self>>;

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

		/// The most payouts of one `distribute`, and the most chunks that one `prune` forgets.
		#[pallet::constant]
		type MaxDistribute: Get<u32>;

		/// The most steps of the agenda in one block.
		#[pallet::constant]
		type MaxSteps: Get<u32>;

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
		/// Fee of a demand that is not met.
		#[codec(index = 1)]
		Demand,
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

	/// Who paid for a batch, how much and with what weight, until it is settled or they are made whole.
	#[pallet::storage]
	pub type Payers<T: Config> = StorageMap<_, Twox64Concat, u64, PayersOf<T>, ValueQuery>;

	/// How far payers of void batches were made whole.
	#[pallet::storage]
	pub type Refunds<T: Config> = StorageMap<_, Twox64Concat, u64, Refund>;

	/// The sequence number of an agent's next receipt. User-chosen keys: Blake2_128Concat.
	#[pallet::storage]
	pub type NextSeq<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u64, ValueQuery>;

	/// Which payouts of a batch were made: bit `i % 128` of chunk `i / 128`.
	#[pallet::storage]
	pub type Paid<T: Config> = StorageDoubleMap<_, Twox64Concat, u64, Twox64Concat, u32, u128, ValueQuery>;

	/// Which attributions of a batch were opened, in the same form.
	#[pallet::storage]
	pub type Opened<T: Config> = StorageDoubleMap<_, Twox64Concat, u64, Twox64Concat, u32, u128, ValueQuery>;

	/// Samples that are not opened as a whole.
	#[pallet::storage]
	pub type Samples<T: Config> = StorageMap<_, Twox64Concat, u64, Sample<BlockNumberFor<T>>>;

	/// Demands that are neither met nor returned, by batch and receipt.
	#[pallet::storage]
	pub type Demands<T: Config> =
		StorageDoubleMap<_, Twox64Concat, u64, Twox64Concat, u32, Demand<T::AccountId, BlockNumberFor<T>>>;

	/// Numbers with which an agent was shown to have signed two receipts; each has cost it a stake, so none is reported
	/// twice. User-chosen keys: Blake2_128Concat.
	#[pallet::storage]
	pub type Equivocated<T: Config> = StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u64, ()>;

	/// What is to be done with batches, by block.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Twox64Concat, (u64, Step), ()>;

	/// The block up to which the agenda is done; at most the present one.
	#[pallet::storage]
	pub type AgendaFrom<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	/// What block authors have contributed to what is random.
	#[pallet::storage]
	pub type Randomnesses<T: Config> = StorageValue<_, Entropy, ValueQuery>;

	/// What the pot owes: fees of pending batches, payouts that are not made yet, payers that are not whole yet.
	#[pallet::storage]
	pub type Escrow<T: Config> = StorageValue<_, Balance, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::Split::get().agent().is_some(), "the shares of a fee exceed 100 percent");
			let top = T::TopRows::get();
			assert!(top > 0 && top <= MAX_TOP, "claims must fit a part");
			assert!(T::MaxReceipts::get() > 0 && T::MaxPayers::get() > 0, "batches must have room");
			assert!(T::MaxDistribute::get() > 0, "payouts must have room");
			assert!(T::MaxSteps::get() > 0 && T::MaxDemands::get() > 0, "steps and demands must have room");
			let open = T::OpenWindow::get();
			assert!(!open.is_zero(), "there must be time to open");
			assert!(open.saturating_add(open) < T::ChallengeWindow::get(), "there must be time to demand");
		}

		/// Mixes what the last author contributed into the entropy.
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::mix();
			T::WeightInfo::mix()
		}

		/// Does what is due with batches, oldest first.
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			let mut meter = WeightMeter::with_limit(limit);
			Self::work_off_agenda(&mut meter);
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

		/// Who paid for `batch`, how much and with what weight, as long as it is pending or they are being made whole.
		pub fn payers(batch: u64) -> Vec<Payer<T::AccountId>> {
			Payers::<T>::get(batch).into_inner()
		}

		/// The sequence number of `agent`'s next receipt.
		pub fn next_seq(agent: T::AccountId) -> u64 {
			NextSeq::<T>::get(agent)
		}

		/// Whether payout `leaf` of `batch` was made.
		pub fn is_paid(batch: u64, leaf: u32) -> bool {
			Self::paid_bit(batch, leaf).2
		}

		/// Which of the payouts `128 · chunk` to `128 · chunk + 127` of `batch` were made, lowest bit first.
		pub fn paid_chunk(batch: u64, chunk: u32) -> u128 {
			Paid::<T>::get(batch, chunk)
		}

		/// What has become of payout `leaf` of `batch`; `None` if there is no such payout, or it was forgotten.
		pub fn payout_state(batch: u64, leaf: u32) -> Option<PayoutState> {
			let state = Batches::<T>::get(batch).filter(|batch| leaf < batch.payouts.count)?.state;
			Some(match state {
				BatchState::Pending => PayoutState::Escrowed,
				BatchState::Voided => PayoutState::Void,
				BatchState::Settled if Self::paid_bit(batch, leaf).2 => PayoutState::Paid,
				BatchState::Settled => PayoutState::Due,
			})
		}

		/// The receipts of `batch` whose attributions are to be opened, as long as they are not all.
		pub fn sample(batch: u64) -> Option<Sample<BlockNumberFor<T>>> {
			Samples::<T>::get(batch)
		}

		/// The open demands of `batch`, by receipt.
		pub fn demands(batch: u64) -> DemandsByLeaf<T::AccountId, BlockNumberFor<T>> {
			Demands::<T>::iter_prefix(batch).take(T::MaxDemands::get() as usize).collect()
		}

		/// Whether the attribution of receipt `leaf` of `batch` was opened.
		pub fn is_opened(batch: u64, leaf: u32) -> bool {
			Self::opened_bit(batch, leaf).2
		}
	}
}
