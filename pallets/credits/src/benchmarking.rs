//! Benchmarks of the calls, and the payers, channels and signatures that the benchmarks of other pallets need.

use crate::{
	channels::ChannelOf,
	pallet::{Call, Channels, Config, HoldReason, NextNonce, Pallet},
	types::{Channel, SessionKey, MAX_KEYS},
};
use alloc::format;
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{Inspect, InspectHold, Mutate},
	Get,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{batch::Draw, terms::Terms, traits::Channels as _, Balance, Voucher};
use sp_core::{crypto::KeyTypeId, sr25519};
use sp_io::crypto::{sr25519_generate, sr25519_sign};
use sp_runtime::traits::{One, Saturating, UniqueSaturatedInto, Zero};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// An account that can be paid, with as long a record as it can have.
	fn agent() -> Result<AccountId, BenchmarkError>;
}

/// Keys of payers in the keystore.
const PAYER: KeyTypeId = KeyTypeId(*b"payr");

/// Terms that [`Terms::ANY`] loosens and every split satisfies.
const TIGHT: Terms = Terms { price_in: 1, price_out: 1, overhead: 100 };

/// A channel with at least `deposit` and every session key that it can have, from payer `number` to `agent`, and the
/// payer's voucher over `deposit`.
///
/// The signature is in the form that takes longest to check: wrapped, as browser wallets do. The payer's key is put
/// into the keystore.
pub fn signed_voucher<T: Config>(
	number: u32,
	agent: &T::AccountId,
	deposit: Balance,
) -> Result<(Voucher<T::AccountId>, T::Signature), BenchmarkError>
where
	T::AccountId: From<sr25519::Public>,
	T::Signature: From<sr25519::Signature>,
{
	let key = sr25519_generate(PAYER, Some(format!("//payer//{number}").into_bytes()));
	let payer: T::AccountId = key.into();
	let channel = open_channel::<T>(&payer, agent, deposit)?;
	let voucher = Voucher { payer, agent: agent.clone(), channel, cumulative: deposit };
	let message = voucher.wrapped_payload(&Pallet::<T>::domain());
	let signature = sr25519_sign(PAYER, &key, &message).ok_or("the key is in the keystore")?;
	Ok((voucher, signature.into()))
}

/// An account whose key is in the keystore, and its signature of `message`. There is another one for each `number`.
pub fn signed_by<T: Config>(number: u32, message: &[u8]) -> Result<(T::AccountId, T::Signature), BenchmarkError>
where
	T::AccountId: From<sr25519::Public>,
	T::Signature: From<sr25519::Signature>,
{
	let key = sr25519_generate(PAYER, Some(format!("//signer//{number}").into_bytes()));
	let signature = sr25519_sign(PAYER, &key, message).ok_or("the key is in the keystore")?;
	Ok((key.into(), signature.into()))
}

/// As [`signed_voucher`], but the channel is short of the last unit of `amount`, which somebody has to advance when it
/// is drawn: that costs a second transfer. `amount` has to be 2 at least.
pub fn short_voucher<T: Config>(
	number: u32,
	agent: &T::AccountId,
	amount: Balance,
) -> Result<(Voucher<T::AccountId>, T::Signature), BenchmarkError>
where
	T::AccountId: From<sr25519::Public>,
	T::Signature: From<sr25519::Signature>,
{
	let (voucher, signature) = signed_voucher::<T>(number, agent, amount)?;
	set_deposit::<T>(&voucher.payer, agent, amount.saturating_sub(1))?;
	Ok((voucher, signature))
}

/// A channel with at least `deposit` and every session key that it can have, from `payer` to `agent`. Returns its
/// nonce.
fn open_channel<T: Config>(
	payer: &T::AccountId,
	agent: &T::AccountId,
	deposit: Balance,
) -> Result<u32, BenchmarkError> {
	let deposit = deposit.max(least_amount::<T>());
	fund::<T>(payer, deposit)?;
	let nonce = NextNonce::<T>::get(payer);
	Pallet::<T>::open(RawOrigin::Signed(payer.clone()).into(), agent.clone(), deposit, TIGHT)?;
	let expires = last_block::<T>();
	Channels::<T>::try_mutate(payer, agent, |channel| -> Result<(), BenchmarkError> {
		let channel = channel.as_mut().ok_or("the channel is open")?;
		for number in 0..MAX_KEYS {
			let key = SessionKey { key: session::<T>(number), cap: 0, expires };
			channel.keys.try_push(key).map_err(|_| "as many keys as there can be")?;
		}
		Ok(())
	})?;
	Ok(nonce)
}

/// Makes `deposit` all that was ever put into a channel that nothing was drawn from.
fn set_deposit<T: Config>(payer: &T::AccountId, agent: &T::AccountId, deposit: Balance) -> Result<(), BenchmarkError> {
	use frame_support::traits::{fungible::MutateHold, tokens::Precision};
	let mut channel = channel::<T>(payer, agent)?;
	let reason = HoldReason::Channel.into();
	T::Currency::release(&reason, payer, channel.deposit, Precision::Exact)?;
	T::Currency::hold(&reason, payer, deposit)?;
	channel.deposit = deposit;
	Channels::<T>::insert(payer, agent, channel);
	Ok(())
}

fn channel<T: Config>(payer: &T::AccountId, agent: &T::AccountId) -> Result<ChannelOf<T>, BenchmarkError> {
	Ok(Channels::<T>::get(payer, agent).ok_or("the channel is open")?)
}

/// A session key; nobody has to sign with it.
fn session<T: Config>(number: u32) -> T::AccountId {
	account("session", number, 0)
}

