//! The books: who has paid how much, what was sold, what may still be sold. Implements the gateway's [`Ledger`].
//!
//! What a payer has left is the least of voucher and deposit, less what was drawn on the chain, what was sold since,
//! and what is set aside for answers under way.

use crate::{
	journal::{Exhibit, Journal, JournalError, Record},
	takedowns,
	vouchers::{worth, Vouchers, KEY_MARGIN},
};
use openledger_chain::{AccountId, Balance, Chain, ChainError, ChannelRecord, Key};
use openledger_gateway::{Draft, Issued, Ledger, LedgerError, Reservation, SignedVoucher};
use openledger_primitives::{
	money::FeeSplit,
	payout::{Answer, Royalty},
	DatanetId, Domain, ModelId, Receipt, Terms,
};
use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	time::{Duration, Instant},
};

/// How long an answer of the chain about a channel or the stake is good for.
const FRESH: Duration = Duration::from_secs(30);
/// The same when it says that too little is left: somebody who tops up need not wait.
const BRIEFLY: Duration = Duration::from_secs(1);
/// What the division of a fee needs to know of a model.
#[derive(Clone, Debug)]
pub struct Division {
	/// Who shares the model pool.
	pub royalties: Vec<Royalty<AccountId>>,
	/// The datanet whose commons has what rows leave over; the treasury if there is none.
	pub datanet: Option<DatanetId>,
}

/// Who serves.
#[derive(Clone, Debug)]
pub struct Identity {
	/// The agent.
	pub agent: AccountId,
	/// Has the agent's share.
	pub beneficiary: AccountId,
	/// Signs receipts and batches.
	pub signer: Key,
}

#[derive(Debug, Default)]
struct Payer {
	/// The best voucher of each signer.
	vouchers: Vouchers,
	channel: Option<ChannelRecord>,
	/// When the channel was read; `None` when it must be read again.
	checked: Option<Instant>,
	/// Fees of receipts that no batch has drawn yet.
	owed: Balance,
	/// Set aside for answers under way.
	held: Balance,
}

impl Payer {
	/// What is left under `ceiling`.
	fn left(&self, ceiling: Balance) -> Balance {
		self.channel.as_ref().map_or(0, |channel| {
			let gone = channel.drawn.saturating_add(self.owed).saturating_add(self.held);
			ceiling.min(channel.deposit).saturating_sub(gone)
		})
	}

	/// Takes over what the chain says, unless a later answer came first.
	fn read(&mut self, channel: Option<ChannelRecord>) {
		let older = match (&self.channel, &channel) {
			(Some(known), Some(found)) => found.nonce == known.nonce && found.drawn < known.drawn,
			_ => false,
		};
		if !older {
			self.channel = channel;
			self.checked = Some(Instant::now());
		}
	}
}

#[derive(Debug, Default)]
struct State {
	next_seq: u64,
	/// Receipts below this number are drawn; the others are owed.
	owed_from: u64,
	payers: HashMap<AccountId, Payer>,
	/// What unsettled fees may still grow by, less what is owed and held; and when that was asked for.
	cover: Option<(Balance, Instant)>,
}

impl State {
	/// Fees that were sold or are being sold, and that no batch has exposed yet.
	fn open(&self) -> Balance {
		self.payers.values().fold(0u128, |sum, payer| sum.saturating_add(payer.owed).saturating_add(payer.held))
	}
}

/// The books of one agent. Clones share them.
#[derive(Clone)]
pub struct Books(Arc<Inner>);

struct Inner {
	chain: Chain,
	identity: Identity,
	split: FeeSplit,
	divisions: HashMap<ModelId, Division>,
	journal: Journal,
	state: Mutex<State>,
	finalised: AtomicU32,
}

/// The books cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
	/// The journal failed.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The chain failed.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The chain knows receipts that the journal does not.
	#[error(
		"the chain expects receipt {chain} next, but the journal ends at {journal}: it is not the newest one of this \
		 agent. Restore the newest state folder, or serve with another agent"
	)]
	Behind {
		/// The chain's next sequence number.
		chain: u64,
		/// The journal's.
		journal: u64,
	},
}

