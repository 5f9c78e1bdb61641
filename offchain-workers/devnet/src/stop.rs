//! Requests to stop: Ctrl-C, SIGTERM, a closed terminal.

use std::future::Future;
use tokio::signal::unix::{signal, Signal, SignalKind};

/// Listens from its creation on.
pub struct Stop {
	interrupt: Signal,
	terminate: Signal,
	hang_up: Signal,
}

impl Stop {
	/// Starts to listen.
	pub fn listen() -> std::io::Result<Self> {
		Ok(Self {
			interrupt: signal(SignalKind::interrupt())?,
			terminate: signal(SignalKind::terminate())?,
			hang_up: signal(SignalKind::hangup())?,
		})
	}

	/// What `work` comes to, or `None` when a request to stop comes first. Then `work` is dropped, and with it the
	/// processes that it owns.
	pub async fn or<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
		tokio::select! {
			done = work => Some(done),
			_ = self.interrupt.recv() => None,
			_ = self.terminate.recv() => None,
			_ = self.hang_up.recv() => None,
		}
	}
}
