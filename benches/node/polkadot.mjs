// polkadot-js, from the folder in which packages.sh put it, or from node_modules beside this file.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.env.OPENLEDGER_PACKAGES ?? fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(join(folder, 'package.json'));

function load(name) {
	try {
		return require(name);
	} catch (error) {
		if (error.code !== 'MODULE_NOT_FOUND') throw error;
		console.error(`${name} is not installed: start this with its shell script, or run npm ci in benches/node`);
		process.exit(1);
	}
}

export const { ApiPromise, HttpProvider, Keyring, WsProvider } = load('@polkadot/api');
export const { u8aConcat, u8aEq, u8aToHex } = load('@polkadot/util');
