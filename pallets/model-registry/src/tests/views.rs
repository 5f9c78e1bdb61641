//! View functions and what other pallets ask.

use crate::{mock::*, types::Target};
use frame_support::assert_ok;
use openledger_primitives::{money::apportion, traits::Models, DatanetId, ModelId};

const MISSING: ModelId = ModelId(9);

/// Who has how much of a model pool of 1,000.
fn pool(id: u32) -> Vec<(u64, u32, u128)> {
	let royalties = Registry::royalties(ModelId(id)).unwrap();
	let weights: Vec<u128> = royalties.iter().map(|royalty| royalty.weight).collect();
	let amounts = apportion(1_000, &weights).unwrap();
	royalties.into_iter().zip(amounts).map(|(r, amount)| (r.account, r.model.0, amount)).collect()
}

#[test]
fn views_answer_what_is_stored() {
	build_and_execute(|| {
		assert_eq!(Registry::count(), 0);
		let id = register(base(), []);
		assert_eq!(Registry::model(id), Some(model(id)));
		assert_eq!(Registry::price(id), Some((10, 20)));
		assert_eq!(Registry::count(), 1);
		assert_eq!(Registry::ancestors(id), Some(ancestors([])));
		assert_eq!(Registry::current(id), Some(id));
		assert_eq!(Registry::tainted(id), Some(false));
	});
}

#[test]
fn views_answer_none_when_there_is_no_such_model() {
	build_and_execute(|| {
		assert_eq!(Registry::model(MISSING), None);
		assert_eq!(Registry::price(MISSING), None);
		assert_eq!(Registry::royalties(MISSING), None);
		assert_eq!(Registry::ancestors(MISSING), None);
		assert_eq!(Registry::current(MISSING), None);
		assert_eq!(Registry::tainted(MISSING), None);
	});
}

#[test]
fn royalties_are_all_the_owners_when_there_is_no_lineage() {
	build_and_execute(|| {
		register(base(), []);
		assert_ok!(Registry::set_split(signed(OWNER), ModelId(0), split([(ALICE, 2_500), (BOB, 7_500)])));
		assert_eq!(pool(0), [(ALICE, 0, 250), (BOB, 0, 750)]);
	});
}

#[test]
fn royalties_follow_base_and_parents_when_there_is_a_lineage() {
	build_and_execute(|| {
		register_for(ALICE, base(), []);
		register_for(BOB, base(), []);
		register_for(BOB, base(), []);
		register(adapter(0), []);
		register(adapter(0), [1, 2]);
		register(base(), [1]);
		assert_eq!(pool(3), [(OWNER, 3, 700), (ALICE, 0, 300)]);
		assert_eq!(pool(4), [(OWNER, 4, 600), (ALICE, 0, 300), (BOB, 1, 50), (BOB, 2, 50)]);
		assert_eq!(pool(5), [(OWNER, 5, 900), (BOB, 1, 100)]);
	});
}

#[test]
fn royalties_follow_members_and_their_base_when_the_model_is_an_ensemble() {
	build_and_execute(|| {
		register_for(ALICE, base(), []);
		register_for(BOB, adapter(0), []);
		register_for(OWNER, adapter(0), [1]);
		register(ensemble([(1, 5_000), (2, 10_000)]), []);
		assert_eq!(pool(3), [(OWNER, 3, 100), (ALICE, 0, 300), (BOB, 1, 200), (OWNER, 2, 400)]);
		register(adapter(0), [3]);
		assert_eq!(pool(4), [(OWNER, 4, 600), (ALICE, 0, 300), (OWNER, 3, 100)]);
	});
}

#[test]
fn taint_is_that_of_the_model_and_of_all_its_ancestors() {
	build_and_execute(|| {
		register(base(), []);
		let on = |base, version| adapter_on(base, 8, [Target::Query], [(3, 0), (3, version)]);
		register(on(0, 1), []);
		register(on(0, 2), [1]);
		register(on(0, 3), [2]);
		register(ensemble([(2, 1)]), []);
		register(index(3, 1), []);
		register(index(3, 2), []);
		let tainted = || (0..7).filter(|id| Registry::tainted(ModelId(*id)).unwrap()).collect::<Vec<_>>();
		assert!(tainted().is_empty());
		Tainted::set(vec![(3, 1)]);
		assert_eq!(tainted(), [1, 2, 3, 4, 5]);
		Tainted::set(vec![(3, 3)]);
		assert_eq!(tainted(), [3]);
	});
}

#[test]
fn royalties_go_by_the_present_splits_of_ancestors() {
	build_and_execute(|| {
		register_for(ALICE, base(), []);
		register(adapter(0), []);
		assert_ok!(Registry::set_split(signed(ALICE), ModelId(0), split([(ALICE, 5_000), (BOB, 5_000)])));
		assert_ok!(Registry::deprecate(signed(ALICE), ModelId(0)));
		assert_eq!(pool(1), [(OWNER, 1, 700), (ALICE, 0, 150), (BOB, 0, 150)]);
	});
}

#[test]
fn models_answer_other_pallets() {
	build_and_execute(|| {
		let owner = <Registry as Models<u64>>::owner;
		let index_source = <Registry as Models<u64>>::index_source;
		let base = register_for(ALICE, base(), []);
		let adapter = register(adapter(base.0), []);
		let index = register(index(3, 4), []);
		let ensemble = register(ensemble([(adapter.0, 1)]), []);
		assert_eq!((owner(base), owner(adapter), owner(MISSING)), (Some(ALICE), Some(OWNER), None));
		assert_eq!(index_source(index), Some((DatanetId(3), 4)));
		for other in [base, adapter, ensemble, MISSING] {
			assert_eq!(index_source(other), None);
		}
	});
}

#[test]
fn servable_are_bases_adapters_and_ensembles_unless_deprecated() {
	build_and_execute(|| {
		let servable = <Registry as Models<u64>>::servable;
		let base = register(base(), []);
		let adapter = register(adapter(base.0), []);
		let index = register(index(0, 0), []);
		let ensemble = register(ensemble([(adapter.0, 1)]), []);
		assert!(servable(base));
		assert!(servable(adapter));
		assert!(servable(ensemble));
		assert!(!servable(index));
		assert!(!servable(MISSING));
		assert_ok!(Registry::deprecate(signed(OWNER), base));
		assert!(!servable(base));
		assert!(servable(adapter), "an adapter outlives its base");
	});
}
