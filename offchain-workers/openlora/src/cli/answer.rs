//! The file that `complete --json` writes and `verify` reads: all that is needed to compute an answer again.

use super::failure::Failure;
use openledger_openlora::{Completion, FinishReason, GenerateRequest, Mode};
use openledger_sampling::Sampling;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::{Path, PathBuf};

/// The version of the file.
const VERSION: u32 = 2;

/// An answer and how it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
	/// Of this file's form.
	pub(crate) version: u32,
	pub(crate) model: ModelRecord,
	pub(crate) mode: Mode,
	pub(crate) adapters: Vec<AdapterRecord>,
	pub(crate) sampling: SamplingRecord,
	pub(crate) stop: Vec<String>,
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub(crate) schema: Option<serde_json::Value>,
	/// Token ids of the prompt.
	pub(crate) prompt: Vec<u32>,
	/// Token ids of the answer, the end-of-answer token included.
	pub(crate) tokens: Vec<u32>,
	pub(crate) text: String,
	/// `stop`, `length` or `deadline`.
	pub(crate) finish: String,
	/// The commitment to the hidden states.
	pub(crate) fingerprint: Hex<[u8; 32]>,
	/// The bytes of the records behind it: of every 32nd token and the last.
	pub(crate) records: Vec<Hex<Vec<u8>>>,
	pub(crate) timing: Timing,
}

/// The model of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelRecord {
	pub(crate) path: PathBuf,
	/// BLAKE3 of the model's files, in hexadecimal.
	pub(crate) hash: String,
}

/// An adapter of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AdapterRecord {
	pub(crate) name: String,
	pub(crate) path: PathBuf,
	pub(crate) weight: f32,
	/// BLAKE3 of its tensors' file, in hexadecimal.
	pub(crate) hash: String,
}

/// The parameters of the sampler.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct SamplingRecord {
	temperature: f32,
	top_p: f32,
	top_k: u32,
	min_p: f32,
	repetition_penalty: f32,
	frequency_penalty: f32,
	presence_penalty: f32,
	seed: u64,
}

/// Times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timing {
	pub(crate) queue_ms: f64,
	pub(crate) prefill_ms: f64,
	pub(crate) decode_ms: f64,
}

impl From<&Sampling> for SamplingRecord {
	fn from(sampling: &Sampling) -> Self {
		Self {
			temperature: sampling.temperature,
			top_p: sampling.top_p,
			top_k: sampling.top_k,
			min_p: sampling.min_p,
			repetition_penalty: sampling.repetition_penalty,
			frequency_penalty: sampling.frequency_penalty,
			presence_penalty: sampling.presence_penalty,
			seed: sampling.seed,
		}
	}
}

impl From<SamplingRecord> for Sampling {
	fn from(record: SamplingRecord) -> Self {
		Self {
			temperature: record.temperature,
			top_p: record.top_p,
			seed: record.seed,
			top_k: record.top_k,
			min_p: record.min_p,
			repetition_penalty: record.repetition_penalty,
			frequency_penalty: record.frequency_penalty,
			presence_penalty: record.presence_penalty,
		}
	}
}

impl Answer {
	/// The record of an answer to `request`.
	pub(crate) fn new(
		model: ModelRecord,
		mode: Mode,
		adapters: Vec<AdapterRecord>,
		request: &GenerateRequest,
		text: String,
		completion: &Completion,
	) -> Self {
		let finish = match completion.finish {
			FinishReason::Stop => "stop",
			FinishReason::Length => "length",
			FinishReason::Deadline => "deadline",
		};
		Self {
			version: VERSION,
			model,
			mode,
			adapters,
			sampling: SamplingRecord::from(&request.sampling),
			stop: request.stop.clone(),
			schema: request.schema.clone(),
			prompt: request.prompt.clone(),
			tokens: completion.token_ids.clone(),
			text,
			finish: finish.into(),
			fingerprint: Hex(completion.fingerprint),
			records: completion.records.iter().map(|record| Hex(record.bytes.clone())).collect(),
			timing: Timing {
				queue_ms: completion.queue_ms,
				prefill_ms: completion.prefill_ms,
				decode_ms: completion.decode_ms,
			},
		}
	}

	/// Reads an answer.
	///
	/// # Errors
	/// [`Failure::Usage`] if it is not JSON of this form.
	pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
		let answer: Self = serde_json::from_str(text)
			.map_err(|e| Failure::Usage(format!("{} is not an answer of `complete --json`: {e}", path.display())))?;
		if answer.version != VERSION {
			let reason = format!("{} has the version {}, only {VERSION} is known", path.display(), answer.version);
			return Err(Failure::Usage(reason));
		}
		if answer.prompt.is_empty() || answer.tokens.is_empty() {
			return Err(Failure::Usage(format!("{} has no tokens", path.display())));
		}
		Ok(answer)
	}
}

/// Bytes that are written in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hex<T>(pub(crate) T);

impl<T: AsRef<[u8]>> Serialize for Hex<T> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&hex(self.0.as_ref()))
	}
}

impl<'de, T: TryFrom<Vec<u8>>> Deserialize<'de> for Hex<T> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
		let digits = digits.filter(|digits| digits.len().is_multiple_of(2));
		let bytes = digits.map(|digits| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect());
		let wrong = |expected: &str| D::Error::invalid_value(Unexpected::Str(&text), &expected);
		let bytes: Vec<u8> = bytes.ok_or_else(|| wrong("bytes in hexadecimal"))?;
		bytes.try_into().map(Self).map_err(|_| wrong("another number of bytes in hexadecimal"))
	}
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
