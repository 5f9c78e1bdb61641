//! Authority discovery: validators publish their addresses under their session keys and find each other by them.

use crate::service::{Block, Node};
use futures::{FutureExt, StreamExt};
use sc_authority_discovery::{new_worker_and_service_with_config, Role, WorkerConfig};
use sc_network::{service::traits::NetworkService, Event};
use sc_service::{config::NetworkConfiguration, TaskManager};
use std::sync::Arc;

/// What the worker takes from the configuration of the network.
pub(crate) fn configure(network: &NetworkConfiguration) -> WorkerConfig {
	WorkerConfig {
		publish_non_global_ips: network.allow_non_globals_in_dht,
		public_addresses: network.public_addresses.clone(),
		persisted_cache_directory: network.net_config_path.clone(),
		strict_record_validation: true,
		..Default::default()
	}
}

/// Publishes this validator's addresses and looks up those of the others. The node goes on without it.
pub(crate) fn spawn(node: &Node, task_manager: &TaskManager, network: &Arc<dyn NetworkService>, config: WorkerConfig) {
	let events = network.event_stream("authority-discovery").filter_map(|event| async move {
		match event {
			Event::Dht(event) => Some(event),
			_ => None,
		}
	});
	let (worker, _service) = new_worker_and_service_with_config::<_, Block, _>(
		config,
		node.client.clone(),
		Arc::new(network.clone()),
		Box::pin(events),
		Role::PublishAndDiscover(node.keystore.clone()),
		node.prometheus.clone(),
		task_manager.spawn_handle(),
	);
	task_manager.spawn_handle().spawn("authority-discovery-worker", Some("networking"), worker.run().boxed());
}
