// Times llama.cpp. Prints one JSON object: { case: value }.
// node llama.mjs MODEL.gguf ADAPTERS THREADS TOKENS PREFILL LORA BATCHES
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modelPath, adapters, threads, tokens, prefill, lora, batches] = process.argv.slice(2);
const { getLlama } = await import(pathToFileURL(createRequire(`${process.env.PEERS}/`).resolve("node-llama-cpp")));
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: Number(threads) });
const model = await llama.loadModel({ modelPath });

let state = 12345;
const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
// Ordinary tokens of SmolLM2: the first 17 are control tokens.
const prompt = (length) => Array.from({ length }, () => 17 + (random() % 49_000));

/** Tokens and their times of one request. */
async function times(sequence, length, count) {
	const at = [], start = performance.now();
	for await (const _ of sequence.evaluate(prompt(length), { temperature: 0 })) {
		at.push(performance.now());
		if (at.length >= count) break;
	}
	return { start, at };
}

/** Tokens per second while all requests generate, as `openlora bench` counts. */
function rate(all) {
	const from = Math.max(...all.map(({ at }) => at[0])), to = Math.min(...all.map(({ at }) => at.at(-1)));
	const flat = all.flatMap(({ at }) => at);
	const between = (from, to) => (flat.filter((t) => t > from && t <= to).length / (to - from)) * 1000;
	return to > from ? between(from, to) : between(Math.min(...flat), Math.max(...flat));
}

const context = (sequences, contextSize, options = {}) =>
	model.createContext({ sequences, contextSize, threads: Number(threads), batchSize: 512, ...options });

const result = {};
for (const batch of batches.split(",").map(Number)) {
	const running = await context(batch, 256);
	const sequences = Array.from({ length: batch }, () => running.getSequence());
	result[`decode_${batch}`] = rate(await Promise.all(sequences.map((sequence) => times(sequence, 16, Number(tokens)))));
	await running.dispose();
}
if (Number(prefill) > 0) {
	const running = await context(1, Number(prefill) + 64);
	const { start, at } = await times(running.getSequence(), Number(prefill), 2);
	result.prefill = (Number(prefill) / (at[0] - start)) * 1000;
	await running.dispose();
}
// Requests with different adapters are not batched: one after another, each with its adapter set before its time begins.
if (Number(lora) > 0) {
	let ms = 0, count = 0, load = 0;
	for (let i = 0; i < Number(lora); i++) {
		const begin = performance.now();
		const running = await context(1, 256, { lora: { adapters: [{ filePath: `${adapters}/${i}.gguf` }] } });
		load += performance.now() - begin;
		const { start, at } = await times(running.getSequence(), 16, Number(tokens));
		ms += at.at(-1) - start;
		count += at.length;
		await running.dispose();
	}
	result.lora = (count / ms) * 1000;
	result.cold_load_ms = load / Number(lora);
}
result.peak_mib = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify(result));
await llama.dispose();
process.exit(0);
