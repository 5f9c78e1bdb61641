//! Who plays what on a development chain. All keys derive from the well-known development phrase: worthless elsewhere.

use openledger_chain::{AccountId, Key};

/// The people of the demonstration.
#[derive(Clone, Debug)]
pub struct Roles {
	/// Owns the datanet, the adapter and the index.
	pub developer: Key,
	/// Owns the base model.
	pub base_owner: Key,
	/// Contribute rows.
	pub contributors: [Key; 3],
	/// Runs models: holds the stake.
	pub agent: Key,
	/// Signs for the agent.
	pub signer: Key,
	/// Is paid for the agent.
	pub beneficiary: AccountId,
	/// Asks and pays.
	pub payer: Key,
	/// Runs models dishonestly.
	pub liar: Key,
	/// Signs for the dishonest agent.
	pub liar_signer: Key,
	/// Checks others.
	pub challenger: Key,
}

/// The secret of the agent's signer, for the worker's key file.
pub const SIGNER_URI: &str = "//Eve//signer";
/// The secret of the payer, for the example of the README.
pub const PAYER_URI: &str = "//Bob//stash";

impl Roles {
	/// The roles on every development chain.
	pub fn development() -> anyhow::Result<Self> {
		let key = |uri| Key::from_uri(uri);
		Ok(Self {
			developer: key("//Alice")?,
			base_owner: key("//Dave")?,
			contributors: [key("//Bob")?, key("//Charlie")?, key("//Ferdie")?],
			agent: key("//Eve")?,
			signer: key(SIGNER_URI)?,
			beneficiary: key("//Eve//beneficiary")?.account(),
			payer: key(PAYER_URI)?,
			liar: key("//Ferdie//stash")?,
			liar_signer: key("//Ferdie//stash//signer")?,
			challenger: key("//Charlie//stash")?,
		})
	}
}
