//! Root changes parameters, nobody else does.

mod common;

use frame_support::{assert_noop, assert_ok, traits::Get};
use openledger_runtime::{
	configs::parameters::{dynamic_params::agents, RuntimeParameters},
	constants::OPEN,
	Parameters, RuntimeOrigin,
};
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::DispatchError;

fn min_stake(value: Option<u128>) -> RuntimeParameters {
	RuntimeParameters::Agents(agents::Parameters::MinStake(agents::MinStake, value))
}

#[test]
fn root_sets_and_clears_a_parameter() {
	common::development().execute_with(|| {
		assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), min_stake(Some(OPEN))));
		assert_eq!(<agents::MinStake as Get<u128>>::get(), OPEN);
		assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), min_stake(None)));
		assert_eq!(<agents::MinStake as Get<u128>>::get(), 100 * OPEN);
	});
}

#[test]
fn set_parameter_fails_when_signed() {
	common::development().execute_with(|| {
		let origin = RuntimeOrigin::signed(Alice.to_account_id());
		assert_noop!(Parameters::set_parameter(origin, min_stake(Some(0))), DispatchError::BadOrigin);
	});
}
