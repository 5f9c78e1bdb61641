//! Adapters derived from others, as PEFT's `add_weighted_adapter` makes them.
//!
//! A request may also name several adapters with weights: these are applied one after another and un-merged, which is exact.
//! The recipes here are what the literature merges: each is computed once, module by module, and cached by its name.
//! All but `cat` work on A and B apart, each scaled by √|weight · scale| (A with its sign), as PEFT does.

use super::peft::{ModuleLora, PeftAdapter};
use super::philox::philox;
use crate::matrix::Matrix;
use std::collections::{BTreeMap, BTreeSet};

/// How adapters are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
	/// Sums of the As and of the Bs. A rough approximation; the un-merged ensemble is exact.
	Linear,
	/// As and Bs one beside another: exact, the ranks add.
	Cat,
	/// The largest values of each, then a vote about each sign, then the mean of those that agree (TIES, arXiv 2306.01708).
	Ties,
	/// Random values of each, scaled up, then sums (DARE, arXiv 2311.03099).
	DareLinear,
	/// Random values of each, scaled up, then as TIES.
	DareTies,
	/// The largest values of each, then sums.
	MagnitudePrune,
}

/// How TIES elects a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MajoritySign {
	/// By the sum of the values.
	#[default]
	Total,
	/// By the number of values.
	Frequency,
}

/// How to make an adapter from others.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
	/// The method.
	pub method: Method,
	/// Names of the adapters and their weights, in order.
	pub parts: Vec<(String, f32)>,
	/// Share of the values that pruning keeps, above 0 and at most 1.
	pub density: f64,
	/// For the methods that elect signs.
	pub majority: MajoritySign,
	/// Of the random masks of DARE. torch draws others; ours are those of Philox4x32-10, see [`Recipe::derive`].
	pub seed: u64,
}

/// Why adapters cannot be merged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecipeError {
	/// There is nothing to merge.
	#[error("a recipe needs at least one adapter")]
	Empty,
	/// A weight is not a number.
	#[error("the weight of adapter `{0}` is not finite")]
	Weight(String),
	/// The density is out of range.
	#[error("the density must be above 0 and at most 1")]
	Density,
	/// An adapter does more than to add low-rank terms.
	#[error("adapter `{0}` cannot be merged: it has {1}; only low-rank terms can")]
	NotAdditive(String, &'static str),
	/// The ranks of a module differ.
	#[error("the adapters have different ranks in `{0}`; only `cat` merges these")]
	Ranks(String),
}

/// The changes of one module and their weights.
struct Parts<'a> {
	loras: Vec<&'a ModuleLora>,
	weights: Vec<f32>,
}

impl Recipe {
	/// A recipe of `method` that keeps all values.
	pub fn new(method: Method, parts: Vec<(String, f32)>) -> Self {
		Self { method, parts, density: 1.0, majority: MajoritySign::Total, seed: 0 }
	}

	/// Checks everything that needs no adapter.
	///
	/// # Errors
	/// [`RecipeError`] for what is out of range.
	pub fn check(&self) -> Result<(), RecipeError> {
		if self.parts.is_empty() {
			return Err(RecipeError::Empty);
		}
		if let Some((name, _)) = self.parts.iter().find(|(_, weight)| !weight.is_finite()) {
			return Err(RecipeError::Weight(name.clone()));
		}
		if self.density > 0.0 && self.density <= 1.0 {
			Ok(())
		} else {
			Err(RecipeError::Density)
		}
	}

	/// A name that says everything about the recipe: two recipes have the same only if they are the same.
	pub fn name(&self) -> String {
		let mut hasher = self.hasher();
		for (name, weight) in &self.parts {
			hasher.update(&(name.len() as u64).to_le_bytes());
			hasher.update(name.as_bytes());
			hasher.update(&weight.to_bits().to_le_bytes());
		}
		format!("recipe:{}", hasher.finalize().to_hex())
	}

	/// The hash of the adapter that the recipe makes of adapters with these hashes.
	pub fn hash(&self, parts: &[[u8; 32]]) -> [u8; 32] {
		let mut hasher = self.hasher();
		for ((_, weight), hash) in self.parts.iter().zip(parts) {
			hasher.update(hash);
			hasher.update(&weight.to_bits().to_le_bytes());
		}
		*hasher.finalize().as_bytes()
	}

