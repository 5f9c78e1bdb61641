//! A model that is open: its files mapped, its shape known, every tensor found. Weights are read when they are asked for.

use crate::error::LoadError;
use crate::modules::{self, Module, Target};
use crate::source::{format_error, tensor_error, Columns, LinearSource, NormSource, RowSource, Source};
use crate::spec::{DecoderSpec, GgufHeader};
use crate::weights::{Dense, EmbeddingTable, LayerWeights, NormWeights, Weights};
use openledger_formats::{Format, Metadata, TensorSet, TensorView, Value};
use openledger_tokenizer::{ChatTokenizer, TokenizerError};
use serde_json::{Map, Number};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A linear layer of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinearId {
	/// Of a block.
	Layer(usize, Target),
	/// The output projection.
	Head,
}

/// Makes a linear layer of a backend: which one, its outputs, its inputs, and what writes row `i` of its weight, [inputs].
pub type BuildLinear<'a, L> =
	dyn Fn(LinearId, usize, usize, &mut dyn FnMut(usize, &mut [f32])) -> Result<L, LoadError> + Sync + 'a;

/// Where a thread leaves what it has read.
type Slot<T> = Mutex<Option<Result<T, LoadError>>>;

/// An open model. Clones share its files.
#[derive(Clone)]
pub struct Model {
	path: PathBuf,
	spec: DecoderSpec,
	set: TensorSet,
	source: Arc<Source>,
	/// A model whose tokenizer is missing or not supported still runs on token ids.
	tokenizer: Result<Arc<ChatTokenizer>, Arc<TokenizerError>>,
	/// `config.json` of a folder.
	config: Option<PathBuf>,
	hash: Arc<OnceLock<[u8; 32]>>,
	/// For single rows of transposed tensors.
	columns: Arc<Mutex<Columns>>,
}

impl fmt::Debug for Model {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Model").field("path", &self.path).field("family", &self.spec.family).finish_non_exhaustive()
	}
}

impl Model {
	/// Opens a GGUF file, or a folder of Hugging Face with `config.json` and safetensors.
	///
	/// Maps the files, reads the shape, and checks that all tensors of it are there, of the right shapes, and no others. A
	/// tokenizer that cannot be read is no error here, but one of [`Self::tokenizer`]: token ids need none.
	///
	/// # Errors
	/// [`LoadError`] with the file and the field or tensor that is wrong.
	pub fn open(path: &Path) -> Result<Self, LoadError> {
		if !path.exists() {
			return Err(LoadError::Missing { path: path.into() });
		}
		let set = TensorSet::open(path).map_err(format_error)?;
		let gguf = set.files().first().is_some_and(|file| matches!(file.format(), Format::Gguf { .. }));
		let (spec, source, config) = if gguf {
			let spec = gguf_spec(&set)?;
			let source = Source::of_gguf(&set, &spec)?;
			(spec, source, None)
		} else {
			let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
			let config = folder.join("config.json");
			let json = match std::fs::read(&config) {
				Ok(json) => json,
				Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(LoadError::Missing { path: config }),
				Err(source) => return Err(LoadError::Io { path: config, source }),
			};
			let spec = DecoderSpec::from_config(&config, &json)?;
			let source = Source::of_folder(&set, &spec)?;
			(spec, source, Some(config))
		};
		let tokenizer = match (&config, set.files().first()) {
			(None, Some(file)) => ChatTokenizer::from_gguf(file),
			(config, _) => {
				ChatTokenizer::from_folder(config.as_ref().and_then(|config| config.parent()).unwrap_or(path))
			}
		};
		let (source, tokenizer) = (Arc::new(source), tokenizer.map(Arc::new).map_err(Arc::new));
		let (hash, columns) = (Arc::default(), Arc::default());
		Ok(Self { path: path.into(), spec, set, source, tokenizer, config, hash, columns })
	}

