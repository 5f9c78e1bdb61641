//! The innermost steps of the kernels for AVX-512, in assembly: from intrinsics the compiler gathers the broadcasts of all rows
//! of a tile before the first product, and then lacks registers for the sums.

use std::arch::asm;
use std::arch::x86_64::__m512i;

/// Defines the steps for one kind of broadcast of a row's bytes.
macro_rules! steps {
	($e8:ident, $e16:ident, $broadcast:literal, $width:literal) => {
		/// Adds products of one row by `C` lines of 8-bit weights, 1 or 2, to the sums of both planes.
		///
		/// # Safety
		#[doc = concat!("The machine has AVX-512 with VNNI. At `a` ", $width, " bytes of the high plane can be read, at `a + 8` of the low one.")]
		#[inline]
		#[target_feature(enable = "avx512f,avx512vnni")]
		pub(crate) unsafe fn $e8<const C: usize>(
			high: &mut [__m512i; C],
			low: &mut [__m512i; C],
			w: &[__m512i; C],
			a: *const i8,
		) {
			const { assert!(C == 1 || C == 2) };
			// Typed, as the registers' names depend on it.
			let (_x, _y): (__m512i, __m512i);
			let last = C - 1;
			// SAFETY: reads what the caller promises, and writes its operands only.
			unsafe {
				if C == 1 {
					asm!(
						concat!($broadcast, " {x}, [{a}]"),
						concat!($broadcast, " {y}, [{a} + 8]"),
						"vpdpbusd {h}, {w}, {x}",
						"vpdpbusd {l}, {w}, {y}",
						h = inout(zmm_reg) high[0],
						l = inout(zmm_reg) low[0],
						w = in(zmm_reg) w[0],
						a = in(reg) a,
						x = out(zmm_reg) _x,
						y = out(zmm_reg) _y,
						options(pure, readonly, nostack, preserves_flags),
					);
				} else {
					asm!(
						concat!($broadcast, " {x}, [{a}]"),
						concat!($broadcast, " {y}, [{a} + 8]"),
						"vpdpbusd {h0}, {w0}, {x}",
						"vpdpbusd {h1}, {w1}, {x}",
						"vpdpbusd {l0}, {w0}, {y}",
						"vpdpbusd {l1}, {w1}, {y}",
						h0 = inout(zmm_reg) high[0],
						h1 = inout(zmm_reg) high[last],
						l0 = inout(zmm_reg) low[0],
						l1 = inout(zmm_reg) low[last],
						w0 = in(zmm_reg) w[0],
						w1 = in(zmm_reg) w[last],
						a = in(reg) a,
						x = out(zmm_reg) _x,
						y = out(zmm_reg) _y,
						options(pure, readonly, nostack, preserves_flags),
					);
				}
			}
		}

		/// Adds products of one row by `C` pairs of lines of 15-bit weights, 1 or 2, to the sums high · high, both mixed ones
		/// together, and low · low.
		///
		/// # Safety
		#[doc = concat!("As for [`", stringify!($e8), "`].")]
		#[inline]
		#[target_feature(enable = "avx512f,avx512vnni")]
		pub(crate) unsafe fn $e16<const C: usize>(
			sums: &mut [[__m512i; C]; 3],
			high: &[__m512i; C],
			low: &[__m512i; C],
			a: *const i8,
		) {
			const { assert!(C == 1 || C == 2) };
			// Typed, as the registers' names depend on it.
			let (_x, _y): (__m512i, __m512i);
			let last = C - 1;
			let [hh, mixed, ll] = sums;
			// SAFETY: reads what the caller promises, and writes its operands only.
			unsafe {
				if C == 1 {
					asm!(
						concat!($broadcast, " {x}, [{a}]"),
						concat!($broadcast, " {y}, [{a} + 8]"),
						"vpdpbusd {m}, {h}, {y}",
						"vpdpbusd {hh}, {h}, {x}",
						"vpdpbusd {ll}, {l}, {y}",
						"vpdpbusd {m}, {l}, {x}",
						hh = inout(zmm_reg) hh[0],
						m = inout(zmm_reg) mixed[0],
						ll = inout(zmm_reg) ll[0],
						h = in(zmm_reg) high[0],
						l = in(zmm_reg) low[0],
						a = in(reg) a,
						x = out(zmm_reg) _x,
						y = out(zmm_reg) _y,
						options(pure, readonly, nostack, preserves_flags),
					);
				} else {
					asm!(
						concat!($broadcast, " {x}, [{a}]"),
						concat!($broadcast, " {y}, [{a} + 8]"),
						"vpdpbusd {m0}, {h0}, {y}",
						"vpdpbusd {m1}, {h1}, {y}",
						"vpdpbusd {hh0}, {h0}, {x}",
						"vpdpbusd {hh1}, {h1}, {x}",
						"vpdpbusd {ll0}, {l0}, {y}",
						"vpdpbusd {ll1}, {l1}, {y}",
						"vpdpbusd {m0}, {l0}, {x}",
						"vpdpbusd {m1}, {l1}, {x}",
						hh0 = inout(zmm_reg) hh[0],
						hh1 = inout(zmm_reg) hh[last],
						m0 = inout(zmm_reg) mixed[0],
						m1 = inout(zmm_reg) mixed[last],
						ll0 = inout(zmm_reg) ll[0],
						ll1 = inout(zmm_reg) ll[last],
						h0 = in(zmm_reg) high[0],
						h1 = in(zmm_reg) high[last],
						l0 = in(zmm_reg) low[0],
						l1 = in(zmm_reg) low[last],
						a = in(reg) a,
						x = out(zmm_reg) _x,
						y = out(zmm_reg) _y,
						options(pure, readonly, nostack, preserves_flags),
					);
				}
			}
		}
	};
}

// Lines of a linear layer: 16 outputs × 4 inputs.
steps!(step_e8, step_e16, "vpbroadcastd", "4");
// Lines of A in a low-rank change: 8 ranks × 8 inputs.
steps!(rank_step_e8, rank_step_e16, "vpbroadcastq", "8");
