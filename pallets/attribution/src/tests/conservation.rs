//! Random sequences of calls over agents, credits and attribution together: no planck appears or is lost, no batch ends
//! both ways, and no stake leaves before its last obligation.

use super::*;
use crate::{BatchState, Event, NextBatch, NextSeq};
use openledger_primitives::{
	traits::{Agents as _, Batches as _, Shares},
	Offence,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
	None,
	Score,
	Number,
	Signed,
}

#[derive(Clone, Copy, Debug)]
enum Step {
	TopUp(u8, u16),
	Close(u8),
	Withdraw(u8),
	Reopen(u8),
	Submit { fee: u16, lie: Lie, weighs: bool },
	Refute(u8),
	Open(u8),
	Demand(u8, bool),
	Overdue(u8, bool),
	Refund(u8),
	Hold(u8),
	Unhold(u8),
	Defer(u8),
	Equivocate(u8),
	Wait { blocks: u8, serving: bool },
	Distribute(u8, u8),
	Prune(u8),
	Bond(u16),
	Unbond(u16),
	Leave,
	Delegate(u16),
	Undelegate(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let batch = || 0u8..3;
	let lie = prop_oneof![8 => Just(Lie::None), 1 => Just(Lie::Score), 1 => Just(Lie::Number), 1 => Just(Lie::Signed)];
	let step = prop_oneof![
		1 => (0u8..2, 0u16..2_000).prop_map(|(who, amount)| Step::TopUp(who, amount)),
		1 => (0u8..2).prop_map(Step::Close),
		1 => (0u8..2).prop_map(Step::Withdraw),
		1 => (0u8..2).prop_map(Step::Reopen),
		5 => (1u16..3_000, lie, any::<bool>()).prop_map(|(fee, lie, weighs)| Step::Submit { fee, lie, weighs }),
		4 => batch().prop_map(Step::Refute),
		2 => batch().prop_map(Step::Open),
		2 => (batch(), any::<bool>()).prop_map(|(batch, other)| Step::Demand(batch, other)),
		1 => (batch(), any::<bool>()).prop_map(|(batch, sample)| Step::Overdue(batch, sample)),
		1 => batch().prop_map(Step::Refund),
		2 => batch().prop_map(Step::Hold),
		2 => batch().prop_map(Step::Unhold),
		2 => batch().prop_map(Step::Defer),
		1 => batch().prop_map(Step::Equivocate),
		8 => (0u8..8, prop::bool::weighted(0.8)).prop_map(|(blocks, serving)| Step::Wait { blocks, serving }),
		1 => (20u8..40).prop_map(|blocks| Step::Wait { blocks, serving: true }),
		2 => (batch(), 0u8..4).prop_map(|(batch, leaf)| Step::Distribute(batch, leaf)),
		1 => batch().prop_map(Step::Prune),
		1 => (0u16..5_000).prop_map(Step::Bond),
		2 => (0u16..5_000).prop_map(Step::Unbond),
		2 => Just(Step::Leave),
		1 => (0u16..5_000).prop_map(Step::Delegate),
		1 => (0u16..5_000).prop_map(Step::Undelegate),
	];
	prop::collection::vec(step, 1..100)
}

/// What is known of the batches of a game.
#[derive(Default)]
struct Game {
	batches: Vec<(Prepared, Lie)>,
	/// Holds that are not given up, by batch.
	holds: BTreeMap<u64, u32>,
	/// Batches that have ended, and how.
	ended: BTreeMap<u64, BatchState>,
	/// Weight that was set aside for settled batches and is not minted, by batch. What is left of it when a batch is forgotten
	/// lapses.
	unminted: BTreeMap<u64, Balance>,
}

impl Game {
	fn submit(&mut self, fee: Balance, lie: Lie, weighs: bool) -> DispatchResult {
		let top = if lie == Lie::Score { super::lie() } else { truth() };
		// One payer per batch keeps the drawn totals of the two apart.
		let payer = if fee.is_multiple_of(2) { Keyring::Alice } else { Keyring::Charlie };
		let channel = pallet_credits::Channels::<Test>::get(payer.to_account_id(), agent());
		let drawn = channel.map_or(0, |channel| channel.drawn);
		let (first, rest) = (fee.div_ceil(2), fee / 2);
		let sold = [(payer, first), (payer, rest)];
		let weighing: &[Keyring] = if weighs { &[payer] } else { &[] };
		let mut batch = prepare_weighing(NextSeq::<Test>::get(agent()), &sold, &top, drawn, weighing);
		if lie == Lie::Number {
			batch.receipts[1].seq += 1;
			batch.seal();
		}
		batch.submit()?;
		self.batches.push((batch, lie));
		Ok(())
	}

