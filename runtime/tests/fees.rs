//! What a transaction costs and who gets it.

#![allow(clippy::unwrap_used)]

mod common;

use codec::Encode;
use openledger_runtime::{
	configs::staking::fee_pot,
	constants::{MILLI_OPEN, OPEN, TOTAL_SUPPLY},
	Address, Balances, Executive, Runtime, RuntimeCall, RuntimeEvent, System, TransactionPayment,
};
use sp_keyring::Sr25519Keyring::{Alice, AliceStash, Bob};

/// A transfer of one OPEN to Bob.
fn transfer() -> RuntimeCall {
	pallet_balances::Call::<Runtime>::transfer_keep_alive { dest: Address::Id(Bob.to_account_id()), value: OPEN }.into()
}

#[test]
fn a_transfer_costs_less_than_a_thousandth() {
	common::development().execute_with(|| {
		let transaction = common::signed(Alice, transfer());
		let length = transaction.encoded_size() as u32;
		let fee = TransactionPayment::query_info(transaction, length).partial_fee;
		assert!((MILLI_OPEN / 4..MILLI_OPEN).contains(&fee), "{fee}");
	});
}

#[test]
fn a_fee_waits_for_the_stakers_and_the_author_has_the_tip() {
	common::development().execute_with(|| {
		common::start_first_block();
		let (payer_before, author_before) = (balance(Alice), balance(AliceStash));
		let waiting_before = Balances::free_balance(fee_pot());
		Executive::apply_extrinsic(common::signed_with_tip(Alice, transfer(), MILLI_OPEN)).unwrap().unwrap();

		let fee = payer_before - balance(Alice) - OPEN - MILLI_OPEN;
		assert!(fee > 0);
		assert_eq!(Balances::free_balance(fee_pot()) - waiting_before, fee);
		assert_eq!(balance(AliceStash) - author_before, MILLI_OPEN);
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
	});
}

#[test]
fn a_tip_of_nothing_pays_nobody() {
	common::development().execute_with(|| {
		common::start_first_block();
		Executive::apply_extrinsic(common::signed(Alice, transfer())).unwrap().unwrap();

		let paid: Vec<_> = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::Balances(pallet_balances::Event::Deposit { who, amount }) => Some((who, amount)),
				_ => None,
			})
			.collect();
		assert!(!paid.is_empty());
		assert!(paid.iter().all(|(who, amount)| *who == fee_pot() && *amount > 0), "{paid:?}");
	});
}

#[test]
fn a_tip_is_burnt_when_nobody_authors() {
	use frame_support::traits::{
		fungible::Balanced,
		tokens::{Fortitude, Precision, Preservation},
		OnUnbalanced,
	};
	use openledger_runtime::configs::money::FeesToStakers;

	common::development().execute_with(|| {
		let take = || {
			let payer = Alice.to_account_id();
			Balances::withdraw(&payer, OPEN, Precision::Exact, Preservation::Preserve, Fortitude::Polite).unwrap()
		};
		FeesToStakers::on_unbalanceds([take(), take()].into_iter());
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY - OPEN);
	});
}

#[test]
fn a_transaction_with_a_wrong_signature_is_refused() {
	common::development().execute_with(|| {
		common::start_first_block();
		let mut transaction = common::signed(Alice, transfer());
		transaction.function = frame_system::Call::<Runtime>::remark { remark: vec![1] }.into();
		assert!(Executive::apply_extrinsic(transaction).is_err());
	});
}

fn balance(account: sp_keyring::Sr25519Keyring) -> u128 {
	Balances::free_balance(account.to_account_id())
}
