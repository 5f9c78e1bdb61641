//! The cases: what is given, in words and in SCALE, and what the answer is.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use codec::{Decode, Encode};
use openledger_primitives::{
	attribution::{Attribution, IndexInfo, IndexKind, IndexLeaf, Part, Pool, Scored},
	batch::{BatchClaim, Opening, PayoutProof},
	manifest::TrainingData,
	money::{FeeSplit, Reserved, DEFAULT_SPLIT},
	payout::{royalties, settle, tree as payout_tree, Answer, Divided, Line, Source},
	referee::{dot, top_k, Fraud},
	weight::Weight,
	Blake2b256, Commitment, ContentHash, DatanetId, Domain, IndexId, Keccak256, Manifest, MerkleTree, ModelId,
	NumericClass, Payout, Receipt, RowLeaf, SumCommitment, SumTree, TreeHash, Voucher,
};
use openledger_verifier::{call, Question};
use primitive_types::H256;
use serde_json::{json, to_value, Value};
use sp_core::{ecdsa, ed25519, Pair};
use sp_runtime::{traits::IdentifyAccount, MultiSigner};

/// An account: 32 bytes, which JSON shows in hexadecimal.
type Account = H256;

const GENESIS: H256 = H256::repeat_byte(0x11);
const DOMAIN: Domain = Domain { genesis: GENESIS };

/// The value with the keys of every object in their order, whatever order `serde_json` was built to keep.
fn sorted(value: &Value) -> Value {
	match value {
		Value::Array(values) => values.iter().map(sorted).collect(),
		Value::Object(fields) => {
			let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
			fields.sort_by(|a, b| a.0.cmp(&b.0));
			Value::Object(fields.into_iter().collect())
		}
		other => other.clone(),
	}
}

/// Every file with its content.
pub(crate) fn files() -> Vec<(&'static str, String)> {
	let files = [
		("trees.json", trees()),
		("receipts.json", receipts()),
		("referee.json", referee()),
		("money.json", money()),
		("weight.json", weight()),
		("signatures.json", signatures()),
	];
	// A case a line, so that a difference shows which.
	let lines = |cases: &[Value]| cases.iter().map(|case| sorted(case).to_string()).collect::<Vec<_>>().join(",\n");
	files.map(|(name, cases)| (name, format!("[\n{}\n]\n", lines(&cases)))).into()
}

fn account(byte: u8) -> Account {
	Account::repeat_byte(byte)
}

fn bytes(data: &[u8]) -> String {
	format!("0x{}", hex::encode(data))
}

/// One case: `given` says in words what `input` encodes; the answer is that of [`call`], of type `O`.
fn case<O: Decode + serde::Serialize>(name: &str, question: Question, given: Value, input: impl Encode) -> Value {
	let input = input.encode();
	let output = call(question as u32, &input).expect("the case has an answer");
	let answer = to_value(O::decode(&mut &output[..]).unwrap()).unwrap();
	json!({
		"name": name,
		"question": question as u32,
		"given": given,
		"answer": answer,
		"input": bytes(&input),
		"output": bytes(&output),
	})
}

// Trees

fn trees() -> Vec<Value> {
	let mut cases = vec![];
	for count in [1u32, 2, 3, 5, 6, 8, 13, 33] {
		plain::<Blake2b256>(0, "blake2b-256", count, &mut cases);
		plain::<Keccak256>(1, "keccak-256", count, &mut cases);
		sums::<Blake2b256>(0, "blake2b-256", count, &mut cases);
		sums::<Keccak256>(1, "keccak-256", count, &mut cases);
		many(count, &mut cases);
	}
	let empty = MerkleTree::<Blake2b256>::new([[0u8; 0]; 0]).unwrap();
	let given = json!({
		"hash": "blake2b-256", "leaves": [], "top": empty.top(), "commitment": empty.commitment(), "index": 0, "leaf": "0x",
		"proof": [],
	});
	let input = (0u8, empty.commitment(), 0u32, Vec::<u8>::new(), Vec::<H256>::new());
	cases.push(case::<bool>("no leaf of an empty tree", Question::Leaf, given, input));
	cases
}

