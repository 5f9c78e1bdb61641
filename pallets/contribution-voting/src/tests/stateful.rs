//! Random calls in random order: the invariants hold after each, what fails leaves no trace, money is only burnt by punishments,
//! and in the end nothing is left.

use crate::{mock::*, *};
use frame_support::{
	storage::{with_transaction, TransactionOutcome},
	traits::fungible::Inspect,
};
use openledger_primitives::{traits::Contributions, Balance};
use proptest::{
	prelude::*,
	strategy::ValueTree,
	test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use sp_runtime::{DispatchResult, Perbill};
use std::collections::{BTreeMap, BTreeSet};

/// Accounts 1 to 6 do everything; 7 and 8 are agents.
const PEOPLE: u64 = 6;

/// What a step does; the numbers choose who, for whom and how much.
#[derive(Clone, Debug)]
enum Step {
	Bond(u64, u32),
	Unbond(u64, u32),
	Invite(u64, u64, u32),
	Accept(u64, u64),
	Part(u64, u64, bool),
	Reserve(u64, u64, u32),
	Release(u64, u64, u64, u32),
	Mint(u64, u64),
	MintThrough(u64, u64, u64),
	Burn(u64, u8),
	BurnThrough(u64, u8),
	Punish(u64, u8, Vec<u64>),
	Submit(usize),
	End(u8),
	Vote(u64, u8, bool),
	RemoveVote(u64, u8),
	Delegate(u64, usize, u64, u64),
	Undelegate(u64, usize),
	ExpireDelegation(u8),
	Count(u8, Vec<u64>),
	ForgetBallots(u8, u32),
	Forget(u64),
	ForgetGiven(u8),
	Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = || 1..=PEOPLE;
	let agent = || 7..=8u64;
	// Few bond, for many; few are delegates, of many; most polls are of one track.
	let bonded = || prop_oneof![8 => 1..=3u64, 1 => 4..=PEOPLE];
	let delegate = || prop_oneof![8 => 1..=2u64, 1 => 3..=PEOPLE];
	let class = || prop_oneof![4 => Just(0), 1 => 1..CLASSES.len()];
	let percent = || prop_oneof![2 => 0u8..=100, 1 => Just(100)];
	let some = || prop::collection::vec(who(), 0..3);
	let poll = any::<u8>;
	let money = prop_oneof![
		4 => (bonded(), 6_000u32..9_000_000).prop_map(|(who, amount)| Step::Bond(who, amount)),
		2 => (bonded(), 0u32..6_000_000).prop_map(|(who, amount)| Step::Unbond(who, amount)),
		4 => (bonded(), who(), 0u32..80_000)
			.prop_map(|(sponsor, payer, limit)| Step::Invite(sponsor, payer, limit)),
		4 => (any::<u8>(), who()).prop_map(|(number, payer)| Step::Accept(number.into(), payer)),
		2 => (any::<u8>(), who(), any::<bool>()).prop_map(|(number, payer, by)| Step::Part(number.into(), payer, by)),
		6 => (who(), agent(), prop_oneof![1 => 0u32..20, 4 => 0u32..60_000])
			.prop_map(|(payer, agent, weight)| Step::Reserve(payer, agent, weight)),
		4 => (who(), bonded(), agent(), 0u32..60_000)
			.prop_map(|(payer, guarantor, agent, weight)| Step::Release(payer, guarantor, agent, weight)),
		1 => (bonded(), percent(), some()).prop_map(|(who, percent, accounts)| Step::Punish(who, percent, accounts)),
	];
	let weight = prop_oneof![
		8 => (who(), 0u64..1 << 45).prop_map(|(who, weight)| Step::Mint(who, weight)),
		4 => (agent(), 1..=20u64, 0u64..1 << 45)
			.prop_map(|(agent, who, weight)| Step::MintThrough(agent, who, weight)),
		2 => (who(), percent()).prop_map(|(who, percent)| Step::Burn(who, percent)),
		2 => (agent(), percent()).prop_map(|(agent, percent)| Step::BurnThrough(agent, percent)),
		3 => who().prop_map(Step::Forget),
		3 => any::<u8>().prop_map(Step::ForgetGiven),
	];
	let votes = prop_oneof![
		1 => class().prop_map(Step::Submit),
		1 => poll().prop_map(Step::End),
		6 => (delegate(), poll(), any::<bool>()).prop_map(|(who, poll, aye)| Step::Vote(who, poll, aye)),
		3 => (who(), poll()).prop_map(|(who, poll)| Step::RemoveVote(who, poll)),
		5 => (3..=PEOPLE, class(), delegate(), 0u64..60).prop_map(|(who, class, to, life)| Step::Delegate(who, class, to, life)),
		1 => (who(), class()).prop_map(|(who, class)| Step::Undelegate(who, class)),
		2 => any::<u8>().prop_map(Step::ExpireDelegation),
		8 => (poll(), some()).prop_map(|(poll, who)| Step::Count(poll, who)),
		3 => (poll(), 0u32..3).prop_map(|(poll, most)| Step::ForgetBallots(poll, most)),
	];
	let time = prop_oneof![24 => 0u64..8, 1 => 0u64..2_000, 1 => 20_000u64..50_000].prop_map(Step::Wait);
	prop::collection::vec(prop_oneof![4 => money, 3 => weight, 6 => votes, 2 => time], 1..120)
}

/// Runs a call as a block does: what fails is undone. Answers whether it succeeded.
fn call(call: impl FnOnce() -> DispatchResult) -> bool {
	let before = root();
	let outcome = with_transaction(|| match call() {
		Ok(()) => TransactionOutcome::Commit(Ok(())),
		Err(error) => TransactionOutcome::Rollback(Err(error)),
	});
	if let Err(error) = outcome {
		assert_eq!(root(), before, "{error:?} left a trace");
	}
	outcome.is_ok()
}

/// One of the last few polls, or one that does not exist.
fn recent(number: u8) -> u32 {
	PollCount::get().saturating_sub(1 + u32::from(number % 3)) + u32::from(number == u8::MAX)
}

/// One of those who have invited or sponsor `payer`, or somebody else.
fn sponsor_of(payer: u64, number: u64) -> u64 {
	let invited = (1..=PEOPLE).filter(|sponsor| Invitations::<Test>::contains_key(sponsor, payer));
	let known: Vec<_> = invited.chain(Sponsors::<Test>::get(payer).map(|by| by.sponsor)).collect();
	if known.is_empty() {
		return 1 + number % PEOPLE;
	}
	let place = number as usize % (known.len() + usize::from(number.is_multiple_of(4)));
	known.get(place).copied().unwrap_or(1 + number % PEOPLE)
}

fn some(accounts: &[u64]) -> frame_support::BoundedVec<u64, MaxCounted> {
	accounts.to_vec().try_into().unwrap()
}

/// Whether the step succeeded.
fn perform(step: &Step) -> bool {
	match *step {
		Step::Mint(..) | Step::MintThrough(..) | Step::Burn(..) | Step::BurnThrough(..) => by_another_pallet(step),
		Step::Reserve(..) | Step::Release(..) => by_another_pallet(step),
		Step::Submit(class) => {
			submit(CLASSES[class]);
			true
		}
		Step::End(poll) => {
			let ongoing = Polls::ongoing(recent(poll));
			if ongoing {
				end(recent(poll), true);
			}
			ongoing
		}
		Step::Wait(blocks) => {
			wait(blocks);
			true
		}
		Step::Bond(who, amount) => call(|| Voting::bond(signed(who), amount.into())),
		Step::Unbond(who, amount) => call(|| Voting::unbond(signed(who), amount.into())),
		Step::Invite(sponsor, payer, limit) => call(|| Voting::invite(signed(sponsor), payer, limit.into())),
		Step::Accept(number, payer) => call(|| Voting::accept(signed(payer), sponsor_of(payer, number))),
		Step::Part(number, payer, by_payer) => {
			let sponsor = sponsor_of(payer, number);
			call(|| Voting::part(signed(if by_payer { payer } else { sponsor }), sponsor, payer))
		}
		Step::Punish(who, percent, ref accounts) => {
			let part = Perbill::from_percent(percent.into());
			call(|| Voting::punish(RuntimeOrigin::root(), who, part, some(accounts)))
		}
		Step::Vote(who, poll, aye) => call(|| Voting::vote(signed(who), recent(poll), aye)),
		Step::RemoveVote(who, poll) => call(|| Voting::remove_vote(signed(who), recent(poll))),
		Step::Delegate(who, class, to, life) => {
			let until = System::block_number() + life;
			call(|| Voting::delegate(signed(who), CLASSES[class], to, until))
		}
		Step::Undelegate(who, class) => call(|| Voting::undelegate(signed(who), CLASSES[class])),
		Step::ExpireDelegation(number) => {
			let mut known = Delegations::<Test>::iter_keys().collect::<Vec<_>>().into_iter().cycle();
			let Some((who, class)) = known.nth(number as usize % 8) else { return false };
			call(|| Voting::expire_delegation(signed(8), who, class))
		}
		Step::Count(poll, ref who) => {
			// Those who can be counted are chosen more often than chance would.
			let poll = recent(poll);
			let counted = call(|| Voting::count(signed(8), poll, some(who)));
			let each = who.iter().filter(|who| call(|| Voting::count(signed(8), poll, some(&[**who]))));
			each.count() > 0 || counted && !who.is_empty()
		}
		Step::ForgetBallots(poll, most) => {
			let forget = || Voting::forget_ballots(signed(8), recent(poll), most);
			call(|| forget().map(|_| ()).map_err(|failed| failed.error))
		}
		Step::Forget(who) => call(|| Voting::forget(signed(8), who, None)),
		Step::ForgetGiven(number) => {
			let (who, agent) = GivenThrough::<Test>::iter_keys().nth(number as usize % 3).unwrap_or((1, 7));
			call(|| Voting::forget(signed(8), who, Some(agent)))
		}
	}
}

/// What is not a call is not in a transaction, and must leave no trace by itself if it fails.
fn by_another_pallet(step: &Step) -> bool {
	let before = root();
	match *step {
		Step::Mint(who, weight) => mint(who, weight.into()),
		Step::MintThrough(agent, who, weight) => mint_through(agent, who, weight.into()),
		Step::Burn(who, percent) => burn(who, Perbill::from_percent(percent.into())),
		Step::BurnThrough(agent, percent) => burn_through(agent, Perbill::from_percent(percent.into())),
		Step::Release(payer, guarantor, agent, weight) => {
			<Voting as Contributions<u64>>::release(&payer, &guarantor, &agent, weight.into());
		}
		Step::Reserve(payer, agent, weight) => {
			let weighs = Voting::weighs(payer, agent, weight.into());
			let reserved = <Voting as Contributions<u64>>::reserve(&payer, &agent, weight.into());
			assert!(reserved.is_ok() || root() == before, "{reserved:?} left a trace");
			assert_eq!(reserved.is_ok(), weighs, "{reserved:?}");
		}
		_ => unreachable!("a call"),
	}
	root() != before
}

fn issuance() -> Balance {
	<Balances as Inspect<u64>>::total_issuance()
}

/// What punishments have burnt since the events were last forgotten.
fn punished() -> (Balance, BTreeSet<u64>) {
	let events = System::read_events_no_consensus().collect::<Vec<_>>();
	System::reset_events();
	let punished = events.into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Voting(Event::Punished { who, amount, .. }) => Some((amount, who)),
		_ => None,
	});
	punished.fold((0, BTreeSet::new()), |(sum, mut whom), (amount, who)| {
		whom.insert(who);
		(sum + amount, whom)
	})
}

