//! Puts the node together: database, transaction pool, BABE, GRANDPA, BEEFY, network and JSON-RPC.

use crate::{beefy, discovery, equivocations, genesis, listen, rpc};
use futures::FutureExt;
use openledger_runtime::{apis::RuntimeApi, BlockNumber, Hash};
use sc_client_api::Backend;
use sc_consensus::DefaultImportQueue;
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{
	warp_proof::NetworkProvider, FinalityProofProvider, GrandpaBlockImport, LinkHalf, SharedAuthoritySet,
	SharedVoterState, VotingRulesBuilder,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::traits::{NetworkService, NotificationService},
	Litep2pNetworkBackend, NetworkBackend, NetworkWorker, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::{
	error::Error as ServiceError, BuildNetworkParams, Configuration, PartialComponents, SpawnTasksParams, TaskManager,
	WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::{inherents::InherentDataProvider as SlotProvider, SlotDuration};
use sp_inherents::CreateInherentDataProviders;
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimeProvider;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

pub(crate) use openledger_runtime::opaque::Block;

/// Runs the WASM runtime with the standard host functions and no others.
pub(crate) type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
/// The chain and its runtime.
pub(crate) type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// The database.
pub(crate) type FullBackend = sc_service::TFullBackend<Block>;
/// The best chain is the longest one.
pub(crate) type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// Transactions that wait.
pub(crate) type FullPool = TransactionPoolHandle<Block, FullClient>;
/// Imports blocks and their finality.
pub(crate) type FinalityImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
/// Imports blocks.
type FullBlockImport = BabeBlockImport<Block, FullClient, beefy::BlockImport, Inherents, FullSelectChain>;
/// The slot and the time of a new block.
pub(crate) type Inherents =
	Arc<dyn CreateInherentDataProviders<Block, (), InherentDataProviders = (SlotProvider, TimeProvider)>>;
/// The voter's end of the importer.
type FullGrandpaLink = LinkHalf<Block, FullClient, FullSelectChain>;
/// What every subcommand shares.
type Partial =
	PartialComponents<FullClient, FullBackend, FullSelectChain, DefaultImportQueue<Block>, FullPool, Consensus>;

/// Blocks between two proofs of finality that are kept.
const JUSTIFICATION_PERIOD: u32 = 512;

/// How long a vote takes to reach the network.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The part of a slot in which a block is filled.
const PROPOSAL_SLOT_PORTION: f32 = 0.5;

/// Telemetry messages that wait for a slow server; more are dropped.
const TELEMETRY_BUFFER: usize = 16;

/// What consensus needs once the node runs.
pub(crate) struct Consensus {
	block_import: FullBlockImport,
	babe_link: BabeLink<Block>,
	babe_worker: BabeWorkerHandle<Block>,
	grandpa_link: FullGrandpaLink,
	beefy_voter: beefy::VoterLinks,
	beefy_rpc: beefy::RpcLinks,
	inherents: Inherents,
	telemetry: Option<Telemetry>,
}

/// What every task of a running node may need.
pub(crate) struct Node {
	pub(crate) client: Arc<FullClient>,
	pub(crate) backend: Arc<FullBackend>,
	select_chain: FullSelectChain,
	pub(crate) pool: Arc<FullPool>,
	pub(crate) keystore: KeystorePtr,
	pub(crate) is_authority: bool,
	pub(crate) prometheus: Option<Registry>,
	telemetry: Option<TelemetryHandle>,
}

/// The running network.
struct Network {
	service: Arc<dyn NetworkService>,
	sync: Arc<SyncingService<Block>>,
	grandpa_notifications: Box<dyn NotificationService>,
}

/// What making blocks takes besides [`Node`].
struct Authoring {
	block_import: FullBlockImport,
	babe_link: BabeLink<Block>,
	inherents: Inherents,
	force: bool,
}

/// Opens the database and prepares everything that needs no network.
pub(crate) fn new_partial(config: &Configuration) -> Result<Partial, ServiceError> {
	let telemetry = build_telemetry(config)?;
	let executor = sc_service::new_wasm_executor(&config.executor);
	let backend = open_database(config)?;
	let genesis = genesis::build(config, &backend, &executor)?;
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts_with_genesis_builder::<Block, RuntimeApi, _, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			executor,
			backend,
			genesis,
			false,
		)?;
	let client = Arc::new(client);
	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = sc_consensus::LongestChain::new(backend.clone());
	let transaction_pool = Arc::new(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);
	let (import_queue, other) = build_consensus(config, &client, &backend, &select_chain, &task_manager, telemetry)?;

	Ok(PartialComponents {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other,
	})
}

/// Runs a node until its task manager ends.
pub(crate) fn new_full(config: Configuration) -> Result<TaskManager, ServiceError> {
	match config.network.network_backend {
		NetworkBackendType::Litep2p => start::<Litep2pNetworkBackend>(config),
		NetworkBackendType::Libp2p => start::<NetworkWorker<Block, Hash>>(config),
	}
}

/// Starts all tasks of a node whose network is `N`.
fn start<N: NetworkBackend<Block, Hash>>(mut config: Configuration) -> Result<TaskManager, ServiceError> {
	listen::check(&config)?;
	// The Merkle mountain range lives in the off-chain database, from the first block on.
	config.offchain_worker.indexing_enabled = true;
	let Partial {
		client,
		backend,
		mut task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool: pool,
		other: consensus,
	} = new_partial(&config)?;
	let Consensus {
		block_import,
		babe_link,
		babe_worker,
		grandpa_link,
		beefy_voter,
		beefy_rpc,
		inherents,
		mut telemetry,
	} = consensus;
	let node = Node {
		client,
		backend,
		select_chain,
		pool,
		keystore: keystore_container.keystore(),
		is_authority: config.role.is_authority(),
		prometheus: config.prometheus_registry().cloned(),
		telemetry: telemetry.as_ref().map(Telemetry::handle),
	};

	let force_authoring = config.force_authoring;
	let offchain_workers_enabled = config.offchain_worker.enabled;
	let grandpa = (!config.disable_grandpa).then(|| build_voter_config(&config, &node));
	let voter_state = SharedVoterState::empty();
	let discovery = discovery::configure(&config.network);
	let rpc = build_rpc(&config, &node, babe_worker, &grandpa_link, voter_state.clone(), beefy_rpc)?;
	let authority_set = grandpa_link.shared_authority_set().clone();
	let (network, beefy) =
		connect::<N>(config, &node, &mut task_manager, import_queue, authority_set, rpc, telemetry.as_mut())?;

	if offchain_workers_enabled {
		spawn_offchain_workers(&node, &task_manager, &network)?;
	}
	beefy::spawn(&node, &task_manager, network.service.clone(), network.sync.clone(), beefy, beefy_voter);
	if node.is_authority {
		equivocations::spawn(&node, &task_manager);
		discovery::spawn(&node, &task_manager, &network.service, discovery);
		let authoring = Authoring { block_import, babe_link, inherents, force: force_authoring };
		spawn_author(&node, &task_manager, &network, authoring)?;
	}
	if let Some(config) = grandpa {
		spawn_voter(&node, &task_manager, network, config, grandpa_link, voter_state)?;
	}
	// The telemetry connection lives as long as the node.
	task_manager.keep_alive(telemetry);
	Ok(task_manager)
}

/// Opens the database, or makes a new one.
fn open_database(config: &Configuration) -> Result<Arc<FullBackend>, ServiceError> {
	sc_service::new_db_backend(config.db_config()).map_err(|error| {
		let path = config.database.path().unwrap_or(&config.data_path).display();
		let cause = error.to_string();
		let remedy = if cause.contains("in use") {
			"another process has it open: stop that node, or give this one another --base-path"
		} else {
			"see that the disk has room and that this user may write there; a damaged database is deleted with the \
			subcommand purge-chain, and the node then syncs anew. The subcommand doctor looks closer"
		};
		ServiceError::Other(format!("the database in {path} cannot be opened ({cause}): {remedy}"))
	})
}

/// Connects to the telemetry servers, if there are any.
fn build_telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, ServiceError> {
	let Some(endpoints) = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty()) else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}

