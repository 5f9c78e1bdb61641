//! What can be asked.

use crate::{signature::Signature, Refusal};
use alloc::vec::Vec;
use codec::{Decode, DecodeLimit, Encode};
use openledger_primitives::{
	attribution::{Attribution, IndexInfo, Part, Scored},
	batch::{BatchClaim, Opening, PayoutProof},
	money::{apportion_part, FeeSplit, Reserved},
	payout::{settle, Answer, Divided, Line, Payout},
	referee::{check_body, check_form, check_leaf, dot, top_k, RowState},
	weight::{Maturity, Weight},
	Blake2b256, Commitment, Domain, Fraud, Keccak256, Receipt, SumCommitment, SumNode, Voucher,
};
use primitive_types::H256;

/// 32 bytes: a public key, or the BLAKE2b-256 digest of one.
type AccountId = [u8; 32];

/// The question, and what it takes and gives. A `bool` is one byte, 0 or 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Question {
	/// `(hash: 0 BLAKE2b-256 | 1 Keccak-256, Commitment, index: u32, leaf: Vec<u8>, proof: Vec<H256>)` → `bool`.
	Leaf = 0,
	/// `(hash, SumCommitment, index: u32, leaf: Vec<u8>, amount: u128, proof: Vec<SumNode>)` → `bool`.
	SumLeaf = 1,
	/// `(genesis: H256, BatchClaim, Receipt, proof: Vec<SumNode>)` → `bool`: whether the receipt is in the batch.
	Receipt = 2,
	/// `(genesis: H256, BatchClaim, PayoutProof)` → `bool`: whether the payout is in the batch.
	Payout = 3,
	/// `(FeeSplit, BatchClaim)` → `bool`: whether payouts and what is set aside are the fees.
	Reserve = 4,
	/// `(genesis: H256, Voucher, signer: AccountId, Signature)` → `bool`.
	Voucher = 5,
	/// `(genesis: H256, agent: AccountId, Receipt, signer: AccountId, Signature)` → `bool`: whether the agent's signer signed the
	/// receipt to its payer.
	SignedReceipt = 6,
	/// `(Part, IndexInfo, limit: u32)` → `Option<Fraud>`: what is wrong with a claim on its face.
	Form = 7,
	/// `(genesis: H256, Part, IndexInfo, limit: u32, Opening, taken down: bool)` → `Option<Option<Fraud>>`: `None` if the leaf is
	/// not in the index, else what it proves against a claim whose form is right.
	Opened = 8,
	/// `(Vec<Scored>, threshold: i64, limit: u32)` → `Vec<Scored>`: the rows that a true claim names.
	Top = 9,
	/// `(query: Vec<i8>, vector: Vec<i8>)` → `Option<i64>`: the score; `None` when the lengths differ.
	Score = 10,
	/// `(FeeSplit, Answer)` → `Vec<Line>`: who is paid from one fee, and why.
	Lines = 11,
	/// `(FeeSplit, agent: AccountId, Vec<(payer: AccountId, fee: u128, weighs: bool, Vec<Line>)>)` → `(Reserved, Vec<Payout>)`: what a
	/// batch pays; of each receipt the payer, whether what it pays mints weight, and who is paid from it except the agent.
	Settlement = 12,
	/// `(amount: u128, part: u128, whole: u128, weights: Vec<u128>)` → `Vec<u128>`: largest-remainder division.
	Division = 13,
	/// `(Weight, fast: u32, slow: u32, elapsed: u64)`, times in one unit → `Option<(Weight, standing: u128)>`: `None` if slow is not at
	/// least twice fast, or fast is 0.
	Weight = 14,
	/// `(hash, Commitment, leaves: Vec<(u32, Vec<u8>)>, proof: Vec<H256>)` → `bool`: whether all the leaves are in the tree.
	Leaves = 15,
	/// `(hash, SumCommitment, leaves: Vec<(u32, Vec<u8>, u128)>, proof: Vec<SumNode>)` → `bool`: the same with their amounts.
	SumLeaves = 16,
	/// `Attribution` → `Option<Fraud>`: what is wrong with it as a whole.
	Body = 17,
}

