//! Referenda of both chambers decide, and what they may do depends on their track.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod appeals;
mod both;
mod chamber;
#[path = "../common/mod.rs"]
mod common;
mod contribution;

use chamber::{decide, origin, propose_to_stake, support_with_stake};
use frame_support::{
	assert_noop, assert_ok,
	traits::{schedule::DispatchTime, Bounded, StorePreimage},
};
use openledger_runtime::{
	configs::{
		accounts::ProxyType,
		origins::Origin,
		tracks::{contribution::ContributionTracks, stake::StakeTracks},
	},
	constants::{DAYS, OPEN},
	genesis_config_presets::TESTNET_RUNTIME_PRESET,
	pace::{SafeModePeriod, SnapshotPeriod, UndecidingTimeout},
	Address, ContributionReferenda, Executive, OriginCaller, Preimage, Proxy, Referenda, Runtime, RuntimeCall,
	RuntimeOrigin, SafeMode, System, TxPause,
};
use pallet_chambers::{Chamber, Power};
use pallet_referenda::{ReferendumInfoFor, TracksInfo};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{traits::BadOrigin, DispatchError};

#[test]
fn a_referendum_that_nobody_supports_is_rejected_and_the_deposit_comes_back() {
	common::development().execute_with(|| {
		common::run_to(1);
		let call = frame_system::Call::<Runtime>::authorize_upgrade { code_hash: Default::default() }.into();
		let index = propose_to_stake(chamber::assenting(Chamber::Stake, Power::Upgrade), chamber::assent(call));
		decide();
		assert!(matches!(
			ReferendumInfoFor::<Runtime>::get(index),
			Some(pallet_referenda::ReferendumInfo::Rejected(..))
		));
		assert_ok!(Referenda::refund_decision_deposit(origin(Alice), index));
	});
}

#[test]
fn only_powers_have_tracks() {
	common::development().execute_with(|| {
		common::run_to(1);
		let call: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
		let proposal: Bounded<_, _> = Preimage::bound(call).unwrap();
		let after = DispatchTime::After(1);
		let as_alice = OriginCaller::from(frame_system::RawOrigin::Signed(Alice.to_account_id()));
		let root = OriginCaller::from(frame_system::RawOrigin::Root);
		let enact = OriginCaller::from(pallet_chambers::Origin::Enact);
		let of_both = [as_alice, root, enact, Origin::LargeSpender.into(), Origin::Bridge.into()];
		let of_stake = [Origin::ReferendumKiller.into(), chamber::assenting(Chamber::Stake, Power::Root)];
		let of_contribution = [Origin::SmallSpender.into(), chamber::assenting(Chamber::Contribution, Power::Root)];
		for power in of_both.clone().into_iter().chain(of_contribution) {
			assert_noop!(
				Referenda::submit(origin(Alice), Box::new(power), proposal.clone(), after),
				pallet_referenda::Error::<Runtime>::NoTrack
			);
		}
		for power in of_both.into_iter().chain(of_stake) {
			assert_noop!(
				ContributionReferenda::submit(origin(Alice), Box::new(power), proposal.clone(), after),
				pallet_referenda::Error::<Runtime, pallet_referenda::Instance2>::NoTrack
			);
		}
	});
}

#[test]
fn tracks_are_sorted_and_shorter_on_a_fast_chain() {
	common::preset(TESTNET_RUNTIME_PRESET).execute_with(|| {
		assert_ok!(<StakeTracks as TracksInfo<u128, u32>>::check_integrity());
		assert_ok!(<ContributionTracks as TracksInfo<u128, u32>>::check_integrity());
		assert_eq!(StakeTracks::info(0).unwrap().decision_period, 28 * DAYS);
	});
	common::development().execute_with(|| assert_eq!(StakeTracks::info(0).unwrap().decision_period, 20));
}

#[test]
fn weights_are_kept_as_long_as_a_referendum_can_run() {
	use frame_support::traits::Get;
	for preset in [sp_genesis_builder::DEV_RUNTIME_PRESET, TESTNET_RUNTIME_PRESET] {
		common::preset(preset).execute_with(|| {
			let kept: u32 = <Runtime as pallet_contribution_voting::Config>::MaxSnapshots::get();
			let period: u32 = SnapshotPeriod::get();
			let waits: u32 = UndecidingTimeout::get();
			for track in ContributionTracks::tracks() {
				let longest = waits + track.info.decision_period + track.info.confirm_period;
				assert!(longest < (kept - 1) * period, "{}", track.id);
			}
		});
	}
}

#[test]
fn safe_mode_ends_by_itself() {
	common::development().execute_with(|| {
		common::run_to(1);
		let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
			dest: Address::Id(Bob.to_account_id()),
			value: OPEN,
		};
		let enter = pallet_safe_mode::Call::<Runtime>::force_enter {};
		let index = propose_to_stake(Origin::Emergency, enter);
		support_with_stake(index, &[Alice, Bob, Charlie]);
		while !SafeMode::is_entered() {
			assert!(System::block_number() < 40, "the pause was not decided");
			common::run_to(System::block_number() + 1);
		}
		let outcome = Executive::apply_extrinsic(common::signed(Alice, transfer.clone())).unwrap();
		assert_eq!(outcome, Err(frame_system::Error::<Runtime>::CallFiltered.into()));
		let period: u32 = <SafeModePeriod as frame_support::traits::Get<u32>>::get();
		common::run_to(System::block_number() + period + 1);
		assert!(!SafeMode::is_entered());
		assert_ok!(Executive::apply_extrinsic(common::signed(Alice, transfer)).unwrap());
	});
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
