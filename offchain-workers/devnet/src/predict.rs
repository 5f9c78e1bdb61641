//! What everybody must have in the end, computed from the answers alone.

use crate::client::Answer;
use anyhow::Context;
use openledger_chain::{AccountId, Chain};
use openledger_primitives::{
	money::{Reserved, DEFAULT_SPLIT},
	payout::{self, Divided, Source},
	Payout, Pool,
};

/// Who is to be paid how much by the batch of these answers, and with what weight if every payer has a bond with room.
pub async fn payouts(
	chain: &Chain,
	answers: &[Answer],
	beneficiary: &AccountId,
) -> anyhow::Result<(Reserved, Vec<Payout<AccountId>>)> {
	let mut receipts = vec![];
	for answer in answers {
		let receipt = &answer.proof.receipt;
		let mut sources = vec![];
		let mut datanet = None;
		for citation in &answer.proof.citations {
			let index = chain.index(citation.index).await?.context("a cited index is not published")?;
			datanet = Some(index.info.datanet);
			sources.push(Source {
				contributor: citation.contributor.clone(),
				pool: Pool::Retrieval,
				version: (index.info.datanet, index.info.version),
				index: citation.index,
				row: citation.row,
				score: citation.score,
				threshold: index.info.threshold,
				// Everyone starts with 1.0.
				reputation: 256,
			});
		}
		// An answer without sources still pays the commons of the datanet behind the model.
		let royalties = chain.royalties(receipt.model).await?.context("a model of a receipt is not registered")?;
		let datanet = datanet.context("an answer of the demonstration has no source")?;
		let commons = (Chain::commons(Some(datanet)), Some(datanet));
		let answer = payout::Answer { fee: receipt.fee, royalties, sources, commons };
		let lines = answer.lines(&DEFAULT_SPLIT).context("a fee cannot be divided")?;
		receipts.push(Divided { payer: receipt.payer.clone(), fee: receipt.fee, weighs: true, lines });
	}
	payout::settle(&DEFAULT_SPLIT, beneficiary, receipts).context("the fees overflow")
}
