//! Benchmarks of the calls.

use crate::{
	pallet::{
		AgendaFrom, Batches, Call, Config, Demands, Equivocated, Escrow, HoldReason, Indexes, NextBatch, NextIndex,
		Opened, Paid, Pallet, Payers, Randomnesses, Refunds, Samples,
	},
	types::{
		Batch, BatchState, BodyOpening, Demand, Draw, Duties, Entropy, Evidence, Opening, PayoutProof, Sample,
		SignedReceipt, MAX_OPENINGS, MAX_SAMPLE,
	},
};
use alloc::{boxed::Box, collections::BTreeMap, vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, InspectHold, Mutate},
		Get,
	},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{
	attribution::{MAX_DIM, MAX_PARTS, MAX_TOP},
	referee,
	traits::{Agents, Batches as Holds, Models, Versions},
	tree::plain::{leaf_hash, node_hash},
	Attribution, Balance, Blake2b256, Commitment, ContentHash, DatanetId, Fraud, IndexId, IndexKind, IndexLeaf,
	ModelId, NumericClass, Part, Payout, Pool, Receipt, RowLeaf, Scored, SumCommitment, SumNode, Voucher,
};
use sp_core::H256;
use sp_runtime::traits::Saturating;

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId, Signature> {
	/// An agent whose stake covers unsettled `fees`, with as long a record as it can have and somebody who has delegated to
	/// it, and its signer.
	fn agent(fees: Balance) -> Result<(AccountId, AccountId), BenchmarkError>;

	/// Signs `message` for `agent`, by a signer whose signature takes long to check. It may become the agent's only then.
	fn sign(agent: &AccountId, message: &[u8]) -> Result<(AccountId, Signature), BenchmarkError>;

	/// A voucher over `fee` for a new channel to `agent`, with a signature that takes long to check. The channel is short
	/// of a part of it, which the agent's signer advances. There is another payer for each `number`.
	fn voucher(number: u32, agent: &AccountId, fee: Balance)
		-> Result<(Voucher<AccountId>, Signature), BenchmarkError>;

	/// An index asset and its owner. Its datanet version has as many rows as it can: the proofs of leaves grow with them.
	fn index_asset() -> Result<(ModelId, AccountId), BenchmarkError>;

	/// Gives a frozen version other rows, of the same number.
	fn replace_rows(datanet: DatanetId, version: u32, rows: Commitment) -> Result<(), BenchmarkError>;

	/// Makes sure that the author of this block has contributed to what is random.
	fn make_random();

	/// Has somebody else bond for `payer`, with room for giving `weight` through `agent`: another account for each payer,
	/// which has given something through the agent before, some time ago.
	fn bond_for(payer: &AccountId, agent: &AccountId, weight: Balance) -> Result<(), BenchmarkError>;

	/// Gives `account`, which may not exist, weight in the contribution chamber, with as long a record as it can have.
	fn weighed(account: &AccountId) -> Result<(), BenchmarkError>;
}

/// A part of a tree that the benchmark does not know. It carries no amount.
const UNKNOWN: SumNode = SumNode { hash: H256([7; 32]), sum: 0 };

/// The least score of a source.
const THRESHOLD: i64 = 1;

/// The payouts of one chunk of `Paid`.
const CHUNK: u32 = 128;

/// What the chain sees of a tree of `count` leaves: its commitment, and proofs of the `known` leaves, which come with
/// their positions.
///
/// Nobody can tell what is below a node, so the rest of the tree is never built.
fn sum_tree(known: &[(u32, SumNode)], count: u32) -> Result<(SumCommitment, Vec<Vec<SumNode>>), BenchmarkError> {
	let mut level: BTreeMap<u32, SumNode> = known.iter().copied().collect();
	let mut positions: Vec<u32> = known.iter().map(|(position, _)| *position).collect();
	let mut proofs = vec![vec![]; known.len()];
	let mut last = count.saturating_sub(1);
	while last > 0 {
		let node = |position: u32| level.get(&position).copied().unwrap_or(UNKNOWN);
		for (position, proof) in positions.iter_mut().zip(&mut proofs) {
			if *position ^ 1 <= last {
				proof.push(node(*position ^ 1));
			}
			*position >>= 1;
		}
		let parent = |position: u32| {
			let (left, right) = (position & !1, position | 1);
			let join = || SumNode::join::<Blake2b256>(&node(left), &node(right));
			Some((position >> 1, if right <= last { join()? } else { node(left) }))
		};
		level = level.keys().map(|position| parent(*position)).collect::<Option<_>>().ok_or("amounts fit")?;
		last >>= 1;
	}
	let top = level.first_key_value().ok_or("a leaf is known")?.1;
	Ok((SumCommitment::of::<Blake2b256>(count, top), proofs))
}

