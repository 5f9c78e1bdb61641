//! Random sequences of calls over agents, credits, attribution and verification together: no planck appears or is lost.

use crate::{common, market::*};
use frame_support::{
	storage::with_storage_layer,
	traits::fungible::{Inspect, Mutate},
};
use openledger_primitives::{audit, audit::LotOpening, CaseId, Finding, Role};
use openledger_runtime::{
	constants::OPEN, AccountId, Agents, Attribution, Balance, Balances, Credits, Runtime, RuntimeEvent, RuntimeOrigin,
	System, Verification,
};
use pallet_attribution::BatchState;
use pallet_verification::types::{Cause, Phase, Subject};
use proptest::{
	prelude::*,
	test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Charlie, Ferdie};
use sp_runtime::DispatchResult;
use std::{
	cell::RefCell,
	collections::{BTreeMap, BTreeSet},
};

const AUDITORS: u8 = 17;
const SALT: H256 = H256([5; 32]);

#[derive(Clone, Copy, Debug)]
enum Step {
	Submit {
		payer: u8,
		fees: u8,
		lie: bool,
	},
	Refute(u8),
	OpenSample(u8),
	Demand(u8, u8),
	OpenLeaf(u8, u8),
	Settle(u8),
	Refund(u8),
	Distribute(u8, u8),
	Prune(u8),
	TopUp(u8, u8),
	Close(u8),
	WithdrawChannel(u8),
	Reopen(u8),
	Bond(u8),
	Unbond(u8),
	Withdraw,
	Delegate(u8),
	Undelegate(u8),
	WithdrawDelegation,
	AnswerProbe,
	Return,
	Challenge(u8, u8),
	Disclose,
	Commit {
		honest: bool,
	},
	Reveal {
		honest: bool,
	},
	OpenLots,
	/// Everybody does its duty for some blocks, but perhaps the auditors.
	Attend {
		blocks: u8,
		honest: bool,
	},
	Appeal,
	CancelSlash(u8),
	Pass(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	use Step::*;
	let byte = || 0u8..6;
	let step = prop_oneof![
		6 => (0u8..2, 1u8..60, prop::bool::weighted(0.2)).prop_map(|(payer, fees, lie)| Submit { payer, fees, lie }),
		2 => byte().prop_map(Refute),
		5 => byte().prop_map(OpenSample),
		4 => (byte(), byte()).prop_map(|(batch, leaf)| Demand(batch, leaf)),
		3 => (byte(), byte()).prop_map(|(batch, leaf)| OpenLeaf(batch, leaf)),
		1 => byte().prop_map(Settle),
		1 => byte().prop_map(Refund),
		3 => (byte(), byte()).prop_map(|(batch, leaf)| Distribute(batch, leaf)),
		1 => byte().prop_map(Prune),
		1 => (0u8..2, any::<u8>()).prop_map(|(payer, amount)| TopUp(payer, amount)),
		1 => (0u8..2).prop_map(Close),
		1 => (0u8..2).prop_map(WithdrawChannel),
		1 => (0u8..2).prop_map(Reopen),
		1 => any::<u8>().prop_map(Bond),
		1 => any::<u8>().prop_map(Unbond),
		1 => Just(Withdraw),
		1 => any::<u8>().prop_map(Delegate),
		1 => any::<u8>().prop_map(Undelegate),
		2 => Just(WithdrawDelegation),
		2 => Just(AnswerProbe),
		1 => Just(Return),
		1 => (byte(), byte()).prop_map(|(batch, leaf)| Challenge(batch, leaf)),
		3 => Just(Disclose),
		4 => prop::bool::weighted(0.7).prop_map(|honest| Commit { honest }),
		4 => prop::bool::weighted(0.7).prop_map(|honest| Reveal { honest }),
		3 => Just(OpenLots),
		5 => (1u8..15, prop::bool::weighted(0.6)).prop_map(|(blocks, honest)| Attend { blocks, honest }),
		3 => Just(Appeal),
		2 => (0u8..2).prop_map(CancelSlash),
		6 => (1u8..12).prop_map(Pass),
	];
	prop::collection::vec(step, 1..90)
}

struct World {
	market: Market,
	payers: Vec<Payer>,
	batches: Vec<Prepared>,
	states: BTreeMap<u64, BatchState>,
	paid: BTreeSet<(u64, u32)>,
	issuance: Balance,
	happened: BTreeSet<String>,
}

impl World {
	fn new() -> Self {
		let market = Market::open();
		let payers = payers(2, 200 * OPEN);
		for number in 0..AUDITORS {
			let [who, signer, beneficiary] = [100, 150, 200].map(|offset| AccountId::from([offset + number; 32]));
			Balances::mint_into(&who, 2 * STAKE).unwrap();
			register(&who, &signer, &beneficiary, Role::Audit);
			Verification::take_seat(signed(&who)).unwrap();
		}
		let (batches, states, paid) = (vec![], BTreeMap::new(), BTreeSet::new());
		let issuance = Balances::total_issuance();
		let happened = BTreeSet::new();
		Self { market, payers, batches, states, paid, issuance, happened }
	}

