//! Tests of the scheduler, against a backend that checks how it is used.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adapters;
mod fairness;
mod memory;
mod schedules;
mod scheduling;
mod service;
mod support;