	fn hasher(&self) -> blake3::Hasher {
		let mut hasher = blake3::Hasher::new_derive_key("openlora adapter recipe 1");
		hasher.update(&[self.method as u8, self.majority as u8]);
		hasher.update(&self.density.to_bits().to_le_bytes());
		hasher.update(&self.seed.to_le_bytes());
		hasher
	}

	/// Makes the adapter of `parts`, which are those the recipe names, in its order. Its scale is 1 in every module.
	///
	/// Value `i` of the A (or B) of a module survives DARE's pruning if word `i mod 4` of Philox4x32-10 with the counter
	/// (i/4 low, i/4 high, seed low, seed high) and the key FNV-1a-64("<module>/A/<n>") is below density · 2³², where n is the
	/// number of the adapter among those that have the module.
	///
	/// # Errors
	/// [`RecipeError`] if the recipe is out of range, or an adapter cannot be merged.
	pub fn derive(&self, parts: &[&PeftAdapter]) -> Result<PeftAdapter, RecipeError> {
		self.check()?;
		for ((name, _), part) in self.parts.iter().zip(parts) {
			check_additive(name, part)?;
		}
		let paths: BTreeSet<&String> = parts.iter().flat_map(|part| part.loras.keys()).collect();
		let mut loras = BTreeMap::new();
		for path in paths {
			let of_path = self.parts.iter().zip(parts).filter_map(|((_, weight), part)| {
				let lora = part.loras.get(path)?;
				Some((lora, weight * lora.scale))
			});
			let (list, weights) = of_path.unzip();
			loras.insert(path.clone(), self.merge(path, &Parts { loras: list, weights })?);
		}
		let hashes: Vec<[u8; 32]> = parts.iter().map(|part| part.hash).collect();
		let rank = loras.values().map(|lora| lora.a.rows()).max().unwrap_or_default();
		Ok(PeftAdapter {
			hash: self.hash(&hashes),
			rank,
			alpha: rank as f32,
			loras,
			weights: BTreeMap::new(),
			biases: BTreeMap::new(),
			tokens: BTreeMap::new(),
		})
	}

	fn merge(&self, path: &str, parts: &Parts<'_>) -> Result<ModuleLora, RecipeError> {
		let ranks = || RecipeError::Ranks(path.into());
		let (a, b) = if self.method == Method::Cat {
			(cat_rows(parts), cat_columns(parts))
		} else {
			let merge = |side: char| {
				let signed = side == 'A';
				let matrices: Vec<&Matrix> =
					parts.loras.iter().map(|lora| if signed { &lora.a } else { &lora.b }).collect();
				let root = |weight: &f32| weight.abs().sqrt() * if signed && *weight < 0.0 { -1.0 } else { 1.0 };
				let weights: Vec<f32> = parts.weights.iter().map(root).collect();
				self.merge_side(&format!("{path}/{side}"), &matrices, &weights)
			};
			(merge('A'), merge('B'))
		};
		Ok(ModuleLora { a: a.ok_or_else(ranks)?, b: b.ok_or_else(ranks)?, scale: 1.0, bias: None, magnitude: None })
	}

	/// Merges matrices of one shape; `None` if their shapes differ.
	fn merge_side(&self, label: &str, matrices: &[&Matrix], weights: &[f32]) -> Option<Matrix> {
		let first = matrices.first()?;
		if matrices.iter().any(|matrix| (matrix.rows(), matrix.cols()) != (first.rows(), first.cols())) {
			return None;
		}
		let pruned: Vec<Vec<f32>> = matrices
			.iter()
			.enumerate()
			.map(|(index, matrix)| match self.method {
				Method::Ties | Method::MagnitudePrune => keep_largest(matrix.data(), self.density),
				Method::DareLinear | Method::DareTies => {
					keep_random(matrix.data(), self.density, self.seed, &format!("{label}/{index}"))
				}
				Method::Linear | Method::Cat => matrix.data().to_vec(),
			})
			.collect();
		let elect = matches!(self.method, Method::Ties | Method::DareTies);
		let values = (0..first.data().len()).map(|at| {
			let column = || pruned.iter().map(|values| values[at]);
			if elect {
				agreeing_mean(column(), weights, self.majority)
			} else {
				column().zip(weights).fold(0.0, |sum, (value, weight)| sum + value * weight)
			}
		});
		Matrix::new(first.rows(), first.cols(), values.collect())
	}
}

