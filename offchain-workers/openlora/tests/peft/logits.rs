//! Logits of a model with an adapter against PEFT's.

use crate::bases::{expected, folder, ADAPTERS};
use crate::merged::{derive, recipes};
use openledger_exact::{Isa, Pool};
use openledger_formats::TensorFile;
use openledger_openlora::backend::{Rows, PAGE_TOKENS};
use openledger_openlora::forward::{CpuAdapter, CpuBackend};
use openledger_openlora::numerics::Float;
use openledger_openlora::{Adapter, Backend, Model, Segment};
use std::sync::Arc;

type FloatAdapter = Arc<CpuAdapter<Float>>;

struct Base {
	name: &'static str,
	model: Model,
	backend: CpuBackend<Float>,
	tokens: Vec<u32>,
}

impl Base {
	fn open(name: &'static str) -> Self {
		let model = Model::open(&folder(name)).unwrap();
		let numerics = Float::new(1, Isa::best()).unwrap();
		let mut backend = CpuBackend::new(&model, numerics, Arc::new(Pool::new(1).unwrap()), &|_| ()).unwrap();
		let file = TensorFile::open(folder(name).join("expected.safetensors")).unwrap();
		let tokens = file.tensor("tokens").unwrap();
		let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
		let tokens: Vec<u32> = tokens.bytes().chunks_exact(4).map(word).collect();
		assert!(tokens.len() <= PAGE_TOKENS);
		backend.reserve_pages(8);
		Self { name, model, backend, tokens }
	}

	fn load(&self, adapter: &str) -> FloatAdapter {
		let adapter = Adapter::load(adapter, &folder(&format!("{}/{adapter}", self.name)), &self.model).unwrap();
		self.build(&adapter)
	}

	fn build(&self, adapter: &Adapter) -> FloatAdapter {
		Arc::new(self.backend.adapters().build(adapter).unwrap())
	}

	/// Logits of all tokens with some adapters, [tokens, vocab]; all requests in one step, each in its own page.
	fn logits(&mut self, requests: &[Vec<(FloatAdapter, f32)>]) -> Vec<Vec<f32>> {
		let pages: Vec<[u32; 1]> = (0..requests.len() as u32).map(|page| [page]).collect();
		let segment =
			|(adapters, pages)| Segment { tokens: &self.tokens, position: 0, pages, adapters, rows: Rows::All };
		let segments: Vec<_> =
			requests.iter().map(Vec::as_slice).zip(pages.iter().map(|page| &page[..])).map(segment).collect();
		self.backend.step(&segments).into_iter().map(|result| result.unwrap().logits).collect()
	}

	fn check(&self, label: &str, got: &[f32]) {
		let want = expected(self.name, &format!("logits.{label}"));
		assert_eq!(got.len(), want.len());
		let most = want.iter().fold(0f32, |most, value| most.max(value.abs()));
		let worst = got.iter().zip(&want).fold(0f32, |worst, (a, b)| worst.max((a - b).abs()));
		assert!(worst <= 1e-5 * most, "{}/{label}: {worst} of {most}", self.name);
	}
}

#[test]
fn logits_with_every_kind_of_adapter_equal_those_of_peft() {
	for (name, adapters) in ADAPTERS {
		let mut base = Base::open(name);
		let got = base.logits(&[Vec::new()]);
		base.check("base", &got[0]);
		for adapter in *adapters {
			let loaded = base.load(adapter);
			let got = base.logits(&[vec![(loaded, 1.0)]]);
			base.check(adapter, &got[0]);
		}
	}
}

#[test]
fn different_adapters_in_one_step_do_not_touch_each_other() {
	let mut base = Base::open("llama");
	let labels = ["plain", "saved", "dora", "embedding", "tokens", "patterns"];
	let mut requests: Vec<_> = labels.iter().map(|label| vec![(base.load(label), 1.0)]).collect();
	requests.push(Vec::new());
	let got = base.logits(&requests);
	for (label, got) in labels.iter().chain(&["base"]).zip(&got) {
		base.check(label, got);
	}
}

#[test]
fn weighted_adapters_add_up_as_in_peft() {
	let mut base = Base::open("llama");
	let adapters = vec![(base.load("plain"), 0.5), (base.load("other"), -1.25)];
	let got = base.logits(&[adapters]);
	base.check("ensemble", &got[0]);
}

#[test]
fn logits_with_derived_adapters_equal_those_of_peft() {
	for name in ["llama", "gpt2"] {
		let mut base = Base::open(name);
		for (_, label, recipe) in recipes().iter().filter(|(base, ..)| *base == name) {
			let adapter = base.build(&derive(name, recipe));
			let got = base.logits(&[vec![(adapter, 1.0)]]);
			base.check(&format!("merge-{label}"), &got[0]);
		}
	}
}