/// Several leaves at once, and neighbours, of a tree with amounts and of one without.
fn many(count: u32, cases: &mut Vec<Value>) {
	let amount = |index: u32| u128::from(index) + 5;
	let plain = MerkleTree::<Keccak256>::new((0..count).map(leaf)).unwrap();
	let sums = SumTree::<Blake2b256>::new((0..count).map(|i| (leaf(i), amount(i)))).unwrap();
	let all: Vec<String> = (0..count).map(|i| bytes(&leaf(i))).collect();
	let amounts: Vec<String> = (0..count).map(|i| amount(i).to_string()).collect();
	let third: Vec<u32> = (0..count).step_by(3).collect();
	let range: Vec<u32> = (count / 3..count * 2 / 3 + 1).take_while(|i| *i < count).collect();
	let mut add = |what: &str, indices: &[u32], proof_of: &[u32]| {
		let opened: Vec<(u32, Vec<u8>)> = indices.iter().map(|i| (*i, leaf(*i))).collect();
		let proof = plain.prove_many(proof_of).unwrap();
		let given = json!({
			"hash": "keccak-256", "leaves": all, "commitment": plain.commitment(), "indices": indices, "proof": proof,
		});
		let input = (1u8, plain.commitment(), opened, proof);
		cases.push(case::<bool>(&format!("{what}, {count} leaves"), Question::Leaves, given, input));
		let opened: Vec<(u32, Vec<u8>, u128)> = indices.iter().map(|i| (*i, leaf(*i), amount(*i))).collect();
		let proof = sums.prove_many(proof_of).unwrap();
		let given = json!({
			"hash": "blake2b-256", "leaves": all, "amounts": amounts, "commitment": sums.commitment(), "indices": indices,
			"proof": proof,
		});
		let input = (0u8, sums.commitment(), opened, proof);
		cases.push(case::<bool>(&format!("{what}, {count} leaves with amounts"), Question::SumLeaves, given, input));
	};
	add("every third leaf", &third, &third);
	add("a range", &range, &range);
	add("the proof of the first leaf for all", &(0..count).collect::<Vec<_>>(), &[0]);
	let twice = [third.clone(), vec![count - 1, count - 1]].concat();
	add("a leaf twice", &twice, &third);
}

fn leaf(index: u32) -> Vec<u8> {
	format!("leaf {index}").into_bytes()
}

fn plain<H: TreeHash>(hash: u8, name: &str, count: u32, cases: &mut Vec<Value>) {
	let tree = MerkleTree::<H>::new((0..count).map(leaf)).unwrap();
	let index = count * 2 / 3;
	let proof = tree.prove(index).unwrap();
	let mut add = |what: &str, commitment: Commitment, index: u32, proof: &[H256]| {
		let given = json!({
			"hash": name, "leaves": (0..count).map(|i| bytes(&leaf(i))).collect::<Vec<_>>(), "top": tree.top(),
			"commitment": commitment, "index": index, "leaf": bytes(&leaf(index)), "proof": proof,
		});
		let input = (hash, commitment, index, leaf(index), proof.to_vec());
		cases.push(case::<bool>(&format!("{what}, {count} leaves, {name}"), Question::Leaf, given, input));
	};
	let commitment = tree.commitment();
	add("a leaf", commitment, index, &proof);
	add("a proof that is too long", commitment, index, &[&proof[..], &[tree.top()]].concat());
	add("another count", Commitment { count: count + 1, ..commitment }, index, &proof);
	add("another place", commitment, (index + 1) % (count + 1), &proof);
}

