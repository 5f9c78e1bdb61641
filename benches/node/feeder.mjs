// Keeps a node's transaction pool full of transactions that were signed ahead of time.

import { setTimeout as sleep } from 'node:timers/promises';
import { WsProvider } from './polkadot.mjs';

const CONNECTIONS = 4;
/** Submissions that wait for an answer, on each connection. */
const LANES = 16;
/** How often a lane looks whether the pool wants more. */
const PAUSE_MS = 5;

export class Feeder {
	sent = 0;
	stopped = false;

	/** Will submit `lists`, each in its order, such that `backlog` transactions wait beside those `included` counts. */
	constructor(lists, backlog, included) {
		this.backlog = backlog;
		this.waiting = () => this.sent - included();
		this.lanes = Array.from({ length: CONNECTIONS * LANES }, () => []);
		lists.forEach((list, index) => this.lanes[index % this.lanes.length].push(list));
	}

	/** Submits until it is stopped. Fails when a transaction is refused or none is left. */
	async run(url) {
		const providers = Array.from({ length: CONNECTIONS }, () => new WsProvider(url));
		await Promise.all(providers.map((provider) => provider.isReady));
		const begun = performance.now();
		const filled = this.watchFill(begun);
		try {
			await Promise.all(this.lanes.map((lists, index) => this.feed(providers[index % CONNECTIONS], lists)));
		} finally {
			this.stopped = true;
			await filled;
			await Promise.all(providers.map((provider) => provider.disconnect()));
		}
	}

	/** Notes when the backlog is reached for the first time, and how fast the pool took it. */
	async watchFill(begun) {
		while (!this.stopped && this.waiting() < this.backlog) await sleep(PAUSE_MS);
		this.full = true;
		this.perSecond = this.sent / ((performance.now() - begun) / 1000);
	}

	/** Submits one transaction of each list in turn. */
	async feed(provider, lists) {
		const turns = Math.max(...lists.map((list) => list.length));
		for (let turn = 0; turn < turns; turn += 1) {
			for (const list of lists) {
				while (this.waiting() >= this.backlog && !this.stopped) await sleep(PAUSE_MS);
				if (this.stopped) return;
				this.sent += 1;
				await provider.send('author_submitExtrinsic', [list[turn]]);
			}
		}
		throw new Error('all signed transfers are submitted before the measurement ended: sign more (SPARE_BLOCKS)');
	}
}