/// What the chain sees of a tree of `count` leaves of which the first ones are known: its commitment, and their proof.
fn first_leaves(mut level: Vec<SumNode>, count: u32) -> Result<(SumCommitment, Vec<SumNode>), BenchmarkError> {
	let mut proof = vec![];
	let mut last = count.saturating_sub(1);
	while last > 0 {
		if level.len() % 2 == 1 && level.len() <= last as usize {
			proof.push(UNKNOWN);
			level.push(UNKNOWN);
		}
		let join = |pair: &[SumNode]| match pair {
			[left, right] => SumNode::join::<Blake2b256>(left, right),
			[alone] => Some(*alone),
			_ => None,
		};
		level = level.chunks(2).map(join).collect::<Option<_>>().ok_or("the sums fit")?;
		last >>= 1;
	}
	let top = level.first().ok_or("there is a leaf")?;
	Ok((SumCommitment::of::<Blake2b256>(count, top), proof))
}

/// The same for a tree without amounts of which only the first leaf is known.
fn tree(first: &[u8], count: u32) -> (Commitment, Vec<H256>) {
	let steps = u32::BITS.saturating_sub(count.saturating_sub(1).leading_zeros());
	let top = (0..steps).fold(leaf_hash::<Blake2b256>(first), |node, _| node_hash::<Blake2b256>(&node, &UNKNOWN.hash));
	(Commitment::of::<Blake2b256>(count, &top), vec![UNKNOWN.hash; steps as usize])
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// What each payer pays: enough for the most payouts of one call to create an account each.
fn fee<T: Config>() -> Balance {
	let least = T::Currency::minimum_balance().max(1).saturating_mul(10);
	least.saturating_mul(T::MaxDistribute::get().into())
}

/// What each payer gives in weight.
fn weight<T: Config>() -> Balance {
	T::Split::get().weight(fee::<T>())
}

/// A batch of the most receipts that is not submitted yet. All of its payers weigh, and so do its agent and who is paid for
/// it.
struct Prepared<T: Config> {
	agent: T::AccountId,
	signer: T::AccountId,
	fees: Balance,
	/// What the payouts add up to.
	payouts: Balance,
	draws: BoundedVec<Draw<T::AccountId, T::Signature>, T::MaxPayers>,
}

impl<T: Config> Prepared<T> {
	/// Who is paid: the agent's beneficiary, and others.
	fn payee(&self, number: u32) -> T::AccountId {
		let beneficiary = T::Agents::beneficiary(&self.agent).filter(|_| number == 0);
		beneficiary.unwrap_or_else(|| account("payee", number, 0))
	}

	/// A batch with a number of `payers`.
	fn new(payers: u32) -> Result<Self, BenchmarkError> {
		fund::<T>(&Pallet::<T>::pot(), 0)?;
		let fees = fee::<T>().saturating_mul(payers.into());
		let payouts = T::Split::get().reserve(fees).ok_or("the shares of a fee are valid")?.payouts;
		let (agent, signer) = T::BenchmarkHelper::agent(fees)?;
		T::BenchmarkHelper::weighed(&agent)?;
		T::BenchmarkHelper::weighed(&T::Agents::beneficiary(&agent).ok_or("an agent has a beneficiary")?)?;
		// For what channels are short of.
		fund::<T>(&signer, fees)?;
		let draw = |number| {
			let (voucher, signature) = T::BenchmarkHelper::voucher(number, &agent, fee::<T>())?;
			let (drawn, ceiling) = (fee::<T>(), voucher.cumulative);
			T::BenchmarkHelper::bond_for(&voucher.payer, &agent, weight::<T>())?;
			Ok(Draw { payer: voucher.payer, drawn, ceiling, signer: None, signature, weighs: true })
		};
		let mut draws = (0..payers).map(draw).collect::<Result<Vec<_>, BenchmarkError>>()?;
		draws.sort_by(|a, b| a.payer.cmp(&b.payer));
		let draws = BoundedVec::try_from(draws).map_err(|_| "there are at most MaxPayers")?;
		Ok(Self { agent, signer, fees, payouts, draws })
	}

	/// A commitment to receipts, or payouts, that nobody opens.
	fn sealed(sum: Balance) -> SumCommitment {
		SumCommitment { root: UNKNOWN.hash, count: T::MaxReceipts::get(), sum }
	}

	fn submit(self, receipts: SumCommitment, payouts: SumCommitment) -> Result<u64, BenchmarkError> {
		let batch = NextBatch::<T>::get();
		let signer = RawOrigin::Signed(self.signer);
		Pallet::<T>::submit_batch(signer.into(), 0, receipts, payouts, UNKNOWN.hash, self.draws, UNKNOWN.hash)?;
		Ok(batch)
	}

	/// Submits a batch that nobody opens.
	fn submit_sealed(self) -> Result<u64, BenchmarkError> {
		let [receipts, payouts] = [self.fees, self.payouts].map(Self::sealed);
		self.submit(receipts, payouts)
	}

	/// Submits the batch and lets its window pass, with its sample opened.
	fn mature(self, payouts: SumCommitment) -> Result<u64, BenchmarkError> {
		let fees = self.fees;
		let batch = self.submit(Self::sealed(fees), payouts)?;
		let mut stored = Batches::<T>::get(batch).ok_or("the batch is stored")?;
		frame_system::Pallet::<T>::set_block_number(stored.matures);
		stored.seed = Some(UNKNOWN.hash);
		T::Agents::unbind(&stored.agent);
		stored.duties = Duties::default();
		Batches::<T>::insert(batch, stored);
		Ok(batch)
	}

	/// A receipt of the batch with the number `seq`, whose answer has this attribution.
	fn receipt(&self, seq: u64, fee: Balance, body: &Attribution) -> Receipt<T::AccountId> {
		Receipt {
			seq,
			payer: account("payer", 0, 0),
			model: ModelId(0),
			request: H256::repeat_byte(1),
			response: H256::repeat_byte(2),
			tokens_in: u32::MAX,
			tokens_out: u32::MAX,
			fee,
			fingerprint: H256::repeat_byte(3),
			attribution: body.commitment(&Pallet::<T>::domain()),
			class: NumericClass::Exact,
			at: 0,
		}
	}

	fn node(&self, receipt: &Receipt<T::AccountId>) -> SumNode {
		SumNode::leaf::<Blake2b256>(&receipt.leaf(&Pallet::<T>::domain(), &self.agent), receipt.fee)
	}

	/// Submits a batch of which only the first receipt is known. Returns it with that receipt and its proof.
	fn submit_known(self, body: &Attribution) -> Result<(u64, Receipt<T::AccountId>, Vec<SumNode>), BenchmarkError> {
		let receipt = self.receipt(0, self.fees, body);
		let (receipts, proofs) = sum_tree(&[(0, self.node(&receipt))], T::MaxReceipts::get())?;
		let payouts = Self::sealed(self.payouts);
		let batch = self.submit(receipts, payouts)?;
		Ok((batch, receipt, proofs.into_iter().next().ok_or("the receipt has a proof")?))
	}
}

/// A batch, as large as it can be, that is held and can be voided, and its agent, which is bound for it.
pub fn held_batch<T: Config>() -> Result<(T::AccountId, u64), BenchmarkError> {
	let prepared = Prepared::<T>::new(T::MaxPayers::get())?;
	let agent = prepared.agent.clone();
	let batch = prepared.submit_sealed()?;
	<Pallet<T> as Holds<T::AccountId>>::hold(batch)?;
	T::Agents::bind(&agent)?;
	Ok((agent, batch))
}

/// A pending batch of `agent` with these receipts, from sequence number 0 on, that is sampled and opened. Its payers and its
/// money are left out.
pub fn pending_batch<T: Config>(agent: &T::AccountId, receipts: SumCommitment, lot: H256) -> u64 {
	let (number, now) = (NextBatch::<T>::get(), Pallet::<T>::now());
	let batch = Batch {
		agent: agent.clone(),
		first_seq: 0,
		receipts,
		payouts: SumCommitment::default(),
		lot,
		burn: 0,
		treasury: 0,
		stakers: 0,
		auditors: 0,
		paid: 0,
		credited: 0,
		minted: 0,
		submitted: now,
		matures: now.saturating_add(T::ChallengeWindow::get()),
		seed_from: 0,
		seed: Some(UNKNOWN.hash),
		duties: Duties::default(),
		state: BatchState::Pending,
	};
	Batches::<T>::insert(number, batch);
	NextBatch::<T>::put(number.saturating_add(1));
	number
}

/// A receipt as the payer of a browser wallet would have it, which takes longest to check.
fn signed<T: Config>(
	agent: &T::AccountId,
	receipt: Receipt<T::AccountId>,
) -> Result<SignedReceipt<T::AccountId, T::Signature>, BenchmarkError> {
	let message = [&b"<Bytes>"[..], &receipt.leaf(&Pallet::<T>::domain(), agent), b"</Bytes>"].concat();
	let (signer, signature) = T::BenchmarkHelper::sign(agent, &message)?;
	Ok(SignedReceipt { receipt, signer, signature })
}

/// The longest attribution that there can be.
fn longest() -> Attribution {
	let named = Scored { row: u32::MAX, cluster: u32::MAX, score: i64::MAX };
	let part = Part {
		index: IndexId(0),
		pool: Pool::Training,
		query: BoundedVec::truncate_from(vec![i8::MAX; MAX_DIM as usize]),
		top: BoundedVec::truncate_from(vec![named; MAX_TOP as usize]),
	};
	Attribution { parts: BoundedVec::truncate_from(vec![part; MAX_PARTS as usize]) }
}

/// Gives who is paid as long a record of weight as it can have.
fn weighed_payees<'a, T: Config>(
	mut payouts: impl Iterator<Item = &'a Payout<T::AccountId>>,
) -> Result<(), BenchmarkError>
where
	T::AccountId: 'a,
{
	payouts.try_for_each(|payout| T::BenchmarkHelper::weighed(&payout.account))
}

