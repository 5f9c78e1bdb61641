//! A small runtime around the pallet, with real balances and real signatures.

use crate as pallet_credits;
use frame_support::{derive_impl, parameter_types, storage::with_storage_layer, traits::fungible::InspectHold};
use openledger_primitives::{
	agent::{Hardware, Roles},
	batch::Draw,
	hashing::Domain,
	money::{FeeSplit, DEFAULT_SPLIT},
	offence::Offence,
	terms::Terms,
	traits::{Agents, Channels as _, Shares, Slashed, Standing},
	Balance, Voucher,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair, H256};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
	traits::{IdentifyAccount, IdentityLookup},
	AccountId32, BuildStorage, DispatchError, DispatchResult, MultiSignature, MultiSigner,
};

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
	pub type Credits = pallet_credits;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

parameter_types! {
	pub const ExistentialDeposit: Balance = ED;
	pub const CloseDelay: u64 = DELAY;
	pub const MaxKeyLife: u64 = KEY_LIFE;
	pub const MinDeposit: Balance = MIN_DEPOSIT;
	/// How fees are divided.
	pub static Split: FeeSplit = DEFAULT_SPLIT;
	/// Whether there are still agents.
	pub static AgentsLeft: bool = true;
}

pub(crate) const ED: Balance = 5;
pub(crate) const DELAY: u64 = 10;
pub(crate) const KEY_LIFE: u64 = 100;
pub(crate) const MIN_DEPOSIT: Balance = 10;
pub(crate) const ENDOWMENT: Balance = 1_000;
pub(crate) const TERMS: Terms = Terms { price_in: 100, price_out: 200, overhead: 45 };

/// How a key signs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scheme {
	Sr25519,
	Ed25519,
	Ecdsa,
}

/// A key of a payer: a scheme and a seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(pub Scheme, pub u8);

/// The payer of most tests.
pub(crate) const ALICE: Key = Key(Scheme::Sr25519, 1);
/// Payers with keys of other kinds.
pub(crate) const ALBERT: Key = Key(Scheme::Ed25519, 2);
pub(crate) const AGNES: Key = Key(Scheme::Ecdsa, 3);
/// Session keys. None has an account on the chain.
pub(crate) const SESSION: Key = Key(Scheme::Sr25519, 11);
pub(crate) const SESSION_ED: Key = Key(Scheme::Ed25519, 12);
pub(crate) const SESSION_EC: Key = Key(Scheme::Ecdsa, 13);

impl Key {
	pub(crate) fn account(self) -> AccountId32 {
		let seed = [self.1; 32];
		let signer: MultiSigner = match self.0 {
			Scheme::Sr25519 => sr25519::Pair::from_seed(&seed).public().into(),
			Scheme::Ed25519 => ed25519::Pair::from_seed(&seed).public().into(),
			Scheme::Ecdsa => ecdsa::Pair::from_seed(&seed).public().into(),
		};
		signer.into_account()
	}

	pub(crate) fn sign(self, message: &[u8]) -> MultiSignature {
		let seed = [self.1; 32];
		match self.0 {
			Scheme::Sr25519 => sr25519::Pair::from_seed(&seed).sign(message).into(),
			Scheme::Ed25519 => ed25519::Pair::from_seed(&seed).sign(message).into(),
			Scheme::Ecdsa => ecdsa::Pair::from_seed(&seed).sign(message).into(),
		}
	}
}

/// Bob, who is paid on Eve's account, and Charlie, who is paid on his own, are agents.
pub struct BobAndCharlie;

