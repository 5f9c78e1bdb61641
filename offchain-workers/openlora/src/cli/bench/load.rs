//! Random requests, and when each of their tokens came.

use super::super::failure::Failure;
use super::super::session::Session;
use openledger_openlora::{Completion, Engine, GenerateRequest, TokenEvent};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// When a request was submitted and when its tokens came.
#[derive(Debug, Clone)]
pub(super) struct Times {
	pub(super) submitted: Instant,
	pub(super) tokens: Vec<Instant>,
}

impl Times {
	/// Milliseconds to the first token.
	pub(super) fn first_ms(&self) -> f64 {
		self.tokens.first().map_or(0.0, |first| first.duration_since(self.submitted).as_secs_f64() * 1e3)
	}

	/// Milliseconds between tokens.
	pub(super) fn gaps_ms(&self) -> impl Iterator<Item = f64> + '_ {
		self.tokens.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64() * 1e3)
	}
}

/// A source of requests for one engine.
pub(super) struct Load<'a> {
	session: &'a Session,
	/// Tokens that prompts are made of: those with text.
	tokens: Vec<u32>,
	state: u64,
}

impl<'a> Load<'a> {
	pub(super) fn new(session: &'a Session, seed: u64) -> Self {
		let tokenizer = session.engine.tokenizer();
		let vocab = session.engine.spec().vocab.min(tokenizer.vocab()) as u32;
		let mut tokens: Vec<u32> = (0..vocab).filter(|id| !tokenizer.token_bytes(*id).is_empty()).collect();
		if tokens.is_empty() {
			tokens.push(0);
		}
		Self { session, tokens, state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
	}

	/// A number of Vigna's xorshift64*.
	fn random(&mut self) -> u64 {
		self.state ^= self.state >> 12;
		self.state ^= self.state << 25;
		self.state ^= self.state >> 27;
		self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
	}

	/// A greedy request with a prompt of random tokens.
	pub(super) fn request(
		&mut self,
		prompt_tokens: usize,
		new_tokens: u32,
		adapter: Option<&String>,
	) -> GenerateRequest {
		let prompt = (0..prompt_tokens)
			.map(|_| {
				let index = (self.random() >> 32) as usize % self.tokens.len();
				self.tokens[index]
			})
			.collect();
		GenerateRequest {
			adapters: adapter.map(|name| (name.clone(), 1.0)).into_iter().collect(),
			max_tokens: new_tokens,
			..GenerateRequest::new(prompt)
		}
	}

	pub(super) fn engine(&self) -> &Engine {
		&self.session.engine
	}

	/// Runs a request to its end.
	pub(super) fn complete(&self, request: GenerateRequest) -> Result<Completion, Failure> {
		Ok(self.session.answer(request, |_| Ok(()))?.1)
	}

	/// `batch` requests at once; request i uses adapter i modulo their number.
	pub(super) fn run(
		&mut self,
		batch: usize,
		prompt_tokens: usize,
		new_tokens: u32,
		adapters: &[String],
	) -> Result<Vec<Times>, Failure> {
		let requests: Vec<GenerateRequest> = (0..batch)
			.map(|i| self.request(prompt_tokens, new_tokens, adapters.get(i % adapters.len().max(1))))
			.collect();
		let session = self.session;
		std::thread::scope(|scope| {
			let waiting: Vec<_> =
				requests.into_iter().map(|request| scope.spawn(move || times(session, request))).collect();
			waiting.into_iter().map(|thread| thread.join().map_err(|_| panicked())?).collect()
		})
	}

	/// `count` requests on `lanes` threads, each thread one after another, with adapters by Zipf's law.
	pub(super) fn lanes(
		&mut self,
		lanes: usize,
		count: usize,
		prompt_tokens: usize,
		new_tokens: u32,
		adapters: &[String],
	) -> Result<Vec<Times>, Failure> {
		let requests: Vec<GenerateRequest> = (0..count)
			.map(|_| {
				let adapter = zipf(self.random(), adapters.len());
				self.request(prompt_tokens, new_tokens, adapters.get(adapter))
			})
			.collect();
		let (session, next, all) = (self.session, AtomicUsize::new(0), Mutex::new(Vec::new()));
		let lane = || -> Result<(), Failure> {
			while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
				let times = times(session, request.clone())?;
				all.lock().unwrap_or_else(PoisonError::into_inner).push(times);
			}
			Ok(())
		};
		std::thread::scope(|scope| {
			let threads: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
			threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| panicked())?)
		})?;
		Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
	}
}

fn panicked() -> Failure {
	Failure::Run("a thread has failed".into())
}

/// Runs a request to its end.
fn times(session: &Session, request: GenerateRequest) -> Result<Times, Failure> {
	let mut times = Times { submitted: Instant::now(), tokens: Vec::new() };
	let mut events = session.engine.generate(request)?;
	while let Some(event) = events.blocking_recv() {
		match event {
			TokenEvent::Token { .. } => times.tokens.push(Instant::now()),
			TokenEvent::Done(_) => return Ok(times),
			TokenEvent::Failed(error) => return Err(Failure::run(error)),
		}
	}
	Err(Failure::Run("the engine has stopped".into()))
}

/// An index below `count` whose probability falls as 1 / (index + 1), approximately: the inverse of the continuous law.
fn zipf(random: u64, count: usize) -> usize {
	let uniform = (random >> 11) as f64 / (1u64 << 53) as f64;
	(((count as f64 + 1.0).powf(uniform) - 1.0) as usize).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn zipf_stays_below_and_prefers_the_first() {
		assert_eq!((zipf(0, 100), zipf(u64::MAX, 100), zipf(u64::MAX, 0)), (0, 99, 0));
		let draws = (0..1000u64).map(|i| zipf(i * (u64::MAX / 1000), 100));
		let first_ten = draws.filter(|index| *index < 10).count();
		assert!((450..600).contains(&first_ten), "{first_ten}");
	}
}
