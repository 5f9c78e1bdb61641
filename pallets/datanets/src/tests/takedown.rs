//! Notices about rows, answers to them, and rows that were taken down.

use crate::{
	mock::*,
	types::{Notice, NoticeEnd, TakenDown},
	Error, Event, Notices, Taken,
};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use openledger_primitives::{
	judgement::{Case, Fault, Verdict},
	traits::Versions,
	ContentHash, DatanetId, Domain, RowLeaf, MAX_PROOF,
};
use sp_core::H256;
use sp_runtime::{DispatchError, TokenError};

const UPHELD: Verdict = Verdict::Rejected(Fault::Malformed);
/// A row of Alice.
const ROW: u32 = 1;

/// A version of three rows of Alice and two of Bob, and a notice about [`ROW`].
fn with_notice(test: impl FnOnce(Frozen)) {
	with_version(|frozen| {
		assert_ok!(frozen.file(CLAIMANT, ROW));
		test(frozen);
	});
}

/// The same, contested by Alice.
fn with_contest(test: impl FnOnce(Frozen)) {
	with_notice(|frozen| {
		assert_ok!(contest(ALICE, ROW));
		test(frozen);
	});
}

/// The same, before a committee.
fn with_case(test: impl FnOnce(Frozen)) {
	with_contest(|frozen| {
		assert_ok!(open(about_row(ROW), CLAIMANT));
		test(frozen);
	});
}

/// That the notice is gone with nothing on hold, and how it ended.
fn assert_closed(expected: NoticeEnd) {
	let ends: Vec<_> = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Datanets(Event::NoticeClosed { datanet: NET, row: ROW, end, .. }) => Some(end),
			_ => None,
		})
		.collect();
	assert_eq!(ends, [expected]);
	assert_eq!((notice(ROW), counters().notices), (None, 0));
	assert!([OWNER, ALICE, BOB, CLAIMANT].into_iter().all(|who| notice_bond_of(who) == 0));
	let down = matches!(expected, NoticeEnd::Uncontested | NoticeEnd::Upheld);
	assert_eq!(Taken::<Test>::contains_key(NET, ROW), down);
}

fn free(who: AccountId) -> u128 {
	Balances::free_balance(who)
}

#[test]
fn file_notice_holds_the_bond_when_the_proof_opens_the_row() {
	with_version(|frozen| {
		assert_ok!(frozen.file(CLAIMANT, ROW));
		let (claimant, contributor, reason, bond) = (CLAIMANT, ALICE, hash(8), NOTICE_COST);
		let until = System::block_number() + ANSWER_BLOCKS;
		System::assert_last_event(
			Event::NoticeFiled { datanet: NET, row: ROW, claimant, contributor, reason, until, bond }.into(),
		);
		let expected = Notice { claimant, contributor, reason, bond, until, contested: None, deciding: false };
		assert_eq!(notice(ROW), Some(expected));
		assert_eq!(counters().notices, 1);
		assert_eq!((notice_bond_of(CLAIMANT), free(CLAIMANT)), (NOTICE_COST, ENDOWMENT - NOTICE_COST));
	});
}

#[test]
fn file_notice_names_the_contributor_that_the_leaf_names() {
	with_version(|frozen| {
		assert_ok!(frozen.file(CLAIMANT, 4));
		assert_eq!(notice(4).unwrap().contributor, BOB);
	});
}

#[test]
fn file_notice_fails_when_an_earlier_version_has_the_row() {
	with_version(|first| {
		contribute(BOB, 1);
		// An owner that would have a puppet agree to the takedown of Alice's rows.
		let later = freeze_rows(&[STRANGER, STRANGER, STRANGER, BOB, BOB, BOB], [2]);
		for row in 0..5 {
			assert_noop!(later.file(CLAIMANT, row), Error::<Test>::NotFirstVersion);
		}
		assert_ok!(later.file(CLAIMANT, 5));
		assert_ok!(first.file(CLAIMANT, ROW));
	});
}

