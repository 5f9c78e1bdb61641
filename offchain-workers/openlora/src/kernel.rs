//! Inner loops that depend on the CPU: one body each, compiled for AVX-512, AVX2 + FMA and the baseline, chosen at run
//! time.

/// Elements that are accumulated side by side; the order of the sum is the same on every CPU.
const LANES: usize = 32;

/// `out[i] = weight[i, ..] · x`; `weight` has `out.len()` rows of `x.len()` values. Panics if it has fewer.
pub(crate) fn row_dots(weight: &[f32], x: &[f32], out: &mut [f32]) {
	assert_eq!(weight.len(), x.len() * out.len(), "weight size");
	#[cfg(target_arch = "x86_64")]
	{
		if is_x86_feature_detected!("avx512f") {
			// SAFETY: the feature was just detected.
			return unsafe { row_dots_avx512(weight, x, out) };
		}
		if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
			// SAFETY: the features were just detected.
			return unsafe { row_dots_avx2(weight, x, out) };
		}
	}
	row_dots_body::<false>(weight, x, out);
}

/// `values[i] = exp(values[i])`, relative error below 3e-7 for results that are normal numbers, 0 below them.
pub fn exp_in_place(values: &mut [f32]) {
	#[cfg(target_arch = "x86_64")]
	{
		if is_x86_feature_detected!("avx512f") {
			// SAFETY: the feature was just detected.
			return unsafe { exp_avx512(values) };
		}
		if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
			// SAFETY: the features were just detected.
			return unsafe { exp_avx2(values) };
		}
	}
	exp_body::<false>(values);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn row_dots_avx512(weight: &[f32], x: &[f32], out: &mut [f32]) {
	row_dots_body::<true>(weight, x, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn row_dots_avx2(weight: &[f32], x: &[f32], out: &mut [f32]) {
	row_dots_body::<true>(weight, x, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn exp_avx512(values: &mut [f32]) {
	exp_body::<true>(values);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn exp_avx2(values: &mut [f32]) {
	exp_body::<true>(values);
}

/// `a · b + c`, fused where the CPU has the instruction (the portable fallback would call a library function).
#[inline(always)]
fn mul_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
	if FUSED {
		a.mul_add(b, c)
	} else {
		a * b + c
	}
}

#[inline(always)]
fn row_dots_body<const FUSED: bool>(weight: &[f32], x: &[f32], out: &mut [f32]) {
	let (x_blocks, x_rest) = x.as_chunks::<LANES>();
	for (row, out) in weight.chunks_exact(x.len()).zip(out) {
		let (blocks, rest) = row.as_chunks::<LANES>();
		let mut sums = [0.0f32; LANES];
		for (w, x) in blocks.iter().zip(x_blocks) {
			for lane in 0..LANES {
				sums[lane] = mul_add::<FUSED>(w[lane], x[lane], sums[lane]);
			}
		}
		let mut half = LANES / 2;
		while half > 0 {
			for lane in 0..half {
				sums[lane] += sums[lane + half];
			}
			half /= 2;
		}
		for (w, x) in rest.iter().zip(x_rest) {
			sums[0] = mul_add::<FUSED>(*w, *x, sums[0]);
		}
		*out = sums[0];
	}
}

/// exp(v) = 2^n · exp(r) with |r| ≤ ln 2 / 2, and exp(r) by its Taylor polynomial of degree 7 (error < 5e-9).
#[inline(always)]
fn exp_body<const FUSED: bool>(values: &mut [f32]) {
	const LN2_HIGH: f32 = 0.693_359_4; // 9 bits, so that n · LN2_HIGH is exact
	const LN2_LOW: f32 = -2.121_944_4e-4;
	// Adding and subtracting 1.5 · 2^23 rounds to the nearest integer.
	const ROUND: f32 = 12_582_912.0;
	for value in values {
		let v = value.clamp(-87.3, 88.3);
		let n = mul_add::<FUSED>(v, std::f32::consts::LOG2_E, ROUND) - ROUND;
		let r = mul_add::<FUSED>(n, -LN2_LOW, mul_add::<FUSED>(n, -LN2_HIGH, v));
		let mut p = 1.0 / 5040.0;
		for c in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
			p = mul_add::<FUSED>(p, r, c);
		}
		// n lies in [-126, 127], so the biased exponent is that of a normal number.
		let power = f32::from_bits(((n as i32 + 127) as u32) << 23);
		*value = if *value < -87.3 { 0.0 } else { p * power };
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn exp_in_place_is_close_to_exp_over_the_whole_range() {
		let inputs: Vec<f32> = (-8800..=8800).map(|i| i as f32 / 100.1).collect();
		let mut fast = inputs.clone();
		exp_in_place(&mut fast);
		let mut portable = inputs.clone();
		exp_body::<false>(&mut portable);
		for (i, x) in inputs.iter().enumerate().filter(|(_, x)| **x > -87.3) {
			let exact = f64::from(*x).exp();
			for y in [fast[i], portable[i]] {
				assert!((f64::from(y) / exact - 1.0).abs() < 3e-7, "exp({x}) = {y}, exact {exact}");
			}
		}
		let mut ends = [f32::NEG_INFINITY, -1e30, 0.0];
		exp_in_place(&mut ends);
		assert_eq!(ends, [0.0, 0.0, 1.0]);
	}

	#[test]
	fn exp_in_place_keeps_nan() {
		let mut values = [f32::NAN];
		exp_in_place(&mut values);
		assert!(values[0].is_nan());
	}
}
