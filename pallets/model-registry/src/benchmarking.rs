//! Benchmarks of the calls, and the models that the benchmarks of other pallets need.

use crate::{
	pallet::{Call, Closure, Config, Disputes, Evaluations, Models, NextDispute, NextModel, Pallet, Redirect},
	types::{
		DisputeId, Family, Model, ModelKind, Parents, Spdx, Split, Subject, Target, MAX_ANCESTORS, MAX_DATA,
		MAX_PARENTS, MAX_REDIRECTS, MAX_SHARES, WHOLE,
	},
};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin, Get,
	},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{Balance, DatanetId, Licence, ModelId};
use sp_core::H256;
use sp_runtime::traits::Saturating;

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// `count` frozen versions, each of another datanet if possible, open to everybody, under a licence that any may
	/// follow.
	fn frozen_versions(count: u32) -> Result<Vec<(DatanetId, u32)>, BenchmarkError>;

	/// Closes a datanet to everybody but `who`, who has a grant for one job.
	fn grant(datanet: DatanetId, who: &AccountId) -> Result<(), BenchmarkError>;
}

/// Everything that an adapter can change.
const TARGETS: [Target; 11] = [
	Target::Query,
	Target::Key,
	Target::Value,
	Target::QueryKeyValue,
	Target::Output,
	Target::Gate,
	Target::Up,
	Target::GateUp,
	Target::Down,
	Target::Embedding,
	Target::Head,
];

/// A servable model of `owner` whose record is as long as it can be: an adapter with the most parents, data and
/// sharers.
pub fn longest_adapter<T: Config>(owner: T::AccountId) -> Result<ModelId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let ancestors = Ancestors::new::<T>(2)?;
	register::<T>(owner, ancestors.adapter(), ancestors.parents)
}

/// An index asset of `owner` over a frozen version, with the most parents and sharers.
pub fn longest_index<T: Config>(
	owner: T::AccountId,
	(datanet, version): (DatanetId, u32),
) -> Result<ModelId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let kind = ModelKind::Index { datanet, version, encoder: H256::repeat_byte(6) };
	register::<T>(owner, kind, Ancestors::new::<T>(2)?.parents)
}

/// What the models under test come from.
struct Ancestors {
	base: ModelId,
	/// The most parents, each of which has the most parents too.
	parents: Parents,
	/// The most datanet versions.
	data: Vec<(DatanetId, u32)>,
}

impl Ancestors {
	/// As many generations of parents, each of which comes from all of the one before.
	fn new<T: Config>(generations: u32) -> Result<Self, BenchmarkError>
	where
		T::Currency: Mutate<T::AccountId>,
	{
		let owner: T::AccountId = account("ancestor", 0, 0);
		let [config, weights, tokenizer] = [1, 2, 3].map(H256::repeat_byte);
		let kind = ModelKind::Base { family: Family::Other, config, weights, tokenizer };
		let base = register::<T>(owner.clone(), kind, Parents::new())?;
		let data = T::BenchmarkHelper::frozen_versions(MAX_DATA)?;
		let mut ancestors = Self { base, parents: Parents::new(), data };
		for _ in 0..generations {
			let generation = (0..MAX_PARENTS)
				.map(|_| register::<T>(owner.clone(), ancestors.adapter(), ancestors.parents.clone()))
				.collect::<Result<Vec<_>, _>>()?;
			ancestors.parents = BoundedVec::truncate_from(generation);
		}
		Ok(ancestors)
	}

	/// An adapter that changes everything and is trained on all the data.
	fn adapter(&self) -> ModelKind {
		ModelKind::Adapter {
			base: self.base,
			rank: u16::MAX,
			targets: BoundedVec::truncate_from(TARGETS.to_vec()),
			weights: H256::repeat_byte(4),
			manifest: H256::repeat_byte(5),
			data: BoundedVec::truncate_from(self.data.clone()),
		}
	}
}

/// As many generations as fit the ancestors of a model, beside the base.
const GENERATIONS: u32 = (MAX_ANCESTORS - 1) / MAX_PARENTS;

/// Registers a model with the last licence of the table and the most sharers.
fn register<T: Config>(owner: T::AccountId, kind: ModelKind, parents: Parents) -> Result<ModelId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund_deposit::<T>(&owner)?;
	let id = NextModel::<T>::get();
	let (owner, price) = (RawOrigin::Signed(owner), T::MaxPrice::get());
	Pallet::<T>::register(owner.into(), kind, last_licence(), price, price, split::<T>(0), parents)?;
	Ok(id)
}

