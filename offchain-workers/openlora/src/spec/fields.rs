//! Typed access to the fields of a configuration, with errors that name the file and the field.

use crate::error::LoadError;
use serde_json::{Map, Value};
use std::path::Path;

/// The most that any dimension may be. No model comes near it, and products of two stay far from overflowing.
pub(crate) const MAX_SIZE: usize = 1 << 24;

/// An object of a JSON file, or the metadata of a GGUF file in the same form.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
	path: &'a Path,
	/// Name of the object within the file with a point after it; empty at the top.
	within: &'static str,
	map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
	pub(crate) fn new(path: &'a Path, map: &'a Map<String, Value>) -> Self {
		Self { path, within: "", map }
	}

	pub(crate) fn error(&self, field: &str, reason: impl Into<String>) -> LoadError {
		LoadError::Field { path: self.path.into(), field: format!("{}{field}", self.within), reason: reason.into() }
	}

	pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
		self.map.keys().map(String::as_str)
	}

	/// The value, unless it is missing or null.
	pub(crate) fn get(&self, field: &str) -> Option<&'a Value> {
		self.map.get(field).filter(|value| !value.is_null())
	}

	/// Whether the field is there and null.
	pub(crate) fn is_null(&self, field: &str) -> bool {
		self.map.get(field).is_some_and(Value::is_null)
	}

	/// An object within this one; `within` is its name with a point after it.
	pub(crate) fn object(&self, field: &str, within: &'static str) -> Result<Option<Self>, LoadError> {
		match self.get(field) {
			None => Ok(None),
			Some(Value::Object(map)) => Ok(Some(Self { path: self.path, within, map })),
			Some(other) => Err(self.error(field, format!("must be an object, is {}", short(other)))),
		}
	}

	pub(crate) fn size(&self, field: &str) -> Result<usize, LoadError> {
		self.optional_size(field)?.ok_or_else(|| self.missing(field))
	}

	/// The first of several names that is there.
	pub(crate) fn size_of(&self, names: &[&str]) -> Result<usize, LoadError> {
		for name in names {
			if let Some(size) = self.optional_size(name)? {
				return Ok(size);
			}
		}
		Err(self.missing(names.first().copied().unwrap_or_default()))
	}

	/// An integer in 1..=[`MAX_SIZE`].
	pub(crate) fn optional_size(&self, field: &str) -> Result<Option<usize>, LoadError> {
		let Some(value) = self.get(field) else { return Ok(None) };
		match value.as_u64().and_then(|n| usize::try_from(n).ok()) {
			Some(n) if (1..=MAX_SIZE).contains(&n) => Ok(Some(n)),
			_ => Err(self.error(field, format!("must be an integer from 1 to {MAX_SIZE}, is {}", short(value)))),
		}
	}

	/// An integer in 0..=[`MAX_SIZE`].
	pub(crate) fn optional_count(&self, field: &str) -> Result<Option<usize>, LoadError> {
		match self.get(field).and_then(Value::as_u64) {
			Some(0) => Ok(Some(0)),
			_ => self.optional_size(field),
		}
	}

	/// Key and value heads: as many as queries' where the field is null, and where it is missing and `optional`.
	pub(crate) fn kv_heads(&self, field: &str, heads: usize, optional: bool) -> Result<usize, LoadError> {
		match self.optional_size(field)? {
			Some(kv_heads) => Ok(kv_heads),
			None if optional || self.is_null(field) => Ok(heads),
			None => Err(self.missing(field)),
		}
	}

	/// A finite number.
	pub(crate) fn optional_number(&self, field: &str) -> Result<Option<f64>, LoadError> {
		let Some(value) = self.get(field) else { return Ok(None) };
		match value.as_f64().filter(|n| n.is_finite() && (*n as f32).is_finite()) {
			Some(n) => Ok(Some(n)),
			None => Err(self.error(field, format!("must be a finite number, is {}", short(value)))),
		}
	}

	/// A finite number above 0.
	pub(crate) fn optional_positive(&self, field: &str) -> Result<Option<f64>, LoadError> {
		match self.optional_number(field)? {
			Some(n) if (n as f32) < f32::MIN_POSITIVE => Err(self.error(field, format!("must be above 0, is {n}"))),
			other => Ok(other),
		}
	}

	pub(crate) fn positive(&self, field: &str) -> Result<f64, LoadError> {
		self.optional_positive(field)?.ok_or_else(|| self.missing(field))
	}

	/// What is added to a variance before its root is taken: in (0, 1].
	pub(crate) fn epsilon(&self, field: &str) -> Result<f32, LoadError> {
		match self.positive(field)? {
			eps if eps <= 1.0 => Ok(eps as f32),
			eps => Err(self.error(field, format!("must be at most 1, is {eps}"))),
		}
	}

	pub(crate) fn flag(&self, field: &str, default: bool) -> Result<bool, LoadError> {
		match self.get(field) {
			None => Ok(default),
			Some(Value::Bool(flag)) => Ok(*flag),
			Some(other) => Err(self.error(field, format!("must be true or false, is {}", short(other)))),
		}
	}

	pub(crate) fn text(&self, field: &str) -> Result<Option<&'a str>, LoadError> {
		match self.get(field) {
			None => Ok(None),
			Some(Value::String(text)) => Ok(Some(text)),
			Some(other) => Err(self.error(field, format!("must be a string, is {}", short(other)))),
		}
	}

	/// Refuses the flag unless it is `only`, which is also what its absence means.
	pub(crate) fn require_flag(&self, field: &str, only: bool) -> Result<(), LoadError> {
		match self.flag(field, only)? {
			flag if flag == only => Ok(()),
			flag => Err(self.error(field, format!("{flag} is not supported, only {only}"))),
		}
	}

	pub(crate) fn missing(&self, field: &str) -> LoadError {
		self.error(field, "is missing")
	}
}

/// A value in at most 60 bytes or so, for messages.
pub(crate) fn short(value: &Value) -> String {
	match value {
		Value::Array(_) => "a list".into(),
		Value::Object(_) => "an object".into(),
		other => {
			let text = other.to_string();
			match text.char_indices().nth(60) {
				Some((end, _)) => format!("{}…", &text[..end]),
				None => text,
			}
		}
	}
}
