//! Fingerprints of floating-point hidden states, byte for byte those of TOPLOC (Ong and others 2025, arXiv 2501.16007;
//! `toploc` 0.1.6).
//!
//! The 128 entries of largest magnitude among the hidden states of up to 32 tokens, as bf16, are the values of a
//! polynomial over the field of 65,497 elements at (entry index mod m), where m is the largest number up to 65,497
//! that keeps the indices apart. The bytes are m and the coefficients, lowest power first, as big-endian u16. The
//! verifier evaluates the polynomial at its own largest entries.
//!
//! Where it differs from the package: the polynomial is evaluated at the index mod m in all paths (the package's
//! Python path leaves the index as it is, and rejects honest proofs whose m is below 65,497), and an entry of the
//! other sign counts as a mismatch.

use std::cmp::Reverse;

/// Entries of a proof, where there are so many.
pub const POINTS: usize = 128;

/// The prime of the package: the bits of every bf16 but some NaNs are below it.
const PRIME: u32 = 65_497;

/// An entry: its index among the hidden states, row after row, and its bf16 bits.
pub type Point = (u32, u16);

/// The bf16 nearest to `value`, ties to even; NaN stays NaN.
pub fn bf16(value: f32) -> u16 {
	if value.is_nan() {
		return 0x7fc0;
	}
	let bits = value.to_bits();
	((u64::from(bits) + 0x7fff + u64::from((bits >> 16) & 1)) >> 16) as u16
}

/// Collects the largest entries of rows that come one after another. Of equal magnitudes the smaller index goes first.
#[derive(Debug, Clone, Default)]
pub struct Largest {
	points: Vec<Point>,
	least: u16,
	next: u32,
}

impl Largest {
	/// Adds a row.
	pub fn push(&mut self, row: &[f32]) {
		for (index, value) in (self.next..).zip(row) {
			let bits = bf16(*value);
			if bits & 0x7fff >= self.least {
				self.points.push((index, bits));
				if self.points.len() == 4 * POINTS {
					self.shrink();
				}
			}
		}
		self.next += row.len() as u32;
	}

	fn shrink(&mut self) {
		if self.points.len() > POINTS {
			let order = |point: &Point| (Reverse(point.1 & 0x7fff), point.0);
			self.points.select_nth_unstable_by_key(POINTS - 1, order);
			self.points.truncate(POINTS);
			self.least = self.points.iter().map(|point| point.1 & 0x7fff).min().unwrap_or(0);
		}
	}

	/// Whether no row was added.
	pub fn is_empty(&self) -> bool {
		self.next == 0
	}

	/// The largest entries, by index, and an empty collection in its place.
	pub fn take(&mut self) -> Vec<Point> {
		self.shrink();
		let mut points = std::mem::take(self).points;
		points.sort_unstable();
		points
	}
}

/// A polynomial through points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
	modulus: u16,
	coefficients: Vec<u16>,
}

impl Proof {
	/// The polynomial through `points`, whose indices differ. Without a modulus that keeps them apart, which no hidden
	/// states seem to have, the proof of modulus 0, which agrees with nothing.
	pub fn new(points: &[Point]) -> Self {
		let Some(modulus) = injective_modulus(points) else {
			return Self { modulus: 0, coefficients: vec![0; points.len()] };
		};
		let at: Vec<u32> = points.iter().map(|(index, _)| index % modulus).collect();
		let values = points.iter().map(|(_, bits)| u32::from(*bits) % PRIME);
		Self { modulus: modulus as u16, coefficients: interpolate(&at, values) }
	}

	/// The bytes of the package: modulus and coefficients, 258 bytes for 128 points.
	pub fn to_bytes(&self) -> Vec<u8> {
		[self.modulus].iter().chain(&self.coefficients).flat_map(|word| word.to_be_bytes()).collect()
	}

