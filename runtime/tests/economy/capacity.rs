//! What the chain settles in a day, and what a proof costs it: the tables of `benches/pallets/RESULTS.md`.
//!
//! `cargo test -p openledger-runtime --test economy -- capacity --nocapture`

use crate::{common, market::*};
use codec::Encode;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use openledger_primitives::{
	attribution::{Part, Pool, Scored, MAX_DIM, MAX_TOP},
	batch::{MAX_DISTRIBUTE, MAX_PAYERS, MAX_RECEIPTS},
	Attribution as Body, IndexLeaf, Payout, SumCommitment, SumNode,
};
use openledger_runtime::{
	configs::system::{RuntimeBlockLength, RuntimeBlockWeights},
	constants::{DAYS, OPEN},
	RuntimeCall,
};
use pallet_attribution::{BodyOpening, Call, Draw, Opening, WeightInfo, MAX_OPENINGS, MAX_SAMPLE};
use sp_core::H256;

type Weights = <openledger_runtime::Runtime as pallet_attribution::Config>::WeightInfo;

/// Payouts of a batch in these tables.
const PAYOUTS: u32 = 1_000;
/// Levels of a tree with 10,000 leaves.
const LEVELS: usize = 14;

fn proof() -> Vec<SumNode> {
	vec![SumNode::default(); LEVELS]
}

/// An attribution over one index of the widest vectors, with as many rows as fit.
fn widest_body(dim: u32) -> Body {
	let top = vec![Scored { row: 0, cluster: 0, score: 0 }; MAX_TOP as usize];
	let part = Part { index: INDEX, pool: Pool::Retrieval, query: bounded(vec![0; dim as usize]), top: bounded(top) };
	Body { parts: bounded(vec![part]) }
}

struct Calls {
	submit: RuntimeCall,
	refute: RuntimeCall,
	open: RuntimeCall,
	distribute: RuntimeCall,
}

fn calls(market: &Market) -> Calls {
	let payer = Payer::new(0);
	let body = widest_body(MAX_DIM);
	let receipt = market.answer(0, &payer.account, 1, body.clone()).receipt;
	let draw = Draw {
		payer: payer.account.clone(),
		drawn: OPEN,
		ceiling: OPEN,
		signer: None,
		signature: payer.voucher(0, OPEN),
		weighs: true,
	};
	let sums = SumCommitment::default();
	let submit = Call::submit_batch {
		first_seq: 0,
		receipts: sums,
		payouts: sums,
		blob: H256::zero(),
		draws: vec![draw; MAX_PAYERS as usize].try_into().unwrap(),
		lot: H256::zero(),
	};
	let leaf = IndexLeaf { vector: bounded(vec![0; MAX_DIM as usize]), ..market.leaves[0].clone() };
	let refute = Call::refute {
		batch: 0,
		leaf: 0,
		receipt: Box::new(receipt.clone()),
		receipt_proof: bounded(proof()),
		body,
		part: 0,
		opening: Some(Opening { leaf, proof: bounded(vec![H256::zero(); 32]) }),
	};
	// 384 entries, as sentence encoders have.
	let opening = BodyOpening { leaf: 0, receipt, proof: bounded(proof()), body: widest_body(384) };
	let open = Call::open { batch: 0, openings: bounded(vec![opening; MAX_OPENINGS as usize]) };
	let payout = Payout { account: payer.account, amount: 1, weight: 1 };
	// At most two nodes a level, less those below the whole of a range.
	let proof = bounded(vec![SumNode::default(); 2 * (LEVELS - 6)]);
	let payouts = vec![payout; MAX_DISTRIBUTE as usize].try_into().unwrap();
	let distribute = Call::distribute_range { batch: 0, first: 64, payouts, proof };
	Calls { submit: submit.into(), refute: refute.into(), open: open.into(), distribute: distribute.into() }
}

/// Computing time of a call, in picoseconds.
fn time(call: &RuntimeCall) -> u64 {
	call.get_dispatch_info().call_weight.ref_time()
}

