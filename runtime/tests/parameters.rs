//! Root changes parameters, nobody else does.

mod common;

use frame_support::{assert_noop, assert_ok, traits::Get};
use openledger_runtime::{
	configs::parameters::{
		dynamic_params::{agents, verification},
		RuntimeParameters,
	},
	constants::OPEN,
	Parameters, RuntimeOrigin,
};
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{DispatchError, Perbill};

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
		assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), min_stake(Some(OPEN))));
		assert_eq!(per_audit(), OPEN / 34);
	});
}
