//! From an empty chain to an agent that serves an adapter with sources.

use crate::{
	roles::{self, Roles},
	rows,
};
use anyhow::Context;
use openledger_attribution::{
	rows::to_jsonl, Contribution, ContributionFile, DatanetVersion, Encoder, EncoderPaths, RetrievalIndex, RowText,
	RETRIEVAL_THRESHOLD,
};
use openledger_chain::{
	pallets::{agents, attribution, contribution_voting, credits, datanets, model_registry},
	AccountId, Balance, Chain, Key, Runtime, RuntimeCall, RuntimeEvent, Wait,
};
use openledger_openlora::{Mode, Model};
use openledger_primitives::{
	judgement::seal_contribution, manifest::TrainingData, Commitment, ContentHash, ContributionId, DatanetId, Hardware,
	IndexId, IndexKind, Manifest, ModelId, Role, Terms,
};
use openledger_store::Store;
use openledger_worker::{
	config::{AgentConfig, BatchConfig, ChainConfig, Config, EngineConfig, GatewayConfig, IndexConfig, ModelConfig},
	train,
};
use serde::{Deserialize, Serialize};
use sp_core::H256;
use std::{
	collections::BTreeSet,
	ops::ControlFlow,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
};

/// One OPEN in planck.
pub const OPEN: Balance = 1_000_000_000_000_000_000;
/// The agent's stake.
pub const STAKE: Balance = 1_000 * OPEN;
/// The payer's deposit.
pub const DEPOSIT: Balance = 50 * OPEN;
/// The payer's bond: room for the weight of 33 OPEN of fees.
pub const BOND: Balance = 100 * OPEN;
/// Price of 1,000 tokens of prompt, and of answer.
pub const PRICE: (Balance, Balance) = (OPEN, 2 * OPEN);
/// What the payer agrees to: these prices and the split of protocol §10, nothing beyond.
pub const TERMS: Terms = Terms { price_in: PRICE.0, price_out: PRICE.1, overhead: 45 };

/// What was deployed: kept beside the chain's state, so that a restart finds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deployment {
	/// The chain.
	pub genesis: H256,
	/// The datanet.
	pub datanet: DatanetId,
	/// Its frozen version.
	pub version: u32,
	/// The base model.
	pub base: ModelId,
	/// The adapter.
	pub adapter: ModelId,
	/// The index asset.
	pub asset: ModelId,
	/// The published index.
	pub index: IndexId,
	/// BLAKE3 hashes of the contributions in the store.
	pub contributions: Vec<H256>,
}

/// The files of a deployment.
#[derive(Clone, Debug)]
pub struct Files {
	/// The folder.
	pub folder: PathBuf,
	/// Models, encoder, WordNet.
	pub assets: PathBuf,
}

impl Files {
	/// The base model.
	pub fn model(&self) -> PathBuf {
		self.assets.join("SmolLM2-135M-Instruct.Q4_1.gguf")
	}
	/// The rows, in the order of the version.
	pub fn rows(&self) -> PathBuf {
		self.folder.join("rows.jsonl")
	}
	/// The index.
	pub fn index(&self) -> PathBuf {
		self.folder.join("index.bin")
	}
	/// The adapter.
	pub fn adapter(&self) -> PathBuf {
		self.folder.join("adapter")
	}
	/// The worker's configuration.
	pub fn config(&self) -> PathBuf {
		self.folder.join("worker.toml")
	}
	fn deployment(&self) -> PathBuf {
		self.folder.join("deployment.json")
	}
}

