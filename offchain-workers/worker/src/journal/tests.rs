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
	let exhibit = Exhibit { raw: H256::repeat_byte(2), salt: H256::repeat_byte(3) };
	Record { receipt, signature, exhibit, body: Attribution::default(), lines: vec![] }
}

fn transcript(seq: u64) -> Transcript {
	Transcript { request_salt: seq, answer: vec![1, 2], ..Transcript::default() }
}

#[test]
fn a_finding_is_never_replaced_by_another() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(&dir.path().join("journal"), H256::zero(), &[9; 32].into()).unwrap();
	let sealed = |finding, byte| Sealed { finding, salt: H256::repeat_byte(byte) };
	let first = sealed(Finding::Sound, 1);
	assert_eq!(journal.finding(CaseId(4), 1).unwrap(), None);
	assert_eq!(journal.keep_finding(CaseId(4), 1, &first).unwrap(), first);
	assert_eq!(journal.keep_finding(CaseId(4), 1, &sealed(Finding::WrongOutput, 2)).unwrap(), first);
	assert_eq!(journal.finding(CaseId(4), 1).unwrap(), Some(first));
	let other = sealed(Finding::WrongOutput, 3);
	assert_eq!(journal.keep_finding(CaseId(4), 3, &other).unwrap(), other, "another stage");
}

#[test]
fn receipts_survive_and_leave_no_gap() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal");
	let open = || Journal::open(&path, H256::zero(), &AccountId32::new([9; 32]));
	let journal = open().unwrap();
	assert_eq!(journal.next_seq(5).unwrap(), 5);
	for seq in 5..8 {
		journal.append(&record(seq), &transcript(seq)).unwrap();
	}
	let again = journal.append(&record(7), &transcript(0));
	assert!(matches!(again, Err(JournalError::Gap { found: 7, expected: 8 })));
	assert!(matches!(journal.append(&record(9), &transcript(9)), Err(JournalError::Gap { .. })));
	drop(journal);
	let journal = open().unwrap();
	assert_eq!(journal.next_seq(0).unwrap(), 8);
	assert_eq!(journal.records(6..100).unwrap(), [record(6), record(7)]);
	assert_eq!(journal.transcript(7).unwrap(), Some(transcript(7)), "the one of the receipt that was written");
	assert_eq!(journal.transcript(9).unwrap(), None);
}

#[test]
fn the_best_voucher_and_the_last_word_on_a_batch_are_kept() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(&dir.path().join("journal"), H256::zero(), &[9; 32].into()).unwrap();
	let voucher = |channel, cumulative| SignedVoucher {
		voucher: openledger_primitives::Voucher { payer: [1; 32].into(), agent: [9; 32].into(), channel, cumulative },
		signer: None,
		signature: Signature::from_raw([0; 64]).into(),
	};
	for (given, best) in [((0, 10), (0, 10)), ((0, 7), (0, 10)), ((1, 3), (1, 3)), ((0, 99), (1, 3)), ((1, 4), (1, 4))]
	{
		journal.keep_voucher(&voucher(given.0, given.1)).unwrap();
		assert_eq!(journal.vouchers().unwrap(), [voucher(best.0, best.1)]);
	}
	let of_key = |channel, cumulative| SignedVoucher { signer: Some([2; 32].into()), ..voucher(channel, cumulative) };
	journal.keep_voucher(&of_key(1, 9)).unwrap();
	journal.keep_voucher(&of_key(0, 99)).unwrap();
	assert_eq!(journal.vouchers().unwrap(), [voucher(1, 4), of_key(1, 9)]);
	journal.keep_voucher(&of_key(2, 1)).unwrap();
	assert_eq!(journal.vouchers().unwrap(), [of_key(2, 1)]);
	let (blob, secrets) = (H256::zero(), secrets().unwrap());
	let weighing = [[1; 32].into(), [3; 32].into()].into();
	let beneficiary = [8; 32].into();
	let entry = BatchEntry { count: 2, beneficiary, blob, weighing, secrets, number: None, done: false };
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

#[test]
fn a_journal_of_another_format_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal");
	let agent = AccountId32::new([9; 32]);
	let open = || Journal::open(&path, H256::zero(), &agent);
	let say = |format: Option<u32>| {
		let write = Database::create(&path).unwrap().begin_write().unwrap();
		let mut meta = write.open_table(META).unwrap();
		match format {
			Some(format) => drop(meta.insert("format", format.encode()).unwrap()),
			None => drop(meta.remove("format").unwrap()),
		}
		drop(meta);
		write.commit().unwrap();
	};
	drop(open().unwrap());
	drop(open().unwrap());
	say(None);
	let error = open().err().unwrap();
	assert!(matches!(error, JournalError::OtherFormat { found: 1 }), "{error}");
	assert!(error.to_string().contains("empty folder"), "{error}");
	for other in [2, FORMAT + 1] {
		say(Some(other));
		assert!(matches!(open(), Err(JournalError::OtherFormat { found }) if found == other));
	}
	say(Some(FORMAT));
	assert!(open().is_ok());
}

#[test]
fn exhibits_of_one_fingerprint_look_different() {
	let domain = Domain { genesis: H256::repeat_byte(1) };
	let raw = H256::repeat_byte(5);
	let [one, other] = [Exhibit::draw(raw).unwrap(), Exhibit::draw(raw).unwrap()];
	assert_ne!(one.fingerprint(&domain), other.fingerprint(&domain));
	assert_ne!(one.fingerprint(&domain), raw);
	assert_eq!(one.fingerprint(&domain), audit::fingerprint(&domain, &one.salt, &raw));
}
