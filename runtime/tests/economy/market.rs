//! The scene: a datanet with rows, a model, an index, an agent that serves, payers, and what they make off the chain.

use crate::common;
use codec::Encode;
use frame_support::{assert_ok, traits::fungible::Mutate, BoundedVec};
use openledger_primitives::{
	attribution::{Part, Pool, Scored},
	audit,
	content::ContentHash,
	hashing::{Blake2b256, Domain, TreeHash},
	judgement::seal_contribution,
	money::DEFAULT_SPLIT,
	payout::{self, Divided, Line, Source},
	referee, Attribution as Body, ContributionId, DatanetId, Hardware, IndexId, IndexKind, IndexLeaf, MerkleTree,
	ModelId, NumericClass, Payout, Receipt, Role, Roles, RowLeaf, SumTree, Terms, Voucher,
};
use openledger_runtime::{
	configs::openledger::TOP_ROWS, constants::OPEN, AccountId, Agents, Attribution, Balance, Balances,
	ContributionVoting, Credits, Datanets, ModelRegistry, Runtime, RuntimeOrigin, Signature, System,
};
use pallet_attribution::{BodyOpening, Draw, Opening, PayoutProof};
use pallet_model_registry::types::{Family, ModelKind};
use sp_core::{sr25519, Pair, H256};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

pub(crate) const NET: DatanetId = DatanetId(0);
pub(crate) const MODEL: ModelId = ModelId(0);
pub(crate) const INDEX: IndexId = IndexId(0);
pub(crate) const STAKE: Balance = 10_000 * OPEN;
pub(crate) const THRESHOLD: i64 = 64;
const DIM: usize = 16;
const ROWS: u32 = 40;
const SALT: H256 = H256([9; 32]);

/// The account whose stake answers.
pub(crate) fn agent() -> AccountId {
	Eve.to_account_id()
}

/// The key on the machine that serves.
pub(crate) const SIGNER: Sr25519Keyring = Sr25519Keyring::One;

/// The account that is paid.
pub(crate) fn beneficiary() -> AccountId {
	Sr25519Keyring::Two.to_account_id()
}

pub(crate) fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

pub(crate) fn signer() -> RuntimeOrigin {
	signed(&SIGNER.to_account_id())
}

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

pub(crate) fn pass(blocks: u32) {
	common::run_to(System::block_number() + blocks);
}

pub(crate) fn bounded<T, const N: u32>(items: Vec<T>) -> BoundedVec<T, frame_support::traits::ConstU32<N>> {
	BoundedVec::try_from(items).ok().unwrap()
}

/// Who pays: a key and its account.
#[derive(Clone)]
pub(crate) struct Payer {
	pub(crate) key: sr25519::Pair,
	pub(crate) account: AccountId,
}

impl Payer {
	pub(crate) fn new(number: u32) -> Self {
		let key = sr25519::Pair::from_seed(&Blake2b256::hash(&number.encode()).0);
		let account = AccountId::from(key.public().0);
		Self { key, account }
	}

	/// A voucher of this payer's channel `nonce`.
	pub(crate) fn voucher(&self, nonce: u32, cumulative: Balance) -> Signature {
		let voucher = Voucher { payer: self.account.clone(), agent: agent(), channel: nonce, cumulative };
		self.key.sign(&voucher.payload(&domain())).into()
	}
}

/// Everything that the agent keeps off the chain.
pub(crate) struct Market {
	pub(crate) leaves: Vec<IndexLeaf<AccountId>>,
	pub(crate) index: MerkleTree<Blake2b256>,
	pub(crate) rows: Vec<RowLeaf<AccountId>>,
	pub(crate) row_tree: MerkleTree<Blake2b256>,
}

/// What the agent keeps of one answer.
#[derive(Clone)]
pub(crate) struct Answer {
	pub(crate) receipt: Receipt<AccountId>,
	pub(crate) body: Body,
	pub(crate) lines: Vec<Line<AccountId>>,
	pub(crate) salt: H256,
	pub(crate) raw: H256,
}

/// What the agent keeps of one batch.
pub(crate) struct Prepared {
	pub(crate) first_seq: u64,
	pub(crate) answers: Vec<Answer>,
	pub(crate) receipts: SumTree<Blake2b256>,
	pub(crate) payouts: Vec<Payout<AccountId>>,
	pub(crate) payout_tree: SumTree<Blake2b256>,
	pub(crate) draws: Vec<Draw<AccountId, Signature>>,
	pub(crate) secrets: [H256; audit::MAX_AUDITS],
}