fn sums<H: TreeHash>(hash: u8, name: &str, count: u32, cases: &mut Vec<Value>) {
	let amount = |index: u32| u128::from(index + 1) * 1_000_000_000_000_000_000;
	let tree = SumTree::<H>::new((0..count).map(|i| (leaf(i), amount(i)))).unwrap();
	let index = count / 2;
	let proof = tree.prove(index).unwrap();
	let mut add = |what: &str, commitment: SumCommitment, paid: u128| {
		let leaves: Vec<Value> =
			(0..count).map(|i| json!({ "data": bytes(&leaf(i)), "amount": amount(i).to_string() })).collect();
		let given = json!({
			"hash": name, "leaves": leaves, "top": tree.top(), "commitment": commitment, "index": index,
			"leaf": bytes(&leaf(index)), "amount": paid.to_string(), "proof": proof,
		});
		let input = (hash, commitment, index, leaf(index), paid, proof.clone());
		cases.push(case::<bool>(&format!("{what}, {count} leaves, {name}"), Question::SumLeaf, given, input));
	};
	let commitment = tree.commitment();
	add("a leaf with its amount", commitment, amount(index));
	add("another amount", commitment, amount(index) + 1);
	add("another sum", SumCommitment { sum: commitment.sum + 1, ..commitment }, amount(index));
	add("another count", SumCommitment { count: count + 1, ..commitment }, amount(index));
}

// Receipts, payouts, batches

fn receipt(seq: u64, fee: u128) -> Receipt<Account> {
	Receipt {
		seq,
		payer: account(2),
		model: ModelId(3),
		request: H256::repeat_byte(4),
		response: H256::repeat_byte(5),
		tokens_in: 60,
		tokens_out: 240,
		fee,
		fingerprint: H256::repeat_byte(6),
		attribution: body().commitment(&DOMAIN),
		class: NumericClass::Exact,
		at: 1_000,
	}
}

/// A batch of five receipts with its payouts.
fn batch() -> (BatchClaim<Account>, Vec<Receipt<Account>>, Vec<Payout<Account>>) {
	let (agent, first_seq) = (account(1), 7);
	let receipts: Vec<_> = (0..5).map(|i| receipt(first_seq + i, 1_000_003 * u128::from(i + 1))).collect();
	let receipt_tree = receipt_tree(&receipts);
	let divided = receipts.iter().map(|receipt| divided(receipt.payer, receipt.fee, true));
	let (_, payouts) = settle(&DEFAULT_SPLIT, &agent, divided).unwrap();
	let payouts_root = payout_tree(&payouts, &DOMAIN, &agent, first_seq).unwrap().commitment();
	(BatchClaim { agent, first_seq, receipts: receipt_tree.commitment(), payouts: payouts_root }, receipts, payouts)
}

fn divided(payer: Account, fee: u128, weighs: bool) -> Divided<Account> {
	share(payer, &answer(fee), weighs)
}

fn share(payer: Account, answer: &Answer<Account>, weighs: bool) -> Divided<Account> {
	Divided { payer, fee: answer.fee, weighs, lines: answer.lines(&DEFAULT_SPLIT).unwrap() }
}

fn receipt_tree(receipts: &[Receipt<Account>]) -> SumTree<Blake2b256> {
	SumTree::new(receipts.iter().map(|receipt| (receipt.leaf(&DOMAIN, &account(1)), receipt.fee))).unwrap()
}

