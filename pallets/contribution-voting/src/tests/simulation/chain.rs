//! The pallet and the simulation side by side: a day of the simulation is a period of the mock, whose half-lives are
//! 7 and 90 of them.

use super::model::{in_open, Batch, Bond, Job, Network, Who, CAP, DAY, FACTOR, OPEN};
use crate::{mock::*, pallet::*};
use frame_support::{assert_noop, assert_ok, traits::VoteTally};
use openledger_primitives::{traits::Contributions, weight::capped, Balance};
use sp_runtime::{DispatchError, Perbill};

const HONEST: [u64; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const WASHING: [u64; 3] = [11, 12, 13];
const WHALE: u64 = 20;
/// What everybody has; the whale has two thirds of all of it.
const PURSE: Balance = 1_000_000 * OPEN;

/// A chain and a simulation of the same.
struct Both {
	network: Network,
}

impl Both {
	fn new() -> Self {
		BondFactor::set(FACTOR as u32);
		AccountCap::set(Perbill::from_parts(CAP * 1_000));
		for who in 1..20 {
			assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), who, PURSE));
		}
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), WHALE, 40 * PURSE));
		Self { network: Network::of_the_protocol() }
	}

	fn bond(&mut self, who: u64, amount: Balance) {
		assert_ok!(Voting::bond(signed(who), amount));
		self.network.bonds.insert(who as Who, Bond::new(amount));
	}

	fn go_to(&mut self, day: u64) {
		System::set_block_number(day * u64::from(PERIOD));
		self.network.now = day * DAY;
	}

	/// Settles a batch of one payer in both, or in neither.
	fn pay(&mut self, payer: u64, agent: Who, fee: Balance, rows: Vec<(Who, i64)>) -> Result<(), DispatchError> {
		let batch = self.submit(payer, agent, fee, rows)?;
		self.pay_out(batch);
		Ok(())
	}

	/// Takes room for a batch of one payer in both, or in neither.
	fn submit(&mut self, payer: u64, agent: Who, fee: Balance, rows: Vec<(Who, i64)>) -> Result<Batch, DispatchError> {
		let job = Job { data: rows, ..Job::plain(payer as Who, fee, 2_000 + agent, agent) };
		let weight = self.network.split.reserve(fee).unwrap().burn;
		let reserved = <Voting as Contributions<u64>>::reserve(&payer, &agent.into(), weight);
		let batch = self.network.submit(agent, &[job]);
		assert_eq!(reserved.is_ok(), batch.is_ok());
		reserved?;
		Ok(batch.unwrap())
	}

	/// Mints what is left of the weight of a batch, in both.
	fn pay_out(&mut self, batch: Batch) {
		let age = (self.network.now - batch.submitted) / DAY * u64::from(PERIOD);
		let mut left = batch.credited;
		for payout in &batch.payouts {
			let weight = payout.weight.min(left);
			left -= weight;
			mint(payout.account.into(), <Voting as Contributions<u64>>::faded(weight, age));
		}
		self.network.distribute(batch);
	}

	/// Everybody pays for `days` days; the wash traders so much of what the honest do, in percent.
	fn do_business(&mut self, days: core::ops::Range<u64>, washing: Balance) {
		for day in days {
			self.go_to(day);
			for payer in HONEST {
				let agent = 100 + (payer + day) as Who % 6;
				let rows = (0..4).map(|row| (1_000 + (payer as Who * 7 + day as Who + row) % 60, 20 + i64::from(row)));
				assert_ok!(self.pay(payer, agent, OPEN * Balance::from(payer), rows.collect()));
			}
			for payer in WASHING.into_iter().filter(|_| washing > 0) {
				// 36 OPEN a day are paid by the honest.
				let agent = 500 + (payer + day) as Who % 15;
				assert_ok!(self.pay(payer, agent, OPEN * 12 * washing / 100, vec![(6_000 + day as Who % 10, 100)]));
			}
		}
	}

	/// Those who weigh something: the honest, or the wash traders.
	fn accounts(&self, washing: bool) -> Vec<Who> {
		let belongs = |who: &Who| ((500..1_000).contains(who) || (2_500..7_000).contains(who)) == washing;
		self.network.accounts.keys().copied().filter(belongs).collect()
	}

	/// All of them vote. What the simulation says of it.
	fn vote(&self, poll: u32, washing: bool, aye: bool) -> Balance {
		let total = self.network.total();
		let cast = |who: Who| {
			assert_ok!(Voting::vote(signed(who.into()), poll, aye));
			capped(self.network.weight(who), total, CAP)
		};
		self.accounts(washing).into_iter().map(cast).sum()
	}
}

