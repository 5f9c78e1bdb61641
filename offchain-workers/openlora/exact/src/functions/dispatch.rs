//! One generic body, compiled once for each instruction set.
//!
//! The bodies hold only IEEE additions, subtractions, multiplications, divisions, square roots, comparisons, conversions and
//! bit operations, element by element or in a written order. The compiler never contracts or reorders those, so every version
//! gives the same bits; wider registers only make it faster.

/// Declares a function whose first argument is the [`Isa`](crate::Isa) for which its inlined body was compiled; it panics where
/// the machine lacks it.
macro_rules! per_isa {
	($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:path) => {
		$(#[$meta])*
		$vis fn $name(isa: $crate::Isa, $($arg: $type),*) $(-> $result)? {
			#[cfg(target_arch = "x86_64")]
			#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
			fn avx512($($arg: $type),*) $(-> $result)? {
				$body($($arg),*)
			}
			#[cfg(target_arch = "x86_64")]
			#[target_feature(enable = "avx2")]
			fn avx2($($arg: $type),*) $(-> $result)? {
				$body($($arg),*)
			}
			isa.assert_available();
			match isa {
				// SAFETY: the instruction set was found above.
				#[cfg(target_arch = "x86_64")]
				$crate::Isa::Avx512 => unsafe { avx512($($arg),*) },
				// SAFETY: the instruction set was found above.
				#[cfg(target_arch = "x86_64")]
				$crate::Isa::Avx2 => unsafe { avx2($($arg),*) },
				_ => $body($($arg),*),
			}
		}
	};
}

pub(crate) use per_isa;
