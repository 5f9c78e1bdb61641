// Acceptance: an unmodified polkadot-js connects to a development node, transfers OPEN, and has bad transfers refused.
// Usage: transfer.mjs (NODE | URL)

import { Checks } from './checks.mjs';
import { startNode } from './node.mjs';
import { ApiPromise, Keyring, WsProvider } from './polkadot.mjs';

const OPEN = 10n ** 18n;
/** How long a transfer may take until it is final: some blocks of six seconds. */
const FINAL_LIMIT_MS = 60_000;
/** How long a connection may take. */
const CONNECT_LIMIT_MS = 30_000;

const checks = new Checks();

/** Connects to the chain that `provider` leads to. */
async function connect(provider) {
	let limit;
	const late = new Promise((_, reject) => {
		limit = setTimeout(
			() =>
				reject(
					new Error(
						`no OpenLedger node answers at ${provider.endpoint}: start one with --dev, or give its address`,
					),
				),
			CONNECT_LIMIT_MS,
		);
	});
	const api = await Promise.race([ApiPromise.create({ provider, noInitWarn: true }), late]);
	clearTimeout(limit);
	return api;
}

/** The result of a transaction once it is in a final block. */
function finalised(transaction, signer) {
	return new Promise((resolve, reject) => {
		const limit = setTimeout(
			() =>
				reject(
					new Error(`a transfer is not final after ${FINAL_LIMIT_MS / 1000} s: does the chain make blocks?`),
				),
			FINAL_LIMIT_MS,
		);
		const settle = (act, value) => {
			clearTimeout(limit);
			act(value);
		};
		transaction
			.signAndSend(signer, (result) => {
				if (result.isFinalized) settle(resolve, result);
				else if (result.isError)
					settle(reject, new Error(`a transfer was dropped: it is ${result.status.type}`));
			})
			.catch((error) => settle(reject, error));
	});
}

/** The fee that the chain took, from the event that says so. */
function feePaid(api, result) {
	const paid = result.events.find(({ event }) => api.events.transactionPayment.TransactionFeePaid.is(event));
	return paid.event.data.actualFee.toBigInt();
}

/** What the block `hash` changed in the free balances of `people`. */
async function changes(api, hash, people) {
	const { parentHash } = await api.rpc.chain.getHeader(hash);
	const read = async (at) => {
		const state = await api.at(at);
		const accounts = await Promise.all(people.map((person) => state.query.system.account(person.address)));
		return accounts.map(({ data }) => data.free.toBigInt());
	};
	const [before, after] = await Promise.all([read(parentHash), read(hash)]);
	return after.map((balance, index) => balance - before[index]);
}

/** The error of a transaction that was included and failed, as the pallet names it. */
function failure(api, { dispatchError }) {
	if (!dispatchError) return 'none';
	if (!dispatchError.isModule) return dispatchError.toString();
	const { section, name } = api.registry.findMetaError(dispatchError.asModule);
	return `${section}.${name}`;
}

async function checkIdentity(api) {
	const [chain, version] = await Promise.all([api.rpc.system.chain(), api.rpc.system.version()]);
	const { specName, specVersion } = api.runtimeVersion;
	console.log(`       ${chain}, node ${version}, runtime ${specName}/${specVersion}`);
	checks.that('the chain is called OpenLedger', chain.startsWith('OpenLedger'), chain);
	checks.equal('token symbol', api.registry.chainTokens, 'OPEN');
	checks.equal('token decimals', api.registry.chainDecimals, 18);
}

/** Whether polkadot-js signs and sends what the extension needs. Those without data it may do without. */
function checkMetadataHash(api) {
	const sent = Object.keys(api.registry.getSignedExtensionTypes());
	const signed = Object.keys(api.registry.getSignedExtensionExtra());
	const known = api.registry.signedExtensions.includes('CheckMetadataHash');
	checks.that('CheckMetadataHash is known', known && sent.includes('mode') && signed.includes('metadataHash'));
}

async function checkTransfer(api, { alice, bob }) {
	const transfer = api.tx.balances.transferKeepAlive(bob.address, OPEN);
	const { partialFee } = await transfer.paymentInfo(alice);
	const result = await finalised(transfer, alice);
	const fee = feePaid(api, result);
	const hash = result.status.asFinalized;
	const [ofAlice, ofBob] = await changes(api, hash, [alice, bob]);
	checks.equal('a transfer of 1 OPEN succeeds and is final', failure(api, result), 'none');
	checks.equal('its fee in planck is the estimate', fee, partialFee.toBigInt());
	checks.equal('the sender loses 1 OPEN and the fee', ofAlice, -OPEN - fee);
	checks.equal('the receiver gains 1 OPEN', ofBob, OPEN);

	const { block } = await api.rpc.chain.getBlock(hash);
	const sent = block.extrinsics[result.txIndex];
	checks.equal('CheckMetadataHash is there and off', `mode ${sent.inner.signature.mode}`, 'mode 0');
}

async function checkOverspending(api, { bob, charlie }) {
	const { data } = await api.query.system.account(charlie.address);
	const result = await finalised(api.tx.balances.transferAllowDeath(bob.address, data.free), charlie);
	const [ofCharlie] = await changes(api, result.status.asFinalized, [charlie]);
	checks.equal('a transfer of more than the balance fails', failure(api, result), '{"token":"FundsUnavailable"}');
	checks.equal('the sender loses only the fee', ofCharlie, -feePaid(api, result));
}

async function checkRefusals(api, provider, { keyring, alice, bob }) {
	const next = await api.rpc.system.accountNextIndex(alice.address);
	const { genesisHash, runtimeVersion } = api;
	const submit = async (signer, nonce, genesis = genesisHash) => {
		const terms = { genesisHash: genesis, blockHash: genesis, era: 0, nonce, runtimeVersion };
		const signed = api.tx.balances.transferKeepAlive(bob.address, OPEN).sign(signer, terms);
		// The provider itself, because the layers above it print every refusal.
		await provider.send('author_submitExtrinsic', [signed.toHex()]);
	};
	const pauper = keyring.addFromUri('//Alice//has no account');
	const elsewhere = api.registry.createType('Hash');
	const used = next.toNumber() - 1;
	await checks.refused('a sender without money is refused', submit(pauper, 0), /^1010: .*Inability to pay some fees/);
	await checks.refused('a used nonce is refused', submit(alice, used), /^1010: .*outdated/);
	await checks.refused(
		'a signature for another chain is refused',
		submit(alice, next, elsewhere),
		/^1010: .*bad signature/,
	);
}

async function run(target) {
	if (!target) throw new Error('say which node: transfer.mjs (NODE | URL)');
	const node = /^wss?:/.test(target) ? undefined : await startNode(target, ['--dev']);
	await node?.ready();
	const provider = new WsProvider(node?.url ?? target);
	const api = await connect(provider);

	const keyring = new Keyring({ type: 'sr25519' });
	const [alice, bob, charlie] = ['//Alice', '//Bob', '//Charlie'].map((uri) => keyring.addFromUri(uri));
	const people = { keyring, alice, bob, charlie };
	await checkIdentity(api);
	checkMetadataHash(api);
	await Promise.all([checkTransfer(api, people), checkOverspending(api, people)]);
	await checkRefusals(api, provider, people);

	await api.disconnect();
	await node?.stop();
	return checks.finish();
}

run(process.argv[2]).then(
	(code) => process.exit(code),
	(error) => {
		console.error(`transfer: ${error.message}`);
		process.exit(1);
	},
);
