//! Benchmarks of the calls, and the frozen versions that the benchmarks of other pallets need.

use crate::{
	pallet::{Call, Config, Contributions, CountersOf, Datanets, Grants, NextDatanet, Pallet, Requests, VersionsOf},
	types::{Access, Counters, Licence, Status, Terms, MAX_LICENCE},
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
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{Balance, Commitment, ContributionId, DatanetId};
use sp_core::H256;
use sp_runtime::traits::Saturating;

/// A frozen version with `rows` rows of a new datanet of `owner`.
///
/// Any number of rows will do: the bond is that of one row.
pub fn frozen_version<T: Config>(owner: T::AccountId, rows: u32) -> Result<(DatanetId, u32), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let datanet = datanet::<T>(owner.clone())?;
	let contribution = contribution::<T>(owner.clone(), datanet)?;
	Contributions::<T>::mutate(datanet, contribution, |offer| {
		if let Some(offer) = offer {
			offer.rows.count = rows;
		}
	});
	CountersOf::<T>::mutate_extant(datanet, |counters| counters.pending_rows = rows.into());
	let contributions = BoundedVec::truncate_from(vec![contribution]);
	let owner = RawOrigin::Signed(owner);
	Pallet::<T>::freeze_version(owner.into(), datanet, commitment(rows), H256::repeat_byte(3), contributions)?;
	Ok((datanet, 0))
}

/// Closes a datanet to everybody but `who`, who has a grant for one job.
pub fn granted<T: Config>(datanet: DatanetId, who: &T::AccountId) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let owner = Datanets::<T>::get(datanet).ok_or("the datanet is stored")?.owner;
	Pallet::<T>::set_access(RawOrigin::Signed(owner.clone()).into(), datanet, Access::Approval)?;
	let terms = requested::<T>(datanet, who)?;
	Pallet::<T>::decide_access(RawOrigin::Signed(owner).into(), datanet, who.clone(), terms, true)?;
	Ok(())
}

/// A request of `who` for one job in a datanet that asks for approval, or a grant where access is paid for.
fn requested<T: Config>(datanet: DatanetId, who: &T::AccountId) -> Result<Terms<BlockNumberFor<T>>, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(who, T::AccessDeposit::get())?;
	let terms = terms::<T>();
	Pallet::<T>::request_access(RawOrigin::Signed(who.clone()).into(), datanet, terms, Balance::MAX)?;
	Ok(terms)
}

/// A datanet of `owner` that asks for approval.
fn approving<T: Config>(owner: T::AccountId) -> Result<DatanetId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	let datanet = datanet::<T>(owner.clone())?;
	Pallet::<T>::set_access(RawOrigin::Signed(owner).into(), datanet, Access::Approval)?;
	Ok(datanet)
}

/// One job, for as long as can be.
fn terms<T: Config>() -> Terms<BlockNumberFor<T>> {
	let until = frame_system::Pallet::<T>::block_number().saturating_add(T::MaxGrantLife::get());
	Terms { purpose: H256::repeat_byte(4), jobs: 1, until }
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// A datanet of `owner` with the longest texts.
fn datanet<T: Config>(owner: T::AccountId) -> Result<DatanetId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(&owner, T::DatanetDeposit::get())?;
	let id = NextDatanet::<T>::get();
	Pallet::<T>::create(RawOrigin::Signed(owner).into(), longest_meta::<T>(), H256::repeat_byte(1), longest_licence())?;
	Ok(id)
}

/// A pending contribution of one row.
fn contribution<T: Config>(contributor: T::AccountId, datanet: DatanetId) -> Result<ContributionId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	fund::<T>(&contributor, T::BondPerRow::get())?;
	let id = CountersOf::<T>::get(datanet).ok_or("the datanet has counters")?.next_contribution;
	let contributor = RawOrigin::Signed(contributor);
	Pallet::<T>::contribute(contributor.into(), datanet, commitment(1), 1_000, H256::repeat_byte(2))?;
	Ok(id)
}

fn longest_meta<T: Config>() -> BoundedVec<u8, T::MaxMeta> {
	BoundedVec::truncate_from(vec![b'm'; T::MaxMeta::get() as usize])
}

fn longest_licence() -> Licence {
	BoundedVec::truncate_from(vec![b'l'; MAX_LICENCE as usize])
}

