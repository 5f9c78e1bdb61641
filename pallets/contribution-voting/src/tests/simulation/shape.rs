//! What time, numbers and other people's batches do to weight.

use super::{
	honest::first_year,
	model::{
		in_open, Bond, Dice, Given, Held, Job, Network, NoRoom, Who, CAP, DAY, FACTOR, HOUR, LEAST_TOTAL, OPEN, SLOW,
		YEAR,
	},
};
use openledger_primitives::{
	money::{proportion, DEFAULT_SPLIT},
	payout::{settle, Divided},
	weight::{capped, decayed},
	Balance, Payout,
};
use std::collections::BTreeMap;

/// The highest that the fast and the slow average get if something is minted each hour for `days`, within two years.
fn peaks(days: u64) -> (Balance, Balance, u64) {
	let mut held = Held::default();
	let (mut fast, mut slow, mut at) = (0, 0, 0);
	for hour in 0..2 * YEAR / HOUR {
		let now = hour * HOUR;
		if now < days * DAY {
			held.mint(now, 100 * OPEN);
		}
		let weight = held.now(now);
		fast = fast.max(weight.fast);
		if weight.slow > slow {
			(slow, at) = (weight.slow, now / DAY);
		}
	}
	(fast, slow, at)
}

#[test]
fn a_pump_of_two_weeks_peaks_below_fifteen_percent_of_its_unmatured_weight() {
	let (steady, ..) = peaks(2 * YEAR / DAY);
	for (days, bound) in [(3, 0.08), (7, 0.1), (14, 0.15), (30, 0.25), (90, 0.5), (180, 0.8)] {
		let (fast, slow, at) = peaks(days);
		let (of_fast, of_steady) = (in_open(slow) / in_open(fast), in_open(slow) / in_open(steady));
		println!(
			"{days} days: fast peaks at {:.1} %, slow at {:.1} % of a steady earner's, on day {at}: {:.1} % of its fast peak",
			in_open(fast) / in_open(steady) * 100.0,
			of_steady * 100.0,
			of_fast * 100.0
		);
		assert!(of_fast < bound && of_steady <= of_fast, "{days}: {of_fast}");
	}
}

/// The weight after a year of which the same amount is minted each day for each of `many`, in equal parts.
fn split(many: u32, daily: Balance) -> Vec<Balance> {
	let mut accounts = vec![Held::default(); many as usize];
	for day in 0..365 {
		for held in &mut accounts {
			held.mint(day * DAY, daily / Balance::from(many));
		}
	}
	accounts.into_iter().map(|held| held.now(YEAR).slow).collect()
}

#[test]
fn a_thousand_accounts_weigh_no_more_than_twenty() {
	let others = first_year().weight;
	let daily = 300 * OPEN;
	let cast = |many: u32| {
		let weights = split(many, daily);
		let sum: Balance = weights.iter().sum();
		let votes: Balance = weights.iter().map(|weight| capped(*weight, others + sum, CAP)).sum();
		(sum, votes)
	};
	let [(one, voted_by_one), (twenty, by_twenty), (thousand, by_thousand)] = [1, 20, 1_000].map(cast);
	println!(
		"1: weighs {:.3}, votes with {:.3}; 20: {:.3}; 1,000: {:.3}",
		in_open(one),
		in_open(voted_by_one),
		in_open(by_twenty),
		in_open(by_thousand)
	);
	// A few planck a roll and account.
	let rounding = OPEN / 1_000_000_000;
	assert!(thousand <= twenty + rounding && twenty <= one + rounding);
	assert!(by_thousand <= by_twenty + rounding);
	// Below the cap, one account and a thousand weigh the same.
	assert_eq!(by_twenty, twenty);
	assert!(one.abs_diff(thousand) < rounding);
	// Above it, whoever splits has what linear weight would be, and no more; whoever does not has the cap.
	assert_eq!(voted_by_one, capped(one, others + one, CAP));
	assert!(voted_by_one < one / 4);
}

