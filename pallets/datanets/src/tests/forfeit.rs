//! What is lost of a bond, for any bond.

use crate::types::forfeit;
use openledger_primitives::{judgement::Fault, Balance};
use proptest::prelude::*;
use sp_core::U256;

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
fn forfeit_does_not_overflow_when_the_bond_is_the_greatest() {
	let third = u128::MAX / 3;
	assert_eq!(u128::MAX % 3, 0);
	assert_eq!(forfeit(u128::MAX, Fault::LowQuality), 2 * third);
	assert_eq!(forfeit(u128::MAX, Fault::Poisoned), u128::MAX);
}
