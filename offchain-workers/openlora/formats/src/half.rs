//! Sixteen-bit floats as f32, in code that compilers turn into vector instructions.

/// The value of an IEEE 754 half-precision float, exact. NaNs keep their sign and payload, and become quiet.
#[inline(always)]
pub(crate) fn f16(bits: u16) -> f32 {
	let sign = u32::from(bits & 0x8000) << 16;
	let rest = u32::from(bits & 0x7fff);
	// Exponent and fraction in f32's places; the product moves the bias from 15 to 127, exactly, for subnormals too.
	let finite = f32::from_bits(rest << 13) * f32::from_bits((127 + 112) << 23);
	let special = 0x7f80_0000 | (rest & 0x3ff) << 13 | u32::from(rest > 0x7c00) << 22;
	f32::from_bits(sign | if rest < 0x7c00 { finite.to_bits() } else { special })
}

/// The value of a bfloat16: the upper half of an f32.
#[inline(always)]
pub(crate) fn bf16(bits: u16) -> f32 {
	f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
	#[test]
	fn all_values_are_those_of_the_crate_half() {
		for bits in 0..=u16::MAX {
			assert_eq!(super::f16(bits).to_bits(), half::f16::from_bits(bits).to_f32().to_bits(), "{bits:04x}");
			if !half::bf16::from_bits(bits).is_nan() {
				assert_eq!(super::bf16(bits).to_bits(), half::bf16::from_bits(bits).to_f32().to_bits(), "{bits:04x}");
			}
		}
	}
}
