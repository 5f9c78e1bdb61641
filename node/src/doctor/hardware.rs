//! Whether the machine is large enough.

use super::finding::Finding;
use std::{fs, path::Path};

const MEMORY: &str = "memory";
const PROCESSORS: &str = "processors";

/// With less a node swaps or is killed while it synchronises.
pub(super) const MINIMUM_MEMORY: u64 = 4 << 30;

/// Judges the memory in bytes; `None` is unknown.
pub(super) fn memory(total: Option<u64>) -> Finding {
	let Some(total) = total else {
		return Finding::warning(MEMORY, "the size is not known", "make sure that there are 4 GiB or more");
	};
	let found = format!("{:.1} GiB", total as f64 / f64::from(1 << 30));
	if total < MINIMUM_MEMORY {
		return Finding::warning(MEMORY, found, "give the machine or the container 4 GiB or more");
	}
	Finding::ok(MEMORY, found)
}

/// Judges the number of processors; `None` is unknown.
pub(super) fn processors(count: Option<usize>) -> Finding {
	match count {
		None => Finding::warning(PROCESSORS, "the number is not known", "make sure that there are 2 or more"),
		Some(1) => Finding::warning(
			PROCESSORS,
			"1",
			"give the machine or the container 2 or more: block import and network wait for each other on one",
		),
		Some(count) => Finding::ok(PROCESSORS, count.to_string()),
	}
}

/// The memory of this machine, or of this container where that has less.
pub(super) fn read_memory() -> Option<u64> {
	let machine = parse_meminfo(&fs::read_to_string("/proc/meminfo").ok()?)?;
	// The file is there in a container only: the root group of a machine has no limit.
	let container = read_number(Path::new("/sys/fs/cgroup/memory.max"));
	Some(container.map_or(machine, |container| machine.min(container)))
}

/// The processors that this process may use.
pub(super) fn read_processors() -> Option<usize> {
	std::thread::available_parallelism().ok().map(Into::into)
}

/// The total in /proc/meminfo.
fn parse_meminfo(text: &str) -> Option<u64> {
	let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
	let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
	kib.checked_mul(1_024)
}

/// The number in a file, if it holds one.
fn read_number(path: &Path) -> Option<u64> {
	fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
	use super::{super::finding::State, *};

	#[test]
	fn less_than_four_gib_is_a_warning() {
		assert_eq!(memory(Some(MINIMUM_MEMORY)).state, State::Ok);
		assert_eq!(memory(Some(MINIMUM_MEMORY - 1)).state, State::Warning);
		assert_eq!(memory(None).state, State::Warning);
	}

	#[test]
	fn one_processor_is_a_warning() {
		assert_eq!(processors(Some(1)).state, State::Warning);
		assert_eq!(processors(Some(2)).state, State::Ok);
		assert_eq!(processors(None).state, State::Warning);
	}

	#[test]
	fn meminfo_is_understood() {
		assert_eq!(parse_meminfo("MemTotal:       16384 kB\nMemFree: 1 kB\n"), Some(16 << 20));
		assert_eq!(parse_meminfo("MemFree: 1 kB\n"), None);
		assert_eq!(parse_meminfo("MemTotal: lots\n"), None);
	}

	#[test]
	#[cfg(target_os = "linux")]
	fn this_machine_has_both() {
		assert!(read_memory().is_some_and(|total| total > 0));
		assert!(read_processors().is_some_and(|count| count > 0));
	}
}
