//! Benchmarks of the calls, and the payers, channels and signatures that the benchmarks of other pallets need.

extern crate alloc;

use crate::{
	pallet::{Call, Channels, Config, HoldReason, NextNonce, Pallet},
	types::Channel,
};
use alloc::format;
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{Inspect, InspectHold, Mutate},
	Get,
};
use frame_system::RawOrigin;
use openledger_primitives::{traits::Channels as _, Balance, Voucher};
use sp_core::{crypto::KeyTypeId, sr25519};
use sp_io::crypto::{sr25519_generate, sr25519_sign};
use sp_runtime::traits::{Saturating, Zero};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// An account that can be paid, with as long a record as it can have.
	fn agent() -> Result<AccountId, BenchmarkError>;
}

/// Keys of payers in the keystore.
const PAYER: KeyTypeId = KeyTypeId(*b"payr");

/// A channel with at least `deposit` from payer `number` to `agent`, and the payer's voucher over `deposit`.
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
	let payload = voucher.payload(&Pallet::<T>::domain());
	let message = [b"<Bytes>", payload.as_slice(), b"</Bytes>"].concat();
	let signature = sr25519_sign(PAYER, &key, &message).ok_or("the key is in the keystore")?;
	Ok((voucher, signature.into()))
}

/// A channel with at least `deposit` from `payer` to `agent`. Returns its nonce.
fn open_channel<T: Config>(
	payer: &T::AccountId,
	agent: &T::AccountId,
	deposit: Balance,
) -> Result<u32, BenchmarkError> {
	let deposit = deposit.max(least_amount::<T>());
	fund::<T>(payer, deposit)?;
	let nonce = NextNonce::<T>::get(payer);
	Pallet::<T>::open(RawOrigin::Signed(payer.clone()).into(), agent.clone(), deposit)?;
	Ok(nonce)
}

/// The least that a channel is opened with.
fn least_amount<T: Config>() -> Balance {
	T::MinDeposit::get().max(1)
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
		_(RawOrigin::Signed(payer.clone()), agent.clone(), deposit);

		let opened = Channel { nonce, deposit, drawn: 0, closing: None };
		assert_eq!(Channels::<T>::get(&payer, agent), Some(opened));
		assert_eq!(held::<T>(&payer), deposit);
		Ok(())
	}

	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		let payer: T::AccountId = whitelisted_caller();
		let (agent, amount) = (T::BenchmarkHelper::agent()?, least_amount::<T>());
		open_channel::<T>(&payer, &agent, 0)?;
		let before = held::<T>(&payer);
		fund::<T>(&payer, amount)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payer.clone()), agent, amount);

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

		let channel = Channels::<T>::get(payer, agent).ok_or("the channel is open")?;
		let until = frame_system::Pallet::<T>::block_number().saturating_add(T::CloseDelay::get());
		assert_eq!(channel.closing, Some(until));
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

	/// What a batch draws from one payer. Not a call, so it has no weight of its own: it is part of the weight of a batch,
	/// and here only to be compared with it.
	#[benchmark(extra)]
	fn draw() -> Result<(), BenchmarkError> {
		let (agent, pot) = (T::BenchmarkHelper::agent()?, account("pot", 0, 0));
		fund::<T>(&pot, 0)?;
		let (Voucher { payer, cumulative, .. }, signature) = signed_voucher::<T>(0, &agent, least_amount::<T>())?;

		#[block]
		{
			Pallet::<T>::draw(&payer, &agent, cumulative, cumulative, &signature, &pot)?;
		}

		assert_eq!(Channels::<T>::get(&payer, agent).map(|channel| channel.drawn), Some(cumulative));
		assert!(held::<T>(&payer).is_zero());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
