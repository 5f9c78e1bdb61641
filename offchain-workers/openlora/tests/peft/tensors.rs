//! What is read, before any model runs: changes of weights equal PEFT's `get_delta_weight`, replaced values are the file's.

use crate::bases::{expected, folder, layout, ADAPTERS};
use openledger_formats::TensorFile;
use openledger_openlora::adapter::{BaseLayout, Delta, EmbeddingDelta, NormId, Place};
use openledger_openlora::{Adapter, Target};

fn read(base: &str, name: &str) -> (Adapter, BaseLayout) {
	let layout = layout(base);
	let adapter = Adapter::read(name, &folder(&format!("{base}/{name}")), &layout).unwrap();
	(adapter, layout)
}

/// The change of a weight times the fixtures' probe, in f64.
pub fn probe(delta: &Delta) -> Vec<f64> {
	let mut change = vec![0.0; delta.pairs.first().map_or(0, |pair| pair.b.rows())];
	for pair in &delta.pairs {
		let dot = |row: &[f32], x: &[f64]| row.iter().zip(x).map(|(a, b)| f64::from(*a) * b).sum::<f64>();
		let x: Vec<f64> = (0..pair.a.cols()).map(|k| (((7 * k + 3) % 11) as f64 - 5.0) / 5.0).collect();
		let inner: Vec<f64> = (0..pair.a.rows()).map(|row| dot(pair.a.row(row), &x)).collect();
		for (row, change) in change.iter_mut().enumerate() {
			*change += f64::from(pair.scale) * dot(pair.b.row(row), &inner);
		}
	}
	change
}

/// Compares all changes of `adapter` with the probes of `label`, and their number.
pub fn check_probes(base: &str, label: &str, adapter: &Adapter, layout: &BaseLayout) {
	let file = TensorFile::open(folder(base).join("expected.safetensors")).unwrap();
	let prefix = format!("probe.{label}.");
	let mut found = 0;
	for name in file.names().filter(|name| name.starts_with(&prefix)) {
		let path = &name[prefix.len()..];
		let want = expected(base, &name);
		let scale = want.iter().fold(0f64, |most, value| most.max(f64::from(value.abs())));
		let mut check = |delta: &Delta, rows: &mut dyn Iterator<Item = usize>| {
			found += 1;
			for (got, row) in probe(delta).iter().zip(rows) {
				assert!((got - f64::from(want[row])).abs() <= 1e-5 * scale, "{name} row {row}: {got} {}", want[row]);
			}
		};
		match layout.place(path).unwrap() {
			Place::Linear { layer, module } => {
				for (target, rows) in &layout.module(layer, module).parts {
					check(adapter.delta(layer, *target).unwrap(), &mut rows.iter());
				}
			}
			Place::Head => check(adapter.head().unwrap(), &mut (0..64)),
			other => panic!("{path}: {other:?}"),
		}
	}
	let deltas = (0..2).flat_map(|layer| Target::ALL.map(|target| adapter.delta(layer, target)));
	let pairs = deltas.flatten().chain(adapter.head()).filter(|delta| !delta.pairs.is_empty()).count();
	assert_eq!(found, pairs, "{base}/{label}");
	assert!(found > 0 || adapter.embedding().is_some());
}

#[test]
fn changes_of_weights_equal_those_of_peft() {
	for (base, names) in ADAPTERS {
		for name in *names {
			let (adapter, layout) = read(base, name);
			check_probes(base, name, &adapter, &layout);
		}
	}
}

#[test]
fn info_counts_and_names_what_the_adapter_changes() {
	let (adapter, _) = read("llama", "patterns");
	let info = adapter.info();
	assert_eq!((info.name.as_str(), info.rank, info.alpha), ("patterns", 4, 8.0));
	assert_eq!(info.targets, [Target::Query, Target::Value, Target::Down]);
	let file = TensorFile::open(folder("llama/patterns/adapter_model.safetensors")).unwrap();
	let size: usize = file.names().map(|name| file.get(&name).unwrap().shape.iter().product::<usize>()).sum();
	assert_eq!(info.parameters, size);
	assert_eq!(&info.hash, blake3::hash(file.bytes()).as_bytes());
}