/// The least that so many bonds add up to if each gives its part of `weight` through so many agents.
fn bonds_for(weight: Balance, bonds: u32, agents: u32) -> f64 {
	let part = weight / Balance::from(bonds) / Balance::from(agents);
	let has_room = |locked: Balance| {
		let mut bond = Bond::new(locked);
		(0..10).all(|day| (0..agents).all(|agent| bond.reserve(day * DAY, agent, part / 10, FACTOR)))
	};
	let (mut least, mut most) = (0, weight / Balance::from(bonds) * FACTOR * 4);
	while most - least > most / 1_000_000 {
		let middle = least + (most - least) / 2;
		(least, most) = if has_room(middle) { (least, middle) } else { (middle, most) };
	}
	in_open(most) * f64::from(bonds)
}

#[test]
fn a_thousand_payers_and_bonds_need_as_much_as_twenty() {
	let weight = 1_000 * OPEN;
	let twenty = bonds_for(weight, 20, 20);
	for bonds in [1, 1_000] {
		let many = bonds_for(weight, bonds, 20);
		assert!((many / twenty - 1.0).abs() < 1e-5, "{many} and {twenty}");
	}
	// More agents lessen the discount, down to none: what the lowest price of all schedules takes for granted.
	let [one, thousand] = [1, 1_000].map(|agents| bonds_for(weight, 1, agents));
	// Until the last day, a tenth of it has faded a little.
	let days: f64 = (0..10).map(|day| (-f64::from(day) / 90.0).exp2()).sum();
	let none = in_open(weight) * FACTOR as f64 * days / 10.0;
	println!(
		"bonds for 1,000: {one:.0}, {twenty:.0}, {thousand:.0} through 1, 20, 1,000 agents; {none:.0} undiscounted"
	);
	assert!(thousand > none && thousand > twenty * 0.95 && one > twenty * 1.2);
}

#[test]
fn a_bond_that_is_large_only_for_a_moment_avoids_the_discount() {
	let daily = 100 * OPEN;
	// What a pump of two weeks through one agent leaves locked, and what it would without a discount.
	let locked = |bond: Balance| {
		let (mut bond, mut given) = (Bond::new(bond), Given::default());
		for day in 0..14 {
			assert!(bond.reserve(day * DAY, 1, daily, FACTOR));
			given.add(day * DAY, daily);
		}
		(in_open(bond.bound_up(14 * DAY, FACTOR)), in_open(given.now(14 * DAY) * FACTOR))
	};
	let mut before = f64::MAX;
	for times in [2, 5, 10, 100] {
		let (discounted, plain) = locked(14 * daily * FACTOR * times);
		let surcharge = (discounted / plain - 1.0) * 100.0;
		println!("a bond {times} times what is given through one agent: {surcharge:.2} % more locked, when the rest is taken back");
		assert!(0.0 < surcharge && surcharge < before);
		before = surcharge;
	}
	assert!(before < 0.5);
	// What is given at once is not discounted whatever the bond: nothing was given before it.
	let mut once = Bond::new(daily * FACTOR);
	assert!(once.reserve(0, 1, daily, FACTOR));
	assert_eq!(once.bound_up(0, FACTOR), daily * FACTOR);
}

/// A batch of an honest agent, some of whose payers are bonded. The others pay for rows of the attacker.
fn mixed_batch(bonded: u32, wash: u32) -> Vec<Job> {
	let honest = |payer| Job::plain(payer, OPEN * Balance::from(3 + payer), 2_000, 4_000 + payer % 7);
	let washing = |payer| Job { weighs: false, ..Job::plain(900 + payer, 50 * OPEN, 2_000, 9_000) };
	(0..bonded).map(honest).chain((0..wash).map(washing)).collect()
}

fn weights(jobs: &[Job]) -> BTreeMap<Who, Payout<Who>> {
	let divided: Vec<Divided<Who>> = jobs.iter().map(|job| job.divided(&DEFAULT_SPLIT)).collect();
	let (_, payouts) = settle(&DEFAULT_SPLIT, &1_000, divided).unwrap();
	payouts.into_iter().map(|payout| (payout.account, payout)).collect()
}