/// Gives `who` an account and the deposit of a model.
fn fund_deposit<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(who, T::ModelDeposit::get())
}

/// Gives `who` an account, and `amount` on top of what an account must have.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// The one that is found after all others. It allows a price, and itself.
fn last_licence() -> Spdx {
	BoundedVec::truncate_from(Licence::OpenRail.spdx().as_bytes().to_vec())
}

/// An evaluation of a model by an attestor.
fn evaluate<T: Config>(attestor: &T::AccountId, model: ModelId) -> Result<Subject<T::AccountId>, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(attestor, T::EvaluationBond::get())?;
	let origin = RawOrigin::Signed(attestor.clone());
	Pallet::<T>::evaluate(origin.into(), model, SUITE, WHOLE, REPORT)?;
	Ok(Subject::Evaluation { model, suite: SUITE, attestor: attestor.clone() })
}

/// A dispute about a subject.
fn dispute<T: Config>(disputant: &T::AccountId, subject: Subject<T::AccountId>) -> Result<DisputeId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(disputant, T::DisputeBond::get())?;
	let id = NextDispute::<T>::get();
	Pallet::<T>::dispute(RawOrigin::Signed(disputant.clone()).into(), subject, EVIDENCE)?;
	Ok(id)
}

const SUITE: H256 = H256::repeat_byte(7);
const REPORT: H256 = H256::repeat_byte(8);
const EVIDENCE: H256 = H256::repeat_byte(9);