	fn refute(&self, number: u8) -> DispatchResult {
		let Some((batch, lie)) = self.batches.get(usize::from(number)) else { return Ok(()) };
		let number = number.into();
		match lie {
			Lie::None => {
				assert!(batch.refute(number, 0, batch.body.clone(), opening(19)).is_err());
				batch.refute_receipt(number, 0, Evidence::OnItsFace)
			}
			Lie::Score => batch.refute(number, 0, batch.body.clone(), opening(19)),
			Lie::Number => batch.refute_receipt(number, 1, Evidence::OnItsFace),
			Lie::Signed => {
				let signed = Receipt { tokens_out: 9, ..batch.receipts[0].clone() };
				batch.refute_receipt(number, 0, Evidence::Signed(Box::new(sign(&signed, SIGNER))))
			}
		}
	}

	/// Opens what was drawn and what was demanded.
	fn open(&self, number: u8) -> DispatchResult {
		let Some((batch, _)) = self.batches.get(usize::from(number)) else { return Ok(()) };
		let sample = drawn(number.into(), &batch.receipts.iter().map(|receipt| receipt.fee).collect::<Vec<_>>());
		let demands = crate::Demands::<Test>::iter_key_prefix(u64::from(number));
		let leaves: std::collections::BTreeSet<u32> = sample.into_iter().chain(demands).collect();
		batch.open(number.into(), &leaves.into_iter().collect::<Vec<_>>())
	}

	fn hold(&mut self, number: u64) -> DispatchResult {
		Attribution::hold(number)?;
		*self.holds.entry(number).or_default() += 1;
		Ok(())
	}

	/// Gives up a hold, if there is one.
	fn unhold(&mut self, number: u64) -> bool {
		let Some(holds) = self.holds.get_mut(&number).filter(|holds| **holds > 0) else { return false };
		*holds -= 1;
		true
	}

	/// Holds a batch and defers a slash for it, which takes the hold over.
	fn defer(&self, number: u64) -> DispatchResult {
		Attribution::hold(number)?;
		Agents::bind(&agent())?;
		let shares = Shares { challenger: None, harmed: Some(Attribution::pot()), committee: None };
		Agents::defer_slash(&agent(), Offence::Unsound, stored(number).receipts.sum, number, &shares)
	}

	/// Reports two receipts with a number of a batch, of which one was made up.
	fn equivocate(&self, number: u8) -> DispatchResult {
		let Some((batch, Lie::Signed)) = self.batches.get(usize::from(number)) else { return Ok(()) };
		let other = Receipt { tokens_out: 9, ..batch.receipts[0].clone() };
		let [first, second] = [&batch.receipts[0], &other].map(|receipt| Box::new(sign(receipt, SIGNER)));
		Attribution::report_equivocation(signed(Keyring::Eve), agent(), first, second)
	}

	fn distribute(&self, number: u8, leaf: u8) -> DispatchResult {
		match self.batches.get(usize::from(number)) {
			Some((batch, _)) if usize::from(leaf) < batch.payouts.len() => {
				distribute(number.into(), vec![batch.proof(leaf.into())])
			}
			_ => Ok(()),
		}
	}

	/// Lets blocks pass, in each of which an agent that is serving opens what it has to.
	fn wait(&self, blocks: u8, serving: bool) {
		for _ in 0..blocks {
			for back in 0..self.batches.len() as u8 {
				if serving {
					let _ = with_storage_layer(|| self.open(self.recent(back)));
				}
			}
			run_to(System::block_number() + 1);
		}
	}

	/// The number of a recent batch, counted back from the last.
	fn recent(&self, back: u8) -> u8 {
		(self.batches.len() as u8).wrapping_sub(back).wrapping_sub(1)
	}

