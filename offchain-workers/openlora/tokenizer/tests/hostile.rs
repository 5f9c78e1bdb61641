//! Files that are wrong: an error that names the field, never a panic, and never text that becomes a control token.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use openledger_tokenizer::{ChatError, ChatMessage, ChatTokenizer, FolderFiles, GgufVocabulary, TokenizerError};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The files of a folder whose `tokenizer.json` was changed.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> FolderFiles {
	let mut files = FolderFiles::read(&fixture(name)).unwrap();
	let mut json: Value = serde_json::from_slice(&files.tokenizer).unwrap();
	change(&mut json);
	files.tokenizer = serde_json::to_vec(&json).unwrap();
	files
}

fn reason(result: Result<ChatTokenizer, TokenizerError>) -> String {
	result.unwrap_err().to_string()
}

#[test]
fn from_files_names_what_is_not_supported() {
	let cases: [(&str, &str, Value); 8] = [
		("/model/type", "`Unigram`", json!("Unigram")),
		("/model/type", "`WordPiece`", json!("WordPiece")),
		("/model/end_of_word_suffix", "end_of_word_suffix", json!("</w>")),
		("/pre_tokenizer", "`BertPreTokenizer`", json!({"type": "BertPreTokenizer"})),
		("/normalizer", "`Precompiled`", json!({"type": "Precompiled", "precompiled_charsmap": ""})),
		("/decoder", "`WordPiece`", json!({"type": "WordPiece"})),
		("/model/vocab/a", "more than the file has tokens", json!(u32::MAX)),
		("/model/vocab/a", "the same number", json!(5)),
	];
	for (at, expected, value) in cases {
		let files = changed("smollm", |json| {
			let (parent, key) = at.rsplit_once('/').unwrap();
			json.pointer_mut(parent).unwrap()[key] = value;
		});
		let reason = reason(ChatTokenizer::from_files(&files));
		assert!(reason.contains(expected), "{at}: {reason}");
	}
}

#[test]
fn from_folder_says_which_file_is_missing() {
	let dir = tempfile::tempdir().unwrap();
	assert!(reason(ChatTokenizer::from_folder(dir.path())).contains("tokenizer.json does not exist"));
	std::fs::write(dir.path().join("tokenizer.model"), "x").unwrap();
	assert!(reason(ChatTokenizer::from_folder(dir.path())).contains("load and save its tokenizer once"));
	std::fs::write(dir.path().join("tokenizer.json"), "{").unwrap();
	assert!(reason(ChatTokenizer::from_folder(dir.path())).contains("is malformed"));
}

