//! Referenda of the stake chamber decide, and what they may do depends on their track.

#![allow(clippy::unwrap_used)]

mod common;

use frame_support::{
	assert_noop, assert_ok,
	traits::{schedule::DispatchTime, Bounded, StorePreimage},
};
use openledger_runtime::{
	configs::{accounts::ProxyType, origins::Origin, tracks::Tracks},
	constants::{DAYS, OPEN},
	genesis_config_presets::TESTNET_RUNTIME_PRESET,
	Address, Balances, ConvictionVoting, Executive, OriginCaller, Preimage, Proxy, Referenda, Runtime, RuntimeCall,
	RuntimeOrigin, SafeMode, System, Treasury, TxPause,
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_referenda::{ReferendumInfoFor, TracksInfo};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::{traits::BadOrigin, DispatchError};

fn origin(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

/// Submits a referendum for `call` under `power`, pays its deposit and lets `voters` say aye with half of what they have.
fn propose(power: OriginCaller, call: RuntimeCall, voters: &[Sr25519Keyring]) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let proposal = Preimage::bound(call).unwrap();
	let enactment = DispatchTime::After(1);
	assert_ok!(Referenda::submit(origin(Alice), Box::new(power), proposal, enactment));
	assert_ok!(Referenda::place_decision_deposit(origin(Alice), index));
	for voter in voters {
		let vote = AccountVote::Standard {
			vote: Vote { aye: true, conviction: Conviction::Locked1x },
			balance: 500_000 * OPEN,
		};
		assert_ok!(ConvictionVoting::vote(origin(*voter), index, vote));
	}
	index
}

#[test]
fn a_referendum_on_the_root_track_authorises_an_upgrade() {
	common::development().execute_with(|| {
		common::run_to(1);
		let code_hash = sp_core::H256::repeat_byte(7);
		let call = frame_system::Call::<Runtime>::authorize_upgrade { code_hash }.into();
		propose(frame_system::RawOrigin::Root.into(), call, &[Alice, Bob, Charlie]);
		common::run_to(40);
		assert_eq!(System::authorized_upgrade().map(|upgrade| *upgrade.code_hash()), Some(code_hash));
	});
}

#[test]
fn a_referendum_that_nobody_supports_is_rejected_and_the_deposit_comes_back() {
	common::development().execute_with(|| {
		common::run_to(1);
		let call = frame_system::Call::<Runtime>::authorize_upgrade { code_hash: Default::default() }.into();
		let index = propose(frame_system::RawOrigin::Root.into(), call, &[]);
		common::run_to(40);
		assert!(matches!(
			ReferendumInfoFor::<Runtime>::get(index),
			Some(pallet_referenda::ReferendumInfo::Rejected(..))
		));
		assert_ok!(Referenda::refund_decision_deposit(origin(Alice), index));
	});
}

#[test]
fn the_treasurer_track_spends_and_does_nothing_else() {
	common::development().execute_with(|| {
		common::run_to(1);
		let before = Balances::free_balance(Charlie.to_account_id());
		let spend = pallet_treasury::Call::<Runtime>::spend {
			asset_kind: Box::new(()),
			amount: 1_000 * OPEN,
			beneficiary: Box::new(Charlie.to_account_id()),
			valid_from: None,
		};
		propose(Origin::Treasurer.into(), spend.into(), &[Alice, Bob]);
		let upgrade = frame_system::Call::<Runtime>::authorize_upgrade { code_hash: Default::default() };
		propose(Origin::Treasurer.into(), upgrade.into(), &[Alice, Bob]);
		common::run_to(40);
		assert!(System::authorized_upgrade().is_none(), "the treasurer is not root");
		assert_ok!(Treasury::payout(origin(Bob), 0));
		assert_eq!(Balances::free_balance(Charlie.to_account_id()) - before, 1_000 * OPEN);
	});
}

#[test]
fn only_powers_have_tracks() {
	common::development().execute_with(|| {
		common::run_to(1);
		let call: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
		let proposal: Bounded<_, _> = Preimage::bound(call).unwrap();
		let as_alice = OriginCaller::from(frame_system::RawOrigin::Signed(Alice.to_account_id()));
		assert_noop!(
			Referenda::submit(origin(Alice), Box::new(as_alice), proposal, DispatchTime::After(1)),
			pallet_referenda::Error::<Runtime>::NoTrack
		);
	});
}

#[test]
fn tracks_are_sorted_and_shorter_on_a_fast_chain() {
	common::preset(TESTNET_RUNTIME_PRESET).execute_with(|| {
		assert_ok!(<Tracks as TracksInfo<u128, u32>>::check_integrity());
		assert_eq!(Tracks::info(0).unwrap().decision_period, 28 * DAYS);
	});
	common::development().execute_with(|| assert_eq!(Tracks::info(0).unwrap().decision_period, 20));
}

#[test]
fn safe_mode_stops_transfers_and_leaves_votes_and_refutations() {
	common::development().execute_with(|| {
		common::run_to(1);
		let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
			dest: Address::Id(Bob.to_account_id()),
			value: OPEN,
		};
		assert_noop!(SafeMode::force_enter(origin(Alice)), DispatchError::BadOrigin);
		assert_ok!(SafeMode::force_enter(Origin::Emergency.into()));
		let outcome = Executive::apply_extrinsic(common::signed(Alice, transfer.clone())).unwrap();
		assert_eq!(outcome, Err(frame_system::Error::<Runtime>::CallFiltered.into()));
		let note = pallet_preimage::Call::<Runtime>::note_preimage { bytes: b"a proposal".to_vec() };
		assert_ok!(Executive::apply_extrinsic(common::signed(Alice, note)).unwrap());

		assert_ok!(SafeMode::force_exit(Origin::Emergency.into()));
		assert_ok!(Executive::apply_extrinsic(common::signed(Alice, transfer)).unwrap());
	});
}