	/// The step, at the batch that it means.
	fn aimed(&self, step: Step) -> Step {
		match step {
			Step::Refute(back) => Step::Refute(self.recent(back)),
			Step::Open(back) => Step::Open(self.recent(back)),
			Step::Demand(back, other) => Step::Demand(self.recent(back), other),
			Step::Overdue(back, sample) => Step::Overdue(self.recent(back), sample),
			Step::Refund(back) => Step::Refund(self.recent(back)),
			Step::Hold(back) => Step::Hold(self.recent(back)),
			Step::Unhold(back) => Step::Unhold(self.recent(back)),
			Step::Defer(back) => Step::Defer(self.recent(back)),
			Step::Equivocate(back) => Step::Equivocate(self.recent(back)),
			Step::Distribute(back, leaf) => Step::Distribute(self.recent(back), leaf),
			Step::Prune(back) => Step::Prune(self.recent(back)),
			step => step,
		}
	}

	/// Plays a step; whether it succeeds does not matter, only what it leaves behind.
	fn play(&mut self, step: Step) -> DispatchResult {
		let payer = |who: u8| signed(if who == 0 { Keyring::Alice } else { Keyring::Charlie });
		let eve = || signed(Keyring::Eve);
		match self.aimed(step) {
			Step::TopUp(who, amount) => Credits::top_up(payer(who), agent(), amount.into()),
			Step::Close(who) => Credits::request_close(payer(who), agent()),
			Step::Withdraw(who) => Credits::withdraw(payer(who), agent()),
			Step::Reopen(who) => Credits::open(payer(who), agent(), 3_000, Terms::ANY),
			Step::Submit { fee, lie, weighs } => self.submit(Balance::from(fee) + 1, lie, weighs),
			Step::Refute(number) => self.refute(number),
			Step::Open(number) => self.open(number),
			Step::Demand(number, other) => Attribution::demand(eve(), number.into(), other.into()),
			Step::Overdue(number, true) => Attribution::void_withheld(eve(), number.into(), None),
			Step::Overdue(number, false) => Attribution::void_withheld(eve(), number.into(), Some(0)),
			Step::Refund(number) => Attribution::refund(eve(), number.into(), 1),
			Step::Hold(number) => self.hold(number.into()),
			Step::Unhold(number) => {
				if self.unhold(number.into()) {
					Attribution::unhold(number.into());
				}
				Ok(())
			}
			Step::Defer(number) => self.defer(number.into()),
			Step::Equivocate(number) => self.equivocate(number),
			Step::Wait { blocks, serving } => {
				self.wait(blocks, serving);
				Ok(())
			}
			Step::Distribute(number, leaf) => self.distribute(number, leaf),
			Step::Prune(number) => Attribution::prune(eve(), number.into(), 9),
			Step::Bond(amount) => Agents::bond(signed(AGENT), amount.into()),
			Step::Unbond(amount) => Agents::unbond(signed(AGENT), amount.into()),
			Step::Leave => self.leave(),
			Step::Delegate(amount) => Agents::delegate(signed(Keyring::Ferdie), agent(), amount.into()),
			Step::Undelegate(shares) => Agents::undelegate(signed(Keyring::Ferdie), agent(), shares.into()),
		}
	}

	/// Withdraws what is free, which nothing is that the agent is bound for.
	fn leave(&self) -> DispatchResult {
		let before = pallet_agents::Agents::<Test>::get(agent());
		let outcome = Agents::withdraw(signed(AGENT));
		if let (Ok(()), Some(record)) = (&outcome, before) {
			let longest = record.unbonding.iter().any(|entry| entry.until + 400 <= System::block_number());
			assert!(record.bound == 0 || longest, "stake has left before the last obligation");
		}
		outcome
	}

