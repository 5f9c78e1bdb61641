//! Tree hashes and domain separation (protocol §1).

use alloc::vec::Vec;
use codec::Encode;
use primitive_types::H256;

/// A hash function that trees are built with.
pub trait TreeHash {
	/// The digest of `data`.
	fn hash(data: &[u8]) -> H256;
}

/// BLAKE2b-256, the hash of every tree that the chain opens: the host function in the runtime, the same code natively.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blake2b256;

impl TreeHash for Blake2b256 {
	#[cfg(substrate_runtime)]
	fn hash(data: &[u8]) -> H256 {
		sp_io::hashing::blake2_256(data).into()
	}
	#[cfg(not(substrate_runtime))]
	fn hash(data: &[u8]) -> H256 {
		sp_crypto_hashing::blake2_256(data).into()
	}
}

/// Keccak-256, the hash of trees that Ethereum opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keccak256;

impl TreeHash for Keccak256 {
	#[cfg(substrate_runtime)]
	fn hash(data: &[u8]) -> H256 {
		sp_io::hashing::keccak_256(data).into()
	}
	#[cfg(not(substrate_runtime))]
	fn hash(data: &[u8]) -> H256 {
		sp_crypto_hashing::keccak_256(data).into()
	}
}

/// What a committed or signed object is, so that one kind of bytes can never pass for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
	/// A receipt leaf, and what an agent signs to its payer.
	Receipt,
	/// A payout leaf.
	Payout,
	/// A leaf of an attribution index.
	IndexLeaf,
	/// A row of a datanet version.
	Row,
	/// An attribution body.
	Attribution,
	/// A payment voucher.
	Voucher,
	/// A training manifest.
	Manifest,
	/// What a contributor commits to before it reveals.
	Contribution,
	/// What a curator commits to before it reveals.
	Judgement,
	/// The known answers of a task, committed to before anybody answers.
	Gold,
	/// What an auditor commits to before it reveals.
	Finding,
	/// The answer that auditors are shown.
	Exhibit,
	/// The secret that decides whether auditors are shown a planted error.
	Lot,
}

impl Tag {
	/// The bytes that open every encoding of this kind.
	pub const fn bytes(self) -> &'static [u8] {
		match self {
			Tag::Receipt => b"openledger/receipt/1",
			Tag::Payout => b"openledger/payout/1",
			Tag::IndexLeaf => b"openledger/index-leaf/1",
			Tag::Row => b"openledger/row/1",
			Tag::Attribution => b"openledger/attribution/1",
			Tag::Voucher => b"openledger/voucher/1",
			Tag::Manifest => b"openledger/manifest/1",
			Tag::Contribution => b"openledger/contribution/1",
			Tag::Judgement => b"openledger/judgement/1",
			Tag::Gold => b"openledger/gold/1",
			Tag::Finding => b"openledger/finding/1",
			Tag::Exhibit => b"openledger/exhibit/1",
			Tag::Lot => b"openledger/lot/1",
		}
	}
}

/// The chain that an object belongs to. Every leaf and every signed payload starts with tag and genesis hash, so a
/// proof or a signature made on one chain means nothing on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
	/// Hash of block 0.
	pub genesis: H256,
}

impl Domain {
	/// `tag ‖ genesis ‖ SCALE(body)`.
	pub fn seal(&self, tag: Tag, body: &impl Encode) -> Vec<u8> {
		let mut bytes = Vec::with_capacity(64usize.saturating_add(body.size_hint()));
		bytes.extend_from_slice(tag.bytes());
		bytes.extend_from_slice(self.genesis.as_bytes());
		body.encode_to(&mut bytes);
		bytes
	}
}

/// `bytes` as a 256-bit hash: as they are when there are 32 of them, else their BLAKE2b-256 digest.
///
/// The hash type of a runtime is a parameter of FRAME; ours has 32 bytes, so the digest is never taken there.
pub fn to_h256(bytes: &[u8]) -> H256 {
	match bytes.try_into() {
		Ok(bytes) => H256(bytes),
		Err(_) => Blake2b256::hash(bytes),
	}
}
