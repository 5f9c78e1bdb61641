//! Reports validators that sealed two blocks in one slot.
//!
//! The importer of sc-consensus-babe 0.60.0 notices them too, but its reports are void: it looks at headers before their
//! seal is put back, and the runtime refuses a header without one. So it is given a pool that takes nothing
//! ([`void_reports`]), and this task compares sealed headers instead.

use crate::service::{Block, FullClient, FullPool, Node};
use futures::StreamExt;
use openledger_runtime::{Hash, Header};
use sc_client_api::BlockchainEvents;
use sc_consensus_babe::find_pre_digest;
use sc_service::TaskManager;
use sc_transaction_pool_api::{OffchainTransactionPoolFactory, RejectAllTxPool};
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{AuthorityId, BabeApi, EquivocationProof, OpaqueKeyOwnershipProof, Slot};
use std::{collections::BTreeMap, sync::Arc};

/// How many slots back a second block is still noticed. It bounds the memory of the task.
const MEMORY_SLOTS: u64 = 1_000;

/// Where the importer's own reports go: nowhere.
pub(crate) fn void_reports() -> OffchainTransactionPoolFactory<Block> {
	OffchainTransactionPoolFactory::new(RejectAllTxPool::<Block>::default())
}

/// Watches the blocks of all authors. The node goes on without it.
pub(crate) fn spawn(node: &Node, task_manager: &TaskManager) {
	let watcher = Watcher { client: node.client.clone(), pool: node.pool.clone(), seen: BTreeMap::new() };
	task_manager.spawn_handle().spawn("babe-equivocations", None, watcher.run());
}

struct Watcher {
	client: Arc<FullClient>,
	pool: Arc<FullPool>,
	/// The first header of each slot and author, with its seal.
	seen: BTreeMap<(Slot, u32), Header>,
}

impl Watcher {
	async fn run(mut self) {
		let mut imports = self.client.every_import_notification_stream();
		while let Some(import) = imports.next().await {
			// What comes with the first sync is too old to be punished.
			if import.origin != BlockOrigin::NetworkInitialSync {
				self.note(import.hash, import.header);
			}
		}
	}

	/// Remembers a header, and reports its author if it is the second one of its slot.
	fn note(&mut self, hash: Hash, header: Header) {
		let Ok(claim) = find_pre_digest::<Block>(&header) else { return };
		let (slot, author) = (claim.slot(), claim.authority_index());
		let first = self.seen.entry((slot, author)).or_insert_with(|| header.clone()).clone();
		self.seen = self.seen.split_off(&(slot.saturating_sub(MEMORY_SLOTS), 0));
		if first.hash() == hash {
			return;
		}
		match self.report(slot, author, first, header) {
			Ok(()) => log::info!("👮 Author {author} made two blocks in slot {slot}: reported"),
			Err(error) => log::warn!("👮 Author {author} made two blocks in slot {slot}, not reported: {error}"),
		}
	}

	/// Puts a report into the pool of this node.
	fn report(
		&self,
		slot: Slot,
		author: u32,
		first_header: Header,
		second_header: Header,
	) -> Result<(), Box<dyn std::error::Error>> {
		let parent = second_header.parent_hash;
		let best = self.client.info().best_hash;
		let offender = self.author(slot, author, parent)?;
		let ownership = match self.prove(parent, slot, &offender)? {
			Some(proof) => proof,
			// The parent may be of the session before.
			None => self.prove(best, slot, &offender)?.ok_or("it is no validator any more")?,
		};
		let proof = EquivocationProof { offender, slot, first_header, second_header };
		let mut api = self.client.runtime_api();
		let pool = OffchainTransactionPoolFactory::new(self.pool.clone());
		api.register_extension(pool.offchain_transaction_pool(best));
		api.submit_report_equivocation_unsigned_extrinsic(best, proof, ownership)?
			.ok_or("the pool has the report, or the chain knows the offence")?;
		Ok(())
	}

	/// The key of the author with index `author` in the epoch of `slot`.
	fn author(&self, slot: Slot, author: u32, parent: Hash) -> Result<AuthorityId, Box<dyn std::error::Error>> {
		let current = self.client.runtime_api().current_epoch(parent)?;
		let end = current.start_slot.saturating_add(current.duration);
		let epoch = if slot < end { current } else { self.client.runtime_api().next_epoch(parent)? };
		let (key, _weight) =
			epoch.authorities.into_iter().nth(author as usize).ok_or("the epoch has no such author")?;
		Ok(key)
	}

	/// A proof, by the state after block `at`, that the key belongs to a validator.
	fn prove(
		&self,
		at: Hash,
		slot: Slot,
		offender: &AuthorityId,
	) -> Result<Option<OpaqueKeyOwnershipProof>, sp_api::ApiError> {
		self.client.runtime_api().generate_key_ownership_proof(at, slot, offender.clone())
	}
}
