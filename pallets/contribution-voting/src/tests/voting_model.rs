//! Votes, delegations, counts, slashes and time in random order, against a model that keeps who stands where and nothing else:
//! each call fails as the model says, and each tally is the sum of the weights of those who are counted, each once.

use super::votes::UNIT;
use crate::{mock::*, pallet::*, types::*};
use frame_support::dispatch::GetDispatchInfo;
use openledger_primitives::Balance;
use proptest::prelude::*;
use sp_runtime::{traits::Dispatchable, DispatchError, Perbill};
use std::collections::BTreeMap;

/// Accounts 1 to 6, of which the last weighs nothing and the fifth is a party in the first poll.
const ACCOUNTS: u64 = 6;
/// The tracks of the polls.
const TRACKS: [u16; 3] = [1, 1, 2];

#[derive(Clone, Debug)]
enum Step {
	Vote(u64, u32, bool),
	Remove(u64, u32),
	Delegate(u64, u16, u64, u64),
	Undelegate(u64, u16),
	Count(u32, Vec<u64>),
	Mint(u64),
	Slash(u64, u8),
	Wait(u64),
	End(u32),
	Forget(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = || 1..=ACCOUNTS;
	let poll = || prop_oneof![30 => 0..3u32, 1 => Just(3)];
	let track = || prop_oneof![30 => 1..=2u16, 1 => Just(9)];
	let step = prop_oneof![
		12 => (who(), poll(), any::<bool>()).prop_map(|(who, poll, aye)| Step::Vote(who, poll, aye)),
		5 => (who(), poll()).prop_map(|(who, poll)| Step::Remove(who, poll)),
		8 => (who(), track(), who(), 0..60u64).prop_map(|(who, track, to, life)| Step::Delegate(who, track, to, life)),
		3 => (who(), track()).prop_map(|(who, track)| Step::Undelegate(who, track)),
		12 => (poll(), prop::collection::vec(who(), 0..3)).prop_map(|(poll, who)| Step::Count(poll, who)),
		1 => who().prop_map(Step::Mint),
		1 => (who(), 0..=100u8).prop_map(|(who, percent)| Step::Slash(who, percent)),
		4 => (0..8u64).prop_map(Step::Wait),
		1 => prop_oneof![4 => Just(3), 1 => 0..3u32].prop_map(Step::End),
		1 => poll().prop_map(Step::Forget),
	];
	prop::collection::vec(step, 1..120)
}

/// Where an account stands in a poll.
#[derive(Clone, Debug, PartialEq)]
enum Stand {
	Own(bool),
	Behind(u64),
}

/// Who stands where, and what it was weighed with.
#[derive(Default)]
struct Model {
	stands: BTreeMap<(u32, u64), (Stand, Balance)>,
	delegates: BTreeMap<(u64, u16), (u64, u64)>,
	over: [bool; 3],
}

type Outcome = Result<(), Error<Test>>;

fn check(holds: bool, error: Error<Test>) -> Outcome {
	holds.then_some(()).ok_or(error)
}

impl Model {
	/// The track of a poll that runs.
	fn track(&self, poll: u32) -> Result<u16, Error<Test>> {
		let runs = self.over.get(poll as usize) == Some(&false);
		check(runs, Error::NotOngoing).map(|()| TRACKS[poll as usize])
	}

	/// What `who` weighs, with the only thing that is not the model's own: the weight that was taken at the submission, less
	/// what was slashed since.
	fn weight(poll: u32, who: u64) -> Result<Balance, Error<Test>> {
		let now = System::block_number();
		check(now < u64::from(PERIOD * (SNAPSHOTS + 1)), Error::SnapshotGone)?;
		check(who < ACCOUNTS, Error::NoWeight)?;
		let tally = tally(poll);
		Voting::snapshot_weight(&who, tally.snapshot, tally.total)
	}

	fn impartial(poll: u32, who: u64) -> Outcome {
		check((poll, who) != (0, 5), Error::Party)
	}

	fn vote(&mut self, who: u64, poll: u32, aye: bool) -> Outcome {
		self.track(poll)?;
		Self::impartial(poll, who)?;
		let weight = match self.stands.get(&(poll, who)) {
			None => Self::weight(poll, who)?,
			Some((stand, weight)) => {
				check(*stand != Stand::Own(aye), Error::SameVote)?;
				*weight
			}
		};
		self.stands.insert((poll, who), (Stand::Own(aye), weight));
		Ok(())
	}

	fn remove(&mut self, who: u64, poll: u32) -> Outcome {
		self.track(poll)?;
		check(self.stands.contains_key(&(poll, who)), Error::NotVoted)?;
		let behind =
			|((of, _), (stand, _)): (&(u32, u64), &(Stand, Balance))| *of == poll && *stand == Stand::Behind(who);
		check(!self.stands.iter().any(behind), Error::CountedThrough)?;
		self.stands.remove(&(poll, who));
		Ok(())
	}

	fn delegate_of(&self, who: u64, track: u16) -> Option<u64> {
		let (to, until) = self.delegates.get(&(who, track))?;
		(System::block_number() <= *until).then_some(*to)
	}