fn check_additive(name: &str, part: &PeftAdapter) -> Result<(), RecipeError> {
	let refuse = |what| Err(RecipeError::NotAdditive(name.into(), what));
	if !part.weights.is_empty() {
		return refuse("saved modules");
	}
	if !part.tokens.is_empty() {
		return refuse("trained tokens");
	}
	if !part.biases.is_empty() || part.loras.values().any(|lora| lora.bias.is_some()) {
		return refuse("biases");
	}
	if part.loras.values().any(|lora| lora.magnitude.is_some()) {
		return refuse("magnitudes (DoRA)");
	}
	Ok(())
}

fn cat_rows(parts: &Parts<'_>) -> Option<Matrix> {
	let cols = parts.loras.first()?.a.cols();
	let rows = parts.loras.iter().map(|lora| lora.a.rows()).sum();
	let scaled = parts.loras.iter().zip(&parts.weights);
	let values = scaled.flat_map(|(lora, weight)| lora.a.data().iter().map(move |value| value * weight));
	Matrix::new(rows, cols, values.collect())
}

fn cat_columns(parts: &Parts<'_>) -> Option<Matrix> {
	let rows = parts.loras.first()?.b.rows();
	let cols = parts.loras.iter().map(|lora| lora.b.cols()).sum();
	let row = |row: usize| parts.loras.iter().flat_map(move |lora| lora.b.row(row).iter().copied());
	Matrix::new(rows, cols, (0..rows).flat_map(row).collect())
}

/// All values but the `⌊density · n⌋` largest become 0; of equal ones the first are kept.
fn keep_largest(values: &[f32], density: f64) -> Vec<f32> {
	let keep = (density * values.len() as f64) as usize;
	if keep >= values.len() || density >= 1.0 {
		return values.to_vec();
	}
	let mut order: Vec<usize> = (0..values.len()).collect();
	let key = |index: &usize| (std::cmp::Reverse(values[*index].abs().to_bits()), *index);
	let mut kept = vec![0.0; values.len()];
	if keep > 0 {
		order.select_nth_unstable_by_key(keep - 1, key);
		order.iter().take(keep).for_each(|index| kept[*index] = values[*index]);
	}
	kept
}

/// Values whose random word is high become 0, the others are divided by the density.
fn keep_random(values: &[f32], density: f64, seed: u64, label: &str) -> Vec<f32> {
	if density >= 1.0 {
		return values.to_vec();
	}
	let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
	let key = label.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
	let limit = (density * 4_294_967_296.0) as u64;
	let mut kept = Vec::with_capacity(values.len());
	for (block, values) in values.chunks(4).enumerate() {
		let block = block as u64;
		let counter = [block as u32, (block >> 32) as u32, seed as u32, (seed >> 32) as u32];
		let words = philox(counter, [key as u32, (key >> 32) as u32]);
		let keep = |word: u32| u64::from(word) < limit;
		kept.extend(
			values.iter().zip(words).map(|(value, word)| if keep(word) { value / density as f32 } else { 0.0 }),
		);
	}
	kept
}