#[test]
fn file_notice_fails_when_the_proof_is_of_another_datanet() {
	with_version(|frozen| {
		let foreign = Frozen::new(domain(), DatanetId(1), 0, &[ALICE, ALICE, ALICE, BOB, BOB]);
		assert_noop!(Frozen { net: NET, ..foreign }.file(CLAIMANT, ROW), Error::<Test>::BadRowProof);
		assert_noop!(Frozen { net: DatanetId(1), ..frozen }.file(CLAIMANT, ROW), Error::<Test>::BadRowProof);
	});
}

#[test]
fn file_notice_fails_when_the_proof_is_of_another_chain() {
	with_datanet(|| {
		contribute(ALICE, 1);
		let foreign = Frozen::new(Domain { genesis: H256::zero() }, NET, 0, &[ALICE]);
		let rows = foreign.tree.commitment();
		assert_ok!(Datanets::freeze_version(signed(OWNER), NET, rows, hash(3), ids([0])));
		assert_noop!(foreign.file(CLAIMANT, 0), Error::<Test>::BadRowProof);
	});
}

#[test]
fn file_notice_fails_when_the_proof_is_of_another_version() {
	with_version(|first| {
		contribute(BOB, 1);
		let second = freeze_rows(&[ALICE, ALICE, ALICE, BOB, BOB, BOB], [2]);
		assert_noop!(Frozen { version: 1, ..first }.file(CLAIMANT, ROW), Error::<Test>::BadRowProof);
		assert_noop!(Frozen { version: 0, ..second.clone() }.file(CLAIMANT, ROW), Error::<Test>::BadRowProof);
		assert_noop!(Frozen { version: 2, ..second }.file(CLAIMANT, ROW), Error::<Test>::BadRowProof);
	});
}

#[test]
fn file_notice_fails_when_the_proof_is_of_another_row() {
	with_version(|frozen| {
		let file = |leaf, proof| Datanets::file_notice(signed(CLAIMANT), NET, 0, leaf, proof, hash(8));
		assert_noop!(file(frozen.leaf(2), frozen.proof(1)), Error::<Test>::BadRowProof);
		// The same leaf cannot stand for another place either.
		let moved = RowLeaf { row: 2, ..frozen.leaf(1) };
		assert_noop!(file(moved.clone(), frozen.proof(1)), Error::<Test>::BadRowProof);
		assert_noop!(file(moved, frozen.proof(2)), Error::<Test>::BadRowProof);
	});
}

#[test]
fn file_notice_fails_when_the_leaf_was_altered() {
	with_version(|frozen| {
		let leaf = frozen.leaf(ROW);
		for forged in [
			RowLeaf { row: 5, ..leaf.clone() },
			RowLeaf { contributor: CLAIMANT, ..leaf.clone() },
			RowLeaf { cluster: 1, ..leaf.clone() },
			RowLeaf { content: ContentHash(hash(9)), ..leaf.clone() },
			RowLeaf { licensed: false, ..leaf },
		] {
			assert_noop!(
				Datanets::file_notice(signed(CLAIMANT), NET, 0, forged, frozen.proof(ROW), hash(8)),
				Error::<Test>::BadRowProof
			);
		}
	});
}

#[test]
fn file_notice_fails_when_the_proof_is_too_long_or_too_short() {
	with_version(|frozen| {
		let proof = frozen.proof(ROW).into_inner();
		let longer = [proof.clone(), vec![hash(0)]].concat();
		let longest = [proof.clone(), vec![hash(0); MAX_PROOF as usize - proof.len()]].concat();
		for wrong in [proof[1..].to_vec(), proof[..proof.len() - 1].to_vec(), vec![], longer, longest] {
			assert_noop!(
				Datanets::file_notice(signed(CLAIMANT), NET, 0, frozen.leaf(ROW), wrong.try_into().unwrap(), hash(8)),
				Error::<Test>::BadRowProof
			);
		}
		assert!(BoundedVec::<H256, frame_support::traits::ConstU32<MAX_PROOF>>::try_from(vec![
			hash(0);
			MAX_PROOF as usize + 1
		])
		.is_err());
	});
}

