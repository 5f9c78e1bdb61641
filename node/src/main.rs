//! The node of the OpenLedger chain: consensus, transaction pool and JSON-RPC around the WASM runtime.

#![allow(clippy::result_large_err, reason = "the error type is that of sc-service")]

mod beefy;
mod chain_spec;
mod cli;
mod command;
mod discovery;
mod doctor;
mod equivocations;
mod genesis;
mod listen;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		}
	}
}