/// Deploys, or finds what was deployed on this chain before.
pub async fn deploy(chain: &Chain, roles: &Roles, files: &Files, steps: u32) -> anyhow::Result<Deployment> {
	if let Ok(text) = std::fs::read_to_string(files.deployment()) {
		let found: Deployment = serde_json::from_str(&text).context("deployment.json is damaged: make clean")?;
		if found.genesis == chain.domain().genesis {
			println!("  found the deployment of an earlier run");
			return Ok(found);
		}
	}
	let (datanet, version, contributions, texts) = datanet(chain, roles, files).await?;
	let manifest = train_adapter(files, &version, steps).await?;
	let (base, asset, adapter) = register(chain, roles, files, datanet, &version, &manifest).await?;
	let index = publish(chain, roles, files, asset, &version, &texts).await?;
	agent(chain, roles).await?;
	bond(chain, &roles.payer).await?;
	let deployment = Deployment {
		genesis: chain.domain().genesis,
		datanet,
		version: version.version(),
		base,
		adapter,
		asset,
		index,
		contributions,
	};
	let part = files.folder.join("deployment.part");
	std::fs::write(&part, serde_json::to_string_pretty(&deployment)?)?;
	std::fs::rename(&part, files.deployment())?;
	Ok(deployment)
}

async fn datanet(
	chain: &Chain,
	roles: &Roles,
	files: &Files,
) -> anyhow::Result<(DatanetId, DatanetVersion, Vec<H256>, Vec<RowText>)> {
	let call = datanets::Call::<Runtime>::create {
		meta: b"WordNet glosses: food, animals, plants".to_vec(),
		schema: H256(*blake3::hash(b"{prompt: string, response: string}").as_bytes()),
		licence: bounded(b"LicenseRef-WordNet-3.0".to_vec())?,
	};
	let created = submit(chain, &roles.developer, call).await?;
	let datanet = created.find(|event| match event {
		RuntimeEvent::Datanets(datanets::Event::Created { datanet, .. }) => Some(*datanet),
		_ => None,
	});
	let datanet = datanet.context("no datanet was created")?;
	println!("  datanet {datanet} created by {}", roles.developer.account());

	let store = Store::open(files.folder.join("blobs"))?;
	let mut offers = vec![];
	for (key, rows) in roles.contributors.iter().zip(rows::contributions(&files.assets)?) {
		let file = ContributionFile::new(&rows)?;
		anyhow::ensure!(H256(store.put(&file.bytes)?) == file.content, "the store names blobs differently");
		offers.push(commit(chain, key, datanet, rows, file).await?);
	}
	// All commitments are in a block by now: the contents are shown together, in a later one.
	futures::future::try_join_all(offers.iter().map(|offer| reveal(chain, datanet, offer))).await?;
	let (mut parts, mut ids, mut contents) = (vec![], vec![], vec![]);
	for Offer { id, key, rows, file, .. } in offers {
		println!("  contribution {id}: {} rows by {}", rows.len(), key.account());
		ids.push(id);
		contents.push(file.content);
		parts.push(Contribution { id, contributor: key.account(), licensed: true, rows });
	}
	let version = DatanetVersion::build(chain.domain(), datanet, 0, parts, &BTreeSet::new())?;
	freeze(chain, &roles.developer, datanet, &version, ids).await?;
	println!(
		"  version {} frozen: {} rows under {:?}",
		version.version(),
		version.texts().len(),
		version.commitment().root
	);
	std::fs::write(files.rows(), to_jsonl(version.texts()))?;
	let texts = version.texts().to_vec();
	Ok((datanet, version, contents, texts))
}

/// Rows that somebody has committed to.
struct Offer<'a> {
	id: ContributionId,
	key: &'a Key,
	rows: Vec<RowText>,
	file: ContributionFile,
	salt: H256,
}

/// Commits to rows without showing them: nobody can hand them in before their contributor.
async fn commit<'a>(
	chain: &Chain,
	key: &'a Key,
	datanet: DatanetId,
	rows: Vec<RowText>,
	file: ContributionFile,
) -> anyhow::Result<Offer<'a>> {
	let mut salt = H256::zero();
	getrandom::fill(&mut salt.0).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
	let seal = seal_contribution(&chain.domain(), datanet, &key.account(), &file.rows, &file.content, &salt);
	let call = datanets::Call::<Runtime>::commit { datanet, seal };
	let id = submit(chain, key, call).await?.find(|event| match event {
		RuntimeEvent::Datanets(datanets::Event::Committed { contribution, .. }) => Some(*contribution),
		_ => None,
	});
	Ok(Offer { id: id.context("nothing was committed to")?, key, rows, file, salt })
}

