//! The life of a datanet on the real runtime: from its creation and its curators to the models that a takedown flags.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, InspectHold, Mutate},
	BoundedVec,
};
use openledger_primitives::{
	attribution::{IndexInfo, IndexKind, Part, Pool, Scored},
	content::ContentHash,
	hashing::{Blake2b256, Domain, TreeHash},
	judgement::{seal_contribution, Case, Fault, Gold, Judgement, Verdict},
	near::Clusters,
	referee::{check_form, Fraud},
	Commitment, ContributionId, DatanetId, IndexId, MerkleTree, ModelId, RowLeaf, TaskId,
};
use openledger_runtime::{
	constants::OPEN, AccountId, Balance, Balances, Curation, Datanets, ModelRegistry, Runtime, RuntimeOrigin, System,
};
use pallet_curation::types::Phase;
use pallet_datanets::types::{Access, Admission, Committee, Status, Terms};
use pallet_model_registry::types::{Family, ModelKind, Target};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::DispatchResult;

const NET: DatanetId = DatanetId(0);
const SALT: H256 = H256([9; 32]);
const CURATORS: u8 = 14;
const BASE: ModelId = ModelId(0);

fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

fn curator(number: u8) -> AccountId {
	AccountId::from([100 + number; 32])
}

fn pass(blocks: u32) {
	common::run_to(System::block_number() + blocks);
}

fn bounded<T, const N: u32>(items: Vec<T>) -> BoundedVec<T, frame_support::traits::ConstU32<N>> {
	BoundedVec::try_from(items).ok().unwrap()
}

/// Rows of one contributor, as the chain and the owner of the datanet see them.
struct Offer {
	who: AccountId,
	texts: Vec<String>,
}

impl Offer {
	fn new(who: &AccountId, texts: &[&str]) -> Self {
		Self { who: who.clone(), texts: texts.iter().map(|text| text.to_string()).collect() }
	}

	fn rows(&self) -> Commitment {
		MerkleTree::<Blake2b256>::new(self.texts.iter().map(|text| text.as_bytes().to_vec())).unwrap().commitment()
	}

	fn content(&self) -> H256 {
		Blake2b256::hash(&self.texts.encode())
	}

	fn commit(&self) -> DispatchResult {
		let seal = seal_contribution(&domain(), NET, &self.who, &self.rows(), &self.content(), &SALT);
		Datanets::commit(signed(&self.who), NET, seal)
	}

	fn reveal(&self, id: u32) -> DispatchResult {
		Datanets::reveal(signed(&self.who), NET, ContributionId(id), self.rows(), 100, self.content(), SALT)
	}
}

/// The tree of a version: rows in the order of the contributions, clusters owned by who committed first.
fn version(number: u32, offers: &[&Offer]) -> (MerkleTree<Blake2b256>, Vec<RowLeaf<AccountId>>) {
	let mut clusters = Clusters::default();
	let mut leaves: Vec<RowLeaf<AccountId>> = vec![];
	for offer in offers {
		for text in &offer.texts {
			let (row, cluster) = (leaves.len() as u32, clusters.push(text).unwrap());
			let contributor = leaves.get(cluster as usize).map_or(offer.who.clone(), |first| first.contributor.clone());
			let content = ContentHash(Blake2b256::hash(text.as_bytes()));
			leaves.push(RowLeaf { row, contributor, cluster, content, licensed: true });
		}
	}
	let tree = MerkleTree::new(leaves.iter().map(|leaf| leaf.leaf(&domain(), NET, number))).unwrap();
	(tree, leaves)
}

/// The task does its round: everybody who sits says `good`, and the gold is revealed.
fn judged(id: TaskId, opener: &AccountId, gold: Gold, good: u64, fault: Fault) {
	let judgement = Judgement { good, fault };
	while Curation::task(id).is_some_and(|task| task.phase == Phase::Drawing) {
		pass(1);
	}
	let members = Curation::members(id);
	assert!(!members.contains(opener) && members.len() == 11);
	for who in &members {
		assert_ok!(Curation::commit(signed(who), id, judgement.commitment(&domain(), id, who, &SALT)));
	}
	for who in &members {
		assert_ok!(Curation::reveal(signed(who), id, judgement, SALT));
	}
	assert_ok!(Curation::reveal_gold(signed(opener), id, gold, SALT));
	pass(2);
}

