//! What the pallet stores.

use crate::pallet::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use openledger_primitives::{licence::MAX_SPDX, Balance, DatanetId, Licence, ModelId};
use scale_info::TypeInfo;
use sp_core::H256;

/// The most accounts that share in a model.
pub const MAX_SHARES: u32 = 8;
/// The most parents of a model.
pub const MAX_PARENTS: u32 = 16;
/// The most members of an ensemble.
pub const MAX_MEMBERS: u32 = 8;
/// The most steps from a model to its remotest ancestor.
pub const MAX_DEPTH: u8 = 8;
/// The most ancestors of a model, near and remote.
pub const MAX_ANCESTORS: u32 = 128;
/// The most redirects that the target of a new one may lead over.
pub const MAX_REDIRECTS: u8 = 8;
/// The most datanet versions that an adapter names.
pub const MAX_DATA: u32 = 8;
/// The most kinds of weights that an adapter changes.
pub const MAX_TARGETS: u32 = 16;
/// What the shares of a split add up to, in basis points, and the greatest score, in ten-thousandths.
pub const WHOLE: u32 = 10_000;

const _: () = assert!(WHOLE <= u16::MAX as u32, "one account must be able to have everything");

/// An SPDX licence identifier such as `Apache-2.0`.
pub type Spdx = BoundedVec<u8, ConstU32<MAX_SPDX>>;
/// Who has which share of what a model earns, in basis points that add up to [`WHOLE`].
pub type Split<AccountId> = BoundedVec<(AccountId, u16), ConstU32<MAX_SHARES>>;
/// The models, apart from its base, that a model comes from.
pub type Parents = BoundedVec<ModelId, ConstU32<MAX_PARENTS>>;
/// The members of an ensemble, ascending, with their weights: 10,000 is 1.0.
pub type Members = BoundedVec<(ModelId, u16), ConstU32<MAX_MEMBERS>>;
/// All models that a model descends from, ascending.
pub type Ancestors = BoundedVec<ModelId, ConstU32<MAX_ANCESTORS>>;

/// The architecture of a base model.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
	/// LLaMA.
	#[codec(index = 0)]
	Llama,
	/// Mistral.
	#[codec(index = 1)]
	Mistral,
	/// Qwen.
	#[codec(index = 2)]
	Qwen,
	/// ChatGLM.
	#[codec(index = 3)]
	ChatGlm,
	/// DeepSeek.
	#[codec(index = 4)]
	DeepSeek,
	/// Gemma.
	#[codec(index = 5)]
	Gemma,
	/// Falcon.
	#[codec(index = 6)]
	Falcon,
	/// BLOOM.
	#[codec(index = 7)]
	Bloom,
	/// GPT-2.
	#[codec(index = 8)]
	Gpt2,
	/// None of these; the configuration says which.
	#[codec(index = 9)]
	Other,
}

/// Weights that an adapter changes, in each layer that has them.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Target {
	/// Projection to queries.
	#[codec(index = 0)]
	Query,
	/// Projection to keys.
	#[codec(index = 1)]
	Key,
	/// Projection to values.
	#[codec(index = 2)]
	Value,
	/// Projection to queries, keys and values in one matrix.
	#[codec(index = 3)]
	QueryKeyValue,
	/// Projection of what attention gives.
	#[codec(index = 4)]
	Output,
	/// Gate of the feed-forward network.
	#[codec(index = 5)]
	Gate,
	/// First matrix of the feed-forward network.
	#[codec(index = 6)]
	Up,
	/// Gate and first matrix of the feed-forward network in one.
	#[codec(index = 7)]
	GateUp,
	/// Last matrix of the feed-forward network.
	#[codec(index = 8)]
	Down,
	/// Token embeddings.
	#[codec(index = 9)]
	Embedding,
	/// Projection to the vocabulary.
	#[codec(index = 10)]
	Head,
}

/// What a model is.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum ModelKind {
	/// A whole model.
	#[codec(index = 0)]
	Base {
		/// Its architecture.
		family: Family,
		/// Hash of its configuration.
		config: H256,
		/// BLAKE3 root of its weights.
		weights: H256,
		/// BLAKE3 root of its tokenizer.
		tokenizer: H256,
	},
	/// A low-rank change of a base model.
	#[codec(index = 1)]
	Adapter {
		/// The base model.
		base: ModelId,
		/// Rank of the change.
		rank: u16,
		/// What it changes, ascending.
		targets: BoundedVec<Target, ConstU32<MAX_TARGETS>>,
		/// BLAKE3 root of its weights.
		weights: H256,
		/// Hash of the manifest that says how it was trained.
		manifest: H256,
		/// The datanet versions that it was trained on.
		data: BoundedVec<(DatanetId, u32), ConstU32<MAX_DATA>>,
	},
	/// An attribution index of a datanet version.
	#[codec(index = 2)]
	Index {
		/// The datanet.
		datanet: DatanetId,
		/// Its version.
		version: u32,
		/// Hash of the encoder that made the vectors.
		encoder: H256,
	},
	/// Adapters over one base that answer together: the sum of their changes, each times its weight.
	#[codec(index = 3)]
	Ensemble {
		/// The adapters and their weights.
		members: Members,
	},
}

