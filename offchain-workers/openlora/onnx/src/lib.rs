//! ONNX Runtime: sentence vectors and reranking, alone or in batches.
//!
//! ```no_run
//! use openledger_onnx::{Encoder, Files, Options, Reranker};
//! let runtime = "assets/libonnxruntime.so";
//! let encoder = Encoder::load(&Files::find(runtime, "models/minilm")?, Options::default())?;
//! let vectors = encoder.encode(&["a cat", "a feline"])?;
//! let reranker = Reranker::load(&Files::find(runtime, "models/cross-encoder")?, Options { batch: 8, ..Options::default() })?;
//! let best = reranker.rank("who paid?", &["The payer.", "It rains."], 1)?;
//! # Ok::<(), openledger_onnx::OnnxError>(())
//! ```
//!
//! All use of `ort` in the workspace is here: it loads the library when the program runs, and panics where we return an
//! error that names the file and the fix.
//!
//! # Batches
//! [`Options::batch`] says how many texts may share a run of the model.
//!
//! - **1, the default, where bits count.** A model that quantises activations scales them by the extremes of a run, so that a
//!   text's neighbours and their padding change its numbers; in f32 the library may sum in another order. Alone, numbers depend
//!   on text, model, library and kind of processor. Indexes that a chain or an auditor looks at need this.
//! - **8 to 32 where speed counts**, a third more texts a second on a processor core, and what is compared was encoded in
//!   whatever company. Texts are sorted by length, so that little is padded. A model that computes in f32 gives the same up to
//!   rounding (1e-5), whatever its weights; one that quantises activations, nearly the same.
//!
//! Either way results come in the order of the texts, and do not depend on the number of threads.

mod batch;
mod encoder;
mod error;
mod files;
mod model;
mod options;
mod pool;
mod reranker;
mod runtime;
mod tokens;

pub use encoder::Encoder;
pub use error::OnnxError;
pub use files::Files;
pub use options::{Options, MAX_BATCH, MAX_THREADS, MAX_TOKENS};
pub use reranker::{Ranked, Reranker};

/// The most tokens of a run of several texts, padding included. A longer text is a run of its own. On a processor core, more at
/// once are slower: activations leave the cache (`examples/throughput.rs`).
pub const MAX_RUN_TOKENS: usize = 512;
