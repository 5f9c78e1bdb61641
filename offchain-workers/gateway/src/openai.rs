//! The wire format of OpenAI's chat API, as far as it is spoken here. Unknown fields are ignored, known ones checked.

use crate::ApiError;
use openledger_openlora::{ChatMessage, Sampling, MAX_TOP};
use serde::Deserialize;
use serde_json::{json, Value};

/// The most stop strings, as in OpenAI's API.
const MAX_STOPS: usize = 4;

#[derive(Debug, Deserialize)]
pub(crate) struct ChatRequest {
	pub(crate) model: String,
	messages: Vec<Message>,
	#[serde(default)]
	pub(crate) stream: bool,
	max_tokens: Option<u32>,
	max_completion_tokens: Option<u32>,
	temperature: Option<f32>,
	top_p: Option<f32>,
	top_k: Option<u32>,
	min_p: Option<f32>,
	repetition_penalty: Option<f32>,
	frequency_penalty: Option<f32>,
	presence_penalty: Option<f32>,
	seed: Option<i64>,
	n: Option<u32>,
	stop: Option<OneOrMany>,
	response_format: Option<Format>,
	#[serde(default)]
	logprobs: bool,
	top_logprobs: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format {
	Text,
	JsonObject,
	JsonSchema { json_schema: NamedSchema },
}

#[derive(Debug, Deserialize)]
struct NamedSchema {
	schema: Value,
}

#[derive(Debug, Deserialize)]
struct Message {
	role: String,
	content: Content,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
	Text(String),
	Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
	r#type: String,
	text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
	One(String),
	Many(Vec<String>),
}

fn malformed(text: impl Into<String>) -> ApiError {
	ApiError::Malformed(text.into())
}

impl ChatRequest {
	/// The messages: at least one, of known roles, of text, the last one the user's.
	pub(crate) fn messages(&self) -> Result<Vec<ChatMessage>, ApiError> {
		let messages = self.messages.iter().map(Message::parse).collect::<Result<Vec<_>, _>>()?;
		match messages.last() {
			None => Err(malformed("`messages` is empty: send at least one message")),
			Some(last) if last.role != "user" => Err(malformed("the last message must have the role `user`")),
			Some(last) if last.content.trim().is_empty() => Err(malformed("the last message is empty")),
			Some(_) => Ok(messages),
		}
	}

	/// The most tokens of the answer.
	pub(crate) fn max_tokens(&self, default: u32, limit: u32) -> Result<u32, ApiError> {
		match self.max_completion_tokens.or(self.max_tokens) {
			None => Ok(default),
			Some(0) => Err(malformed("`max_tokens` must be at least 1")),
			Some(tokens) if tokens > limit => {
				Err(malformed(format!("`max_tokens` is {tokens}, but this service generates at most {limit}")))
			}
			Some(tokens) => Ok(tokens),
		}
	}

	/// How tokens are chosen. Greedy unless a temperature is given; without a seed one is drawn.
	pub(crate) fn sampling(&self) -> Result<Sampling, ApiError> {
		let temperature = self.temperature.unwrap_or(0.0);
		let top_p = self.top_p.unwrap_or(1.0);
		if !(0.0..=2.0).contains(&temperature) {
			return Err(malformed("`temperature` must lie between 0 and 2"));
		}
		if !(top_p > 0.0 && top_p <= 1.0) {
			return Err(malformed("`top_p` must lie above 0 and not above 1"));
		}
		if self.n.is_some_and(|n| n != 1) {
			return Err(malformed("`n` must be 1: ask again for another answer"));
		}
		let seed = match self.seed {
			Some(seed) => seed as u64,
			None => getrandom::u64().map_err(|error| ApiError::Internal(error.to_string()))?,
		};
		let sampling = Sampling {
			temperature,
			top_p,
			seed,
			top_k: self.top_k.unwrap_or(0),
			min_p: self.min_p.unwrap_or(0.0),
			repetition_penalty: self.repetition_penalty.unwrap_or(1.0),
			frequency_penalty: self.frequency_penalty.unwrap_or(0.0),
			presence_penalty: self.presence_penalty.unwrap_or(0.0),
		};
		sampling.check().map_err(|error| malformed(error.to_string()))?;
		Ok(sampling)
	}

	/// The schema that the answer must follow.
	pub(crate) fn schema(&self) -> Option<Value> {
		match &self.response_format {
			None | Some(Format::Text) => None,
			Some(Format::JsonObject) => Some(json!({ "type": "object" })),
			Some(Format::JsonSchema { json_schema }) => Some(json_schema.schema.clone()),
		}
	}

	/// Of how many likely tokens the log probabilities are wanted beside that of each chosen one.
	pub(crate) fn logprobs(&self) -> Result<Option<usize>, ApiError> {
		match (self.logprobs, self.top_logprobs) {
			(false, Some(top)) if top > 0 => Err(malformed("`top_logprobs` needs `logprobs` to be true")),
			(false, _) => Ok(None),
			(true, Some(top)) if top > MAX_TOP => Err(malformed(format!("`top_logprobs` must be at most {MAX_TOP}"))),
			(true, top) => Ok(Some(top.unwrap_or(0))),
		}
	}

