//! Answers before auditors: sampled and found sound; challenged, condemned, and called off or carried out.

use crate::{chamber, common, market::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, Mutate},
};
use openledger_primitives::{
	audit, audit::LotOpening, money::proportion, traits::Contributions, CaseId, Finding, Role,
};
use openledger_runtime::{
	configs::{origins::Origin, tracks::contribution::SLASH_APPEAL},
	constants::OPEN,
	AccountId, Agents, Attribution, Balance, Balances, ContributionVoting, Runtime, System, Verification,
};
use pallet_attribution::BatchState;
use pallet_verification::types::{Cause, Phase, Subject};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{BobStash, Ferdie};

const AUDITORS: u8 = 18;
const SALT: H256 = H256([5; 32]);
/// The default of the parameter.
const PLANT_RATE: u32 = 10_000;

fn auditor(number: u8) -> AccountId {
	AccountId::from([100 + number; 32])
}

/// Auditors with seats, whose signers and beneficiaries are accounts of their own.
fn seat_auditors() {
	for number in 0..AUDITORS {
		let [who, signer, beneficiary] = [0, 50, 100].map(|offset| auditor(number.wrapping_add(offset)));
		assert_ok!(Balances::mint_into(&who, 2 * STAKE));
		register(&who, &signer, &beneficiary, Role::Audit);
		assert_ok!(Verification::take_seat(signed(&who)));
	}
}

/// Lets blocks pass until `done`.
fn wait(what: &str, done: impl Fn() -> bool) {
	for _ in 0..200 {
		if done() {
			return;
		}
		attend();
		pass(1);
	}
	panic!("waited in vain until {what}");
}

/// The agent answers a probe, if there is one.
fn attend() {
	if let Some(probe) = pallet_agents::Probes::<Runtime>::get(agent()) {
		assert_ok!(Agents::answer_probe(signer(), probe.challenge));
	}
}

fn phase(case: CaseId) -> Option<Phase> {
	Verification::case(case).map(|case| case.phase)
}

/// The committees of all these cases say what `finding` does of a case, by their members' number.
fn judge(cases: &[CaseId], finding: impl Fn(CaseId, usize) -> Finding) {
	let all = |wanted| cases.iter().all(|case| phase(*case) == Some(wanted));
	wait("members commit", || all(Phase::Committing));
	let mut spoken = vec![];
	for case in cases {
		let stage = Verification::case(*case).unwrap().stage;
		let members = Verification::members(*case).into_iter().filter(|member| member.stage == stage);
		spoken.extend(members.enumerate().map(|(number, member)| (*case, stage, member.who, finding(*case, number))));
	}
	for (case, stage, who, finding) in &spoken {
		let seal = finding.commitment(&domain(), *case, stage.number(), who, &SALT);
		assert_ok!(Verification::commit(signed(who), *case, seal));
	}
	wait("members reveal", || all(Phase::Revealing));
	for (case, _, who, finding) in &spoken {
		assert_ok!(Verification::reveal(signed(who), *case, *finding, SALT));
	}
	wait("the stage ends", || !cases.iter().any(|case| phase(*case) == Some(Phase::Revealing)));
}

/// The answer whose fee covers `point`.
fn at(batch: &Prepared, point: Balance) -> u32 {
	let mut before = 0;
	let covers = |answer: &Answer| {
		before += answer.receipt.fee;
		point < before
	};
	batch.answers.iter().position(covers).unwrap() as u32
}

/// A batch whose sample is published.
fn submitted(market: &Market, payers: &[Payer]) -> (u64, Prepared) {
	let sold: Vec<_> = (0..12).map(|i| (&payers[i % 3], OPEN + i as Balance)).collect();
	let batch = market.batch(&sold);
	assert_ok!(batch.submit());
	let number = pallet_attribution::NextBatch::<Runtime>::get() - 1;
	pass(4);
	batch.open_sample(number);
	(number, batch)
}