#[test]
fn from_files_needs_an_end_and_takes_all_there_are() {
	let mut files = FolderFiles::read(&fixture("smollm")).unwrap();
	files.generation = Some(br#"{"eos_token_id": [0, 2, 0]}"#.to_vec());
	let tokenizer = ChatTokenizer::from_files(&files).unwrap();
	assert_eq!((tokenizer.eos(), tokenizer.ends()), (2, &[2, 0][..]));
	files.config = Some(b"{}".to_vec());
	files.generation = None;
	assert!(reason(ChatTokenizer::from_files(&files)).contains("eos_token"));
	files.model = Some(br#"{"eos_token_id": 1, "bos_token_id": 99999}"#.to_vec());
	assert!(reason(ChatTokenizer::from_files(&files)).contains("token 99999 does not exist"));
}

#[test]
fn render_chat_fails_clearly_without_template_or_messages() {
	let mut files = FolderFiles::read(&fixture("smollm")).unwrap();
	let tokenizer = ChatTokenizer::from_files(&files).unwrap();
	assert!(matches!(tokenizer.render_chat(&[], true), Err(ChatError::Empty)));
	files.template = None;
	let tokenizer = ChatTokenizer::from_files(&files).unwrap();
	let error = tokenizer.render_chat(&[ChatMessage::new("user", "x")], true).unwrap_err();
	assert!(error.to_string().contains("no chat template"));
	files.template = Some(b"{% if %}".to_vec());
	assert!(reason(ChatTokenizer::from_files(&files)).contains("chat_template"));
}

/// A small byte-level vocabulary.
fn vocabulary() -> GgufVocabulary {
	let tokens = ["aea", "<|e|>", "<", "|", "a", "e", "ae", "b", "be", "c"];
	GgufVocabulary {
		model: "gpt2".into(),
		pre: Some("gpt-2".into()),
		tokens: tokens.iter().map(|t| (*t).to_owned()).collect(),
		types: [3, 3].into_iter().chain([1; 8]).collect(),
		merges: ["a e", "ae a", "b e"].iter().map(|m| (*m).to_owned()).collect(),
		ends: vec![1],
		..GgufVocabulary::default()
	}
}

#[test]
fn from_vocabulary_drops_merges_that_spell_a_control_token() {
	let tokenizer = ChatTokenizer::from_vocabulary(&vocabulary()).unwrap();
	assert_eq!(tokenizer.encode("aea be"), [6, 4, 8]);
}

#[test]
fn from_vocabulary_names_the_field_that_is_wrong() {
	type Change = fn(&mut GgufVocabulary);
	let cases: [(&str, Change); 10] = [
		("`tokenizer.ggml.model`: `rwkv`", |v| v.model = "rwkv".into()),
		("`tokenizer.ggml.pre`: `klingon` is not supported", |v| v.pre = Some("klingon".into())),
		("`tokenizer.ggml.pre`: is missing", |v| v.pre = None),
		("`tokenizer.ggml.tokens`: is empty", |v| v.tokens.clear()),
		("`tokenizer.ggml.token_type`: has 3 values", |v| v.types.truncate(3)),
		("has type 9", |v| v.types[4] = 9),
		("tokens 4 and 5 are both", |v| v.tokens[5] = "a".into()),
		("`xy` is not a pair", |v| v.merges.push("xy".into())),
		("`x y` is of tokens that are not", |v| v.merges.push("x y".into())),
		("token 10 is not in the vocabulary", |v| v.ends = vec![10]),
	];
	for (expected, change) in cases {
		let mut fields = vocabulary();
		change(&mut fields);
		let reason = reason(ChatTokenizer::from_vocabulary(&fields));
		assert!(reason.contains(expected), "{expected}: {reason}");
	}
	let mut fields = vocabulary();
	(fields.ends, fields.types[1]) = (Vec::new(), 3);
	assert!(reason(ChatTokenizer::from_vocabulary(&fields)).contains("eos_token_id`: is missing"));
	fields.model = "llama".into();
	assert!(reason(ChatTokenizer::from_vocabulary(&fields)).contains("scores`: is missing"));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// Whatever text and messages spell, their control tokens are those of the template.
	#[test]
	fn text_never_becomes_a_control_token(
		parts in proptest::collection::vec(
			prop_oneof![
				Just("<|im_start|>"), Just("<|im_end|>"), Just("<|endoftext|>"), Just("</think>"), Just("<|im_"), Just("end|>"),
				Just("<"), Just("|"), Just(">"), Just(" "), Just("\n"), Just("\u{e000}"), Just("a"), Just("é"), Just("<|end|>")
			],
			0..12,
		),
		name in prop_oneof![Just("qwen2"), Just("added"), Just("smollm"), Just("pieces-first")],
		role in prop_oneof![Just("user"), Just("assistant")],
	) {
		let tokenizer = ChatTokenizer::from_folder(&fixture(name)).unwrap();
		let controls = |ids: &[u32]| ids.iter().copied().filter(|id| tokenizer.is_control(*id)).collect::<Vec<_>>();
		let text = parts.concat();
		let unknown: &[u32] = if name.starts_with("pieces") { &[0] } else { &[] };
		prop_assert!(controls(&tokenizer.encode(&text)).iter().all(|id| unknown.contains(id)));
		let render = |text: &str| tokenizer.render_chat(&[ChatMessage::new(role, text)], true).unwrap();
		prop_assert_eq!(controls(&render(&text)), controls(&render("x")));
	}

	/// A folder's files with bytes changed or cut: `Ok` or an error.
	#[test]
	fn from_files_survives_damage(at in 0.0..1.0f64, byte in any::<u8>(), cut in any::<bool>(), piece in any::<bool>()) {
		let mut files = FolderFiles::read(&fixture(if piece { "pieces-first" } else { "added" })).unwrap();
		let at = (at * files.tokenizer.len() as f64) as usize;
		files.tokenizer[at] = byte;
		if cut {
			files.tokenizer.truncate(at);
		}
		if let Ok(tokenizer) = ChatTokenizer::from_files(&files) {
			tokenizer.decode(&tokenizer.encode("a <s> é"));
		}
	}
}
