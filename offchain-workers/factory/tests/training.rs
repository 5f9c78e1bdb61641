//! Training runs on a tiny random model, and one short run of the real one.

#![allow(clippy::unwrap_used)]

#[path = "../../openlora/tests/support/mod.rs"]
mod support;

use openledger_factory::{
	LoraOptions, Manifest, Progress, Provenance, Row, TrainError, TrainOptions, Trained, Trainer,
};
use openledger_openlora::adapter::BaseLayout;
use openledger_openlora::{Adapter, Model};
use std::ops::ControlFlow;
use std::path::Path;
use support::Tiny;

fn tiny() -> Model {
	let dir = tempfile::tempdir().unwrap();
	Model::open(&Tiny::new(5).write(dir.path())).unwrap()
}

fn rows(n: usize) -> Vec<Row> {
	(0..n).map(|i| Row { prompt: format!("key {i}"), response: format!("value {}", i * 7) }).collect()
}

fn options(steps: u32) -> TrainOptions {
	TrainOptions { steps, learning_rate: 1e-2, evaluation_fraction: 0.0, threads: 2, ..TrainOptions::default() }
}

fn go_on(_: Progress) -> ControlFlow<()> {
	ControlFlow::Continue(())
}

fn train(model: &Model, rows: &[Row], options: TrainOptions) -> Result<Trained, TrainError> {
	Trainer::new(model, rows, LoraOptions::default(), options)?.run(go_on)
}

fn provenance() -> Provenance {
	Provenance { base_model: "tiny".into(), dataset_root: "ab".repeat(32) }
}

#[test]
fn loss_falls_on_a_set_that_can_be_learnt_by_heart() {
	let trained = train(&tiny(), &rows(4), options(120)).unwrap();
	let losses = &trained.report().losses;
	assert_eq!(losses.len(), 120);
	assert!(losses[119] < losses[0] * 0.2, "{} to {}", losses[0], losses[119]);
}

#[test]
fn evaluation_rows_are_held_out_and_measured() {
	let split = TrainOptions { evaluation_fraction: 0.25, ..options(30) };
	let trained = train(&tiny(), &rows(20), split).unwrap();
	let report = trained.report();
	assert_eq!((report.training_rows, report.evaluation_rows), (15, 5));
	assert!(report.evaluation_after.unwrap() < report.evaluation_before.unwrap());
	assert_eq!(train(&tiny(), &rows(2), options(1)).unwrap().report().evaluation_before, None);
}

