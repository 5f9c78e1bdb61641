//! An application that asks questions over the OpenAI-compatible API and checks what it gets.

use anyhow::{bail, ensure, Context};
use codec::DecodeAll;
use futures::StreamExt;
use openledger_chain::{AccountId, Balance, Chain, Key};
use openledger_gateway::{ApiKey, SignedVoucher};
use openledger_primitives::{Attribution, Domain, IndexId, ModelId, Receipt, Voucher};
use serde::Deserialize;
use serde_json::{json, Value};
use sp_runtime::{traits::Verify, MultiSignature};
use std::time::{Duration, Instant};

/// An API key under which the holder can spend up to `ceiling` on the payer's channel to `agent`.
pub async fn api_key(chain: &Chain, payer: &Key, agent: &AccountId, ceiling: Balance) -> anyhow::Result<ApiKey> {
	let channel = chain.channel(&payer.account(), agent).await?.context("the payer has no channel to this agent")?;
	let voucher = Voucher { payer: payer.account(), agent: agent.clone(), channel: channel.nonce, cumulative: ceiling };
	let signature = payer.sign(&voucher.payload(&chain.domain()));
	Ok(ApiKey(SignedVoucher { voucher, signer: None, signature }))
}

/// The part of the last chunk that OpenAI's API does not have.
#[derive(Clone, Debug, Deserialize)]
pub struct Proof {
	/// The receipt.
	pub receipt: Receipt<AccountId>,
	/// Who answers for it.
	pub agent: AccountId,
	/// `0x` and the signature.
	pub signature: String,
	/// `0x` and the attribution.
	pub attribution: String,
	/// The sources.
	pub citations: Vec<Citation>,
}

/// A source.
#[derive(Clone, Debug, Deserialize)]
pub struct Citation {
	/// The index.
	pub index: IndexId,
	/// The row.
	pub row: u32,
	/// Who wrote it.
	pub contributor: AccountId,
	/// Its score.
	pub score: i64,
	/// The row's question.
	pub prompt: String,
}

/// An answer as it was streamed.
#[derive(Clone, Debug)]
pub struct Answer {
	/// The text.
	pub text: String,
	/// Time to the first token with text.
	pub first_token: Duration,
	/// Tokens per second after the first.
	pub tokens_per_second: f64,
	/// Receipt and sources.
	pub proof: Proof,
	/// The attribution, decoded.
	pub attribution: Attribution,
}

/// Streams an answer from `gateway` and verifies signature and attribution of its receipt.
pub async fn ask(
	gateway: &str,
	key: &ApiKey,
	model: ModelId,
	question: &str,
	domain: &Domain,
	signer: &AccountId,
) -> anyhow::Result<Answer> {
	let begun = Instant::now();
	let response = reqwest::Client::new()
		.post(format!("{gateway}/v1/chat/completions"))
		.bearer_auth(key)
		.json(&request(model, question))
		.send()
		.await?;
	if !response.status().is_success() {
		bail!("the gateway refused: {} {}", response.status(), response.text().await?);
	}
	let (mut stream, mut buffer) = (response.bytes_stream(), String::new());
	let (mut text, mut first, mut last) = (String::new(), None, None);
	while let Some(bytes) = stream.next().await {
		buffer.push_str(std::str::from_utf8(&bytes?).context("the stream is not UTF-8")?);
		while let Some((event, rest)) = buffer.split_once("\n\n") {
			let data = event.strip_prefix("data: ").map(str::to_owned);
			buffer = rest.to_owned();
			let Some(data) = data.filter(|data| data != "[DONE]") else { continue };
			let chunk: Value = serde_json::from_str(&data)?;
			ensure!(chunk.get("error").is_none(), "the answer failed: {chunk}");
			let content = chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default();
			if !content.is_empty() && first.is_none() {
				first = Some(begun.elapsed());
			}
			text.push_str(content);
			last = Some(chunk);
		}
	}
	let first_token = first.context("the answer is empty")?;
	let mut last = last.context("the stream is empty")?;
	let proof: Proof = serde_json::from_value(last["openledger"].take()).context("the last chunk has no receipt")?;
	let generating = begun.elapsed().saturating_sub(first_token).as_secs_f64();
	let tokens_per_second = f64::from(proof.receipt.tokens_out.saturating_sub(1)) / generating;
	let attribution = verify(&proof, domain, signer)?;
	Ok(Answer { text, first_token, tokens_per_second, proof, attribution })
}

/// The body of a request.
pub fn request(model: ModelId, question: &str) -> Value {
	json!({
		"model": format!("openledger/{model}"),
		"messages": [{ "role": "user", "content": question }],
		"max_tokens": 64,
		"stream": true,
	})
}

/// The receipt must be signed by the agent's signer, and commit to the attribution, which must be what is cited.
fn verify(proof: &Proof, domain: &Domain, signer: &AccountId) -> anyhow::Result<Attribution> {
	let unhex = |text: &str| hex::decode(text.trim_start_matches("0x"));
	let signature = MultiSignature::decode_all(&mut &unhex(&proof.signature)?[..])?;
	let leaf = proof.receipt.leaf(domain, &proof.agent);
	ensure!(signature.verify(&leaf[..], signer), "the receipt is not signed by the agent's signer");
	let attribution = Attribution::decode_all(&mut &unhex(&proof.attribution)?[..])?;
	ensure!(attribution.commitment(domain) == proof.receipt.attribution, "the receipt commits to something else");
	let named = attribution.parts.iter().flat_map(|part| part.top.iter().map(|row| (part.index, row.row, row.score)));
	let cited = proof.citations.iter().map(|citation| (citation.index, citation.row, citation.score));
	ensure!(named.eq(cited), "what is cited is not what the receipt commits to");
	Ok(attribution)
}

/// Sends something that must be refused. Returns status and error code.
pub async fn refused(gateway: &str, bearer: Option<&str>, body: String) -> anyhow::Result<(u16, String)> {
	let mut request = reqwest::Client::new()
		.post(format!("{gateway}/v1/chat/completions"))
		.header("content-type", "application/json")
		.body(body);
	if let Some(bearer) = bearer {
		request = request.bearer_auth(bearer);
	}
	let response = request.send().await?;
	let status = response.status();
	ensure!(!status.is_success(), "the gateway accepted what it must refuse");
	let body: Value = response.json().await?;
	let code = body["error"]["code"].as_str().context("an error without a code")?;
	ensure!(body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "an error without a message");
	Ok((status.as_u16(), code.to_owned()))
}
