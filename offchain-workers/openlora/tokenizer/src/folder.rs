//! The tokenizer of a Hugging Face folder.

use crate::chat::ChatTemplate;
use crate::control::Matcher;
use crate::error::TokenizerError;
use crate::hub::Hub;
use crate::tokenizer::{ChatTokenizer, Plain};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of a folder that a tokenizer is read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderFiles {
	/// The folder, for messages.
	pub folder: PathBuf,
	/// `tokenizer.json`.
	pub tokenizer: Vec<u8>,
	/// `tokenizer_config.json`: special tokens, and the template of older folders.
	pub config: Option<Vec<u8>>,
	/// `special_tokens_map.json`.
	pub special: Option<Vec<u8>>,
	/// `chat_template.jinja`; takes precedence.
	pub template: Option<Vec<u8>>,
	/// `generation_config.json`: the tokens that end an answer.
	pub generation: Option<Vec<u8>>,
	/// `config.json` of the model: the same, where the others are silent.
	pub model: Option<Vec<u8>>,
}

const TOKENIZER: &str = "tokenizer.json";
const CONFIG: &str = "tokenizer_config.json";
const SPECIAL: &str = "special_tokens_map.json";
const TEMPLATE: &str = "chat_template.jinja";
const GENERATION: &str = "generation_config.json";
const MODEL: &str = "config.json";

impl FolderFiles {
	/// Reads the files.
	///
	/// # Errors
	/// [`TokenizerError::Missing`] without `tokenizer.json`, [`TokenizerError::Io`] for files that cannot be read.
	pub fn read(folder: &Path) -> Result<Self, TokenizerError> {
		let optional = |name: &str| {
			let path = folder.join(name);
			match std::fs::read(&path) {
				Ok(bytes) => Ok(Some(bytes)),
				Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
				Err(source) => Err(TokenizerError::Io { path, source }),
			}
		};
		let Some(tokenizer) = optional(TOKENIZER)? else {
			let hint = if folder.join("tokenizer.model").exists() {
				"; this folder has `tokenizer.model`: load and save its tokenizer once with `transformers`, which writes it"
			} else {
				""
			};
			return Err(TokenizerError::Missing { path: folder.join(TOKENIZER), hint });
		};
		Ok(Self {
			folder: folder.to_owned(),
			tokenizer,
			config: optional(CONFIG)?,
			special: optional(SPECIAL)?,
			template: optional(TEMPLATE)?,
			generation: optional(GENERATION)?,
			model: optional(MODEL)?,
		})
	}

	fn object(&self, name: &str, bytes: &Option<Vec<u8>>) -> Result<Map<String, Value>, TokenizerError> {
		let Some(bytes) = bytes else { return Ok(Map::new()) };
		serde_json::from_slice(bytes).map_err(|e| TokenizerError::malformed(&self.folder.join(name), e))
	}

	/// The chat template, from its own file or the configuration's text or list.
	fn template(&self, config: &Map<String, Value>) -> Result<Option<(PathBuf, String)>, TokenizerError> {
		if let Some(bytes) = &self.template {
			let path = self.folder.join(TEMPLATE);
			let text = String::from_utf8(bytes.clone()).map_err(|e| TokenizerError::malformed(&path, e))?;
			return Ok(Some((path, text)));
		}
		let path = self.folder.join(CONFIG);
		match config.get("chat_template") {
			None | Some(Value::Null) => Ok(None),
			Some(Value::String(text)) => Ok(Some((path, text.clone()))),
			Some(Value::Array(list)) => {
				let default = list.iter().find(|entry| entry["name"] == "default");
				match default.and_then(|entry| entry["template"].as_str()) {
					Some(text) => Ok(Some((path, text.to_owned()))),
					None => Err(TokenizerError::field(&path, "chat_template", "the list has no `default`")),
				}
			}
			Some(_) => Err(TokenizerError::field(&path, "chat_template", "is neither text nor a list")),
		}
	}
}

/// The spelling of a special token: text, or an object with `content`.
fn spelling(value: &Value) -> Option<&str> {
	value.as_str().or_else(|| value["content"].as_str())
}