/// Has a committee judge a contribution: bit 0 of the gold is good, its others are not.
fn to_committee(opener: &AccountId, contribution: u32, rows: u32, good: bool, fault: Fault) -> TaskId {
	let case = Case::Contribution { datanet: NET, contribution: ContributionId(contribution) };
	let (sample, known) = Curation::plan(case, rows);
	let gold = Gold { mask: ((1 << known) - 1) << sample, good: 1 << sample };
	let id = TaskId(pallet_curation::NextTask::<Runtime>::get().0);
	let seal = gold.commitment(&domain(), NET, opener, &SALT);
	assert_ok!(Curation::open_case(signed(opener), case, seal));
	let sampled = if good { (1 << sample) - 1 } else { 0 };
	judged(id, opener, gold, sampled | gold.good, fault);
	id
}

/// Seats the curators and the contributors.
fn assess(owner: &AccountId, candidates: &[AccountId]) {
	let gold = Gold { mask: u64::MAX, good: 0x0F0F_3333_5555_AAAA };
	for who in candidates {
		assert_ok!(Balances::mint_into(who, 1_000 * OPEN));
		assert_ok!(Curation::register(signed(who), NET));
	}
	let id = TaskId(pallet_curation::NextTask::<Runtime>::get().0);
	assert_ok!(Curation::open_assessment(signed(owner), NET, gold.commitment(&domain(), NET, owner, &SALT)));
	let said = Judgement { good: gold.good, fault: Fault::Malformed };
	for who in candidates {
		assert_ok!(Curation::commit(signed(who), id, said.commitment(&domain(), id, who, &SALT)));
	}
	while Curation::task(id).unwrap().phase == Phase::Committing {
		pass(1);
	}
	for who in candidates {
		assert_ok!(Curation::reveal(signed(who), id, said, SALT));
	}
	assert_ok!(Curation::reveal_gold(signed(owner), id, gold, SALT));
	pass(2);
	assert_eq!(Curation::seats(NET) as usize, candidates.len());
}

fn register(who: &AccountId, kind: ModelKind, licence: &str) -> DispatchResult {
	let split = bounded(vec![(who.clone(), 10_000)]);
	let licence = bounded(licence.as_bytes().to_vec());
	ModelRegistry::register(signed(who), kind, licence, OPEN, OPEN, split, BoundedVec::new())
}

fn adapter(version: u32) -> ModelKind {
	ModelKind::Adapter {
		base: BASE,
		rank: 8,
		targets: bounded(vec![Target::Query]),
		weights: H256::repeat_byte(4),
		manifest: H256::repeat_byte(5),
		data: bounded(vec![(NET, version)]),
	}
}

fn held(who: &AccountId) -> Balance {
	Balances::total_balance_on_hold(who)
}

fn check_everything() {
	Datanets::do_try_state().unwrap();
	Curation::do_try_state().unwrap();
	ModelRegistry::do_try_state().unwrap();
}

