//! The HTTP service on a real model: answers that follow a schema, log probabilities, and transcripts by which an engine of
//! somebody else's finds the answer genuine. Needs the model of `make setup`.

#![allow(clippy::unwrap_used)]

use openledger_gateway::{
	router, ApiKey, Catalog, Draft, Gateway, Issued, Ledger, LedgerError, Limits, Reservation, ServedModel,
	SignedVoucher,
};
use openledger_openlora::{Engine, EngineOptions, Mode, Model};
use openledger_primitives::{Balance, Domain, ModelId, Receipt, Terms, Voucher};
use serde_json::{json, Value};
use sp_core::{sr25519, Pair, H256};
use std::{
	path::PathBuf,
	sync::{Arc, Mutex},
};

/// Remembers what it is given; everybody can pay.
#[derive(Clone, Default)]
struct Open(Arc<Mutex<Vec<Draft>>>);

impl Ledger for Open {
	fn domain(&self) -> Domain {
		Domain { genesis: H256::zero() }
	}

	fn overhead(&self) -> u8 {
		20
	}

	async fn reserve(&self, voucher: SignedVoucher, _: Terms, most: Balance) -> Result<Reservation, LedgerError> {
		Ok(Reservation::new(voucher.voucher.payer, most, || ()))
	}

	async fn issue(&self, reservation: Reservation, draft: Draft) -> Result<Issued, LedgerError> {
		self.0.lock().unwrap().push(draft.clone());
		let pair = sr25519::Pair::from_seed(&[2; 32]);
		let receipt = Receipt {
			seq: 0,
			payer: reservation.payer.clone(),
			model: draft.model,
			request: draft.transcript.request(),
			response: draft.transcript.response(),
			tokens_in: draft.tokens_in,
			tokens_out: draft.tokens_out,
			fee: draft.fee,
			fingerprint: draft.raw,
			attribution: H256::zero(),
			class: draft.class,
			at: 0,
		};
		Ok(Issued { receipt, agent: pair.public().into(), signature: pair.sign(b"receipt").into() })
	}
}

fn engine(threads: usize) -> Engine {
	let folder = std::env::var("OPENLEDGER_ASSETS").map(PathBuf::from);
	let folder =
		folder.unwrap_or_else(|_| PathBuf::from(std::env::var("HOME").unwrap()).join(".cache/openledger/assets"));
	let model = folder.join("SmolLM2-135M-Instruct.Q4_1.gguf");
	assert!(model.exists(), "{} is missing: run `make setup`", model.display());
	let options = EngineOptions { mode: Mode::E8, threads, max_context: 512, ..EngineOptions::default() };
	Engine::start(&Model::open(&model).unwrap(), options).unwrap()
}

struct Service {
	ledger: Open,
	url: String,
	key: String,
}

impl Service {
	async fn start() -> Self {
		let ledger = Open::default();
		let served = ServedModel {
			id: ModelId(1),
			title: "test".into(),
			adapter: None,
			price_in: 1_000,
			price_out: 1_000,
			retrieval: None,
		};
		let limits = Limits { default_tokens: 32, max_tokens: 128, top_rows: 4 };
		let gateway = Gateway::new(engine(2), None, Catalog(vec![served]), ledger.clone(), limits, 8);
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}/v1/chat/completions", listener.local_addr().unwrap());
		let service = router(Arc::new(gateway));
		tokio::spawn(async move { axum::serve(listener, service).await });
		let payer = sr25519::Pair::from_seed(&[1; 32]);
		let voucher = Voucher { payer: payer.public().into(), agent: [2; 32].into(), channel: 0, cumulative: 1 << 40 };
		let signature = payer.sign(&voucher.payload(&ledger.domain())).into();
		let key = ApiKey(SignedVoucher { voucher, signer: None, signature }).to_string();
		Self { ledger, url, key }
	}

	async fn ask(&self, more: Value) -> (u16, String) {
		let mut body =
			json!({ "model": "openledger/1", "messages": [{ "role": "user", "content": "Name a colour." }] });
		for (key, value) in more.as_object().unwrap() {
			body[key] = value.clone();
		}
		let request = reqwest::Client::new().post(&self.url).bearer_auth(&self.key);
		let response = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
		(response.status().as_u16(), response.text().await.unwrap())
	}

	async fn answer(&self, more: Value) -> Value {
		let (status, text) = self.ask(more).await;
		assert_eq!(status, 200, "{text}");
		serde_json::from_str(&text).unwrap()
	}
}

