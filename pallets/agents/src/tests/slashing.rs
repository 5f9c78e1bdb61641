//! What a proven false claim costs, and who has it.

use super::*;
use crate::Event;
use openledger_primitives::traits::Agents as _;
use sp_runtime::Perbill;

#[test]
fn slash_takes_all_and_divides_it() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::unbond(RuntimeOrigin::signed(1), 200));
		let issuance = Balances::total_issuance();
		assert_eq!(Agents::slash(&1, &4, &[(5, 30), (6, 10)]), Ok(1_000));
		assert_eq!((agent().stake, agent().unbonding.len()), (0, 0));
		assert_eq!(Balances::total_issuance(), issuance - 500);
		assert_eq!(Balances::free_balance(4), 10_250);
		assert_eq!((Balances::free_balance(5), Balances::free_balance(6)), (10_112, 10_037));
		// 100 of its own, and the planck that 112.5 and 37.5 leave.
		assert_eq!(Balances::free_balance(TREASURY), 10_101);
		System::assert_last_event(
			Event::Slashed { agent: 1, challenger: 4, amount: 1_000, burnt: 500, reward: 250, compensation: 149 }
				.into(),
		);
	});
}

#[test]
fn slash_of_a_part_leaves_the_rest_and_takes_the_stake_first() {
	build_and_execute(|| {
		FraudSlash::set(Perbill::from_percent(90));
		registered();
		assert_ok!(Agents::unbond(RuntimeOrigin::signed(1), 150));
		assert_ok!(Agents::unbond(RuntimeOrigin::signed(1), 100));
		assert_eq!(Agents::slash(&1, &4, &[]), Ok(900));
		assert_eq!(agent().stake, 0);
		assert_eq!(agent().unbonding.iter().map(|u| u.amount).collect::<Vec<_>>(), [100]);
		FraudSlash::set(Perbill::one());
	});
}

#[test]
fn shares_that_cannot_be_credited_go_to_the_treasury() {
	build_and_execute(|| {
		registered();
		// There is no account 77, and its share of 7 is below the existential deposit.
		assert_eq!(Agents::slash(&1, &4, &[(77, 50), (5, 950)]), Ok(1_000));
		assert_eq!((Balances::free_balance(77), Balances::free_balance(5)), (0, 10_142));
		assert_eq!(Balances::free_balance(TREASURY), 10_000 + 1_000 - 250 - 142 - 500);
	});
}

#[test]
fn a_slashed_agent_cannot_serve_until_it_bonds_again() {
	build_and_execute(|| {
		registered();
		assert_ok!(Agents::slash(&1, &4, &[]));
		assert_eq!(Agents::expose(&1, 1), Err(crate::Error::<Test>::StakeTooLow.into()));
		assert_ok!(Agents::bond(RuntimeOrigin::signed(1), 100));
		assert_ok!(Agents::expose(&1, 1));
		Agents::release(&1, 1);
	});
}