/// A bond answers for all that it gave, unless it was punished.
fn check_cover(punished: &BTreeSet<u64>) {
	for who in (1..=PEOPLE).filter(|who| !punished.contains(who)) {
		let bond = Bonds::<Test>::get(who).unwrap_or(0);
		assert!(Voting::in_use(&who) <= bond, "the bond of {who} is too small");
	}
}

/// Nobody votes with more than its cap.
fn check_caps() {
	for (poll, _, ballot) in Ballots::<Test>::iter() {
		let (Ballot::Direct { own, .. } | Ballot::Through { weight: own, .. }) = ballot;
		let most = Polls::ongoing(poll).then(|| AccountCap::get() * tally(poll).total);
		assert!(own > 0 && most.is_none_or(|most| own <= most), "{own} of {most:?}");
	}
}

/// Everybody leaves, and nothing stays behind.
fn wind_up() {
	for poll in 0..PollCount::get() {
		end(poll, false);
		let _ = Voting::forget_ballots(signed(8), poll, u32::MAX);
	}
	wait(u64::from(SLOW) * 90);
	for (payer, Sponsorship { sponsor, .. }) in Sponsors::<Test>::iter().collect::<Vec<_>>() {
		Voting::part(signed(payer), sponsor, payer).unwrap();
	}
	for (sponsor, payer, _) in Invitations::<Test>::iter().collect::<Vec<_>>() {
		Voting::part(signed(sponsor), sponsor, payer).unwrap();
	}
	for (who, bond) in Bonds::<Test>::iter().collect::<Vec<_>>() {
		Voting::unbond(signed(who), bond).unwrap();
	}
	for (who, agent) in GivenThrough::<Test>::iter_keys().collect::<Vec<_>>() {
		Voting::forget(signed(8), who, Some(agent)).unwrap();
	}
	for who in Accounts::<Test>::iter_keys().collect::<Vec<_>>() {
		Voting::forget(signed(8), who, None).unwrap();
	}
	for agent in Earners::<Test>::iter_keys().collect::<Vec<_>>() {
		Voting::forget(signed(8), agent, None).unwrap();
	}
	for (who, class) in Delegations::<Test>::iter_keys().collect::<Vec<_>>() {
		Voting::expire_delegation(signed(8), who, class).unwrap();
	}
	for who in GivenBy::<Test>::iter_keys().collect::<Vec<_>>() {
		Voting::forget(signed(8), who, None).unwrap();
	}
	Voting::do_try_state().unwrap();
	assert_eq!((Ballots::<Test>::iter().count(), Leaders::<Test>::get().len(), Voting::total()), (0, 0, 0));
	for who in 1..=8 {
		assert_eq!((held(who, HoldReason::Bond), held(who, HoldReason::Sponsorship)), (0, 0));
	}
}

