//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{mock::*, *};
use frame_support::{hypothetically, traits::fungible::MutateHold};
use openledger_primitives::{traits::Contributions, Balance};
use sp_runtime::TryRuntimeError;

const MUCH: Balance = 1_000_000_000_000;
const YEAR: u64 = 10_000;

/// 1 has bonded and sponsors 2 and has invited 3; 2 has paid 9. 4 to 6 weigh something and have checkpoints, and vote in a poll,
/// 6 through 5.
fn busy(test: impl FnOnce()) {
	build_and_execute(|| {
		Voting::bond(signed(1), 100 * MIN_BOND).unwrap();
		Voting::invite(signed(1), 2, MUCH).unwrap();
		Voting::accept(signed(2), 1).unwrap();
		Voting::invite(signed(1), 3, MUCH).unwrap();
		<Voting as Contributions<u64>>::reserve(&2, &9, 5_000).unwrap();
		next_period();
		for _ in 0..4 {
			(4..=6).for_each(|who| give(who, Balance::from(who) * MUCH));
			next_period();
			submit(1);
		}
		Voting::vote(signed(4), 3, true).unwrap();
		Voting::vote(signed(5), 3, false).unwrap();
		Voting::delegate(signed(6), 1, 5, System::block_number() + 10).unwrap();
		Voting::count(signed(4), 3, vec![6].try_into().unwrap()).unwrap();
		Voting::do_try_state().unwrap();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Voting::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn account(who: u64, change: impl FnOnce(&mut AccountOf<Test>)) {
	Accounts::<Test>::mutate(who, |account| change(account.as_mut().unwrap()));
}

#[test]
fn try_state_fails_when_weights_do_not_add_up() {
	busy(|| {
		let why = "the fast averages do not add up to the total";
		assert_broken(why, || account(4, |account| account.now.weight.fast += MUCH));
		assert_broken(why, || {
			Total::<Test>::mutate(|total| total.as_mut().unwrap().now.weight.fast += MUCH);
		});
		let why = "the slow averages do not add up to the total";
		assert_broken(why, || account(4, |account| account.now.weight.slow += MUCH));
		assert_broken(why, || account(4, |account| account.now.weight.slow -= 1_000_000));
		assert_broken(why, Total::<Test>::kill);
	});
}

#[test]
fn try_state_fails_when_snapshots_are_wrong() {
	busy(|| {
		let now = System::block_number();
		assert_broken("the marks do not ascend", || {
			Marks::<Test>::mutate(|marks| marks.iter_mut().for_each(|mark| *mark = 2));
		});
		assert_broken("a period is marked that is yet to come", || {
			Marks::<Test>::mutate(|marks| marks.try_push(1_000).unwrap());
		});
		assert_broken("an account was touched in the future", || {
			Total::<Test>::mutate(|total| total.as_mut().unwrap().now.at = now + 1);
			(4..=6).for_each(|who| account(who, |account| account.now.at = now + 1));
		});
		assert_broken("an opening is as new as the last touch", || {
			account(4, |account| account.opening = account.now);
		});
		let why = "checkpoints overlap";
		assert_broken(why, || account(4, |account| account.checkpoints[0].until += 1));
		assert_broken(why, || account(4, |account| account.checkpoints[0].until = 0));
		assert_broken(why, || account(4, |account| account.checkpoints[1].state.at = 0));
		assert_broken("no poll counts a checkpoint", || {
			Marks::<Test>::mutate(|marks| marks.retain(|mark| *mark != 3));
		});
		assert_broken("a checkpoint is newer than the opening", || {
			account(4, |account| account.checkpoints.last_mut().unwrap().until += 1);
		});
	});
}

#[test]
fn checkpoints_that_no_poll_counts_any_more_may_stay() {
	busy(|| {
		wait(YEAR);
		submit(1);
		assert_eq!(Marks::<Test>::get().len(), 1);
		Voting::do_try_state().unwrap();
	});
}

#[test]
fn try_state_fails_when_the_board_is_wrong() {
	busy(|| {
		let change = |change: fn(&mut Vec<Leader<u64, u64>>)| {
			let mut board = Leaders::<Test>::get().into_inner();
			change(&mut board);
			Leaders::<Test>::put(frame_support::BoundedVec::truncate_from(board));
		};
		assert_broken("an account leads twice", || change(|board| board.push(board[0].clone())));
		assert_broken("a leader has no weight", || change(|board| board[0].who = 7));
		assert_broken("a leader weighs something else than its account", || {
			change(|board| board[0].state.weight.slow += 1);
		});
		assert_broken("the leaders are not in order", || change(|board| board.reverse()));
	});
}

#[test]
fn try_state_fails_when_bonds_are_not_on_hold() {
	busy(|| {
		let why = "what is on hold is not what is bonded";
		assert_broken(why, || Balances::hold(&HoldReason::Bond.into(), &1, 1).unwrap());
		assert_broken(why, || Balances::hold(&HoldReason::Bond.into(), &7, 1).unwrap());
		assert_broken(why, || Bonds::<Test>::insert(77, 1));
		assert_broken("a bond is empty", || Bonds::<Test>::insert(7, 0));
	});
}

#[test]
fn try_state_fails_when_sponsorships_are_wrong() {
	busy(|| {
		let given = Given { amount: 0, at: System::block_number() };
		let by = |sponsor| Sponsorship { sponsor, limit: 1, given };
		let why = "what is on hold is not a deposit for each payer";
		assert_broken(why, || Balances::hold(&HoldReason::Sponsorship.into(), &7, 1).unwrap());
		assert_broken(why, || Sponsors::<Test>::insert(8, by(1)));
		assert_broken(why, || Invitations::<Test>::insert(77, 8, 1));
		assert_broken("an account sponsors itself", || Sponsors::<Test>::insert(7, by(7)));
		assert_broken("an account sponsors itself", || Invitations::<Test>::insert(7, 7, 1));
		assert_broken("who has a sponsor has a bond", || Sponsors::<Test>::insert(1, by(7)));
		assert_broken("a payer is invited by its own sponsor", || Invitations::<Test>::insert(1, 2, 1));
	});
}

#[test]
fn try_state_fails_when_more_was_given_through_agents_than_in_all() {
	busy(|| {
		let why = "more was given through agents than in all";
		assert_broken(why, || GivenBy::<Test>::remove(1));
		assert_broken(why, || {
			GivenThrough::<Test>::insert(1, 10, Given { amount: MUCH, at: System::block_number() });
		});
	});
}

#[test]
fn try_state_fails_when_ballots_are_not_what_was_counted() {
	busy(|| {
		let why = "the ballots do not add up to the tally";
		assert_broken(why, || Ballots::<Test>::remove(3, 4));
		assert_broken(why, || {
			Ballots::<Test>::insert(3, 7, Ballot::Direct { aye: true, own: 1, delegated: 0 });
		});
		let why = "those counted through a vote do not add up";
		assert_broken(why, || Ballots::<Test>::remove(3, 6));
		assert_broken(why, || Ballots::<Test>::insert(3, 7, Ballot::Through { delegate: 4, weight: 1 }));
		let why = "an account is counted through one that has not voted";
		assert_broken(why, || Ballots::<Test>::insert(3, 7, Ballot::Through { delegate: 8, weight: 1 }));
		assert_broken(why, || Ballots::<Test>::insert(3, 7, Ballot::Through { delegate: 6, weight: 1 }));
		// A poll that is over counts nothing any more.
		hypothetically!({
			end(3, true);
			Ballots::<Test>::remove(3, 6);
			Voting::do_try_state().unwrap();
		});
	});
}

#[test]
fn try_state_fails_when_delegations_are_wrong() {
	busy(|| {
		let until = System::block_number() + DELEGATION_LIFE;
		assert_broken("an account is its own delegate", || {
			Delegations::<Test>::insert(7, 1, Delegation { to: 7, until });
		});
		assert_broken("a delegation lasts too long", || {
			Delegations::<Test>::insert(7, 1, Delegation { to: 8, until: until + 1 });
		});
	});
}

#[test]
fn try_state_fails_when_earners_are_wrong() {
	busy(|| {
		[5, 4, 6].into_iter().for_each(|who| mint_through(9, who, MUCH));
		Voting::do_try_state().unwrap();
		let change = |change: fn(&mut Vec<Earner<u64, u64>>)| {
			let mut earners = Earners::<Test>::get(9).into_inner();
			change(&mut earners);
			Earners::<Test>::insert(9, frame_support::BoundedVec::truncate_from(earners));
		};
		assert_broken("an agent has no earners, and an entry", || change(|earners| earners.clear()));
		assert_broken("the earners of an agent are not in order", || change(|earners| earners.reverse()));
		assert_broken("the earners of an agent are not in order", || {
			change(|earners| earners.push(earners[2].clone()))
		});
		assert_broken("an earner was touched in the future", || change(|earners| earners[1].state.at += 1));
	});
}
