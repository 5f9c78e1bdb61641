//! Training manifests: what an adapter was trained from (protocol §4).

use crate::{
	content::ContentHash,
	hashing::{Blake2b256, Domain, Tag, TreeHash},
	ids::{DatanetId, ModelId},
	tree::plain::Commitment,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// The most datanet versions that one adapter is trained on.
pub const MAX_TRAINING_DATA: u32 = 8;

/// A frozen datanet version, with the rows that it commits to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct TrainingData {
	/// The datanet.
	pub datanet: DatanetId,
	/// Its version.
	pub version: u32,
	/// Root and number of the version's rows.
	pub rows: Commitment,
}

/// What an adapter was trained from and how. Whoever has the data and the recipe can train it again.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Manifest {
	/// The base model.
	pub base: ModelId,
	/// The weights of the base.
	pub base_weights: ContentHash,
	/// What it was trained on, in the order of training.
	pub data: BoundedVec<TrainingData, ConstU32<MAX_TRAINING_DATA>>,
	/// The file with the options of training, seed among them.
	pub recipe: ContentHash,
	/// The adapter's weights.
	pub adapter: ContentHash,
}

impl Manifest {
	/// The hash that the model registry keeps.
	pub fn commitment(&self, domain: &Domain) -> H256 {
		Blake2b256::hash(&domain.seal(Tag::Manifest, self))
	}
}
