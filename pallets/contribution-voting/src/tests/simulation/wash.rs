//! The wash trader: payers, agents, models and data in one hand, with 30 % of the stake. Its fees come back, but for what
//! is burnt and what goes to treasury, auditors and other stakers. What does it spend and lock for a fifth of all weight, or of
//! what can be voted with?

use super::{
	honest::first_year,
	model::{in_open, Batch, Bond, Job, Network, Who, DAY, FACTOR, MATURITY, MIN_BOND, OPEN, SLOW, YEAR},
};
use openledger_primitives::{
	money::{proportion, FeeSplit, DEFAULT_SPLIT},
	weight::{decayed, Weight},
	Balance,
};

/// When it pays.
#[derive(Clone, Copy, Debug)]
enum Pace {
	/// The same each day of the year.
	Constant,
	/// More each day of the year.
	Ramp,
	/// The same each day of so many, and nothing after.
	Pump(u64),
}

/// Through whom.
#[derive(Clone, Copy, Debug)]
struct Crowd {
	payers: u32,
	agents: u32,
	/// Whether one bond answers for all payers, or each has its own.
	sponsored: bool,
}

const ALONE: Crowd = Crowd { payers: 1, agents: 1, sponsored: false };
const SPREAD: Crowd = Crowd { payers: 1, agents: 20, sponsored: false };
const CROWD: Crowd = Crowd { payers: 40, agents: 20, sponsored: false };
const SPONSORED: Crowd = Crowd { payers: 40, agents: 20, sponsored: true };

const GATEWAY: Who = 9_999;

impl Crowd {
	fn bonds(&self) -> u32 {
		if self.sponsored {
			1
		} else {
			self.payers
		}
	}

	fn guarantor(&self, payer: Who) -> Who {
		if self.sponsored {
			GATEWAY
		} else {
			payer
		}
	}
}

/// Days, and the part of all fees that is paid on each, so that the last is `wait` days before the end of the year.
fn schedule(pace: Pace, wait: u64) -> Vec<(u64, f64)> {
	let end = 365 - wait;
	let days: Vec<(u64, f64)> = match pace {
		Pace::Constant => (0..end).map(|day| (day, 1.0)).collect(),
		Pace::Ramp => (0..end).map(|day| (day, day as f64)).collect(),
		Pace::Pump(days) => (end - days..end).map(|day| (day, 1.0)).collect(),
	};
	let sum: f64 = days.iter().map(|(_, part)| part).sum();
	days.into_iter().map(|(day, part)| (day, part / sum)).collect()
}

/// Who is the crowd's `number`th agent, and who owns its model and its data.
fn business(number: u32) -> (Who, Who, Who) {
	(10_000 + number, 20_000 + number, 30_000 + number)
}

/// Pays `fees` in all, of which every payer pays every agent its part. `None` if a bond is too small.
fn play(crowd: Crowd, days: &[(u64, f64)], fees: Balance, bond: Balance, factor: u128) -> Option<Network> {
	let mut network = Network::new(DEFAULT_SPLIT, factor);
	for payer in 0..crowd.payers {
		network.bonds.entry(crowd.guarantor(payer)).or_insert_with(|| Bond::new(bond));
		network.sponsors.insert(payer, crowd.guarantor(payer));
	}
	for (day, part) in days {
		network.now = day * DAY;
		let fee = (fees as f64 * part / f64::from(crowd.payers * crowd.agents)) as Balance;
		for (agent, model, data) in (0..crowd.agents).map(business) {
			let jobs: Vec<_> = (0..crowd.payers).map(|payer| Job::plain(payer, fee, model, data)).collect();
			network.batch(agent, &jobs).ok()?;
		}
	}
	network.now = YEAR;
	Some(network)
}

/// The least bond with which each of the crowd's bonds has room. All are alike, so one is looked at.
fn least_bond(crowd: Crowd, days: &[(u64, f64)], fees: Balance, factor: u128) -> Balance {
	let has_room = |locked: Balance| {
		let mut bond = Bond::new(locked);
		let each = fees as f64 * 0.05 / f64::from(crowd.payers * crowd.agents);
		// A planck more, for what is rounded.
		let weight = |part: &f64| (each * part) as Balance + 1;
		let times = crowd.payers / crowd.bonds();
		days.iter().all(|(day, part)| {
			let mut pay = |agent| (0..times).all(|_| bond.reserve(day * DAY, agent, weight(part), factor));
			(0..crowd.agents).all(&mut pay)
		})
	};
	let (mut least, mut most) = (MIN_BOND, MIN_BOND);
	while !has_room(most) {
		(least, most) = (most, most * 2);
	}
	while most - least > most / 1_000_000 {
		let middle = least + (most - least) / 2;
		(least, most) = if has_room(middle) { (least, middle) } else { (middle, most) };
	}
	most
}

/// What it takes.
#[derive(Debug)]
struct Price {
	spent: Balance,
	/// Of the bonds, what cannot be taken back when the poll is submitted.
	at_poll: Balance,
	/// The bonds.
	locked: Balance,
}

