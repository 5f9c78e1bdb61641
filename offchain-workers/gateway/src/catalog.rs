//! What is served.

use crate::Takedowns;
use openledger_attribution::{RetrievalIndex, RowText};
use openledger_primitives::{Balance, IndexId, ModelId, Terms};
use std::sync::{atomic::AtomicBool, Arc};

/// An attribution index with the rows it stands for.
#[derive(Debug)]
pub struct Retrieval {
	/// The published index.
	pub id: IndexId,
	/// Its vectors and proofs.
	pub index: RetrievalIndex,
	/// The texts of the rows, in the order of the index.
	pub rows: Vec<RowText>,
	/// Which of them were taken down; shared by the indexes of a datanet.
	pub taken: Arc<Takedowns>,
	/// Set when the index may not be used any more; shared by the models that use it.
	pub retired: Arc<AtomicBool>,
}

/// A model on offer.
#[derive(Clone, Debug)]
pub struct ServedModel {
	/// Its identifier on the chain.
	pub id: ModelId,
	/// A name for people.
	pub title: String,
	/// The name under which the engine has the adapter; `None` for the base model.
	pub adapter: Option<String>,
	/// Planck per 1,000 tokens of the prompt.
	pub price_in: Balance,
	/// Planck per 1,000 tokens of the answer.
	pub price_out: Balance,
	/// Where its sources are found.
	pub retrieval: Option<Arc<Retrieval>>,
}

impl ServedModel {
	/// The name in the API: `openledger/` and the identifier.
	pub fn name(&self) -> String {
		format!("openledger/{}", self.id)
	}

	/// The price of an answer, rounded up; at least 1 planck, so that every answer has a payer's consent.
	pub fn price(&self, tokens_in: u32, tokens_out: u32) -> Balance {
		let part = |tokens: u32, price: Balance| price.saturating_mul(u128::from(tokens));
		part(tokens_in, self.price_in).saturating_add(part(tokens_out, self.price_out)).div_ceil(1_000).max(1)
	}

	/// What a payer must agree to, when `overhead` percent of a fee go neither to models nor to data. Under these terms no
	/// [`ServedModel::price`] is too high: every prompt has a token, so even the least fee is covered.
	pub fn terms(&self, overhead: u8) -> Terms {
		Terms { price_in: self.price_in.max(1), price_out: self.price_out, overhead }
	}
}

/// All models on offer.
#[derive(Clone, Debug, Default)]
pub struct Catalog(pub Vec<ServedModel>);

impl Catalog {
	/// The model of that name: `openledger/3`, or `3`.
	pub fn find(&self, name: &str) -> Option<&ServedModel> {
		let id = name.strip_prefix("openledger/").unwrap_or(name).parse().ok().map(ModelId)?;
		self.0.iter().find(|model| model.id == id)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn models_are_found_by_name_and_priced_by_token() {
		let model = ServedModel {
			id: ModelId(3),
			title: "test".into(),
			adapter: None,
			price_in: 1_000,
			price_out: 2_500,
			retrieval: None,
		};
		assert_eq!(model.price(10, 3), 18);
		assert_eq!(model.price(0, 0), 1);
		assert_eq!(ServedModel { price_in: u128::MAX, ..model.clone() }.price(9, 9), u128::MAX.div_ceil(1_000));
		for (price_in, price_out) in [(0, 0), (0, 1), (1, 0), (1_000, 2_500), (u128::MAX, 0)] {
			let model = ServedModel { price_in, price_out, ..model.clone() };
			for (tokens_in, tokens_out) in [(1, 0), (1, 1), (999, 1), (1_000, 1_001)] {
				assert!(model.price(tokens_in, tokens_out) <= model.terms(45).most(tokens_in, tokens_out));
			}
		}
		let catalog = Catalog(vec![model]);
		assert!(catalog.find("openledger/3").is_some() && catalog.find("3").is_some());
		assert!(["openledger/4", "gpt-4", "", "openledger/"].iter().all(|name| catalog.find(name).is_none()));
	}
}