	/// What was set aside is minted, given back, still there, or has lapsed with its batch.
	fn check_weight(&mut self) {
		let mut live = 0;
		for (number, batch) in Batches::<Test>::iter() {
			let next = crate::Refunds::<Test>::get(number).map_or(0, |refund| refund.next as usize);
			let payers = crate::Payers::<Test>::get(number);
			let listed: Balance = payers.iter().skip(next).map(|payer| payer.weight).sum();
			let left = if batch.state == BatchState::Settled { batch.credited - batch.minted } else { listed };
			live += left;
			self.unminted.insert(number, left);
			if batch.state == BatchState::Settled && batch.paid == batch.payouts.sum {
				let said: Balance = self.batches[number as usize].0.payouts.iter().map(|payout| payout.weight).sum();
				assert_eq!(batch.minted, said, "what an honest leaf says is minted");
			}
		}
		let gone = |number: &u64| !Batches::<Test>::contains_key(number);
		let lapsed: Balance = self.unminted.iter().filter(|(number, _)| gone(number)).map(|(_, left)| left).sum();
		let (reserved, released, minted) = Flows::get();
		assert_eq!(minted + released + live + lapsed, reserved);
		assert_eq!(Minted::iter_values().sum::<Balance>(), minted);
		assert_eq!(Given::iter_values().sum::<Balance>(), reserved - released);
	}

	fn check(&mut self) {
		check_all();
		self.check_weight();
		assert_eq!(NextBatch::<Test>::get() as usize, self.batches.len());
		let mut exposure = 0;
		let mut duties = 0;
		for (number, batch) in Batches::<Test>::iter() {
			if batch.state == BatchState::Pending {
				exposure += batch.receipts.sum;
			} else {
				let ended = *self.ended.entry(number).or_insert(batch.state);
				assert_eq!(ended, batch.state, "a batch has ended both ways");
			}
			duties += batch.duties.holds + batch.duties.demands + u32::from(batch.duties.sample);
		}
		let record = pallet_agents::Agents::<Test>::get(agent());
		assert_eq!(record.as_ref().map_or(0, |record| record.exposure), exposure, "exposure is what is not settled");
		let bound = record.map_or((0, 0), |record| (record.bound, record.deferred));
		assert_eq!(bound.0 - bound.1, duties, "the agent is bound for its duties, and for slashes that wait");
	}
}

/// What was burnt according to events.
fn burnt() -> Balance {
	let of = |event| match event {
		RuntimeEvent::Attribution(Event::BatchSettled { burnt, .. } | Event::DemandMet { burnt, .. }) => burnt,
		RuntimeEvent::Attribution(Event::RefundBurnt { amount, .. }) => amount,
		RuntimeEvent::Agents(pallet_agents::Event::Slashed { burnt, .. }) => burnt,
		_ => 0,
	};
	System::events().into_iter().map(|record| of(record.event)).sum()
}

/// Why true claims may be void all the same: they were not opened, or auditors found them unsound.
fn excused(number: u64) -> bool {
	events().iter().any(|event| match event {
		Event::BatchWithheld { batch, .. } | Event::BatchVoided { batch, .. } => *batch == number,
		_ => false,
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]
	#[test]
	fn no_planck_appears_or_is_lost(steps in steps()) {
		build_and_execute(|| {
			let issuance = Balances::total_issuance();
			scene();
			// Charlie's bond has room for little.
			bond(Keyring::Alice, 10_000);
			bond(Keyring::Charlie, 200);
			let mut game = Game::default();
			for step in steps {
				// What fails leaves nothing behind.
				let _ = with_storage_layer(|| game.play(step));
				game.check();
				assert_eq!(Balances::total_issuance(), issuance - burnt());
				for (number, batch) in Batches::<Test>::iter() {
					let lie = game.batches[number as usize].1 != Lie::None;
					assert!(batch.state != BatchState::Voided || lie || excused(number), "a true claim is never voided");
				}
			}
			// In the end nothing is left pending, if audits are given up and samples opened.
			let held: Vec<_> = game.holds.iter().flat_map(|(number, holds)| vec![*number; *holds as usize]).collect();
			held.into_iter().for_each(Attribution::unhold);
			for _ in 0..60 {
				game.wait(2, true);
			}
			game.check();
			assert!(Batches::<Test>::iter_values().all(|batch| batch.state != BatchState::Pending), "a batch is stuck");
			assert!(crate::Refunds::<Test>::iter().next().is_none(), "payers wait");
		});
	}
}