#[test]
fn file_notice_fails_when_there_is_no_version() {
	with_datanet(|| {
		contribute(ALICE, 1);
		assert_noop!(Frozen::new(domain(), NET, 0, &[ALICE]).file(CLAIMANT, 0), Error::<Test>::BadRowProof);
	});
}

#[test]
fn file_notice_fails_when_the_row_was_taken_down() {
	with_notice(|frozen| {
		assert_ok!(end(ALICE, ROW));
		assert_noop!(frozen.file(STRANGER, ROW), Error::<Test>::AlreadyTakenDown);
	});
}

#[test]
fn file_notice_fails_when_there_is_a_notice() {
	with_notice(|frozen| {
		for who in [CLAIMANT, STRANGER] {
			assert_noop!(frozen.file(who, ROW), Error::<Test>::AlreadyNoticed);
		}
	});
}

#[test]
fn file_notice_fails_when_there_are_too_many_notices() {
	with_version(|frozen| {
		for row in 0..MAX_NOTICES {
			assert_ok!(frozen.file(CLAIMANT, row));
		}
		assert_noop!(frozen.file(STRANGER, MAX_NOTICES), Error::<Test>::TooManyNotices);
		assert_ok!(end(CLAIMANT, 0));
		assert_ok!(frozen.file(STRANGER, MAX_NOTICES));
	});
}

#[test]
fn file_notice_fails_when_the_bond_is_not_covered() {
	with_version(|frozen| {
		assert_noop!(frozen.file(NOBODY, ROW), TokenError::FundsUnavailable);
		NoticeBond::set(ENDOWMENT);
		assert_noop!(frozen.file(CLAIMANT, ROW), TokenError::FundsUnavailable);
	});
}

#[test]
fn file_notice_fails_when_the_last_block_overflows() {
	with_version(|frozen| {
		AnswerWindow::set(u64::MAX);
		assert_noop!(frozen.file(CLAIMANT, ROW), Error::<Test>::Overflow);
	});
}

#[test]
fn contest_notice_holds_the_bond_of_the_notice_when_a_party_calls() {
	for by in [OWNER, ALICE] {
		with_notice(|_| {
			let before = notice(ROW).unwrap();
			let held = free(by);
			NoticeBond::set(1);
			advance(3);
			assert_ok!(contest(by, ROW));
			let (until, bond) = (System::block_number() + ANSWER_BLOCKS, NOTICE_COST);
			System::assert_last_event(Event::NoticeContested { datanet: NET, row: ROW, by, until, bond }.into());
			assert_eq!(notice(ROW), Some(Notice { contested: Some(by), until, ..before }));
			assert_eq!((notice_bond_of(by), free(by)), (NOTICE_COST, held - NOTICE_COST));
			assert_eq!(counters().notices, 1);
		});
	}
}

#[test]
fn contest_notice_is_for_who_owns_the_datanet_then() {
	with_notice(|_| {
		assert_ok!(Datanets::transfer(signed(OWNER), NET, BOB));
		assert_noop!(contest(OWNER, ROW), Error::<Test>::NotParty);
		assert_ok!(contest(BOB, ROW));
	});
}

#[test]
fn contest_notice_fails_when_there_is_no_such_notice() {
	with_notice(|_| {
		assert_noop!(contest(ALICE, 0), Error::<Test>::NoSuchNotice);
		assert_noop!(Datanets::contest_notice(signed(ALICE), DatanetId(1), ROW), Error::<Test>::NoSuchNotice);
	});
}

#[test]
fn contest_notice_fails_when_the_caller_is_no_party() {
	with_notice(|_| {
		for other in [BOB, CLAIMANT, STRANGER] {
			assert_noop!(contest(other, ROW), Error::<Test>::NotParty);
		}
	});
}

