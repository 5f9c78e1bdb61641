//! # Attribution
//!
//! Who contributed to an answer, off chain: a sentence encoder makes int8 vectors of rows and questions, an index of the
//! rows' vectors is published under one root, a search over it names the sources of an answer, and an audit finds the
//! leaf that refutes a false claim. Everything after the encoder is the integer arithmetic of `openledger-primitives`,
//! the same that the chain judges with.
//!
//! - [`encoder`]: text to vector.
//! - [`rows`]: the texts of a datanet version, their hashes, clusters and tree.
//! - [`index`]: the table of vectors, exact search and proofs.
//! - [`audit`]: the opening that refutes a claim.

pub mod audit;
pub mod encoder;
pub mod index;
pub mod rows;

pub use audit::{audit_part, AuditError, Finding};
pub use encoder::{Encoder, EncoderError, EncoderPaths};
pub use index::{IndexError, IndexRow, RetrievalIndex, RETRIEVAL_THRESHOLD};
pub use rows::{Contribution, ContributionFile, DatanetVersion, RowText, RowsError};
