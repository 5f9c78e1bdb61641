//! Loss and gradient of an adapter over frozen weights. The forward pass keeps what the backward pass needs, one
//! [`Tape`] a layer; everything that is cheap to compute again is.

use crate::attention::{attend_backward, attend_rows};
use crate::base::Base;
use crate::data::Packed;
use crate::head::answer_loss;
use crate::lora::LoraWeights;
use openledger_openlora::math::{inverse_rms, rms_norm, swiglu, Rope};
use openledger_openlora::{DecoderSpec, Target};
use rayon::prelude::*;

/// A model with the adapter in training.
pub(crate) struct Network<'a> {
	pub(crate) spec: &'a DecoderSpec,
	pub(crate) weights: &'a Base,
	pub(crate) lora: &'a LoraWeights,
}

/// What one layer's backward pass needs; all are [tokens, ..].
struct Tape {
	input: Vec<f32>,
	q: Vec<f32>,
	k: Vec<f32>,
	v: Vec<f32>,
	mixed: Vec<f32>,
	middle: Vec<f32>,
	gate: Vec<f32>,
	up: Vec<f32>,
}

impl Network<'_> {
	/// The sum over the expected tokens of their negative log likelihood.
	pub(crate) fn loss(&self, rows: &Packed) -> f64 {
		let rope = self.rope(rows);
		let mut x = self.embed(rows);
		for layer in 0..self.spec.layers {
			x = self.layer(layer, x, rows, &rope).0;
		}
		answer_loss(self.spec, self.weights, &x, &rows.expected, None)
	}

	/// The [`loss`](Self::loss); adds `scale` times its gradient to `gradient`, laid out as the adapter's values.
	pub(crate) fn loss_and_gradient(&self, rows: &Packed, scale: f32, gradient: &mut [f32]) -> f64 {
		let rope = self.rope(rows);
		let mut x = self.embed(rows);
		let mut tapes = Vec::with_capacity(self.spec.layers);
		for layer in 0..self.spec.layers {
			let (out, tape) = self.layer(layer, x, rows, &rope);
			tapes.push(tape);
			x = out;
		}
		let mut dx = vec![0.0; x.len()];
		let loss = answer_loss(self.spec, self.weights, &x, &rows.expected, Some((scale, &mut dx)));
		while let Some(tape) = tapes.pop() {
			self.layer_backward(tapes.len(), &tape, rows, &rope, &mut dx, gradient);
		}
		loss
	}

	fn embed(&self, rows: &Packed) -> Vec<f32> {
		rows.tokens.iter().flat_map(|token| self.weights.embedding.row(*token as usize)).copied().collect()
	}

	fn rope(&self, rows: &Packed) -> Rope {
		let positions = rows.rows.iter().flat_map(|row| 0..row.len());
		Rope::new(self.weights.rope_base, self.spec.head_dim, positions)
	}

	fn norm(&self, x: &[f32], weight: &[f32]) -> Vec<f32> {
		let mut out = vec![0.0; x.len()];
		rms_norm(x, weight, self.spec.norm_eps, &mut out);
		out
	}

	fn layer(&self, layer: usize, input: Vec<f32>, rows: &Packed, rope: &Rope) -> (Vec<f32>, Tape) {
		let (lora, all) = (self.lora, self.weights);
		let weights = &all.layers[layer];
		let h = self.norm(&input, &weights.attention_norm);
		let mut q = lora.forward(all, layer, Target::Query, &h);
		let mut k = lora.forward(all, layer, Target::Key, &h);
		let v = lora.forward(all, layer, Target::Value, &h);
		rope.rotate(&mut q);
		rope.rotate(&mut k);
		let mixed = attend_rows(self.spec, &rows.rows, &q, &k, &v);
		let mut middle = lora.forward(all, layer, Target::Output, &mixed);
		add(&mut middle, &input);
		let h = self.norm(&middle, &weights.ffn_norm);
		let gate = lora.forward(all, layer, Target::Gate, &h);
		let up = lora.forward(all, layer, Target::Up, &h);
		let mut active = gate.clone();
		swiglu(&mut active, &up);
		let mut out = lora.forward(all, layer, Target::Down, &active);
		add(&mut out, &middle);
		(out, Tape { input, q, k, v, mixed, middle, gate, up })
	}

	/// Turns the gradient of the layer's output in `dx` into that of its input.
	fn layer_backward(
		&self,
		layer: usize,
		tape: &Tape,
		rows: &Packed,
		rope: &Rope,
		dx: &mut [f32],
		gradient: &mut [f32],
	) {
		let (lora, all) = (self.lora, self.weights);
		let weights = &all.layers[layer];
		let h = self.norm(&tape.middle, &weights.ffn_norm);
		let mut active = tape.gate.clone();
		swiglu(&mut active, &tape.up);
		let mut d_active = vec![0.0; active.len()];
		lora.backward(all, (layer, Target::Down), &active, dx, &mut d_active, gradient);
		let (d_gate, d_up) = swiglu_backward(&tape.gate, &tape.up, d_active);
		let mut dh = vec![0.0; h.len()];
		lora.backward(all, (layer, Target::Gate), &h, &d_gate, &mut dh, gradient);
		lora.backward(all, (layer, Target::Up), &h, &d_up, &mut dh, gradient);
		norm_backward(&tape.middle, &weights.ffn_norm, self.spec.norm_eps, &dh, dx);

		let h = self.norm(&tape.input, &weights.attention_norm);
		let mut d_mixed = vec![0.0; tape.mixed.len()];
		lora.backward(all, (layer, Target::Output), &tape.mixed, dx, &mut d_mixed, gradient);
		let (mut dq, mut dk, dv) = attend_backward(self.spec, &rows.rows, (&tape.q, &tape.k, &tape.v), &d_mixed);
		rope.rotate_back(&mut dq);
		rope.rotate_back(&mut dk);
		dh.fill(0.0);
		lora.backward(all, (layer, Target::Query), &h, &dq, &mut dh, gradient);
		lora.backward(all, (layer, Target::Key), &h, &dk, &mut dh, gradient);
		lora.backward(all, (layer, Target::Value), &h, &dv, &mut dh, gradient);
		norm_backward(&tape.input, &weights.attention_norm, self.spec.norm_eps, &dh, dx);
	}
}

