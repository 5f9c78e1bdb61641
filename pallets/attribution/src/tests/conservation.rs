//! Random sequences of calls over agents, credits and attribution together: no planck appears or is lost.

use super::*;
use crate::{BatchState, Batches, NextBatch, NextSeq};
use frame_support::traits::Hooks;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
	TopUp(u8, u16),
	Close(u8),
	Withdraw(u8),
	Reopen(u8),
	Submit { fee: u16, honest: bool },
	Refute(u8),
	Wait(u8),
	Distribute(u8, u8),
	Bond(u16),
	Unbond(u16),
	Leave,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		(0u8..2, 0u16..2_000).prop_map(|(who, amount)| Step::TopUp(who, amount)),
		(0u8..2).prop_map(Step::Close),
		(0u8..2).prop_map(Step::Withdraw),
		(0u8..2).prop_map(Step::Reopen),
		(1u16..3_000, prop::bool::weighted(0.8)).prop_map(|(fee, honest)| Step::Submit { fee, honest }),
		(1u16..3_000, prop::bool::weighted(0.8)).prop_map(|(fee, honest)| Step::Submit { fee, honest }),
		(0u8..6).prop_map(Step::Refute),
		(0u8..8).prop_map(Step::Wait),
		(0u8..6, 0u8..4).prop_map(|(batch, leaf)| Step::Distribute(batch, leaf)),
		(0u16..5_000).prop_map(Step::Bond),
		(0u16..5_000).prop_map(Step::Unbond),
		Just(Step::Leave),
	];
	prop::collection::vec(step, 1..60)
}

/// Plays a step; whether it succeeds does not matter, only what it leaves behind.
fn play(step: Step, prepared: &mut Vec<(Prepared, Vec<Scored>)>) {
	let payer = |who: u8| if who == 0 { Keyring::Alice } else { Keyring::Charlie };
	let agent = AGENT.to_account_id();
	let _ = frame_support::storage::with_storage_layer(|| match step {
		Step::TopUp(who, amount) => Credits::top_up(signed(payer(who)), agent.clone(), amount.into()),
		Step::Close(who) => Credits::request_close(signed(payer(who)), agent.clone()),
		Step::Withdraw(who) => Credits::withdraw(signed(payer(who)), agent.clone()),
		Step::Reopen(who) => Credits::open(signed(payer(who)), agent.clone(), 3_000),
		Step::Submit { fee, honest } => {
			let mut top = truth();
			if !honest {
				top[0].score += 1;
			}
			let drawn = |key: Keyring| {
				pallet_credits::Channels::<Test>::get(key.to_account_id(), &agent).map_or(0, |channel| channel.drawn)
			};
			// One payer per batch keeps the drawn totals of the two apart.
			let key = payer((fee % 2) as u8);
			let batch = prepare(NextSeq::<Test>::get(&agent), &[(key, fee.into())], &top, drawn(key));
			let outcome = batch.submit();
			if outcome.is_ok() {
				prepared.push((batch, top));
			}
			outcome
		}
		Step::Refute(number) => match prepared.get(usize::from(number)) {
			Some((batch, top)) => batch.refute(number.into(), 0, body(top.clone()), opening(19)),
			None => Ok(()),
		},
		Step::Wait(blocks) => {
			for _ in 0..blocks {
				let next = System::block_number() + 1;
				System::set_block_number(next);
				Attribution::on_idle(next, frame_support::weights::Weight::MAX);
			}
			Ok(())
		}
		Step::Distribute(number, leaf) => match prepared.get(usize::from(number)) {
			Some((batch, _)) if usize::from(leaf) < batch.payouts.len() => {
				distribute(number.into(), vec![batch.proof(leaf.into())])
			}
			_ => Ok(()),
		},
		Step::Bond(amount) => Agents::bond(signed(AGENT), amount.into()),
		Step::Unbond(amount) => Agents::unbond(signed(AGENT), amount.into()),
		Step::Leave => Agents::withdraw(signed(AGENT)),
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]
	#[test]
	fn no_planck_appears_or_is_lost(steps in steps()) {
		build_and_execute(|| {
			let issuance = Balances::total_issuance();
			scene();
			let mut prepared = vec![];
			for step in steps {
				play(step, &mut prepared);
				Agents::do_try_state().unwrap();
				Credits::do_try_state().unwrap();
				Attribution::do_try_state().unwrap();
				assert_eq!(NextBatch::<Test>::get() as usize, prepared.len());
				let burnt_by_batches: Balance = Batches::<Test>::iter_values()
					.filter(|batch| batch.state == BatchState::Settled)
					.map(|batch| batch.burn)
					.sum();
				let burnt_by_slashes: Balance = System::events()
					.into_iter()
					.map(|record| match record.event {
						RuntimeEvent::Agents(pallet_agents::Event::Slashed { burnt, .. }) => burnt,
						_ => 0,
					})
					.sum();
				assert_eq!(Balances::total_issuance(), issuance - burnt_by_batches - burnt_by_slashes);
				for (number, batch) in Batches::<Test>::iter() {
					let lie = prepared[number as usize].1 != truth();
					assert!(batch.state != BatchState::Voided || lie, "a true claim is never voided");
				}
			}
		});
	}
}
