//! Waits that end.

use anyhow::{bail, Result};
use std::{fmt::Debug, time::Duration};
use tokio::time::{sleep, timeout};

/// How often a state is looked at.
const POLL: Duration = Duration::from_millis(500);

/// Looks at what `probe` returns until it is `enough`; fails after `limit` with what was seen last.
///
/// An error of the probe is a state like any other: a node that is starting refuses connections.
pub async fn until<T: Debug>(
	what: &str,
	limit: Duration,
	mut probe: impl AsyncFnMut() -> Result<T>,
	enough: impl Fn(&T) -> bool,
) -> Result<T> {
	let mut last = String::from("nothing");
	let looking = async {
		loop {
			match probe().await {
				Ok(seen) if enough(&seen) => return seen,
				Ok(seen) => last = format!("{seen:?}"),
				Err(error) => last = format!("{error:#}"),
			}
			sleep(POLL).await;
		}
	};
	let reached = timeout(limit, looking).await;
	match reached {
		Ok(seen) => {
			println!("{what}: {seen:?}");
			Ok(seen)
		}
		Err(_) => bail!("{what}: not within {limit:?}, last seen: {last}"),
	}
}
