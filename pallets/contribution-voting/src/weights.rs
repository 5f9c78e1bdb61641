//! Weights of the calls of `pallet_contribution_voting`, and of what other pallets do with weight.
//!
//! `vote` and `mint` were measured in the runtime's WASM beside other work; the others are estimates.

#![allow(missing_docs, unused_parens)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weights of the calls.
pub trait WeightInfo {
	fn bond() -> Weight;
	fn unbond() -> Weight;
	fn invite() -> Weight;
	fn accept() -> Weight;
	fn part() -> Weight;
	fn vote() -> Weight;
	fn vote_instead() -> Weight;
	fn remove_vote() -> Weight;
	fn delegate() -> Weight;
	fn undelegate() -> Weight;
	fn count(n: u32) -> Weight;
	fn forget_ballots(n: u32) -> Weight;
	fn forget() -> Weight;
	fn punish(n: u32) -> Weight;
	fn mint() -> Weight;
	fn burn() -> Weight;
	fn reserve() -> Weight;
	fn release() -> Weight;
	fn expire_delegation() -> Weight;
	fn mint_through() -> Weight;
	fn burn_through() -> Weight;
}

/// Weights on the database of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn bond() -> Weight {
		Weight::from_parts(60_000_000, 4298)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn unbond() -> Weight {
		Weight::from_parts(60_000_000, 4298)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn invite() -> Weight {
		Weight::from_parts(55_000_000, 4298)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn accept() -> Weight {
		Weight::from_parts(25_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn part() -> Weight {
		Weight::from_parts(50_000_000, 4298)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn vote() -> Weight {
		Weight::from_parts(275_000_000, 7400)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn vote_instead() -> Weight {
		Weight::from_parts(240_000_000, 4298)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn remove_vote() -> Weight {
		Weight::from_parts(40_000_000, 4298)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn delegate() -> Weight {
		Weight::from_parts(30_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(18_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// `n` is from 0 to 64.
	fn count(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 4298)
			.saturating_add(Weight::from_parts(220_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3600).saturating_mul(n.into()))
	}
	/// `n` is from 0 to 64.
	fn forget_ballots(n: u32) -> Weight {
		Weight::from_parts(15_000_000, 4298)
			.saturating_add(Weight::from_parts(3_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2700).saturating_mul(n.into()))
	}
	fn forget() -> Weight {
		Weight::from_parts(110_000_000, 11000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// `n` is from 0 to 64.
	fn punish(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 11000)
			.saturating_add(Weight::from_parts(60_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 4200).saturating_mul(n.into()))
	}
	fn mint() -> Weight {
		Weight::from_parts(310_000_000, 11000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn burn() -> Weight {
		Weight::from_parts(310_000_000, 11000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn reserve() -> Weight {
		Weight::from_parts(30_000_000, 3700)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn release() -> Weight {
		Weight::from_parts(28_000_000, 3700)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn expire_delegation() -> Weight {
		Weight::from_parts(18_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn mint_through() -> Weight {
		Weight::from_parts(450_000_000, 11000)
			.saturating_add(T::DbWeight::get().reads(9_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn burn_through() -> Weight {
		Weight::from_parts(500_000_000, 40000)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
}

/// For tests: the same on ParityDB.
impl WeightInfo for () {
	fn bond() -> Weight {
		Weight::from_parts(60_000_000, 4298)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn unbond() -> Weight {
		Weight::from_parts(60_000_000, 4298)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn invite() -> Weight {
		Weight::from_parts(55_000_000, 4298)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn accept() -> Weight {
		Weight::from_parts(25_000_000, 3600)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn part() -> Weight {
		Weight::from_parts(50_000_000, 4298)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn vote() -> Weight {
		Weight::from_parts(275_000_000, 7400)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn vote_instead() -> Weight {
		Weight::from_parts(240_000_000, 4298)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn remove_vote() -> Weight {
		Weight::from_parts(40_000_000, 4298)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn delegate() -> Weight {
		Weight::from_parts(30_000_000, 3600)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn undelegate() -> Weight {
		Weight::from_parts(18_000_000, 3600)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn count(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 4298)
			.saturating_add(Weight::from_parts(220_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3600).saturating_mul(n.into()))
	}
	fn forget_ballots(n: u32) -> Weight {
		Weight::from_parts(15_000_000, 4298)
			.saturating_add(Weight::from_parts(3_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2700).saturating_mul(n.into()))
	}
	fn forget() -> Weight {
		Weight::from_parts(110_000_000, 11000)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn punish(n: u32) -> Weight {
		Weight::from_parts(60_000_000, 11000)
			.saturating_add(Weight::from_parts(60_000_000, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 4200).saturating_mul(n.into()))
	}
	fn mint() -> Weight {
		Weight::from_parts(310_000_000, 11000)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn burn() -> Weight {
		Weight::from_parts(310_000_000, 11000)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn reserve() -> Weight {
		Weight::from_parts(30_000_000, 3700)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn release() -> Weight {
		Weight::from_parts(28_000_000, 3700)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn expire_delegation() -> Weight {
		Weight::from_parts(18_000_000, 3600)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn mint_through() -> Weight {
		Weight::from_parts(450_000_000, 11000)
			.saturating_add(ParityDbWeight::get().reads(9_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn burn_through() -> Weight {
		Weight::from_parts(500_000_000, 40000)
			.saturating_add(ParityDbWeight::get().reads(13_u64))
			.saturating_add(ParityDbWeight::get().writes(11_u64))
	}
}
