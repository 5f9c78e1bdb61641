//! From the modules of PEFT to the linear layers of a decoder: fused projections are cut by [`Module::parts`].
//!
//! [`Module::parts`]: crate::modules::Module

use super::layout::{BaseLayout, Place};
use super::peft::{ModuleLora, PeftAdapter, TokenRows};
use super::{Adapter, AdapterInfo, Delta, EmbeddingDelta, LoraPair, NormDelta, NormId};
use crate::error::LoadError;
use crate::matrix::Matrix;
use crate::modules::{Rows, Target};
use crate::spec::Family;
use std::collections::BTreeMap;
use std::path::PathBuf;

impl Adapter {
	/// The form of `peft` in which a backend builds it.
	///
	/// # Errors
	/// [`LoadError::Tensor`] if it was not read for this base, or changes a part of the model in two ways at once.
	pub fn assemble(name: &str, peft: &PeftAdapter, base: &BaseLayout) -> Result<Self, LoadError> {
		let mut adapter = Self {
			info: AdapterInfo {
				name: name.into(),
				hash: peft.hash,
				rank: peft.rank,
				alpha: peft.alpha,
				targets: Vec::new(),
				parameters: peft.parameters(),
			},
			layers: vec![Default::default(); base.spec().layers],
			head: None,
			embedding: None,
			norms: Vec::new(),
		};
		let mut assembler = Assembler { base, adapter: &mut adapter, norms: BTreeMap::new() };
		for (path, lora) in &peft.loras {
			assembler.add_lora(path, lora)?;
		}
		for (path, weight) in &peft.weights {
			assembler.replace_weight(path, weight)?;
		}
		for (path, bias) in &peft.biases {
			assembler.replace_bias(path, bias)?;
		}
		for (path, rows) in &peft.tokens {
			match base.place(path) {
				Some(Place::Head) => assembler.head().rows = Some(rows.clone()),
				_ => assembler.set_embedding(path, EmbeddingDelta::Rows(rows.clone()))?,
			}
		}
		adapter.norms = assembler.norms.into_iter().collect();
		let changes = |target: &Target| adapter.layers.iter().any(|layer| layer[*target as usize].is_some());
		adapter.info.targets = Target::ALL.into_iter().filter(changes).collect();
		Ok(adapter)
	}
}

struct Assembler<'a> {
	base: &'a BaseLayout,
	adapter: &'a mut Adapter,
	norms: BTreeMap<NormId, NormDelta>,
}

