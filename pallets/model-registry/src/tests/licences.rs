//! `register`: licences, and which may follow which.

use crate::{mock::*, types::ModelKind, Error};
use frame_support::{assert_noop, assert_ok};
use openledger_primitives::{Licence, ModelId};
use sp_runtime::DispatchResult;

fn register_under<const N: usize>(licence: Licence, kind: ModelKind, ancestors: [u32; N]) -> DispatchResult {
	let whole = split([(OWNER, 10_000)]);
	Registry::register(signed(OWNER), kind, spdx(licence), 0, 0, whole, parents(ancestors))
}

#[test]
fn register_stores_every_licence_that_the_chain_knows() {
	build_and_execute(|| {
		for (id, licence) in Licence::ALL.iter().enumerate() {
			assert_ok!(register_under(*licence, base(), []));
			assert_eq!(model(ModelId(id as u32)).licence, *licence);
		}
	});
}

#[test]
fn register_fails_when_the_licence_is_unknown() {
	build_and_execute(|| {
		for unknown in [&b""[..], b"apache-2.0", b"MIT ", b"Proprietary", &[b'M'; 32]] {
			let (whole, licence) = (split([(OWNER, 10_000)]), unknown.to_vec().try_into().unwrap());
			let result = Registry::register(signed(OWNER), base(), licence, 0, 0, whole, parents([]));
			assert_noop!(result, Error::<Test>::UnknownLicence);
		}
	});
}

#[test]
fn register_fails_when_the_licence_does_not_follow_the_base() {
	build_and_execute(|| {
		assert_ok!(register_under(Licence::CcBySa, base(), []));
		assert_noop!(register_under(Licence::Apache2, adapter(0), []), Error::<Test>::ShareAlike);
		assert_ok!(register_under(Licence::Gpl3, adapter(0), []));
	});
}

#[test]
fn register_fails_when_the_licence_does_not_follow_a_parent() {
	build_and_execute(|| {
		for licence in [Licence::Mit, Licence::CcByNd, Licence::CcByNc] {
			assert_ok!(register_under(licence, base(), []));
		}
		assert_noop!(register_under(Licence::Mit, base(), [0, 1]), Error::<Test>::NoDerivatives);
		assert_noop!(register_under(Licence::Mit, base(), [0, 2]), Error::<Test>::NonCommercial);
		assert_ok!(register_under(Licence::CcByNcSa, base(), [0, 2]));
	});
}

#[test]
fn register_fails_when_the_licence_does_not_follow_a_member() {
	build_and_execute(|| {
		assert_ok!(register_under(Licence::Mit, base(), []));
		assert_ok!(register_under(Licence::Mit, adapter(0), []));
		assert_ok!(register_under(Licence::Llama, adapter(0), []));
		let members = ensemble([(1, 10_000), (2, 10_000)]);
		assert_noop!(register_under(Licence::Mit, members.clone(), []), Error::<Test>::ShareAlike);
		assert_ok!(register_under(Licence::Llama, members, []));
	});
}

#[test]
fn register_fails_when_the_licence_does_not_follow_a_datanet() {
	build_and_execute(|| {
		assert_ok!(register_under(Licence::Mit, base(), []));
		DataLicence::set(Licence::CcByNcSa);
		for kind in [adapter(0), index(0, 0)] {
			assert_noop!(register_under(Licence::Mit, kind.clone(), []), Error::<Test>::ShareAlike);
			assert_ok!(register_under(Licence::CcByNcSa, kind, []));
		}
	});
}

#[test]
fn register_fails_when_the_licence_forbids_the_price() {
	build_and_execute(|| {
		for (price_in, price_out) in [(1, 0), (0, 1)] {
			let (whole, licence) = (split([(OWNER, 10_000)]), spdx(Licence::CcByNcNd));
			let result = Registry::register(signed(OWNER), base(), licence, price_in, price_out, whole, parents([]));
			assert_noop!(result, Error::<Test>::NotForSale);
		}
		assert_ok!(register_under(Licence::CcByNcNd, base(), []));
	});
}
