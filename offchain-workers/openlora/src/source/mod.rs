//! Where each tensor of a model lies in its files: which tensor, which of its rows, and whether it is stored transposed.
//!
//! [`folder`] and [`gguf`] say how a family's tensors are called. Here the names are looked up and the shapes are checked, and
//! what is left over is refused: nothing in a file is silently ignored.

mod folder;
mod gguf;
mod rows;

pub(crate) use rows::{Columns, RowSource};

use crate::error::LoadError;
use crate::modules::{Rows, Target};
use crate::spec::{DecoderSpec, NormKind, Position};
use openledger_formats::{FormatError, TensorSet, TensorView};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Names of the tensors of a model. What a family does not have is not looked at.
struct Names {
	/// The tensor of token embeddings.
	embedding: String,
	/// The tensor of learned positions.
	positions: String,
	/// The norm of the embeddings, without `.weight`.
	embedding_norm: String,
	/// The final norm, without `.weight`.
	norm: String,
	/// The tensor of the output projection, if it is not the embedding table.
	head: String,
	/// Names of the blocks.
	layers: Vec<LayerNames>,
	/// Tensors that may be there and say nothing.
	harmless: fn(&DecoderSpec, &str) -> bool,
	/// Whether a norm's scale is stored less 1.
	norm_offset: bool,
}

/// Names of the norms of a block, without `.weight`, and its modules.
struct LayerNames {
	attention_norm: String,
	qk_norm: [String; 2],
	post_attention_norm: String,
	mlp_norm: String,
	post_mlp_norm: String,
	modules: Vec<Stored>,
}

/// A module of a file: one tensor with the rows of one role or several, without `.weight`.
struct Stored {
	name: String,
	transposed: bool,
	parts: Vec<(Target, Rows)>,
}

/// All tensors of a model, found and of the right shapes.
pub(crate) struct Source {
	pub(crate) embedding: TensorView,
	pub(crate) positions: Option<TensorView>,
	pub(crate) embedding_norm: Option<NormSource>,
	pub(crate) layers: Vec<LayerSource>,
	pub(crate) norm: NormSource,
	pub(crate) head: RowSource,
}

/// The tensors of a block.
pub(crate) struct LayerSource {
	pub(crate) attention_norm: NormSource,
	pub(crate) qk_norm: Option<[NormSource; 2]>,
	pub(crate) post_attention_norm: Option<NormSource>,
	pub(crate) mlp_norm: Option<NormSource>,
	pub(crate) post_mlp_norm: Option<NormSource>,
	pub(crate) linears: [Option<LinearSource>; 7],
}

/// A linear layer.
pub(crate) struct LinearSource {
	pub(crate) weight: RowSource,
	/// The tensor of the module's bias and which of its values are the layer's.
	pub(crate) bias: Option<(TensorView, Rows)>,
}

/// A norm.
pub(crate) struct NormSource {
	pub(crate) scale: TensorView,
	pub(crate) bias: Option<TensorView>,
	/// Added to the scale.
	pub(crate) offset: f32,
}

impl Source {
	/// The tensors of a folder of Hugging Face.
	pub(crate) fn of_folder(set: &TensorSet, spec: &DecoderSpec) -> Result<Self, LoadError> {
		Finder::new(set).source(spec, folder::names(spec))
	}

	/// The tensors of a GGUF file.
	pub(crate) fn of_gguf(set: &TensorSet, spec: &DecoderSpec) -> Result<Self, LoadError> {
		Finder::new(set).source(spec, gguf::names(spec))
	}
}

/// Looks tensors up and remembers which were.
struct Finder<'a> {
	set: &'a TensorSet,
	path: Arc<Path>,
	names: HashSet<String>,
	used: HashSet<String>,
}

impl<'a> Finder<'a> {
	fn new(set: &'a TensorSet) -> Self {
		let names = set.names().map(|name| name.into_owned()).collect();
		Self { set, path: set.path().into(), names, used: HashSet::new() }
	}

	fn source(mut self, spec: &DecoderSpec, names: Names) -> Result<Source, LoadError> {
		let offset = if names.norm_offset { 1.0 } else { 0.0 };
		let layer_norm = spec.norm == NormKind::Layer;
		let mut layers = Vec::with_capacity(spec.layers);
		for layer in &names.layers {
			layers.push(self.layer(spec, layer, offset)?);
		}
		let embedding = self.tensor(&names.embedding, &[spec.vocab, spec.width])?;
		let head = match spec.tied_embeddings {
			true => embedding.clone(),
			false => self.tensor(&names.head, &[spec.vocab, spec.width])?,
		};
		let source = Source {
			positions: match spec.position {
				Position::Learned => Some(self.tensor(&names.positions, &[spec.context, spec.width])?),
				_ => None,
			},
			embedding_norm: match spec.embedding_norm {
				true => Some(self.norm(&names.embedding_norm, spec.width, layer_norm, offset)?),
				false => None,
			},
			layers,
			norm: self.norm(&names.norm, spec.width, layer_norm, offset)?,
			head: RowSource::whole(self.path.clone(), head),
			embedding,
		};
		self.refuse_rest(spec, names.harmless)?;
		Ok(source)
	}

