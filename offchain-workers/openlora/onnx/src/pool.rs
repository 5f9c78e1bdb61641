//! Sessions of one model, one thread each: a run's numbers do not depend on how many there are.

use crate::OnnxError;
use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::Session;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sessions of one model. Shared by reference between threads.
pub(crate) struct Pool {
	/// At least one.
	sessions: Vec<Mutex<Session>>,
	/// The session that the next lone job waits for when all are busy.
	turn: AtomicUsize,
}

/// What one thread has done: the positions of its jobs and their results.
type Done<R> = Vec<(usize, Result<R, OnnxError>)>;

impl Pool {
	/// `threads` sessions, at least one.
	///
	/// Matrix products of 8 bits use the arithmetic that does not saturate on processors without VNNI.
	pub(crate) fn load(environment: &Environment, model: &Path, threads: usize) -> ort::Result<Self> {
		let session = || -> ort::Result<Mutex<Session>> {
			let session = Session::builder(environment)?
				.with_optimization_level(GraphOptimizationLevel::Level3)?
				.with_intra_threads(1)?
				.with_deterministic_compute(true)?
				.with_precise_qmm()?
				.commit_from_file(model)?;
			Ok(Mutex::new(session))
		};
		let sessions = (0..threads.max(1)).map(|_| session()).collect::<Result<_, _>>()?;
		Ok(Self { sessions, turn: AtomicUsize::new(0) })
	}

	/// The number of sessions.
	pub(crate) fn threads(&self) -> usize {
		self.sessions.len()
	}

	/// A session that is free, or else the one whose turn it is.
	pub(crate) fn any(&self) -> MutexGuard<'_, Session> {
		if let Some(free) = self.sessions.iter().find_map(|session| session.try_lock().ok()) {
			return free;
		}
		let turn = self.turn.fetch_add(1, Ordering::Relaxed);
		// `load` makes at least one session, so the remainder is in range.
		lock(&self.sessions[turn % self.sessions.len()])
	}

	/// The results of `jobs` in their order; every session takes the next job that is left until none is, or one fails.
	pub(crate) fn run<J: Sync, R: Send>(
		&self,
		jobs: &[J],
		work: impl Fn(&mut Session, &J) -> Result<R, OnnxError> + Sync,
	) -> Result<Vec<R>, OnnxError> {
		if jobs.len() < 2 || self.sessions.len() < 2 {
			let mut session = self.any();
			return jobs.iter().map(|job| work(&mut session, job)).collect();
		}
		let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
		let serve = |session: &Mutex<Session>| {
			let mut done: Done<R> = Vec::new();
			while !failed.load(Ordering::Relaxed) {
				let at = next.fetch_add(1, Ordering::Relaxed);
				let Some(job) = jobs.get(at) else { break };
				let result = work(&mut lock(session), job);
				failed.fetch_or(result.is_err(), Ordering::Relaxed);
				done.push((at, result));
			}
			done
		};
		let mut done = self.on_all_sessions(jobs.len(), &serve);
		done.sort_unstable_by_key(|(at, _)| *at);
		done.into_iter().map(|(_, result)| result).collect()
	}

	/// What `serve` gives for each session, the calling thread being one of them. A thread that the system refuses is not
	/// missed: the others do its jobs.
	fn on_all_sessions<R: Send>(&self, jobs: usize, serve: &(impl Fn(&Mutex<Session>) -> Done<R> + Sync)) -> Done<R> {
		let mut sessions = self.sessions.iter().take(jobs);
		let Some(own) = sessions.next() else { return Vec::new() };
		std::thread::scope(|scope| {
			let spawn = |session| std::thread::Builder::new().spawn_scoped(scope, move || serve(session)).ok();
			let threads: Vec<_> = sessions.filter_map(spawn).collect();
			let mut done = serve(own);
			for thread in threads {
				done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
			}
			done
		})
	}
}

/// A panic in another thread leaves a session usable: it holds no state between runs.
fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
	session.lock().unwrap_or_else(PoisonError::into_inner)
}