#[test]
fn progress_reports_every_step() {
	let mut seen = Vec::new();
	let trainer = Trainer::new(&tiny(), &rows(4), LoraOptions::default(), options(10)).unwrap();
	let trained = trainer
		.run(|progress| {
			seen.push(progress);
			ControlFlow::Continue(())
		})
		.unwrap();
	assert_eq!(seen.iter().map(|p| p.step).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
	assert_eq!(seen.iter().map(|p| p.loss).collect::<Vec<_>>(), trained.report().losses);
	assert!(seen.iter().all(|p| p.steps == 10 && p.tokens_per_second > 0.0 && p.learning_rate > 0.0));
}

#[test]
fn run_ends_when_progress_breaks() {
	let trainer = Trainer::new(&tiny(), &rows(4), LoraOptions::default(), options(1000)).unwrap();
	let stop = |progress: Progress| {
		if progress.step == 3 {
			ControlFlow::Break(())
		} else {
			ControlFlow::Continue(())
		}
	};
	assert!(matches!(trainer.run(stop), Err(TrainError::Cancelled { step: 3 })));
}

#[test]
fn run_ends_when_the_loss_is_not_finite() {
	let wild = TrainOptions { learning_rate: 1e30, warmup_steps: 0, ..options(20) };
	assert!(matches!(train(&tiny(), &rows(4), wild), Err(TrainError::NotFinite { .. })));
}

fn export(model: &Model, options: TrainOptions, dir: &Path) -> [Vec<u8>; 3] {
	train(model, &rows(6), options).unwrap().export(dir, &provenance()).unwrap();
	["adapter_model.safetensors", "adapter_config.json", "manifest.json"].map(|f| std::fs::read(dir.join(f)).unwrap())
}

#[test]
fn export_is_bit_identical_when_inputs_are_the_same() {
	let (model, dir) = (tiny(), tempfile::tempdir().unwrap());
	let first = export(&model, options(8), &dir.path().join("a"));
	assert_eq!(first, export(&model, options(8), &dir.path().join("b")));
	let alone = export(&model, TrainOptions { threads: 1, ..options(8) }, &dir.path().join("c"));
	assert_eq!(first[0], alone[0]);
	let other = export(&model, TrainOptions { seed: 1, ..options(8) }, &dir.path().join("d"));
	assert_ne!(first[0], other[0]);
}

#[test]
fn export_leaves_only_the_complete_folder() {
	let (model, dir) = (tiny(), tempfile::tempdir().unwrap());
	let trained = train(&model, &rows(2), options(2)).unwrap();
	let target = dir.path().join("adapter");
	let manifest = trained.export(&target, &provenance()).unwrap();
	assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside the folder");
	assert!(matches!(trained.export(&target, &provenance()), Err(TrainError::Exists { .. })));
	let adapter = Adapter::read("a", &target, &BaseLayout::new(model.spec(), |i| model.modules(i))).unwrap();
	assert_eq!(blake3::Hash::from_bytes(adapter.info().hash).to_hex().as_str(), manifest.adapter_blake3);
	let written: Manifest = serde_json::from_slice(&std::fs::read(target.join("manifest.json")).unwrap()).unwrap();
	assert_eq!(written, manifest);
	assert_eq!(manifest.report, *trained.report());
	assert_eq!(manifest.dataset_root, provenance().dataset_root);
}

#[test]
fn new_refuses_what_cannot_be_trained() {
	let model = tiny();
	let refused =
		|rows: &[Row], lora: LoraOptions, options: TrainOptions| Trainer::new(&model, rows, lora, options).unwrap_err();
	let lora = LoraOptions::default;
	assert!(matches!(refused(&[], lora(), options(1)), TrainError::NoRows));
	let mut empty = rows(2);
	empty[1].response = "  ".into();
	assert!(matches!(refused(&empty, lora(), options(1)), TrainError::EmptyResponse { row: 1 }));
	for rank in [0, 33] {
		let ranked = LoraOptions { rank, ..lora() };
		assert!(matches!(refused(&rows(1), ranked, options(1)), TrainError::Rank { limit: 32, .. }));
	}
	let unknown = LoraOptions { target_modules: vec!["lm_head".into()], ..lora() };
	assert!(matches!(refused(&rows(1), unknown, options(1)), TrainError::UnknownTarget(name) if name == "lm_head"));
	let none = LoraOptions { target_modules: Vec::new(), ..lora() };
	assert!(matches!(refused(&rows(1), none, options(1)), TrainError::NoTargets));
	let short = TrainOptions { max_row_tokens: 5, ..options(1) };
	assert!(matches!(refused(&rows(1), lora(), short), TrainError::RowTooLong { row: 0, limit: 5, .. }));
	assert!(matches!(refused(&rows(1), lora(), options(0)), TrainError::Option { option: "steps", .. }));
	let fraction = TrainOptions { evaluation_fraction: 1.0, ..options(1) };
	assert!(matches!(refused(&rows(1), lora(), fraction), TrainError::Option { option: "evaluation_fraction", .. }));
}

#[test]
fn loss_of_the_real_model_falls() {
	let model = Model::open(&support::smollm2()).unwrap();
	let rows = [
		("What is a quokka?", "A small wallaby from Rottnest Island."),
		("What is a numbat?", "A striped marsupial that eats termites."),
	]
	.map(|(prompt, response)| Row { prompt: prompt.into(), response: response.into() });
	let options = TrainOptions {
		steps: 6,
		batch_rows: 2,
		learning_rate: 2e-3,
		warmup_steps: 1,
		evaluation_fraction: 0.0,
		..TrainOptions::default()
	};
	let trained = train(&model, &rows, options).unwrap();
	let losses = &trained.report().losses;
	assert!(losses[5] < losses[0] * 0.7, "{losses:?}");
}
