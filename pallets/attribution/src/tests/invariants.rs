//! Every invariant, broken once.

use super::*;
use crate::{
	Agenda, AgendaFrom, BatchState, Demands, Escrow, Event, Indexes, NextBatch, NextSeq, Payers, Refunds, Samples, Step,
};
use frame_support::storage::{with_transaction, TransactionOutcome};

/// The message of the check that fails after `damage`, of which nothing stays.
fn broken(damage: impl FnOnce()) -> &'static str {
	let found = with_transaction(|| {
		damage();
		let found = match Attribution::do_try_state() {
			Err(sp_runtime::TryRuntimeError::Other(message)) => message,
			other => panic!("{other:?}"),
		};
		TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(found))
	});
	found.unwrap()
}

fn change(batch: u64, with: impl FnOnce(&mut Batch<AccountId32, u64>)) {
	Batches::<Test>::mutate(batch, |batch| with(batch.as_mut().unwrap()));
}

/// Three batches, all of which weigh: void with payers to be made whole; pending with a demand, and a sample; settled.
fn stage() {
	scene();
	bond(Keyring::Alice, 100);
	let batch = |first_seq: u64, top: &[Scored]| {
		let (sold, before) = ([(Keyring::Alice, 100)], 100 * u128::from(first_seq));
		let batch = prepare_weighing(first_seq, &sold, top, before, &[Keyring::Alice]);
		assert_ok!(batch.submit());
		batch
	};
	let settled = batch(0, &truth());
	settled.settle(0);
	let _pending = batch(1, &truth());
	assert_ok!(Attribution::demand(signed(Keyring::Eve), 1, 0));
	run_to(System::block_number() + u64::from(DELAY) + 1);
	assert!(Samples::<Test>::contains_key(1));
	let void = batch(2, &lie());
	assert_ok!(void.refute(2, 0, body(lie()), opening(19)));
	assert!(events().iter().any(|event| matches!(event, Event::BatchRefuted { .. })));
}

