//! `adapter_config.json` of PEFT 0.21: every field of its `LoraConfig` is honoured, or refused by name.

use crate::error::LoadError;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// The most bytes of an `adapter_config.json`.
pub(super) const CONFIG_LIMIT: u64 = 16 << 20;

/// The highest rank that is read.
pub(super) const RANK_LIMIT: usize = 1 << 16;

/// Token ids with vectors of their own, by table; without a name, those of the embedding table.
pub(super) type TokenTables = Vec<(Option<String>, Vec<u32>)>;

/// Fields that say where an adapter comes from, how it was trained or how it was initialised, where that changes nothing now.
/// The configurations of initialisations matter to `init_lora_weights` alone, which is checked.
const WITHOUT_EFFECT: &[&str] = &[
	"auto_mapping",
	"corda_config",
	"eva_config",
	"inference_mode",
	"loftq_config",
	"lora_dropout",
	"lora_ga_config",
	"megatron_core",
	"peft_version",
	"qalora_group_size",
	"revision",
	"runtime_config",
];

/// Fields whose effect is not supported, and why. Null, false and empty are accepted.
const REFUSED: &[(&str, &str)] = &[
	("alora_invocation_tokens", "activated LoRA is not supported"),
	("arrow_config", "Arrow routing is not supported"),
	("kasa_config", "KaSA changes the base weights"),
	("layer_replication", "layers cannot be replicated"),
	("megatron_config", "Megatron layers are not supported"),
	("monteclora_config", "MonteCLoRA is not supported"),
	("target_parameters", "only modules can be adapted, not bare parameters"),
	("use_bdlora", "BD-LoRA is not supported"),
	("use_qalora", "QALoRA pools its inputs, which is not supported"),
	("velora_config", "VeLoRA is not supported"),
];

/// Initialisations that leave the base weights as they are.
const INITIALISATIONS: &[&str] = &["gaussian", "eva", "orthogonal", "mica", "true", "false"];

/// Which modules a field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modules {
	/// None.
	None,
	/// All linear layers but the output projection.
	AllLinear,
	/// Those whose path is one of these, or ends with a dot and one of these.
	Names(Vec<String>),
	/// Those whose whole path matches this expression.
	Pattern(String),
}

/// Which biases an adapter brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
	/// None.
	None,
	/// Those of all modules of the model.
	All,
	/// Those of the modules it targets.
	LoraOnly,
}

/// The fields of an `adapter_config.json` that matter.
#[derive(Debug, Clone, PartialEq)]
pub struct PeftConfig {
	/// The file, for messages.
	pub path: PathBuf,
	/// `r`, at least 1.
	pub rank: usize,
	/// `lora_alpha`, finite.
	pub alpha: f64,
	/// Whether the scale is alpha / √rank instead of alpha / rank.
	pub use_rslora: bool,
	/// Whether the targets have magnitude vectors.
	pub use_dora: bool,
	/// Whether the `B`s have biases.
	pub lora_bias: bool,
	/// Whether what is tied in the model is tied in the adapter.
	pub ensure_weight_tying: bool,
	/// Ranks by expression, in the order of the file.
	pub rank_pattern: Vec<(String, usize)>,
	/// Alphas by expression, in the order of the file.
	pub alpha_pattern: Vec<(String, f64)>,
	/// The modules that are changed.
	pub target_modules: Modules,
	/// Exceptions from these.
	pub exclude_modules: Modules,
	/// The layers that are changed; empty for all.
	pub layers_to_transform: Vec<usize>,
	/// Names of the list of layers; empty for any.
	pub layers_pattern: Vec<String>,
	/// Ends of the paths of modules whose weights are replaced.
	pub modules_to_save: Vec<String>,
	/// Which biases are replaced.
	pub bias: Bias,
	/// Tokens whose embeddings are replaced, by the end of the path of the table; `None` for the input embeddings.
	pub trainable_tokens: TokenTables,
	/// The base model as the adapter's author called it.
	pub base_model: Option<String>,
}

