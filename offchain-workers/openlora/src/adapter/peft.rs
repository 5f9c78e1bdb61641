//! Adapters as PEFT writes them, module by module: every tensor is taken or refused by name.
//!
//! Names are `base_model.model.<module>.` and `lora_A.weight`, `lora_B.weight`, `lora_B.bias`, `lora_magnitude_vector`,
//! `lora_embedding_A`, `lora_embedding_B`, `token_adapter.trainable_tokens_delta`, `weight` and `bias` (replaced ones), and
//! `base_layer.weight`, `base_layer.bias` where the module has a low-rank change too.

use super::config::{Bias, Modules, PeftConfig};
use super::file::AdapterFile;
use super::layout::{BaseLayout, Place};
use super::matching::{ends_with, Matcher};
use crate::error::LoadError;
use crate::matrix::Matrix;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What all names begin with.
const PREFIX: &str = "base_model.model.";

/// A low-rank change of one module as PEFT has it: fused projections are whole.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleLora {
	/// [rank, inputs]; of the embedding table, [rank, vocab].
	pub a: Matrix,
	/// [outputs, rank]; of the embedding table, [width, rank].
	pub b: Matrix,
	/// Factor of the change.
	pub scale: f32,
	/// The bias of `B`, [outputs].
	pub bias: Option<Vec<f32>>,
	/// DoRA's lengths of rows, [outputs].
	pub magnitude: Option<Vec<f32>>,
}

/// Rows of a table that are replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRows {
	/// Token ids, ascending.
	pub tokens: Vec<u32>,
	/// Their rows, [tokens, width].
	pub rows: Matrix,
}

/// An adapter in PEFT's form, its shapes checked against the base.
#[derive(Debug, Clone, PartialEq)]
pub struct PeftAdapter {
	/// BLAKE3 of the file of weights.
	pub hash: [u8; 32],
	/// `r` of the configuration.
	pub rank: usize,
	/// `lora_alpha` of the configuration.
	pub alpha: f32,
	/// Low-rank changes by the path of the module.
	pub loras: BTreeMap<String, ModuleLora>,
	/// Weights that are replaced, by path: [outputs, inputs], or as stored for a transposed module; of norms, [1, width].
	pub weights: BTreeMap<String, Matrix>,
	/// Biases that are replaced, by path.
	pub biases: BTreeMap<String, Vec<f32>>,
	/// Rows of tables that are replaced, by path.
	pub tokens: BTreeMap<String, TokenRows>,
}

impl PeftAdapter {
	/// Reads the adapter in `folder`. If `known` is the hash of its weights, it is not computed again.
	///
	/// # Errors
	/// [`LoadError`] if a file cannot be read, or is malformed, or asks for what is not supported, or does not fit the base.
	pub fn read(folder: &Path, base: &BaseLayout, known: Option<[u8; 32]>) -> Result<Self, LoadError> {
		let config = PeftConfig::read(&folder.join("adapter_config.json"))?;
		Self::from_parts(&config, AdapterFile::read(folder)?, base, known)
	}

	/// Takes the tensors of `file` as `config` says.
	///
	/// # Errors
	/// As [`PeftAdapter::read`].
	pub fn from_parts(
		config: &PeftConfig,
		file: AdapterFile,
		base: &BaseLayout,
		known: Option<[u8; 32]>,
	) -> Result<Self, LoadError> {
		let take = |file| {
			let adapter = Self {
				// Known at the end.
				hash: [0; 32],
				rank: config.rank,
				alpha: config.alpha as f32,
				loras: BTreeMap::new(),
				weights: BTreeMap::new(),
				biases: BTreeMap::new(),
				tokens: BTreeMap::new(),
			};
			let taker = Taker { config, file, base, matcher: Matcher::new(config)?, adapter };
			taker.take_all().map_err(|error| about_the_base(error, config))
		};
		let (hash, adapter) = match known {
			Some(hash) => (hash, take(file)),
			None => file.hash_beside(take)?,
		};
		Ok(Self { hash, ..adapter? })
	}

