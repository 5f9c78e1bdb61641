//! Writing a trained adapter as a PEFT folder with a manifest beside it.

use crate::base;
use crate::error::TrainError;
use crate::options::{LoraOptions, TrainOptions};
use crate::trainer::{Report, Trained};
use safetensors::tensor::{serialize, Dtype, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the caller knows and the run does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
	/// Name of the base model, written as `base_model_name_or_path`.
	pub base_model: String,
	/// Root of the training rows, in hexadecimal.
	pub dataset_root: String,
}

/// How an adapter came about; `manifest.json`. A replay of the run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
	/// Version of this layout.
	pub version: u32,
	/// Name of the base model.
	pub base_model: String,
	/// BLAKE3 of the base model's file, in hexadecimal.
	pub base_blake3: String,
	/// Root of the training rows, in hexadecimal, as the caller gave it.
	pub dataset_root: String,
	/// Shape of the adapter.
	pub lora: LoraOptions,
	/// Schedule and seed.
	pub training: TrainOptions,
	/// Losses.
	pub report: Report,
	/// BLAKE3 of `adapter_model.safetensors`, in hexadecimal.
	pub adapter_blake3: String,
}

impl Trained {
	/// Writes `adapter_config.json`, `adapter_model.safetensors` and `manifest.json` to the new folder `dir`. The
	/// folder appears complete or not at all.
	///
	/// # Errors
	/// [`TrainError::Exists`] if `dir` exists, [`TrainError::Io`] if a file cannot be written.
	pub fn export(&self, dir: &Path, provenance: &Provenance) -> Result<Manifest, TrainError> {
		if dir.exists() {
			return Err(TrainError::Exists { path: dir.to_owned() });
		}
		let tensors = self.safetensors().map_err(|source| TrainError::Io {
			path: dir.join("adapter_model.safetensors"),
			source: std::io::Error::other(source),
		})?;
		let base = self.model.hash().map_err(|e| TrainError::Model(e.to_string()))?;
		let manifest = Manifest {
			version: 1,
			base_model: provenance.base_model.clone(),
			base_blake3: blake3::Hash::from_bytes(base).to_hex().to_string(),
			dataset_root: provenance.dataset_root.clone(),
			lora: self.lora_options.clone(),
			training: self.options.clone(),
			report: self.report.clone(),
			adapter_blake3: blake3::hash(&tensors).to_hex().to_string(),
		};
		let files = [
			("adapter_model.safetensors", tensors),
			("adapter_config.json", pretty(&self.config(&provenance.base_model))),
			("manifest.json", pretty(&json!(manifest))),
		];
		write_folder(dir, &files)?;
		Ok(manifest)
	}

	fn config(&self, base_model: &str) -> serde_json::Value {
		json!({
			"peft_type": "LORA",
			"task_type": "CAUSAL_LM",
			"base_model_name_or_path": base_model,
			"r": self.lora_options.rank,
			"lora_alpha": self.lora_options.alpha,
			"lora_dropout": 0.0,
			"target_modules": self.targets.iter().map(|target| base::name(*target)).collect::<Vec<_>>(),
			"bias": "none",
			"fan_in_fan_out": false,
			"inference_mode": true,
			"init_lora_weights": true,
			"modules_to_save": null,
			"use_dora": false,
			"use_rslora": false,
		})
	}

