// Builds the library that makes the clock of a node run fast, and says how to start a node with it.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('fast-clock.c', import.meta.url));

/** Builds the library in `folder` and gives its path. */
export function buildFastClock(folder) {
	const library = join(folder, 'fast-clock.so');
	const compiler = process.env.CC ?? 'cc';
	try {
		execFileSync(compiler, ['-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl'], {
			stdio: ['ignore', 'inherit', 'pipe'],
		});
	} catch (error) {
		const cause = error.stderr ?? error.message;
		throw new Error(`${compiler} cannot build fast-clock.c (Debian: apt-get install gcc libc6-dev): ${cause}`);
	}
	return library;
}

/** The environment of a process whose clock shows `start`, in seconds since 1970, and runs `rate` times as fast. */
export function fastClock(library, start, rate) {
	return {
		LD_PRELOAD: library,
		OPENLEDGER_CLOCK_START: String(Math.floor(start)),
		OPENLEDGER_CLOCK_RATE: String(rate),
	};
}
