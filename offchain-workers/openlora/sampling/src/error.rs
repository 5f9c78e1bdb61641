//! What can go wrong when tokens are chosen.

/// Why no token can be chosen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SamplingError {
	/// A parameter is out of range.
	#[error("{field} {value} is not in {range}")]
	Range {
		/// The field of [`Sampling`](crate::Sampling).
		field: &'static str,
		/// Its value.
		value: f64,
		/// What is accepted.
		range: &'static str,
	},
	/// A logit is NaN or plus infinity: the model or an adapter is broken.
	#[error("the logits are not finite; the model or the adapter is broken")]
	NotFinite,
	/// Every token is masked, by the model itself or by a constraint.
	#[error("no token is allowed here; relax the constraint")]
	NothingAllowed,
}

/// Why a constraint cannot be made or followed. The request is at fault, never the engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
	/// The vocabulary cannot be used for constrained output.
	#[error("the vocabulary cannot be constrained: {0}")]
	Vocabulary(String),
	/// The schema or expression is larger than accepted.
	#[error("the schema has {size} {unit}, the limit is {limit}; make it smaller")]
	TooLarge {
		/// What it has.
		size: usize,
		/// Of what.
		unit: &'static str,
		/// The most that is accepted.
		limit: usize,
	},
	/// The schema or expression is malformed, contradicts itself, or uses what is not supported.
	#[error("the schema cannot be used: {0}")]
	Schema(String),
	/// The output cannot be constrained any further, because a step would take too much work or memory.
	#[error("the constraint cannot be followed: {0}; use a simpler schema")]
	Step(String),
	/// The token is not one that the constraint allows.
	#[error("token {0} is not allowed here")]
	Token(u32),
}
