//! Integers: the arithmetic of `docs/exact-arithmetic.md`.

use super::{AttentionJob, Numerics, ReadRow};
use crate::adapter::LoraPair;
use crate::model::LinearId;
use crate::spec::DecoderSpec;
use openledger_exact::attention::{attend_head, KvLayout, KvPage, Scratch};
use openledger_exact::{
	forward_many, lora_batch, Activations, Isa, Linear, LoraLayer, LowRank, LowRankSource, Pool, Precision,
};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Which precision each layer's weights have. A model that int8 hurts names the layers that need two planes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactPlan {
	/// The precision of all layers that are not named.
	pub default: Precision,
	/// The precision of single blocks.
	pub layers: BTreeMap<usize, Precision>,
	/// The precision of the output projection.
	pub head: Precision,
}

impl ExactPlan {
	/// The same precision everywhere.
	pub fn uniform(precision: Precision) -> Self {
		Self { default: precision, layers: BTreeMap::new(), head: precision }
	}

	/// The precision of one linear layer.
	pub fn precision(&self, id: LinearId) -> Precision {
		match id {
			LinearId::Layer(layer, _) => self.layers.get(&layer).copied().unwrap_or(self.default),
			LinearId::Head => self.head,
		}
	}
}

/// Integer matrix products, the same bits on every machine.
#[derive(Debug, Clone)]
pub struct Exact {
	plan: ExactPlan,
	isa: Isa,
}

impl Exact {
	/// Arithmetic by `plan` with the instructions of `isa`.
	pub fn new(plan: ExactPlan, isa: Isa) -> Self {
		Self { plan, isa }
	}
}

fn layout(spec: &DecoderSpec) -> KvLayout {
	KvLayout { layers: spec.layers, kv_heads: spec.kv_heads, head_dim: spec.head_dim }
}

impl Numerics for Exact {
	type Linear = Linear;
	type Pair = LowRank;
	type Input = Activations;
	type Page = KvPage;

	fn isa(&self) -> Isa {
		self.isa
	}

	fn linear(&self, id: LinearId, outputs: usize, inputs: usize, read: &mut ReadRow<'_>) -> Result<Linear, String> {
		Linear::new(self.plan.precision(id), outputs, inputs, read).map_err(|e| e.to_string())
	}

	fn linear_bytes(linear: &Linear) -> usize {
		linear.bytes()
	}

	fn pairs(&self, pool: &Pool, pairs: &[(LinearId, &LoraPair)]) -> Result<Vec<LowRank>, (LinearId, String)> {
		let mut sources = Vec::with_capacity(pairs.len());
		for (id, LoraPair { a, b, .. }) in pairs {
			let (rank, inputs, outputs) = (a.rows(), a.cols(), b.rows());
			let precision = self.plan.precision(*id);
			sources.push(LowRankSource { precision, a: a.data(), b: b.data(), rank, inputs, outputs });
		}
		LowRank::build(pool, &sources).map_err(|(index, error)| (pairs[index].0, error.to_string()))
	}

	fn pair_bytes(pair: &LowRank) -> usize {
		pair.bytes()
	}

	fn prepare(&self, pool: &Pool, x: &[f32], width: usize, input: &mut Activations, broken: &mut [bool]) {
		input.quantize(self.isa, pool, x, width);
		broken.iter_mut().enumerate().for_each(|(row, broken)| *broken |= !input.finite(row));
	}

	fn linears(&self, pool: &Pool, input: &Activations, jobs: &mut [(&Linear, &mut [f32])]) {
		forward_many(self.isa, pool, input, jobs);
	}

	fn low_rank(&self, pool: &Pool, input: &Activations, layers: &mut [LoraLayer<'_>]) {
		lora_batch(self.isa, pool, input, layers);
	}

	fn page(&self, spec: &DecoderSpec) -> KvPage {
		KvPage::new(&layout(spec))
	}

	fn page_bytes(&self, spec: &DecoderSpec) -> usize {
		layout(spec).page_bytes()
	}

	fn write(&self, page: &mut KvPage, spec: &DecoderSpec, layer: usize, slot: usize, k: &[f32], v: &[f32]) {
		page.write(&layout(spec), self.isa, layer, slot, k, v);
	}

	fn attend(&self, spec: &DecoderSpec, job: &AttentionJob<'_, KvPage>, out: &mut [f32]) {
		thread_local!(static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default()));
		let group = job.params.len();
		let heads = job.kv_head * group..(job.kv_head + 1) * group;
		SCRATCH.with_borrow_mut(|scratch| {
			attend_head(
				self.isa,
				&layout(spec),
				job.layer,
				job.kv_head,
				job.pages,
				job.q,
				spec.query_width(),
				heads,
				job.position,
				job.params,
				out,
				scratch,
			);
		});
	}
}
