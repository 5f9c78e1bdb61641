//! Voting, changing one's mind, and what a vote weighs.

use crate::{mock::*, pallet::*, types::*, weights::WeightInfo};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::Balance;
use sp_runtime::{traits::BadOrigin, Perbill};

pub(super) const ANN: u64 = 1;
pub(super) const BEN: u64 = 2;
pub(super) const CEM: u64 = 3;
pub(super) const DOT: u64 = 4;
/// Weighs nothing.
pub(super) const NIL: u64 = 9;
/// A million, so that what fades within a test can be seen.
pub(super) const UNIT: Balance = 1_000_000;

/// Everybody but [`NIL`] has weight: Ann one unit, Ben two, and so on. A new period begins, and a poll on track 1.
pub(super) fn with_poll(test: impl FnOnce(u32)) {
	build_and_execute(|| {
		for who in [ANN, BEN, CEM, DOT] {
			give(who, UNIT * Balance::from(who));
		}
		next_period();
		test(submit(1));
	});
}

/// What `who` would vote with in a poll that runs.
pub(super) fn weighs(poll: u32, who: u64) -> Balance {
	let tally = tally(poll);
	Voting::snapshot_weight(&who, tally.snapshot, tally.total).unwrap()
}

/// Ayes and nays.
pub(super) fn counted(poll: u32) -> (Balance, Balance) {
	let tally = tally(poll);
	(tally.ayes, tally.nays)
}

pub(super) fn vote(who: u64, poll: u32, aye: bool) {
	assert_ok!(Voting::vote(signed(who), poll, aye));
}

fn direct(poll: u32, who: u64) -> (bool, Balance, Balance) {
	match Ballots::<Test>::get(poll, who) {
		Some(Ballot::Direct { aye, own, delegated }) => (aye, own, delegated),
		other => panic!("not a vote of its own: {other:?}"),
	}
}

#[test]
fn vote_counts_what_the_account_weighed_when_the_period_began() {
	with_poll(|poll| {
		let own = weighs(poll, ANN);
		assert!(own > UNIT * 99 / 100 && own < UNIT, "it has faded a little since: {own}");
		vote(ANN, poll, true);
		System::assert_last_event(Event::Voted { who: ANN, poll, aye: true, own, delegated: 0 }.into());
		assert_eq!(counted(poll), (own, 0));
		assert_eq!(direct(poll, ANN), (true, own, 0));
		vote(BEN, poll, false);
		assert_eq!(counted(poll), (own, weighs(poll, BEN)));
	});
}

#[test]
fn vote_is_changed_as_often_as_one_likes_and_counted_once() {
	with_poll(|poll| {
		let own = weighs(poll, ANN);
		for _ in 0..3 {
			vote(ANN, poll, true);
			assert_noop!(Voting::vote(signed(ANN), poll, true), Error::<Test>::SameVote);
			assert_eq!(counted(poll), (own, 0));
			vote(ANN, poll, false);
			assert_noop!(Voting::vote(signed(ANN), poll, false), Error::<Test>::SameVote);
			assert_eq!(counted(poll), (0, own));
		}
	});
}

#[test]
fn votes_fail_when_the_poll_is_over_or_never_was() {
	with_poll(|poll| {
		vote(ANN, poll, true);
		end(poll, true);
		for gone in [poll, poll + 1] {
			assert_noop!(Voting::vote(signed(ANN), gone, false), Error::<Test>::NotOngoing);
			assert_noop!(Voting::vote(signed(BEN), gone, false), Error::<Test>::NotOngoing);
			assert_noop!(Voting::remove_vote(signed(ANN), gone), Error::<Test>::NotOngoing);
			assert_noop!(Voting::count(signed(ANN), gone, vec![ANN].try_into().unwrap()), Error::<Test>::NotOngoing);
		}
	});
}

#[test]
fn votes_are_signed() {
	with_poll(|poll| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Voting::vote(origin.clone(), poll, true), BadOrigin);
			assert_noop!(Voting::remove_vote(origin.clone(), poll), BadOrigin);
			assert_noop!(Voting::count(origin.clone(), poll, Default::default()), BadOrigin);
			assert_noop!(Voting::delegate(origin.clone(), 1, BEN, 100), BadOrigin);
			assert_noop!(Voting::undelegate(origin, 1), BadOrigin);
		}
	});
}

#[test]
fn vote_fails_without_weight() {
	build_and_execute(|| {
		give(ANN, UNIT);
		// Nobody weighed anything at genesis.
		let first = submit(1);
		assert_noop!(Voting::vote(signed(ANN), first, true), Error::<Test>::NoWeight);
		next_period();
		let poll = submit(1);
		assert_noop!(Voting::vote(signed(NIL), poll, true), Error::<Test>::NoWeight);
		assert_noop!(Voting::vote(signed(ANN), first, true), Error::<Test>::NoWeight);
		vote(ANN, poll, true);
	});
}

