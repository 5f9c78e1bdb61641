//! Rows of a linear layer out of a tensor that may hold others' rows too, or be stored transposed.

use super::{format_error, tensor_error};
use crate::error::LoadError;
use crate::modules::Rows;
use openledger_formats::TensorView;
use std::path::Path;
use std::sync::Arc;

/// The rows of one role.
pub(crate) struct RowSource {
	path: Arc<Path>,
	view: TensorView,
	rows: Rows,
	transposed: bool,
}

/// The last tensor that was transposed, so that its other rows need not transpose it again. One matrix in f32 at a time.
#[derive(Default)]
pub(crate) struct Columns(Option<(String, Arc<Vec<f32>>)>);

impl RowSource {
	pub(crate) fn new(path: Arc<Path>, view: TensorView, rows: Rows, transposed: bool) -> Self {
		Self { path, view, rows, transposed }
	}

	/// All rows of a tensor.
	pub(crate) fn whole(path: Arc<Path>, view: TensorView) -> Self {
		let rows = Rows::Range(0..view.rows());
		Self::new(path, view, rows, false)
	}

	/// Number of rows.
	pub(crate) fn outputs(&self) -> usize {
		self.rows.len()
	}

	/// Values of a row.
	pub(crate) fn inputs(&self) -> usize {
		if self.transposed {
			self.view.rows()
		} else {
			self.view.width()
		}
	}

	/// Writes row `index` to `out`, [inputs], and refuses values that are not finite.
	pub(crate) fn read(&self, index: usize, out: &mut [f32], columns: &mut Columns) -> Result<(), LoadError> {
		let row = self.rows.get(index).ok_or_else(|| self.error(format!("has no row {index}")))?;
		if self.transposed {
			let matrix = columns.get(&self.view)?;
			let inputs = self.inputs();
			let values = matrix.get(row * inputs..(row + 1) * inputs).filter(|values| values.len() == out.len());
			out.copy_from_slice(values.ok_or_else(|| self.error(format!("has no row {row} of {} values", out.len())))?);
		} else {
			self.view.read_row(row, out).map_err(format_error)?;
		}
		match out.iter().position(|value| !value.is_finite()) {
			None => Ok(()),
			Some(at) => Err(self.error(format!("row {row} has the value {} at {at}; the file is broken", out[at]))),
		}
	}

	fn error(&self, reason: String) -> LoadError {
		tensor_error(&self.path, self.view.name(), reason)
	}
}

impl Columns {
	/// The tensor transposed, row after row.
	fn get(&mut self, view: &TensorView) -> Result<Arc<Vec<f32>>, LoadError> {
		if let Some((name, matrix)) = &self.0 {
			if name == view.name() {
				return Ok(matrix.clone());
			}
		}
		self.0 = None;
		let (rows, width) = (view.rows(), view.width());
		let mut matrix = vec![0.0; rows * width];
		let mut row = vec![0.0; width];
		for index in 0..rows {
			view.read_row(index, &mut row).map_err(format_error)?;
			for (column, value) in row.iter().enumerate() {
				matrix[column * rows + index] = *value;
			}
		}
		let matrix = Arc::new(matrix);
		self.0 = Some((view.name().to_owned(), matrix.clone()));
		Ok(matrix)
	}
}
