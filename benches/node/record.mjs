// Writes RESULTS.md.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heading, line } from './table.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url));

/** Writes down `rows`, which `binary` gave on a machine whose load was `load` before. */
export function record(binary, load, rows) {
	const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
	const facts = [
		['Date', new Date().toISOString().slice(0, 10)],
		['Commit', commit()],
		['Node', version + profile(binary)],
		[
			'Machine',
			`${availableParallelism()} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
		],
		['Load before', load.toFixed(2)],
		['Command', `\`benches/node/bench.sh ${flags().join(' ')}\``],
	];
	const text = [
		'# Results',
		'Written by `bench.sh --record`; what is measured, and how, is in the [README](README.md).',
		facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
		[heading(), ...rows.map(line)].join('\n'),
	];
	writeFileSync(RESULTS, `${text.join('\n\n')}\n`);
	console.error(`bench: written to ${basename(RESULTS)}`);
}

/** The profile that the node was built with, if it lies where cargo puts it. */
function profile(binary) {
	const folder = basename(dirname(binary));
	return ['debug', 'release', 'production'].includes(folder) ? `, cargo's \`${folder}\` folder` : '';
}

function commit() {
	const git = (...words) => execFileSync('git', words, { cwd: FOLDER, encoding: 'utf8' }).trim();
	const changed = git('status', '--porcelain') !== '';
	return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : '');
}

/** The flags of this run, but for the path of the node. */
function flags() {
	const words = process.argv.slice(2);
	return words.filter((word, index) => word !== '--node' && words[index - 1] !== '--node');
}
