//! Accounts of several signers, and accounts that act for others.

#![warn(missing_docs)]

use crate::{constants::deposit, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, System};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU128, ConstU32, InstanceFilter};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

/// Bytes of a call that waits for signatures, without its signatories.
const MULTISIG_BYTES: Balance = 88;

/// Bytes of an account identifier.
const ACCOUNT_BYTES: Balance = 32;

/// Bytes of a proxy: its account, its kind and its delay.
const PROXY_BYTES: Balance = ACCOUNT_BYTES + 1 + 4;

/// Bytes of an announcement: its account, its hash and its height.
const ANNOUNCEMENT_BYTES: Balance = ACCOUNT_BYTES + 32 + 4;

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type DepositBase = ConstU128<{ deposit(1, MULTISIG_BYTES) }>;
	type DepositFactor = ConstU128<{ deposit(0, ACCOUNT_BYTES) }>;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = ConstU128<{ deposit(1, 16) }>;
	type AnnouncementDepositFactor = ConstU128<{ deposit(0, ANNOUNCEMENT_BYTES) }>;
	type BlockNumberProvider = System;
	type CallHasher = BlakeTwo256;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	type ProxyDepositBase = ConstU128<{ deposit(1, 16) }>;
	type ProxyDepositFactor = ConstU128<{ deposit(0, PROXY_BYTES) }>;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}

/// What a proxy may do for the account that named it.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	#[codec(index = 0)]
	Any,
	/// Everything that moves no balance of the account at the proxy's word.
	#[codec(index = 1)]
	NonTransfer,
	/// Vote.
	#[codec(index = 2)]
	Governance,
	/// Bond, nominate, validate, and change session keys.
	#[codec(index = 3)]
	Staking,
	/// Call off announcements of other proxies.
	#[codec(index = 4)]
	CancelProxy,
	/// Run an agent: register, offer, settle. It cannot take the stake out.
	#[codec(index = 5)]
	Agent,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			// Named one by one: a pallet that comes later moves nothing until somebody has thought about it.
			Self::NonTransfer => {
				matches!(call, RuntimeCall::System(..) | RuntimeCall::Utility(..))
					|| Self::Governance.filter(call)
					|| Self::Staking.filter(call)
					|| Self::Agent.filter(call)
					|| Self::CancelProxy.filter(call)
			}
			Self::Governance => matches!(
				call,
				RuntimeCall::ConvictionVoting(..)
					| RuntimeCall::Referenda(..)
					| RuntimeCall::ContributionVoting(
						pallet_contribution_voting::Call::vote { .. }
							| pallet_contribution_voting::Call::remove_vote { .. }
							| pallet_contribution_voting::Call::delegate { .. }
							| pallet_contribution_voting::Call::undelegate { .. }
							| pallet_contribution_voting::Call::count { .. }
					) | RuntimeCall::ContributionReferenda(..)
					| RuntimeCall::Preimage(..)
					| RuntimeCall::Utility(..)
			),
			Self::Staking => matches!(
				call,
				RuntimeCall::Staking(..)
					| RuntimeCall::Session(..)
					| RuntimeCall::VoterList(..)
					| RuntimeCall::Utility(..)
			),
			Self::CancelProxy => matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })),
			Self::Agent => matches!(
				call,
				RuntimeCall::Agents(
					pallet_agents::Call::offer_model { .. }
						| pallet_agents::Call::withdraw_offer { .. }
						| pallet_agents::Call::prune_offer { .. }
						| pallet_agents::Call::answer_probe { .. }
						| pallet_agents::Call::return_to_service { .. }
				) | RuntimeCall::Attribution(
					pallet_attribution::Call::publish_index { .. }
						| pallet_attribution::Call::submit_batch { .. }
						| pallet_attribution::Call::open { .. }
						| pallet_attribution::Call::settle { .. }
						| pallet_attribution::Call::distribute { .. }
						| pallet_attribution::Call::refund { .. }
						| pallet_attribution::Call::prune { .. }
				) | RuntimeCall::Verification(
					pallet_verification::Call::disclose { .. }
						| pallet_verification::Call::open_lot { .. }
						| pallet_verification::Call::commit { .. }
						| pallet_verification::Call::reveal { .. }
				) | RuntimeCall::Utility(..)
			),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(one, two) if one == two => true,
			(Self::Any, _) => true,
			(_, Self::Any) => false,
			(Self::NonTransfer, _) => true,
			_ => false,
		}
	}
}
