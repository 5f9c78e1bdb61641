//! Tests, one file per group of calls.

mod disputes;
mod ensembles;
mod evaluations;
mod invariants;
mod licences;
mod lineage;
mod redirects;
mod register;
mod setters;
mod stateful;
mod transfer;
mod views;
