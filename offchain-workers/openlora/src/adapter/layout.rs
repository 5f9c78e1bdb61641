//! Where the modules of a base model lie, by the paths that adapters use: those of `transformers`.

use super::NormId;
use crate::modules::{embedding_module, head_module, modules, Module};
use crate::spec::{DecoderSpec, Family, NormKind};
use std::collections::HashMap;

/// What is at a path of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
	/// The `module`th linear module of a block.
	Linear {
		/// The block.
		layer: usize,
		/// Index within the block's modules.
		module: usize,
	},
	/// The output projection.
	Head,
	/// The embedding table.
	Embedding,
	/// A norm.
	Norm(NormId),
}

/// The modules of a base model that adapters can change.
#[derive(Debug, Clone)]
pub struct BaseLayout {
	spec: DecoderSpec,
	layers: Vec<Vec<Module>>,
	places: HashMap<String, Place>,
	embedding: String,
	head: String,
}

/// Paths of the norms.
struct Names {
	layers: &'static str,
	final_norm: &'static str,
	embedding_norm: Option<&'static str>,
	attention: &'static [&'static str],
	post_attention: Option<&'static str>,
	mlp: &'static [&'static str],
	post_mlp: Option<&'static str>,
}

/// The names of LLaMA, which most families share.
const LLAMA: Names = Names {
	layers: "model.layers",
	final_norm: "model.norm",
	embedding_norm: None,
	attention: &["input_layernorm"],
	post_attention: None,
	mlp: &["post_attention_layernorm"],
	post_mlp: None,
};

impl Names {
	fn of(family: Family) -> Self {
		match family {
			Family::Gemma2 => Self {
				post_attention: Some("post_attention_layernorm"),
				mlp: &["pre_feedforward_layernorm"],
				post_mlp: Some("post_feedforward_layernorm"),
				..LLAMA
			},
			Family::Glm4 => {
				Self { post_attention: Some("post_self_attn_layernorm"), post_mlp: Some("post_mlp_layernorm"), ..LLAMA }
			}
			Family::ChatGlm => Self {
				layers: "transformer.encoder.layers",
				final_norm: "transformer.encoder.final_layernorm",
				..LLAMA
			},
			Family::Falcon => Self {
				layers: "transformer.h",
				final_norm: "transformer.ln_f",
				attention: &["input_layernorm", "ln_attn"],
				mlp: &["post_attention_layernorm", "ln_mlp"],
				..LLAMA
			},
			Family::Bloom => Self {
				layers: "transformer.h",
				final_norm: "transformer.ln_f",
				embedding_norm: Some("transformer.word_embeddings_layernorm"),
				..LLAMA
			},
			Family::Gpt2 => Self {
				layers: "transformer.h",
				final_norm: "transformer.ln_f",
				attention: &["ln_1"],
				mlp: &["ln_2"],
				..LLAMA
			},
			_ => LLAMA,
		}
	}
}

impl BaseLayout {
	/// The layout of a model of this shape.
	pub fn of(spec: &DecoderSpec) -> Self {
		Self::new(spec, |layer| modules(spec, layer))
	}

	/// The layout of a model of this shape, whose blocks have these linear modules.
	pub fn new(spec: &DecoderSpec, modules: impl Fn(usize) -> Vec<Module>) -> Self {
		let names = Names::of(spec.family);
		let (embedding, head) = (embedding_module(spec.family), head_module(spec.family));
		let layers: Vec<Vec<Module>> = (0..spec.layers).map(modules).collect();
		let mut places = HashMap::new();
		for (layer, modules) in layers.iter().enumerate() {
			let linears = modules.iter().enumerate();
			places.extend(linears.map(|(module, m)| (m.path.clone(), Place::Linear { layer, module })));
			let post_attention = spec.post_norms.then_some(names.post_attention).flatten();
			let post_mlp = spec.post_norms.then_some(names.post_mlp).flatten();
			let norms = names.attention.iter().map(|name| (*name, NormId::Attention(layer)));
			let norms = norms.chain(names.mlp.iter().map(|name| (*name, NormId::Mlp(layer))));
			let norms = norms.chain(post_attention.map(|name| (name, NormId::PostAttention(layer))));
			let norms = norms.chain(post_mlp.map(|name| (name, NormId::PostMlp(layer))));
			places.extend(norms.map(|(name, id)| (format!("{}.{layer}.{name}", names.layers), Place::Norm(id))));
		}
		places.insert(names.final_norm.into(), Place::Norm(NormId::Final));
		places.extend(names.embedding_norm.map(|name| (name.into(), Place::Norm(NormId::Embedding))));
		places.insert(embedding.into(), Place::Embedding);
		places.insert(head.into(), Place::Head);
		Self { spec: spec.clone(), layers, places, embedding: embedding.into(), head: head.into() }
	}

	/// The shape of the model.
	pub fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	/// What is at `path`.
	pub fn place(&self, path: &str) -> Option<Place> {
		self.places.get(path).copied()
	}

	/// Path of the embedding table.
	pub fn embedding(&self) -> &str {
		&self.embedding
	}

	/// Path of the output projection.
	pub fn head(&self) -> &str {
		&self.head
	}

	/// A linear module. Panics if there is none.
	pub fn module(&self, layer: usize, module: usize) -> &Module {
		&self.layers[layer][module]
	}

	/// All linear modules of the blocks.
	pub fn modules(&self) -> impl Iterator<Item = &Module> {
		self.layers.iter().flatten()
	}

	/// Whether the module at `path` has a bias.
	pub fn has_bias(&self, path: &str) -> bool {
		match self.place(path) {
			Some(Place::Linear { layer, module }) => {
				self.module(layer, module).parts.iter().any(|(target, _)| self.spec.bias(*target))
			}
			Some(Place::Norm(_)) => self.spec.norm == NormKind::Layer,
			_ => false,
		}
	}

	/// Outputs and inputs of the module at `path`; of the table, [vocab, width]; of a norm, [width, 1].
	pub fn shape(&self, path: &str) -> Option<(usize, usize)> {
		Some(match self.place(path)? {
			Place::Linear { layer, module } => module_shape(self.module(layer, module), &self.spec),
			Place::Head | Place::Embedding => (self.spec.vocab, self.spec.width),
			Place::Norm(_) => (self.spec.width, 1),
		})
	}
}

/// Outputs and inputs of a linear module, all its roles together.
fn module_shape(module: &Module, spec: &DecoderSpec) -> (usize, usize) {
	let inputs = module.parts.first().map_or(0, |(target, _)| target.shape(spec).1);
	(module.parts.iter().map(|(_, rows)| rows.len()).sum(), inputs)
}
