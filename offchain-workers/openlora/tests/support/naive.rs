//! A decoder in scalar loops of f64: slow, short, and written from the spec alone, so that it can judge the engine's.

use openledger_openlora::spec::{Activation, Block, NormKind, Position};
use openledger_openlora::weights::{LayerWeights, NormWeights, Weights};
use openledger_openlora::{DecoderSpec, Model, Target};

/// A matrix, [outputs, inputs].
pub(crate) struct Rows(pub Vec<Vec<f32>>);

/// All weights as f32.
pub(crate) fn weights(model: &Model) -> Weights<Rows> {
	let build = |_, outputs, inputs, read: &mut dyn FnMut(usize, &mut [f32])| {
		let row = |index| {
			let mut row = vec![0.0; inputs];
			read(index, &mut row);
			row
		};
		Ok(Rows((0..outputs).map(row).collect()))
	};
	model.weights(&build, &|_| {}).unwrap()
}

/// The logits of every position.
pub(crate) fn logits(spec: &DecoderSpec, weights: &Weights<Rows>, tokens: &[u32]) -> Vec<Vec<f64>> {
	let mut states: Vec<Vec<f64>> =
		tokens.iter().enumerate().map(|(at, token)| embed(spec, weights, *token, at)).collect();
	for (index, layer) in weights.layers.iter().enumerate() {
		let normed: Vec<_> = states.iter().map(|x| norm(spec, &layer.attention_norm, x)).collect();
		let attention = attention(spec, layer, index, &normed);
		for (i, (x, mut a)) in states.iter_mut().zip(attention).enumerate() {
			if let Some(post) = &layer.post_attention_norm {
				a = norm(spec, post, &a);
			}
			let input = x.clone();
			add(x, &a);
			let h = match (&layer.mlp_norm, spec.block) {
				(Some(mlp), Block::Parallel) => norm(spec, mlp, &input),
				(Some(mlp), Block::Sequential) => norm(spec, mlp, x),
				(None, _) => normed[i].clone(),
			};
			let mut m = feed_forward(spec, layer, &h);
			if let Some(post) = &layer.post_mlp_norm {
				m = norm(spec, post, &m);
			}
			add(x, &m);
		}
	}
	let head = |x: &Vec<f64>| {
		let h = norm(spec, &weights.norm, x);
		let cap = |v: f64| spec.logit_softcap.map_or(v, |cap| f64::from(cap) * (v / f64::from(cap)).tanh());
		product(&weights.head.weight, &h).into_iter().map(|v| cap(v * f64::from(spec.logit_scale))).collect()
	};
	states.iter().map(head).collect()
}

fn embed(spec: &DecoderSpec, weights: &Weights<Rows>, token: u32, at: usize) -> Vec<f64> {
	let mut row = vec![0.0; spec.width];
	weights.embedding.read(token as usize, &mut row);
	let mut x: Vec<f64> = row.iter().map(|v| f64::from(*v) * f64::from(spec.embedding_scale)).collect();
	if let Some(positions) = &weights.positions {
		positions.read(at, &mut row);
		x.iter_mut().zip(&row).for_each(|(x, p)| *x += f64::from(*p));
	}
	match &weights.embedding_norm {
		Some(embedding) => norm(spec, embedding, &x),
		None => x,
	}
}

fn attention(spec: &DecoderSpec, layer: &LayerWeights<Rows>, index: usize, x: &[Vec<f64>]) -> Vec<Vec<f64>> {
	let dim = spec.head_dim;
	let project = |target| x.iter().map(|x| dense(layer, target, x)).collect::<Vec<_>>();
	let (mut q, mut k, v) = (project(Target::Query), project(Target::Key), project(Target::Value));
	for (at, (q, k)) in q.iter_mut().zip(&mut k).enumerate() {
		if let Some((query, key)) = &layer.qk_norm {
			q.chunks_mut(dim).for_each(|head| head.copy_from_slice(&rms(query, spec.norm_eps, head)));
			k.chunks_mut(dim).for_each(|head| head.copy_from_slice(&rms(key, spec.norm_eps, head)));
		}
		q.chunks_mut(dim).chain(k.chunks_mut(dim)).for_each(|head| rotate(spec, head, at));
	}
	let group = spec.heads / spec.kv_heads;
	let token = |i: usize| {
		let mut mixed = Vec::new();
		for head in 0..spec.heads {
			let (query, from) = (&q[i][head * dim..][..dim], head / group * dim);
			let first = spec.windows[index].map_or(0, |window| (i + 1).saturating_sub(window));
			let score = |j: usize| {
				let dot: f64 = query.iter().zip(&k[j][from..]).map(|(a, b)| a * b).sum();
				let mut score = dot * f64::from(spec.attention_scale);
				if let Some(cap) = spec.attention_softcap {
					score = f64::from(cap) * (score / f64::from(cap)).tanh();
				}
				match &spec.position {
					Position::Alibi(slopes) => score - f64::from(slopes[head]) * (i - j) as f64,
					_ => score,
				}
			};
			let scores: Vec<f64> = (first..=i).map(score).collect();
			let max = scores.iter().copied().fold(f64::MIN, f64::max);
			let parts: Vec<f64> = scores.iter().map(|s| (s - max).exp()).collect();
			let sum: f64 = parts.iter().sum();
			mixed.extend(
				(0..dim).map(|d| parts.iter().zip(&v[first..]).map(|(p, v)| p / sum * v[from + d]).sum::<f64>()),
			);
		}
		dense(layer, Target::Output, &mixed)
	};
	(0..x.len()).map(token).collect()
}

