//! Prints the tokens of a text and the logits of each of them as JSON, with an adapter or without.
//!
//! Usage: `cargo run -p openledger-openlora --example logits -- MODEL.gguf TEXT [ADAPTER_DIR]`

use anyhow::Context;
use openledger_openlora::{Adapter, Forward, KvCache, Model};

fn main() -> anyhow::Result<()> {
	let usage = "usage: logits MODEL.gguf TEXT [ADAPTER_DIR]";
	let mut args = std::env::args().skip(1);
	let (model, text) = (args.next().context(usage)?, args.next().context(usage)?);
	let model = Model::load(model.as_ref())?;
	let adapter = args.next().map(|dir| Adapter::load("adapter", dir.as_ref(), model.spec())).transpose()?;
	let tokens = model.tokenizer().encode(&text);
	let forward = Forward { spec: model.spec(), weights: model.weights(), adapter: adapter.as_ref() };
	let hidden = forward.hidden(&tokens, &mut KvCache::new(model.spec(), tokens.len()), false);
	let logits = forward.logits(&hidden);
	let rows: Vec<&[f32]> = logits.chunks(model.spec().vocab).collect();
	println!("{}", serde_json::json!({ "tokens": tokens, "logits": rows }));
	Ok(())
}
