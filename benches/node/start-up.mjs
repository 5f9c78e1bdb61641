// How long a development node takes from its process's start to its first answer and to its first block.

import { startNode } from './node.mjs';

const TARGET_S = 10;

export async function measureStartUp(binary, { starts }) {
	const ready = [];
	const authored = [];
	for (let start = 0; start < starts; start += 1) {
		const node = await startNode(binary, ['--dev']);
		ready.push((await node.ready()) - node.spawnedAt);
		authored.push((await node.until('first block', async () => (await node.best()) >= 1)) - node.spawnedAt);
		await node.stop();
		progress(start, ready.at(-1), authored.at(-1));
	}
	const firstBlock = median(authored) / 1000;
	return [
		{
			name: 'start to first JSON-RPC answer',
			value: `${(median(ready) / 1000).toFixed(1)} s`,
			detail: spread(ready),
		},
		{
			name: 'start to first block',
			value: `${firstBlock.toFixed(1)} s`,
			target: `≤ ${TARGET_S} s`,
			met: firstBlock <= TARGET_S,
			detail: `${spread(authored)}; of it up to 6 s are the wait for a slot`,
		},
	];
}

function progress(start, ready, authored) {
	console.error(
		`start ${start + 1}: answers after ${Math.round(ready)} ms, first block after ${Math.round(authored)} ms`,
	);
}

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function spread(values) {
	const seconds = values.map((ms) => (ms / 1000).toFixed(1));
	return `median of ${seconds.length}: ${seconds.join(', ')}`;
}