#[test]
fn fees_without_a_bond_take_no_weight_from_those_with_one() {
	let (alone, mixed) = (weights(&mixed_batch(40, 0)), weights(&mixed_batch(40, 200)));
	for (who, payout) in &alone {
		assert!(payout.weight.abs_diff(mixed[who].weight) <= 2, "{who}");
		assert!(mixed[who].amount >= payout.amount);
	}
	assert_eq!(mixed[&9_000].weight, 0);
	// If the weight of a batch were shared by what each is paid, the attacker would have this part of it, for nothing.
	let amounts: Balance = mixed.values().map(|payout| payout.amount).sum();
	let stolen = in_open(mixed[&9_000].amount) / in_open(amounts);
	println!("shared by pay, {:.0} % of the weight of the bonded would be the attacker's", stolen * 100.0);
	assert!(stolen > 0.35);
}

#[test]
fn who_is_not_bonded_gives_nothing_whatever_it_says() {
	let mut network = Network::of_the_protocol();
	let mut jobs = mixed_batch(0, 3);
	assert_eq!(network.batch(1_000, &jobs), Ok(()));
	assert_eq!(network.total(), 0);
	jobs.iter_mut().for_each(|job| job.weighs = true);
	assert_eq!(network.batch(1_000, &jobs), Err(NoRoom));
}

#[test]
fn a_bond_alone_weighs_nothing() {
	// 40 % of all OPEN.
	let mut network = first_year().network.clone();
	let before = network.total();
	network.bond(77_777, 400_000_000 * OPEN);
	network.now += YEAR / 2;
	assert_eq!(network.weight(77_777), 0);
	assert!(network.total() < before);
}

#[test]
fn business_that_goes_up_and_down_moves_the_vote_slowly() {
	// Fees of random size at random times, half of them in every second month only.
	let mut dice = Dice(5);
	let (mut steady, mut seasonal) = (Held::default(), Held::default());
	let mut range = (f64::MAX, 0f64);
	for day in 0..4 * 365 {
		let fee = (dice.pareto(2.0) * OPEN as f64) as Balance;
		steady.mint(day * DAY, fee);
		let other = (dice.pareto(2.0) * 2.0 * OPEN as f64) as Balance;
		if day / 30 % 2 == 0 {
			seasonal.mint(day * DAY, other);
		}
		if day > 2 * 365 {
			let part = in_open(seasonal.now(day * DAY).slow) / in_open(steady.now(day * DAY).slow);
			range = (range.0.min(part), range.1.max(part));
		}
	}
	println!("who works every second month weighs {:.2} to {:.2} of who works all the time", range.0, range.1);
	assert!(0.7 < range.0 && range.1 < 1.35);
}

#[test]
fn whoever_constitutes_the_chamber_alone_locks_nine_million() {
	let honest = first_year();
	// What a planck of weight costs at least, in bond and fees: see the wash trader.
	let price = (1..=365)
		.map(|days| {
			let weight = openledger_primitives::weight::Weight::default().mint(OPEN * 1_000_000);
			let slow = in_open(weight.roll(&super::model::MATURITY, days * DAY).slow);
			(in_open(decayed(OPEN * 1_000_000, days * DAY, SLOW) * FACTOR) + 2.7e6) / slow
		})
		.min_by(f64::total_cmp)
		.unwrap();
	assert!((930.0..960.0).contains(&price), "{price}");
	let alone = in_open(LEAST_TOTAL) * price;
	println!("before all weigh 10,000 OPEN nothing passes; for one alone, that is {alone:.0} OPEN spent and locked");
	assert!((9.3e6..9.6e6).contains(&alone));
	let support = |weight: Balance, total: Balance| proportion(weight, 1_000_000, total.max(LEAST_TOTAL)).unwrap();
	for (track, parts) in
		[("small spends", 30_000), ("spends", 50_000), ("policy and root", 100_000), ("half", 500_000)]
	{
		let needed = LEAST_TOTAL * parts / 1_000_000;
		println!("{track}: {:.0} OPEN of weight at least, {:.0} OPEN", in_open(needed), in_open(needed) * price);
		// However much of all weight has faded since, it takes so much to pass it.
		assert!(support(needed - 1, needed - 1) < parts);
		assert_eq!(support(needed, needed), parts);
	}
	let volume = in_open(LEAST_TOTAL) / in_open(honest.weight) * in_open(honest.volume);
	println!("all weigh 10,000 OPEN together after a year in which {volume:.0} OPEN were paid");
	assert!((6_000_000.0..9_000_000.0).contains(&volume));
}
