//! The backend of this machine's processor.

use super::adapter::CpuAdapter;
use super::layers::{Span, Step};
use super::parallel;
use super::rotation::{Angles, Rotation};
use crate::adapter::{Adapter, EmbeddingDelta, NormId, TokenRows};
use crate::backend::{AdapterBuilder, Backend, NotFinite, PageId, Rows, Segment, SegmentOutput, PAGE_TOKENS};
use crate::error::LoadError;
use crate::model::{LinearId, Model};
use crate::modules::Target;
use crate::numerics::{layer_error, AttentionJob, Numerics};
use crate::spec::{Activation, Block, DecoderSpec, Position};
use crate::weights::{LayerWeights, NormWeights, Weights};
use openledger_exact::attention::AttentionParams;
use openledger_exact::{activation, functions, norm, Pool};
use std::sync::Arc;

/// A model on the processor.
pub struct CpuBackend<N: Numerics> {
	spec: Arc<DecoderSpec>,
	weights: Arc<Weights<N::Linear>>,
	numerics: Arc<N>,
	pool: Arc<Pool>,
	rotation: Option<Rotation>,
	/// Constants of each query head, by layer.
	params: Vec<Vec<AttentionParams>>,
	pages: Vec<Option<Box<N::Page>>>,
	builder: Arc<Builder<N>>,
	input: N::Input,
}

struct Builder<N> {
	numerics: Arc<N>,
	/// Not that of the steps: a load must not take a step's threads away for longer than the system would.
	pool: Pool,
	model: Model,
}

impl<N: Numerics> AdapterBuilder<CpuAdapter<N>> for Builder<N> {
	fn build(&self, adapter: &Adapter) -> Result<CpuAdapter<N>, LoadError> {
		CpuAdapter::build(&self.numerics, &self.pool, &self.model, adapter)
	}

	fn bytes(&self, adapter: &CpuAdapter<N>) -> usize {
		adapter.bytes()
	}
}

impl<N: Numerics> CpuBackend<N> {
	/// Builds the weights of `model` for `numerics`; `progress` is told the part that is done, from 0 to 1.
	///
	/// # Errors
	/// [`LoadError`] names the tensor that is broken.
	pub fn new(
		model: &Model,
		numerics: N,
		pool: Arc<Pool>,
		progress: &(dyn Fn(f32) + Sync),
	) -> Result<Self, LoadError> {
		let numerics = Arc::new(numerics);
		let build = |id: LinearId, outputs: usize, inputs: usize, read: &mut dyn FnMut(usize, &mut [f32])| {
			numerics.linear(id, outputs, inputs, read).map_err(|reason| layer_error(model.path(), id, reason))
		};
		let weights = Arc::new(model.weights(&build, progress)?);
		let spec = Arc::new(model.spec().clone());
		let failed = |error: std::io::Error| LoadError::Engine(error.to_string());
		let loaders = Pool::new(pool.threads()).map_err(failed)?;
		let builder = Arc::new(Builder { numerics: numerics.clone(), pool: loaders, model: model.clone() });
		let (rotation, params) = (Rotation::new(&spec), attention_params(&spec));
		let input = N::Input::default();
		Ok(Self { spec, weights, numerics, pool, rotation, params, pages: Vec::new(), builder, input })
	}

	/// The weights.
	pub fn weights(&self) -> &Arc<Weights<N::Linear>> {
		&self.weights
	}
}

fn attention_params(spec: &DecoderSpec) -> Vec<Vec<AttentionParams>> {
	let slope = |head: usize| match &spec.position {
		Position::Alibi(slopes) => slopes.get(head).copied(),
		_ => None,
	};
	let params = |window, head| AttentionParams {
		scale: spec.attention_scale,
		softcap: spec.attention_softcap,
		window,
		alibi: slope(head),
	};
	spec.windows.iter().map(|window| (0..spec.heads).map(|head| params(*window, head)).collect()).collect()
}

