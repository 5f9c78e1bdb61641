//! What is lost of a bond, for any bond.

use crate::types::{forfeit, weight_lost};
use openledger_primitives::{judgement::Fault, Balance};
use proptest::prelude::*;
use sp_core::U256;
use sp_runtime::Perbill;

const FAULTS: [Fault; 4] = [Fault::Malformed, Fault::LowQuality, Fault::Copied, Fault::Poisoned];

/// Any bond, among them those where rounding and overflow show.
fn bonds() -> impl Strategy<Value = Balance> {
	prop_oneof![0..=100u128, any::<u128>(), (0..=100u128).prop_map(|less| u128::MAX - less)]
}

/// `bond · part / whole`, rounded up, by arithmetic that cannot overflow.
fn share(bond: Balance, part: u32, whole: u32) -> Balance {
	let whole = U256::from(whole);
	((U256::from(bond) * U256::from(part) + whole - U256::one()) / whole).as_u128()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(4_096))]

	#[test]
	fn forfeit_grows_with_the_gravity_of_the_fault(bond in bonds()) {
		prop_assert!(FAULTS.windows(2).all(|pair| forfeit(bond, pair[0]) <= forfeit(bond, pair[1])));
	}

	#[test]
	fn forfeit_is_never_more_than_the_bond(bond in bonds()) {
		prop_assert!(FAULTS.iter().all(|fault| forfeit(bond, *fault) <= bond));
	}

	#[test]
	fn forfeit_is_nothing_two_thirds_five_sixths_or_all(bond in bonds()) {
		let expected = [0, share(bond, 2, 3), share(bond, 5, 6), bond];
		prop_assert_eq!(FAULTS.map(|fault| forfeit(bond, fault)), expected);
	}

	#[test]
	fn forfeit_is_exact_when_the_bond_is_a_multiple_of_six(sixth in 0..=u128::MAX / 6) {
		let expected = [0, 4 * sixth, 5 * sixth, 6 * sixth];
		prop_assert_eq!(FAULTS.map(|fault| forfeit(6 * sixth, fault)), expected);
	}

	#[test]
	fn weight_lost_is_a_tenth_of_the_part_of_the_bond_and_two_billionths_more_at_most(bond in 1..=u128::MAX, lost: u128) {
		let lost = lost % bond;
		let parts = U256::from(weight_lost(bond, lost).deconstruct()) * U256::from(bond);
		let tenth = U256::from(lost) * U256::from(100_000_000);
		prop_assert!(parts >= tenth && parts - tenth < U256::from(2) * U256::from(bond));
		prop_assert!(weight_lost(bond, bond) == Perbill::from_percent(10));
	}

	#[test]
	fn forfeit_grows_with_the_bond(bond in bonds(), more in bonds()) {
		let more = bond.saturating_add(more);
		prop_assert!(FAULTS.iter().all(|fault| forfeit(bond, *fault) <= forfeit(more, *fault)));
	}
}

/// The bond proper is two thirds: copying costs a quarter more than it, poisoning half.
#[test]
fn forfeit_costs_a_quarter_and_a_half_more_than_the_bond_proper() {
	let (bond, proper) = (1_200, forfeit(1_200, Fault::LowQuality));
	assert_eq!(forfeit(bond, Fault::Copied), proper + proper / 4);
	assert_eq!(forfeit(bond, Fault::Poisoned), proper + proper / 2);
}

#[test]
fn no_weight_is_lost_with_nothing_and_no_more_than_a_tenth_with_more_than_the_bond() {
	assert!(weight_lost(100, 0).is_zero() && weight_lost(0, 0).is_zero() && weight_lost(0, 5).is_zero());
	assert_eq!(weight_lost(100, 101), Perbill::from_percent(10));
	assert_eq!(weight_lost(u128::MAX, u128::MAX), Perbill::from_percent(10));
	assert_eq!(weight_lost(u128::MAX, 1), Perbill::from_parts(1));
}

#[test]
fn forfeit_does_not_overflow_when_the_bond_is_the_greatest() {
	let third = u128::MAX / 3;
	assert_eq!(u128::MAX % 3, 0);
	assert_eq!(forfeit(u128::MAX, Fault::LowQuality), 2 * third);
	assert_eq!(forfeit(u128::MAX, Fault::Poisoned), u128::MAX);
}