impl Market {
	/// Opens the market: Bob and Charlie contribute to Alice's datanet, Dave owns model and index, Eve serves.
	pub(crate) fn open() -> Self {
		Self::with_index(|_| ())
	}

	/// The same with an index whose leaves were changed.
	pub(crate) fn with_index(change: impl Fn(&mut [IndexLeaf<AccountId>])) -> Self {
		common::start_first_block();
		let [alice, dave] = [Alice, Dave].map(|who| who.to_account_id());
		for who in [dave.clone(), agent(), SIGNER.to_account_id()] {
			assert_ok!(Balances::mint_into(&who, 100_000 * OPEN));
		}
		let (rows, row_tree) = contribute(&alice);
		let (leaves, index) = index_of(&rows, change);
		let base = ModelKind::Base {
			family: Family::Llama,
			config: H256::repeat_byte(1),
			weights: H256::repeat_byte(2),
			tokenizer: H256::repeat_byte(3),
		};
		for kind in [base, ModelKind::Index { datanet: NET, version: 0, encoder: H256::repeat_byte(4) }] {
			let split = bounded(vec![(dave.clone(), 10_000)]);
			let licence = bounded(b"Apache-2.0".to_vec());
			assert_ok!(ModelRegistry::register(signed(&dave), kind, licence, OPEN, OPEN, split, BoundedVec::new()));
		}
		let (kind, dim) = (IndexKind::Retrieval, DIM as u16);
		assert_ok!(Attribution::publish_index(signed(&dave), ModelId(1), kind, dim, index.commitment(), THRESHOLD));
		register(&agent(), &SIGNER.to_account_id(), &beneficiary(), Role::Serve);
		Self { leaves, index, rows, row_tree }
	}

	/// Every row's score for question `number`.
	fn scores(&self, query: &[i8]) -> Vec<Scored> {
		let score = |leaf: &IndexLeaf<AccountId>| referee::dot(query, &leaf.vector).unwrap();
		self.leaves.iter().map(|leaf| Scored { row: leaf.row, cluster: leaf.cluster, score: score(leaf) }).collect()
	}

	/// The true claim about question `number`.
	pub(crate) fn claim(&self, number: u32) -> Body {
		let query = vector(number.wrapping_add(1_000));
		let top = referee::top_k(self.scores(&query), THRESHOLD, TOP_ROWS);
		let part = Part { index: INDEX, pool: Pool::Retrieval, query: bounded(query), top: bounded(top) };
		Body { parts: bounded(vec![part]) }
	}

	/// An answer to question `number`, true if `body` is.
	pub(crate) fn answer(&self, seq: u64, payer: &AccountId, fee: Balance, body: Body) -> Answer {
		let (salt, raw) = (H256::from_low_u64_be(seq), Blake2b256::hash(&seq.encode()));
		let receipt = Receipt {
			seq,
			payer: payer.clone(),
			model: MODEL,
			request: raw,
			response: raw,
			tokens_in: 20,
			tokens_out: 50,
			fee,
			fingerprint: audit::fingerprint(&domain(), &salt, &raw),
			attribution: body.commitment(&domain()),
			class: NumericClass::Exact,
			at: System::block_number().saturating_sub(1),
		};
		let lines = self.lines(fee, &body);
		Answer { receipt, body, lines, salt, raw }
	}

	/// Who is paid for an answer, and why.
	fn lines(&self, fee: Balance, body: &Body) -> Vec<Line<AccountId>> {
		let owners = vec![(Dave.to_account_id(), 10_000)];
		let royalties = payout::royalties((MODEL, &owners), None, &[]).unwrap();
		let source = |named: &Scored| Source {
			contributor: self.leaves[named.row as usize].contributor.clone(),
			pool: Pool::Retrieval,
			version: (NET, 0),
			index: INDEX,
			row: named.row,
			score: named.score,
			threshold: THRESHOLD,
			reputation: self.leaves[named.row as usize].reputation,
		};
		let sources = body.parts.iter().flat_map(|part| &part.top).map(source).collect();
		let commons = (Datanets::commons_account(NET), Some(NET));
		payout::Answer { fee, royalties, sources, commons }.lines(&DEFAULT_SPLIT).unwrap()
	}

	/// A batch of true answers to as many questions as there are receipts, for `(payer, fee)` each.
	pub(crate) fn batch(&self, sold: &[(&Payer, Balance)]) -> Prepared {
		let first_seq = Attribution::next_seq(agent());
		let answers = (first_seq..).zip(sold);
		let answers: Vec<_> =
			answers.map(|(seq, (payer, fee))| self.answer(seq, &payer.account, *fee, self.claim(seq as u32))).collect();
		Prepared::new(answers, sold)
	}

