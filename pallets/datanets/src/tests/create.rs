use crate::{
	mock::*,
	types::{Access, Admission, Counters, Datanet},
	CountersOf, Datanets as DatanetsMap, Error, Event, NextDatanet,
};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{DatanetId, Licence};
use sp_runtime::{DispatchError, TokenError};

#[test]
fn create_stores_the_datanet_and_holds_the_deposit_when_funds_suffice() {
	build_and_execute(|| {
		assert_ok!(Datanets::create(signed(OWNER), b"ipfs://card".to_vec(), hash(1), licence()));
		System::assert_last_event(
			Event::Created {
				datanet: NET,
				owner: OWNER,
				meta: bytes(b"ipfs://card"),
				schema: hash(1),
				licence: Licence::CcBy,
				deposit: DEPOSIT,
			}
			.into(),
		);
		let expected = Datanet::<Test> {
			owner: OWNER,
			meta: bytes(b"ipfs://card"),
			schema: hash(1),
			licence: Licence::CcBy,
			deposit: DEPOSIT,
			access: Access::Open,
			admission: Admission::Open,
			held_since: 1,
		};
		assert_eq!(DatanetsMap::<Test>::get(NET), Some(expected));
		assert_eq!(CountersOf::<Test>::get(NET), Some(Counters::default()));
		assert_eq!(NextDatanet::<Test>::get(), DatanetId(1));
		assert_eq!(deposit_of(OWNER), DEPOSIT);
		assert_eq!(Balances::free_balance(OWNER), ENDOWMENT - DEPOSIT);
	});
}

#[test]
fn create_numbers_datanets_in_sequence_when_called_again() {
	build_and_execute(|| {
		create(OWNER);
		create(OWNER);
		create(ALICE);
		assert_eq!(DatanetsMap::<Test>::get(DatanetId(2)).unwrap().owner, ALICE);
		assert_eq!(deposit_of(OWNER), 2 * DEPOSIT);
		assert_eq!(NextDatanet::<Test>::get(), DatanetId(3));
	});
}

#[test]
fn create_keeps_the_deposit_that_was_taken_when_the_tariff_changes() {
	build_and_execute(|| {
		create(OWNER);
		DatanetDeposit::set(1);
		create(OWNER);
		assert_eq!(DatanetsMap::<Test>::get(NET).unwrap().deposit, DEPOSIT);
		assert_eq!(deposit_of(OWNER), DEPOSIT + 1);
	});
}

#[test]
fn create_accepts_the_longest_meta_and_an_empty_one() {
	build_and_execute(|| {
		assert_ok!(Datanets::create(signed(OWNER), vec![0; 256], hash(1), licence()));
		assert_ok!(Datanets::create(signed(OWNER), vec![], hash(1), licence()));
		assert_noop!(Datanets::create(signed(OWNER), vec![0; 257], hash(1), licence()), Error::<Test>::MetaTooLong);
	});
}

#[test]
fn create_accepts_every_licence_that_the_chain_knows() {
	build_and_execute(|| {
		for (id, licence) in Licence::ALL.iter().enumerate() {
			assert_ok!(Datanets::create(signed(OWNER), vec![], hash(1), bytes(licence.spdx().as_bytes())));
			assert_eq!(DatanetsMap::<Test>::get(DatanetId(id as u32)).unwrap().licence, *licence);
		}
	});
}

#[test]
fn create_fails_when_the_chain_does_not_know_the_licence() {
	build_and_execute(|| {
		for unknown in [&b""[..], b"cc-by-4.0", b"CC-BY-4.0 ", b"CC BY 4.0", b"Proprietary", &[b'!'; 32]] {
			assert_noop!(
				Datanets::create(signed(OWNER), vec![], hash(1), bytes(unknown)),
				Error::<Test>::UnknownLicence
			);
		}
	});
}

#[test]
fn create_fails_when_identifiers_are_used_up() {
	build_and_execute(|| {
		NextDatanet::<Test>::put(DatanetId(u32::MAX));
		assert_noop!(Datanets::create(signed(OWNER), vec![], hash(1), licence()), Error::<Test>::IdsExhausted);
		NextDatanet::<Test>::kill();
	});
}

#[test]
fn create_fails_when_the_deposit_is_not_covered() {
	build_and_execute(|| {
		assert_noop!(Datanets::create(signed(NOBODY), vec![], hash(1), licence()), TokenError::FundsUnavailable);
		// The existential deposit stays free.
		DatanetDeposit::set(ENDOWMENT);
		assert_noop!(Datanets::create(signed(OWNER), vec![], hash(1), licence()), TokenError::FundsUnavailable);
		DatanetDeposit::set(ENDOWMENT - 1);
		assert_ok!(Datanets::create(signed(OWNER), vec![], hash(1), licence()));
	});
}

#[test]
fn create_fails_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		assert_noop!(Datanets::create(RuntimeOrigin::root(), vec![], hash(1), licence()), DispatchError::BadOrigin);
	});
}
