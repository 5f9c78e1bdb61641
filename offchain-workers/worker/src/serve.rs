//! `openledger-worker run`: everything wired together.

use crate::{
	auditor::{self, Auditor},
	batcher::Batcher,
	books::{Books, Division, Identity},
	config::{Config, IndexConfig, ModelConfig},
	distributor::Distributor,
	duties::{self, Keeper},
	journal::Journal,
	offers::Offers,
	records,
	supervisor::Supervisor,
	takedowns::{self, Watched, Watcher},
	transcripts,
};
use anyhow::{bail, Context};
use openledger_attribution::{rows, Encoder, EncoderPaths, RetrievalIndex};
use openledger_chain::{pallets::model_registry::types::ModelKind, AssetRecord, Chain, Key};
use openledger_gateway::{router, Catalog, Gateway, Limits, Retrieval, ServedModel};
use openledger_openlora::{Engine, EngineOptions, Model};
use openledger_primitives::{money::DEFAULT_SPLIT, IndexId, ModelId};
use openledger_store::Store;
use sp_core::H256;
use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Seconds between looks at batches that are on the chain.
const DISTRIBUTE_EVERY: Duration = Duration::from_secs(6);
/// Seconds between looks at the node, and how many may fail in a row.
const WATCH_EVERY: Duration = Duration::from_secs(10);
const MAX_FAILURES: u32 = 6;
/// Seconds between looks at the offers.
const OFFER_EVERY: Duration = Duration::from_secs(600);

/// Serves until a signal comes.
pub async fn run(config: Config) -> anyhow::Result<()> {
	let chain = Chain::connect(&config.chain.url, config.chain.genesis).await?;
	let identity = identify(&chain, &config.agent.signer_file).await?;
	tracing::info!(agent = %identity.agent, signer = %identity.signer.account(), "serving for");
	std::fs::create_dir_all(&config.state).with_context(|| format!("cannot create {}", config.state.display()))?;
	let journal = Journal::open(&config.state.join("journal.redb"), chain.domain().genesis, &identity.agent)?;
	let store = Store::open(config.state.join("blobs"))?;

	let (engine, base_hash) = start_engine(&config)?;
	let mut served = vec![];
	let mut divisions = HashMap::new();
	let mut watched = Watched::new();
	for model in &config.models {
		let (entry, division) = load_model(&chain, &engine, base_hash, model, &mut watched)
			.await
			.with_context(|| format!("model {} ({})", model.id, model.title))?;
		divisions.insert(entry.id, division);
		served.push(entry);
	}
	let encoder = if served.iter().any(|model| model.retrieval.is_some()) {
		Some(Arc::new(Encoder::load(&EncoderPaths::in_assets(&config.engine.assets), 1)?))
	} else {
		None
	};

	let offers = Offers { chain: chain.clone(), identity: identity.clone(), models: offered(&served) };
	let books = Books::open(chain.clone(), identity, DEFAULT_SPLIT, divisions, journal).await?;
	let watcher = Watcher { chain: chain.clone(), books: books.clone(), watched };
	watcher.tick().await?;
	let limits = Limits {
		default_tokens: config.gateway.default_tokens,
		max_tokens: config.gateway.max_tokens,
		top_rows: openledger_chain::pallets::TOP_ROWS,
	};
	let gateway = Arc::new(Gateway::new(engine, encoder, Catalog(served), books.clone(), limits, config.engine.queue));
	supervise(config, chain, books, store, offers, watcher, gateway).await
}

fn offered(served: &[ServedModel]) -> Vec<(ModelId, u128, u128)> {
	served.iter().map(|model| (model.id, model.price_in, model.price_out)).collect()
}

