//! Elementary functions with the same bits on every machine: f32 for the model, f64 for tables, sampling and log probabilities.
//!
//! `docs/exact-arithmetic.md` gives every constant and the order of operations.

mod dispatch;
pub mod double;
mod rows;
pub mod single;

pub(crate) use dispatch::per_isa;
pub use double as f64;
pub(crate) use rows::LANES;
pub use rows::{
	add_bias, add_in_place, add_scaled_in_place, erf_in_place, exp_in_place, log_sum_exp, scale_in_place,
	softcap_in_place, tanh_in_place,
};
pub use single::{erf, exp, gelu, gelu_tanh, silu, softcap, tanh};
