//! The numbers that those are told who take part: what they say is what the rules do.

use super::{
	model::{in_open, Given, Held, Job, DAY, FACTOR, HOUR, MATURITY, MIN_BOND, OPEN, SLOW},
	payers::{most_yearly, usable_at_once},
};
use openledger_primitives::{money::DEFAULT_SPLIT, payout::settle, weight::Weight, Balance};

/// Asserts that each number is the one that is told, to its last digit.
fn assert_told(told: &[f64], found: &[f64], digit: f64) {
	assert_eq!(told.len(), found.len());
	for (told, found) in told.iter().zip(found) {
		assert!((told - found).abs() <= digit / 2.0, "{told} is told, {found} was found");
	}
}

#[test]
fn a_fee_of_a_hundred_gives_five_by_the_shares_of_those_who_are_paid() {
	let job = Job::plain(1, 100 * OPEN, 3, 4);
	let (_, payouts) = settle(&DEFAULT_SPLIT, &2, [job.divided(&DEFAULT_SPLIT)]).unwrap();
	let found = [2, 3, 4].map(|who| {
		let of = payouts.iter().filter(|payout| payout.account == who);
		in_open(of.map(|payout| payout.weight).sum())
	});
	assert_told(&[1.76, 1.18, 2.06], &found, 0.01);
}

#[test]
fn what_is_minted_today_counts_most_in_a_month() {
	let days = [1, 7, 14, 28, 58, 90, 180, 365];
	let found = days.map(|days| in_open(Weight::default().mint(1_000 * OPEN).roll(&MATURITY, days * DAY).slow));
	println!("of 1,000: {found:.1?}");
	assert_told(&[7.3, 37.7, 54.6, 62.7, 53.7, 42.2, 21.1, 5.1], &found, 0.1);
}

#[test]
fn a_steady_earner_has_half_of_its_later_weight_after_a_quarter() {
	let mut held = Held::default();
	let mut weights = vec![];
	for hour in 0..10 * 365 * 24 {
		let now = hour * HOUR;
		weights.push(in_open(held.now(now).slow));
		// A 24th of what a fee of 1 OPEN burns.
		held.mint(now, OPEN / 20 / 24);
	}
	let last = *weights.last().unwrap();
	let found = [14, 30, 90, 180, 365].map(|days| weights[days * 24] / last * 100.0);
	println!("{found:.1?} %; 1 OPEN of fees a day ends as {last:.4}, which is {:.2} days' weight", last / 0.05);
	assert_told(&[5.0, 14.0, 46.0, 73.0, 93.0], &found, 1.0);
	assert_told(&[0.505, 10.1], &[last, (last * 200.0).round() / 10.0], 0.001);
	let network = last * 10e6 / 365.0;
	println!("10 million OPEN a year weigh {network:.0} OPEN");
	assert_told(&[13_800.0], &[network], 100.0);
}

#[test]
fn a_bond_has_room_for_this_much() {
	let bond = 7_500 * OPEN;
	assert_eq!(bond / FACTOR, 100 * OPEN);
	let at_once = [1, 2, 10, 100].map(|agents| usable_at_once(agents) * 2_000.0);
	let yearly = [1, 2, 10, 100].map(|agents| in_open(most_yearly(bond, agents)));
	println!("a bond of 7,500: at once {at_once:.0?}, in a year {yearly:.0?}");
	assert_told(&[1_460.0, 1_660.0, 1_910.0, 1_990.0], &at_once, 10.0);
	assert_told(&[3_440.0, 4_050.0, 5_040.0, 5_420.0], &yearly, 10.0);
	let least = in_open(most_yearly(MIN_BOND, 1));
	println!("the least bond: {least:.1} a year");
	assert_told(&[46.0], &[least], 1.0);
}

#[test]
fn a_bond_is_free_as_what_it_gave_fades() {
	let mut given = Given::default();
	given.add(0, OPEN);
	let found = [90, 180, 360].map(|days| 100.0 - in_open(given.now(days * DAY)) * 100.0);
	assert_told(&[50.0, 75.0, 94.0], &found, 1.0);
	// Less than a billionth is dust, which needs no bond.
	let dust: Balance = OPEN / 1_000_000_000;
	assert!(given.now(29 * u64::from(SLOW)) > dust && given.now(30 * u64::from(SLOW)) < dust);
}
