//! `--adapter name=path[:weight]`.

use std::path::PathBuf;

/// An adapter that a command line names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AdapterArgument {
	/// The name; the folder's if none is given.
	pub(crate) name: String,
	/// The folder in PEFT's layout.
	pub(crate) path: PathBuf,
	/// The factor of its change; 1 unless given.
	pub(crate) weight: f32,
}

impl std::str::FromStr for AdapterArgument {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let (name, rest) = match text.split_once('=') {
			Some((name, rest)) => (Some(name), rest),
			None => (None, text),
		};
		// Only a number behind the last colon is a weight: colons may be part of a path.
		let (path, weight) = match rest.rsplit_once(':').map(|(path, weight)| (path, weight.parse::<f32>())) {
			Some((path, Ok(weight))) => (path, weight),
			_ => (rest, 1.0),
		};
		if !weight.is_finite() {
			return Err(format!("the weight {weight} is not a number"));
		}
		if path.is_empty() {
			return Err("has no path; write name=path or name=path:weight".into());
		}
		let path = PathBuf::from(path);
		let name = match name {
			Some("") => return Err("has no name; write name=path".into()),
			Some(name) => name.to_owned(),
			None => match path.file_name() {
				Some(name) => name.to_string_lossy().into_owned(),
				None => return Err(format!("{} has no name of its own; write name=path", path.display())),
			},
		};
		Ok(Self { name, path, weight })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(text: &str) -> Result<(String, String, f32), String> {
		text.parse::<AdapterArgument>().map(|a| (a.name, a.path.to_string_lossy().into_owned(), a.weight))
	}

	#[test]
	fn from_str_reads_name_path_and_weight() {
		let adapter = |name: &str, path: &str, weight| Ok((name.to_owned(), path.to_owned(), weight));
		assert_eq!(parse("law=/a/b"), adapter("law", "/a/b", 1.0));
		assert_eq!(parse("law=/a/b:0.5"), adapter("law", "/a/b", 0.5));
		assert_eq!(parse("law=/a/b:-2"), adapter("law", "/a/b", -2.0));
		assert_eq!(parse("/a/tax"), adapter("tax", "/a/tax", 1.0));
		assert_eq!(parse("./a:b/tax:v2"), adapter("tax:v2", "./a:b/tax:v2", 1.0));
	}

	#[test]
	fn from_str_refuses_what_names_nothing() {
		for text in ["", "=x", "x=", "x=:2", "x=/a:inf", "x=/a:NaN", "/"] {
			assert!(parse(text).is_err(), "{text}");
		}
	}
}
