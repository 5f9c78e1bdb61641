//! What payers, payees and auditors can ask: receipts, batches, and why somebody was paid.

use crate::{
	batch::{self, Batch},
	books::Books,
	journal::{BatchEntry, Record},
};
use axum::{
	extract::{Path, State},
	routing::get,
	Json, Router,
};
use codec::Encode;
use openledger_chain::AccountId;
use openledger_gateway::{ApiError, Ledger};
use openledger_openlora::EngineError;
use serde_json::{json, Value};
use tokio::sync::Semaphore;

/// The routes.
pub fn router(books: Books) -> Router {
	Router::new()
		.route("/v1/receipts/{seq}", get(receipt))
		.route("/v1/batches/{number}", get(batch_file))
		.route("/v1/payouts/{number}/{account}", get(explain))
		.with_state(books)
}

fn internal(error: impl std::fmt::Display) -> ApiError {
	ApiError::Internal(error.to_string())
}

fn scale(value: &impl Encode) -> String {
	format!("0x{}", hex::encode(value.encode()))
}

fn describe(record: &Record) -> Value {
	json!({
		"receipt": record.receipt,
		"signature": scale(&record.signature),
		"attribution": scale(&record.body),
		"lines": record.lines,
	})
}

/// A receipt with the attribution it commits to and the lines of its fee.
async fn receipt(State(books): State<Books>, Path(seq): Path<u64>) -> Result<Json<Value>, ApiError> {
	let end = seq.checked_add(1).ok_or(ApiError::NotFound)?;
	let records = books.journal().records(seq..end).map_err(internal)?;
	records.first().map(|record| Json(describe(record))).ok_or(ApiError::NotFound)
}

/// One batch is assembled at a time: it can be large.
static TURN: Semaphore = Semaphore::const_new(1);

async fn load(books: &Books, number: u64) -> Result<(BatchEntry, Vec<Record>, Batch), ApiError> {
	let busy = || ApiError::Engine(EngineError::Overloaded { queue: 1, retry_after_ms: 2_000 });
	let turn = TURN.try_acquire().map_err(|_| busy())?;
	let books = books.clone();
	let loaded = tokio::task::spawn_blocking(move || assemble(&books, number)).await.map_err(internal)?;
	drop(turn);
	loaded
}

fn assemble(books: &Books, number: u64) -> Result<(BatchEntry, Vec<Record>, Batch), ApiError> {
	let batches = books.journal().batches().map_err(internal)?;
	let found = batches.into_iter().find(|(_, entry)| entry.number == Some(number));
	let (first_seq, entry) = found.ok_or(ApiError::NotFound)?;
	let end = first_seq.saturating_add(u64::from(entry.count));
	let records = books.journal().records(first_seq..end).map_err(internal)?;
	let agent = &books.identity().agent;
	let (domain, split) = (books.domain(), books.split());
	let batch = batch::assemble(&domain, agent, &entry.beneficiary, split, &records, &entry.weighing)
		.ok_or_else(|| internal("the journal has lost receipts of a batch"))?;
	Ok((entry, records, batch))
}

/// Everything an auditor needs to check a batch: every receipt with its attribution and its lines.
async fn batch_file(State(books): State<Books>, Path(number): Path<u64>) -> Result<Json<Value>, ApiError> {
	let (entry, records, batch) = load(&books, number).await?;
	Ok(Json(json!({
		"batch": number,
		"agent": books.identity().agent,
		"first_seq": batch.first_seq,
		"blob": entry.blob,
		"receipts": batch.receipt_tree.commitment(),
		"payouts": batch.payout_tree.commitment(),
		"beneficiary": entry.beneficiary,
		"weighing": batch.weighing,
		"records": records.iter().map(describe).collect::<Vec<_>>(),
	})))
}

/// Why `account` was paid by a batch: the payout with its proof, and one line for each row × answer with what of it weighs. The
/// payout's weight is the part of the burn that the weighed, but no more than the payout, is of all payouts.
async fn explain(
	State(books): State<Books>,
	Path((number, account)): Path<(u64, String)>,
) -> Result<Json<Value>, ApiError> {
	let account: AccountId =
		account.parse().map_err(|_| ApiError::Malformed(format!("`{account}` is not an SS58 address")))?;
	let (entry, records, batch) = load(&books, number).await?;
	let found = (0u32..).zip(&batch.payouts).find(|(_, payout)| payout.account == account);
	let (leaf, payout) = found.ok_or(ApiError::NotFound)?;
	let proof = batch.payout_tree.prove(leaf).ok_or(ApiError::NotFound)?;
	let lines: Vec<Value> = batch::explain(&records, &batch, &entry.beneficiary, &account)
		.into_iter()
		.map(|reason| json!({ "seq": reason.seq, "line": reason.line, "weighed": reason.weighed.to_string() }))
		.collect();
	Ok(Json(json!({
		"batch": number,
		"agent": books.identity().agent,
		"first_seq": batch.first_seq,
		"payouts": batch.payout_tree.commitment(),
		"burn": batch.reserved.burn.to_string(),
		"leaf": leaf,
		"payout": payout,
		"proof": proof,
		"lines": lines,
	})))
}