#[test]
fn the_chain_agrees_with_the_simulation_to_the_planck() {
	build_and_execute(|| {
		let mut both = Both::new();
		for payer in HONEST {
			both.bond(payer, 1_000 * OPEN * Balance::from(payer));
		}
		for payer in WASHING {
			both.bond(payer, 2_000 * OPEN);
		}
		both.do_business(1..200, 0);
		// A pump of a month, and six weeks of waiting.
		both.do_business(200..230, 120);
		both.do_business(230..276, 0);
		both.go_to(276);
		let poll = submit(1);
		assert_eq!(tally(poll).total, both.network.total());
		for who in both.network.accounts.keys() {
			let chain = Voting::weight_at_start(&Accounts::<Test>::get(u64::from(*who)).unwrap(), 276).unwrap();
			assert_eq!(chain.slow, both.network.weight(*who), "{who}");
		}
		for (who, bond) in &both.network.bonds {
			assert_eq!(Voting::given_by(&u64::from(*who)), bond.given.now(both.network.now));
		}
		let (ayes, nays) = (both.vote(poll, true, true), both.vote(poll, false, false));
		let counted = tally(poll);
		assert_eq!((counted.ayes, counted.nays), (ayes, nays));
		let share = in_open(both.accounts(true).into_iter().map(|who| both.network.weight(who)).sum())
			/ in_open(both.network.total());
		let approval = VoteTally::<Balance, u16>::approval(&counted, 1);
		println!("wash traders have {:.1} % of all weight, and {approval:?} of the votes", share * 100.0);
		assert!((0.1..0.3).contains(&share));
		assert!(VoteTally::<Balance, u16>::support(&counted, 1) <= Perbill::from_rational(ayes, counted.total));
	});
}

#[test]
fn what_the_wash_trader_takes_back_early_is_what_the_simulation_says() {
	build_and_execute(|| {
		let mut both = Both::new();
		WASHING.into_iter().for_each(|payer| both.bond(payer, 2_000 * OPEN));
		HONEST.into_iter().for_each(|payer| both.bond(payer, 1_000 * OPEN * Balance::from(payer)));
		both.do_business(1..40, 0);
		both.do_business(40..60, 100);
		both.go_to(100);
		for payer in WASHING {
			let bound_up = both.network.bonds[&(payer as Who)].bound_up(both.network.now, FACTOR);
			let free = 2_000 * OPEN - bound_up;
			assert_noop!(Voting::unbond(signed(payer), free + 1), Error::<Test>::BondInUse);
			assert_ok!(Voting::unbond(signed(payer), free));
			assert_eq!(Bonds::<Test>::get(payer), Some(bound_up));
			// What is locked is 75 times the weight that it gave and that still lives, and that is more than what it weighs.
			assert!(in_open(bound_up) > 500.0);
		}
	});
}

#[test]
fn a_payout_that_is_made_late_mints_what_is_left_and_the_bond_outlasts_it() {
	build_and_execute(|| {
		let mut both = Both::new();
		let [prompt, late, _] = WASHING;
		both.bond(prompt, 1_000 * OPEN);
		both.bond(late, 1_000 * OPEN);
		both.go_to(1);
		assert_ok!(both.pay(prompt, 500, 100 * OPEN, vec![(6_000, 100)]));
		let batch = both.submit(late, 510, 100 * OPEN, vec![(6_001, 100)]).unwrap();
		both.go_to(91);
		both.pay_out(batch);
		// After a half-life, half of the 5 OPEN that were burnt. The bonds are as free as each other.
		let fast = |who: Who| both.network.accounts[&who].now(both.network.now).fast;
		let late_weight: Balance = [510, 2_510, 6_001].map(fast).iter().sum();
		assert!(late_weight.abs_diff(OPEN * 5 / 2) < 10, "{late_weight}");
		assert_eq!(Voting::given_by(&prompt), Voting::given_by(&late));
		both.go_to(150);
		for who in both.network.accounts.keys() {
			let chain = Voting::weight_at_start(&Accounts::<Test>::get(u64::from(*who)).unwrap(), 150).unwrap();
			assert_eq!(chain.slow, both.network.weight(*who), "{who}");
		}
		// All that was given is still answered for when it counts.
		let counts: Balance = [510, 2_510, 6_001].map(|who| both.network.weight(who)).iter().sum();
		assert!(counts < Voting::given_by(&late));
	});
}

