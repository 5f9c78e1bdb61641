//! Benchmarks of the calls, and the versions, contributions and notices that the benchmarks of other pallets need.

use crate::{
	pallet::{
		Call, Commits, Config, Contributions, CountersOf, Datanets, Grants, NextDatanet, Notices, Pallet, Requests,
		Taken, VersionsOf, Whitelists,
	},
	types::{Access, Admission, Counters, Spdx, Status, Terms, Whitelist},
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		ConstU32, Get,
	},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{
	judgement::{seal_contribution, Case, Verdict},
	traits::Cases,
	tree::plain::{leaf_hash, node_hash},
	Balance, Blake2b256, Commitment, ContentHash, ContributionId, DatanetId, Licence, RowLeaf, MAX_PROOF,
};
use sp_core::H256;
use sp_runtime::traits::{One, Saturating};

/// What hides every commitment.
const SALT: H256 = H256([7; 32]);
/// A part of a tree that the benchmark does not know.
const UNKNOWN: H256 = H256([6; 32]);

/// The proof of a row.
type Proof = BoundedVec<H256, ConstU32<MAX_PROOF>>;

/// A frozen version with `rows` rows of a new datanet of `owner`.
///
/// Any number of rows will do: the bond is that of one row.
pub fn frozen_version<T: Config>(owner: T::AccountId, rows: u32) -> Result<(DatanetId, u32), BenchmarkError> {
	let datanet = datanet::<T>(owner.clone())?;
	freeze_first::<T>(owner, datanet, commitment(rows))?;
	Ok((datanet, 0))
}

/// Closes a datanet to everybody but `who`, who has a grant for one job.
pub fn granted<T: Config>(datanet: DatanetId, who: &T::AccountId) -> Result<(), BenchmarkError> {
	let owner = Datanets::<T>::get(datanet).ok_or("the datanet is stored")?.owner;
	Pallet::<T>::set_access(RawOrigin::Signed(owner.clone()).into(), datanet, Access::Approval)?;
	let terms = requested::<T>(datanet, who)?;
	Pallet::<T>::decide_access(RawOrigin::Signed(owner).into(), datanet, who.clone(), terms, true)?;
	Ok(())
}

/// A pending contribution of `rows` rows to a new datanet of `owner`. Takes a block.
pub fn revealed_contribution<T: Config>(
	owner: T::AccountId,
	contributor: T::AccountId,
	rows: u32,
) -> Result<(DatanetId, ContributionId), BenchmarkError> {
	let datanet = datanet::<T>(owner)?;
	Ok((datanet, contribution::<T>(contributor, datanet, rows)?))
}

/// A contested notice about a row of `contributor` in a new datanet of `owner`, and who has filed it. It has as many
/// parties as it can: the owner contests. A committee can be asked. Takes a block.
pub fn contested_notice<T: Config>(
	owner: T::AccountId,
	contributor: T::AccountId,
) -> Result<(DatanetId, u32, T::AccountId), BenchmarkError> {
	let claimant: T::AccountId = account("claimant", 0, 0);
	let (datanet, row) = notice::<T>(owner.clone(), contributor, claimant.clone())?;
	fund::<T>(&owner, T::NoticeBond::get())?;
	Pallet::<T>::contest_notice(RawOrigin::Signed(owner).into(), datanet, row)?;
	Ok((datanet, row, claimant))
}

/// A notice of `claimant` about a row of `contributor` in a new datanet of `owner`.
fn notice<T: Config>(
	owner: T::AccountId,
	contributor: T::AccountId,
	claimant: T::AccountId,
) -> Result<(DatanetId, u32), BenchmarkError> {
	let (datanet, leaf, proof) = frozen_row::<T>(owner, contributor)?;
	let row = leaf.row;
	fund::<T>(&claimant, T::NoticeBond::get())?;
	Pallet::<T>::file_notice(RawOrigin::Signed(claimant).into(), datanet, 0, leaf, proof, H256::repeat_byte(8))?;
	Ok((datanet, row))
}

