//! The training run.

use crate::base::Base;
use crate::data::{batch, render, split, Example, Packed};
use crate::error::TrainError;
use crate::lora::LoraWeights;
use crate::network::Network;
use crate::optimizer::{clip, AdamW};
use crate::options::{LoraOptions, Row, TrainOptions};
use openledger_openlora::{Model, Target};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// What the callback is told after each step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
	/// The finished step, from 1.
	pub step: u32,
	/// Steps of the run.
	pub steps: u32,
	/// Mean loss of the step's answer tokens, in nats.
	pub loss: f32,
	/// Tokens that went through the model in this step, per second.
	pub tokens_per_second: f32,
	/// Learning rate of the step.
	pub learning_rate: f32,
}

/// What came out of a run. Holds no times, so that a replay gives the same report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
	/// Rows that were trained on.
	pub training_rows: usize,
	/// Rows that were held out.
	pub evaluation_rows: usize,
	/// Tokens that went through the model in all steps together.
	pub tokens: u64,
	/// Mean loss of each step's answer tokens, in nats.
	pub losses: Vec<f32>,
	/// Mean loss of the held-out answer tokens before the run; none without held-out rows.
	pub evaluation_before: Option<f32>,
	/// The same after the run.
	pub evaluation_after: Option<f32>,
}

/// A run that is ready to start.
#[derive(Debug)]
pub struct Trainer {
	model: Model,
	base: Arc<Base>,
	lora_options: LoraOptions,
	options: TrainOptions,
	targets: Vec<Target>,
	training: Vec<Example>,
	evaluation: Vec<Example>,
	pool: rayon::ThreadPool,
}

/// A finished run: the adapter's weights and how they came about.
#[derive(Debug, Clone)]
pub struct Trained {
	pub(crate) model: Model,
	pub(crate) lora_options: LoraOptions,
	pub(crate) options: TrainOptions,
	pub(crate) targets: Vec<Target>,
	pub(crate) lora: LoraWeights,
	pub(crate) report: Report,
}

impl Trained {
	/// How the run went.
	pub fn report(&self) -> &Report {
		&self.report
	}
}

impl Trainer {
	/// Checks the options, renders the rows and reads the weights of `model`.
	///
	/// # Errors
	/// [`TrainError`] names the first row or option that is not usable.
	pub fn new(
		model: &Model,
		rows: &[Row],
		lora_options: LoraOptions,
		options: TrainOptions,
	) -> Result<Self, TrainError> {
		options.check()?;
		let targets = lora_options.targets(model.spec())?;
		let tokenizer = model.tokenizer().map_err(|e| TrainError::Model(e.to_string()))?;
		let (training, evaluation) = split(render(tokenizer, rows, &options)?, &options);
		let base = Arc::new(Base::load(model)?);
		let pool = rayon::ThreadPoolBuilder::new()
			.num_threads(options.threads)
			.build()
			.map_err(|e| TrainError::Threads(e.to_string()))?;
		Ok(Self { model: model.clone(), base, lora_options, options, targets, training, evaluation, pool })
	}

	/// Runs all steps on the trainer's own threads and blocks until they are done. `progress` is called after each
	/// step, on one of those threads; breaking from it ends the run.
	///
	/// # Errors
	/// [`TrainError::Cancelled`] if `progress` breaks, [`TrainError::NotFinite`] if the loss or the gradient is not
	/// a number.
	pub fn run(self, mut progress: impl FnMut(Progress) -> ControlFlow<()> + Send) -> Result<Trained, TrainError> {
		let (lora, report) = self.pool.install(|| self.steps(&mut progress))?;
		Ok(Trained {
			model: self.model,
			lora_options: self.lora_options,
			options: self.options,
			targets: self.targets,
			lora,
			report,
		})
	}

	fn steps(
		&self,
		progress: &mut (impl FnMut(Progress) -> ControlFlow<()> + Send),
	) -> Result<(LoraWeights, Report), TrainError> {
		let (lora, options) = (&self.lora_options, &self.options);
		let mut weights = LoraWeights::new(self.model.spec(), &self.targets, lora.rank, lora.alpha, options.seed);
		let mut optimizer = AdamW::new(weights.values.len());
		let mut gradient = vec![0.0; weights.values.len()];
		let mut report = Report {
			training_rows: self.training.len(),
			evaluation_rows: self.evaluation.len(),
			tokens: 0,
			losses: Vec::with_capacity(options.steps as usize),
			evaluation_before: self.evaluate(&weights),
			evaluation_after: None,
		};
		for step in 1..=options.steps {
			let start = Instant::now();
			let rows: Vec<&Example> =
				batch(self.training.len(), options, step).into_iter().map(|i| &self.training[i]).collect();
			let loss = self.gradient(&rows, &weights, &mut gradient);
			let norm = clip(&mut gradient, options.max_gradient_norm);
			if !(loss.is_finite() && norm.is_finite()) {
				return Err(TrainError::NotFinite { step });
			}
			let learning_rate = options.learning_rate_at(step);
			optimizer.step(&mut weights.values, &gradient, learning_rate, options.weight_decay);
			let tokens: usize = rows.iter().map(|row| row.tokens.len()).sum();
			report.tokens += tokens as u64;
			report.losses.push(loss);
			let tokens_per_second = (tokens as f64 / start.elapsed().as_secs_f64()) as f32;
			tracing::debug!(step, loss, tokens_per_second, "training step");
			let told = Progress { step, steps: options.steps, loss, tokens_per_second, learning_rate };
			if progress(told).is_break() {
				return Err(TrainError::Cancelled { step });
			}
		}
		report.evaluation_after = self.evaluate(&weights);
		Ok((weights, report))
	}

	/// Overwrites `gradient` with that of the mean loss of the rows' answer tokens; returns that mean.
	fn gradient(&self, rows: &[&Example], lora: &LoraWeights, gradient: &mut [f32]) -> f32 {
		let answer_tokens: usize = rows.iter().map(|row| row.answer_tokens()).sum();
		let network = self.network(lora);
		gradient.fill(0.0);
		let mut loss = 0.0;
		for group in Packed::groups(rows.iter().copied(), self.options.micro_batch_tokens) {
			loss += network.loss_and_gradient(&group, 1.0 / answer_tokens as f32, gradient);
		}
		(loss / answer_tokens as f64) as f32
	}

	fn evaluate(&self, lora: &LoraWeights) -> Option<f32> {
		let answer_tokens: usize = self.evaluation.iter().map(Example::answer_tokens).sum();
		let groups = Packed::groups(&self.evaluation, self.options.micro_batch_tokens);
		let loss: f64 = groups.iter().map(|group| self.network(lora).loss(group)).sum();
		(answer_tokens > 0).then_some((loss / answer_tokens as f64) as f32)
	}

	fn network<'a>(&'a self, lora: &'a LoraWeights) -> Network<'a> {
		Network { spec: self.model.spec(), weights: &self.base, lora }
	}
}
