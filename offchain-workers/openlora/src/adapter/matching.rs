//! Which modules a configuration means, by the rules of PEFT (`check_target_module_exists`, `get_pattern_key`, `_set_trainable`).

use super::config::{Modules, PeftConfig};
use crate::error::LoadError;
use fancy_regex::{Regex, RegexBuilder};

/// The most steps of one match; expressions of adapters are not to be trusted.
const BACKTRACK_LIMIT: usize = 100_000;

/// The expressions of a configuration, compiled.
pub(super) struct Matcher<'a> {
	config: &'a PeftConfig,
	targets: Option<Regex>,
	excluded: Option<Regex>,
	saved: Vec<Regex>,
	layers: Vec<Regex>,
	ranks: Vec<(Regex, usize)>,
	alphas: Vec<(Regex, f64)>,
}

impl<'a> Matcher<'a> {
	/// Compiles the expressions of `config`.
	///
	/// # Errors
	/// [`LoadError::Field`] for an expression that is not one.
	pub(super) fn new(config: &'a PeftConfig) -> Result<Self, LoadError> {
		let compile = |field: &str, text: String| compile(config, field, &text);
		let whole = |field: &str, modules: &Modules| match modules {
			Modules::Pattern(pattern) => compile(field, format!("^(?:{pattern})$")).map(Some),
			_ => Ok(None),
		};
		let layers: Result<Vec<_>, _> = match config.layers_pattern.as_slice() {
			[] => compile("layers_pattern", r"^.*?\.[^.]*\.(?P<idx>\d+)\.".into()).map(|any| vec![any]),
			names => {
				let pattern = |name: &String| format!(r"^(?:^|.*?\.){name}\.(?P<idx>\d+)\.");
				names.iter().map(|name| compile("layers_pattern", pattern(name))).collect()
			}
		};
		let saved = config.modules_to_save.iter();
		let saved = saved.map(|name| compile("modules_to_save", format!(r"^(^|.*\.){name}($|\..*)")));
		let key = |field: &str, key: &str| compile(&format!("{field}.{key}"), format!(r"^(.*\.)?({key})$"));
		let ranks = config.rank_pattern.iter().map(|(text, rank)| Ok((key("rank_pattern", text)?, *rank)));
		let alphas = config.alpha_pattern.iter().map(|(text, alpha)| Ok((key("alpha_pattern", text)?, *alpha)));
		Ok(Self {
			config,
			targets: whole("target_modules", &config.target_modules)?,
			excluded: whole("exclude_modules", &config.exclude_modules)?,
			saved: saved.collect::<Result<_, LoadError>>()?,
			layers: layers?,
			ranks: ranks.collect::<Result<_, LoadError>>()?,
			alphas: alphas.collect::<Result<_, LoadError>>()?,
		})
	}

	/// Whether the module at `path` is low-rank adapted. `linear`: whether `all-linear` means it.
	///
	/// # Errors
	/// [`LoadError::Field`] if an expression needs too many steps.
	pub(super) fn is_target(&self, path: &str, linear: bool) -> Result<bool, LoadError> {
		let excluded = match (&self.excluded, &self.config.exclude_modules) {
			(Some(pattern), _) => self.matches("exclude_modules", pattern, path)?,
			(None, Modules::Names(names)) => names.iter().any(|name| ends_with(path, name)),
			(None, _) => false,
		};
		if excluded {
			return Ok(false);
		}
		for pattern in &self.saved {
			if self.matches("modules_to_save", pattern, path)? {
				return Ok(false);
			}
		}
		match (&self.targets, &self.config.target_modules) {
			(Some(pattern), _) => self.matches("target_modules", pattern, path),
			(None, Modules::AllLinear) => Ok(linear),
			(None, Modules::Names(names)) if names.iter().any(|name| name == path) => Ok(true),
			(None, Modules::Names(names)) => {
				Ok(names.iter().any(|name| ends_with(path, name)) && self.in_layers(path)?)
			}
			(None, _) => Ok(false),
		}
	}