	fn batch(&self, number: u8) -> Option<&Prepared> {
		self.batches.get(usize::from(number))
	}

	/// Plays a step; whether it succeeds does not matter, only what it leaves behind.
	fn play(&mut self, step: Step) {
		match step {
			Step::Submit { payer, fees, lie } => self.submit(payer, fees, lie),
			Step::Pass(blocks) => {
				for _ in 0..blocks {
					common::next_block(|| self.listen());
				}
			}
			Step::Attend { blocks, honest } => {
				for _ in 0..blocks {
					self.attend(honest);
					common::next_block(|| self.listen());
				}
			}
			_ => {
				let _ = with_storage_layer(|| self.call(step));
			}
		}
	}

	fn attend(&self, honest: bool) {
		let samples = (0..self.batches.len() as u8).map(Step::OpenSample);
		let others = [Step::AnswerProbe, Step::Disclose, Step::Commit { honest }, Step::Reveal { honest }];
		for step in samples.chain(others).chain([Step::OpenLots]) {
			let _ = with_storage_layer(|| self.call(step));
		}
	}

	fn submit(&mut self, payer: u8, fees: u8, lie: bool) {
		let payer = &self.payers[usize::from(payer)];
		if Credits::channel(payer.account.clone(), agent()).is_none() {
			return;
		}
		let sold: Vec<_> = (0..5).map(|i| (payer, OPEN / 5 * Balance::from(fees) + i)).collect();
		let mut batch = self.market.batch(&sold);
		if lie {
			let mut body = self.market.claim(2);
			body.parts[0].top[0].score += 1;
			let mut answers = batch.answers.clone();
			answers[2].receipt.attribution = body.commitment(&domain());
			answers[2].body = body;
			batch = Prepared::new(answers, &sold);
		}
		if with_storage_layer(|| batch.submit()).is_ok() {
			self.batches.push(batch);
		}
	}

	fn call(&self, step: Step) -> DispatchResult {
		let (ferdie, charlie) = (signed(&Ferdie.to_account_id()), signed(&Charlie.to_account_id()));
		let units = |amount: u8| Balance::from(amount) * 40 * OPEN;
		let payer = |number: u8| signed(&self.payers[usize::from(number)].account);
		match step {
			Step::Refute(number) => self.refute(number),
			Step::OpenSample(number) => {
				let (Some(batch), Some(_)) = (self.batch(number), Attribution::sample(number.into())) else {
					return Ok(());
				};
				let openings = batch.drawn(number.into()).into_iter().map(|leaf| batch.body(leaf)).collect();
				Attribution::open(signer(), number.into(), bounded(openings))
			}
			Step::Demand(number, leaf) => Attribution::demand(ferdie, number.into(), leaf.into()),
			Step::OpenLeaf(number, leaf) => match self.batch(number) {
				Some(batch) if leaf < 5 => {
					Attribution::open(signer(), number.into(), bounded(vec![batch.body(leaf.into())]))
				}
				_ => Ok(()),
			},
			Step::Settle(number) => Attribution::settle(ferdie, number.into()),
			Step::Refund(number) => Attribution::refund(ferdie, number.into(), 1),
			Step::Distribute(number, leaf) => match self.batch(number) {
				Some(batch) if usize::from(leaf) < batch.payouts.len() => {
					let payout = vec![batch.payout(leaf.into())].try_into().unwrap();
					Attribution::distribute(ferdie, number.into(), payout)
				}
				_ => Ok(()),
			},
			Step::Prune(number) => Attribution::prune(ferdie, number.into(), 64),
			Step::TopUp(who, amount) => Credits::top_up(payer(who), agent(), units(amount) / 40),
			Step::Close(who) => Credits::request_close(payer(who), agent()),
			Step::WithdrawChannel(who) => Credits::withdraw(payer(who), agent()),
			Step::Reopen(who) => Credits::open(payer(who), agent(), 50 * OPEN, openledger_primitives::Terms::ANY),
			Step::Bond(amount) => Agents::bond(signed(&agent()), units(amount)),
			Step::Unbond(amount) => Agents::unbond(signed(&agent()), units(amount)),
			Step::Withdraw => unless_bound(&agent(), || Agents::withdraw(signed(&agent()))),
			Step::Delegate(amount) => Agents::delegate(charlie, agent(), units(amount)),
			Step::Undelegate(part) => {
				let delegation = Agents::delegation(agent(), Charlie.to_account_id());
				let shares = delegation.map_or(1, |(delegation, _)| delegation.shares / 255 * u128::from(part));
				Agents::undelegate(charlie, agent(), shares)
			}
			Step::WithdrawDelegation => {
				unless_bound(&Charlie.to_account_id(), || Agents::withdraw_delegation(charlie, agent()))
			}
			Step::AnswerProbe => match pallet_agents::Probes::<Runtime>::get(agent()) {
				Some(probe) => Agents::answer_probe(signer(), probe.challenge).map(|_| ()).map_err(|e| e.error),
				None => Ok(()),
			},
			Step::Return => Agents::return_to_service(signed(&agent())),
			Step::CancelSlash(id) => Agents::cancel_slash(RuntimeOrigin::root(), id.into()),
			Step::Challenge(number, leaf) => match self.batch(number) {
				Some(batch) if leaf < 5 => {
					let opened = batch.body(leaf.into());
					let (receipt, proof) = (Box::new(opened.receipt), opened.proof);
					Verification::challenge(ferdie, number.into(), leaf.into(), receipt, proof, Subject::Answer)
				}
				_ => Ok(()),
			},
			_ => {
				self.audits(step);
				Ok(())
			}
		}
	}

