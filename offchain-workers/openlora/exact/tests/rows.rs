//! Norms and rotary embedding: accuracy and equality over instruction sets.

use openledger_exact::{norm, rope, rope::RopeTable, Isa};

fn values(count: usize, seed: u64) -> Vec<f32> {
	let mut state = seed;
	(0..count)
		.map(|_| {
			state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
			((state >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * 3.0
		})
		.collect()
}

const WIDTHS: [usize; 9] = [1, 2, 7, 63, 64, 65, 576, 1000, 8192];

#[test]
fn norms_are_accurate_and_the_same_everywhere() {
	for width in WIDTHS {
		let (x, scale, bias) = (values(width * 3, 1), values(width, 2), values(width, 3));
		let mut rms = vec![0.0; x.len()];
		let mut layer = vec![0.0; x.len()];
		norm::rms_norm(Isa::Scalar, &x, &scale, 1e-5, &mut rms);
		norm::layer_norm(Isa::Scalar, &x, &scale, &bias, 1e-5, &mut layer);
		for (row, (rms, layer)) in x.chunks(width).zip(rms.chunks(width).zip(layer.chunks(width))) {
			let wide: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
			let mean_square = wide.iter().map(|x| x * x).sum::<f64>() / width as f64;
			let mean = wide.iter().sum::<f64>() / width as f64;
			let variance = wide.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / width as f64;
			for i in 0..width {
				let exact = wide[i] / (mean_square + f64::from(1e-5f32)).sqrt() * f64::from(scale[i]);
				assert!((f64::from(rms[i]) - exact).abs() <= 3e-7 * exact.abs(), "rms {width}");
				let normal = (wide[i] - mean) / (variance + f64::from(1e-5f32)).sqrt();
				let exact = normal * f64::from(scale[i]) + f64::from(bias[i]);
				assert!((f64::from(layer[i]) - exact).abs() <= 2e-6, "layer {width}");
			}
		}
		for isa in Isa::available() {
			let mut out = vec![0.0; x.len()];
			norm::rms_norm(isa, &x, &scale, 1e-5, &mut out);
			assert_eq!(out, rms, "{isa} {width}");
			let mut out = x.clone();
			norm::rms_norm_in_place(isa, &mut out, &scale, 1e-5);
			assert_eq!(out, rms, "{isa} {width}");
			norm::layer_norm(isa, &x, &scale, &bias, 1e-5, &mut out);
			assert_eq!(out, layer, "{isa} {width}");
		}
	}
}

#[test]
fn norms_of_zeros_and_of_nothing() {
	let mut out = vec![1.0; 4];
	norm::rms_norm(Isa::best(), &[0.0; 4], &[1.0; 4], 1e-6, &mut out);
	assert_eq!(out, [0.0; 4]);
	norm::layer_norm(Isa::best(), &[5.0; 4], &[1.0; 4], &[], 1e-6, &mut out);
	assert_eq!(out, [0.0; 4]);
	norm::rms_norm_in_place(Isa::best(), &mut [], &[1.0], 1e-6);
	norm::rms_norm_in_place(Isa::best(), &mut [], &[], 1e-6);
}

#[test]
fn tables_are_those_of_the_standard_library_within_a_unit() {
	let frequencies: Vec<f32> = (0..64).map(|i| 10_000f64.powf(-(i as f64) / 64.0) as f32).collect();
	let table = RopeTable::new(&frequencies, 1.0);
	let positions = [0, 1, 2, 17, 511, 4095, 131_071, 1_000_003, 16_777_216];
	let (mut cos, mut sin) = (vec![0.0; positions.len() * 64], vec![0.0; positions.len() * 64]);
	table.rows(Isa::Scalar, &positions, &mut cos, &mut sin);
	for (row, &position) in positions.iter().enumerate() {
		for (i, frequency) in frequencies.iter().enumerate() {
			let angle = f64::from(position as f32 * frequency);
			for (found, exact) in [(cos[row * 64 + i], angle.cos()), (sin[row * 64 + i], angle.sin())] {
				let unit = f64::from(f32::from_bits((exact as f32).abs().to_bits() + 1)) - exact.abs() as f32 as f64;
				assert!((f64::from(found) - exact).abs() <= unit, "{position} {i}");
			}
		}
	}
	for isa in Isa::available() {
		let (mut c, mut s) = (cos.clone(), sin.clone());
		table.rows(isa, &positions, &mut c, &mut s);
		assert_eq!((&c, &s), (&cos, &sin), "{isa}");
	}
	let scaled = RopeTable::new(&frequencies, 1.25);
	let (mut c, mut s) = (vec![0.0; 64], vec![0.0; 64]);
	scaled.rows(Isa::best(), &[17], &mut c, &mut s);
	assert_eq!(c[5], cos[3 * 64 + 5] * 1.25);
	assert_eq!(s[5], sin[3 * 64 + 5] * 1.25);
	RopeTable::new(&[], 1.0).rows(Isa::best(), &[1, 2], &mut [], &mut []);
}

#[test]
fn rotation_turns_the_right_pairs() {
	let (cos, sin) = ([0.0, 1.0], [1.0, 0.0]);
	for isa in Isa::available() {
		let mut halves = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0];
		rope::rotate(isa, &mut halves, 6, 4, false, &cos, &sin);
		assert_eq!(halves, [-3.0, 2.0, 1.0, 4.0, 5.0, 6.0, -30.0, 20.0, 10.0, 40.0, 50.0, 60.0]);
		let mut pairs = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
		rope::rotate(isa, &mut pairs, 6, 4, true, &cos, &sin);
		assert_eq!(pairs, [-2.0, 1.0, 3.0, 4.0, 5.0, 6.0]);
	}
}

#[test]
fn rotation_is_the_same_everywhere() {
	for (head_dim, dims) in [(2, 2), (6, 4), (64, 64), (80, 32), (128, 128), (256, 64)] {
		for interleaved in [false, true] {
			let table = RopeTable::new(&values(dims / 2, 9), 1.0);
			let (mut cos, mut sin) = (vec![0.0; dims / 2], vec![0.0; dims / 2]);
			table.rows(Isa::Scalar, &[77], &mut cos, &mut sin);
			let row = values(head_dim * 5, 4);
			let mut expected = row.clone();
			rope::rotate(Isa::Scalar, &mut expected, head_dim, dims, interleaved, &cos, &sin);
			for isa in Isa::available() {
				let mut found = row.clone();
				rope::rotate(isa, &mut found, head_dim, dims, interleaved, &cos, &sin);
				assert_eq!(found, expected, "{isa} {head_dim} {dims} {interleaved}");
			}
		}
	}
}