impl Agents<AccountId32> for BobAndCharlie {
	fn agent_of(_: &AccountId32) -> Option<AccountId32> {
		None
	}
	fn signer(agent: &AccountId32) -> Option<AccountId32> {
		(AgentsLeft::get() && [bob(), charlie()].contains(agent)).then(|| agent.clone())
	}
	fn signs(agent: &AccountId32, account: &AccountId32) -> bool {
		agent == account
	}
	fn beneficiary(agent: &AccountId32) -> Option<AccountId32> {
		Self::signer(agent).map(|agent| if agent == bob() { eve() } else { agent })
	}
	fn standing(_: &AccountId32) -> Option<Standing> {
		Some(Standing { roles: Roles::ALL, hardware: Hardware::Cpu, stake: 0, offences: 0, active: true })
	}
	fn expose(_: &AccountId32, _: Balance) -> DispatchResult {
		Ok(())
	}
	fn release(_: &AccountId32, _: Balance) {}
	fn bind(_: &AccountId32) -> DispatchResult {
		Ok(())
	}
	fn unbind(_: &AccountId32) {}
	fn slash(_: &AccountId32, _: Offence, _: Balance, _: &Shares<AccountId32>) -> Result<Slashed, DispatchError> {
		Ok(Slashed::default())
	}
	fn defer_slash(_: &AccountId32, _: Offence, _: Balance, _: u64, _: &Shares<AccountId32>) -> DispatchResult {
		Ok(())
	}
	fn fine(_: &AccountId32, _: Balance, _: Option<&AccountId32>) -> Balance {
		0
	}
	fn reward_delegators(_: &AccountId32, _: Balance, _: &AccountId32) -> Balance {
		0
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<AccountId32> for BobAndCharlie {
	fn agent() -> Result<AccountId32, frame_benchmarking::BenchmarkError> {
		Ok(bob())
	}
}

impl pallet_credits::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Agents = BobAndCharlie;
	type Signature = MultiSignature;
	type Split = Split;
	type CloseDelay = CloseDelay;
	type MaxKeyLife = MaxKeyLife;
	type MinDeposit = MinDeposit;
	type WeightInfo = pallet_credits::weights::SubstrateWeight<Test>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = BobAndCharlie;
}

pub(crate) fn alice() -> AccountId32 {
	ALICE.account()
}

/// An agent.
pub(crate) fn bob() -> AccountId32 {
	AccountId32::new([0xB0; 32])
}

/// Has what is owed to Bob.
pub(crate) fn eve() -> AccountId32 {
	AccountId32::new([0xE0; 32])
}

/// An agent who is his own beneficiary.
pub(crate) fn charlie() -> AccountId32 {
	AccountId32::new([0xC0; 32])
}

/// Where draws go.
pub(crate) fn pot() -> AccountId32 {
	AccountId32::new([9; 32])
}

/// Everybody who has an account at the start.
pub(crate) fn people() -> Vec<AccountId32> {
	vec![alice(), ALBERT.account(), AGNES.account(), bob(), eve(), charlie(), pot()]
}

/// The state that every test starts from: everybody has [`ENDOWMENT`].
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	Split::set(DEFAULT_SPLIT);
	AgentsLeft::set(true);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let balances = people().into_iter().map(|account| (account, ENDOWMENT)).collect();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }.assimilate_storage(&mut storage).unwrap();
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext
}

/// Runs `test` in fresh state, then checks every invariant.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		System::set_block_number(1);
		test();
		Credits::do_try_state().unwrap();
	});
}

pub(crate) fn signed(account: AccountId32) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// Alice opens a channel to Bob.
pub(crate) fn opened(deposit: Balance) {
	Credits::open(signed(alice()), bob(), deposit, TERMS).unwrap();
}

/// Alice's channel to Bob.
pub(crate) fn channel() -> crate::Channel<AccountId32, u64> {
	crate::Channels::<Test>::get(alice(), bob()).unwrap()
}

pub(crate) fn free(who: AccountId32) -> Balance {
	Balances::free_balance(who)
}

/// What Alice's channels hold.
pub(crate) fn held() -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Channel.into(), &alice())
}

pub(crate) fn domain() -> Domain {
	Domain { genesis: System::block_hash(0) }
}

/// A voucher of Alice's channel `nonce` to Bob.
pub(crate) fn voucher(nonce: u32, cumulative: Balance) -> Voucher<AccountId32> {
	Voucher { payer: alice(), agent: bob(), channel: nonce, cumulative }
}

/// A draw of `drawn` from Alice under her own voucher over `ceiling` for channel 0.
pub(crate) fn draw_of(drawn: Balance, ceiling: Balance) -> Draw<AccountId32, MultiSignature> {
	let signature = ALICE.sign(&voucher(0, ceiling).payload(&domain()));
	Draw { payer: alice(), drawn, ceiling, signer: None, signature, weighs: false }
}

/// The same, under a voucher that a session key has signed.
pub(crate) fn draw_by(key: Key, drawn: Balance, ceiling: Balance) -> Draw<AccountId32, MultiSignature> {
	let signature = key.sign(&voucher(0, ceiling).payload(&domain()));
	Draw { signer: Some(key.account()), signature, ..draw_of(drawn, ceiling) }
}

/// Bob draws, and advances what is missing. What fails must leave no trace, even without a transaction around it.
pub(crate) fn draw(draw: &Draw<AccountId32, MultiSignature>) -> Result<Balance, DispatchError> {
	let before = root();
	let outcome = Credits::draw(draw, &bob(), &bob(), &pot());
	assert!(outcome.is_ok() || root() == before, "{outcome:?} left a trace");
	outcome
}

/// Bob gives Alice back from the pot.
pub(crate) fn refund(amount: Balance) -> DispatchResult {
	with_storage_layer(|| Credits::refund(&alice(), &bob(), amount, &pot()))
}

pub(crate) fn root() -> Vec<u8> {
	sp_io::storage::root(sp_core::storage::StateVersion::V1)
}

/// The genesis of another chain.
pub(crate) fn elsewhere() -> Domain {
	Domain { genesis: H256::repeat_byte(7) }
}

/// Alice asks to close her channel to Bob, waits, and withdraws.
pub(crate) fn close() {
	Credits::request_close(signed(alice()), bob()).unwrap();
	System::set_block_number(System::block_number() + DELAY);
	Credits::withdraw(signed(alice()), bob()).unwrap();
}