/// Sampled cases that are open.
fn sampled() -> Vec<CaseId> {
	let next = pallet_verification::NextCase::<Runtime>::get().0;
	let is_sampled =
		|case: &CaseId| Verification::case(*case).is_some_and(|found| matches!(found.cause, Cause::Sampled { .. }));
	(0..next).map(CaseId).filter(is_sampled).collect()
}

/// The number of a sampled case in its batch, the answer that it is about, and whether it is a planted error.
fn drawn(case: CaseId, batch: &Prepared) -> (u8, u32, bool) {
	let Cause::Sampled { seed, point, number } = Verification::case(case).unwrap().cause else {
		panic!("it was sampled")
	};
	let planted = audit::planted(&domain(), &batch.secrets[usize::from(number)], &seed, PLANT_RATE);
	(number, at(batch, point), planted)
}

/// The agent shows what the chain asks for, and a decoy where its lot says so.
fn disclose_samples(batch: &Prepared) {
	for case in sampled() {
		let (number, leaf, planted) = drawn(case, batch);
		let salt = batch.answers[leaf as usize].salt;
		let shown = if planted { audit::decoy(&domain(), &batch.secrets[usize::from(number)], case) } else { salt };
		let opened = batch.body(leaf);
		assert_ok!(Verification::disclose(signer(), case, leaf, Box::new(opened.receipt), opened.proof, shown));
	}
}

/// One auditor each computes the activations anew, and compares; the agent opens its lot.
fn settle_samples(batch: &Prepared) {
	let cases = sampled();
	judge(&cases, |case, _| {
		let answer = &batch.answers[drawn(case, batch).1 as usize];
		let shown = Verification::case(case).unwrap().exhibit.unwrap().shown.unwrap();
		let fits = audit::fingerprint(&domain(), &shown, &answer.raw) == answer.receipt.fingerprint;
		if fits {
			Finding::Sound
		} else {
			Finding::WrongOutput
		}
	});
	for case in cases {
		let answer = &batch.answers[drawn(case, batch).1 as usize];
		assert_eq!(phase(case), Some(Phase::Closing));
		let opening = LotOpening::new(&domain(), &batch.secrets, drawn(case, batch).0).unwrap();
		assert_ok!(Verification::open_lot(signer(), case, opening, answer.raw, answer.salt));
		assert_eq!(phase(case), None);
	}
}

#[test]
fn sampled_answers_are_sound_and_the_batch_settles() {
	common::development().execute_with(|| {
		let market = Market::open();
		let payers = payers(3, 100 * OPEN);
		seat_auditors();
		let (number, batch) = submitted(&market, &payers);
		let next = pallet_verification::NextCase::<Runtime>::get().0;
		assert_eq!(next, 4, "12 OPEN of fees have as many audits as a batch can");
		assert!(Attribution::settle(signer(), number).is_err());
		disclose_samples(&batch);
		settle_samples(&batch);
		check();
		wait("the batch settles", || Attribution::batch(number).unwrap().state == BatchState::Settled);
		assert!(Verification::clean_record(agent()) >= 1);
		check();
	});
}

/// Ferdie challenges answer 3 of a new batch, three condemn it, the agent appeals, and five of seven condemn it too.
fn condemned(market: &Market, payers: &[Payer]) -> (u64, Prepared) {
	let (number, batch) = submitted(market, payers);
	let ferdie = Ferdie.to_account_id();
	let opened = batch.body(3);
	let case = pallet_verification::NextCase::<Runtime>::get();
	assert_ok!(Verification::challenge(
		signed(&ferdie),
		number,
		3,
		Box::new(opened.receipt.clone()),
		opened.proof.clone(),
		Subject::Answer
	));
	disclose_samples(&batch);
	let salt = batch.answers[3].salt;
	assert_ok!(Verification::disclose(signer(), case, 3, Box::new(opened.receipt), opened.proof, salt));
	settle_samples(&batch);
	judge(&[case], |_, _| Finding::WrongOutput);
	assert_eq!(phase(case), Some(Phase::Appealable));
	assert_ok!(Verification::appeal(signed(&agent()), case));
	judge(&[case], |_, number| if number < 5 { Finding::WrongOutput } else { Finding::Sound });
	wait("the slash is taken over", || phase(case).is_none());
	assert_eq!(Attribution::batch(number).unwrap().state, BatchState::Pending);
	check();
	(number, batch)
}