	fn in_layers(&self, path: &str) -> Result<bool, LoadError> {
		if self.config.layers_to_transform.is_empty() {
			return Ok(true);
		}
		for pattern in &self.layers {
			let captures = pattern.captures(path).map_err(|error| self.too_long("layers_pattern", &error))?;
			let index = captures.as_ref().and_then(|found| found.name("idx")?.as_str().parse::<usize>().ok());
			if let Some(index) = index {
				return Ok(self.config.layers_to_transform.contains(&index));
			}
		}
		Ok(false)
	}

	/// Rank and scale of the module at `path`: the first expression that matches its end decides.
	///
	/// # Errors
	/// [`LoadError::Field`] if an expression needs too many steps.
	pub(super) fn rank_and_scale(&self, path: &str) -> Result<(usize, f32), LoadError> {
		let rank = self.first(&self.ranks, "rank_pattern", path)?.unwrap_or(self.config.rank);
		let alpha = self.first(&self.alphas, "alpha_pattern", path)?.unwrap_or(self.config.alpha);
		Ok((rank, self.config.scale(rank, alpha)))
	}

	fn first<T: Copy>(&self, patterns: &[(Regex, T)], field: &str, path: &str) -> Result<Option<T>, LoadError> {
		for (pattern, value) in patterns {
			if self.matches(field, pattern, path)? {
				return Ok(Some(*value));
			}
		}
		Ok(None)
	}

	/// Whether the module at `path`, or one that it is part of, is saved whole.
	pub(super) fn is_saved(&self, path: &str) -> bool {
		let ends = path.match_indices('.').map(|(dot, _)| &path[..dot]).chain([path]);
		let mut ends = ends.flat_map(|end| self.config.modules_to_save.iter().map(move |name| end.ends_with(name)));
		ends.any(|found| found)
	}

	fn matches(&self, field: &str, pattern: &Regex, path: &str) -> Result<bool, LoadError> {
		pattern.is_match(path).map_err(|error| self.too_long(field, &error))
	}

	fn too_long(&self, field: &str, error: &fancy_regex::Error) -> LoadError {
		LoadError::Field { path: self.config.path.clone(), field: field.into(), reason: error.to_string() }
	}
}

fn compile(config: &PeftConfig, field: &str, text: &str) -> Result<Regex, LoadError> {
	let built = RegexBuilder::new(text)
		.backtrack_limit(BACKTRACK_LIMIT)
		.delegate_size_limit(1 << 20)
		.delegate_dfa_size_limit(1 << 20)
		.build();
	built.map_err(|error| LoadError::Field {
		path: config.path.clone(),
		field: field.into(),
		reason: format!("is not an expression that is understood: {error}"),
	})
}

