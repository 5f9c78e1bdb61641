//! OpenAI-compatible HTTP over the engine, paid by voucher.
//!
//! `POST /v1/chat/completions` checks the caller's voucher, finds the rows that bear on the question, streams the
//! answer and ends with a signed receipt that names those rows. `GET /v1/models` lists what is served and at what
//! price.
//!
//! The crate knows neither the chain nor a database: what it needs to be paid is the trait [`Ledger`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api_key;
mod catalog;
mod chat;
mod error;
mod ledger;
mod openai;
mod prompt;
mod server;
mod takedowns;
mod transcript;

pub use api_key::{ApiKey, SignedVoucher};
pub use catalog::{Catalog, Retrieval, ServedModel};
pub use chat::numeric_class;
pub use error::ApiError;
pub use ledger::{Draft, Issued, Ledger, LedgerError, Reservation};
pub use server::{router, Gateway, Limits};
pub use takedowns::{KnownTakedowns, Takedowns};
pub use transcript::Transcript;
