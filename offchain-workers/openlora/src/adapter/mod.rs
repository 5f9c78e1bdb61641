//! Adapters: which layers they change, and by what; where they come from and how they are kept.

mod assemble;
mod cache;
mod config;
mod ensemble;
mod file;
mod layout;
mod loader;
mod matching;
mod peft;
mod philox;
mod registry;

pub use cache::{AdapterCache, AdapterError, CacheOptions, Lookup, Resident};
pub use config::{Bias, Modules, PeftConfig};
pub use ensemble::{MajoritySign, Method, Recipe, RecipeError};
pub use file::AdapterFile;
pub use layout::{BaseLayout, Place};
pub use peft::{ModuleLora, PeftAdapter, TokenRows};
pub use registry::CacheStats;

use crate::error::LoadError;
use crate::matrix::Matrix;
use crate::model::Model;
use crate::modules::Target;
use std::path::Path;

/// A low-rank change of one linear layer: `y += scale · ((x · aᵀ) · bᵀ + bias)`.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraPair {
	/// [rank, inputs].
	pub a: Matrix,
	/// [outputs, rank].
	pub b: Matrix,
	/// alpha / rank, or alpha / √rank with rsLoRA.
	pub scale: f32,
	/// The bias of `b` (`lora_bias`), [outputs].
	pub bias: Option<Vec<f32>>,
}

/// Everything an adapter does to one linear layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delta {
	/// Low-rank changes, applied in this order; one if there is a magnitude.
	pub pairs: Vec<LoraPair>,
	/// DoRA: the length that each row of the changed weight is scaled to, [outputs].
	pub magnitude: Option<Vec<f32>>,
	/// Takes the place of the layer's bias, [outputs].
	pub bias: Option<Vec<f32>>,
	/// Takes the place of the layer's weight (`modules_to_save`), [outputs, inputs].
	pub weight: Option<Matrix>,
	/// Takes the place of some rows of the weight; only of the output projection.
	pub rows: Option<TokenRows>,
}

/// A norm of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NormId {
	/// Of the embeddings.
	Embedding,
	/// Before attention of this block.
	Attention(usize),
	/// Of attention's output.
	PostAttention(usize),
	/// Before the feed-forward part.
	Mlp(usize),
	/// Of the feed-forward part's output.
	PostMlp(usize),
	/// Before the output projection.
	Final,
}

/// What takes the place of a norm's weights, [width] each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NormDelta {
	/// The scale; Gemma's `1 + scale` is added already.
	pub scale: Option<Vec<f32>>,
	/// The bias.
	pub bias: Option<Vec<f32>>,
}

/// What an adapter does to the embedding table.
#[derive(Debug, Clone, PartialEq)]
pub enum EmbeddingDelta {
	/// Row `t` changes by `scale · b · a[.., t]`.
	Lora {
		/// [rank, vocab].
		a: Matrix,
		/// [width, rank].
		b: Matrix,
		/// As in [`LoraPair`].
		scale: f32,
	},
	/// These rows take the place of the table's (`trainable_token_indices`), [rows, width].
	Rows(TokenRows),
	/// The whole table (`modules_to_save`), [vocab, width].
	Table(Matrix),
}

/// What is known of an adapter without its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterInfo {
	/// The name it is requested by.
	pub name: String,
	/// BLAKE3 of the safetensors file.
	pub hash: [u8; 32],
	/// The rank of `adapter_config.json`, before patterns.
	pub rank: usize,
	/// The alpha of `adapter_config.json`, before patterns.
	pub alpha: f32,
	/// The linear layers it changes.
	pub targets: Vec<Target>,
	/// Number of weights.
	pub parameters: usize,
}

/// An adapter whose shapes fit the model it was loaded for.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapter {
	info: AdapterInfo,
	layers: Vec<[Option<Delta>; 7]>,
	head: Option<Delta>,
	embedding: Option<EmbeddingDelta>,
	norms: Vec<(NormId, NormDelta)>,
}

impl Adapter {
	/// Reads the PEFT adapter in `folder` for `model`. For many adapters, make the [`BaseLayout`] once and use
	/// [`Adapter::read`].
	///
	/// # Errors
	/// As [`Adapter::read`].
	pub fn load(name: &str, folder: &Path, model: &Model) -> Result<Self, LoadError> {
		Self::read(name, folder, &BaseLayout::new(model.spec(), |layer| model.modules(layer)))
	}

	/// Reads the PEFT adapter in `folder` for a base of this layout.
	///
	/// # Errors
	/// [`LoadError`] if a file cannot be read, or is malformed, or asks for what is not supported, or does not fit the base.
	pub fn read(name: &str, folder: &Path, base: &BaseLayout) -> Result<Self, LoadError> {
		Self::assemble(name, &PeftAdapter::read(folder, base, None)?, base)
	}

	/// What is known of it without its weights.
	pub fn info(&self) -> &AdapterInfo {
		&self.info
	}

	/// The change of one linear layer, if it is changed. Panics if there is no such layer.
	pub fn delta(&self, layer: usize, target: Target) -> Option<&Delta> {
		self.layers[layer][target as usize].as_ref()
	}

	/// The change of the output projection.
	pub fn head(&self) -> Option<&Delta> {
		self.head.as_ref()
	}

	/// The change of the embedding table.
	pub fn embedding(&self) -> Option<&EmbeddingDelta> {
		self.embedding.as_ref()
	}

	/// The norms it changes, each once.
	pub fn norms(&self) -> &[(NormId, NormDelta)] {
		&self.norms
	}

	/// Whether all it does is to add low-rank terms, so that it can be weighted and be applied beside others.
	pub fn is_additive(&self) -> bool {
		let replaces = |delta: &Delta| {
			delta.magnitude.is_some() || delta.bias.is_some() || delta.weight.is_some() || delta.rows.is_some()
		};
		let mut deltas = self.layers.iter().flatten().flatten().chain(&self.head);
		let table = matches!(self.embedding, None | Some(EmbeddingDelta::Lora { .. }));
		table && self.norms.is_empty() && !deltas.any(replaces)
	}
}
