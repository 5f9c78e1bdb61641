//! The linear layers of a decoder, by their role, and how the modules of a Hugging Face model map to them.
//!
//! A module such as GPT-2's `c_attn` holds several roles in one matrix. [`Module::parts`] says which rows of its output belong
//! to which role, so that weights and adapters (whose `B` has the same rows) are cut in the same way.

use crate::spec::{DecoderSpec, Family};

/// A linear layer of a block that an adapter can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(usize)]
pub enum Target {
	/// Attention queries, [query_width, width].
	Query = 0,
	/// Attention keys, [kv_width, width].
	Key = 1,
	/// Attention values, [kv_width, width].
	Value = 2,
	/// Attention output, [width, query_width].
	Output = 3,
	/// Feed-forward gate, [ffn_width, width]; only in gated models.
	Gate = 4,
	/// Feed-forward up projection, [ffn_width, width].
	Up = 5,
	/// Feed-forward down projection, [width, ffn_width].
	Down = 6,
}

impl Target {
	/// All targets, in the order of their discriminants.
	pub const ALL: [Self; 7] = [Self::Query, Self::Key, Self::Value, Self::Output, Self::Gate, Self::Up, Self::Down];

	/// Outputs and inputs of the layer.
	pub fn shape(self, spec: &DecoderSpec) -> (usize, usize) {
		match self {
			Self::Query => (spec.query_width(), spec.width),
			Self::Key | Self::Value => (spec.kv_width(), spec.width),
			Self::Output => (spec.width, spec.query_width()),
			Self::Gate | Self::Up => (spec.ffn_width, spec.width),
			Self::Down => (spec.width, spec.ffn_width),
		}
	}
}

/// A linear module of a Hugging Face model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
	/// Its path within the model, such as `model.layers.3.self_attn.q_proj`.
	pub path: String,
	/// Whether the weight is stored [inputs, outputs] (`Conv1D` of GPT-2).
	pub transposed: bool,
	/// The roles it holds: for each, which rows of its output are the rows of the role, in the role's order.
	pub parts: Vec<(Target, Rows)>,
}

/// Which rows of a module's output belong to a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
	/// These, one after another.
	Range(std::ops::Range<usize>),
	/// Blocks of `size` rows beginning at each of `starts` (heads that are interleaved with others').
	Blocks {
		/// The first row of each block.
		starts: Vec<usize>,
		/// Rows of a block.
		size: usize,
	},
}

impl Rows {
	/// How many rows.
	pub fn len(&self) -> usize {
		match self {
			Self::Range(range) => range.len(),
			Self::Blocks { starts, size } => starts.len() * size,
		}
	}

	/// Whether there is none.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// The module's row that is the role's row `index`; `None` if there are not so many.
	pub fn get(&self, index: usize) -> Option<usize> {
		match self {
			Self::Range(range) => range.clone().nth(index),
			Self::Blocks { starts, size } => starts.get(index.checked_div(*size)?).map(|start| start + index % size),
		}
	}

	/// The rows, in the role's order.
	pub fn iter(&self) -> Box<dyn Iterator<Item = usize> + '_> {
		match self {
			Self::Range(range) => Box::new(range.clone()),
			Self::Blocks { starts, size } => Box::new(starts.iter().flat_map(move |start| *start..start + size)),
		}
	}
}