	/// The model's shape.
	pub fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	/// The model's tokenizer and chat template.
	///
	/// # Errors
	/// [`LoadError`] with what is wrong with the tokenizer's file, or that it is missing.
	pub fn tokenizer(&self) -> Result<&Arc<ChatTokenizer>, LoadError> {
		self.tokenizer.as_ref().map_err(|error| match &**error {
			TokenizerError::Missing { path, .. } => LoadError::Missing { path: path.clone() },
			TokenizerError::Io { path, source } => {
				LoadError::Io { path: path.clone(), source: std::io::Error::new(source.kind(), source.to_string()) }
			}
			TokenizerError::Malformed { path, reason } => {
				LoadError::Malformed { path: path.clone(), reason: reason.clone() }
			}
			TokenizerError::Field { path, field, reason } => {
				LoadError::Field { path: path.clone(), field: field.clone(), reason: reason.clone() }
			}
		})
	}

	/// The file or folder it was opened by.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// BLAKE3 of what the model is made of; computed when first asked for.
	///
	/// Of a GGUF file its hash. Of a folder the hash over `config.json` and the files of weights, sorted by name: the length of the
	/// name (u64, little-endian), the name, the file's hash.
	///
	/// # Errors
	/// `config.json` cannot be read any more.
	pub fn hash(&self) -> Result<[u8; 32], LoadError> {
		if let Some(hash) = self.hash.get() {
			return Ok(*hash);
		}
		let hash = match &self.config {
			None => {
				self.set.files().first().map(|file| blake3::hash(file.bytes())).unwrap_or_else(|| blake3::hash(&[]))
			}
			Some(config) => {
				let json = std::fs::read(config).map_err(|source| LoadError::Io { path: config.clone(), source })?;
				let mut files = vec![("config.json".to_owned(), blake3::hash(&json))];
				for file in self.set.files() {
					let name = file.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
					files.push((name, blake3::hash(file.bytes())));
				}
				files.sort_by(|a, b| a.0.cmp(&b.0));
				let mut hasher = blake3::Hasher::new();
				for (name, hash) in files {
					hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(hash.as_bytes());
				}
				hasher.finalize()
			}
		};
		Ok(*self.hash.get_or_init(|| *hash.as_bytes()))
	}

	/// The linear modules of a block by the names of Hugging Face, also for GGUF files.
	pub fn modules(&self, layer: usize) -> Vec<Module> {
		modules::modules(&self.spec, layer)
	}

	/// Writes row `row` of a linear layer's weight, [inputs], to `out`.
	///
	/// # Errors
	/// [`LoadError::Tensor`] if the row is not finite or does not exist, [`LoadError::Field`] if the layer does not exist.
	pub fn read_linear_row(&self, id: LinearId, row: usize, out: &mut [f32]) -> Result<(), LoadError> {
		let mut columns = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
		self.rows(id)?.read(row, out, &mut columns)
	}

	fn rows(&self, id: LinearId) -> Result<&RowSource, LoadError> {
		let found = match id {
			LinearId::Head => Some(&self.source.head),
			LinearId::Layer(layer, target) => self
				.source
				.layers
				.get(layer)
				.and_then(|layer| layer.linears[target as usize].as_ref())
				.map(|linear| &linear.weight),
		};
		found.ok_or_else(|| LoadError::Field {
			path: self.path.clone(),
			field: format!("{id:?}"),
			reason: "the model has no such layer".into(),
		})
	}

