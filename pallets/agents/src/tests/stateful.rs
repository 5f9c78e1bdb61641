//! Random calls in random order: the invariants hold after each, what fails leaves no trace, and nothing is lost but
//! what events say was burnt.

use crate::{mock::*, types::*, Event, HoldReason, NextService, NextSlash};
use frame_support::{
	dispatch::DispatchResult,
	storage::{with_transaction, TransactionOutcome},
};
use openledger_primitives::{
	traits::{Agents as _, Shares},
	Hardware, ModelId, Offence, Roles, ServiceId,
};
use proptest::prelude::*;
use sp_core::{storage::StateVersion, H256};
use sp_runtime::Perbill;

/// Accounts that are agents or become them, their signers, and delegators.
const PEOPLE: u64 = 12;

/// What a step does; the numbers choose who, to whom and how much.
#[derive(Clone, Copy, Debug)]
enum Step {
	Register(u8, u8, u8),
	Bond(u8, u16),
	Unbond(u8, u16),
	Withdraw(u8),
	SetSigner(u8, u8),
	SetBeneficiary(u8, u8),
	SetRoles(u8, u8),
	Delegate(u8, u8, u16),
	Undelegate(u8, u8),
	WithdrawDelegation(u8),
	Offer(u8, u8, u8),
	WithdrawOffer(u8, u8),
	PruneOffer(u8, u8),
	Answer(u8, bool),
	Return(u8),
	RegisterService(u8, u8),
	UpdateService(u8, u8, u8),
	RetireService(u8, u8),
	Execute(u8),
	Cancel(u8),
	/// What other pallets do.
	Expose(u8, u16),
	Release(u8, u16),
	Bind(u8),
	Unbind(u8),
	Slash(u8, u8, u16, u8),
	Defer(u8, u8, u16, u8),
	Fine(u8, u16, u8),
	Reward(u8, u16),
	/// A batch settles, or cannot be voided for another reason.
	Settle(u8),
	Break(u8),
	Probe(u8),
	Wait(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	use Step::*;
	let one = || any::<u8>();
	let much = || 0u16..3_000;
	let staking = prop_oneof![
		3 => (one(), one(), one()).prop_map(|(who, signer, paid)| Register(who, signer, paid)),
		2 => (one(), much()).prop_map(|(who, amount)| Bond(who, amount)),
		2 => (one(), much()).prop_map(|(who, amount)| Unbond(who, amount)),
		3 => one().prop_map(Withdraw),
		3 => (one(), one()).prop_map(|(who, signer)| SetSigner(who, signer)),
		1 => (one(), one()).prop_map(|(who, paid)| SetBeneficiary(who, paid)),
		1 => (one(), one()).prop_map(|(who, roles)| SetRoles(who, roles)),
	];
	let delegation = prop_oneof![
		4 => (one(), one(), much()).prop_map(|(who, agent, amount)| Delegate(who, agent, amount)),
		3 => (one(), one()).prop_map(|(which, part)| Undelegate(which, part)),
		3 => one().prop_map(WithdrawDelegation),
		2 => (one(), much()).prop_map(|(agent, amount)| Reward(agent, amount)),
	];
	let offers = prop_oneof![
		(one(), one(), one()).prop_map(|(who, model, life)| Offer(who, model, life)),
		(one(), one()).prop_map(|(who, model)| WithdrawOffer(who, model)),
		(one(), one()).prop_map(|(who, model)| PruneOffer(who, model)),
		(one(), one()).prop_map(|(who, model)| RegisterService(who, model)),
		(one(), one(), one()).prop_map(|(who, service, model)| UpdateService(who, service, model)),
		(one(), one()).prop_map(|(who, service)| RetireService(who, service)),
	];
	let others = prop_oneof![
		(one(), much()).prop_map(|(agent, fees)| Expose(agent, fees)),
		(one(), much()).prop_map(|(agent, fees)| Release(agent, fees)),
		one().prop_map(Bind),
		one().prop_map(Unbind),
		(one(), one(), 0u16..100, one()).prop_map(|(agent, offence, fees, to)| Slash(agent, offence, fees, to)),
		(one(), one(), 0u16..100, one()).prop_map(|(agent, offence, fees, to)| Defer(agent, offence, fees, to)),
		(one(), much(), one()).prop_map(|(agent, amount, to)| Fine(agent, amount, to)),
		one().prop_map(Execute),
		one().prop_map(Cancel),
		one().prop_map(Settle),
		one().prop_map(Break),
	];
	let liveness = prop_oneof![
		2 => one().prop_map(Probe),
		2 => (one(), any::<bool>()).prop_map(|(who, right)| Answer(who, right)),
		1 => one().prop_map(Return),
	];
	let step = prop_oneof![
		4 => staking,
		4 => delegation,
		2 => offers,
		3 => others,
		2 => liveness,
		3 => (0u8..25).prop_map(Wait),
	];
	prop::collection::vec(step, 1..120)
}

/// Runs a call as a block does: what fails is undone.
fn call(call: impl FnOnce() -> DispatchResult) {
	let before = sp_io::storage::root(StateVersion::V1);
	let outcome = with_transaction(|| match call() {
		Ok(()) => TransactionOutcome::Commit(Ok(())),
		Err(error) => TransactionOutcome::Rollback(Err(error)),
	});
	if let Err(error) = outcome {
		assert_eq!(sp_io::storage::root(StateVersion::V1), before, "{error:?} left a trace");
	}
}

fn person(number: u8) -> u64 {
	1 + u64::from(number) % PEOPLE
}

/// The number of accounts that are mostly agents is small, so that they meet.
fn agent(number: u8) -> u64 {
	1 + u64::from(number) % 3
}

/// Somebody, somebody who does not exist, or nobody.
fn taker(number: u8) -> Option<u64> {
	match number % 4 {
		0 => None,
		1 => Some(NOBODY + u64::from(number)),
		_ => Some(person(number)),
	}
}

fn offence(number: u8) -> Offence {
	[Offence::Fraud, Offence::Withheld, Offence::Unsound, Offence::Silent, Offence::Unsound][number as usize % 5]
}

fn some_slash(number: u8) -> u64 {
	(NextSlash::<Test>::get() + 1).saturating_sub(u64::from(number % 4))
}

fn some_service(number: u8) -> ServiceId {
	ServiceId((NextService::<Test>::get().0 + 1).saturating_sub(u32::from(number % 4)))
}

fn some_terms(number: u8) -> ServiceTerms {
	ServiceTerms { models: vec![ModelId(u32::from(number % 3))].try_into().unwrap(), ..terms(number.into()) }
}

/// A delegation: to whom, whose, and how many shares. Nobody's if there is none.
fn some_delegation(number: u8) -> (u64, u64, u128) {
	let count = crate::Delegations::<Test>::iter_keys().count();
	let which = usize::from(number) % (count + 1);
	crate::Delegations::<Test>::iter()
		.nth(which)
		.map_or((AGENT, NOBODY, 0), |(agent, who, delegation)| (agent, who, delegation.shares))
}

fn shares(number: u8) -> Shares<u64> {
	Shares { challenger: taker(number), harmed: taker(number / 4), committee: taker(number / 16) }
}

/// Obligations that are not those of deferred slashes, which alone may be taken back by others.
fn free_bound(agent: u64) -> u32 {
	crate::Agents::<Test>::get(agent).map_or(0, |record| record.bound - record.deferred)
}

fn exists(agent: u64) -> bool {
	crate::Agents::<Test>::contains_key(agent)
}

fn stakes(step: Step) {
	match step {
		Step::Register(who, signer, paid) => call(|| {
			let (roles, hardware) = (Roles(paid % 17), Hardware::Cpu);
			let stake = 60 + 20 * u128::from(paid);
			Agents::register(signed(agent(who)), person(signer), person(paid), stake, roles, hardware)
		}),
		Step::Bond(who, amount) => call(|| Agents::bond(signed(agent(who)), amount.into())),
		Step::Unbond(who, amount) => call(|| Agents::unbond(signed(agent(who)), amount.into())),
		Step::Withdraw(who) => call(|| Agents::withdraw(signed(agent(who)))),
		Step::SetSigner(who, signer) => call(|| Agents::set_signer(signed(agent(who)), person(signer))),
		Step::SetBeneficiary(who, paid) => call(|| Agents::set_beneficiary(signed(agent(who)), person(paid))),
		Step::SetRoles(who, roles) => {
			call(|| Agents::set_roles(signed(agent(who)), Roles(roles % 17), Hardware::Ada));
		}
		Step::Delegate(who, to, amount) => {
			call(|| Agents::delegate(signed(person(who % 6)), agent(to), u128::from(amount) / 4));
		}
		Step::Undelegate(which, part) => call(|| {
			let (from, who, shares) = some_delegation(which);
			Agents::undelegate(signed(who), from, shares * u128::from(part % 6) / 4)
		}),
		Step::WithdrawDelegation(which) => call(|| {
			let (from, who, _) = some_delegation(which);
			Agents::withdraw_delegation(signed(who), from)
		}),
		other => works(other),
	}
}

fn works(step: Step) {
	match step {
		Step::Offer(who, model, life) => {
			call(|| Agents::offer_model(signed(person(who)), ModelId((model % 5).into()), 1, 2, life.into()));
		}
		Step::WithdrawOffer(who, model) => {
			call(|| Agents::withdraw_offer(signed(person(who)), ModelId((model % 5).into())));
		}
		Step::PruneOffer(who, model) => {
			call(|| Agents::prune_offer(signed(BOB), agent(who), ModelId((model % 5).into())));
		}
		Step::Answer(who, right) => {
			let signer = Agents::signer(&agent(who)).filter(|_| who % 5 > 0);
			let who = signer.unwrap_or(person(who));
			let open = Agents::agent_of(&who).and_then(Agents::probe);
			let challenge = open.filter(|_| right).map_or(H256::zero(), |probe| probe.challenge);
			call(|| Agents::answer_probe(signed(who), challenge).map(drop).map_err(|error| error.error));
		}
		Step::Return(who) => call(|| Agents::return_to_service(signed(person(who)))),
		Step::RegisterService(who, model) => {
			call(|| Agents::register_service(signed(agent(who)), some_terms(model)));
		}
		Step::UpdateService(who, service, model) => {
			call(|| Agents::update_service(signed(agent(who)), some_service(service), some_terms(model)));
		}
		Step::RetireService(who, service) => {
			let service = some_service(service);
			let owner =
				Agents::service(service).filter(|_| who % 5 > 0).map_or(agent(who), |(service, _)| service.agent);
			call(|| Agents::retire_service(signed(owner), service));
		}
		Step::Probe(seed) => Agents::probe_one(H256::repeat_byte(seed)),
		Step::Wait(blocks) => run(blocks.into()),
		other => pallets(other),
	}
}

/// A slash. What is judged is taken from the agent's own and from what was delegated, each by its part.
fn slash(agent: u64, offence: Offence, fees: u128, shares: &Shares<u64>) -> DispatchResult {
	let at_risk = || {
		let record = crate::Agents::<Test>::get(agent).unwrap();
		(Agents::own(&record), record.pool.amount)
	};
	let before = exists(agent).then(at_risk);
	let burns = Burnt::get().len();
	let amount = Agents::slash(&agent, offence, fees, shares)?.amount;
	let ((own, pool), (own_left, pool_left)) = (before.unwrap(), at_risk());
	assert_eq!(own - own_left + pool - pool_left, amount);
	let judged = matches!(offence, Offence::Withheld | Offence::Unsound);
	assert!(!judged || (own - own_left) * (own + pool) <= amount * own + own + pool, "too much of its own");
	assert!(offence != Offence::Silent || pool_left == pool);
	// The part of the weight is that of the own stake, and a billionth too much at most.
	assert_eq!(Burnt::get(), BurntThrough::get());
	let burns = Burnt::get().split_off(burns);
	let loses = offence != Offence::Silent && own > own_left;
	assert!(burns.iter().map(|(who, _)| *who).eq(loses.then_some(agent)), "{burns:?}");
	for (_, part) in burns {
		let part = u128::from(part.deconstruct()) * own;
		assert!((0..own).contains(&(part - 1_000_000_000 * (own - own_left))));
	}
	Ok(())
}

/// What other pallets do. They release and unbind what they exposed and bound.
fn pallets(step: Step) {
	match step {
		Step::Expose(who, fees) => call(|| {
			Agents::expose(&agent(who), fees.into())?;
			let record = record_of(agent(who));
			assert!(85 * record.exposure < 60 * record.stake, "a lie pays");
			Ok(())
		}),
		Step::Release(who, fees) if exists(agent(who)) => Agents::release(&agent(who), fees.into()),
		Step::Bind(who) => call(|| Agents::bind(&agent(who))),
		Step::Unbind(who) if free_bound(agent(who)) > 0 => Agents::unbind(&agent(who)),
		Step::Slash(who, number, fees, to) => {
			FraudSlash::set(Perbill::from_percent(if fees < 20 { 100 } else { 40 }));
			call(|| slash(agent(who), offence(number), fees.into(), &shares(to)));
		}
		Step::Defer(who, number, fees, to) => call(|| {
			Agents::bind(&agent(who))?;
			Agents::defer_slash(&agent(who), offence(number), fees.into(), u64::from(to % 8), &shares(to))
		}),
		Step::Fine(who, amount, to) => {
			let (who, to) = (agent(who), taker(to));
			let before = if exists(who) { on_hold(HoldReason::Stake, who) } else { 0 };
			assert_eq!(Agents::fine(&who, amount.into(), to.as_ref()), before.min(amount.into()));
		}
		Step::Reward(who, amount) => {
			let before = free(COMMITTEE);
			assert_eq!(Agents::reward_delegators(&agent(who), amount.into(), &COMMITTEE), before - free(COMMITTEE));
		}
		Step::Execute(id) => call(|| Agents::execute_slash(signed(BOB), some_slash(id))),
		Step::Cancel(id) => call(|| Agents::cancel_slash(RuntimeOrigin::root(), some_slash(id))),
		Step::Settle(batch) => Settled::mutate(|settled| {
			settled.insert(u64::from(batch % 8));
		}),
		Step::Break(batch) => Broken::mutate(|broken| {
			broken.clear();
			broken.insert(u64::from(batch % 8));
		}),
		_ => (),
	}
}

/// What events say was burnt since they were last looked at.
fn burnt() -> u128 {
	let burnt = System::events().into_iter().map(|record| match record.event {
		RuntimeEvent::Agents(Event::Slashed { burnt, .. } | Event::Fined { burnt, .. }) => burnt,
		_ => 0,
	});
	let burnt = burnt.sum();
	System::reset_events();
	burnt
}

/// Left alone, everything at stake can be had back by whose it is.
fn wind_up() {
	Broken::set(Default::default());
	run(200);
	for agent in 1..4 {
		if !exists(agent) {
			continue;
		}
		while free_bound(agent) > 0 {
			Agents::unbind(&agent);
		}
		Agents::release(&agent, u128::MAX);
		Agents::withdraw(signed(agent)).ok();
		let stake = crate::Agents::<Test>::get(agent).map_or(0, |record| record.stake);
		if stake > 0 {
			Agents::unbond(signed(agent), stake).unwrap();
		}
	}
	let delegations: Vec<_> = crate::Delegations::<Test>::iter().collect();
	for (agent, who, delegation) in &delegations {
		Agents::withdraw_delegation(signed(*who), *agent).ok();
		if delegation.shares > 0 {
			Agents::undelegate(signed(*who), *agent, delegation.shares).ok();
		}
	}
	for (agent, model) in crate::Offers::<Test>::iter_keys().collect::<Vec<_>>() {
		Agents::withdraw_offer(signed(agent), model).unwrap();
	}
	for (id, service) in crate::Services::<Test>::iter().collect::<Vec<_>>() {
		Agents::retire_service(signed(service.agent), id).unwrap();
	}
	run(PERIOD);
	for (agent, who, _) in &delegations {
		Agents::withdraw_delegation(signed(*who), *agent).ok();
	}
	for agent in (1..4).filter(|agent| exists(*agent)) {
		Agents::withdraw(signed(agent)).unwrap();
	}
	assert_eq!(crate::Agents::<Test>::iter().count(), 0);
	assert_eq!(crate::Delegations::<Test>::iter().count(), 0);
	assert_eq!((free(Agents::pot()), crate::TotalStake::<Test>::get()), (ED, 0));
	assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
	assert_eq!((crate::Offers::<Test>::iter().count(), crate::FormerSigners::<Test>::iter().count()), (0, 0));
	Agents::do_try_state().unwrap();
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn invariants_hold_whatever_happens(steps in steps()) {
		new_test_ext().execute_with(|| {
			System::set_block_number(1);
			for agent in 1..3 {
				register(agent, 20 + agent).unwrap();
			}
			let mut issuance = Balances::total_issuance();
			System::reset_events();
			for step in steps {
				stakes(step);
				Agents::do_try_state().unwrap();
				issuance -= burnt();
				assert_eq!(Balances::total_issuance(), issuance, "{step:?}");
			}
			wind_up();
		});
	}
}