#[test]
fn only_low_rank_terms_are_additive() {
	for (base, names) in ADAPTERS {
		for name in *names {
			let replaces =
				["dora", "saved", "saved-tied", "tokens", "bias-all", "bias-lora-only", "bias"].contains(name);
			assert_eq!(read(base, name).0.is_additive(), !replaces, "{base}/{name}");
		}
	}
}

#[test]
fn saved_modules_replace_weights_the_right_way_up() {
	let (adapter, _) = read("gpt2", "saved");
	let file = TensorFile::open(folder("gpt2/saved/adapter_model.safetensors")).unwrap();
	let name = "base_model.model.transformer.h.1.mlp.c_fc.";
	let stored = file.tensor(&format!("{name}weight")).unwrap();
	let values = stored.to_f32().unwrap();
	let delta = adapter.delta(1, Target::Up).unwrap();
	let weight = delta.weight.as_ref().unwrap();
	assert_eq!((weight.rows(), weight.cols()), (40, 32));
	for row in 0..40 {
		for col in 0..32 {
			assert_eq!(weight.row(row)[col], values[col * 40 + row]);
		}
	}
	assert_eq!(delta.bias.as_deref(), Some(file.tensor(&format!("{name}bias")).unwrap().to_f32().unwrap().as_slice()));
	assert_eq!(adapter.norms().len(), 1);
	let (id, norm) = &adapter.norms()[0];
	assert!(*id == NormId::Final && norm.scale.is_some() && norm.bias.is_some());
}

#[test]
fn names_of_saved_modules_match_ends_of_words_too() {
	let (adapter, _) = read("llama", "saved");
	let ids: Vec<NormId> = adapter.norms().iter().map(|(id, _)| *id).collect();
	assert_eq!(
		ids,
		[NormId::Attention(0), NormId::Attention(1), NormId::Mlp(0), NormId::Mlp(1), NormId::Final],
		"`norm` ends `input_layernorm`"
	);
	assert!(matches!(adapter.embedding(), Some(EmbeddingDelta::Table(table)) if table.rows() == 64));
	assert!(adapter.head().unwrap().weight.is_some());
}

#[test]
fn all_biases_are_replaced_those_of_norms_included() {
	let (adapter, _) = read("gpt2", "bias-all");
	for layer in 0..2 {
		for target in [Target::Query, Target::Key, Target::Value, Target::Output, Target::Up, Target::Down] {
			assert!(adapter.delta(layer, target).unwrap().bias.is_some(), "{layer} {target:?}");
		}
	}
	assert_eq!(adapter.norms().len(), 5);
	assert!(adapter.norms().iter().all(|(_, norm)| norm.scale.is_none() && norm.bias.is_some()));
	assert!(adapter.delta(0, Target::Up).unwrap().pairs.is_empty());
}

#[test]
fn trained_tokens_change_a_tied_head_too() {
	let (adapter, _) = read("llama-tied", "tokens");
	let Some(EmbeddingDelta::Rows(rows)) = adapter.embedding() else { panic!("no rows") };
	assert_eq!(rows.tokens, [7, 33]);
	assert_eq!(adapter.head().unwrap().rows.as_ref(), Some(rows));
	let (adapter, _) = read("llama", "tokens");
	assert!(matches!(adapter.embedding(), Some(EmbeddingDelta::Rows(rows)) if rows.tokens == [5, 42, 63]));
	assert!(adapter.head().is_none());
}

#[test]
fn saved_tables_change_a_tied_head_only_if_the_tie_is_kept() {
	assert!(read("llama-tied", "saved").0.head().is_none());
	assert!(read("llama-tied", "saved-tied").0.head().unwrap().weight.is_some());
}

#[test]
fn fused_projections_share_their_a() {
	let (adapter, _) = read("gpt2", "plain");
	let pair = |target| &adapter.delta(0, target).unwrap().pairs[0];
	assert_eq!(pair(Target::Query).a.data().as_ptr(), pair(Target::Value).a.data().as_ptr());
	assert_eq!(pair(Target::Key).b.data().as_ptr(), pair(Target::Query).b.data().as_ptr_range().end);
}
