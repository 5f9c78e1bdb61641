//! Accuracy of the elementary functions against the standard library, and equality over instruction sets.

use openledger_exact::{activation, functions, functions::double, Isa};

/// Numbers of all magnitudes and both signs: every `step`-th bit pattern.
fn patterns(step: usize) -> impl Iterator<Item = f32> {
	(0..=u32::MAX).step_by(step).map(f32::from_bits)
}

/// Distance in units in the last place of the f32 nearest to `exact`.
fn ulps(value: f32, exact: f64) -> f64 {
	let nearest = exact as f32;
	if value == nearest || (value.is_nan() && exact.is_nan()) {
		return 0.0;
	}
	let magnitude = nearest.abs().max(f32::MIN_POSITIVE);
	let unit = f64::from(f32::from_bits(magnitude.to_bits() + 1)) - f64::from(magnitude);
	(f64::from(value) - exact).abs() / unit
}

fn worst(name: &str, f: fn(f32) -> f32, exact: impl Fn(f64) -> f64, range: std::ops::Range<f32>) -> f64 {
	let (mut most, mut place) = (0.0, 0.0);
	for x in patterns(1999).filter(|x| range.contains(x)) {
		let error = ulps(f(x), exact(f64::from(x)));
		assert!(!error.is_nan(), "{name}({x:e})");
		if error > most {
			(most, place) = (error, x);
		}
	}
	println!("{name}: {most:.3} ulp at {place:e}");
	most
}

const ALL: std::ops::Range<f32> = f32::NEG_INFINITY..f32::INFINITY;

#[test]
fn exp_is_accurate_everywhere() {
	assert!(worst("exp", functions::exp, f64::exp, ALL) < 1.5);
	assert_eq!(functions::exp(f32::NEG_INFINITY), 0.0);
	assert_eq!(functions::exp(f32::INFINITY), f32::INFINITY);
	assert_eq!(functions::exp(0.0).to_bits(), 1.0f32.to_bits());
	assert!(functions::exp(f32::NAN).is_nan());
	assert!(functions::exp(-100.0).is_subnormal());
}

#[test]
fn tanh_is_accurate_everywhere() {
	assert!(worst("tanh", functions::tanh, f64::tanh, ALL) < 2.0);
	assert_eq!(functions::tanh(f32::INFINITY), 1.0);
	assert_eq!(functions::tanh(f32::NEG_INFINITY), -1.0);
	assert_eq!(functions::tanh(-0.0).to_bits(), (-0.0f32).to_bits());
	assert!(functions::tanh(f32::NAN).is_nan());
}

/// erf by its series and by the continued fraction of erfc, good to 1e-14.
fn erf(x: f64) -> f64 {
	let t = x.abs();
	let value = if t < 2.5 {
		let (mut term, mut sum) = (t, t);
		for n in 1..120 {
			term *= -t * t / f64::from(n);
			sum += term / f64::from(2 * n + 1);
		}
		sum * 2.0 / std::f64::consts::PI.sqrt()
	} else {
		let mut fraction = 0.0;
		for n in (1..80).rev() {
			fraction = f64::from(n) / 2.0 / (t + fraction);
		}
		1.0 - (-t * t).exp() / (std::f64::consts::PI.sqrt() * (t + fraction))
	};
	value.copysign(x)
}

#[test]
fn erf_is_accurate_everywhere() {
	assert!((erf(1.0) - 0.842_700_792_949_714_9).abs() < 1e-14);
	assert!((erf(3.0) - 0.999_977_909_503_001_4).abs() < 1e-14);
	assert!(worst("erf", functions::erf, erf, ALL) < 2.0);
	assert_eq!(functions::erf(f32::INFINITY), 1.0);
	assert!(functions::erf(f32::NAN).is_nan());
}

