// Writes tests/fixtures/smollm2-llama-cpp.json: what llama.cpp makes of the corpus in tests/fixtures/smollm2.json.
// node llama-cpp-fixture.mjs SMOLLM2.gguf, in a folder with node-llama-cpp 3.22.1 installed.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const fixtures = new URL("../tests/fixtures/", import.meta.url);
const { getLlama } = await import(pathToFileURL(createRequire(`${process.cwd()}/`).resolve("node-llama-cpp")));
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: process.argv[2], vocabOnly: true });
const corpus = JSON.parse(readFileSync(new URL("smollm2.json", fixtures))).encodings;
// A string with U+0000 ends there in llama.cpp.
const encodings = corpus
	.filter(({ text }) => !text.includes("\0"))
	.map(({ text }) => ({ text, ids: [...model.tokenize(text, false, "trimLeadingSpace")] }));
writeFileSync(new URL("smollm2-llama-cpp.json", fixtures), JSON.stringify({ encodings }));
await llama.dispose();