impl ModelKind {
	/// The base model of an adapter.
	pub fn base(&self) -> Option<ModelId> {
		match self {
			Self::Adapter { base, .. } => Some(*base),
			Self::Base { .. } | Self::Index { .. } | Self::Ensemble { .. } => None,
		}
	}

	/// The members of an ensemble.
	pub fn members(&self) -> &[(ModelId, u16)] {
		match self {
			Self::Ensemble { members } => members,
			Self::Base { .. } | Self::Adapter { .. } | Self::Index { .. } => &[],
		}
	}

	/// The datanet versions that the model is made from.
	pub fn sources(&self) -> impl Iterator<Item = (DatanetId, u32)> + '_ {
		let (data, index) = match self {
			Self::Base { .. } | Self::Ensemble { .. } => (&[][..], None),
			Self::Adapter { data, .. } => (data.as_slice(), None),
			Self::Index { datanet, version, .. } => (&[][..], Some((*datanet, *version))),
		};
		data.iter().copied().chain(index)
	}

	/// Whether the model generates text.
	pub fn generates(&self) -> bool {
		!matches!(self, Self::Index { .. })
	}

	/// Whether both are bases, adapters, indexes or ensembles.
	pub fn is_like(&self, other: &Self) -> bool {
		core::mem::discriminant(self) == core::mem::discriminant(other)
	}
}

/// What an owner says of a model when it is registered.
pub struct Registration<AccountId> {
	/// What the model is.
	pub kind: ModelKind,
	/// Its licence.
	pub licence: Spdx,
	/// Price of 1,000 tokens of a prompt, in planck.
	pub price_in: Balance,
	/// Price of 1,000 tokens of an answer, in planck.
	pub price_out: Balance,
	/// Who shares in what it earns.
	pub split: Split<AccountId>,
	/// What it comes from, apart from its base.
	pub parents: Parents,
}

/// A model.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, CloneNoBound, PartialEqNoBound, EqNoBound, DebugNoBound)]
#[scale_info(skip_type_params(T))]
#[codec(mel_bound(T: Config))]
pub struct Model<T: Config> {
	/// Who sets price and split.
	pub owner: T::AccountId,
	/// What the model is.
	pub kind: ModelKind,
	/// The licence that it is offered under.
	pub licence: Licence,
	/// Price of 1,000 tokens of a prompt, in planck.
	pub price_in: Balance,
	/// Price of 1,000 tokens of an answer, in planck.
	pub price_out: Balance,
	/// Who shares in what it earns.
	pub split: Split<T::AccountId>,
	/// What it comes from, apart from its base.
	pub parents: Parents,
	/// Steps to its remotest ancestor: 0 without any, at most [`MAX_DEPTH`].
	pub depth: u8,
	/// Whether agents may no longer offer it.
	pub deprecated: bool,
	/// Whether a dispute found that it is not its owner's own work. Such a model is deprecated and has no deposit.
	pub unoriginal: bool,
	/// The open dispute about whether it is.
	pub disputed: Option<DisputeId>,
	/// What is held from the owner for the model, in planck.
	pub deposit: Balance,
}

/// The result of a model in a test suite, by the word of one attestor.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Evaluation<BlockNumber> {
	/// The score, in ten-thousandths.
	pub score: u32,
	/// Hash of the report that says how it came about.
	pub report: H256,
	/// What is held from the attestor, in planck.
	pub bond: Balance,
	/// The block of the evaluation.
	pub at: BlockNumber,
	/// The open dispute about it.
	pub disputed: Option<DisputeId>,
}

/// A dispute.
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
pub struct DisputeId(pub u32);

impl DisputeId {
	/// The identifier after this one, or `None` when the space is used up.
	pub fn next(self) -> Option<Self> {
		self.0.checked_add(1).map(Self)
	}
}

/// What a dispute is about.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Subject<AccountId> {
	/// Whether the score of an evaluation is true. The attestor is accused.
	#[codec(index = 0)]
	Evaluation {
		/// The model.
		model: ModelId,
		/// Hash of the test suite.
		suite: H256,
		/// Who attested to the score.
		attestor: AccountId,
	},
	/// Whether a model is its owner's own work. The owner is accused.
	#[codec(index = 1)]
	Originality {
		/// The model.
		model: ModelId,
		/// The older model that it is a copy of, if that is registered.
		original: Option<ModelId>,
	},
}

/// An open dispute.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Dispute<AccountId, BlockNumber> {
	/// What it is about.
	pub subject: Subject<AccountId>,
	/// Who opened it.
	pub disputant: AccountId,
	/// Hash of the evidence.
	pub evidence: H256,
	/// What is held from the disputant, in planck.
	pub bond: Balance,
	/// The block in which it was opened.
	pub at: BlockNumber,
}
