// The memory of a validator that makes empty blocks.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNode } from './node.mjs';

const TARGET_MB = 600;

export async function measureMemory(binary, { idleSeconds }) {
	const node = await startNode(binary, ['--dev']);
	await node.ready();
	console.error(`the validator idles for ${idleSeconds} s`);
	await Promise.race([
		sleep(idleSeconds * 1000),
		node.ended.then(() => node.fail('the node ended while it was idle')),
	]);
	const resident = megabytes(node.pid, 'VmRSS');
	const peak = megabytes(node.pid, 'VmHWM');
	const best = await node.best();
	await node.stop();
	return [
		{
			name: 'memory of an idle validator',
			value: `${resident} MB`,
			target: `≤ ${TARGET_MB} MB`,
			met: resident <= TARGET_MB,
			detail: `resident after ${idleSeconds} s and ${best} blocks; the peak was ${peak} MB`,
		},
	];
}

/** A field of the process's status, which counts in units of 1024 bytes. */
function megabytes(pid, field) {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Math.round((Number(status.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))[1]) * 1024) / 1e6);
}