#[test]
fn contest_notice_fails_when_the_notice_is_the_callers_own() {
	with_version(|frozen| {
		assert_ok!(frozen.file(OWNER, ROW));
		assert_noop!(contest(OWNER, ROW), Error::<Test>::NotParty);
		assert_ok!(contest(ALICE, ROW));
		assert_ok!(frozen.file(BOB, 4));
		assert_noop!(contest(BOB, 4), Error::<Test>::NotParty);
		assert_ok!(contest(OWNER, 4));
	});
}

#[test]
fn contest_notice_fails_when_it_is_contested() {
	with_contest(|_| {
		for who in [OWNER, ALICE] {
			assert_noop!(contest(who, ROW), Error::<Test>::AlreadyContested);
		}
	});
}

#[test]
fn contest_notice_is_possible_until_the_last_block() {
	with_version(|frozen| {
		assert_ok!(frozen.file(CLAIMANT, 0));
		assert_ok!(frozen.file(CLAIMANT, 1));
		advance(ANSWER_BLOCKS);
		assert_ok!(contest(ALICE, 0));
		advance(1);
		assert_noop!(contest(ALICE, 1), Error::<Test>::AnswerLate);
	});
}

#[test]
fn contest_notice_fails_when_the_bond_is_not_covered() {
	with_notice(|_| {
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), STRANGER, ENDOWMENT - NOTICE_COST));
		assert_noop!(contest(ALICE, ROW), TokenError::FundsUnavailable);
	});
}

#[test]
fn contest_notice_fails_when_the_last_block_overflows() {
	with_notice(|_| {
		AnswerWindow::set(u64::MAX);
		assert_noop!(contest(ALICE, ROW), Error::<Test>::Overflow);
	});
}

#[test]
fn end_notice_takes_the_notice_back_when_its_claimant_calls() {
	with_notice(|frozen| {
		assert_ok!(end(CLAIMANT, ROW));
		assert_closed(NoticeEnd::Withdrawn);
		// A tenth of the bond is burnt.
		assert_eq!(free(CLAIMANT), ENDOWMENT - NOTICE_COST / 10);
		assert_ok!(frozen.file(STRANGER, ROW));
	});
}

#[test]
fn end_notice_takes_the_row_down_when_its_contributor_agrees() {
	with_notice(|_| {
		advance(2);
		assert_ok!(end(ALICE, ROW));
		System::assert_last_event(Event::RowTakenDown { datanet: NET, row: ROW, last_version: 0 }.into());
		assert_closed(NoticeEnd::Uncontested);
		let at = System::block_number();
		assert_eq!(Taken::<Test>::get(NET, ROW), Some(TakenDown { at, last_version: 0 }));
		assert_eq!(free(CLAIMANT), ENDOWMENT);
	});
}

#[test]
fn end_notice_takes_the_row_down_when_its_contributor_files_it() {
	with_version(|frozen| {
		assert_ok!(frozen.file(ALICE, ROW));
		assert_ok!(end(ALICE, ROW));
		assert_closed(NoticeEnd::Uncontested);
	});
}

#[test]
fn end_notice_takes_the_row_down_when_nobody_has_answered() {
	for who in [CLAIMANT, STRANGER, NOBODY] {
		with_notice(|_| {
			advance(ANSWER_BLOCKS + 1);
			assert_ok!(end(who, ROW));
			assert_closed(NoticeEnd::Uncontested);
			assert_eq!(free(CLAIMANT), ENDOWMENT);
		});
	}
}

#[test]
fn end_notice_fails_when_there_is_time_for_an_answer() {
	with_notice(|_| {
		advance(ANSWER_BLOCKS);
		for who in [OWNER, BOB, STRANGER] {
			assert_noop!(end(who, ROW), Error::<Test>::AnswerOpen);
		}
	});
}