#[test]
fn what_is_minted_after_the_period_began_counts_in_later_polls_only() {
	build_and_execute(|| {
		give(ANN, UNIT);
		next_period();
		// Before the submission, but in its period; in the first block even.
		give(ANN, 50 * UNIT);
		give(BEN, UNIT);
		wait(1);
		give(ANN, 50 * UNIT);
		let poll = submit(1);
		give(ANN, 50 * UNIT);
		wait(3);
		give(ANN, 50 * UNIT);
		assert!(weighs(poll, ANN) < UNIT);
		assert!(tally(poll).total < UNIT);
		assert_noop!(Voting::vote(signed(BEN), poll, true), Error::<Test>::NoWeight);
		vote(ANN, poll, true);
		assert!(counted(poll).0 < UNIT);
		next_period();
		give(ANN, 50 * UNIT);
		vote(ANN, poll, false);
		assert!(counted(poll).1 < UNIT);
		let later = submit(1);
		assert!(weighs(later, ANN) > 190 * UNIT);
		vote(BEN, later, true);
	});
}

#[test]
fn unmatured_weight_does_not_vote() {
	build_and_execute(|| {
		mint(ANN, 1_000 * UNIT);
		next_period();
		let poll = submit(1);
		// After 9 of 70 blocks of the fast half-life.
		assert!(weighs(poll, ANN) < 10 * UNIT);
	});
}

#[test]
fn votes_have_a_cap_of_the_weight_of_all() {
	with_poll(|poll| {
		AccountCap::set(Perbill::from_percent(25));
		let total = tally(poll).total;
		vote(DOT, poll, true);
		assert_eq!(counted(poll), (total / 4, 0));
		vote(ANN, poll, true);
		assert_eq!(counted(poll), (total / 4 + weighs(poll, ANN), 0));
		// Of the weight of all when the poll was submitted.
		give(NIL, 1_000 * UNIT);
		next_period();
		vote(CEM, poll, true);
		assert_eq!(counted(poll), (total / 4 * 2 + weighs(poll, ANN), 0));
	});
}

#[test]
fn a_slash_before_the_vote_takes_weight_from_polls_that_run() {
	with_poll(|poll| {
		let before = weighs(poll, ANN);
		burn(ANN, Perbill::from_percent(60));
		let after = weighs(poll, ANN);
		assert!((before * 2 / 5).abs_diff(after) <= 2);
		vote(ANN, poll, true);
		assert_eq!(counted(poll), (after, 0));
		burn(BEN, Perbill::one());
		assert_noop!(Voting::vote(signed(BEN), poll, true), Error::<Test>::NoWeight);
	});
}

#[test]
fn a_slash_after_the_vote_leaves_the_sums_right() {
	with_poll(|poll| {
		let own = weighs(poll, ANN);
		vote(ANN, poll, true);
		vote(BEN, poll, true);
		let others = weighs(poll, BEN);
		burn(ANN, Perbill::from_percent(50));
		assert_eq!(counted(poll), (own + others, 0));
		vote(ANN, poll, false);
		assert_eq!(counted(poll), (others, own));
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		assert_eq!(counted(poll), (others, 0));
		// Voting anew, it weighs what it weighs.
		vote(ANN, poll, false);
		assert_eq!(counted(poll), (others, weighs(poll, ANN)));
		assert!(weighs(poll, ANN) <= own / 2);
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		burn(ANN, Perbill::one());
		assert_noop!(Voting::vote(signed(ANN), poll, true), Error::<Test>::NoWeight);
		assert_eq!(counted(poll), (others, 0));
	});
}

#[test]
fn a_poll_of_many_periods_counts_the_same_weight_in_each() {
	build_and_execute(|| {
		let voters: Vec<u64> = (1..=u64::from(SNAPSHOTS)).collect();
		voters.iter().for_each(|who| give(*who, UNIT * Balance::from(*who)));
		next_period();
		let poll = submit(1);
		let weighed: Vec<_> = voters.iter().map(|who| weighs(poll, *who)).collect();
		let mut sum = 0;
		for (who, weight) in voters.iter().zip(&weighed) {
			vote(*who, poll, true);
			sum += weight;
			assert_eq!(counted(poll), (sum, 0), "voter {who}");
			// Everybody is touched in every period, and other polls are submitted.
			voters.iter().for_each(|who| mint(*who, UNIT));
			submit(2);
			next_period();
			voters.iter().for_each(|who| mint(*who, UNIT));
		}
		assert_eq!(sum, weighed.iter().sum());
	});
}

#[test]
fn votes_fail_when_the_weights_are_not_kept_any_more() {
	with_poll(|poll| {
		vote(ANN, poll, true);
		let own = weighs(poll, ANN);
		for _ in 1..SNAPSHOTS {
			next_period();
		}
		wait(u64::from(PERIOD) - 1);
		vote(BEN, poll, true);
		let sum = own + weighs(poll, BEN);
		next_period();
		assert_noop!(Voting::vote(signed(CEM), poll, true), Error::<Test>::SnapshotGone);
		assert_noop!(Voting::vote(signed(NIL), poll, true), Error::<Test>::SnapshotGone);
		// What has been weighed is not weighed again.
		vote(ANN, poll, false);
		assert_eq!(counted(poll), (sum - own, own));
		assert_ok!(Voting::remove_vote(signed(ANN), poll));
		assert_noop!(Voting::vote(signed(ANN), poll, true), Error::<Test>::SnapshotGone);
		assert_eq!(counted(poll), (sum - own, 0));
	});
}

