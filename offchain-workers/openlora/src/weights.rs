//! The weights of a decoder in f32, in the layout of Hugging Face, so that PEFT adapters apply unchanged.

use crate::adapter::Target;
use crate::error::LoadError;
use crate::gguf::Gguf;
use crate::matrix::Matrix;
use crate::spec::DecoderSpec;

/// The weights of one block. Linear weights are [outputs, inputs].
#[derive(Debug, Clone)]
pub struct LayerWeights {
	/// Scale of the norm before attention, [width].
	pub attention_norm: Vec<f32>,
	/// Scale of the norm before the feed-forward part, [width].
	pub ffn_norm: Vec<f32>,
	linears: [Matrix; 7],
}

impl LayerWeights {
	/// The weight of one linear layer, [outputs, inputs].
	pub fn linear(&self, target: Target) -> &Matrix {
		&self.linears[target as usize]
	}
}

/// All weights of a decoder.
#[derive(Debug, Clone)]
pub struct Weights {
	/// Token embeddings, [vocab, width].
	pub embedding: Matrix,
	/// The blocks, first to last.
	pub layers: Vec<LayerWeights>,
	/// Scale of the final norm, [width].
	pub norm: Vec<f32>,
	output: Option<Matrix>,
}

impl Weights {
	/// The output projection, [vocab, width]; the embedding table where the two are tied.
	pub fn head(&self) -> &Matrix {
		self.output.as_ref().unwrap_or(&self.embedding)
	}

	/// Reads every tensor once and keeps one f32 copy.
	pub(crate) fn from_gguf(gguf: &mut Gguf, spec: &DecoderSpec) -> Result<Self, LoadError> {
		for layer in 0..spec.layers {
			for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
				let bias = format!("blk.{layer}.{part}.bias");
				if gguf.has_tensor(&bias) {
					return Err(gguf.tensor_error(&bias, "biases are not supported"));
				}
			}
		}
		if gguf.has_tensor("rope_freqs.weight") {
			return Err(gguf.tensor_error("rope_freqs.weight", "scaled rotary positions are not supported"));
		}
		let embedding = matrix(gguf, "token_embd.weight", spec.vocab, spec.width)?;
		let layers = (0..spec.layers).map(|layer| read_layer(gguf, spec, layer)).collect::<Result<_, _>>()?;
		let norm = gguf.tensor("output_norm.weight", &[spec.width])?;
		let output = match spec.tied_embeddings {
			true => None,
			false => Some(matrix(gguf, "output.weight", spec.vocab, spec.width)?),
		};
		Ok(Self { embedding, layers, norm, output })
	}
}

fn read_layer(gguf: &mut Gguf, spec: &DecoderSpec, layer: usize) -> Result<LayerWeights, LoadError> {
	let mut linear = |target: Target| {
		let name = format!("blk.{layer}.{}.weight", gguf_name(target));
		let (rows, cols) = target.shape(spec);
		let weight = matrix(gguf, &name, rows, cols)?;
		Ok(match target {
			Target::Query | Target::Key => unpermute(&weight, spec.head_dim),
			_ => weight,
		})
	};
	let linears = [
		linear(Target::Query)?,
		linear(Target::Key)?,
		linear(Target::Value)?,
		linear(Target::Output)?,
		linear(Target::Gate)?,
		linear(Target::Up)?,
		linear(Target::Down)?,
	];
	Ok(LayerWeights {
		attention_norm: gguf.tensor(&format!("blk.{layer}.attn_norm.weight"), &[spec.width])?,
		ffn_norm: gguf.tensor(&format!("blk.{layer}.ffn_norm.weight"), &[spec.width])?,
		linears,
	})
}

fn gguf_name(target: Target) -> &'static str {
	match target {
		Target::Query => "attn_q",
		Target::Key => "attn_k",
		Target::Value => "attn_v",
		Target::Output => "attn_output",
		Target::Gate => "ffn_gate",
		Target::Up => "ffn_up",
		Target::Down => "ffn_down",
	}
}

fn matrix(gguf: &mut Gguf, name: &str, rows: usize, cols: usize) -> Result<Matrix, LoadError> {
	let data = gguf.tensor(name, &[rows, cols])?;
	Matrix::new(rows, cols, data).ok_or_else(|| gguf.tensor_error(name, "has another number of values"))
}

/// Undoes the row order of GGUF: there, the two values of a rotary pair are neighbours (row `2j + s` of a head);
/// in the layout of Hugging Face they are half a head apart (row `s · head_dim / 2 + j`).
fn unpermute(weight: &Matrix, head_dim: usize) -> Matrix {
	let half = head_dim / 2;
	let source = |row: usize| {
		let (head, within) = (row / head_dim, row % head_dim);
		head * head_dim + 2 * (within % half) + within / half
	};
	let data = (0..weight.rows()).flat_map(|row| weight.row(source(row)).iter().copied()).collect();
	// The row order changes, the number of values does not.
	Matrix::new(weight.rows(), weight.cols(), data).unwrap_or_else(|| weight.clone())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn unpermute_inverts_the_order_that_the_gguf_converter_writes() {
		// Two heads of width 6, one column; the value is the row's index in the layout of Hugging Face.
		// The converter reshapes a head to [2, 3] and swaps the axes: 0 1 2 | 3 4 5 becomes 0 3 1 4 2 5.
		let gguf = [0.0, 3.0, 1.0, 4.0, 2.0, 5.0, 6.0, 9.0, 7.0, 10.0, 8.0, 11.0].to_vec();
		let unpermuted = unpermute(&Matrix::new(12, 1, gguf).unwrap(), 6);
		let expected: Vec<f32> = (0..12).map(|i| i as f32).collect();
		assert_eq!(unpermuted.data(), expected);
	}
}
