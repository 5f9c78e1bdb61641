//! A development chain in memory.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use codec::Encode;
use openledger_runtime::{
	constants::MILLI_SECS_PER_BLOCK, genesis_config_presets, AccountId, Address, Executive, Header, RuntimeCall,
	RuntimeGenesisConfig, Signature, SignedPayload, System, TxExtension, UncheckedExtrinsic,
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

/// Starts block 1, made by the only validator, and sets its time.
pub(crate) fn start_first_block() {
	let slot = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot: FIRST_SLOT.into() });
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, slot.encode())] };
	let header = Header::new(1, Default::default(), Default::default(), System::block_hash(0), digest);
	Executive::initialize_block(&header);
	let time = pallet_timestamp::Call::set { now: FIRST_SLOT * MILLI_SECS_PER_BLOCK };
	Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time.into())).unwrap().unwrap();
}

/// A transaction of `signer` that never expires and gives no tip.
pub(crate) fn signed(signer: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
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
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
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