impl Books {
	/// Opens the books: what the journal has and the chain does not know yet is owed.
	pub async fn open(
		chain: Chain,
		identity: Identity,
		split: FeeSplit,
		divisions: HashMap<ModelId, Division>,
		journal: Journal,
	) -> Result<Self, BooksError> {
		let on_chain = chain.next_seq(&identity.agent).await?;
		let next_seq = journal.next_seq(on_chain)?;
		if next_seq < on_chain {
			return Err(BooksError::Behind { chain: on_chain, journal: next_seq });
		}
		let finalised = AtomicU32::new(chain.finalised().await?);
		let mut payers = HashMap::<AccountId, Payer>::new();
		for voucher in journal.vouchers()? {
			payers.entry(voucher.voucher.payer.clone()).or_default().vouchers.take(&voucher);
		}
		for (account, payer) in &mut payers {
			payer.channel = chain.channel(account, &identity.agent).await?;
			payer.checked = Some(Instant::now());
		}
		for record in journal.records(on_chain..next_seq)? {
			if let Some(payer) = payers.get_mut(&record.receipt.payer) {
				payer.owed = payer.owed.saturating_add(record.receipt.fee);
			}
		}
		if journal.next_seq(0)? == 0 && on_chain > 0 {
			tracing::warn!(
				on_chain,
				"the journal is empty, but this agent has sold before: earlier payouts are not made here"
			);
		}
		let state = Mutex::new(State { next_seq, owed_from: on_chain, payers, cover: None });
		Ok(Self(Arc::new(Inner { chain, identity, split, divisions, journal, state, finalised })))
	}

	/// Who serves.
	pub fn identity(&self) -> &Identity {
		&self.0.identity
	}

	/// The journal.
	pub fn journal(&self) -> &Journal {
		&self.0.journal
	}

	/// How fees are divided.
	pub fn split(&self) -> &FeeSplit {
		&self.0.split
	}

	/// The sequence number of the next receipt.
	pub fn next_seq(&self) -> u64 {
		self.state().next_seq
	}

	/// The voucher of `payer` that is worth most under `channel` now.
	pub fn voucher(&self, payer: &AccountId, channel: &ChannelRecord) -> Option<SignedVoucher> {
		let now = self.finalised();
		self.state().payers.get(payer).and_then(|payer| payer.vouchers.best(channel, now).cloned())
	}

	/// The last finalised block that is known.
	pub fn finalised(&self) -> u32 {
		self.0.finalised.load(Ordering::Relaxed)
	}

	/// Notes the last finalised block, which receipts are dated with.
	pub fn saw_block(&self, number: u32) {
		self.0.finalised.fetch_max(number, Ordering::Relaxed);
	}

	/// The chain expects receipt `on_chain` next: everything below it is drawn, and no longer owed.
	pub fn drawn_up_to(&self, on_chain: u64) -> Result<(), JournalError> {
		let from = self.state().owed_from;
		let records = self.0.journal.records(from..on_chain.max(from))?;
		let mut state = self.state();
		for record in &records {
			if let Some(payer) = state.payers.get_mut(&record.receipt.payer) {
				payer.owed = payer.owed.saturating_sub(record.receipt.fee);
				payer.checked = None;
			}
		}
		state.owed_from = on_chain.max(from);
		state.cover = None;
		Ok(())
	}