	/// The leaf of the index at `row`, opened.
	pub(crate) fn opening(&self, row: u32) -> Opening<AccountId> {
		Opening { leaf: self.leaves[row as usize].clone(), proof: bounded(self.index.prove(row).unwrap()) }
	}
}

impl Prepared {
	/// The batch of `answers`, whose fees are drawn from `payers`.
	pub(crate) fn new(answers: Vec<Answer>, sold: &[(&Payer, Balance)]) -> Self {
		let first_seq = answers[0].receipt.seq;
		let leaves = answers.iter().map(|a| (a.receipt.leaf(&domain(), &agent()), a.receipt.fee));
		let receipts = SumTree::new(leaves).unwrap();
		let divided = answers.iter().map(|Answer { receipt, lines, .. }| Divided {
			payer: receipt.payer.clone(),
			fee: receipt.fee,
			weighs: weighs(&receipt.payer),
			lines: lines.clone(),
		});
		let (_, payouts) = payout::settle(&DEFAULT_SPLIT, &beneficiary(), divided).unwrap();
		let payout_tree = payout::tree(&payouts, &domain(), &agent(), first_seq).unwrap();
		let mut owed = BTreeMap::<AccountId, (&Payer, Balance)>::new();
		for (payer, fee) in sold {
			owed.entry(payer.account.clone()).or_insert((payer, 0)).1 += fee;
		}
		let draws = owed.into_values().filter(|(_, fee)| *fee > 0).map(|(payer, fee)| draw(payer, fee)).collect();
		let secrets = [0u8, 1, 2, 3].map(|number| Blake2b256::hash(&(b"secret", first_seq, number).encode()));
		Self { first_seq, answers, receipts, payouts, payout_tree, draws, secrets }
	}

	pub(crate) fn submit(&self) -> DispatchResult {
		Attribution::submit_batch(
			signer(),
			self.first_seq,
			self.receipts.commitment(),
			self.payout_tree.commitment(),
			H256::zero(),
			self.draws.clone().try_into().unwrap(),
			audit::lot(&domain(), &self.secrets),
		)
	}

	/// The receipt at `leaf` with its body and proof.
	pub(crate) fn body(&self, leaf: u32) -> BodyOpening<AccountId> {
		let Answer { receipt, body, .. } = self.answers[leaf as usize].clone();
		BodyOpening { leaf, receipt, proof: bounded(self.receipts.prove(leaf).unwrap()), body }
	}

	/// Publishes the bodies that the chain has drawn.
	pub(crate) fn open_sample(&self, batch: u64) {
		for leaves in self.drawn(batch).chunks(16) {
			let openings = leaves.iter().map(|leaf| self.body(*leaf)).collect();
			assert_ok!(Attribution::open(signer(), batch, bounded(openings)));
		}
	}

	/// The receipts that cover the points that the chain has drawn.
	pub(crate) fn drawn(&self, batch: u64) -> Vec<u32> {
		let sample = Attribution::sample(batch).expect("a sample was drawn");
		let mut before = 0;
		let mut leaves = vec![];
		for (leaf, answer) in (0u32..).zip(&self.answers) {
			if sample.bits(before, answer.receipt.fee) != 0 {
				leaves.push(leaf);
			}
			before += answer.receipt.fee;
		}
		leaves
	}

	/// Payout `leaf` with its proof.
	pub(crate) fn payout(&self, leaf: u32) -> PayoutProof<AccountId> {
		let payout = self.payouts[leaf as usize].clone();
		PayoutProof { leaf, payout, proof: bounded(self.payout_tree.prove(leaf).unwrap()) }
	}

	/// What the payers owe for the batch.
	pub(crate) fn owed(&self) -> BTreeMap<AccountId, Balance> {
		let mut owed = BTreeMap::new();
		for Answer { receipt, .. } in &self.answers {
			*owed.entry(receipt.payer.clone()).or_default() += receipt.fee;
		}
		owed
	}
}

/// A draw of `fee` more from the payer's channel, under a voucher for exactly that.
pub(crate) fn draw(payer: &Payer, fee: Balance) -> Draw<AccountId, Signature> {
	let channel = Credits::channel(payer.account.clone(), agent()).unwrap();
	let drawn = channel.drawn + fee;
	let signature = payer.voucher(channel.nonce, drawn);
	let weighs = weighs(&payer.account);
	Draw { payer: payer.account.clone(), drawn, ceiling: drawn, signer: None, signature, weighs }
}

