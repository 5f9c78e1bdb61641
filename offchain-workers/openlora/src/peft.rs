//! Adapters in the layout of PEFT: `adapter_config.json` beside `adapter_model.safetensors`.
//!
//! Every field of the configuration is honoured, irrelevant to inference, or refused by name unless it is off.

use crate::adapter::{Adapter, AdapterInfo, LoraPair, Target};
use crate::error::LoadError;
use crate::gguf::open;
use crate::matrix::Matrix;
use crate::spec::DecoderSpec;
use candle_core::{DType, Device, Tensor};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Fields that do not change what inference computes, whatever their value.
const IRRELEVANT: [&str; 10] = [
	"auto_mapping",
	"base_model_name_or_path",
	"inference_mode",
	"lora_dropout",
	"megatron_core",
	"peft_version",
	"qalora_group_size",
	"revision",
	"runtime_config",
	"task_type",
];

/// Fields that are read below.
const HONOURED: [&str; 7] =
	["alpha_pattern", "lora_alpha", "peft_type", "r", "rank_pattern", "target_modules", "use_rslora"];

/// Ways of initialising an adapter that leave the base weights as they are.
const NEUTRAL_INIT: [&str; 3] = ["gaussian", "orthogonal", "eva"];

const PREFIX: &str = "base_model.model.";

impl Adapter {
	/// Loads the adapter in folder `dir` for a model of shape `spec`.
	///
	/// # Errors
	/// [`LoadError::Field`] names the first field of the configuration that asks for something that is not
	/// implemented; [`LoadError::Tensor`] a tensor that is missing, unexpected or misshapen.
	pub fn load(name: &str, dir: &Path, spec: &DecoderSpec) -> Result<Self, LoadError> {
		let config = Config::read(&dir.join("adapter_config.json"))?;
		let path = dir.join("adapter_model.safetensors");
		let bytes = read(&path)?;
		let mut tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)
			.map_err(|e| LoadError::Malformed { path: path.clone(), reason: e.to_string() })?;
		let mut parameters = 0;
		let mut layers = Vec::with_capacity(spec.layers);
		for layer in 0..spec.layers {
			let mut pairs: [Option<LoraPair>; 7] = Default::default();
			for &target in &config.targets {
				let module = target.module(layer);
				let (rank, scale) = config.rank_and_scale(&module)?;
				let (outputs, inputs) = target.shape(spec);
				let mut take = |side: &str, rows: usize, cols: usize| {
					parameters += rows * cols;
					take_matrix(&path, &mut tensors, format!("{PREFIX}{module}.lora_{side}.weight"), rows, cols)
				};
				let (a, b) = (take("A", rank, inputs)?, take("B", outputs, rank)?);
				pairs[target as usize] = Some(LoraPair { a, b, scale });
			}
			layers.push(pairs);
		}
		if let Some(tensor) = tensors.into_keys().min() {
			let reason = "belongs to no module of `target_modules` of this model".to_owned();
			return Err(LoadError::Tensor { path, tensor, reason });
		}
		let info = AdapterInfo {
			name: name.to_owned(),
			hash: *blake3::hash(&bytes).as_bytes(),
			rank: config.rank,
			alpha: config.alpha,
			targets: config.targets,
			parameters,
		};
		Ok(Self { info, layers })
	}
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
	let mut bytes = Vec::new();
	let result = open(path)?.read_to_end(&mut bytes);
	result.map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
	Ok(bytes)
}

fn take_matrix(
	path: &Path,
	tensors: &mut HashMap<String, Tensor>,
	name: String,
	rows: usize,
	cols: usize,
) -> Result<Matrix, LoadError> {
	let error = |reason: String| LoadError::Tensor { path: path.to_owned(), tensor: name.clone(), reason };
	let tensor = tensors.remove(&name).ok_or_else(|| error("is missing".into()))?;
	if tensor.dims() != [rows, cols] {
		return Err(error(format!("has shape {:?}, expected [{rows}, {cols}]", tensor.dims())));
	}
	if !matches!(tensor.dtype(), DType::F32 | DType::F16 | DType::BF16) {
		return Err(error(format!("has type {:?}, expected F32, F16 or BF16", tensor.dtype())));
	}
	let values = tensor.to_dtype(DType::F32).and_then(|t| t.flatten_all()?.to_vec1::<f32>());
	let values = values.map_err(|e| error(e.to_string()))?;
	if !values.iter().all(|v| v.is_finite()) {
		return Err(error("holds a value that is not finite".into()));
	}
	Matrix::new(rows, cols, values).ok_or_else(|| error("has another number of values".into()))
}

/// The parts of `adapter_config.json` that inference needs.
struct Config {
	path: PathBuf,
	rank: usize,
	alpha: f32,
	rank_pattern: Map<String, Value>,
	alpha_pattern: Map<String, Value>,
	use_rslora: bool,
	targets: Vec<Target>,
}