#[test]
fn activations_are_accurate() {
	let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
	assert!(worst("silu", functions::silu, |x| x * sigmoid(x), -87.0..f32::INFINITY) < 3.0);
	assert_eq!(functions::silu(-1e30), 0.0);
	assert_eq!(functions::silu(1e30), 1e30);
	assert_eq!(functions::gelu_tanh(-1e30), 0.0);
	assert_eq!(functions::gelu_tanh(1e30), 1e30);
	assert_eq!(functions::gelu(-1e30), 0.0);
	assert_eq!(functions::gelu(1e30), 1e30);
	for x in patterns(1999).filter(|x| x.is_finite()) {
		let wide = f64::from(x);
		let bound = 2.5e-7 * wide.abs().max(1e-30);
		let exact = 0.5 * wide * (1.0 + erf(wide * std::f64::consts::FRAC_1_SQRT_2));
		assert!((f64::from(functions::gelu(x)) - exact).abs() <= bound, "gelu({x})");
		let u = (2.0 / std::f64::consts::PI).sqrt() * (wide + 0.044715 * wide.powi(3));
		let exact = 0.5 * wide * (1.0 + u.tanh());
		assert!((f64::from(functions::gelu_tanh(x)) - exact).abs() <= bound, "gelu_tanh({x})");
		let exact = 50.0 * (wide / 50.0).tanh();
		let relative = (f64::from(functions::softcap(x, 50.0)) - exact).abs() / exact.abs().max(1e-37);
		assert!(relative < 4e-7, "softcap({x})");
	}
}

fn wide_ulps(value: f64, exact: f64) -> f64 {
	if value == exact {
		return 0.0;
	}
	let magnitude = exact.abs().max(f64::MIN_POSITIVE);
	(value - exact).abs() / (f64::from_bits(magnitude.to_bits() + 1) - magnitude)
}

#[test]
fn doubles_are_within_two_units_of_the_standard_library() {
	let (mut exp, mut ln, mut sin, mut cos, mut pow) = (0.0f64, 0.0f64, 0.0f64, 0.0f64, 0.0f64);
	let mut state = 1u64;
	for _ in 0..400_000 {
		state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		let unit = (state >> 11) as f64 / (1u64 << 53) as f64;
		let x = unit * 1460.0 - 748.0;
		exp = exp.max(wide_ulps(double::exp(x), x.exp()));
		let small = unit * 2.0 - 1.0;
		exp = exp.max(wide_ulps(double::exp(small), small.exp()));
		let positive = f64::from_bits(state >> 1 & 0x7fef_ffff_ffff_ffff);
		ln = ln.max(wide_ulps(double::ln(positive), positive.ln()));
		ln = ln.max(wide_ulps(double::ln(unit * 2.0), (unit * 2.0).ln()));
		for angle in [f64::from((unit * 16_777_216.0) as f32), f64::from((unit * 8.0 - 4.0) as f32)] {
			let (s, c) = double::sin_cos(angle);
			sin = sin.max(wide_ulps(s, angle.sin()));
			cos = cos.max(wide_ulps(c, angle.cos()));
		}
		let (base, power) = (1.0 + unit * 1e6, (state & 0xffff) as f64 / 65_536.0 * 4.0 - 2.0);
		pow = pow.max(wide_ulps(double::pow(base, power), base.powf(power)));
	}
	println!("f64: exp {exp:.2} ln {ln:.2} sin {sin:.2} cos {cos:.2} pow {pow:.2} ulp");
	assert!([exp, ln, sin, cos, pow].iter().all(|&error| error <= 2.0));
}

#[test]
fn doubles_at_the_ends() {
	assert_eq!(double::exp(f64::NEG_INFINITY), 0.0);
	assert_eq!(double::exp(f64::INFINITY), f64::INFINITY);
	assert_eq!(double::exp(0.0), 1.0);
	assert!(double::exp(-740.0) > 0.0 && double::exp(f64::NAN).is_nan());
	assert_eq!(double::ln(0.0), f64::NEG_INFINITY);
	assert_eq!(double::ln(1.0).to_bits(), 0);
	assert_eq!(double::ln(f64::INFINITY), f64::INFINITY);
	assert!(double::ln(-1.0).is_nan() && double::ln(f64::NAN).is_nan());
	assert!((double::ln(f64::from_bits(1)) - f64::from_bits(1).ln()).abs() < 1e-12);
	assert_eq!(double::sin_cos(0.0), (0.0, 1.0));
	assert!(double::sin_cos(f64::INFINITY).0.is_nan());
	assert_eq!(double::pow(10_000.0, 0.0), 1.0);
	assert_eq!(double::pow(0.0, 2.0), 0.0);
	assert_eq!(double::pow(2.0, -3.0), 0.125);
	assert_eq!(double::pow(10.0, 400.0), f64::INFINITY);
	assert_eq!(double::pow(10.0, -400.0), 0.0);
	assert!(double::pow(-1.0, 2.0).is_nan());
}