/// The most sharers, other ones for each `seed`, with as equal shares as can be.
fn split<T: Config>(seed: u32) -> Split<T::AccountId> {
	let shares = (0..MAX_SHARES).map(|i| {
		let [before, after] = [i, i.saturating_add(1)].map(|n| WHOLE.saturating_mul(n) / MAX_SHARES);
		(account("sharer", i, seed), after.saturating_sub(before) as u16)
	});
	BoundedVec::truncate_from(shares.collect())
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	/// `p`: parents, each with the most parents of its own and nearly the most ancestors; `s`: datanet versions.
	#[benchmark]
	fn register(p: Linear<0, MAX_PARENTS>, s: Linear<0, MAX_DATA>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		fund_deposit::<T>(&owner)?;
		let mut ancestors = Ancestors::new::<T>(GENERATIONS)?;
		ancestors.parents.truncate(p as usize);
		ancestors.data.truncate(s as usize);
		for (datanet, _) in &ancestors.data {
			T::BenchmarkHelper::grant(*datanet, &owner)?;
		}
		let (kind, id, price) = (ancestors.adapter(), NextModel::<T>::get(), T::MaxPrice::get());
		let (origin, licence) = (RawOrigin::Signed(owner.clone()), last_licence());

		#[extrinsic_call]
		_(origin, kind.clone(), licence, price, price, split::<T>(0), ancestors.parents.clone());

		let model = Models::<T>::get(id).ok_or("the model is stored")?;
		assert_eq!((model.owner, model.kind, model.parents), (owner, kind, ancestors.parents));
		Ok(())
	}

	#[benchmark]
	fn set_price() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let id = longest_adapter::<T>(owner.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, 0, 0);

		let model = Models::<T>::get(id).ok_or("the model is stored")?;
		assert_eq!((model.price_in, model.price_out), (0, 0));
		Ok(())
	}

	#[benchmark]
	fn set_split() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let id = longest_adapter::<T>(owner.clone())?;
		let new = split::<T>(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, new.clone());

		assert_eq!(Models::<T>::get(id).map(|model| model.split), Some(new));
		Ok(())
	}

	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let to: T::AccountId = account("to", 0, 0);
		fund_deposit::<T>(&to)?;
		let id = longest_adapter::<T>(owner.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, to.clone());

		assert_eq!(Models::<T>::get(id).map(|model| model.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn deprecate() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let id = longest_adapter::<T>(owner.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert_eq!(Models::<T>::get(id).map(|model| model.deprecated), Some(true));
		Ok(())
	}

	/// As in `register`, for the new version of a model.
	#[benchmark]
	fn register_version(p: Linear<0, MAX_PARENTS>, s: Linear<0, MAX_DATA>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		fund_deposit::<T>(&owner)?;
		let mut ancestors = Ancestors::new::<T>(GENERATIONS)?;
		let of = super::register::<T>(owner.clone(), ancestors.adapter(), ancestors.parents.clone())?;
		ancestors.parents.truncate(p as usize);
		ancestors.data.truncate(s as usize);
		for (datanet, _) in &ancestors.data {
			T::BenchmarkHelper::grant(*datanet, &owner)?;
		}
		let (kind, id, price) = (ancestors.adapter(), NextModel::<T>::get(), T::MaxPrice::get());
		let (origin, licence) = (RawOrigin::Signed(owner), last_licence());

		#[extrinsic_call]
		_(origin, of, kind, licence, price, price, split::<T>(0), ancestors.parents);

		assert_eq!(Redirect::<T>::get(of), Some(id));
		assert!(Closure::<T>::contains_key(id));
		Ok(())
	}

	/// To the start of the longest chain that is allowed, from a model that redirects already.
	#[benchmark]
	fn repoint() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let model = longest_adapter::<T>(owner.clone())?;
		let mut to = longest_adapter::<T>(owner.clone())?;
		Redirect::<T>::insert(model, to);
		for _ in 0..MAX_REDIRECTS {
			let before = longest_adapter::<T>(owner.clone())?;
			Redirect::<T>::insert(before, to);
			to = before;
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), model, Some(to));

		assert_eq!(Redirect::<T>::get(model), Some(to));
		Ok(())
	}

	#[benchmark]
	fn evaluate() -> Result<(), BenchmarkError> {
		let attestor: T::AccountId = whitelisted_caller();
		fund::<T>(&attestor, T::EvaluationBond::get())?;
		let model = longest_adapter::<T>(account("owner", 0, 0))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(attestor.clone()), model, SUITE, WHOLE, REPORT);

		assert!(Evaluations::<T>::contains_key((model, SUITE, attestor)));
		Ok(())
	}

	#[benchmark]
	fn retract_evaluation() -> Result<(), BenchmarkError> {
		let attestor: T::AccountId = whitelisted_caller();
		let model = longest_adapter::<T>(account("owner", 0, 0))?;
		super::evaluate::<T>(&attestor, model)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(attestor.clone()), model, SUITE);

		assert!(!Evaluations::<T>::contains_key((model, SUITE, attestor)));
		Ok(())
	}

	/// About the originality of a model, which reads two.
	#[benchmark]
	fn dispute() -> Result<(), BenchmarkError> {
		let disputant: T::AccountId = whitelisted_caller();
		fund::<T>(&disputant, T::DisputeBond::get())?;
		let original = Some(longest_adapter::<T>(account("first", 0, 0))?);
		let model = longest_adapter::<T>(account("owner", 0, 0))?;
		let (id, subject) = (NextDispute::<T>::get(), Subject::Originality { model, original });

		#[extrinsic_call]
		_(RawOrigin::Signed(disputant), subject, EVIDENCE);

		assert_eq!(Models::<T>::get(model).and_then(|model| model.disputed), Some(id));
		Ok(())
	}

	/// Upheld against a model: two transfers on hold, and a longer record than that of an evaluation.
	#[benchmark]
	fn resolve_dispute() -> Result<(), BenchmarkError> {
		let origin = T::DisputeOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let model = longest_adapter::<T>(account("owner", 0, 0))?;
		let subject = Subject::Originality { model, original: None };
		let id = super::dispute::<T>(&account("disputant", 0, 0), subject)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id, true);

		let found = |model: Model<T>| (model.unoriginal, model.deprecated, model.deposit);
		assert_eq!(Models::<T>::get(model).map(found), Some((true, true, 0)));
		Ok(())
	}

	#[benchmark]
	fn expire_dispute() -> Result<(), BenchmarkError> {
		let caller: T::AccountId = whitelisted_caller();
		let model = longest_adapter::<T>(account("owner", 0, 0))?;
		let subject = super::evaluate::<T>(&account("attestor", 0, 0), model)?;
		let id = super::dispute::<T>(&account("disputant", 0, 0), subject)?;
		let now: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(now.saturating_add(T::DisputePeriod::get()));

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);

		assert!(!Disputes::<T>::contains_key(id));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
