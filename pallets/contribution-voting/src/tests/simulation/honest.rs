//! A network that does business: hundreds of payers, agents and contributors of very different sizes, for years of
//! blocks.

use super::model::{in_open, Dice, Job, Ledger, Network, Who, CAP, DAY, FACTOR, HOUR, OPEN, YEAR};
use openledger_primitives::{money::DEFAULT_SPLIT, weight::capped, Balance};
use std::{collections::BTreeMap, sync::OnceLock};

const PAYERS: u32 = 400;
const AGENTS: u32 = 40;
const MODELS: u32 = 60;
const BASES: u32 = 8;
const CONTRIBUTORS: u32 = 600;
/// What all payers mean to pay in a year.
const VOLUME: Balance = 10_000_000 * OPEN;
const WEEK: u64 = 7 * 24;

/// Accounts of the network, by what they do.
fn agent(number: usize) -> Who {
	1_000 + number as Who
}

fn model(number: usize) -> Who {
	2_000 + number as Who
}

fn base(number: usize) -> Who {
	3_000 + number as Who
}

fn contributor(number: usize) -> Who {
	4_000 + number as Who
}

/// Somebody who pays some agents once a week each.
struct Payer {
	yearly: Balance,
	agents: Vec<usize>,
	hour: u64,
	bonded: bool,
}

/// What there is to choose from, by how much it is in demand.
struct Market {
	agents: Vec<f64>,
	models: Vec<f64>,
	bases: Vec<f64>,
	contributors: Vec<f64>,
}

impl Market {
	fn new(dice: &mut Dice) -> Self {
		let mut sizes = |many, exponent| (0..many).map(|_| dice.pareto(exponent)).collect();
		Self {
			agents: sizes(AGENTS, 1.5),
			models: sizes(MODELS, 1.5),
			bases: sizes(BASES, 2.0),
			contributors: sizes(CONTRIBUTORS, 1.3),
		}
	}

	fn job(&self, dice: &mut Dice, payer: Who, fee: Balance, weighs: bool) -> Job {
		let models = (model(dice.pick(&self.models)), base(dice.pick(&self.bases)));
		let row = |_| (contributor(dice.pick(&self.contributors)), 1 + (dice.next() % 200) as i64);
		Job { payer, fee, weighs, models, data: (0..4).map(row).collect() }
	}
}

/// Payers whose volumes are heavy-tailed. Of those who are not bonded, `bonded` (in percent) says how much they pay.
fn payers(dice: &mut Dice, market: &Market, bonded: u64) -> Vec<Payer> {
	let sizes: Vec<f64> = (0..PAYERS).map(|_| dice.pareto(1.2)).collect();
	let sum: f64 = sizes.iter().sum();
	let mut of_bonded = 0.0;
	let mut so_far = 0.0;
	let payer = |size: f64| {
		so_far += size;
		// Large and small ones alike, as long as those who are bonded pay no more than their part.
		let bonded = (of_bonded + size) * 100.0 <= so_far * bonded as f64 + 1e-6;
		of_bonded += if bonded { size } else { 0.0 };
		let mut agents: Vec<_> = (0..1 + dice.next() % 4).map(|_| dice.pick(&market.agents)).collect();
		agents.sort_unstable();
		agents.dedup();
		let yearly = (VOLUME as f64 * size / sum) as Balance;
		Payer { yearly, agents, hour: dice.next() % WEEK, bonded }
	};
	sizes.into_iter().map(payer).collect()
}

/// What a year of business has come to.
#[derive(Clone)]
pub(super) struct Business {
	/// V: what was paid within the last 365 days.
	pub(super) volume: Balance,
	/// Of this, what payers paid who had bonded.
	pub(super) bonded: Balance,
	/// What all weigh at the end.
	pub(super) weight: Balance,
	/// The same at the end of each day, from the first on.
	pub(super) daily: Vec<Balance>,
	pub(super) network: Network,
	/// The bonds of the payers.
	pub(super) bonds: Balance,
}

impl Business {
	/// What those vote with who weigh `weight` in all, if the cap takes what is too much, and `total` is what all weigh.
	pub(super) fn castable(&self, total: Balance) -> Balance {
		self.network.accounts.keys().map(|who| capped(self.network.weight(*who), total, CAP)).sum()
	}

	/// What they all vote with beside somebody who has a fifth of the votes, spread over many accounts. Its weight raises the
	/// cap, which is a part of all weight.
	pub(super) fn votes(&self) -> Balance {
		(0..30).fold(self.weight, |votes, _| self.castable(self.weight + votes / 4))
	}
}

