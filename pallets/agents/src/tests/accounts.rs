//! Signers, beneficiaries and roles.

use crate::{mock::*, types::MAX_FORMER, AgentOfSigner, Error, Event, FormerSigners};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{traits::Agents as _, Hardware, Role, Roles};

const NEW: u64 = 12;

/// The former signers of an agent, oldest first.
fn former(agent: u64) -> Vec<u64> {
	record_of(agent).former.iter().map(|former| former.signer).collect()
}

#[test]
fn set_signer_lets_the_old_one_bind_for_a_while() {
	with_agent(|| {
		assert_ok!(Agents::set_signer(signed(AGENT), NEW));
		let until = 1 + LONGEST;
		System::assert_last_event(Event::SignerSet { agent: AGENT, old: SIGNER, new: NEW, until }.into());
		assert_eq!(
			(Agents::signer(&AGENT), Agents::agent_of(&NEW), Agents::agent_of(&SIGNER)),
			(Some(NEW), Some(AGENT), None)
		);
		skip_to(until);
		assert!(Agents::signs(&AGENT, &NEW) && Agents::signs(&AGENT, &SIGNER));
		skip_to(until + 1);
		assert!(Agents::signs(&AGENT, &NEW) && !Agents::signs(&AGENT, &SIGNER));
		assert!(!Agents::signs(&AGENT, &ALICE) && !Agents::signs(&ALICE, &NEW));
	});
}

#[test]
fn set_signer_fails_when_it_must() {
	with_agent(|| {
		assert_ok!(register(10, 11));
		let set = |who, signer| Agents::set_signer(signed(who), signer);
		assert_noop!(set(ALICE, NEW), Error::<Test>::NotAnAgent);
		assert_noop!(set(AGENT, AGENT), Error::<Test>::SameAccount);
		assert_noop!(set(AGENT, PAID), Error::<Test>::SameAccount);
		for taken in [SIGNER, 11] {
			assert_noop!(set(AGENT, taken), Error::<Test>::SignerTaken);
		}
		assert_ok!(set(AGENT, NEW));
		// What it has signed for one agent must not be held against another.
		assert_noop!(set(10, SIGNER), Error::<Test>::SignerTaken);
		assert_noop!(register(BOB, SIGNER), Error::<Test>::SignerTaken);
		skip_to(1 + LONGEST);
		assert_noop!(set(10, SIGNER), Error::<Test>::SignerTaken);
		skip_to(2 + LONGEST);
		assert_ok!(set(10, SIGNER));
		assert_eq!((former(AGENT).len(), FormerSigners::<Test>::get(SIGNER)), (0, None));
		assert_eq!(FormerSigners::<Test>::get(11), Some(10));
	});
}

#[test]
fn many_signers_are_replaced_and_all_of_them_bind() {
	with_agent(|| {
		// Every two blocks another one, until there is no room.
		let most = u64::from(MAX_FORMER);
		for next in 0..most {
			assert_ok!(Agents::set_signer(signed(AGENT), 12 + next));
			skip_to(3 + 2 * next);
		}
		let once: Vec<_> = [SIGNER].into_iter().chain(12..11 + most).collect();
		assert_eq!(former(AGENT), once);
		assert!(once.iter().chain([&(11 + most)]).all(|signer| Agents::signs(&AGENT, signer)));
		assert_noop!(Agents::set_signer(signed(AGENT), 25), Error::<Test>::TooManySigners);
		assert_noop!(Agents::set_signer(signed(10), 12), Error::<Test>::NotAnAgent);
		assert_noop!(register(10, 12), Error::<Test>::SignerTaken);
		// The first was replaced in block 1, the second in block 3.
		skip_to(1 + LONGEST);
		assert_noop!(Agents::set_signer(signed(AGENT), 25), Error::<Test>::TooManySigners);
		skip_to(2 + LONGEST);
		assert_ok!(register(10, SIGNER));
		assert_eq!(former(AGENT), once[1..]);
		assert!(!Agents::signs(&AGENT, &SIGNER) && Agents::signs(&AGENT, &12));
		assert_ok!(Agents::set_signer(signed(AGENT), 25));
		assert_noop!(Agents::set_signer(signed(AGENT), 26), Error::<Test>::TooManySigners);
		// Those that do not bind any more are forgotten with the next one.
		skip_to(6 + LONGEST);
		assert!(!Agents::signs(&AGENT, &12) && !Agents::signs(&AGENT, &13) && Agents::signs(&AGENT, &14));
		assert_ok!(Agents::set_signer(signed(AGENT), 26));
		assert_eq!(former(AGENT), (14..12 + most).chain([25]).collect::<Vec<_>>());
		assert_eq!((FormerSigners::<Test>::get(12), FormerSigners::<Test>::get(14)), (None, Some(AGENT)));
	});
}