fn receipts() -> Vec<Value> {
	let (batch, receipts, payouts) = batch();
	let mut cases = vec![];
	let trees = (receipt_tree(&receipts), payout_tree(&payouts, &DOMAIN, &batch.agent, batch.first_seq).unwrap());
	let mut receipt_case = |name: &str, receipt: &Receipt<Account>, place: u32| {
		let proof = trees.0.prove(place).unwrap();
		let given = json!({
			"genesis": GENESIS, "batch": batch, "receipt": receipt, "proof": proof,
			"leaf": bytes(&receipt.leaf(&DOMAIN, &batch.agent)),
		});
		cases.push(case::<bool>(name, Question::Receipt, given, (GENESIS, batch.clone(), receipt.clone(), proof)));
	};
	receipt_case("a receipt of the batch", &receipts[2], 2);
	receipt_case("a receipt at another place", &receipts[2], 3);
	receipt_case("a receipt with another fee", &Receipt { fee: 1, ..receipts[2].clone() }, 2);
	receipt_case("a receipt before the batch", &Receipt { seq: 6, ..receipts[0].clone() }, 0);

	let mut payout_case = |name: &str, payout: Payout<Account>| {
		let proof = trees.1.prove(1).unwrap();
		let leaf = bytes(&payout.leaf(&DOMAIN, &batch.agent, batch.first_seq));
		let opened = PayoutProof { leaf: 1, payout, proof: proof.try_into().unwrap() };
		let given = json!({ "genesis": GENESIS, "batch": batch, "payout": opened, "leaf": leaf });
		cases.push(case::<bool>(name, Question::Payout, given, (GENESIS, batch.clone(), opened)));
	};
	payout_case("a payout of the batch", payouts[1].clone());
	payout_case("a payout of more", Payout { amount: payouts[1].amount + 1, ..payouts[1].clone() });
	payout_case("a payout with more weight", Payout { weight: payouts[1].weight + 1, ..payouts[1].clone() });

	let given = json!({ "split": DEFAULT_SPLIT, "batch": batch });
	cases.push(case::<bool>("the money adds up", Question::Reserve, given, (DEFAULT_SPLIT, batch.clone())));
	let row = RowLeaf {
		row: 5,
		contributor: account(12),
		cluster: 3,
		content: ContentHash(H256::repeat_byte(0x77)),
		licensed: true,
	};
	let leaf = bytes(&row.leaf(&DOMAIN, DatanetId(4), 2));
	let given = json!({ "genesis": GENESIS, "datanet": 4, "version": 2, "row": row, "leaf": leaf });
	cases.push(json!({ "name": "the leaf of a row", "given": given }));
	let rows = index_tree().commitment();
	let manifest = Manifest {
		base: ModelId(0),
		base_weights: ContentHash(H256::repeat_byte(8)),
		data: vec![TrainingData { datanet: DatanetId(4), version: 2, rows }].try_into().unwrap(),
		recipe: ContentHash(H256::repeat_byte(9)),
		adapter: ContentHash(H256::repeat_byte(10)),
	};
	let given = json!({ "genesis": GENESIS, "manifest": manifest, "commitment": manifest.commitment(&DOMAIN) });
	cases.push(json!({ "name": "the commitment to a manifest", "given": given }));
	let mut greedy = batch;
	greedy.payouts.sum += 1;
	let given = json!({ "split": DEFAULT_SPLIT, "batch": greedy });
	cases.push(case::<bool>("the payouts are too much", Question::Reserve, given, (DEFAULT_SPLIT, greedy)));
	cases
}

// The referee

const LIMIT: u32 = 3;
const THRESHOLD: i64 = 10;

fn index_leaves() -> Vec<IndexLeaf<Account>> {
	let rows: [(u32, [i8; 4]); 7] = [
		(0, [4, 0, 0, 0]),
		(0, [5, 0, 0, 0]),
		(2, [5, 0, 0, 0]),
		(3, [-128, 127, 0, 0]),
		(4, [1, 0, 0, 0]),
		(5, [4, 2, 0, 2]),
		(6, [3, 1, 0, 0]),
	];
	let leaf = |(row, (cluster, vector)): (u32, (u32, [i8; 4]))| IndexLeaf {
		row,
		contributor: account(10 + row as u8),
		cluster,
		reputation: 256,
		vector: vector.to_vec().try_into().unwrap(),
	};
	(0..).zip(rows).map(leaf).collect()
}

fn index_tree() -> MerkleTree<Blake2b256> {
	MerkleTree::new(index_leaves().iter().map(|leaf| leaf.leaf(&DOMAIN, DatanetId(0), 1))).unwrap()
}

fn index() -> IndexInfo {
	let rows = index_tree().commitment();
	IndexInfo { kind: IndexKind::Retrieval, datanet: DatanetId(0), version: 1, dim: 4, rows, threshold: THRESHOLD }
}

const QUERY: [i8; 4] = [3, 1, 0, -1];

fn scores() -> Vec<Scored> {
	let score = |vector: &[i8]| dot(&QUERY, vector).unwrap();
	index_leaves().iter().map(|l| Scored { row: l.row, cluster: l.cluster, score: score(&l.vector) }).collect()
}

fn part(top: Vec<Scored>) -> Part {
	let (query, top) = (QUERY.to_vec().try_into().unwrap(), top.try_into().unwrap());
	Part { index: IndexId(0), pool: Pool::Retrieval, query, top }
}

