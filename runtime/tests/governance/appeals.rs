//! The track on which slashes are called off. One is, before auditors, in `economy/audits.rs`.

use crate::{
	chamber::{approved, contributor, contributors_vote, decide, earn, propose_to_contributors},
	common,
};
use frame_support::traits::Get;
use openledger_runtime::{
	configs::{
		origins::Origin,
		tracks::contribution::{ContributionTracks, SLASH_APPEAL},
	},
	constants::OPEN,
	genesis_config_presets::TESTNET_RUNTIME_PRESET,
	pace::SlashAppealPeriod,
	ContributionVoting, Runtime, RuntimeOrigin,
};
use pallet_contribution_voting::Error;
use pallet_referenda::TracksInfo;

#[test]
fn a_poll_on_something_else_is_not_an_appeal() {
	common::development().execute_with(|| {
		common::run_to(1);
		earn(OPEN);
		let index =
			propose_to_contributors(Origin::SlashAppeal, frame_system::Call::<Runtime>::remark { remark: vec![] });
		let vote = ContributionVoting::vote(RuntimeOrigin::signed(contributor(2)), index, true);
		assert_eq!(vote, Err(Error::<Runtime>::UnknownProposal.into()));
		decide();
		assert_eq!(approved(index), Some(false));
		let other =
			propose_to_contributors(Origin::FeeSetter, frame_system::Call::<Runtime>::remark { remark: vec![] });
		contributors_vote(other, 1, 0);
	});
}

#[test]
fn an_appeal_ends_before_the_slash_is_carried_out() {
	common::preset(TESTNET_RUNTIME_PRESET).execute_with(|| {
		let track = ContributionTracks::info(SLASH_APPEAL).unwrap();
		let most = track.prepare_period + track.decision_period + track.confirm_period + track.min_enactment_period;
		let waits: u32 = SlashAppealPeriod::get();
		assert!(most < waits * 3 / 4, "there must be a day to submit it");
	});
}
