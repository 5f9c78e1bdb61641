//! Attention over packed rows and its gradient.

use openledger_openlora::math::softmax;
use openledger_openlora::matrix::{matmul_serial, View};
use openledger_openlora::DecoderSpec;
use rayon::prelude::*;
use std::ops::Range;

/// Causal attention inside each row. `q` is [tokens, query_width], `k` and `v` [tokens, kv_width], both rotated;
/// returns [tokens, query_width].
pub(crate) fn attend_rows(spec: &DecoderSpec, rows: &[Range<usize>], q: &[f32], k: &[f32], v: &[f32]) -> Vec<f32> {
	let (qw, kw) = (spec.query_width(), spec.kv_width());
	rows.iter()
		.flat_map(|row| {
			let (start, end) = (row.start, row.end);
			attend(spec, &q[start * qw..end * qw], &k[start * kw..end * kw], &v[start * kw..end * kw])
		})
		.collect()
}

/// The gradients of `q`, `k` and `v`, given that of the result of [`attend_rows`].
pub(crate) fn attend_backward(
	spec: &DecoderSpec,
	rows: &[Range<usize>],
	(q, k, v): (&[f32], &[f32], &[f32]),
	d_out: &[f32],
) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
	let (qw, kw) = (spec.query_width(), spec.kv_width());
	let (mut dq, mut dk, mut dv) = (vec![0.0; q.len()], vec![0.0; k.len()], vec![0.0; v.len()]);
	let gradients: Vec<Vec<Group>> = rows
		.par_iter()
		.map(|row| {
			let (wide, narrow) = (row.start * qw..row.end * qw, row.start * kw..row.end * kw);
			let inputs = (&q[wide.clone()], &k[narrow.clone()], &v[narrow]);
			(0..spec.kv_heads)
				.into_par_iter()
				.map(|group| backward_group(spec, group, inputs, &d_out[wide.clone()]))
				.collect()
		})
		.collect();
	let (dim, shared) = (spec.head_dim, spec.heads / spec.kv_heads);
	for (row, groups) in rows.iter().zip(gradients) {
		for (group, gradient) in groups.into_iter().enumerate() {
			scatter(&gradient.k, &mut dk[row.start * kw..], kw, group * dim, dim);
			scatter(&gradient.v, &mut dv[row.start * kw..], kw, group * dim, dim);
			for (i, head) in gradient.q.iter().enumerate() {
				scatter(head, &mut dq[row.start * qw..], qw, (group * shared + i) * dim, dim);
			}
		}
	}
	(dq, dk, dv)
}

/// Copies [n, dim] to the columns from `column` of rows that are `stride` wide.
fn scatter(from: &[f32], to: &mut [f32], stride: usize, column: usize, dim: usize) {
	for (from, to) in from.chunks_exact(dim).zip(to.chunks_mut(stride)) {
		to[column..column + dim].copy_from_slice(from);
	}
}

/// Gradients of one key head and the query heads that share it, each [tokens, head_dim].
struct Group {
	q: Vec<Vec<f32>>,
	k: Vec<f32>,
	v: Vec<f32>,
}

fn backward_group(spec: &DecoderSpec, group: usize, (q, k, v): (&[f32], &[f32], &[f32]), d_out: &[f32]) -> Group {
	let (dim, qw, kw) = (spec.head_dim, spec.query_width(), spec.kv_width());
	let (n, shared) = (q.len() / qw, spec.heads / spec.kv_heads);
	let scale = 1.0 / (dim as f32).sqrt();
	let keys = View::strided(&k[group * dim..], n, dim, kw);
	let values = View::strided(&v[group * dim..], n, dim, kw);
	let mut out = Group { q: Vec::new(), k: vec![0.0; n * dim], v: vec![0.0; n * dim] };
	for head in group * shared..(group + 1) * shared {
		let p = attention_probabilities(spec, head, q, k);
		let queries = View::strided(&q[head * dim..], n, dim, qw);
		let d_out = View::strided(&d_out[head * dim..], n, dim, qw);
		matmul_serial(&mut out.v, View::new(&p, n, n).t(), d_out, 1.0, true);
		let mut ds = vec![0.0; n * n];
		matmul_serial(&mut ds, d_out, values.t(), 1.0, false);
		for (ds, p) in ds.chunks_exact_mut(n).zip(p.chunks_exact(n)) {
			let mean: f32 = ds.iter().zip(p).map(|(d, p)| d * p).sum();
			ds.iter_mut().zip(p).for_each(|(d, p)| *d = p * (*d - mean));
		}
		let ds = View::new(&ds, n, n);
		let mut dq = vec![0.0; n * dim];
		matmul_serial(&mut dq, ds, keys, scale, false);
		matmul_serial(&mut out.k, ds.t(), queries, scale, true);
		out.q.push(dq);
	}
	out
}

/// Causal grouped-query attention of the queries `q` ([rows, query_width]) over all keys and values
/// ([tokens, kv_width]); the last query belongs to the last token. Returns [rows, query_width].
fn attend(spec: &DecoderSpec, q: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
	let (dim, query_width, kv_width) = (spec.head_dim, spec.query_width(), spec.kv_width());
	let (rows, tokens) = (q.len() / query_width, keys.len() / kv_width);
	let mut by_head = vec![0.0; q.len()];
	let head = |(head, out): (usize, &mut [f32])| {
		let offset = head / (spec.heads / spec.kv_heads) * dim;
		let probabilities = attention_probabilities(spec, head, q, keys);
		let values = View::strided(&values[offset..], tokens, dim, kv_width);
		matmul_serial(out, View::new(&probabilities, rows, tokens), values, 1.0, false);
	};
	match rows * tokens < 4096 {
		true => by_head.chunks_mut(rows * dim).enumerate().for_each(head),
		false => by_head.par_chunks_mut(rows * dim).enumerate().for_each(head),
	}
	let mut out = vec![0.0; q.len()];
	for (row, out) in out.chunks_exact_mut(query_width).enumerate() {
		for (head, out) in out.chunks_exact_mut(dim).enumerate() {
			let start = (head * rows + row) * dim;
			out.copy_from_slice(&by_head[start..start + dim]);
		}
	}
	out
}

/// The attention weights of one query head, [rows, tokens]; see [`attend`].
fn attention_probabilities(spec: &DecoderSpec, head: usize, q: &[f32], keys: &[f32]) -> Vec<f32> {
	let (dim, query_width, kv_width) = (spec.head_dim, spec.query_width(), spec.kv_width());
	let (rows, tokens) = (q.len() / query_width, keys.len() / kv_width);
	let key_offset = head / (spec.heads / spec.kv_heads) * dim;
	let q = View::strided(&q[head * dim..], rows, dim, query_width);
	let k = View::strided(&keys[key_offset..], tokens, dim, kv_width);
	let mut scores = vec![0.0; rows * tokens];
	matmul_serial(&mut scores, q, k.t(), 1.0 / (dim as f32).sqrt(), false);
	for (row, scores) in scores.chunks_exact_mut(tokens).enumerate() {
		let (visible, hidden) = scores.split_at_mut(tokens - rows + row + 1);
		softmax(visible);
		hidden.fill(0.0);
	}
	scores
}