#[test]
fn the_targets_are_reached() {
	common::development().execute_with(|| {
		let calls = calls(&Market::open());
		let block = RuntimeBlockWeights::get().max_block.ref_time() as f64;
		let share = |call| time(call) as f64 * 100.0 / block;
		println!("| Call | Share of a block of two seconds |\n|---|---|");
		println!("| `attribution.submit_batch`, 256 payers | {:.2} % |", share(&calls.submit));
		println!("| `attribution.refute`, 4,096 entries, any number of payers | {:.3} % |", share(&calls.refute));
		println!("| `attribution.open`, 16 of 384 entries | {:.2} % |", share(&calls.open));
		println!("| `attribution.distribute_range`, 64 payouts | {:.2} % |", share(&calls.distribute));
		let settle = Weights::settle().ref_time() as f64 * 100.0 / block;
		println!("| `attribution.settle` | {settle:.3} % |");
		let normal = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total.unwrap().ref_time();
		let room = *RuntimeBlockLength::get().max.get(DispatchClass::Normal);
		let by_time = normal / time(&calls.distribute);
		let by_length = u64::from(room) / calls.distribute.encoded_size() as u64;
		let leaves = by_time.min(by_length) * u64::from(MAX_DISTRIBUTE);
		println!("\nPayouts in a block: {leaves}.");
		assert!(share(&calls.submit) <= 25.0);
		assert!(share(&calls.refute) <= 1.0);
		assert!(leaves >= 400);
	});
}

/// A batch from its submission to its last payout: time, and bytes in blocks.
fn batch(calls: &Calls) -> (u64, u64) {
	let (opens, distributes) = (u64::from(MAX_SAMPLE / MAX_OPENINGS), u64::from(PAYOUTS.div_ceil(MAX_DISTRIBUTE)));
	let hooks = Weights::seed().saturating_add(Weights::settle()).ref_time();
	let time = time(&calls.submit) + opens * time(&calls.open) + distributes * time(&calls.distribute) + hooks;
	let bytes = [(&calls.submit, 1), (&calls.open, opens), (&calls.distribute, distributes)]
		.map(|(call, times)| call.encoded_size() as u64 * times);
	(time, bytes.into_iter().sum())
}

#[test]
fn a_day_at_capacity() {
	common::development().execute_with(|| {
		let market = Market::open();
		let calls = calls(&market);
		let (time, bytes) = batch(&calls);
		let normal = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total.unwrap().ref_time();
		let room = u64::from(*RuntimeBlockLength::get().max.get(DispatchClass::Normal));
		let most = (normal / time).min(room / bytes) * u64::from(DAYS);
		println!(
			"A batch with {MAX_PAYERS} payers and {PAYOUTS} payouts, to its last payout: {bytes} bytes in blocks;"
		);
		println!("the chain takes {most} of them a day.\n");
		println!(
			"| Agents | Batches of each a day | Inferences a day, 10,000 a batch | at most | On chain | Off chain |"
		);
		println!("|---|---|---|---|---|---|");
		let payer = Payer::new(0).account;
		let receipt = market.answer(0, &payer, 1, widest_body(384)).receipt.encoded_size() as u64;
		let kept = receipt + 64 + widest_body(384).encoded_size() as u64;
		let mut rows = vec![];
		for agents in [1u64, 100, 10_000] {
			// One in ten minutes, if the chain has room for so many.
			let each = 144.min(most / agents);
			let inferences = agents * each * 10_000;
			rows.push(inferences);
			println!(
				"| {agents} | {each} | {:.1} million | {:.0} million | {:.1} MB | {:.1} GB |",
				inferences as f64 / 1e6,
				(agents * each * u64::from(MAX_RECEIPTS)) as f64 / 1e6,
				(agents * each * bytes) as f64 / 1e6,
				(inferences * kept) as f64 / 1e9,
			);
		}
		assert!(rows[0] >= 1_000_000 && rows[1] >= 100_000_000 && rows[2] >= 400_000_000, "{rows:?}");
	});
}
