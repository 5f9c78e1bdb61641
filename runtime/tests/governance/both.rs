//! What needs both chambers.

use crate::{
	chamber::{
		approved, assent, assenting, contributors_vote, decide, earn, origin, propose_to_contributors,
		propose_to_stake, support_with_stake,
	},
	common,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{schedule::DispatchTime, StorePreimage},
};
use openledger_runtime::{
	configs::origins::Origin, constants::OPEN, Balances, Chambers, ContributionReferenda, ContributionVoting, Preimage,
	Referenda, Runtime, RuntimeCall, RuntimeOrigin, System, Treasury,
};
use pallet_chambers::{Chamber, Power};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	DispatchError,
};

const CODE: H256 = H256::repeat_byte(7);

fn upgrade() -> RuntimeCall {
	frame_system::Call::<Runtime>::authorize_upgrade { code_hash: CODE }.into()
}

fn authorised() -> bool {
	System::authorized_upgrade().is_some_and(|upgrade| *upgrade.code_hash() == CODE)
}

/// The stake chamber assents to `call`.
fn stake_assents(power: Power, call: RuntimeCall) {
	let index = propose_to_stake(assenting(Chamber::Stake, power), assent(call));
	support_with_stake(index, &[Alice, Bob, Charlie]);
	decide();
}

/// The contribution chamber assents to `call`.
fn contributors_assent(power: Power, call: RuntimeCall) {
	let index = propose_to_contributors(assenting(Chamber::Contribution, power), assent(call));
	contributors_vote(index, 50, 0);
	decide();
	assert_eq!(approved(index), Some(true));
}

#[test]
fn before_anybody_has_earned_anything_the_stake_chamber_upgrades_alone() {
	common::development().execute_with(|| {
		common::run_to(1);
		assert!(!ContributionVoting::constituted());
		stake_assents(Power::Upgrade, upgrade());
		assert!(authorised());
	});
}

#[test]
fn an_upgrade_needs_both_chambers_in_whatever_order() {
	for stake_first in [true, false] {
		common::development().execute_with(|| {
			common::run_to(1);
			earn(OPEN);
			assert!(ContributionVoting::constituted());
			let chambers = [stake_assents as fn(Power, RuntimeCall), contributors_assent];
			let [first, second] = if stake_first { chambers } else { [chambers[1], chambers[0]] };
			first(Power::Upgrade, upgrade());
			assert!(!authorised(), "one chamber is not enough");
			// The same call under another power is another proposal.
			second(Power::Root, upgrade());
			assert!(!authorised());
			second(Power::Upgrade, upgrade());
			assert!(authorised());
		});
	}
}

#[test]
fn the_track_of_upgrades_is_not_root() {
	common::development().execute_with(|| {
		common::run_to(1);
		let kill: RuntimeCall = frame_system::Call::kill_prefix { prefix: vec![], subkeys: 0 }.into();
		let assenting =
			RuntimeOrigin::from(pallet_chambers::Origin::Assent { chamber: Chamber::Stake, power: Power::Upgrade });
		let proposal = Preimage::bound(kill).unwrap();
		assert_noop!(Chambers::assent(assenting, proposal), pallet_chambers::Error::<Runtime>::NotAllowed);
	});
}

#[test]
fn root_and_the_large_treasury_need_both() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let spend = |amount| {
			RuntimeCall::from(pallet_treasury::Call::<Runtime>::spend {
				asset_kind: Box::new(()),
				amount,
				beneficiary: Box::new(Dave.to_account_id()),
				valid_from: None,
			})
		};
		let before = Balances::free_balance(Dave.to_account_id());
		stake_assents(Power::Treasury, spend(1_000_000 * OPEN));
		assert_noop!(Treasury::payout(origin(Bob), 0), pallet_treasury::Error::<Runtime>::InvalidIndex);
		contributors_assent(Power::Treasury, spend(1_000_000 * OPEN));
		assert_ok!(Treasury::payout(origin(Bob), 0));
		assert_eq!(Balances::free_balance(Dave.to_account_id()) - before, 1_000_000 * OPEN);

		let write = frame_system::Call::<Runtime>::set_storage { items: vec![(b"key".to_vec(), b"value".to_vec())] };
		let written = || frame_support::storage::unhashed::get_raw(b"key") == Some(b"value".to_vec());
		contributors_assent(Power::Root, write.clone().into());
		assert!(!written());
		stake_assents(Power::Root, write.into());
		assert!(written());
	});
}