fn body() -> Attribution {
	Attribution { parts: vec![part(top_k(scores(), THRESHOLD, LIMIT))].try_into().unwrap() }
}

fn referee() -> Vec<Value> {
	let truth = top_k(scores(), THRESHOLD, LIMIT);
	let mut cases = vec![];
	for (query, vector) in
		[(vec![1i8, -2, 3], vec![4i8, 5, -6]), (vec![-128; 4096], vec![-128; 4096]), (vec![1], vec![])]
	{
		let given = json!({ "query": query, "vector": vector });
		let name = format!("the score of {} entries", query.len());
		cases.push(case::<Option<i64>>(&name, Question::Score, given, (query, vector)));
	}
	for (name, rows, limit) in [
		("the true claim", scores(), LIMIT),
		("ties go to the lower row", scores().into_iter().rev().collect(), 1),
		("nothing reaches the threshold", scores().into_iter().map(|row| Scored { score: -1, ..row }).collect(), LIMIT),
		("no rows", vec![], LIMIT),
	] {
		let given = json!({ "rows": rows, "threshold": THRESHOLD, "limit": limit });
		cases.push(case::<Vec<Scored>>(name, Question::Top, given, (rows, THRESHOLD, limit)));
	}
	let twisted = |at: usize, twist: fn(&mut Scored)| {
		let mut top = truth.clone();
		twist(&mut top[at]);
		top
	};
	let mut reversed = truth.clone();
	reversed.reverse();
	for (name, top) in [
		("a claim in good form", truth.clone()),
		("a row twice", twisted(1, |row| row.row = 1)),
		("a row that does not exist", twisted(1, |row| row.row = 7)),
		("a row below the threshold", twisted(2, |row| row.score = 9)),
		("a cluster twice", twisted(1, |row| row.cluster = 0)),
		("a bad order", reversed),
		("too many rows", [truth.clone(), vec![Scored { row: 6, cluster: 6, score: 10 }]].concat()),
	] {
		let given = json!({ "part": part(top.clone()), "index": index(), "limit": LIMIT });
		cases.push(case::<Option<Fraud>>(name, Question::Form, given, (part(top), index(), LIMIT)));
	}
	let mut opened = |name: &str, top: Vec<Scored>, row: u32, taken_down: bool, proof_of: u32| {
		let leaf = index_leaves()[row as usize].clone();
		let bytes = bytes(&leaf.leaf(&DOMAIN, DatanetId(0), 1));
		let opening = Opening { leaf, proof: index_tree().prove(proof_of).unwrap().try_into().unwrap() };
		let given = json!({
			"genesis": GENESIS, "part": part(top.clone()), "index": index(), "limit": LIMIT, "opening": opening,
			"taken_down": taken_down, "leaf": bytes,
		});
		let input = (GENESIS, part(top), index(), LIMIT, opening, taken_down);
		cases.push(case::<Option<Option<Fraud>>>(name, Question::Opened, given, input));
	};
	opened("a leaf that agrees", truth.clone(), 1, false, 1);
	opened("a leaf of another place", truth.clone(), 1, false, 2);
	opened("a wrong score", twisted(0, |row| row.score += 1), 1, false, 1);
	opened("a wrong cluster", twisted(2, |row| row.cluster = 9), 5, false, 5);
	opened("an omitted row", vec![truth[0], truth[2]], 2, false, 2);
	opened("an omitted row that was taken down", vec![truth[0], truth[2]], 2, true, 2);
	opened("a row that was taken down", truth.clone(), 1, true, 1);
	opened("a worse row of a cluster that is named", truth.clone(), 0, false, 0);
	let given = json!({ "genesis": GENESIS, "body": body(), "encoded": bytes(&body().encode()), "commitment": body().commitment(&DOMAIN) });
	cases.push(json!({ "name": "the commitment to an attribution body", "given": given }));
	let twice = Attribution { parts: vec![body().parts[0].clone(), body().parts[0].clone()].try_into().unwrap() };
	for (name, body) in [("a body that is right", body()), ("a part twice", twice)] {
		let given = json!({ "body": body });
		cases.push(case::<Option<Fraud>>(name, Question::Body, given, body));
	}
	cases
}

