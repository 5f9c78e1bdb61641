//! Exact arithmetic: inference whose bits are the same on every machine.
//!
//! Matrix products are sums of products of integers, so that their order does not matter; every other operation is an
//! IEEE operation in a stated order. `docs/exact-arithmetic.md` is the specification, the scalar kernels are its
//! reference implementation, and those for AVX2 and AVX-512 give the same bits for every shape, batch and number of threads.

pub mod activation;
mod activations;
pub mod attention;
mod error;
pub mod functions;
mod isa;
mod linear;
mod low_rank;
mod memory;
pub mod norm;
mod pool;
mod quantize;
pub mod rope;

pub use activations::Activations;
pub use error::ExactError;
pub use isa::Isa;
pub use linear::{forward_many, Linear};
pub use low_rank::{lora_batch, LoraJob, LoraLayer, LowRank, LowRankSource, MAX_RANK};
pub use pool::Pool;
pub use quantize::{Precision, MAX_INPUTS};
