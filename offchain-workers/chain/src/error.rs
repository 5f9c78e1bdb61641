//! What can go wrong between a worker and the chain.

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// The node was not reachable, or dropped the transaction: try again.
	Retry,
	/// Trying again brings the same.
	GiveUp,
}

/// An error of the client.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
	/// The node does not answer.
	#[error("cannot reach the node at {url}: {source}. Is it running, and is the address right?")]
	Unreachable {
		/// The address.
		url: String,
		/// The cause.
		source: Box<dyn std::error::Error + Send + Sync>,
	},
	/// The node belongs to another chain.
	#[error("the node is on another chain: its genesis is {found}, the configured one is {expected}")]
	WrongChain {
		/// Genesis of the node.
		found: String,
		/// Genesis of the configuration.
		expected: String,
	},
	/// The node runs another runtime.
	#[error(
		"the node runs {found} with transaction version {found_version}, this program speaks {expected} with \
		 transaction version {expected_version}: use the program of the node's release"
	)]
	WrongRuntime {
		/// Name of the node's runtime.
		found: String,
		/// Its transaction version.
		found_version: u32,
		/// Name of ours.
		expected: String,
		/// Our transaction version.
		expected_version: u32,
	},
	/// A request failed.
	#[error("the node could not answer: {0}")]
	Request(Box<dyn std::error::Error + Send + Sync>),
	/// The transaction was included and failed.
	#[error("the call {call} failed: {reason}")]
	Dispatch {
		/// Pallet and call.
		call: String,
		/// The runtime's error.
		reason: String,
	},
	/// The transaction was not included.
	#[error("the transaction {call} was not included: {reason}")]
	NotIncluded {
		/// Pallet and call.
		call: String,
		/// What the pool said.
		reason: String,
	},
	/// What the node answered cannot be decoded.
	#[error("the node's answer cannot be decoded: {0}")]
	Decode(#[from] codec::Error),
	/// A secret that is none.
	#[error("this is not a secret key or phrase: {0}")]
	BadKey(String),
}

impl ChainError {
	/// A failed request.
	pub(crate) fn request(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
		Self::Request(error.into())
	}

	/// What to do about it.
	pub fn kind(&self) -> Kind {
		match self {
			Self::Unreachable { .. } | Self::Request(_) | Self::NotIncluded { .. } => Kind::Retry,
			_ => Kind::GiveUp,
		}
	}
}