	/// Reads [`to_bytes`](Self::to_bytes); `None` if the length is odd or zero, or a number is not in the field.
	pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
		let mut words = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
		let modulus = words.next()?;
		let coefficients: Vec<u16> = words.collect();
		let fits = bytes.len().is_multiple_of(2) && u32::from(modulus) <= PRIME;
		(fits && coefficients.iter().all(|c| u32::from(*c) < PRIME)).then_some(Self { modulus, coefficients })
	}

	/// The bits that the proof has for the entry of this index.
	fn bits(&self, index: u32) -> u16 {
		let x = u64::from(index % u32::from(self.modulus));
		let value = self.coefficients.iter().rev().fold(0, |sum, c| (sum * x + u64::from(*c)) % u64::from(PRIME));
		value as u16
	}

	/// Compares the proof with the verifier's own largest entries.
	pub fn compare(&self, points: &[Point]) -> Agreement {
		if self.modulus == 0 || self.coefficients.len() != points.len() {
			return Agreement { points: points.len(), mismatches: points.len(), mean: f64::MAX, median: f64::MAX };
		}
		let mut errors: Vec<u16> = Vec::with_capacity(points.len());
		for (index, own) in points {
			let claimed = self.bits(*index);
			if claimed >> 7 == own >> 7 {
				errors.push((claimed & 0x7f).abs_diff(own & 0x7f));
			}
		}
		errors.sort_unstable();
		let mismatches = points.len() - errors.len();
		let (mean, median) = match errors.get(errors.len() / 2) {
			Some(median) => {
				(errors.iter().map(|e| f64::from(*e)).sum::<f64>() / errors.len() as f64, f64::from(*median))
			}
			None => (f64::MAX, f64::MAX),
		};
		Agreement { points: points.len(), mismatches, mean, median }
	}
}

/// How a proof agrees with hidden states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
	/// Entries compared.
	pub points: usize,
	/// Entries whose sign or exponent differ.
	pub mismatches: usize,
	/// Mean difference of the mantissas of the others, in units of the last place of bf16; `f64::MAX` if there are
	/// none.
	pub mean: f64,
	/// Their median (the upper one of an even number).
	pub median: f64,
}

/// From where on a proof is rejected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
	/// Fraction of mismatches.
	pub mismatches: f64,
	/// Mean difference of mantissas.
	pub mean: f64,
	/// Median difference of mantissas.
	pub median: f64,
}

impl Thresholds {
	/// Those of the authors for bf16: 38 of 128 mismatches, 10 and 8 units.
	pub const PUBLISHED: Self = Self { mismatches: 38.0 / 128.0, mean: 10.0, median: 8.0 };

	/// Whether the agreement is good enough.
	pub fn accept(&self, agreement: &Agreement) -> bool {
		(agreement.mismatches as f64) < self.mismatches * agreement.points as f64
			&& agreement.mean < self.mean
			&& agreement.median < self.median
	}
}

/// The largest number up to [`PRIME`] under which the indices stay apart.
fn injective_modulus(points: &[Point]) -> Option<u32> {
	let mut seen = vec![0u32; PRIME as usize];
	(1..=PRIME).rev().find(|modulus| {
		points.iter().all(|(index, _)| std::mem::replace(&mut seen[(index % modulus) as usize], *modulus) != *modulus)
	})
}

/// The coefficients, lowest power first, of the polynomial with the given values at the given places (Lagrange).
fn interpolate(at: &[u32], values: impl Iterator<Item = u32>) -> Vec<u16> {
	let p = u64::from(PRIME);
	// Π (x − xᵢ), lowest power first.
	let mut product = vec![0u64; at.len() + 1];
	product[0] = 1;
	for (degree, x) in at.iter().enumerate() {
		let negative = p - u64::from(*x);
		for k in (0..=degree + 1).rev() {
			let shifted = if k > 0 { product[k - 1] } else { 0 };
			product[k] = (product[k] * negative + shifted) % p;
		}
	}
	let mut sum = vec![0u64; at.len()];
	let mut quotient = vec![0u64; at.len()];
	for (x, value) in at.iter().map(|x| u64::from(*x)).zip(values) {
		// The product without (x − xᵢ), by synthetic division, and its value at xᵢ.
		let mut carry = 0;
		for k in (0..at.len()).rev() {
			carry = (product[k + 1] + carry * x) % p;
			quotient[k] = carry;
		}
		let denominator = quotient.iter().rev().fold(0, |sum, c| (sum * x + c) % p);
		let factor = u64::from(value) * inverse(denominator) % p;
		for (sum, c) in sum.iter_mut().zip(&quotient) {
			*sum = (*sum + factor * c) % p;
		}
	}
	sum.into_iter().map(|c| c as u16).collect()
}

