//! The dishonest agent: sells an answer and claims a source that did not contribute, so as to pay a friend.
//!
//! It plays by every other rule: registered, bonded, paid by voucher, with a batch that adds up. Its claim alone is false.

use crate::{
	client::{self, Answer},
	deploy::{open_channel, register_agent},
	roles::Roles,
};
use anyhow::{ensure, Context};
use codec::Encode;
use openledger_chain::{
	pallets::attribution::{Call, Draw, Event},
	Balance, Chain, Runtime, RuntimeEvent, Wait,
};
use openledger_gateway::ApiKey;
use openledger_primitives::{audit, payout, Attribution, Scored};
use openledger_worker::{
	audit::{BatchFile, PublishedRecord},
	batch,
	journal::{secrets, Exhibit, Record},
};
use sp_core::H256;

/// A batch with a false claim on the chain, and what its agent publishes about it.
pub struct Lie {
	/// The batch.
	pub batch: u64,
	/// The fee that it drew.
	pub fee: Balance,
	/// What the agent publishes.
	pub file: BatchFile,
}

/// Registers the liar, sells one answer to the payer, and submits it with a false source.
///
/// `honest` is an answer that the payer has; the liar sells the same text with one of its sources exchanged for a row
/// that scores lower, but claims the place and the score of the true one.
pub async fn tell(chain: &Chain, roles: &Roles, honest: &Answer, friend_row: u32) -> anyhow::Result<Lie> {
	let agent = roles.liar.account();
	register_agent(chain, &roles.liar, &roles.liar_signer.account(), &agent).await?;
	open_channel(chain, &roles.payer, &agent).await?;

	let domain = chain.domain();
	let body = falsify(&honest.attribution, friend_row)?;
	let mut receipt = honest.proof.receipt.clone();
	receipt.seq = 0;
	receipt.attribution = body.commitment(&domain);
	let signature = roles.liar_signer.sign(&receipt.leaf(&domain, &agent));
	let friend = roles.liar.account();
	let (_, pool) = openledger_primitives::money::DEFAULT_SPLIT.pools(receipt.fee).context("the fee overflows")?;
	let lines = vec![payout::Line { account: friend, role: payout::Role::Commons { datanet: None }, amount: pool }];
	let record = Record { receipt, signature, exhibit: Exhibit::default(), body, lines };
	let records = std::slice::from_ref(&record);
	let split = openledger_primitives::money::DEFAULT_SPLIT;
	// The payer's bond answers for the liar too, whose friends would gain weight by the lie.
	let weighing = [roles.payer.account()].into();
	let batch = batch::assemble(&domain, &agent, &agent, &split, records, &weighing).context("the batch overflows")?;

	let fee = record.receipt.fee;
	let ApiKey(signed) = client::api_key(chain, &roles.payer, &agent, fee).await?;
	let (payer, signature) = (roles.payer.account(), signed.signature);
	let draw = Draw { payer, drawn: fee, ceiling: fee, signer: None, signature, weighs: true };
	let secrets = secrets().map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
	let call = Call::<Runtime>::submit_batch {
		first_seq: 0,
		receipts: batch.receipt_tree.commitment(),
		payouts: batch.payout_tree.commitment(),
		blob: H256::zero(),
		lot: audit::lot(&domain, &secrets),
		draws: vec![draw].try_into().map_err(|_| anyhow::anyhow!("too many payers"))?,
	};
	let included = chain.submit(&roles.liar_signer, call, Wait::Finalised).await?;
	let number = included.find(|event| match event {
		RuntimeEvent::Attribution(Event::BatchSubmitted { batch, .. }) => Some(*batch),
		_ => None,
	});
	let published = PublishedRecord {
		receipt: record.receipt.clone(),
		attribution: format!("0x{}", hex::encode(record.body.encode())),
	};
	let file = BatchFile { first_seq: 0, records: vec![published] };
	Ok(Lie { batch: number.context("the lie was not accepted")?, fee, file })
}

/// Puts `row` in the place of the first source.
fn falsify(honest: &Attribution, row: u32) -> anyhow::Result<Attribution> {
	let mut parts = honest.parts.clone().into_inner();
	let part = parts.first_mut().context("an honest answer without sources")?;
	ensure!(part.top.iter().all(|named| named.row != row), "the friend's row is a source already");
	let mut top = part.top.clone().into_inner();
	let first = top.first_mut().context("an honest answer without sources")?;
	*first = Scored { row, cluster: row, score: first.score };
	part.top = top.try_into().map_err(|_| anyhow::anyhow!("too many sources"))?;
	let parts = parts.try_into().map_err(|_| anyhow::anyhow!("too many parts"))?;
	let body = Attribution { parts };
	Ok(body)
}
