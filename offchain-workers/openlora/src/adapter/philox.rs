//! Philox4x32-10 (Salmon et al., SC 2011): random words by counter, the same on every machine.

/// Four words of the stream of `key` at `counter`.
pub(super) fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
	for _ in 0..10 {
		let wide = |factor: u32, word: u32| {
			let product = u64::from(factor) * u64::from(word);
			((product >> 32) as u32, product as u32)
		};
		let (high_0, low_0) = wide(0xd251_1f53, counter[0]);
		let (high_1, low_1) = wide(0xcd9e_8d57, counter[2]);
		counter = [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0];
		key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
	}
	counter
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn equals_the_known_answers_of_the_authors() {
		assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
		assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
		let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
		assert_eq!(philox(pi, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
	}
}
