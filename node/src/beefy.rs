//! BEEFY: the validators' signatures under the root of the Merkle mountain range, which other chains verify.

use crate::service::{Block, FinalityImport, FullBackend, FullClient, Node};
use openledger_runtime::Hash;
use sc_consensus_beefy::{
	communication::{beefy_peers_set_config, request_response::BeefyJustifsRequestHandler},
	gossip_protocol_name,
	import::BeefyBlockImport,
	BeefyNetworkParams, BeefyParams, BeefyRPCLinks, BeefyVoterLinks,
};
use sc_network::{
	config::FullNetworkConfiguration,
	service::{
		traits::{NetworkService, NotificationService},
		NotificationMetrics,
	},
	NetworkBackend, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::{Configuration, TaskManager};
use sp_consensus_beefy::{ecdsa_crypto::AuthorityId, mmr::MmrRootProvider};
use std::sync::Arc;

/// Imports blocks, and BEEFY's proofs with them.
pub(crate) type BlockImport = BeefyBlockImport<Block, FullBackend, FullClient, FinalityImport, AuthorityId>;
/// The voter's end of the importer.
pub(crate) type VoterLinks = BeefyVoterLinks<Block, AuthorityId>;
/// What the JSON-RPC methods listen to.
pub(crate) type RpcLinks = BeefyRPCLinks<Block, AuthorityId>;

/// Blocks between two votes at least, when finality runs smoothly: what a bridge has to wait for.
const MIN_BLOCK_DELTA: u32 = 4;

/// The voter's end of the network.
pub(crate) struct Protocols {
	gossip: ProtocolName,
	notifications: Box<dyn NotificationService>,
	justifications: BeefyJustifsRequestHandler<Block, FullClient>,
}

/// Registers the two protocols of BEEFY: votes by gossip, and proofs of the past on demand.
pub(crate) fn register<N: NetworkBackend<Block, Hash>>(
	config: &Configuration,
	node: &Node,
	metrics: NotificationMetrics,
	network: &mut FullNetworkConfiguration<Block, Hash, N>,
) -> Protocols {
	let genesis = node.client.chain_info().genesis_hash;
	let fork = config.chain_spec.fork_id();
	let gossip = gossip_protocol_name(genesis, fork);
	let (peers, notifications) = beefy_peers_set_config::<_, N>(gossip.clone(), metrics, network.peer_store_handle());
	network.add_notification_protocol(peers);
	let (justifications, requests) =
		BeefyJustifsRequestHandler::new::<_, N>(genesis, fork, node.client.clone(), node.prometheus.clone());
	network.add_request_response_protocol(requests);
	Protocols { gossip, notifications, justifications }
}

/// Votes, or follows the votes, and keeps the Merkle mountain range of final blocks. The node ends if either does.
pub(crate) fn spawn(
	node: &Node,
	task_manager: &TaskManager,
	network: Arc<dyn NetworkService>,
	sync: Arc<SyncingService<Block>>,
	protocols: Protocols,
	links: VoterLinks,
) {
	let justifications_protocol_name = protocols.justifications.protocol_name();
	let voter = sc_consensus_beefy::start_beefy_gadget::<_, _, _, _, _, _, _, AuthorityId>(BeefyParams {
		client: node.client.clone(),
		backend: node.backend.clone(),
		payload_provider: MmrRootProvider::new(node.client.clone()),
		runtime: node.client.clone(),
		key_store: node.is_authority.then(|| node.keystore.clone()),
		network_params: BeefyNetworkParams {
			network: Arc::new(network),
			sync,
			notification_service: protocols.notifications,
			gossip_protocol_name: protocols.gossip,
			justifications_protocol_name,
			_phantom: Default::default(),
		},
		min_block_delta: MIN_BLOCK_DELTA,
		prometheus_registry: node.prometheus.clone(),
		links,
		on_demand_justifications_handler: protocols.justifications,
		is_authority: node.is_authority,
	});
	let spawner = task_manager.spawn_essential_handle();
	spawner.spawn_blocking("beefy-gadget", None, voter);
	spawner.spawn_blocking(
		"mmr-gadget",
		None,
		mmr_gadget::MmrGadget::start(
			node.client.clone(),
			node.backend.clone(),
			sp_mmr_primitives::INDEXING_PREFIX.to_vec(),
		),
	);
}