// Money

fn source(pool: Pool, row: u32, score: i64, reputation: u16) -> Source<Account> {
	let contributor = account(10 + row as u8);
	Source {
		contributor,
		pool,
		version: (DatanetId(0), 1),
		index: IndexId(0),
		row,
		score,
		threshold: THRESHOLD,
		reputation,
	}
}

fn answer(fee: u128) -> Answer<Account> {
	let (own, base) = (vec![(account(20), 3_333), (account(21), 6_667)], vec![(account(22), 10_000)]);
	let royalties = royalties((ModelId(3), &own), Some((ModelId(0), &base)), &[]).unwrap();
	let sources = vec![source(Pool::Retrieval, 1, 15, 256), source(Pool::Retrieval, 2, 14, 300)];
	Answer { fee, royalties, sources, commons: (account(30), Some(DatanetId(0))) }
}

fn money() -> Vec<Value> {
	let mut cases = vec![];
	for (name, amount, part, whole, weights) in [
		("ties go to the lower position", 10, 1u128, 1u128, vec![1, 1, 1]),
		("a part of an amount", 1_000_003, 35, 100, vec![3, 5, 7]),
		("nobody", 10, 1, 1, vec![]),
		("no weight", 10, 1, 1, vec![0, 0]),
		("a single heir", u128::from(u64::MAX), 20, 100, vec![9]),
	] {
		let numbers: Vec<String> = weights.iter().map(u128::to_string).collect();
		let given = json!({
			"amount": amount.to_string(), "part": part.to_string(), "whole": whole.to_string(), "weights": numbers,
		});
		let mut case = case::<Vec<u128>>(name, Question::Division, given, (amount, part, whole, weights));
		as_strings(&mut case["answer"]);
		cases.push(case);
	}
	let mut both = answer(1_000_003);
	both.sources.extend([source(Pool::Training, 2, 40, 256), source(Pool::Training, 5, 12, 128)]);
	let alone = Answer { sources: vec![], commons: (account(30), None), ..answer(99) };
	for (name, answer) in [
		("a fee of ten thousand", answer(10_000)),
		("rows that were retrieved and rows that were trained on", both),
		("an answer without sources", alone),
		("a fee of one", answer(1)),
	] {
		let royalties: Vec<Value> = answer
			.royalties
			.iter()
			.map(|r| json!({ "account": r.account, "model": r.model, "weight": r.weight.to_string() }))
			.collect();
		let sources: Vec<Value> = answer
			.sources
			.iter()
			.map(|s| {
				json!({
					"contributor": s.contributor, "pool": s.pool, "datanet": s.version.0, "version": s.version.1,
					"index": s.index, "row": s.row, "score": s.score, "threshold": s.threshold, "reputation": s.reputation,
				})
			})
			.collect();
		let given = json!({
			"split": DEFAULT_SPLIT, "fee": answer.fee.to_string(), "royalties": royalties, "sources": sources,
			"commons": { "account": answer.commons.0, "datanet": answer.commons.1 },
		});
		cases.push(case::<Vec<Line<Account>>>(name, Question::Lines, given, (DEFAULT_SPLIT, answer)));
	}
	settlements(&mut cases);
	cases
}