/// Chains the importers, database below GRANDPA below BEEFY below BABE, and starts the queue in front of them.
fn build_consensus(
	config: &Configuration,
	client: &Arc<FullClient>,
	backend: &Arc<FullBackend>,
	select_chain: &FullSelectChain,
	task_manager: &TaskManager,
	telemetry: Option<Telemetry>,
) -> Result<(DefaultImportQueue<Block>, Consensus), ServiceError> {
	let telemetry_handle = telemetry.as_ref().map(Telemetry::handle);
	let (finality_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		client,
		select_chain.clone(),
		telemetry_handle.clone(),
	)?;
	let (beefy_import, beefy_voter, beefy_rpc) = sc_consensus_beefy::beefy_block_import_and_links(
		finality_import.clone(),
		backend.clone(),
		client.clone(),
		config.prometheus_registry().cloned(),
	);
	let babe_config = sc_consensus_babe::configuration(&**client)?;
	let slot_duration = babe_config.slot_duration();
	let inherents = build_inherents(slot_duration);
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		beefy_import,
		client.clone(),
		inherents.clone(),
		select_chain.clone(),
		equivocations::void_reports(),
	)?;
	let (import_queue, babe_worker) = sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
		link: babe_link.clone(),
		block_import: block_import.clone(),
		justification_import: Some(Box::new(finality_import)),
		client: client.clone(),
		slot_duration,
		spawner: &task_manager.spawn_essential_handle(),
		registry: config.prometheus_registry(),
		telemetry: telemetry_handle,
	})?;
	let consensus =
		Consensus { block_import, babe_link, babe_worker, grandpa_link, beefy_voter, beefy_rpc, inherents, telemetry };
	Ok((import_queue, consensus))
}