impl Question {
	/// Every question, by its number.
	pub const ALL: [Self; 18] = [
		Self::Leaf,
		Self::SumLeaf,
		Self::Receipt,
		Self::Payout,
		Self::Reserve,
		Self::Voucher,
		Self::SignedReceipt,
		Self::Form,
		Self::Opened,
		Self::Top,
		Self::Score,
		Self::Lines,
		Self::Settlement,
		Self::Division,
		Self::Weight,
		Self::Leaves,
		Self::SumLeaves,
		Self::Body,
	];
}

impl TryFrom<u32> for Question {
	type Error = Refusal;

	fn try_from(number: u32) -> Result<Self, Refusal> {
		Self::ALL.into_iter().find(|question| *question as u32 == number).ok_or(Refusal::NoSuchQuestion)
	}
}

/// The deepest nesting of an input.
const MAX_DEPTH: u32 = 16;

type Answered = Result<Vec<u8>, Refusal>;

/// Answers `question`, the number of a [`Question`], about `input`.
///
/// # Errors
///
/// A [`Refusal`]. Never panics, and allocates a small multiple of the input.
pub fn call(question: u32, input: &[u8]) -> Answered {
	match Question::try_from(question)? {
		Question::Leaf => answer(input, leaf),
		Question::SumLeaf => answer(input, sum_leaf),
		Question::Receipt => answer(input, receipt),
		Question::Payout => answer(input, payout),
		Question::Reserve => answer(input, |(split, batch): (FeeSplit, Batch)| Some(batch.reserved(&split).is_some())),
		Question::Voucher => answer(input, voucher),
		Question::SignedReceipt => answer(input, signed_receipt),
		Question::Form => {
			answer(input, |(part, index, limit): (Part, IndexInfo, u32)| Some(check_form(&part, &index, limit).err()))
		}
		Question::Opened => answer(input, opened),
		Question::Top => {
			answer(input, |(rows, threshold, limit): (Vec<Scored>, i64, u32)| Some(top_k(rows, threshold, limit)))
		}
		Question::Score => answer(input, |(query, vector): (Vec<i8>, Vec<i8>)| Some(dot(&query, &vector))),
		Question::Lines => answer(input, |(split, of): (FeeSplit, Answer<AccountId>)| of.lines(&split)),
		Question::Settlement => answer(input, settlement),
		Question::Division => answer(input, |(amount, part, whole, weights): (u128, u128, u128, Vec<u128>)| {
			apportion_part(amount, part, whole, &weights)
		}),
		Question::Weight => answer(input, weight),
		Question::Leaves => answer(input, leaves),
		Question::SumLeaves => answer(input, sum_leaves),
		Question::Body => answer(input, |body: Attribution| Some(check_body(&body).err())),
	}
}

type Batch = BatchClaim<AccountId>;
/// A receipt of a batch: payer, fee, whether the payer weighs, who is paid except the agent.
type Receipts = Vec<(AccountId, u128, bool, Vec<Line<AccountId>>)>;

/// Decodes the whole input, and encodes what `f` says; `None` means that the amounts overflow or contradict each other.
fn answer<I: DecodeLimit, O: Encode>(input: &[u8], f: impl FnOnce(I) -> Option<O>) -> Answered {
	let input = I::decode_all_with_depth_limit(MAX_DEPTH, &mut &*input).map_err(|_| Refusal::Malformed)?;
	f(input).map(|output| output.encode()).ok_or(Refusal::Inconsistent)
}

/// The hash of a tree.
#[derive(Decode)]
enum Hash {
	#[codec(index = 0)]
	Blake2b256,
	#[codec(index = 1)]
	Keccak256,
}

fn leaf((hash, tree, index, data, proof): (Hash, Commitment, u32, Vec<u8>, Vec<H256>)) -> Option<bool> {
	Some(match hash {
		Hash::Blake2b256 => tree.verify::<Blake2b256>(index, &data, &proof),
		Hash::Keccak256 => tree.verify::<Keccak256>(index, &data, &proof),
	})
}