#[test]
fn end_notice_leaves_the_row_when_nobody_asked_a_committee() {
	with_contest(|frozen| {
		advance(ANSWER_BLOCKS + 1);
		assert_ok!(end(STRANGER, ROW));
		assert_closed(NoticeEnd::Lapsed);
		assert_eq!((free(CLAIMANT), free(ALICE)), (ENDOWMENT - NOTICE_COST / 10, ENDOWMENT));
		assert_ok!(frozen.file(CLAIMANT, ROW));
	});
}

#[test]
fn end_notice_fails_when_a_committee_can_be_asked() {
	with_contest(|_| {
		advance(ANSWER_BLOCKS);
		// Neither side slips away.
		for who in [CLAIMANT, ALICE, OWNER, STRANGER] {
			assert_noop!(end(who, ROW), Error::<Test>::AnswerOpen);
		}
	});
}

#[test]
fn end_notice_fails_when_a_committee_is_deciding() {
	with_case(|_| {
		advance(10 * ANSWER_BLOCKS);
		for who in [CLAIMANT, ALICE, OWNER, STRANGER] {
			assert_noop!(end(who, ROW), Error::<Test>::WithCommittee);
		}
	});
}

#[test]
fn end_notice_fails_when_there_is_no_such_notice() {
	with_notice(|_| {
		assert_noop!(end(CLAIMANT, 0), Error::<Test>::NoSuchNotice);
		assert_ok!(end(CLAIMANT, ROW));
		assert_noop!(end(CLAIMANT, ROW), Error::<Test>::NoSuchNotice);
	});
}

#[test]
fn open_names_one_row_and_every_party_when_a_party_asks() {
	for opener in [CLAIMANT, ALICE] {
		with_contest(|_| {
			// An owner without a bond at stake could lose on purpose.
			assert_noop!(open(about_row(ROW), OWNER), Error::<Test>::NotParty);
			let before = notice(ROW).unwrap();
			advance(ANSWER_BLOCKS);
			assert_eq!(open(about_row(ROW), opener), Ok((1, vec![OWNER, CLAIMANT, ALICE, ALICE])));
			System::assert_last_event(Event::NoticeBroughtToCommittee { datanet: NET, row: ROW }.into());
			assert_eq!(notice(ROW), Some(Notice { deciding: true, ..before }));
		});
	}
}

#[test]
fn open_fails_when_there_is_no_such_datanet_or_notice() {
	with_contest(|_| {
		let elsewhere = Case::Takedown { datanet: DatanetId(1), row: ROW };
		assert_noop!(open(elsewhere, OWNER), Error::<Test>::NoSuchDatanet);
		assert_noop!(open(about_row(0), OWNER), Error::<Test>::NoSuchNotice);
	});
}

#[test]
fn open_fails_when_nobody_contests() {
	with_notice(|_| {
		assert_noop!(open(about_row(ROW), CLAIMANT), Error::<Test>::NotContested);
	});
}

#[test]
fn open_fails_when_the_opener_is_no_party() {
	with_contest(|_| {
		for other in [BOB, STRANGER] {
			assert_noop!(open(about_row(ROW), other), Error::<Test>::NotParty);
		}
	});
}

#[test]
fn open_fails_when_a_committee_is_deciding() {
	with_case(|_| {
		assert_noop!(open(about_row(ROW), ALICE), Error::<Test>::WithCommittee);
	});
}

#[test]
fn open_fails_when_the_time_for_it_has_passed() {
	with_contest(|_| {
		advance(ANSWER_BLOCKS + 1);
		assert_noop!(open(about_row(ROW), CLAIMANT), Error::<Test>::AnswerLate);
	});
}

#[test]
fn may_appeal_is_for_the_claimant_when_the_row_stays() {
	with_case(|_| assert_eq!(may_appeal(about_row(ROW), Verdict::Accepted), [CLAIMANT]));
}

#[test]
fn may_appeal_is_for_who_contests_when_the_row_goes() {
	with_case(|_| assert_eq!(may_appeal(about_row(ROW), UPHELD), [ALICE]));
}

