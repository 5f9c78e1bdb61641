//! What an agent is able to do (protocol §5).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What an agent may do; an agent has any number of them.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
	/// Answers questions.
	#[codec(index = 0)]
	Serve,
	/// Trains adapters.
	#[codec(index = 1)]
	Train,
	/// Judges what others have answered.
	#[codec(index = 2)]
	Audit,
	/// Publishes indexes.
	#[codec(index = 3)]
	Index,
}

/// A set of roles, one bit each.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Roles(pub u8);

impl Roles {
	/// Every role.
	pub const ALL: Self = Self(0b1111);

	/// Only this role.
	pub const fn only(role: Role) -> Self {
		Self(Self::bit(role))
	}

	/// These and `role`.
	pub const fn with(self, role: Role) -> Self {
		Self(self.0 | Self::bit(role))
	}

	/// Whether `role` is among them.
	pub const fn has(self, role: Role) -> bool {
		self.0 & Self::bit(role) != 0
	}

	/// Whether there is one, and none that does not exist.
	pub const fn valid(self) -> bool {
		self.0 != 0 && self.0 & !Self::ALL.0 == 0
	}

	const fn bit(role: Role) -> u8 {
		match role {
			Role::Serve => 1,
			Role::Train => 2,
			Role::Audit => 4,
			Role::Index => 8,
		}
	}
}

/// The kind of machine that an agent computes on. Floating point agrees, within a tolerance, on machines of one kind, so
/// only they audit each other; exact arithmetic agrees on all (protocol §9).
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Hardware {
	/// A processor without an accelerator.
	#[default]
	#[codec(index = 0)]
	Cpu,
	/// NVIDIA, compute capability 8.0 to 8.8.
	#[codec(index = 1)]
	Ampere,
	/// NVIDIA, compute capability 8.9.
	#[codec(index = 2)]
	Ada,
	/// NVIDIA, compute capability 9.x.
	#[codec(index = 3)]
	Hopper,
	/// NVIDIA, compute capability 10.x and 12.x.
	#[codec(index = 4)]
	Blackwell,
	/// AMD Instinct.
	#[codec(index = 5)]
	Cdna,
	/// Apple silicon.
	#[codec(index = 6)]
	Metal,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn roles_are_bits_of_their_own() {
		let each = [Role::Serve, Role::Train, Role::Audit, Role::Index];
		let all = each.into_iter().fold(Roles::default(), Roles::with);
		assert_eq!(all, Roles::ALL);
		for (at, role) in each.into_iter().enumerate() {
			assert!(all.has(role) && Roles::only(role).valid());
			assert!(each.iter().enumerate().all(|(other, role)| Roles::only(each[at]).has(*role) == (at == other)));
		}
		assert!(!Roles(0).valid() && !Roles(16).valid());
	}
}