impl PeftConfig {
	/// Reads `path`.
	///
	/// # Errors
	/// [`LoadError`] if the file cannot be read, is not JSON, or asks for something that is not supported.
	pub fn read(path: &Path) -> Result<Self, LoadError> {
		let text = super::file::read_text(path, CONFIG_LIMIT)?;
		Self::parse(path, &text)
	}

	/// Reads `text`; `path` is for messages.
	///
	/// # Errors
	/// [`LoadError`] if it is not JSON, or asks for something that is not supported.
	pub fn parse(path: &Path, text: &[u8]) -> Result<Self, LoadError> {
		let fields: Map<String, Value> = serde_json::from_slice(text)
			.map_err(|error| LoadError::Malformed { path: path.into(), reason: error.to_string() })?;
		let reader = Reader { path, fields };
		reader.check_kind()?;
		reader.check_refused()?;
		let config = Self {
			path: path.into(),
			rank: reader.rank("r", reader.get("r"))?.unwrap_or(8),
			alpha: reader.alpha("lora_alpha", reader.get("lora_alpha"))?.unwrap_or(8.0),
			use_rslora: reader.flag("use_rslora")?,
			use_dora: reader.flag("use_dora")?,
			lora_bias: reader.flag("lora_bias")?,
			ensure_weight_tying: reader.flag("ensure_weight_tying")?,
			rank_pattern: reader.pattern("rank_pattern", Reader::rank)?,
			alpha_pattern: reader.pattern("alpha_pattern", Reader::alpha)?,
			target_modules: reader.modules("target_modules")?,
			exclude_modules: reader.modules("exclude_modules")?,
			layers_to_transform: reader.numbers("layers_to_transform", reader.get("layers_to_transform"))?,
			layers_pattern: reader.strings("layers_pattern")?,
			modules_to_save: reader.strings("modules_to_save")?,
			bias: reader.bias()?,
			trainable_tokens: reader.trainable_tokens()?,
			base_model: reader.text("base_model_name_or_path")?,
		};
		// Only Conv1D stores its weight that way, and PEFT corrects the flag by the layer's type, as we do.
		reader.flag("fan_in_fan_out")?;
		reader.check_known()?;
		config.check_relations(&reader)?;
		Ok(config)
	}

	/// The factor of the change of a module of this rank and alpha.
	pub fn scale(&self, rank: usize, alpha: f64) -> f32 {
		let divisor = if self.use_rslora { (rank as f64).sqrt() } else { rank as f64 };
		(alpha / divisor) as f32
	}

	fn check_relations(&self, reader: &Reader<'_>) -> Result<(), LoadError> {
		let pattern = matches!(self.target_modules, Modules::Pattern(_) | Modules::AllLinear);
		if pattern && !self.layers_to_transform.is_empty() {
			return Err(reader.error("layers_to_transform", "cannot be used when `target_modules` is one string"));
		}
		if !self.layers_pattern.is_empty() && self.layers_to_transform.is_empty() {
			return Err(reader.error("layers_pattern", "has a meaning only beside `layers_to_transform`"));
		}
		if matches!(self.exclude_modules, Modules::AllLinear) {
			return Err(reader.error("exclude_modules", "cannot be `all-linear`"));
		}
		if self.use_dora && self.lora_bias {
			return Err(reader.error("lora_bias", "PEFT does not define it beside `use_dora`"));
		}
		Ok(())
	}
}

/// The fields, and the file for messages.
struct Reader<'a> {
	path: &'a Path,
	fields: Map<String, Value>,
}

/// Whether a value says that something is not used.
fn is_off(value: &Value) -> bool {
	match value {
		Value::Null | Value::Bool(false) => true,
		Value::String(text) => text.is_empty(),
		Value::Array(items) => items.is_empty(),
		Value::Object(fields) => fields.is_empty(),
		_ => false,
	}
}

/// A value for a message, cut if it is long.
fn short(value: &Value) -> String {
	let text = value.to_string();
	match text.char_indices().nth(60) {
		Some((end, _)) => format!("{}…", &text[..end]),
		None => text,
	}
}

