//! What a payer agrees to before the first token (protocol §6).

use crate::{money::FeeSplit, Balance};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Caps on what answers may cost and on how their fees are divided.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Terms {
	/// The most for 1,000 tokens of a prompt, in planck.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub price_in: Balance,
	/// The most for 1,000 tokens of an answer, in planck.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub price_out: Balance,
	/// The most of a fee that goes neither to models nor to data, in percent.
	pub overhead: u8,
}

impl Terms {
	/// Whatever is asked.
	pub const ANY: Self = Self { price_in: Balance::MAX, price_out: Balance::MAX, overhead: 100 };

	/// Whether these allow at least what `others` do.
	pub fn allow(&self, others: &Self) -> bool {
		self.price_in >= others.price_in && self.price_out >= others.price_out && self.overhead >= others.overhead
	}

	/// Whether fees may be divided like this.
	pub fn accept(&self, split: &FeeSplit) -> bool {
		split.overhead() <= self.overhead
	}

	/// The most that an answer may cost, in planck: each price times tokens / 1,000, rounded up once.
	pub fn most(&self, tokens_in: u32, tokens_out: u32) -> Balance {
		let of = |price: Balance, tokens: u32| {
			// Beyond 2^128 everything is allowed.
			price.checked_mul(tokens.into())
		};
		match (of(self.price_in, tokens_in), of(self.price_out, tokens_out)) {
			(Some(a), Some(b)) => a.checked_add(b).map_or(Balance::MAX, |sum| sum.div_ceil(1_000)),
			_ => Balance::MAX,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::money::DEFAULT_SPLIT;

	#[test]
	fn an_answer_costs_at_most_its_tokens() {
		let terms = Terms { price_in: 1_000, price_out: 3, overhead: 45 };
		assert_eq!(terms.most(0, 0), 0);
		assert_eq!(terms.most(7, 0), 7);
		assert_eq!(terms.most(7, 1), 8);
		assert_eq!(terms.most(7, 1_000), 10);
		assert_eq!(Terms::ANY.most(1, 1), Balance::MAX);
	}

	#[test]
	fn the_default_split_leaves_fifty_five_percent_to_models_and_data() {
		assert!(Terms { overhead: 45, ..Terms::ANY }.accept(&DEFAULT_SPLIT));
		assert!(!Terms { overhead: 44, ..Terms::ANY }.accept(&DEFAULT_SPLIT));
	}

	#[test]
	fn looser_terms_allow_what_tighter_ones_do() {
		let tight = Terms { price_in: 1, price_out: 1, overhead: 45 };
		assert!(Terms::ANY.allow(&tight) && tight.allow(&tight) && !tight.allow(&Terms::ANY));
	}
}