#[test]
fn may_appeal_is_for_the_contributor_too_when_the_owner_contests() {
	with_notice(|_| {
		assert_ok!(contest(OWNER, ROW));
		assert_ok!(open(about_row(ROW), CLAIMANT));
		assert_eq!(may_appeal(about_row(ROW), UPHELD), [OWNER, ALICE]);
		assert_eq!(may_appeal(about_row(ROW), Verdict::Accepted), [CLAIMANT]);
	});
}

#[test]
fn may_appeal_is_for_nobody_when_there_is_no_such_notice() {
	with_case(|_| {
		assert!(may_appeal(about_row(0), UPHELD).is_empty());
		assert!(may_appeal(about_row(0), Verdict::Accepted).is_empty());
	});
}

#[test]
fn close_takes_the_row_down_and_pays_the_claimant_when_the_notice_is_upheld() {
	for fault in [Fault::Malformed, Fault::LowQuality, Fault::Copied, Fault::Poisoned] {
		with_case(|_| {
			let before = issuance();
			assert_ok!(close(about_row(ROW), Some(Verdict::Rejected(fault))));
			assert_closed(NoticeEnd::Upheld);
			System::assert_last_event(Event::RowTakenDown { datanet: NET, row: ROW, last_version: 0 }.into());
			assert_eq!(free(CLAIMANT), ENDOWMENT + NOTICE_COST);
			assert_eq!(free(ALICE), ENDOWMENT - NOTICE_COST);
			assert_eq!(issuance(), before);
		});
	}
}

#[test]
fn close_leaves_the_row_and_pays_who_contests_when_the_notice_is_dismissed() {
	with_case(|frozen| {
		let before = issuance();
		assert_ok!(close(about_row(ROW), Some(Verdict::Accepted)));
		assert_closed(NoticeEnd::Dismissed);
		assert_eq!(free(CLAIMANT), ENDOWMENT - NOTICE_COST);
		assert_eq!(free(ALICE), ENDOWMENT + NOTICE_COST);
		assert_eq!(issuance(), before);
		assert_ok!(frozen.file(STRANGER, ROW));
	});
}

#[test]
fn close_pays_the_owner_when_the_owner_has_contested() {
	with_notice(|_| {
		let before = free(OWNER);
		assert_ok!(contest(OWNER, ROW));
		assert_ok!(open(about_row(ROW), OWNER));
		assert_ok!(close(about_row(ROW), Some(Verdict::Accepted)));
		assert_eq!((free(OWNER), free(ALICE)), (before + NOTICE_COST, ENDOWMENT));
	});
}

#[test]
fn close_gives_time_again_when_no_committee_could_be_formed() {
	with_case(|_| {
		let before = notice(ROW).unwrap();
		advance(3 * ANSWER_BLOCKS);
		assert_ok!(close(about_row(ROW), None));
		let until = System::block_number() + ANSWER_BLOCKS;
		System::assert_last_event(Event::NoticeReturned { datanet: NET, row: ROW, until }.into());
		assert_eq!(notice(ROW), Some(Notice { deciding: false, until, ..before }));
		assert_eq!((notice_bond_of(CLAIMANT), notice_bond_of(ALICE)), (NOTICE_COST, NOTICE_COST));
		advance(ANSWER_BLOCKS);
		assert_noop!(end(STRANGER, ROW), Error::<Test>::AnswerOpen);
		assert_ok!(open(about_row(ROW), ALICE));
	});
}

#[test]
fn close_fails_when_there_is_no_such_notice() {
	with_case(|_| {
		for verdict in [Some(Verdict::Accepted), Some(UPHELD), None] {
			assert_noop!(close(about_row(0), verdict), Error::<Test>::NoSuchNotice);
		}
	});
}

#[test]
fn close_fails_when_no_committee_is_deciding() {
	with_contest(|_| {
		for verdict in [Some(Verdict::Accepted), Some(UPHELD), None] {
			assert_noop!(close(about_row(ROW), verdict), Error::<Test>::NotContested);
		}
	});
}