#[test]
fn either_chamber_delays_once() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		contributors_assent(Power::Upgrade, upgrade());
		let index = propose_to_stake(assenting(Chamber::Stake, Power::Upgrade), assent(upgrade()));
		support_with_stake(index, &[Alice, Bob, Charlie]);
		let hash = BlakeTwo256::hash_of(&upgrade());
		let due = || Chambers::proposal(Power::Upgrade, hash).and_then(|proposal| proposal.due);
		while due().is_none() {
			assert!(System::block_number() < 200, "the stake chamber did not assent");
			common::run_to(System::block_number() + 1);
		}
		let first = due().unwrap();
		for chamber in [Chamber::Contribution, Chamber::Stake] {
			let delay = || Chambers::delay(pallet_chambers::Origin::Delay { chamber }.into(), Power::Upgrade, hash);
			assert_ok!(delay());
			assert_noop!(delay(), pallet_chambers::Error::<Runtime>::AlreadyDelayed);
		}
		assert_eq!(due(), Some(first + 2 * 20));
		common::run_to(first + 2);
		assert!(!authorised());
		common::run_to(first + 41);
		assert!(authorised());
		let as_alice = Chambers::delay(origin(Alice), Power::Upgrade, hash);
		assert_eq!(as_alice, Err(DispatchError::BadOrigin));
	});
}

#[test]
fn the_stake_chamber_ends_no_referendum_of_the_contribution_chamber() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let call = frame_system::Call::<Runtime>::remark { remark: vec![] };
		let index = propose_to_contributors(Origin::FeeSetter, call);
		for power in [Origin::ReferendumKiller, Origin::ReferendumCanceller] {
			assert_noop!(ContributionReferenda::kill(power.into(), index), DispatchError::BadOrigin);
			assert_noop!(ContributionReferenda::cancel(power.into(), index), DispatchError::BadOrigin);
		}
		assert_ok!(ContributionReferenda::cancel(Origin::ContributionCanceller.into(), index));
	});
}

#[test]
fn referenda_of_the_same_number_do_not_stand_in_each_others_way() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let spend = pallet_treasury::Call::<Runtime>::spend {
			asset_kind: Box::new(()),
			amount: OPEN,
			beneficiary: Box::new(Dave.to_account_id()),
			valid_from: None,
		};
		let remark = frame_system::Call::<Runtime>::remark { remark: vec![] };
		// It waits for its decision deposit.
		let victim = pallet_referenda::ReferendumCount::<Runtime>::get();
		let proposal = Preimage::bound(RuntimeCall::from(remark.clone())).unwrap();
		let power = Box::new(Origin::ReferendumCanceller.into());
		assert_ok!(Referenda::submit(origin(Alice), power, proposal, DispatchTime::After(1)));
		propose_to_contributors(Origin::SmallSpender, remark);
		let kill = pallet_referenda::Call::<Runtime>::kill { index: victim };
		let of_contributors = propose_to_contributors(Origin::SmallSpender, spend);
		let of_holders = propose_to_stake(Origin::ReferendumKiller, kill);
		assert_eq!(of_contributors, of_holders);
		contributors_vote(of_contributors, 50, 0);
		support_with_stake(of_holders, &[Alice, Bob, Charlie, Dave]);
		decide();
		assert!(pallet_treasury::Spends::<Runtime>::contains_key(0), "the contributors' decision was carried out");
		let info = pallet_referenda::ReferendumInfoFor::<Runtime>::get(victim);
		assert!(matches!(info, Some(pallet_referenda::ReferendumInfo::Killed(_))), "and so was the holders'");
	});
}

#[test]
fn a_call_that_is_too_long_or_too_deep_is_never_read() {
	use codec::Encode;
	use frame_support::traits::{Bounded, QueryPreimage};
	use openledger_runtime::configs::scheduling::{Calls, MAX_CALL_BYTES};
	common::development().execute_with(|| {
		common::run_to(1);
		let peek = |bytes: Vec<u8>| {
			let (hash, len) = (BlakeTwo256::hash(&bytes), bytes.len() as u32);
			assert_ok!(Preimage::note_preimage(origin(Alice), bytes));
			Calls::peek::<RuntimeCall>(&Bounded::Lookup { hash, len }).map(|(call, _)| call)
		};
		let remark = |bytes| RuntimeCall::from(frame_system::Call::<Runtime>::remark { remark: vec![0; bytes] });
		let most = MAX_CALL_BYTES as usize;
		assert_eq!(peek(remark(most - 6).encode()), Ok(remark(most - 6)));
		assert_eq!(peek(remark(most - 5).encode()), Err(DispatchError::Exhausted));
		let mut deep = remark(0);
		for _ in 0..300 {
			deep = pallet_utility::Call::<Runtime>::batch { calls: vec![deep] }.into();
		}
		assert_eq!(peek(deep.encode()), Err(DispatchError::Corruption));
	});
}
