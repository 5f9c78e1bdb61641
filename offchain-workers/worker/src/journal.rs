//! Receipts and batches on disk, written before anyone relies on them.

use codec::{Decode, Encode};
use openledger_gateway::SignedVoucher;
use openledger_primitives::{payout::Line, Attribution, Receipt};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use sp_core::H256;
use sp_runtime::{AccountId32, MultiSignature};
use std::{ops::Range, path::Path};

const RECEIPTS: TableDefinition<u64, Vec<u8>> = TableDefinition::new("receipts");
const VOUCHERS: TableDefinition<[u8; 32], Vec<u8>> = TableDefinition::new("vouchers");
const BATCHES: TableDefinition<u64, Vec<u8>> = TableDefinition::new("batches");
const META: TableDefinition<&str, Vec<u8>> = TableDefinition::new("meta");

/// A receipt with everything that was claimed and promised with it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Record {
	/// The receipt.
	pub receipt: Receipt<AccountId32>,
	/// The signer's signature of its leaf.
	pub signature: MultiSignature,
	/// The attribution that the receipt commits to.
	pub body: Attribution,
	/// Who is paid from its fee and why; the agent has the rest.
	pub lines: Vec<Line<AccountId32>>,
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

/// Vouchers of one payer in the order of their worth: later channels first, then higher ceilings.
pub(crate) fn rank(voucher: &SignedVoucher) -> (u32, u128) {
	(voucher.voucher.channel, voucher.voucher.cumulative)
}

/// The journal of one agent on one chain.
pub struct Journal(Database);

impl Journal {
	/// Opens or creates the journal of `agent` on the chain with this genesis.
	pub fn open(path: &Path, genesis: H256, agent: &AccountId32) -> Result<Self, JournalError> {
		let database = Database::create(path)?;
		let owner = (genesis, agent).encode();
		let write = database.begin_write()?;
		{
			write.open_table(RECEIPTS)?;
			write.open_table(VOUCHERS)?;
			write.open_table(BATCHES)?;
			let mut meta = write.open_table(META)?;
			let found = meta.get("owner")?.map(|value| value.value());
			match found {
				Some(found) if found != owner => return Err(JournalError::NotOurs),
				Some(_) => {}
				None => {
					meta.insert("owner", owner)?;
				}
			}
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

	/// Writes a receipt. When this returns, it survives a crash.
	pub fn append(&self, record: &Record) -> Result<(), JournalError> {
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

	/// Exchanges a receipt that no batch has submitted yet.
	pub fn replace(&self, record: &Record) -> Result<(), JournalError> {
		let write = self.0.begin_write()?;
		write.open_table(RECEIPTS)?.insert(record.receipt.seq, record.encode())?;
		write.commit()?;
		Ok(())
	}

	/// Keeps a payer's voucher, unless a better one is kept: one of a later channel, or with a higher ceiling.
	pub fn keep_voucher(&self, voucher: &SignedVoucher) -> Result<(), JournalError> {
		let write = self.0.begin_write()?;
		{
			let mut table = write.open_table(VOUCHERS)?;
			let payer = *AsRef::<[u8; 32]>::as_ref(&voucher.voucher.payer);
			let kept = table.get(payer)?.map(|value| SignedVoucher::decode(&mut &value.value()[..])).transpose()?;
			if kept.is_none_or(|kept| rank(&kept) < rank(voucher)) {
				table.insert(payer, voucher.encode())?;
			}
		}
		write.commit()?;
		Ok(())
	}

	/// All vouchers, one per payer.
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
mod tests {
	use super::*;
	use openledger_primitives::{ModelId, NumericClass};
	use sp_core::sr25519::Signature;

	fn record(seq: u64) -> Record {
		let receipt = Receipt {
			seq,
			payer: AccountId32::new([1; 32]),
			model: ModelId(1),
			request: H256::zero(),
			response: H256::zero(),
			tokens_in: 1,
			tokens_out: 1,
			fee: 7,
			fingerprint: H256::zero(),
			attribution: H256::zero(),
			class: NumericClass::FloatCpu,
			at: 0,
		};
		let signature = Signature::from_raw([0; 64]).into();
		Record { receipt, signature, body: Attribution::default(), lines: vec![] }
	}

	#[test]
	fn receipts_survive_and_leave_no_gap() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("journal");
		let open = || Journal::open(&path, H256::zero(), &AccountId32::new([9; 32]));
		let journal = open().unwrap();
		assert_eq!(journal.next_seq(5).unwrap(), 5);
		for seq in 5..8 {
			journal.append(&record(seq)).unwrap();
		}
		assert!(matches!(journal.append(&record(7)), Err(JournalError::Gap { found: 7, expected: 8 })));
		assert!(matches!(journal.append(&record(9)), Err(JournalError::Gap { .. })));
		drop(journal);
		let journal = open().unwrap();
		assert_eq!(journal.next_seq(0).unwrap(), 8);
		assert_eq!(journal.records(6..100).unwrap(), [record(6), record(7)]);
	}

	#[test]
	fn the_best_voucher_and_the_last_word_on_a_batch_are_kept() {
		let dir = tempfile::tempdir().unwrap();
		let journal = Journal::open(&dir.path().join("journal"), H256::zero(), &[9; 32].into()).unwrap();
		let voucher = |channel, cumulative| SignedVoucher {
			voucher: openledger_primitives::Voucher {
				payer: [1; 32].into(),
				agent: [9; 32].into(),
				channel,
				cumulative,
			},
			signature: Signature::from_raw([0; 64]).into(),
		};
		for (given, best) in
			[((0, 10), (0, 10)), ((0, 7), (0, 10)), ((1, 3), (1, 3)), ((0, 99), (1, 3)), ((1, 4), (1, 4))]
		{
			journal.keep_voucher(&voucher(given.0, given.1)).unwrap();
			assert_eq!(journal.vouchers().unwrap(), [voucher(best.0, best.1)]);
		}
		let entry = BatchEntry { count: 2, beneficiary: [8; 32].into(), blob: H256::zero(), number: None, done: false };
		journal.keep_batch(5, &entry).unwrap();
		let entry = BatchEntry { number: Some(3), ..entry };
		journal.keep_batch(5, &entry).unwrap();
		assert_eq!(journal.batches().unwrap(), [(5, entry)]);
		journal.drop_batch(5).unwrap();
		assert!(journal.batches().unwrap().is_empty());
	}

	#[test]
	fn a_journal_belongs_to_one_chain_and_one_agent() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("journal");
		let agent = AccountId32::new([9; 32]);
		drop(Journal::open(&path, H256::zero(), &agent).unwrap());
		assert!(matches!(Journal::open(&path, H256::repeat_byte(1), &agent), Err(JournalError::NotOurs)));
		assert!(matches!(Journal::open(&path, H256::zero(), &[1; 32].into()), Err(JournalError::NotOurs)));
		assert!(Journal::open(&path, H256::zero(), &agent).is_ok());
	}
}
