//! Amounts in JSON: decimal strings, because the numbers of JSON end at 2^53 in most readers.

use crate::Balance;
use alloc::string::{String, ToString};
use serde::{de::Error, Deserialize, Deserializer, Serializer};

/// Writes an amount as a decimal string.
pub fn serialize<S: Serializer>(amount: &Balance, serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&amount.to_string())
}

/// Reads an amount from a decimal string.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Balance, D::Error> {
	String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}