	fn layer(&mut self, spec: &DecoderSpec, names: &LayerNames, offset: f32) -> Result<LayerSource, LoadError> {
		let layer_norm = spec.norm == NormKind::Layer;
		let mut norm = |name: &str, wanted: bool| match wanted {
			true => self.norm(name, spec.width, layer_norm, offset).map(Some),
			false => Ok(None),
		};
		let post_attention_norm = norm(&names.post_attention_norm, spec.post_norms)?;
		let mlp_norm = norm(&names.mlp_norm, spec.mlp_norm)?;
		let post_mlp_norm = norm(&names.post_mlp_norm, spec.post_norms)?;
		let attention_norm = self.norm(&names.attention_norm, spec.width, layer_norm, offset)?;
		let [query, key] = &names.qk_norm;
		let qk_norm = match spec.qk_norm {
			true => {
				let query = self.norm(query, spec.head_dim, false, offset)?;
				Some([query, self.norm(key, spec.head_dim, false, offset)?])
			}
			false => None,
		};
		let mut linears: [Option<LinearSource>; 7] = Default::default();
		for module in &names.modules {
			self.module(spec, module, &mut linears)?;
		}
		Ok(LayerSource { attention_norm, qk_norm, post_attention_norm, mlp_norm, post_mlp_norm, linears })
	}

	fn module(
		&mut self,
		spec: &DecoderSpec,
		module: &Stored,
		linears: &mut [Option<LinearSource>; 7],
	) -> Result<(), LoadError> {
		let outputs: usize = module.parts.iter().map(|(_, rows)| rows.len()).sum();
		let Some(inputs) = module.parts.first().map(|(target, _)| target.shape(spec).1) else { return Ok(()) };
		let shape = if module.transposed { [inputs, outputs] } else { [outputs, inputs] };
		let weight = self.tensor(&format!("{}.weight", module.name), &shape)?;
		let bias = match module.parts.iter().any(|(target, _)| spec.bias(*target)) {
			true => Some(self.tensor(&format!("{}.bias", module.name), &[outputs])?),
			false => None,
		};
		for (target, rows) in &module.parts {
			linears[*target as usize] = Some(LinearSource {
				weight: RowSource::new(self.path.clone(), weight.clone(), rows.clone(), module.transposed),
				bias: bias.clone().map(|bias| (bias, rows.clone())),
			});
		}
		Ok(())
	}

	fn norm(&mut self, name: &str, width: usize, bias: bool, offset: f32) -> Result<NormSource, LoadError> {
		let scale = self.tensor(&format!("{name}.weight"), &[width])?;
		let bias = match bias {
			true => Some(self.tensor(&format!("{name}.bias"), &[width])?),
			false => None,
		};
		Ok(NormSource { scale, bias, offset })
	}

	fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<TensorView, LoadError> {
		// A base model saved alone has no `model.` or `transformer.` before its names.
		let name = match name.split_once('.') {
			Some((_, bare)) if !self.names.contains(name) && self.names.contains(bare) => bare,
			_ => name,
		};
		if !self.names.contains(name) {
			return Err(tensor_error(&self.path, name, "is missing"));
		}
		let view = self.set.tensor(name).map_err(format_error)?;
		if view.shape() != shape {
			let reason = format!("has the shape {:?}, not {shape:?}", view.shape());
			return Err(tensor_error(&self.path, name, reason));
		}
		self.used.insert(name.to_owned());
		Ok(view)
	}

	/// Refuses tensors that nothing reads, unless they say nothing.
	fn refuse_rest(&self, spec: &DecoderSpec, harmless: fn(&DecoderSpec, &str) -> bool) -> Result<(), LoadError> {
		let rest = self.names.iter().filter(|name| !self.used.contains(*name) && !harmless(spec, name));
		match rest.min() {
			None => Ok(()),
			Some(name) => {
				let shown: String = name.chars().take(100).collect();
				let reason = format!("is not part of a {:?} model with this configuration", spec.family);
				Err(tensor_error(&self.path, &shown, reason))
			}
		}
	}
}

pub(crate) fn tensor_error(path: &Path, tensor: &str, reason: impl Into<String>) -> LoadError {
	LoadError::Tensor { path: path.into(), tensor: tensor.into(), reason: reason.into() }
}

/// An error of the file's format as one of loading.
pub(crate) fn format_error(error: FormatError) -> LoadError {
	LoadError::Malformed { path: error.path, reason: error.problem.to_string() }
}