impl Reader<'_> {
	fn error(&self, field: &str, reason: impl Into<String>) -> LoadError {
		LoadError::Field { path: self.path.into(), field: field.into(), reason: reason.into() }
	}

	/// A field, if it is there and not null.
	fn get(&self, field: &str) -> Option<&Value> {
		self.fields.get(field).filter(|value| !value.is_null())
	}

	fn check_kind(&self) -> Result<(), LoadError> {
		match self.get("peft_type") {
			Some(Value::String(kind)) if kind == "LORA" => {}
			Some(other) => return Err(self.error("peft_type", format!("{}; only LORA is supported", short(other)))),
			None => return Err(self.error("peft_type", "is missing; only LORA is supported")),
		}
		match self.get("task_type") {
			None => Ok(()),
			Some(Value::String(task)) if task == "CAUSAL_LM" => Ok(()),
			Some(other) => Err(self.error("task_type", format!("{}; only CAUSAL_LM is supported", short(other)))),
		}
	}

	fn check_refused(&self) -> Result<(), LoadError> {
		for (field, reason) in REFUSED {
			if let Some(value) = self.get(field).filter(|value| !is_off(value)) {
				return Err(self.error(field, format!("{}: {reason}", short(value))));
			}
		}
		match self.get("init_lora_weights") {
			None | Some(Value::Bool(_)) => Ok(()),
			Some(Value::String(name)) if INITIALISATIONS.contains(&name.as_str()) => Ok(()),
			Some(other) => Err(self.error(
				"init_lora_weights",
				format!(
					"{}: this initialisation changes the base weights; convert the adapter by \
					 `save_pretrained(path_initial_model_for_weight_conversion=…)` of PEFT",
					short(other)
				),
			)),
		}
	}

	/// Refuses fields of no version of PEFT that is known, unless they say that something is not used.
	fn check_known(&self) -> Result<(), LoadError> {
		for (field, value) in &self.fields {
			let known = HONOURED.contains(&field.as_str())
				|| WITHOUT_EFFECT.contains(&field.as_str())
				|| REFUSED.iter().any(|(name, _)| name == field);
			if !known && !is_off(value) {
				return Err(
					self.error(field, format!("{}: the field is not known, so its effect is not", short(value)))
				);
			}
		}
		Ok(())
	}

	fn flag(&self, field: &str) -> Result<bool, LoadError> {
		match self.get(field) {
			None => Ok(false),
			Some(Value::Bool(flag)) => Ok(*flag),
			Some(other) => Err(self.error(field, format!("{} is neither true nor false", short(other)))),
		}
	}

	fn text(&self, field: &str) -> Result<Option<String>, LoadError> {
		match self.get(field) {
			None => Ok(None),
			Some(Value::String(text)) => Ok(Some(text.clone())),
			Some(other) => Err(self.error(field, format!("{} is not a string", short(other)))),
		}
	}

	fn rank(&self, field: &str, value: Option<&Value>) -> Result<Option<usize>, LoadError> {
		let Some(value) = value else { return Ok(None) };
		match value.as_u64().map(usize::try_from) {
			Some(Ok(rank)) if (1..=RANK_LIMIT).contains(&rank) => Ok(Some(rank)),
			_ => Err(self.error(field, format!("{} is not a rank: an integer from 1 to {RANK_LIMIT}", short(value)))),
		}
	}

	fn alpha(&self, field: &str, value: Option<&Value>) -> Result<Option<f64>, LoadError> {
		let Some(value) = value else { return Ok(None) };
		match value.as_f64() {
			Some(alpha) if (alpha as f32).is_finite() => Ok(Some(alpha)),
			_ => Err(self.error(field, format!("{} is not a finite number", short(value)))),
		}
	}

	/// A map from expressions to values; later names of a JSON object win, as in Python.
	fn pattern<T>(
		&self,
		field: &str,
		read: impl Fn(&Self, &str, Option<&Value>) -> Result<Option<T>, LoadError>,
	) -> Result<Vec<(String, T)>, LoadError> {
		let Some(value) = self.get(field) else { return Ok(Vec::new()) };
		let Value::Object(entries) = value else {
			return Err(self.error(field, format!("{} is not an object", short(value))));
		};
		let mut pattern = Vec::new();
		for (key, value) in entries {
			let name = format!("{field}.{key}");
			let value = read(self, &name, Some(value))?.ok_or_else(|| self.error(&name, "is null"))?;
			pattern.push((key.clone(), value));
		}
		Ok(pattern)
	}

	/// A list of strings, or one string.
	fn strings(&self, field: &str) -> Result<Vec<String>, LoadError> {
		let Some(value) = self.get(field) else { return Ok(Vec::new()) };
		let items = match value {
			Value::String(text) if text.is_empty() => return Ok(Vec::new()),
			Value::String(text) => return Ok(vec![text.clone()]),
			Value::Array(items) => items,
			_ => return Err(self.error(field, format!("{} is not a list of strings", short(value)))),
		};
		let string = |item: &Value| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
		let texts: Option<Vec<_>> = items.iter().map(string).collect();
		texts.ok_or_else(|| self.error(field, format!("{} holds something that is not a name", short(value))))
	}

	fn modules(&self, field: &str) -> Result<Modules, LoadError> {
		match self.get(field) {
			None => Ok(Modules::None),
			Some(Value::String(text)) if text.is_empty() => Ok(Modules::None),
			Some(Value::String(text)) if text.eq_ignore_ascii_case("all-linear") => Ok(Modules::AllLinear),
			Some(Value::String(text)) => Ok(Modules::Pattern(text.clone())),
			Some(_) => match self.strings(field)? {
				names if names.is_empty() => Ok(Modules::None),
				names => Ok(Modules::Names(names)),
			},
		}
	}

	/// A list of non-negative integers, or one.
	fn numbers<T: TryFrom<u64>>(&self, field: &str, value: Option<&Value>) -> Result<Vec<T>, LoadError> {
		let Some(value) = value else { return Ok(Vec::new()) };
		let items = match value {
			Value::Array(items) => items.as_slice(),
			one => std::slice::from_ref(one),
		};
		let number = |item: &Value| item.as_u64().and_then(|number| T::try_from(number).ok());
		let numbers: Option<Vec<_>> = items.iter().map(number).collect();
		numbers.ok_or_else(|| self.error(field, format!("{} is not a list of indices", short(value))))
	}

	fn bias(&self) -> Result<Bias, LoadError> {
		match self.text("bias")?.as_deref() {
			None | Some("none") => Ok(Bias::None),
			Some("all") => Ok(Bias::All),
			Some("lora_only") => Ok(Bias::LoraOnly),
			Some(other) => Err(self.error("bias", format!("`{other}` is none of `none`, `all`, `lora_only`"))),
		}
	}

	fn trainable_tokens(&self) -> Result<TokenTables, LoadError> {
		const FIELD: &str = "trainable_token_indices";
		match self.get(FIELD) {
			None => Ok(Vec::new()),
			Some(Value::Object(tables)) => tables
				.iter()
				.map(|(name, value)| Ok((Some(name.clone()), self.numbers(&format!("{FIELD}.{name}"), Some(value))?)))
				.collect(),
			Some(list) => Ok(vec![(None, self.numbers(FIELD, Some(list))?)]),
		}
	}
}