/// Whether all was paid, in so many payouts, each of which has minted what it can.
fn is_all_paid<T: Config>(batch: u64, sum: Balance, payouts: u32) -> bool {
	Batches::<T>::get(batch).is_some_and(|batch| {
		// Each is rounded down.
		let least = batch.credited.saturating_sub(payouts.into()).max(1);
		batch.paid == sum && batch.minted >= least
	})
}

/// Somebody's demand for a leaf of a batch.
fn demand<T: Config>(batch: u64, leaf: u32) -> Result<Demand<T::AccountId, BlockNumberFor<T>>, BenchmarkError> {
	let by = account("demander", leaf, 0);
	// Each that is open makes the next one twice as dear.
	let open = Demands::<T>::iter_key_prefix(batch).count().min(64) as u32;
	fund::<T>(&by, T::DemandFee::get().saturating_mul(1u128.checked_shl(open).unwrap_or(1)))?;
	Pallet::<T>::demand(RawOrigin::Signed(by).into(), batch, leaf)?;
	Ok(Demands::<T>::get(batch, leaf).ok_or("the demand is stored")?)
}

/// Publishes an index of the widest vectors. Returns it with an opening of its first leaf, whose vector is all 127.
fn publish<T: Config>() -> Result<(IndexId, Opening<T::AccountId>), BenchmarkError> {
	let (model, owner) = T::BenchmarkHelper::index_asset()?;
	fund::<T>(&owner, T::IndexBond::get())?;
	let (datanet, version) = T::Models::index_source(model).ok_or("the model is an index asset")?;
	let rows = T::Versions::rows(datanet, version).ok_or("the version is frozen")?.count;
	let leaf = IndexLeaf {
		row: 0,
		contributor: account("contributor", 0, 0),
		cluster: 0,
		reputation: u16::MAX,
		vector: BoundedVec::truncate_from(vec![i8::MAX; MAX_DIM as usize]),
	};
	let (rows, proof) = tree(&leaf.leaf(&Pallet::<T>::domain(), datanet, version), rows);
	let (index, owner) = (NextIndex::<T>::get(), RawOrigin::Signed(owner));
	Pallet::<T>::publish_index(owner.into(), model, IndexKind::Influence, MAX_DIM as u16, rows, THRESHOLD)?;
	Ok((index, Opening { leaf, proof: BoundedVec::truncate_from(proof) }))
}

