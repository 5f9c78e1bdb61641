//! From judgements to a verdict and to who did well (protocol §3).

use openledger_primitives::judgement::{Case, Fault, Gold, Judgement, Verdict, MAX_ITEMS};

/// A curator accepts if at most so many of the sampled rows are bad to it, in percent.
const TOLERANCE: u32 = 20;
/// A curator did well if it missed at most so much gold, in percent.
const ALLOWED_MISSES: u32 = 25;
/// Rows that a committee sees of a contribution, at most; with the gold, one item in eight, that makes 64.
const SAMPLE: u32 = 56;
/// Known answers beside the one row of a takedown.
const TAKEDOWN_GOLD: u32 = 7;
/// Items of an assessment, all of them gold: who tosses a coin passes once in 26,000 times.
pub const ASSESSMENT_ITEMS: u32 = MAX_ITEMS as u32;

/// What a task is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
	/// Rows that are judged.
	pub sample: u32,
	/// Items whose answer is known.
	pub gold: u32,
}

impl Plan {
	/// What a committee sees of a case with `rows` rows.
	pub fn of(case: Case, rows: u32) -> Self {
		match case {
			Case::Contribution { .. } => {
				let sample = rows.min(SAMPLE);
				Self { sample, gold: sample.div_ceil(7).max(1) }
			}
			Case::Takedown { .. } => Self { sample: 1, gold: TAKEDOWN_GOLD },
		}
	}

	/// What the committee of an appeal sees: rows and nothing else, so that nobody stands between it and the rows.
	pub fn appeal(rows: u32) -> Self {
		Self { sample: rows.min(MAX_ITEMS.into()), gold: 0 }
	}

	/// What candidates see.
	pub fn assessment() -> Self {
		Self { sample: 0, gold: ASSESSMENT_ITEMS }
	}

	/// All items: 64 at most.
	pub fn items(self) -> u32 {
		self.sample.saturating_add(self.gold)
	}

	/// The bits of all items.
	pub fn mask(self) -> u64 {
		let unused = u32::from(MAX_ITEMS).saturating_sub(self.items());
		u64::MAX.checked_shr(unused).unwrap_or_default()
	}

	/// Whether `gold` is as many of the items as planned, with answers to no others.
	pub fn allows(self, gold: Gold) -> bool {
		gold.mask & !self.mask() == 0 && gold.good & !gold.mask == 0 && gold.mask.count_ones() == self.gold
	}
}

/// The gold that counts: not the items that two thirds of the curators, or more, contradict. Whoever sets gold could
/// otherwise have the honest slashed with wrong answers.
pub fn accepted_gold(gold: Gold, judgements: &[Judgement]) -> Gold {
	let voters = judgements.len();
	let contradicted = (0..u32::from(MAX_ITEMS)).map(|item| 1u64.checked_shl(item).unwrap_or_default()).filter(|bit| {
		let against = judgements.iter().filter(|judgement| (judgement.good ^ gold.good) & bit != 0).count();
		against.saturating_mul(3) >= voters.saturating_mul(2) && voters > 0
	});
	let void = contradicted.fold(0, |void, bit| void | bit);
	Gold { mask: gold.mask & !void, good: gold.good & !void }
}

/// How much gold there was, and how much of it a curator got wrong.
pub fn misses(gold: Gold, judgement: Judgement) -> (u32, u32) {
	(gold.mask.count_ones(), ((judgement.good ^ gold.good) & gold.mask).count_ones())
}

/// Whether a curator did well. Without gold everyone did who said something.
pub fn did_well(gold: u32, missed: u32) -> bool {
	missed.saturating_mul(100) <= gold.saturating_mul(ALLOWED_MISSES)
}

/// Whether enough of a committee of `seats` has spoken: more than half.
pub fn is_quorum(voters: u32, seats: u32) -> bool {
	voters.saturating_mul(2) > seats
}

