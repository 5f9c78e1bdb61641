//! Benchmarks of the calls, and the models that the benchmarks of other pallets need.

use crate::{
	pallet::{Call, Config, Models, NextModel, Pallet},
	types::{
		Family, Licence, ModelKind, Parents, Split, Target, MAX_DATA, MAX_LICENCE, MAX_PARENTS, MAX_SHARES, WHOLE,
	},
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use openledger_primitives::{DatanetId, ModelId};
use sp_core::H256;

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// `count` frozen versions, each of another datanet if possible, open to everybody.
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
	let ancestors = Ancestors::new::<T>()?;
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
	register::<T>(owner, kind, Ancestors::new::<T>()?.parents)
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
	fn new<T: Config>() -> Result<Self, BenchmarkError>
	where
		T::Currency: Mutate<T::AccountId>,
	{
		let owner: T::AccountId = account("ancestor", 0, 0);
		let [config, weights, tokenizer] = [1, 2, 3].map(H256::repeat_byte);
		let kind = ModelKind::Base { family: Family::Other, config, weights, tokenizer };
		let base = register::<T>(owner.clone(), kind, Parents::new())?;
		let data = T::BenchmarkHelper::frozen_versions(MAX_DATA)?;
		let mut ancestors = Self { base, parents: Parents::new(), data };
		for _ in 0..2 {
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

/// Registers a model with the longest licence and the most sharers.
fn register<T: Config>(owner: T::AccountId, kind: ModelKind, parents: Parents) -> Result<ModelId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund_deposit::<T>(&owner)?;
	let id = NextModel::<T>::get();
	let (owner, price) = (RawOrigin::Signed(owner), T::MaxPrice::get());
	Pallet::<T>::register(owner.into(), kind, longest_licence(), price, price, split::<T>(0), parents)?;
	Ok(id)
}

/// Gives `who` an account and the deposit of a model.
fn fund_deposit<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	T::Currency::mint_into(who, T::ModelDeposit::get().saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

fn longest_licence() -> Licence {
	BoundedVec::truncate_from(vec![b'l'; MAX_LICENCE as usize])
}

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

	/// `p`: parents, each with the most parents of its own; `s`: datanet versions.
	#[benchmark]
	fn register(p: Linear<0, MAX_PARENTS>, s: Linear<0, MAX_DATA>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		fund_deposit::<T>(&owner)?;
		let mut ancestors = Ancestors::new::<T>()?;
		ancestors.parents.truncate(p as usize);
		ancestors.data.truncate(s as usize);
		for (datanet, _) in &ancestors.data {
			T::BenchmarkHelper::grant(*datanet, &owner)?;
		}
		let (kind, id, price) = (ancestors.adapter(), NextModel::<T>::get(), T::MaxPrice::get());
		let (origin, licence) = (RawOrigin::Signed(owner.clone()), longest_licence());

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

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
