//! Tests by call group.

mod offers;
mod slashing;
mod staking;

use crate::mock::*;
use frame_support::assert_ok;

/// Agent 1 with signer 2, beneficiary 3 and 1,000 at stake.
fn registered() {
	assert_ok!(Agents::register(RuntimeOrigin::signed(1), 2, 3, 1_000));
}

fn agent() -> crate::Agent<Test> {
	crate::Agents::<Test>::get(1).unwrap()
}
