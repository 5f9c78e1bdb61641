//! What makes a claim false: each refutation is a function of the claim and at most one opened leaf.

use super::{dot, rank};
use crate::attribution::{Attribution, IndexInfo, IndexLeaf, Part, Scored, MAX_TOP};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;

/// Why a claim is false.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Fraud {
	/// A named row's score is not the dot product of query and vector.
	#[codec(index = 0)]
	WrongScore,
	/// A row that belongs in the claim is missing.
	#[codec(index = 1)]
	Omitted,
	/// Two rows of one cluster are named.
	#[codec(index = 2)]
	ClusterTwice,
	/// The rows are not ordered by falling score, ties to the lower row.
	#[codec(index = 3)]
	BadOrder,
	/// A named row's cluster is not that of its leaf.
	#[codec(index = 4)]
	WrongCluster,
	/// The query is not of the index's dimension.
	#[codec(index = 5)]
	WrongDimension,
	/// A named row scores below the threshold.
	#[codec(index = 6)]
	BelowThreshold,
	/// A named row does not exist in the index.
	#[codec(index = 7)]
	NoSuchRow,
	/// The index does not exist.
	#[codec(index = 8)]
	NoSuchIndex,
	/// One row is named twice.
	#[codec(index = 9)]
	RowTwice,
	/// More rows are named than a full claim has.
	#[codec(index = 10)]
	TooManyRows,
	/// A named row had been taken down.
	#[codec(index = 11)]
	TakenDown,
	/// Two parts name the same index for the same pool, so that its rows would be paid more than once.
	#[codec(index = 12)]
	PartTwice,
	/// The receipt's number is not that of its place in the batch.
	#[codec(index = 13)]
	WrongSequence,
	/// The receipt's fee is not the amount that its leaf adds to the batch.
	#[codec(index = 14)]
	WrongFee,
	/// The agent signed another receipt with this number to the payer.
	#[codec(index = 15)]
	SignedOtherwise,
	/// The fee is above what the payer's terms allow for these tokens.
	#[codec(index = 16)]
	Overpriced,
	/// The receipt names a block after that of the batch.
	#[codec(index = 17)]
	FromTheFuture,
}

/// Blocks after a takedown in which a claim may name the row or leave it out: an answer that is being written then was
/// begun before. Five minutes.
pub const TAKEDOWN_GRACE: u32 = 50;

/// Whether a row counted when an answer was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowState {
	/// It did.
	Listed,
	/// It had been taken down a moment ago: nobody is blamed for naming it, nor for leaving it out.
	Leaving,
	/// It had been taken down: it earns nothing, and nobody is blamed for leaving it out.
	TakenDown,
}

impl RowState {
	/// The state at block `at`, the one that a receipt names, of a row that was taken down in block `since`, if ever.
	pub fn at(at: u32, since: Option<u32>) -> Self {
		match since {
			Some(since) if at >= since.saturating_add(TAKEDOWN_GRACE) => Self::TakenDown,
			Some(since) if at >= since => Self::Leaving,
			_ => Self::Listed,
		}
	}
}

/// What is wrong with an attribution as a whole, before any part is looked at.
pub fn check_body(body: &Attribution) -> Result<(), Fraud> {
	for (position, part) in body.parts.iter().enumerate() {
		let same = |other: &Part| (other.index, other.pool) == (part.index, part.pool);
		if body.parts.iter().take(position).any(same) {
			return Err(Fraud::PartTwice);
		}
	}
	Ok(())
}

/// What is wrong with a claim on its face, before any leaf is opened. `limit` is the number of rows that a full claim
/// has; a part has room for [`MAX_TOP`], so a greater limit counts as that.
pub fn check_form(part: &Part, index: &IndexInfo, limit: u32) -> Result<(), Fraud> {
	if part.query.len() != usize::from(index.dim) {
		return Err(Fraud::WrongDimension);
	}
	if part.top.len() > limit as usize {
		return Err(Fraud::TooManyRows);
	}
	for (position, named) in part.top.iter().enumerate() {
		let earlier = || part.top.iter().take(position);
		// A repeated row must fall here: an opened leaf is compared with one entry only.
		if earlier().any(|other| other.row == named.row) {
			return Err(Fraud::RowTwice);
		}
		if named.row >= index.rows.count {
			return Err(Fraud::NoSuchRow);
		}
		if named.score < index.threshold {
			return Err(Fraud::BelowThreshold);
		}
		if earlier().any(|other| other.cluster == named.cluster) {
			return Err(Fraud::ClusterTwice);
		}
	}
	let ordered = part.top.windows(2).all(|pair| match pair {
		[a, b] => rank(a, b) == Ordering::Less,
		_ => true,
	});
	if ordered {
		Ok(())
	} else {
		Err(Fraud::BadOrder)
	}
}

/// What one opened leaf proves against a claim. `Ok` means that the leaf agrees with the claim.
///
/// The caller has verified that `leaf` is leaf `leaf.row` of the index, and [`check_form`] holds. `limit` is the number
/// of rows that a full claim has, as there; `state` is that of the row when the answer was given.
pub fn check_leaf<AccountId>(
	part: &Part,
	index: &IndexInfo,
	leaf: &IndexLeaf<AccountId>,
	limit: u32,
	state: RowState,
) -> Result<(), Fraud> {
	let named = part.top.iter().find(|named| named.row == leaf.row);
	match (state, named) {
		(RowState::TakenDown, Some(_)) => return Err(Fraud::TakenDown),
		(RowState::TakenDown | RowState::Leaving, None) => return Ok(()),
		(RowState::Leaving | RowState::Listed, _) => {}
	}
	// A leaf of another dimension has no score. Its publisher broke the index, but whoever names it claims falsely.
	let Some(score) = dot(&part.query, &leaf.vector) else {
		return if named.is_some() { Err(Fraud::WrongScore) } else { Ok(()) };
	};
	match named {
		Some(named) if named.score != score => Err(Fraud::WrongScore),
		Some(named) if named.cluster != leaf.cluster => Err(Fraud::WrongCluster),
		None if belongs(part, index, &Scored { row: leaf.row, cluster: leaf.cluster, score }, limit) => {
			Err(Fraud::Omitted)
		}
		_ => Ok(()),
	}
}

/// Whether a row that a claim does not name should be in it.
fn belongs(part: &Part, index: &IndexInfo, row: &Scored, limit: u32) -> bool {
	let better_than = |named: &Scored| rank(row, named) == Ordering::Less;
	if row.score < index.threshold {
		return false;
	}
	match part.top.iter().find(|named| named.cluster == row.cluster) {
		// Its cluster is represented: the best of a cluster must be the one that is named.
		Some(named) => better_than(named),
		None if part.top.len() < limit.min(MAX_TOP) as usize => true,
		None => part.top.last().is_some_and(better_than),
	}
}
