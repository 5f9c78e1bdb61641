//! The fingerprint of an answer, bound to its request.

use crate::mode::Mode;
use crate::request::{GenerateRequest, Witness};
use crate::verify::{schema_hash, Fingerprint, FingerprintMode, Record, Request};
use openledger_sampling::Sampling;

/// Makes the fingerprint once the adapters are known.
pub(super) struct RequestWitness {
	id: [u8; 32],
	model: [u8; 32],
	mode: FingerprintMode,
	sampling: Sampling,
	prompt: Vec<u32>,
	constraint: Option<[u8; 32]>,
	fingerprint: Fingerprint,
}

impl RequestWitness {
	/// A fingerprint of the answer of the model with hash `model` to `request`.
	pub(super) fn new(request: &GenerateRequest, model: [u8; 32], mode: Mode) -> Self {
		let mode = FingerprintMode::from(mode);
		Self {
			id: request.id,
			model,
			mode,
			sampling: request.sampling,
			prompt: request.prompt.clone(),
			constraint: request.schema.as_ref().map(schema_hash),
			fingerprint: Fingerprint::new(mode, [0; 32]),
		}
	}
}

impl Witness for RequestWitness {
	fn begin(&mut self, adapters: &[([u8; 32], f32)]) {
		let request = Request {
			id: self.id,
			model: self.model,
			mode: self.mode,
			adapters,
			sampling: &self.sampling,
			prompt: &self.prompt,
			constraint: self.constraint,
		};
		self.fingerprint = Fingerprint::new(self.mode, request.context());
		self.prompt = Vec::new();
	}

	fn push(&mut self, hidden: &[f32]) {
		self.fingerprint.push(hidden);
	}

	fn commitment(&self) -> [u8; 32] {
		self.fingerprint.commitment()
	}

	fn records(&self) -> Vec<Record> {
		self.fingerprint.records()
	}
}
