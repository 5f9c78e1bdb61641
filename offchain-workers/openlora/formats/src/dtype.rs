//! Element types and the sizes of their blocks.

use crate::Problem;

/// How a tensor's elements are stored. Names are those of ggml and of safetensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // The names say it.
pub enum Dtype {
	F64,
	F32,
	F16,
	BF16,
	I64,
	I32,
	I16,
	I8,
	U64,
	U32,
	U16,
	U8,
	Bool,
	F8E4M3,
	F8E5M2,
	Q4_0,
	Q4_1,
	Q5_0,
	Q5_1,
	Q8_0,
	Q2K,
	Q3K,
	Q4K,
	Q5K,
	Q6K,
	IQ4NL,
	IQ4XS,
}

/// What to do with a file of a type that nobody reads here.
const CONVERT: &str = "use the model as F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL, IQ4_XS or a K-quant";

impl Dtype {
	/// Name, elements of a block, bytes of a block.
	const fn facts(self) -> (&'static str, usize, usize) {
		match self {
			Self::F64 => ("F64", 1, 8),
			Self::F32 => ("F32", 1, 4),
			Self::F16 => ("F16", 1, 2),
			Self::BF16 => ("BF16", 1, 2),
			Self::I64 => ("I64", 1, 8),
			Self::I32 => ("I32", 1, 4),
			Self::I16 => ("I16", 1, 2),
			Self::I8 => ("I8", 1, 1),
			Self::U64 => ("U64", 1, 8),
			Self::U32 => ("U32", 1, 4),
			Self::U16 => ("U16", 1, 2),
			Self::U8 => ("U8", 1, 1),
			Self::Bool => ("BOOL", 1, 1),
			Self::F8E4M3 => ("F8_E4M3", 1, 1),
			Self::F8E5M2 => ("F8_E5M2", 1, 1),
			Self::Q4_0 => ("Q4_0", 32, 18),
			Self::Q4_1 => ("Q4_1", 32, 20),
			Self::Q5_0 => ("Q5_0", 32, 22),
			Self::Q5_1 => ("Q5_1", 32, 24),
			Self::Q8_0 => ("Q8_0", 32, 34),
			Self::Q2K => ("Q2_K", 256, 84),
			Self::Q3K => ("Q3_K", 256, 110),
			Self::Q4K => ("Q4_K", 256, 144),
			Self::Q5K => ("Q5_K", 256, 176),
			Self::Q6K => ("Q6_K", 256, 210),
			Self::IQ4NL => ("IQ4_NL", 32, 18),
			Self::IQ4XS => ("IQ4_XS", 256, 136),
		}
	}

	/// The name as files and tools write it.
	pub const fn name(self) -> &'static str {
		self.facts().0
	}

	/// Elements of a block; 1 for plain types. A row holds whole blocks.
	pub const fn block_len(self) -> usize {
		self.facts().1
	}

	/// Bytes of a block.
	pub const fn block_bytes(self) -> usize {
		self.facts().2
	}

	/// Whether [`crate::TensorView::read_row`] reads it: floats and quantised floats, no integers, and no 8-bit floats, whose
	/// scales are tensors of their own.
	pub const fn is_weight(self) -> bool {
		use Dtype::{Bool, F8E4M3, F8E5M2, I16, I32, I64, I8, U16, U32, U64, U8};
		!matches!(self, I64 | I32 | I16 | I8 | U64 | U32 | U16 | U8 | Bool | F8E4M3 | F8E5M2)
	}

	/// Bytes of `elements` elements; `None` if that is no number of whole blocks, or more than a machine can address.
	pub fn bytes(self, elements: u64) -> Option<u64> {
		let (_, len, bytes) = self.facts();
		elements.is_multiple_of(len as u64).then_some(())?;
		(elements / len as u64).checked_mul(bytes as u64).filter(|&bytes| bytes <= isize::MAX as u64)
	}

	/// The type of a number in a GGUF file, `enum ggml_type` of ggml.h.
	pub(crate) fn from_gguf(number: u32) -> Result<Self, Problem> {
		let refused =
			|name: &str| Err(Problem::Unsupported { what: format!("type {name} (number {number})"), instead: CONVERT });
		Ok(match number {
			0 => Self::F32,
			1 => Self::F16,
			2 => Self::Q4_0,
			3 => Self::Q4_1,
			6 => Self::Q5_0,
			7 => Self::Q5_1,
			8 => Self::Q8_0,
			10 => Self::Q2K,
			11 => Self::Q3K,
			12 => Self::Q4K,
			13 => Self::Q5K,
			14 => Self::Q6K,
			20 => Self::IQ4NL,
			23 => Self::IQ4XS,
			24 => Self::I8,
			25 => Self::I16,
			26 => Self::I32,
			27 => Self::I64,
			28 => Self::F64,
			30 => Self::BF16,
			4 => return refused("Q4_2, which ggml removed,"),
			5 => return refused("Q4_3, which ggml removed,"),
			9 => return refused("Q8_1, which is for products and never stored,"),
			15 => return refused("Q8_K, which is for products and never stored,"),
			16 => return refused("IQ2_XXS"),
			17 => return refused("IQ2_XS"),
			18 => return refused("IQ3_XXS"),
			19 => return refused("IQ1_S"),
			21 => return refused("IQ3_S"),
			22 => return refused("IQ2_S"),
			29 => return refused("IQ1_M"),
			31..=33 => return refused("Q4_0 repacked for ARM, which ggml removed,"),
			34 => return refused("TQ1_0"),
			35 => return refused("TQ2_0"),
			36..=38 => return refused("IQ4_NL repacked for ARM, which ggml removed,"),
			39 => return refused("MXFP4"),
			40 => return refused("NVFP4"),
			41 => return refused("Q1_0"),
			_ => return refused("unknown"),
		})
	}

	/// The type of a name in a safetensors file.
	pub(crate) fn from_safetensors(name: &str) -> Option<Self> {
		use Dtype::{Bool, BF16, F16, F32, F64, F8E4M3, F8E5M2, I16, I32, I64, I8, U16, U32, U64, U8};
		let all = [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool, F8E4M3, F8E5M2];
		all.into_iter().find(|dtype| dtype.name() == name)
	}
}

impl std::fmt::Display for Dtype {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(self.name())
	}
}
