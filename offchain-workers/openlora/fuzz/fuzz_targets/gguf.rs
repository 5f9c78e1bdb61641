//! Any bytes as a file of weights: Ok or an error, and never an allocation beyond the file.

#![no_main]

#[path = "../../formats/tests/support/counting.rs"]
mod counting;
#[path = "../../formats/tests/support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

fuzz_target!(|data: &[u8]| {
	counting::survives(data);
});
