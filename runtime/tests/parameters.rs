//! Parameters change on their tracks, within their bounds.

mod common;

use frame_support::{
	assert_noop, assert_ok,
	traits::{dynamic_params::AggregatedKeyValue, Get},
};
use openledger_runtime::{
	configs::{
		origins::Origin,
		parameters::{
			dynamic_params::{agents, verification},
			RuntimeParameters,
		},
	},
	constants::OPEN,
	BoundedParameters, Parameters, Runtime, RuntimeOrigin,
};
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{DispatchError, Perbill};

fn min_stake(value: Option<u128>) -> RuntimeParameters {
	RuntimeParameters::Agents(agents::Parameters::MinStake(agents::MinStake, value))
}

/// Writes a parameter as genesis does, whatever its bounds are.
fn write(parameter: RuntimeParameters) {
	let (key, value) = parameter.into_parts();
	pallet_parameters::Parameters::<Runtime>::set(key, value);
}

#[test]
fn nobody_gets_around_the_bounds_not_even_root() {
	common::development().execute_with(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::signed(Alice.to_account_id())] {
			let set = Parameters::set_parameter(origin, min_stake(Some(0)));
			assert_eq!(set, Err(DispatchError::BadOrigin));
		}
	});
}

#[test]
fn a_parameter_is_set_on_its_track_in_its_range_not_too_far_and_not_too_soon() {
	use pallet_bounded_parameters::Error;
	let set = |origin: Origin, value| BoundedParameters::set(origin.into(), min_stake(value));
	common::development().execute_with(|| {
		common::run_to(20);
		assert_noop!(set(Origin::FeeSetter, Some(150 * OPEN)), DispatchError::BadOrigin);
		assert_noop!(set(Origin::AgentManager, None), Error::<Runtime>::NoValue);
		assert_noop!(set(Origin::AgentManager, Some(0)), Error::<Runtime>::OutOfRange);
		assert_noop!(set(Origin::AgentManager, Some(201 * OPEN)), Error::<Runtime>::TooFar);
		assert_noop!(set(Origin::AgentManager, Some(100 * OPEN)), Error::<Runtime>::SameValue);
		assert_ok!(set(Origin::AgentManager, Some(150 * OPEN)));
		assert_eq!(<agents::MinStake as Get<u128>>::get(), 150 * OPEN);
		assert_noop!(set(Origin::AgentManager, Some(200 * OPEN)), Error::<Runtime>::TooSoon);
		common::run_to(30);
		assert_ok!(set(Origin::AgentManager, Some(200 * OPEN)));
		assert_eq!(<agents::MinStake as Get<u128>>::get(), 200 * OPEN);
	});
}

/// The economic simulations of `pallet-verification` hold for these.
#[test]
fn auditors_start_with_what_was_simulated() {
	use verification as v;
	common::development().execute_with(|| {
		let simulated = pallet_verification::economics::DEFAULT;
		assert_eq!(<agents::MinStake as Get<u128>>::get(), simulated.least_stake);
		assert_eq!(<v::PerAudit as Get<u128>>::get(), simulated.rates.per_audit);
		assert_eq!(<v::LeastRate as Get<u32>>::get(), simulated.rates.least);
		assert_eq!(<v::PlantRate as Get<u32>>::get(), simulated.plant_rate);
		let fines = [simulated.fee, simulated.silence_fine, simulated.error_fine, simulated.plant_fine];
		let ours: [u128; 4] = [v::Fee::get(), v::SilenceFine::get(), v::ErrorFine::get(), v::PlantFine::get()];
		assert_eq!(ours, fines);
		assert_eq!(<v::ChallengeBond as Get<u128>>::get(), simulated.challenge_bond);
		assert_eq!(<v::AppealBond as Get<u128>>::get(), simulated.appeal_bond);
		// Dearer than simulated: a challenge costs more.
		assert!(<v::ChallengePart as Get<Perbill>>::get() >= Perbill::from_parts(simulated.challenge_part * 1_000));
	});
}

#[test]
fn audits_are_never_rarer_than_what_makes_cheating_lose() {
	common::development().execute_with(|| {
		let per_audit = || <openledger_runtime::Runtime as pallet_verification::Config>::PerAudit::get();
		assert_eq!(per_audit(), OPEN);
		write(min_stake(Some(OPEN)));
		assert_eq!(per_audit(), OPEN / 34);
	});
}