/// Whether `path` is `name` or ends with a dot and `name`.
pub(super) fn ends_with(path: &str, name: &str) -> bool {
	path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{json, Value};
	use std::path::Path;

	const Q0: &str = "model.layers.0.self_attn.q_proj";
	const Q11: &str = "model.layers.11.self_attn.q_proj";

	fn config(fields: Value) -> PeftConfig {
		let mut all = json!({ "peft_type": "LORA", "r": 4, "lora_alpha": 8 });
		for (key, value) in fields.as_object().unwrap() {
			all[key] = value.clone();
		}
		PeftConfig::parse(Path::new("c.json"), all.to_string().as_bytes()).unwrap()
	}

	fn targets(fields: Value, path: &str) -> bool {
		Matcher::new(&config(fields)).unwrap().is_target(path, true).unwrap()
	}

	#[test]
	fn names_match_whole_segments_of_the_end() {
		assert!(targets(json!({ "target_modules": ["q_proj"] }), Q0));
		assert!(targets(json!({ "target_modules": ["self_attn.q_proj"] }), Q0));
		assert!(targets(json!({ "target_modules": [Q0] }), Q0));
		assert!(!targets(json!({ "target_modules": ["proj"] }), Q0));
		assert!(!targets(json!({ "target_modules": null }), Q0));
	}

	#[test]
	fn expressions_match_the_whole_path_and_may_look_around() {
		assert!(targets(json!({ "target_modules": r".*\.(q|k)_proj" }), Q0));
		assert!(!targets(json!({ "target_modules": "q_proj" }), Q0));
		assert!(!targets(json!({ "target_modules": "model|q_proj" }), Q0));
		assert!(targets(json!({ "target_modules": r"^(?!.*vision).*q_proj" }), Q0));
		assert!(targets(json!({ "target_modules": "All-Linear" }), Q0));
	}

	#[test]
	fn layers_and_exceptions_narrow_the_targets() {
		let layers = |layers: Value, pattern: Value| json!({ "target_modules": ["q_proj"], "layers_to_transform": layers, "layers_pattern": pattern });
		assert!(targets(layers(json!([0, 3]), json!(null)), Q0));
		assert!(!targets(layers(json!([0, 1]), json!(null)), Q11));
		assert!(targets(layers(json!(11), json!("layers")), Q11));
		assert!(!targets(layers(json!(11), json!(["h"])), Q11));
		// A whole path is a target in any layer.
		assert!(targets(json!({ "target_modules": [Q0], "layers_to_transform": [5] }), Q0));
		assert!(!targets(json!({ "target_modules": ["q_proj"], "exclude_modules": ["self_attn.q_proj"] }), Q0));
		assert!(!targets(json!({ "target_modules": ["q_proj"], "exclude_modules": r".*\.0\..*" }), Q0));
		assert!(targets(json!({ "target_modules": ["q_proj"], "exclude_modules": r".*\.0\..*" }), Q11));
		assert!(!targets(json!({ "target_modules": ["q_proj"], "modules_to_save": ["self_attn"] }), Q0));
	}

	#[test]
	fn the_first_pattern_that_matches_the_end_decides() {
		let config = config(json!({
			"target_modules": ["q_proj"], "rank_pattern": { "1.self_attn.q_proj": 3, "q_proj": 2 },
			"alpha_pattern": { r"layers\.0\..*": 5 },
		}));
		let matcher = Matcher::new(&config).unwrap();
		assert_eq!(matcher.rank_and_scale(Q0).unwrap(), (2, 2.5));
		// `.*\.` has to end before the pattern: `11` is not `1`.
		assert_eq!(matcher.rank_and_scale(Q11).unwrap(), (2, 4.0));
		assert_eq!(matcher.rank_and_scale("model.layers.1.self_attn.q_proj").unwrap(), (3, 8.0 / 3.0));
	}

	#[test]
	fn saved_modules_match_by_the_end_of_any_parent() {
		let config = config(json!({ "modules_to_save": ["norm", "mlp"] }));
		let matcher = Matcher::new(&config).unwrap();
		assert!(matcher.is_saved("model.norm") && matcher.is_saved("model.layers.0.input_layernorm"));
		assert!(matcher.is_saved("model.layers.0.mlp.up_proj") && !matcher.is_saved(Q0));
	}

	#[test]
	fn expressions_that_are_none_or_take_too_long_are_refused() {
		for pattern in ["(", "[", "a**)", "a{1000000000}", "((a{500}){500}){500}"] {
			let config = config(json!({ "target_modules": pattern }));
			let error = Matcher::new(&config).err().unwrap_or_else(|| panic!("{pattern} was accepted")).to_string();
			assert!(error.contains("field `target_modules`"), "{error}");
		}
		let config = config(json!({ "target_modules": r"(?=(a+)+$)(a|a|a|aa)+\1*b" }));
		let error = Matcher::new(&config).unwrap().is_target(&"a".repeat(60), true).unwrap_err().to_string();
		assert!(error.contains("field `target_modules`"), "{error}");
	}
}
