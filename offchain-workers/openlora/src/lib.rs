//! # OpenLoRA
//!
//! Inference with one base model and many adapters: GGUF weights in f32, adapters in the layout of PEFT applied
//! un-merged per request, chat templates, streaming, reproducible sampling, and a fingerprint of the activations.
//!
//! [`Model::load`] reads a model, [`Engine::start`] gives it a thread of its own, [`Engine::generate`] streams an
//! answer. [`Forward`] runs the model directly.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod adapter;
pub mod chat;
pub mod engine;
pub mod error;
pub mod fingerprint;
pub mod forward;
mod generate;
mod gguf;
pub mod kernel;
pub mod math;
pub mod matrix;
pub mod model;
mod peft;
pub mod sampling;
pub mod spec;
mod stop;
pub mod tokenizer;
pub mod weights;

pub use adapter::{Adapter, AdapterInfo, LoraPair, Target};
pub use chat::{ChatError, ChatMessage};
pub use engine::{Engine, EngineOptions};
pub use error::{EngineError, ErrorKind, LoadError};
pub use fingerprint::Fingerprint;
pub use forward::{Forward, KvCache};
pub use generate::{Completion, FinishReason, GenerateRequest, TokenEvent};
pub use model::Model;
pub use sampling::Sampling;
pub use spec::DecoderSpec;
pub use tokenizer::ChatTokenizer;
pub use weights::Weights;