async fn supervise(
	config: Config,
	chain: Chain,
	books: Books,
	store: Store,
	offers: Offers,
	watcher: Watcher,
	gateway: Arc<Gateway<Books>>,
) -> anyhow::Result<()> {
	let app = router(gateway.clone())
		.merge(records::router(books.clone()))
		.merge(transcripts::router(chain.clone(), books.clone()));
	let listen = config.gateway.listen;
	let listener = tokio::net::TcpListener::bind(listen)
		.await
		.with_context(|| format!("cannot listen on {listen}: choose another address in [gateway] listen"))?;
	let mut supervisor = Supervisor::default();
	if let Some(config) = &config.auditor {
		let gateways = config.gateways().map_err(anyhow::Error::msg)?;
		let (chain, books, gateway) = (chain.clone(), books.clone(), gateway.clone());
		let auditor = Arc::new(Auditor { chain, books, gateway, gateways });
		supervisor.recurring("auditor", auditor::EVERY, move || {
			let auditor = auditor.clone();
			async move { auditor.tick().await }
		});
	}
	let stop = supervisor.token();
	supervisor.critical("gateway", async move {
		axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await?;
		// Answers whose callers have left are finished too.
		gateway.answers.close();
		gateway.answers.wait().await;
		Ok(())
	});
	let (stop, watched) = (supervisor.token(), chain.clone());
	supervisor.critical("chain", async move { watch(&watched, stop).await });
	let interval = Duration::from_secs(config.batch.interval_s);
	let batcher = Arc::new(Batcher::new(chain.clone(), books.clone(), store, config.batch));
	supervisor.recurring("batcher", interval, move || {
		let batcher = batcher.clone();
		async move { batcher.tick().await.map(drop) }
	});
	let keeper = Arc::new(Keeper { chain: chain.clone(), books: books.clone() });
	supervisor.recurring("duties", duties::EVERY, move || {
		let keeper = keeper.clone();
		async move { keeper.tick().await }
	});
	let distributor = Arc::new(Distributor { chain, books });
	supervisor.recurring("distributor", DISTRIBUTE_EVERY, move || {
		let distributor = distributor.clone();
		async move { distributor.tick().await }
	});
	let watcher = Arc::new(watcher);
	supervisor.recurring("takedowns", takedowns::EVERY, move || {
		let watcher = watcher.clone();
		async move { watcher.tick().await }
	});
	let offers = Arc::new(offers);
	supervisor.recurring("offers", OFFER_EVERY, move || {
		let offers = offers.clone();
		async move { offers.tick().await }
	});
	tracing::info!(%listen, "ready");
	supervisor.run().await
}

/// Ends when the node cannot be reached for a minute: whoever started this process can start it again.
async fn watch(chain: &Chain, stop: CancellationToken) -> anyhow::Result<()> {
	let mut failures = 0;
	loop {
		tokio::select! {
			() = stop.cancelled() => return Ok(()),
			() = tokio::time::sleep(WATCH_EVERY) => {},
		}
		match chain.finalised().await {
			Ok(_) => failures = 0,
			Err(error) if failures + 1 >= MAX_FAILURES => return Err(error).context("the node is gone"),
			Err(_) => failures += 1,
		}
	}
}

/// The key in `file`, and the agent it signs for.
async fn identify(chain: &Chain, file: &Path) -> anyhow::Result<Identity> {
	let secret = std::fs::read_to_string(file)
		.with_context(|| format!("cannot read the signer's secret from {}", file.display()))?;
	let signer = Key::from_uri(secret.trim())?;
	let account = signer.account();
	let Some(agent) = chain.agent_of_signer(&account).await? else {
		bail!("{account} signs for no agent on this chain: register one with it as signer (agents.register)");
	};
	let record = chain.agent(&agent).await?.context("the agent was removed a moment ago")?;
	Ok(Identity { agent, beneficiary: record.beneficiary, signer })
}

fn start_engine(config: &Config) -> anyhow::Result<(Engine, H256)> {
	let model = Model::open(&config.engine.model)?;
	let hash = H256(model.hash()?);
	let options = EngineOptions {
		queue: config.engine.queue,
		threads: config.engine.threads,
		max_context: config.engine.max_context,
		mode: config.engine.mode,
		memory_bytes: config.engine.memory_mib << 20,
		..EngineOptions::default()
	};
	Ok((Engine::start(&model, options)?, hash))
}