/// Token ids of a field that is a number, a list or nothing.
fn numbers(value: Option<&Value>) -> Vec<u32> {
	let number = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
	match value {
		Some(Value::Array(list)) => list.iter().filter_map(number).collect(),
		Some(value) => number(value).into_iter().collect(),
		None => Vec::new(),
	}
}

impl ChatTokenizer {
	/// Reads the tokenizer of a Hugging Face folder: `tokenizer.json` and, where there are, its configuration, chat template
	/// and generation settings.
	///
	/// # Errors
	/// [`TokenizerError`] names the file and the field that is missing or not supported.
	pub fn from_folder(folder: &Path) -> Result<Self, TokenizerError> {
		Self::from_files(&FolderFiles::read(folder)?)
	}

	/// Builds the tokenizer from the contents of a folder's files.
	///
	/// # Errors
	/// As [`Self::from_folder`].
	pub fn from_files(files: &FolderFiles) -> Result<Self, TokenizerError> {
		let path = files.folder.join(TOKENIZER);
		let hub = Hub::parse(&path, &files.tokenizer)?;
		let config = files.object(CONFIG, &files.config)?;
		let map = files.object(SPECIAL, &files.special)?;
		let (generation, model) = (files.object(GENERATION, &files.generation)?, files.object(MODEL, &files.model)?);

		// The configuration says "none" by null; only what it does not mention is looked for elsewhere.
		let mut variables = BTreeMap::new();
		for name in ["bos_token", "eos_token", "unk_token", "pad_token"] {
			let value = config.get(name).or_else(|| map.get(name));
			if let Some(text) = value.and_then(spelling) {
				variables.insert(name.to_owned(), text.to_owned());
			}
		}
		let special: Vec<String> = variables.values().cloned().collect();
		let id = |name: &str| variables.get(name).and_then(|text| hub.id(text));
		let mentioned = |name: &str| config.contains_key(name) || map.contains_key(name);
		let bos = match id("bos_token") {
			None if !mentioned("bos_token") => numbers(model.get("bos_token_id")).first().copied(),
			bos => bos,
		};
		let mut ends: Vec<u32> = id("eos_token").into_iter().collect();
		let more = generation.get("eos_token_id").or_else(|| model.get("eos_token_id"));
		for end in numbers(more) {
			if !ends.contains(&end) {
				ends.push(end);
			}
		}
		if ends.is_empty() {
			let reason = "is missing, and neither generation_config.json nor config.json has `eos_token_id`";
			return Err(TokenizerError::field(&files.folder.join(CONFIG), "eos_token", reason));
		}

		let control = hub.control(&special);
		let table = hub.table(&control)?;
		let outside = |id: &&u32| **id as usize >= table.len();
		if let Some(id) = bos.iter().find(outside) {
			return Err(TokenizerError::field(
				&files.folder.join(MODEL),
				"bos_token_id",
				format!("token {id} does not exist"),
			));
		}
		ends.retain(|id| (*id as usize) < table.len());
		let (first, rest) = hub.build(&control)?;
		let template = match files.template(&config)? {
			None => None,
			Some((path, source)) => {
				let template = ChatTemplate::new(&source, variables);
				Some(template.map_err(|reason| TokenizerError::field(&path, "chat_template", reason))?)
			}
		};
		let prefix = match config.get("add_bos_token").and_then(Value::as_bool) {
			Some(true) => bos.into_iter().collect(),
			Some(false) => Vec::new(),
			// Like the library in Python, which writes the post-processor anew if the configuration has one of the two.
			None if config.contains_key("add_eos_token") => Vec::new(),
			None => hub.prefix(),
		};
		let none = Matcher::new(Vec::new()).map_err(|reason| TokenizerError::malformed(&path, reason))?;
		Ok(Self {
			plain: Plain::Hub { first: Box::new(first), rest: rest.map(Box::new) },
			added: none,
			control: Matcher::new(control).map_err(|reason| TokenizerError::field(&path, "added_tokens", reason))?,
			table,
			bos,
			ends,
			prefix,
			strip_space: hub.strips_space(),
			template,
		})
	}
}