	/// Reads all weights, each linear layer in the form that `build` gives it, on all cores.
	///
	/// Rows are read as `build` asks for them, so no f32 copy of a matrix exists unless `L` is one (or the file holds it
	/// transposed: then one for each core). `progress` is called with the part of the weights that is done, 0 to 1.
	///
	/// # Errors
	/// The first of `build`'s errors, or [`LoadError::Tensor`] for values that are not finite.
	pub fn weights<L: Send>(
		&self,
		build: &BuildLinear<'_, L>,
		progress: &(dyn Fn(f32) + Sync),
	) -> Result<Weights<L>, LoadError> {
		let total: usize = self.linears().map(|rows| rows.outputs() * rows.inputs()).sum();
		let reading = Reading { build, progress, total, done: AtomicUsize::new(0), failed: AtomicBool::new(false) };
		let layers = self.source.layers.len();
		// The head is the largest piece, so it comes first.
		let next = AtomicUsize::new(0);
		let head = Mutex::new(None);
		let blocks: Vec<Slot<LayerWeights<L>>> = (0..layers).map(|_| Mutex::new(None)).collect();
		let work = || {
			let mut columns = Columns::default();
			while !reading.failed.load(Ordering::Relaxed) {
				match next.fetch_add(1, Ordering::Relaxed) {
					0 => store(&head, reading.linear(LinearId::Head, &self.source.head, &mut columns)),
					task => match blocks.get(task - 1) {
						Some(block) => store(block, reading.layer(self, task - 1, &mut columns)),
						None => break,
					},
				}
			}
		};
		let threads = std::thread::available_parallelism().map_or(1, usize::from).min(layers + 1);
		std::thread::scope(|scope| {
			for _ in 1..threads {
				scope.spawn(work);
			}
			work();
		});
		let mut results = Vec::with_capacity(layers);
		let mut stopped = false;
		for block in blocks {
			match block.into_inner().unwrap_or_else(PoisonError::into_inner) {
				Some(block) => results.push(block?),
				None => stopped = true,
			}
		}
		let head = match head.into_inner().unwrap_or_else(PoisonError::into_inner) {
			Some(head) if !stopped => head?,
			Some(Err(error)) => return Err(error),
			_ => return Err(LoadError::Engine("the weights were not read to the end".into())),
		};
		Ok(Weights {
			embedding: self.table(&self.source.embedding)?,
			positions: self.source.positions.as_ref().map(|view| self.table(view)).transpose()?,
			embedding_norm: self.source.embedding_norm.as_ref().map(|norm| self.norm(norm)).transpose()?,
			layers: results,
			norm: self.norm(&self.source.norm)?,
			head: Dense { weight: head, bias: None },
		})
	}

	fn linears(&self) -> impl Iterator<Item = &RowSource> {
		let layers = self.source.layers.iter().flat_map(|layer| layer.linears.iter().flatten());
		layers.map(|linear| &linear.weight).chain([&self.source.head])
	}

	/// A table whose rows are read from the mapping. All of them are read once, to refuse those that are not finite.
	fn table(&self, view: &TensorView) -> Result<EmbeddingTable, LoadError> {
		let rows = RowSource::whole(self.path.as_path().into(), view.clone());
		let mut row = vec![0.0; view.width()];
		for index in 0..view.rows() {
			rows.read(index, &mut row, &mut Columns::default())?;
		}
		let view = view.clone();
		Ok(EmbeddingTable::new(view.rows(), view.width(), move |index, out| {
			if view.read_row(index, out).is_err() {
				// Every row was read above; what the file says of itself does not change while it is open.
				out.fill(f32::NAN);
			}
		}))
	}

	fn norm(&self, source: &NormSource) -> Result<NormWeights, LoadError> {
		let mut scale = vector(&self.path, &source.scale)?;
		if source.offset != 0.0 {
			scale.iter_mut().for_each(|value| *value += source.offset);
		}
		let bias = source.bias.as_ref().map(|bias| vector(&self.path, bias)).transpose()?;
		Ok(NormWeights { scale, bias })
	}
}

/// What the threads that read weights share.
struct Reading<'a, L> {
	build: &'a BuildLinear<'a, L>,
	progress: &'a (dyn Fn(f32) + Sync),
	total: usize,
	done: AtomicUsize,
	failed: AtomicBool,
}

