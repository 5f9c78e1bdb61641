//! What a transaction costs and who gets it.

#![allow(clippy::unwrap_used)]

mod common;

use codec::Encode;
use openledger_runtime::{
	constants::{MILLI_OPEN, OPEN, TOTAL_SUPPLY},
	Address, Balances, Executive, Runtime, RuntimeCall, TransactionPayment,
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
fn a_fee_goes_to_the_author() {
	common::development().execute_with(|| {
		common::start_first_block();
		let (payer_before, author_before) = (balance(Alice), balance(AliceStash));
		Executive::apply_extrinsic(common::signed(Alice, transfer())).unwrap().unwrap();

		let fee = payer_before - balance(Alice) - OPEN;
		assert!(fee > 0);
		assert_eq!(balance(AliceStash) - author_before, fee);
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
	});
}

#[test]
fn a_fee_is_burnt_when_nobody_authors() {
	use frame_support::traits::{fungible::Balanced, OnUnbalanced};
	use openledger_runtime::configs::money::FeesToAuthor;

	common::development().execute_with(|| {
		let fee = <Balances as Balanced<_>>::withdraw(
			&Alice.to_account_id(),
			OPEN,
			frame_support::traits::tokens::Precision::Exact,
			frame_support::traits::tokens::Preservation::Preserve,
			frame_support::traits::tokens::Fortitude::Polite,
		);
		FeesToAuthor::on_unbalanced(fee.unwrap());
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