/// Shows what was committed to.
async fn reveal(chain: &Chain, datanet: DatanetId, offer: &Offer<'_>) -> anyhow::Result<()> {
	let Offer { id, key, file, salt, .. } = offer;
	let call = datanets::Call::<Runtime>::reveal {
		datanet,
		contribution: *id,
		rows: file.rows,
		bytes: u64::try_from(file.bytes.len())?,
		content: file.content,
		salt: *salt,
	};
	submit(chain, key, call).await.map(drop)
}

async fn freeze(
	chain: &Chain,
	owner: &Key,
	datanet: DatanetId,
	version: &DatanetVersion,
	contributions: Vec<ContributionId>,
) -> anyhow::Result<()> {
	let clusters: Vec<u32> = version.leaves().iter().map(|leaf| leaf.cluster).collect();
	let call = datanets::Call::<Runtime>::freeze_version {
		datanet,
		rows: version.commitment(),
		clusters: H256(*blake3::hash(&codec::Encode::encode(&clusters)).as_bytes()),
		contributions: bounded(contributions)?,
	};
	submit(chain, owner, call).await.map(drop)
}

/// Is set when the future that owns it is dropped.
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
	fn drop(&mut self) {
		self.0.store(true, Ordering::Relaxed);
	}
}

/// Trains in this process with the worker's own code; live progress on standard output. Ends early when dropped.
async fn train_adapter(
	files: &Files,
	version: &DatanetVersion,
	steps: u32,
) -> anyhow::Result<openledger_factory::Manifest> {
	if files.adapter().exists() {
		std::fs::remove_dir_all(files.adapter())?;
	}
	let args = train::TrainArgs {
		model: files.model(),
		rows: files.rows(),
		out: files.adapter(),
		rank: 8,
		steps,
		batch_rows: 4,
		learning_rate: 5e-4,
		seed: 7,
		dataset_root: format!("{:?}", version.commitment().root),
	};
	let cancelled = Arc::new(AtomicBool::new(false));
	let _cancel = Cancel(cancelled.clone());
	let work = move || {
		train::run(&args, |step| {
			if step.step == 1 || step.step % 5 == 0 {
				let (at, speed) = (format!("{:>3}/{}", step.step, step.steps), step.tokens_per_second);
				println!("  step {at}  loss {:.3}  {speed:.0} tokens/s", step.loss);
			}
			match cancelled.load(Ordering::Relaxed) {
				true => ControlFlow::Break(()),
				false => ControlFlow::Continue(()),
			}
		})
	};
	let manifest = tokio::task::spawn_blocking(work).await??;
	let report = &manifest.report;
	println!(
		"  held-out loss {:.3} -> {:.3}",
		report.evaluation_before.unwrap_or(f32::NAN),
		report.evaluation_after.unwrap_or(f32::NAN)
	);
	Ok(manifest)
}

async fn register(
	chain: &Chain,
	roles: &Roles,
	files: &Files,
	datanet: DatanetId,
	version: &DatanetVersion,
	manifest: &openledger_factory::Manifest,
) -> anyhow::Result<(ModelId, ModelId, ModelId)> {
	use model_registry::types::{Family, ModelKind, Target};
	let model = Model::open(&files.model())?;
	let weights = H256(model.hash()?);
	// Configuration and tokenizer are inside the one GGUF file.
	let base = ModelKind::Base { family: Family::Llama, config: weights, weights, tokenizer: weights };
	let base = register_one(chain, &roles.base_owner, base, b"Apache-2.0").await?;
	println!("  base model {base} registered by {}", roles.base_owner.account());

	let encoder =
		std::fs::read(files.assets.join("minilm.onnx")).context("the sentence encoder is missing: run `make setup`")?;
	let encoder = H256(*blake3::hash(&encoder).as_bytes());
	let asset = ModelKind::Index { datanet, version: version.version(), encoder };
	let asset = register_one(chain, &roles.developer, asset, b"LicenseRef-WordNet-3.0").await?;

	let manifest_bytes = std::fs::read(files.adapter().join("manifest.json"))?;
	let targets =
		vec![Target::Query, Target::Key, Target::Value, Target::Output, Target::Gate, Target::Up, Target::Down];
	let adapter_weights = H256(parse_hash(&manifest.adapter_blake3)?);
	let trained_on = TrainingData { datanet, version: version.version(), rows: version.commitment() };
	let origin = Manifest {
		base,
		base_weights: ContentHash(weights),
		data: bounded(vec![trained_on])?,
		recipe: ContentHash(H256(*blake3::hash(&manifest_bytes).as_bytes())),
		adapter: ContentHash(adapter_weights),
	};
	let adapter = ModelKind::Adapter {
		base,
		rank: u16::try_from(manifest.lora.rank)?,
		targets: bounded(targets)?,
		weights: adapter_weights,
		manifest: origin.commitment(&chain.domain()),
		data: bounded(vec![(datanet, version.version())])?,
	};
	let adapter = register_one(chain, &roles.developer, adapter, b"Apache-2.0").await?;
	println!("  adapter {adapter} and index asset {asset} registered by {}", roles.developer.account());
	Ok((base, asset, adapter))
}

