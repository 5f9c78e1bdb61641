//! A market by hand: two models with owners, an agent that serves them, payers, and a batch of receipts as the agent's
//! software would make it, by the arithmetic of `openledger-primitives`.

use crate::{
	chain::{account, all, id, Chain},
	wait::until,
};
use anyhow::{ensure, Context, Result};
use codec::{Compact, Decode, Encode};
use futures::future::try_join;
use openledger_primitives::{
	audit,
	money::DEFAULT_SPLIT,
	payout::{self, Divided, Line, Owners},
	weight::{decayed, Weight},
	Attribution, Blake2b256, Domain, Draw, Hardware, ModelId, NumericClass, Payout, PayoutProof, Receipt, Role, Roles,
	SumTree, Terms, Voucher,
};
use std::{collections::BTreeMap, time::Duration};
use zombienet_sdk::{
	subxt::{
		dynamic::{constant, tx, At, DecodedValue, Value},
		ext::scale_value::ValueDef,
		tx::DynamicPayload,
		utils::H256,
	},
	subxt_signer::sr25519::Keypair,
};

/// One token, in planck.
pub const OPEN: u128 = 10_u128.pow(18);

/// Whose models answer. The first eight share in the adapter, the others in its base.
const OWNERS: [&str; 11] = [
	"//Alice",
	"//Bob",
	"//Charlie",
	"//Dave",
	"//Eve",
	"//Ferdie",
	"//Alice//stash",
	"//Bob//stash",
	"//Charlie//stash",
	"//Dave//stash",
	"//Eve//stash",
];

/// Who registers the models and gives the payers their money.
const DEVELOPER: &str = "//Eve//stash";

/// Whose stake answers, and who is paid for the answers.
const AGENT: &str = "//Ferdie//stash";

/// The key on the agent's machine.
const SIGNER: &str = "//Signer";

/// A payer whose bond answers for the weight that it gives.
const CUSTOMER: &str = "//Customer";

/// A payer that has bonded nothing.
const PASSER_BY: &str = "//Passer-by";

/// What is sold: to whom, and for how much.
const SALES: [(&str, u128); 4] =
	[(CUSTOMER, OPEN), (PASSER_BY, 2 * OPEN), (CUSTOMER, OPEN / 3), (PASSER_BY, OPEN / 7 + 1)];

/// The agent's stake.
const STAKE: u128 = 1_000 * OPEN;

/// The customer's bond.
const BOND: u128 = 100 * OPEN;

/// What each payer deposits with the agent.
const DEPOSIT: u128 = 10 * OPEN;

/// What an account has besides, for the fees of its calls.
const CHANGE: u128 = 10 * OPEN;

/// Half-life of the fast average of a weight, in blocks of a fast chain.
pub const FAST_HALF_LIFE: u32 = 5;

/// Half-life of the slow average, and of all that fades as weight does.
pub const SLOW_HALF_LIFE: u32 = 50;

/// The number of `Sr25519` among the kinds of signatures.
const SR25519: u8 = 1;

/// An account.
pub type AccountId = [u8; 32];

/// A signature with its kind.
type Signature = (u8, [u8; 64]);

/// What the chain has about an account's weight, as far as it is needed here.
#[derive(Debug, Decode, PartialEq, Eq)]
pub struct Earned {
	/// The weight when something was minted last.
	pub weight: Weight,
	/// The block in which that was.
	pub at: u32,
}

/// A batch that was submitted, with all that its agent keeps.
pub struct Batch {
	number: u64,
	receipts: Vec<Receipt<AccountId>>,
	receipt_tree: SumTree<Blake2b256>,
	payouts: Vec<Payout<AccountId>>,
	payout_tree: SumTree<Blake2b256>,
}

/// The accounts that the market pays for their work.
pub fn workers() -> Result<Vec<Keypair>> {
	OWNERS.into_iter().chain([AGENT]).map(account).collect()
}

