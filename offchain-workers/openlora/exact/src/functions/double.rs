//! `exp`, `ln`, `sin_cos`, `pow` in f64, for tables, sampling and log probabilities.
//!
//! Own polynomials from additions, multiplications and divisions alone: no library's answer, which changes with its version.
//! Errors are below 2 units in the last place in the stated ranges (`tests/functions.rs`).

/// 1.5 · 2⁵².
const ROUND: f64 = 6_755_399_441_055_744.0;
/// log₂ e.
const LOG2_E: f64 = f64::from_bits(0x3ff7_1547_652b_82fe);
/// The first 32 binary places of ln 2.
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// ln 2 − `LN2_HIGH`.
const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// (eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2.
const EXP: [f64; 11] = bits([
	0x3fe0_0000_0000_0000,
	0x3fc5_5555_5555_5557,
	0x3fa5_5555_5555_5556,
	0x3f81_1111_1111_00be,
	0x3f56_c16c_16c1_62c3,
	0x3f2a_01a0_1abf_85ab,
	0x3efa_01a0_1a6e_1e2a,
	0x3ec7_1de0_1fdb_f9ca,
	0x3e92_7e4d_b46c_ddd1,
	0x3e5a_f4e5_5437_7204,
	0x3e21_f734_0dbc_337e,
]);
/// (ln((1 + s)/(1 − s)) / s − 2) / s² in z = s² on s ≤ 0.1717.
const LN: [f64; 8] = bits([
	0x3fe5_5555_5555_5555,
	0x3fd9_9999_9999_9a39,
	0x3fd2_4924_9247_6a1a,
	0x3fcc_71c7_201a_55d7,
	0x3fc7_45cf_8e4b_ba1b,
	0x3fc3_b1c3_c1c8_1c8f,
	0x3fc0_fbde_0f4a_d17b,
	0x3fc0_c0af_f044_a970,
]);
/// (sin r / r − 1) / r² in z = r² on |r| ≤ π/4.
const SIN: [f64; 7] = bits([
	0xbfc5_5555_5555_5555,
	0x3f81_1111_1111_1110,
	0xbf2a_01a0_1a01_9936,
	0x3ec7_1de3_a546_05ee,
	0xbe5a_e645_4126_6378,
	0x3de6_1217_ec01_749d,
	0xbd6a_b17a_7923_7a19,
]);
/// (cos r − 1 + r²/2) / r⁴ in z = r² on |r| ≤ π/4.
const COS: [f64; 7] = bits([
	0x3fa5_5555_5555_5555,
	0xbf56_c16c_16c1_6c16,
	0x3efa_01a0_1a01_9d0a,
	0xbe92_7e4f_b771_2bdf,
	0x3e21_eed8_deb6_d561,
	0xbda9_394b_9c9c_20a4,
	0x3d2a_b783_3769_62cf,
]);
/// 2/π.
const TWO_OVER_PI: f64 = f64::from_bits(0x3fe4_5f30_6dc9_c883);
/// π/2 in three parts of at most 27 bits, whose products with a 24-bit integer are exact, and the rest.
const HALF_PI: [f64; 4] =
	bits([0x3ff9_21fb_5400_0000, 0x3e11_0b46_0000_0000, 0x3c91_a626_3000_0000, 0x3ae8_a2e0_3707_344a]);
/// √2.
const SQRT_2: f64 = f64::from_bits(0x3ff6_a09e_667f_3bcd);

const fn bits<const N: usize>(words: [u64; N]) -> [f64; N] {
	let mut values = [0.0; N];
	let mut i = 0;
	while i < N {
		values[i] = f64::from_bits(words[i]);
		i += 1;
	}
	values
}

#[inline(always)]
fn horner<const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
	let mut sum = coefficients[N - 1];
	for i in (0..N - 1).rev() {
		sum = coefficients[i] + x * sum;
	}
	sum
}

/// 2ᵏ for −1022 ≤ k ≤ 1023.
#[inline(always)]
fn pow2(k: i64) -> f64 {
	f64::from_bits((k.wrapping_add(1023) as u64) << 52)
}

/// eˣ: 0 below −745.13, infinite above 709.78.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
	let x = if x > 710.0 { 710.0 } else { x };
	let x = if x < -746.0 { -746.0 } else { x };
	let shifted = x * LOG2_E + ROUND;
	let n = shifted - ROUND;
	let r = (x - n * LN2_HIGH) - n * LN2_LOW;
	let y = 1.0 + (r + (r * r) * horner(r, &EXP));
	let k = (shifted.to_bits() as i64).wrapping_sub(ROUND.to_bits() as i64);
	let half = k >> 1;
	(y * pow2(half)) * pow2(k.wrapping_sub(half))
}