#[test]
fn an_agent_takes_back_a_signer_that_still_binds_it() {
	with_agent(|| {
		for turn in 0..20 {
			assert_ok!(Agents::set_signer(signed(AGENT), if turn % 2 == 0 { NEW } else { SIGNER }));
		}
		assert_eq!((record().signer, former(AGENT)), (SIGNER, vec![NEW]));
		assert_eq!((FormerSigners::<Test>::get(NEW), FormerSigners::<Test>::get(SIGNER)), (Some(AGENT), None));
	});
}

#[test]
fn a_signer_can_come_back() {
	with_agent(|| {
		assert_ok!(Agents::set_signer(signed(AGENT), NEW));
		skip_to(2 + LONGEST);
		assert_ok!(Agents::set_signer(signed(AGENT), SIGNER));
		assert_eq!(AgentOfSigner::<Test>::get(SIGNER), Some(AGENT));
		assert_eq!((FormerSigners::<Test>::get(NEW), FormerSigners::<Test>::get(SIGNER)), (Some(AGENT), None));
		// Another agent takes a signer that nobody signs for any more.
		skip_to(4 + 2 * LONGEST);
		assert_ok!(register(10, NEW));
		assert!(former(AGENT).is_empty());
	});
}

#[test]
fn set_beneficiary_changes_where_an_agent_is_paid() {
	with_agent(|| {
		assert_ok!(Agents::set_beneficiary(signed(AGENT), ALICE));
		assert_eq!(Agents::beneficiary(&AGENT), Some(ALICE));
		System::assert_last_event(Event::BeneficiarySet { agent: AGENT, old: PAID, new: ALICE }.into());
		assert_noop!(Agents::set_beneficiary(signed(AGENT), SIGNER), Error::<Test>::SameAccount);
		assert_noop!(Agents::set_beneficiary(signed(SIGNER), ALICE), Error::<Test>::NotAnAgent);
		assert_ok!(Agents::set_beneficiary(signed(AGENT), AGENT));
	});
}

#[test]
fn set_roles_changes_what_an_agent_does() {
	with_agent(|| {
		let (old_roles, old_hardware) = (Roles::only(Role::Serve), Hardware::Cpu);
		let (roles, hardware) = (Roles::only(Role::Audit), Hardware::Hopper);
		assert_ok!(Agents::set_roles(signed(AGENT), roles, hardware));
		System::assert_last_event(Event::RolesSet { agent: AGENT, old_roles, old_hardware, roles, hardware }.into());
		let standing = Agents::standing(AGENT).unwrap();
		assert_eq!((standing.roles, standing.hardware, standing.stake), (roles, hardware, 1_000));
		assert_noop!(Agents::expose(&AGENT, 1), Error::<Test>::NotServing);
		assert_noop!(Agents::set_roles(signed(AGENT), Roles(0), hardware), Error::<Test>::BadRoles);
		assert_noop!(Agents::set_roles(signed(SIGNER), roles, hardware), Error::<Test>::NotAnAgent);
		assert_ok!(Agents::bind(&AGENT));
		assert_noop!(Agents::set_roles(signed(AGENT), old_roles, hardware), Error::<Test>::StillBound);
		Agents::unbind(&AGENT);
		assert_ok!(Agents::set_roles(signed(AGENT), old_roles, hardware));
		assert_ok!(Agents::expose(&AGENT, 1));
	});
}
