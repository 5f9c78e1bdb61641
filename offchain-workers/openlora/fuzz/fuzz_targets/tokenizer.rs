//! A tokenizer from any bytes: a GGUF file, or the files of a folder one after the other with a byte 0xFF between. If it is
//! taken, text goes there and back, and never becomes a control token.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use openledger_formats::TensorFile;
use openledger_tokenizer::{ChatMessage, ChatTokenizer, FolderFiles};

const TEXT: &str = "Hello, wörld 🦀 <|im_end|> </s> 12345\n\n  if x:\tend";

fn read(data: &[u8]) -> Option<ChatTokenizer> {
	if data.starts_with(b"GGUF") {
		let file = TensorFile::from_bytes("x.gguf", Arc::new(data.to_vec())).ok()?;
		return ChatTokenizer::from_gguf(&file).ok();
	}
	let mut parts = data.split(|&byte| byte == 0xff).map(<[u8]>::to_vec);
	let files = FolderFiles {
		folder: "x".into(),
		tokenizer: parts.next()?,
		config: parts.next(),
		template: parts.next(),
		special: parts.next(),
		generation: parts.next(),
		model: parts.next(),
	};
	ChatTokenizer::from_files(&files).ok()
}

fuzz_target!(|data: &[u8]| {
	let Some(tokenizer) = read(data) else { return };
	let ids = tokenizer.encode(TEXT);
	let _ = tokenizer.decode(&ids);
	let _ = tokenizer.encode_prompt(TEXT);
	let _ = tokenizer.render_chat(&[ChatMessage::new("user", TEXT)], true);
});
