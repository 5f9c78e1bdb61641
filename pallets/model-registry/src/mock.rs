//! A runtime with this pallet and real balances.

use crate as pallet_model_registry;
use crate::{
	types::{Ancestors, Evaluation, Family, Model, ModelKind, Parents, Spdx, Split, Subject, Target},
	Evaluations, HoldReason, Models,
};
use frame_support::{derive_impl, parameter_types, traits::fungible::InspectHold, BoundedVec};
use openledger_primitives::{
	traits::{Access, Versions},
	Commitment, DatanetId, Licence, ModelId,
};
use sp_core::H256;
use sp_runtime::{BuildStorage, DispatchError, DispatchResult};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Registry = pallet_model_registry;
}

type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) const DEPOSIT: u128 = 100;
pub(crate) const PRICE_CAP: u128 = 1_000;
/// Odd, so that it does not halve.
pub(crate) const SCORE_BOND: u128 = 41;
pub(crate) const CLAIM_BOND: u128 = 50;
pub(crate) const PERIOD: u64 = 10;
pub(crate) const ENDOWMENT: u128 = 10_000;

pub(crate) const OWNER: u64 = 1;
pub(crate) const ALICE: u64 = 2;
pub(crate) const BOB: u64 = 3;
/// Has nothing.
pub(crate) const NOBODY: u64 = 9;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

/// Datanets 0 to 9 with versions 0 to 9, all under [`DataLicence`]; [`Tainted`] are.
pub struct TenByTen;

impl Versions<u64> for TenByTen {
	fn rows(datanet: DatanetId, version: u32) -> Option<Commitment> {
		(datanet.0 < 10 && version < 10).then(|| Commitment { root: hash(7), count: version + 1 })
	}
	fn owner(datanet: DatanetId) -> Option<u64> {
		(datanet.0 < 10).then_some(OWNER)
	}
	fn licence(datanet: DatanetId) -> Option<Licence> {
		(datanet.0 < 10).then(DataLicence::get)
	}
	fn taken_down(_: DatanetId, _: u32) -> Option<u32> {
		None
	}
	fn tainted(datanet: DatanetId, version: u32) -> bool {
		Tainted::get().contains(&(datanet.0, version))
	}
}

/// Datanet 8 asks for a grant: one of [`Grants`], each of which is for one job. Everybody may use the others.
impl Access<u64> for TenByTen {
	fn use_for_job(datanet: DatanetId, who: &u64) -> DispatchResult {
		let mut grants = Grants::get();
		let place = grants.iter().position(|holder| holder == who);
		match place {
			_ if datanet != DatanetId(8) => {}
			Some(place) => {
				grants.remove(place);
				Grants::set(grants);
			}
			None => return Err(DispatchError::Other("no grant")),
		}
		Ok(())
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<u64> for TenByTen {
	fn grant(_: DatanetId, _: &u64) -> Result<(), frame_benchmarking::BenchmarkError> {
		Ok(())
	}

	fn frozen_versions(count: u32) -> Result<Vec<(DatanetId, u32)>, frame_benchmarking::BenchmarkError> {
		Ok((0..count).map(|i| (DatanetId(i % 10), i / 10)).collect())
	}
}

parameter_types! {
	pub static ModelDeposit: u128 = DEPOSIT;
	pub static MaxPrice: u128 = PRICE_CAP;
	pub static MinShare: u16 = 1;
	pub static EvaluationBond: u128 = SCORE_BOND;
	pub static DisputeBond: u128 = CLAIM_BOND;
	pub static DisputePeriod: u64 = PERIOD;
	pub static ExistentialDeposit: u128 = 1;
	pub static Grants: Vec<u64> = vec![];
	pub static DataLicence: Licence = Licence::Cc0;
	pub static Tainted: Vec<(u32, u32)> = vec![];
}

impl pallet_model_registry::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Versions = TenByTen;
	type Access = TenByTen;
	type ModelDeposit = ModelDeposit;
	type MaxPrice = MaxPrice;
	type MinShare = MinShare;
	type EvaluationBond = EvaluationBond;
	type DisputeBond = DisputeBond;
	type DisputePeriod = DisputePeriod;
	type DisputeOrigin = frame_system::EnsureRoot<u64>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = TenByTen;
}

/// The state that every test starts from.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	ModelDeposit::set(DEPOSIT);
	MaxPrice::set(PRICE_CAP);
	MinShare::set(1);
	EvaluationBond::set(SCORE_BOND);
	DisputeBond::set(CLAIM_BOND);
	DisputePeriod::set(PERIOD);
	ExistentialDeposit::set(1);
	Grants::set(vec![]);
	DataLicence::set(Licence::Cc0);
	Tainted::set(vec![]);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = [OWNER, ALICE, BOB].map(|account| (account, ENDOWMENT)).to_vec();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	storage.into()
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Registry::do_try_state().unwrap();
	});
}

