//! The weights of an adapter in training: one flat vector, so that gradient and optimiser are flat too.

use crate::base::Base;
use openledger_openlora::matrix::{linear, matmul, View};
use openledger_openlora::{DecoderSpec, Target};
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Where the pair of one linear layer lies in the flat vector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
	pub(crate) layer: usize,
	pub(crate) target: Target,
	pub(crate) outputs: usize,
	pub(crate) inputs: usize,
	rank: usize,
	start: usize,
}

impl Slot {
	/// `a`, [rank, inputs], out of a flat vector.
	pub(crate) fn a<'a>(&self, flat: &'a [f32]) -> &'a [f32] {
		&flat[self.start..self.start + self.rank * self.inputs]
	}

	/// `b`, [outputs, rank], out of a flat vector.
	pub(crate) fn b<'a>(&self, flat: &'a [f32]) -> &'a [f32] {
		&flat[self.start + self.rank * self.inputs..self.end()]
	}

	fn both_mut<'a>(&self, flat: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
		flat[self.start..self.end()].split_at_mut(self.rank * self.inputs)
	}

	fn end(&self) -> usize {
		self.start + self.rank * (self.inputs + self.outputs)
	}
}

/// The pairs of all adapted linear layers.
#[derive(Debug, Clone)]
pub(crate) struct LoraWeights {
	pub(crate) rank: usize,
	pub(crate) scale: f32,
	pub(crate) slots: Vec<Slot>,
	/// `a` and `b` of every slot, one slot after another.
	pub(crate) values: Vec<f32>,
	index: Vec<[Option<usize>; 7]>,
}

impl LoraWeights {
	/// Pairs whose product is 0: `a` uniform in ± 1/√inputs (as PEFT), `b` zero. The numbers of a slot depend on the
	/// seed and the slot alone.
	pub(crate) fn new(spec: &DecoderSpec, targets: &[Target], rank: usize, alpha: f32, seed: u64) -> Self {
		let (mut slots, mut values) = (Vec::new(), Vec::new());
		let mut index = vec![[None; 7]; spec.layers];
		for (layer, index) in index.iter_mut().enumerate() {
			for &target in targets {
				let (outputs, inputs) = target.shape(spec);
				let mut random = ChaCha8Rng::seed_from_u64(seed);
				random.set_stream((layer * 7 + target as usize) as u64);
				let bound = 1.0 / (inputs as f32).sqrt();
				let slot = Slot { layer, target, outputs, inputs, rank, start: values.len() };
				values.extend((0..rank * inputs).map(|_| bound * symmetric(&mut random)));
				values.resize(slot.end(), 0.0);
				index[target as usize] = Some(slots.len());
				slots.push(slot);
			}
		}
		Self { rank, scale: alpha / rank as f32, slots, values, index }
	}

	fn slot(&self, layer: usize, target: Target) -> Option<&Slot> {
		self.index[layer][target as usize].map(|i| &self.slots[i])
	}

	/// `x · weightᵀ + scale · (x · aᵀ) · bᵀ`; `x` is [rows, inputs], the result [rows, outputs].
	pub(crate) fn forward(&self, weights: &Base, layer: usize, target: Target, x: &[f32]) -> Vec<f32> {
		let weight = weights.layers[layer].linear(target);
		let rows = x.len() / weight.cols();
		let mut y = vec![0.0; rows * weight.rows()];
		linear(x, weight, &mut y);
		if let Some(slot) = self.slot(layer, target) {
			let inner = self.inner(slot, x);
			let b = View::new(slot.b(&self.values), slot.outputs, self.rank);
			matmul(&mut y, View::new(&inner, rows, self.rank), b.t(), self.scale, true);
		}
		y
	}

	fn inner(&self, slot: &Slot, x: &[f32]) -> Vec<f32> {
		let rows = x.len() / slot.inputs;
		let mut inner = vec![0.0; rows * self.rank];
		let a = View::new(slot.a(&self.values), self.rank, slot.inputs);
		matmul(&mut inner, View::new(x, rows, slot.inputs), a.t(), 1.0, false);
		inner
	}

	/// The gradient of [`forward`](Self::forward): adds that of the inputs to `dx`, that of the pair to `gradient`
	/// (laid out as `values`). The frozen weight gets none. `dy` is [rows, outputs].
	pub(crate) fn backward(
		&self,
		weights: &Base,
		(layer, target): (usize, Target),
		x: &[f32],
		dy: &[f32],
		dx: &mut [f32],
		gradient: &mut [f32],
	) {
		let weight = weights.layers[layer].linear(target);
		let rows = x.len() / weight.cols();
		let dy = View::new(dy, rows, weight.rows());
		matmul(dx, dy, weight.view(), 1.0, true);
		let Some(slot) = self.slot(layer, target) else {
			return;
		};
		let inner = self.inner(slot, x);
		let mut d_inner = vec![0.0; rows * self.rank];
		let b = View::new(slot.b(&self.values), slot.outputs, self.rank);
		matmul(&mut d_inner, dy, b, self.scale, false);
		let d_inner = View::new(&d_inner, rows, self.rank);
		let (da, db) = slot.both_mut(gradient);
		matmul(da, d_inner.t(), View::new(x, rows, slot.inputs), 1.0, true);
		matmul(db, dy.t(), View::new(&inner, rows, self.rank), self.scale, true);
		let a = View::new(slot.a(&self.values), self.rank, slot.inputs);
		matmul(dx, d_inner, a, 1.0, true);
	}
}

/// A number in [-1, 1) with 24 random bits.
fn symmetric(random: &mut ChaCha8Rng) -> f32 {
	(random.next_u32() >> 8) as f32 / (1u32 << 23) as f32 - 1.0
}

/// The numbers 0..n in an order that depends on the seed and the stream alone.
pub(crate) fn shuffled(n: usize, seed: u64, stream: u64) -> Vec<usize> {
	let mut random = ChaCha8Rng::seed_from_u64(seed);
	random.set_stream(stream);
	let mut order: Vec<usize> = (0..n).collect();
	for i in (1..n).rev() {
		order.swap(i, (random.next_u64() % (i as u64 + 1)) as usize);
	}
	order
}
