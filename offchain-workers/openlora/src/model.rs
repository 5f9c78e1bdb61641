//! A model as it is loaded from one GGUF file: shape, weights and tokenizer.

use crate::error::LoadError;
use crate::gguf::{open, Gguf};
use crate::spec::DecoderSpec;
use crate::tokenizer::ChatTokenizer;
use crate::weights::Weights;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A loaded model. Cloning shares the weights.
#[derive(Debug, Clone)]
pub struct Model {
	pub(crate) spec: DecoderSpec,
	pub(crate) weights: Arc<Weights>,
	pub(crate) tokenizer: Arc<ChatTokenizer>,
	path: PathBuf,
	hash: [u8; 32],
}

impl Model {
	/// Loads the GGUF file at `path` and dequantises its weights to f32.
	///
	/// # Errors
	/// [`LoadError`] names the file and the field or tensor that is missing or not supported.
	pub fn load(path: &Path) -> Result<Self, LoadError> {
		let mut hasher = blake3::Hasher::new();
		hasher.update_reader(open(path)?).map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
		let mut gguf = Gguf::open(path)?;
		let spec = DecoderSpec::from_gguf(&gguf)?;
		let tokenizer = Arc::new(ChatTokenizer::from_gguf(&gguf)?);
		let weights = Arc::new(Weights::from_gguf(&mut gguf, &spec)?);
		tracing::info!(path = %path.display(), layers = spec.layers, width = spec.width, "model loaded");
		Ok(Self { spec, weights, tokenizer, path: path.to_owned(), hash: *hasher.finalize().as_bytes() })
	}

	/// The shape.
	pub fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	/// The weights, shared.
	pub fn weights(&self) -> &Arc<Weights> {
		&self.weights
	}

	/// The tokenizer, shared.
	pub fn tokenizer(&self) -> &Arc<ChatTokenizer> {
		&self.tokenizer
	}

	/// The file it was loaded from.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// BLAKE3 of the file.
	pub fn hash(&self) -> [u8; 32] {
		self.hash
	}
}
