//! `embed` and `rerank` through the real binary: what they print, and how they refuse.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn openlora(arguments: &[&str], input: &str) -> Output {
	let mut child = Command::new(env!("CARGO_BIN_EXE_openlora"))
		.args(arguments)
		.env_remove("ORT_DYLIB_PATH")
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.unwrap();
	// A command that does not read its input may be gone already.
	let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
	child.wait_with_output().unwrap()
}

fn fixture(name: &str) -> String {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx/tests/fixtures").join(name).display().to_string()
}

fn err(output: &Output) -> String {
	String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines of JSON that a command printed.
#[track_caller]
fn lines(output: &Output) -> Vec<Value> {
	assert!(output.status.success(), "{}", err(output));
	let text = String::from_utf8(output.stdout.clone()).unwrap();
	text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The command failed with that code, said so and printed nothing.
#[track_caller]
fn refused(output: &Output, code: i32, said: &str) {
	assert_eq!(output.status.code(), Some(code), "{}", err(output));
	assert!(err(output).contains(said), "{}", err(output));
	assert!(output.stdout.is_empty());
}

fn numbers(vector: &Value) -> Vec<f64> {
	vector.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn embed_gives_the_vectors_of_transformers() {
	let model = fixture("encoder.onnx");
	let expected: Value = serde_json::from_str(&std::fs::read_to_string(fixture("expected.json")).unwrap()).unwrap();
	let texts: Vec<&str> = expected["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
	let limit = expected["text_limit"].to_string();
	let base = ["embed", "--model", &model, "--max-tokens", &limit];
	let run = |more: &[&str], input: &str| lines(&openlora(&[&base, more].concat(), input));
	let alone = run(&texts, "");
	assert_eq!(alone.len(), texts.len());
	for (line, (text, vector)) in alone.iter().zip(texts.iter().zip(expected["vectors"].as_array().unwrap())) {
		assert_eq!(line["text"], *text);
		let off = numbers(&line["vector"]).iter().zip(numbers(vector)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
		assert!(off <= 1e-5, "{text}: {off}");
	}
	let input = texts.join("\n") + "\n";
	assert_eq!(run(&["--file", "-", "--threads", "2"], &input), alone);
	for (a, b) in run(&["--file", "-", "--batch", "4"], &input).iter().zip(&alone) {
		assert_eq!(a["text"], b["text"]);
		assert!(numbers(&a["vector"]).iter().zip(numbers(&b["vector"])).all(|(a, b)| (a - b).abs() <= 1e-5));
	}
}

#[test]
fn embed_uses_the_encoder_of_make_setup_and_writes_as_numpy_does() {
	let dir = tempfile::tempdir().unwrap();
	let (texts, npy) = (dir.path().join("texts.txt"), dir.path().join("vectors.npy"));
	std::fs::write(&texts, "a cat\na feline\nstock prices").unwrap();
	let base = ["embed", "--file", texts.to_str().unwrap()];
	let printed = lines(&openlora(&base, ""));
	assert!(openlora(&[&base[..], &["--npy", npy.to_str().unwrap()]].concat(), "").stdout.is_empty());
	let bytes = std::fs::read(&npy).unwrap();
	let values: Vec<f64> = bytes[bytes.len() - 3 * 384 * 4..]
		.chunks(4)
		.map(|x| f32::from_le_bytes(x.try_into().unwrap()).into())
		.collect();
	// What is printed are the numbers of the file, up to the last bit that reading JSON may cost.
	let printed: Vec<f64> = printed.iter().flat_map(|line| numbers(&line["vector"])).collect();
	assert!(values.len() == printed.len() && values.iter().zip(&printed).all(|(a, b)| *a as f32 == *b as f32));
	let cosine = |a: usize, b: usize| -> f64 { (0..384).map(|x| values[a * 384 + x] * values[b * 384 + x]).sum() };
	assert!(cosine(0, 1) > 0.5 && cosine(0, 2) < 0.3, "{} {}", cosine(0, 1), cosine(0, 2));
	refused(&openlora(&[&base[..], &["--npy", "/nowhere/x.npy"]].concat(), ""), 1, "/nowhere/x.npy");
}

#[test]
fn rerank_puts_the_most_relevant_first() {
	let model = fixture("reranker.onnx");
	let expected: Value = serde_json::from_str(&std::fs::read_to_string(fixture("expected.json")).unwrap()).unwrap();
	let (query, limit) = (expected["query"].as_str().unwrap(), expected["pair_limit"].to_string());
	let documents: Vec<&str> = expected["documents"].as_array().unwrap().iter().map(|d| d.as_str().unwrap()).collect();
	let base = ["rerank", "--model", &model, "--max-tokens", &limit, "--query", query, "--file", "-"];
	let run = |more: &[&str]| lines(&openlora(&[&base, more].concat(), &documents.join("\n")));
	let all = run(&[]);
	assert_eq!(all.len(), documents.len());
	let score = |line: &Value| line["score"].as_f64().unwrap();
	assert!(all.windows(2).all(|pair| score(&pair[0]) >= score(&pair[1])));
	for line in &all {
		let at = line["document"].as_u64().unwrap() as usize;
		assert_eq!(line["text"], documents[at]);
		assert!((score(line) - expected["logits"][at].as_f64().unwrap()).abs() <= 1e-5);
	}
	assert_eq!(run(&["--top", "2"]), all[..2]);
	let order = |lines: &[Value]| lines.iter().map(|line| line["document"].clone()).collect::<Vec<_>>();
	assert_eq!(order(&run(&["--batch", "8", "--threads", "2"])), order(&all));
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
	let (encoder, reranker) = (fixture("encoder.onnx"), fixture("reranker.onnx"));
	let long = "cat ".repeat(40);
	let cases: [(&[&str], &str); 13] = [
		(&["embed"], "Usage"),
		(&["embed", "a", "--file", "-"], "cannot be used with"),
		(&["embed", "--file", "-"], "no text"),
		(&["embed", "a", ""], "text 2 is empty"),
		(&["embed", "a", "\u{200b}"], "text 2 is empty"),
		(&["embed", "a", "--batch", "0"], "batch is 0: from 1 to 256"),
		(&["embed", "a", "--threads", "65"], "threads is 65"),
		(&["embed", "a", "--model", &encoder, "--max-tokens", "2"], "from 3 to 8192"),
		(&["rerank", "a", "--query", "b"], "--model"),
		(&["rerank", "a", "--model", &reranker], "--query"),
		(&["rerank", "a", "--model", &reranker, "--query", " "], "the query is empty"),
		(&["rerank", "a", "--model", &reranker, "--query", &long, "--max-tokens", "40"], "the query has 40 tokens"),
		(&["rerank", "a", " ", "--model", &reranker, "--query", "b"], "text 2 is empty"),
	];
	for (arguments, said) in cases {
		let output = openlora(arguments, "");
		assert!(output.status.code() == Some(2) && err(&output).contains(said), "{arguments:?}: {}", err(&output));
		assert!(output.stdout.is_empty(), "{arguments:?}");
	}
}

#[test]
fn files_that_are_missing_or_wrong_are_named_with_the_fix() {
	let dir = tempfile::tempdir().unwrap();
	let path = |name: &str| -> PathBuf { dir.path().join(name) };
	std::fs::write(path("broken.onnx"), "not a model").unwrap();
	std::fs::write(path("tokenizer.json"), "{}").unwrap();
	std::fs::create_dir(path("empty")).unwrap();
	let (broken, empty) = (path("broken.onnx").display().to_string(), path("empty").display().to_string());
	let wrong_words = path("tokenizer.json").display().to_string();
	let (encoder, words) = (fixture("encoder.onnx"), fixture("tokenizer.json"));
	let labels = fixture("odd/labels.onnx");
	let cases: [(&[&str], &[&str]); 9] = [
		(&["embed", "a", "--runtime", "/nowhere/libonnxruntime.so"], &["/nowhere/libonnxruntime.so", "make setup"]),
		(&["embed", "a", "--runtime", &broken], &[&broken, "not a library of ONNX Runtime", "make setup"]),
		(&["embed", "a", "--model", &broken, "--tokenizer", &words], &[&broken, "make setup"]),
		(&["embed", "a", "--model", &encoder, "--tokenizer", &wrong_words], &[&wrong_words, "not a tokenizer"]),
		(&["embed", "a", "--model", &empty], &["model.onnx", "give the ONNX file"]),
		(&["embed", "a", "--model", "/nowhere/model.onnx"], &["/nowhere/model.onnx"]),
		(&["embed", "--file", "/nowhere.txt"], &["/nowhere.txt"]),
		(&["rerank", "a", "--query", "b", "--model", &encoder], &["not a reranker", "one logit for each pair"]),
		(
			&["rerank", "a", "--query", "b", "--model", &labels, "--tokenizer", &words],
			&["[1, 3], not [1, 1]", "one logit for each pair"],
		),
	];
	for (arguments, said) in cases {
		let output = openlora(arguments, "");
		for said in said {
			refused(&output, 1, said);
		}
		assert!(!err(&output).contains("panicked"), "{}", err(&output));
	}
}