#[test]
fn a_datanet_from_its_creation_to_a_takedown() {
	common::development().execute_with(|| {
		common::start_first_block();
		let [alice, bob, charlie, dave, eve, ferdie] =
			[Alice, Bob, Charlie, Dave, Eve, Ferdie].map(|who| who.to_account_id());
		for who in [&dave, &eve, &ferdie] {
			assert_ok!(Balances::mint_into(who, 10_000 * OPEN));
		}

		// Create, and let only those contribute who know what it is about.
		let licence = bounded(b"CC-BY-4.0".to_vec());
		assert_ok!(Datanets::create(signed(&alice), Vec::new(), H256::repeat_byte(1), licence));
		assert_ok!(Datanets::set_admission(signed(&alice), NET, Admission::Assessed));
		let first = Offer::new(
			&bob,
			&[
				"What is a lynx? A short-tailed wildcat with usually tufted ears, valued for its fur.",
				"What is an otter? A freshwater carnivorous mammal having webbed and clawed feet and dark brown fur.",
			],
		);
		assert_noop!(first.commit(), pallet_datanets::Error::<Runtime>::NotAssessed);
		let mut candidates: Vec<_> = (0..CURATORS).map(curator).collect();
		candidates.extend([bob.clone(), charlie.clone()]);
		assess(&alice, &candidates);

		// Bob commits, and Charlie, who has seen Bob's rows elsewhere, a block later: too late.
		assert_ok!(first.commit());
		pass(1);
		let second = Offer::new(
			&charlie,
			&[
				"what is a LYNX -- a short-tailed wildcat, with usually tufted ears; valued for its fur!",
				"What is a heron? A grey or white wading bird with long neck and long legs and usually long bill.",
			],
		);
		assert_ok!(second.commit());
		assert_ok!(first.reveal(0));
		pass(1);
		assert_ok!(second.reveal(1));

		// A committee accepts Bob's rows. What Charlie copies whole costs it.
		to_committee(&bob, 0, 2, true, Fault::Malformed);
		let accepted = |id: u32| Datanets::contribution(NET, ContributionId(id)).map(|offer| offer.status);
		assert!(matches!(accepted(0), Some(Status::Pending { committee: Committee::Deciding, .. })));
		let copies = Offer::new(&charlie, &first.texts.iter().map(String::as_str).collect::<Vec<_>>());
		assert_ok!(copies.commit());
		pass(1);
		assert_ok!(copies.reveal(2));
		let before = Balances::total_balance(&charlie);
		let id = to_committee(&alice, 2, 2, false, Fault::Copied);
		let verdict = Verdict::Rejected(Fault::Copied);
		assert_eq!(Curation::task(id).map(|task| task.phase), Some(Phase::Appealable { verdict }));
		pass(22);
		assert!(matches!(accepted(0), Some(Status::Pending { committee: Committee::Accepted { .. }, .. })));
		assert_eq!(accepted(2), None);
		// Five sixths of the bond of two rows, and perhaps a fee for having judged the first case.
		let lost = 2 * (OPEN / 100) * 5 / 6 + 1;
		let after = Balances::total_balance(&charlie);
		assert!([before - lost, before - lost + OPEN].contains(&after), "{before} {after}");
		assert_noop!(
			Datanets::reject(signed(&alice), NET, ContributionId(0)),
			pallet_datanets::Error::<Runtime>::CommitteeAccepted
		);

		// Freeze. The row that is near to Bob's is Bob's, and an answer pays one of the two.
		let (tree, leaves) = version(0, &[&first, &second]);
		assert_eq!(leaves.iter().map(|leaf| leaf.cluster).collect::<Vec<_>>(), [0, 1, 0, 3]);
		let clusters = Blake2b256::hash(&leaves.iter().map(|leaf| leaf.cluster).collect::<Vec<_>>().encode());
		let contributions = BoundedVec::try_from(vec![ContributionId(0), ContributionId(1)]).unwrap();
		assert_ok!(Datanets::freeze_version(signed(&alice), NET, tree.commitment(), clusters, contributions));
		let owns =
			|leaf: &RowLeaf<AccountId>, row| Datanets::verify_row(NET, 0, leaf.clone(), tree.prove(row).unwrap());
		assert!(owns(&leaves[2], 2) && leaves[2].contributor == bob);
		assert!(!owns(&RowLeaf { contributor: charlie.clone(), ..leaves[2].clone() }, 2));
		assert!(owns(&leaves[3], 3) && leaves[3].contributor == charlie);
		let (kind, datanet, rows) = (IndexKind::Retrieval, NET, tree.commitment());
		let info = IndexInfo { kind, datanet, version: 0, dim: 1, rows, threshold: 0 };
		let both = [0, 2].map(|row| Scored { row, cluster: 0, score: 1 }).to_vec();
		let query = BoundedVec::try_from(vec![1]).unwrap();
		let claim = Part { index: IndexId(0), pool: Pool::Retrieval, query, top: BoundedVec::try_from(both).unwrap() };
		assert_eq!(check_form(&claim, &info, 4), Err(Fraud::ClusterTwice));

		// Grant, then models.
		assert_ok!(Datanets::set_access(signed(&alice), NET, Access::Approval));
		let base = ModelKind::Base {
			family: Family::Llama,
			config: H256::repeat_byte(1),
			weights: H256::repeat_byte(2),
			tokenizer: H256::repeat_byte(3),
		};
		assert_ok!(register(&dave, base, "Apache-2.0"));
		assert_noop!(register(&dave, adapter(0), "Apache-2.0"), pallet_datanets::Error::<Runtime>::NoGrant);
		let terms = Terms { purpose: H256::repeat_byte(6), jobs: 2, until: System::block_number() + 1_000 };
		assert_ok!(Datanets::request_access(signed(&dave), NET, terms, 0));
		assert_ok!(Datanets::decide_access(signed(&alice), NET, dave.clone(), terms, true));
		assert_ok!(register(&dave, adapter(0), "Apache-2.0"));
		assert_ok!(register(&dave, adapter(0), "MIT"));
		let members = bounded(vec![(ModelId(1), 10_000), (ModelId(2), 5_000)]);
		assert_ok!(register(&eve, ModelKind::Ensemble { members }, "Apache-2.0"));
		assert_ok!(ModelRegistry::evaluate(
			signed(&ferdie),
			ModelId(1),
			H256::repeat_byte(7),
			8_000,
			H256::repeat_byte(8)
		));
		assert_eq!([0, 1, 2, 3].map(|id| ModelRegistry::tainted(ModelId(id))), [Some(false); 4]);

		// Ferdie has a right to Charlie's heron, and Charlie agrees.
		let proof = bounded(tree.prove(3).unwrap());
		let notice = |leaf: &RowLeaf<AccountId>| {
			Datanets::file_notice(signed(&ferdie), NET, 0, leaf.clone(), proof.clone(), H256::repeat_byte(9))
		};
		assert_noop!(notice(&leaves[2]), pallet_datanets::Error::<Runtime>::BadRowProof);
		let before = held(&ferdie);
		assert_ok!(notice(&leaves[3]));
		assert!(held(&ferdie) > before);
		assert_ok!(Datanets::end_notice(signed(&charlie), NET, 3));
		assert_eq!(held(&ferdie), before);
		assert_eq!([0, 1, 2, 3].map(|id| ModelRegistry::tainted(ModelId(id))), [false, true, true, true].map(Some));

		// The next version has the row as one that is gone, and what is trained on it is clean.
		let third = Offer::new(&bob, &["What is a newt? A small usually bright-colored semiaquatic salamander."]);
		assert_ok!(third.commit());
		pass(1);
		assert_ok!(third.reveal(3));
		let (tree, _) = version(1, &[&first, &second, &third]);
		let contributions = BoundedVec::try_from(vec![ContributionId(3)]).unwrap();
		assert_ok!(Datanets::freeze_version(signed(&alice), NET, tree.commitment(), clusters, contributions));
		assert_ok!(Datanets::set_access(signed(&alice), NET, Access::Open));
		assert_ok!(register(&dave, adapter(1), "Apache-2.0"));
		assert_eq!(ModelRegistry::tainted(ModelId(4)), Some(false));
		check_everything();
	});
}

