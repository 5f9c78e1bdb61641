//! `openledger-worker audit`: checks an agent's batch against the index and refutes a false claim.

use anyhow::{ensure, Context};
use codec::DecodeAll;
use openledger_attribution::{audit_part, RetrievalIndex};
use openledger_chain::{
	pallets::{
		attribution::{Call, Opening},
		TOP_ROWS,
	},
	AccountId, BlockNumber, Chain, Key, Runtime, Wait,
};
use openledger_primitives::{
	referee::{check_body, RowState},
	Attribution, Blake2b256, Fraud, IndexLeaf, Receipt, SumTree,
};
use serde::Deserialize;
use sp_core::H256;
use std::{collections::BTreeMap, path::PathBuf};

/// What to audit.
#[derive(Clone, Debug, clap::Args)]
pub struct AuditArgs {
	/// The node, `ws://…`.
	#[arg(long)]
	pub node: String,
	/// The agent's gateway, `http://…`.
	#[arg(long)]
	pub gateway: String,
	/// The batch.
	#[arg(long)]
	pub batch: u64,
	/// The file of the index that its answers used.
	#[arg(long)]
	pub index: PathBuf,
	/// A file with the secret of the challenger; without it a false claim is only reported.
	#[arg(long)]
	pub key_file: Option<PathBuf>,
}

/// A batch as its agent publishes it.
#[derive(Clone, Debug, Deserialize)]
pub struct BatchFile {
	/// Sequence number of the first receipt.
	pub first_seq: u64,
	/// The receipts with their attributions.
	pub records: Vec<PublishedRecord>,
}

/// A receipt as its agent publishes it.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishedRecord {
	/// The receipt.
	pub receipt: Receipt<AccountId>,
	/// The attribution: `0x` and its SCALE encoding in hexadecimal.
	pub attribution: String,
}

/// A false claim, and the call that refutes it.
#[derive(Clone, Debug)]
pub struct Refutation {
	/// Sequence number of the receipt.
	pub seq: u64,
	/// What is wrong.
	pub fraud: Fraud,
	/// The call.
	pub call: Call<Runtime>,
}

/// Downloads the batch, looks for a false claim, and refutes it if a key is given.
pub async fn run(args: AuditArgs) -> anyhow::Result<()> {
	let chain = Chain::connect(&args.node, None).await?;
	let index = RetrievalIndex::load(&args.index)?;
	let url = format!("{}/v1/batches/{}", args.gateway.trim_end_matches('/'), args.batch);
	let answer = reqwest::get(&url).await.with_context(|| format!("cannot reach {url}"))?;
	let file: BatchFile = answer.error_for_status()?.json().await.context("the gateway's answer is not a batch")?;
	let Some(refutation) = find(&chain, args.batch, &file, &index).await? else {
		println!("batch {}: every claim about this index is true", args.batch);
		return Ok(());
	};
	println!("batch {}: receipt {} claims falsely: {:?}", args.batch, refutation.seq, refutation.fraud);
	if let Some(path) = &args.key_file {
		let secret = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
		let key = Key::from_uri(secret.trim())?;
		let included = chain.submit(&key, refutation.call, Wait::Finalised).await?;
		println!("refuted in block {:?}", included.block);
	}
	Ok(())
}

/// The first false claim about `index` in a batch, if there is one. Fails when what the agent publishes is not what it
/// submitted.
pub async fn find(
	chain: &Chain,
	batch: u64,
	file: &BatchFile,
	index: &RetrievalIndex,
) -> anyhow::Result<Option<Refutation>> {
	let on_chain = chain.batch(batch).await?.with_context(|| format!("there is no batch {batch}"))?;
	let domain = chain.domain();
	let receipts = file.records.iter().map(|record| &record.receipt);
	let tree = SumTree::<Blake2b256>::new(receipts.map(|r| (r.leaf(&domain, &on_chain.agent), r.fee)))
		.context("the fees of the published receipts overflow")?;
	ensure!(
		tree.commitment() == on_chain.receipts,
		"what the agent publishes is not what it submitted: a case for a committee"
	);
	// Rows that were taken down stay so: those of a later block than a receipt's do not count against it.
	let taken = chain.taken_down(index.datanet()).await?;
	let case = Case { chain, batch, tree, index, taken };
	for (leaf, record) in (0u32..).zip(&file.records) {
		if let Some((fraud, call)) = case.judge(leaf, record).await? {
			return Ok(Some(Refutation { seq: record.receipt.seq, fraud, call }));
		}
	}
	Ok(None)
}

/// What a receipt is judged with.
struct Case<'a> {
	chain: &'a Chain,
	batch: u64,
	tree: SumTree<Blake2b256>,
	index: &'a RetrievalIndex,
	/// The rows of the index's datanet that were taken down, with the blocks in which they were.
	taken: BTreeMap<u32, BlockNumber>,
}

impl Case<'_> {
	async fn judge(&self, leaf: u32, record: &PublishedRecord) -> anyhow::Result<Option<(Fraud, Call<Runtime>)>> {
		let bytes =
			hex::decode(record.attribution.trim_start_matches("0x")).context("an attribution is not hexadecimal")?;
		let body = Attribution::decode_all(&mut &bytes[..]).context("an attribution cannot be decoded")?;
		ensure!(
			body.commitment(&self.chain.domain()) == record.receipt.attribution,
			"the published attribution of receipt {} is not the committed one: a case for a committee",
			record.receipt.seq
		);
		let whole = check_body(&body).err();
		for (number, part) in (0u8..).zip(&body.parts) {
			let found = match self.chain.index(part.index).await? {
				// What is wrong with the whole is proven with any of its parts.
				_ if whole.is_some() => whole.map(|fraud| (fraud, None)),
				None => Some((Fraud::NoSuchIndex, None)),
				// Another index than the one at hand cannot be judged here.
				Some(published) if published.info != self.index.info() => None,
				Some(published) => {
					let state = |row| RowState::at(record.receipt.at, self.taken.get(&row).copied());
					let finding = audit_part(part, &published.info, self.index, TOP_ROWS, state)?;
					finding.map(|finding| (finding.fraud, finding.opening))
				}
			};
			let Some((fraud, opening)) = found else { continue };
			return Ok(Some((fraud, self.call(leaf, record, body, number, opening)?)));
		}
		Ok(None)
	}

	/// The call that refutes part `part` of a receipt.
	fn call(
		&self,
		leaf: u32,
		record: &PublishedRecord,
		body: Attribution,
		part: u8,
		opening: Option<(IndexLeaf<AccountId>, Vec<H256>)>,
	) -> anyhow::Result<Call<Runtime>> {
		let opening = match opening {
			Some((leaf, proof)) => {
				let proof = proof.try_into().map_err(|_| anyhow::anyhow!("the index tree is too deep"))?;
				Some(Opening { leaf, proof })
			}
			None => None,
		};
		let receipt_proof = self.tree.prove(leaf).context("a receipt without a proof")?;
		let receipt_proof = receipt_proof.try_into().map_err(|_| anyhow::anyhow!("the receipt tree is too deep"))?;
		let receipt = Box::new(record.receipt.clone());
		Ok(Call::<Runtime>::refute { batch: self.batch, leaf, receipt, receipt_proof, body, part, opening })
	}
}
