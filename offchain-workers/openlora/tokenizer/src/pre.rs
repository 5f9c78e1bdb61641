//! How byte-level tokenizers of GGUF files cut text into words: the patterns behind the names of `tokenizer.ggml.pre`.
//!
//! The patterns are those of the models' own `tokenizer.json`, in their order.

use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior::{Contiguous, Isolated};
use tokenizers::{PreTokenizerWrapper, Tokenizer};

const LLAMA3: &str =
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\
	\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN2: &str = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\
	\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const BLOOM: &str = " ?[^(\\s|.,!?…。，、।۔،)]+";
const HAN: &str = "[一-龥ࠀ-一가-퟿]+";
/// Letters with case: Latin, Greek, Cyrillic, Armenian, Georgian and others.
const CASED: &str =
	"\\s?[A-Za-z\u{b5}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{1ba}\u{1bc}-\u{1bf}\u{1c4}-\u{293}\u{295}-\u{2af}\
	\u{370}-\u{373}\u{376}\u{377}\u{37b}-\u{37d}\u{37f}\u{386}\u{388}-\u{38a}\u{38c}\u{38e}-\u{3a1}\
	\u{3a3}-\u{3f5}\u{3f7}-\u{481}\u{48a}-\u{52f}\u{531}-\u{556}\u{10a0}-\u{10c5}\u{13a0}-\u{13f5}\
	\u{13f8}-\u{13fd}\u{1c90}-\u{1cba}\u{1cbd}-\u{1cbf}\u{1d00}-\u{1d2b}\u{1d6b}-\u{1d77}\u{1d79}-\u{1d9a}\
	\u{1e00}-\u{1f15}\u{1f18}-\u{1f1d}\u{1f20}-\u{1f45}\u{1f48}-\u{1f4d}\u{1f50}-\u{1f57}\u{1f59}\u{1f5b}\
	\u{1f5d}\u{1f5f}-\u{1f7d}\u{1f80}-\u{1fb4}\u{1fb6}-\u{1fbc}\u{1fbe}\u{1fc2}-\u{1fc4}\u{1fc6}-\u{1fcc}\
	\u{1fd0}-\u{1fd3}\u{1fd6}-\u{1fdb}\u{1fe0}-\u{1fec}\u{1ff2}-\u{1ff4}\u{1ff6}-\u{1ffc}\u{2102}\u{2107}\
	\u{210a}-\u{2113}\u{2115}\u{2119}-\u{211d}\u{2124}\u{2126}\u{2128}\u{212a}-\u{212d}\u{212f}-\u{2134}\u{2139}\
	\u{213c}-\u{213f}\u{2145}-\u{2149}\u{214e}\u{2183}\u{2184}\u{2c00}-\u{2c7b}\u{2c7e}-\u{2ce4}\
	\u{2ceb}-\u{2cee}\u{2cf2}\u{2cf3}\u{a640}-\u{a66d}\u{a680}-\u{a69b}\u{a722}-\u{a76f}\u{a771}-\u{a787}\
	\u{a78b}-\u{a78e}\u{ab70}-\u{abbf}\u{fb00}-\u{fb06}\u{fb13}-\u{fb17}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}\
	\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\
	\u{118a0}-\u{118df}\u{1e900}-\u{1e943}]+";
const DEEPSEEK_MARKS: &str = "\\s?[!-/:-~！-／：-～‘-‟　-。]+";
const DEEPSEEK3: &str =
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| \
	?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/// How a named tokenizer cuts text.
pub(crate) struct Words {
	pub(crate) parts: Vec<PreTokenizerWrapper>,
	/// Whether a word that is a token is taken whole, whatever the merges say (LLaMA 3).
	pub(crate) whole_words: bool,
	/// Whether text is composed first (NFC).
	pub(crate) compose: bool,
}

impl Words {
	/// Sets the parts of a tokenizer.
	pub(crate) fn apply(self, tokenizer: &mut Tokenizer) {
		if self.compose {
			tokenizer.with_normalizer(Some(NFC));
		}
		tokenizer.with_pre_tokenizer(Some(Sequence::new(self.parts)));
	}
}

/// The way that `name` cuts text; an unknown name is refused.
pub(crate) fn words(name: &str) -> Result<Words, String> {
	let split = |pattern: &str| -> Result<PreTokenizerWrapper, String> {
		let split = Split::new(SplitPattern::Regex(pattern.to_owned()), Isolated, false);
		Ok(split.map_err(|e| format!("the pattern of `{name}` does not compile: {e}"))?.into())
	};
	// The first knows GPT-2's words, the second takes what the parts before it made.
	let gpt2 = || -> PreTokenizerWrapper { ByteLevel::new(false, true, true).into() };
	let bytes = || -> PreTokenizerWrapper { ByteLevel::new(false, true, false).into() };
	let digits = || -> PreTokenizerWrapper { Digits::new(true).into() };
	let (mut whole_words, mut compose) = (false, false);
	let parts = match name {
		"gpt-2" | "phi-2" | "mpt" | "olmo" | "jais" => vec![gpt2()],
		"smollm" | "starcoder" | "refact" | "command-r" | "codeshell" => vec![digits(), gpt2()],
		"llama-bpe" | "llama3" | "llama-v3" => {
			whole_words = true;
			vec![split(LLAMA3)?, bytes()]
		}
		"chatglm-bpe" | "glm4" => vec![split(LLAMA3)?, bytes()],
		"qwen2" | "deepseek-r1-qwen" => {
			compose = true;
			vec![split(QWEN2)?, bytes()]
		}
		"deepseek-llm" => {
			vec![
				split("[\r\n]")?,
				split(CASED)?,
				split(DEEPSEEK_MARKS)?,
				split("\\s+$")?,
				split(HAN)?,
				digits(),
				bytes(),
			]
		}
		"deepseek-coder" => {
			vec![split("[\r\n]")?, split("\\s?\\p{L}+")?, split("\\s?\\p{P}+")?, split(HAN)?, digits(), bytes()]
		}
		"deepseek-v3" => {
			vec![split("\\p{N}{1,3}")?, split("[一-龥\u{3040}-ゟ゠-ヿ]+")?, split(DEEPSEEK3)?, bytes()]
		}
		"falcon" => {
			vec![Punctuation::new(Contiguous).into(), gpt2(), Digits::new(false).into(), split("[0-9][0-9][0-9]")?]
		}
		"bloom" | "gpt3-finnish" | "poro-chat" => vec![split(BLOOM)?, bytes()],
		other => {
			return Err(format!(
				"`{other}` is not supported; those that are: smollm, gpt-2, llama-bpe, qwen2, deepseek-llm, \
				 deepseek-coder, deepseek-v3, falcon, bloom, gpt3-finnish, chatglm-bpe, command-r, starcoder, refact"
			))
		}
	};
	Ok(Words { parts, whole_words, compose })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn words_compiles_every_pattern_and_refuses_unknown_names() {
		for name in ["gpt-2", "smollm", "llama-bpe", "qwen2", "deepseek-llm", "deepseek-coder", "deepseek-v3", "falcon"]
		{
			assert!(words(name).is_ok(), "{name}");
		}
		assert!(words("bloom").is_ok() && words("chatglm-bpe").is_ok() && words("command-r").is_ok());
		let reason = words("klingon").err().unwrap();
		assert!(reason.contains("`klingon` is not supported"), "{reason}");
	}
}
