//! The first block of each kind of chain.

#![warn(missing_docs)]

use crate::{
	configs::{
		consensus::BABE_GENESIS_EPOCH_CONFIG,
		staking::{fee_pot, reward_pot},
	},
	constants::{EXISTENTIAL_DEPOSIT, OPEN, TOTAL_SUPPLY, TREASURY},
	pace::Pace,
	AccountId, Agents, Attribution, BabeConfig, Balance, BalancesConfig, InitialParametersConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, StakingConfig, Verification,
};
use alloc::vec::Vec;
use frame_support::build_struct_json_patch;
use hex_literal::hex;
use pallet_staking::StakerStatus;
use serde_json::Value;
use sp_core::{ecdsa, ed25519, sr25519};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{traits::AccountIdConversion, Perbill};

/// The name of the preset of the public test network.
pub const TESTNET_RUNTIME_PRESET: &str = "testnet";

/// What each of the well-known development accounts starts with.
pub const DEVELOPMENT_ENDOWMENT: Balance = 1_000_000 * OPEN;

/// The contribution weight from which the contribution chamber of a development chain is asked: that of an answer or two.
pub const DEVELOPMENT_TOTAL: Balance = OPEN / 1_000_000;

/// What each validator of genesis bonds.
pub const VALIDATOR_BOND: Balance = 100_000 * OPEN;

/// What a validator of the test network has besides its bond, for fees.
const VALIDATOR_CHANGE: Balance = 100 * OPEN;

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

/// A validator of genesis: the account that bonds, and the keys that sign.
pub struct Validator {
	/// The account whose stake stands behind the keys.
	pub stash: AccountId,
	/// The keys of its node.
	pub keys: SessionKeys,
}

impl Validator {
	/// A validator from public keys. BABE and authority discovery sign with the same one.
	fn new(stash: [u8; 32], babe: [u8; 32], grandpa: [u8; 32], beefy: [u8; 33]) -> Self {
		let keys = SessionKeys {
			babe: sr25519::Public::from_raw(babe).into(),
			grandpa: ed25519::Public::from_raw(grandpa).into(),
			authority_discovery: sr25519::Public::from_raw(babe).into(),
			beefy: ecdsa::Public::from_raw(beefy).into(),
		};
		Self { stash: stash.into(), keys }
	}

	/// A well-known validator, whose BEEFY key `beefy` is the ECDSA key of the same name.
	fn well_known(stash: Sr25519Keyring, babe: Sr25519Keyring, grandpa: Ed25519Keyring, beefy: [u8; 33]) -> Self {
		Self::new(stash.to_raw_public(), babe.to_raw_public(), grandpa.to_raw_public(), beefy)
	}
}

/// The first four well-known validators: Alice, Bob, Charlie and Dave.
///
/// A validator's account is its stash, so that rewards and slashes do not show up in the balance of the name itself.
pub fn development_validators() -> [Validator; 4] {
	use Sr25519Keyring::*;
	[
		Validator::well_known(
			AliceStash,
			Alice,
			Ed25519Keyring::Alice,
			hex!("020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1"),
		),
		Validator::well_known(
			BobStash,
			Bob,
			Ed25519Keyring::Bob,
			hex!("0390084fdbf27d2b79d26a4f13f0ccd982cb755a661969143c37cbc49ef5b91f27"),
		),
		Validator::well_known(
			CharlieStash,
			Charlie,
			Ed25519Keyring::Charlie,
			hex!("0389411795514af1627765eceffcbd002719f031604fadd7d188e2dc585b4e1afb"),
		),
		Validator::well_known(
			DaveStash,
			Dave,
			Ed25519Keyring::Dave,
			hex!("03bc9d0ca094bd5b8b3225d7651eac5d18c1c04bf8ae8f8b263eebca4e1410ed0c"),
		),
	]
}

/// The validators of a rehearsal of the test network, `//testnet//1` to `//testnet//4` under the well-known phrase.
///
/// Everybody knows these keys. Whoever launches a network for others puts the keys of its validators in their place
/// (`chain-specs/README.md`).
pub fn testnet_validators() -> [Validator; 4] {
	[
		Validator::new(
			hex!("36d6cbcd226a27f047f4ea9ff5b73b206849a84997fc3b802c64b72f306b9665"),
			hex!("96efe367a8342a6e3903f847fbb48a3a240c88651b0311ad95241ec73f2b6a12"),
			hex!("6a8dfc17200c5fe06b807785962c5c43aca7e014a3ef2e622edd8246ecb82bcf"),
			hex!("0322e63f1dffc25778e1726443f028d6a10864ce515aaed392b70b93f176b3a5da"),
		),
		Validator::new(
			hex!("8eaa7c8659762ce9496f640359640aa41e71b9c795ecc1d957b3b38e48f5b87a"),
			hex!("7a7739ac2a0bcf55d1e8b4f465e1dbd584ed0cc5a167e47d84ad0fb640cd441a"),
			hex!("936b7c764ccabbda61207497b39f5a1ad9be55c2c6a92a398716c68134cc2d66"),
			hex!("03aaa98cd1cde694a2aa04b5d6a50eb160c4cbf18e60b98893795805ac250f435b"),
		),
		Validator::new(
			hex!("4ee3ef9880c5745873ab27951af10694d615b8e848295074d81e0ef5241e9a07"),
			hex!("d001dd12fdf8b27308a8a61fb8786e3f86961024316a5c1e60d67499b0f5b91b"),
			hex!("eba3f8256fd02f0645d9d8bd5950691ff216859337025fb9d5298384fd0ea8c2"),
			hex!("0295ffe7925b5ac8dd23d9951b7beda812b5e3586cacfcde0c4c66fa1e773aafe5"),
		),
		Validator::new(
			hex!("40d48e96928279a550aa214a4a9b7a6994fa614cc0503644dbc92d95fc0f0214"),
			hex!("74020d2a61ae8269bb8f0129863ada0862783d66c11f2318a936e857b546406c"),
			hex!("5379e71720bc0adc4c0f2638eea135dee1c5176b8b4dd77e18a02dbe99f59c0b"),
			hex!("03a2c0fe5ada8ee93dd825f966740a82908b0ec11777231a65b9f0e5e7f6cccb98"),
		),
	]
}