#[test]
fn close_leaves_other_notices_alone() {
	with_case(|frozen| {
		assert_ok!(frozen.file(CLAIMANT, 4));
		assert_ok!(contest(BOB, 4));
		assert_ok!(close(about_row(ROW), Some(UPHELD)));
		assert_eq!(counters().notices, 1);
		assert_eq!((notice_bond_of(CLAIMANT), notice_bond_of(BOB)), (NOTICE_COST, NOTICE_COST));
		assert_eq!(Burnt::get(), [], "rows that somebody has a right to are not bad rows");
	});
}

#[test]
fn a_notice_survives_the_transfer_of_its_datanet() {
	with_notice(|_| {
		assert_ok!(contest(OWNER, ROW));
		assert_ok!(Datanets::transfer(signed(OWNER), NET, STRANGER));
		assert_eq!(open(about_row(ROW), OWNER), Ok((1, vec![STRANGER, CLAIMANT, OWNER, ALICE])));
		assert_ok!(close(about_row(ROW), Some(UPHELD)));
		assert_closed(NoticeEnd::Upheld);
	});
}

#[test]
fn tainted_are_the_versions_that_have_the_row_and_were_frozen_before() {
	with_version(|first| {
		// Version 1 has a row more, and version 2 another. Row 5 goes after version 1, row 0 after version 2.
		contribute(BOB, 1);
		let second = freeze_rows(&[ALICE, ALICE, ALICE, BOB, BOB, BOB], [2]);
		let tainted = || (0..4).map(|version| <Datanets as Versions<_>>::tainted(NET, version)).collect::<Vec<_>>();
		let taken = |row| <Datanets as Versions<AccountId>>::taken_down(NET, row);
		assert_eq!(tainted(), [false; 4]);

		assert_ok!(second.file(CLAIMANT, 5));
		assert_ok!(end(BOB, 5));
		let fifth = System::block_number() as u32;
		assert_eq!(tainted(), [false, true, false, false]);

		contribute(BOB, 1);
		freeze_rows(&[ALICE, ALICE, ALICE, BOB, BOB, BOB, BOB], [3]);
		assert_eq!(tainted(), [false, true, false, false]);

		assert_ok!(first.file(CLAIMANT, 0));
		assert_ok!(end(ALICE, 0));
		assert_eq!(tainted(), [true, true, true, false]);
		let zeroth = System::block_number() as u32;
		assert_eq!((taken(0), taken(5), taken(1)), (Some(zeroth), Some(fifth), None));
		assert_eq!(Datanets::taken_down(NET, 0), Some(TakenDown { at: zeroth.into(), last_version: 2 }));
		// Of this datanet, and of no other.
		create(OWNER);
		assert!(!<Datanets as Versions<AccountId>>::tainted(DatanetId(1), 0));
		assert_eq!(<Datanets as Versions<AccountId>>::taken_down(DatanetId(1), 0), None);
	});
}

#[test]
fn nobody_gains_when_claimant_and_contester_are_in_league() {
	for verdict in [Verdict::Accepted, UPHELD] {
		with_case(|_| {
			let before = (free(CLAIMANT) + free(ALICE), issuance());
			assert_ok!(close(about_row(ROW), Some(verdict)));
			assert_eq!((free(CLAIMANT) + free(ALICE), issuance()), (before.0 + 2 * NOTICE_COST, before.1));
		});
	}
}

#[test]
fn calls_fail_when_the_origin_is_not_signed() {
	with_notice(|frozen| {
		let root = RuntimeOrigin::root;
		let (leaf, proof) = (frozen.leaf(0), frozen.proof(0));
		assert_noop!(Datanets::file_notice(root(), NET, 0, leaf, proof, hash(8)), DispatchError::BadOrigin);
		assert_noop!(Datanets::contest_notice(root(), NET, ROW), DispatchError::BadOrigin);
		assert_noop!(Datanets::end_notice(root(), NET, ROW), DispatchError::BadOrigin);
		assert_eq!(Notices::<Test>::iter().count(), 1);
	});
}
