//! Stakers are paid with fees, and offenders pay with their stake.

#![allow(clippy::unwrap_used)]

mod common;

use frame_support::assert_ok;
use frame_support::traits::{
	fungible::{Balanced, Inspect},
	tokens::{Fortitude, Precision, Preservation},
	KeyOwnerProofSystem, OnUnbalanced,
};
use openledger_runtime::{
	configs::{
		money::FeesToStakers,
		staking::{fee_pot, reward_pot, THRESHOLDS},
	},
	constants::{EXISTENTIAL_DEPOSIT, MILLI_OPEN, OPEN, TOTAL_SUPPLY},
	genesis_config_presets::{treasury_account, VALIDATOR_BOND},
	AccountId, Address, Balances, Historical, Runtime, RuntimeOrigin, Session, Staking,
};
use pallet_staking::RewardDestination;
use sp_keyring::Sr25519Keyring::{self, Alice, AliceStash, Bob, BobStash};
use sp_runtime::Perbill;
use sp_staking::{
	offence::{OffenceDetails, OnOffenceHandler},
	StakingAccount::Stash,
};

/// Blocks of an era of a fast chain.
const ERA: u32 = 30;

#[test]
fn an_era_pays_its_stakers_the_fees_and_no_more() {
	common::development().execute_with(|| {
		common::run_to(1);
		collect(Alice, 90 * OPEN);
		// Era 0 ends when the session that plans era 1 does, and the one after it.
		common::run_to(2 * ERA);
		assert_eq!(Balances::free_balance(fee_pot()), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::free_balance(reward_pot()), EXISTENTIAL_DEPOSIT + 90 * OPEN);
		assert_eq!(pallet_staking::ErasValidatorReward::<Runtime>::get(0), Some(90 * OPEN));

		let before = Balances::total_balance(&AliceStash.to_account_id());
		let anyone = RuntimeOrigin::signed(Bob.to_account_id());
		assert_ok!(Staking::payout_stakers(anyone, AliceStash.to_account_id(), 0));
		assert_eq!(Balances::total_balance(&AliceStash.to_account_id()) - before, 90 * OPEN);
		assert_eq!(Balances::free_balance(reward_pot()), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
	});
}

#[test]
fn a_nominator_shares_the_fees_by_its_stake() {
	common::development().execute_with(|| {
		common::run_to(1);
		let nominator = RuntimeOrigin::signed(Bob.to_account_id());
		assert_ok!(Staking::bond(nominator.clone(), VALIDATOR_BOND, RewardDestination::Stash));
		assert_ok!(Staking::nominate(nominator, vec![Address::Id(AliceStash.to_account_id())]));
		let era = || pallet_staking::ActiveEra::<Runtime>::get().unwrap().index;
		let mut height = 1;
		while era() < 2 {
			height += 1;
			common::run_to(height);
		}
		collect(Alice, 10 * OPEN);
		while era() < 3 {
			height += 1;
			common::run_to(height);
		}
		let before = Balances::total_balance(&Bob.to_account_id());
		let anyone = RuntimeOrigin::signed(Alice.to_account_id());
		assert_ok!(Staking::payout_stakers(anyone, AliceStash.to_account_id(), 2));
		assert_eq!(Balances::total_balance(&Bob.to_account_id()) - before, 5 * OPEN);
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
	});
}

#[test]
fn an_offence_moves_the_stake_to_the_treasury_and_a_tenth_to_the_reporter() {
	common::development().execute_with(|| {
		common::run_to(2);
		let offender: AccountId = AliceStash.to_account_id();
		let treasury = Balances::free_balance(treasury_account());
		let reporter = Balances::free_balance(BobStash.to_account_id());
		let details = OffenceDetails { offender: (offender.clone(), ()), reporters: vec![BobStash.to_account_id()] };
		let session = Session::current_index();
		<Staking as OnOffenceHandler<_, _, _>>::on_offence(&[details], &[Perbill::from_percent(10)], session);
		common::run_to(3);

		// Stakes count in votes, of which there are 2⁶⁴ for the whole supply.
		let slashed = VALIDATOR_BOND - Staking::ledger(Stash(offender)).unwrap().active;
		assert!(slashed.abs_diff(VALIDATOR_BOND / 10) < MILLI_OPEN, "{slashed}");
		let to_reporter = Balances::free_balance(BobStash.to_account_id()) - reporter;
		let to_treasury = Balances::free_balance(treasury_account()) - treasury;
		assert!(to_reporter > 0, "whoever reports is paid");
		assert_eq!(to_reporter + to_treasury, slashed);
		assert_eq!(Balances::total_issuance(), TOTAL_SUPPLY);
	});
}

#[test]
fn a_validator_can_prove_which_key_is_its_own() {
	common::development().execute_with(|| {
		common::run_to(1);
		let key = sp_consensus_babe::AuthorityId::from(Alice.public());
		let proof = Historical::prove((sp_consensus_babe::KEY_TYPE, key.clone())).unwrap();
		let (owner, ()) = Historical::check_proof((sp_consensus_babe::KEY_TYPE, key), proof).unwrap();
		assert_eq!(owner, AliceStash.to_account_id());
		let foreign = sp_consensus_babe::AuthorityId::from(Bob.public());
		let owner = Historical::prove((sp_consensus_babe::KEY_TYPE, foreign.clone()))
			.and_then(|proof| Historical::check_proof((sp_consensus_babe::KEY_TYPE, foreign), proof));
		assert_eq!(owner, None);
	});
}

#[test]
fn the_bags_grow_and_hold_every_stake() {
	assert!(THRESHOLDS.windows(2).all(|pair| pair[0] < pair[1]));
	assert_eq!(THRESHOLDS.last(), Some(&u64::MAX));
}

/// Takes `fee` from `payer` as if for a transaction.
fn collect(payer: Sr25519Keyring, fee: u128) {
	let payer = payer.to_account_id();
	let credit = Balances::withdraw(&payer, fee, Precision::Exact, Preservation::Preserve, Fortitude::Polite).unwrap();
	FeesToStakers::on_unbalanceds([credit].into_iter());
}