/// Equal bits, except that a NaN equals any NaN.
fn same(a: &[f32], b: &[f32]) -> bool {
	a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
	type Map = fn(Isa, &mut [f32]);
	let maps: [(&str, Map); 8] = [
		("exp", functions::exp_in_place),
		("tanh", functions::tanh_in_place),
		("erf", functions::erf_in_place),
		("silu", activation::silu),
		("gelu", activation::gelu),
		("gelu_tanh", activation::gelu_tanh),
		("relu", activation::relu),
		("softcap", |isa, x| functions::softcap_in_place(isa, x, 30.0)),
	];
	let input: Vec<f32> = patterns(19_997).collect();
	for (name, map) in maps {
		let mut expected = input.clone();
		map(Isa::Scalar, &mut expected);
		for isa in Isa::available() {
			let mut found = input.clone();
			map(isa, &mut found);
			assert!(same(&found, &expected), "{name} on {isa}");
			// Every length of a tail.
			for length in 0..=70 {
				let mut found = input[999..999 + length].to_vec();
				map(isa, &mut found);
				assert!(same(&found, &expected[999..999 + length]), "{name} on {isa}, {length}");
			}
		}
	}
	type Gate = fn(Isa, &mut [f32], &[f32]);
	let up: Vec<f32> = input.iter().rev().copied().collect();
	let gates: [Gate; 5] = [
		activation::silu_mul,
		activation::gelu_mul,
		activation::gelu_tanh_mul,
		functions::add_in_place,
		|isa, x, y| functions::add_scaled_in_place(isa, x, y, 0.1),
	];
	for gate in gates {
		let mut expected = input.clone();
		gate(Isa::Scalar, &mut expected, &up);
		for isa in Isa::available() {
			let mut found = input.clone();
			gate(isa, &mut found, &up);
			assert!(same(&found, &expected), "{isa}");
		}
	}
}

#[test]
fn log_sum_exp_is_accurate_and_the_same_everywhere() {
	for length in [1usize, 2, 63, 64, 65, 1000, 4097] {
		let logits: Vec<f32> = (0..length).map(|i| ((i * 7919) % 1013) as f32 / 50.0 - 10.0).collect();
		let exact = logits.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
		let expected = functions::log_sum_exp(Isa::Scalar, &logits);
		assert!((expected - exact).abs() < 1e-12 * exact.abs().max(1.0), "{length}");
		for isa in Isa::available() {
			assert_eq!(functions::log_sum_exp(isa, &logits).to_bits(), expected.to_bits());
		}
	}
	assert_eq!(functions::log_sum_exp(Isa::Scalar, &[]), f64::NEG_INFINITY);
	assert_eq!(functions::log_sum_exp(Isa::Scalar, &[f32::NEG_INFINITY; 3]), f64::NEG_INFINITY);
	assert_eq!(functions::log_sum_exp(Isa::Scalar, &[f32::NEG_INFINITY, 1.5]), 1.5);
}

#[test]
fn a_bias_is_added_to_every_row() {
	for isa in Isa::available() {
		let mut x = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
		functions::add_bias(isa, &mut x, &[10.0, 20.0, 30.0]);
		functions::add_bias(isa, &mut x, &[]);
		functions::scale_in_place(isa, &mut x, 2.0);
		assert_eq!(x, [22.0, 44.0, 66.0, 28.0, 50.0, 72.0]);
	}
}
