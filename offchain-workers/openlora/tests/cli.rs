//! The commands through the real binary, on a tiny random model: what they print, and how they refuse.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::{random_lora, write_adapter, Tiny};

struct Bench {
	dir: tempfile::TempDir,
	model: PathBuf,
}

fn bench() -> Bench {
	let dir = tempfile::tempdir().unwrap();
	let model = Tiny::new(1).write(dir.path());
	Bench { dir, model }
}

impl Bench {
	fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	fn adapter(&self, name: &str, seed: u64) -> PathBuf {
		let path = self.path(name);
		std::fs::create_dir(&path).unwrap();
		write_adapter(&path, &random_lora(&[0, 2, 5], 4, 2.0, seed), 8.0, serde_json::json!({}));
		path
	}

	/// Runs `openlora` with `--model` behind the command.
	fn run(&self, arguments: &[&str]) -> Output {
		self.run_with(arguments, "")
	}

	fn run_with(&self, arguments: &[&str], input: &str) -> Output {
		let mut all: Vec<&str> = arguments.to_vec();
		if !arguments.contains(&"--model") {
			all.extend(["--model", self.model.to_str().unwrap()]);
		}
		all.extend(["--threads", "1"]);
		openlora(&all, input)
	}
}

fn openlora(arguments: &[&str], input: &str) -> Output {
	let mut child = Command::new(env!("CARGO_BIN_EXE_openlora"))
		.args(arguments)
		.env_remove("OPENLORA_MODEL")
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.unwrap();
	// A command that does not read its input may be gone already.
	let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
	child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
	String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
	String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
	assert!(output.status.success(), "{}", err(output));
	serde_json::from_slice(&output.stdout).unwrap()
}

/// The command failed with that code and said so.
#[track_caller]
fn refused(output: &Output, code: i32, said: &str) {
	assert_eq!(output.status.code(), Some(code), "{}\n{}", out(output), err(output));
	assert!(err(output).contains(said), "{}", err(output));
}

#[test]
fn help_shows_examples_of_every_command() {
	let help = openlora(&["--help"], "");
	assert!(help.status.success() && out(&help).contains("Exit codes"));
	for command in ["chat", "complete", "bench", "perplexity", "verify", "logits", "embed", "rerank"] {
		let help = openlora(&[command, "--help"], "");
		assert!(help.status.success() && out(&help).contains("Examples:"), "{command}");
	}
	refused(&openlora(&[], ""), 2, "Usage");
	refused(&openlora(&["sing"], ""), 2, "unrecognized subcommand");
}

#[test]
fn every_command_refuses_arguments_that_make_no_sense() {
	let b = bench();
	let text = b.path("text.txt");
	std::fs::write(&text, "he the he").unwrap();
	let text = text.to_str().unwrap();
	let cases: [(&[&str], &str); 19] = [
		(&["complete"], "--prompt"),
		(&["complete", "--prompt", "a", "--tokens", "1"], "cannot be used with"),
		(&["complete", "--prompt", ""], "empty"),
		(&["complete", "--prompt", "a", "--temperature", "-1"], "temperature"),
		(&["complete", "--prompt", "a", "--top-p", "2"], "top_p"),
		(&["complete", "--prompt", "a", "--max-tokens", "0"], "max_tokens"),
		(&["complete", "--prompt", "a", "--mode", "bf16"], "f32, e8 and e16"),
		(&["complete", "--prompt", "a", "--isa", "neon"], "neon"),
		(&["complete", "--prompt", "a", "--adapter", "=x"], "no name"),
		(&["complete", "--prompt", "a", "--context", "0"], "context"),
		(&["complete", "--prompt", "he he he he he he", "--context", "4"], "at most 3 fit"),
		(&["complete", "--tokens", "1,99999"], "99999"),
		(&["logits"], "--tokens"),
		(&["logits", "--tokens", "1,x"], "invalid value"),
		(&["logits", "--tokens", "99999"], "not in the vocabulary"),
		(&["logits", "--tokens", "1", "--batch", "0"], "--batch 0"),
		(&["perplexity", text, "--window", "1"], "--window 1"),
		(&["bench", "--batch", "0"], "--batch"),
		(&["bench", "--cold", "3"], "--adapters"),
	];
	for (arguments, said) in cases {
		let output = b.run(arguments);
		assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}{}", out(&output), err(&output));
		assert!(err(&output).contains(said), "{arguments:?}: {}", err(&output));
		assert!(output.stdout.is_empty(), "{arguments:?}");
	}
}

