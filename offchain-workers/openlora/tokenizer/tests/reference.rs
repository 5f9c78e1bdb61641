//! Encodings, texts and conversations equal to those of `transformers` and `sentencepiece` (scripts/make-fixtures.py).

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use openledger_formats::TensorFile;
use openledger_tokenizer::{ChatMessage, ChatTokenizer, StreamDecoder};
use serde_json::Value;
use std::path::{Path, PathBuf};

const BYTE_LEVEL: [&str; 7] = ["gpt-2", "smollm", "llama-bpe", "qwen2", "deepseek-coder", "falcon", "bloom"];
const FOLDERS: [&str; 4] = ["added", "pieces-legacy", "pieces-first", "pieces-never"];

fn fixtures() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn json(path: &Path) -> Value {
	serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn ids(value: &Value) -> Vec<u32> {
	value.as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect()
}

fn gguf(path: &Path) -> ChatTokenizer {
	ChatTokenizer::from_gguf(&TensorFile::open(path).unwrap()).unwrap()
}

/// Every entry of `encodings`: ids, and the text they stand for, whole and streamed.
fn check_encodings(name: &str, tokenizer: &ChatTokenizer, expected: &Value) {
	let entries = expected["encodings"].as_array().unwrap();
	assert!(entries.len() > 80);
	for entry in entries {
		let text = entry["text"].as_str().unwrap();
		let encoded = tokenizer.encode(text);
		assert_eq!(encoded, ids(&entry["ids"]), "{name}: {text:?}");
		assert!(encoded.iter().all(|id| !tokenizer.is_control(*id) || entry["decoded"] != text), "{name}: {text:?}");
		let Some(decoded) = entry["decoded"].as_str() else { continue };
		assert_eq!(tokenizer.decode(&encoded), decoded, "{name}: {text:?}");
		let mut stream = StreamDecoder::default();
		let mut streamed: String = encoded.iter().map(|id| stream.push(tokenizer.token_bytes(*id))).collect();
		streamed.push_str(&stream.finish());
		assert!(streamed.ends_with(decoded) && streamed.len() <= decoded.len() + 1, "{name}: {text:?} {streamed:?}");
	}
	if let Some(prompt) = expected.get("prompt") {
		assert_eq!(tokenizer.encode_prompt(prompt["text"].as_str().unwrap()), ids(&prompt["ids"]), "{name}");
	}
}

/// Every conversation: the ids of the reference, or its text where a message spells a control token.
fn check_chats(name: &str, tokenizer: &ChatTokenizer, expected: &Value) {
	for chat in expected["chats"].as_array().unwrap() {
		let messages: Vec<ChatMessage> = chat["messages"]
			.as_array()
			.unwrap()
			.iter()
			.map(|m| ChatMessage::new(m[0].as_str().unwrap(), m[1].as_str().unwrap()))
			.collect();
		let rendered = tokenizer.render_chat(&messages, true).unwrap();
		if chat["ids"].is_array() {
			assert_eq!(rendered, ids(&chat["ids"]), "{name}: {messages:?}");
		}
		let controls = rendered.iter().filter(|id| tokenizer.is_control(**id)).count();
		let quiet: Vec<ChatMessage> = messages.iter().map(|m| ChatMessage::new(&m.role, "x")).collect();
		let expected_controls =
			tokenizer.render_chat(&quiet, true).unwrap().iter().filter(|id| tokenizer.is_control(**id)).count();
		assert_eq!(controls, expected_controls, "{name}: a message became a control token: {messages:?}");
	}
}

#[test]
fn folders_encode_decode_and_render_as_transformers_does() {
	for name in BYTE_LEVEL.iter().chain(&FOLDERS) {
		let folder = fixtures().join(name);
		let tokenizer = ChatTokenizer::from_folder(&folder).unwrap();
		let expected = json(&folder.join("expected.json"));
		check_encodings(name, &tokenizer, &expected);
		check_chats(name, &tokenizer, &expected);
	}
}

#[test]
fn gguf_files_encode_and_decode_as_transformers_does() {
	for name in BYTE_LEVEL {
		let folder = fixtures().join(name);
		check_encodings(name, &gguf(&folder.join("vocabulary.gguf")), &json(&folder.join("expected.json")));
	}
}

#[test]
fn gguf_pieces_encode_as_sentencepiece_does() {
	let tokenizer = gguf(&fixtures().join("sentencepiece.gguf"));
	check_encodings("sentencepiece", &tokenizer, &json(&fixtures().join("sentencepiece.json")));
	assert_eq!(tokenizer.encode_prompt("a")[0], tokenizer.bos().unwrap());
	assert!(!tokenizer.has_template());
}

/// Path of the real model. Fails with the way to get it if it is missing.
fn smollm2() -> PathBuf {
	let folder = std::env::var_os("OPENLEDGER_ASSETS")
		.map(PathBuf::from)
		.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/openledger/assets"));
	let path = folder.join("SmolLM2-135M-Instruct.Q4_1.gguf");
	assert!(path.exists(), "{} is missing: run `make setup`", path.display());
	path
}

#[test]
fn smollm2_encodes_and_renders_as_transformers_and_llama_cpp_do() {
	let tokenizer = gguf(&smollm2());
	let expected = json(&fixtures().join("smollm2.json"));
	check_encodings("smollm2", &tokenizer, &expected);
	check_chats("smollm2", &tokenizer, &expected);
	check_encodings("llama.cpp", &tokenizer, &json(&fixtures().join("smollm2-llama-cpp.json")));
	assert_eq!((tokenizer.vocab(), tokenizer.eos()), (49_152, 2));
	assert!(tokenizer.is_end(0) && tokenizer.is_end(2) && !tokenizer.is_end(1));
}
