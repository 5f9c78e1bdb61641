//! `tokenizer.json`: what the `tokenizers` library is given of it, and what is read of it here.

use crate::bytes::{Speller, Spelling, TokenTable};
use crate::control::Marked;
use crate::error::TokenizerError;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use tokenizers::Tokenizer;

/// A token of `added_tokens`.
#[derive(Debug, Deserialize)]
struct Added {
	id: u32,
	content: String,
	#[serde(default)]
	special: bool,
	#[serde(default)]
	single_word: bool,
	#[serde(default)]
	lstrip: bool,
	#[serde(default)]
	rstrip: bool,
}

/// A `tokenizer.json` that was read and found to be of a kind that is supported.
pub(crate) struct Hub<'a> {
	path: &'a Path,
	root: Map<String, Value>,
	added: Vec<Added>,
	ids: HashMap<String, u32>,
	spelling: Spelling,
}

const NORMALIZERS: [&str; 8] = ["NFC", "NFD", "NFKC", "NFKD", "Prepend", "Replace", "Strip", "Lowercase"];
const PRE_TOKENIZERS: [&str; 7] =
	["ByteLevel", "Metaspace", "Split", "Digits", "Punctuation", "Whitespace", "WhitespaceSplit"];
const DECODERS: [&str; 6] = ["ByteLevel", "ByteFallback", "Metaspace", "Replace", "Fuse", "Strip"];
const POST_PROCESSORS: [&str; 2] = ["ByteLevel", "TemplateProcessing"];

