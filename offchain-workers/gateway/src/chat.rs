//! `POST /v1/chat/completions`.

use crate::{
	api_key::ApiKey,
	ledger::{Draft, Issued, Reservation},
	openai::ChatRequest,
	prompt::{self, Citation, Sources},
	ApiError, Gateway, Ledger, ServedModel, Transcript,
};
use axum::{
	extract::{rejection::JsonRejection, State},
	http::{header, HeaderMap},
	response::{
		sse::{Event, KeepAlive, Sse},
		IntoResponse, Response,
	},
	Json,
};
use codec::Encode;
use openledger_openlora::{
	ChatMessage, ChatTokenizer, Completion, EngineError, FinishReason, GenerateRequest, Mode, Sampling, TokenEvent,
};
use openledger_primitives::NumericClass;
use serde_json::{json, Value};
use sp_core::H256;
use std::{convert::Infallible, sync::Arc, time::SystemTime};
use tokio::sync::mpsc;
use tokio_stream::{wrappers::ReceiverStream, StreamExt};

/// A request that was checked, priced and accepted by the engine.
struct Accepted {
	id: String,
	created: u64,
	model: ServedModel,
	prompt: Vec<u32>,
	/// The last message.
	question: String,
	sampling: Sampling,
	/// The JSON schema of the answer.
	schema: Option<Value>,
	/// Hides the prompt in the receipt, and names this request in the fingerprint.
	request_salt: u64,
	sources: Sources,
	reservation: Reservation,
	tokens: mpsc::Receiver<TokenEvent>,
	/// Room for every event of the answer, so that a slow reader delays nobody's receipt.
	backlog: usize,
}

/// What an answer is made of.
enum Piece {
	Text(String, Option<Value>),
	End(Box<End>),
	Failed(ApiError),
}

struct End {
	finish: FinishReason,
	usage: Value,
	openledger: Value,
}

pub(crate) async fn complete<L: Ledger>(
	State(gateway): State<Arc<Gateway<L>>>,
	headers: HeaderMap,
	body: Result<Json<ChatRequest>, JsonRejection>,
) -> Result<Response, ApiError> {
	let Json(request) = body.map_err(|rejection| ApiError::Malformed(rejection.body_text()))?;
	let stream = request.stream;
	let accepted = accept(&gateway, &headers, request).await?;
	let (id, created, model) = (accepted.id.clone(), accepted.created, accepted.model.name());
	let (sender, pieces) = mpsc::channel(accepted.backlog);
	// The answer is finished and its receipt written even if the caller goes away: what was asked for was run.
	gateway.answers.spawn(drive(gateway.clone(), accepted, sender));
	let pieces = ReceiverStream::new(pieces);
	if stream {
		Ok(as_stream(id, created, model, pieces).into_response())
	} else {
		as_object(id, created, model, pieces).await.map(IntoResponse::into_response)
	}
}

/// Checks everything before the first token: the request, the model, the voucher, the price.
async fn accept<L: Ledger>(
	gateway: &Arc<Gateway<L>>,
	headers: &HeaderMap,
	request: ChatRequest,
) -> Result<Accepted, ApiError> {
	let model = gateway.catalog.find(&request.model).cloned();
	let model = model.ok_or_else(|| ApiError::UnknownModel(request.model.clone()))?;
	let messages = request.messages()?;
	let max_tokens = request.max_tokens(gateway.limits.default_tokens, gateway.limits.max_tokens)?;
	let (sampling, stop) = (request.sampling()?, request.stop()?);
	let (schema, logprobs) = (request.schema(), request.logprobs()?);
	let ApiKey(voucher) = bearer(headers)?.parse::<ApiKey>()?;

	// Nobody who cannot pay for one token each way gets the encoder to work.
	let asked = model.terms(gateway.ledger.overhead());
	drop(gateway.ledger.reserve(voucher.clone(), asked, model.price(1, 1)).await?);
	let question = messages.last().map(|message| message.content.clone()).unwrap_or_default();
	let (prompt, sources) = prepare(gateway, &model, messages, question.clone()).await?;
	let tokens_in = u32::try_from(prompt.len()).map_err(|_| ApiError::Malformed("the prompt is too long".into()))?;
	let reservation = gateway.ledger.reserve(voucher, asked, model.price(tokens_in, max_tokens)).await?;
	let request_salt = random()?;
	let generate = GenerateRequest {
		adapters: model.adapter.iter().map(|name| (name.clone(), 1.0)).collect(),
		max_tokens,
		sampling,
		stop,
		schema: schema.clone(),
		logprobs,
		payer: Some(reservation.payer.clone().into()),
		id: Transcript::request_id(request_salt),
		..GenerateRequest::new(prompt.clone())
	};
	let tokens = submit(gateway, generate).await?;
	let created = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
	let id = format!("chatcmpl-{:016x}", random()?);
	let backlog = (max_tokens as usize).saturating_add(2);
	Ok(Accepted {
		id,
		created,
		model,
		prompt,
		question,
		sampling,
		schema,
		request_salt,
		sources,
		reservation,
		tokens,
		backlog,
	})
}