#[test]
fn files_that_are_missing_or_wrong_are_named() {
	let b = bench();
	refused(&b.run(&["chat", "--message", "x", "--model", "/nowhere/model.gguf"]), 1, "make setup");
	let broken = b.path("broken.gguf");
	std::fs::write(&broken, b"GGUF").unwrap();
	refused(&b.run(&["logits", "--tokens", "1", "--model", broken.to_str().unwrap()]), 1, "broken.gguf");
	refused(&b.run(&["complete", "--prompt", "a", "--adapter", "law=/nowhere"]), 1, "/nowhere");
	refused(&b.run(&["complete", "--file", "/nowhere.txt"]), 1, "/nowhere.txt");
	refused(&b.run(&["perplexity", "/nowhere.txt"]), 1, "/nowhere.txt");
	refused(&b.run(&["verify", "/nowhere.json"]), 1, "/nowhere.json");
	let empty = b.path("empty.txt");
	std::fs::write(&empty, "").unwrap();
	refused(&b.run(&["perplexity", empty.to_str().unwrap()]), 2, "fewer than 2 tokens");
	refused(&b.run(&["verify", empty.to_str().unwrap()]), 2, "not an answer");
}

#[test]
fn chat_answers_one_question_or_many() {
	let b = bench();
	let one = b.run(&["chat", "--message", "he", "--max-tokens", "8", "--system", "the"]);
	assert!(one.status.success(), "{}", err(&one));
	let same = b.run(&["chat", "--message", "he", "--max-tokens", "8", "--system", "the"]);
	assert_eq!(out(&one), out(&same));
	let talk = b.run_with(&["chat", "--max-tokens", "4"], "he\n\n/system the\n/dance\n/reset\nthe\n/exit\nnot read\n");
	assert!(talk.status.success(), "{}", err(&talk));
	assert!(out(&talk).matches('\n').count() >= 2);
	assert!(err(&talk).contains("/dance is not known"));
}

