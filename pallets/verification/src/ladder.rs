//! From findings to a verdict: 1 → 3 → 7 (protocol §9).
//!
//! With an error rate of ε for each auditor, an innocent agent is convicted with a probability near ε · ε³ without an
//! appeal, and ε · (3ε + ε³) · 21ε⁵ with one: each stage must be wrong by itself.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A committee. Each is drawn from those who have not judged the case before.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Stage {
	/// The sentinel: its alarm withholds pay, and no more.
	#[codec(index = 0)]
	One,
	/// The first that can find an agent guilty, if all three agree.
	#[codec(index = 1)]
	Three,
	/// Decides for good.
	#[codec(index = 2)]
	Seven,
}

impl Stage {
	/// Its members.
	pub const fn members(self) -> u32 {
		match self {
			Stage::One => 1,
			Stage::Three => 3,
			Stage::Seven => 7,
		}
	}

	/// What members bind their commitments to.
	pub const fn number(self) -> u8 {
		match self {
			Stage::One => 1,
			Stage::Three => 3,
			Stage::Seven => 7,
		}
	}
}

/// Members of the last committee that must agree to convict.
pub const CONVICTING: u32 = 5;

/// What follows from the findings of a whole committee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ruling {
	/// Nothing is wrong.
	Acquitted,
	/// Something is wrong, and it is the agent's fault.
	Convicted,
	/// The committee does not decide; the next one does.
	Next(Stage),
}

/// What a committee rules of which `against` members have found something wrong, the others nothing.
pub fn ruling(stage: Stage, against: u32) -> Ruling {
	match (stage, against) {
		(_, 0) => Ruling::Acquitted,
		(Stage::One, _) => Ruling::Next(Stage::Three),
		(Stage::Three, against) if against >= Stage::Three.members() => Ruling::Convicted,
		(Stage::Three, _) => Ruling::Next(Stage::Seven),
		(Stage::Seven, against) if against >= CONVICTING => Ruling::Convicted,
		(Stage::Seven, _) => Ruling::Acquitted,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn a_sentinel_alone_neither_convicts_nor_is_asked_twice() {
		assert_eq!(ruling(Stage::One, 0), Ruling::Acquitted);
		assert_eq!(ruling(Stage::One, 1), Ruling::Next(Stage::Three));
	}

	#[test]
	fn three_decide_only_together() {
		let expected = [Ruling::Acquitted, Ruling::Next(Stage::Seven), Ruling::Next(Stage::Seven), Ruling::Convicted];
		assert_eq!([0, 1, 2, 3].map(|against| ruling(Stage::Three, against)), expected);
	}

	#[test]
	fn seven_convict_with_five() {
		for against in 0..=7 {
			let expected = if against >= 5 { Ruling::Convicted } else { Ruling::Acquitted };
			assert_eq!(ruling(Stage::Seven, against), expected);
		}
	}

	#[test]
	fn all_stages_fit_the_panel() {
		let members: u32 = [Stage::One, Stage::Three, Stage::Seven].map(Stage::members).iter().sum();
		assert_eq!(members, crate::types::MAX_PANEL);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		/// One more voice against never acquits, and the ladder only rises.
		#[test]
		fn more_against_never_helps(stage in 0usize..3, against in 0u32..8) {
			let stage = [Stage::One, Stage::Three, Stage::Seven][stage];
			let rank = |ruling| match ruling {
				Ruling::Acquitted => 0,
				Ruling::Next(_) => 1,
				Ruling::Convicted => 2,
			};
			prop_assert!(rank(ruling(stage, against)) <= rank(ruling(stage, against + 1)));
			if let Ruling::Next(next) = ruling(stage, against) {
				prop_assert!(next > stage);
			}
		}
	}
}
