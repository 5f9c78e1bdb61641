//! Rotary positions of a GGUF file.

use super::super::{Family, Rope, RopeScaling};
use super::Keys;
use crate::error::LoadError;
use openledger_exact::functions::f64::ln;

pub(super) fn read(
	keys: &Keys<'_>,
	family: Family,
	head_dim: usize,
	context: usize,
	factors: Option<Vec<f32>>,
) -> Result<Rope, LoadError> {
	let glm = matches!(family, Family::ChatGlm | Family::Glm | Family::Glm4);
	let key = keys.name("rope.dimension_count");
	let dims = match keys.fields.optional_size(&key)? {
		Some(dims) if dims > head_dim || !dims.is_multiple_of(2) => {
			return Err(keys
				.fields
				.error(&key, format!("{dims} of a head's {head_dim} values cannot be rotated in pairs")));
		}
		Some(dims) if !glm && dims != head_dim => {
			return Err(keys.fields.error(&key, format!("must be the head's width {head_dim}, is {dims}")));
		}
		Some(dims) => dims,
		None if glm => head_dim / 2,
		None => head_dim,
	};
	let base = keys.fields.optional_positive(&keys.name("rope.freq_base"))?.unwrap_or(10_000.0);
	let given = scaling(keys, base, context)?;
	let scaling = match (factors, given) {
		(Some(factors), RopeScaling::None) => RopeScaling::Factors(factors),
		(None, given) => given,
		(Some(_), _) => {
			let reason = "cannot be combined with the factors of rope_freqs.weight";
			return Err(keys.fields.error(&keys.name("rope.scaling.type"), reason));
		}
	};
	Ok(Rope { dims, base: base as f32, interleaved: glm, scaling })
}

fn scaling(keys: &Keys<'_>, base: f64, context: usize) -> Result<RopeScaling, LoadError> {
	let number = |key: &str| keys.fields.optional_positive(&keys.name(key));
	let factor = match number("rope.scaling.factor")? {
		Some(factor) => Some(factor),
		None => number("rope.scale_linear")?,
	};
	let attention = match number("rope.scaling.yarn_attn_factor")? {
		Some(attention) => attention,
		None => number("rope.scaling.attn_factor")?.unwrap_or(1.0),
	};
	let key = keys.name("rope.scaling.type");
	let kind = keys.fields.text(&key)?;
	match (kind.unwrap_or("linear"), factor) {
		("none", _) | ("linear", None) if attention == 1.0 => Ok(RopeScaling::None),
		("linear", Some(factor)) if attention == 1.0 => Ok(RopeScaling::Linear { factor: factor as f32 }),
		("yarn", Some(factor)) if base > 1.0 => {
			let original = keys.fields.optional_size(&keys.name("rope.scaling.original_context_length"))?;
			let scaled = if factor > 1.0 { 0.1 * ln(factor) + 1.0 } else { 1.0 };
			Ok(RopeScaling::Yarn {
				factor: factor as f32,
				fast: number("rope.scaling.yarn_beta_fast")?.unwrap_or(32.0) as f32,
				slow: number("rope.scaling.yarn_beta_slow")?.unwrap_or(1.0) as f32,
				original_context: original.unwrap_or(context),
				attention: (attention * scaled) as f32,
			})
		}
		("yarn", None) => Err(keys.fields.missing(&keys.name("rope.scaling.factor"))),
		("yarn", _) => Err(keys.fields.error(&keys.name("rope.freq_base"), format!("must be above 1, is {base}"))),
		("none" | "linear", _) => {
			Err(keys.fields.error(&keys.name("rope.scaling.attn_factor"), "is only supported with yarn"))
		}
		(other, _) => {
			let name: String = other.chars().take(60).collect();
			Err(keys.fields.error(&key, format!("`{name}` is not supported, only none, linear and yarn")))
		}
	}
}
