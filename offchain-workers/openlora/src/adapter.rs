//! LoRA adapters: which linear layers they change, by which low-rank product.

use crate::matrix::{matmul, Matrix, View};
use crate::spec::DecoderSpec;

/// A linear layer of a block that an adapter can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(usize)]
pub enum Target {
	/// Attention queries.
	Query = 0,
	/// Attention keys.
	Key = 1,
	/// Attention values.
	Value = 2,
	/// Attention output.
	Output = 3,
	/// Feed-forward gate.
	Gate = 4,
	/// Feed-forward up projection.
	Up = 5,
	/// Feed-forward down projection.
	Down = 6,
}

impl Target {
	/// All targets, in the order of their discriminants.
	pub const ALL: [Self; 7] = [Self::Query, Self::Key, Self::Value, Self::Output, Self::Gate, Self::Up, Self::Down];

	/// The name PEFT uses, such as `q_proj`.
	pub fn name(self) -> &'static str {
		match self {
			Self::Query => "q_proj",
			Self::Key => "k_proj",
			Self::Value => "v_proj",
			Self::Output => "o_proj",
			Self::Gate => "gate_proj",
			Self::Up => "up_proj",
			Self::Down => "down_proj",
		}
	}

	/// The target of that name, if there is one.
	pub fn from_name(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|target| target.name() == name)
	}

	/// The full module path in layer `layer`, such as `model.layers.3.self_attn.q_proj`.
	pub fn module(self, layer: usize) -> String {
		let part = match self {
			Self::Query | Self::Key | Self::Value | Self::Output => "self_attn",
			Self::Gate | Self::Up | Self::Down => "mlp",
		};
		format!("model.layers.{layer}.{part}.{}", self.name())
	}

	/// Outputs and inputs of the layer.
	pub fn shape(self, spec: &DecoderSpec) -> (usize, usize) {
		match self {
			Self::Query => (spec.query_width(), spec.width),
			Self::Key | Self::Value => (spec.kv_width(), spec.width),
			Self::Output => (spec.width, spec.query_width()),
			Self::Gate | Self::Up => (spec.ffn_width, spec.width),
			Self::Down => (spec.width, spec.ffn_width),
		}
	}
}

/// The change of one linear layer: `y += scale · (x · aᵀ) · bᵀ`.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraPair {
	/// [rank, inputs].
	pub a: Matrix,
	/// [outputs, rank].
	pub b: Matrix,
	/// alpha / rank, or alpha / √rank with rsLoRA.
	pub scale: f32,
}

impl LoraPair {
	/// Adds the change for the inputs `x` ([rows, inputs]) to `out` ([rows, outputs]).
	pub fn add_to(&self, x: &[f32], out: &mut [f32]) {
		let (rank, inputs) = (self.a.rows(), self.a.cols());
		let rows = x.len() / inputs;
		let mut inner = vec![0.0; rows * rank];
		crate::matrix::linear(x, &self.a, &mut inner);
		matmul(out, View::new(&inner, rows, rank), self.b.view().t(), self.scale, true);
	}
}

/// What is known of an adapter without its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterInfo {
	/// The name it is requested by.
	pub name: String,
	/// BLAKE3 of the safetensors file.
	pub hash: [u8; 32],
	/// The rank of `adapter_config.json`, before patterns.
	pub rank: usize,
	/// The alpha of `adapter_config.json`, before patterns.
	pub alpha: f32,
	/// The linear layers it changes.
	pub targets: Vec<Target>,
	/// Number of weights.
	pub parameters: usize,
}

/// An adapter whose shapes fit the model it was loaded for.
#[derive(Debug, Clone)]
pub struct Adapter {
	pub(crate) info: AdapterInfo,
	pub(crate) layers: Vec<[Option<LoraPair>; 7]>,
}

impl Adapter {
	/// What is known of it without its weights.
	pub fn info(&self) -> &AdapterInfo {
		&self.info
	}

	/// The change of one linear layer, if it is changed. Panics if there is no such layer.
	pub fn pair(&self, layer: usize, target: Target) -> Option<&LoraPair> {
		self.layers[layer][target as usize].as_ref()
	}
}
