//! Loss and gradient against an independent forward pass in f64 and its finite differences.

use crate::data::{Example, Packed};
use crate::lora::LoraWeights;
use crate::network::Network;
use crate::support::{random, Lora, Tiny};
use openledger_openlora::{Model, Target};

const RANK: usize = 2;
const ALPHA: f32 = 3.0;

fn examples() -> Vec<Example> {
	vec![
		Example { tokens: vec![1, 70, 71, 9, 100, 2], answer: 3 },
		Example { tokens: vec![1, 200, 201, 30, 2], answer: 2 },
	]
}

fn naive_loss(tiny: &Tiny, lora: &LoraWeights) -> f64 {
	let loras: Vec<Lora> = lora
		.slots
		.iter()
		.map(|slot| Lora {
			layer: slot.layer,
			target: slot.target as usize,
			rank: RANK,
			a: slot.a(&lora.values).to_vec(),
			b: slot.b(&lora.values).to_vec(),
			scale: f64::from(ALPHA) / RANK as f64,
		})
		.collect();
	let mut total = 0.0;
	for Example { tokens, answer } in examples() {
		let logits = tiny.naive_logits(&tokens, &loras);
		for i in answer..tokens.len() {
			let row = &logits[i - 1];
			total += row.iter().map(|l| l.exp()).sum::<f64>().ln() - row[tokens[i] as usize];
		}
	}
	total
}

#[test]
fn gradient_equals_finite_differences_of_the_scalar_loops() {
	let tiny = Tiny::new(11);
	let dir = tempfile::tempdir().unwrap();
	let model = Model::open(&tiny.write(dir.path())).unwrap();
	let base = crate::base::Base::load(&model).unwrap();
	let mut lora = LoraWeights::new(model.spec(), &Target::ALL, RANK, ALPHA, 0);
	lora.values = random(lora.values.len(), 21).iter().map(|v| v * 0.3).collect();

	let mut gradient = vec![0.0; lora.values.len()];
	let network = Network { spec: model.spec(), weights: &base, lora: &lora };
	// One row a group and both rows in one group give the same.
	let together = Packed::groups(&examples(), 100);
	let apart = Packed::groups(&examples(), 1);
	assert_eq!((together.len(), apart.len()), (1, 2));
	let loss = network.loss_and_gradient(&together[0], 1.0, &mut gradient);
	let mut added = vec![0.0; lora.values.len()];
	let sum: f64 = apart.iter().map(|group| network.loss_and_gradient(group, 1.0, &mut added)).sum();
	assert!((loss - sum).abs() < 1e-4 && (loss - network.loss(&together[0])).abs() < 1e-9);
	assert!(gradient.iter().zip(&added).all(|(a, b)| (a - b).abs() < 1e-3));
	assert!((loss - naive_loss(&tiny, &lora)).abs() < 1e-3, "{loss}");

	let largest = gradient.iter().fold(0.0f32, |m, g| m.max(g.abs()));
	assert!(largest > 0.1);
	for (i, exact) in gradient.iter().enumerate() {
		let at = lora.values[i];
		let (low, high) = (at - 1e-3, at + 1e-3);
		lora.values[i] = high;
		let above = naive_loss(&tiny, &lora);
		lora.values[i] = low;
		let below = naive_loss(&tiny, &lora);
		lora.values[i] = at;
		let numeric = (above - below) / (f64::from(high) - f64::from(low));
		let error = (f64::from(*exact) - numeric).abs();
		assert!(error < 1e-3 * f64::from(largest), "value {i}: {exact} {numeric}");
	}
}
