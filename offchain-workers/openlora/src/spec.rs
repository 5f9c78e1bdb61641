//! `DecoderSpec`: the shape of a decoder, as its file describes it.

use crate::error::LoadError;
use crate::gguf::Gguf;
use candle_core::quantized::gguf_file::Value;

/// Shape and constants of a decoder of the llama family: RMS norm, rotary positions, grouped-query attention, SwiGLU.
#[derive(Debug, Clone, PartialEq)]
pub struct DecoderSpec {
	/// Number of blocks.
	pub layers: usize,
	/// Width of the residual stream.
	pub width: usize,
	/// Inner width of the feed-forward part.
	pub ffn_width: usize,
	/// Query heads.
	pub heads: usize,
	/// Key and value heads; divides `heads`.
	pub kv_heads: usize,
	/// Width of one head; even.
	pub head_dim: usize,
	/// Base of the rotary frequencies.
	pub rope_base: f32,
	/// Added to the mean square in the norms.
	pub norm_eps: f32,
	/// Number of token ids.
	pub vocab: usize,
	/// Positions the model was trained for.
	pub context: usize,
	/// Whether the output projection is the embedding table.
	pub tied_embeddings: bool,
}

/// Metadata that would change the arithmetic; present with another value than "off", it is refused by name.
const REFUSED: [&str; 7] = [
	"llama.rope.scaling.type",
	"llama.rope.scaling.factor",
	"llama.rope.scale_linear",
	"llama.expert_count",
	"llama.attention.sliding_window",
	"llama.attention.clamp_kqv",
	"llama.logit_scale",
];

impl DecoderSpec {
	/// Width of all query heads together.
	pub fn query_width(&self) -> usize {
		self.heads * self.head_dim
	}

	/// Width of all key heads together, which is also that of all value heads.
	pub fn kv_width(&self) -> usize {
		self.kv_heads * self.head_dim
	}

	/// Reads the description from GGUF metadata.
	///
	/// # Errors
	/// [`LoadError::Architecture`] for anything but `llama`; [`LoadError::Field`] for a field that is missing,
	/// inconsistent, or asks for arithmetic that is not implemented.
	pub(crate) fn from_gguf(gguf: &Gguf) -> Result<Self, LoadError> {
		let architecture = gguf.string("general.architecture")?;
		if architecture != "llama" {
			return Err(LoadError::Architecture { path: gguf.path().to_owned(), name: architecture.to_owned() });
		}
		for key in REFUSED {
			match gguf.get(key) {
				None | Some(Value::U32(0)) | Some(Value::F32(0.0)) => {}
				Some(Value::String(v)) if v == "none" => {}
				Some(v) => return Err(gguf.field_error(key, format!("{v:?} is not supported"))),
			}
		}
		let heads = gguf.integer("llama.attention.head_count")?;
		let width = gguf.integer("llama.embedding_length")?;
		let optional = |key: &str, default: usize| match gguf.get(key) {
			Some(_) => gguf.integer(key),
			None => Ok(default),
		};
		let head_dim = optional("llama.attention.key_length", width.checked_div(heads).unwrap_or(0))?;
		let spec = Self {
			layers: gguf.integer("llama.block_count")?,
			width,
			ffn_width: gguf.integer("llama.feed_forward_length")?,
			heads,
			kv_heads: optional("llama.attention.head_count_kv", heads)?,
			head_dim,
			rope_base: gguf.get("llama.rope.freq_base").map_or(Ok(10_000.0), |_| gguf.float("llama.rope.freq_base"))?,
			norm_eps: gguf.float("llama.attention.layer_norm_rms_epsilon")?,
			vocab: gguf.strings("tokenizer.ggml.tokens")?.len(),
			context: gguf.integer("llama.context_length")?,
			tied_embeddings: !gguf.has_tensor("output.weight"),
		};
		for (field, expected) in [("llama.rope.dimension_count", head_dim), ("llama.attention.value_length", head_dim)]
		{
			if optional(field, expected)? != expected {
				return Err(gguf.field_error(field, format!("must equal the head width {expected}")));
			}
		}
		spec.check().map_err(|(field, reason)| gguf.field_error(&format!("llama.{field}"), reason))?;
		Ok(spec)
	}

	/// Checks the relations between the fields; the error is a field and what is wrong with it.
	fn check(&self) -> Result<(), (&'static str, &'static str)> {
		let limit = 1 << 24;
		for (field, value) in [
			("block_count", self.layers),
			("embedding_length", self.width),
			("feed_forward_length", self.ffn_width),
			("attention.head_count", self.heads),
			("attention.head_count_kv", self.kv_heads),
			("attention.key_length", self.head_dim),
			("vocab_size", self.vocab),
			("context_length", self.context),
		] {
			if value == 0 || value > limit {
				return Err((field, "must be between 1 and 2^24"));
			}
		}
		if !self.heads.is_multiple_of(self.kv_heads) {
			return Err(("attention.head_count_kv", "must divide the number of heads"));
		}
		if !self.head_dim.is_multiple_of(2) {
			return Err(("attention.key_length", "must be even"));
		}
		if !(self.rope_base.is_finite() && self.rope_base > 1.0) {
			return Err(("rope.freq_base", "must be above 1"));
		}
		if !(self.norm_eps.is_finite() && self.norm_eps > 0.0) {
			return Err(("attention.layer_norm_rms_epsilon", "must be positive"));
		}
		Ok(())
	}
}