fn commitment(count: u32) -> Commitment {
	Commitment { root: H256::repeat_byte(9), count }
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn create() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		fund::<T>(&owner, T::DatanetDeposit::get())?;
		let id = NextDatanet::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), longest_meta::<T>(), H256::repeat_byte(1), longest_licence());

		assert_eq!(Datanets::<T>::get(id).map(|datanet| datanet.owner), Some(owner));
		assert_eq!(CountersOf::<T>::get(id), Some(Counters::default()));
		Ok(())
	}

	#[benchmark]
	fn contribute() -> Result<(), BenchmarkError> {
		let datanet = datanet::<T>(account("owner", 0, 0))?;
		let contributor: T::AccountId = whitelisted_caller();
		let rows = T::MaxRowsPerContribution::get();
		fund::<T>(&contributor, T::BondPerRow::get().saturating_mul(rows.into()))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(contributor.clone()), datanet, commitment(rows), u64::MAX, H256::repeat_byte(2));

		let offer = Contributions::<T>::get(datanet, ContributionId(0)).ok_or("the contribution is stored")?;
		assert_eq!((offer.contributor, offer.rows.count), (contributor, rows));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let datanet = datanet::<T>(account("owner", 0, 0))?;
		let contributor: T::AccountId = whitelisted_caller();
		let id = contribution::<T>(contributor.clone(), datanet)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(contributor), datanet, id);

		assert!(!Contributions::<T>::contains_key(datanet, id));
		assert_eq!(CountersOf::<T>::get(datanet).map(|counters| counters.pending), Some(0));
		Ok(())
	}

	#[benchmark]
	fn reject() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let datanet = datanet::<T>(owner.clone())?;
		let id = contribution::<T>(account("contributor", 0, 0), datanet)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, id);

		assert!(!Contributions::<T>::contains_key(datanet, id));
		assert_eq!(CountersOf::<T>::get(datanet).map(|counters| counters.pending), Some(0));
		Ok(())
	}

	/// `c`: accepted contributions, each of another account. There is a version before.
	#[benchmark]
	fn freeze_version(
		c: Linear<1, { T::MaxPerVersion::get().min(T::MaxPending::get()) }>,
	) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let (datanet, parent) = frozen_version::<T>(owner.clone(), 1)?;
		let contributions =
			(0..c).map(|i| contribution::<T>(account("contributor", i, 0), datanet)).collect::<Result<Vec<_>, _>>()?;
		let rows = commitment(c.saturating_add(1));
		let accepted = BoundedVec::truncate_from(contributions.clone());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, rows, H256::repeat_byte(3), accepted);

		let version = VersionsOf::<T>::get(datanet, 1).ok_or("the version is stored")?;
		assert_eq!((version.rows, version.parent), (rows, Some(parent)));
		for id in contributions {
			let status = Contributions::<T>::get(datanet, id).map(|offer| offer.status);
			assert_eq!(status, Some(Status::Accepted { version: 1 }));
		}
		Ok(())
	}

	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let to: T::AccountId = account("to", 0, 0);
		fund::<T>(&to, 0)?;
		let datanet = datanet::<T>(owner.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, to.clone());

		assert_eq!(Datanets::<T>::get(datanet).map(|datanet| datanet.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn set_access() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let datanet = datanet::<T>(owner.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, Access::Paid { price: 1 });

		assert_eq!(Datanets::<T>::get(datanet).map(|datanet| datanet.access), Some(Access::Paid { price: 1 }));
		Ok(())
	}

	/// Access is paid for, and the commons have no account yet.
	#[benchmark]
	fn request_access() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let datanet = datanet::<T>(owner.clone())?;
		let price = T::Currency::minimum_balance().max(1);
		Pallet::<T>::set_access(RawOrigin::Signed(owner).into(), datanet, Access::Paid { price })?;
		let applicant: T::AccountId = whitelisted_caller();
		fund::<T>(&applicant, T::AccessDeposit::get().saturating_add(price))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(applicant.clone()), datanet, terms::<T>(), price);

		assert_eq!(Grants::<T>::get(datanet, &applicant).map(|grant| grant.price), Some(price));
		assert_eq!(T::Currency::balance(&Pallet::<T>::commons_account(datanet)), price);
		Ok(())
	}

	#[benchmark]
	fn cancel_request() -> Result<(), BenchmarkError> {
		let (datanet, applicant): (_, T::AccountId) = (approving::<T>(account("owner", 0, 0))?, whitelisted_caller());
		requested::<T>(datanet, &applicant)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(applicant.clone()), datanet);

		assert!(!Requests::<T>::contains_key(datanet, &applicant));
		Ok(())
	}

	/// Turning down releases the deposit, which costs more than approving.
	#[benchmark]
	fn decide_access() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let (datanet, applicant): (_, T::AccountId) = (approving::<T>(owner.clone())?, account("applicant", 0, 0));
		let terms = requested::<T>(datanet, &applicant)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, applicant.clone(), terms, false);

		assert!(!Requests::<T>::contains_key(datanet, &applicant));
		Ok(())
	}

	#[benchmark]
	fn revoke_access() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let (datanet, grantee): (_, T::AccountId) = (datanet::<T>(owner.clone())?, account("grantee", 0, 0));
		granted::<T>(datanet, &grantee)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, grantee.clone());

		assert!(!Grants::<T>::contains_key(datanet, &grantee));
		Ok(())
	}

	#[benchmark]
	fn return_grant() -> Result<(), BenchmarkError> {
		let (datanet, grantee): (_, T::AccountId) = (datanet::<T>(account("owner", 0, 0))?, whitelisted_caller());
		granted::<T>(datanet, &grantee)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(grantee.clone()), datanet, grantee.clone());

		assert!(!Grants::<T>::contains_key(datanet, &grantee));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::{build_and_execute, Test, OWNER};

	#[test]
	fn frozen_version_keeps_the_invariants_with_any_number_of_rows() {
		build_and_execute(|| {
			for (id, rows) in [1, u32::MAX].into_iter().enumerate() {
				let version = frozen_version::<Test>(OWNER, rows).unwrap();
				assert_eq!(version, (DatanetId(id as u32), 0));
				assert_eq!(VersionsOf::<Test>::get(version.0, version.1).unwrap().rows.count, rows);
			}
		});
	}
}
