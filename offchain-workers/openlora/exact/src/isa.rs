//! The instruction sets for which there are kernels. All of them give the same bits.

use crate::error::ExactError;
use std::fmt;
use std::str::FromStr;

/// An instruction set. A kernel asked to run with one that the machine lacks panics; [`Isa::best`], [`Isa::available`]
/// and parsing give only those that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isa {
	/// Plain Rust: the specification.
	Scalar,
	/// x86-64 with AVX2.
	Avx2,
	/// x86-64 with AVX-512 F, BW, DQ, VL and VNNI.
	Avx512,
}

impl Isa {
	/// All of them, slowest first.
	pub const ALL: [Isa; 3] = [Isa::Scalar, Isa::Avx2, Isa::Avx512];

	/// The fastest that this machine has.
	pub fn best() -> Self {
		let mut best = Isa::Scalar;
		for isa in Self::ALL {
			if isa.is_available() {
				best = isa;
			}
		}
		best
	}

	/// Those that this machine has, slowest first; the first is [`Isa::Scalar`].
	pub fn available() -> Vec<Self> {
		Self::ALL.into_iter().filter(|isa| isa.is_available()).collect()
	}

	/// Whether this machine has it.
	#[inline]
	pub fn is_available(self) -> bool {
		#[cfg(target_arch = "x86_64")]
		match self {
			Isa::Scalar => true,
			Isa::Avx2 => is_x86_feature_detected!("avx2"),
			Isa::Avx512 => {
				is_x86_feature_detected!("avx2")
					&& is_x86_feature_detected!("avx512f")
					&& is_x86_feature_detected!("avx512bw")
					&& is_x86_feature_detected!("avx512dq")
					&& is_x86_feature_detected!("avx512vl")
					&& is_x86_feature_detected!("avx512vnni")
			}
		}
		#[cfg(not(target_arch = "x86_64"))]
		matches!(self, Isa::Scalar)
	}

	/// Panics where this machine lacks it: what makes calls of its kernels sound.
	#[inline]
	pub(crate) fn assert_available(self) {
		assert!(self.is_available(), "this machine has no {self}");
	}
}

impl fmt::Display for Isa {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Isa::Scalar => "scalar",
			Isa::Avx2 => "avx2",
			Isa::Avx512 => "avx512",
		})
	}
}

impl FromStr for Isa {
	type Err = ExactError;

	/// "scalar", "avx2" or "avx512"; one that the machine lacks is an error.
	fn from_str(name: &str) -> Result<Self, ExactError> {
		let isa = Self::ALL
			.into_iter()
			.find(|isa| isa.to_string() == name)
			.ok_or_else(|| ExactError::UnknownIsa(name.to_string()))?;
		if isa.is_available() {
			Ok(isa)
		} else {
			Err(ExactError::IsaUnavailable(isa))
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_round_trip() {
		for isa in Isa::available() {
			assert_eq!(isa.to_string().parse(), Ok(isa));
		}
		assert_eq!("neon".parse::<Isa>(), Err(ExactError::UnknownIsa("neon".to_string())));
	}

	#[test]
	fn best_is_the_last_available() {
		assert_eq!(Isa::available().last(), Some(&Isa::best()));
		assert_eq!(Isa::available().first(), Some(&Isa::Scalar));
	}
}
