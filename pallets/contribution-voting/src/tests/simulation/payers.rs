//! What bonds ask of those who pay for work: alone, or through a gateway that bonds for many.

use super::model::{in_open, Bond, Dice, Given, DAY, FACTOR, MIN_BOND, OPEN, SLOW, YEAR};
use openledger_primitives::Balance;

/// What a payer with this bond pays at most in a year, the same each week, through so many agents, if all of it is to weigh.
pub(super) fn most_yearly(bond: Balance, agents: u32) -> Balance {
	let has_room = |yearly: Balance| {
		let mut bond = Bond::new(bond);
		let weight = yearly / 20 * 7 / 365 / Balance::from(agents);
		(0..3 * 52).all(|week| (0..agents).all(|agent| bond.reserve(week * 7 * DAY, agent, weight, FACTOR)))
	};
	let (mut least, mut most) = (0, bond * 2);
	while most - least > bond / 1_000_000 {
		let middle = least + (most - least) / 2;
		(least, most) = if has_room(middle) { (middle, most) } else { (least, middle) };
	}
	least
}

/// The part of its room that is of use to who pays so many agents all at once, in many small payments.
pub(super) fn usable_at_once(agents: u32) -> f64 {
	let mut bond = Bond::new(FACTOR * 1_000_000 * OPEN);
	let mut given = 0;
	while (0..agents).all(|agent| bond.reserve(0, agent, OPEN * 10, FACTOR)) {
		given += 10 * OPEN * Balance::from(agents);
	}
	in_open(given) / 1e6
}

/// The least bond of a payer that pays so much a year through so many agents, every week, for three years.
fn least_bond(yearly: Balance, agents: u32, factor: u128) -> Balance {
	let weight = yearly / 20 * 7 / 365 / Balance::from(agents);
	let has_room = |locked: &Balance| {
		let mut bond = Bond::new(*locked);
		(0..3 * 52).all(|week| (0..agents).all(|agent| bond.reserve(week * 7 * DAY, agent, weight, factor)))
	};
	(1..2_000).map(|part| yearly / 500 * part).find(has_room).unwrap()
}

#[test]
fn an_honest_payer_bonds_little_more_than_it_pays_in_a_year() {
	let yearly = 10_000 * OPEN;
	// What a bond has given fades as slowly as it is given: fees · 5 % · (90 days / ln 2) / 365 days.
	let times = |factor: u128| 0.05 * factor as f64 * 90.0 / std::f64::consts::LN_2 / 365.0;
	assert!((times(61) - 1.085).abs() < 0.001 && (times(FACTOR) - 1.334).abs() < 0.001);
	for factor in [61, FACTOR] {
		for agents in [1, 2, 3, 10, 100] {
			let bond = in_open(least_bond(yearly, agents, factor)) / in_open(yearly);
			// In a steady state, x of the room buys x · (1 + x / agents) = 1.
			let each = f64::from(agents);
			let usable = each / 2.0 * ((1.0 + 4.0 / each).sqrt() - 1.0);
			println!(
				"factor {factor}, {agents} agents: a bond of {bond:.2} yearly fees; of its room {:.1} % is of use",
				usable * 100.0
			);
			// Payments are weekly, so it gives a little more than on average just after one.
			assert!((1.0..1.05).contains(&(bond * usable / times(factor))), "{bond}");
		}
	}
}

#[test]
fn who_pays_one_agent_at_once_has_use_of_three_quarters_of_its_room() {
	let [one, ten] = [1, 10].map(usable_at_once);
	println!("at once: {one:.3} of the room through one agent, {ten:.3} through ten");
	// x + x² / 2 agents = 1.
	assert!((one - (3f64.sqrt() - 1.0)).abs() < 0.01 && (ten - (1.2f64.sqrt() - 1.0) * 10.0).abs() < 0.02);
}

#[test]
fn a_gateway_bonds_for_ten_thousand_who_come_and_go() {
	let mut dice = Dice(3);
	let (agents, days) = (20usize, 2 * YEAR / DAY);
	// When each comes, how long it stays, what it pays a day, and the agent that it pays.
	let payers: Vec<(u64, u64, Balance, usize)> = (0..10_000)
		.map(|_| {
			let daily = (dice.pareto(1.5) * 0.1 * OPEN as f64) as Balance;
			(dice.next() % days, 30 + dice.next() % 90, daily, dice.next() as usize % agents)
		})
		.collect();
	let mut alone = vec![Given::default(); payers.len()];
	let mut gateway = Bond::new(Balance::MAX / 4);
	let (mut paid, mut last_year, mut peak) = (0, 0, 0);
	let mut peaks = vec![0; payers.len()];
	for day in 0..days {
		let now = day * DAY;
		for (who, (from, stays, daily, agent)) in payers.iter().enumerate() {
			if (*from..from + stays).contains(&day) {
				paid += daily;
				last_year += if day >= 365 { *daily } else { 0 };
				assert!(gateway.reserve(now, *agent as u32, daily / 20, 1));
				alone[who].add(now, daily / 20);
				peaks[who] = peaks[who].max(alone[who].now(now));
			}
		}
		peak = peak.max(gateway.bound_up(now, FACTOR));
	}
	let now = days * DAY;
	// The room of a bond as large as all money is not surcharged. Through twenty agents, it is by at most a twentieth.
	let together = in_open(peak) * 1.05;
	let each = |given: &Balance| (given * FACTOR).max(MIN_BOND);
	let bonded: Balance = peaks.iter().map(each).sum();
	// Who has gone takes back what it can, but the least bond only when next to nothing is left of what it gave.
	let left: Balance = alone.iter().map(|given| each(&given.now(now))).sum();
	let smallest = peaks.iter().filter(|given| *given * FACTOR < MIN_BOND).count();
	println!(
		"{} OPEN paid in two years, {:.0} in the last; one bond for all: {together:.0} OPEN at most",
		in_open(paid) as u64,
		in_open(last_year)
	);
	println!(
		"  each for itself: {:.0} OPEN bonded, {:.0} still bound up at the end; {smallest} need the least bond",
		in_open(bonded),
		in_open(left)
	);
	assert!(together * 4.0 < in_open(left), "{together}");
	assert!(together < in_open(last_year) * 1.5);
	// A least bond waits for many half-lives.
	assert!(openledger_primitives::weight::decayed(OPEN, 29 * u64::from(SLOW), SLOW) > OPEN / 1_000_000_000);
}