/// Batches of two answers: the first payer is one of those who are paid.
fn settlements(cases: &mut Vec<Value>) {
	let split: FeeSplit = DEFAULT_SPLIT;
	let (agent, owner, payer) = (account(1), account(20), account(2));
	let without_sources = Answer { sources: vec![], ..answer(700_001) };
	for (name, first, second) in [
		("what a batch of two answers pays", divided(owner, 10_000, false), divided(payer, 1_000_003, false)),
		("what it pays if one payer weighs", divided(owner, 10_000, false), divided(payer, 1_000_003, true)),
		("what it pays if both weigh", divided(owner, 10_000, true), divided(payer, 1_000_003, true)),
		("what it pays if the agent pays itself", divided(agent, 10_000, true), divided(payer, 1_000_003, true)),
		("a commons weighs nothing", divided(owner, 10_000, true), share(payer, &without_sources, true)),
	] {
		let receipts = [first, second];
		let given: Vec<Value> = receipts
			.iter()
			.map(|r| json!({ "payer": r.payer, "fee": r.fee.to_string(), "weighs": r.weighs, "lines": r.lines }))
			.collect();
		let given = json!({ "split": split, "agent": agent, "receipts": given });
		let encoded: Vec<_> = receipts.into_iter().map(|r| (r.payer, r.fee, r.weighs, r.lines)).collect();
		let input = (split, agent, encoded).encode();
		let output = call(Question::Settlement as u32, &input).unwrap();
		let (reserved, payouts) = <(Reserved, Vec<Payout<Account>>)>::decode(&mut &output[..]).unwrap();
		cases.push(json!({
			"name": name,
			"question": Question::Settlement as u32,
			"given": given,
			"answer": {
				"burn": reserved.burn.to_string(), "treasury": reserved.treasury.to_string(),
				"stakers": reserved.stakers.to_string(), "auditors": reserved.auditors.to_string(),
				"payouts_sum": reserved.payouts.to_string(), "payouts": payouts,
			},
			"input": bytes(&input),
			"output": bytes(&output),
		}));
	}
}

/// Numbers of JSON end at 2^53 in most readers.
fn as_strings(numbers: &mut Value) {
	for number in numbers.as_array_mut().unwrap() {
		*number = number.to_string().into();
	}
}

// Weight

fn weight() -> Vec<Value> {
	const DAY: u32 = 86_400;
	let much = 1_000_000_000_000_000_000_000_000u128;
	let mut cases = vec![];
	let mut starts = vec![];
	for amounts in [(much, 0), (much, much / 2), (much / 3, much), (0, much), (0, 7), (7, 0)] {
		for elapsed in [0, 6, u64::from(DAY), 30 * u64::from(DAY), 365 * u64::from(DAY), u64::MAX] {
			starts.push((amounts, elapsed, (7 * DAY, 90 * DAY)));
		}
	}
	// As random as a multiplication can be, with the closest half-lives among them.
	let mut seed = 1u64;
	let mut draw = |below: u64| {
		seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(seed >> 33) % below
	};
	for _ in 0..100 {
		let mut amount = || much / (1 + u128::from(draw(1_000)));
		let amounts = (amount(), amount());
		let fast = 1 + draw(40 * u64::from(DAY)) as u32;
		let slow = 2 * fast + draw(2) as u32 * draw(90 * u64::from(DAY)) as u32;
		starts.push((amounts, draw(400 * u64::from(DAY)), (fast, slow)));
	}
	for ((fast, slow), elapsed, (quick, long)) in starts {
		let start = Weight { fast, slow };
		let half_lives = json!({ "fast": quick, "slow": long });
		let given =
			json!({ "weight": start, "half_lives_seconds": half_lives, "elapsed_seconds": elapsed.to_string() });
		let input = (start, quick, long, elapsed).encode();
		let output = call(Question::Weight as u32, &input).unwrap();
		let (rolled, standing) = Option::<(Weight, u128)>::decode(&mut &output[..]).unwrap().unwrap();
		cases.push(json!({
			"name": format!("{fast}, {slow} after {elapsed} s"),
			"question": Question::Weight as u32,
			"given": given,
			"answer": { "weight": rolled, "standing": standing.to_string() },
			"input": bytes(&input),
			"output": bytes(&output),
		}));
	}
	for (fast, slow) in [(0, DAY), (DAY, 2 * DAY - 1)] {
		let start = Weight { fast: much, slow: much };
		let half_lives = json!({ "fast": fast, "slow": slow });
		let given = json!({ "weight": start, "half_lives_seconds": half_lives, "elapsed_seconds": "1" });
		let input = (start, fast, slow, 1u64);
		cases.push(case::<Option<Weight>>("half-lives that are too close", Question::Weight, given, input));
	}
	cases
}

// Signatures