/// The linear modules of one block, by the names they have in `transformers` (for [`Family::ChatGlm`], in the authors' code).
pub fn modules(spec: &DecoderSpec, layer: usize) -> Vec<Module> {
	let whole = |path: String, target: Target| Module {
		path,
		transposed: false,
		parts: vec![(target, Rows::Range(0..target.shape(spec).0))],
	};
	match spec.family {
		Family::Llama | Family::Mistral | Family::Qwen2 | Family::Qwen3 | Family::Gemma | Family::Gemma2 => {
			separate(layer, true).map(|(path, target)| whole(path, target)).collect()
		}
		Family::Glm | Family::Glm4 => {
			let mut modules: Vec<Module> = separate(layer, false).map(|(path, target)| whole(path, target)).collect();
			let path = format!("model.layers.{layer}.mlp.gate_up_proj");
			modules.push(Module { path, transposed: false, parts: in_order(spec, &[Target::Gate, Target::Up]) });
			modules
		}
		Family::ChatGlm => {
			let block = format!("transformer.encoder.layers.{layer}");
			let qkv = in_order(spec, &[Target::Query, Target::Key, Target::Value]);
			vec![
				Module { path: format!("{block}.self_attention.query_key_value"), transposed: false, parts: qkv },
				whole(format!("{block}.self_attention.dense"), Target::Output),
				Module {
					path: format!("{block}.mlp.dense_h_to_4h"),
					transposed: false,
					parts: in_order(spec, &[Target::Gate, Target::Up]),
				},
				whole(format!("{block}.mlp.dense_4h_to_h"), Target::Down),
			]
		}
		Family::Falcon | Family::Bloom => {
			let block = format!("transformer.h.{layer}");
			vec![
				Module {
					path: format!("{block}.self_attention.query_key_value"),
					transposed: false,
					parts: by_groups(spec),
				},
				whole(format!("{block}.self_attention.dense"), Target::Output),
				whole(format!("{block}.mlp.dense_h_to_4h"), Target::Up),
				whole(format!("{block}.mlp.dense_4h_to_h"), Target::Down),
			]
		}
		Family::Gpt2 => {
			let block = format!("transformer.h.{layer}");
			let parts = [
				("attn.c_attn", vec![Target::Query, Target::Key, Target::Value]),
				("attn.c_proj", vec![Target::Output]),
				("mlp.c_fc", vec![Target::Up]),
				("mlp.c_proj", vec![Target::Down]),
			];
			let module = |(name, targets): (&str, Vec<Target>)| Module {
				path: format!("{block}.{name}"),
				transposed: true,
				parts: in_order(spec, &targets),
			};
			parts.into_iter().map(module).collect()
		}
	}
}

/// The module of the output projection.
pub fn head_module(family: Family) -> &'static str {
	match family {
		Family::ChatGlm => "transformer.output_layer",
		_ => "lm_head",
	}
}

/// The module of the token embeddings.
pub fn embedding_module(family: Family) -> &'static str {
	match family {
		Family::ChatGlm => "transformer.embedding.word_embeddings",
		Family::Falcon | Family::Bloom => "transformer.word_embeddings",
		Family::Gpt2 => "transformer.wte",
		_ => "model.embed_tokens",
	}
}

fn separate(layer: usize, gate: bool) -> impl Iterator<Item = (String, Target)> {
	let names = [
		("self_attn.q_proj", Target::Query),
		("self_attn.k_proj", Target::Key),
		("self_attn.v_proj", Target::Value),
		("self_attn.o_proj", Target::Output),
		("mlp.gate_proj", Target::Gate),
		("mlp.up_proj", Target::Up),
		("mlp.down_proj", Target::Down),
	];
	let wanted = move |target: Target| gate || !matches!(target, Target::Gate | Target::Up);
	names
		.into_iter()
		.filter(move |(_, target)| wanted(*target))
		.map(move |(name, target)| (format!("model.layers.{layer}.{name}"), target))
}

/// Roles whose rows lie one after another.
pub(crate) fn in_order(spec: &DecoderSpec, targets: &[Target]) -> Vec<(Target, Rows)> {
	let mut start = 0;
	let mut parts = Vec::with_capacity(targets.len());
	for target in targets {
		let end = start + target.shape(spec).0;
		parts.push((*target, Rows::Range(start..end)));
		start = end;
	}
	parts
}

/// Falcon and BLOOM: for each key head its query heads, the key head, the value head.
fn by_groups(spec: &DecoderSpec) -> Vec<(Target, Rows)> {
	let (dim, group) = (spec.head_dim, spec.heads / spec.kv_heads);
	let starts = |heads: std::ops::Range<usize>| {
		let place = move |kv_head: usize| {
			let heads = heads.clone();
			heads.map(move |head| (kv_head * (group + 2) + head) * dim)
		};
		Rows::Blocks { starts: (0..spec.kv_heads).flat_map(place).collect(), size: dim }
	};
	vec![
		(Target::Query, starts(0..group)),
		(Target::Key, starts(group..group + 1)),
		(Target::Value, starts(group + 1..group + 2)),
	]
}