	fn refute(&self, number: u8) -> DispatchResult {
		let Some(batch) = self.batch(number) else { return Ok(()) };
		let (leaf, opened) = (2, batch.body(2));
		let named = opened.body.parts[0].top[0].row;
		let lie = opened.body != self.market.claim(batch.answers[2].receipt.seq as u32);
		let outcome = with_storage_layer(|| {
			let (receipt, opening) = (Box::new(opened.receipt), Some(self.market.opening(named)));
			let challenger = signed(&Ferdie.to_account_id());
			Attribution::refute(challenger, number.into(), leaf, receipt, opened.proof, opened.body, 0, opening)
		});
		assert!(lie || outcome.is_err(), "a true claim was refuted");
		outcome
	}

	/// Everybody who has something to do in a case does it.
	fn audits(&self, step: Step) {
		let next = pallet_verification::NextCase::<Runtime>::get().0;
		for id in (0..next).map(CaseId) {
			let Some(case) = Verification::case(id) else { continue };
			let batch = &self.batches[case.batch as usize];
			let _ = with_storage_layer(|| -> DispatchResult {
				match (step, case.phase) {
					(Step::Disclose, Phase::Disclosing) => {
						let leaf = case.exhibit.as_ref().map(|exhibit| exhibit.leaf);
						let (leaf, decoy) = drawn(id, &case.cause, batch, leaf);
						let shown = decoy.unwrap_or(batch.answers[leaf as usize].salt);
						let opened = batch.body(leaf);
						Verification::disclose(signer(), id, leaf, Box::new(opened.receipt), opened.proof, shown)
					}
					(Step::Commit { honest }, Phase::Committing) | (Step::Reveal { honest }, Phase::Revealing) => {
						let finding = if honest { Finding::Sound } else { Finding::WrongOutput };
						for member in Verification::members(id).into_iter().filter(|member| member.stage == case.stage)
						{
							let who = signed(&member.who);
							let stage = case.stage.number();
							let seal = finding.commitment(&domain(), id, stage, &member.who, &SALT);
							let _ = with_storage_layer(|| match step {
								Step::Commit { .. } => Verification::commit(who, id, seal),
								_ => Verification::reveal(who, id, finding, SALT),
							});
						}
						Ok(())
					}
					(Step::OpenLots, Phase::Closing) => {
						let leaf = case.exhibit.map_or(0, |exhibit| exhibit.leaf);
						let answer = &batch.answers[leaf as usize];
						let Cause::Sampled { number, .. } = case.cause else { return Ok(()) };
						let opening = LotOpening::new(&domain(), &batch.secrets, number).unwrap();
						Verification::open_lot(signer(), id, opening, answer.raw, answer.salt)
					}
					(Step::Appeal, Phase::Appealable) => Verification::appeal(signed(&agent()), id),
					_ => Ok(()),
				}
			});
		}
	}