/// The mean of the weighted values that have the elected sign; 0 where none has.
fn agreeing_mean(values: impl Iterator<Item = f32> + Clone, weights: &[f32], majority: MajoritySign) -> f32 {
	let sign = |value: f32| (value > 0.0) as i32 - (value < 0.0) as i32;
	let positive = match majority {
		MajoritySign::Total => values.clone().fold(0.0, |sum, value| sum + value) >= 0.0,
		MajoritySign::Frequency => values.clone().map(sign).sum::<i32>() >= 0,
	};
	let elected = if positive { 1 } else { -1 };
	let agreeing = values.zip(weights).filter(|(value, _)| sign(*value) == elected);
	let (sum, count) =
		agreeing.fold((0.0, 0.0f32), |(sum, count), (value, weight)| (sum + value * weight, count + 1.0));
	sum / count.max(1.0)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn part(rank: usize, values: &[f32]) -> PeftAdapter {
		let a = Matrix::new(rank, values.len() / rank, values.to_vec()).unwrap();
		let b = Matrix::new(values.len() / rank, rank, values.to_vec()).unwrap();
		let lora = ModuleLora { a, b, scale: 1.0, bias: None, magnitude: None };
		PeftAdapter {
			hash: [rank as u8; 32],
			rank,
			alpha: 1.0,
			loras: BTreeMap::from([("m".to_owned(), lora)]),
			weights: BTreeMap::new(),
			biases: BTreeMap::new(),
			tokens: BTreeMap::new(),
		}
	}

	fn recipe(method: Method, density: f64) -> Recipe {
		Recipe { density, ..Recipe::new(method, vec![("a".into(), 1.0), ("b".into(), 1.0)]) }
	}

	#[test]
	fn keep_largest_keeps_the_first_of_equals_and_counts_down() {
		assert_eq!(keep_largest(&[1.0, -3.0, 2.0, 2.0, 0.5], 0.4), [0.0, -3.0, 2.0, 0.0, 0.0]);
		assert_eq!(keep_largest(&[1.0, 2.0], 0.4), [0.0, 0.0]);
		assert_eq!(keep_largest(&[1.0, 2.0], 1.0), [1.0, 2.0]);
	}

	#[test]
	fn keep_random_keeps_the_share_and_the_mean() {
		let values = vec![1.0; 100_000];
		for density in [0.1, 0.5, 0.9] {
			let kept = keep_random(&values, density, 7, "x");
			let share = kept.iter().filter(|value| **value != 0.0).count() as f64 / 1e5;
			// Five standard deviations.
			assert!((share - density).abs() < 5.0 * (density * (1.0 - density) / 1e5).sqrt(), "{share} {density}");
			assert!((kept.iter().sum::<f32>() / 1e5 - 1.0).abs() < 0.05);
			assert_eq!(kept, keep_random(&values, density, 7, "x"));
			assert_ne!(kept, keep_random(&values, density, 8, "x"));
			assert_ne!(kept, keep_random(&values, density, 7, "y"));
		}
	}

	#[test]
	fn agreeing_mean_leaves_out_the_minority_and_zeros() {
		let mean = |values: &[f32], majority| agreeing_mean(values.iter().copied(), &[1.0, 1.0, 2.0], majority);
		assert_eq!(mean(&[1.0, 2.0, -9.0], MajoritySign::Total), -18.0);
		assert_eq!(mean(&[1.0, 2.0, -9.0], MajoritySign::Frequency), 1.5);
		assert_eq!(mean(&[0.0, 0.0, 0.0], MajoritySign::Total), 0.0);
		assert_eq!(mean(&[0.0, 3.0, 0.0], MajoritySign::Total), 3.0);
	}

	#[test]
	fn cat_merges_different_ranks_and_nothing_else_does() {
		let (one, two) = (part(1, &[1.0, 2.0]), part(2, &[3.0, 4.0, 5.0, 6.0]));
		let merged = recipe(Method::Cat, 1.0).derive(&[&one, &two]).unwrap();
		assert_eq!(merged.loras["m"].a.data(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
		assert_eq!(merged.loras["m"].b.data(), [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
		assert_eq!(merged.rank, 3);
		for method in [Method::Linear, Method::Ties, Method::DareLinear, Method::DareTies, Method::MagnitudePrune] {
			assert_eq!(recipe(method, 0.5).derive(&[&one, &two]), Err(RecipeError::Ranks("m".into())));
		}
	}

	#[test]
	fn recipes_out_of_range_are_refused() {
		for density in [0.0, -1.0, 1.5, f64::NAN] {
			assert_eq!(recipe(Method::Ties, density).check(), Err(RecipeError::Density));
		}
		assert_eq!(Recipe::new(Method::Cat, Vec::new()).check(), Err(RecipeError::Empty));
		let nan = Recipe::new(Method::Cat, vec![("a".into(), f32::NAN)]);
		assert_eq!(nan.check(), Err(RecipeError::Weight("a".into())));
		let mut saved = part(1, &[1.0]);
		saved.biases.insert("m".into(), vec![1.0]);
		let error = recipe(Method::Linear, 1.0).derive(&[&part(1, &[1.0]), &saved]).unwrap_err();
		assert_eq!(error, RecipeError::NotAdditive("b".into(), "biases"));
	}

	#[test]
	fn names_and_hashes_tell_recipes_apart() {
		let base = recipe(Method::Ties, 0.5);
		let mut others = vec![recipe(Method::DareTies, 0.5), recipe(Method::Ties, 0.25)];
		others.push(Recipe { seed: 1, ..base.clone() });
		others.push(Recipe { majority: MajoritySign::Frequency, ..base.clone() });
		others.push(Recipe { parts: vec![("a".into(), 1.0), ("b".into(), 2.0)], ..base.clone() });
		others.push(Recipe { parts: vec![("ab".into(), 1.0), ("".into(), 1.0)], ..base.clone() });
		for other in &others {
			assert_ne!(base.name(), other.name());
		}
		assert_eq!(base.name(), base.clone().name());
		assert_ne!(base.hash(&[[0; 32], [1; 32]]), base.hash(&[[1; 32], [0; 32]]));
	}
}
