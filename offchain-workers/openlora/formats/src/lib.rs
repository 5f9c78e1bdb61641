//! Model files: GGUF and safetensors, memory mapped read-only, and their quantised blocks as f32.
//!
//! ```no_run
//! let file = openledger_formats::TensorSet::open("model.gguf")?;
//! let embedding = file.tensor("token_embd.weight")?;
//! let mut row = vec![0.0; embedding.width()];
//! embedding.read_row(7, &mut row)?;
//! # Ok::<(), openledger_formats::FormatError>(())
//! ```
//!
//! # Trust
//! A file may come from anyone. Whatever its bytes, opening it ends in `Ok` or in an error that names the file and the field:
//! never in a panic, and never in an allocation larger than the file. Nothing is allocated by a count that the file states
//! before the file is known to be long enough for that count. The header (metadata, names, shapes) is copied on opening and
//! never read again from the mapping, so what was checked stays true. Values of tensors are read from the mapping when asked for.
//!
//! # A file that changes while it is open
//! The mapping is read-only. Overwriting the file changes the weights under the reader; **cutting it short ends the process**
//! with SIGBUS when a page past the new end is touched, which no check can prevent. Replace a model by renaming a new file
//! over it: the open one then keeps its contents.

mod blocks;
mod bytes;
mod cursor;
mod dtype;
mod error;
mod file;
mod gguf;
mod half;
mod json;
mod metadata;
mod safetensors;
mod set;
mod tensor;

pub use blocks::dequantize;
pub use dtype::Dtype;
pub use error::{FormatError, Problem};
pub use file::{Format, TensorFile};
pub use metadata::{Array, Kind, Metadata, Value};
pub use set::TensorSet;
pub use tensor::{TensorInfo, TensorView};