/// The first row, of `contributor`, of the greatest version that can be, with its proof: no proof is longer.
///
/// Nobody can tell what is below a node, so the rest of the tree is never built.
fn frozen_row<T: Config>(
	owner: T::AccountId,
	contributor: T::AccountId,
) -> Result<(DatanetId, RowLeaf<T::AccountId>, Proof), BenchmarkError> {
	let datanet = datanet::<T>(owner.clone())?;
	let content = ContentHash(H256::repeat_byte(5));
	let leaf = RowLeaf { row: 0, contributor, cluster: 0, content, licensed: true };
	let data = leaf.leaf(&Pallet::<T>::domain(), datanet, 0);
	let proof = vec![UNKNOWN; MAX_PROOF as usize];
	let top = proof.iter().fold(leaf_hash::<Blake2b256>(&data), |node, next| node_hash::<Blake2b256>(&node, next));
	freeze_first::<T>(owner, datanet, Commitment::of::<Blake2b256>(u32::MAX, &top))?;
	Ok((datanet, leaf, BoundedVec::truncate_from(proof)))
}

/// Freezes the first version of a datanet, whatever its rows.
fn freeze_first<T: Config>(owner: T::AccountId, datanet: DatanetId, rows: Commitment) -> Result<(), BenchmarkError> {
	let contribution = contribution::<T>(owner.clone(), datanet, 1)?;
	Contributions::<T>::mutate(datanet, contribution, |offer| {
		if let Some(offer) = offer {
			offer.rows.count = rows.count;
		}
	});
	CountersOf::<T>::mutate_extant(datanet, |counters| counters.pending_rows = rows.count.into());
	let contributions = BoundedVec::truncate_from(vec![contribution]);
	let owner = RawOrigin::Signed(owner);
	Pallet::<T>::freeze_version(owner.into(), datanet, rows, H256::repeat_byte(3), contributions)?;
	Ok(())
}

/// Pays into the commons of a datanet.
fn earn<T: Config>(datanet: DatanetId) -> Result<(), BenchmarkError> {
	let income = T::Currency::minimum_balance().saturating_add(u32::MAX.into());
	fund::<T>(&Pallet::<T>::commons_account(datanet), income)
}

/// A datanet with something in its commons, and a contributor of two contributions there, the first of which is
/// counted.
fn shared<T: Config>() -> Result<(DatanetId, T::AccountId), BenchmarkError> {
	let contributor: T::AccountId = account("contributor", 0, 0);
	let datanet = datanet::<T>(contributor.clone())?;
	freeze_first::<T>(contributor.clone(), datanet, commitment(1))?;
	let second = contribution::<T>(contributor.clone(), datanet, 1)?;
	let (owner, accepted) = (RawOrigin::Signed(contributor.clone()), BoundedVec::truncate_from(vec![second]));
	Pallet::<T>::freeze_version(owner.clone().into(), datanet, commitment(2), H256::repeat_byte(3), accepted)?;
	Pallet::<T>::count_rows(owner.into(), datanet, ContributionId(0))?;
	earn::<T>(datanet)?;
	Ok((datanet, contributor))
}

/// A request of `who` for one job in a datanet that asks for approval, or a grant where access is paid for.
fn requested<T: Config>(datanet: DatanetId, who: &T::AccountId) -> Result<Terms<BlockNumberFor<T>>, BenchmarkError> {
	fund::<T>(who, T::AccessDeposit::get())?;
	let terms = terms::<T>();
	Pallet::<T>::request_access(RawOrigin::Signed(who.clone()).into(), datanet, terms, Balance::MAX)?;
	Ok(terms)
}

/// A datanet of `owner` that asks for approval.
fn approving<T: Config>(owner: T::AccountId) -> Result<DatanetId, BenchmarkError> {
	let datanet = datanet::<T>(owner.clone())?;
	Pallet::<T>::set_access(RawOrigin::Signed(owner).into(), datanet, Access::Approval)?;
	Ok(datanet)
}