impl Price {
	fn sum(&self) -> Balance {
		self.spent + self.at_poll
	}
}

/// The price of a fifth at the end of the year: of all weight if `others` is what all others weigh, and of the votes if it
/// is what they vote with.
fn price(pace: Pace, crowd: Crowd, wait: u64, others: Balance, factor: u128) -> Price {
	let days = schedule(pace, wait);
	let trial = 1_000_000 * OPEN;
	let unbounded = play(crowd, &days, trial, Balance::MAX / 4, 1).unwrap();
	// A fifth of all is a quarter of the others'.
	let fees = proportion(trial, others / 4 + OPEN / 1_000, unbounded.total()).unwrap();
	let bond = least_bond(crowd, &days, fees, factor);
	let network = play(crowd, &days, fees, bond, factor).unwrap();
	let weight = network.total();
	assert!(weight * 5 >= weight + others && weight * 4 < others + OPEN, "a fifth and not much more");
	Price { spent: network.lost(), at_poll: network.bound_up(), locked: network.locked() }
}

/// The days to wait after the last payment until the price is lowest, if the number of agents is no matter.
fn best_wait(pace: Pace, factor: u128) -> u64 {
	let cost = |wait: u64| {
		let (mut weight, mut given, mut last) = (Weight::default(), 0.0, 0);
		for (day, part) in schedule(pace, wait) {
			weight = weight.roll(&MATURITY, (day - last) * DAY).mint((part * 1e24) as Balance);
			given = given * (-((day - last) as f64) / 90.0).exp2() + part;
			last = day;
		}
		let slow = weight.roll(&MATURITY, YEAR - last * DAY).slow as f64;
		let given = given * (-((365 - last) as f64) / 90.0).exp2();
		(given * factor as f64 + lost_for_weight(&DEFAULT_SPLIT)) / slow
	};
	let most = if let Pace::Pump(days) = pace { 365 - days } else { 150 };
	(0..=most.min(150)).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap()
}

/// What of a fee does not come back, for each planck that is burnt.
fn lost_for_weight(split: &FeeSplit) -> f64 {
	let reserved = split.reserve(1_000_000).unwrap();
	let back = reserved.payouts + reserved.stakers * 3 / 10;
	(1_000_000 - back) as f64 / reserved.burn as f64
}

/// The lowest price of a fifth by any schedule, in planck: what is spent, what is locked at the poll, and the days since
/// the payment. `others` is what all others weigh, or what they vote with.
///
/// Weight, what bonds have given and what is spent are all sums over payments. So whatever is paid when, the price of a
/// planck of weight is a mean of those of single payments, and not lower than that of the best one. Pairs are not
/// discounted: the crowd is as large as it likes.
fn lowest_price(others: Balance, split: &FeeSplit, factor: u128) -> (f64, f64, u64) {
	const MINTED: Balance = 1_000_000 * OPEN;
	let price = |days: u64| {
		let weight = Weight::default().mint(MINTED).roll(&MATURITY, days * DAY).slow as f64;
		let locked = (decayed(MINTED, days * DAY, SLOW) * factor) as f64;
		let spent = MINTED as f64 * lost_for_weight(split);
		let times = others as f64 / 4.0 / weight;
		(spent * times, locked * times, days)
	};
	(1..=730).map(price).min_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1))).unwrap()
}

/// The same as a part of the volume `volume`.
pub(super) fn lowest_part(others: Balance, volume: Balance, split: &FeeSplit, factor: u128) -> f64 {
	let (spent, locked, _) = lowest_price(others, split, factor);
	(spent + locked) / volume as f64
}

#[test]
fn a_wash_trader_gets_all_but_thirteen_and_a_half_percent_back() {
	let days = schedule(Pace::Constant, 0);
	let network = play(CROWD, &days, 1_000_000 * OPEN, Balance::MAX / 64, 1).unwrap();
	let part = in_open(network.lost()) / in_open(network.ledger.fees);
	// Burnt 5, treasury 3, auditors 2, and 70 % of the stakers' 5.
	assert!((part - 0.135).abs() < 1e-9, "{part}");
	assert!((lost_for_weight(&DEFAULT_SPLIT) - 2.7).abs() < 1e-9);
	// Everything that is burnt mints: it pays nobody else.
	let minted = |held: &super::model::Held| in_open(held.now(YEAR).slow);
	let sum: f64 = network.accounts.values().map(minted).sum();
	assert!((sum / in_open(network.total()) - 1.0).abs() < 1e-9);
}

