//! Pages of keys and values: 16 tokens of all layers, as 15-bit integers with one scale per token and head.

use super::MAX_HEAD_DIM;
use crate::{
	quantize::{quantize_row, ACTIVATION_MAX},
	Isa,
};

/// Tokens of a page: token t of a sequence is in slot t mod 16 of its page t / 16.
pub const PAGE_TOKENS: usize = 16;

/// 64 bytes: two dimensions of 16 keys `[16 tokens][2]`, or 16 dimensions of two values `[16][2 tokens]`.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [i16; 32]);

/// The scales of a head's 16 keys and 16 values.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Scales {
	keys: [f32; PAGE_TOKENS],
	values: [f32; PAGE_TOKENS],
}

/// The shape of the keys and values of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KvLayout {
	/// Layers.
	pub layers: usize,
	/// Heads of keys and values in a layer.
	pub kv_heads: usize,
	/// Dimensions of a head.
	pub head_dim: usize,
}

impl KvLayout {
	/// Bytes of a page: for each layer and head 64 a dimension (rounded up to 16) and 128 of scales.
	pub fn page_bytes(&self) -> usize {
		self.heads() * (self.dims() * size_of::<Line>() + size_of::<Scales>())
	}

	/// Heads of all layers.
	fn heads(&self) -> usize {
		self.layers * self.kv_heads
	}

	/// Dimensions of a head in memory: the next multiple of 16, the rest being zeros.
	pub(super) fn dims(&self) -> usize {
		self.head_dim.next_multiple_of(16)
	}

	/// Where a head is in a page.
	pub(super) fn place(&self, layer: usize, kv_head: usize) -> Place {
		assert!(layer < self.layers && kv_head < self.kv_heads, "a layer and a head of this model");
		Place { head: layer * self.kv_heads + kv_head, dims: self.dims() }
	}
}

/// Where a head of a layer is in every page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
	head: usize,
	/// Dimensions in memory, a multiple of 16.
	pub(super) dims: usize,
}

/// The keys and values of 16 consecutive tokens in all layers.
#[derive(Clone, Debug)]
pub struct KvPage {
	lines: Vec<Line>,
	scales: Vec<Scales>,
}

impl KvPage {
	/// A page of zeros.
	pub fn new(layout: &KvLayout) -> Self {
		Self {
			lines: vec![Line([0; 32]); layout.heads() * layout.dims()],
			scales: vec![Scales { keys: [0.0; PAGE_TOKENS], values: [0.0; PAGE_TOKENS] }; layout.heads()],
		}
	}

	/// Bytes that it holds.
	pub fn bytes(&self) -> usize {
		size_of_val(self.lines.as_slice()) + size_of_val(self.scales.as_slice())
	}

	/// Quantises the key `k` and the value `v`, each `[kv_heads * head_dim]`, of one token in one layer into `slot`.
	///
	/// Gives false if a number was not finite: that head's key or value is then zero and the request should fail.
	///
	/// # Panics
	/// If a length, the layer or the slot does not fit, or a head is wider than [`MAX_HEAD_DIM`].
	pub fn write(&mut self, layout: &KvLayout, isa: Isa, layer: usize, slot: usize, k: &[f32], v: &[f32]) -> bool {
		assert!(slot < PAGE_TOKENS, "a slot of the page");
		assert!(k.len() == layout.kv_heads * layout.head_dim && v.len() == k.len(), "a key and a value of every head");
		let mut finite = true;
		let mut buffer = [0; MAX_HEAD_DIM];
		let integers = &mut buffer[..layout.head_dim];
		if layout.head_dim == 0 {
			return finite;
		}
		let heads = k.chunks_exact(layout.head_dim).zip(v.chunks_exact(layout.head_dim));
		for (kv_head, (k, v)) in heads.enumerate() {
			let place = layout.place(layer, kv_head);
			let (keys, values) = self.lines[place.head * place.dims..][..place.dims].split_at_mut(place.dims / 2);
			let scales = &mut self.scales[place.head];
			let scale = quantize_row(isa, k, ACTIVATION_MAX, integers);
			finite &= scale.is_ok();
			scales.keys[slot] = scale.unwrap_or(0.0);
			for (line, pair) in keys.iter_mut().zip(integers.chunks(2)) {
				line.0[2 * slot..][..pair.len()].copy_from_slice(pair);
			}
			let scale = quantize_row(isa, v, ACTIVATION_MAX, integers);
			finite &= scale.is_ok();
			scales.values[slot] = scale.unwrap_or(0.0);
			let row = place.dims / 16;
			for (line, some) in values[slot / 2 * row..][..row].iter_mut().zip(integers.chunks(16)) {
				for (d, &integer) in some.iter().enumerate() {
					line.0[2 * d + slot % 2] = integer;
				}
			}
		}
		finite
	}

	/// Keys of a head: line i has dimensions 2i and 2i + 1 of all tokens.
	#[inline(always)]
	pub(super) fn keys(&self, place: Place) -> &[Line] {
		&self.lines[place.head * place.dims..][..place.dims / 2]
	}

	/// Values of a head: line p · dims/16 + i has dimensions 16i … 16i + 15 of tokens 2p and 2p + 1.
	#[inline(always)]
	pub(super) fn values(&self, place: Place) -> &[Line] {
		&self.lines[place.head * place.dims + place.dims / 2..][..place.dims / 2]
	}

	/// The scale of each key.
	#[inline(always)]
	pub(super) fn key_scales(&self, place: Place) -> &[f32; PAGE_TOKENS] {
		&self.scales[place.head].keys
	}

	/// The scale of each value.
	#[inline(always)]
	pub(super) fn value_scales(&self, place: Place) -> &[f32; PAGE_TOKENS] {
		&self.scales[place.head].values
	}
}
