//! A thousand tasks with honest curators, and with those who would rather be paid without looking.

use crate::{mock::*, Curators};
use frame_support::traits::fungible::Inspect;
use openledger_primitives::{
	judgement::{Fault, Gold, Judgement},
	TaskId,
};
use sp_core::H256;
use std::collections::BTreeMap;

const TASKS: u32 = 1_000;
/// What it costs to look at 64 rows, a fifth of the fee.
const EFFORT: i128 = FEE as i128 / 5;
/// Chance of an honest mistake on one item, in thousandths.
const MISTAKES: u64 = 30;

/// What a curator does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Strategy {
	/// Looks at every item and errs now and then.
	Honest,
	/// Says that everything is good.
	Lazy,
	/// One person behind many names, that tosses coins for all of them and says the same under each.
	Sybil,
	/// Commits to what the first member has committed to, and reveals what that member reveals.
	CopyCat,
}

const STRATEGIES: [(Strategy, u64); 4] =
	[(Strategy::Honest, 28), (Strategy::Lazy, 4), (Strategy::Sybil, 4), (Strategy::CopyCat, 4)];

fn strategy(who: u64) -> Strategy {
	let mut place = who - FIRST;
	for (strategy, count) in STRATEGIES {
		match place.checked_sub(count) {
			Some(rest) => place = rest,
			None => return strategy,
		}
	}
	unreachable!("every curator has a strategy")
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		z ^ (z >> 31)
	}

	/// 64 bits, each of them set with a chance of `thousandths`.
	fn bits(&mut self, thousandths: u64) -> u64 {
		(0..64).fold(0, |bits, item| bits | u64::from(self.next() % 1_000 < thousandths) << item)
	}
}

/// One task: three quarters of the rows are good, and half of the gold.
fn play(number: u32, numbers: &mut Numbers, efforts: &mut BTreeMap<Strategy, i128>) {
	let mask = 0xFFu64.rotate_left((numbers.next() % 64) as u32);
	let truth = (numbers.bits(750) & !mask) | (numbers.next() & mask);
	let gold = Gold { mask, good: truth & mask };
	Curation::open_case(signed(ALICE), case(number), seal_gold(gold, ALICE)).unwrap();
	let id = TaskId(crate::NextTask::<Test>::get().0 - 1);
	draw(id);
	let members = members(id);
	let coins = numbers.next();
	let mut said: Vec<(u64, Judgement, H256)> = vec![];
	for who in members {
		let good = match strategy(who) {
			Strategy::Honest => truth ^ numbers.bits(MISTAKES),
			Strategy::Lazy => u64::MAX,
			Strategy::Sybil => coins,
			Strategy::CopyCat => {
				let (_, judgement, seal) = said.first().copied().unwrap_or((who, judgement(u64::MAX), H256::zero()));
				said.push((who, judgement, seal));
				continue;
			}
		};
		*efforts.entry(strategy(who)).or_default() += if strategy(who) == Strategy::Honest { EFFORT } else { 0 };
		let judgement = Judgement { good, fault: Fault::LowQuality };
		said.push((who, judgement, seal(id, who, judgement)));
	}
	for (who, _, seal) in &said {
		Curation::commit(signed(*who), id, *seal).unwrap();
	}
	for (who, judgement, _) in &said {
		// A copied commitment is bound to another's name.
		let revealed = Curation::reveal(signed(*who), id, *judgement, SALT);
		assert_eq!(revealed.is_ok(), strategy(*who) != Strategy::CopyCat);
	}
	if await_gold(id) {
		Curation::reveal_gold(signed(ALICE), id, gold, SALT).unwrap();
	}
	run(WINDOW + 2);
	assert!(!crate::Tasks::<Test>::contains_key(id));
}

#[test]
fn honesty_pays_and_nothing_else_does() {
	let curators: u64 = STRATEGIES.iter().map(|(_, count)| count).sum();
	with_curators(curators as u32, || {
		Balances::force_set_balance(RuntimeOrigin::root(), ALICE, 100 * ENDOWMENT).unwrap();
		let (mut numbers, mut efforts) = (Numbers(7), BTreeMap::new());
		for number in 0..TASKS {
			play(number, &mut numbers, &mut efforts);
		}
		let mut earned = BTreeMap::<Strategy, i128>::new();
		let mut seated = BTreeMap::<Strategy, u32>::new();
		for who in FIRST..FIRST + curators {
			*earned.entry(strategy(who)).or_default() += Balances::total_balance(&who) as i128 - ENDOWMENT as i128;
			let seat = Curators::<Test>::get(NET, who).is_some_and(|curator| curator.seat.is_some());
			*seated.entry(strategy(who)).or_default() += u32::from(seat);
		}
		let net = |strategy| (earned[&strategy] - efforts.get(&strategy).copied().unwrap_or_default()) / FEE as i128;
		let each = |strategy| net(strategy) as f64 / STRATEGIES.iter().find(|(s, _)| *s == strategy).unwrap().1 as f64;
		println!(
			"net in fees, each: {:?}",
			STRATEGIES.map(|(strategy, _)| (strategy, each(strategy), seated[&strategy]))
		);
		// An honest curator nets more than 60 % of the fee of each of its tasks; nobody honest has lost its seat.
		let tasks = efforts[&Strategy::Honest] / EFFORT;
		assert!(net(Strategy::Honest) * 10 > 6 * tasks, "{} fees for {tasks} tasks", net(Strategy::Honest));
		assert_eq!(seated[&Strategy::Honest], 28);
		// The others have lost a quarter of their bonds at least, and all of their seats.
		for strategy in [Strategy::Lazy, Strategy::Sybil, Strategy::CopyCat] {
			assert!(each(strategy) < -(BOND as f64 / FEE as f64) / 4.0, "{strategy:?} nets {}", each(strategy));
			assert_eq!(seated[&strategy], 0, "{strategy:?}");
		}
	});
}
