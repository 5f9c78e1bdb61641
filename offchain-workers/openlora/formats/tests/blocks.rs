//! Values of every type against what others make of the same bytes: ggml's Python package and candle.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use candle_core::{
	quantized::{GgmlDType, QStorage, QTensor},
	Device,
};
use openledger_formats::{dequantize, Dtype, TensorFile};
use proptest::prelude::*;
use support::fixture;

fn bits(values: &[f32]) -> Vec<u32> {
	values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn every_type_reads_as_the_package_gguf_reads_it() {
	let stored = TensorFile::open(fixture("all.gguf")).unwrap();
	let expected = TensorFile::open(fixture("all.safetensors")).unwrap();
	let mut compared = 0;
	for name in stored.names().filter(|name| name != "I32") {
		let (stored, expected) = (stored.tensor(&name).unwrap(), expected.tensor(&name).unwrap());
		assert_eq!(stored.shape(), expected.shape(), "{name}");
		assert_eq!(stored.dtype().name(), name);
		assert_eq!(bits(&stored.to_f32().unwrap()), bits(&expected.to_f32().unwrap()), "{name}");
		compared += 1;
	}
	assert_eq!(compared, 16);
	let half = expected.tensor("F16.stored").unwrap();
	assert_eq!(half.dtype(), Dtype::F16);
	assert_eq!(bits(&half.to_f32().unwrap()), bits(&stored.tensor("F16").unwrap().to_f32().unwrap()));
}

#[test]
fn rows_are_parts_of_the_whole() {
	let file = TensorFile::open(fixture("all.gguf")).unwrap();
	for name in file.names().filter(|name| name != "I32") {
		let tensor = file.tensor(&name).unwrap();
		let all = tensor.to_f32().unwrap();
		let mut row = vec![0.0; tensor.width()];
		for (index, expected) in all.chunks(tensor.width()).enumerate() {
			tensor.read_row(index, &mut row).unwrap();
			assert_eq!(bits(&row), bits(expected), "{name} {index}");
		}
		let error = tensor.read_row(tensor.rows(), &mut row).unwrap_err().to_string();
		assert!(error.contains(&*name) && error.contains("no row"), "{error}");
		let error = tensor.read_row(0, &mut row[1..]).unwrap_err().to_string();
		assert!(error.contains("do not fit"), "{error}");
	}
	let error = file.tensor("I32").unwrap().to_f32().unwrap_err().to_string();
	assert!(error.contains("`I32`") && error.contains("not read as weights"), "{error}");
}

#[test]
fn lengths_that_disagree_are_refused() {
	let mut out = [1.0; 64];
	for (bytes, values) in [(18, 64), (36, 32), (17, 32), (18, 31), (0, 32), (18, 0)] {
		assert!(!dequantize(Dtype::Q4_0, &vec![0; bytes], &mut out[..values]), "{bytes} {values}");
	}
	assert_eq!(out, [1.0; 64]);
	assert!(dequantize(Dtype::Q4_0, &[], &mut []));
	assert!(!dequantize(Dtype::I8, &[1], &mut out[..1]));
}

/// What candle makes of the blocks.
fn candle(dtype: GgmlDType, blocks: &[u8], len: usize) -> Vec<f32> {
	let storage = QStorage::from_data(blocks.to_vec().into(), &Device::Cpu, dtype).unwrap();
	let tensor = QTensor::new(storage, len).unwrap();
	tensor.dequantize(&Device::Cpu).unwrap().to_vec1().unwrap()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn random_blocks_read_as_candle_reads_them(noise in proptest::collection::vec(any::<u8>(), 2 * 256 * 2)) {
		use Dtype::{BF16, F16, Q2K, Q3K, Q4K, Q4_0, Q4_1, Q5K, Q5_0, Q5_1, Q6K, Q8_0};
		let types = [
			(F16, GgmlDType::F16), (BF16, GgmlDType::BF16), (Q4_0, GgmlDType::Q4_0), (Q4_1, GgmlDType::Q4_1),
			(Q5_0, GgmlDType::Q5_0), (Q5_1, GgmlDType::Q5_1), (Q8_0, GgmlDType::Q8_0), (Q2K, GgmlDType::Q2K),
			(Q3K, GgmlDType::Q3K), (Q4K, GgmlDType::Q4K), (Q5K, GgmlDType::Q5K), (Q6K, GgmlDType::Q6K),
		];
		for (ours, theirs) in types {
			let blocks = &noise[..512 / ours.block_len() * ours.block_bytes()];
			let mut values = vec![0.0; 512];
			prop_assert!(dequantize(ours, blocks, &mut values));
			for (ours_value, theirs) in values.iter().zip(candle(theirs, blocks, 512)) {
				// Scales that are NaN or infinite: both not finite is all that anyone promises.
				let same = ours_value.to_bits() == theirs.to_bits() || (!ours_value.is_finite() && !theirs.is_finite());
				prop_assert!(same, "{} {} {}", ours, ours_value, theirs);
			}
		}
	}
}
