//! Which arithmetic runs a model.

/// The arithmetic of a model. The same request gives the same bits on every machine in the exact modes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
	/// Floating point, for reference: not the same bits on every machine.
	F32,
	/// Exact, weights of 8 bits.
	#[default]
	E8,
	/// Exact, weights of 15 bits: twice the work, closer to the model's own numbers.
	E16,
}

impl std::fmt::Display for Mode {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(match self {
			Self::F32 => "f32",
			Self::E8 => "e8",
			Self::E16 => "e16",
		})
	}
}

/// The name is none of a mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no mode; there are f32, e8 and e16")]
pub struct UnknownMode(String);

impl std::str::FromStr for Mode {
	type Err = UnknownMode;

	fn from_str(name: &str) -> Result<Self, Self::Err> {
		match name {
			"f32" => Ok(Self::F32),
			"e8" => Ok(Self::E8),
			"e16" => Ok(Self::E16),
			other => Err(UnknownMode(other.to_owned())),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_are_read_as_they_are_written() {
		for mode in [Mode::F32, Mode::E8, Mode::E16] {
			assert_eq!(mode.to_string().parse(), Ok(mode));
			assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{mode}\""));
		}
		assert_eq!("bf16".parse::<Mode>(), Err(UnknownMode("bf16".into())));
	}
}