impl Assembler<'_> {
	fn head(&mut self) -> &mut Delta {
		self.adapter.head.get_or_insert_default()
	}

	fn delta(&mut self, layer: usize, target: Target) -> &mut Delta {
		self.adapter.layers[layer][target as usize].get_or_insert_default()
	}

	/// Backends keep this part as it is, so it must not keep the whole file in memory.
	fn set_embedding(&mut self, path: &str, delta: EmbeddingDelta) -> Result<(), LoadError> {
		let delta = match delta {
			EmbeddingDelta::Lora { a, b, scale } => EmbeddingDelta::Lora { a: a.compact(), b: b.compact(), scale },
			EmbeddingDelta::Rows(TokenRows { tokens, rows }) => {
				EmbeddingDelta::Rows(TokenRows { tokens, rows: rows.compact() })
			}
			EmbeddingDelta::Table(table) => EmbeddingDelta::Table(table.compact()),
		};
		match self.adapter.embedding.replace(delta) {
			None => Ok(()),
			Some(_) => Err(misfit(path, "is changed in two ways at once")),
		}
	}

	fn add_lora(&mut self, path: &str, lora: &ModuleLora) -> Result<(), LoadError> {
		let base = self.base;
		match base.place(path) {
			Some(Place::Linear { layer, module }) => {
				for (target, rows) in &base.module(layer, module).parts {
					let b = select(&lora.b, rows).ok_or_else(|| misfit(path, "has not the rows of the base model"))?;
					let bias = lora.bias.as_deref().map(|bias| pick(bias, rows));
					let pair = LoraPair { a: lora.a.clone(), b, scale: lora.scale, bias };
					let delta = self.delta(layer, *target);
					delta.pairs.push(pair);
					delta.magnitude = lora.magnitude.as_deref().map(|magnitude| pick(magnitude, rows));
				}
			}
			Some(Place::Head) => {
				let head = self.head();
				let ModuleLora { a, b, scale, bias, magnitude } = lora.clone();
				head.pairs.push(LoraPair { a, b, scale, bias });
				head.magnitude = magnitude;
			}
			Some(Place::Embedding) => {
				let ModuleLora { a, b, scale, .. } = lora.clone();
				self.set_embedding(path, EmbeddingDelta::Lora { a, b, scale })?;
			}
			Some(Place::Norm(_)) | None => return Err(misfit(path, "is no linear module of the base model")),
		}
		Ok(())
	}

	fn replace_weight(&mut self, path: &str, weight: &Matrix) -> Result<(), LoadError> {
		let base = self.base;
		match base.place(path) {
			Some(Place::Linear { layer, module }) => {
				let module = base.module(layer, module);
				let upright = if module.transposed { transpose(weight) } else { Some(weight.clone()) };
				for (target, rows) in &module.parts {
					let part = upright.as_ref().and_then(|weight| select(weight, rows));
					let part = part.ok_or_else(|| misfit(path, "has not the rows of the base model"))?;
					self.delta(layer, *target).weight = Some(part);
				}
			}
			Some(Place::Head) => self.head().weight = Some(weight.clone()),
			Some(Place::Embedding) => self.set_embedding(path, EmbeddingDelta::Table(weight.clone()))?,
			Some(Place::Norm(id)) => {
				let one = if matches!(base.spec().family, Family::Gemma | Family::Gemma2) { 1.0 } else { 0.0 };
				let scale = weight.data().iter().map(|value| one + value).collect();
				self.norms.entry(id).or_default().scale = Some(scale);
			}
			None => return Err(misfit(path, "is no module of the base model")),
		}
		Ok(())
	}

	fn replace_bias(&mut self, path: &str, bias: &[f32]) -> Result<(), LoadError> {
		let base = self.base;
		match base.place(path) {
			Some(Place::Linear { layer, module }) => {
				for (target, rows) in &base.module(layer, module).parts {
					self.delta(layer, *target).bias = Some(pick(bias, rows));
				}
			}
			Some(Place::Head) => self.head().bias = Some(bias.to_vec()),
			Some(Place::Norm(id)) => self.norms.entry(id).or_default().bias = Some(bias.to_vec()),
			Some(Place::Embedding) | None => return Err(misfit(path, "has no bias")),
		}
		Ok(())
	}
}

fn misfit(path: &str, reason: &str) -> LoadError {
	LoadError::Tensor { path: PathBuf::from("adapter"), tensor: path.into(), reason: reason.into() }
}

/// The rows of a matrix that belong to a part; neighbours are borrowed.
fn select(matrix: &Matrix, rows: &Rows) -> Option<Matrix> {
	match rows {
		Rows::Range(range) => matrix.slice(range.clone()),
		Rows::Blocks { .. } => {
			let count = rows.iter().count();
			let mut values = Vec::with_capacity(count * matrix.cols());
			for row in rows.iter() {
				values.extend_from_slice(matrix.slice(row..row + 1)?.data());
			}
			Matrix::new(count, matrix.cols(), values)
		}
	}
}

/// The values of a vector that belong to a part.
fn pick(vector: &[f32], rows: &Rows) -> Vec<f32> {
	rows.iter().filter_map(|row| vector.get(row).copied()).collect()
}

fn transpose(matrix: &Matrix) -> Option<Matrix> {
	let (rows, cols) = (matrix.rows(), matrix.cols());
	let values = (0..cols).flat_map(|col| (0..rows).map(move |row| matrix.row(row)[col])).collect();
	Matrix::new(cols, rows, values)
}
