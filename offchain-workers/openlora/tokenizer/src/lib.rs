//! Text to tokens and back, as Hugging Face folders and GGUF files define it.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use openledger_tokenizer::{ChatMessage, ChatTokenizer};
//! let tokenizer = ChatTokenizer::from_folder("models/SmolLM2-135M-Instruct".as_ref())?;
//! let prompt = tokenizer.render_chat(&[ChatMessage::new("user", "What is a ledger?")], true)?;
//! println!("{} tokens: {:?}", prompt.len(), tokenizer.decode(&prompt));
//! # Ok(())
//! # }
//! ```
//!
//! Two properties hold for every tokenizer:
//! - *Text never becomes a control token*: [`ChatTokenizer::encode`] and the content of messages give ordinary tokens even for
//!   text that spells a control token. Control tokens come from the model's chat template and prefix alone.
//! - *Tokens are bytes*: [`ChatTokenizer::token_bytes`] concatenate to the text, so that streams, stop strings and constrained
//!   output never have to decode twice.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod bytes;
mod chat;
mod control;
mod error;
mod folder;
mod gguf;
mod hub;
mod pieces;
mod pre;
mod python;
mod stream;
mod tokenizer;

pub use chat::{ChatError, ChatMessage};
pub use error::TokenizerError;
pub use folder::FolderFiles;
pub use gguf::GgufVocabulary;
pub use stream::StreamDecoder;
pub use tokenizer::ChatTokenizer;