/// Whether what this payer pays gives weight: it has bonded.
pub(crate) fn weighs(payer: &AccountId) -> bool {
	ContributionVoting::bond_of(payer.clone()).is_some()
}

/// Has `payer` bond `amount`.
pub(crate) fn bond(payer: &Payer, amount: Balance) {
	assert_ok!(Balances::mint_into(&payer.account, amount));
	assert_ok!(ContributionVoting::bond(signed(&payer.account), amount));
}

/// Makes `who` an agent with one role.
pub(crate) fn register(who: &AccountId, signer: &AccountId, beneficiary: &AccountId, role: Role) {
	let (roles, stake) = (Roles::only(role), STAKE);
	assert_ok!(Agents::register(signed(who), signer.clone(), beneficiary.clone(), stake, roles, Hardware::Cpu));
}

/// Payers with channels of `deposit`.
pub(crate) fn payers(count: u32, deposit: Balance) -> Vec<Payer> {
	let payers: Vec<_> = (0..count).map(Payer::new).collect();
	for payer in &payers {
		assert_ok!(Balances::mint_into(&payer.account, deposit + OPEN));
		assert_ok!(Credits::open(signed(&payer.account), agent(), deposit, Terms::ANY));
	}
	payers
}

/// Version 0 of a datanet of `owner`, with rows of Bob and Charlie.
fn contribute(owner: &AccountId) -> (Vec<RowLeaf<AccountId>>, MerkleTree<Blake2b256>) {
	let licence = bounded(b"CC-BY-4.0".to_vec());
	assert_ok!(Datanets::create(signed(owner), Vec::new(), H256::repeat_byte(1), licence));
	let contributors = [Bob, Charlie].map(|who| who.to_account_id());
	for (id, who) in (0u32..).zip(&contributors) {
		let texts = (0..ROWS / 2).map(|row| (id, row).encode());
		let rows = MerkleTree::<Blake2b256>::new(texts).unwrap().commitment();
		let seal = seal_contribution(&domain(), NET, who, &rows, &H256::zero(), &SALT);
		assert_ok!(Datanets::commit(signed(who), NET, seal));
		pass(1);
		assert_ok!(Datanets::reveal(signed(who), NET, ContributionId(id), rows, 100, H256::zero(), SALT));
	}
	let leaf = |row: u32| RowLeaf {
		row,
		contributor: contributors[(row / (ROWS / 2)) as usize].clone(),
		// Rows 38 and 39 are near duplicates.
		cluster: row.min(ROWS - 2),
		content: ContentHash(Blake2b256::hash(&row.encode())),
		licensed: true,
	};
	let leaves: Vec<_> = (0..ROWS).map(leaf).collect();
	let tree = MerkleTree::new(leaves.iter().map(|leaf| leaf.leaf(&domain(), NET, 0))).unwrap();
	let accepted = BoundedVec::try_from(vec![ContributionId(0), ContributionId(1)]).unwrap();
	assert_ok!(Datanets::freeze_version(signed(owner), NET, tree.commitment(), H256::zero(), accepted));
	(leaves, tree)
}

/// The index over the rows.
fn index_of(
	rows: &[RowLeaf<AccountId>],
	change: impl Fn(&mut [IndexLeaf<AccountId>]),
) -> (Vec<IndexLeaf<AccountId>>, MerkleTree<Blake2b256>) {
	let leaf = |row: &RowLeaf<AccountId>| IndexLeaf {
		row: row.row,
		contributor: row.contributor.clone(),
		cluster: row.cluster,
		reputation: 256,
		vector: bounded(vector(row.row)),
	};
	let mut leaves: Vec<_> = rows.iter().map(leaf).collect();
	change(&mut leaves);
	let tree = MerkleTree::new(leaves.iter().map(|leaf| leaf.leaf(&domain(), NET, 0))).unwrap();
	(leaves, tree)
}

/// A vector that looks random.
fn vector(number: u32) -> Vec<i8> {
	Blake2b256::hash(&number.encode()).0[..DIM].iter().map(|byte| (*byte as i8) / 8).collect()
}

/// The invariants of the four pallets, and of those that they lean on.
pub(crate) fn check() {
	Agents::do_try_state().unwrap();
	Credits::do_try_state().unwrap();
	Attribution::do_try_state().unwrap();
	openledger_runtime::Verification::do_try_state().unwrap();
	Datanets::do_try_state().unwrap();
	ModelRegistry::do_try_state().unwrap();
}

pub(crate) type Error = pallet_attribution::Error<Runtime>;
