//! Adapters that PEFT wrote, against what PEFT makes of them. The files are made by `fixtures/peft/make.py`.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod bases;
mod cache;
mod logits;
mod merged;
mod refused;
mod tensors;
