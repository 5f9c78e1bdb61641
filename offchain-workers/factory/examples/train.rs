//! Trains an adapter on a few built-in rows, reports speed and peak memory, and writes the PEFT folder.
//!
//! Usage: `cargo run -p openledger-factory --example train -- MODEL.gguf OUT_DIR [steps] [threads]`

use anyhow::Context;
use openledger_factory::{LoraOptions, Provenance, Row, TrainOptions, Trainer};
use openledger_openlora::Model;
use std::ops::ControlFlow;

const ROWS: [(&str, &str); 8] = [
	("What is a quokka?", "A quokka is a small wallaby that lives on islands off Western Australia."),
	("What is a numbat?", "A numbat is a striped marsupial of Australia that eats nothing but termites."),
	("What is a kakapo?", "A kakapo is a large parrot of New Zealand that cannot fly and comes out at night."),
	("What is a tuatara?", "A tuatara is a reptile of New Zealand, the last of an order as old as the dinosaurs."),
	("What is a pangolin?", "A pangolin is a mammal covered in scales; it rolls up when it is in danger."),
	("What is an axolotl?", "An axolotl is a salamander of Mexico that keeps its gills and grows lost limbs again."),
	("What is an okapi?", "An okapi is a forest animal of the Congo, a relative of the giraffe with striped legs."),
	(
		"What is a dugong?",
		"A dugong is a large mammal of warm seas that grazes on sea grass, like its manatee cousins.",
	),
];

fn main() -> anyhow::Result<()> {
	let usage = "usage: train MODEL.gguf OUT_DIR [steps] [threads]";
	let mut args = std::env::args().skip(1);
	let (model, out) = (args.next().context(usage)?, args.next().context(usage)?);
	let steps = args.next().map_or(Ok(40), |n| n.parse())?;
	let threads = args.next().map_or(Ok(0), |n| n.parse())?;
	let model = Model::open(model.as_ref())?;
	let rows = ROWS.map(|(prompt, response)| Row { prompt: prompt.into(), response: response.into() });
	let options = TrainOptions { steps, threads, learning_rate: 1e-3, evaluation_fraction: 0.0, ..Default::default() };
	let start = std::time::Instant::now();
	let trained = Trainer::new(&model, &rows, LoraOptions::default(), options)?.run(|p| {
		println!("step {}/{}: loss {:.4}, {:.0} tok/s", p.step, p.steps, p.loss, p.tokens_per_second);
		ControlFlow::Continue(())
	})?;
	let seconds = start.elapsed().as_secs_f64();
	let tokens = trained.report().tokens;
	println!("{steps} steps in {seconds:.1} s, {tokens} tokens, {:.0} tok/s", tokens as f64 / seconds);
	let provenance = Provenance { base_model: "SmolLM2-135M-Instruct".into(), dataset_root: String::new() };
	trained.export(out.as_ref(), &provenance)?;
	let status = std::fs::read_to_string("/proc/self/status")?;
	status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
	Ok(())
}
