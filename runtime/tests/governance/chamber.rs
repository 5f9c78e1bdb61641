//! The two chambers at work: proposals, votes, weight.

use crate::common;
use frame_support::{
	assert_ok,
	traits::{schedule::DispatchTime, StorePreimage},
};
use openledger_primitives::{traits::Contributions, Balance};
use openledger_runtime::{
	constants::OPEN, AccountId, ContributionReferenda, ContributionVoting, ConvictionVoting, OriginCaller, Preimage,
	Referenda, Runtime, RuntimeCall, RuntimeOrigin,
};
use pallet_chambers::{Chamber, Power};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_referenda::{Instance2, ReferendumInfo, ReferendumInfoFor};
use sp_keyring::Sr25519Keyring::{self, Alice};

/// How many have contributed, all the same.
pub(crate) const CONTRIBUTORS: u8 = 60;

pub(crate) fn origin(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

/// A contributor.
pub(crate) fn contributor(number: u8) -> AccountId {
	[number + 100; 32].into()
}

/// Gives [`CONTRIBUTORS`] accounts the same weight, and waits until some of it has matured and a new period has begun.
pub(crate) fn earn(weight: Balance) {
	for number in 0..CONTRIBUTORS {
		<ContributionVoting as Contributions<_>>::mint(&contributor(number), weight);
	}
	let now = openledger_runtime::System::block_number();
	common::run_to(now + 20);
}

/// The call that assents to `call`, which it notes.
pub(crate) fn assent(call: RuntimeCall) -> RuntimeCall {
	let proposal = Preimage::bound(call).unwrap();
	pallet_chambers::Call::assent { proposal }.into()
}

/// The origin of a chamber's assent.
pub(crate) fn assenting(chamber: Chamber, power: Power) -> OriginCaller {
	pallet_chambers::Origin::Assent { chamber, power }.into()
}

/// Submits a referendum of the stake chamber for `call` under `power`, and pays its deposit.
pub(crate) fn propose_to_stake(power: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let proposal = Preimage::bound(call.into()).unwrap();
	assert_ok!(Referenda::submit(origin(Alice), Box::new(power.into()), proposal, DispatchTime::After(1)));
	assert_ok!(Referenda::place_decision_deposit(origin(Alice), index));
	index
}

/// Lets `voters` say aye with half of what they have.
pub(crate) fn support_with_stake(index: u32, voters: &[Sr25519Keyring]) {
	for voter in voters {
		let vote = AccountVote::Standard {
			vote: Vote { aye: true, conviction: Conviction::Locked1x },
			balance: 500_000 * OPEN,
		};
		assert_ok!(ConvictionVoting::vote(origin(*voter), index, vote));
	}
}

/// Submits a referendum of the contribution chamber for `call` under `power`, and pays its deposit.
pub(crate) fn propose_to_contributors(power: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime, Instance2>::get();
	let proposal = Preimage::bound(call.into()).unwrap();
	assert_ok!(ContributionReferenda::submit(origin(Alice), Box::new(power.into()), proposal, DispatchTime::After(1)));
	assert_ok!(ContributionReferenda::place_decision_deposit(origin(Alice), index));
	index
}

/// Lets the first `ayes` contributors say aye, and as many `nays` after them nay.
pub(crate) fn contributors_vote(index: u32, ayes: u8, nays: u8) {
	for number in 0..ayes + nays {
		let voter = RuntimeOrigin::signed(contributor(number));
		assert_ok!(ContributionVoting::vote(voter, index, number < ayes));
	}
}

/// Whether a referendum of the contribution chamber was approved; `None` while it runs.
pub(crate) fn approved(index: u32) -> Option<bool> {
	match ReferendumInfoFor::<Runtime, Instance2>::get(index) {
		Some(ReferendumInfo::Ongoing(..)) => None,
		Some(ReferendumInfo::Approved(..)) => Some(true),
		_ => Some(false),
	}
}

/// Runs as many blocks as a decision takes at most, with its enactment.
pub(crate) fn decide() {
	let now = openledger_runtime::System::block_number();
	common::run_to(now + 40);
}
