//! Identifiers. Each is its own type, so that a model can never be passed where a datanet is meant.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! id {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
			Debug, Default,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		pub struct $name(pub u32);

		impl $name {
			/// The identifier after this one, or `None` when the space is used up.
			pub fn next(self) -> Option<Self> {
				self.0.checked_add(1).map(Self)
			}
		}

		impl core::fmt::Display for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				self.0.fmt(f)
			}
		}
	};
}

id!(
	/// A datanet.
	DatanetId
);
id!(
	/// A contribution, numbered within its datanet.
	ContributionId
);
id!(
	/// A model of any kind: base, adapter, ensemble or index asset.
	ModelId
);
id!(
	/// A published attribution index.
	IndexId
);
id!(
	/// A task of curators.
	TaskId
);
id!(
	/// An agent service: models, tools and instructions that are offered as one.
	ServiceId
);
id!(
	/// A case before auditors.
	CaseId
);