	/// The stop strings.
	pub(crate) fn stop(&self) -> Result<Vec<String>, ApiError> {
		let stop = match &self.stop {
			None => vec![],
			Some(OneOrMany::One(one)) => vec![one.clone()],
			Some(OneOrMany::Many(many)) => many.clone(),
		};
		if stop.len() > MAX_STOPS || stop.iter().any(String::is_empty) {
			return Err(malformed(format!("`stop` takes at most {MAX_STOPS} strings, none of them empty")));
		}
		Ok(stop)
	}
}

impl Message {
	fn parse(&self) -> Result<ChatMessage, ApiError> {
		let role = match self.role.as_str() {
			"developer" => "system",
			role @ ("system" | "user" | "assistant") => role,
			other => return Err(malformed(format!("the role `{other}` is not supported"))),
		};
		let text = match &self.content {
			Content::Text(text) => text.clone(),
			Content::Parts(parts) => parts
				.iter()
				.map(|part| match (part.r#type.as_str(), &part.text) {
					("text", Some(text)) => Ok(text.as_str()),
					(other, _) => Err(malformed(format!("content of type `{other}` is not supported, only text"))),
				})
				.collect::<Result<Vec<_>, _>>()?
				.join("\n"),
		};
		Ok(ChatMessage::new(role, text))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(change: Value) -> ChatRequest {
		let mut body = json!({ "model": "openledger/1", "messages": [{ "role": "user", "content": "hello" }] });
		for (key, value) in change.as_object().unwrap() {
			body[key] = value.clone();
		}
		serde_json::from_value(body).unwrap()
	}

	#[test]
	fn defaults_are_greedy_and_bounded() {
		let request = parse(json!({}));
		assert!(!request.stream);
		assert_eq!(request.messages().unwrap(), [ChatMessage::new("user", "hello")]);
		assert_eq!(request.max_tokens(96, 512).unwrap(), 96);
		let sampling = request.sampling().unwrap();
		assert_eq!((sampling.temperature, sampling.top_p), (0.0, 1.0));
		assert!(request.stop().unwrap().is_empty());
		assert_eq!((request.schema(), request.logprobs().unwrap()), (None, None));
	}

	#[test]
	fn answers_of_a_form_and_log_probabilities_are_understood() {
		let schema = json!({ "type": "boolean" });
		let format =
			json!({ "type": "json_schema", "json_schema": { "name": "yes", "strict": true, "schema": schema } });
		assert_eq!(parse(json!({ "response_format": format })).schema(), Some(schema));
		assert_eq!(parse(json!({ "response_format": { "type": "text" } })).schema(), None);
		let object = parse(json!({ "response_format": { "type": "json_object" } }));
		assert_eq!(object.schema(), Some(json!({ "type": "object" })));
		assert_eq!(parse(json!({ "logprobs": true })).logprobs().unwrap(), Some(0));
		assert_eq!(parse(json!({ "logprobs": true, "top_logprobs": 3 })).logprobs().unwrap(), Some(3));
		assert!(parse(json!({ "top_logprobs": 3 })).logprobs().is_err());
		assert!(parse(json!({ "logprobs": true, "top_logprobs": MAX_TOP + 1 })).logprobs().is_err());
	}

	#[test]
	fn what_clients_send_is_understood() {
		let parts = json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }]);
		let messages = json!([{ "role": "developer", "content": "be brief" }, { "role": "user", "content": parts }]);
		let request = parse(json!({
			"messages": messages, "max_completion_tokens": 7, "max_tokens": 9, "seed": -1, "temperature": 1,
			"stop": ["x", "y"], "user": "an unknown field",
		}));
		assert_eq!(
			request.messages().unwrap(),
			[ChatMessage::new("system", "be brief"), ChatMessage::new("user", "a\nb")]
		);
		assert_eq!(request.max_tokens(96, 512).unwrap(), 7);
		assert_eq!(request.sampling().unwrap().seed, u64::MAX);
		assert_eq!(request.stop().unwrap(), ["x", "y"]);
		assert_eq!(parse(json!({ "stop": "x" })).stop().unwrap(), ["x"]);
	}

	#[test]
	fn mistakes_are_named() {
		let user = |content: Value| json!({ "messages": [{ "role": "user", "content": content }] });
		let image = json!([{ "type": "image_url", "image_url": { "url": "x" } }]);
		let messages = [
			(json!({ "messages": [] }), "messages"),
			(json!({ "messages": [{ "role": "tool", "content": "x" }] }), "tool"),
			(json!({ "messages": [{ "role": "assistant", "content": "x" }] }), "user"),
			(user(json!(" ")), "empty"),
			(user(image), "image_url"),
		];
		for (change, part) in messages {
			let error = parse(change).messages().unwrap_err().to_string();
			assert!(error.contains(part), "{error}");
		}
		for tokens in [0, 513] {
			assert!(parse(json!({ "max_tokens": tokens })).max_tokens(96, 512).is_err());
		}
		for change in [
			json!({ "temperature": -0.1 }),
			json!({ "temperature": 2.1 }),
			json!({ "top_p": 0 }),
			json!({ "n": 2 }),
			json!({ "min_p": 2 }),
			json!({ "frequency_penalty": 3 }),
		] {
			assert!(parse(change).sampling().is_err());
		}
		assert!(parse(json!({ "stop": ["a", "b", "c", "d", "e"] })).stop().is_err());
		assert!(parse(json!({ "stop": "" })).stop().is_err());
	}
}
