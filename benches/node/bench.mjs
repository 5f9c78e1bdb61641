// Measures the node and prints a table. bench.sh says how to call it.

import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureImport } from './import.mjs';
import { measureMemory } from './memory.mjs';
import { record } from './record.mjs';
import { measureStartUp } from './start-up.mjs';
import { heading, line } from './table.mjs';
import { measureThroughput } from './throughput.mjs';

const MEASUREMENTS = {
	'start-up': measureStartUp,
	throughput: measureThroughput,
	import: measureImport,
	memory: measureMemory,
};
/** Load per core above which other programs take part in the results. */
const QUIET_LOAD = 0.25;

function parse() {
	const names = Object.keys(MEASUREMENTS);
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			node: { type: 'string' },
			record: { type: 'boolean', default: false },
			starts: { type: 'string', default: '3' },
			blocks: { type: 'string', default: '10' },
			accounts: { type: 'string', default: '200' },
			chain: { type: 'string', default: '3000' },
			idle: { type: 'string', default: '300' },
		},
	});
	const unknown = positionals.find((name) => !names.includes(name));
	if (unknown) throw new Error(`there is no measurement '${unknown}', only ${names.join(', ')}`);
	if (values.record && positionals.length > 0)
		throw new Error('a record has all measurements: name none with --record');
	return {
		binary: values.node,
		record: values.record,
		chosen: positionals.length > 0 ? positionals : names,
		sizes: {
			starts: whole('starts', values.starts),
			blocks: whole('blocks', values.blocks),
			accounts: whole('accounts', values.accounts),
			chain: whole('chain', values.chain),
			idleSeconds: whole('idle', values.idle),
		},
	};
}

function whole(name, text) {
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < 1)
		throw new Error(`--${name} is '${text}': give a positive whole number`);
	return value;
}

/** Prints what a measurement found, line by line. Gives its rows, or one that says that it failed. */
async function measure(name, binary, sizes) {
	let rows;
	try {
		rows = await MEASUREMENTS[name](binary, sizes);
	} catch (error) {
		console.error(`bench: ${name}: ${error.message}`);
		rows = [{ name, value: 'failed', met: false }];
	}
	rows.forEach((row) => console.log(line(row)));
	return rows;
}

async function run() {
	const { binary, record: recorded, chosen, sizes } = parse();
	const load = loadavg()[0];
	if (load > QUIET_LOAD * availableParallelism()) {
		console.error(
			`bench: other programs are busy (load ${load.toFixed(1)}): the results will be worse than they should be`,
		);
	}
	console.log(heading());
	const rows = [];
	for (const name of chosen) rows.push(...(await measure(name, binary, sizes)));
	if (recorded) record(binary, load, rows);
	return rows.every(({ met }) => met !== false) ? 0 : 1;
}

run().then(
	(code) => process.exit(code),
	(error) => {
		console.error(`bench: ${error.message}`);
		process.exit(1);
	},
);