/// Gives the engine a request. One with a schema is compiled off the async threads.
async fn submit<L: Ledger>(
	gateway: &Arc<Gateway<L>>,
	generate: GenerateRequest,
) -> Result<mpsc::Receiver<TokenEvent>, ApiError> {
	if generate.schema.is_none() {
		return Ok(gateway.engine.generate(generate)?);
	}
	let engine = gateway.engine.clone();
	let work = move || engine.generate(generate);
	Ok(tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))??)
}

fn random() -> Result<u64, ApiError> {
	getrandom::u64().map_err(|error| ApiError::Internal(error.to_string()))
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
	let value = headers.get(header::AUTHORIZATION).ok_or(ApiError::NoVoucher)?;
	value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).map(str::trim).ok_or(ApiError::NoVoucher)
}

/// Finds sources and renders the prompt, off the async threads and a bounded number at a time.
async fn prepare<L: Ledger>(
	gateway: &Arc<Gateway<L>>,
	model: &ServedModel,
	messages: Vec<ChatMessage>,
	question: String,
) -> Result<(Vec<u32>, Sources), ApiError> {
	let queue = gateway.engine.options().queue;
	let busy = |_| EngineError::Overloaded { queue, retry_after_ms: 1_000 };
	let turn = gateway.turns.clone().try_acquire_owned().map_err(busy)?;
	let (retrieval, encoder) = (model.retrieval.clone(), gateway.encoder.clone());
	let (tokenizer, limit) = (gateway.engine.tokenizer(), gateway.limits.top_rows);
	let work = move || {
		let _turn = turn;
		let sources = match (retrieval, encoder) {
			(Some(retrieval), Some(encoder)) => prompt::find(&retrieval, &encoder, &question, limit)?,
			_ => Sources::default(),
		};
		let messages = prompt::with_sources(messages, &sources);
		Ok((tokenizer.render_chat(&messages, true)?, sources))
	};
	tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))?
}

/// Passes tokens on and ends with the receipt.
async fn drive<L: Ledger>(gateway: Arc<Gateway<L>>, accepted: Accepted, pieces: mpsc::Sender<Piece>) {
	let mut accepted = accepted;
	while let Some(event) = accepted.tokens.recv().await {
		match event {
			TokenEvent::Token { id, text, logprob, top } => {
				let tokenizer = gateway.engine.tokenizer();
				let likely = logprob.filter(|_| !tokenizer.is_end(id)).map(|own| logprobs(&tokenizer, (id, own), &top));
				if !text.is_empty() || likely.is_some() {
					// A caller that went away is no reason to stop.
					let _ = pieces.send(Piece::Text(text, likely)).await;
				}
			}
			TokenEvent::Done(completion) => {
				let last = finish(&gateway, accepted, completion).await;
				let _ = pieces.send(last.unwrap_or_else(Piece::Failed)).await;
				return;
			}
			TokenEvent::Failed(reason) => {
				let _ = pieces.send(Piece::Failed(ApiError::Request(reason))).await;
				return;
			}
		}
	}
	let _ =
		pieces.send(Piece::Failed(ApiError::Internal("the engine stopped in the middle of an answer".into()))).await;
}

async fn finish<L: Ledger>(
	gateway: &Gateway<L>,
	accepted: Accepted,
	completion: Completion,
) -> Result<Piece, ApiError> {
	let Accepted { model, prompt, question, sampling, schema, request_salt, sources, reservation, .. } = accepted;
	let response_salt = random()?;
	let (tokens_in, tokens_out) = (completion.prompt_tokens, completion.completion_tokens);
	let draft = Draft {
		model: model.id,
		transcript: Transcript {
			prompt,
			request_salt,
			answer: completion.token_ids,
			response_salt,
			mode: gateway.engine.options().mode.to_string(),
			sampling: sampling.into(),
			schema: schema.map(|schema| schema.to_string()),
			raw: H256(completion.fingerprint),
			records: completion.records.into_iter().map(|record| record.bytes).collect(),
			question,
		},
		tokens_in,
		tokens_out,
		fee: model.price(tokens_in, tokens_out).min(reservation.most),
		class: numeric_class(gateway.engine.options().mode),
		raw: H256(completion.fingerprint),
		attribution: sources.attribution.clone(),
		known_at: sources.known_at,
		sources: sources.sources,
	};
	let issued = gateway.ledger.issue(reservation, draft).await?;
	let usage = json!({
		"prompt_tokens": tokens_in,
		"completion_tokens": tokens_out,
		"total_tokens": tokens_in.saturating_add(tokens_out),
	});
	let openledger = describe(&issued, &sources.attribution, &sources.citations, request_salt, response_salt);
	Ok(Piece::End(Box::new(End { finish: completion.finish, usage, openledger })))
}

