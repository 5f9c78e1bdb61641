//! # The choice of the next token
//!
//! [`Sampler`] turns logits into a token: penalties, temperature, top-k, top-p, min-p, and random numbers that depend
//! on the seed, the position and the token alone. Every operation on floating-point numbers is one that IEEE 754
//! defines (`+ − × ÷`, comparisons, conversions) or is made of those, and sums run over integers: the same logits give
//! the same token on every machine. [`Constraint`] allows only tokens that continue a text of a JSON schema or a
//! regular expression; [`StopMatcher`] ends an answer.
//!
//! ```
//! use openledger_sampling::{Sampler, Sampling};
//!
//! let sampling = Sampling { temperature: 0.8, top_p: 0.95, seed: 7, ..Sampling::GREEDY };
//! let mut sampler = Sampler::new(&sampling, &[1, 5, 2])?;
//! let choice = sampler.choose(&[0.1, 2.0, -1.0, 1.9, 0.0, 0.3], 0, None)?;
//! assert!(choice.id < 6);
//! # Ok::<(), openledger_sampling::SamplingError>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod constraint;
mod error;
mod filter;
mod logprobs;
mod mask;
mod numbers;
mod parameters;
mod penalties;
mod random;
mod sampler;
mod stop;

pub use constraint::{Constraint, Vocabulary, MAX_BYTES, MAX_DEPTH, MAX_NODES};
pub use error::{ConstraintError, SamplingError};
pub use logprobs::{log_probability, most_likely};
pub use mask::TokenMask;
pub use parameters::Sampling;
pub use random::{gumbel, philox4x32_10};
pub use sampler::{Choice, Judgement, Sampler, MAX_TOP};
pub use stop::StopMatcher;
