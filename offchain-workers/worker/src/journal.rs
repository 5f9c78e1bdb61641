//! Receipts and batches on disk, written before anyone relies on them.

use crate::vouchers::rank;
use codec::{Decode, Encode};
use openledger_gateway::{SignedVoucher, Transcript};
use openledger_primitives::{
	audit::{self, MAX_AUDITS},
	payout::Line,
	Attribution, CaseId, Domain, Finding, Receipt,
};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use sp_core::H256;
use sp_runtime::{AccountId32, MultiSignature};
use std::{collections::BTreeSet, ops::Range, path::Path};

const RECEIPTS: TableDefinition<u64, Vec<u8>> = TableDefinition::new("receipts");
/// By payer and signer.
const VOUCHERS: TableDefinition<[u8; 64], Vec<u8>> = TableDefinition::new("vouchers");
const BATCHES: TableDefinition<u64, Vec<u8>> = TableDefinition::new("batches");
const TRANSCRIPTS: TableDefinition<u64, Vec<u8>> = TableDefinition::new("transcripts");
/// By case and stage.
const FINDINGS: TableDefinition<(u32, u8), Vec<u8>> = TableDefinition::new("findings");
const META: TableDefinition<&str, Vec<u8>> = TableDefinition::new("meta");

/// The layout of the entries below. A journal of another one cannot be read: its receipts have fingerprints without
/// salts or its batches have no lots (the first), its batches do not say whose fees mint weight, so that their payouts cannot be
/// computed again (the second), or its transcripts do not say in which arithmetic answers were computed (the third).
pub const FORMAT: u32 = 5;

/// A receipt with everything that was claimed and promised with it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Record {
	/// The receipt.
	pub receipt: Receipt<AccountId32>,
	/// The signer's signature of its leaf.
	pub signature: MultiSignature,
	/// What the fingerprint in the receipt commits to, and the salt that hides it. Auditors see the salt first and the
	/// fingerprint in the end; nobody else sees either.
	pub exhibit: Exhibit,
	/// The attribution that the receipt commits to.
	pub body: Attribution,
	/// Who is paid from its fee and why; the agent has the rest.
	pub lines: Vec<Line<AccountId32>>,
}

/// What opens the fingerprint of a receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Exhibit {
	/// The fingerprint that was computed.
	pub raw: H256,
	/// Drawn for this receipt alone.
	pub salt: H256,
}

impl Exhibit {
	/// An exhibit of `raw` under a salt that nobody can guess.
	pub fn draw(raw: H256) -> Result<Self, getrandom::Error> {
		Ok(Self { raw, salt: secret()? })
	}

	/// What the receipt says.
	pub fn fingerprint(&self, domain: &Domain) -> H256 {
		audit::fingerprint(domain, &self.salt, &self.raw)
	}
}

/// 256 bits that nobody can guess.
pub fn secret() -> Result<H256, getrandom::Error> {
	let mut bytes = H256::zero();
	getrandom::fill(&mut bytes.0)?;
	Ok(bytes)
}

/// What an auditor finds, until it is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sealed {
	/// The finding.
	pub finding: Finding,
	/// Hides it.
	pub salt: H256,
}

/// Secrets of a batch that nobody can guess.
pub fn secrets() -> Result<[H256; MAX_AUDITS], getrandom::Error> {
	let mut secrets = [H256::zero(); MAX_AUDITS];
	for one in &mut secrets {
		*one = secret()?;
	}
	Ok(secrets)
}

/// A batch, keyed by its first sequence number.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BatchEntry {
	/// Receipts in it.
	pub count: u32,
	/// The beneficiary, who has the agent's share.
	pub beneficiary: AccountId32,
	/// BLAKE3 hash of its blob.
	pub blob: H256,
	/// The payers whose fees mint weight: without them the payouts cannot be computed again.
	pub weighing: BTreeSet<AccountId32>,
	/// One for each audit: decides whether it is a planted error. The chain has their commitment, the lot.
	pub secrets: [H256; MAX_AUDITS],
	/// Its number on the chain, once known.
	pub number: Option<u64>,
	/// Nothing more is to be done about it.
	pub done: bool,
}

