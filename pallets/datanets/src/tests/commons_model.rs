//! The accumulator against a model that pays each row by itself.

use super::commons::{claim, claimed, count, earn, ED};
use crate::{mock::*, Error};
use frame_support::assert_noop;
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

/// What a step does.
#[derive(Clone, Copy, Debug)]
enum Step {
	Earn(u16),
	Grow(bool, u8),
	TakeDown(u8),
	Count(u8),
	Claim(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		3 => any::<u16>().prop_map(Step::Earn),
		2 => (any::<bool>(), 1u8..6).prop_map(|(who, rows)| Step::Grow(who, rows)),
		1 => any::<u8>().prop_map(Step::TakeDown),
		2 => any::<u8>().prop_map(Step::Count),
		2 => any::<bool>().prop_map(Step::Claim),
	];
	vec(step, 1..40)
}

/// The same row by row, with fractions.
#[derive(Default)]
struct Model {
	/// Whose each row is, in which version it came, and what it has earned.
	rows: Vec<(AccountId, u32, f64)>,
	down: Vec<bool>,
	/// What is not shared yet.
	waiting: f64,
	versions: Vec<Frozen>,
	claimed: BTreeMap<AccountId, u128>,
	contributions: u32,
}

fn person(alice: bool) -> AccountId {
	if alice {
		ALICE
	} else {
		BOB
	}
}

impl Model {
	fn share(&mut self) {
		let earning = self.down.iter().filter(|down| !**down).count();
		if earning > 0 {
			let each = core::mem::take(&mut self.waiting) / earning as f64;
			let rows = self.rows.iter_mut().zip(&self.down).filter(|(_, down)| !**down);
			rows.for_each(|((_, _, earned), _)| *earned += each);
		}
	}

	fn grow(&mut self, who: AccountId, rows: u8) {
		contribute(who, rows.into());
		self.share();
		let version = self.versions.len() as u32;
		self.rows.extend((0..rows).map(|_| (who, version, 0.0)));
		self.down.resize(self.rows.len(), false);
		let contributors: Vec<_> = self.rows.iter().map(|row| row.0).collect();
		self.versions.push(freeze_rows(&contributors, [self.contributions]));
		self.contributions += 1;
	}

	fn count_all(&self) {
		for contribution in 0..self.contributions {
			let _ = count(contribution);
		}
	}

	/// Counts first: what is taken down before it is counted earns less than the model says.
	fn take_down(&mut self, row: u8) {
		let Some(row) = usize::from(row).checked_rem(self.rows.len()).filter(|row| !self.down[*row]) else { return };
		self.count_all();
		let (who, version, _) = self.rows[row];
		self.share();
		self.versions[version as usize].file(CLAIMANT, row as u32).unwrap();
		end(who, row as u32).unwrap();
		self.down[row] = true;
	}

	fn claim(&mut self, who: AccountId) {
		if Datanets::claimable(NET, who) > 0 {
			*self.claimed.entry(who).or_default() += claimed(who);
		} else {
			assert_noop!(claim(who), Error::<Test>::NothingDue);
		}
	}

	fn step(&mut self, step: Step) {
		match step {
			Step::Earn(amount) => {
				earn(amount.into());
				self.waiting += f64::from(amount);
			}
			Step::Grow(who, rows) => self.grow(person(who), rows),
			Step::TakeDown(row) => self.take_down(row),
			Step::Count(contribution) => {
				let _ = count(u32::from(contribution) % (self.contributions + 1));
			}
			Step::Claim(who) => self.claim(person(who)),
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

	#[test]
	fn everybody_has_what_the_rows_have_earned_one_by_one(steps in steps()) {
		with_datanet(|| {
			let mut model = Model::default();
			earn(ED);
			for step in &steps {
				model.step(*step);
				Datanets::do_try_state().unwrap();
			}
			model.share();
			model.count_all();
			for who in [ALICE, BOB] {
				model.claim(who);
				let earned: f64 = model.rows.iter().filter(|row| row.0 == who).map(|row| row.2).sum();
				let got = model.claimed.get(&who).copied().unwrap_or_default() as f64;
				// Each step rounds by a unit at most, which the next income is shared with.
				assert!((earned - got).abs() <= 1.0 + steps.len() as f64, "{who} has {got} of {earned}");
			}
		});
	}
}
