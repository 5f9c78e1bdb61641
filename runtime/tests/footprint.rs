//! What assets cost the chain: bytes of storage for each, however many rows they stand for, and calls as a share of a
//! block.
//!
//! The tables of `benches/pallets/RESULTS.md`: `cargo test -p openledger-runtime --test footprint -- --nocapture`.

#![allow(clippy::unwrap_used)]

mod common;

use frame_support::{assert_ok, dispatch::GetDispatchInfo, BoundedVec, StorageHasher, Twox128};
use openledger_primitives::{
	content::ContentHash,
	hashing::Domain,
	judgement::{seal_contribution, Case},
	Commitment, ContributionId, DatanetId, ModelId, RowLeaf, TaskId,
};
use openledger_runtime::{
	configs::system::RuntimeBlockWeights, constants::OPEN, Datanets, ModelRegistry, RuntimeCall, RuntimeOrigin, System,
};
use pallet_curation::Call as Curation;
use pallet_datanets::{
	types::{Access, Terms},
	Call as DatanetsCall,
};
use pallet_model_registry::{
	types::{Family, ModelKind, Target},
	Call as RegistryCall,
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob};

const NET: DatanetId = DatanetId(0);
const HASH: H256 = H256([3; 32]);

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

/// Bytes of keys and values of our pallets of assets.
fn stored() -> u64 {
	let mut bytes = 0;
	for pallet in ["Datanets", "Curation", "ModelRegistry"] {
		let prefix = Twox128::hash(pallet.as_bytes()).to_vec();
		let mut key = prefix.clone();
		while let Some(next) = sp_io::storage::next_key(&key).filter(|next| next.starts_with(&prefix)) {
			bytes += (next.len() + sp_io::storage::get(&next).unwrap().len()) as u64;
			key = next;
		}
	}
	bytes
}

/// What `act` adds to storage.
fn growth(what: &str, act: impl FnOnce()) -> u64 {
	let before = stored();
	act();
	let bytes = stored() - before;
	println!("| {what} | {bytes} |");
	bytes
}

fn contribute(id: u32, rows: u32) {
	let rows = Commitment { root: HASH, count: rows };
	let domain = Domain { genesis: System::block_hash(0) };
	let seal = seal_contribution(&domain, NET, &Bob.to_account_id(), &rows, &HASH, &HASH);
	assert_ok!(Datanets::commit(signed(Bob), NET, seal));
	common::run_to(System::block_number() + 1);
	assert_ok!(Datanets::reveal(signed(Bob), NET, ContributionId(id), rows, u64::MAX, HASH, HASH));
}

fn freeze(id: u32, rows: u32) {
	let accepted = BoundedVec::try_from(vec![ContributionId(id)]).unwrap();
	assert_ok!(Datanets::freeze_version(signed(Alice), NET, Commitment { root: HASH, count: rows }, HASH, accepted));
}

fn register(kind: ModelKind) {
	let licence = BoundedVec::try_from(b"Apache-2.0".to_vec()).unwrap();
	let split = BoundedVec::try_from(vec![(Alice.to_account_id(), 10_000)]).unwrap();
	assert_ok!(ModelRegistry::register(signed(Alice), kind, licence, OPEN, OPEN, split, BoundedVec::new()));
}

fn adapter() -> ModelKind {
	ModelKind::Adapter {
		base: ModelId(0),
		rank: 16,
		targets: BoundedVec::try_from(vec![Target::Query, Target::Value]).unwrap(),
		weights: HASH,
		manifest: HASH,
		data: BoundedVec::try_from(vec![(NET, 0)]).unwrap(),
	}
}

#[test]
fn storage_grows_by_the_asset_and_not_by_the_row() {
	common::development().execute_with(|| {
		common::start_first_block();
		// What the pallets keep once for all is there.
		common::run_to(3);
		println!("| Asset | Bytes of storage |\n|---|---|");
		let meta = vec![b'm'; 64];
		let licence = BoundedVec::try_from(b"CC-BY-4.0".to_vec()).unwrap();
		growth("datanet, with 64 bytes about it", || {
			assert_ok!(Datanets::create(signed(Alice), meta, HASH, licence));
		});
		let small = growth("contribution of one row", || contribute(0, 1));
		let large = growth("contribution of 1,000,000 rows", || contribute(1, 1_000_000));
		assert_eq!(small, large);
		let first = growth("version, the first, with the record of the commons", || freeze(0, 1));
		let version = growth("version with 1,000,001 rows", || freeze(1, 1_000_001));
		// What the datanet keeps of its commons it keeps once; the second version names its parent.
		assert!(version < first);
		let access = Access::Paid { price: 0 };
		assert_ok!(Datanets::set_access(signed(Alice), NET, access));
		let grant = growth("grant", || {
			let terms = Terms { purpose: HASH, jobs: 9, until: System::block_number() + 10 };
			assert_ok!(Datanets::request_access(signed(Bob), NET, terms, 0));
		});
		let base = ModelKind::Base { family: Family::Llama, config: HASH, weights: HASH, tokenizer: HASH };
		growth("base model", || register(base));
		let adapter_bytes = growth("adapter, its lineage included", || register(adapter()));
		assert_eq!(adapter_bytes, growth("adapter, the next one", || register(adapter())));
		growth("ensemble of two", || {
			let members = BoundedVec::try_from(vec![(ModelId(1), 10_000), (ModelId(2), 10_000)]).unwrap();
			register(ModelKind::Ensemble { members });
		});
		growth("evaluation", || {
			assert_ok!(ModelRegistry::evaluate(signed(Bob), ModelId(1), HASH, 10_000, HASH));
		});
		for (bytes, bound) in [(small, 300), (version, 250), (grant, 250), (adapter_bytes, 600)] {
			assert!(bytes <= bound, "{bytes} bytes are more than {bound}");
		}
		println!("\n100,000 adapters: {} MB", 100_000 * adapter_bytes / 1_000_000);
	});
}

