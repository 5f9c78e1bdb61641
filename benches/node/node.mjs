// Starts openledger-node, watches its log, and ends it with this process.

import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './rpc.mjs';

/** Lines of the log that an error shows. */
const LINES_SHOWN = 15;
/** How long a node may take to answer. Compiling the runtime takes seconds, on a busy machine many. */
export const START_LIMIT_MS = 120_000;
/** How often a waiting process looks. */
const POLL_MS = 20;

const running = new Set();
const folders = new Set();

process.on('exit', () => {
	running.forEach((child) => child.kill('SIGKILL'));
	folders.forEach(removeFolder);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** A new folder for a node's database. It goes when this process does. */
export function temporaryFolder() {
	const folder = mkdtempSync(join(tmpdir(), 'openledger-bench-'));
	folders.add(folder);
	return folder;
}

export function removeFolder(folder) {
	folders.delete(folder);
	rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Ports that nobody listens on, all different. */
async function freePorts(count) {
	const servers = await Promise.all(Array.from({ length: count }, listen));
	const ports = servers.map((server) => server.address().port);
	await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
	return ports;
}

function listen() {
	return new Promise((resolve, reject) => {
		const server = createServer().on('error', reject);
		server.listen(0, '127.0.0.1', () => resolve(server));
	});
}

/** A running node. */
class Node {
	constructor(child, basePath, rpcPort, networkPort) {
		this.child = child;
		this.pid = child.pid;
		this.basePath = basePath;
		this.spawnedAt = performance.now();
		this.rpcPort = rpcPort;
		this.url = `ws://127.0.0.1:${rpcPort}`;
		this.address = `/ip4/127.0.0.1/tcp/${networkPort}`;
		this.log = [];
		this.listeners = [];
		this.ended = new Promise((resolve) => child.on('exit', resolve));
		child.on('exit', () => running.delete(child));
		child.on('error', (error) => {
			running.delete(child);
			this.log.push(`it could not be run: ${error.message}`);
		});
		this.follow(child.stdout);
		this.follow(child.stderr);
		running.add(child);
	}

	follow(stream) {
		let rest = '';
		stream.setEncoding('utf8').on('data', (text) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop();
			for (const line of lines) {
				this.log.push(line);
				this.listeners.forEach((listener) => listener(line));
			}
		});
	}

	/** Calls `listener` with every line that the node logs from now on. */
	onLine(listener) {
		this.listeners.push(listener);
	}

	call(method, ...parameters) {
		return call(this.rpcPort, method, parameters);
	}

	/** The height of the best block. */
	async best() {
		return Number((await this.call('chain_getHeader')).number);
	}

	/** Waits until `condition` holds and gives the time at which it did. Silence is no failure until the limit. */
	async until(what, condition, limitMs = START_LIMIT_MS, pollMs = POLL_MS) {
		const deadline = performance.now() + limitMs;
		for (;;) {
			if (await condition().catch(() => false)) return performance.now();
			if (!running.has(this.child)) this.fail(`the node ended before ${what}`);
			if (performance.now() > deadline) this.fail(`no ${what} within ${limitMs / 1000} s`);
			await sleep(pollMs);
		}
	}

	/** Waits until the node answers. */
	ready() {
		return this.until('answer to a JSON-RPC call', () => this.call('system_health'));
	}

	fail(message) {
		const end = this.log.slice(-LINES_SHOWN).join('\n  ');
		throw new Error(`${message}; the end of its log:\n  ${end}`);
	}

	/** Ends the node; `keep` keeps its database. */
	async stop({ keep = false } = {}) {
		this.child.kill('SIGTERM');
		const patience = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
		await this.ended;
		clearTimeout(patience);
		if (!keep) removeFolder(this.basePath);
	}
}

/** Starts the node `binary` with `flags` on free ports. It has a fresh database unless `basePath` names another. */
export async function startNode(binary, flags, { basePath = temporaryFolder(), environment = {} } = {}) {
	checkBinary(binary);
	const [rpcPort, networkPort] = await freePorts(2);
	const common = [
		['--base-path', basePath],
		['--rpc-port', rpcPort],
		['--listen-addr', `/ip4/127.0.0.1/tcp/${networkPort}`],
		['--no-prometheus', '--no-telemetry', '--no-mdns', '--disable-log-color'],
	];
	const child = spawn(binary, [...flags, ...common.flat().map(String)], {
		env: { ...process.env, ...environment },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	return new Node(child, basePath, rpcPort, networkPort);
}

function checkBinary(binary) {
	try {
		accessSync(binary, constants.X_OK);
	} catch {
		throw new Error(`there is no node at ${binary}: run make build, or give the path of an openledger-node`);
	}
}
