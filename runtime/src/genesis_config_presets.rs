//! The first block of each kind of chain.

#![warn(missing_docs)]

use crate::{
	configs::consensus::BABE_GENESIS_EPOCH_CONFIG,
	constants::{EXISTENTIAL_DEPOSIT, OPEN, TOTAL_SUPPLY, TREASURY},
	AccountId, Attribution, BabeConfig, Balance, BalancesConfig, InitialParametersConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SudoConfig,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::traits::AccountIdConversion;

/// What each of the well-known development accounts starts with.
pub const DEVELOPMENT_ENDOWMENT: Balance = 1_000_000 * OPEN;

/// The well-known accounts of a development chain.
pub const DEVELOPMENT_ACCOUNTS: [Sr25519Keyring; 12] = [
	Sr25519Keyring::Alice,
	Sr25519Keyring::Bob,
	Sr25519Keyring::Charlie,
	Sr25519Keyring::Dave,
	Sr25519Keyring::Eve,
	Sr25519Keyring::Ferdie,
	Sr25519Keyring::AliceStash,
	Sr25519Keyring::BobStash,
	Sr25519Keyring::CharlieStash,
	Sr25519Keyring::DaveStash,
	Sr25519Keyring::EveStash,
	Sr25519Keyring::FerdieStash,
];

/// The preset called `id`, as a JSON patch of the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET)]
}

/// The account that the treasury pays from.
pub fn treasury_account() -> AccountId {
	TREASURY.into_account_truncating()
}

/// One validator, Alice, who also holds the sudo key; short periods.
///
/// The validator's account is Alice's stash, so that block fees do not show up in Alice's own balance.
fn development() -> Value {
	let alice_keys =
		SessionKeys { babe: Sr25519Keyring::Alice.public().into(), grandpa: Ed25519Keyring::Alice.public().into() };
	let validator = Sr25519Keyring::AliceStash.to_account_id();
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: distribute(DEVELOPMENT_ACCOUNTS.map(Sr25519Keyring::to_account_id), DEVELOPMENT_ENDOWMENT),
		},
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		session: SessionConfig { keys: vec![(validator.clone(), validator, alice_keys)] },
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
		initial_parameters: InitialParametersConfig {
			unbonding_period: Some(20),
			challenge_window: Some(10),
			close_delay: Some(10),
		},
	})
}

/// `amount` for each of `accounts`, the existential deposit for the pot that keeps fees, and the rest of the supply for
/// the treasury.
fn distribute(accounts: impl IntoIterator<Item = AccountId>, amount: Balance) -> Vec<(AccountId, Balance)> {
	let mut balances: Vec<_> = accounts.into_iter().map(|account| (account, amount)).collect();
	let given = amount.saturating_mul(balances.len() as Balance).saturating_add(EXISTENTIAL_DEPOSIT);
	balances.push((Attribution::pot(), EXISTENTIAL_DEPOSIT));
	balances.push((treasury_account(), TOTAL_SUPPLY.saturating_sub(given)));
	balances
}
