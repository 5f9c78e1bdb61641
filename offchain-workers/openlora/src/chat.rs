//! Chat messages and the template that turns them into a prompt.

use crate::tokenizer::ChatTokenizer;
use minijinja::{context, Environment, Error, ErrorKind};
use serde::{Deserialize, Serialize};

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
	/// `system`, `user` or `assistant`.
	pub role: String,
	/// The text.
	pub content: String,
}

impl ChatMessage {
	/// A message of that role.
	pub fn new(role: impl Into<String>, content: impl Into<String>) -> Self {
		Self { role: role.into(), content: content.into() }
	}
}

/// Why a conversation could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
	/// There is no message.
	#[error("a conversation needs at least one message")]
	Empty,
	/// The template refused the conversation.
	#[error("the chat template failed: {0}")]
	Template(String),
	/// The text uses every private-use character, and one is needed.
	#[error("the conversation uses every private-use character")]
	NoSentinel,
}

/// A Jinja chat template, as Hugging Face writes them.
pub(crate) struct ChatTemplate {
	environment: Environment<'static>,
	source: String,
	bos: String,
	eos: String,
}

const NAME: &str = "chat";

impl ChatTemplate {
	/// Compiles `source`; the error says what is wrong with it.
	pub(crate) fn new(source: &str, bos: &str, eos: &str) -> Result<Self, String> {
		let mut environment = Environment::new();
		environment.set_trim_blocks(true);
		environment.set_lstrip_blocks(true);
		environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
			Err(Error::new(ErrorKind::InvalidOperation, message))
		});
		environment.add_template_owned(NAME, source.to_owned()).map_err(|e| e.to_string())?;
		Ok(Self { environment, source: source.to_owned(), bos: bos.to_owned(), eos: eos.to_owned() })
	}

	fn render(&self, messages: &[ChatMessage], add_generation_prompt: bool) -> Result<String, Error> {
		let context = context! {
			messages => messages,
			add_generation_prompt => add_generation_prompt,
			bos_token => self.bos,
			eos_token => self.eos,
		};
		self.environment.get_template(NAME)?.render(context)
	}
}

impl ChatTokenizer {
	/// Renders a conversation to token ids, with the beginning of an answer if `add_generation_prompt`.
	///
	/// Control tokens come from the template alone. What a message says is text, even if it spells a control token.
	///
	/// # Errors
	/// [`ChatError`] if there is no message or the template refuses the conversation.
	pub fn render_chat(&self, messages: &[ChatMessage], add_generation_prompt: bool) -> Result<Vec<u32>, ChatError> {
		if messages.is_empty() {
			return Err(ChatError::Empty);
		}
		// Wherever a message has a character that begins a control token, a character that occurs nowhere is put
		// behind it. No control token can then begin inside a message, and the template still sees the message (it
		// may trim it or compare the role). The marks are removed before the text is encoded.
		let sentinel = self.free_character(messages).ok_or(ChatError::NoSentinel)?;
		let mark = |text: &str| {
			let mut marked = String::with_capacity(text.len());
			for c in text.chars() {
				marked.push(c);
				if self.control_starts().any(|start| start == c) {
					marked.push(sentinel);
				}
			}
			marked
		};
		let marked: Vec<ChatMessage> =
			messages.iter().map(|m| ChatMessage::new(mark(&m.role), mark(&m.content))).collect();
		let text = self.template.render(&marked, add_generation_prompt);
		let text = text.map_err(|e| ChatError::Template(format!("{e:#}")))?;
		Ok(self.encode_with_control(&text, |piece| piece.replace(sentinel, "")))
	}

	fn free_character(&self, messages: &[ChatMessage]) -> Option<char> {
		let used = |c: char| {
			self.template.source.contains(c) || messages.iter().any(|m| m.role.contains(c) || m.content.contains(c))
		};
		('\u{e000}'..='\u{f8ff}').find(|c| !used(*c))
	}
}