fn sum_leaf(
	(hash, tree, index, data, amount, proof): (Hash, SumCommitment, u32, Vec<u8>, u128, Vec<SumNode>),
) -> Option<bool> {
	Some(match hash {
		Hash::Blake2b256 => tree.verify::<Blake2b256>(index, &data, amount, &proof),
		Hash::Keccak256 => tree.verify::<Keccak256>(index, &data, amount, &proof),
	})
}

type Leaves = Vec<(u32, Vec<u8>)>;
type SumLeaves = Vec<(u32, Vec<u8>, u128)>;

fn leaves((hash, tree, leaves, proof): (Hash, Commitment, Leaves, Vec<H256>)) -> Option<bool> {
	let leaves: Vec<(u32, &[u8])> = leaves.iter().map(|(index, data)| (*index, &data[..])).collect();
	Some(match hash {
		Hash::Blake2b256 => tree.verify_many::<Blake2b256>(&leaves, &proof),
		Hash::Keccak256 => tree.verify_many::<Keccak256>(&leaves, &proof),
	})
}

fn sum_leaves((hash, tree, leaves, proof): (Hash, SumCommitment, SumLeaves, Vec<SumNode>)) -> Option<bool> {
	let leaves: Vec<(u32, &[u8], u128)> =
		leaves.iter().map(|(index, data, amount)| (*index, &data[..], *amount)).collect();
	Some(match hash {
		Hash::Blake2b256 => tree.verify_many::<Blake2b256>(&leaves, &proof),
		Hash::Keccak256 => tree.verify_many::<Keccak256>(&leaves, &proof),
	})
}

fn receipt((genesis, batch, receipt, proof): (H256, Batch, Receipt<AccountId>, Vec<SumNode>)) -> Option<bool> {
	Some(batch.has_receipt(&Domain { genesis }, &receipt, &proof))
}

fn payout(
	(genesis, batch, PayoutProof { leaf, payout, proof }): (H256, Batch, PayoutProof<AccountId>),
) -> Option<bool> {
	Some(batch.has_payout(&Domain { genesis }, leaf, &payout, &proof))
}

fn voucher((genesis, voucher, signer, signature): (H256, Voucher<AccountId>, AccountId, Signature)) -> Option<bool> {
	let domain = Domain { genesis };
	let by_signer = |message: Vec<u8>| signature.verify(&message, &signer);
	Some(by_signer(voucher.payload(&domain)) || by_signer(voucher.wrapped_payload(&domain)))
}

fn signed_receipt(
	(genesis, agent, receipt, signer, signature): (H256, AccountId, Receipt<AccountId>, AccountId, Signature),
) -> Option<bool> {
	Some(signature.verify(&receipt.leaf(&Domain { genesis }, &agent), &signer))
}

fn opened(
	(genesis, part, index, limit, opening, taken_down): (H256, Part, IndexInfo, u32, Opening<AccountId>, bool),
) -> Option<Option<Option<Fraud>>> {
	let Opening { leaf, proof } = opening;
	let bytes = leaf.leaf(&Domain { genesis }, index.datanet, index.version);
	let state = if taken_down { RowState::TakenDown } else { RowState::Listed };
	let in_index = index.rows.verify::<Blake2b256>(leaf.row, &bytes, &proof);
	Some(in_index.then(|| check_leaf(&part, &index, &leaf, limit, state).err()))
}

fn settlement((split, agent, receipts): (FeeSplit, AccountId, Receipts)) -> Option<(Reserved, Vec<Payout<AccountId>>)> {
	let divided = |(payer, fee, weighs, lines)| Divided { payer, fee, weighs, lines };
	settle(&split, &agent, receipts.into_iter().map(divided))
}

fn weight((weight, fast, slow, elapsed): (Weight, u32, u32, u64)) -> Option<Option<(Weight, u128)>> {
	Some(Maturity::new(fast, slow).map(|maturity| {
		let rolled = weight.roll(&maturity, elapsed);
		(rolled, rolled.standing(&maturity))
	}))
}