impl<'a> Hub<'a> {
	pub(crate) fn parse(path: &'a Path, json: &[u8]) -> Result<Self, TokenizerError> {
		let root: Map<String, Value> = serde_json::from_slice(json).map_err(|e| TokenizerError::malformed(path, e))?;
		let field = |name: &str, reason: String| TokenizerError::field(path, name, reason);
		let model = root.get("model").and_then(Value::as_object).ok_or_else(|| field("model", "is missing".into()))?;
		match model.get("type").and_then(Value::as_str) {
			Some("BPE") | None => {}
			Some(other) => return Err(field("model.type", format!("`{other}` is not supported, only `BPE`"))),
		}
		for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
			if model.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty()) {
				return Err(field(&format!("model.{name}"), "is not supported, only none".into()));
			}
		}
		check_kinds(path, &root, "normalizer", "normalizers", &NORMALIZERS)?;
		check_kinds(path, &root, "pre_tokenizer", "pretokenizers", &PRE_TOKENIZERS)?;
		check_kinds(path, &root, "decoder", "decoders", &DECODERS)?;
		check_kinds(path, &root, "post_processor", "processors", &POST_PROCESSORS)?;
		let added: Vec<Added> = match root.get("added_tokens") {
			None | Some(Value::Null) => Vec::new(),
			Some(list) => serde_json::from_value(list.clone()).map_err(|e| field("added_tokens", e.to_string()))?,
		};
		if let Some(token) = added.iter().find(|token| token.special && token.single_word) {
			return Err(field("added_tokens", format!("`{}`: `single_word` is not supported", token.content)));
		}
		let vocab =
			model.get("vocab").and_then(Value::as_object).ok_or_else(|| field("model.vocab", "is missing".into()))?;
		let mut ids = HashMap::with_capacity(vocab.len());
		for (token, id) in vocab {
			let id = id.as_u64().and_then(|id| u32::try_from(id).ok());
			ids.insert(
				token.clone(),
				id.ok_or_else(|| field("model.vocab", format!("token `{token}` has no number")))?,
			);
		}
		for token in &added {
			if ids.insert(token.content.clone(), token.id).is_some_and(|id| id != token.id) {
				return Err(field("added_tokens", format!("token `{}` has two numbers", token.content)));
			}
		}
		// Every token takes bytes of the file, so that a table of them is never much larger than the file.
		if let Some((token, id)) = ids.iter().find(|(_, id)| **id as usize >= json.len()) {
			return Err(field(
				"model.vocab",
				format!("token `{token}` has the number {id}, more than the file has tokens"),
			));
		}
		let spelling = spelling(path, &root)?;
		Ok(Self { path, root, added, ids, spelling })
	}

	/// The id of a token by its spelling.
	pub(crate) fn id(&self, token: &str) -> Option<u32> {
		self.ids.get(token).copied()
	}

	/// The control tokens: those the file calls special, and `more` by their spelling.
	pub(crate) fn control(&self, more: &[String]) -> Vec<Marked> {
		let mut control: Vec<Marked> = Vec::new();
		for token in self.added.iter().filter(|token| token.special || more.contains(&token.content)) {
			control.push(Marked {
				text: token.content.clone(),
				id: token.id,
				strip_left: token.lstrip,
				strip_right: token.rstrip,
			});
		}
		for text in more {
			if let (Some(id), true) = (self.id(text), control.iter().all(|token| token.text != *text)) {
				control.push(Marked { text: text.clone(), id, strip_left: false, strip_right: false });
			}
		}
		control
	}

	/// The bytes of all tokens; none for control tokens and numbers without a token.
	pub(crate) fn table(&self, control: &[Marked]) -> Result<TokenTable, TokenizerError> {
		let speller = Speller::new(self.spelling);
		let literal: HashSet<u32> = self.added.iter().map(|token| token.id).collect();
		let silent: HashSet<u32> = control.iter().map(|token| token.id).collect();
		let count = self.ids.values().max().map_or(0, |id| *id as usize + 1);
		let mut texts: Vec<Option<&str>> = vec![None; count];
		for (token, id) in &self.ids {
			if let Some(other) = texts[*id as usize].replace(token) {
				let reason = format!("`{token}` and `{other}` have the same number, {id}");
				return Err(TokenizerError::field(self.path, "model.vocab", reason));
			}
		}
		let mut table = TokenTable::default();
		for (id, text) in (0u32..).zip(texts) {
			match text {
				Some(text) if literal.contains(&id) && !silent.contains(&id) => table.push(text.as_bytes()),
				// Like the library's decoder: a token with other characters than those of bytes stands for itself.
				Some(text) if !silent.contains(&id) => {
					table.push(&speller.bytes(text).unwrap_or_else(|| text.as_bytes().to_vec()));
				}
				_ => table.push(&[]),
			}
		}
		Ok(table)
	}

	/// The library's tokenizer without `control` tokens; the second is for text that is not the beginning.
	pub(crate) fn build(&self, control: &[Marked]) -> Result<(Tokenizer, Option<Tokenizer>), TokenizerError> {
		let mut root = self.root.clone();
		for name in ["truncation", "padding", "post_processor", "decoder"] {
			root.insert(name.into(), Value::Null);
		}
		let control: HashSet<&str> = control.iter().map(|token| token.text.as_str()).collect();
		if let Some(Value::Array(added)) = root.get_mut("added_tokens") {
			added.retain(|token| !token["content"].as_str().is_some_and(|text| control.contains(text)));
		}
		if let Some(Value::Object(model)) = root.get_mut("model") {
			model.insert("dropout".into(), Value::Null);
			self.plain_model(model, &control);
		}
		let load = |root: &Map<String, Value>| {
			let json = serde_json::to_vec(root).map_err(|e| TokenizerError::malformed(self.path, e))?;
			Tokenizer::from_bytes(json).map_err(|e| TokenizerError::malformed(self.path, e))
		};
		let first = load(&root)?;
		for token in self.added.iter().filter(|token| !control.contains(token.content.as_str())) {
			if first.token_to_id(&token.content) != Some(token.id) {
				let reason = format!("token `{}` cannot have the number {}", token.content, token.id);
				return Err(TokenizerError::field(self.path, "added_tokens", reason));
			}
		}
		let differs = root.get_mut("pre_tokenizer").is_some_and(never_prepend);
		let rest = if differs { Some(load(&root)?) } else { None };
		Ok((first, rest))
	}

	/// Takes control tokens out of the vocabulary, and puts ordinary added ones in, whose number would change otherwise.
	fn plain_model(&self, model: &mut Map<String, Value>, control: &HashSet<&str>) {
		let unknown = model.get("unk_token").and_then(Value::as_str).map(str::to_owned);
		let gone = |token: &str| control.contains(token) && unknown.as_deref() != Some(token);
		if let Some(Value::Object(vocab)) = model.get_mut("vocab") {
			vocab.retain(|token, _| !gone(token));
			for token in self.added.iter().filter(|token| !control.contains(token.content.as_str())) {
				vocab.insert(token.content.clone(), token.id.into());
			}
		}
		if let Some(Value::Array(merges)) = model.get_mut("merges") {
			merges.retain(|merge| {
				let (left, right) = match merge {
					Value::String(pair) => pair.split_once(' ').unwrap_or_default(),
					pair => (pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default()),
				};
				![left, right].into_iter().any(gone) && !control.contains(format!("{left}{right}").as_str())
			});
		}
	}

	/// The tokens that the post-processor puts before a text.
	pub(crate) fn prefix(&self) -> Vec<u32> {
		let Some(post) = self.root.get("post_processor") else { return Vec::new() };
		let processors = post["processors"].as_array().map_or_else(|| std::slice::from_ref(post), Vec::as_slice);
		let Some(template) = processors.iter().find(|p| p["type"] == "TemplateProcessing") else { return Vec::new() };
		let single = template["single"].as_array().map(Vec::as_slice).unwrap_or_default();
		let names = single.iter().map_while(|part| part["SpecialToken"]["id"].as_str());
		names
			.flat_map(|name| template["special_tokens"][name]["ids"].as_array().map(Vec::as_slice).unwrap_or_default())
			.filter_map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()))
			.collect()
	}

	/// Whether the decoder drops the first space.
	pub(crate) fn strips_space(&self) -> bool {
		let strips = |part: &Value| match part["type"].as_str() {
			Some("Strip") => part["content"] == " " && part["start"].as_u64().is_some_and(|n| n > 0),
			Some("Metaspace") => part["prepend_scheme"] != "never" && part["add_prefix_space"] != false,
			_ => false,
		};
		self.root.get("decoder").is_some_and(|decoder| parts(decoder, "decoders").any(strips))
	}
}