/// The journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// The database failed.
	#[error("the journal failed: {0}")]
	Database(Box<redb::Error>),
	/// An entry cannot be decoded.
	#[error("the journal has an entry that cannot be decoded: {0}. It was damaged, or written by a later version")]
	Decode(#[from] codec::Error),
	/// The journal belongs to another chain or agent.
	#[error("the journal in the state folder belongs to another chain or agent: use another folder")]
	NotOurs,
	/// The journal was written by another version of the worker.
	#[error(
		"the journal in the state folder has format {found}, this worker writes format {FORMAT}: let the version that \
		 wrote it see its batches through, then use an empty folder"
	)]
	OtherFormat {
		/// Its format.
		found: u32,
	},
	/// A receipt that follows none.
	#[error("receipt {found} does not follow {expected}")]
	Gap {
		/// The receipt to be written.
		found: u64,
		/// The one that is due.
		expected: u64,
	},
}

macro_rules! from_redb {
	($($error:ident),*) => {
		$(impl From<redb::$error> for JournalError {
			fn from(error: redb::$error) -> Self {
				Self::Database(Box::new(error.into()))
			}
		})*
	};
}

from_redb!(DatabaseError, TransactionError, TableError, StorageError, CommitError);

/// The journal of one agent on one chain.
pub struct Journal(Database);

impl Journal {
	/// Opens or creates the journal of `agent` on the chain with this genesis.
	pub fn open(path: &Path, genesis: H256, agent: &AccountId32) -> Result<Self, JournalError> {
		let database = Database::create(path)?;
		let owner = (genesis, agent).encode();
		let write = database.begin_write()?;
		{
			let mut meta = write.open_table(META)?;
			let found = meta.get("owner")?.map(|value| value.value());
			let format = meta.get("format")?.map(|value| u32::decode(&mut &value.value()[..])).transpose()?;
			match (found, format.unwrap_or(1)) {
				(Some(found), _) if found != owner => return Err(JournalError::NotOurs),
				(Some(_), FORMAT) => {}
				// The first format did not say which it was.
				(Some(_), found) => return Err(JournalError::OtherFormat { found }),
				(None, _) => {
					meta.insert("owner", owner)?;
					meta.insert("format", FORMAT.encode())?;
				}
			}
			write.open_table(RECEIPTS)?;
			write.open_table(VOUCHERS)?;
			write.open_table(BATCHES)?;
			write.open_table(TRANSCRIPTS)?;
			write.open_table(FINDINGS)?;
		}
		write.commit()?;
		Ok(Self(database))
	}

	/// The sequence number after the last receipt, or `start` when there is none.
	pub fn next_seq(&self, start: u64) -> Result<u64, JournalError> {
		let table = self.0.begin_read()?.open_table(RECEIPTS)?;
		let last = table.last()?.map(|(seq, _)| seq.value());
		Ok(last.map_or(start, |last| last.saturating_add(1)))
	}

	/// Writes a receipt and what its answer was computed from. When this returns, they survive a crash.
	pub fn append(&self, record: &Record, transcript: &Transcript) -> Result<(), JournalError> {
		let write = self.0.begin_write()?;
		{
			let mut table = write.open_table(RECEIPTS)?;
			let seq = record.receipt.seq;
			let last = table.last()?.map(|(seq, _)| seq.value());
			let expected = last.map_or(seq, |last| last.saturating_add(1));
			if seq != expected {
				return Err(JournalError::Gap { found: seq, expected });
			}
			table.insert(seq, record.encode())?;
			write.open_table(TRANSCRIPTS)?.insert(seq, transcript.encode())?;
		}
		write.commit()?;
		Ok(())
	}

	/// The receipts with these sequence numbers, in order.
	pub fn records(&self, range: Range<u64>) -> Result<Vec<Record>, JournalError> {
		let table = self.0.begin_read()?.open_table(RECEIPTS)?;
		let mut records = vec![];
		for entry in table.range(range)? {
			records.push(Record::decode(&mut &entry?.1.value()[..])?);
		}
		Ok(records)
	}

	/// What the answer with this receipt was computed from.
	pub fn transcript(&self, seq: u64) -> Result<Option<Transcript>, JournalError> {
		let table = self.0.begin_read()?.open_table(TRANSCRIPTS)?;
		let found = table.get(seq)?.map(|value| Transcript::decode(&mut &value.value()[..])).transpose()?;
		Ok(found)
	}