/// Fields that are read above.
const HONOURED: &[&str] = &[
	"alpha_pattern",
	"base_model_name_or_path",
	"bias",
	"ensure_weight_tying",
	"exclude_modules",
	"fan_in_fan_out",
	"init_lora_weights",
	"layers_pattern",
	"layers_to_transform",
	"lora_alpha",
	"lora_bias",
	"modules_to_save",
	"peft_type",
	"r",
	"rank_pattern",
	"target_modules",
	"task_type",
	"trainable_token_indices",
	"use_dora",
	"use_rslora",
];

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn parse(fields: Value) -> Result<PeftConfig, String> {
		let mut all = json!({ "peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj"] });
		for (key, value) in fields.as_object().unwrap() {
			all[key] = value.clone();
		}
		PeftConfig::parse(Path::new("c.json"), all.to_string().as_bytes()).map_err(|error| error.to_string())
	}

	#[test]
	fn every_field_of_peft_is_known_at_its_default() {
		let fixture = include_str!("../../tests/fixtures/peft/llama/plain/adapter_config.json");
		let fields: Map<String, Value> = serde_json::from_str(fixture).unwrap();
		let known: Vec<&str> =
			HONOURED.iter().chain(WITHOUT_EFFECT).copied().chain(REFUSED.iter().map(|(name, _)| *name)).collect();
		assert!(fields.len() > 40);
		for field in fields.keys() {
			assert_eq!(known.iter().filter(|name| *name == field).count(), 1, "{field}");
		}
		let config = PeftConfig::parse(Path::new("c.json"), fixture.as_bytes()).unwrap();
		assert_eq!((config.rank, config.alpha, config.bias), (4, 8.0, Bias::None));
	}

	#[test]
	fn fields_without_support_are_refused_by_name() {
		for (field, value) in [
			("peft_type", json!("ADALORA")),
			("peft_type", json!(null)),
			("task_type", json!("SEQ_CLS")),
			("init_lora_weights", json!("pissa")),
			("init_lora_weights", json!("pissa_niter_4")),
			("init_lora_weights", json!("olora")),
			("init_lora_weights", json!("corda")),
			("init_lora_weights", json!("loftq")),
			("init_lora_weights", json!("lora_ga")),
			("alora_invocation_tokens", json!([1, 2])),
			("arrow_config", json!({ "top_k": 3 })),
			("kasa_config", json!({ "x": 1 })),
			("layer_replication", json!([[0, 4]])),
			("megatron_config", json!({ "a": 1 })),
			("monteclora_config", json!({ "a": 1 })),
			("target_parameters", json!(["w"])),
			("use_bdlora", json!({ "nblocks": 1 })),
			("use_qalora", json!(true)),
			("velora_config", json!({ "num_groups": 1 })),
			("a_field_of_the_future", json!(1)),
			("bias", json!("some")),
			("r", json!(0)),
			("r", json!(-4)),
			("r", json!(4.5)),
			("r", json!(1u64 << 40)),
			("r", json!("4")),
			("lora_alpha", json!("NaN")),
			("lora_alpha", json!(1e300)),
			("use_dora", json!("yes")),
			("rank_pattern", json!({ "q": 0 })),
			("rank_pattern", json!([1])),
			("alpha_pattern", json!({ "q": null })),
			("target_modules", json!([1])),
			("layers_to_transform", json!([-1])),
			("layers_pattern", json!("layers")),
			("trainable_token_indices", json!({ "e": [1.5] })),
			("exclude_modules", json!("all-linear")),
		] {
			let error = parse(json!({ field: value })).unwrap_err();
			assert!(error.contains(&format!("field `{field}")), "{field}: {error}");
		}
	}

	#[test]
	fn fields_that_are_off_are_accepted() {
		parse(json!({
			"a_field_of_the_future": false, "another": null, "third": {}, "use_qalora": false, "layer_replication": null,
			"init_lora_weights": "eva", "eva_config": { "rho": 2.0 }, "lora_dropout": 0.1, "runtime_config": { "x": true },
		}))
		.unwrap();
	}

	#[test]
	fn hostile_json_is_an_error() {
		let deep = format!("{}{}", "[".repeat(1 << 16), "]".repeat(1 << 16));
		let nan = r#"{"peft_type": "LORA", "lora_alpha": NaN}"#;
		for text in ["", "{", "null", "[]", nan, deep.as_str(), "{\"r\": 1e999}", "\u{0}"] {
			let error = PeftConfig::parse(Path::new("c.json"), text.as_bytes()).unwrap_err();
			assert!(matches!(error, LoadError::Malformed { .. } | LoadError::Field { .. }), "{text:.40}: {error}");
		}
	}

	#[test]
	fn scale_divides_by_the_rank_or_its_root() {
		let config = parse(json!({})).unwrap();
		assert_eq!(config.scale(4, 8.0), 2.0);
		let config = parse(json!({ "use_rslora": true })).unwrap();
		assert_eq!(config.scale(4, 8.0), 4.0);
	}
}