fn run(steps: &[Step]) {
	new_test_ext().execute_with(|| {
		settle();
		let (mut total, mut whom) = (issuance(), BTreeSet::new());
		for step in steps {
			perform(step);
			Voting::do_try_state().unwrap();
			let (burnt, those) = punished();
			total -= burnt;
			whom.extend(those);
			assert_eq!(issuance(), total, "{step:?}");
			check_cover(&whom);
			check_caps();
		}
		wind_up();
		assert_eq!(issuance(), total);
	});
}

/// Some weigh something and one has bonded: else too few steps would succeed.
fn settle() {
	AccountCap::set(Perbill::from_percent(20));
	System::set_block_number(1);
	(1..=5).for_each(|who| give(who, 1 << 40));
	Voting::bond(signed(1), 6_000_000).unwrap();
	next_period();
	submit(CLASSES[0]);
	System::reset_events();
}

#[test]
fn invariants_hold_whatever_happens() {
	let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) };
	let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
	let outcome = runner.run(&steps(), |steps| {
		run(&steps);
		Ok(())
	});
	outcome.unwrap();
}

/// The steps reach every call: else the test above would test nothing.
#[test]
fn every_kind_of_step_succeeds_now_and_then() {
	let mut tally = BTreeMap::<_, u32>::new();
	let mut runner = TestRunner::deterministic();
	for _ in 0..128 {
		let steps = steps().new_tree(&mut runner).unwrap().current();
		new_test_ext().execute_with(|| {
			settle();
			for step in steps.iter().filter(|step| perform(step)) {
				let name = format!("{step:?}").split(['(', ' ']).next().unwrap().to_owned();
				*tally.entry(name).or_default() += 1;
			}
		});
	}
	assert_eq!(tally.len(), 24, "some kind of step never succeeds: {tally:?}");
	assert!(tally.values().all(|count| *count >= 5), "some kind of step hardly ever succeeds: {tally:?}");
}