fn rotate(spec: &DecoderSpec, head: &mut [f64], at: usize) {
	let Position::Rope(rope) = &spec.position else { return };
	let (frequencies, factor) = rope.inverse_frequencies();
	for (pair, frequency) in frequencies.iter().enumerate() {
		let (a, b) = if rope.interleaved { (2 * pair, 2 * pair + 1) } else { (pair, pair + rope.dims / 2) };
		let (sin, cos) = (at as f64 * f64::from(*frequency)).sin_cos();
		let (sin, cos) = (sin * f64::from(factor), cos * f64::from(factor));
		(head[a], head[b]) = (head[a] * cos - head[b] * sin, head[a] * sin + head[b] * cos);
	}
}

fn feed_forward(spec: &DecoderSpec, layer: &LayerWeights<Rows>, x: &[f64]) -> Vec<f64> {
	let mut inner = dense(layer, Target::Up, x);
	if spec.gated {
		let gate = dense(layer, Target::Gate, x);
		inner.iter_mut().zip(gate).for_each(|(up, gate)| *up *= activate(spec.activation, gate));
	} else {
		inner.iter_mut().for_each(|x| *x = activate(spec.activation, *x));
	}
	dense(layer, Target::Down, &inner)
}

fn activate(activation: Activation, x: f64) -> f64 {
	match activation {
		Activation::Silu => x / (1.0 + (-x).exp()),
		Activation::GeluTanh => {
			0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x)).tanh())
		}
		Activation::Gelu => 0.5 * x * (1.0 + erf(x / std::f64::consts::SQRT_2)),
	}
}

/// The error function by its Taylor series, for |x| below 6 or so.
fn erf(x: f64) -> f64 {
	if x.abs() > 5.5 {
		return x.signum();
	}
	let (mut term, mut sum) = (x, x);
	for n in 1..200 {
		term *= -x * x / f64::from(n);
		sum += term / f64::from(2 * n + 1);
	}
	sum * 2.0 / std::f64::consts::PI.sqrt()
}

fn dense(layer: &LayerWeights<Rows>, target: Target, x: &[f64]) -> Vec<f64> {
	let dense = layer.linear(target);
	let mut y = product(&dense.weight, x);
	if let Some(bias) = &dense.bias {
		y.iter_mut().zip(bias).for_each(|(y, b)| *y += f64::from(*b));
	}
	y
}

fn product(rows: &Rows, x: &[f64]) -> Vec<f64> {
	rows.0.iter().map(|row| row.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum()).collect()
}

fn norm(spec: &DecoderSpec, weights: &NormWeights, x: &[f64]) -> Vec<f64> {
	if spec.norm == NormKind::Rms {
		return rms(&weights.scale, spec.norm_eps, x);
	}
	let mean = x.iter().sum::<f64>() / x.len() as f64;
	let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / x.len() as f64;
	let scale = 1.0 / (variance + f64::from(spec.norm_eps)).sqrt();
	let bias = weights.bias.as_ref().unwrap();
	let value = |((v, s), b): ((&f64, &f32), &f32)| (v - mean) * scale * f64::from(*s) + f64::from(*b);
	x.iter().zip(&weights.scale).zip(bias).map(value).collect()
}

fn rms(scale: &[f32], eps: f32, x: &[f64]) -> Vec<f64> {
	let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
	let root = 1.0 / (mean + f64::from(eps)).sqrt();
	x.iter().zip(scale).map(|(v, s)| v * root * f64::from(*s)).collect()
}

fn add(x: &mut [f64], y: &[f64]) {
	x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}