fn parse_hash(text: &str) -> anyhow::Result<[u8; 32]> {
	hex::decode(text)?.try_into().map_err(|_| anyhow::anyhow!("`{text}` is not a hash"))
}

async fn register_one(
	chain: &Chain,
	key: &Key,
	kind: model_registry::types::ModelKind,
	licence: &[u8],
) -> anyhow::Result<ModelId> {
	let call = model_registry::Call::<Runtime>::register {
		kind,
		licence: bounded(licence.to_vec())?,
		price_in: PRICE.0,
		price_out: PRICE.1,
		split: bounded(vec![(key.account(), 10_000)])?,
		parents: Default::default(),
	};
	let id = submit(chain, key, call).await?.find(|event| match event {
		RuntimeEvent::ModelRegistry(model_registry::Event::Registered { model, .. }) => Some(*model),
		_ => None,
	});
	id.context("no model was registered")
}

async fn publish(
	chain: &Chain,
	roles: &Roles,
	files: &Files,
	asset: ModelId,
	version: &DatanetVersion,
	texts: &[RowText],
) -> anyhow::Result<IndexId> {
	let encoder = Encoder::load(&EncoderPaths::in_assets(&files.assets), 2)?;
	let passages: Vec<String> = texts.iter().map(RowText::passage).collect();
	let vectors = encoder.encode(&passages.iter().map(String::as_str).collect::<Vec<_>>())?;
	let rows = version.index_rows(vectors, |_| 256)?;
	let index = RetrievalIndex::build(chain.domain(), version.datanet(), version.version(), rows, RETRIEVAL_THRESHOLD)?;
	index.save(files.index())?;
	let commitment: Commitment = index.commitment();
	let call = attribution::Call::<Runtime>::publish_index {
		model: asset,
		kind: IndexKind::Retrieval,
		dim: index.dim(),
		rows: commitment,
		threshold: index.threshold(),
	};
	let id = submit(chain, &roles.developer, call).await?.find(|event| match event {
		RuntimeEvent::Attribution(attribution::Event::IndexPublished { index, .. }) => Some(*index),
		_ => None,
	});
	let id = id.context("no index was published")?;
	println!(
		"  attribution index {id} published: {} vectors of {} under {:?}",
		commitment.count,
		index.dim(),
		commitment.root
	);
	Ok(id)
}

async fn agent(chain: &Chain, roles: &Roles) -> anyhow::Result<()> {
	register_agent(chain, &roles.agent, &roles.signer.account(), &roles.beneficiary).await?;
	println!("  agent {} bonded {} OPEN", roles.agent.account(), STAKE / OPEN);
	open_channel(chain, &roles.payer, &roles.agent.account()).await?;
	println!(
		"  channel of {} OPEN opened by {}: at most {} OPEN for 1,000 tokens in, {} for 1,000 out, {} % to others than \
		 models and data",
		DEPOSIT / OPEN,
		roles.payer.account(),
		TERMS.price_in / OPEN,
		TERMS.price_out / OPEN,
		TERMS.overhead,
	);
	Ok(())
}

