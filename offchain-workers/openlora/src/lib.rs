//! # OpenLoRA
//!
//! One base model, many adapters, the same bits everywhere. [`Engine`] serves requests and begins with an example;
//! [`backend::run_sequence`] runs one sequence and gives its logits.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod adapter;
pub mod backend;
pub mod budget;
pub mod buffer;
pub mod engine;
pub mod error;
pub mod forward;
pub mod kernel;
pub mod math;
pub mod matrix;
pub mod mode;
pub mod model;
pub mod modules;
pub mod numerics;
pub mod pages;
pub mod perplexity;
pub mod prefix;
pub mod request;
pub mod scheduler;
mod source;
pub mod spec;
pub mod verify;
pub mod weights;

pub use adapter::{Adapter, AdapterInfo, LoraPair};
pub use backend::{AdapterBuilder, Backend, Segment, SegmentOutput};
pub use budget::{Budget, Reservation};
pub use engine::{Base, Engine, EngineOptions, Verification, VerifyError, VerifyRequest};
pub use error::{EngineError, ErrorKind, LoadError, RequestError};
pub use mode::Mode;
pub use model::{LinearId, Model};
pub use modules::{Module, Target};
pub use openledger_sampling::{Sampling, MAX_TOP};
pub use openledger_tokenizer::{ChatError, ChatMessage, ChatTokenizer};
pub use request::{Completion, FinishReason, GenerateRequest, TokenEvent, TokenText, Witness};
pub use scheduler::{EngineStats, Payer, Scheduler, SchedulerOptions, ScoreRequest};
pub use spec::DecoderSpec;
pub use weights::Weights;