	/// Number of its weights.
	pub fn parameters(&self) -> usize {
		let size = |matrix: &Matrix| matrix.rows() * matrix.cols();
		let long = |vector: &Option<Vec<f32>>| vector.as_ref().map_or(0, Vec::len);
		let loras = self.loras.values().map(|l| size(&l.a) + size(&l.b) + long(&l.bias) + long(&l.magnitude));
		let weights = self.weights.values().map(size);
		let biases = self.biases.values().map(Vec::len);
		let tokens = self.tokens.values().map(|tokens| size(&tokens.rows));
		loras.chain(weights).chain(biases).chain(tokens).sum()
	}
}

/// Adds to an error of shapes what base the adapter says it was made for.
fn about_the_base(error: LoadError, config: &PeftConfig) -> LoadError {
	match (error, &config.base_model) {
		(LoadError::Tensor { path, tensor, reason }, Some(base)) if !base.is_empty() => {
			let base: String = base.chars().take(100).collect();
			LoadError::Tensor { path, tensor, reason: format!("{reason} (the adapter says it was made for `{base}`)") }
		}
		(error, _) => error,
	}
}

struct Taker<'a> {
	config: &'a PeftConfig,
	file: AdapterFile,
	base: &'a BaseLayout,
	matcher: Matcher<'a>,
	adapter: PeftAdapter,
}