#[test]
fn a_bond_that_is_too_small_ends_the_pump_where_the_simulation_does() {
	build_and_execute(|| {
		let mut both = Both::new();
		both.bond(WASHING[0], 100 * OPEN);
		let mut days = 0;
		both.go_to(1);
		while both.pay(WASHING[0], 500, OPEN, vec![(6_000, 100)]).is_ok() {
			days += 1;
			both.go_to(1 + days);
		}
		// 100 / 75 of room through one agent, a twentieth of an OPEN a day.
		println!("a bond of 100 OPEN has room for {days} OPEN of fees");
		assert!((20..24).contains(&days));
		both.network.bonds.insert(WASHING[1] as Who, Bond::default());
		let unbonded = both.pay(WASHING[1], 500, OPEN, vec![(6_000, 100)]);
		assert_eq!(unbonded, Err(Error::<Test>::NoGuarantor.into()));
	});
}

#[test]
fn a_whale_that_earns_nothing_neither_passes_nor_blocks_anything() {
	build_and_execute(|| {
		let mut both = Both::new();
		HONEST.into_iter().for_each(|payer| both.bond(payer, 1_000 * OPEN * Balance::from(payer)));
		// More than 40 % of all OPEN, and it bonds all of it.
		assert!(Balances::free_balance(WHALE) * 10 >= Balances::total_issuance() * 4);
		assert_ok!(Voting::bond(signed(WHALE), 39 * PURSE));
		both.do_business(1..100, 0);
		both.go_to(100);
		let (wanted, refused) = (submit(1), submit(1));
		for poll in [wanted, refused] {
			for aye in [true, false] {
				assert_noop!(Voting::vote(signed(WHALE), poll, aye), Error::<Test>::NoWeight);
			}
		}
		both.vote(wanted, false, true);
		assert_eq!(VoteTally::<Balance, u16>::approval(&tally(wanted), 1), Perbill::one());
		assert!(VoteTally::<Balance, u16>::support(&tally(wanted), 1) > Perbill::from_percent(25));
		both.vote(refused, false, false);
		assert_eq!(VoteTally::<Balance, u16>::approval(&tally(refused), 1), Perbill::zero());
	});
}

#[test]
fn a_thousand_accounts_have_the_votes_of_twenty_on_the_chain_too() {
	build_and_execute(|| {
		let mut both = Both::new();
		HONEST.into_iter().for_each(|payer| both.bond(payer, 1_000 * OPEN * Balance::from(payer)));
		both.do_business(1..20, 0);
		let mut votes = [1u64, 20, 1_000].map(|many| (many, 100_000 * many..101_000 * many, 0));
		for (many, accounts, _) in &votes {
			for who in accounts.clone().take(*many as usize) {
				mint(who, OPEN * 10 / Balance::from(*many));
			}
		}
		both.go_to(60);
		let poll = submit(1);
		for (many, accounts, sum) in &mut votes {
			let before = tally(poll).ayes;
			accounts.take(*many as usize).for_each(|who| {
				assert_ok!(Voting::vote(signed(who), poll, true));
			});
			*sum = tally(poll).ayes - before;
		}
		let [one, twenty, thousand] = votes.map(|(.., sum)| sum);
		println!("1: {:.4}, 20: {:.4}, 1,000: {:.4}", in_open(one), in_open(twenty), in_open(thousand));
		assert_eq!(one, capped(Balance::MAX, tally(poll).total, CAP));
		assert!(thousand <= twenty + 1_000 * 8);
	});
}
