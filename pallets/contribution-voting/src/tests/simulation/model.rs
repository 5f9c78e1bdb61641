//! Fees, bonds and weights by the rules of the protocol, without a chain: there are no calls, blocks or storage.

use openledger_primitives::{
	ids::{DatanetId, IndexId, ModelId},
	money::{proportion, FeeSplit, Reserved, DEFAULT_SPLIT},
	payout::{most_weight, settle, Answer, Divided, Royalty, Source},
	weight::{capped, decayed, pair_price, Maturity, Weight},
	Balance, Payout, Pool,
};
use std::collections::BTreeMap;

pub(super) const OPEN: Balance = 1_000_000_000_000_000_000;
/// Blocks, of six seconds.
pub(super) const HOUR: u64 = 600;
pub(super) const DAY: u64 = 24 * HOUR;
pub(super) const YEAR: u64 = 365 * DAY;
pub(super) const SLOW: u32 = 90 * DAY as u32;
pub(super) const MATURITY: Maturity = Maturity::new(7 * DAY as u32, SLOW).unwrap();
/// Parts per million of all weight that one account votes with at most.
pub(super) const CAP: u32 = 20_000;
/// The bond for each planck of weight that it may have given at a time.
pub(super) const FACTOR: u128 = 75;
pub(super) const MIN_BOND: Balance = 100 * OPEN;
pub(super) const LEAST_TOTAL: Balance = 10_000 * OPEN;

pub(super) type Who = u32;

/// SplitMix64.
pub(super) struct Dice(pub u64);

impl Dice {
	pub(super) fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		mixed ^ (mixed >> 31)
	}

	/// At least 0 and less than 1.
	pub(super) fn unit(&mut self) -> f64 {
		(self.next() >> 11) as f64 / (1u64 << 53) as f64
	}

	/// At least 1, and heavy-tailed: the mean of Pareto's with this exponent is exponent / (exponent − 1).
	pub(super) fn pareto(&mut self, exponent: f64) -> f64 {
		(1.0 - self.unit()).powf(-1.0 / exponent)
	}

	/// A position, in proportion to the weight at it.
	pub(super) fn pick(&mut self, weights: &[f64]) -> usize {
		let mut at = self.unit() * weights.iter().sum::<f64>();
		let over = |weight: &f64| {
			at -= weight;
			at < 0.0
		};
		weights.iter().position(over).unwrap_or(weights.len() - 1)
	}
}

pub(super) fn in_open(amount: Balance) -> f64 {
	amount as f64 / OPEN as f64
}

/// A weight as it was in a block.
#[derive(Clone, Copy, Default)]
pub(super) struct Held {
	weight: Weight,
	at: u64,
}

impl Held {
	pub(super) fn now(&self, now: u64) -> Weight {
		self.weight.roll(&MATURITY, now - self.at)
	}

	pub(super) fn mint(&mut self, now: u64, credit: Balance) {
		*self = Self { weight: self.now(now).mint(credit), at: now };
	}
}

/// What was given, and fades.
#[derive(Clone, Copy, Default)]
pub(super) struct Given {
	amount: Balance,
	at: u64,
}

impl Given {
	pub(super) fn now(&self, now: u64) -> Balance {
		decayed(self.amount, now - self.at, SLOW)
	}

	pub(super) fn add(&mut self, now: u64, amount: Balance) {
		*self = Self { amount: self.now(now) + amount, at: now };
	}
}

/// A bond, and what of its room is used up.
#[derive(Clone, Default)]
pub(super) struct Bond {
	pub(super) locked: Balance,
	pub(super) given: Given,
	through: BTreeMap<Who, Given>,
}

impl Bond {
	pub(super) fn new(locked: Balance) -> Self {
		Self { locked, ..Default::default() }
	}

	/// Takes room for `weight` through `agent`. Whether there was enough.
	pub(super) fn reserve(&mut self, now: u64, agent: Who, weight: Balance, factor: u128) -> bool {
		let bound = self.locked / factor;
		let through = self.through.entry(agent).or_default();
		let Some(price) = pair_price(weight, bound, through.now(now)) else { return false };
		if self.given.now(now) + price > bound {
			return false;
		}
		self.given.add(now, price);
		through.add(now, weight);
		true
	}

	/// What cannot be taken back now.
	pub(super) fn bound_up(&self, now: u64, factor: u128) -> Balance {
		self.given.now(now) * factor
	}
}

/// An answer that was paid for.
#[derive(Clone)]
pub(super) struct Job {
	pub(super) payer: Who,
	pub(super) fee: Balance,
	/// Whether it mints weight.
	pub(super) weighs: bool,
	/// The owner of the model, and of its base.
	pub(super) models: (Who, Who),
	/// Who wrote rows that mattered, and their scores.
	pub(super) data: Vec<(Who, i64)>,
}

impl Job {
	/// One whose model and data belong to one account each.
	pub(super) fn plain(payer: Who, fee: Balance, model: Who, data: Who) -> Self {
		Self { payer, fee, weighs: true, models: (model, model), data: vec![(data, 100)] }
	}

	pub(super) fn divided(&self, split: &FeeSplit) -> Divided<Who> {
		let royalty = |account, weight| Royalty { account, model: ModelId(account), weight };
		let source = |(row, (contributor, score)): (usize, &(Who, i64))| Source {
			contributor: *contributor,
			pool: Pool::Retrieval,
			version: (DatanetId(0), 0),
			index: IndexId(0),
			row: row as u32,
			score: *score,
			threshold: 1,
			reputation: 256,
		};
		let answer = Answer {
			fee: self.fee,
			royalties: vec![royalty(self.models.0, 70), royalty(self.models.1, 30)],
			sources: self.data.iter().enumerate().map(source).collect(),
			commons: (self.data[0].0, Some(DatanetId(0))),
		};
		Divided { payer: self.payer, fee: self.fee, weighs: self.weighs, lines: answer.lines(split).unwrap() }
	}
}