/// The slot and the time of a new block, by this machine's clock.
fn build_inherents(slot_duration: SlotDuration) -> Inherents {
	Arc::new(move |_parent: Hash, ()| async move {
		let time = TimeProvider::from_system_time();
		let slot = SlotProvider::from_timestamp_and_slot_duration(*time, slot_duration);
		Ok((slot, time))
	})
}

/// How this node votes on finality. A node without authority listens and has no keys to vote with.
fn build_voter_config(config: &Configuration, node: &Node) -> sc_consensus_grandpa::Config {
	sc_consensus_grandpa::Config {
		gossip_duration: GOSSIP_DURATION,
		justification_generation_period: JUSTIFICATION_PERIOD,
		name: Some(config.network.node_name.clone()),
		observer_enabled: false,
		keystore: node.is_authority.then(|| node.keystore.clone()),
		local_role: config.role,
		telemetry: node.telemetry.clone(),
		protocol_name: grandpa_protocol(config, node),
	}
}

/// The name under which finality votes travel on this chain.
fn grandpa_protocol(config: &Configuration, node: &Node) -> ProtocolName {
	sc_consensus_grandpa::protocol_standard_name(&node.client.chain_info().genesis_hash, &config.chain_spec)
}

/// Gathers what the JSON-RPC methods need.
fn build_rpc(
	config: &Configuration,
	node: &Node,
	babe_worker: BabeWorkerHandle<Block>,
	grandpa_link: &FullGrandpaLink,
	voter_state: SharedVoterState,
	beefy: beefy::RpcLinks,
) -> Result<rpc::Dependencies, ServiceError> {
	let authority_set = grandpa_link.shared_authority_set().clone();
	let offchain_storage = node
		.backend
		.offchain_storage()
		.ok_or_else(|| ServiceError::Other("the database has no off-chain storage, which BEEFY needs".into()))?;
	Ok(rpc::Dependencies {
		chain_spec: config.chain_spec.cloned_box(),
		client: node.client.clone(),
		pool: node.pool.clone(),
		select_chain: node.select_chain.clone(),
		keystore: node.keystore.clone(),
		babe_worker,
		finality: rpc::Finality {
			voter_state,
			justifications: grandpa_link.justification_stream(),
			proofs: FinalityProofProvider::new_for_service(node.backend.clone(), Some(authority_set.clone())),
			authority_set,
		},
		beefy,
		offchain_storage,
	})
}