/// The class of the receipts of answers that are computed in `mode`.
pub fn numeric_class(mode: Mode) -> NumericClass {
	match mode {
		Mode::F32 => NumericClass::FloatCpu,
		Mode::E8 | Mode::E16 => NumericClass::Exact,
	}
}

fn describe(
	issued: &Issued,
	attribution: &openledger_primitives::Attribution,
	citations: &[Citation],
	request_salt: u64,
	response_salt: u64,
) -> Value {
	json!({
		"receipt": issued.receipt,
		"agent": issued.agent,
		"signature": format!("0x{}", hex::encode(issued.signature.encode())),
		"attribution": format!("0x{}", hex::encode(attribution.encode())),
		"salts": { "request": request_salt.to_string(), "response": response_salt.to_string() },
		"citations": citations,
	})
}

/// A token's entry under `logprobs`: its log probability and those of the likely ones.
fn logprobs(tokenizer: &ChatTokenizer, own: (u32, f32), top: &[(u32, f32)]) -> Value {
	let entry = |(id, logprob): (u32, f32)| {
		let bytes = tokenizer.token_bytes(id);
		json!({ "token": String::from_utf8_lossy(bytes), "bytes": bytes, "logprob": logprob })
	};
	let mut value = entry(own);
	value["top_logprobs"] = top.iter().copied().map(entry).collect();
	value
}

fn reason(finish: FinishReason) -> &'static str {
	match finish {
		FinishReason::Stop => "stop",
		FinishReason::Length | FinishReason::Deadline => "length",
	}
}

fn as_stream(
	id: String,
	created: u64,
	model: String,
	pieces: ReceiverStream<Piece>,
) -> Sse<impl tokio_stream::Stream<Item = Result<Event, Infallible>>> {
	let chunk = move |delta: Value, likely: Option<Value>, finish: Value| {
		let mut chunk = json!({
			"id": id,
			"object": "chat.completion.chunk",
			"created": created,
			"model": model,
			"choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
		});
		if let Some(likely) = likely {
			chunk["choices"][0]["logprobs"] = json!({ "content": [likely] });
		}
		chunk
	};
	let opening = chunk(json!({ "role": "assistant", "content": "" }), None, Value::Null);
	let rest = pieces.map(move |piece| match piece {
		Piece::Text(text, likely) => vec![chunk(json!({ "content": text }), likely, Value::Null).to_string()],
		Piece::End(end) => {
			let mut last = chunk(json!({}), None, json!(reason(end.finish)));
			last["usage"] = end.usage;
			last["openledger"] = end.openledger;
			vec![last.to_string(), "[DONE]".into()]
		}
		Piece::Failed(error) => vec![error.body().to_string()],
	});
	let lines = tokio_stream::once(vec![opening.to_string()]).chain(rest);
	let events = futures::StreamExt::flat_map(lines, |lines| {
		tokio_stream::iter(lines.into_iter().map(|line| Ok(Event::default().data(line))))
	});
	Sse::new(events).keep_alive(KeepAlive::default())
}

async fn as_object(
	id: String,
	created: u64,
	model: String,
	mut pieces: ReceiverStream<Piece>,
) -> Result<Json<Value>, ApiError> {
	let (mut text, mut all) = (String::new(), vec![]);
	while let Some(piece) = pieces.next().await {
		match piece {
			Piece::Text(more, likely) => {
				text.push_str(&more);
				all.extend(likely);
			}
			Piece::Failed(error) => return Err(error),
			Piece::End(end) => {
				return Ok(Json(json!({
					"id": id,
					"object": "chat.completion",
					"created": created,
					"model": model,
					"choices": [{
						"index": 0,
						"message": { "role": "assistant", "content": text },
						"logprobs": if all.is_empty() { Value::Null } else { json!({ "content": all }) },
						"finish_reason": reason(end.finish),
					}],
					"usage": end.usage,
					"openledger": end.openledger,
				})));
			}
		}
	}
	Err(ApiError::Internal("the answer ended without a receipt".into()))
}
