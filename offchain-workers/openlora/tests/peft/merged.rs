//! Recipes against PEFT's `add_weighted_adapter`. The masks of DARE are ours in both.

use crate::bases::{folder, layout};
use crate::tensors::check_probes;
use openledger_openlora::adapter::{MajoritySign, Method, PeftAdapter, Recipe};
use openledger_openlora::Adapter;

const SEED: u64 = 0x0123_4567_89ab_cdef;

/// The recipes of the fixtures: base, label, recipe.
pub fn recipes() -> Vec<(&'static str, &'static str, Recipe)> {
	let recipe = |method, parts: &[(&str, f32)], density| Recipe {
		density,
		seed: SEED,
		..Recipe::new(method, parts.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect())
	};
	let two = |method, density| recipe(method, &[("plain", 0.7), ("other", 0.6)], density);
	let frequency = recipe(Method::Ties, &[("plain", 0.7), ("other", -0.5), ("f16", 0.9)], 0.5);
	vec![
		("llama", "linear", recipe(Method::Linear, &[("plain", 0.7), ("other", -0.4)], 1.0)),
		("llama", "cat", recipe(Method::Cat, &[("patterns", 0.7), ("other", -0.4), ("rslora", 1.5)], 1.0)),
		("llama", "ties", two(Method::Ties, 0.4)),
		("llama", "ties-frequency", Recipe { majority: MajoritySign::Frequency, ..frequency }),
		("llama", "magnitude", two(Method::MagnitudePrune, 0.3)),
		("llama", "dare-linear", two(Method::DareLinear, 0.6)),
		("llama", "dare-ties", recipe(Method::DareTies, &[("plain", 0.7), ("other", -0.6)], 0.6)),
		("gpt2", "ties", two(Method::Ties, 0.4)),
		("gpt2", "dare-ties", two(Method::DareTies, 0.5)),
	]
}

/// The adapter that a recipe makes of those of `base`.
pub fn derive(base: &str, recipe: &Recipe) -> Adapter {
	let layout = layout(base);
	let read =
		|(name, _): &(String, f32)| PeftAdapter::read(&folder(&format!("{base}/{name}")), &layout, None).unwrap();
	let parts: Vec<PeftAdapter> = recipe.parts.iter().map(read).collect();
	let derived = recipe.derive(&parts.iter().collect::<Vec<_>>()).unwrap();
	Adapter::assemble("derived", &derived, &layout).unwrap()
}

#[test]
fn derived_adapters_equal_those_of_peft() {
	for (base, label, recipe) in recipes() {
		check_probes(base, &format!("merge-{label}"), &derive(base, &recipe), &layout(base));
	}
}