/// Registers the models and the agent, and gives the payers what they need.
pub async fn found(chain: &Chain) -> Result<()> {
	let (developer, agent) = (account(DEVELOPER)?, account(AGENT)?);
	let [customer, passer_by, signer] = [CUSTOMER, PASSER_BY, SIGNER].map(account);
	let (customer, passer_by, signer) = (customer?, passer_by?, signer?);
	let mut calls = register_models()?;
	for (who, amount) in [(&customer, BOND + DEPOSIT), (&passer_by, DEPOSIT), (&signer, 0)] {
		calls.push(transfer(who, amount + CHANGE));
	}
	let terms = (id(&signer), id(&agent), Compact(STAKE), Roles::only(Role::Serve), Hardware::Cpu);
	let register = chain.call("Agents", "register", &terms.encode())?;
	try_join(chain.submit(&all(calls), &developer), chain.submit(&register, &agent)).await?;

	let open = chain.call("Credits", "open", &(id(&agent), Compact(DEPOSIT), Terms::ANY).encode())?;
	let bond = chain.call("ContributionVoting", "bond", &Compact(BOND).encode())?;
	let (bond_and_open, open) = (all([bond, open.clone()]), all([open]));
	try_join(chain.submit(&bond_and_open, &customer), chain.submit(&open, &passer_by)).await?;
	Ok(())
}

/// A transfer to the account of `to`.
pub fn transfer(to: &Keypair, amount: u128) -> DynamicPayload {
	let to = Value::unnamed_variant("Id", [Value::from_bytes(id(to))]);
	tx("Balances", "transfer_keep_alive", vec![to, Value::u128(amount)])
}

/// The weight of `who` as it was when something was last minted for it.
pub async fn earned(chain: &Chain, who: &AccountId, at: H256) -> Result<Option<Earned>> {
	chain.stored("ContributionVoting", "Accounts", vec![Value::from_bytes(who)], at).await
}

impl Batch {
	/// Sells what is sold, and submits the receipts. The first batch of the chain.
	pub async fn submit(chain: &Chain) -> Result<Self> {
		let (agent, signer) = (account(AGENT)?, account(SIGNER)?);
		let domain = Domain { genesis: chain.hash(0).await?.0.into() };
		let receipts = receipts(&domain, chain.finalized().await?)?;
		let leaves = receipts.iter().map(|receipt| (receipt.leaf(&domain, &id(&agent)), receipt.fee));
		let receipt_tree = SumTree::new(leaves).context("the fees overflow")?;
		let treasury = chain.api.constants().at(&constant("Treasury", "pot_account"))?;
		let treasury = AccountId::decode(&mut treasury.encoded())?;
		let divided: Vec<_> = receipts.iter().map(|receipt| divide(receipt, treasury)).collect::<Result<_>>()?;
		let (_, payouts) = payout::settle(&DEFAULT_SPLIT, &id(&agent), divided).context("the payouts overflow")?;
		let payout_tree = payout::tree(&payouts, &domain, &id(&agent), 0).context("the payouts overflow")?;

		let next: Option<u64> = chain.stored("Attribution", "NextBatch", vec![], chain.head().await?).await?;
		let draws = draws(chain, &domain, &receipts).await?;
		let lot = audit::lot(&domain, &[1, 2, 3, 4].map(|secret| [secret; 32].into()));
		let roots = (receipt_tree.commitment(), payout_tree.commitment());
		let args = (Compact(0_u64), roots.0, roots.1, [0_u8; 32], draws, lot);
		chain.submit(&chain.call("Attribution", "submit_batch", &args.encode())?, &signer).await?;
		Ok(Self { number: next.unwrap_or_default(), receipts, receipt_tree, payouts, payout_tree })
	}