/// Goes on for `years`, from nothing, with so much (in percent) of the volume bonded.
pub(super) fn do_business(seed: u64, years: u64, bonded: u64) -> Business {
	let mut dice = Dice(seed);
	let market = Market::new(&mut dice);
	let payers = payers(&mut dice, &market, bonded);
	let mut network = Network::new(DEFAULT_SPLIT, FACTOR);
	for (who, payer) in (0..).zip(&payers).filter(|(_, payer)| payer.bonded) {
		network.bond(who, payer.yearly * 3);
	}
	let mut queues: BTreeMap<usize, Vec<Job>> = BTreeMap::new();
	let (mut daily, mut before) = (vec![], Ledger::default());
	for hour in 0..years * YEAR / HOUR {
		network.now = hour * HOUR;
		if network.now == (years - 1) * YEAR {
			before = network.ledger;
		}
		for (who, payer) in (0..).zip(&payers).filter(|(_, payer)| payer.hour == hour % WEEK) {
			for agent in &payer.agents {
				let usual = payer.yearly as f64 * WEEK as f64 * HOUR as f64 / YEAR as f64 / payer.agents.len() as f64;
				let fee = (usual * (0.5 + dice.unit())) as Balance;
				queues.entry(*agent).or_default().push(market.job(&mut dice, who, fee, payer.bonded));
			}
		}
		// Every agent settles once a day.
		for number in (0..AGENTS as usize).filter(|number| *number as u64 % 24 == hour % 24) {
			if let Some(jobs) = queues.remove(&number) {
				network.batch(agent(number), &jobs).unwrap();
			}
		}
		if (network.now + HOUR).is_multiple_of(DAY) {
			network.now += HOUR;
			daily.push(network.total());
		}
	}
	network.now = years * YEAR;
	let (volume, bonded) = (network.ledger.fees - before.fees, network.ledger.weighing - before.weighing);
	Business { volume, bonded, weight: network.total(), daily, bonds: network.locked(), network }
}

/// A year in which all are bonded: the first year of the network, at whose end it weighs a little less than it will
/// later, which suits the attacker.
pub(super) fn first_year() -> &'static Business {
	static YEAR: OnceLock<Business> = OnceLock::new();
	YEAR.get_or_init(|| do_business(1, 1, 100))
}

#[test]
fn an_honest_network_comes_to_weigh_what_the_closed_form_says() {
	let young = first_year();
	assert_eq!(young.daily.len(), 365);
	let grown = do_business(1, 4, 100);
	for (years, business) in [(1, young), (4, &grown)] {
		let (volume, weight) = (in_open(business.volume), in_open(business.weight));
		println!(
			"after {years} years: V {volume:.0}, weight {weight:.0} ({:.4} % of V), can be voted with {:.1} % ({:.1} % beside a wash trader), bonds {:.2} V",
			weight / volume * 100.0,
			in_open(business.castable(business.weight)) / weight * 100.0,
			in_open(business.votes()) / weight * 100.0,
			in_open(business.bonds) / volume
		);
		let accounts = business.network.accounts.values();
		let mut weights: Vec<_> = accounts.map(|held| held.now(business.network.now).slow).collect();
		weights.sort_unstable();
		let top: Balance = weights.iter().rev().take(10).sum();
		println!("  {} accounts weigh; the first ten {:.0} %", weights.len(), in_open(top) / weight * 100.0);
	}
	// A twentieth of the fees, for as long as the fast average remembers: 7 days / ln 2.
	let steady = 0.05 * 7.0 / std::f64::consts::LN_2 / 365.0;
	let of = |business: &Business| in_open(business.weight) / in_open(business.volume) / steady;
	assert!((0.97..1.03).contains(&of(&grown)), "{}", of(&grown));
	assert!((0.91..0.96).contains(&of(young)), "{}", of(young));
	// What the accounts weigh adds up to the total, but for roundings.
	let sum: Balance = young.network.accounts.keys().map(|who| young.network.weight(*who)).sum();
	assert!(sum.abs_diff(young.weight) < 1_000_000_000, "{sum} and {}", young.weight);
}

#[test]
fn where_half_of_the_volume_is_bonded_half_of_it_counts() {
	let half = do_business(1, 1, 50);
	let (all, part) = (in_open(first_year().weight), in_open(half.weight));
	let bonded = in_open(half.bonded) / in_open(half.volume);
	println!(
		"{:.1} % of V are bonded: the network weighs {:.1} % of what it could",
		bonded * 100.0,
		part / all * 100.0
	);
	assert!((0.4..0.55).contains(&bonded));
	// Within what a year of chance does.
	assert!((part / all / bonded - 1.0).abs() < 0.1);
}