/// The contribution chamber calls a slash off in time, and none of those who win or lose by it votes.
#[test]
fn a_slash_that_is_called_off_lets_the_batch_settle() {
	common::development().execute_with(|| {
		let market = Market::open();
		let payers = payers(3, 100 * OPEN);
		seat_auditors();
		let [challenger, delegator] = [Ferdie, BobStash].map(|who| who.to_account_id());
		assert_ok!(Balances::mint_into(&delegator, 1_000 * OPEN));
		assert_ok!(Agents::delegate(signed(&delegator), agent(), 100 * OPEN));
		let payer = payers[0].account.clone();
		let parties = [agent(), SIGNER.to_account_id(), beneficiary(), challenger, payer, delegator.clone()];
		for party in &parties {
			<ContributionVoting as Contributions<_>>::mint(party, OPEN);
		}
		chamber::earn(OPEN);
		let (number, _) = condemned(&market, &payers);

		let cancel = pallet_agents::Call::<Runtime>::cancel_slash { id: 0 };
		let index = chamber::propose_to_contributors(Origin::SlashAppeal, cancel);
		let party = || pallet_contribution_voting::Error::<Runtime>::Party;
		for who in &parties {
			assert_noop!(ContributionVoting::vote(signed(who), index, true), party());
		}
		chamber::contributors_vote(index, 40, 0);
		// Nor is a party counted through a delegate.
		let (delegate, until) = (chamber::contributor(2), System::block_number() + 50);
		assert_ok!(ContributionVoting::delegate(signed(&delegator), SLASH_APPEAL, delegate, until));
		let counted = vec![delegator].try_into().unwrap();
		assert_noop!(ContributionVoting::count(signed(&agent()), index, counted), party());

		wait("the slash is called off", || pallet_agents::Deferred::<Runtime>::get(0).is_none());
		assert_eq!(chamber::approved(index), Some(true));
		wait("the batch settles", || Attribution::batch(number).unwrap().state == BatchState::Settled);
		assert_eq!(Agents::agent(agent()).unwrap().stake, STAKE);
		check();
	});
}

#[test]
fn a_slash_that_stands_voids_the_batch_and_makes_the_payers_whole() {
	common::development().execute_with(|| {
		let market = Market::open();
		let payers = payers(3, 100 * OPEN);
		seat_auditors();
		let wealth = |payer: &Payer| Balances::total_balance(&payer.account);
		let before: Vec<_> = payers.iter().map(wealth).collect();
		let rich = Balances::total_balance(&Ferdie.to_account_id());
		let (number, batch) = condemned(&market, &payers);
		wait("the batch is void", || Attribution::batch(number).unwrap().state == BatchState::Voided);
		attend();
		pass(2);
		// A tenth of the stake is more than five times the fees.
		let slash = STAKE / 10;
		assert_eq!(Agents::agent(agent()).unwrap().stake, STAKE - slash);
		assert_eq!(Balances::total_balance(&Ferdie.to_account_id()), rich + slash / 4);
		let owed = batch.owed();
		let fees: Balance = owed.values().sum();
		for (payer, before) in payers.iter().zip(before) {
			let gain = proportion(slash / 100 * 15, owed[&payer.account], fees).unwrap();
			assert!(wealth(payer).abs_diff(before + gain) <= 3);
		}
		check();
	});
}
