//! Chat messages and the template that turns them into a prompt.

use crate::python::{strftime, tojson};
use crate::tokenizer::ChatTokenizer;
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
	/// The model has no chat template.
	#[error("this model has no chat template: it completes text (use a completion), it does not answer conversations")]
	NoTemplate,
	/// The template refused the conversation.
	#[error("the chat template failed: {0}")]
	Template(String),
	/// The text uses every private-use character, and one is needed.
	#[error("the conversation uses every private-use character")]
	NoSentinel,
}

/// Steps of a template before it is stopped; the longest conversation of a real one needs a hundredth.
const FUEL: u64 = 5_000_000;

/// A Jinja chat template, as Hugging Face writes them.
pub(crate) struct ChatTemplate {
	environment: Environment<'static>,
	source: String,
	/// `bos_token`, `eos_token` and the like.
	variables: BTreeMap<String, String>,
}

const NAME: &str = "chat";

impl ChatTemplate {
	/// Compiles `source`; the error says what is wrong with it.
	pub(crate) fn new(source: &str, variables: BTreeMap<String, String>) -> Result<Self, String> {
		let source = without_generation_marks(source);
		let mut environment = Environment::new();
		environment.set_trim_blocks(true);
		environment.set_lstrip_blocks(true);
		environment.set_fuel(Some(FUEL));
		environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
		environment.add_filter("tojson", tojson);
		environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
			Err(Error::new(ErrorKind::InvalidOperation, message))
		});
		environment.add_template_owned(NAME, source.clone()).map_err(|e| e.to_string())?;
		Ok(Self { environment, source, variables })
	}

	/// Renders the conversation; `clock` is what `strftime_now` tells, in seconds of Unix time.
	fn render(&self, messages: &[ChatMessage], answer: bool, clock: Option<i64>) -> Result<String, Error> {
		let mut context: BTreeMap<&str, Value> = BTreeMap::new();
		for (name, text) in &self.variables {
			context.insert(name, text.into());
		}
		context.insert("messages", Value::from_serialize(messages));
		context.insert("add_generation_prompt", answer.into());
		context.insert("tools", ().into());
		context.insert("documents", ().into());
		if let Some(clock) = clock {
			context.insert("strftime_now", Value::from_function(move |format: String| strftime(&format, clock)));
		}
		self.environment.get_template(NAME)?.render(Value::from_serialize(&context))
	}
}

impl ChatTokenizer {
	/// Whether the model has a chat template; without one it only completes text.
	pub fn has_template(&self) -> bool {
		self.template.is_some()
	}

	/// Renders a conversation to token ids, with the beginning of an answer if `add_generation_prompt`.
	///
	/// Control tokens come from the template alone. What a message says is text, even if it spells a control token.
	/// There is no clock: templates that can do without the date do, others fail; see [`Self::render_chat_at`].
	///
	/// # Errors
	/// [`ChatError`] if there is no message or no template, or the template refuses the conversation.
	pub fn render_chat(&self, messages: &[ChatMessage], add_generation_prompt: bool) -> Result<Vec<u32>, ChatError> {
		self.render(messages, add_generation_prompt, None)
	}

	/// Renders a conversation at a moment that the caller states, `unix_seconds`, so that the prompt can be made again.
	///
	/// # Errors
	/// As [`Self::render_chat`].
	pub fn render_chat_at(
		&self,
		messages: &[ChatMessage],
		add_generation_prompt: bool,
		unix_seconds: i64,
	) -> Result<Vec<u32>, ChatError> {
		self.render(messages, add_generation_prompt, Some(unix_seconds))
	}

