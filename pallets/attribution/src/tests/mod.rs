//! Tests by call group, and the scene they play in: Bob is an agent, Alice and Charlie pay, Dave owns the index, Eve
//! challenges, Ferdie is paid for rows.

mod batches;
mod conservation;
mod refutation;
mod settlement;

use crate::{mock::*, Draw, Opening, PayoutProof};
use frame_support::assert_ok;
use openledger_primitives::{
	money::DEFAULT_SPLIT, payout, referee, Attribution as Body, Balance, Blake2b256, DatanetId, IndexId, IndexKind,
	IndexLeaf, MerkleTree, ModelId, NumericClass, Part, Payout, Pool, Receipt, Scored, SumTree, Voucher,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring as Keyring;
use sp_runtime::{AccountId32, MultiSignature};

pub(super) const AGENT: Keyring = Keyring::Bob;
pub(super) const STAKE: Balance = 100_000;
pub(super) const THRESHOLD: i64 = 10;
pub(super) const LIMIT: u32 = 4;

/// Bob is an agent with `STAKE`, Alice and Charlie have channels of 10,000, Dave has published an index.
pub(super) fn scene() {
	assert_ok!(Agents::register(signed(AGENT), AGENT.to_account_id(), AGENT.to_account_id(), STAKE));
	for payer in [Keyring::Alice, Keyring::Charlie] {
		assert_ok!(Credits::open(signed(payer), AGENT.to_account_id(), 10_000));
	}
	let rows = index_tree().commitment();
	assert_ok!(Attribution::publish_index(
		signed(Keyring::Dave),
		INDEX_ASSET,
		IndexKind::Retrieval,
		3,
		rows,
		THRESHOLD
	));
}

/// Twenty rows of dimension 3; rows 18 and 19 are one cluster. Row `i` scores `i` for the query (1, 0, 0).
pub(super) fn leaves() -> Vec<IndexLeaf<AccountId32>> {
	(0..ROWS)
		.map(|row| IndexLeaf {
			row,
			contributor: Keyring::Ferdie.to_account_id(),
			cluster: if row == 19 { 18 } else { row },
			reputation: 256,
			vector: vec![row as i8, 1, -1].try_into().unwrap(),
		})
		.collect()
}

pub(super) fn index_tree() -> MerkleTree<Blake2b256> {
	MerkleTree::new(leaves().iter().map(|leaf| leaf.leaf(&domain(), DatanetId(0), 0))).unwrap()
}

pub(super) fn opening(row: u32) -> Option<Opening<AccountId32>> {
	let leaf = leaves()[row as usize].clone();
	Some(Opening { leaf, proof: index_tree().prove(row).unwrap().try_into().unwrap() })
}

/// The true claim for the query (1, 0, 0).
pub(super) fn truth() -> Vec<Scored> {
	let scores = leaves().into_iter().map(|l| Scored {
		row: l.row,
		cluster: l.cluster,
		score: referee::dot(&[1, 0, 0], &l.vector).unwrap(),
	});
	referee::top_k(scores, THRESHOLD, LIMIT)
}

pub(super) fn body(top: Vec<Scored>) -> Body {
	let query = vec![1, 0, 0].try_into().unwrap();
	let part = Part { index: IndexId(0), pool: Pool::Retrieval, query, top: top.try_into().unwrap() };
	Body { parts: vec![part].try_into().unwrap() }
}

/// What an agent prepares off the chain.
pub(super) struct Prepared {
	pub(super) first_seq: u64,
	pub(super) receipts: Vec<Receipt<AccountId32>>,
	pub(super) receipt_tree: SumTree<Blake2b256>,
	pub(super) payouts: Vec<Payout<AccountId32>>,
	pub(super) payout_tree: SumTree<Blake2b256>,
	pub(super) draws: Vec<Draw<AccountId32, MultiSignature>>,
}

/// A batch of one receipt per `(payer, fee)`, each with the claim `top`, after `before` was drawn from every payer.
pub(super) fn prepare(first_seq: u64, sold: &[(Keyring, Balance)], top: &[Scored], before: Balance) -> Prepared {
	let agent = AGENT.to_account_id();
	let attribution = body(top.to_vec()).commitment(&domain());
	let receipt = |(i, (payer, fee)): (usize, &(Keyring, Balance))| Receipt {
		seq: first_seq + i as u64,
		payer: payer.to_account_id(),
		model: ModelId(1),
		request: H256::zero(),
		response: H256::zero(),
		tokens_in: 1,
		tokens_out: 1,
		fee: *fee,
		fingerprint: H256::zero(),
		attribution,
		class: NumericClass::FloatCpu,
		at: 0,
	};
	let receipts: Vec<_> = sold.iter().enumerate().map(receipt).collect();
	let receipt_tree = SumTree::new(receipts.iter().map(|r| (r.leaf(&domain(), &agent), r.fee))).unwrap();
	let fees = receipt_tree.commitment().sum;
	let lines = receipts.iter().flat_map(|receipt| {
		let answer = payout::Answer {
			fee: receipt.fee,
			royalties: vec![],
			sources: vec![],
			commons: (Keyring::Ferdie.to_account_id(), None),
		};
		answer.lines(&DEFAULT_SPLIT).unwrap()
	});
	let (_, payouts) = payout::settle(&DEFAULT_SPLIT, &agent, fees, lines).unwrap();
	let payout_tree = payout::tree(&payouts, &domain(), &agent, first_seq).unwrap();
	let mut owed = std::collections::BTreeMap::<AccountId32, (Keyring, Balance)>::new();
	for (payer, fee) in sold {
		owed.entry(payer.to_account_id()).or_insert((*payer, before)).1 += fee;
	}
	let draws = owed.into_values().map(|(payer, drawn)| draw(payer, drawn, drawn + 5)).collect();
	Prepared { first_seq, receipts, receipt_tree, payouts, payout_tree, draws }
}

pub(super) fn draw(payer: Keyring, drawn: Balance, ceiling: Balance) -> Draw<AccountId32, MultiSignature> {
	let account = payer.to_account_id();
	let voucher = Voucher { payer: account.clone(), agent: AGENT.to_account_id(), channel: 0, cumulative: ceiling };
	let signature = payer.sign(&voucher.payload(&domain())).into();
	Draw { payer: account, drawn, ceiling, signature }
}

impl Prepared {
	/// Commits to the receipts as they are now.
	pub(super) fn seal(&mut self) {
		let agent = AGENT.to_account_id();
		let leaves = self.receipts.iter().map(|receipt| (receipt.leaf(&domain(), &agent), receipt.fee));
		self.receipt_tree = SumTree::new(leaves).unwrap();
	}

	pub(super) fn submit(&self) -> sp_runtime::DispatchResult {
		frame_support::storage::with_storage_layer(|| {
			Attribution::submit_batch(
				signed(AGENT),
				self.first_seq,
				self.receipt_tree.commitment(),
				self.payout_tree.commitment(),
				H256::zero(),
				self.draws.clone().try_into().unwrap(),
			)
		})
	}

	pub(super) fn refute(
		&self,
		batch: u64,
		leaf: u32,
		body: Body,
		opening: Option<Opening<AccountId32>>,
	) -> sp_runtime::DispatchResult {
		frame_support::storage::with_storage_layer(|| {
			Attribution::refute(
				signed(Keyring::Eve),
				batch,
				leaf,
				Box::new(self.receipts[leaf as usize].clone()),
				self.receipt_tree.prove(leaf).unwrap().try_into().unwrap(),
				body,
				0,
				opening,
			)
		})
	}

	pub(super) fn proof(&self, leaf: u32) -> PayoutProof<AccountId32> {
		let payout = self.payouts[leaf as usize].clone();
		PayoutProof { leaf, payout, proof: self.payout_tree.prove(leaf).unwrap().try_into().unwrap() }
	}
}

pub(super) fn distribute(batch: u64, proofs: Vec<PayoutProof<AccountId32>>) -> sp_runtime::DispatchResult {
	frame_support::storage::with_storage_layer(|| {
		Attribution::distribute(signed(Keyring::Eve), batch, proofs.try_into().unwrap())
	})
}
