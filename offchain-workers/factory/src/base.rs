//! The frozen weights that an adapter is trained over, in f32.

use crate::error::TrainError;
use openledger_openlora::matrix::Matrix;
use openledger_openlora::model::LinearId;
use openledger_openlora::spec::{Activation, Block, NormKind, Position, RopeScaling};
use openledger_openlora::{DecoderSpec, Model, Target};

/// The weights of one block.
pub(crate) struct BaseLayer {
	/// Scale of the norm before attention, [width].
	pub(crate) attention_norm: Vec<f32>,
	/// Scale of the norm before the feed-forward part, [width].
	pub(crate) ffn_norm: Vec<f32>,
	linears: Vec<Matrix>,
}

impl BaseLayer {
	/// The weight of one linear layer, [outputs, inputs].
	pub(crate) fn linear(&self, target: Target) -> &Matrix {
		&self.linears[target as usize]
	}
}

/// All weights of a model whose arithmetic is LLaMA's: RMS norms, plain rotary positions, SwiGLU, no biases.
pub(crate) struct Base {
	/// Token embeddings, [vocab, width].
	pub(crate) embedding: Matrix,
	/// The blocks, first to last.
	pub(crate) layers: Vec<BaseLayer>,
	/// Scale of the final norm, [width].
	pub(crate) norm: Vec<f32>,
	/// Base of the rotary frequencies.
	pub(crate) rope_base: f32,
	head: Option<Matrix>,
}

impl Base {
	/// Reads the weights of `model`.
	///
	/// # Errors
	/// [`TrainError::Model`] for a model that is not of this kind, or whose files are broken.
	pub(crate) fn load(model: &Model) -> Result<Self, TrainError> {
		let spec = model.spec();
		let rope_base = trainable(spec).map_err(|what| TrainError::Model(format!("{what} cannot be trained yet")))?;
		let dense = |_: LinearId, rows: usize, cols: usize, read: &mut dyn FnMut(usize, &mut [f32])| {
			let mut data = vec![0.0; rows * cols];
			data.chunks_exact_mut(cols).enumerate().for_each(|(i, row)| read(i, row));
			Ok(Matrix::new(rows, cols, data))
		};
		let weights = model.weights(&dense, &|_| {}).map_err(|e| TrainError::Model(e.to_string()))?;
		let missing = || TrainError::Model("a linear layer is missing".into());
		let mut layers = Vec::with_capacity(spec.layers);
		for layer in weights.layers {
			let mut linears = Vec::with_capacity(Target::ALL.len());
			for dense in layer.linears {
				let dense = dense.ok_or_else(missing)?;
				if dense.bias.is_some() {
					return Err(TrainError::Model("a linear layer with a bias cannot be trained yet".into()));
				}
				linears.push(dense.weight.ok_or_else(missing)?);
			}
			let ffn_norm = layer.mlp_norm.ok_or_else(missing)?.scale;
			layers.push(BaseLayer { attention_norm: layer.attention_norm.scale, ffn_norm, linears });
		}
		let mut table = vec![0.0; spec.vocab * spec.width];
		table.chunks_exact_mut(spec.width).enumerate().for_each(|(i, row)| weights.embedding.read(i, row));
		let embedding = Matrix::new(spec.vocab, spec.width, table).ok_or_else(missing)?;
		let head = match spec.tied_embeddings {
			true => None,
			false => Some(weights.head.weight.ok_or_else(missing)?),
		};
		Ok(Self { embedding, layers, norm: weights.norm.scale, rope_base, head })
	}

	/// The output projection, [vocab, width]; the embedding table where the two are tied.
	pub(crate) fn head(&self) -> &Matrix {
		self.head.as_ref().unwrap_or(&self.embedding)
	}
}

impl std::fmt::Debug for Base {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Base").field("layers", &self.layers.len()).finish_non_exhaustive()
	}
}

/// The base of the rotary frequencies, or what the gradient here does not know.
fn trainable(spec: &DecoderSpec) -> Result<f32, &'static str> {
	let Position::Rope(rope) = &spec.position else { return Err("a model without rotary positions") };
	let plain = [
		(spec.norm == NormKind::Rms, "a model with layer norms"),
		(spec.block == Block::Sequential, "a model with parallel blocks"),
		(spec.gated && spec.activation == Activation::Silu, "a model without SwiGLU"),
		(!spec.qk_norm && !spec.post_norms && !spec.embedding_norm, "a model with norms of queries, keys or outputs"),
		(rope.scaling == RopeScaling::None && !rope.interleaved, "a model with scaled or interleaved rotary positions"),
		(rope.dims == spec.head_dim, "a model with partly rotated heads"),
		(spec.windows.iter().all(Option::is_none), "a model with sliding windows"),
		(spec.attention_softcap.is_none() && spec.logit_softcap.is_none(), "a model with capped scores"),
		(spec.embedding_scale == 1.0 && spec.logit_scale == 1.0, "a model with scaled embeddings or logits"),
		(spec.attention_scale == 1.0 / (spec.head_dim as f32).sqrt(), "a model with another scale of attention"),
	];
	match plain.into_iter().find(|(holds, _)| !holds) {
		Some((_, what)) => Err(what),
		None => Ok(rope.base),
	}
}

/// The name that PEFT gives a target of such a model, such as `q_proj`.
pub(crate) fn name(target: Target) -> &'static str {
	match target {
		Target::Query => "q_proj",
		Target::Key => "k_proj",
		Target::Value => "v_proj",
		Target::Output => "o_proj",
		Target::Gate => "gate_proj",
		Target::Up => "up_proj",
		Target::Down => "down_proj",
	}
}

/// The full path of a module, such as `model.layers.3.self_attn.q_proj`.
pub(crate) fn module(layer: usize, target: Target) -> String {
	let part = match target {
		Target::Query | Target::Key | Target::Value | Target::Output => "self_attn",
		Target::Gate | Target::Up | Target::Down => "mlp",
	};
	format!("model.layers.{layer}.{part}.{}", name(target))
}
