//! Random sequences of calls: every invariant holds after each, what fails leaves no trace, and what is not burnt is
//! there.

use crate::{
	mock::*,
	types::{DisputeId, ModelKind, Parents, Spdx, Split, Subject},
	Call, Disputes, Evaluations, Event, Models, NextModel,
};
use frame_support::dispatch::RawOrigin;
use openledger_primitives::{Balance, Licence, ModelId};
use proptest::prelude::*;
use sp_core::H256;
use sp_runtime::{traits::Dispatchable, StateVersion};

/// Accounts, of which the last has nothing.
const ACCOUNTS: [u64; 7] = [OWNER, ALICE, BOB, OWNER, ALICE, BOB, NOBODY];

/// What a call says of a new model. Numbers stand for something that is there, and now and then for something that is
/// not.
#[derive(Clone, Debug)]
struct Draft {
	kind: u8,
	relatives: Vec<u8>,
	licence: u8,
	price: u16,
	share: u16,
}

#[derive(Clone, Debug)]
enum Step {
	Register(Draft),
	RegisterVersion(u8, Draft),
	SetPrice(u8, u16),
	SetSplit(u8, u16),
	Transfer(u8, u8),
	Deprecate(u8),
	Repoint(u8, Option<u8>),
	Evaluate { model: u8, suite: u8, score: u16 },
	Retract(u8),
	DisputeScore(u8),
	DisputeOriginality { model: u8, original: Option<u8> },
	Resolve(u8, bool),
	Expire(u8),
	Wait(u8),
}

fn drafts() -> impl Strategy<Value = Draft> {
	let relatives = prop::collection::vec(any::<u8>(), 1..4);
	let draft = (0u8..4, relatives, 0u8..16, 0u16..1_050, 1u16..10_000);
	draft.prop_map(|(kind, relatives, licence, price, share)| Draft { kind, relatives, licence, price, share })
}

/// Calls with who makes them.
fn steps() -> impl Strategy<Value = Vec<(u8, Step)>> {
	let number = any::<u8>;
	let step = prop_oneof![
		4 => drafts().prop_map(Step::Register),
		2 => (number(), drafts()).prop_map(|(of, draft)| Step::RegisterVersion(of, draft)),
		1 => (number(), 0u16..1_100).prop_map(|(model, price)| Step::SetPrice(model, price)),
		1 => (number(), 1u16..10_000).prop_map(|(model, share)| Step::SetSplit(model, share)),
		1 => (number(), number()).prop_map(|(model, to)| Step::Transfer(model, to)),
		1 => number().prop_map(Step::Deprecate),
		3 => (number(), any::<Option<u8>>()).prop_map(|(model, to)| Step::Repoint(model, to)),
		3 => (number(), 0u8..2, 0u16..10_100)
			.prop_map(|(model, suite, score)| Step::Evaluate { model, suite, score }),
		1 => number().prop_map(Step::Retract),
		2 => number().prop_map(Step::DisputeScore),
		2 => (number(), any::<Option<u8>>())
			.prop_map(|(model, original)| Step::DisputeOriginality { model, original }),
		2 => (number(), any::<bool>()).prop_map(|(dispute, upheld)| Step::Resolve(dispute, upheld)),
		1 => number().prop_map(Step::Expire),
		1 => (0u8..24).prop_map(Step::Wait),
	];
	prop::collection::vec((number(), step), 40)
}

fn account(number: u8) -> u64 {
	ACCOUNTS[usize::from(number) % ACCOUNTS.len()]
}

/// One of those that are there, in order.
fn one_of<K: Ord>(number: u8, keys: impl Iterator<Item = K>) -> Option<K> {
	let mut keys: Vec<K> = keys.collect();
	keys.sort();
	let place = usize::from(number).checked_rem(keys.len())?;
	Some(keys.swap_remove(place))
}

/// A model, or seldom one that is not there.
fn pick(number: u8) -> ModelId {
	pick_like(number, |_| true)
}

/// A model of a certain kind, if there is one.
fn pick_like(number: u8, like: impl Fn(&ModelKind) -> bool) -> ModelId {
	let models = Models::<Test>::iter().filter(|(_, model)| like(&model.kind)).map(|(id, _)| id);
	if number == u8::MAX {
		NextModel::<Test>::get()
	} else {
		one_of(number, models).unwrap_or_default()
	}
}

fn pick_dispute(number: u8) -> DisputeId {
	one_of(number, Disputes::<Test>::iter_keys()).unwrap_or_default()
}

/// An evaluation, if there is one.
fn pick_evaluation(number: u8) -> (ModelId, H256, u64) {
	one_of(number, Evaluations::<Test>::iter_keys()).unwrap_or((ModelId(0), suite(), ALICE))
}

/// The one who may, and seldom just anyone.
fn caller(number: u8, may: Option<u64>) -> RawOrigin<u64> {
	RawOrigin::Signed(may.filter(|_| !number.is_multiple_of(8)).unwrap_or_else(|| account(number / 8)))
}

fn owner_of(model: ModelId) -> Option<u64> {
	Models::<Test>::get(model).map(|model| model.owner)
}

fn shares(share: u16) -> Split<u64> {
	split([(OWNER, share), (ALICE, 10_000 - share)])
}

impl Draft {
	fn kind(&self) -> ModelKind {
		let [first, ..] = self.relatives[..] else { return base() };
		match self.kind {
			0 => base(),
			1 => adapter(pick_like(first, |kind| kind.is_like(&base())).0),
			2 => index(u32::from(first) % 11, 0),
			_ => {
				let member = |id: &u8| (pick_like(*id, |kind| kind.base().is_some()), self.share);
				let mut members: Vec<_> = self.relatives.iter().map(member).collect();
				members.sort();
				members.dedup();
				ModelKind::Ensemble { members: members.try_into().unwrap() }
			}
		}
	}

