//! Arguments that several commands share.

use super::adapters::AdapterArgument;
use super::failure::Failure;
use clap::Args;
use openledger_exact::Isa;
use openledger_openlora::Mode;
use openledger_sampling::Sampling;
use std::path::{Path, PathBuf};

/// Which model, and how it is run.
#[derive(Debug, Clone, Args)]
pub(crate) struct ModelArguments {
	/// A GGUF file or a Hugging Face folder [default: SmolLM2-135M-Instruct of `make setup`]
	#[arg(long, short, env = "OPENLORA_MODEL", value_name = "PATH")]
	pub(crate) model: Option<PathBuf>,
	/// The arithmetic: f32, or exact with weights of 8 bits (e8) or 15 bits (e16)
	#[arg(long, default_value = "e8", value_name = "f32|e8|e16")]
	pub(crate) mode: Mode,
	/// The instruction set; results of the exact modes do not depend on it [default: the best of this machine]
	#[arg(long, value_name = "scalar|avx2|avx512")]
	pub(crate) isa: Option<Isa>,
	/// Threads of the arithmetic; 0 for one on every core
	#[arg(long, default_value_t = 0, value_name = "N")]
	pub(crate) threads: usize,
	/// The most tokens of a prompt and its answer together; the model's own limit caps it
	#[arg(long, default_value_t = 2048, value_name = "TOKENS")]
	pub(crate) context: usize,
	/// Memory for keys, values and adapters, in MiB
	#[arg(long, default_value_t = 1024, value_name = "MIB")]
	pub(crate) memory: usize,
}

impl ModelArguments {
	/// The model's path.
	pub(crate) fn path(&self) -> PathBuf {
		self.model.clone().unwrap_or_else(default_model)
	}

	/// The number of threads.
	///
	/// # Errors
	/// [`Failure::Usage`] for more than 1,024.
	pub(crate) fn threads(&self) -> Result<usize, Failure> {
		match self.threads {
			0 => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
			1..=1024 => Ok(self.threads),
			n => Err(Failure::Usage(format!("--threads {n}: at most 1024"))),
		}
	}

	/// The instruction set.
	///
	/// # Errors
	/// [`Failure::Usage`] if this machine lacks it.
	pub(crate) fn isa(&self) -> Result<Isa, Failure> {
		let isa = self.isa.unwrap_or_else(Isa::best);
		if Isa::available().contains(&isa) {
			return Ok(isa);
		}
		let have: Vec<String> = Isa::available().iter().map(ToString::to_string).collect();
		Err(Failure::Usage(format!("--isa {isa}: this machine does not have it; it has {}", have.join(", "))))
	}
}

/// Where `make setup` puts the model.
fn default_model() -> PathBuf {
	assets().join("SmolLM2-135M-Instruct.Q4_1.gguf")
}

/// The folder of `make setup`.
pub(crate) fn assets() -> PathBuf {
	std::env::var_os("OPENLEDGER_ASSETS")
		.map(PathBuf::from)
		.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/openledger/assets"))
}

/// The adapters of a request.
#[derive(Debug, Clone, Args)]
pub(crate) struct AdapterArguments {
	/// An adapter in PEFT's layout and its weight; may be repeated, applied in this order
	#[arg(long = "adapter", value_name = "NAME=FOLDER[:WEIGHT]")]
	pub(crate) adapters: Vec<AdapterArgument>,
}

/// How tokens are chosen.
#[derive(Debug, Clone, Args)]
pub(crate) struct SamplingArguments {
	/// 0 takes the likeliest token; higher values take less likely ones more often
	#[arg(long, default_value_t = 0.0, value_name = "T", allow_negative_numbers = true)]
	pub(crate) temperature: f32,
	/// Only the likeliest tokens whose probabilities add up to P
	#[arg(long, default_value_t = 1.0, value_name = "P", allow_negative_numbers = true)]
	pub(crate) top_p: f32,
	/// Only the K likeliest tokens; 0 for all
	#[arg(long, default_value_t = 0, value_name = "K")]
	pub(crate) top_k: u32,
	/// Only tokens at least P times as likely as the likeliest
	#[arg(long, default_value_t = 0.0, value_name = "P", allow_negative_numbers = true)]
	pub(crate) min_p: f32,
	/// Divides the logits of tokens that have occurred; 1 for none
	#[arg(long, default_value_t = 1.0, value_name = "X", allow_negative_numbers = true)]
	pub(crate) repetition_penalty: f32,
	/// Lowers the logits of tokens by the number of times they were generated
	#[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
	pub(crate) frequency_penalty: f32,
	/// Lowers the logits of tokens that were generated
	#[arg(long, default_value_t = 0.0, value_name = "X", allow_negative_numbers = true)]
	pub(crate) presence_penalty: f32,
	/// The same seed gives the same answer, on every machine in the exact modes
	#[arg(long, default_value_t = 0, value_name = "N")]
	pub(crate) seed: u64,
	/// The most tokens of an answer
	#[arg(long, default_value_t = 256, value_name = "N")]
	pub(crate) max_tokens: u32,
	/// A text that ends the answer; may be repeated
	#[arg(long, value_name = "TEXT")]
	pub(crate) stop: Vec<String>,
	/// A file with a JSON schema that the answer must have
	#[arg(long, value_name = "FILE")]
	pub(crate) schema: Option<PathBuf>,
}

impl SamplingArguments {
	/// The parameters of the sampler.
	///
	/// # Errors
	/// [`Failure::Usage`] if one is out of its range.
	pub(crate) fn sampling(&self) -> Result<Sampling, Failure> {
		let sampling = Sampling {
			temperature: self.temperature,
			top_p: self.top_p,
			seed: self.seed,
			top_k: self.top_k,
			min_p: self.min_p,
			repetition_penalty: self.repetition_penalty,
			frequency_penalty: self.frequency_penalty,
			presence_penalty: self.presence_penalty,
		};
		sampling.check().map_err(|error| Failure::Usage(error.to_string()))?;
		Ok(sampling)
	}

	/// The schema, read from its file.
	///
	/// # Errors
	/// [`Failure`] if the file cannot be read or is not JSON.
	pub(crate) fn schema(&self) -> Result<Option<serde_json::Value>, Failure> {
		let Some(path) = &self.schema else { return Ok(None) };
		let text = read(path)?;
		let schema = serde_json::from_str(&text);
		schema.map(Some).map_err(|error| Failure::Usage(format!("{} is not JSON: {error}", path.display())))
	}
}

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// [`Failure::Run`] if it cannot be read or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
	let text =
		if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
	text.map_err(|error| Failure::file("read", path, &error))
}