	fn check(&mut self) {
		check();
		let accounts = frame_system::Account::<Runtime>::iter_values();
		let sum: Balance = accounts.map(|account| account.data.free + account.data.reserved).sum();
		let issuance = Balances::total_issuance();
		assert_eq!(sum, issuance, "OPEN is not conserved");
		assert!(issuance <= self.issuance, "OPEN was made from nothing");
		self.issuance = issuance;

		let mut unsettled = 0;
		for (number, batch) in pallet_attribution::Batches::<Runtime>::iter() {
			let before = self.states.insert(number, batch.state).unwrap_or(BatchState::Pending);
			assert!(before == BatchState::Pending || before == batch.state, "a batch is settled xor voided");
			if batch.state == BatchState::Pending {
				unsettled += batch.receipts.sum;
			}
		}
		if let Some(record) = Agents::agent(agent()) {
			assert_eq!(record.exposure, unsettled, "unsettled fees are the exposure");
		}
		self.listen();
	}

	/// Looks at the new events, each once.
	fn listen(&mut self) {
		for record in System::read_events_no_consensus() {
			if let RuntimeEvent::Attribution(pallet_attribution::Event::PaidOut { batch, leaf, .. }) = &record.event {
				assert!(self.paid.insert((*batch, *leaf)), "a payout was made twice");
			}
			let name = format!("{:?}", record.event);
			self.happened.insert(name.split([' ', '{', ')']).next().unwrap_or_default().replace("Event::", ""));
		}
		System::reset_events();
	}
}

/// Sees that nobody has more for what `act` does while the agent is bound.
fn unless_bound(who: &AccountId, act: impl FnOnce() -> DispatchResult) -> DispatchResult {
	let bound = Agents::agent(agent()).is_some_and(|record| record.bound > 0);
	let before = Balances::balance(who);
	let outcome = act();
	assert!(!bound || Balances::balance(who) <= before, "stake left before the last obligation");
	outcome
}

/// The answer that a case is about, and the decoy that its auditors are shown if it is a planted error.
fn drawn(id: CaseId, cause: &Cause<AccountId>, batch: &Prepared, named: Option<u32>) -> (u32, Option<H256>) {
	match cause {
		Cause::Challenged { .. } => (named.unwrap_or_default(), None),
		Cause::Sampled { seed, point, number } => {
			let mut before = 0;
			let covers = |answer: &Answer| {
				before += answer.receipt.fee;
				*point < before
			};
			let leaf = batch.answers.iter().position(covers).unwrap_or_default() as u32;
			let secret = &batch.secrets[usize::from(*number)];
			let planted = audit::planted(&domain(), secret, seed, 10_000);
			(leaf, planted.then(|| audit::decoy(&domain(), secret, id)))
		}
	}
}

/// What must have happened in some of the sequences: otherwise they no longer reach what they are for.
const REACHED: [&str; 24] = [
	"Agents(Delegated",
	"Agents(DelegationWithdrawn",
	"Agents(DelegatorsRewarded",
	"Agents(ProbeAnswered",
	"Agents(ProbeMissed",
	"Agents(Evicted",
	"Agents(Slashed",
	"Agents(SlashCancelled",
	"Agents(SlashExecuted",
	"Agents(Withdrawn",
	"Attribution(BatchPruned",
	"Attribution(BatchRefuted",
	"Attribution(BatchSettled",
	"Attribution(BatchWithheld",
	"Attribution(DemandMet",
	"Attribution(PaidOut",
	"Attribution(RefundsDone",
	"Credits(Closed",
	"Verification(Appealed",
	"Verification(CaseClosed",
	"Verification(ChallengeLost",
	"Verification(Fined",
	"Verification(LotOpened",
	"Verification(Silenced",
];

#[test]
fn no_planck_appears_or_is_lost() {
	// The same sequences each time: what they reach does not depend on luck.
	let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) };
	let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
	let reached = RefCell::new(BTreeSet::new());
	let outcome = runner.run(&steps(), |steps| {
		common::development().execute_with(|| {
			let mut world = World::new();
			for step in steps {
				world.play(step);
				world.check();
			}
			// In the end everything that is pending settles, is void, or waits for auditors.
			for _ in 0..6 {
				world.play(Step::Pass(10));
				world.check();
			}
			reached.borrow_mut().append(&mut world.happened);
		});
		Ok(())
	});
	outcome.unwrap();
	let reached = reached.into_inner();
	let missing: Vec<_> = REACHED.into_iter().filter(|name| !reached.contains(*name)).collect();
	assert!(missing.is_empty(), "never happened: {missing:?}, only {reached:?}");
}
