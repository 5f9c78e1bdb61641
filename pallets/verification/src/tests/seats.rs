//! Taking seats and leaving them.

use crate::{mock::*, types::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use openledger_primitives::{receipt::NumericClass, traits::Agents, CaseId, Hardware, Role, Roles};

#[test]
fn take_seat_gives_one_in_each_room() {
	build_and_execute(|| {
		change_agent(FIRST + 1, |agent| agent.hardware = Hardware::Hopper);
		assert_ok!(Verification::take_seat(signed(FIRST)));
		System::assert_last_event(Event::Seated { auditor: FIRST, hardware: Hardware::Cpu }.into());
		// The signer speaks for its agent.
		assert_ok!(Verification::take_seat(signed(FIRST + 1 + 1_000)));
		let hopper = Auditor { hardware: Hardware::Hopper, common: 1, own: 0, since: 1, cases: 0 };
		assert_eq!(Verification::auditor(FIRST + 1), Some(hopper));
		assert_eq!(Verification::auditors_in(Room::Common), 2);
		assert_eq!(Verification::auditors_in(Room::Of(Hardware::Cpu)), 1);
		assert_eq!(Verification::auditors_in(Room::Of(Hardware::Hopper)), 1);
	});
}

#[test]
fn take_seat_fails_without_what_it_takes() {
	build_and_execute(|| {
		assert_noop!(Verification::take_seat(signed(ALICE)), Error::<Test>::NoAgent);
		assert_noop!(Verification::take_seat(signed(AGENT)), Error::<Test>::NoAuditRole);
		change_agent(FIRST, |agent| agent.active = false);
		assert_noop!(Verification::take_seat(signed(FIRST)), Error::<Test>::Inactive);
		change_agent(FIRST, |agent| agent.active = true);
		World::fine(&FIRST, STAKE - SEAT + 1, None);
		assert_noop!(Verification::take_seat(signed(FIRST)), Error::<Test>::TooLittleStake);
		<Balances as Mutate<u64>>::set_balance(&(STAKES + FIRST), SEAT);
		assert_ok!(Verification::take_seat(signed(FIRST)));
		for who in [FIRST, FIRST + 1_000] {
			assert_noop!(Verification::take_seat(signed(who)), Error::<Test>::AlreadySeated);
		}
	});
}

#[test]
fn a_seat_that_is_left_is_taken_again_and_no_other_moves() {
	with_auditors(4, || {
		assert_ok!(Verification::leave_seat(signed(FIRST + 1)));
		System::assert_last_event(Event::Unseated { auditor: FIRST + 1 }.into());
		assert_eq!(Rooms::<Test>::get(Room::Common), Seating { seats: 4, free: 1 });
		assert_eq!(Verification::auditor(FIRST + 2).unwrap().common, 2);
		check();
		assert_ok!(Verification::take_seat(signed(FIRST + 50)));
		assert_eq!(Verification::auditor(FIRST + 50).unwrap().common, 1);
		assert_eq!(Rooms::<Test>::get(Room::Common), Seating { seats: 4, free: 0 });
		assert_noop!(Verification::leave_seat(signed(FIRST + 1)), Error::<Test>::NotSeated);
	});
}

#[test]
fn leave_seat_fails_on_a_case() {
	with_auditors(4, || {
		let id = watched(0);
		let sentinel = judges(id)[0];
		assert_noop!(Verification::leave_seat(signed(sentinel)), Error::<Test>::OnCase);
		change_agent(sentinel, |agent| agent.active = false);
		assert_noop!(Verification::unseat(signed(ALICE), sentinel), Error::<Test>::OnCase);
		change_agent(sentinel, |agent| agent.active = true);
		vote(id, 0);
		open_lot(id).unwrap();
		assert_ok!(Verification::leave_seat(signed(sentinel + 1_000)));
	});
}

#[test]
fn unseat_frees_the_seats_of_who_cannot_audit() {
	with_auditors(4, || {
		assert_noop!(Verification::unseat(signed(ALICE), FIRST), Error::<Test>::StillFit);
		assert_noop!(Verification::unseat(signed(ALICE), ALICE), Error::<Test>::NotSeated);
		change_agent(FIRST, |agent| agent.active = false);
		change_agent(FIRST + 1, |agent| agent.roles = Roles::only(Role::Serve));
		change_agent(FIRST + 2, |agent| agent.hardware = Hardware::Ada);
		for who in FIRST..FIRST + 3 {
			assert_ok!(Verification::unseat(signed(ALICE), who));
		}
		FakeAgents::remove(FIRST + 3);
		assert_ok!(Verification::unseat(signed(ALICE), FIRST + 3));
		assert_eq!(Verification::auditors_in(Room::Common), 0);
	});
}

#[test]
fn floating_point_is_judged_on_machines_of_one_kind() {
	build_and_execute(|| {
		for who in FIRST..FIRST + 20 {
			change_agent(who, |agent| agent.hardware = Hardware::Hopper);
		}
		change_agent(AGENT, |agent| agent.hardware = Hardware::Ada);
		for who in FIRST + 20..FIRST + 24 {
			change_agent(who, |agent| agent.hardware = Hardware::Ada);
		}
		seat(24);
		for (batch, class) in [(0, NumericClass::FloatGpu), (1, NumericClass::FloatCpu)] {
			let id = sampled_in(batch, class);
			disclose_in(id, class).unwrap();
			run(DELAY + 1);
			assert_eq!(case(id).room, Room::Of(Hardware::Ada));
			assert!((FIRST + 20..FIRST + 24).contains(&judges(id)[0]));
		}
	});
}

#[test]
fn nobody_is_drawn_who_is_a_party_came_late_or_is_unfit() {
	for seed in 0..8 {
		with_auditors(14, || {
			run(seed);
			// Of one owner with the agent, by signer or by beneficiary.
			change_agent(FIRST, |agent| agent.beneficiary = BENEFICIARY);
			change_agent(FIRST + 1, |agent| agent.signer = SIGNER + 100_000);
			change_agent(AGENT, |agent| agent.signer = SIGNER);
			change_agent(FIRST + 1, |agent| agent.beneficiary = SIGNER);
			change_agent(FIRST + 2, |agent| agent.active = false);
			change_agent(FIRST + 3, |agent| agent.hardware = Hardware::Metal);
			change_agent(FIRST + 4, |agent| agent.roles = Roles::only(Role::Serve));
			// The one that paid for the answer.
			change_agent(FIRST + 5, |agent| agent.beneficiary = PAYER);
			let id = sampled(0);
			disclose(id).unwrap();
			next_block();
			for who in FIRST + 30..FIRST + 60 {
				Verification::take_seat(signed(who)).unwrap();
			}
			run(DELAY);
			vote(id, 1);
			// The first draw had 14 seats; the second has 44.
			assert!(members(id).iter().all(|member| (FIRST + 6..FIRST + 14).contains(&member.who)));
			run(DELAY + 1);
			assert!(members(id).iter().all(|member| member.who >= FIRST + 6));
			assert_eq!(members(id).len(), 4);
		});
	}
}

#[test]
fn who_has_too_many_cases_is_not_drawn() {
	with_auditors(3, || {
		for who in [FIRST, FIRST + 1] {
			Auditors::<Test>::mutate(who, |auditor| auditor.as_mut().unwrap().cases = MAX_CASES);
		}
		let id = watched(0);
		assert_eq!(judges(id), [FIRST + 2]);
		for who in [FIRST, FIRST + 1] {
			Auditors::<Test>::mutate(who, |auditor| auditor.as_mut().unwrap().cases = 0);
		}
	});
}

#[test]
fn who_has_less_than_half_of_the_stake_for_a_seat_is_not_drawn() {
	with_auditors(4, || {
		World::fine(&FIRST, STAKE - SEAT / 2, None);
		assert_noop!(Verification::unseat(signed(ALICE), FIRST), Error::<Test>::StillFit);
		for who in [FIRST, FIRST + 1, FIRST + 2] {
			World::fine(&who, STAKE, None);
			<Balances as Mutate<u64>>::set_balance(&(STAKES + who), SEAT / 2 - 1);
		}
		let id = watched(0);
		assert_eq!(judges(id), [FIRST + 3]);
		assert_ok!(Verification::unseat(signed(ALICE), FIRST));
	});
}

#[test]
fn seats_at_the_end_that_are_left_are_given_up() {
	with_auditors(40, || {
		let seats = |room| Rooms::<Test>::get(room);
		// The last two, and one before them in between.
		for (who, left) in [(37, (40, 1)), (39, (39, 1)), (38, (37, 0))] {
			assert_ok!(Verification::leave_seat(signed(FIRST + who)));
			for room in [Room::Common, Room::Of(Hardware::Cpu)] {
				assert_eq!(seats(room), Seating { seats: left.0, free: left.1 });
			}
			check();
		}
		// Left from the first on, seats stay until the last is.
		for who in (1..36).rev().step_by(2).chain((1..36).step_by(2)).take(18) {
			assert_ok!(Verification::leave_seat(signed(FIRST + who)));
			check();
		}
		let mut others: Vec<_> = (1..36).filter(|who| Verification::auditor(FIRST + who).is_some()).collect();
		while let Some(who) = others.pop() {
			assert_ok!(Verification::leave_seat(signed(FIRST + who)));
			check();
		}
		assert_eq!(seats(Room::Common), Seating { seats: 37, free: 35 });
		// No more than a few at once; who comes gives up more, and takes one of those that are left.
		assert_ok!(Verification::leave_seat(signed(FIRST + 36)));
		assert_eq!(seats(Room::Common), Seating { seats: 29, free: 28 });
		check();
		assert_ok!(Verification::take_seat(signed(FIRST + 50)));
		assert_eq!(seats(Room::Common), Seating { seats: 21, free: 19 });
		check();
	});
}

#[test]
fn seats_that_are_left_behind_deny_nobody_a_committee() {
	with_auditors(100, || {
		for who in FIRST + 4..FIRST + 99 {
			assert_ok!(Verification::leave_seat(signed(who)));
		}
		assert_eq!(Rooms::<Test>::get(Room::Common), Seating { seats: 100, free: 95 });
		for batch in 0..8 {
			PerAudit::set(PRICE * u128::from(RECEIPTS));
			crate::Clean::<Test>::remove(AGENT);
			let id = sampled(batch);
			disclose(id).unwrap();
			// Far more of them than a draw looks at auditors.
			Cases::<Test>::mutate(id, |case| case.as_mut().unwrap().seats = 1_000);
			run(DELAY + 1);
			vote(id, 0);
			open_lot(id).unwrap();
			assert_eq!(outcome(), Outcome::Sound);
		}
	});
}

#[test]
fn floating_point_on_machines_that_nobody_audits_is_judged_by_all() {
	with_auditors(12, || {
		change_agent(AGENT, |agent| agent.hardware = Hardware::Cdna);
		for who in FIRST + 20..FIRST + 22 {
			change_agent(who, |agent| agent.hardware = Hardware::Cdna);
			Verification::take_seat(signed(who)).unwrap();
		}
		let id = sampled_in(0, NumericClass::FloatGpu);
		disclose_in(id, NumericClass::FloatGpu).unwrap();
		assert_eq!(case(id).room, Room::Common);
		run(DELAY + 1);
		vote(id, 1);
		run(DELAY + 1);
		rule(id, 3);
		run(WINDOW + 1);
		assert_eq!(outcome(), Outcome::Guilty(openledger_primitives::Offence::Unsound));
		// A challenge of it is judged, too.
		PerAudit::set(u128::MAX);
		submit(1, NumericClass::FloatGpu);
		let class = NumericClass::FloatGpu;
		let call = || {
			Verification::challenge(signed(ALICE), 1, 0, Box::new(receipt(0, class)), prove(0, class), Subject::Answer)
		};
		assert_ok!(call());
		let id = CaseId(1);
		assert_eq!(case(id).room, Room::Common);
		// With a third one, there are enough of them.
		change_agent(FIRST + 22, |agent| agent.hardware = Hardware::Cdna);
		Verification::take_seat(signed(FIRST + 22)).unwrap();
		disclose_in(id, class).unwrap();
		assert_eq!(case(id).room, Room::Of(Hardware::Cdna));
		// They leave before they are drawn.
		for who in FIRST + 20..FIRST + 23 {
			Verification::leave_seat(signed(who)).unwrap();
		}
		run(DELAY + RETRY + 2);
		assert_eq!((case(id).room, judges(id).len()), (Room::Common, 3));
	});
}
