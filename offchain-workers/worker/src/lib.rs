//! `openledger-worker`: serves models, batches receipts, settles and distributes.
//!
//! [`config`] says what to do, [`books`] keeps receipts through any crash, [`batch`] turns them into the trees that the
//! chain wants, [`batcher`] and [`distributor`] talk to the chain, [`duties`] does what the chain asks of the agent,
//! [`takedowns`] keeps up with rows that must not be named, [`vouchers`] says what payers' signatures are worth,
//! [`records`] answers payers, payees and auditors over HTTP, [`transcripts`] the auditors of a case. [`auditor`] judges the
//! answers of others, [`serve`] wires it all.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod audit;
pub mod auditor;
pub mod batch;
pub mod batcher;
pub mod books;
pub mod config;
pub mod distributor;
pub mod duties;
pub mod journal;
pub mod offers;
pub mod records;
pub mod serve;
pub mod supervisor;
pub mod takedowns;
pub mod train;
pub mod transcripts;
pub mod vouchers;