/// Checks a model against the chain and makes it ready.
async fn load_model(
	chain: &Chain,
	engine: &Engine,
	base_hash: H256,
	config: &ModelConfig,
	watched: &mut Watched,
) -> anyhow::Result<(ServedModel, Division)> {
	let id = ModelId(config.id);
	let asset = chain.asset(id).await?.context("there is no such model on this chain")?;
	let adapter = check_weights(chain, engine, base_hash, config, &asset).await?;
	let royalties = chain.royalties(id).await?.context("the model disappeared a moment ago")?;
	let retrieval = match &config.index {
		Some(index) => Some(Arc::new(load_index(chain, index, watched).await?)),
		None => None,
	};
	let trained_on = match &asset.kind {
		ModelKind::Adapter { data, .. } => data.first().map(|(datanet, _)| *datanet),
		_ => None,
	};
	let datanet = retrieval.as_ref().map(|found| found.index.datanet()).or(trained_on);
	let served = ServedModel {
		id,
		title: config.title.clone(),
		adapter,
		price_in: asset.price_in,
		price_out: asset.price_out,
		retrieval,
	};
	Ok((served, Division { royalties, datanet }))
}

/// The files must be those that the registry names. Returns the engine's name of the adapter.
async fn check_weights(
	chain: &Chain,
	engine: &Engine,
	base_hash: H256,
	config: &ModelConfig,
	asset: &AssetRecord,
) -> anyhow::Result<Option<String>> {
	let same = |what: &str, found: H256, registered: H256| {
		anyhow::ensure!(found == registered, "the {what} here is {found:?}, the registered one is {registered:?}");
		Ok(())
	};
	match (&asset.kind, &config.adapter) {
		(ModelKind::Base { weights, .. }, None) => {
			same("base model", base_hash, *weights)?;
			Ok(None)
		}
		(ModelKind::Adapter { base, weights, .. }, Some(folder)) => {
			let base = chain.asset(*base).await?.context("the adapter's base model is gone")?;
			if let ModelKind::Base { weights, .. } = base.kind {
				same("base model", base_hash, weights)?;
			}
			let name = config.id.to_string();
			let info = engine.load_adapter(&name, folder)?;
			same("adapter", H256(info.hash), *weights)?;
			Ok(Some(name))
		}
		(ModelKind::Base { .. }, Some(_)) => bail!("the registry has it as a base model: remove `adapter`"),
		(ModelKind::Adapter { .. }, None) => bail!("the registry has it as an adapter: set `adapter` to its folder"),
		(ModelKind::Index { .. }, _) => bail!("it is an index asset, which cannot answer"),
		(ModelKind::Ensemble { .. }, _) => bail!("it is an ensemble: this worker serves base models and adapters only"),
	}
}

async fn load_index(chain: &Chain, config: &IndexConfig, watched: &mut Watched) -> anyhow::Result<Retrieval> {
	let id = IndexId(config.id);
	let published = chain.index(id).await?.with_context(|| format!("index {id} is not published on this chain"))?;
	anyhow::ensure!(published.retired.is_none(), "index {id} was retired: use another one, or none");
	let index = RetrievalIndex::load(&config.file)?;
	anyhow::ensure!(
		index.info() == published.info,
		"the file {} is not index {id}: the chain has {:?}, the file {:?}",
		config.file.display(),
		published.info,
		index.info(),
	);
	let bytes = std::fs::read(&config.rows).with_context(|| format!("cannot read {}", config.rows.display()))?;
	let rows = rows::from_jsonl(&bytes)?;
	anyhow::ensure!(rows.len() == index.leaves().len(), "index {id} has another number of rows than its file of rows");
	let source = watched.entry(index.datanet()).or_default();
	let (taken, retired) = (source.taken.clone(), source.retired.entry(id).or_default().clone());
	Ok(Retrieval { id, index, rows, taken, retired })
}