#[test]
fn a_paused_call_fails_and_the_vital_ones_cannot_be_paused() {
	let name = |pallet: &str, call: &str| (pallet.as_bytes().to_vec(), call.as_bytes().to_vec());
	let bounded = |(pallet, call): (Vec<u8>, Vec<u8>)| (pallet.try_into().unwrap(), call.try_into().unwrap());
	common::development().execute_with(|| {
		common::run_to(1);
		assert_ok!(TxPause::pause(RuntimeOrigin::root(), bounded(name("Balances", "transfer_keep_alive"))));
		let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
			dest: Address::Id(Bob.to_account_id()),
			value: OPEN,
		};
		let outcome = Executive::apply_extrinsic(common::signed(Alice, transfer)).unwrap();
		assert_eq!(outcome, Err(frame_system::Error::<Runtime>::CallFiltered.into()));
		assert_noop!(
			TxPause::pause(RuntimeOrigin::root(), bounded(name("Timestamp", "set"))),
			pallet_tx_pause::Error::<Runtime>::Unpausable
		);
	});
}

#[test]
fn a_proxy_for_staking_moves_no_balance() {
	common::development().execute_with(|| {
		common::run_to(1);
		let bob = Address::Id(Bob.to_account_id());
		assert_ok!(Proxy::add_proxy(origin(Alice), bob.clone(), ProxyType::Staking, 0));
		let act = |call: RuntimeCall| {
			assert_ok!(Proxy::proxy(origin(Bob), Address::Id(Alice.to_account_id()), None, Box::new(call)));
			System::events().last().unwrap().event.clone()
		};
		let transfer = pallet_balances::Call::transfer_allow_death { dest: bob, value: OPEN };
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		assert_eq!(act(transfer.into()), pallet_proxy::Event::ProxyExecuted { result: filtered }.into());
		let bond = pallet_staking::Call::bond { value: 100 * OPEN, payee: pallet_staking::RewardDestination::Staked };
		assert_eq!(act(bond.into()), pallet_proxy::Event::ProxyExecuted { result: Ok(()) }.into());
	});
}

#[test]
fn nobody_signs_as_root() {
	common::development().execute_with(|| {
		assert_noop!(System::set_code(origin(Alice), b"code".to_vec()), BadOrigin);
	});
}
