//! A tensor of an open file.

use std::sync::Arc;

use crate::{blocks, bytes::Bytes, error::shown, file::Inner, Dtype, FormatError, Problem};

/// Dimensions of a tensor at most, in any format.
pub(crate) const MAX_DIMS: usize = 8;

/// Shape and type of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
	/// Dimensions, outermost first: a matrix of [outputs, inputs] stores the inputs of an output side by side. For GGUF too, whose
	/// files write them the other way round. Empty for a single value.
	pub shape: Vec<usize>,
	/// The type of the elements.
	pub dtype: Dtype,
}

/// Shape, type and place of a tensor: all products are known to fit.
#[derive(Clone, Copy)]
pub(crate) struct Placed {
	dims: [u64; MAX_DIMS],
	count: usize,
	pub(crate) dtype: Dtype,
	/// The first byte, from the start of the data.
	pub(crate) start: u64,
	/// Length in bytes.
	pub(crate) bytes: u64,
}

impl Placed {
	/// A tensor of `dims`, outermost first.
	pub(crate) fn new(name: &str, dims: &[u64], dtype: Dtype, start: u64) -> Result<Self, Problem> {
		let mut all = [0; MAX_DIMS];
		let Some(own) = all.get_mut(..dims.len()) else {
			return Err(Problem::tensor(name, format!("has {} dimensions; {MAX_DIMS} are the most", dims.len())));
		};
		own.copy_from_slice(dims);
		// Zeros count as ones here, so that every product of some of the dimensions fits too.
		let most = dims.iter().try_fold(1, |product: u64, &dim| product.checked_mul(dim.max(1)));
		let most = most.filter(|&most| most <= isize::MAX as u64);
		let width = dims.last().copied().unwrap_or(1);
		let whole = width % dtype.block_len() as u64 == 0;
		let elements = if dims.contains(&0) { Some(0) } else { most };
		let bytes = elements.filter(|_| whole && most.is_some()).and_then(|elements| dtype.bytes(elements));
		let bytes = bytes.ok_or_else(|| {
			let what = if whole { "is larger than any file" } else { "has rows that are not whole blocks" };
			Problem::tensor(name, format!("{dims:?} of {dtype} {what}; the file is damaged"))
		})?;
		Ok(Self { dims: all, count: dims.len(), dtype, start, bytes })
	}

	pub(crate) fn shape(&self) -> impl Iterator<Item = usize> + '_ {
		self.dims[..self.count].iter().map(|&dim| dim as usize)
	}

	fn width(&self) -> usize {
		self.shape().last().unwrap_or(1)
	}

	fn rows(&self) -> usize {
		let all = &self.dims[..self.count];
		if all.contains(&0) {
			return 0;
		}
		self.shape().take(self.count.saturating_sub(1)).product()
	}
}

/// The values of a tensor. Cheap to clone; it keeps the file mapped.
#[derive(Clone)]
pub struct TensorView {
	file: Arc<Inner>,
	name: Arc<str>,
	placed: Placed,
	/// The first byte in the file.
	start: usize,
}

impl TensorView {
	/// A tensor whose place is inside the file, as was checked when it was opened.
	pub(crate) fn new(file: Arc<Inner>, name: &str, placed: Placed, start: usize) -> Self {
		Self { file, name: name.into(), placed, start }
	}

	/// The tensor's name.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// Dimensions, outermost first.
	pub fn shape(&self) -> Vec<usize> {
		self.placed.shape().collect()
	}

	/// The type of the elements.
	pub fn dtype(&self) -> Dtype {
		self.placed.dtype
	}

	/// The product of all dimensions but the last; 1 for a vector, 0 if there are no elements.
	pub fn rows(&self) -> usize {
		self.placed.rows()
	}

	/// The last dimension; 1 for a single value.
	pub fn width(&self) -> usize {
		self.placed.width()
	}

	/// Where the stored bytes are in the file.
	pub fn range(&self) -> std::ops::Range<usize> {
		self.start..self.start + self.placed.bytes as usize
	}

	/// The stored bytes, little-endian.
	pub fn bytes(&self) -> &[u8] {
		let all: &Bytes = &self.file.bytes;
		// Inside: checked on opening, and a mapping keeps its length.
		all.get(self.range()).unwrap_or_default()
	}

	/// Writes row `index` as f32 to `out`, [width].
	///
	/// # Errors
	/// A row that is not there, an `out` of another length, integers and 8-bit floats.
	pub fn read_row(&self, index: usize, out: &mut [f32]) -> Result<(), FormatError> {
		if index >= self.rows() {
			return Err(self.wrong(format!("has {} rows, and no row {index}", self.rows())));
		}
		self.read_rows(index..index + 1, out)
	}

	/// Writes some rows one after the other as f32 to `out`, [rows, width].
	///
	/// # Errors
	/// As [`Self::read_row`].
	pub fn read_rows(&self, rows: std::ops::Range<usize>, out: &mut [f32]) -> Result<(), FormatError> {
		let (count, width, dtype) = (rows.len(), self.width(), self.dtype());
		if rows.start > rows.end || rows.end > self.rows() {
			return Err(self.wrong(format!("has {} rows, and no rows {rows:?}", self.rows())));
		}
		if out.len() != count * width {
			return Err(self.wrong(format!("{count} rows of {width} values do not fit {} values exactly", out.len())));
		}
		let row_bytes = width / dtype.block_len() * dtype.block_bytes();
		let stored = self.bytes().get(rows.start * row_bytes..rows.end * row_bytes).unwrap_or_default();
		if blocks::dequantize(dtype, stored, out) {
			return Ok(());
		}
		Err(self
			.wrong(format!("is stored as {dtype}, which is not read as weights; use the model as F16, BF16 or F32")))
	}

	/// All values as f32, [rows, width].
	///
	/// # Errors
	/// As [`Self::read_row`].
	pub fn to_f32(&self) -> Result<Vec<f32>, FormatError> {
		let mut values = vec![0.0; self.rows() * self.width()];
		self.read_rows(0..self.rows(), &mut values)?;
		Ok(values)
	}

	fn wrong(&self, what: String) -> FormatError {
		Problem::Tensor { tensor: shown(&self.name), what }.at(&self.file.path)
	}
}

impl std::fmt::Debug for TensorView {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{} {:?} {}", self.name, self.shape(), self.dtype())
	}
}