/// x = 2ᵏ · m with √½ ≤ m < √2, for finite x > 0.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
	// 2⁵⁴: a subnormal becomes normal, exactly.
	let subnormal = x < f64::MIN_POSITIVE;
	let scaled = if subnormal { x * 18_014_398_509_481_984.0 } else { x };
	let word = scaled.to_bits();
	let exponent = (word >> 52) as i32 - if subnormal { 1077 } else { 1023 };
	let mantissa = f64::from_bits((word & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
	if mantissa < SQRT_2 {
		(f64::from(exponent), mantissa)
	} else {
		(f64::from(exponent) + 1.0, mantissa * 0.5)
	}
}

/// The natural logarithm: −∞ of 0, NaN of what is negative.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
	let (k, m) = split(x);
	let f = m - 1.0;
	let s = f / (2.0 + f);
	let z = s * s;
	let half_square = 0.5 * f * f;
	let r = z * horner(z, &LN);
	let y = k * LN2_HIGH - ((half_square - (s * (half_square + r) + k * LN2_LOW)) - f);
	if x == 0.0 {
		f64::NEG_INFINITY
	} else if x < 0.0 {
		f64::NAN
	} else if x < f64::INFINITY {
		y
	} else {
		x
	}
}

/// (sin x, cos x) for |x| ≤ 2²⁴; infinities give NaN, and beyond 2²⁴ the accuracy is lost, never the determinism.
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
	let shifted = x * TWO_OVER_PI + ROUND;
	let n = shifted - ROUND;
	let r = (((x - n * HALF_PI[0]) - n * HALF_PI[1]) - n * HALF_PI[2]) - n * HALF_PI[3];
	let z = r * r;
	let sin = r + r * (z * horner(z, &SIN));
	let half_square = 0.5 * z;
	let most = 1.0 - half_square;
	let cos = most + (((1.0 - most) - half_square) + (z * z) * horner(z, &COS));
	let quadrant = shifted.to_bits() & 3;
	let (sin, cos) = if quadrant & 1 == 0 { (sin, cos) } else { (cos, sin) };
	let sin_sign = (quadrant & 2) << 62;
	let cos_sign = (quadrant.wrapping_add(1) & 2) << 62;
	(f64::from_bits(sin.to_bits() ^ sin_sign), f64::from_bits(cos.to_bits() ^ cos_sign))
}

/// a + b = sum + error exactly, for |a| ≥ |b| (Dekker 1971).
#[inline(always)]
fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
	let sum = a + b;
	(sum, b - (sum - a))
}

/// a · b = product + error exactly, away from overflow and underflow (Dekker 1971, with Veltkamp's splitting).
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
	let halves = |x: f64| {
		let c = 134_217_729.0 * x;
		let high = c - (c - x);
		(high, x - high)
	};
	let product = a * b;
	let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
	(product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low))
}

/// ln x as an unevaluated sum of two f64, relative error about 2⁻⁵⁹, for finite x > 0.
#[inline(always)]
fn ln_pair(x: f64) -> (f64, f64) {
	let (k, m) = split(x);
	let f = m - 1.0;
	let (d, d_low) = fast_two_sum(2.0, f);
	let s = f / d;
	let (p, p_low) = two_product(s, d);
	// f = s·d + the rest, so the rest over d corrects s.
	let s_low = (((f - p) - p_low) - s * d_low) / d;
	let z = s * s;
	let tail = (s_low + s_low) + s * (z * horner(z, &LN));
	let (high, low) = fast_two_sum(s + s, tail);
	let (sum, error) = if k == 0.0 { (high, 0.0) } else { fast_two_sum(k * LN2_HIGH, high) };
	fast_two_sum(sum, error + (low + k * LN2_LOW))
}

/// xʸ for finite x ≥ 0 and finite y: 1 where y is 0, else 0ʸ is 0 or infinite; NaN for negative x.
///
/// The error is below 2 units in the last place while |y · ln x| ≤ 40, and grows in proportion beyond.
pub fn pow(x: f64, y: f64) -> f64 {
	if y == 0.0 || x == 1.0 {
		return 1.0;
	}
	if x == 0.0 {
		return if y > 0.0 { 0.0 } else { f64::INFINITY };
	}
	if !(x > 0.0 && x.is_finite() && y.is_finite()) {
		return f64::NAN;
	}
	let (high, low) = ln_pair(x);
	if (high * y).abs() > 800.0 {
		return exp(high * y);
	}
	let (product, error) = two_product(high, y);
	let result = exp(product);
	result + result * (error + low * y)
}
