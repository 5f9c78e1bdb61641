//! Named tasks: a critical one ends the process when it ends, a recurring one is tried again after an error.

use std::{future::Future, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long tasks may take to end: answers under way are finished, and so is a submission.
const GRACE: Duration = Duration::from_secs(60);

/// Owns all tasks.
#[derive(Default)]
pub struct Supervisor {
	tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
	stop: CancellationToken,
}

impl Supervisor {
	/// Is cancelled when the process is to end.
	pub fn token(&self) -> CancellationToken {
		self.stop.clone()
	}

	/// A task without which the process is of no use.
	pub fn critical(&mut self, name: &'static str, task: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
		self.tasks.spawn(async move { (name, task.await) });
	}

	/// Runs `step` every `interval`. An error is logged, and the step tried again at the next turn.
	pub fn recurring<F, Fut>(&mut self, name: &'static str, interval: Duration, mut step: F)
	where
		F: FnMut() -> Fut + Send + 'static,
		Fut: Future<Output = anyhow::Result<()>> + Send,
	{
		let stop = self.token();
		self.critical(name, async move {
			let mut turns = tokio::time::interval(interval);
			turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
			loop {
				tokio::select! {
					() = stop.cancelled() => return Ok(()),
					_ = turns.tick() => {},
				}
				// A step that has begun is finished, within the grace of the supervisor.
				if let Err(error) = step().await {
					tracing::warn!(task = name, error = format!("{error:#}"), "will try again");
				}
			}
		});
	}

	/// Waits for a signal or the end of a critical task, then ends all tasks.
	pub async fn run(mut self) -> anyhow::Result<()> {
		let outcome = tokio::select! {
			signal = signal() => signal,
			ended = self.tasks.join_next() => match ended {
				Some(Ok((name, Ok(())))) => Err(anyhow::anyhow!("the task {name} ended")),
				Some(Ok((name, Err(error)))) => Err(error.context(format!("the task {name} failed"))),
				Some(Err(panic)) => Err(anyhow::anyhow!("a task panicked: {panic}")),
				None => Err(anyhow::anyhow!("there is nothing to do")),
			},
		};
		self.stop.cancel();
		let drain = async { while self.tasks.join_next().await.is_some() {} };
		if tokio::time::timeout(GRACE, drain).await.is_err() {
			tracing::warn!("some tasks did not end in time");
		}
		outcome
	}
}

/// Waits for Ctrl-C or a request to terminate.
async fn signal() -> anyhow::Result<()> {
	let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
	tokio::select! {
		interrupt = tokio::signal::ctrl_c() => interrupt?,
		_ = terminate.recv() => {},
	}
	tracing::info!("stopping");
	Ok(())
}