#[test]
fn complete_can_be_verified_and_a_changed_answer_cannot() {
	let b = bench();
	let (law, tax) = (b.adapter("law", 3), b.adapter("tax", 4));
	let law = format!("law={}:0.5", law.display());
	let tax = format!("tax={}", tax.display());
	let arguments = [
		"complete",
		"--prompt",
		"he the",
		"--max-tokens",
		"40",
		"--temperature",
		"0.9",
		"--top-k",
		"50",
		"--seed",
		"7",
		"--repetition-penalty",
		"1.1",
		"--adapter",
		&law,
		"--adapter",
		&tax,
		"--json",
	];
	let output = b.run(&arguments);
	let answer = json(&output);
	assert!(!answer["tokens"].as_array().unwrap().is_empty());
	let file = b.path("answer.json");
	let check = |answer: &Value, more: &[&str]| {
		std::fs::write(&file, answer.to_string()).unwrap();
		let mut all = vec!["verify", file.to_str().unwrap()];
		all.extend(more);
		b.run(&all)
	};
	let genuine = check(&answer, &[]);
	assert!(genuine.status.success() && out(&genuine).starts_with("genuine"), "{}", err(&genuine));
	assert!(check(&answer, &["--isa", "scalar"]).status.success());

	let changed = |change: &dyn Fn(&mut Value)| {
		let mut answer = answer.clone();
		change(&mut answer);
		answer
	};
	type Change<'a> = (&'a str, &'a dyn Fn(&mut Value));
	let cases: [Change<'_>; 9] = [
		("token 0: the model gives", &|a| a["tokens"][0] = (a["tokens"][0].as_u64().unwrap() % 200 + 7).into()),
		("token 0: the fingerprint", &|a| a["fingerprint"] = "00".repeat(32).into()),
		("the fingerprint", &|a| a["records"][0] = "00".repeat(32).into()),
		("the fingerprint", &|a| a["records"] = Value::Array(vec!["00".into(); 9])),
		("text", &|a| a["text"] = "something else".into()),
		("the fingerprint", &|a| a["sampling"]["seed"] = 8.into()),
		("not genuine", &|a| a["adapters"][0]["weight"] = 0.505.into()),
		("hash", &|a| a["adapters"][0]["hash"] = "00".repeat(32).into()),
		("hash", &|a| a["model"]["hash"] = "00".repeat(32).into()),
	];
	for (said, change) in cases {
		refused(&check(&changed(change), &[]), 1, said);
	}
	refused(&check(&changed(&|a| a["fingerprint"] = "0g".into()), &[]), 2, "hexadecimal");
	refused(&check(&changed(&|a| a["version"] = 9.into()), &[]), 2, "version 9");
	refused(&check(&changed(&|a| a["tokens"] = Value::Array(Vec::new())), &[]), 2, "no tokens");
}

#[test]
fn logits_are_the_same_bits_however_they_are_computed() {
	let b = bench();
	let law = format!("law={}", b.adapter("law", 3).display());
	let tokens = "1,5,9,30,77,200,5,9,30,77,200,41,42,43,44,45,46,47";
	for mode in ["e8", "e16"] {
		let base = ["logits", "--tokens", tokens, "--mode", mode, "--all", "--hash", "--adapter", &law];
		let hash = out(&b.run(&base));
		assert_eq!(hash.trim().len(), 64, "{hash}");
		for more in [["--isa", "scalar"], ["--batch", "5"], ["--chunk", "1"], ["--chunk", "7"]] {
			let all: Vec<&str> = base.iter().copied().chain(more).collect();
			assert_eq!(out(&b.run(&all)), hash, "{mode} {more:?}");
		}
	}
	let f32_hash = out(&b.run(&["logits", "--tokens", tokens, "--mode", "f32", "--hash"]));
	assert_eq!(f32_hash.trim().len(), 64);
}

#[test]
fn logits_are_printed_as_json_and_written_as_numpy_does() {
	let b = bench();
	let report = json(&b.run(&["logits", "--tokens", "1,5,9", "--all"]));
	let rows = report["logits"].as_array().unwrap();
	assert_eq!((rows.len(), rows[0].as_array().unwrap().len()), (3, support::VOCAB));
	assert_eq!(report["shape"], serde_json::json!([3, support::VOCAB]));
	let top = json(&b.run(&["logits", "--tokens", "1,5,9", "--top", "2"]));
	let largest = rows[2].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).fold(f64::MIN, f64::max);
	assert_eq!((top["top"][0].as_array().unwrap().len(), top["top"][0][0][1].as_f64().unwrap()), (2, largest));
	let file = b.path("logits.npy");
	let written = json(&b.run(&["logits", "--tokens", "1,5,9", "--all", "--npy", file.to_str().unwrap()]));
	assert_eq!(written["blake3"], report["blake3"]);
	assert!(written.get("logits").is_none());
	let bytes = std::fs::read(&file).unwrap();
	assert_eq!(blake3::hash(&bytes[bytes.len() - 3 * support::VOCAB * 4..]).to_hex().as_str(), report["blake3"]);
	refused(&b.run(&["logits", "--tokens", "1", "--npy", "/nowhere/x.npy"]), 1, "/nowhere/x.npy");
}