	/// Waits until the chain has drawn receipts of the batch, and publishes what they claim of their sources.
	pub async fn open_sample(&self, chain: &Chain, limit: Duration) -> Result<()> {
		let sample = async || {
			let points: Option<Vec<u128>> =
				chain.stored("Attribution", "Samples", vec![self.key()], chain.head().await?).await?;
			Ok(points.unwrap_or_default())
		};
		let points = until("sample of the batch", limit, sample, |points| !points.is_empty()).await?;
		let mut openings = Vec::new();
		let mut before = 0;
		for (leaf, receipt) in (0_u32..).zip(&self.receipts) {
			let after = before + receipt.fee;
			if points.iter().any(|point| (before..after).contains(point)) {
				let proof = self.receipt_tree.prove(leaf).context("no such receipt")?;
				openings.push((leaf, receipt, proof, Attribution::default()));
			}
			before = after;
		}
		let open = chain.call("Attribution", "open", &(Compact(self.number), openings).encode())?;
		chain.submit(&open, &account(SIGNER)?).await
	}

	/// Waits until the batch is settled, and pays everybody.
	pub async fn pay_out(&self, chain: &Chain, limit: Duration) -> Result<()> {
		let state = async || {
			let batch = chain.described("Attribution", "Batches", vec![self.key()], chain.head().await?).await?;
			match batch.as_ref().at("state").map(|state: &DecodedValue| &state.value) {
				Some(ValueDef::Variant(state)) => Ok(state.name.clone()),
				other => anyhow::bail!("{other:?} is no state of a batch"),
			}
		};
		until("state of the batch", limit, state, |state| state == "Settled").await?;
		let mut proofs = Vec::new();
		for (leaf, payout) in (0..).zip(&self.payouts) {
			let proof =
				self.payout_tree.prove(leaf).and_then(|proof| proof.try_into().ok()).context("no such payout")?;
			proofs.push(PayoutProof { leaf, payout: payout.clone(), proof });
		}
		let distribute = chain.call("Attribution", "distribute", &(Compact(self.number), proofs).encode())?;
		chain.submit(&distribute, &account(SIGNER)?).await
	}

	/// Who earns how much weight, in planck, by being paid in block `at`: from the submission of a batch on its weight fades.
	pub async fn weights(&self, chain: &Chain, at: u32) -> Result<BTreeMap<AccountId, u128>> {
		let batch = chain.described("Attribution", "Batches", vec![self.key()], chain.finalized_hash().await?).await?;
		let submitted = batch.as_ref().at("submitted").and_then(DecodedValue::as_u128).context("no batch")?;
		let age = u64::from(at).checked_sub(submitted as u64).context("paid before it was submitted")?;
		let weighing = self.payouts.iter().filter(|payout| payout.weight > 0);
		Ok(weighing.map(|payout| (payout.account, decayed(payout.weight, age, SLOW_HALF_LIFE))).collect())
	}

	fn key(&self) -> Value {
		Value::u128(self.number.into())
	}
}

/// Registers the base as model 0 and the adapter as model 1.
fn register_models() -> Result<Vec<DynamicPayload>> {
	let hash = |byte: u8| Value::from_bytes([byte; 32]);
	let parts = [("config", hash(1)), ("weights", hash(2)), ("tokenizer", hash(3))];
	let family = ("family", Value::unnamed_variant("Llama", []));
	let base = Value::named_variant("Base", [family].into_iter().chain(parts));
	let adapter = Value::named_variant(
		"Adapter",
		[
			("base", Value::u128(0)),
			("rank", Value::u128(8)),
			("targets", Value::unnamed_composite([Value::unnamed_variant("Query", [])])),
			("weights", hash(4)),
			("manifest", hash(5)),
			("data", Value::unnamed_composite([])),
		],
	);
	let register = |kind, owners: &Owners<AccountId>| {
		let share = |(who, points): &(AccountId, u16)| {
			Value::unnamed_composite([Value::from_bytes(who), Value::u128((*points).into())])
		};
		let split = Value::unnamed_composite(owners.iter().map(share));
		let (licence, price, parents) =
			(Value::from_bytes("Apache-2.0"), Value::u128(OPEN), Value::unnamed_composite([]));
		tx("ModelRegistry", "register", vec![kind, licence, price.clone(), price, split, parents])
	};
	let (of_adapter, of_base) = owners()?;
	Ok(vec![register(base, &of_base), register(adapter, &of_adapter)])
}