	/// Gives a debt up that can never be drawn: the receipt is exchanged for one without a fee, so that those of other
	/// payers can be submitted. The payer's copy stays valid and says more than is drawn, which harms nobody.
	pub fn write_off(&self, record: &mut Record) -> Result<(), JournalError> {
		let fee = std::mem::take(&mut record.receipt.fee);
		record.lines.clear();
		let Identity { agent, signer, .. } = &self.0.identity;
		record.signature = signer.sign(&record.receipt.leaf(&self.domain(), agent));
		self.0.journal.replace(record)?;
		if let Some(payer) = self.state().payers.get_mut(&record.receipt.payer) {
			payer.owed = payer.owed.saturating_sub(fee);
		}
		tracing::error!(
			seq = record.receipt.seq,
			fee,
			payer = %record.receipt.payer,
			"written off: the payer's channel is closed or does not hold it"
		);
		Ok(())
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// No code that holds the lock can panic between two writes that belong together.
		self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Takes over `voucher` if it is the best one, with the channel as the chain has it. Reads the chain again when
	/// what is known is old, or does not leave `most` under terms that allow what is `asked`.
	async fn refresh(&self, voucher: &SignedVoucher, asked: &Terms, most: Balance) -> Result<(), LedgerError> {
		let account = &voucher.voucher.payer;
		let known = self.state().payers.get(account).is_some_and(|payer| {
			let at = self.finalised().saturating_add(KEY_MARGIN);
			let same = payer.channel.as_ref().is_some_and(|channel| worth(channel, voucher, at).is_some());
			let age = payer.checked.map(|at| at.elapsed());
			let agreed = payer.channel.as_ref().is_some_and(|channel| channel.terms.allow(asked));
			let enough = agreed && payer.left(voucher.voucher.cumulative) >= most;
			let fresh = if enough { FRESH } else { BRIEFLY };
			same && age.is_some_and(|age| age < fresh)
		});
		let read = match known {
			true => None,
			false => Some(self.0.chain.channel(account, &self.0.identity.agent).await.map_err(unavailable)?),
		};
		let better = self.take_over(voucher, read)?;
		if better {
			let (books, voucher) = (self.clone(), voucher.clone());
			let kept = tokio::task::spawn_blocking(move || books.0.journal.keep_voucher(&voucher));
			kept.await.map_err(unavailable)?.map_err(unavailable)?;
		}
		Ok(())
	}

	/// Returns whether the voucher is better than the one that was known.
	fn take_over(&self, voucher: &SignedVoucher, read: Option<Option<ChannelRecord>>) -> Result<bool, LedgerError> {
		let at = self.finalised().saturating_add(KEY_MARGIN);
		let mut state = self.state();
		let Some(payer) = state.payers.get_mut(&voucher.voucher.payer) else {
			// Only who has a channel is remembered.
			let channel = read.flatten();
			check(channel.as_ref(), voucher, at)?;
			let mut payer = Payer { channel, checked: Some(Instant::now()), ..Payer::default() };
			payer.vouchers.take(voucher);
			state.payers.insert(voucher.voucher.payer.clone(), payer);
			return Ok(true);
		};
		if let Some(channel) = read {
			payer.read(channel);
		}
		check(payer.channel.as_ref(), voucher, at)?;
		Ok(payer.vouchers.take(voucher))
	}

	/// What unsettled fees may still grow by.
	async fn cover(&self) -> Result<Balance, LedgerError> {
		if let Some((cover, at)) = self.state().cover {
			if at.elapsed() < FRESH {
				return Ok(cover);
			}
		}
		let asked = self.state().owed_from;
		let cover = self.0.chain.cover(&self.0.identity.agent).await.map_err(unavailable)?;
		let mut state = self.state();
		// An answer from before a batch says nothing about the time after it.
		if state.owed_from == asked {
			state.cover = Some((cover, Instant::now()));
		}
		Ok(cover)
	}

	fn release(&self, account: &AccountId, amount: Balance) {
		if let Some(payer) = self.state().payers.get_mut(account) {
			payer.held = payer.held.saturating_sub(amount);
		}
	}

	/// Writes a receipt down and signs it. Blocks until it is on disk.
	fn write(&self, payer: AccountId, draft: Draft) -> Result<Issued, LedgerError> {
		let Inner { identity, split, divisions, journal, .. } = &*self.0;
		let division = divisions.get(&draft.model).ok_or_else(|| unavailable("a model whose fees nobody shares"))?;
		let answer = Answer {
			fee: draft.fee,
			royalties: division.royalties.clone(),
			sources: draft.sources,
			commons: (Chain::commons(division.datanet), division.datanet),
		};
		let lines = answer.lines(split).ok_or_else(|| unavailable("the fee cannot be divided"))?;
		let domain = self.domain();
		let exhibit = Exhibit::draw(draft.raw).map_err(unavailable)?;
		// Held until the receipt is on disk: sequence numbers have no gaps.
		let mut state = self.state();
		let receipt = Receipt {
			seq: state.next_seq,
			payer: payer.clone(),
			model: draft.model,
			request: draft.transcript.request(),
			response: draft.transcript.response(),
			tokens_in: draft.tokens_in,
			tokens_out: draft.tokens_out,
			fee: draft.fee,
			fingerprint: exhibit.fingerprint(&domain),
			attribution: draft.attribution.commitment(&domain),
			class: draft.class,
			at: takedowns::date(self.finalised(), draft.known_at),
		};
		let signature = identity.signer.sign(&receipt.leaf(&domain, &identity.agent));
		let body = draft.attribution;
		let record = Record { receipt: receipt.clone(), signature: signature.clone(), exhibit, body, lines };
		journal.append(&record, &draft.transcript).map_err(unavailable)?;
		state.next_seq = state.next_seq.saturating_add(1);
		if let Some(payer) = state.payers.get_mut(&payer) {
			payer.owed = payer.owed.saturating_add(receipt.fee);
		}
		Ok(Issued { receipt, agent: identity.agent.clone(), signature })
	}
}

fn unavailable(error: impl std::fmt::Display) -> LedgerError {
	LedgerError::Unavailable(error.to_string())
}

/// Whether something can be sold for `voucher` that is drawn by block `at`.
fn check(channel: Option<&ChannelRecord>, voucher: &SignedVoucher, at: u32) -> Result<(), LedgerError> {
	let number = voucher.voucher.channel;
	let open = channel.filter(|found| found.closing.is_none() && found.nonce == number);
	let channel = open.ok_or(LedgerError::NoChannel { channel: number })?;
	if worth(channel, voucher, at).is_none() {
		// Only a session key can fail here.
		let key = voucher.signer.as_ref().map(ToString::to_string).unwrap_or_default();
		return Err(LedgerError::BadSession { key });
	}
	Ok(())
}

impl Ledger for Books {
	fn domain(&self) -> Domain {
		self.0.chain.domain()
	}