	/// Writes what the agent finds in a case at a stage, and the salt that hides it until it is revealed, unless something
	/// is written already: who says two things of one case is fined. Returns what is written.
	pub fn keep_finding(&self, case: CaseId, stage: u8, finding: &Sealed) -> Result<Sealed, JournalError> {
		let write = self.0.begin_write()?;
		let kept = {
			let mut table = write.open_table(FINDINGS)?;
			let kept = table.get((case.0, stage))?.map(|value| Sealed::decode(&mut &value.value()[..])).transpose()?;
			if kept.is_none() {
				table.insert((case.0, stage), finding.encode())?;
			}
			kept.unwrap_or(*finding)
		};
		write.commit()?;
		Ok(kept)
	}

	/// What the agent finds in a case at a stage.
	pub fn finding(&self, case: CaseId, stage: u8) -> Result<Option<Sealed>, JournalError> {
		let table = self.0.begin_read()?.open_table(FINDINGS)?;
		let found = table.get((case.0, stage))?.map(|value| Sealed::decode(&mut &value.value()[..])).transpose()?;
		Ok(found)
	}

	/// Exchanges a receipt that no batch has submitted yet.
	pub fn replace(&self, record: &Record) -> Result<(), JournalError> {
		let write = self.0.begin_write()?;
		write.open_table(RECEIPTS)?.insert(record.receipt.seq, record.encode())?;
		write.commit()?;
		Ok(())
	}

	/// Keeps a voucher, unless a better one of its signer is kept: one of a later channel, or with a higher ceiling.
	/// Forgets what the payer's earlier channels had.
	pub fn keep_voucher(&self, voucher: &SignedVoucher) -> Result<(), JournalError> {
		let payer = voucher.voucher.payer.clone();
		let key = |signer: &AccountId32| {
			let mut key = [0; 64];
			key[..32].copy_from_slice(payer.as_ref());
			key[32..].copy_from_slice(signer.as_ref());
			key
		};
		let own = key(voucher.signer.as_ref().unwrap_or(&payer));
		let write = self.0.begin_write()?;
		{
			let mut table = write.open_table(VOUCHERS)?;
			let (mut stale, mut best) = (vec![], true);
			for entry in table.range(key(&[0; 32].into())..=key(&[0xff; 32].into()))? {
				let (at, kept) = entry?;
				let kept = SignedVoucher::decode(&mut &kept.value()[..])?;
				best &= kept.voucher.channel <= voucher.voucher.channel;
				best &= at.value() != own || rank(&kept) < rank(voucher);
				if kept.voucher.channel < voucher.voucher.channel {
					stale.push(at.value());
				}
			}
			for at in stale {
				table.remove(at)?;
			}
			if best {
				table.insert(own, voucher.encode())?;
			}
		}
		write.commit()?;
		Ok(())
	}

	/// All vouchers, one for each signer of a payer.
	pub fn vouchers(&self) -> Result<Vec<SignedVoucher>, JournalError> {
		let table = self.0.begin_read()?.open_table(VOUCHERS)?;
		let mut vouchers = vec![];
		for entry in table.iter()? {
			vouchers.push(SignedVoucher::decode(&mut &entry?.1.value()[..])?);
		}
		Ok(vouchers)
	}

	/// Writes what is known of the batch that starts with `first_seq`.
	pub fn keep_batch(&self, first_seq: u64, entry: &BatchEntry) -> Result<(), JournalError> {
		let write = self.0.begin_write()?;
		write.open_table(BATCHES)?.insert(first_seq, entry.encode())?;
		write.commit()?;
		Ok(())
	}

	/// Forgets a batch that the chain did not accept.
	pub fn drop_batch(&self, first_seq: u64) -> Result<(), JournalError> {
		let write = self.0.begin_write()?;
		write.open_table(BATCHES)?.remove(first_seq)?;
		write.commit()?;
		Ok(())
	}

	/// All batches with their first sequence numbers, oldest first.
	pub fn batches(&self) -> Result<Vec<(u64, BatchEntry)>, JournalError> {
		let table = self.0.begin_read()?.open_table(BATCHES)?;
		let mut batches = vec![];
		for entry in table.iter()? {
			let (first_seq, entry) = entry?;
			batches.push((first_seq.value(), BatchEntry::decode(&mut &entry.value()[..])?));
		}
		Ok(batches)
	}
}

#[cfg(test)]
mod tests;