fn add(to: &mut [f32], what: &[f32]) {
	to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// Adds to `dx` the gradient of the norm's input, given that of its output.
pub(crate) fn norm_backward(x: &[f32], weight: &[f32], eps: f32, dy: &[f32], dx: &mut [f32]) {
	let width = weight.len();
	for ((x, dy), dx) in x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(dx.chunks_exact_mut(width)) {
		let inverse = inverse_rms(x, eps);
		let dot: f64 = (0..width).map(|i| f64::from(dy[i] * weight[i]) * f64::from(x[i])).sum();
		let along = inverse * inverse * inverse * (dot / width as f64) as f32;
		for i in 0..width {
			dx[i] += inverse * dy[i] * weight[i] - along * x[i];
		}
	}
}

/// The gradients of gate and up, given that of `silu(gate) · up`.
fn swiglu_backward(gate: &[f32], up: &[f32], mut d_active: Vec<f32>) -> (Vec<f32>, Vec<f32>) {
	const BLOCK: usize = 4096;
	let mut d_gate = vec![0.0; gate.len()];
	let inputs = gate.par_chunks(BLOCK).zip(up.par_chunks(BLOCK));
	let outputs = d_gate.par_chunks_mut(BLOCK).zip(d_active.par_chunks_mut(BLOCK));
	outputs.zip(inputs).for_each(|((d_gate, d_active), (gate, up))| {
		d_gate.iter_mut().zip(gate).for_each(|(d, g)| *d = -g);
		openledger_openlora::kernel::exp_in_place(d_gate);
		for i in 0..gate.len() {
			let (sigmoid, d) = (1.0 / (1.0 + d_gate[i]), d_active[i]);
			d_gate[i] = d * up[i] * sigmoid * (1.0 + gate[i] * (1.0 - sigmoid));
			d_active[i] = d * gate[i] * sigmoid;
		}
	});
	(d_gate, d_active)
}
