//! Writes the metadata of the native runtime, SCALE encoded, to standard output or to the file named as argument.
//!
//! Clients generate their types from it: `cargo run -p openledger-runtime --example metadata -- metadata.scale`.

use openledger_runtime::Runtime;
use std::{env, error::Error, fs, io, io::Write};

/// The newest format, which `subxt` reads.
const METADATA_VERSION: u32 = 16;

fn main() -> Result<(), Box<dyn Error>> {
	// Some constants depend on the chain; these are the ones of a live chain.
	let metadata = sp_io::TestExternalities::default()
		.execute_with(|| Runtime::metadata_at_version(METADATA_VERSION))
		.ok_or_else(|| format!("the runtime has no metadata of version {METADATA_VERSION}"))?;
	match env::args_os().nth(1) {
		Some(path) => fs::write(path, &*metadata)?,
		None => io::stdout().write_all(&metadata)?,
	}
	Ok(())
}