impl<L: Send> Reading<'_, L> {
	fn layer(&self, model: &Model, index: usize, columns: &mut Columns) -> Result<LayerWeights<L>, LoadError> {
		let result = self.try_layer(model, index, columns);
		if result.is_err() {
			self.failed.store(true, Ordering::Relaxed);
		}
		result
	}

	fn try_layer(&self, model: &Model, index: usize, columns: &mut Columns) -> Result<LayerWeights<L>, LoadError> {
		let source = &model.source.layers[index];
		let mut linears: [Option<Dense<L>>; 7] = Default::default();
		for target in Target::ALL {
			if let Some(linear) = &source.linears[target as usize] {
				let weight = self.linear(LinearId::Layer(index, target), &linear.weight, columns)?;
				linears[target as usize] = Some(Dense { weight, bias: bias(&model.path, linear)? });
			}
		}
		let norm = |norm: &Option<NormSource>| norm.as_ref().map(|norm| model.norm(norm)).transpose();
		Ok(LayerWeights {
			attention_norm: model.norm(&source.attention_norm)?,
			qk_norm: match &source.qk_norm {
				Some([query, key]) => Some((model.norm(query)?.scale, model.norm(key)?.scale)),
				None => None,
			},
			post_attention_norm: norm(&source.post_attention_norm)?,
			mlp_norm: norm(&source.mlp_norm)?,
			post_mlp_norm: norm(&source.post_mlp_norm)?,
			linears,
		})
	}

	fn linear(&self, id: LinearId, rows: &RowSource, columns: &mut Columns) -> Result<L, LoadError> {
		let mut error = None;
		let mut read = |row: usize, out: &mut [f32]| {
			if let Err(e) = rows.read(row, out, columns) {
				out.fill(0.0);
				error.get_or_insert(e);
			}
		};
		let built = (self.build)(id, rows.outputs(), rows.inputs(), &mut read);
		let result = match error {
			Some(error) => Err(error),
			None => built,
		};
		if result.is_err() {
			self.failed.store(true, Ordering::Relaxed);
		}
		let size = rows.outputs() * rows.inputs();
		let done = self.done.fetch_add(size, Ordering::Relaxed) + size;
		(self.progress)(done as f32 / self.total.max(1) as f32);
		result
	}
}

fn store<T>(slot: &Mutex<Option<T>>, value: T) {
	*slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
}

fn bias(path: &Path, linear: &LinearSource) -> Result<Option<Vec<f32>>, LoadError> {
	let Some((view, rows)) = &linear.bias else { return Ok(None) };
	let all = vector(path, view)?;
	Ok(Some(rows.iter().filter_map(|row| all.get(row).copied()).collect()))
}

/// A tensor of one dimension, all finite.
fn vector(path: &Path, view: &TensorView) -> Result<Vec<f32>, LoadError> {
	let values = view.to_f32().map_err(format_error)?;
	match values.iter().position(|value| !value.is_finite()) {
		None => Ok(values),
		Some(at) => {
			let reason = format!("has the value {} at {at}; the file is broken", values[at]);
			Err(tensor_error(path, view.name(), reason))
		}
	}
}

/// The shape that a GGUF file gives.
fn gguf_spec(set: &TensorSet) -> Result<DecoderSpec, LoadError> {
	let metadata = scalars(set.path(), set.metadata())?;
	let rope_factors = match set.get("rope_freqs.weight") {
		Some(_) => {
			let view = set.tensor("rope_freqs.weight").map_err(format_error)?;
			Some(vector(set.path(), &view)?)
		}
		None => None,
	};
	let shape = |name: &str| set.get(name).map(|info| info.shape);
	DecoderSpec::from_gguf(GgufHeader { path: set.path(), metadata: &metadata, shape: &shape, rope_factors })
}

/// Metadata without lists, which only tokenizers have.
fn scalars(path: &Path, metadata: Metadata<'_>) -> Result<Map<String, serde_json::Value>, LoadError> {
	let mut map = Map::new();
	for key in metadata.keys() {
		let Some(value) = metadata.get(&key) else { continue };
		let number = |number: f64| {
			Number::from_f64(number).map(serde_json::Value::Number).ok_or_else(|| LoadError::Field {
				path: path.into(),
				field: key.clone().into_owned(),
				reason: format!("must be a finite number, is {number}"),
			})
		};
		let json = match &value {
			Value::Array(_) if key.starts_with("tokenizer.") || key.starts_with("general.") => continue,
			// Not supported in an architecture's own keys: an empty list is refused by whoever reads or does not know the key.
			Value::Array(_) => serde_json::Value::Array(Vec::new()),
			Value::Bool(flag) => (*flag).into(),
			Value::String(text) => text.as_ref().into(),
			Value::F32(n) => number((*n).into())?,
			Value::F64(n) => number(*n)?,
			other => match (other.as_u64(), other.as_i64()) {
				(Some(n), _) => n.into(),
				(None, Some(n)) => n.into(),
				(None, None) => continue,
			},
		};
		map.insert(key.into_owned(), json);
	}
	Ok(map)
}