#[test]
fn every_poll_that_is_kept_has_weights_of_its_own() {
	build_and_execute(|| {
		let mut polls = Vec::<(u32, Vec<Balance>)>::new();
		let voters = [ANN, BEN, CEM, DOT];
		for round in 0..4 * u64::from(SNAPSHOTS) {
			let who = voters[(round % 4) as usize];
			give(who, UNIT);
			next_period();
			if round % 3 == 2 {
				burn(who, Perbill::from_percent(10));
				for (_, weights) in &mut polls {
					weights[(round % 4) as usize] = 0;
				}
			}
			let poll = submit(1);
			let weights = voters.iter().map(|who| {
				let tally = tally(poll);
				Voting::snapshot_weight(who, tally.snapshot, tally.total).unwrap_or(0)
			});
			let weights = weights.collect();
			polls.push((poll, weights));
			if polls.len() > SNAPSHOTS as usize {
				let (gone, _) = polls.remove(0);
				assert_noop!(Voting::vote(signed(who), gone, true), Error::<Test>::SnapshotGone);
			}
			for (poll, weights) in &polls {
				// 0 marks what was slashed since, or weighed nothing.
				for (who, weight) in voters.iter().zip(weights).filter(|(_, weight)| **weight > 0) {
					assert_eq!(weighs(*poll, *who), *weight, "round {round}, poll {poll}, account {who}");
				}
			}
		}
	});
}

#[test]
fn weight_is_not_spent_by_voting() {
	with_poll(|poll| {
		let second = submit(2);
		for poll in [poll, second] {
			vote(ANN, poll, true);
			assert_eq!(counted(poll), (weighs(poll, ANN), 0));
		}
		end(poll, true);
		vote(ANN, second, false);
		assert_eq!(counted(second), (0, weighs(second, ANN)));
	});
}

#[test]
fn remove_vote_takes_a_vote_back() {
	with_poll(|poll| {
		assert_noop!(Voting::remove_vote(signed(ANN), poll), Error::<Test>::NotVoted);
		for aye in [true, false] {
			vote(BEN, poll, true);
			vote(ANN, poll, aye);
			assert_ok!(Voting::remove_vote(signed(ANN), poll));
			System::assert_last_event(Event::VoteRemoved { who: ANN, poll }.into());
			assert_eq!(Ballots::<Test>::get(poll, ANN), None);
			assert_eq!(counted(poll), (weighs(poll, BEN), 0));
			assert_noop!(Voting::remove_vote(signed(ANN), poll), Error::<Test>::NotVoted);
			assert_ok!(Voting::remove_vote(signed(BEN), poll));
			assert_eq!(counted(poll), (0, 0));
		}
	});
}

#[test]
fn a_sum_that_would_overflow_is_refused() {
	with_poll(|poll| {
		let mut full = tally(poll);
		full.ayes = Balance::MAX;
		StoredPolls::insert(poll, Poll::Ongoing(full, 1));
		assert_noop!(Voting::vote(signed(ANN), poll, true), Error::<Test>::Overflow);
		StoredPolls::remove(poll);
	});
}

#[test]
fn forget_ballots_forgets_those_of_a_poll_that_is_over() {
	with_poll(|poll| {
		let other = submit(1);
		for who in [ANN, BEN, CEM] {
			vote(who, poll, true);
			vote(who, other, false);
		}
		assert_noop!(Voting::forget_ballots(signed(NIL), poll, 10), Error::<Test>::StillOngoing);
		end(poll, false);
		assert_noop!(Voting::forget_ballots(signed(NIL), poll, 0), Error::<Test>::NothingToForget);
		let forgotten = Voting::forget_ballots(signed(NIL), poll, 2).unwrap();
		assert_eq!(forgotten.actual_weight, Some(<Test as Config>::WeightInfo::forget_ballots(2)));
		System::assert_last_event(Event::BallotsForgotten { poll, ballots: 2 }.into());
		assert_eq!(Ballots::<Test>::iter_prefix(poll).count(), 1);
		let forgotten = Voting::forget_ballots(signed(NIL), poll, u32::MAX).unwrap();
		assert_eq!(forgotten.actual_weight, Some(<Test as Config>::WeightInfo::forget_ballots(1)));
		assert_eq!(Ballots::<Test>::iter_prefix(poll).count(), 0);
		assert_eq!(Ballots::<Test>::iter_prefix(other).count(), 3);
		for gone in [poll, 1_000] {
			assert_noop!(Voting::forget_ballots(signed(NIL), gone, 10), Error::<Test>::NothingToForget);
		}
	});
}
