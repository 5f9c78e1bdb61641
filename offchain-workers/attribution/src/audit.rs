//! Finding the opening that refutes a false claim.

use crate::index::{RetrievalIndex, PARALLEL_FROM};
use openledger_primitives::{
	attribution::{IndexInfo, IndexLeaf, Part},
	referee::{check_form, check_leaf, Fraud, RowState},
	tree::plain::Commitment,
};
use rayon::prelude::*;
use sp_core::H256;
use sp_runtime::AccountId32;

/// What refutes a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
	/// Why the claim is false.
	pub fraud: Fraud,
	/// The leaf to open and its proof. `None` when the claim is false on its face.
	pub opening: Option<(IndexLeaf<AccountId32>, Vec<H256>)>,
}

/// Why a claim cannot be audited here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
	/// The index at hand is not the one that the chain knows, so that its openings would prove nothing.
	#[error("the index at hand has the root {:?} over {} rows, the chain's has {:?} over {}", .local.root, .local.count, .chain.root, .chain.count)]
	OtherIndex {
		/// The rows at hand.
		local: Commitment,
		/// The rows that the chain knows.
		chain: Commitment,
	},
}

/// What refutes `part`, a claim about the index that the chain knows as `info` and that is at hand as `index`; `None`
/// when the claim is true. `limit` is the number of rows that a full claim has, `state` that of a row when the answer
/// was given.
///
/// It looks at the claim's form, then at the rows it names, then at all others, and opens the first leaf that refutes.
/// Whether the query is that of the question is not seen here: encode the question and compare.
pub fn audit_part(
	part: &Part,
	info: &IndexInfo,
	index: &RetrievalIndex,
	limit: u32,
	state: impl Fn(u32) -> RowState + Sync,
) -> Result<Option<Finding>, AuditError> {
	let local = index.commitment();
	if local != info.rows {
		return Err(AuditError::OtherIndex { local, chain: info.rows });
	}
	if let Err(fraud) = check_form(part, info, limit) {
		return Ok(Some(Finding { fraud, opening: None }));
	}
	let refutes = |leaf: &IndexLeaf<AccountId32>| {
		let fraud = check_leaf(part, info, leaf, limit, state(leaf.row)).err()?;
		Some((fraud, leaf.row))
	};
	let named = part.top.iter().filter_map(|named| index.leaf(named.row)).find_map(refutes);
	let found = named.or_else(|| {
		if index.leaves().len() < PARALLEL_FROM {
			index.leaves().iter().find_map(refutes)
		} else {
			index.leaves().par_iter().find_map_first(refutes)
		}
	});
	Ok(found.map(|(fraud, row)| Finding { fraud, opening: index.prove(row) }))
}
