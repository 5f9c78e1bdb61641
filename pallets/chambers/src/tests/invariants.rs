//! `do_try_state` sees what it should: each invariant is broken once.

use crate::{mock::*, Chamber::*, Power, ProposalOf, Proposals};
use frame_support::{assert_ok, hypothetically, traits::schedule::v3::Named};
use sp_runtime::TryRuntimeError;

/// One proposal waits, another is scheduled.
fn busy(test: impl FnOnce()) {
	build_and_execute(|| {
		note(&long(1));
		assert_ok!(Chambers::assent(assents(Contribution, Power::Root), lookup(&long(1))));
		carried(Power::Bridge, &probe(2));
		Chambers::do_try_state().unwrap();
		test();
	});
}

fn assert_broken(why: &'static str, harm: impl FnOnce()) {
	hypothetically!({
		harm();
		assert_eq!(Chambers::do_try_state(), Err(TryRuntimeError::Other(why)));
	});
}

fn waiting(change: impl FnOnce(&mut ProposalOf<Test>)) {
	Proposals::<Test>::mutate((Power::Root, hash(&long(1))), |proposal| change(proposal.as_mut().unwrap()));
}

fn scheduled(change: impl FnOnce(&mut ProposalOf<Test>)) {
	Proposals::<Test>::mutate((Power::Bridge, hash(&probe(2))), |proposal| change(proposal.as_mut().unwrap()));
}

#[test]
fn try_state_fails_when_assents_are_wrong() {
	busy(|| {
		assert_broken("a proposal has another call's hash", || scheduled(|proposal| proposal.call = inline(&probe(3))));
		assert_broken("nobody has assented to a proposal", || {
			waiting(|proposal| proposal.contribution.assented = None)
		});
		assert_broken("a chamber assented in the future", || scheduled(|proposal| proposal.stake.assented = Some(2)));
	});
}

#[test]
fn try_state_fails_when_what_is_carried_is_not_scheduled() {
	busy(|| {
		assert_broken("both chambers have assented to what is not scheduled", || {
			scheduled(|proposal| proposal.due = None)
		});
		assert_broken("something is scheduled without the stake chamber", || {
			waiting(|proposal| proposal.due = Some(1))
		});
	});
}

#[test]
fn try_state_fails_when_proposals_are_miscounted() {
	busy(|| {
		assert_broken("proposals are miscounted", || {
			let key = frame_support::storage::storage_prefix(b"Chambers", b"CounterForProposals");
			frame_support::storage::unhashed::put(&key, &3u32);
		});
		assert_broken("there are more proposals than there may be", || {
			let one = Proposals::<Test>::get((Power::Bridge, hash(&probe(2)))).unwrap();
			for number in 10..10 + MAX_PROPOSALS {
				let mut other = one.clone();
				(other.call, other.due) = (inline(&probe(number)), None);
				other.contribution.assented = None;
				Proposals::<Test>::insert((Power::Bridge, hash(&probe(number))), other);
			}
		});
	});
}

#[test]
fn try_state_fails_when_a_preimage_can_go_away() {
	busy(|| {
		assert_broken("the preimage of a proposal is not requested", || {
			Preimage::unrequest_preimage(RuntimeOrigin::root(), hash(&long(1))).unwrap();
		});
	});
}

#[test]
fn try_state_fails_when_the_scheduler_does_not_know() {
	busy(|| {
		let why = "the scheduler does not know what is due";
		assert_broken(why, || scheduled(|proposal| proposal.due = Some(1 + ENACTMENT + 1)));
		assert_broken(why, || {
			let task = Chambers::task(Power::Bridge, hash(&probe(2)));
			<Scheduler as Named<_, RuntimeCall, _>>::cancel_named(task).unwrap();
		});
	});
}
