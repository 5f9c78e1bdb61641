//! Whether something keeps the kernel's clock right. BABE gives each block a slot of time.

use super::finding::{Finding, State};
use std::{io, time::Duration};

const CHECK: &str = "clock";

/// An offset from true time that is worth a warning.
pub(super) const WARN_OFFSET: Duration = Duration::from_millis(500);

/// How the clock is made right.
const REMEDY: &str =
	"run a time service (chrony, systemd-timesyncd or ntpd; in a virtual machine or container, on the \
	host); --ntp HOST measures the offset";

/// What the kernel knows about its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KernelClock {
	/// Whether a time service said of late that the clock is right.
	pub(super) synchronised: bool,
	/// How wrong that service thinks it is.
	pub(super) estimated_error: Duration,
}

/// How bad an offset is: half a slot makes blocks that others refuse or skip.
pub(super) fn state_of_offset(offset: Duration, slot: Duration) -> State {
	if offset > slot / 2 {
		State::Failure
	} else if offset > WARN_OFFSET {
		State::Warning
	} else {
		State::Ok
	}
}

/// Judges what the kernel says of its clock.
pub(super) fn check(clock: io::Result<KernelClock>, slot: Duration) -> Finding {
	let clock = match clock {
		Ok(clock) => clock,
		Err(error) => return Finding::warning(CHECK, format!("the kernel does not tell its state: {error}"), REMEDY),
	};
	if !clock.synchronised {
		return Finding::warning(CHECK, "the kernel says that nothing synchronises its clock", REMEDY);
	}
	let found = format!("synchronised, estimated error {} ms", clock.estimated_error.as_millis());
	match state_of_offset(clock.estimated_error, slot) {
		State::Ok => Finding::ok(CHECK, found),
		state => Finding::new(CHECK, state, found, REMEDY),
	}
}

/// Asks the kernel.
#[cfg(target_os = "linux")]
pub(super) fn read() -> io::Result<KernelClock> {
	// SAFETY: `timex` is integers only, for which zeroes are valid values; `modes` of zero asks and sets nothing.
	let mut timex: libc::timex = unsafe { std::mem::zeroed() };
	// SAFETY: the pointer is to a live and exclusively borrowed `timex`.
	if unsafe { libc::adjtimex(&mut timex) } == -1 {
		return Err(io::Error::last_os_error());
	}
	let estimated_error = Duration::from_micros(u64::try_from(timex.esterror).unwrap_or_default());
	Ok(KernelClock { synchronised: timex.status & libc::STA_UNSYNC == 0, estimated_error })
}

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
pub(super) fn read() -> io::Result<KernelClock> {
	Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
	use super::*;

	const SLOT: Duration = Duration::from_secs(6);

	fn with_error(error: Duration) -> Finding {
		check(Ok(KernelClock { synchronised: true, estimated_error: error }), SLOT)
	}

	#[test]
	fn a_synchronised_clock_is_judged_by_its_estimated_error() {
		assert_eq!(with_error(Duration::from_micros(200)).state, State::Ok);
		assert_eq!(with_error(Duration::from_millis(500)).state, State::Ok);
		assert_eq!(with_error(Duration::from_millis(501)).state, State::Warning);
		assert_eq!(with_error(Duration::from_secs(3)).state, State::Warning);
		assert_eq!(with_error(Duration::from_millis(3_001)).state, State::Failure);
	}

	#[test]
	fn a_clock_that_nothing_synchronises_is_a_warning() {
		let clock = KernelClock { synchronised: false, estimated_error: Duration::from_secs(16) };
		let finding = check(Ok(clock), SLOT);
		assert_eq!(finding.state, State::Warning);
		assert!(finding.remedy.is_some_and(|remedy| remedy.contains("--ntp")));
	}

	#[test]
	fn a_silent_kernel_is_a_warning() {
		assert_eq!(check(Err(io::ErrorKind::Unsupported.into()), SLOT).state, State::Warning);
	}

	#[test]
	#[cfg(target_os = "linux")]
	fn the_kernel_answers() {
		assert!(read().is_ok() || cfg!(miri));
	}
}
