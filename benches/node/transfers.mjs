// Accounts with money and transfers between them, signed ahead of time.

import { Keyring } from './polkadot.mjs';

const OPEN = 10n ** 18n;
/** What each account gets: enough for the fees of a thousand blocks. */
const FUNDS = 100n * OPEN;
/** What a transfer moves, in planck. */
const AMOUNT = 1n;
/** Transfers in one batch that funds accounts. */
const BATCH = 100;

/** Derives `count` accounts and gives them money from //Alice. */
export async function fundedAccounts(api, count) {
	const keyring = new Keyring({ type: 'sr25519' });
	const alice = keyring.addFromUri('//Alice');
	const accounts = Array.from({ length: count }, (_, index) => keyring.addFromUri(`//Alice//bench//${index}`));
	const gifts = accounts.map(({ address }) => api.tx.balances.transferKeepAlive(address, FUNDS));
	const batches = [];
	for (let at = 0; at < gifts.length; at += BATCH) batches.push(api.tx.utility.batchAll(gifts.slice(at, at + BATCH)));
	await Promise.all(batches.map((batch, nonce) => included(api, batch, alice, nonce)));
	return accounts;
}

/** Waits until `transaction` is in a block and has succeeded. */
function included(api, transaction, signer, nonce) {
	return new Promise((resolve, reject) => {
		transaction
			.signAndSend(signer, { nonce }, ({ status, dispatchError, isError }) => {
				if (dispatchError) reject(new Error(`accounts cannot be funded: ${dispatchError}`));
				else if (isError) reject(new Error(`accounts cannot be funded: the transaction is ${status.type}`));
				else if (status.isInBlock) resolve();
			})
			.catch(reject);
	});
}

/**
 * Signs `each` transfers of every account to the next one, in the form in which they travel. Gives one list for each
 * account: its transfers must arrive in this order.
 */
export function signTransfers(api, accounts, each) {
	const { genesisHash, runtimeVersion } = api;
	const terms = { genesisHash, blockHash: genesisHash, era: 0, runtimeVersion };
	return accounts.map((account, index) => {
		const receiver = accounts[(index + 1) % accounts.length].address;
		return Array.from({ length: each }, (_, nonce) =>
			api.tx.balances
				.transferKeepAlive(receiver, AMOUNT)
				.sign(account, { ...terms, nonce })
				.toHex(),
		);
	});
}

/** The weight that a block accounts for one transfer, without what every block has. */
export async function transferWeight(api, account) {
	const { weight } = await api.tx.balances.transferKeepAlive(account.address, AMOUNT).paymentInfo(account);
	const { baseExtrinsic } = api.consts.system.blockWeights.perClass.normal;
	return weight.refTime.toBigInt() + baseExtrinsic.refTime.toBigInt();
}
