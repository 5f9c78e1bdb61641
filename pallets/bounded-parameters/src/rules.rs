//! How far a value may go.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::dynamic_params::AggregatedKeyValue, Parameter};
use scale_info::TypeInfo;
use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Perbill, Permill, Rounding};

/// What a parameter can be.
pub trait Amount: Copy {
	/// In the unit of the parameter.
	fn amount(self) -> u128;
}

macro_rules! amounts {
	($($number:ty),+) => {$(
		impl Amount for $number {
			fn amount(self) -> u128 {
				self.into()
			}
		}
	)+};
}

amounts!(u8, u16, u32, u64, u128);

impl Amount for Perbill {
	fn amount(self) -> u128 {
		self.deconstruct().into()
	}
}

impl Amount for Permill {
	fn amount(self) -> u128 {
		self.deconstruct().into()
	}
}

/// The factor by which a value may grow or shrink with one change: `numerator` / `denominator`, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Step {
	/// Above the line.
	pub numerator: u32,
	/// Below it.
	pub denominator: u32,
}

impl Step {
	/// A value may double or halve.
	pub const DOUBLE: Self = Self { numerator: 2, denominator: 1 };

	/// The most that a value of `amount` may grow to. One unit more is always allowed.
	fn up(self, amount: u128) -> u128 {
		let (numerator, denominator) = (self.numerator.into(), u128::from(self.denominator).max(1));
		let grown = multiply_by_rational_with_rounding(amount, numerator, denominator, Rounding::Down);
		grown.unwrap_or(u128::MAX).max(amount.saturating_add(1))
	}

	/// The least that a value of `amount` may shrink to. One unit less is always allowed.
	fn down(self, amount: u128) -> u128 {
		let (numerator, denominator) = (u128::from(self.numerator).max(1), self.denominator.into());
		let shrunk = multiply_by_rational_with_rounding(amount, denominator, numerator, Rounding::Up);
		shrunk.unwrap_or(amount).min(amount.saturating_sub(1))
	}
}

/// The bounds of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Rule<Track> {
	/// What it is now.
	pub current: u128,
	/// The least that it may be.
	pub least: u128,
	/// The most.
	pub most: u128,
	/// How far one change may lead.
	pub step: Step,
	/// On which track it changes.
	pub track: Track,
}

impl<Track> Rule<Track> {
	/// The bounds of a parameter that is `current`.
	pub fn between<A: Amount>(current: A, least: A, most: A, step: Step, track: Track) -> Self {
		Self { current: current.amount(), least: least.amount(), most: most.amount(), step, track }
	}

	/// Whether `value` is within the range.
	pub fn contains(&self, value: u128) -> bool {
		(self.least..=self.most).contains(&value)
	}

	/// Whether one change may lead to `value`.
	pub fn reaches(&self, value: u128) -> bool {
		let (least, most) = self.next_range();
		(least..=most).contains(&value)
	}

	/// The least and the most that the value may be after one change. What is outside the range counts as its nearest end.
	pub fn next_range(&self) -> (u128, u128) {
		let from = self.current.max(self.least).min(self.most);
		(self.step.down(from).max(self.least), self.step.up(from).min(self.most))
	}
}

/// The bounds of all parameters. [`crate::bounds!`] implements it.
pub trait Rules<P: AggregatedKeyValue> {
	/// The tracks on which parameters are changed.
	type Track: Parameter + MaxEncodedLen;

	/// The value that `parameter` carries.
	fn value(parameter: &P) -> Option<u128>;

	/// The bounds of a parameter, and what it is now.
	fn rule(key: &P::Key) -> Rule<Self::Track>;
}