	fn delegate(&mut self, who: u64, track: u16, to: u64, life: u64) -> Outcome {
		check(track < 9, Error::NoSuchTrack)?;
		check(who != to, Error::Yourself)?;
		check(life > 0, Error::BadExpiry)?;
		let next = self.delegate_of(to, track);
		check(next != Some(who), Error::CyclicDelegation)?;
		check(next.is_none(), Error::DelegateDelegates)?;
		check(Voting::weight(who) > 0, Error::NoWeight)?;
		self.delegates.insert((who, track), (to, System::block_number() + life));
		Ok(())
	}

	fn count(&mut self, poll: u32, delegators: &[u64]) -> Outcome {
		let track = self.track(poll)?;
		let before = self.stands.clone();
		let counted = delegators.iter().try_for_each(|who| self.count_one(poll, track, *who));
		if counted.is_err() {
			self.stands = before;
		}
		counted
	}

	fn count_one(&mut self, poll: u32, track: u16, who: u64) -> Outcome {
		match self.stands.get(&(poll, who)) {
			Some((Stand::Own(_), _)) => return Err(Error::AlreadyVoted),
			Some((Stand::Behind(_), _)) => return Err(Error::AlreadyCounted),
			None => {}
		}
		check(self.delegates.contains_key(&(who, track)), Error::NotDelegating)?;
		let delegate = self.delegate_of(who, track).ok_or(Error::DelegationExpired)?;
		if !matches!(self.stands.get(&(poll, delegate)), Some((Stand::Own(_), _))) {
			check(self.delegate_of(delegate, track).is_none(), Error::DelegateDelegates)?;
			return Err(Error::DelegateSilent);
		}
		Self::impartial(poll, who)?;
		let weight = Self::weight(poll, who)?;
		self.stands.insert((poll, who), (Stand::Behind(delegate), weight));
		Ok(())
	}

	fn forget(&mut self, poll: u32) -> Outcome {
		check(self.track(poll).is_err(), Error::StillOngoing)?;
		let before = self.stands.len();
		self.stands.retain(|(of, _), _| *of != poll);
		check(self.stands.len() < before, Error::NothingToForget)
	}

	/// Every account once.
	fn tally(&self, poll: u32) -> (Balance, Balance) {
		let mut sides = (0, 0);
		for who in 1..=ACCOUNTS {
			let Some((stand, weight)) = self.stands.get(&(poll, who)) else { continue };
			let aye = match stand {
				Stand::Own(aye) => *aye,
				Stand::Behind(delegate) => match self.stands.get(&(poll, *delegate)) {
					Some((Stand::Own(aye), _)) => *aye,
					other => panic!("{who} stands behind {delegate}, which stands {other:?}"),
				},
			};
			*(if aye { &mut sides.0 } else { &mut sides.1 }) += weight;
		}
		sides
	}

	/// What a call does here and there.
	fn act(&mut self, step: &Step) {
		let now = System::block_number();
		let (who, call, expected) = match step.clone() {
			Step::Vote(who, poll, aye) => (who, Call::vote { poll, aye }, self.vote(who, poll, aye)),
			Step::Remove(who, poll) => (who, Call::remove_vote { poll }, self.remove(who, poll)),
			Step::Delegate(who, class, to, life) => {
				let call = Call::delegate { class, to, until: now + life };
				(who, call, self.delegate(who, class, to, life))
			}
			Step::Undelegate(who, class) => {
				let taken = self.delegates.remove(&(who, class));
				(who, Call::undelegate { class }, taken.map(|_| ()).ok_or(Error::NotDelegating))
			}
			Step::Count(poll, who) => {
				let expected = self.count(poll, &who);
				(7, Call::count { poll, delegators: who.try_into().unwrap() }, expected)
			}
			Step::Forget(poll) => (7, Call::forget_ballots { poll, most: 100 }, self.forget(poll)),
			Step::Mint(who) => return mint(who, UNIT),
			Step::Slash(who, percent) => return burn(who, Perbill::from_percent(percent.into())),
			Step::Wait(blocks) => return wait(blocks),
			Step::End(poll) => {
				if let Some(over) = self.over.get_mut(poll as usize) {
					*over = true;
					end(poll, true);
				}
				return;
			}
		};
		let before = root();
		let call = RuntimeCall::Voting(call);
		assert!(call.get_dispatch_info().call_weight.ref_time() > 0);
		let outcome = call.dispatch(signed(who)).map(|_| ()).map_err(|error| error.error);
		assert_eq!(outcome, expected.map_err(DispatchError::from), "{step:?}");
		assert!(outcome.is_ok() || root() == before, "{step:?} failed and left a trace");
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1_500))]

	#[test]
	fn tallies_are_what_a_naive_count_says(steps in steps()) {
		build_and_execute(|| {
			AccountCap::set(Perbill::from_percent(30));
			for who in 1..ACCOUNTS {
				give(who, UNIT * Balance::from(who));
			}
			next_period();
			for track in TRACKS {
				submit(track);
			}
			interest(0, 5, Interest::Party);
			let mut model = Model::default();
			for step in &steps {
				model.act(step);
				for poll in (0..3).filter(|poll| !model.over[*poll as usize]) {
					let tally = tally(poll);
					assert_eq!((tally.ayes, tally.nays), model.tally(poll), "poll {poll} after {step:?}");
					assert!(tally.ayes + tally.nays <= tally.total + Balance::from(ACCOUNTS));
				}
				for who in 1..=ACCOUNTS {
					for poll in 0..3 {
						let ballot = Ballots::<Test>::get(poll, who);
						assert_eq!(ballot.is_some(), model.stands.contains_key(&(poll, who)));
					}
				}
			}
		});
	}
}
