//! Random calls in random order: the invariants hold after each, what fails leaves no trace, and nothing is lost.

use crate::{mock::*, Channel, Channels, Event, NextNonce};
use frame_support::{
	dispatch::DispatchResult,
	storage::{with_transaction, TransactionOutcome},
	traits::fungible::Inspect,
};
use openledger_primitives::{batch::Draw, terms::Terms, traits::Channels as _, Balance, Voucher};
use proptest::prelude::*;
use sp_runtime::AccountId32;
use std::collections::BTreeMap;

/// What a step does; the numbers choose who, for whom and how much.
#[derive(Clone, Copy, Debug)]
enum Step {
	Open(u8, u8, u16),
	TopUp(u8, u8, u16),
	Loosen(u8, u8, u8),
	RequestClose(u8, u8),
	Withdraw(u8, u8),
	Authorise(u8, u8, u8, u16, u8),
	Revoke(u8, u8, u8),
	Draw { payer: u8, agent: u8, more: u16, room: u8, key: u8, nonce: u8 },
	Refund(u8, u8, u16),
	Spend(u8, u16),
	Wait(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let who = || any::<u8>();
	let amount = || 0u16..700;
	let step = prop_oneof![
		3 => (who(), who(), amount()).prop_map(|(payer, agent, amount)| Step::Open(payer, agent, amount)),
		3 => (who(), who(), amount()).prop_map(|(payer, agent, amount)| Step::TopUp(payer, agent, amount)),
		1 => (who(), who(), 40u8..50).prop_map(|(payer, agent, overhead)| Step::Loosen(payer, agent, overhead)),
		1 => (who(), who()).prop_map(|(payer, agent)| Step::RequestClose(payer, agent)),
		3 => (who(), who()).prop_map(|(payer, agent)| Step::Withdraw(payer, agent)),
		2 => (who(), who(), who(), amount(), 0u8..120)
			.prop_map(|(payer, agent, key, cap, life)| Step::Authorise(payer, agent, key, cap, life)),
		2 => (who(), who(), who()).prop_map(|(payer, agent, key)| Step::Revoke(payer, agent, key)),
		8 => (who(), who(), 0u16..400, any::<u8>(), who(), 0u8..8).prop_map(
			|(payer, agent, more, room, key, nonce)| Step::Draw { payer, agent, more, room, key, nonce }
		),
		2 => (who(), who(), amount()).prop_map(|(payer, agent, amount)| Step::Refund(payer, agent, amount)),
		1 => (who(), amount()).prop_map(|(payer, amount)| Step::Spend(payer, amount)),
		3 => (0u8..8).prop_map(Step::Wait),
	];
	prop::collection::vec(step, 1..100)
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

fn payer(number: u8) -> Key {
	[ALICE, ALBERT, AGNES][usize::from(number % 3)]
}

fn agent(number: u8) -> AccountId32 {
	[bob(), charlie()][usize::from(number % 2)].clone()
}

fn session(number: u8) -> Key {
	[SESSION, SESSION_ED, SESSION_EC][usize::from(number % 3)]
}

fn act_draw(payer: Key, agent: &AccountId32, more: u16, room: u8, key: u8, nonce: u8) -> bool {
	let account = payer.account();
	let found = Credits::channel(account.clone(), agent.clone());
	let (now, drawn) = found.map_or((0, 0), |channel| (channel.nonce, channel.drawn));
	// One in eight is for another channel; one in three is signed by the payer, the others by session keys.
	let channel = if nonce == 0 { now.wrapping_add(1) } else { now };
	let drawn = drawn.saturating_add(more.into()).saturating_sub(20);
	let ceiling = drawn.saturating_add(room.into()).saturating_sub(20);
	let signer = (!key.is_multiple_of(3)).then(|| session(key / 3));
	let voucher = Voucher { payer: account.clone(), agent: agent.clone(), channel, cumulative: ceiling };
	let signature = signer.unwrap_or(payer).sign(&voucher.payload(&domain()));
	let draw = Draw { payer: account, drawn, ceiling, signer: signer.map(Key::account), signature, weighs: false };
	let before = root();
	// Not in a transaction: it must leave no trace by itself.
	let drawn = Credits::draw(&draw, agent, agent, &pot()).is_ok();
	assert!(drawn || root() == before, "a draw left a trace");
	drawn
}

/// Whether the step succeeded.
fn perform(step: Step) -> bool {
	match step {
		Step::Open(who, to, amount) => {
			call(|| Credits::open(signed(payer(who).account()), agent(to), amount.into(), TERMS))
		}
		Step::TopUp(who, to, amount) => {
			call(|| Credits::top_up(signed(payer(who).account()), agent(to), amount.into()))
		}
		Step::Loosen(who, to, overhead) => {
			let terms = Terms { overhead, ..TERMS };
			call(|| Credits::loosen_terms(signed(payer(who).account()), agent(to), terms))
		}
		Step::RequestClose(who, to) => call(|| Credits::request_close(signed(payer(who).account()), agent(to))),
		Step::Withdraw(who, to) => call(|| Credits::withdraw(signed(payer(who).account()), agent(to))),
		Step::Authorise(who, to, key, cap, life) => {
			let expires = System::block_number() + u64::from(life);
			let (who, key) = (payer(who).account(), session(key).account());
			call(|| Credits::authorise_key(signed(who), agent(to), key, cap.into(), expires))
		}
		Step::Revoke(who, to, key) => {
			call(|| Credits::revoke_key(signed(payer(who).account()), agent(to), session(key).account()))
		}
		Step::Draw { payer: who, agent: to, more, room, key, nonce } => {
			act_draw(payer(who), &agent(to), more, room, key, nonce)
		}
		Step::Refund(who, to, amount) => {
			let before = root();
			let refunded = Credits::refund(&payer(who).account(), &agent(to), amount.into(), &pot()).is_ok();
			assert!(refunded || root() == before, "a refund left a trace");
			refunded
		}
		Step::Spend(who, amount) => {
			call(|| Balances::transfer_allow_death(signed(payer(who).account()), charlie(), amount.into()))
		}
		Step::Wait(blocks) => {
			System::set_block_number(System::block_number() + u64::from(blocks));
			true
		}
	}
}

/// Every payer has a channel to every agent, and a session key there: else too few steps would succeed.
fn settle() {
	System::set_block_number(1);
	for who in 0..3 {
		for to in 0..2 {
			let (payer, key) = (payer(who).account(), session(who).account());
			Credits::open(signed(payer.clone()), agent(to), 60, TERMS).unwrap();
			Credits::authorise_key(signed(payer), agent(to), key, 300, 50).unwrap();
		}
	}
}

type All = BTreeMap<(AccountId32, AccountId32), Channel<AccountId32, u64>>;

fn all() -> All {
	Channels::<Test>::iter().map(|(payer, agent, channel)| ((payer, agent), channel)).collect()
}

/// What never happens to a channel that stays open, whatever the step.
fn check(before: &All, after: &All) {
	for (place, old) in before {
		let Some(new) = after.get(place).filter(|new| new.nonce == old.nonce) else { continue };
		assert!(new.drawn >= old.drawn && new.deposit >= old.deposit, "a total went down");
		assert!(new.terms.allow(&old.terms), "terms were tightened");
		let now = System::block_number();
		for key in old.keys.iter().filter(|key| key.expires >= now) {
			let kept = new.keys.iter().find(|other| other.key == key.key).expect("a valid key was dropped");
			assert!(kept.cap >= key.cap && kept.expires >= key.expires.min(now + DELAY), "a key was tightened");
		}
	}
}

fn issuance() -> Balance {
	<Balances as Inspect<AccountId32>>::total_issuance()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn invariants_hold_whatever_happens(steps in steps()) {
		new_test_ext().execute_with(|| {
			settle();
			let total = issuance();
			for step in steps {
				let before = all();
				let _ = perform(step);
				Credits::do_try_state().unwrap();
				check(&before, &all());
				assert_eq!(issuance(), total, "{step:?}");
			}
			// Everybody gets out in the end, and nothing stays on hold.
			for (payer, agent) in all().into_keys() {
				let _ = Credits::request_close(signed(payer), agent);
			}
			System::set_block_number(System::block_number() + DELAY);
			for (payer, agent) in all().into_keys() {
				assert!(NextNonce::<Test>::get(&payer) > 0);
				Credits::withdraw(signed(payer), agent).unwrap();
			}
			assert_eq!(Channels::<Test>::iter().count(), 0);
			Credits::do_try_state().unwrap();
			assert_eq!(issuance(), total);
		});
	}
}

/// The steps reach every call: else the test above would test nothing.
#[test]
fn every_kind_of_step_succeeds_now_and_then() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	let mut tally = BTreeMap::<_, u32>::new();
	let mut runner = TestRunner::deterministic();
	for _ in 0..128 {
		let steps = steps().new_tree(&mut runner).unwrap().current();
		new_test_ext().execute_with(|| {
			settle();
			for step in steps {
				if perform(step) {
					let name = format!("{step:?}").split(['(', ' ']).next().unwrap().to_owned();
					*tally.entry(name).or_default() += 1;
				}
			}
			// Draws that were advanced, and debts that were paid.
			for record in System::events() {
				match record.event {
					RuntimeEvent::Credits(Event::Advanced { .. }) => *tally.entry("Advanced".into()).or_default() += 1,
					RuntimeEvent::Credits(Event::DebtPaid { .. }) => *tally.entry("DebtPaid".into()).or_default() += 1,
					_ => {}
				}
			}
		});
	}
	assert_eq!(tally.len(), 13, "some kind of step never succeeds: {tally:?}");
	assert!(tally.values().all(|count| *count >= 5), "some kind of step hardly ever succeeds: {tally:?}");
}