impl Taker<'_> {
	fn take_all(mut self) -> Result<PeftAdapter, LoadError> {
		let base = self.base;
		for module in base.modules() {
			if self.matcher.is_target(&module.path, true)? {
				self.take_lora(&module.path)?;
			}
		}
		let (head, table) =
			(self.matcher.is_target(base.head(), false)?, self.matcher.is_target(base.embedding(), false)?);
		// PEFT names only the table in the configuration if both are changed together.
		let tied = self.config.ensure_weight_tying && base.spec().tied_embeddings && (head || table);
		if head || tied {
			self.take_lora(base.head())?;
		}
		if table || tied {
			self.take_embedding_lora(base.embedding())?;
		}
		self.take_tokens()?;
		self.take_replaced()?;
		if let Some(name) = self.file.names().next() {
			return Err(self.file.error(name, self.why_left(name)));
		}
		let adapter = &self.adapter;
		if adapter.loras.is_empty()
			&& adapter.weights.is_empty()
			&& adapter.biases.is_empty()
			&& adapter.tokens.is_empty()
		{
			return Err(LoadError::Field {
				path: self.config.path.clone(),
				field: "target_modules".into(),
				reason: "names no module of the base model".into(),
			});
		}
		Ok(self.adapter)
	}

	/// Takes a tensor of a module that must be there.
	fn need(&mut self, path: &str, name: &str, shape: &[usize]) -> Result<Matrix, LoadError> {
		let name = format!("{PREFIX}{path}.{name}");
		self.file.take(&name, shape)?.ok_or_else(|| {
			self.file.error(
				&name,
				"is missing: `adapter_config.json` says that the module is changed, the file does not say how",
			)
		})
	}

	fn take_lora(&mut self, path: &str) -> Result<(), LoadError> {
		let Some((outputs, inputs)) = self.base.shape(path) else { return Ok(()) };
		let (rank, scale) = self.matcher.rank_and_scale(path)?;
		let a = self.need(path, "lora_A.weight", &[rank, inputs])?;
		let b = self.need(path, "lora_B.weight", &[outputs, rank])?;
		let bias = match self.config.lora_bias {
			true => Some(self.need(path, "lora_B.bias", &[outputs])?.data().to_vec()),
			false => None,
		};
		let magnitude = match self.config.use_dora {
			true => Some(self.take_magnitude(path, outputs)?),
			false => None,
		};
		self.adapter.loras.insert(path.into(), ModuleLora { a, b, scale, bias, magnitude });
		Ok(())
	}

	/// Old versions of PEFT call it `lora_magnitude_vector.weight`, or store it as one row.
	fn take_magnitude(&mut self, path: &str, outputs: usize) -> Result<Vec<f32>, LoadError> {
		let old = format!("{PREFIX}{path}.lora_magnitude_vector.weight");
		let name = if self.file.shape(&old).is_some() { old } else { format!("{PREFIX}{path}.lora_magnitude_vector") };
		let row = self.file.shape(&name).is_some_and(|shape| shape.len() == 2);
		let taken = if row { self.file.take(&name, &[1, outputs])? } else { self.file.take(&name, &[outputs])? };
		let vector = taken.ok_or_else(|| self.file.error(&name, "is missing: `use_dora` is set"))?;
		Ok(vector.data().to_vec())
	}

	fn take_embedding_lora(&mut self, path: &str) -> Result<(), LoadError> {
		if self.config.use_dora {
			return Err(self.field("use_dora", "is not supported on the embedding table"));
		}
		let (vocab, width) = (self.base.spec().vocab, self.base.spec().width);
		let (rank, scale) = self.matcher.rank_and_scale(path)?;
		let a = self.need(path, "lora_embedding_A", &[rank, vocab])?;
		let b = self.need(path, "lora_embedding_B", &[width, rank])?;
		self.adapter.loras.insert(path.into(), ModuleLora { a, b, scale, bias: None, magnitude: None });
		Ok(())
	}

	fn field(&self, field: &str, reason: impl Into<String>) -> LoadError {
		LoadError::Field { path: self.config.path.clone(), field: field.into(), reason: reason.into() }
	}

	/// Takes the rows of `trainable_token_indices`. In a model whose head is tied to the table they are the head's rows too,
	/// unless the head has its own.
	fn take_tokens(&mut self) -> Result<(), LoadError> {
		const FIELD: &str = "trainable_token_indices";
		let base = self.base;
		for (table, tokens) in &self.config.trainable_tokens {
			let path = match table.as_deref() {
				None => base.embedding(),
				Some(name) if ends_with(base.embedding(), name) => base.embedding(),
				Some(name) if ends_with(base.head(), name) => base.head(),
				Some(name) => return Err(self.field(FIELD, format!("`{name}` is neither the embedding nor the head"))),
			};
			let unique: BTreeSet<u32> = tokens.iter().copied().collect();
			let last = unique.last().map_or(0, |last| *last as usize);
			if unique.len() != tokens.len() || last >= base.spec().vocab {
				return Err(self.field(FIELD, format!("token ids must differ and be below {}", base.spec().vocab)));
			}
			let width = base.spec().width;
			let name = format!("{PREFIX}{path}.token_adapter.trainable_tokens_delta");
			let tied = base.spec().tied_embeddings && path == base.head();
			let Some(rows) = self.file.take(&name, &[tokens.len(), width])? else {
				// PEFT stores the rows of tied tables once.
				if tied {
					continue;
				}
				return Err(self.file.error(&name, "is missing: `trainable_token_indices` names its tokens"));
			};
			self.take_table_copy(path)?;
			if self.adapter.loras.contains_key(path) {
				return Err(self.field(FIELD, format!("`{path}` has a low-rank change too, which is not supported")));
			}
			let rows =
				sort_rows(tokens, &rows).ok_or_else(|| self.file.error(&name, "has not the rows of its tokens"))?;
			self.adapter.tokens.insert(path.into(), rows);
		}
		let tables = &mut self.adapter.tokens;
		if base.spec().tied_embeddings && !tables.contains_key(base.head()) {
			if let Some(rows) = tables.get(base.embedding()).cloned() {
				tables.insert(base.head().into(), rows);
			}
		}
		Ok(())
	}

	/// Takes the copy of the base's table that PEFT stores beside a change of it. It is the base's own: the table is frozen,
	/// and one of another size does not pass the check of its shape.
	fn take_table_copy(&mut self, path: &str) -> Result<(), LoadError> {
		let shape = [self.base.spec().vocab, self.base.spec().width];
		for name in ["base_layer.weight", "token_adapter.base_layer.weight"] {
			self.file.take(&format!("{PREFIX}{path}.{name}"), &shape)?;
		}
		Ok(())
	}

	/// Takes `<module>.weight`, `<module>.bias` and `<module>.base_layer.bias`.
	fn take_replaced(&mut self) -> Result<(), LoadError> {
		for path in [self.base.embedding(), self.base.head()] {
			if self.adapter.loras.contains_key(path) {
				self.take_table_copy(path)?;
			}
		}
		let names: Vec<String> = self.file.names().map(str::to_owned).collect();
		for name in names {
			let Some(rest) = name.strip_prefix(PREFIX) else { continue };
			if let Some(path) = rest.strip_suffix(".base_layer.bias") {
				if self.adapter.loras.contains_key(path) && self.config.bias != Bias::None {
					self.take_bias(path, &name)?;
				}
			} else if let Some(path) = rest.strip_suffix(".bias") {
				if self.matcher.is_saved(path) || self.config.bias == Bias::All {
					self.take_bias(path, &name)?;
				}
			} else if let Some(path) = rest.strip_suffix(".weight") {
				self.take_weight(path, &name)?;
			}
		}
		self.tie_saved();
		Ok(())
	}

	fn take_bias(&mut self, path: &str, name: &str) -> Result<(), LoadError> {
		let Some((outputs, _)) = self.base.shape(path) else { return Ok(()) };
		if !self.base.has_bias(path) {
			return Err(self.file.error(name, "replaces a bias that the base model does not have"));
		}
		if let Some(bias) = self.file.take_vector(name, outputs)? {
			self.adapter.biases.insert(path.into(), bias);
		}
		Ok(())
	}

	/// PEFT stores embedding and head also where no module is named, if the vocabulary was resized.
	fn take_weight(&mut self, path: &str, name: &str) -> Result<(), LoadError> {
		let Some(place) = self.base.place(path) else { return Ok(()) };
		let table = matches!(place, Place::Embedding | Place::Head);
		if !table && !self.matcher.is_saved(path) {
			return Ok(());
		}
		let Some((outputs, inputs)) = self.base.shape(path) else { return Ok(()) };
		let weight = match place {
			Place::Norm(_) => self.file.take(name, &[outputs])?,
			Place::Linear { layer, module } if self.base.module(layer, module).transposed => {
				self.file.take(name, &[inputs, outputs])?
			}
			_ => self.file.take(name, &[outputs, inputs])?,
		};
		if let Some(weight) = weight {
			self.adapter.weights.insert(path.into(), weight);
		}
		Ok(())
	}

	/// In a model whose head is tied to the table, PEFT replaces both if it loads the table itself, and the table alone if it
	/// replaces the module (`modules_to_save`) without `ensure_weight_tying`.
	fn tie_saved(&mut self) {
		let (table, head) = (self.base.embedding(), self.base.head());
		let both = !self.matcher.is_saved(table) || self.config.ensure_weight_tying;
		let weights = &mut self.adapter.weights;
		if self.base.spec().tied_embeddings && both && !weights.contains_key(head) {
			if let Some(weight) = weights.get(table).cloned() {
				weights.insert(head.into(), weight);
			}
		}
	}

	/// Why a tensor was not taken.
	fn why_left(&self, name: &str) -> String {
		let Some(rest) = name.strip_prefix(PREFIX) else {
			return format!("does not begin with `{PREFIX}`: it is not of a PEFT adapter of a causal language model");
		};
		let known = |end: usize| self.base.place(&rest[..end]).is_some();
		let module = rest.rmatch_indices('.').map(|(dot, _)| dot).find(|dot| known(*dot));
		match module {
			None => "belongs to no module of the base model that can be adapted".into(),
			Some(dot) => {
				let (module, part) = (&rest[..dot], &rest[dot + 1..]);
				let targets = match &self.config.target_modules {
					Modules::Names(names) => names.join(", ").chars().take(200).collect(),
					Modules::Pattern(pattern) => pattern.chars().take(200).collect::<String>(),
					Modules::AllLinear => "all-linear".into(),
					Modules::None => "none".into(),
				};
				format!("`{part}` of `{module}` is not what `adapter_config.json` says (target_modules: {targets})")
			}
		}
	}
}

/// The rows in the order of their tokens.
fn sort_rows(tokens: &[u32], rows: &Matrix) -> Option<TokenRows> {
	let mut order: Vec<usize> = (0..tokens.len()).collect();
	order.sort_by_key(|index| tokens.get(*index).copied());
	let values = order.iter().flat_map(|index| rows.row(*index).iter().copied()).collect();
	let tokens = order.iter().filter_map(|index| tokens.get(*index).copied()).collect();
	Some(TokenRows { tokens, rows: Matrix::new(rows.rows(), rows.cols(), values)? })
}