/// 1 / x in the field, by Fermat.
fn inverse(x: u64) -> u64 {
	let p = u64::from(PRIME);
	let (mut base, mut power, mut result) = (x % p, p - 2, 1);
	while power > 0 {
		if power & 1 == 1 {
			result = result * base % p;
		}
		base = base * base % p;
		power >>= 1;
	}
	result
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bf16_rounds_to_nearest_even() {
		assert_eq!(bf16(1.0), 0x3f80);
		assert_eq!(bf16(f32::from_bits(0x3f80_8000)), 0x3f80);
		assert_eq!(bf16(f32::from_bits(0x3f81_8000)), 0x3f82);
		assert_eq!(bf16(f32::from_bits(0x3f80_8001)), 0x3f81);
		assert_eq!(bf16(-2.0), 0xc000);
	}

	#[test]
	fn largest_gives_what_sorting_gives_whatever_the_rows() {
		let value = |i: u32| ((i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 20) as f32 - 8.0).round() / 4.0;
		for (rows, width) in [(1, 5), (3, 50), (32, 64), (7, 1000)] {
			let all: Vec<f32> = (0..rows * width).map(value).collect();
			let mut largest = Largest::default();
			all.chunks(width as usize).for_each(|row| largest.push(row));
			let mut expected: Vec<Point> = (0u32..).zip(&all).map(|(i, v)| (i, bf16(*v))).collect();
			expected.sort_by_key(|point| (Reverse(point.1 & 0x7fff), point.0));
			expected.truncate(POINTS);
			expected.sort_unstable();
			assert_eq!(largest.take(), expected);
			assert!(largest.is_empty() && largest.take().is_empty());
		}
	}

	#[test]
	fn a_proof_agrees_with_its_own_points_below_the_largest_modulus_too() {
		// 5 and 65,502 meet under 65,497.
		let points: Vec<Point> =
			(0..POINTS as u32).map(|i| (i * 1000 + 5, (i * 400) as u16)).chain([(65_502, 7)]).collect();
		let proof = Proof::new(&points);
		assert!(u32::from(proof.modulus) < PRIME);
		let agreement = proof.compare(&points);
		assert_eq!(agreement, Agreement { points: 129, mismatches: 0, mean: 0.0, median: 0.0 });
		assert_eq!(Proof::from_bytes(&proof.to_bytes()), Some(proof.clone()));
		let flipped: Vec<Point> = points.iter().map(|(i, bits)| (*i, bits ^ 0x8000)).collect();
		assert_eq!(proof.compare(&flipped).mismatches, 129);
		assert_eq!(proof.compare(&points[1..]).mismatches, 128);
	}

	#[test]
	fn from_bytes_refuses_what_no_proof_has() {
		for bytes in [&[][..], &[1], &[0, 1, 2], &[0xff, 0xff, 0, 1], &[0xff, 0xd9, 0xff, 0xd9]] {
			assert_eq!(Proof::from_bytes(bytes), None, "{bytes:?}");
		}
		let null = Proof::from_bytes(&[0; 10]).unwrap();
		assert_eq!(null.compare(&[(0, 0), (1, 0), (2, 0), (3, 0)]).mismatches, 4);
	}

	/// Proofs and comparisons of the package on the same entries (`scripts/toploc_fixtures.py`).
	#[test]
	fn proofs_have_the_bytes_and_verdicts_of_the_package() {
		#[derive(serde::Deserialize)]
		struct Case {
			points: Vec<Point>,
			proof: String,
			other: Vec<Point>,
			mismatches: usize,
			mean: f64,
			median: f64,
		}
		let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/fixtures/toploc.json")).unwrap();
		assert!(cases.len() >= 8 && cases.iter().any(|case| !case.proof.starts_with("ffd9")));
		for case in cases {
			let proof = Proof::new(&case.points);
			let hex: String = proof.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
			assert_eq!(hex, case.proof);
			let agreement = proof.compare(&case.other);
			assert_eq!((agreement.mismatches, agreement.median), (case.mismatches, case.median));
			assert!((agreement.mean - case.mean).abs() < 1e-4, "{agreement:?} {}", case.mean);
		}
	}
}