/// What went where, in planck.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Ledger {
	pub(super) fees: Balance,
	/// Of these, those of payers that weigh.
	pub(super) weighing: Balance,
	pub(super) payouts: Balance,
	pub(super) stakers: Balance,
	pub(super) burn: Balance,
}

/// The accounts that fees make weigh something.
#[derive(Clone)]
pub(super) struct Network {
	pub(super) now: u64,
	pub(super) split: FeeSplit,
	pub(super) factor: u128,
	pub(super) accounts: BTreeMap<Who, Held>,
	pub(super) total: Held,
	pub(super) bonds: BTreeMap<Who, Bond>,
	/// Whose bond answers for a payer that has none.
	pub(super) sponsors: BTreeMap<Who, Who>,
	pub(super) ledger: Ledger,
}

/// A batch that is to be paid out.
#[derive(Clone)]
pub(super) struct Batch {
	pub(super) submitted: u64,
	pub(super) reserved: Reserved,
	pub(super) payouts: Vec<Payout<Who>>,
	/// The weight that it may mint.
	pub(super) credited: Balance,
}

/// The bond has no room.
#[derive(Debug, PartialEq)]
pub(super) struct NoRoom;

impl Network {
	pub(super) fn new(split: FeeSplit, factor: u128) -> Self {
		Self {
			now: 0,
			split,
			factor,
			accounts: BTreeMap::new(),
			total: Held::default(),
			bonds: BTreeMap::new(),
			sponsors: BTreeMap::new(),
			ledger: Ledger::default(),
		}
	}

	pub(super) fn of_the_protocol() -> Self {
		Self::new(DEFAULT_SPLIT, FACTOR)
	}

	pub(super) fn bond(&mut self, who: Who, amount: Balance) {
		self.bonds.entry(who).or_default().locked += amount;
	}

	/// Settles a batch of `agent` and pays it out at once. Refused if a bond of one of its payers has no room.
	pub(super) fn batch(&mut self, agent: Who, jobs: &[Job]) -> Result<(), NoRoom> {
		let batch = self.submit(agent, jobs)?;
		self.distribute(batch);
		Ok(())
	}

	/// Takes room for a batch.
	pub(super) fn submit(&mut self, agent: Who, jobs: &[Job]) -> Result<Batch, NoRoom> {
		let mut credited = 0;
		for job in jobs.iter().filter(|job| job.weighs) {
			let weight = self.split.reserve(job.fee).unwrap().burn;
			let guarantor = self.sponsors.get(&job.payer).unwrap_or(&job.payer);
			let bond = self.bonds.get_mut(guarantor).ok_or(NoRoom)?;
			if !bond.reserve(self.now, agent, weight, self.factor) {
				return Err(NoRoom);
			}
			credited += weight;
			self.ledger.weighing += job.fee;
		}
		let divided = jobs.iter().map(|job| job.divided(&self.split));
		let (reserved, payouts) = settle(&self.split, &agent, divided).unwrap();
		Ok(Batch { submitted: self.now, reserved, payouts, credited })
	}

	/// Pays a batch out, and mints what is left of its weight: it fades from the submission on, as what bonds gave does.
	pub(super) fn distribute(&mut self, batch: Batch) {
		let Batch { submitted, reserved, payouts, credited } = batch;
		let mut minted = 0;
		for Payout { account, amount, weight } in payouts {
			let most = most_weight(reserved.burn, amount, reserved.payouts).unwrap();
			let weight = weight.min(most).min(credited - minted);
			minted += weight;
			let credit = decayed(weight, self.now - submitted, SLOW);
			self.accounts.entry(account).or_default().mint(self.now, credit);
			self.total.mint(self.now, credit);
			self.ledger.payouts += amount;
		}
		self.ledger.stakers += reserved.stakers;
		self.ledger.burn += reserved.burn;
		self.ledger.fees += reserved.burn + reserved.treasury + reserved.stakers + reserved.auditors + reserved.payouts;
	}

	/// What all weigh.
	pub(super) fn total(&self) -> Balance {
		self.total.now(self.now).slow
	}

	pub(super) fn weight(&self, who: Who) -> Balance {
		self.accounts.get(&who).map_or(0, |held| held.now(self.now).slow)
	}

	/// What all together vote with if each votes, where `others` is weighed by those who are not in here.
	pub(super) fn castable(&self, others: Balance) -> Balance {
		let total = self.total() + others;
		self.accounts.keys().map(|who| capped(self.weight(*who), total, CAP)).sum()
	}

	/// What cannot be taken back of the bonds.
	pub(super) fn bound_up(&self) -> Balance {
		self.bonds.values().map(|bond| bond.bound_up(self.now, self.factor).max(MIN_BOND).min(bond.locked)).sum()
	}

	pub(super) fn locked(&self) -> Balance {
		self.bonds.values().map(|bond| bond.locked).sum()
	}

	/// What the fees have cost somebody who is paid all payouts and has 30 % of the stake that fees are shared by.
	pub(super) fn lost(&self) -> Balance {
		let Ledger { fees, payouts, stakers, .. } = self.ledger;
		fees - payouts - proportion(stakers, 30, 100).unwrap()
	}
}
