//! `DecoderSpec`: one description of a decoder that covers every family, as its files give it.
//!
//! A block is `x += post(attention(norm(x)))`, then `x += post(mlp(norm(x)))`; with [`Block::Parallel`] both parts read the
//! same `x`. What a family does not have is `None`, and the forward pass skips it.
//!
//! | family | norms | positions | attention | feed-forward part | else |
//! |---|---|---|---|---|---|
//! | [`Family::Llama`] | RMS | rotation, scaled: linear, llama3, yarn | grouped heads, `attention_bias` | SiLU gate, `mlp_bias` | |
//! | [`Family::Mistral`] | RMS | rotation | grouped heads, window | SiLU gate | |
//! | [`Family::Qwen2`] | RMS | rotation, yarn | grouped heads, biases of q, k, v, windows from `max_window_layers` on | SiLU gate | |
//! | [`Family::Qwen3`] | RMS, of each head's q and k too | rotation, yarn | grouped heads, windows | SiLU gate | |
//! | [`Family::ChatGlm`] | RMS | half of each head, neighbouring pairs | fused q‖k‖v, biases of q, k, v | fused gate‖up, SiLU | |
//! | [`Family::Glm`] | RMS | half of each head, neighbouring pairs | grouped heads, biases of q, k, v | fused gate‖up, SiLU | |
//! | [`Family::Glm4`] | RMS before and after | as Glm | as Glm | as Glm | |
//! | [`Family::Gemma`] | RMS, 1 + scale | rotation | own head width | GELU (tanh) gate | embeddings · √width, tied |
//! | [`Family::Gemma2`] | RMS, 1 + scale, before and after | rotation | softcap, own scale, every other window | GELU (tanh) gate | as Gemma, softcap of logits |
//! | [`Family::Falcon`] | layer, one or two of a parallel block | rotation or ALiBi | one, few or all key heads, fused by groups | GELU | tied |
//! | [`Family::Bloom`] | layer, of embeddings too | ALiBi | fused by heads, biases | GELU (tanh), biases | tied |
//! | [`Family::Gpt2`] | layer | learned table | fused q‖k‖v, biases, stored transposed | GELU (tanh), biases | tied |
//!
//! Fields of a configuration that would change the arithmetic in a way that is not in this table are refused by name.

mod checks;
mod config;
mod fields;
mod gguf;
mod position;

pub use gguf::GgufHeader;
pub use position::{Position, Rope, RopeScaling};

use crate::modules::Target;

/// The families that are read. Several names of files map to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
	/// LLaMA 1 to 3, and what shares its arithmetic: DeepSeek LLM and Coder (dense), SmolLM.
	Llama,
	/// Mistral 7B, with or without its sliding window.
	Mistral,
	/// Qwen 2 and 2.5.
	Qwen2,
	/// Qwen 3 (dense).
	Qwen3,
	/// ChatGLM 2 and 3, GLM-4 9B in the layout of its authors: fused projections.
	ChatGlm,
	/// GLM-4 9B in the layout of `transformers`.
	Glm,
	/// GLM-4 0414: norms after attention and feed-forward part too.
	Glm4,
	/// Gemma.
	Gemma,
	/// Gemma 2.
	Gemma2,
	/// Falcon: 7B, 40B and RW.
	Falcon,
	/// BLOOM.
	Bloom,
	/// GPT-2.
	Gpt2,
}

/// How a hidden state is normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
	/// x / sqrt(mean(x²) + eps) · scale.
	Rms,
	/// (x − mean) / sqrt(variance + eps) · scale + bias.
	Layer,
}

/// How the parts of a block are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
	/// Attention, then the feed-forward part of what it left.
	Sequential,
	/// Both read the block's input (Falcon). Without a norm of its own, the feed-forward part reads attention's.
	Parallel,
}

/// The function between the feed-forward projections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
	/// x · sigmoid(x).
	Silu,
	/// GELU by the error function.
	Gelu,
	/// GELU by tanh: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).
	GeluTanh,
}

/// Shape and constants of a decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct DecoderSpec {
	/// The family, for messages and for the names of modules.
	pub family: Family,
	/// Number of blocks.
	pub layers: usize,
	/// Width of the residual stream.
	pub width: usize,
	/// Inner width of the feed-forward part.
	pub ffn_width: usize,
	/// Query heads.
	pub heads: usize,
	/// Key and value heads; divides `heads`.
	pub kv_heads: usize,
	/// Width of one head.
	pub head_dim: usize,
	/// Number of token ids, the rows of the embedding table.
	pub vocab: usize,
	/// Positions the model was trained for.
	pub context: usize,
	/// How positions enter.
	pub position: Position,
	/// The kind of all norms but that of queries and keys, which is [`NormKind::Rms`] where there is one.
	pub norm: NormKind,
	/// Added to the mean square or the variance.
	pub norm_eps: f32,
	/// Whether each head of queries and keys is RMS-normalised before the rotation (Qwen 3).
	pub qk_norm: bool,
	/// Whether the outputs of attention and feed-forward part are normalised before they are added (Gemma 2, GLM-4 0414).
	pub post_norms: bool,
	/// How a block is put together.
	pub block: Block,
	/// Whether the feed-forward part has a norm of its own; `false` only in parallel blocks that share attention's.
	pub mlp_norm: bool,
	/// Whether the feed-forward part has a gate: `down(act(gate(x)) · up(x))`, else `down(act(up(x)))`.
	pub gated: bool,
	/// Its activation.
	pub activation: Activation,
	/// Factor of the products of queries and keys, 1/√head_dim in most families.
	pub attention_scale: f32,
	/// Scores become `cap · tanh(score / cap)` (Gemma 2).
	pub attention_softcap: Option<f32>,
	/// For each block, how many tokens back a token sees, itself included; `None` for all.
	pub windows: Vec<Option<usize>>,
	/// Embeddings are multiplied by this (Gemma: √width).
	pub embedding_scale: f32,
	/// Whether embeddings are normalised (BLOOM).
	pub embedding_norm: bool,
	/// Logits are multiplied by this.
	pub logit_scale: f32,
	/// Logits become `cap · tanh(logit / cap)` (Gemma 2).
	pub logit_softcap: Option<f32>,
	/// Whether the output projection is the embedding table.
	pub tied_embeddings: bool,
	/// Which linear layers have a bias, by [`Target`]. GGUF does not say it: there it is read off the tensors.
	pub biases: [bool; 7],
}

impl DecoderSpec {
	/// Whether a linear layer has a bias.
	pub fn bias(&self, target: Target) -> bool {
		self.biases[target as usize]
	}

	/// Width of all query heads together.
	pub fn query_width(&self) -> usize {
		self.heads * self.head_dim
	}

	/// Width of all key heads together, which is also that of all value heads.
	pub fn kv_width(&self) -> usize {
		self.kv_heads * self.head_dim
	}

	/// The frequency of each rotated pair and the factor on cosines and sines; `None` in models without rotation.
	pub fn inverse_frequencies(&self) -> Option<(Vec<f32>, f32)> {
		match &self.position {
			Position::Rope(rope) => Some(rope.inverse_frequencies()),
			Position::Alibi(_) | Position::Learned => None,
		}
	}
}

/// 1/√n, rounded once.
pub(crate) fn inverse_root(n: usize) -> f32 {
	(1.0 / (n as f64).sqrt()) as f32
}
