// One JSON-RPC call over HTTP: for polling, where polkadot-js and even fetch would take time away from the node.

import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** Calls `method` of the node that listens on `port`. */
export async function call(port, method, parameters = []) {
	const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters });
	const { result, error } = JSON.parse(await post(port, body));
	if (error) throw new Error(`${method}: ${error.message}${error.data ? ` (${error.data})` : ''}`);
	return result;
}

function post(port, body) {
	return new Promise((resolve, reject) => {
		const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
		const sent = request({ agent, host: '127.0.0.1', port, method: 'POST', headers }, (response) => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (part) => (text += part));
			response.on('end', () => resolve(text));
			response.on('error', reject);
		});
		sent.on('error', reject);
		sent.end(body);
	});
}
