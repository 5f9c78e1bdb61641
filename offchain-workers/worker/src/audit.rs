//! `openledger-worker audit`: checks an agent's batch, against the index and the receipts that a payer has, and refutes what
//! is false.

use anyhow::{ensure, Context};
use codec::DecodeAll;
use openledger_attribution::{audit_part, RetrievalIndex};
use openledger_chain::{
	pallets::{
		attribution::{Call, Evidence, Opening, SignedReceipt},
		TOP_ROWS,
	},
	AccountId, AgentRecord, BatchRecord, BlockNumber, Chain, Key, Runtime, Wait,
};
use openledger_primitives::{
	referee::{check_body, RowState, TAKEDOWN_GRACE},
	Attribution, Blake2b256, Fraud, IndexLeaf, Receipt, SumTree, Terms,
};
use serde::Deserialize;
use sp_core::H256;
use sp_runtime::{traits::Verify, MultiSignature};
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};
use tokio::sync::Mutex;

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
	/// A file with receipts as the agent gave them to a payer: the objects `openledger` of its answers, one a line.
	#[arg(long)]
	pub receipts: Option<PathBuf>,
	/// A file with the secret of the challenger; without it a false claim is only reported.
	#[arg(long)]
	pub key_file: Option<PathBuf>,
}

/// A receipt as its payer has it.
#[derive(Clone, Debug, Deserialize)]
pub struct PayersReceipt {
	/// The receipt.
	pub receipt: Receipt<AccountId>,
	/// The agent.
	pub agent: AccountId,
	/// The signature: `0x` and its SCALE encoding in hexadecimal.
	pub signature: String,
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
	let own = match &args.receipts {
		Some(path) => read_receipts(path)?,
		None => vec![],
	};
	let Some(refutation) = find(&chain, args.batch, &file, &index, &own).await? else {
		println!("batch {}: its receipts are in order, and every claim about this index is true", args.batch);
		return Ok(());
	};
	println!("batch {}: receipt {} is false: {:?}", args.batch, refutation.seq, refutation.fraud);
	if let Some(path) = &args.key_file {
		let secret = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
		let key = Key::from_uri(secret.trim())?;
		let included = chain.submit(&key, refutation.call, Wait::Finalised).await?;
		println!("refuted in block {:?}", included.block);
	}
	Ok(())
}

/// Receipts, one JSON object a line.
fn read_receipts(path: &Path) -> anyhow::Result<Vec<PayersReceipt>> {
	let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
	let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
	let read = |(number, line): (usize, &str)| {
		serde_json::from_str(line).with_context(|| format!("{}, line {}, is no receipt", path.display(), number + 1))
	};
	lines.map(read).collect()
}

/// The first false receipt of a batch, or false claim about `index`, if there is one. `own` are receipts that the agent
/// gave to a payer. Fails when what the agent publishes is not what it submitted.
pub async fn find(
	chain: &Chain,
	batch: u64,
	file: &BatchFile,
	index: &RetrievalIndex,
	own: &[PayersReceipt],
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
	let agent = chain.agent(&on_chain.agent).await?;
	let max_age = chain.max_receipt_age().await?;
	let case = Case { chain, batch, on_chain, agent, max_age, tree, index, taken, terms: Mutex::default() };
	for (leaf, record) in (0u32..).zip(&file.records) {
		let face = case.judge_receipt(leaf, &record.receipt, own).await?;
		let found = match face {
			Some(found) => Some(found),
			None => case.judge(leaf, record).await?,
		};
		if let Some((fraud, call)) = found {
			return Ok(Some(Refutation { seq: record.receipt.seq, fraud, call }));
		}
	}
	Ok(None)
}

/// What is wrong with the receipt at `leaf` of a batch by what it says itself, under the payer's terms.
fn on_its_face(batch: &BatchRecord, leaf: u32, receipt: &Receipt<AccountId>, terms: Option<Terms>) -> Option<Fraud> {
	if batch.first_seq.checked_add(leaf.into()) != Some(receipt.seq) {
		Some(Fraud::WrongSequence)
	} else if receipt.at > batch.submitted {
		Some(Fraud::FromTheFuture)
	} else if terms.is_some_and(|terms| terms.most(receipt.tokens_in, receipt.tokens_out) < receipt.fee) {
		Some(Fraud::Overpriced)
	} else {
		None
	}
}