impl Config {
	fn read(path: &Path) -> Result<Self, LoadError> {
		let fields: Map<String, Value> = serde_json::from_slice(&read(path)?)
			.map_err(|e| LoadError::Malformed { path: path.to_owned(), reason: e.to_string() })?;
		for (field, value) in &fields {
			refuse_unless_off(field, value).map_err(|reason| field_error(path, field, reason))?;
		}
		let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
		if field("peft_type") != "LORA" {
			return Err(field_error(path, "peft_type", format!("{} is not \"LORA\"", field("peft_type"))));
		}
		let pattern = |name: &str| match field(name) {
			Value::Null => Ok(Map::new()),
			Value::Object(map) => Ok(map.clone()),
			other => Err(field_error(path, name, format!("{other} is not an object"))),
		};
		Ok(Self {
			path: path.to_owned(),
			rank: rank(field("r")).map_err(|reason| field_error(path, "r", reason))?,
			alpha: alpha(field("lora_alpha")).map_err(|reason| field_error(path, "lora_alpha", reason))?,
			rank_pattern: pattern("rank_pattern")?,
			alpha_pattern: pattern("alpha_pattern")?,
			use_rslora: field("use_rslora").as_bool().unwrap_or(false),
			targets: targets(field("target_modules")).map_err(|reason| field_error(path, "target_modules", reason))?,
		})
	}

	/// The rank and the scale of one module, patterns applied.
	fn rank_and_scale(&self, module: &str) -> Result<(usize, f32), LoadError> {
		let fail = |field: &'static str| move |reason| field_error(&self.path, field, reason);
		let rank = match lookup(&self.rank_pattern, module).map_err(fail("rank_pattern"))? {
			Some(value) => rank(value).map_err(fail("rank_pattern"))?,
			None => self.rank,
		};
		let alpha = match lookup(&self.alpha_pattern, module).map_err(fail("alpha_pattern"))? {
			Some(value) => alpha(value).map_err(fail("alpha_pattern"))?,
			None => self.alpha,
		};
		let divisor = if self.use_rslora { (rank as f32).sqrt() } else { rank as f32 };
		Ok((rank, alpha / divisor))
	}
}

fn field_error(path: &Path, field: &str, reason: String) -> LoadError {
	LoadError::Field { path: path.to_owned(), field: field.to_owned(), reason }
}

/// Accepts a field that is honoured, irrelevant, or off.
fn refuse_unless_off(field: &str, value: &Value) -> Result<(), String> {
	let off = match value {
		Value::Null | Value::Bool(false) => true,
		Value::Array(items) => items.is_empty(),
		Value::Object(items) => items.is_empty(),
		Value::Bool(true) => field == "init_lora_weights",
		Value::String(text) => match field {
			"bias" => text == "none",
			"init_lora_weights" => NEUTRAL_INIT.contains(&text.as_str()),
			_ => false,
		},
		Value::Number(_) => false,
	};
	match off || HONOURED.contains(&field) || IRRELEVANT.contains(&field) {
		true => Ok(()),
		false => Err(format!("{value} is not supported")),
	}
}

fn rank(value: &Value) -> Result<usize, String> {
	match value.as_u64() {
		Some(rank @ 1..=65_536) => Ok(rank as usize),
		_ => Err(format!("{value} is not a rank")),
	}
}

fn alpha(value: &Value) -> Result<f32, String> {
	match value.as_f64() {
		Some(alpha) if alpha.is_finite() => Ok(alpha as f32),
		_ => Err(format!("{value} is not a number")),
	}
}

/// `target_modules`: a list of module names, or `"all-linear"`.
fn targets(value: &Value) -> Result<Vec<Target>, String> {
	let names = match value {
		Value::String(text) if text == "all-linear" => return Ok(Target::ALL.to_vec()),
		Value::Array(names) if !names.is_empty() => names,
		other => return Err(format!("{other} is not supported, only a list of names or \"all-linear\"")),
	};
	let one = |name: &Value| {
		let target = name.as_str().and_then(Target::from_name);
		target.ok_or_else(|| format!("{name} is not a linear layer of a block"))
	};
	let mut targets = names.iter().map(one).collect::<Result<Vec<_>, _>>()?;
	targets.sort_unstable();
	targets.dedup();
	Ok(targets)
}

/// The value of the pattern that names `module` or a suffix of its path. PEFT reads patterns as regular expressions;
/// only literal ones are accepted, and only one may match.
fn lookup<'a>(patterns: &'a Map<String, Value>, module: &str) -> Result<Option<&'a Value>, String> {
	if let Some(key) = patterns.keys().find(|k| !k.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c))) {
		return Err(format!("`{key}` is a regular expression, which is not supported"));
	}
	let matches = |key: &str| module.strip_suffix(key).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
	let mut found = patterns.iter().filter(|(key, _)| matches(key));
	match (found.next(), found.next()) {
		(Some((first, _)), Some((second, _))) => Err(format!("`{first}` and `{second}` both match `{module}`")),
		(first, _) => Ok(first.map(|(_, value)| value)),
	}
}
