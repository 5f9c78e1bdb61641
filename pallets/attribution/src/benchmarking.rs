//! Benchmarks of the calls.

use crate::{
	pallet::{Batches, Call, Config, Escrow, HoldReason, Indexes, NextBatch, NextIndex, Pallet, SettledBelow},
	types::{BatchState, Draw, Opening, PayoutProof},
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
use frame_system::RawOrigin;
use openledger_primitives::{
	attribution::{MAX_DIM, MAX_PARTS, MAX_TOP},
	referee,
	traits::{Models, Versions},
	tree::plain::{leaf_hash, node_hash},
	Attribution, Balance, Blake2b256, Commitment, Fraud, IndexId, IndexKind, IndexLeaf, ModelId, NumericClass, Part,
	Payout, Pool, Receipt, Scored, SumCommitment, SumNode, Voucher,
};
use sp_core::H256;

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId, Signature> {
	/// An agent whose stake covers unsettled `fees`, with as long a record as it can have, and its signer.
	fn agent(fees: Balance) -> Result<(AccountId, AccountId), BenchmarkError>;

	/// A voucher over `fee` for a new channel to `agent` that covers it, with a signature that takes long to check. There
	/// is another payer for each `number`.
	fn voucher(number: u32, agent: &AccountId, fee: Balance)
		-> Result<(Voucher<AccountId>, Signature), BenchmarkError>;

	/// An index asset and its owner. Its datanet version has as many rows as it can: the proofs of leaves grow with them.
	fn index_asset() -> Result<(ModelId, AccountId), BenchmarkError>;
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

/// A batch of the most receipts that is not submitted yet.
struct Prepared<T: Config> {
	agent: T::AccountId,
	signer: T::AccountId,
	fees: Balance,
	/// What the payouts add up to.
	payouts: Balance,
	draws: BoundedVec<Draw<T::AccountId, T::Signature>, T::MaxPayers>,
}

impl<T: Config> Prepared<T> {
	/// A batch with a number of `payers`.
	fn new(payers: u32) -> Result<Self, BenchmarkError> {
		fund::<T>(&Pallet::<T>::pot(), 0)?;
		let fees = fee::<T>().saturating_mul(payers.into());
		let payouts = T::Split::get().reserve(fees).ok_or("the shares of a fee are valid")?.payouts;
		let (agent, signer) = T::BenchmarkHelper::agent(fees)?;
		let draw = |number| {
			let (voucher, signature) = T::BenchmarkHelper::voucher(number, &agent, fee::<T>())?;
			let (drawn, ceiling) = (fee::<T>(), voucher.cumulative);
			Ok(Draw { payer: voucher.payer, drawn, ceiling, signature })
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
		Pallet::<T>::submit_batch(signer.into(), 0, receipts, payouts, UNKNOWN.hash, self.draws)?;
		Ok(batch)
	}

	/// Submits the batch and lets its window pass.
	fn mature(self, payouts: SumCommitment) -> Result<u64, BenchmarkError> {
		let fees = self.fees;
		let batch = self.submit(Self::sealed(fees), payouts)?;
		let matures = Batches::<T>::get(batch).ok_or("the batch is stored")?.matures;
		frame_system::Pallet::<T>::set_block_number(matures);
		Ok(batch)
	}
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

	/// `n`: payers.
	#[benchmark]
	fn submit_batch(n: Linear<1, { T::MaxPayers::get() }>) -> Result<(), BenchmarkError> {
		let Prepared::<T> { signer, fees, payouts, draws, .. } = Prepared::new(n)?;
		let [receipts, payouts] = [fees, payouts].map(Prepared::<T>::sealed);
		let batch = NextBatch::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(signer), 0, receipts, payouts, UNKNOWN.hash, draws);

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.receipts), Some(receipts));
		assert_eq!(Escrow::<T>::get(), fees);
		Ok(())
	}

	/// `n`: payers, who have their fees back in their channels, and their shares of the agent's stake.
	#[benchmark]
	fn refute(n: Linear<1, { T::MaxPayers::get() }>) -> Result<(), BenchmarkError> {
		let challenger: T::AccountId = whitelisted_caller();
		fund::<T>(&challenger, 0)?;
		let (index, opening) = publish::<T>()?;
		let body = lie::<T>(index, &opening)?;
		let prepared = Prepared::<T>::new(n)?;
		let domain = Pallet::<T>::domain();
		let receipt = Receipt {
			seq: 0,
			payer: account("payer", 0, 0),
			model: ModelId(0),
			request: H256::repeat_byte(1),
			response: H256::repeat_byte(2),
			tokens_in: u32::MAX,
			tokens_out: u32::MAX,
			fee: prepared.fees,
			fingerprint: H256::repeat_byte(3),
			attribution: body.commitment(&domain),
			class: NumericClass::Exact,
			at: 0,
		};
		let leaf = SumNode::leaf::<Blake2b256>(&receipt.leaf(&domain, &prepared.agent), receipt.fee);
		let (receipts, proofs) = sum_tree(&[(0, leaf)], T::MaxReceipts::get())?;
		let proof = proofs.into_iter().next().ok_or("the receipt has a proof")?;
		let payouts = Prepared::<T>::sealed(prepared.payouts);
		let batch = prepared.submit(receipts, payouts)?;
		let (receipt, proof) = (Box::new(receipt), BoundedVec::truncate_from(proof));

		#[extrinsic_call]
		_(RawOrigin::Signed(challenger), batch, 0, receipt, proof, body, 0, Some(opening));

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Voided));
		assert_eq!(Escrow::<T>::get(), 0);
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

	/// `n`: payouts, each of which creates an account, has the longest proof and lies in another chunk of `Paid` if that
	/// can be.
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
				(i.saturating_mul(stride), Payout { account: account("payee", i, 0), amount, weight: Balance::MAX })
			})
			.collect();
		let known: Vec<_> = payouts
			.iter()
			.map(|(i, payout)| {
				(*i, SumNode::leaf::<Blake2b256>(&payout.leaf(&domain, &prepared.agent, 0), payout.amount))
			})
			.collect();
		let (commitment, proofs) = sum_tree(&known, count)?;
		let batch = prepared.mature(commitment)?;
		Pallet::<T>::do_settle(batch)?;
		let proven = payouts.iter().zip(proofs).map(|((leaf, payout), proof)| PayoutProof {
			leaf: *leaf,
			payout: payout.clone(),
			proof: BoundedVec::truncate_from(proof),
		});
		let proven = BoundedVec::truncate_from(proven.collect());

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), batch, proven);

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.paid), Some(sum));
		assert_eq!(Escrow::<T>::get(), 0);
		for (leaf, payout) in payouts {
			assert!(Pallet::<T>::is_paid(batch, leaf));
			assert_eq!(T::Currency::balance(&payout.account), payout.amount);
		}
		Ok(())
	}

	/// A block that settles one batch by itself. The hook counts it as the call, so it has no weight of its own: this is
	/// here only to be compared with the call's.
	#[benchmark(extra)]
	fn on_idle() -> Result<(), BenchmarkError> {
		let prepared = Prepared::<T>::new(T::MaxPayers::get())?;
		let payouts = Prepared::<T>::sealed(prepared.payouts);
		let batch = prepared.mature(payouts)?;
		SettledBelow::<T>::put(batch);
		let mut meter = WeightMeter::new();

		#[block]
		{
			Pallet::<T>::settle_matured(&mut meter);
		}

		assert_eq!(Batches::<T>::get(batch).map(|batch| batch.state), Some(BatchState::Settled));
		assert_eq!(SettledBelow::<T>::get(), batch.saturating_add(1));
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