/// A component, or the components of a sequence of them.
fn parts<'a>(component: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
	let inner = component.get(list).and_then(Value::as_array);
	inner.map_or_else(|| std::slice::from_ref(component), Vec::as_slice).iter()
}

fn check_kinds(
	path: &Path,
	root: &Map<String, Value>,
	name: &str,
	list: &str,
	known: &[&str],
) -> Result<(), TokenizerError> {
	let Some(component) = root.get(name).filter(|component| !component.is_null()) else { return Ok(()) };
	for part in parts(component, list) {
		let kind = part["type"].as_str().unwrap_or("nothing");
		if !known.contains(&kind) {
			let reason = format!("`{kind}` is not supported, only {}", known.join(", "));
			return Err(TokenizerError::field(path, name, reason));
		}
	}
	Ok(())
}

fn spelling(path: &Path, root: &Map<String, Value>) -> Result<Spelling, TokenizerError> {
	let has = |name: &str, list: &str, kinds: &[&str]| {
		let component = root.get(name).filter(|component| !component.is_null());
		component.is_some_and(|c| parts(c, list).any(|p| kinds.iter().any(|kind| p["type"] == *kind)))
	};
	if has("decoder", "decoders", &["ByteLevel"]) || has("pre_tokenizer", "pretokenizers", &["ByteLevel"]) {
		return Ok(Spelling::ByteLevel);
	}
	if has("decoder", "decoders", &["ByteFallback", "Metaspace", "Replace"]) {
		return Ok(Spelling::Pieces);
	}
	let reason =
		"says neither that tokens are bytes (`ByteLevel`) nor that they are pieces (`Metaspace`, `ByteFallback`)";
	Err(TokenizerError::field(path, "decoder", reason))
}

/// Makes every `Metaspace` that only prepends to the beginning prepend nothing; whether there was one.
fn never_prepend(pre_tokenizer: &mut Value) -> bool {
	let change = |part: &mut Value| {
		let first = part["type"] == "Metaspace" && part["prepend_scheme"] == "first";
		if first {
			part["prepend_scheme"] = "never".into();
		}
		first
	};
	match pre_tokenizer.get_mut("pretokenizers").and_then(Value::as_array_mut) {
		Some(list) => list.iter_mut().filter_map(|part| change(part).then_some(())).count() > 0,
		None => pre_tokenizer.is_object() && change(pre_tokenizer),
	}
}
