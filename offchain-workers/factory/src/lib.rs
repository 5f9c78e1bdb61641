//! # ModelFactory
//!
//! LoRA fine-tuning of the models that [`openledger_openlora`] serves: rows of prompt and response, loss on the
//! response alone, AdamW with warm-up and cosine, and export to a PEFT folder with a manifest.
//!
//! The gradient is written out by hand, layer by layer: the frozen weights get none, attention stays inside a row,
//! and rows are packed without padding. A run is a function of model, rows and options: the same inputs give the same
//! bytes on the same machine, whatever the number of threads.
//!
//! [`Trainer::new`] checks the inputs, [`Trainer::run`] trains, [`Trained::export`] writes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attention;
mod base;
mod data;
pub mod error;
pub mod export;
mod head;
mod lora;
mod network;
mod optimizer;
pub mod options;
pub mod trainer;

pub use error::TrainError;
pub use export::{Manifest, Provenance};
pub use options::{LoraOptions, Row, TrainOptions};
pub use trainer::{Progress, Report, Trained, Trainer};

#[cfg(test)]
#[path = "../../openlora/tests/support/mod.rs"]
mod support;

#[cfg(test)]
mod gradient_tests;