	/// Messages are marked before the template sees them: behind a character that could begin a control token comes a
	/// character that occurs nowhere, so that no control token begins inside a message. The marks are removed before
	/// the text is encoded.
	///
	/// A template that looks into messages (for `</think>`, say) does not find what it looks for behind marks. If marks at
	/// every possible place change what it writes, only the places where a control token does begin are marked, and the
	/// result is taken if the control tokens in it are the same as with all marks.
	fn render(&self, messages: &[ChatMessage], answer: bool, clock: Option<i64>) -> Result<Vec<u32>, ChatError> {
		let template = self.template.as_ref().ok_or(ChatError::NoTemplate)?;
		if messages.is_empty() {
			return Err(ChatError::Empty);
		}
		let sentinel = free_character(&template.source, messages).ok_or(ChatError::NoSentinel)?;
		let render = |begins: &dyn Fn(&str, char) -> bool| {
			let mark = |text: &str| {
				let mut marked = String::with_capacity(text.len());
				for (at, c) in text.char_indices() {
					marked.push(c);
					if begins(&text[at..], c) {
						marked.push(sentinel);
					}
				}
				marked
			};
			let marked: Vec<ChatMessage> =
				messages.iter().map(|m| ChatMessage::new(mark(&m.role), mark(&m.content))).collect();
			template.render(&marked, answer, clock).map_err(|e| ChatError::Template(format!("{e:#}")))
		};
		let clean = |text: &str| text.replace(sentinel, "");
		let mut text = render(&|_, c| self.control.may_begin(c))?;
		let least = render(&|rest, c| self.control.may_begin(c) && self.control.begins(rest))?;
		if clean(&text) != clean(&least) && self.control.tokens_in(&text) == self.control.tokens_in(&least) {
			text = least;
		}
		Ok(self.encode_with_control(&text, clean))
	}
}

fn free_character(source: &str, messages: &[ChatMessage]) -> Option<char> {
	let used = |c: char| source.contains(c) || messages.iter().any(|m| m.role.contains(c) || m.content.contains(c));
	('\u{e000}'..='\u{f8ff}').find(|c| !used(*c))
}

/// Replaces `{% generation %}` blocks, by which training scripts mark answers, by blocks that do nothing.
fn without_generation_marks(source: &str) -> String {
	let (mut out, mut rest) = (String::with_capacity(source.len()), source);
	while let Some(start) = rest.find("{%") {
		let Some(length) = rest[start..].find("%}") else { break };
		let tag = &rest[start + 2..start + length];
		let word = tag.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+');
		let replacement = match word {
			"generation" => tag.replace("generation", "if true"),
			"endgeneration" => tag.replace("endgeneration", "endif"),
			_ => tag.to_owned(),
		};
		out.push_str(&rest[..start + 2]);
		out.push_str(&replacement);
		out.push_str("%}");
		rest = &rest[start + length + 2..];
	}
	out.push_str(rest);
	out
}

#[cfg(test)]
mod tests {
	use super::*;

	fn render(source: &str, messages: &[ChatMessage], clock: Option<i64>) -> Result<String, String> {
		let variables = BTreeMap::from([("bos_token".to_owned(), "<s>".to_owned())]);
		let template = ChatTemplate::new(source, variables)?;
		template.render(messages, true, clock).map_err(|e| format!("{e:#}"))
	}

	#[test]
	fn render_knows_what_templates_use_of_python() {
		let messages = [ChatMessage::new("user", "  a<b  ")];
		let run = |source: &str| render(source, &messages, None).unwrap();
		assert_eq!(run("{{ messages[0].content.strip().split('<')[-1].upper() }}"), "B");
		assert_eq!(
			run("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}"),
			"1"
		);
		assert_eq!(run("{% for i in range(5) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}"), "01");
		assert_eq!(run("{{ messages | tojson }}"), r#"[{"role": "user", "content": "  a<b  "}]"#);
		assert_eq!(run("{{ {'a': [1, 2]} | tojson(indent=2) }}"), "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
		assert_eq!(run("{{ bos_token }}{% generation %}x{% endgeneration %}"), "<s>x");
		assert_eq!(run("{% if tools is none and not tools %}none{% endif %}"), "none");
	}

	#[test]
	fn render_has_the_clock_of_the_caller_or_none() {
		let messages = [ChatMessage::new("user", "x")];
		let source = "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}";
		assert_eq!(render(source, &messages, None).unwrap(), "26 Jul 2024");
		assert_eq!(render(source, &messages, Some(0)).unwrap(), "01 Jan 1970");
		assert!(render("{{ strftime_now('%d') }}", &messages, None).unwrap_err().contains("strftime_now"));
	}

	#[test]
	fn render_stops_templates_that_refuse_or_never_end() {
		let messages = [ChatMessage::new("user", "x")];
		let refused = render("{{ raise_exception('no system here') }}", &messages, None).unwrap_err();
		assert!(refused.contains("no system here"), "{refused}");
		let nested = "{% for a in range(999) %}{% for b in range(999) %}{% for c in range(999) %}{% endfor %}{% endfor %}{% endfor %}";
		assert!(render(nested, &messages, None).is_err());
		assert!(ChatTemplate::new("{% if %}", BTreeMap::new()).is_err());
	}
}