/// Whether `receipt` is not what was `signed`. An agent may forgive a part of the fee.
fn differs(receipt: &Receipt<AccountId>, signed: &Receipt<AccountId>) -> bool {
	*receipt != Receipt { fee: receipt.fee, ..signed.clone() } || receipt.fee > signed.fee
}

/// What a receipt is judged with.
struct Case<'a> {
	chain: &'a Chain,
	batch: u64,
	on_chain: BatchRecord,
	agent: Option<AgentRecord>,
	/// Blocks before the batch from which a receipt counts as of later.
	max_age: BlockNumber,
	/// The terms of each payer, as far as they are known.
	terms: Mutex<BTreeMap<AccountId, Option<Terms>>>,
	tree: SumTree<Blake2b256>,
	index: &'a RetrievalIndex,
	/// The rows of the index's datanet that were taken down, with the blocks in which they were.
	taken: BTreeMap<u32, BlockNumber>,
}

impl Case<'_> {
	/// What is wrong with a receipt, whatever it claims about sources.
	async fn judge_receipt(
		&self,
		leaf: u32,
		receipt: &Receipt<AccountId>,
		own: &[PayersReceipt],
	) -> anyhow::Result<Option<(Fraud, Call<Runtime>)>> {
		let terms = self.terms(&receipt.payer).await?;
		let found = match on_its_face(&self.on_chain, leaf, receipt, terms) {
			Some(fraud) => Some((fraud, Evidence::OnItsFace)),
			None => self.signed_otherwise(receipt, own).map(|signed| (Fraud::SignedOtherwise, signed)),
		};
		let Some((fraud, evidence)) = found else { return Ok(None) };
		let proof = self.tree.prove(leaf).context("a receipt without a proof")?;
		let proof = proof.try_into().map_err(|_| anyhow::anyhow!("the receipt tree is too deep"))?;
		let (batch, receipt, amount) = (self.batch, Box::new(receipt.clone()), receipt.fee);
		Ok(Some((fraud, Call::<Runtime>::refute_receipt { batch, leaf, receipt, amount, proof, evidence })))
	}

	/// What the payer has agreed to, if its channel is the one that was drawn from.
	async fn terms(&self, payer: &AccountId) -> anyhow::Result<Option<Terms>> {
		let mut known = self.terms.lock().await;
		if let Some(terms) = known.get(payer) {
			return Ok(*terms);
		}
		let channel = self.chain.channel(payer, &self.on_chain.agent).await?;
		let terms = channel.filter(|found| found.opened < self.on_chain.submitted).map(|found| found.terms);
		known.insert(payer.clone(), terms);
		Ok(terms)
	}

	/// Another receipt with this number that the agent has signed.
	fn signed_otherwise(
		&self,
		receipt: &Receipt<AccountId>,
		own: &[PayersReceipt],
	) -> Option<Evidence<AccountId, MultiSignature>> {
		let same = |signed: &&PayersReceipt| signed.agent == self.on_chain.agent && signed.receipt.seq == receipt.seq;
		own.iter().filter(same).filter(|signed| differs(receipt, &signed.receipt)).find_map(|signed| {
			let bytes = hex::decode(signed.signature.trim_start_matches("0x")).ok()?;
			let signature = MultiSignature::decode_all(&mut &bytes[..]).ok()?;
			let leaf = signed.receipt.leaf(&self.chain.domain(), &self.on_chain.agent);
			let agent = self.agent.as_ref()?;
			let mut signers = agent.former.iter().map(|former| &former.signer).chain([&agent.signer]);
			let signer = signers.find(|signer| signature.verify(&leaf[..], signer))?.clone();
			let receipt = signed.receipt.clone();
			Some(Evidence::Signed(Box::new(SignedReceipt { receipt, signer, signature })))
		})
	}

	/// The block by which a receipt is judged.
	fn effective(&self, at: BlockNumber) -> BlockNumber {
		at.max(self.on_chain.submitted.saturating_sub(self.max_age))
	}

	async fn judge(&self, leaf: u32, record: &PublishedRecord) -> anyhow::Result<Option<(Fraud, Call<Runtime>)>> {
		let bytes =
			hex::decode(record.attribution.trim_start_matches("0x")).context("an attribution is not hexadecimal")?;
		let body = Attribution::decode_all(&mut &bytes[..]).context("an attribution cannot be decoded")?;
		ensure!(
			body.commitment(&self.chain.domain()) == record.receipt.attribution,
			"the published attribution of receipt {} is not the committed one: a case for a committee",
			record.receipt.seq
		);
		let (whole, at) = (check_body(&body).err(), self.effective(record.receipt.at));
		let gone =
			|retired: Option<BlockNumber>| retired.is_some_and(|since| at >= since.saturating_add(TAKEDOWN_GRACE));
		for (number, part) in (0u8..).zip(&body.parts) {
			let found = match self.chain.index(part.index).await? {
				// What is wrong with the whole is proven with any of its parts.
				_ if whole.is_some() => whole.map(|fraud| (fraud, None)),
				None => Some((Fraud::NoSuchIndex, None)),
				Some(published) if gone(published.retired) => Some((Fraud::NoSuchIndex, None)),
				// Another index than the one at hand cannot be judged here.
				Some(published) if published.info != self.index.info() => None,
				Some(published) => {
					let state = |row| RowState::at(at, self.taken.get(&row).copied());
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

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_chain::pallets::attribution::{BatchState, Duties};
	use openledger_primitives::{ModelId, NumericClass};

	fn receipt(seq: u64) -> Receipt<AccountId> {
		Receipt {
			seq,
			payer: [1; 32].into(),
			model: ModelId(1),
			request: H256::zero(),
			response: H256::zero(),
			tokens_in: 1_000,
			tokens_out: 1_000,
			fee: 300,
			fingerprint: H256::zero(),
			attribution: H256::zero(),
			class: NumericClass::FloatCpu,
			at: 50,
		}
	}

	fn batch() -> BatchRecord {
		BatchRecord {
			agent: [9; 32].into(),
			first_seq: 7,
			receipts: Default::default(),
			payouts: Default::default(),
			lot: H256::zero(),
			burn: 0,
			treasury: 0,
			stakers: 0,
			auditors: 0,
			paid: 0,
			credited: 0,
			minted: 0,
			submitted: 60,
			matures: 99,
			seed_from: 0,
			seed: None,
			duties: Duties::default(),
			state: BatchState::Pending,
		}
	}

	#[test]
	fn a_receipt_is_judged_on_its_face_as_the_chain_does() {
		let terms = |price_out| Some(Terms { price_in: 100, price_out, overhead: 45 });
		let fraud = |leaf, receipt: Receipt<AccountId>, terms| on_its_face(&batch(), leaf, &receipt, terms);
		assert_eq!(fraud(2, receipt(9), None), None);
		assert_eq!(fraud(2, receipt(9), terms(200)), None);
		assert_eq!(fraud(2, receipt(9), terms(199)), Some(Fraud::Overpriced));
		assert_eq!(fraud(1, receipt(9), None), Some(Fraud::WrongSequence));
		assert_eq!(fraud(2, Receipt { at: 60, ..receipt(9) }, None), None);
		assert_eq!(fraud(2, Receipt { at: 61, ..receipt(9) }, None), Some(Fraud::FromTheFuture));
	}

	#[test]
	fn forgiving_a_part_of_the_fee_is_no_fraud() {
		assert!(!differs(&receipt(9), &receipt(9)));
		assert!(!differs(&Receipt { fee: 0, ..receipt(9) }, &receipt(9)));
		assert!(differs(&Receipt { fee: 301, ..receipt(9) }, &receipt(9)));
		assert!(differs(&Receipt { fee: 0, tokens_in: 999, ..receipt(9) }, &receipt(9)));
	}

	#[test]
	fn receipts_of_a_payer_are_read_line_by_line() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("receipts.jsonl");
		let agent = AccountId::from([9; 32]);
		let line = serde_json::json!({ "receipt": receipt(3), "agent": agent, "signature": "0x00", "citations": [] });
		std::fs::write(&path, format!("{line}\n\n{line}\n")).unwrap();
		let read = read_receipts(&path).unwrap();
		assert_eq!(read.iter().map(|signed| signed.receipt.seq).collect::<Vec<_>>(), [3, 3]);
		std::fs::write(&path, format!("{line}\n{{}}\n")).unwrap();
		assert!(read_receipts(&path).unwrap_err().to_string().contains("line 2"));
	}
}