fn colour() -> Value {
	let schema = json!({
		"type": "object", "additionalProperties": false, "required": ["colour", "warm"],
		"properties": { "colour": { "enum": ["red", "green", "blue"] }, "warm": { "type": "boolean" } },
	});
	json!({ "type": "json_schema", "json_schema": { "name": "colour", "schema": schema } })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_follows_its_schema_and_says_how_likely_it_was() {
	let service = Service::start().await;
	let answer = service.answer(json!({ "response_format": colour(), "logprobs": true, "top_logprobs": 2 })).await;
	let choice = &answer["choices"][0];
	let text = choice["message"]["content"].as_str().unwrap();
	let value: Value = serde_json::from_str(text).unwrap();
	assert!(["red", "green", "blue"].contains(&value["colour"].as_str().unwrap()) && value["warm"].is_boolean());
	assert_eq!(choice["finish_reason"], "stop");
	let tokens = choice["logprobs"]["content"].as_array().unwrap();
	assert_eq!(tokens.iter().map(|token| token["token"].as_str().unwrap()).collect::<String>(), text);
	for token in tokens {
		assert!(token["logprob"].as_f64().unwrap() <= 0.0 && token["top_logprobs"].as_array().unwrap().len() == 2);
	}
	let (status, stream) = service.ask(json!({ "response_format": colour(), "logprobs": true, "stream": true })).await;
	let chunks: Vec<Value> =
		stream.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect();
	let streamed: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
	assert_eq!((status, streamed.as_str()), (200, text));
	let likely = chunks.iter().filter(|chunk| chunk["choices"][0]["logprobs"]["content"][0]["logprob"].is_number());
	assert_eq!(likely.count(), tokens.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_refused() {
	let service = Service::start().await;
	let none = json!({ "type": "json_schema", "json_schema": { "schema": { "type": "none such" } } });
	for (more, said) in [
		(json!({ "response_format": none }), "none such"),
		(json!({ "response_format": { "type": "xml" } }), "xml"),
		(json!({ "top_logprobs": 2 }), "top_logprobs"),
		(json!({ "logprobs": true, "top_logprobs": 1000 }), "top_logprobs"),
	] {
		let (status, text) = service.ask(more).await;
		assert!((400..500).contains(&status) && text.contains(said), "{status}: {text}");
	}
	assert!(service.ledger.0.lock().unwrap().is_empty(), "a refused request has a receipt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_convinces_an_engine_of_somebody_else() {
	let service = Service::start().await;
	for more in [
		json!({ "max_tokens": 40 }),
		json!({ "max_tokens": 40, "temperature": 0.8, "seed": 5, "top_p": 0.9, "repetition_penalty": 1.1 }),
		json!({ "response_format": colour(), "temperature": 1.0, "seed": 6 }),
	] {
		service.answer(more).await;
	}
	let drafts = service.ledger.0.lock().unwrap().clone();
	let auditor = engine(1);
	for draft in &drafts {
		let request = draft.transcript.to_verify(vec![]).unwrap();
		assert_eq!(request.commitment, draft.raw.0);
		assert!(auditor.verify(request).unwrap().verdict().await.unwrap().is_ok());
		let mut changed = draft.transcript.clone();
		changed.answer[1] ^= 1;
		assert!(!auditor.verify(changed.to_verify(vec![]).unwrap()).unwrap().verdict().await.unwrap().is_ok());
	}
	assert_eq!(drafts.len(), 3);
}
