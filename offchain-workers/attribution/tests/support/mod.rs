//! What several tests need: the real encoder.

#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use openledger_attribution::{Encoder, EncoderPaths};
use openledger_primitives::attribution::Vector;
use std::{path::PathBuf, sync::OnceLock};

/// Where `make setup` puts the models.
pub(crate) fn assets() -> PathBuf {
	match std::env::var_os("OPENLEDGER_ASSETS") {
		Some(folder) => folder.into(),
		None => PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/openledger/assets"),
	}
}

/// The encoder on both cores, loaded once.
pub(crate) fn encoder() -> &'static Encoder {
	static ENCODER: OnceLock<Encoder> = OnceLock::new();
	ENCODER.get_or_init(|| match Encoder::load(&EncoderPaths::in_assets(assets()), 2) {
		Ok(encoder) => encoder,
		Err(error) => panic!("{error}"),
	})
}

/// The vector of one text.
pub(crate) fn vector(text: &str) -> Vector {
	encoder().encode(&[text]).unwrap().remove(0)
}