/// Joins the network and opens the JSON-RPC server.
fn connect<N: NetworkBackend<Block, Hash>>(
	config: Configuration,
	node: &Node,
	task_manager: &mut TaskManager,
	import_queue: DefaultImportQueue<Block>,
	authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	rpc: rpc::Dependencies,
	telemetry: Option<&mut Telemetry>,
) -> Result<(Network, beefy::Protocols), ServiceError> {
	let metrics = N::register_notification_metrics(node.prometheus.as_ref());
	let mut net_config = FullNetworkConfiguration::<_, _, N>::new(&config.network, node.prometheus.clone());
	let (grandpa_peers, grandpa_notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
		grandpa_protocol(&config, node),
		metrics.clone(),
		net_config.peer_store_handle(),
	);
	net_config.add_notification_protocol(grandpa_peers);
	let beefy = beefy::register::<N>(&config, node, metrics.clone(), &mut net_config);

	let warp_sync = NetworkProvider::new(node.backend.clone(), authority_set, Vec::new());
	let (service, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: node.client.clone(),
			transaction_pool: node.pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client: node.client.clone(),
		backend: node.backend.clone(),
		task_manager,
		keystore: node.keystore.clone(),
		transaction_pool: node.pool.clone(),
		rpc_builder: Box::new(move |executor| rpc::create(&rpc, executor).map_err(ServiceError::Application)),
		network: service.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync.clone(),
		telemetry,
		tracing_execute_block: None,
	})?;
	Ok((Network { service, sync, grandpa_notifications }, beefy))
}

/// Runs the off-chain workers of the runtime's pallets. The node goes on without them.
fn spawn_offchain_workers(node: &Node, task_manager: &TaskManager, network: &Network) -> Result<(), ServiceError> {
	let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
		runtime_api_provider: node.client.clone(),
		keystore: Some(node.keystore.clone()),
		offchain_db: node.backend.offchain_storage(),
		transaction_pool: Some(OffchainTransactionPoolFactory::new(node.pool.clone())),
		network_provider: Arc::new(network.service.clone()),
		is_validator: node.is_authority,
		enable_http_requests: false,
		custom_extensions: |_| Vec::new(),
	})?;
	task_manager.spawn_handle().spawn(
		"offchain-workers-runner",
		"offchain-worker",
		workers.run(node.client.clone(), task_manager.spawn_handle()).boxed(),
	);
	Ok(())
}

/// Makes blocks. The node ends if this does.
fn spawn_author(
	node: &Node,
	task_manager: &TaskManager,
	network: &Network,
	authoring: Authoring,
) -> Result<(), ServiceError> {
	let proposer = sc_basic_authorship::ProposerFactory::new(
		task_manager.spawn_handle(),
		node.client.clone(),
		node.pool.clone(),
		node.prometheus.as_ref(),
		node.telemetry.clone(),
	);
	let author = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
		keystore: node.keystore.clone(),
		client: node.client.clone(),
		select_chain: node.select_chain.clone(),
		env: proposer,
		block_import: authoring.block_import,
		sync_oracle: network.sync.clone(),
		justification_sync_link: network.sync.clone(),
		create_inherent_data_providers: authoring.inherents,
		force_authoring: authoring.force,
		backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
		babe_link: authoring.babe_link,
		block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SLOT_PORTION),
		max_block_proposal_slot_portion: None,
		telemetry: node.telemetry.clone(),
	})?;
	task_manager.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), author);
	Ok(())
}

/// Votes on finality, or follows the votes. The node ends if this does.
fn spawn_voter(
	node: &Node,
	task_manager: &TaskManager,
	network: Network,
	config: sc_consensus_grandpa::Config,
	link: FullGrandpaLink,
	shared_voter_state: SharedVoterState,
) -> Result<(), ServiceError> {
	let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
		config,
		link,
		network: network.service,
		sync: Arc::new(network.sync),
		notification_service: network.grandpa_notifications,
		voting_rule: VotingRulesBuilder::default().build(),
		prometheus_registry: node.prometheus.clone(),
		shared_voter_state,
		telemetry: node.telemetry.clone(),
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(node.pool.clone()),
	})?;
	task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	Ok(())
}
