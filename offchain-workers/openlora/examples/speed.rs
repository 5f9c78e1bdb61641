//! Measures first-token latency, decode speed and peak memory of a GGUF model.
//!
//! Usage: `cargo run -p openledger-openlora --example speed -- MODEL.gguf [threads]`

use anyhow::Context;
use openledger_openlora::{ChatMessage, Engine, EngineOptions, GenerateRequest, Model, Sampling, TokenEvent};

fn main() -> anyhow::Result<()> {
	let mut args = std::env::args().skip(1);
	let path = args.next().context("usage: speed MODEL.gguf [threads]")?;
	let threads = args.next().map_or(Ok(0), |t| t.parse())?;
	let start = std::time::Instant::now();
	let model = Model::load(path.as_ref())?;
	println!("load: {:.2} s", start.elapsed().as_secs_f64());
	let engine = Engine::start(model, EngineOptions { threads, ..EngineOptions::default() })?;
	let question = "Summarise: the brown bear walked along the river and looked for fish. ".repeat(18);
	let prompt = engine.tokenizer().render_chat(&[ChatMessage::new("user", question)], true)?;
	for run in 1..=3 {
		let request = GenerateRequest {
			prompt: prompt.clone(),
			adapter: None,
			max_tokens: 100,
			sampling: Sampling { temperature: 0.7, top_p: 0.95, seed: run },
			stop: Vec::new(),
		};
		let mut events = engine.generate(request)?;
		while let Some(event) = events.blocking_recv() {
			if let TokenEvent::Done(done) = event {
				let decoded = f64::from(done.completion_tokens - 1);
				println!(
					"run {run}: first token of a {}-token prompt {:.0} ms, decode {:.1} tok/s over {} tokens",
					done.prompt_tokens,
					done.prefill_ms,
					decoded / done.decode_ms * 1e3,
					done.completion_tokens,
				);
			}
		}
	}
	let status = std::fs::read_to_string("/proc/self/status")?;
	status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS")).for_each(|l| println!("{l}"));
	Ok(())
}