/// Rows of the residual stream and what belongs to them.
struct Stream<'s, 'a, N: Numerics> {
	step: Step<'s, N>,
	segments: &'s [Segment<'a, CpuAdapter<N>>],
	/// [rows, width].
	x: Vec<f32>,
	angles: Option<Angles>,
	/// Rows whose numbers are not finite.
	broken: Vec<bool>,
}

impl<N: Numerics> Backend for CpuBackend<N> {
	type Adapter = CpuAdapter<N>;

	fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	fn page_bytes(&self) -> usize {
		self.numerics.page_bytes(&self.spec)
	}

	fn reserve_pages(&mut self, pages: usize) {
		if self.pages.len() < pages {
			self.pages.resize_with(pages, || None);
		}
	}

	fn release_page(&mut self, page: PageId) {
		self.pages[page as usize] = None;
	}

	fn step(&mut self, segments: &[Segment<'_, Self::Adapter>]) -> Vec<Result<SegmentOutput, NotFinite>> {
		let mut rows = 0;
		let spans: Vec<_> = segments
			.iter()
			.map(|segment| {
				let start = rows;
				rows += segment.tokens.len();
				Span { rows: start..rows, adapters: segment.adapters }
			})
			.collect();
		let (numerics, pool) = (self.numerics.clone(), self.pool.clone());
		let (spec, weights) = (self.spec.clone(), self.weights.clone());
		let plain = spans.iter().all(|span| span.adapters.iter().all(|(adapter, _)| adapter.is_plain()));
		let step = Step { numerics: &*numerics, pool: &pool, spec: &spec, spans: &spans, plain };
		let positions = segments.iter().flat_map(|s| s.position..s.position + s.tokens.len());
		let angles = self.rotation.as_ref().map(|rotation| rotation.angles(numerics.isa(), positions));
		let x = embed(&step, &weights, segments);
		let mut stream = Stream { step, segments, x, angles, broken: vec![false; rows] };
		for (layer, weights) in weights.layers.iter().enumerate() {
			match spec.block {
				Block::Sequential => {
					let h = stream.normed(NormId::Attention(layer), &weights.attention_norm);
					let out = self.attention(&mut stream, layer, weights, &h);
					stream.add(out, weights.post_attention_norm.as_ref(), NormId::PostAttention(layer));
					let h = match &weights.mlp_norm {
						Some(norm) => stream.normed(NormId::Mlp(layer), norm),
						None => stream.x.clone(),
					};
					let out = self.feed_forward(&mut stream, layer, weights, &h);
					stream.add(out, weights.post_mlp_norm.as_ref(), NormId::PostMlp(layer));
				}
				Block::Parallel => {
					let h = stream.normed(NormId::Attention(layer), &weights.attention_norm);
					let own = weights.mlp_norm.as_ref().map(|norm| stream.normed(NormId::Mlp(layer), norm));
					let attention = self.attention(&mut stream, layer, weights, &h);
					let mlp = self.feed_forward(&mut stream, layer, weights, own.as_ref().unwrap_or(&h));
					stream.add(attention, None, NormId::PostAttention(layer));
					stream.add(mlp, None, NormId::PostMlp(layer));
				}
			}
		}
		self.outputs(stream, &weights)
	}

	fn adapters(&self) -> Arc<dyn AdapterBuilder<Self::Adapter>> {
		self.builder.clone()
	}
}

/// The embeddings of all tokens, [rows, width].
fn embed<N: Numerics>(
	step: &Step<'_, N>,
	weights: &Weights<N::Linear>,
	segments: &[Segment<'_, CpuAdapter<N>>],
) -> Vec<f32> {
	let (spec, width) = (step.spec, step.spec.width);
	let mut x = vec![0.0; step.spans.last().map_or(0, |span| span.rows.end) * width];
	let mut rows = x.chunks_exact_mut(width);
	for segment in segments {
		for ((i, token), row) in segment.tokens.iter().enumerate().zip(&mut rows) {
			weights.embedding.read(*token as usize, row);
			for (adapter, weight) in segment.adapters {
				if let Some(delta) = &adapter.embedding {
					change_embedding(delta, *token, *weight, row);
				}
			}
			if spec.embedding_scale != 1.0 {
				row.iter_mut().for_each(|v| *v *= spec.embedding_scale);
			}
			if let Some(positions) = &weights.positions {
				let mut position = vec![0.0; width];
				positions.read(segment.position + i, &mut position);
				row.iter_mut().zip(&position).for_each(|(v, p)| *v += p);
			}
		}
	}
	if let Some(norm) = &weights.embedding_norm {
		step.norm_in_place(NormId::Embedding, norm, &mut x, width);
	}
	x
}

/// Low-rank changes are summed in f32, from the first rank to the last.
fn change_embedding(delta: &EmbeddingDelta, token: u32, weight: f32, row: &mut [f32]) {
	match delta {
		EmbeddingDelta::Table(table) => row.copy_from_slice(table.row(token as usize)),
		EmbeddingDelta::Rows(TokenRows { tokens, rows }) => {
			if let Ok(at) = tokens.binary_search(&token) {
				row.copy_from_slice(rows.row(at));
			}
		}
		EmbeddingDelta::Lora { a, b, scale } => {
			let scale = weight * scale;
			for (i, v) in row.iter_mut().enumerate() {
				let change = b.row(i).iter().enumerate().fold(0.0, |sum, (r, b)| sum + b * a.row(r)[token as usize]);
				*v += scale * change;
			}
		}
	}
}

impl<N: Numerics> Stream<'_, '_, N> {
	fn rows(&self) -> usize {
		self.broken.len()
	}

	fn normed(&self, id: NormId, weights: &NormWeights) -> Vec<f32> {
		let mut h = vec![0.0; self.x.len()];
		self.step.norm(id, weights, &self.x, &mut h);
		h
	}

	/// Adds the output of a part to the residual stream, after its norm if it has one.
	fn add(&mut self, mut out: Vec<f32>, norm: Option<&NormWeights>, id: NormId) {
		if let Some(norm) = norm {
			self.step.norm_in_place(id, norm, &mut out, self.step.spec.width);
		}
		self.x.iter_mut().zip(&out).for_each(|(x, o)| *x += o);
	}
}

impl<N: Numerics> CpuBackend<N> {
	/// Attention over the normalised rows `h`; stores keys and values.
	fn attention(
		&mut self,
		stream: &mut Stream<'_, '_, N>,
		layer: usize,
		weights: &LayerWeights<N::Linear>,
		h: &[f32],
	) -> Vec<f32> {
		let (spec, rows) = (stream.step.spec, stream.rows());
		let (qw, kw) = (spec.query_width(), spec.kv_width());
		let (mut q, mut k, mut v) = (vec![0.0; rows * qw], vec![0.0; rows * kw], vec![0.0; rows * kw]);
		let id = |target| LinearId::Layer(layer, target);
		stream.step.linears(
			h,
			spec.width,
			&mut [
				(id(Target::Query), weights.linear(Target::Query), &mut q),
				(id(Target::Key), weights.linear(Target::Key), &mut k),
				(id(Target::Value), weights.linear(Target::Value), &mut v),
			],
			&mut self.input,
			&mut stream.broken,
		);
		if let Some((q_norm, k_norm)) = &weights.qk_norm {
			let isa = stream.step.numerics.isa();
			norm::rms_norm_in_place(isa, &mut q, q_norm, spec.norm_eps);
			norm::rms_norm_in_place(isa, &mut k, k_norm, spec.norm_eps);
		}
		if let (Some(rotation), Some(angles)) = (&self.rotation, &stream.angles) {
			for (row, (q, k)) in q.chunks_exact_mut(qw).zip(k.chunks_exact_mut(kw)).enumerate() {
				rotation.apply(stream.step.numerics.isa(), angles, row, q, k);
			}
		}
		for (row, broken) in stream.broken.iter_mut().enumerate() {
			let finite = |x: &[f32], width| x[row * width..(row + 1) * width].iter().all(|v| v.is_finite());
			*broken |= !(finite(&q, qw) && finite(&k, kw) && finite(&v, kw));
		}
		self.store(stream, layer, &k, &v);
		let mixed = self.attend(stream, layer, &q);
		let mut out = vec![0.0; rows * spec.width];
		let job = (id(Target::Output), weights.linear(Target::Output), &mut out[..]);
		stream.step.linears(&mixed, qw, &mut [job], &mut self.input, &mut stream.broken);
		out
	}

	fn store(&mut self, stream: &Stream<'_, '_, N>, layer: usize, k: &[f32], v: &[f32]) {
		let (spec, kw) = (stream.step.spec, stream.step.spec.kv_width());
		let mut row = 0;
		for segment in stream.segments {
			for position in segment.position..segment.position + segment.tokens.len() {
				let page = segment.pages[position / PAGE_TOKENS] as usize;
				let page = self.pages[page].get_or_insert_with(|| Box::new(self.numerics.page(spec)));
				let at = row * kw..(row + 1) * kw;
				self.numerics.write(page, spec, layer, position % PAGE_TOKENS, &k[at.clone()], &v[at]);
				row += 1;
			}
		}
	}

	/// Attention of every segment and key head, spread over the threads. Returns [rows, query_width].
	fn attend(&self, stream: &Stream<'_, '_, N>, layer: usize, q: &[f32]) -> Vec<f32> {
		struct Task<'t, P> {
			job: AttentionJob<'t, P>,
			row: usize,
			out: Vec<f32>,
		}
		/// Rows of a segment that are one task.
		const TASK_ROWS: usize = 64;
		let spec = stream.step.spec;
		let (qw, group) = (spec.query_width(), spec.heads / spec.kv_heads);
		let width = group * spec.head_dim;
		let pages: Vec<Vec<&N::Page>> = stream
			.segments
			.iter()
			.map(|segment| {
				let used = (segment.position + segment.tokens.len()).div_ceil(PAGE_TOKENS);
				segment.pages[..used].iter().filter_map(|page| self.pages[*page as usize].as_deref()).collect()
			})
			.collect();
		let mut tasks = Vec::new();
		for ((segment, span), pages) in stream.segments.iter().zip(stream.step.spans).zip(&pages) {
			for first in span.rows.clone().step_by(TASK_ROWS) {
				let rows = first..(first + TASK_ROWS).min(span.rows.end);
				let position = segment.position + first - span.rows.start;
				for kv_head in 0..spec.kv_heads {
					let (q, params) =
						(&q[rows.start * qw..rows.end * qw], &self.params[layer][kv_head * group..][..group]);
					let job = AttentionJob { layer, kv_head, pages, q, position, params };
					tasks.push(Task { job, row: first, out: vec![0.0; rows.len() * width] });
				}
			}
		}
		parallel::for_each(&self.pool, &mut tasks, |task| self.numerics.attend(spec, &task.job, &mut task.out));
		let mut mixed = vec![0.0; q.len()];
		for task in &tasks {
			for (i, from) in task.out.chunks_exact(width).enumerate() {
				let at = (task.row + i) * qw + task.job.kv_head * width;
				mixed[at..at + width].copy_from_slice(from);
			}
		}
		mixed
	}

	/// The feed-forward part of the rows `h`.
	fn feed_forward(
		&mut self,
		stream: &mut Stream<'_, '_, N>,
		layer: usize,
		weights: &LayerWeights<N::Linear>,
		h: &[f32],
	) -> Vec<f32> {
		let (spec, rows, isa) = (stream.step.spec, stream.rows(), stream.step.numerics.isa());
		let id = |target| LinearId::Layer(layer, target);
		let mut up = vec![0.0; rows * spec.ffn_width];
		let mut inner = if spec.gated {
			let mut gate = vec![0.0; rows * spec.ffn_width];
			let jobs = &mut [
				(id(Target::Gate), weights.linear(Target::Gate), &mut gate[..]),
				(id(Target::Up), weights.linear(Target::Up), &mut up[..]),
			];
			stream.step.linears(h, spec.width, jobs, &mut self.input, &mut stream.broken);
			gate
		} else {
			let jobs = &mut [(id(Target::Up), weights.linear(Target::Up), &mut up[..])];
			stream.step.linears(h, spec.width, jobs, &mut self.input, &mut stream.broken);
			std::mem::take(&mut up)
		};
		let apply = |row: usize, inner: &mut [f32]| {
			let up = spec.gated.then(|| &up[row * spec.ffn_width..][..inner.len()]);
			match (spec.activation, up) {
				(Activation::Silu, Some(up)) => activation::silu_mul(isa, inner, up),
				(Activation::Silu, None) => activation::silu(isa, inner),
				(Activation::Gelu, Some(up)) => activation::gelu_mul(isa, inner, up),
				(Activation::Gelu, None) => activation::gelu(isa, inner),
				(Activation::GeluTanh, Some(up)) => activation::gelu_tanh_mul(isa, inner, up),
				(Activation::GeluTanh, None) => activation::gelu_tanh(isa, inner),
			}
		};
		parallel::rows(&self.pool, &mut inner, spec.ffn_width, apply);
		let mut out = vec![0.0; rows * spec.width];
		let job = (id(Target::Down), weights.linear(Target::Down), &mut out[..]);
		stream.step.linears(&inner, spec.ffn_width, &mut [job], &mut self.input, &mut stream.broken);
		out
	}

	/// Hidden states and logits of the rows that are wanted.
	fn outputs(
		&mut self,
		stream: Stream<'_, '_, N>,
		weights: &Weights<N::Linear>,
	) -> Vec<Result<SegmentOutput, NotFinite>> {
		let (spec, width) = (stream.step.spec, stream.step.spec.width);
		let mut hidden = Vec::new();
		let mut spans = Vec::with_capacity(stream.segments.len());
		for (segment, span) in stream.segments.iter().zip(stream.step.spans) {
			let wanted = match segment.rows {
				Rows::None => span.rows.end..span.rows.end,
				Rows::Last => span.rows.end - 1..span.rows.end,
				Rows::All => span.rows.clone(),
			};
			let start = hidden.len() / width;
			hidden.extend_from_slice(&stream.x[wanted.start * width..wanted.end * width]);
			spans.push(Span { rows: start..hidden.len() / width, adapters: span.adapters });
		}
		let step = Step { spans: &spans, ..stream.step };
		step.norm_in_place(NormId::Final, &weights.norm, &mut hidden, width);
		let rows = hidden.len() / width;
		let mut logits = vec![0.0; rows * spec.vocab];
		let mut broken = vec![false; rows];
		if rows > 0 {
			let job = (LinearId::Head, &weights.head, &mut logits[..]);
			step.linears(&hidden, width, &mut [job], &mut self.input, &mut broken);
		}
		if spec.logit_scale != 1.0 {
			logits.iter_mut().for_each(|v| *v *= spec.logit_scale);
		}
		if let Some(cap) = spec.logit_softcap {
			functions::softcap_in_place(step.numerics.isa(), &mut logits, cap);
		}
		let result = |(span, all): (&Span<'_, N>, &Span<'_, N>)| {
			let (own, head) = (&stream.broken[all.rows.clone()], &broken[span.rows.clone()]);
			let logits = &logits[span.rows.start * spec.vocab..span.rows.end * spec.vocab];
			if own.iter().chain(head).any(|broken| *broken) || logits.iter().any(|v| !v.is_finite()) {
				return Err(NotFinite);
			}
			let hidden = hidden[span.rows.start * width..span.rows.end * width].to_vec();
			Ok(SegmentOutput { hidden, logits: logits.to_vec() })
		};
		spans.iter().zip(stream.step.spans).map(result).collect()
	}
}