#[test]
fn an_owner_that_does_nothing_is_overruled_and_then_replaced() {
	common::development().execute_with(|| {
		common::start_first_block();
		let [alice, bob] = [Alice, Bob].map(|who| who.to_account_id());
		let licence = bounded(b"CC0-1.0".to_vec());
		assert_ok!(Datanets::create(signed(&alice), Vec::new(), H256::repeat_byte(1), licence));
		let candidates: Vec<_> = (0..CURATORS).map(curator).collect();
		assess(&alice, &candidates);
		let offer = Offer::new(&bob, &["one row", "another row"]);
		assert_ok!(offer.commit());
		pass(1);
		assert_ok!(offer.reveal(0));
		to_committee(&bob, 0, 2, true, Fault::Malformed);
		pass(22);
		let id = ContributionId(0);
		let overrule = || Datanets::overrule(signed(&bob), NET, id);
		assert_noop!(overrule(), pallet_datanets::Error::<Runtime>::OwnerHasTime);
		pass(51);
		assert_ok!(overrule());
		let take_over = || Datanets::take_over(signed(&bob), NET, id);
		assert_noop!(take_over(), pallet_datanets::Error::<Runtime>::OwnerHasTime);
		pass(51);
		assert_ok!(take_over());
		assert_eq!(Datanets::datanet(NET).map(|datanet| datanet.owner), Some(bob.clone()));
		let (tree, _) = version(0, &[&offer]);
		let contributions = BoundedVec::try_from(vec![id]).unwrap();
		assert_ok!(Datanets::freeze_version(signed(&bob), NET, tree.commitment(), H256::zero(), contributions));
		check_everything();
	});
}