#[test]
fn f32_logits_are_those_of_an_independent_forward_pass() {
	let b = bench();
	let tokens = [1u32, 5, 9, 30, 77];
	let expected = Tiny::new(1).naive_logits(&tokens, &[]);
	let report = json(&b.run(&["logits", "--tokens", "1,5,9,30,77", "--all", "--mode", "f32"]));
	for (row, expected) in report["logits"].as_array().unwrap().iter().zip(&expected) {
		let scale = expected.iter().fold(0f64, |m, v| m.max(v.abs()));
		for (ours, theirs) in row.as_array().unwrap().iter().zip(expected) {
			assert!((ours.as_f64().unwrap() - theirs).abs() <= 1e-5 * scale);
		}
	}
}

#[test]
fn perplexity_depends_on_text_window_and_mode_alone() {
	let b = bench();
	let file = b.path("text.txt");
	std::fs::write(&file, "he the quick brown fox\n".repeat(20)).unwrap();
	let run = |more: &[&str]| {
		let mut all = vec!["perplexity", file.to_str().unwrap(), "--window", "32", "--json"];
		all.extend(more);
		json(&b.run(&all))
	};
	let (first, scalar) = (run(&[]), run(&["--isa", "scalar"]));
	assert_eq!(first["nll"], scalar["nll"]);
	let (windows, tokens) = (first["windows"].as_u64().unwrap(), first["tokens"].as_u64().unwrap());
	assert!(windows > 5 && tokens > 100 && first["perplexity"].as_f64().unwrap() > 1.0);
	assert_eq!(run(&["--limit", "64"])["tokens"], 62);
	let f32_nll = run(&["--mode", "f32"])["nll"].as_f64().unwrap();
	assert!((f32_nll - first["nll"].as_f64().unwrap()).abs() < 0.2);
}

#[test]
fn bench_reports_all_measurements() {
	let b = bench();
	let report = json(&b.run(&[
		"bench",
		"--batch",
		"1,3",
		"--new-tokens",
		"4",
		"--prompt-tokens",
		"3",
		"--prefill",
		"20",
		"--adapters",
		"2",
		"--rank",
		"4",
		"--register",
		"50",
		"--cold",
		"2",
		"--churn",
		"6",
		"--verify",
		"5",
		"--repeat",
		"1",
		"--json",
	]));
	let decode = report["decode"].as_array().unwrap();
	assert_eq!(
		decode.iter().map(|r| (r["batch"].as_u64(), r["adapters"].as_u64())).collect::<Vec<_>>(),
		[(Some(1), Some(0)), (Some(1), Some(1)), (Some(3), Some(0)), (Some(3), Some(2)),]
	);
	assert!(decode.iter().all(|row| row["tokens_per_second"].as_f64().unwrap() > 0.0));
	assert_eq!(report["registration"]["count"], 50);
	assert_eq!(report["churn"]["requests"], 6);
	assert!(report["verification"]["times_faster"].as_f64().unwrap() > 0.0);
	assert!(
		report["peak_bytes"].as_u64().unwrap() > 0 && report["prefill"]["tokens_per_second"].as_f64().unwrap() > 0.0
	);
	let table = b.run(&["bench", "--batch", "1", "--new-tokens", "2", "--prefill", "0", "--repeat", "1"]);
	assert!(table.status.success() && out(&table).contains("batch   1"), "{}", out(&table));
}

#[test]
fn a_folder_without_template_completes_but_does_not_chat() {
	let b = bench();
	let plain = Path::new(&b.path("plain")).to_owned();
	std::fs::create_dir(&plain).unwrap();
	let model = Tiny::new(1).write_without(&plain, "tokenizer.chat_template");
	let model = model.to_str().unwrap();
	refused(&b.run(&["chat", "--message", "x", "--model", model]), 2, "openlora complete");
	assert!(b.run(&["complete", "--prompt", "he", "--max-tokens", "2", "--model", model]).status.success());
}
