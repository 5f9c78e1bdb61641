//! `exp`, `tanh`, `erf` in f32: own polynomials, no fused multiply-add, branch-free so that they vectorise.
//!
//! Errors over all inputs are below 2 units in the last place (`tests/functions.rs` sweeps them). NaN gives NaN; the sign and
//! payload of a NaN are not part of the specification. Subnormal results are rounded once and never flushed.

/// 1.5 · 2²³: added to |x| < 2²² it leaves the nearest integer (ties to even) in the low bits.
const ROUND: f32 = 12_582_912.0;
/// log₂ e.
const LOG2_E: f32 = f32::from_bits(0x3fb8_aa3b);
/// The first 15 binary places of ln 2, so that its product with an 8-bit integer is exact.
const LN2_HIGH: f32 = f32::from_bits(0x3f31_7200);
/// ln 2 − `LN2_HIGH`.
const LN2_LOW: f32 = f32::from_bits(0x35bf_be8e);
/// (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2, ascending powers.
const EXP: [f32; 5] = bits([0x3f00_0000, 0x3e2a_aa6e, 0x3d2a_aa8c, 0x3c09_05f1, 0x3ab6_88be]);
/// (tanh x / x − 1) / x² in z = x² on |x| ≤ 0.625.
const TANH: [f32; 5] = bits([0xbeaa_aaa9, 0x3e08_870e, 0xbd5c_92c5, 0x3cac_0247, 0xbbc7_c6f2]);
/// erf x / x − 1 in z = x² on |x| ≤ 0.9375.
const ERF: [f32; 7] = bits([0x3e03_75d4, 0xbec0_93a1, 0x3de7_1700, 0xbcdc_06d3, 0x3baa_5f0b, 0xba54_f045, 0x38ad_c431]);
/// −ln(1 − erf t) on 0.9375 ≤ t ≤ 4.
const ERFC_LOG: [f32; 9] = bits([
	0xb9a8_8d40,
	0x3f90_abbc,
	0x3f21_be52,
	0x3de1_7ab0,
	0xbcd8_87f9,
	0x3b9c_193d,
	0xba1c_b231,
	0x3841_ac26,
	0xb5dc_8ec7,
]);
/// 1 / √2.
const SQRT_HALF: f32 = f32::from_bits(0x3f35_04f3);
/// √(2/π) · 2.
const GELU_SCALE: f32 = f32::from_bits(0x3fcc_422a);
/// The cubic coefficient of the tanh form of GELU.
const GELU_CUBE: f32 = f32::from_bits(0x3d37_2713);

const fn bits<const N: usize>(words: [u32; N]) -> [f32; N] {
	let mut values = [0.0; N];
	let mut i = 0;
	while i < N {
		values[i] = f32::from_bits(words[i]);
		i += 1;
	}
	values
}

/// c₀ + x·(c₁ + x·(c₂ + …)), from the last coefficient inwards.
#[inline(always)]
fn horner<const N: usize>(x: f32, coefficients: &[f32; N]) -> f32 {
	let mut sum = coefficients[N - 1];
	for i in (0..N - 1).rev() {
		sum = coefficients[i] + x * sum;
	}
	sum
}

/// 2ᵏ for −126 ≤ k ≤ 127.
#[inline(always)]
fn pow2(k: i32) -> f32 {
	f32::from_bits((k.wrapping_add(127) as u32) << 23)
}

/// The nearest integer, ties to even, of 0 ≤ x < 2³¹.
#[inline(always)]
pub(crate) fn round_positive(x: f32) -> f32 {
	const WHOLE: f32 = 8_388_608.0;
	let rounded = (x + WHOLE) - WHOLE;
	if x < WHOLE {
		rounded
	} else {
		x
	}
}

/// eˣ: 0 below −103.98, infinite above 88.73.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
	let x = if x > 89.0 { 89.0 } else { x };
	let x = if x < -104.0 { -104.0 } else { x };
	let shifted = x * LOG2_E + ROUND;
	let n = shifted - ROUND;
	let r = (x - n * LN2_HIGH) - n * LN2_LOW;
	let y = 1.0 + (r + (r * r) * horner(r, &EXP));
	// Two factors, since 2ⁿ alone may be subnormal or infinite where the result is not.
	let k = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
	let half = k >> 1;
	(y * pow2(half)) * pow2(k.wrapping_sub(half))
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
	let magnitude = x.abs();
	let z = x * x;
	let small = x + x * (z * horner(z, &TANH));
	let large = 1.0 - 2.0 / (exp(magnitude + magnitude) + 1.0);
	// The sign of a zero would be lost in the sum.
	(if magnitude < 0.625 { small } else { large }).copysign(x)
}

/// The error function.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
	let magnitude = x.abs();
	// Beyond 4 the result is ±1; NaN passes.
	let t = if magnitude > 4.0 { 4.0 } else { magnitude };
	let z = t * t;
	let small = t + t * horner(z, &ERF);
	let large = 1.0 - exp(-horner(t, &ERFC_LOG));
	(if t < 0.9375 { small } else { large }).copysign(x)
}

/// x · sigmoid(x) = x / (1 + e⁻ˣ).
#[inline(always)]
pub fn silu(x: f32) -> f32 {
	x / (1.0 + exp(-x))
}

/// GELU by the error function: (x/2) · (1 + erf(x/√2)).
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
	(0.5 * x) * (1.0 + erf(x * SQRT_HALF))
}

/// GELU by tanh, written as x / (1 + e⁻²ᵘ), u = √(2/π)·(x + 0.044715·x³), which is the same function without cancellation.
#[inline(always)]
pub fn gelu_tanh(x: f32) -> f32 {
	let u = GELU_SCALE * (x + GELU_CUBE * (x * (x * x)));
	x / (1.0 + exp(-u))
}

/// cap · tanh(x / cap), the soft cap of Gemma 2.
#[inline(always)]
pub fn softcap(x: f32, cap: f32) -> f32 {
	cap * tanh(x / cap)
}