/// Bonds for what `payer` pays, so that those who are paid gain weight; and waits until the bond is final, as for a channel.
async fn bond(chain: &Chain, payer: &Key) -> anyhow::Result<()> {
	let call = contribution_voting::Call::<Runtime>::bond { amount: BOND };
	chain.submit(payer, call, Wait::Finalised).await?;
	println!("  {} bonds {} OPEN: what it pays gives weight to those who are paid", payer.account(), BOND / OPEN);
	Ok(())
}

/// Registers an agent with the usual stake, and gives its signer something to pay transactions with.
pub async fn register_agent(
	chain: &Chain,
	agent: &Key,
	signer: &AccountId,
	beneficiary: &AccountId,
) -> anyhow::Result<()> {
	let call = agents::Call::<Runtime>::register {
		signer: signer.clone(),
		beneficiary: beneficiary.clone(),
		roles: openledger_primitives::Roles::only(Role::Serve),
		hardware: Hardware::Cpu,
		stake: STAKE,
	};
	submit(chain, agent, call).await?;
	let call = openledger_chain::pallets::balances::Call::<Runtime>::transfer_keep_alive {
		dest: signer.clone().into(),
		value: 10 * OPEN,
	};
	submit(chain, agent, call).await.map(drop)
}

/// Opens a channel with the usual deposit, and waits until it is final: workers read the finalised state only.
pub async fn open_channel(chain: &Chain, payer: &Key, agent: &AccountId) -> anyhow::Result<()> {
	let call = credits::Call::<Runtime>::open { agent: agent.clone(), deposit: DEPOSIT, terms: TERMS };
	chain.submit(payer, call, Wait::Finalised).await?;
	Ok(())
}

async fn submit(chain: &Chain, key: &Key, call: impl Into<RuntimeCall>) -> anyhow::Result<openledger_chain::Included> {
	Ok(chain.submit(key, call, Wait::Included).await?)
}

fn bounded<T, B: TryFrom<Vec<T>>>(items: Vec<T>) -> anyhow::Result<B> {
	let count = items.len();
	B::try_from(items).map_err(|_| anyhow::anyhow!("{count} items are too many"))
}

/// Writes the worker's configuration and its key.
pub fn configure(
	files: &Files,
	deployment: &Deployment,
	node: &str,
	gateway_port: u16,
	interval_s: u64,
) -> anyhow::Result<()> {
	let key = files.folder.join("signer.key");
	write_secret(&key, roles::SIGNER_URI)?;
	let index = IndexConfig { id: deployment.index.0, file: files.index(), rows: files.rows() };
	let model = |id: ModelId, title: &str, adapter| ModelConfig {
		id: id.0,
		title: title.into(),
		adapter,
		index: Some(index.clone()),
	};
	let config = Config {
		state: files.folder.join("worker"),
		chain: ChainConfig { url: node.into(), genesis: Some(deployment.genesis) },
		agent: AgentConfig { signer_file: key },
		gateway: GatewayConfig { listen: ([127, 0, 0, 1], gateway_port).into(), default_tokens: 96, max_tokens: 512 },
		engine: EngineConfig {
			model: files.model(),
			assets: files.assets.clone(),
			threads: 0,
			queue: 32,
			max_context: 2_048,
			mode: Mode::E8,
			memory_mib: 512,
		},
		batch: BatchConfig { interval_s, ..BatchConfig::default() },
		auditor: None,
		models: vec![
			model(deployment.adapter, "SmolLM2-135M with a WordNet adapter", Some(files.adapter())),
			model(deployment.base, "SmolLM2-135M-Instruct", None),
		],
	};
	std::fs::write(files.config(), toml::to_string_pretty(&config)?)?;
	Ok(())
}

fn write_secret(path: &Path, secret: &str) -> anyhow::Result<()> {
	use std::{io::Write, os::unix::fs::OpenOptionsExt};
	let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
	Ok(writeln!(file, "{secret}")?)
}