/// The last block that a key can be valid in.
fn last_block<T: Config>() -> BlockNumberFor<T> {
	frame_system::Pallet::<T>::block_number().saturating_add(T::MaxKeyLife::get())
}

/// The least that a channel is opened with.
fn least_amount<T: Config>() -> Balance {
	T::MinDeposit::get().max(2)
}

/// Gives `who` an account and `amount` to hold.
fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

fn held<T: Config>(payer: &T::AccountId) -> Balance {
	T::Currency::balance_on_hold(&HoldReason::Channel.into(), payer)
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks(where T::AccountId: From<sr25519::Public>, T::Signature: From<sr25519::Signature>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let (agent, deposit) = (T::BenchmarkHelper::agent()?, least_amount::<T>());
		fund::<T>(&payer, deposit)?;
		let nonce = NextNonce::<T>::get(&payer);

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone(), deposit, Terms::ANY);

		let opened = frame_system::Pallet::<T>::block_number().unique_saturated_into();
		let (terms, keys) = (Terms::ANY, Default::default());
		let expected = Channel { nonce, deposit, drawn: 0, closing: None, opened, terms, keys };
		assert_eq!(Channels::<T>::get(&payer, agent), Some(expected));
		assert_eq!(held::<T>(&payer), deposit);
		Ok(())
	}

	/// A debt is paid, and there is something left to hold.
	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let (agent, amount) = (T::BenchmarkHelper::agent()?, least_amount::<T>());
		let debt = T::Currency::minimum_balance().max(1);
		open_channel::<T>(&payer, &agent, 0)?;
		set_deposit::<T>(&payer, &agent, 1)?;
		Channels::<T>::mutate(&payer, &agent, |channel| {
			channel.iter_mut().for_each(|channel| channel.drawn = debt.saturating_add(1));
		});
		let before = held::<T>(&payer);
		fund::<T>(&payer, debt.saturating_add(amount))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone(), debt.saturating_add(amount));

		let channel = channel::<T>(&payer, &agent)?;
		assert_eq!((channel.owed(), channel.left()), (0, amount));
		assert_eq!(held::<T>(&payer), before.saturating_add(amount));
		Ok(())
	}

	#[benchmark]
	fn request_close() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let agent = T::BenchmarkHelper::agent()?;
		open_channel::<T>(&payer, &agent, 0)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone());

		let until = frame_system::Pallet::<T>::block_number().saturating_add(T::CloseDelay::get());
		assert_eq!(channel::<T>(&payer, &agent)?.closing, Some(until));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let agent = T::BenchmarkHelper::agent()?;
		open_channel::<T>(&payer, &agent, 0)?;
		Pallet::<T>::request_close(RawOrigin::Signed(payer.clone()).into(), agent.clone())?;
		let now = frame_system::Pallet::<T>::block_number();
		frame_system::Pallet::<T>::set_block_number(now.saturating_add(T::CloseDelay::get()));

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone());

		assert!(!Channels::<T>::contains_key(&payer, agent));
		assert!(held::<T>(&payer).is_zero());
		Ok(())
	}

	#[benchmark]
	fn loosen_terms() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let agent = T::BenchmarkHelper::agent()?;
		open_channel::<T>(&payer, &agent, 0)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone(), Terms::ANY);

		assert_eq!(channel::<T>(&payer, &agent)?.terms, Terms::ANY);
		Ok(())
	}

	/// There is no room until the expired keys are dropped.
	#[benchmark]
	fn authorise_key() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let agent = T::BenchmarkHelper::agent()?;
		open_channel::<T>(&payer, &agent, 0)?;
		frame_system::Pallet::<T>::set_block_number(last_block::<T>().saturating_add(One::one()));
		let (key, expires) = (session::<T>(MAX_KEYS), last_block::<T>());

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone(), key.clone(), Balance::MAX, expires);

		let expected = SessionKey { key, cap: Balance::MAX, expires };
		assert_eq!(channel::<T>(&payer, &agent)?.keys.into_inner(), [expected]);
		Ok(())
	}

	#[benchmark]
	fn revoke_key() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let (agent, key) = (T::BenchmarkHelper::agent()?, session::<T>(MAX_KEYS.saturating_sub(1)));
		open_channel::<T>(&payer, &agent, 0)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent.clone(), key.clone());

		let until = frame_system::Pallet::<T>::block_number().saturating_add(T::CloseDelay::get());
		let keys = channel::<T>(&payer, &agent)?.keys;
		assert!(keys.iter().any(|other| other.key == key && other.expires <= until));
		Ok(())
	}

	/// What a batch draws from one payer whose channel is short. Not a call, so it has no weight of its own: it is part
	/// of the weight of a batch, and here only to be compared with it.
	#[benchmark(extra)]
	fn draw() -> Result<(), BenchmarkError> {
		let (agent, pot) = (T::BenchmarkHelper::agent()?, account("pot", 0, 0));
		fund::<T>(&pot, 0)?;
		fund::<T>(&agent, 1)?;
		let (voucher, signature) = short_voucher::<T>(0, &agent, least_amount::<T>())?;
		let Voucher { payer, cumulative, .. } = voucher;
		let drawing = Draw { payer, drawn: cumulative, ceiling: cumulative, signer: None, signature, weighs: true };

		#[block]
		{
			Pallet::<T>::draw(&drawing, &agent, &agent, &pot)?;
		}

		let channel = channel::<T>(&drawing.payer, &agent)?;
		assert_eq!((channel.drawn, channel.owed()), (cumulative, 1));
		assert!(held::<T>(&drawing.payer).is_zero());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
