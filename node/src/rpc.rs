//! The JSON-RPC methods that come on top of those every node has.

use crate::{
	beefy,
	service::{Block, FullBackend, FullClient, FullPool, FullSelectChain},
};
use jsonrpsee::RpcModule;
use mmr_rpc::{Mmr, MmrApiServer};
use openledger_runtime::{BlockNumber, Hash};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_beefy_rpc::{Beefy, BeefyApiServer};
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_consensus_beefy::ecdsa_crypto::AuthorityId;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the methods need of the node.
pub(crate) struct Dependencies {
	/// The chain.
	pub(crate) client: Arc<FullClient>,
	/// Transactions that wait.
	pub(crate) pool: Arc<FullPool>,
	/// The rule that picks the best chain.
	pub(crate) select_chain: FullSelectChain,
	/// The keys of this node.
	pub(crate) keystore: KeystorePtr,
	/// Answers questions about epochs.
	pub(crate) babe_worker: BabeWorkerHandle<Block>,
	/// What is known about finality.
	pub(crate) finality: Finality,
	/// What the BEEFY voter tells.
	pub(crate) beefy: beefy::RpcLinks,
	/// Where the Merkle mountain range is kept.
	pub(crate) offchain_storage: OffchainStorage,
	/// The chain, as a new node needs to know it.
	pub(crate) chain_spec: Box<dyn sc_chain_spec::ChainSpec>,
}

/// The off-chain part of the database.
type OffchainStorage = <FullBackend as sc_client_api::Backend<Block>>::OffchainStorage;

/// What the methods need of the finality voter.
pub(crate) struct Finality {
	/// The state of the running vote.
	pub(crate) voter_state: SharedVoterState,
	/// Who votes.
	pub(crate) authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	/// Proofs as they are made.
	pub(crate) justifications: GrandpaJustificationStream<Block>,
	/// Proofs of the past.
	pub(crate) proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// All methods in one module.
pub(crate) fn create(
	dependencies: &Dependencies,
	executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};

	let Dependencies { client, pool, select_chain, keystore, babe_worker, finality, .. } = dependencies;
	let babe = Babe::new(client.clone(), babe_worker.clone(), keystore.clone(), select_chain.clone());
	let beefy = Beefy::<Block, AuthorityId>::new(
		dependencies.beefy.from_voter_justif_stream.clone(),
		dependencies.beefy.from_voter_best_beefy_stream.clone(),
		executor.clone(),
	)?;
	let sync_state = SyncState::new(
		dependencies.chain_spec.cloned_box(),
		client.clone(),
		finality.authority_set.clone(),
		babe_worker.clone(),
	)?;
	let grandpa = Grandpa::new(
		executor,
		finality.authority_set.clone(),
		finality.voter_state.clone(),
		finality.justifications.clone(),
		finality.proofs.clone(),
	);

	let mut module = RpcModule::new(());
	module.merge(System::new(client.clone(), pool.clone()).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	module.merge(babe.into_rpc())?;
	module.merge(grandpa.into_rpc())?;
	module.merge(beefy.into_rpc())?;
	module.merge(Mmr::new(client.clone(), dependencies.offchain_storage.clone()).into_rpc())?;
	module.merge(sync_state.into_rpc())?;
	Ok(module)
}
