//! Where the files of a model are.

use crate::OnnxError;
use std::path::{Path, PathBuf};

const MODEL: &str = "the model";
const MODEL_FIX: &str = "give the ONNX file or a folder with model.onnx";

/// The three files that a model needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
	/// The library of ONNX Runtime, 1.20 or later.
	pub runtime: PathBuf,
	/// The model.
	pub model: PathBuf,
	/// Its `tokenizer.json`.
	pub tokenizer: PathBuf,
}

impl Files {
	/// The sentence encoder that `make setup` puts into `assets`.
	pub fn in_assets(assets: impl AsRef<Path>) -> Self {
		let assets = assets.as_ref();
		Self {
			runtime: assets.join("libonnxruntime.so"),
			model: assets.join("minilm.onnx"),
			tokenizer: assets.join("minilm-tokenizer.json"),
		}
	}

	/// The files of `model`: a folder as hubs have it, with `model.onnx` or `onnx/model.onnx` and `tokenizer.json`, or an ONNX
	/// file with `tokenizer.json` beside it or one folder up.
	///
	/// # Errors
	/// [`OnnxError::Missing`] if one of the two is not there. The library is looked for when a model is loaded.
	pub fn find(runtime: impl Into<PathBuf>, model: impl AsRef<Path>) -> Result<Self, OnnxError> {
		let model = model_in(model.as_ref())?;
		require(MODEL, MODEL_FIX, &model)?;
		let folder = model.parent().unwrap_or(Path::new(""));
		let beside = folder.join("tokenizer.json");
		let above = folder.parent().map_or(beside.clone(), |above| above.join("tokenizer.json"));
		let tokenizer = first("the tokenizer", "put the model's tokenizer.json beside it", [beside, above])?;
		Ok(Self { runtime: runtime.into(), model, tokenizer })
	}

	/// The files of `model`, found as [`Self::find`] does, with a tokenizer that lies elsewhere.
	///
	/// # Errors
	/// [`OnnxError::Missing`] if a folder has no model.
	pub fn with_tokenizer(
		runtime: impl Into<PathBuf>,
		model: impl AsRef<Path>,
		tokenizer: impl Into<PathBuf>,
	) -> Result<Self, OnnxError> {
		let model = model_in(model.as_ref())?;
		Ok(Self { runtime: runtime.into(), model, tokenizer: tokenizer.into() })
	}
}

/// The model of a folder, or the file itself.
fn model_in(path: &Path) -> Result<PathBuf, OnnxError> {
	if !path.is_dir() {
		return Ok(path.to_path_buf());
	}
	first(MODEL, MODEL_FIX, [path.join("model.onnx"), path.join("onnx/model.onnx")])
}

/// The first of `paths` that is there.
fn first(what: &'static str, fix: &'static str, paths: [PathBuf; 2]) -> Result<PathBuf, OnnxError> {
	match paths.iter().find(|path| path.is_file()) {
		Some(path) => Ok(path.clone()),
		None => Err(OnnxError::Missing { what, path: paths[0].clone(), fix }),
	}
}

/// That there is a file at `path`.
pub(crate) fn require(what: &'static str, fix: &'static str, path: &Path) -> Result<(), OnnxError> {
	if path.is_file() {
		Ok(())
	} else {
		Err(OnnxError::Missing { what, path: path.to_path_buf(), fix })
	}
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use std::fs;

	#[test]
	fn find_knows_the_layouts_of_hubs() {
		for (model, given) in [("model.onnx", ""), ("onnx/model.onnx", ""), ("onnx/int8.onnx", "onnx/int8.onnx")] {
			let dir = tempfile::tempdir().unwrap();
			let folder = dir.path();
			fs::create_dir(folder.join("onnx")).unwrap();
			assert!(matches!(Files::find("r", folder.join(given)), Err(OnnxError::Missing { .. })), "{model}");
			fs::write(folder.join(model), "").unwrap();
			assert!(matches!(
				Files::find("r", folder.join(given)),
				Err(OnnxError::Missing { what: "the tokenizer", .. })
			));
			fs::write(folder.join("tokenizer.json"), "").unwrap();
			let files = Files::find("r", folder.join(given)).unwrap();
			assert_eq!((files.model, files.tokenizer), (folder.join(model), folder.join("tokenizer.json")));
		}
	}
}