/// The owners of the adapter, and those of its base, in equal shares.
fn owners() -> Result<(Owners<AccountId>, Owners<AccountId>)> {
	let all = OWNERS.into_iter().map(|path| Ok(id(&account(path)?))).collect::<Result<Vec<_>>>()?;
	let equal = |owners: &[AccountId]| {
		let share = 10_000 / owners.len() as u16;
		let mut shares: Owners<AccountId> = owners.iter().map(|owner| (*owner, share)).collect();
		// What equal shares leave over.
		if let Some((_, first)) = shares.first_mut() {
			*first = 10_000 - share * (owners.len() as u16 - 1);
		}
		shares
	};
	let (adapter, base) = all.split_at(8);
	Ok((equal(adapter), equal(base)))
}

/// The receipts of what is sold: answers without sources.
fn receipts(domain: &Domain, at: u32) -> Result<Vec<Receipt<AccountId>>> {
	let sold = (0..).zip(SALES);
	sold.map(|(seq, (payer, fee))| {
		let hash = [seq as u8 + 1; 32].into();
		Ok(Receipt {
			seq,
			payer: id(&account(payer)?),
			model: ModelId(1),
			request: hash,
			response: hash,
			tokens_in: 20,
			tokens_out: 50,
			fee,
			fingerprint: audit::fingerprint(domain, &hash, &hash),
			attribution: Attribution::default().commitment(domain),
			class: NumericClass::Exact,
			at,
		})
	})
	.collect()
}

/// Who shares in the fee of a receipt. Without sources the treasury has the part of those who write rows.
fn divide(receipt: &Receipt<AccountId>, treasury: AccountId) -> Result<Divided<AccountId>> {
	let (adapter, base) = owners()?;
	let royalties = payout::royalties((ModelId(1), &adapter), Some((ModelId(0), &base)), &[]).context("overflow")?;
	let answer = payout::Answer { fee: receipt.fee, royalties, sources: vec![], commons: (treasury, None) };
	let lines: Vec<Line<AccountId>> = answer.lines(&DEFAULT_SPLIT).context("the fee overflows")?;
	let weighs = receipt.payer == id(&account(CUSTOMER)?);
	Ok(Divided { payer: receipt.payer, fee: receipt.fee, weighs, lines })
}

/// What `receipts` draw from their payers, by vouchers that allow so much and no more.
async fn draws(
	chain: &Chain,
	domain: &Domain,
	receipts: &[Receipt<AccountId>],
) -> Result<Vec<Draw<AccountId, Signature>>> {
	let agent = id(&account(AGENT)?);
	let mut draws = Vec::new();
	for path in [CUSTOMER, PASSER_BY] {
		let key = account(path)?;
		let payer = id(&key);
		let parties = vec![Value::from_bytes(payer), Value::from_bytes(agent)];
		let channel: Option<u32> = chain.stored("Credits", "Channels", parties, chain.head().await?).await?;
		let channel = channel.with_context(|| format!("{path} has no channel"))?;
		let drawn = receipts.iter().filter(|receipt| receipt.payer == payer).map(|receipt| receipt.fee).sum();
		let voucher = Voucher { payer, agent, channel, cumulative: drawn };
		let signature = (SR25519, key.sign(&voucher.payload(domain)).0);
		draws.push(Draw { payer, drawn, ceiling: drawn, signer: None, signature, weighs: path == CUSTOMER });
	}
	draws.sort_by_key(|draw| draw.payer);
	ensure!(draws.iter().all(|draw| draw.drawn > 0), "nothing is sold to a payer");
	Ok(draws)
}
