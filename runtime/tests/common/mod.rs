//! A development chain in memory.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use codec::Encode;
use frame_support::storage::{storage_prefix, unhashed};
use openledger_runtime::{
	constants::MILLI_SECS_PER_BLOCK, genesis_config_presets, AccountId, Address, Balance, BlockNumber, Executive,
	Header, RuntimeCall, RuntimeGenesisConfig, Signature, SignedPayload, System, TxExtension, UncheckedExtrinsic,
};
use serde_json::Value;
use sp_consensus_babe::{digests::PreDigest, digests::SecondaryPlainPreDigest, BABE_ENGINE_ID};
use sp_genesis_builder::PresetId;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, traits::Header as _, BuildStorage, Digest, DigestItem};

/// The slot of the first block.
const FIRST_SLOT: u64 = 1_000;

/// The state after genesis of the preset called `id`.
pub(crate) fn preset(id: &str) -> TestExternalities {
	let patch = genesis_config_presets::get_preset(&PresetId::from(id)).expect("the preset exists");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	merge(&mut config, serde_json::from_slice(&patch).unwrap());
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("the preset fits the pallets");
	config.build_storage().unwrap().into()
}

/// The state after genesis of a development chain.
pub(crate) fn development() -> TestExternalities {
	preset(sp_genesis_builder::DEV_RUNTIME_PRESET)
}

/// Starts block 1, made by the first validator, and sets its time.
pub(crate) fn start_first_block() {
	start_block(1);
}

/// Ends the running block and starts the next one, until block `number` has started.
pub(crate) fn run_to(number: BlockNumber) {
	while System::block_number() < number {
		next_block(|| ());
	}
}

/// Ends the running block, if there is one, does what is to be done while its events are there, and starts the next one.
pub(crate) fn next_block(between: impl FnOnce()) {
	if System::block_number() > 0 {
		Executive::finalize_block();
	}
	between();
	start_block(System::block_number() + 1);
}

/// Starts block `number`, made by the first validator in the slot of that number, and sets its time.
fn start_block(number: BlockNumber) {
	let slot = FIRST_SLOT + u64::from(number);
	let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot: slot.into() });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())] };
	let parent = System::block_hash(number - 1);
	Executive::initialize_block(&Header::new(number, Default::default(), Default::default(), parent, digest));
	let time = pallet_timestamp::Call::set { now: slot * MILLI_SECS_PER_BLOCK };
	Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time.into())).unwrap().unwrap();
	// These blocks claim their slots without a VRF. This is what the claim of the block before would have left.
	let random = storage_prefix(b"Babe", b"AuthorVrfRandomness");
	unhashed::put(&random, &Some(sp_io::hashing::blake2_256(&number.encode())));
}

/// A transaction of `signer` that never expires and gives no tip.
pub(crate) fn signed(signer: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	signed_with_tip(signer, call, 0)
}

/// A transaction of `signer` that never expires and gives the author `tip`.
pub(crate) fn signed_with_tip(
	signer: Sr25519Keyring,
	call: impl Into<RuntimeCall>,
	tip: Balance,
) -> UncheckedExtrinsic {
	let account: AccountId = signer.to_account_id();
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::Immortal),
		frame_system::CheckNonce::from(System::account_nonce(&account)),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(tip),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	);
	let payload = SignedPayload::new(call.into(), extension).unwrap();
	let signature: Signature = payload.using_encoded(|bytes| signer.sign(bytes)).into();
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, Address::Id(account), signature, extension)
}

/// Puts `patch` over `base`, as RFC 7386 says.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}
