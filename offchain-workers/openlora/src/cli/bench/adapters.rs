//! Random adapters in PEFT's layout.

use super::super::failure::Failure;
use openledger_openlora::Model;
use safetensors::tensor::{serialize_to_file, Dtype, TensorView};
use std::path::Path;

/// Writes an adapter of every linear module of every block, with small random numbers.
pub(super) fn write(folder: &Path, model: &Model, rank: usize, seed: u64) -> Result<(), Failure> {
	std::fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
	let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
	let (mut tensors, mut targets) = (Vec::new(), Vec::new());
	for layer in 0..model.spec().layers {
		for module in model.modules(layer) {
			let name = module.path.rsplit('.').next().unwrap_or(&module.path).to_owned();
			if !targets.contains(&name) {
				targets.push(name);
			}
			let outputs: usize = module.parts.iter().map(|(_, rows)| rows.len()).sum();
			let inputs = module.parts.first().map_or(0, |(target, _)| target.shape(model.spec()).1);
			let prefix = format!("base_model.model.{}", module.path);
			tensors.push((format!("{prefix}.lora_A.weight"), vec![rank, inputs], numbers.bytes(rank * inputs)));
			tensors.push((format!("{prefix}.lora_B.weight"), vec![outputs, rank], numbers.bytes(outputs * rank)));
		}
	}
	let views = tensors
		.iter()
		.map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
		.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
		.map_err(Failure::run)?;
	serialize_to_file(views, None, &folder.join(WEIGHTS)).map_err(Failure::run)?;
	let config = serde_json::json!({
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": rank, "lora_alpha": rank, "bias": "none",
		"target_modules": targets, "base_model_name_or_path": "bench",
	});
	let path = folder.join("adapter_config.json");
	std::fs::write(&path, config.to_string()).map_err(|error| Failure::file("write", &path, &error))
}

const WEIGHTS: &str = "adapter_model.safetensors";

/// Bytes of an adapter's weights on disk.
pub(super) fn bytes(folder: &Path) -> u64 {
	std::fs::metadata(folder.join(WEIGHTS)).map_or(0, |metadata| metadata.len())
}

/// Vigna's xorshift64*.
struct Numbers(u64);

impl Numbers {
	/// Little-endian f32 in [-0.02, 0.02).
	fn bytes(&mut self, count: usize) -> Vec<u8> {
		let mut bytes = Vec::with_capacity(count * 4);
		for _ in 0..count {
			self.0 ^= self.0 >> 12;
			self.0 ^= self.0 << 25;
			self.0 ^= self.0 >> 27;
			let bits = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
			bytes.extend((bits * 0.02).to_le_bytes());
		}
		bytes
	}
}