#[test]
fn a_fifth_takes_a_quarter_of_the_honest_volume() {
	let honest = first_year();
	// All weight, and what of it can be voted with.
	for (of, others, bound) in [("weight", honest.weight, 0.305), ("votes", honest.votes(), 0.265)] {
		let (spent, locked, days) = lowest_price(others, &DEFAULT_SPLIT, FACTOR);
		let volume = honest.volume as f64;
		let lowest = (spent + locked) / volume;
		println!(
			"{of}, lowest price: a payment {days} days before, {lowest:.4} V; locked alone {:.4}",
			locked / volume
		);
		assert!(lowest > bound, "{lowest}");
		let pumps = [1, 7, 14, 30, 90, 180].map(Pace::Pump);
		let plans = [ALONE, SPREAD, CROWD, SPONSORED].map(|crowd| (Pace::Constant, crowd));
		let more = [(Pace::Ramp, SPREAD), (Pace::Pump(14), ALONE), (Pace::Pump(14), SPONSORED)];
		for (pace, crowd) in plans.into_iter().chain(more).chain(pumps.map(|pump| (pump, SPREAD))) {
			let wait = best_wait(pace, FACTOR);
			for wait in if matches!(pace, Pace::Constant) { vec![0, wait] } else { vec![wait] } {
				let price = price(pace, crowd, wait, others, FACTOR);
				let part = |amount| in_open(amount) / in_open(honest.volume);
				println!(
					"{of}, {pace:?}, {wait} days of waiting, {crowd:?}: spent {:.4}, locked at the poll {:.4}, sum {:.4}; most {:.4}",
					part(price.spent),
					part(price.at_poll),
					part(price.sum()),
					part(price.locked),
				);
				assert!(price.sum() as f64 >= lowest * volume * 0.999);
				assert!(price.sum() * 4 >= honest.volume, "{of} {pace:?} {crowd:?}: {price:?}");
				// Who does not take it back early, or is asked while it pays, has more locked.
				assert!(price.locked >= price.at_poll);
			}
		}
	}
}

#[test]
fn it_is_a_fifth_in_one_network_too() {
	let honest = first_year();
	for (pace, crowd) in [(Pace::Pump(30), SPREAD), (Pace::Constant, SPONSORED)] {
		let days = schedule(pace, best_wait(pace, FACTOR));
		let alone = play(crowd, &days, 1_000_000 * OPEN, Balance::MAX / 4, 1).unwrap();
		// What it has of all weight, and of the votes, where it weighs a quarter of `others`.
		let shares = |others: Balance| {
			let fees = proportion(1_000_000 * OPEN, others / 4, alone.total()).unwrap();
			let washed = play(crowd, &days, fees, Balance::MAX / 4, 1).unwrap();
			let mut both = honest.network.clone();
			for (who, held) in &washed.accounts {
				assert!(both.accounts.insert(*who, *held).is_none());
			}
			let total = both.accounts.keys().map(|who| both.weight(*who)).sum::<Balance>();
			let cast = in_open(washed.castable(honest.weight));
			let of_votes = cast / (cast + in_open(honest.castable(total)));
			(in_open(total - honest.weight) / in_open(total), of_votes)
		};
		let (of_weight, of_votes) = shares(honest.weight);
		println!("{pace:?}: 20 % of all weight are {:.1} % of the votes", of_votes * 100.0);
		// No account of the spread-out trader has more than the cap. Some of the honest have, so it casts more.
		assert!((of_weight - 0.2).abs() < 1e-6 && (0.2..0.26).contains(&of_votes), "{of_weight} {of_votes}");
		let (of_weight, of_votes) = shares(honest.votes());
		println!("{pace:?}: {:.1} % of all weight are 20 % of the votes", of_weight * 100.0);
		assert!((of_votes - 0.2).abs() < 1e-6, "{of_votes}");
	}
}

#[test]
fn a_payout_that_is_put_off_gains_nothing_because_its_weight_fades() {
	let honest = first_year();
	let lowest = lowest_part(honest.votes(), honest.volume, &DEFAULT_SPLIT, FACTOR);
	for delay in [0, 30, 90, 180, 300] {
		// What a fifth of the votes costs if there are so many days from the payout to the poll. `fades`: if weight does,
		// until it is paid out.
		let cost = |asleep: u64, fades: bool| {
			let mut network = Network::of_the_protocol();
			network.bond(0, Balance::MAX / 4);
			network.now = (365 - delay - asleep) * DAY;
			let (agent, model, data) = business(0);
			let batch = network.submit(agent, &[Job::plain(0, OPEN * 1_000_000, model, data)]).unwrap();
			network.now += delay * DAY;
			let submitted = if fades { batch.submitted } else { network.now };
			network.distribute(Batch { submitted, ..batch });
			network.now = YEAR;
			let times = in_open(honest.votes()) / 4.0 / in_open(network.total());
			let given = network.bonds[&0].bound_up(network.now, FACTOR);
			times * (in_open(given) + in_open(network.lost())) / in_open(honest.volume)
		};
		let best = |fades| (1..=65).map(|asleep| cost(asleep, fades)).min_by(f64::total_cmp).unwrap();
		let (fades, fresh) = (best(true), best(false));
		println!("paid out after {delay} days: {fades:.4} V; {fresh:.4} V if weight did not fade meanwhile");
		assert!(fades >= lowest * 0.999);
		assert!(delay < 180 || fresh < 0.1);
	}
}
