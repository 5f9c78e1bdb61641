//! The forward pass of every family, over a step of many sequences: linear layers run over all rows together, attention and
//! adapters by sequence.

mod adapter;
pub mod cpu;
mod layers;
mod parallel;
mod rotation;

pub use adapter::CpuAdapter;
pub use cpu::CpuBackend;