/// One job, for as long as can be.
fn terms<T: Config>() -> Terms<BlockNumberFor<T>> {
	let until = Pallet::<T>::now().saturating_add(T::MaxGrantLife::get());
	Terms { purpose: H256::repeat_byte(4), jobs: 1, until }
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// Lets `blocks` and one more pass.
fn advance<T: Config>(blocks: BlockNumberFor<T>) {
	let then = Pallet::<T>::now().saturating_add(blocks).saturating_add(One::one());
	frame_system::Pallet::<T>::set_block_number(then);
}

/// A datanet of `owner` with the longest text.
fn datanet<T: Config>(owner: T::AccountId) -> Result<DatanetId, BenchmarkError> {
	fund::<T>(&owner, T::DatanetDeposit::get())?;
	let id = NextDatanet::<T>::get();
	let owner = RawOrigin::Signed(owner);
	Pallet::<T>::create(owner.into(), longest_meta::<T>(), H256::repeat_byte(1), last_licence())?;
	Ok(id)
}

/// Commits `who` to rows that [`reveal`] reveals.
fn commit<T: Config>(who: &T::AccountId, datanet: DatanetId, rows: u32) -> Result<ContributionId, BenchmarkError> {
	fund::<T>(who, T::CommitDeposit::get().saturating_add(T::BondPerRow::get().saturating_mul(rows.into())))?;
	let id = CountersOf::<T>::get(datanet).ok_or("the datanet has counters")?.next_contribution;
	Pallet::<T>::commit(RawOrigin::Signed(who.clone()).into(), datanet, seal::<T>(who, datanet, rows))?;
	Ok(id)
}

fn seal<T: Config>(who: &T::AccountId, datanet: DatanetId, rows: u32) -> H256 {
	seal_contribution(&Pallet::<T>::domain(), datanet, who, &commitment(rows), &content(), &SALT)
}

/// A pending contribution. Takes a block.
fn contribution<T: Config>(
	contributor: T::AccountId,
	datanet: DatanetId,
	rows: u32,
) -> Result<ContributionId, BenchmarkError> {
	let id = commit::<T>(&contributor, datanet, rows)?;
	advance::<T>(Default::default());
	let contributor = RawOrigin::Signed(contributor);
	Pallet::<T>::reveal(contributor.into(), datanet, id, commitment(rows), 1_000, content(), SALT)?;
	Ok(id)
}

/// A contribution to a new datanet of `owner` that a committee has accepted, and that the owner has let wait.
fn ignored<T: Config>(
	owner: T::AccountId,
	contributor: T::AccountId,
) -> Result<(DatanetId, ContributionId), BenchmarkError> {
	let (datanet, contribution) = revealed_contribution::<T>(owner, contributor.clone(), 1)?;
	let case = Case::Contribution { datanet, contribution };
	<Pallet<T> as Cases<T::AccountId>>::open(case, &contributor)?;
	<Pallet<T> as Cases<T::AccountId>>::close(case, Some(Verdict::Accepted))?;
	advance::<T>(T::OwnerTime::get());
	Ok((datanet, contribution))
}

/// Puts accounts on the list of a datanet until it has as many as it can, less one.
fn fill_list<T: Config>(datanet: DatanetId) {
	let mut list = Whitelist::<T>::new();
	for listed in 1..T::MaxWhitelist::get() {
		// There is room for them.
		let _ = list.try_insert(account("listed", listed, 0));
	}
	Whitelists::<T>::insert(datanet, list);
}

fn longest_meta<T: Config>() -> Vec<u8> {
	vec![b'm'; T::MaxMeta::get() as usize]
}

/// The licence that is found last.
fn last_licence() -> Spdx {
	let spdx = Licence::ALL.last().map(|licence| licence.spdx()).unwrap_or_default();
	BoundedVec::truncate_from(spdx.as_bytes().to_vec())
}

fn commitment(count: u32) -> Commitment {
	Commitment { root: H256::repeat_byte(9), count }
}

fn content() -> H256 {
	H256::repeat_byte(2)
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn create() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		fund::<T>(&owner, T::DatanetDeposit::get())?;
		let id = NextDatanet::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), longest_meta::<T>(), H256::repeat_byte(1), last_licence());

		assert_eq!(Datanets::<T>::get(id).map(|datanet| datanet.owner), Some(owner));
		assert_eq!(CountersOf::<T>::get(id), Some(Counters::default()));
		Ok(())
	}

	/// Admission is by list, which is full: longer to read than an assessment.
	#[benchmark]
	fn commit() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let datanet = datanet::<T>(owner.clone())?;
		let contributor: T::AccountId = whitelisted_caller();
		fill_list::<T>(datanet);
		let owner = RawOrigin::Signed(owner);
		Pallet::<T>::set_whitelist(owner.clone().into(), datanet, contributor.clone(), true)?;
		Pallet::<T>::set_admission(owner.into(), datanet, Admission::Whitelist)?;
		fund::<T>(&contributor, T::CommitDeposit::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(contributor.clone()), datanet, H256::repeat_byte(6));

		let sealed = Commits::<T>::get(datanet, ContributionId(0)).ok_or("the commitment is stored")?;
		assert_eq!(sealed.contributor, contributor);
		Ok(())
	}

	#[benchmark]
	fn reveal() -> Result<(), BenchmarkError> {
		let datanet = datanet::<T>(account("owner", 0, 0))?;
		let contributor: T::AccountId = whitelisted_caller();
		let count = T::MaxRowsPerContribution::get();
		let id = super::commit::<T>(&contributor, datanet, count)?;
		advance::<T>(Default::default());
		let rows = commitment(count);

		#[extrinsic_call]
		_(RawOrigin::Signed(contributor.clone()), datanet, id, rows, u64::MAX, content(), SALT);

		let offer = Contributions::<T>::get(datanet, id).ok_or("the contribution is stored")?;
		assert_eq!((offer.contributor, offer.rows), (contributor, rows));
		assert!(!Commits::<T>::contains_key(datanet, id));
		Ok(())
	}

	#[benchmark]
	fn expire_commit() -> Result<(), BenchmarkError> {
		let datanet = datanet::<T>(account("owner", 0, 0))?;
		let id = super::commit::<T>(&account("contributor", 0, 0), datanet, 1)?;
		advance::<T>(T::RevealWindow::get());
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), datanet, id);

		assert!(!Commits::<T>::contains_key(datanet, id));
		assert_eq!(CountersOf::<T>::get(datanet).map(|counters| counters.commits), Some(0));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let datanet = datanet::<T>(account("owner", 0, 0))?;
		let contributor: T::AccountId = whitelisted_caller();
		let id = contribution::<T>(contributor.clone(), datanet, 1)?;

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
		let id = contribution::<T>(account("contributor", 0, 0), datanet, 1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, id);

		assert!(!Contributions::<T>::contains_key(datanet, id));
		assert_eq!(CountersOf::<T>::get(datanet).map(|counters| counters.pending), Some(0));
		Ok(())
	}

	/// `c`: accepted contributions, each of another account. There is a version before, and something in the commons.
	#[benchmark]
	fn freeze_version(
		c: Linear<1, { T::MaxPerVersion::get().min(T::MaxPending::get()) }>,
	) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let (datanet, parent) = frozen_version::<T>(owner.clone(), 1)?;
		let contributions = (0..c)
			.map(|i| contribution::<T>(account("contributor", i, 0), datanet, 1))
			.collect::<Result<Vec<_>, _>>()?;
		earn::<T>(datanet)?;
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

	#[benchmark]
	fn set_admission() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let datanet = datanet::<T>(owner.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, Admission::Assessed);

		assert_eq!(Datanets::<T>::get(datanet).map(|datanet| datanet.admission), Some(Admission::Assessed));
		Ok(())
	}

	/// The last account that the list has room for.
	#[benchmark]
	fn set_whitelist() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let datanet = datanet::<T>(owner.clone())?;
		fill_list::<T>(datanet);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), datanet, account("last", 0, 0), true);

		assert_eq!(Whitelists::<T>::get(datanet).len(), T::MaxWhitelist::get() as usize);
		Ok(())
	}

	#[benchmark]
	fn overrule() -> Result<(), BenchmarkError> {
		let (datanet, id) = ignored::<T>(account("owner", 0, 0), account("contributor", 0, 0))?;
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), datanet, id);

		assert_eq!(CountersOf::<T>::get(datanet).map(|counters| (counters.pending, counters.due)), Some((0, 1)));
		Ok(())
	}

	#[benchmark]
	fn take_over() -> Result<(), BenchmarkError> {
		let contributor: T::AccountId = whitelisted_caller();
		let (datanet, id) = ignored::<T>(account("owner", 0, 0), contributor.clone())?;
		Pallet::<T>::overrule(RawOrigin::Signed(contributor.clone()).into(), datanet, id)?;
		advance::<T>(T::OwnerTime::get());
		fund::<T>(&contributor, T::DatanetDeposit::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(contributor.clone()), datanet, id);

		assert_eq!(Datanets::<T>::get(datanet).map(|datanet| datanet.owner), Some(contributor));
		Ok(())
	}

	/// The longest proof.
	#[benchmark]
	fn file_notice() -> Result<(), BenchmarkError> {
		let (datanet, leaf, proof) = frozen_row::<T>(account("owner", 0, 0), account("contributor", 0, 0))?;
		let claimant: T::AccountId = whitelisted_caller();
		fund::<T>(&claimant, T::NoticeBond::get())?;
		let row = leaf.row;

		#[extrinsic_call]
		_(RawOrigin::Signed(claimant.clone()), datanet, 0, leaf, proof, H256::repeat_byte(8));

		assert_eq!(Notices::<T>::get(datanet, row).map(|notice| notice.claimant), Some(claimant));
		Ok(())
	}

	#[benchmark]
	fn contest_notice() -> Result<(), BenchmarkError> {
		let contributor: T::AccountId = whitelisted_caller();
		let (datanet, row) = notice::<T>(account("owner", 0, 0), contributor.clone(), account("claimant", 0, 0))?;
		fund::<T>(&contributor, T::NoticeBond::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(contributor.clone()), datanet, row);

		assert_eq!(Notices::<T>::get(datanet, row).and_then(|notice| notice.contested), Some(contributor));
		Ok(())
	}

	/// Nobody has contested, so the row goes and the commons are shared anew: no other end touches more.
	#[benchmark]
	fn end_notice() -> Result<(), BenchmarkError> {
		let contributor: T::AccountId = account("contributor", 0, 0);
		let (datanet, row) = notice::<T>(account("owner", 0, 0), contributor, account("claimant", 0, 0))?;
		earn::<T>(datanet)?;
		advance::<T>(T::AnswerWindow::get());
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), datanet, row);

		assert!(!Notices::<T>::contains_key(datanet, row));
		assert!(Taken::<T>::contains_key(datanet, row));
		assert!(Pallet::<T>::commons(datanet).promised > 0);
		Ok(())
	}

	/// Something has come in, and the contributor has a share already.
	#[benchmark]
	fn count_rows() -> Result<(), BenchmarkError> {
		let (datanet, contributor) = shared::<T>()?;
		let share = Pallet::<T>::share_of(datanet, contributor.clone());
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), datanet, ContributionId(1));

		let counted = Pallet::<T>::share_of(datanet, contributor);
		assert_eq!(counted.rows, share.rows.saturating_add(1));
		assert!(counted.due > share.due);
		Ok(())
	}

	/// Something has come in.
	#[benchmark]
	fn claim_commons() -> Result<(), BenchmarkError> {
		let (datanet, contributor) = shared::<T>()?;
		let before = T::Currency::balance(&contributor);
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), datanet, contributor.clone());

		assert!(T::Currency::balance(&contributor) > before);
		assert_eq!(Pallet::<T>::share_of(datanet, contributor).due, 0);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::{build_and_execute, Test, ALICE, MAX_ROWS, OWNER};
	use frame_support::assert_ok;

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

	#[test]
	fn revealed_contribution_can_be_brought_to_a_committee() {
		build_and_execute(|| {
			for rows in [1, MAX_ROWS] {
				let (datanet, contribution) = revealed_contribution::<Test>(OWNER, ALICE, rows).unwrap();
				let case = Case::Contribution { datanet, contribution };
				assert_eq!(<Pallet<Test> as Cases<_>>::open(case, &ALICE).unwrap().rows, rows);
				assert_ok!(<Pallet<Test> as Cases<_>>::close(case, Some(Verdict::Accepted)));
			}
		});
	}

	#[test]
	fn contested_notice_can_be_brought_to_a_committee() {
		build_and_execute(|| {
			for _ in 0..2 {
				let (datanet, row, claimant) = contested_notice::<Test>(OWNER, ALICE).unwrap();
				let case = Case::Takedown { datanet, row };
				let parties = <Pallet<Test> as Cases<_>>::open(case, &claimant).unwrap().parties;
				assert_eq!(parties, [OWNER, claimant, OWNER, ALICE]);
				assert_ok!(<Pallet<Test> as Cases<_>>::close(case, Some(Verdict::Accepted)));
			}
		});
	}
}
