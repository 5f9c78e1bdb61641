//! Keeps the agent's offers alive.

use crate::books::Identity;
use openledger_chain::{pallets::agents::Call, Chain, Runtime, Wait};
use openledger_primitives::{Balance, ModelId};

/// The life of an offer in blocks: a day.
const LIFE: u32 = 14_400;
/// An offer with less than this left is renewed.
const RENEW: u32 = LIFE / 4;

/// Keeps offers alive.
pub struct Offers {
	/// The chain.
	pub chain: Chain,
	/// Who offers.
	pub identity: Identity,
	/// Models with their prices in planck per 1,000 tokens, in and out.
	pub models: Vec<(ModelId, Balance, Balance)>,
}

impl Offers {
	/// Makes or renews what is due.
	pub async fn tick(&self) -> anyhow::Result<()> {
		let now = self.chain.finalised().await?;
		for (model, price_in, price_out) in &self.models {
			let offer = self.chain.offer(&self.identity.agent, *model).await?;
			let alive = offer.is_some_and(|offer| {
				let same = offer.price_in == *price_in && offer.price_out == *price_out;
				same && offer.until > now.saturating_add(RENEW)
			});
			if alive {
				continue;
			}
			let call =
				Call::<Runtime>::offer_model { model: *model, price_in: *price_in, price_out: *price_out, life: LIFE };
			self.chain.submit(&self.identity.signer, call, Wait::Finalised).await?;
			tracing::info!(%model, "offer made");
		}
		Ok(())
	}
}