/// What a committee of `seats` has decided about the items in `sample`: what more than half of the seats say, however
/// few speak. Rejected for the gravest fault that at least two thirds of the seats find, or a graver one; for the
/// lightest otherwise.
pub fn decide(judgements: &[Judgement], seats: u32, sample: u64) -> Option<Verdict> {
	let rejects = |judgement: &&Judgement| {
		let bad = (!judgement.good & sample).count_ones();
		bad.saturating_mul(100) > sample.count_ones().saturating_mul(TOLERANCE)
	};
	let against = judgements.iter().filter(rejects).count();
	let in_favour = judgements.len().saturating_sub(against);
	if is_quorum(in_favour as u32, seats) {
		return Some(Verdict::Accepted);
	}
	if !is_quorum(against as u32, seats) {
		return None;
	}
	let found = [Fault::Poisoned, Fault::Copied, Fault::LowQuality].into_iter().find(|fault| {
		let say_so = judgements.iter().filter(rejects).filter(|judgement| judgement.fault >= *fault).count();
		(say_so as u64).saturating_mul(3) >= u64::from(seats).saturating_mul(2)
	});
	Some(Verdict::Rejected(found.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_primitives::{ContributionId, DatanetId};
	use proptest::prelude::*;

	const CONTRIBUTION: Case = Case::Contribution { datanet: DatanetId(0), contribution: ContributionId(0) };
	const TAKEDOWN: Case = Case::Takedown { datanet: DatanetId(0), row: 0 };

	fn say(good: u64, fault: Fault) -> Judgement {
		Judgement { good, fault }
	}

	#[test]
	fn a_plan_fits_and_has_some_gold() {
		for rows in 1..=70 {
			let plan = Plan::of(CONTRIBUTION, rows);
			assert!(plan.items() <= 64 && plan.gold >= 1 && plan.sample == rows.min(56));
			assert_eq!(plan.mask().count_ones(), plan.items());
			// 10 to 20 percent, unless there are too few rows for that.
			assert!(rows < 4 || (10..=20).contains(&(plan.gold * 100 / plan.items())), "{rows}");
		}
		assert_eq!(Plan::of(CONTRIBUTION, u32::MAX), Plan { sample: 56, gold: 8 });
		assert_eq!(Plan::of(TAKEDOWN, 1).items(), 8);
		assert_eq!(Plan::assessment().mask(), u64::MAX);
	}

	#[test]
	fn gold_is_as_planned_or_refused() {
		let plan = Plan::of(TAKEDOWN, 1);
		assert!(plan.allows(Gold { mask: 0b1111_1110, good: 0b1010_1010 }));
		for (mask, good) in [(0b1111_1111, 0), (0b0111_1110, 0), (0b1_0111_1110, 0), (0b1111_1110, 1)] {
			assert!(!plan.allows(Gold { mask, good }));
		}
	}

	#[test]
	fn an_assessment_is_not_passed_by_guessing() {
		let allowed = (0..=64).take_while(|missed| did_well(ASSESSMENT_ITEMS, *missed)).last().unwrap();
		let mut ways = 1u128;
		let mut passing = 0;
		for missed in 0..=allowed {
			passing += ways;
			ways = ways * u128::from(64 - missed) / u128::from(missed + 1);
		}
		let one_in = (1u128 << 64) / passing;
		assert!((25_000..27_000).contains(&one_in), "{one_in}");
	}

	#[test]
	fn gold_that_two_thirds_contradict_is_void() {
		let gold = Gold { mask: 0b11, good: 0b01 };
		let votes = |wrong: usize| {
			[vec![say(0b11, Fault::Malformed); wrong], vec![say(0b01, Fault::Malformed); 9 - wrong]].concat()
		};
		assert_eq!(accepted_gold(gold, &votes(5)), gold);
		assert_eq!(accepted_gold(gold, &votes(6)), Gold { mask: 0b01, good: 0b01 });
		assert_eq!(accepted_gold(gold, &[]), gold);
	}

	#[test]
	fn a_slash_takes_two_thirds_of_the_seats() {
		let (bad, good) = (say(0, Fault::Copied), say(u64::MAX, Fault::Malformed));
		let votes = |bads: usize, goods: usize| [vec![bad; bads], vec![good; goods]].concat();
		assert_eq!(decide(&votes(8, 3), 11, 0xFF), Some(Verdict::Rejected(Fault::Copied)));
		// Seven of eleven are not two thirds, even if nobody else speaks.
		assert_eq!(decide(&votes(7, 4), 11, 0xFF), Some(Verdict::Rejected(Fault::Malformed)));
		assert_eq!(decide(&votes(7, 0), 11, 0xFF), Some(Verdict::Rejected(Fault::Malformed)));
		assert_eq!(decide(&votes(5, 6), 11, 0xFF), Some(Verdict::Accepted));
		// Less than most of the seats decide nothing, whatever the others do not say.
		for (bads, goods) in [(5, 5), (5, 0), (0, 5), (4, 3)] {
			assert_eq!(decide(&votes(bads, goods), 11, 0xFF), None);
		}
		// Those who find worse count for the lighter fault too.
		let mixed = [vec![say(0, Fault::Poisoned); 4], vec![say(0, Fault::LowQuality); 4]].concat();
		assert_eq!(decide(&mixed, 11, 0xFF), Some(Verdict::Rejected(Fault::LowQuality)));
	}

	#[test]
	fn a_fifth_of_bad_rows_is_tolerated() {
		let sample = (1u64 << 10) - 1;
		let with_bad = |bad: u32| say(sample >> bad, Fault::LowQuality);
		assert_eq!(decide(&[with_bad(2); 11], 11, sample), Some(Verdict::Accepted));
		assert_eq!(decide(&[with_bad(3); 11], 11, sample), Some(Verdict::Rejected(Fault::LowQuality)));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(1_000))]

		/// One more accepting voice never turns an acceptance into a rejection, nor makes a rejection graver.
		#[test]
		fn more_acceptance_never_hurts(
			votes in prop::collection::vec((any::<u64>(), 0u8..4), 1..23),
			sample in any::<u64>(),
			turned in any::<prop::sample::Index>(),
		) {
			let fault = |f: u8| [Fault::Malformed, Fault::LowQuality, Fault::Copied, Fault::Poisoned][usize::from(f)];
			let mut votes: Vec<_> = votes.into_iter().map(|(good, f)| say(good, fault(f))).collect();
			let seats = votes.len() as u32;
			let before = decide(&votes, seats, sample);
			let at = turned.index(votes.len());
			votes[at].good = u64::MAX;
			match (before, decide(&votes, seats, sample)) {
				(Some(Verdict::Accepted), after) => prop_assert_eq!(after, Some(Verdict::Accepted)),
				(Some(Verdict::Rejected(before)), Some(Verdict::Rejected(after))) => prop_assert!(after <= before),
				(None, Some(Verdict::Rejected(_))) => prop_assert!(false, "an acceptance rejected"),
				_ => {}
			}
		}

		#[test]
		fn honest_curators_always_do_well(good in any::<u64>(), mask in any::<u64>()) {
			let gold = Gold { mask, good: good & mask };
			let (seen, missed) = misses(gold, say(good, Fault::Malformed));
			prop_assert_eq!((seen, missed), (mask.count_ones(), 0));
			prop_assert!(did_well(seen, missed));
		}
	}
}
