//! Qwen 2, 2.5 and 3 (dense).

use super::super::fields::Fields;
use super::super::{DecoderSpec, Family};
use super::{layer_types, llama};
use crate::error::LoadError;

pub(super) fn read(fields: &Fields<'_>, family: Family) -> Result<DecoderSpec, LoadError> {
	let mut spec = llama::base(fields, family, false)?;
	let window = match fields.flag("use_sliding_window", false)? {
		true if fields.is_null("sliding_window") => None,
		true => Some(fields.optional_size("sliding_window")?.unwrap_or(4096)),
		false => None,
	};
	// Layers from `max_window_layers` on have the window, unless each says for itself.
	let first = fields.optional_count("max_window_layers")?.unwrap_or(28);
	spec.windows = match layer_types(fields, spec.layers, window)? {
		Some(windows) => windows,
		None => (0..spec.layers).map(|layer| window.filter(|_| layer >= first)).collect(),
	};
	if family == Family::Qwen2 {
		fields.require_flag("attention_bias", true)?;
		spec.biases = [true, true, true, false, false, false, false];
	} else {
		let bias = fields.flag("attention_bias", false)?;
		spec.biases = [bias, bias, bias, bias, false, false, false];
		spec.qk_norm = true;
	}
	Ok(spec)
}
