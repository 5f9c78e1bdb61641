//! The presets build, and the chain they describe is the one we mean.

#![allow(clippy::unwrap_used)]

mod common;

use frame_support::traits::{fungible::Inspect, Get};
use openledger_runtime::{
	configs::{
		parameters::dynamic_params::{agents, attribution, credits},
		staking::{fee_pot, reward_pot},
	},
	constants::{EXISTENTIAL_DEPOSIT, HOURS, OPEN, TOTAL_SUPPLY},
	genesis_config_presets::{
		development_validators, get_preset, preset_names, testnet_validators, treasury_account, Validator,
		DEVELOPMENT_ACCOUNTS, DEVELOPMENT_ENDOWMENT, TESTNET_RUNTIME_PRESET, VALIDATOR_BOND,
	},
	pace::{EpochDuration, Pace, ReportLongevity},
	AccountId, Agents, Attribution, AuthorityDiscovery, Babe, Balances, Beefy, Grandpa, InitialParameters, Session,
	Staking, Verification, WASM_BINARY,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_staking::StakingAccount::Stash;

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
fn development_endows_the_well_known_accounts_the_pots_and_the_treasury() {
	common::development().execute_with(|| {
		for account in DEVELOPMENT_ACCOUNTS {
			assert_eq!(Balances::total_balance(&account.to_account_id()), DEVELOPMENT_ENDOWMENT);
		}
		for pot in [Attribution::pot(), Agents::pot(), Verification::pot(), fee_pot(), reward_pot()] {
			assert_eq!(Balances::free_balance(pot), EXISTENTIAL_DEPOSIT);
		}
		let given = DEVELOPMENT_ENDOWMENT * DEVELOPMENT_ACCOUNTS.len() as u128 + 5 * EXISTENTIAL_DEPOSIT;
		assert_eq!(Balances::free_balance(treasury_account()), TOTAL_SUPPLY - given);
	});
}

#[test]
fn validators_of_genesis_are_bonded_and_have_all_keys() {
	let presets = [
		(DEV_RUNTIME_PRESET, development_validators().into_iter().take(1).collect::<Vec<_>>()),
		(LOCAL_TESTNET_RUNTIME_PRESET, development_validators().into()),
		(TESTNET_RUNTIME_PRESET, testnet_validators().into()),
	];
	for (name, validators) in presets {
		common::preset(name).execute_with(|| {
			let mut stashes: Vec<_> = validators.iter().map(|validator| validator.stash.clone()).collect();
			let mut elected = Session::validators();
			stashes.sort();
			elected.sort();
			assert_eq!(elected, stashes, "{name}");
			assert_eq!(Babe::authorities().len(), validators.len());
			assert_eq!(Grandpa::grandpa_authorities().len(), validators.len());
			assert_eq!(AuthorityDiscovery::authorities().len(), validators.len());
			assert_eq!(Beefy::validator_set().unwrap().len(), validators.len());
			for stash in stashes {
				assert_eq!(Staking::ledger(Stash(stash)).unwrap().active, VALIDATOR_BOND);
			}
		});
	}
}

#[test]
fn the_keys_written_down_are_those_of_the_names() {
	for (validator, name) in development_validators().iter().zip(["Alice", "Bob", "Charlie", "Dave"]) {
		check_keys(validator, &format!("//{name}"));
	}
	for (validator, number) in testnet_validators().iter().zip(1..) {
		check_keys(validator, &format!("//testnet//{number}"));
	}
}

/// Compares the keys of `validator` with those that derive from `path` under the well-known phrase.
fn check_keys(validator: &Validator, path: &str) {
	let sr25519 = sr25519::Pair::from_string(path, None).unwrap().public();
	assert_eq!(validator.keys.babe, sr25519.into());
	assert_eq!(validator.keys.authority_discovery, sr25519.into());
	assert_eq!(validator.keys.grandpa, ed25519::Pair::from_string(path, None).unwrap().public().into());
	assert_eq!(validator.keys.beefy, ecdsa::Pair::from_string(path, None).unwrap().public().into());
	let stash = sr25519::Pair::from_string(&format!("{path}//stash"), None).unwrap().public();
	assert_eq!(validator.stash, AccountId::from(stash));
}

#[test]
fn the_pace_of_the_test_network_is_that_of_a_live_chain() {
	common::preset(TESTNET_RUNTIME_PRESET).execute_with(|| {
		assert_eq!(InitialParameters::pace(), Pace::Live);
		assert_eq!(<EpochDuration as Get<u64>>::get(), u64::from(HOURS));
		// A week, in slots.
		assert_eq!(ReportLongevity::get(), 28 * 6 * u64::from(HOURS));
	});
	common::preset(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		assert_eq!(InitialParameters::pace(), Pace::Fast);
		assert_eq!(<EpochDuration as Get<u64>>::get(), 10);
	});
}

#[test]
fn development_shortens_the_periods() {
	common::development().execute_with(|| {
		assert_eq!(<agents::UnbondingPeriod as Get<u32>>::get(), 20);
		assert_eq!(<attribution::ChallengeWindow as Get<u32>>::get(), 16);
		assert_eq!(<credits::CloseDelay as Get<u32>>::get(), 16);
		// Not set by the preset.
		assert_eq!(<agents::MinStake as Get<u128>>::get(), 100 * OPEN);
	});
}

#[test]
fn the_wasm_runtime_is_there_unless_its_build_was_skipped() {
	assert!(WASM_BINARY.is_some() || option_env!("SKIP_WASM_BUILD").is_some());
}