/// The preset called `id`, as a JSON patch of the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(development_validators().into_iter().take(1)),
		LOCAL_TESTNET_RUNTIME_PRESET => development(development_validators()),
		TESTNET_RUNTIME_PRESET => testnet(testnet_validators()),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	[DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, TESTNET_RUNTIME_PRESET].map(PresetId::from).into()
}

/// The account that the treasury pays from.
pub fn treasury_account() -> AccountId {
	TREASURY.into_account_truncating()
}

/// The accounts that hold money for others, which must exist from the first block on.
fn pots() -> [AccountId; 5] {
	[Attribution::pot(), Agents::pot(), Verification::pot(), fee_pot(), reward_pot()]
}

/// Well-known validators and well-known accounts with funds; short periods.
fn development(validators: impl IntoIterator<Item = Validator>) -> Value {
	let endowed = DEVELOPMENT_ACCOUNTS.map(|account| (account.to_account_id(), DEVELOPMENT_ENDOWMENT));
	let (session, staking) = validate(validators);
	let patch = build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: distribute(endowed) },
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		session: session,
		staking: staking,
		initial_parameters: InitialParametersConfig {
			pace: Pace::Fast,
			unbonding_period: Some(20),
			challenge_window: Some(16),
			close_delay: Some(16),
			least_total: Some(DEVELOPMENT_TOTAL),
		},
	});
	with_sudo(patch)
}

/// `patch`, with Alice as the account that may do everything where the runtime has such a thing.
fn with_sudo(#[allow(unused_mut)] mut patch: Value) -> Value {
	#[cfg(feature = "sudo")]
	if let Some(pallets) = patch.as_object_mut() {
		let key = Sr25519Keyring::Alice.to_account_id();
		pallets.insert("sudo".into(), serde_json::json!({ "key": key }));
	}
	patch
}

/// Validators with their bonds, everything else in the treasury; the periods of a live chain.
fn testnet(validators: impl IntoIterator<Item = Validator>) -> Value {
	let validators: Vec<_> = validators.into_iter().collect();
	let endowed: Vec<_> = validators
		.iter()
		.map(|validator| (validator.stash.clone(), VALIDATOR_BOND.saturating_add(VALIDATOR_CHANGE)))
		.collect();
	let (session, staking) = validate(validators);
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: distribute(endowed) },
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		session: session,
		staking: staking,
		initial_parameters: InitialParametersConfig { pace: Pace::Live },
	})
}

/// The sessions and the stakes of `validators`.
fn validate(validators: impl IntoIterator<Item = Validator>) -> (SessionConfig, StakingConfig) {
	let (keys, stakers): (Vec<_>, Vec<_>) = validators
		.into_iter()
		.map(|Validator { stash, keys }| {
			let staker = (stash.clone(), stash.clone(), VALIDATOR_BOND, StakerStatus::Validator);
			((stash.clone(), stash, keys), staker)
		})
		.unzip();
	let seats = stakers.len() as u32;
	let session = SessionConfig { keys, ..Default::default() };
	let staking = StakingConfig {
		validator_count: seats,
		minimum_validator_count: 1,
		slash_reward_fraction: Perbill::from_percent(10),
		stakers,
		min_nominator_bond: 10 * OPEN,
		min_validator_bond: 10_000 * OPEN,
		max_validator_count: Some(1_000),
		max_nominator_count: Some(50_000),
		..Default::default()
	};
	(session, staking)
}

/// `endowed`, the existential deposit for each of the pots, and the rest of the supply for the treasury.
fn distribute(endowed: impl IntoIterator<Item = (AccountId, Balance)>) -> Vec<(AccountId, Balance)> {
	let mut balances: Vec<_> = endowed.into_iter().collect();
	balances.extend(pots().map(|pot| (pot, EXISTENTIAL_DEPOSIT)));
	let given = balances.iter().fold(0, |sum: Balance, (_, amount)| sum.saturating_add(*amount));
	balances.push((treasury_account(), TOTAL_SUPPLY.saturating_sub(given)));
	balances
}