/// Signs in the four schemes with the key of 32 bytes 7. Each is the scheme's number, the account, and the signature.
fn sign(message: &[u8]) -> [(u8, Account, Vec<u8>); 4] {
	let seed = [7; 32];
	let ed = ed25519::Pair::from_seed_slice(&seed).unwrap();
	let ec = ecdsa::Pair::from_seed_slice(&seed).unwrap();
	let sr =
		schnorrkel::MiniSecretKey::from_bytes(&seed).unwrap().expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
	// The scheme adds entropy; a vector must not have any.
	let context = schnorrkel::signing_context(b"substrate").bytes(message);
	let signed = sr.sign(schnorrkel::context::attach_rng(context, NoEntropy));
	let ec_account = sp_crypto_hashing::blake2_256(&ec.public().0);
	let eth = ecdsa::KeccakPair::from_seed_slice(&seed).unwrap();
	let eth_account: [u8; 32] = MultiSigner::Eth(eth.public()).into_account().into();
	[
		(0, Account::from(ed.public().0), ed.sign(message).0.to_vec()),
		(1, Account::from(sr.public.to_bytes()), signed.to_bytes().to_vec()),
		(2, Account::from(ec_account), ec.sign(message).0.to_vec()),
		(3, Account::from(eth_account), eth.sign(message).0.to_vec()),
	]
}

/// Zeros.
struct NoEntropy;

impl rand_core::RngCore for NoEntropy {
	fn next_u32(&mut self) -> u32 {
		0
	}
	fn next_u64(&mut self) -> u64 {
		0
	}
	fn fill_bytes(&mut self, bytes: &mut [u8]) {
		bytes.fill(0);
	}
	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
		bytes.fill(0);
		Ok(())
	}
}

impl rand_core::CryptoRng for NoEntropy {}

fn signatures() -> Vec<Value> {
	let schemes = ["ed25519", "sr25519", "ecdsa", "eth"];
	let mut cases = vec![];
	for (scheme, scheme_name) in schemes.into_iter().enumerate() {
		let (_, payer, _) = sign(b"")[scheme].clone();
		let voucher = Voucher { payer, agent: account(1), channel: 3, cumulative: 5_000_000_000_000_000_000 };
		let (plain, wrapped) = (voucher.payload(&DOMAIN), voucher.wrapped_payload(&DOMAIN));
		let twice = [b"<Bytes>", &wrapped[..], b"</Bytes>"].concat();
		let more = Voucher { cumulative: 6_000_000_000_000_000_000, ..voucher.clone() };
		for (name, voucher, message) in [
			("plain", &voucher, &plain),
			("wrapped as browser wallets do", &voucher, &wrapped),
			("wrapped twice", &voucher, &twice),
			("of another voucher", &more, &plain),
		] {
			let (number, signer, signature) = sign(message)[scheme].clone();
			let given = json!({
				"genesis": GENESIS, "voucher": voucher, "payload": bytes(&voucher.payload(&DOMAIN)), "scheme": scheme_name,
				"signer": signer, "signature": bytes(&signature),
			});
			let mut input = (GENESIS, voucher, signer, number).encode();
			input.extend(signature);
			cases.push(case::<bool>(&format!("{scheme_name}, {name}"), Question::Voucher, given, Raw(input)));
		}
		let receipt = receipt(0, 1);
		let (number, signer, signature) = sign(&receipt.leaf(&DOMAIN, &account(1)))[scheme].clone();
		let given = json!({
			"genesis": GENESIS, "agent": account(1), "receipt": receipt, "leaf": bytes(&receipt.leaf(&DOMAIN, &account(1))),
			"scheme": scheme_name, "signer": signer, "signature": bytes(&signature),
		});
		let mut input = (GENESIS, account(1), receipt, signer, number).encode();
		input.extend(signature);
		cases.push(case::<bool>(&format!("{scheme_name}, a receipt"), Question::SignedReceipt, given, Raw(input)));
	}
	cases
}

/// Bytes that are encoded already.
struct Raw(Vec<u8>);

impl Encode for Raw {
	fn encode_to<T: codec::Output + ?Sized>(&self, output: &mut T) {
		output.write(&self.0);
	}
}