	fn safetensors(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
		let bytes = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
		let mut tensors = BTreeMap::new();
		for slot in &self.lora.slots {
			let module = format!("base_model.model.{}", base::module(slot.layer, slot.target));
			let a = (vec![self.lora.rank, slot.inputs], bytes(slot.a(&self.lora.values)));
			let b = (vec![slot.outputs, self.lora.rank], bytes(slot.b(&self.lora.values)));
			tensors.insert(format!("{module}.lora_A.weight"), a);
			tensors.insert(format!("{module}.lora_B.weight"), b);
		}
		let views = tensors
			.iter()
			.map(|(name, (shape, bytes))| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
			.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
		serialize(views, Some(HashMap::from([("format".to_owned(), "pt".to_owned())])))
	}
}

/// Indented JSON; the values above always have string keys and finite numbers, so that nothing can fail.
fn pretty(value: &serde_json::Value) -> Vec<u8> {
	format!("{value:#}\n").into_bytes()
}

/// Writes the files to a folder beside `dir`, flushes them to the disk, and renames it.
fn write_folder(dir: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), TrainError> {
	let error = |path: &Path| {
		let path = path.to_owned();
		move |source| TrainError::Io { path, source }
	};
	let parent = match dir.parent() {
		Some(parent) if !parent.as_os_str().is_empty() => parent,
		_ => Path::new("."),
	};
	let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
	let partial = Partial(parent.join(format!(".{name}.partial-{}", std::process::id())));
	std::fs::create_dir_all(parent).map_err(error(parent))?;
	std::fs::create_dir(&partial.0).map_err(error(&partial.0))?;
	for (name, bytes) in files {
		let path = partial.0.join(name);
		let write = || {
			let mut file = File::create(&path)?;
			file.write_all(bytes)?;
			file.sync_all()
		};
		write().map_err(error(&path))?;
	}
	std::fs::rename(&partial.0, dir).map_err(error(dir))?;
	File::open(parent).and_then(|parent| parent.sync_all()).map_err(error(parent))
}

/// A folder that is removed unless it was renamed.
struct Partial(PathBuf);

impl Drop for Partial {
	fn drop(&mut self) {
		// Gone already if the rename succeeded.
		let _ = std::fs::remove_dir_all(&self.0);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::base::Base;
	use crate::data::Packed;
	use crate::network::Network;
	use crate::options::Row;
	use crate::support::Tiny;
	use crate::trainer::Trainer;
	use openledger_exact::{Isa, Pool};
	use openledger_openlora::adapter::BaseLayout;
	use openledger_openlora::backend::{run_sequence, Backend, Rows};
	use openledger_openlora::forward::CpuBackend;
	use openledger_openlora::numerics::Float;
	use openledger_openlora::{Adapter, Model};
	use std::ops::ControlFlow;
	use std::sync::Arc;

	#[test]
	fn exported_adapter_gives_the_same_logits_when_it_is_served() {
		let dir = tempfile::tempdir().unwrap();
		let model = Model::open(&Tiny::new(5).write(dir.path())).unwrap();
		let rows = [Row { prompt: "a".into(), response: "b".into() }];
		let options = TrainOptions { steps: 20, learning_rate: 1e-2, evaluation_fraction: 0.0, ..Default::default() };
		let trained = Trainer::new(&model, &rows, LoraOptions::default(), options).unwrap();
		let trained = trained.run(|_| ControlFlow::Continue(())).unwrap();
		let provenance = Provenance { base_model: "tiny".into(), dataset_root: String::new() };
		trained.export(&dir.path().join("out"), &provenance).unwrap();
		let adapter =
			Adapter::read("a", &dir.path().join("out"), &BaseLayout::new(model.spec(), |i| model.modules(i))).unwrap();
		for slot in &trained.lora.slots {
			let pair = &adapter.delta(slot.layer, slot.target).unwrap().pairs[0];
			assert_eq!(pair.a.data(), slot.a(&trained.lora.values));
			assert_eq!(pair.b.data(), slot.b(&trained.lora.values));
			assert_eq!(pair.scale, trained.lora.scale);
		}

		// Every next token of a sequence: the loss of each is a logit against the sum of all.
		let tokens: Vec<u32> = (0..40).map(|i| i * 37 % 261).collect();
		let float = Float::new(1, Isa::best()).unwrap();
		let mut backend = CpuBackend::new(&model, float, Arc::new(Pool::new(1).unwrap()), &|_| {}).unwrap();
		let resident = Arc::new(backend.adapters().build(&adapter).unwrap());
		let logits = run_sequence(&mut backend, &tokens, &[(resident, 1.0)], Rows::All).unwrap().logits;
		let base = Base::load(&model).unwrap();
		let network = Network { spec: model.spec(), weights: &base, lora: &trained.lora };
		for i in 0..40 {
			let row = &logits[i * 261..(i + 1) * 261];
			let sum: f64 = row.iter().map(|l| f64::from(*l).exp()).sum();
			for token in [0u32, 100, 260] {
				let rows = Packed {
					tokens: tokens.clone(),
					rows: std::iter::once(0..40).collect(),
					expected: vec![(i, token)],
				};
				let served = sum.ln() - f64::from(row[token as usize]);
				assert!((network.loss(&rows) - served).abs() < 1e-4);
			}
		}
	}
}
