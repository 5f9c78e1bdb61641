//! The routes.

use crate::{chat, ApiError, Catalog, Ledger};
use axum::{
	extract::{DefaultBodyLimit, State},
	http::StatusCode,
	response::IntoResponse,
	routing::{get, post},
	Json, Router,
};
use openledger_attribution::Encoder;
use openledger_openlora::Engine;
use serde_json::{json, Value};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// The largest request body.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Bounds on an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Tokens of an answer that asks for no number.
	pub default_tokens: u32,
	/// The most tokens of an answer.
	pub max_tokens: u32,
	/// Rows that a full claim about sources names; the chain's rule.
	pub top_rows: u32,
}

/// Everything that requests need.
pub struct Gateway<L> {
	/// Runs models.
	pub engine: Engine,
	/// Makes vectors of questions; needed by models with an index.
	pub encoder: Option<Arc<Encoder>>,
	/// What is served.
	pub catalog: Catalog,
	/// Is paid.
	pub ledger: L,
	/// Bounds on an answer.
	pub limits: Limits,
	/// Answers under way, which are finished even if their callers leave.
	pub answers: TaskTracker,
	/// Requests that may be prepared at the same time.
	pub(crate) turns: Arc<Semaphore>,
}

impl<L> Gateway<L> {
	/// A gateway that prepares at most `queue` requests at the same time.
	pub fn new(
		engine: Engine,
		encoder: Option<Arc<Encoder>>,
		catalog: Catalog,
		ledger: L,
		limits: Limits,
		queue: usize,
	) -> Self {
		let turns = Arc::new(Semaphore::new(queue));
		Self { engine, encoder, catalog, ledger, limits, answers: TaskTracker::new(), turns }
	}
}

/// The HTTP service.
pub fn router<L: Ledger>(gateway: Arc<Gateway<L>>) -> Router {
	Router::new()
		.route("/v1/chat/completions", post(chat::complete::<L>))
		.route("/v1/models", get(models::<L>))
		.route("/health", get(|| async { "ok" }))
		.fallback(|| async { (StatusCode::NOT_FOUND, Json(unknown_path())).into_response() })
		.layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
		.with_state(gateway)
}

fn unknown_path() -> Value {
	ApiError::NotFound.body()
}

async fn models<L: Ledger>(State(gateway): State<Arc<Gateway<L>>>) -> Json<Value> {
	let overhead = gateway.ledger.overhead();
	let describe = |model: &crate::ServedModel| {
		json!({
			"id": model.name(),
			"object": "model",
			"created": 0,
			"owned_by": "openledger",
			"title": model.title,
			// What a channel's terms must allow. Strings, because JSON numbers lose planck.
			"terms": model.terms(overhead),
			"price": { "in_planck_per_1k": model.price_in.to_string(), "out_planck_per_1k": model.price_out.to_string() },
			"index": model.retrieval.as_ref().map(|retrieval| retrieval.id),
		})
	};
	let data: Vec<Value> = gateway.catalog.0.iter().map(describe).collect();
	Json(json!({ "object": "list", "data": data }))
}
