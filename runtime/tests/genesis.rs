//! The presets build, and the chain they describe is the one we mean.

#![allow(clippy::unwrap_used)]

mod common;

use openledger_runtime::{
	configs::parameters::dynamic_params::{agents, attribution, credits},
	constants::{EXISTENTIAL_DEPOSIT, OPEN, TOTAL_SUPPLY},
	genesis_config_presets::{get_preset, preset_names, treasury_account, DEVELOPMENT_ACCOUNTS, DEVELOPMENT_ENDOWMENT},
	AccountId, Attribution, Babe, Balances, Grandpa, Runtime, Session, WASM_BINARY,
};
use sp_keyring::Sr25519Keyring;

#[test]
fn every_preset_builds_and_issues_the_whole_supply() {
	for name in preset_names() {
		common::preset(name.as_ref()).execute_with(|| {
			assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
			assert_eq!(TOTAL_SUPPLY, 1_000_000_000 * OPEN);
		});
	}
}

#[test]
fn an_unknown_preset_is_none() {
	assert_eq!(get_preset(&"mainnet".into()), None);
}

#[test]
fn development_endows_the_well_known_accounts_the_pot_and_the_treasury() {
	common::development().execute_with(|| {
		for account in DEVELOPMENT_ACCOUNTS {
			assert_eq!(Balances::free_balance(account.to_account_id()), DEVELOPMENT_ENDOWMENT);
		}
		let given = DEVELOPMENT_ENDOWMENT * DEVELOPMENT_ACCOUNTS.len() as u128;
		assert_eq!(Balances::free_balance(Attribution::pot()), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::free_balance(treasury_account()), TOTAL_SUPPLY - given - EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn development_has_one_validator_with_both_keys() {
	common::development().execute_with(|| {
		let validator: AccountId = Sr25519Keyring::AliceStash.to_account_id();
		assert_eq!(Session::validators(), vec![validator]);
		assert_eq!(Babe::authorities().len(), 1);
		assert_eq!(Grandpa::grandpa_authorities().len(), 1);
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(Sr25519Keyring::Alice.to_account_id()));
	});
}

#[test]
fn development_shortens_the_periods() {
	use frame_support::traits::Get;

	common::development().execute_with(|| {
		assert_eq!(<agents::UnbondingPeriod as Get<u32>>::get(), 20);
		assert_eq!(<attribution::ChallengeWindow as Get<u32>>::get(), 10);
		assert_eq!(<credits::CloseDelay as Get<u32>>::get(), 10);
		// Not set by the preset.
		assert_eq!(<agents::MinStake as Get<u128>>::get(), 100 * OPEN);
	});
}

#[test]
fn the_wasm_runtime_is_there_unless_its_build_was_skipped() {
	assert!(WASM_BINARY.is_some() || option_env!("SKIP_WASM_BUILD").is_some());
}
