// Asks a verifier every vector of ../vectors/, as a web page would. Usage: node vectors.mjs VERIFIER.wasm
import { readdirSync, readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const { memory, alloc, free, ask } = instance.exports;

/** Asks a question about SCALE-encoded input; gives SCALE-encoded output. */
function verify(question, input) {
	const at = alloc(input.length) >>> 0;
	if (input.length && !at) throw new Error("out of memory");
	new Uint8Array(memory.buffer, at, input.length).set(input);
	const result = ask(question, at, input.length);
	free(at, input.length);
	if (result < 0n) throw new Error(["no such question", "malformed input", "inconsistent amounts"][-1 - Number(result)]);
	const [length, pointer] = [Number(result >> 32n), Number(result & 0xffffffffn)];
	const output = new Uint8Array(memory.buffer, pointer, length).slice();
	free(pointer, length);
	return output;
}

const bytes = (text) => Buffer.from(text.slice(2), "hex");
const folder = new URL("../vectors/", import.meta.url);
let answered = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
	for (const { name, question, input, output } of JSON.parse(readFileSync(new URL(file, folder)))) {
		if (question === undefined) continue;
		if (!bytes(output).equals(verify(question, bytes(input)))) throw new Error(`${file}: ${name} is answered otherwise`);
		answered += 1;
	}
}
for (const [question, input, reason] of [[99, [], "no such question"], [10, [4], "malformed input"]]) {
	try {
		verify(question, Uint8Array.from(input));
		throw new Error(`question ${question} was answered`);
	} catch (error) {
		if (error.message !== reason) throw error;
	}
}
console.log(`vectors: ${answered} answered alike by ${process.argv[2]}`);
