//! What curators judge, and how they commit to it before they show it (protocol §2, §3).

use crate::{
	hashing::{Blake2b256, Domain, Tag, TreeHash},
	ids::{ContributionId, DatanetId, TaskId},
	tree::plain::Commitment,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// The most items of a task: bit `i` of a bitmap is item `i`.
pub const MAX_ITEMS: u8 = 64;

/// What a committee decides.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Case {
	/// Whether the rows of a contribution are accepted.
	#[codec(index = 0)]
	Contribution {
		/// The datanet.
		datanet: DatanetId,
		/// The contribution.
		contribution: ContributionId,
	},
	/// Whether a row stays, against a notice.
	#[codec(index = 1)]
	Takedown {
		/// The datanet.
		datanet: DatanetId,
		/// The row.
		row: u32,
	},
}

impl Case {
	/// The datanet whose curators decide.
	pub fn datanet(self) -> DatanetId {
		match self {
			Self::Contribution { datanet, .. } | Self::Takedown { datanet, .. } => datanet,
		}
	}
}

/// What is wrong with items that are not good, from the lightest to the gravest.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Fault {
	/// They do not follow the schema. Costs nothing.
	#[codec(index = 0)]
	#[default]
	Malformed,
	/// They are worth little. Costs the bond.
	#[codec(index = 1)]
	LowQuality,
	/// They are others' rows. Costs more than the bond.
	#[codec(index = 2)]
	Copied,
	/// They were made to do harm. Costs the most.
	#[codec(index = 3)]
	Poisoned,
}

/// What a committee has decided.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
	/// The rows are accepted, or the row stays.
	#[codec(index = 0)]
	Accepted,
	/// They are not, or the row goes. `Malformed` unless two thirds of the committee say that it is worse.
	#[codec(index = 1)]
	Rejected(Fault),
}

/// What one curator says of the items of a task.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Judgement {
	/// The items that are good.
	pub good: u64,
	/// What is wrong with the others; means nothing when there are none.
	pub fault: Fault,
}

impl Judgement {
	/// What `who` commits to, bound to chain, task and curator: nobody can take over another's.
	pub fn commitment(&self, domain: &Domain, task: TaskId, who: &impl Encode, salt: &H256) -> H256 {
		Blake2b256::hash(&domain.seal(Tag::Judgement, &(task, who, self, salt)))
	}
}

/// The items of a task whose answers are known, and the answers.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Gold {
	/// The items that are gold.
	pub mask: u64,
	/// Those of them that are good.
	pub good: u64,
}

impl Gold {
	/// What the opener of a task commits to, bound to chain, datanet and opener.
	pub fn commitment(&self, domain: &Domain, datanet: DatanetId, opener: &impl Encode, salt: &H256) -> H256 {
		Blake2b256::hash(&domain.seal(Tag::Gold, &(datanet, opener, self, salt)))
	}
}

/// What a contributor commits to, bound to chain, datanet and contributor, before it shows that it has the rows.
pub fn seal_contribution(
	domain: &Domain,
	datanet: DatanetId,
	who: &impl Encode,
	rows: &Commitment,
	content: &H256,
	salt: &H256,
) -> H256 {
	Blake2b256::hash(&domain.seal(Tag::Contribution, &(datanet, who, rows, content, salt)))
}

#[cfg(test)]
mod tests {
	use super::*;

	const DOMAIN: Domain = Domain { genesis: H256([1; 32]) };
	const SALT: H256 = H256([7; 32]);

	#[test]
	fn a_commitment_is_of_one_chain_task_curator_judgement_and_salt() {
		let judgement = Judgement { good: 5, fault: Fault::Copied };
		let of = |domain: Domain, task, who: u64, judgement: Judgement, salt| {
			judgement.commitment(&domain, TaskId(task), &who, &salt)
		};
		let known = of(DOMAIN, 1, 2, judgement, SALT);
		assert_eq!(known, of(DOMAIN, 1, 2, judgement, SALT));
		for other in [
			of(Domain { genesis: H256([2; 32]) }, 1, 2, judgement, SALT),
			of(DOMAIN, 2, 2, judgement, SALT),
			of(DOMAIN, 1, 3, judgement, SALT),
			of(DOMAIN, 1, 2, Judgement { good: 4, ..judgement }, SALT),
			of(DOMAIN, 1, 2, Judgement { fault: Fault::Poisoned, ..judgement }, SALT),
			of(DOMAIN, 1, 2, judgement, H256([8; 32])),
		] {
			assert_ne!(known, other);
		}
	}

	#[test]
	fn faults_are_ordered_by_gravity() {
		assert!(Fault::Malformed < Fault::LowQuality);
		assert!(Fault::LowQuality < Fault::Copied && Fault::Copied < Fault::Poisoned);
	}
}