#[test]
fn every_broken_invariant_is_seen() {
	build_and_execute(|| {
		stage();
		check_all();
		let pot = Attribution::pot();
		// 1, 2.
		assert_eq!(broken(|| Escrow::<Test>::mutate(|escrow| *escrow += 1)), "Escrow is not what is owed");
		assert_eq!(broken(|| change(0, |b| b.paid += 1)), "Escrow is not what is owed");
		let drained = || {
			Balances::force_set_balance(frame_system::RawOrigin::Root.into(), pot.clone(), 1_000).unwrap();
		};
		assert_eq!(broken(drained), "the pot is short");
		// 3.
		assert_eq!(broken(|| Payers::<Test>::remove(1)), "payers are listed too long, or not long enough");
		let listed = || Payers::<Test>::insert(0, Payers::<Test>::get(1));
		assert_eq!(broken(listed), "payers are listed too long, or not long enough");
		let cheaper = || Payers::<Test>::mutate(1, |payers| payers[0].fee -= 1);
		assert_eq!(broken(cheaper), "the payers' fees are not what is owed to them");
		let dearer = || Refunds::<Test>::mutate(2, |refund| refund.as_mut().unwrap().compensation = 0);
		assert_eq!(broken(dearer), "more is left than there was");
		// 4.
		let beyond = "a batch reaches beyond the next sequence number";
		assert_eq!(broken(|| NextSeq::<Test>::insert(agent(), 2)), beyond);
		assert_eq!(broken(|| NextBatch::<Test>::put(2)), "a batch has a number that is not given out");
		// 5.
		let bond = || Indexes::<Test>::mutate(IndexId(0), |index| index.as_mut().unwrap().bond += 1);
		assert_eq!(broken(bond), "a hold is not the sum of its parts");
		assert_eq!(broken(|| Indexes::<Test>::remove(IndexId(0))), "a hold is not the sum of its parts");
		// 6.
		let early = || {
			change(1, |b| b.paid = 1);
		};
		assert_eq!(broken(early), "a batch has paid what it must not");
		let both = || {
			change(2, |b| b.state = BatchState::Pending);
			Escrow::<Test>::mutate(|escrow| *escrow -= STAKE * 15 / 100);
		};
		assert_eq!(broken(both), "a batch that is not void makes payers whole");
		// 7.
		assert_eq!(broken(|| change(1, |b| b.duties.demands = 2)), "a batch miscounts its demands");
		let dearer = || Demands::<Test>::mutate(1, 0, |demand| demand.as_mut().unwrap().fee += 1);
		assert_eq!(broken(dearer), "a hold is not the sum of its parts");
		let crowd = || {
			let demand = Demands::<Test>::get(1, 0).unwrap();
			(1..3).for_each(|leaf| Demands::<Test>::insert(1, leaf, demand.clone()));
			change(1, |b| b.duties.demands = 3);
		};
		assert_eq!(broken(crowd), "a batch has too many demands");
		// 8.
		assert_eq!(broken(|| Samples::<Test>::remove(1)), "a sample is missing, or left over");
		assert_eq!(broken(|| change(1, |b| b.duties.sample = false)), "a sample is missing, or left over");
		let opened = || Samples::<Test>::mutate(1, |sample| sample.as_mut().unwrap().opened = 1);
		assert_eq!(broken(opened), "a sample is kept that was opened");
		assert_eq!(broken(|| change(0, |b| b.duties.holds = 1)), "a settled batch has duties");
		let not_pending = "a batch that is not pending has a sample to open";
		assert_eq!(broken(|| change(2, |b| b.duties.sample = true)), not_pending);
		let unseeded = || {
			Samples::<Test>::remove(1);
			change(1, |b| (b.seed, b.duties.sample) = (None, false));
		};
		assert_eq!(broken(unseeded), "a batch settles without a sample");
		assert_eq!(broken(|| change(1, |b| b.seed_from = 999)), "a batch waits for more authors than it has to");
		// 9.
		let forget = |of: u64, step: Step| {
			move || {
				let keys: Vec<_> = Agenda::<Test>::iter_keys().filter(|(_, key)| *key == (of, step)).collect();
				assert_eq!(keys.len(), 1);
				keys.into_iter().for_each(|(at, key)| Agenda::<Test>::remove(at, key));
			}
		};
		assert_eq!(broken(forget(1, Step::Sample)), "a sample is never looked at");
		assert_eq!(broken(forget(1, Step::Demand { leaf: 0 })), "a demand is never looked at");
		assert_eq!(broken(forget(2, Step::Refund)), "payers are never made whole");
		let unsettled = || {
			forget(1, Step::Settle)();
			Samples::<Test>::remove(1);
			Demands::<Test>::remove(1, 0);
			change(1, |b| b.duties = Default::default());
		};
		assert_eq!(broken(unsettled), "a batch never settles");
		let forgotten = || {
			Samples::<Test>::remove(1);
			change(1, |b| b.seed = None);
		};
		assert_eq!(broken(forgotten), "a batch waits in vain for its seed");
		assert_eq!(broken(|| AgendaFrom::<Test>::put(999)), "the agenda begins in the future");
		let late = || Agenda::<Test>::insert(0, (0, Step::Settle), ());
		assert_eq!(broken(late), "something stands before the agenda's beginning");
		// 10.
		assert_eq!(broken(|| change(0, |b| b.credited = b.burn + 9)), "more weight is set aside than is burnt");
		assert_eq!(broken(|| change(1, |b| b.credited += 1)), "the payers' weights are not what is set aside");
		let lighter = || Payers::<Test>::mutate(1, |payers| payers[0].weight -= 1);
		assert_eq!(broken(lighter), "the payers' weights are not what is set aside");
		let unanswered = || Payers::<Test>::mutate(1, |payers| payers[0].guarantor = None);
		assert_eq!(broken(unanswered), "nobody answers for a payer's weight, or somebody for none");
		let heavy = || change(0, |b| b.minted = b.credited + 1);
		assert_eq!(broken(heavy), "more weight is minted than was set aside");
		assert_eq!(broken(|| change(1, |b| b.minted = 1)), "a batch has minted too early");
		assert_eq!(broken(|| change(2, |b| b.minted = 1)), "a batch has minted too early");
		let orphan = || Payers::<Test>::insert(9, Payers::<Test>::get(1));
		assert_eq!(broken(orphan), "something belongs to no batch");
	});
}
