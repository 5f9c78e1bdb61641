//! What the contribution chamber decides alone.

use crate::{
	chamber::{
		approved, contributor, contributors_vote, decide, earn, origin, propose_to_contributors, propose_to_stake,
		support_with_stake, CONTRIBUTORS,
	},
	common,
};
use frame_support::{assert_noop, assert_ok, traits::Get};
use openledger_primitives::{traits::Contributions, Balance};
use openledger_runtime::{
	configs::{
		origins::Origin,
		parameters::{
			dynamic_params::{attribution, datanets},
			RuntimeParameters,
		},
	},
	constants::{MILLI_OPEN, OPEN},
	Balances, ContributionVoting, Runtime, RuntimeCall, RuntimeOrigin, Treasury,
};
use pallet_contribution_voting::Error;
use sp_keyring::Sr25519Keyring::{Alice, AliceStash, Bob, BobStash, Charlie, Dave, Eve, Ferdie};

fn spend(amount: Balance) -> RuntimeCall {
	pallet_treasury::Call::<Runtime>::spend {
		asset_kind: Box::new(()),
		amount,
		beneficiary: Box::new(Dave.to_account_id()),
		valid_from: None,
	}
	.into()
}

#[test]
fn a_model_is_funded_out_of_the_treasury() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let before = Balances::free_balance(Dave.to_account_id());
		let index = propose_to_contributors(Origin::ModelFunder, spend(25_000 * OPEN));
		contributors_vote(index, 40, 10);
		decide();
		assert_eq!(approved(index), Some(true));
		assert_ok!(Treasury::payout(origin(Bob), 0));
		assert_eq!(Balances::free_balance(Dave.to_account_id()) - before, 25_000 * OPEN);
	});
}

#[test]
fn each_spending_track_has_its_bound() {
	let bounds = [
		(Origin::SmallSpender, 1_000 * OPEN),
		(Origin::MediumSpender, 25_000 * OPEN),
		(Origin::ModelFunder, 25_000 * OPEN),
	];
	common::development().execute_with(|| {
		common::run_to(1);
		for (power, most) in bounds {
			let of = |amount| {
				let beneficiary = Box::new(Dave.to_account_id());
				Treasury::spend(power.into(), Box::new(()), amount, beneficiary, None)
			};
			assert_noop!(of(most + 1), pallet_treasury::Error::<Runtime>::InsufficientPermission);
			assert_ok!(of(most));
		}
		for power in [Origin::AgentManager, Origin::FeeSetter, Origin::Emergency] {
			let beneficiary = Box::new(Dave.to_account_id());
			let spent = Treasury::spend(power.into(), Box::new(()), 1, beneficiary, None);
			assert_eq!(spent, Err(sp_runtime::DispatchError::BadOrigin));
		}
	});
}

#[test]
fn a_whale_that_has_not_worked_neither_passes_nor_blocks() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		// These hold what can be voted with: all that is not in the treasury.
		let whales = [Alice, Bob, Charlie, Dave, Eve, Ferdie, AliceStash, BobStash];
		let wanted = propose_to_contributors(Origin::SmallSpender, spend(OPEN));
		let unwanted = propose_to_contributors(Origin::SmallSpender, spend(2 * OPEN));
		for whale in whales {
			for (poll, aye) in [(wanted, false), (unwanted, true)] {
				assert_noop!(ContributionVoting::vote(origin(whale), poll, aye), Error::<Runtime>::NoWeight);
			}
		}
		// Nor does it help to bond: who pays nobody gives nobody weight.
		assert_ok!(ContributionVoting::bond(origin(Alice), 400_000 * OPEN));
		let later = propose_to_contributors(Origin::SmallSpender, spend(3 * OPEN));
		assert_noop!(ContributionVoting::vote(origin(Alice), later, true), Error::<Runtime>::NoWeight);
		// Nor a referendum of its own chamber.
		let kill = pallet_referenda::Call::<Runtime, pallet_referenda::Instance2>::kill { index: wanted };
		let killer = propose_to_stake(Origin::ReferendumKiller, kill);
		support_with_stake(killer, &whales[..6]);
		contributors_vote(wanted, 20, 0);
		decide();
		assert_eq!(approved(wanted), Some(true));
		assert_eq!(approved(unwanted), Some(false));
	});
}

#[test]
fn who_comes_first_decides_nothing() {
	common::preset(openledger_runtime::genesis_config_presets::TESTNET_RUNTIME_PRESET).execute_with(|| {
		common::run_to(1);
		// All the weight there is, but little of it.
		<ContributionVoting as Contributions<_>>::mint(&contributor(0), OPEN);
		assert!(!ContributionVoting::constituted());
		let least: Balance = <Runtime as pallet_contribution_voting::Config>::LeastTotal::get();
		assert_eq!(least, 10_000 * OPEN);
		assert!(ContributionVoting::total() < least);
	});
}

#[test]
fn weight_minted_after_the_submission_does_not_count() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let index = propose_to_contributors(Origin::SmallSpender, spend(OPEN));
		let late = contributor(CONTRIBUTORS);
		<ContributionVoting as Contributions<_>>::mint(&late, 1_000 * OPEN);
		common::run_to(openledger_runtime::System::block_number() + 10);
		assert_noop!(ContributionVoting::vote(RuntimeOrigin::signed(late), index, true), Error::<Runtime>::NoWeight);
	});
}

#[test]
fn a_delegate_votes_for_those_who_named_it() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let small_spender = 110;
		let until = openledger_runtime::System::block_number() + 100;
		for number in 1..30 {
			let who = RuntimeOrigin::signed(contributor(number));
			assert_ok!(ContributionVoting::delegate(who, small_spender, contributor(0), until));
		}
		let index = propose_to_contributors(Origin::SmallSpender, spend(OPEN));
		contributors_vote(index, 1, 0);
		let all: Vec<_> = (1..30).map(contributor).collect();
		assert_ok!(ContributionVoting::count(origin(Eve), index, all.try_into().unwrap()));
		decide();
		assert_eq!(approved(index), Some(true));
	});
}

#[test]
fn parameters_change_on_their_track_within_their_bounds() {
	let bond = |value| RuntimeParameters::Datanets(datanets::Parameters::BondPerRow(datanets::BondPerRow, value));
	let fee = |value| RuntimeParameters::Attribution(attribution::Parameters::DemandFee(attribution::DemandFee, value));
	let set = |parameter| pallet_bounded_parameters::Call::<Runtime>::set { parameter };
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let before = <datanets::BondPerRow as Get<Balance>>::get();
		let right = propose_to_contributors(Origin::DatanetPolicy, set(bond(Some(before * 3 / 2))));
		let wrong = propose_to_contributors(Origin::DatanetPolicy, set(fee(Some(MILLI_OPEN * 150))));
		for index in [right, wrong] {
			contributors_vote(index, 40, 0);
		}
		decide();
		assert_eq!((approved(right), approved(wrong)), (Some(true), Some(true)));
		assert_eq!(<datanets::BondPerRow as Get<Balance>>::get(), before * 3 / 2);
		assert_eq!(<attribution::DemandFee as Get<Balance>>::get(), OPEN / 10, "another track's");
	});
}
