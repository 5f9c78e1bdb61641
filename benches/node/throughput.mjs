// How many signed transfers a second a development node includes while its transaction pool is never empty.

import { setTimeout as sleep } from 'node:timers/promises';
import { Feeder } from './feeder.mjs';
import { startNode } from './node.mjs';
import { ApiPromise, WsProvider } from './polkadot.mjs';
import { fundedAccounts, signTransfers, transferWeight } from './transfers.mjs';

/** Blocks' worth of transfers that wait in the pool. */
const BACKLOG_BLOCKS = 2;
/** Blocks' worth of transfers that are signed beyond those measured: the backlog, and the blocks before. */
const SPARE_BLOCKS = 5;
const POOL_FLAGS = ['--pool-limit', '100000', '--pool-kbytes', '204800'];
const POLL_MS = 50;

/** What the node logs when it has filled a block. */
const FILLED = /Prepared block for proposing at (\d+) \((\d+) ms\).* end: (\w+); extrinsics_count: (\d+)/;
/** What ended the filling of a block, by the node's word for it. */
const LIMITS = {
	HitBlockWeightLimit: 'weight',
	HitBlockSizeLimit: 'length',
	HitDeadline: "the author's time",
	NoMoreTransactions: 'an empty pool',
};
/** Transactions of every block that nobody submits: the time. */
const INHERENTS = 1;

export async function measureThroughput(binary, { blocks, accounts: count }) {
	const node = await startNode(binary, ['--dev', ...POOL_FLAGS]);
	const author = watchAuthor(node);
	await node.ready();
	const api = await ApiPromise.create({ provider: new WsProvider(node.url), noInitWarn: true });
	const accounts = await fundedAccounts(api, count);

	const room = await roomOf(api, accounts[0]);
	const each = Math.ceil((room.transfers * (blocks + SPARE_BLOCKS)) / count);
	console.error(`a block has room for ${room.transfers} transfers; ${each * count} are being signed`);
	const before = author.included;
	const feeder = new Feeder(
		signTransfers(api, accounts, each),
		room.transfers * BACKLOG_BLOCKS,
		() => author.included - before,
	);
	const [first, last] = await feedThrough(node, feeder, author, blocks);

	const measured = [];
	for (let number = first; number <= last; number += 1) {
		measured.push({ ...author.filled.get(number), ...(await inspect(api, number)) });
	}
	const started = await timeOf(api, first - 1);
	await api.disconnect();
	await node.stop();
	return rows(measured, started, room, feeder, count);
}

/** Follows how the node fills its blocks. */
function watchAuthor(node) {
	const author = { filled: new Map(), included: 0 };
	node.onLine((line) => {
		const [, number, ms, end, extrinsics] = line.match(FILLED) ?? [];
		if (!number) return;
		author.filled.set(Number(number), { ms: Number(ms), end });
		author.included += Number(extrinsics) - INHERENTS;
	});
	return author;
}

/** What a block holds, by its limits for normal transactions. */
async function roomOf(api, account) {
	const weight = api.consts.system.blockWeights.perClass.normal.maxTotal.unwrap().refTime.toBigInt();
	const bytes = api.consts.system.blockLength.max.normal.toNumber();
	return { weight, bytes, transfers: Number(weight / (await transferWeight(api, account))) };
}

/** Feeds the node until it has made `blocks` blocks with a full pool, and gives the first and the last of them. */
async function feedThrough(node, feeder, author, blocks) {
	const fed = feeder.run(node.url);
	const wait = async (condition) => {
		while (!condition()) {
			await Promise.race([fed, sleep(POLL_MS)]);
			if (feeder.stopped) await fed;
		}
	};
	await wait(() => feeder.full);
	// The next block may be in the making already.
	const first = Math.max(...author.filled.keys()) + 2;
	const last = first + blocks - 1;
	console.error(`the pool is full; measuring from block ${first} to ${last}`);
	await wait(() => author.filled.has(last));
	feeder.stopped = true;
	await fed;
	return [first, last];
}

/** What is in a block, by the chain's own account of it. */
async function inspect(api, number) {
	const hash = await api.rpc.chain.getBlockHash(number);
	const state = await api.at(hash);
	const [weight, events, time, { block }] = await Promise.all([
		state.query.system.blockWeight(),
		state.query.system.events(),
		timeOf(api, number),
		api.rpc.chain.getBlock(hash),
	]);
	const count = (kind) => events.filter(({ event }) => kind.is(event)).length;
	if (count(api.events.system.ExtrinsicFailed) > 0) throw new Error(`transfers failed in block ${number}`);
	return {
		transfers: count(api.events.balances.Transfer),
		weight: weight.normal.refTime.toBigInt(),
		mandatory: weight.mandatory.refTime.toBigInt(),
		bytes: block.extrinsics.reduce((sum, extrinsic) => sum + extrinsic.encodedLength, 0),
		time,
	};
}

/** The time of a block in milliseconds. */
async function timeOf(api, number) {
	const state = await api.at(await api.rpc.chain.getBlockHash(number));
	return (await state.query.timestamp.now()).toNumber();
}

function rows(measured, started, room, feeder, accounts) {
	const total = (blocks, field) => blocks.reduce((sum, block) => sum + Number(field(block)), 0);
	const mean = (blocks, field) => total(blocks, field) / blocks.length;
	const percent = (share) => `${(share * 100).toFixed(1)} %`;
	const seconds = (measured.at(-1).time - started) / 1000;
	// A block in which a session ends is full by its hooks, so that no transfer fits.
	const open = measured.filter((block) => block.mandatory < room.weight);
	const closed = measured.length - open.length;
	const counts = open.map((block) => block.transfers);
	return [
		{
			name: 'transfers per second',
			value: (total(measured, (block) => block.transfers) / seconds).toFixed(0),
			detail:
				`${measured.length} blocks in ${seconds.toFixed(0)} s, ${accounts} senders; ` +
				`the pool took ${feeder.perSecond.toFixed(0)} a second while it filled`,
		},
		{
			name: 'transfers per block',
			value: mean(open, (block) => block.transfers).toFixed(0),
			detail:
				`from ${Math.min(...counts)} to ${Math.max(...counts)}; ` +
				`by weight there is room for ${room.transfers}; not counted: ${closed} full by the end of a session`,
		},
		{
			name: "filled of a block's weight for normal transactions",
			value: percent(mean(open, (block) => block.weight) / Number(room.weight)),
			detail: `and of its length ${percent(mean(open, (block) => block.bytes) / room.bytes)}`,
		},
		{
			name: 'what ended the filling of a block',
			value: tally(open.map(({ end }) => LIMITS[end] ?? end)),
			detail: `after ${mean(open, (block) => block.ms).toFixed(0)} ms on average`,
		},
	];
}

/** `weight (9), length (1)` */
function tally(words) {
	const counts = new Map();
	for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
	return [...counts].map(([word, count]) => `${word} (${count} of ${words.length})`).join(', ');
}