/// Calls as a share of a block of two seconds.
#[test]
fn calls_fit_a_block_many_times() {
	let account = || Alice.to_account_id();
	let (rows, terms) = (Commitment { root: HASH, count: 1 }, Terms { purpose: HASH, jobs: 1, until: 1 });
	let id = ContributionId(0);
	let most = BoundedVec::try_from((0..256).map(ContributionId).collect::<Vec<_>>()).unwrap();
	let leaf = RowLeaf { row: 0, contributor: account(), cluster: 0, content: ContentHash(HASH), licensed: true };
	let case = Case::Contribution { datanet: NET, contribution: id };
	let judgement = openledger_primitives::judgement::Judgement { good: 0, fault: Default::default() };
	let split = BoundedVec::try_from(vec![(account(), 10_000)]).unwrap();
	let register = RegistryCall::register {
		kind: adapter(),
		licence: BoundedVec::new(),
		price_in: 0,
		price_out: 0,
		split,
		parents: BoundedVec::try_from(vec![ModelId(0); 16]).unwrap(),
	};
	common::development().execute_with(|| {
		let block = RuntimeBlockWeights::get().max_block.ref_time();
		println!("| Call | Share of a block |\n|---|---|");
		let calls: [(&str, RuntimeCall, f64); 18] = [
			(
				"datanets.create",
				DatanetsCall::create { meta: Vec::new(), schema: HASH, licence: BoundedVec::new() }.into(),
				0.1,
			),
			("datanets.commit", DatanetsCall::commit { datanet: NET, seal: HASH }.into(), 0.1),
			(
				"datanets.reveal",
				DatanetsCall::reveal { datanet: NET, contribution: id, rows, bytes: 1, content: HASH, salt: HASH }
					.into(),
				0.1,
			),
			(
				"datanets.freeze_version, 256 contributions",
				DatanetsCall::freeze_version { datanet: NET, rows, clusters: HASH, contributions: most }.into(),
				10.0,
			),
			("datanets.request_access", DatanetsCall::request_access { datanet: NET, terms, max_price: 0 }.into(), 0.1),
			(
				"datanets.decide_access",
				DatanetsCall::decide_access { datanet: NET, applicant: account(), terms, approve: true }.into(),
				0.1,
			),
			("datanets.overrule", DatanetsCall::overrule { datanet: NET, contribution: id }.into(), 0.1),
			(
				"datanets.file_notice",
				DatanetsCall::file_notice { datanet: NET, version: 0, leaf, proof: BoundedVec::new(), reason: HASH }
					.into(),
				0.1,
			),
			("curation.register", Curation::register { datanet: NET }.into(), 0.1),
			("curation.open_case", Curation::open_case { case, gold: HASH }.into(), 0.1),
			("curation.commit", Curation::commit { task: TaskId(0), seal: HASH }.into(), 0.1),
			("curation.reveal", Curation::reveal { task: TaskId(0), judgement, salt: HASH }.into(), 0.1),
			("curation.advance, 64 members", Curation::advance { task: TaskId(0) }.into(), 5.0),
			("model_registry.register, 16 parents", register.into(), 1.0),
			(
				"model_registry.set_price",
				RegistryCall::set_price { model: ModelId(0), price_in: 0, price_out: 0 }.into(),
				0.1,
			),
			("model_registry.repoint", RegistryCall::repoint { model: ModelId(0), to: None }.into(), 0.1),
			(
				"model_registry.evaluate",
				RegistryCall::evaluate { model: ModelId(0), suite: HASH, score: 0, report: HASH }.into(),
				0.1,
			),
			("model_registry.deprecate", RegistryCall::deprecate { model: ModelId(0) }.into(), 0.1),
		];
		for (name, call, bound) in calls {
			let share = call.get_dispatch_info().call_weight.ref_time() as f64 * 100.0 / block as f64;
			println!("| `{name}` | {share:.3} % |");
			assert!(share > 0.0 && share <= bound, "{name} takes {share} % of a block");
		}
	});
}