	fn overhead(&self) -> u8 {
		self.0.split.overhead()
	}

	async fn reserve(&self, voucher: SignedVoucher, asked: Terms, most: Balance) -> Result<Reservation, LedgerError> {
		let agent = &self.0.identity.agent;
		if voucher.voucher.agent != *agent {
			let (found, expected) = (voucher.voucher.agent.to_string(), agent.to_string());
			return Err(LedgerError::WrongAgent { found, expected });
		}
		let domain = self.domain();
		if !voucher.verify(&domain) {
			return Err(LedgerError::BadSignature { genesis: format!("{:?}", domain.genesis) });
		}
		self.refresh(&voucher, &asked, most).await?;
		let cover = self.cover().await?;
		let account = voucher.voucher.payer.clone();
		let mut state = self.state();
		let open = state.open();
		let Some(payer) = state.payers.get_mut(&account) else {
			return Err(LedgerError::NoChannel { channel: voucher.voucher.channel });
		};
		let agreed = payer.channel.as_ref().map_or(asked, |channel| channel.terms);
		if !agreed.allow(&asked) {
			return Err(LedgerError::AboveTerms { asked: Box::new(asked), agreed: Box::new(agreed) });
		}
		let left = payer.left(voucher.voucher.cumulative);
		if most > left {
			return Err(LedgerError::Exhausted { needed: most, left });
		}
		if open.saturating_add(most) > cover {
			return Err(LedgerError::AtCapacity);
		}
		payer.held = payer.held.saturating_add(most);
		let (books, payer) = (self.clone(), account.clone());
		Ok(Reservation::new(account, most, move || books.release(&payer, most)))
	}

	async fn issue(&self, reservation: Reservation, draft: Draft) -> Result<Issued, LedgerError> {
		if draft.fee > reservation.most {
			return Err(unavailable("the fee exceeds what was reserved"));
		}
		let (books, payer) = (self.clone(), reservation.payer.clone());
		// What was held is given back only after the fee is owed.
		tokio::task::spawn_blocking(move || books.write(payer, draft)).await.map_err(unavailable)?
	}
}