/// As long a claim as there can be, of which part 0 leaves the opened row out. No other fraud takes longer to find.
fn lie<T: Config>(index: IndexId, opening: &Opening<T::AccountId>) -> Result<Attribution, BenchmarkError> {
	let top = |limit: u32| (1..=limit).map(|row| Scored { row, cluster: row, score: THRESHOLD }).collect();
	let part = |limit| Part {
		index,
		pool: Pool::Training,
		query: opening.leaf.vector.clone(),
		top: BoundedVec::truncate_from(top(limit)),
	};
	let limit = T::TopRows::get();
	let mut parts = vec![part(MAX_TOP); MAX_PARTS as usize];
	let judged = parts.first_mut().ok_or("an attribution can have parts")?;
	*judged = part(limit);
	let info = Indexes::<T>::get(index).ok_or("the index is published")?.info;
	referee::check_form(judged, &info, limit).map_err(|_| "the fraud cannot be seen without an opening")?;
	let found = referee::check_leaf(judged, &info, &opening.leaf, limit, referee::RowState::Listed);
	frame_support::ensure!(found == Err(Fraud::Omitted), "the opened row is missing");
	Ok(Attribution { parts: BoundedVec::truncate_from(parts) })
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn publish_index() -> Result<(), BenchmarkError> {
		let (model, owner) = T::BenchmarkHelper::index_asset()?;
		fund::<T>(&owner, T::IndexBond::get())?;
		let (datanet, version) = T::Models::index_source(model).ok_or("the model is an index asset")?;
		let rows = T::Versions::rows(datanet, version).ok_or("the version is frozen")?;
		let index = NextIndex::<T>::get();
		let origin = RawOrigin::Signed(owner.clone());

		#[extrinsic_call]
		_(origin, model, IndexKind::Influence, MAX_DIM as u16, rows, i64::MIN);

		let bond = Indexes::<T>::get(index).ok_or("the index is published")?.bond;
		assert_eq!(T::Currency::balance_on_hold(&HoldReason::IndexBond.into(), &owner), bond);
		Ok(())
	}

	/// `n`: payers, all of whom weigh.
	#[benchmark]
	fn submit_batch(n: Linear<1, { T::MaxPayers::get() }>) -> Result<(), BenchmarkError> {
		let Prepared::<T> { signer, fees, payouts, draws, .. } = Prepared::new(n)?;
		let [receipts, payouts] = [fees, payouts].map(Prepared::<T>::sealed);
		let batch = NextBatch::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(signer), 0, receipts, payouts, UNKNOWN.hash, draws, UNKNOWN.hash);

		let stored = Batches::<T>::get(batch).ok_or("the batch is stored")?;
		assert_eq!((stored.receipts, stored.credited), (receipts, weight::<T>().saturating_mul(n.into())));
		assert_eq!(Escrow::<T>::get(), fees);
		Ok(())
	}

	#[benchmark]
	fn refute() -> Result<(), BenchmarkError> {
		let challenger: T::AccountId = whitelisted_caller();
		fund::<T>(&challenger, 0)?;
		let (index, opening) = publish::<T>()?;
		let body = lie::<T>(index, &opening)?;
		let prepared = Prepared::<T>::new(T::MaxPayers::get())?;
		let (batch, receipt, proof) = prepared.submit_known(&body)?;
		let (receipt, proof) = (Box::new(receipt), BoundedVec::truncate_from(proof));

		#[extrinsic_call]
		_(RawOrigin::Signed(challenger), batch, 0, receipt, proof, body, 0, Some(opening));

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Voided));
		assert!(Refunds::<T>::contains_key(batch));
		Ok(())
	}

	#[benchmark]
	fn settle() -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(T::MaxPayers::get())?;
		let payouts = Prepared::<T>::sealed(prepared.payouts);
		let batch = prepared.mature(payouts)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch);

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Settled));
		assert_eq!(Escrow::<T>::get(), payouts.sum);
		Ok(())
	}

	/// `n`: payouts, each of which has the longest proof and lies in another chunk of `Paid` if that can be. One is to the agent's
	/// beneficiary, the others create accounts that weigh already.
	#[benchmark]
	fn distribute(n: Linear<1, { T::MaxDistribute::get().min(T::MaxReceipts::get()) }>) -> Result<(), BenchmarkError> {
		let count = T::MaxReceipts::get();
		let prepared = Prepared::<T>::new(1)?;
		let (domain, sum) = (Pallet::<T>::domain(), prepared.payouts);
		let stride = count.checked_div(n).ok_or("there is a payout")?.min(CHUNK);
		let each = sum.checked_div(n.into()).ok_or("there is a payout")?;
		let rest = sum.saturating_sub(each.saturating_mul(n.into()));
		let payouts: Vec<_> = (0..n)
			.map(|i| {
				let amount = if i == 0 { each.saturating_add(rest) } else { each };
				(i.saturating_mul(stride), Payout { account: prepared.payee(i), amount, weight: Balance::MAX })
			})
			.collect();
		let balances: Vec<_> = payouts.iter().map(|(_, payout)| T::Currency::balance(&payout.account)).collect();
		let known: Vec<_> = payouts
			.iter()
			.map(|(i, payout)| {
				(*i, SumNode::leaf::<Blake2b256>(&payout.leaf(&domain, &prepared.agent, 0), payout.amount))
			})
			.collect();
		let (commitment, proofs) = sum_tree(&known, count)?;
		let batch = prepared.mature(commitment)?;
		weighed_payees::<T>(payouts.iter().map(|(_, payout)| payout))?;
		Pallet::<T>::do_settle(batch)?;
		let proven = payouts.iter().zip(proofs).map(|((leaf, payout), proof)| PayoutProof {
			leaf: *leaf,
			payout: payout.clone(),
			proof: BoundedVec::truncate_from(proof),
		});
		let proven = BoundedVec::truncate_from(proven.collect());

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, proven);

		assert!(is_all_paid::<T>(batch, sum, n));
		assert_eq!(Escrow::<T>::get(), 0);
		for ((leaf, payout), before) in payouts.into_iter().zip(balances) {
			assert!(Pallet::<T>::is_paid(batch, leaf));
			assert_eq!(T::Currency::balance(&payout.account), before.saturating_add(payout.amount));
		}
		Ok(())
	}

	/// `n`: payouts, the first ones of the longest tree, one of them to the agent's beneficiary, the others to accounts that do not
	/// exist yet and weigh already.
	#[benchmark]
	fn distribute_range(
		n: Linear<1, { T::MaxDistribute::get().min(T::MaxReceipts::get()) }>,
	) -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(1)?;
		let (domain, sum) = (Pallet::<T>::domain(), prepared.payouts);
		let each = sum.checked_div(n.into()).ok_or("there is a payout")?;
		let rest = sum.saturating_sub(each.saturating_mul(n.into()));
		let payout = |i| {
			let amount = if i == 0 { each.saturating_add(rest) } else { each };
			Payout { account: prepared.payee(i), amount, weight: Balance::MAX }
		};
		let payouts: Vec<_> = (0..n).map(payout).collect();
		let leaf = |payout: &Payout<T::AccountId>| {
			SumNode::leaf::<Blake2b256>(&payout.leaf(&domain, &prepared.agent, 0), payout.amount)
		};
		let (commitment, proof) = first_leaves(payouts.iter().map(leaf).collect(), T::MaxReceipts::get())?;
		let batch = prepared.mature(commitment)?;
		weighed_payees::<T>(payouts.iter())?;
		Pallet::<T>::do_settle(batch)?;
		let (payouts, proof) = (BoundedVec::truncate_from(payouts), BoundedVec::truncate_from(proof));

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, 0, payouts, proof);

		assert!(is_all_paid::<T>(batch, sum, n));
		Ok(())
	}

	/// The last payout of the longest tree, of all that the batch pays.
	#[benchmark]
	fn forfeit() -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(1)?;
		let amount = T::Currency::minimum_balance().saturating_sub(1).max(1);
		// The rest was paid.
		let paid = prepared.payouts.saturating_sub(amount);
		let payout = Payout { account: account("payee", 0, 0), amount, weight: Balance::MAX };
		let leaf = payout.leaf(&Pallet::<T>::domain(), &prepared.agent, 0);
		let last = T::MaxReceipts::get().saturating_sub(1);
		let other = SumNode { hash: UNKNOWN.hash, sum: paid };
		let known = [(0, other), (last, SumNode::leaf::<Blake2b256>(&leaf, amount))];
		let (commitment, proofs) = sum_tree(&known, T::MaxReceipts::get())?;
		let proof = proofs.into_iter().next_back().ok_or("the payout has a proof")?;
		let batch = prepared.mature(commitment)?;
		Pallet::<T>::do_settle(batch)?;
		Batches::<T>::mutate(batch, |batch| batch.iter_mut().for_each(|batch| batch.paid = paid));
		Escrow::<T>::put(amount);
		let later = Pallet::<T>::now().saturating_add(T::PayoutLife::get()).saturating_add(1u32.into());
		frame_system::Pallet::<T>::set_block_number(later);
		let proven = PayoutProof { leaf: last, payout, proof: BoundedVec::truncate_from(proof) };

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, proven);

		assert!(Pallet::<T>::is_paid(batch, last));
		assert_eq!(Escrow::<T>::get(), 0);
		Ok(())
	}

	/// The payer's receipt is another than that of the batch, and was signed in a browser.
	#[benchmark]
	fn refute_receipt() -> Result<(), BenchmarkError> {
		let challenger: T::AccountId = whitelisted_caller();
		fund::<T>(&challenger, 0)?;
		let prepared = Prepared::<T>::new(T::MaxPayers::get())?;
		let agent = prepared.agent.clone();
		let (batch, receipt, proof) = prepared.submit_known(&Attribution::default())?;
		let other = signed::<T>(&agent, Receipt { response: H256::zero(), ..receipt.clone() })?;
		let (amount, proof) = (receipt.fee, BoundedVec::truncate_from(proof));
		let (receipt, evidence) = (Box::new(receipt), Evidence::Signed(Box::new(other)));

		#[extrinsic_call]
		_(RawOrigin::Signed(challenger), batch, 0, receipt, amount, proof, evidence);

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Voided));
		Ok(())
	}

	#[benchmark]
	fn report_equivocation() -> Result<(), BenchmarkError> {
		let challenger: T::AccountId = whitelisted_caller();
		fund::<T>(&challenger, 0)?;
		let prepared = Prepared::<T>::new(1)?;
		let agent = prepared.agent.clone();
		let receipt = prepared.receipt(0, 1, &Attribution::default());
		let other = Receipt { response: H256::zero(), ..receipt.clone() };
		let (first, second) = (signed::<T>(&agent, receipt)?, signed::<T>(&agent, other)?);

		#[extrinsic_call]
		_(RawOrigin::Signed(challenger), agent.clone(), Box::new(first), Box::new(second));

		assert!(Equivocated::<T>::contains_key(&agent, 0));
		Ok(())
	}

	/// `n`: the longest attributions, drawn and as far as can be demanded too, each in another chunk of `Opened`. With the
	/// last the sample is complete.
	#[benchmark]
	fn open(n: Linear<1, { MAX_OPENINGS }>) -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(1)?;
		let (body, count) = (longest(), T::MaxReceipts::get());
		let stride = count.checked_div(n).ok_or("there is an opening")?.clamp(1, CHUNK);
		let each = prepared.fees.checked_div(n.into()).ok_or("there is an opening")?;
		let rest = prepared.fees.saturating_sub(each.saturating_mul(n.into()));
		let receipts: Vec<_> = (0..n)
			.map(|i| {
				let leaf = i.saturating_mul(stride);
				(leaf, prepared.receipt(leaf.into(), if i == 0 { each.saturating_add(rest) } else { each }, &body))
			})
			.collect();
		let known: Vec<_> = receipts.iter().map(|(leaf, receipt)| (*leaf, prepared.node(receipt))).collect();
		let (commitment, proofs) = sum_tree(&known, count)?;
		let payouts = Prepared::<T>::sealed(prepared.payouts);
		let batch = prepared.submit(commitment, payouts)?;
		for (leaf, _) in receipts.iter().take(T::MaxDemands::get() as usize) {
			super::demand::<T>(batch, *leaf)?;
		}
		let fees = receipts.iter().scan(0u128, |before, (_, receipt)| {
			let point = *before;
			*before = before.saturating_add(receipt.fee);
			Some(point)
		});
		let points = BoundedVec::truncate_from(fees.collect());
		let until = Pallet::<T>::now().saturating_add(T::OpenWindow::get());
		Samples::<T>::insert(batch, Sample { points, opened: 0, until });
		Batches::<T>::mutate(batch, |batch| batch.iter_mut().for_each(|batch| batch.seed = Some(UNKNOWN.hash)));
		let opening = |((leaf, receipt), proof)| {
			let proof = BoundedVec::truncate_from(proof);
			BodyOpening { leaf, receipt, proof, body: body.clone() }
		};
		let openings = BoundedVec::truncate_from(receipts.into_iter().zip(proofs).map(opening).collect());

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, openings);

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.duties), Some(Duties::default()));
		Ok(())
	}

	#[benchmark]
	fn demand() -> Result<(), BenchmarkError> {
		let by: T::AccountId = whitelisted_caller();
		fund::<T>(&by, T::DemandFee::get())?;
		let batch = Prepared::<T>::new(1)?.submit_sealed()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(by), batch, 0);

		assert!(Demands::<T>::contains_key(batch, 0));
		Ok(())
	}

	/// Who had demanded is paid; a sample is still open too.
	#[benchmark]
	fn void_withheld() -> Result<(), BenchmarkError> {
		let batch = Prepared::<T>::new(T::MaxPayers::get())?.submit_sealed()?;
		let until = super::demand::<T>(batch, 0)?.until;
		Randomnesses::<T>::put(Entropy { value: UNKNOWN.hash, count: u64::MAX });
		Pallet::<T>::step_seed(batch)?;
		frame_system::Pallet::<T>::set_block_number(until.saturating_add(1u32.into()));

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, Some(0));

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Voided));
		Ok(())
	}

	/// `n`: payers, who have their fees back in their channels, their shares of the agent's stake, and their room.
	#[benchmark]
	fn refund(n: Linear<1, { T::MaxPayers::get() }>) -> Result<(), BenchmarkError> {
		let batch = Prepared::<T>::new(n)?.submit_sealed()?;
		let compensation = fee::<T>().saturating_mul(n.into());
		T::Currency::mint_into(&Pallet::<T>::pot(), compensation)?;
		let stored = Batches::<T>::get(batch).ok_or("the batch is stored")?;
		Pallet::<T>::void(batch, stored, compensation)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, n);

		assert!(!Refunds::<T>::contains_key(batch) && !Payers::<T>::contains_key(batch));
		assert_eq!(Escrow::<T>::get(), 0);
		Ok(())
	}

	/// `n`: chunks.
	#[benchmark]
	fn prune(n: Linear<1, { T::MaxDistribute::get() }>) -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(1)?;
		let payouts = Prepared::<T>::sealed(prepared.payouts);
		let batch = prepared.mature(payouts)?;
		Pallet::<T>::do_settle(batch)?;
		Batches::<T>::mutate(batch, |batch| batch.iter_mut().for_each(|batch| batch.paid = batch.payouts.sum));
		for chunk in 0..n {
			Paid::<T>::insert(batch, chunk, u128::MAX);
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, n);

		assert!(!Batches::<T>::contains_key(batch) && Opened::<T>::iter_key_prefix(batch).next().is_none());
		Ok(())
	}

	/// The last of what can be wrong is: the dimension.
	#[benchmark]
	fn refute_index() -> Result<(), BenchmarkError> {
		let challenger: T::AccountId = whitelisted_caller();
		fund::<T>(&challenger, 0)?;
		let (index, opening) = publish::<T>()?;
		let stored = Indexes::<T>::get(index).ok_or("the index is published")?;
		let (datanet, version) = (stored.info.datanet, stored.info.version);
		let row = RowLeaf {
			row: opening.leaf.row,
			contributor: opening.leaf.contributor.clone(),
			cluster: opening.leaf.cluster,
			content: ContentHash(UNKNOWN.hash),
			licensed: true,
		};
		let (rows, proof) = tree(&row.leaf(&Pallet::<T>::domain(), datanet, version), stored.info.rows.count);
		T::BenchmarkHelper::replace_rows(datanet, version, rows)?;
		Indexes::<T>::mutate(index, |index| {
			index.iter_mut().for_each(|index| index.info.dim = index.info.dim.saturating_sub(1));
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(challenger), index, opening, Box::new(row), BoundedVec::truncate_from(proof));

		assert_eq!(Indexes::<T>::get(index).map(|index| index.bond), Some(0));
		Ok(())
	}

	#[benchmark]
	fn retire_index() -> Result<(), BenchmarkError> {
		let (index, _) = publish::<T>()?;
		let publisher = Indexes::<T>::get(index).ok_or("the index is published")?.publisher;

		#[extrinsic_call]
		_(RawOrigin::Signed(publisher), index);

		assert!(Indexes::<T>::get(index).is_some_and(|index| index.retired.is_some()));
		Ok(())
	}

	#[benchmark]
	fn release_index_bond() -> Result<(), BenchmarkError> {
		let (index, _) = publish::<T>()?;
		let publisher = Indexes::<T>::get(index).ok_or("the index is published")?.publisher;
		Pallet::<T>::do_retire_index(publisher.clone(), index)?;
		let later = T::ChallengeWindow::get().saturating_add(T::MaxReceiptAge::get().into());
		let later = later.saturating_add(referee::TAKEDOWN_GRACE.into()).saturating_add(Pallet::<T>::now());
		frame_system::Pallet::<T>::set_block_number(later);

		#[extrinsic_call]
		_(RawOrigin::Signed(publisher.clone()), index);

		assert_eq!(T::Currency::balance_on_hold(&HoldReason::IndexBond.into(), &publisher), 0);
		Ok(())
	}

	/// What the beginning of a block does.
	#[benchmark]
	fn mix() -> Result<(), BenchmarkError> {
		T::BenchmarkHelper::make_random();
		let before = Randomnesses::<T>::get().count;

		#[block]
		{
			Pallet::<T>::mix();
		}

		assert_eq!(Randomnesses::<T>::get().count, before.saturating_add(1));
		Ok(())
	}

	/// The draw of the largest sample.
	#[benchmark]
	fn seed() -> Result<(), BenchmarkError> {
		let batch = Prepared::<T>::new(1)?.submit_sealed()?;
		Randomnesses::<T>::put(Entropy { value: UNKNOWN.hash, count: u64::MAX });

		#[block]
		{
			Pallet::<T>::step_seed(batch)?;
		}

		let expected = T::SampleRate::get().mul_ceil(T::MaxReceipts::get()).clamp(1, MAX_SAMPLE) as usize;
		assert_eq!(Samples::<T>::get(batch).map(|sample| sample.points.len()), Some(expected));
		Ok(())
	}

	/// A block that settles one batch by itself. The hook counts it as the call, so it has no weight of its own: this is
	/// here only to be compared with the call's.
	#[benchmark(extra)]
	fn on_idle() -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(T::MaxPayers::get())?;
		let payouts = Prepared::<T>::sealed(prepared.payouts);
		let batch = prepared.mature(payouts)?;
		AgendaFrom::<T>::put(Pallet::<T>::now());
		let mut meter = WeightMeter::new();

		#[block]
		{
			Pallet::<T>::work_off_agenda(&mut meter);
		}

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Settled));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_primitives::{MerkleTree, SumTree};

	#[test]
	fn sum_tree_is_the_real_one_where_every_leaf_is_known() {
		for count in 1..70u32 {
			let data: Vec<_> = (0..count).map(|i| (i.to_be_bytes(), Balance::from(i) * 7 + 1)).collect();
			let real = SumTree::<Blake2b256>::new(data.iter().copied()).unwrap();
			let leaf = |(i, (bytes, amount))| (i, SumNode::leaf::<Blake2b256>(bytes, amount));
			let known: Vec<_> =
				(0..count).zip(data.iter().map(|(bytes, amount)| (&bytes[..], *amount))).map(leaf).collect();
			let (commitment, proofs) = sum_tree(&known, count).unwrap();
			assert_eq!(commitment, real.commitment());
			assert_eq!(proofs, (0..count).map(|i| real.prove(i).unwrap()).collect::<Vec<_>>());
		}
	}

	#[test]
	fn what_is_known_of_a_tree_verifies_at_every_size() {
		for count in 1..70u32 {
			let (commitment, proof) = tree(b"first", count);
			assert!(commitment.verify::<Blake2b256>(0, b"first", &proof));
			let length =
				MerkleTree::<Blake2b256>::new((0..count).map(u32::to_be_bytes)).unwrap().prove(0).unwrap().len();
			assert_eq!(proof.len(), length);
			let stride = count.div_ceil(3);
			let known: Vec<_> = (0..count)
				.step_by(stride as usize)
				.map(|i| (i, SumNode::leaf::<Blake2b256>(&i.to_be_bytes(), i.into())))
				.collect();
			let (commitment, proofs) = sum_tree(&known, count).unwrap();
			for ((i, leaf), proof) in known.iter().zip(proofs) {
				assert!(commitment.verify::<Blake2b256>(*i, &i.to_be_bytes(), leaf.sum, &proof), "{i} of {count}");
			}
		}
	}
}
