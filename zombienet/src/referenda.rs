//! Referenda of both chambers, and what both of them assent to.

use crate::{
	chain::{account, all, Chain},
	wait::until,
};
use anyhow::{Context, Result};
use futures::future::try_join_all;
use sp_crypto_hashing::blake2_256;
use std::time::Duration;
use zombienet_sdk::{
	subxt::{
		dynamic::{tx, At, DecodedValue, Value},
		ext::scale_value::ValueDef,
		tx::DynamicPayload,
	},
	subxt_signer::sr25519::Keypair,
};

/// Those who vote with stake.
const STAKERS: [&str; 8] =
	["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie", "//Alice//stash", "//Bob//stash"];

/// What each of them votes with: 900,000 OPEN, together 60 % of what can vote, so that no curve has to fall first.
const STAKE_PLANCK: u128 = 900_000 * 10_u128.pow(18);

/// The byte of a vote: aye, with the tokens locked for one period.
const AYE_LOCKED_1X: u128 = 0x81;

/// A body that votes.
#[derive(Clone, Copy, Debug)]
pub enum Chamber {
	/// By what voters hold and lock.
	Stake,
	/// By what others paid for their work.
	Contribution,
}

/// A call that a chamber is asked to make with a power.
pub struct Motion {
	/// The power.
	pub origin: Value,
	/// The call, encoded.
	pub call: Vec<u8>,
}

/// What the chambers have said about an upgrade: the blocks in which they assented, and that in which it is authorised.
#[derive(Debug)]
pub struct Agreement {
	/// When the stake chamber assented.
	pub stake: Option<u32>,
	/// When the contribution chamber did.
	pub contribution: Option<u32>,
	/// When the call is made.
	pub due: Option<u32>,
}

impl Motion {
	/// A motion that one chamber decides alone.
	pub fn of(chain: &Chain, power: &str, call: &DynamicPayload) -> Result<Self> {
		let origin = Value::unnamed_variant("Origins", [Value::unnamed_variant(power, [])]);
		Ok(Self { origin, call: chain.api.tx().call_data(call)? })
	}
}

impl Chamber {
	/// What the chain calls it.
	fn name(self) -> &'static str {
		match self {
			Self::Stake => "Stake",
			Self::Contribution => "Contribution",
		}
	}

	/// The pallet that decides its referenda.
	fn referenda(self) -> &'static str {
		match self {
			Self::Stake => "Referenda",
			Self::Contribution => "ContributionReferenda",
		}
	}

	/// The motion that this chamber assent to authorising the code with this hash.
	pub fn assent(self, chain: &Chain, code_hash: &[u8; 32]) -> Result<Motion> {
		let chamber = Value::unnamed_variant(self.name(), []);
		let seat = [("chamber", chamber), ("power", Value::unnamed_variant("Upgrade", []))];
		let origin = Value::unnamed_variant("Chambers", [Value::named_variant("Assent", seat)]);
		let assent = tx("Chambers", "assent", vec![inline(&authorize(chain, code_hash)?)]);
		Ok(Motion { origin, call: chain.api.tx().call_data(&assent)? })
	}

	/// Opens a referendum on each of `motions` in the name of `by`, and returns their numbers.
	pub async fn open(self, chain: &Chain, by: &Keypair, motions: Vec<Motion>) -> Result<Vec<u32>> {
		let pallet = self.referenda();
		let first: Option<u32> = chain.stored(pallet, "ReferendumCount", vec![], chain.head().await?).await?;
		let numbers: Vec<u32> = (first.unwrap_or_default()..).take(motions.len()).collect();
		let calls = numbers.iter().zip(motions).flat_map(|(number, Motion { origin, call })| {
			let at_once = Value::unnamed_variant("After", [Value::u128(0)]);
			[
				tx(pallet, "submit", vec![origin, inline(&call), at_once]),
				tx(pallet, "place_decision_deposit", vec![Value::u128((*number).into())]),
			]
		});
		chain.submit(&all(calls), by).await?;
		Ok(numbers)
	}

	/// The referendum with this number, as it is in the best block.
	pub async fn referendum(self, chain: &Chain, number: u32) -> Result<DecodedValue> {
		let keys = vec![Value::u128(number.into())];
		let info = chain.described(self.referenda(), "ReferendumInfoFor", keys, chain.head().await?).await?;
		info.with_context(|| format!("{self:?} has no referendum {number}"))
	}

	/// Waits until a referendum has passed.
	pub async fn passes(self, chain: &Chain, number: u32, limit: Duration) -> Result<()> {
		let what = format!("referendum {number} of {self:?}");
		let state = async || match self.referendum(chain, number).await?.value {
			ValueDef::Variant(state) => Ok(state.name),
			other => anyhow::bail!("{other:?} is no referendum"),
		};
		until(&what, limit, state, |state| state == "Approved").await.map(|_| ())
	}
}

/// More than half of the stake says aye in a referendum of the stake chamber.
pub async fn vote_by_stake(chain: &Chain, number: u32) -> Result<()> {
	let aye = Value::unnamed_composite([Value::u128(AYE_LOCKED_1X)]);
	let vote = Value::named_variant("Standard", [("vote", aye), ("balance", Value::u128(STAKE_PLANCK))]);
	let vote = tx("ConvictionVoting", "vote", vec![Value::u128(number.into()), vote]);
	let voters = STAKERS.into_iter().map(account).collect::<Result<Vec<_>>>()?;
	try_join_all(voters.iter().map(|voter| chain.submit(&vote, voter))).await?;
	Ok(())
}

/// `voters` say aye in referenda of the contribution chamber.
pub async fn vote_by_contribution(chain: &Chain, voters: &[Keypair], numbers: &[u32]) -> Result<()> {
	let aye = |number: &u32| tx("ContributionVoting", "vote", vec![Value::u128((*number).into()), Value::bool(true)]);
	let votes = all(numbers.iter().map(aye));
	try_join_all(voters.iter().map(|voter| chain.submit(&votes, voter))).await?;
	Ok(())
}

/// What the chambers have said, up to the best block, about authorising the code with this hash.
pub async fn agreement(chain: &Chain, code_hash: &[u8; 32]) -> Result<Agreement> {
	let proposal = Value::from_bytes(blake2_256(&authorize(chain, code_hash)?));
	let key = Value::unnamed_composite([Value::unnamed_variant("Upgrade", []), proposal]);
	let proposal = chain.described("Chambers", "Proposals", vec![key], chain.head().await?).await?;
	let block = |option: Option<&DecodedValue>| option.at(0).and_then(DecodedValue::as_u128).map(|block| block as u32);
	let assented = |chamber: &str| block(proposal.as_ref().at(chamber).at("assented"));
	let (stake, contribution) = (assented("stake"), assented("contribution"));
	Ok(Agreement { stake, contribution, due: block(proposal.as_ref().at("due")) })
}

/// The call that authorises the code with this hash.
fn authorize(chain: &Chain, code_hash: &[u8; 32]) -> Result<Vec<u8>> {
	Ok(chain.api.tx().call_data(&tx("System", "authorize_upgrade", vec![Value::from_bytes(code_hash)]))?)
}

/// A call that a proposal contains, because it is short.
fn inline(call: &[u8]) -> Value {
	Value::unnamed_variant("Inline", [Value::from_bytes(call)])
}