pub(crate) fn signed(account: u64) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

pub(crate) fn hash(byte: u8) -> H256 {
	H256::repeat_byte(byte)
}

/// What [`register`] gives every model.
pub(crate) const APACHE: Licence = Licence::Apache2;

pub(crate) fn licence() -> Spdx {
	spdx(APACHE)
}

pub(crate) fn spdx(licence: Licence) -> Spdx {
	licence.spdx().as_bytes().to_vec().try_into().unwrap()
}

pub(crate) fn split<const N: usize>(shares: [(u64, u16); N]) -> Split<u64> {
	shares.to_vec().try_into().unwrap()
}

pub(crate) fn parents<const N: usize>(ids: [u32; N]) -> Parents {
	ids.map(ModelId).to_vec().try_into().unwrap()
}

pub(crate) fn base() -> ModelKind {
	ModelKind::Base { family: Family::Qwen, config: hash(1), weights: hash(2), tokenizer: hash(3) }
}

pub(crate) fn adapter(base: u32) -> ModelKind {
	adapter_on(base, 8, [Target::Query, Target::Value], [(0, 0)])
}

pub(crate) fn adapter_on<const N: usize, const M: usize>(
	base: u32,
	rank: u16,
	targets: [Target; N],
	data: [(u32, u32); M],
) -> ModelKind {
	ModelKind::Adapter {
		base: ModelId(base),
		rank,
		targets: BoundedVec::try_from(targets.to_vec()).unwrap(),
		weights: hash(4),
		manifest: hash(5),
		data: BoundedVec::try_from(data.map(|(datanet, version)| (DatanetId(datanet), version)).to_vec()).unwrap(),
	}
}

pub(crate) fn index(datanet: u32, version: u32) -> ModelKind {
	ModelKind::Index { datanet: DatanetId(datanet), version, encoder: hash(6) }
}

pub(crate) fn ensemble<const N: usize>(members: [(u32, u16); N]) -> ModelKind {
	let members = members.map(|(id, weight)| (ModelId(id), weight)).to_vec();
	ModelKind::Ensemble { members: members.try_into().unwrap() }
}

/// Registers a model of [`OWNER`], who has everything it earns, and gives its identifier.
pub(crate) fn register<const N: usize>(kind: ModelKind, ancestors: [u32; N]) -> ModelId {
	register_for(OWNER, kind, ancestors)
}

pub(crate) fn register_for<const N: usize>(owner: u64, kind: ModelKind, ancestors: [u32; N]) -> ModelId {
	let id = crate::NextModel::<Test>::get();
	Registry::register(signed(owner), kind, licence(), 10, 20, split([(owner, 10_000)]), parents(ancestors)).unwrap();
	id
}

pub(crate) fn model(id: ModelId) -> Model<Test> {
	Models::<Test>::get(id).unwrap()
}

pub(crate) fn ancestors<const N: usize>(ids: [u32; N]) -> Ancestors {
	ids.map(ModelId).to_vec().try_into().unwrap()
}

pub(crate) fn suite() -> H256 {
	hash(8)
}

pub(crate) fn report() -> H256 {
	hash(9)
}

/// Attests to a score of a model in [`suite`].
pub(crate) fn evaluate(attestor: u64, model: ModelId) {
	Registry::evaluate(signed(attestor), model, suite(), 9_000, report()).unwrap();
}

pub(crate) fn evaluation(model: ModelId, attestor: u64) -> Option<Evaluation<u64>> {
	Evaluations::<Test>::get((model, suite(), attestor))
}

/// That what [`evaluate`] says is false.
pub(crate) fn false_score(model: ModelId, attestor: u64) -> Subject<u64> {
	Subject::Evaluation { model, suite: suite(), attestor }
}

/// That a model is a copy of something.
pub(crate) fn copied(model: ModelId) -> Subject<u64> {
	Subject::Originality { model, original: None }
}

pub(crate) fn deposit_of(account: u64) -> u128 {
	held(HoldReason::Model, account)
}

pub(crate) fn held(reason: HoldReason, account: u64) -> u128 {
	Balances::balance_on_hold(&reason.into(), &account)
}
