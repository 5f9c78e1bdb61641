//! How the verifier is called from outside: three exports over linear memory.
//!
//! - `alloc(length) -> pointer`: room for an input. 0 if there is none.
//! - `free(pointer, length)`: gives back an input or an output.
//! - `ask(question, pointer, length) -> i64`: the output, its length in the upper and its pointer in the lower 32 bits; or the
//!   negative number of a refusal: -1 no such question, -2 malformed input, -3 amounts that
//!   overflow or contradict each other. The input stays the caller's.

use crate::{call, Refusal};
use alloc::{
	alloc::{alloc as allocate, dealloc, Layout},
	boxed::Box,
};
use core::slice;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Nothing here panics; what does nevertheless, such as running out of memory, traps.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
	core::arch::wasm32::unreachable()
}

fn layout(length: usize) -> Option<Layout> {
	(length > 0).then(|| Layout::array::<u8>(length).ok()).flatten()
}

#[no_mangle]
extern "C" fn alloc(length: usize) -> *mut u8 {
	match layout(length) {
		// SAFETY: the layout has a size.
		Some(layout) => unsafe { allocate(layout) },
		None => core::ptr::null_mut(),
	}
}

/// # Safety
/// `pointer` and `length` are those of an input from [`alloc`] or of an output of [`ask`], which was not given back yet.
#[no_mangle]
unsafe extern "C" fn free(pointer: *mut u8, length: usize) {
	if let Some(layout) = layout(length).filter(|_| !pointer.is_null()) {
		// SAFETY: by the contract of this function. Outputs have no spare capacity.
		unsafe { dealloc(pointer, layout) }
	}
}

/// # Safety
/// `length` bytes from `pointer` on are initialised, or `length` is 0.
#[no_mangle]
unsafe extern "C" fn ask(question: u32, pointer: *const u8, length: usize) -> i64 {
	let input = match isize::try_from(length) {
		Ok(0) => &[],
		// SAFETY: by the contract of this function; neither null nor longer than a slice can be.
		Ok(_) if !pointer.is_null() => unsafe { slice::from_raw_parts(pointer, length) },
		_ => return -2,
	};
	match call(question, input) {
		Ok(output) => {
			let output: &'static mut [u8] = Box::leak(output.into_boxed_slice());
			(output.len() as i64) << 32 | output.as_ptr() as i64
		}
		Err(Refusal::NoSuchQuestion) => -1,
		Err(Refusal::Malformed) => -2,
		Err(Refusal::Inconsistent) => -3,
	}
}