	/// The relatives but for the first; an ensemble has none.
	fn parents(&self) -> Parents {
		let skipped = if self.kind == 3 { self.relatives.len() } else { 1 };
		let parents: Vec<_> =
			self.relatives.iter().skip(skipped).map(|id| pick_like(*id, ModelKind::generates)).collect();
		parents.try_into().unwrap()
	}

	/// Mostly the same, as others may not follow it.
	fn licence(&self) -> Spdx {
		spdx(match self.licence {
			0 => Licence::CcByNc,
			1 => Licence::Mit,
			_ => APACHE,
		})
	}

	/// What may not be sold is free most of the time.
	fn price(&self) -> Balance {
		if self.licence == 0 && !self.price.is_multiple_of(8) {
			0
		} else {
			self.price.into()
		}
	}
}

/// What a step sends, and from whom.
fn call(who: u8, step: Step) -> (RawOrigin<u64>, Call<Test>) {
	let as_owner = |model: ModelId| caller(who, owner_of(model));
	match step {
		Step::Register(draft) => {
			let (kind, licence, price_in, price_out) = (draft.kind(), draft.licence(), draft.price(), draft.price());
			let (split, parents) = (shares(draft.share), draft.parents());
			(caller(who, None), Call::register { kind, licence, price_in, price_out, split, parents })
		}
		Step::RegisterVersion(of, draft) => {
			let of = pick_like(of, |kind| kind.is_like(&draft.kind()));
			let (kind, licence, price_in, price_out) = (draft.kind(), draft.licence(), draft.price(), draft.price());
			let (split, parents) = (shares(draft.share), draft.parents());
			(as_owner(of), Call::register_version { of, kind, licence, price_in, price_out, split, parents })
		}
		Step::SetPrice(model, price) => {
			let model = pick(model);
			(as_owner(model), Call::set_price { model, price_in: price.into(), price_out: price.into() })
		}
		Step::SetSplit(model, share) => {
			let model = pick(model);
			(as_owner(model), Call::set_split { model, split: shares(share) })
		}
		Step::Transfer(model, to) => {
			let model = pick(model);
			(as_owner(model), Call::transfer { model, to: account(to) })
		}
		Step::Deprecate(model) => {
			let model = pick(model);
			(as_owner(model), Call::deprecate { model })
		}
		Step::Repoint(model, to) => {
			let model = pick(model);
			let like = Models::<Test>::get(model).map(|model| model.kind);
			let to = to.map(|to| pick_like(to, |kind| like.as_ref().is_none_or(|like| kind.is_like(like))));
			(as_owner(model), Call::repoint { model, to })
		}
		Step::Evaluate { model, suite, score } => {
			let (model, suite) = (pick(model), H256::repeat_byte(suite));
			(caller(who, None), Call::evaluate { model, suite, score: score.into(), report: report() })
		}
		Step::Retract(evaluation) => {
			let (model, suite, attestor) = pick_evaluation(evaluation);
			(caller(who, Some(attestor)), Call::retract_evaluation { model, suite })
		}
		Step::DisputeScore(evaluation) => {
			let (model, suite, attestor) = pick_evaluation(evaluation);
			let subject = Subject::Evaluation { model, suite, attestor };
			(caller(who, None), Call::dispute { subject, evidence: hash(9) })
		}
		Step::DisputeOriginality { model, original } => {
			let subject = Subject::Originality { model: pick(model), original: original.map(pick) };
			(caller(who, None), Call::dispute { subject, evidence: hash(9) })
		}
		Step::Resolve(dispute, upheld) => {
			(RawOrigin::Root, Call::resolve_dispute { dispute: pick_dispute(dispute), upheld })
		}
		Step::Expire(dispute) => (caller(who, None), Call::expire_dispute { dispute: pick_dispute(dispute) }),
		Step::Wait(_) => unreachable!("waiting is no call"),
	}
}

/// Sends a step as a call. Gives whether it succeeded.
fn play(who: u8, step: Step) -> bool {
	if let Step::Wait(blocks) = step {
		System::set_block_number(System::block_number() + u64::from(blocks));
		return true;
	}
	let (origin, call) = call(who, step);
	RuntimeCall::Registry(call).dispatch(origin.into()).is_ok()
}

/// What the events say was burnt.
fn burnt() -> Balance {
	let burnt = |event| match event {
		RuntimeEvent::Registry(Event::DisputeResolved { burnt, .. } | Event::DisputeExpired { burnt, .. }) => burnt,
		_ => 0,
	};
	System::events().into_iter().map(|record| burnt(record.event)).sum()
}

fn root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]
	#[test]
	fn invariants_hold_after_every_call(steps in steps()) {
		build_and_execute(|| {
			register(base(), []);
			register_for(ALICE, adapter(0), []);
			register_for(BOB, base(), []);
			evaluate(ALICE, ModelId(0));
			let issuance = Balances::total_issuance();
			for (who, step) in steps {
				let before = root();
				if !play(who, step.clone()) {
					assert_eq!(root(), before, "a call that fails changes nothing: {step:?}");
				}
				Registry::do_try_state().unwrap();
				assert_eq!(Balances::total_issuance() + burnt(), issuance, "{step:?}");
				for id in 0..NextModel::<Test>::get().0 {
					assert_eq!(Registry::royalties(ModelId(id)).map(|claims| claims.is_empty()), Some(false));
				}
			}
		});
	}
}
