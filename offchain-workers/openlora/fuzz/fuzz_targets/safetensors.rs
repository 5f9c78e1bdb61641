//! Any text as the header of a safetensors file, with as much data as its first two bytes say: so that changes of the text
//! need not keep its length in step.

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
	if let Some((len, header)) = data.split_first_chunk::<2>() {
		let len = usize::from(u16::from_le_bytes(*len)) % 4096;
		let length = (header.len() as u64).to_le_bytes();
		counting::survives(&[&length[..], header, &vec![0; len]].concat());
	}
});
