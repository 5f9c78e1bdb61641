//! Rotary positions of a configuration: `rope_theta` and `rope_scaling`, or `rope_parameters` of transformers 5.

use super::super::fields::{short, Fields};
use super::super::{Rope, RopeScaling};
use crate::error::LoadError;
use openledger_exact::functions::f64::ln;

/// The rotation of heads of `head_dim`. Of each, `factor` is rotated if nothing else is given; families that always rotate whole
/// heads pass `None` and other values are refused.
pub(super) fn read(
	fields: &Fields<'_>,
	head_dim: usize,
	context: usize,
	partial: Option<f64>,
	interleaved: bool,
) -> Result<Rope, LoadError> {
	// `rope_scaling` wins, as in `convert_rope_params_to_dict`.
	let within = match fields.object("rope_scaling", "rope_scaling.")? {
		Some(scaling) => Some(scaling),
		None => fields.object("rope_parameters", "rope_parameters.")?,
	};
	let base = match within.map(|w| w.optional_positive("rope_theta")).transpose()?.flatten() {
		Some(base) => base,
		None => fields.optional_positive("rope_theta")?.unwrap_or(10_000.0),
	};
	let given = match within.map(|w| w.optional_positive("partial_rotary_factor")).transpose()?.flatten() {
		Some(factor) => Some(factor),
		None => fields.optional_positive("partial_rotary_factor")?,
	};
	let factor = match (given, partial) {
		(Some(factor), _) if factor > 1.0 => {
			return Err(fields.error("partial_rotary_factor", format!("must be at most 1, is {factor}")));
		}
		(Some(factor), None) if factor != 1.0 => {
			return Err(
				fields.error("partial_rotary_factor", format!("{factor} is not supported in this family, only 1"))
			);
		}
		(given, partial) => given.or(partial).unwrap_or(1.0),
	};
	let dims = (head_dim as f64 * factor) as usize;
	let scaling = match within {
		Some(within) => scaling(fields, &within, base, context)?,
		None => RopeScaling::None,
	};
	Ok(Rope { dims, base: base as f32, interleaved, scaling })
}

fn scaling(top: &Fields<'_>, fields: &Fields<'_>, base: f64, context: usize) -> Result<RopeScaling, LoadError> {
	let field = if fields.get("rope_type").is_some() { "rope_type" } else { "type" };
	for field in fields.keys() {
		if !KNOWN.contains(&field) {
			return Err(fields.error(field, "is not a field of a supported rotation"));
		}
	}
	let original = || match top.optional_size("original_max_position_embeddings")? {
		Some(original) => Ok(original),
		None => Ok(fields.optional_size("original_max_position_embeddings")?.unwrap_or(context)),
	};
	match fields.text(field)?.unwrap_or("default") {
		"default" => Ok(RopeScaling::None),
		"linear" => Ok(RopeScaling::Linear { factor: fields.positive("factor")? as f32 }),
		"llama3" => {
			let (low, high) = (fields.positive("low_freq_factor")?, fields.positive("high_freq_factor")?);
			if high <= low {
				return Err(fields.error("high_freq_factor", format!("{high} must be above low_freq_factor {low}")));
			}
			Ok(RopeScaling::Llama3 {
				factor: fields.positive("factor")? as f32,
				low: low as f32,
				high: high as f32,
				original_context: original()?,
			})
		}
		"yarn" => {
			if base <= 1.0 {
				return Err(fields.error("rope_theta", format!("must be above 1, is {base}")));
			}
			let original_context = original()?;
			let factor = match fields.optional_positive("factor")? {
				Some(factor) => factor,
				None => context as f64 / original_context as f64,
			};
			let attention = match fields.optional_positive("attention_factor")? {
				Some(attention) => attention as f32,
				None => attention_factor(fields, factor)?,
			};
			fields.require_flag("truncate", true)?;
			let fast = fields.optional_positive("beta_fast")?.unwrap_or(32.0) as f32;
			let slow = fields.optional_positive("beta_slow")?.unwrap_or(1.0) as f32;
			Ok(RopeScaling::Yarn { factor: factor as f32, fast, slow, original_context, attention })
		}
		other => {
			let reason = format!("{} is not supported, only default, linear, llama3 and yarn", short(&other.into()));
			Err(fields.error(field, reason))
		}
	}
}

/// What `_compute_yarn_parameters` takes if `attention_factor` is not given.
fn attention_factor(fields: &Fields<'_>, factor: f64) -> Result<f32, LoadError> {
	let scaled = |by: f64| if factor <= 1.0 { 1.0 } else { 0.1 * by * ln(factor) + 1.0 };
	let (scale, all) = (fields.optional_number("mscale")?, fields.optional_number("mscale_all_dim")?);
	let attention = match (scale.filter(|s| *s != 0.0), all.filter(|s| *s != 0.0)) {
		(Some(scale), Some(all)) => scaled(scale) / scaled(all),
		_ => scaled(1.0),
	};
	if !attention.is_finite() || attention <= 0.0 {
		return Err(fields.error("mscale", format!("gives the factor {attention}, which must be above 0")));
	}
	Ok(attention as f32)
}

const KNOWN: &[&str] = &[
	"rope_type",
	"type",
	"rope_theta",
	"partial_rotary_factor",
	"factor",
	"low_freq_factor",
	"high_freq_factor",
	"original_max_position_embeddings",
	"attention_factor",
	"beta_fast",
	"beta_slow",
	"mscale",
	"mscale_all_dim",
	"truncate",
];
