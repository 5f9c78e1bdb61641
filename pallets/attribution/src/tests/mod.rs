//! Tests by call group, and the scene they play in: Bob is an agent, whose signer is Bob's stash and whose beneficiary is
//! Dave's, Alice and Charlie pay, Dave owns the index, Eve challenges, Ferdie is paid for rows.

mod agenda;
mod batches;
mod conservation;
mod forgeries;
mod harm;
mod indexes;
mod invariants;
mod openings;
mod prune;
mod receipts;
mod refunds;
mod refutation;
mod settlement;
mod weighing;

use crate::{mock::*, Batch, Batches, BodyOpening, Draw, Evidence, Opening, PayoutProof, SignedReceipt};
use frame_support::{assert_ok, storage::with_storage_layer};
use openledger_primitives::{
	money::DEFAULT_SPLIT, payout, referee, terms::Terms, Attribution as Body, Balance, Blake2b256, ContentHash,
	DatanetId, Hardware, IndexId, IndexKind, IndexLeaf, MerkleTree, ModelId, NumericClass, Part, Payout, Pool, Receipt,
	Role, Roles, RowLeaf, Scored, SumNode, SumTree, Voucher,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring as Keyring;
use sp_runtime::{AccountId32, DispatchResult, MultiSignature};

pub(super) const AGENT: Keyring = Keyring::Bob;
pub(super) const SIGNER: Keyring = Keyring::BobStash;
pub(super) const PAID: Keyring = Keyring::DaveStash;
pub(super) const STAKE: Balance = 100_000;
pub(super) const THRESHOLD: i64 = 10;
pub(super) const LIMIT: u32 = 4;
pub(super) const LOT: H256 = H256::repeat_byte(5);

pub(super) fn agent() -> AccountId32 {
	AGENT.to_account_id()
}

/// Bob is an agent with `STAKE`, Alice and Charlie have channels of 10,000, Dave has published an index.
pub(super) fn scene() {
	let (signer, beneficiary) = (SIGNER.to_account_id(), PAID.to_account_id());
	assert_ok!(Agents::register(signed(AGENT), signer, beneficiary, STAKE, Roles::only(Role::Serve), Hardware::Cpu));
	for payer in [Keyring::Alice, Keyring::Charlie] {
		assert_ok!(Credits::open(signed(payer), agent(), 10_000, Terms::ANY));
	}
	RowsOfVersion::set(row_tree().commitment());
	assert_ok!(publish(index_tree().commitment()));
}

pub(super) fn publish(rows: openledger_primitives::Commitment) -> DispatchResult {
	Attribution::publish_index(signed(Keyring::Dave), INDEX_ASSET, IndexKind::Retrieval, 3, rows, THRESHOLD)
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

pub(super) fn tree_of(leaves: &[IndexLeaf<AccountId32>]) -> MerkleTree<Blake2b256> {
	MerkleTree::new(leaves.iter().map(|leaf| leaf.leaf(&domain(), DatanetId(0), 0))).unwrap()
}

pub(super) fn index_tree() -> MerkleTree<Blake2b256> {
	tree_of(&leaves())
}

/// The rows that the leaves are made of.
pub(super) fn rows() -> Vec<RowLeaf<AccountId32>> {
	let row = |leaf: IndexLeaf<AccountId32>| RowLeaf {
		row: leaf.row,
		contributor: leaf.contributor,
		cluster: leaf.cluster,
		content: ContentHash(H256::repeat_byte(leaf.row as u8)),
		licensed: true,
	};
	leaves().into_iter().map(row).collect()
}

pub(super) fn row_tree() -> MerkleTree<Blake2b256> {
	MerkleTree::new(rows().iter().map(|row| row.leaf(&domain(), DatanetId(0), 0))).unwrap()
}

pub(super) fn opening_of(leaves: &[IndexLeaf<AccountId32>], row: u32) -> Opening<AccountId32> {
	let proof = tree_of(leaves).prove(row).unwrap().try_into().unwrap();
	Opening { leaf: leaves[row as usize].clone(), proof }
}

pub(super) fn opening(row: u32) -> Option<Opening<AccountId32>> {
	Some(opening_of(&leaves(), row))
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

/// A false claim, which the leaf of row 19 refutes.
pub(super) fn lie() -> Vec<Scored> {
	let mut top = truth();
	top[0].score += 1;
	top
}

pub(super) fn body(top: Vec<Scored>) -> Body {
	let query = vec![1, 0, 0].try_into().unwrap();
	let part = Part { index: IndexId(0), pool: Pool::Retrieval, query, top: top.try_into().unwrap() };
	Body { parts: vec![part].try_into().unwrap() }
}

/// The one row of Ferdie that is paid for, which leaves nothing to the commons.
fn source() -> payout::Source<AccountId32> {
	payout::Source {
		contributor: Keyring::Ferdie.to_account_id(),
		pool: Pool::Retrieval,
		version: (DatanetId(0), 0),
		index: IndexId(0),
		row: 18,
		score: 18,
		threshold: THRESHOLD,
		reputation: 256,
	}
}

/// What an agent prepares off the chain.
pub(super) struct Prepared {
	pub(super) first_seq: u64,
	pub(super) body: Body,
	pub(super) receipts: Vec<Receipt<AccountId32>>,
	/// What each receipt's leaf adds to the fees.
	pub(super) amounts: Vec<Balance>,
	pub(super) receipt_tree: SumTree<Blake2b256>,
	pub(super) payouts: Vec<Payout<AccountId32>>,
	pub(super) payout_tree: SumTree<Blake2b256>,
	pub(super) draws: Vec<Draw<AccountId32, MultiSignature>>,
}

/// A batch of one receipt per `(payer, fee)`, each with the claim `top`, after `before` was drawn from every payer. Nobody
/// weighs.
pub(super) fn prepare(first_seq: u64, sold: &[(Keyring, Balance)], top: &[Scored], before: Balance) -> Prepared {
	prepare_weighing(first_seq, sold, top, before, &[])
}

/// The same, and what `weighing` pay gives weight.
pub(super) fn prepare_weighing(
	first_seq: u64,
	sold: &[(Keyring, Balance)],
	top: &[Scored],
	before: Balance,
	weighing: &[Keyring],
) -> Prepared {
	let body = body(top.to_vec());
	let attribution = body.commitment(&domain());
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
	let amounts: Vec<_> = sold.iter().map(|(_, fee)| *fee).collect();
	let receipt_tree = tree_of_receipts(&receipts, &amounts);
	let divided = receipts.iter().zip(sold).map(|(receipt, (payer, _))| {
		let answer = payout::Answer {
			fee: receipt.fee,
			royalties: vec![],
			sources: vec![source()],
			commons: (Keyring::Charlie.to_account_id(), None),
		};
		let lines = answer.lines(&DEFAULT_SPLIT).unwrap();
		payout::Divided { payer: receipt.payer.clone(), fee: receipt.fee, weighs: weighing.contains(payer), lines }
	});
	let (_, payouts) = payout::settle(&DEFAULT_SPLIT, &agent(), divided).unwrap();
	let payout_tree = payout::tree(&payouts, &domain(), &agent(), first_seq).unwrap();
	let mut owed = std::collections::BTreeMap::<AccountId32, (Keyring, Balance)>::new();
	for (payer, fee) in sold {
		owed.entry(payer.to_account_id()).or_insert((*payer, before)).1 += fee;
	}
	let draw = |(payer, drawn)| Draw { weighs: weighing.contains(&payer), ..draw(payer, drawn, drawn + 5) };
	let draws = owed.into_values().map(draw).collect();
	Prepared { first_seq, body, receipts, amounts, receipt_tree, payouts, payout_tree, draws }
}

/// As [`prepare`], submitted in the scene.
pub(super) fn submitted(sold: &[(Keyring, Balance)], top: &[Scored]) -> Prepared {
	scene();
	let batch = prepare(0, sold, top, 0);
	assert_ok!(batch.submit());
	batch
}

fn tree_of_receipts(receipts: &[Receipt<AccountId32>], amounts: &[Balance]) -> SumTree<Blake2b256> {
	let leaves = receipts.iter().zip(amounts).map(|(receipt, amount)| (receipt.leaf(&domain(), &agent()), *amount));
	SumTree::new(leaves).unwrap()
}

pub(super) fn draw(payer: Keyring, drawn: Balance, ceiling: Balance) -> Draw<AccountId32, MultiSignature> {
	let account = payer.to_account_id();
	let channel = pallet_credits::Channels::<Test>::get(&account, agent()).map_or(0, |channel| channel.nonce);
	let voucher = Voucher { payer: account.clone(), agent: agent(), channel, cumulative: ceiling };
	let signature = payer.sign(&voucher.payload(&domain())).into();
	Draw { payer: account, drawn, ceiling, signer: None, signature, weighs: false }
}

/// What the agent gives to its payer.
pub(super) fn sign(receipt: &Receipt<AccountId32>, signer: Keyring) -> SignedReceipt<AccountId32, MultiSignature> {
	let signature = signer.sign(&receipt.leaf(&domain(), &agent())).into();
	SignedReceipt { receipt: receipt.clone(), signer: signer.to_account_id(), signature }
}

impl Prepared {
	/// Commits to the receipts as they are now.
	pub(super) fn seal(&mut self) {
		self.receipt_tree = tree_of_receipts(&self.receipts, &self.amounts);
	}

	pub(super) fn submit(&self) -> DispatchResult {
		self.submit_as(SIGNER)
	}

	pub(super) fn submit_as(&self, who: Keyring) -> DispatchResult {
		with_storage_layer(|| {
			Attribution::submit_batch(
				signed(who),
				self.first_seq,
				self.receipt_tree.commitment(),
				self.payout_tree.commitment(),
				H256::zero(),
				self.draws.clone().try_into().unwrap(),
				LOT,
			)
		})
	}

	pub(super) fn refute(
		&self,
		batch: u64,
		leaf: u32,
		body: Body,
		opening: Option<Opening<AccountId32>>,
	) -> DispatchResult {
		with_storage_layer(|| {
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

	pub(super) fn refute_receipt(
		&self,
		batch: u64,
		leaf: u32,
		evidence: Evidence<AccountId32, MultiSignature>,
	) -> DispatchResult {
		self.refute_receipt_as(Keyring::Eve, batch, leaf, evidence)
	}

	pub(super) fn refute_receipt_as(
		&self,
		who: Keyring,
		batch: u64,
		leaf: u32,
		evidence: Evidence<AccountId32, MultiSignature>,
	) -> DispatchResult {
		with_storage_layer(|| {
			Attribution::refute_receipt(
				signed(who),
				batch,
				leaf,
				Box::new(self.receipts[leaf as usize].clone()),
				self.amounts[leaf as usize],
				self.receipt_tree.prove(leaf).unwrap().try_into().unwrap(),
				evidence,
			)
		})
	}

	pub(super) fn body_opening(&self, leaf: u32) -> BodyOpening<AccountId32> {
		BodyOpening {
			leaf,
			receipt: self.receipts[leaf as usize].clone(),
			proof: self.receipt_tree.prove(leaf).unwrap().try_into().unwrap(),
			body: self.body.clone(),
		}
	}

	/// Opens attributions as anyone can who has them.
	pub(super) fn open(&self, batch: u64, leaves: &[u32]) -> DispatchResult {
		let openings: Vec<_> = leaves.iter().map(|leaf| self.body_opening(*leaf)).collect();
		open(batch, openings)
	}

	/// Lets blocks pass until the sample of `batch` is drawn, and opens it.
	pub(super) fn open_sample(&self, batch: u64) {
		while stored(batch).seed.is_none() {
			run_to(System::block_number() + 1);
		}
		let fees: Vec<Balance> = self.receipts.iter().map(|receipt| receipt.fee).collect();
		for some in drawn(batch, &fees).chunks(16) {
			assert_ok!(self.open(batch, some));
		}
	}

	/// Lets blocks pass until `batch` settles by itself.
	pub(super) fn settle(&self, batch: u64) {
		self.open_sample(batch);
		run_to(stored(batch).matures);
		assert_eq!(stored(batch).state, crate::BatchState::Settled);
	}

	pub(super) fn proof(&self, leaf: u32) -> PayoutProof<AccountId32> {
		let payout = self.payouts[leaf as usize].clone();
		PayoutProof { leaf, payout, proof: self.payout_tree.prove(leaf).unwrap().try_into().unwrap() }
	}
}

pub(super) fn open(batch: u64, openings: Vec<BodyOpening<AccountId32>>) -> DispatchResult {
	with_storage_layer(|| Attribution::open(signed(Keyring::Ferdie), batch, openings.try_into().unwrap()))
}

pub(super) fn stored(batch: u64) -> Batch<AccountId32, u64> {
	Batches::<Test>::get(batch).unwrap()
}

pub(super) fn record() -> pallet_agents::Agent<Test> {
	pallet_agents::Agents::<Test>::get(agent()).unwrap()
}

/// What is left in the channel of `payer`.
pub(super) fn left(payer: Keyring) -> Balance {
	pallet_credits::Channels::<Test>::get(payer.to_account_id(), agent()).unwrap().left()
}

pub(super) fn distribute(batch: u64, proofs: Vec<PayoutProof<AccountId32>>) -> DispatchResult {
	with_storage_layer(|| Attribution::distribute(signed(Keyring::Eve), batch, proofs.try_into().unwrap()))
}

/// The events of the pallet, oldest first.
pub(super) fn events() -> Vec<crate::Event<Test>> {
	let of = |event| match event {
		RuntimeEvent::Attribution(event) => Some(event),
		_ => None,
	};
	System::events().into_iter().filter_map(|record| of(record.event)).collect()
}

/// The receipts that cover the sample of a batch with these fees, each once.
pub(super) fn drawn(batch: u64, fees: &[Balance]) -> Vec<u32> {
	let Some(sample) = crate::Samples::<Test>::get(batch) else { return vec![] };
	let mut before = 0;
	let mut leaves = vec![];
	for (leaf, fee) in (0u32..).zip(fees) {
		if sample.bits(before, *fee) != 0 {
			leaves.push(leaf);
		}
		before += fee;
	}
	leaves
}
