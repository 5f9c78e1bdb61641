// How many empty blocks a second a new node imports from another over the network.
//
// A chain of thousands of blocks takes hours to make, so it is made by a validator whose clock runs fast and begins in
// the past. Both nodes of the measurement run by the true clock, and the blocks are like any others to them.

import { buildFastClock, fastClock } from './fast-clock.mjs';
import { START_LIMIT_MS, startNode, temporaryFolder } from './node.mjs';

const TARGET_PER_SECOND = 500;
const SLOT_S = 6;
/** How fast the author's clock runs: a slot takes 25 ms. */
const RATE = 240;
/** How much longer than its slots a chain may take, because a busy author misses some. */
const SLACK = 4;
const IMPORT_LIMIT_MS = 300_000;
/** How often the author is asked how far it is. */
const LOOK_MS = 200;

export async function measureImport(binary, { chain: blocks }) {
	const basePath = temporaryFolder();
	await makeChain(binary, basePath, blocks);
	const server = await startNode(binary, ['--chain', 'dev'], { basePath });
	await server.ready();
	const head = await server.best();
	const peer = `${server.address}/p2p/${await server.call('system_localPeerId')}`;

	const sync = ['--sync', 'full', '--reserved-only', '--reserved-nodes', peer];
	const client = await startNode(binary, ['--chain', 'dev', ...sync]);
	const peers = async () => (await client.call('system_health')).peers;
	const connected = await client.until('peer', async () => (await peers()) > 0);
	const synced = await client.until('synchronised chain', async () => (await client.best()) >= head, IMPORT_LIMIT_MS);
	const [theirs, ours] = await Promise.all([server, client].map((node) => node.call('chain_getBlockHash', head)));
	if (theirs !== ours) throw new Error(`the nodes differ at block ${head}: ${theirs} and ${ours}`);
	await client.stop();
	await server.stop();

	const seconds = (synced - connected) / 1000;
	const perSecond = head / seconds;
	return [
		{
			name: 'import of empty blocks',
			value: `${perSecond.toFixed(0)} a second`,
			target: `≥ ${TARGET_PER_SECOND} a second`,
			met: perSecond >= TARGET_PER_SECOND,
			detail: `${head} blocks in ${seconds.toFixed(1)} s from the first connection, --sync full`,
		},
	];
}

/** Has a validator make a chain of `blocks` blocks in `basePath`. Its last block is older than now. */
async function makeChain(binary, basePath, blocks) {
	const library = buildFastClock(temporaryFolder());
	const limitMs = (blocks * SLOT_S * SLACK * 1000) / RATE;
	const start = Date.now() / 1000 - (RATE * (START_LIMIT_MS + limitMs)) / 1000;
	console.error(
		`a chain of ${blocks} blocks is being made with a fast clock, in ${limitMs / SLACK / 1000} s or somewhat more`,
	);
	const author = await startNode(binary, ['--dev'], { basePath, environment: fastClock(library, start, RATE) });
	await author.ready();
	await author.until(`block ${blocks}`, async () => (await author.best()) >= blocks, limitMs, LOOK_MS);
	await author.stop({ keep: true });
}
