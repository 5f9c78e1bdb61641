//! The verifier answers or refuses any question about any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openledger_verifier::call;

fuzz_target!(|data: &[u8]| {
	if let Some((question, input)) = data.split_first() {
		let _answer = call(u32::from(*question), input);
	}
});
