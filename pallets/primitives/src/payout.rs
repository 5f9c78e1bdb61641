//! From receipts to payouts, and back: every planck of a payout has a line that says why (protocol §10).

use crate::{
	attribution::{Pool, MAX_PARTS, MAX_TOP},
	hashing::{Blake2b256, Domain, Tag},
	ids::{DatanetId, IndexId, ModelId},
	money::{apportion_part, proportion, FeeSplit, Reserved, WHOLE},
	tree::whole::SumTree,
	Balance,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec,
	vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One account's payout from one batch: a leaf of the payout tree, whose amount the tree sums.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Payout<AccountId> {
	/// Who is paid.
	pub account: AccountId,
	/// How much, in planck.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub amount: Balance,
	/// The account's share of what the batch burns, from which contribution weight is minted.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub weight: Balance,
}

impl<AccountId: Encode> Payout<AccountId> {
	/// The bytes of the leaf, bound to chain, agent and batch (by its first sequence number).
	pub fn leaf(&self, domain: &Domain, agent: &AccountId, first_seq: u64) -> Vec<u8> {
		domain.seal(Tag::Payout, &(agent, first_seq, self))
	}
}

/// The payout tree of a batch. `None` when the amounts overflow.
pub fn tree<AccountId: Encode>(
	payouts: &[Payout<AccountId>],
	domain: &Domain,
	agent: &AccountId,
	first_seq: u64,
) -> Option<SumTree<Blake2b256>> {
	SumTree::new(payouts.iter().map(|payout| (payout.leaf(domain, agent, first_seq), payout.amount)))
}

/// Why somebody is paid for an answer.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(tag = "role", rename_all = "snake_case"))]
pub enum Role {
	/// Owns, or shares in, a model that answered.
	#[codec(index = 0)]
	Model {
		/// The model.
		model: ModelId,
	},
	/// Wrote a row that mattered.
	#[codec(index = 1)]
	Row {
		/// The index that the row was found through.
		index: IndexId,
		/// The row.
		row: u32,
		/// Its score.
		score: i64,
	},
	/// The commons of a datanet: what rows leave over.
	#[codec(index = 2)]
	Commons {
		/// The datanet; `None` for the treasury when the answer used none.
		datanet: Option<DatanetId>,
	},
	/// Ran the model; has what is left of the batch.
	#[codec(index = 3)]
	Agent,
}

/// One reason for one amount.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Line<AccountId> {
	/// Who is paid.
	pub account: AccountId,
	/// Why.
	#[cfg_attr(feature = "std", serde(flatten))]
	pub role: Role,
	/// How much, in planck.
	#[cfg_attr(feature = "std", serde(with = "crate::planck"))]
	pub amount: Balance,
}

impl<AccountId: PartialEq> Line<AccountId> {
	/// Whether the line weighs if `payer`, out of whose fee it is, does: not what the payer pays itself, nor what a commons has,
	/// which is nobody's work yet.
	pub fn weighs(&self, payer: &AccountId) -> bool {
		self.account != *payer && !matches!(self.role, Role::Commons { .. })
	}
}

/// A model's owners and their shares of what it earns, in basis points that add up to 10,000.
pub type Owners<AccountId> = Vec<(AccountId, u16)>;

/// A model with its owners.
pub type Owned<'a, AccountId> = (ModelId, &'a Owners<AccountId>);

/// What an adapter, its base and its other ancestors have of the model pool, in percent; of an ensemble, its members,
/// their base and the ensemble itself.
const LINEAGE: (u128, u128, u128) = (60, 30, 10);

/// A claim on the model pool.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Royalty<AccountId> {
	/// Who is paid.
	pub account: AccountId,
	/// For which model.
	pub model: ModelId,
	/// Share of the pool, relative to the other royalties of the same answer.
	pub weight: u128,
}

/// The claims on the model pool when `model` answers: adapter 60, base 30, other ancestors 10 in equal parts. What has
/// no taker goes to the model that answered.
pub fn royalties<AccountId: Clone>(
	model: Owned<AccountId>,
	base: Option<Owned<AccountId>>,
	ancestors: &[Owned<AccountId>],
) -> Option<Vec<Royalty<AccountId>>> {
	let (own, of_base, of_ancestors) = LINEAGE;
	let mut claims = Vec::new();
	let mut own = own;
	match base {
		Some(base) => claims.push((base, of_base.checked_mul(ancestors.len().max(1) as u128)?)),
		None => own = own.checked_add(of_base)?,
	}
	if ancestors.is_empty() {
		own = own.checked_add(of_ancestors)?;
	}
	// Scaled by the number of ancestors, so that equal parts of theirs stay whole numbers.
	claims.insert(0, (model, own.checked_mul(ancestors.len().max(1) as u128)?));
	claims.extend(ancestors.iter().map(|ancestor| (*ancestor, of_ancestors)));
	divide(claims)
}

/// The claims on the model pool when an ensemble answers: its members 60 by weight, their base 30, the ensemble 10.
/// `None` if no member has a weight.
pub fn ensemble_royalties<AccountId: Clone>(
	ensemble: Owned<AccountId>,
	base: Owned<AccountId>,
	members: &[(Owned<AccountId>, u16)],
) -> Option<Vec<Royalty<AccountId>>> {
	let (of_members, of_base, own) = LINEAGE;
	// Scaled by the sum of the weights, so that parts by weight stay whole numbers.
	let whole = members.iter().try_fold(0u128, |sum, (_, weight)| sum.checked_add((*weight).into()))?;
	if whole == 0 {
		return None;
	}
	let mut claims = vec![(ensemble, own.checked_mul(whole)?), (base, of_base.checked_mul(whole)?)];
	for (member, weight) in members {
		claims.push((*member, of_members.checked_mul((*weight).into())?));
	}
	divide(claims)
}

/// Divides the share of each model among its owners.
fn divide<AccountId: Clone>(claims: Vec<(Owned<AccountId>, u128)>) -> Option<Vec<Royalty<AccountId>>> {
	let mut royalties = Vec::new();
	for ((model, owners), share) in claims {
		for (account, points) in owners {
			let weight = share.checked_mul(u128::from(*points))?;
			royalties.push(Royalty { account: account.clone(), model, weight });
		}
	}
	Some(royalties)
}

/// The most sources that one answer names: so many fit an attribution.
pub const MAX_SOURCES: usize = (MAX_PARTS * MAX_TOP) as usize;

/// The most claims on the model pool of one answer: 8 owners each of a model, its base and 16 parents.
pub const MAX_ROYALTIES: usize = 8 * 18;

/// The shares of the data pool when rows of both pools mattered: retrieval and training. Alone, either has all of it.
const POOLS: (u128, u128) = (1, 1);

/// A row that a receipt names as a source, with what the division needs to know of it.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Source<AccountId> {
	/// Who contributed the row.
	pub contributor: AccountId,
	/// Why it mattered.
	pub pool: Pool,
	/// The datanet version that it is a row of.
	pub version: (DatanetId, u32),
	/// The index that it was found through.
	pub index: IndexId,
	/// The row.
	pub row: u32,
	/// Its score.
	pub score: i64,
	/// The index's threshold.
	pub threshold: i64,
	/// Reputation of the contributor, 256 = 1.0.
	pub reputation: u16,
}

impl<AccountId> Source<AccountId> {
	/// (score − threshold + 1) × reputation, 0 for a score below the threshold.
	fn weight(&self) -> Option<u128> {
		let above = i128::from(self.score).checked_sub(i128::from(self.threshold))?.checked_add(1)?;
		u128::try_from(above.max(0)).ok()?.checked_mul(u128::from(self.reputation))
	}
}

/// Everything that the division of one fee depends on.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Answer<AccountId> {
	/// The fee in planck.
	pub fee: Balance,
	/// Claims on the model pool.
	pub royalties: Vec<Royalty<AccountId>>,
	/// Rows that share the data pool.
	pub sources: Vec<Source<AccountId>>,
	/// Has what rows leave over, and the whole data pool of an answer without sources.
	pub commons: (AccountId, Option<DatanetId>),
}

impl<AccountId: Clone> Answer<AccountId> {
	/// Who is paid from this fee and why, except the agent, which has what is left of the batch. `None` on overflow.
	///
	/// The order of lines is that of the royalties, the rows that were retrieved, those that were trained on, the
	/// commons. A row is paid once: where it is named first, and for having been retrieved if both pools name it. Rows
	/// are the same if datanet, version and number are. `None` also if the shares of the fee exceed 100, or if there
	/// are more than [`MAX_SOURCES`] sources or [`MAX_ROYALTIES`] royalties.
	pub fn lines(&self, split: &FeeSplit) -> Option<Vec<Line<AccountId>>> {
		split.agent()?;
		if self.sources.len() > MAX_SOURCES || self.royalties.len() > MAX_ROYALTIES {
			return None;
		}
		let mut lines = Vec::new();
		let weights: Vec<u128> = self.royalties.iter().map(|royalty| royalty.weight).collect();
		let amounts = apportion_part(self.fee, u128::from(split.model), WHOLE, &weights)?;
		for (royalty, amount) in self.royalties.iter().zip(amounts) {
			let role = Role::Model { model: royalty.model };
			lines.push(Line { account: royalty.account.clone(), role, amount });
		}
		let (_, mut left) = split.pools(self.fee)?;
		let (retrieved, trained) = self.pools();
		for (sources, share) in [(&retrieved, POOLS.0), (&trained, POOLS.1)] {
			let shares =
				if retrieved.is_empty() || trained.is_empty() { share } else { POOLS.0.checked_add(POOLS.1)? };
			let weights = sources.iter().map(|source| source.weight()).collect::<Option<Vec<u128>>>()?;
			let whole = weights.iter().try_fold(0u128, |sum, weight| sum.checked_add(*weight))?;
			let part = u128::from(split.data).checked_mul(share)?;
			let divisor = WHOLE.checked_mul(shares)?.checked_mul(whole)?;
			for (source, weight) in sources.iter().zip(weights) {
				// One division, so that a row is rounded down once.
				let amount = if whole == 0 { 0 } else { proportion(self.fee, part.checked_mul(weight)?, divisor)? };
				left = left.checked_sub(amount)?;
				let role = Role::Row { index: source.index, row: source.row, score: source.score };
				lines.push(Line { account: source.contributor.clone(), role, amount });
			}
		}
		let (account, datanet) = self.commons.clone();
		lines.push(Line { account, role: Role::Commons { datanet }, amount: left });
		lines.retain(|line| line.amount > 0);
		Some(lines)
	}

	/// The rows that were retrieved, and those that were trained on and not retrieved, each once.
	fn pools(&self) -> (Vec<&Source<AccountId>>, Vec<&Source<AccountId>>) {
		let mut seen = BTreeSet::new();
		let mut of = |pool| {
			let new = |source: &&Source<AccountId>| source.pool == pool && seen.insert((source.version, source.row));
			self.sources.iter().filter(new).collect()
		};
		(of(Pool::Retrieval), of(Pool::Training))
	}
}

/// A receipt of a batch, divided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divided<AccountId> {
	/// Who has paid.
	pub payer: AccountId,
	/// The fee in planck.
	pub fee: Balance,
	/// Whether what the payer pays in this batch mints weight.
	pub weighs: bool,
	/// Who is paid from the fee, except the agent.
	pub lines: Vec<Line<AccountId>>,
}

/// What a batch pays: one payout per account in the order of accounts, the agent's among them. `None` on overflow.
///
/// A beneficiary's weight is its share of what the fees of those payers burn that weigh, rounded down: burn · (what it has of
/// their receipts and [`weighs`](Line::weighs)) / payouts. It is never more than [`most_weight`]. What the agent pays itself
/// weighs for nobody.
pub fn settle<AccountId: Ord + Clone>(
	split: &FeeSplit,
	agent: &AccountId,
	receipts: impl IntoIterator<Item = Divided<AccountId>>,
) -> Option<(Reserved, Vec<Payout<AccountId>>)> {
	let mut all = Shared::default();
	let mut weighing = Shared::default();
	for Divided { payer, fee, weighs, lines } in receipts {
		all.add(fee, &lines, |_| true)?;
		if weighs && payer != *agent {
			weighing.add(fee, &lines, |line| line.weighs(&payer))?;
		}
	}
	let (reserved, sums) = all.close(split, agent)?;
	let (_, weights) = weighing.close(split, agent)?;
	let payouts = sums
		.into_iter()
		.filter(|(_, amount)| *amount > 0)
		.map(|(account, amount)| {
			let weighed = weights.get(&account).copied().unwrap_or_default().min(amount);
			Some(Payout { account, amount, weight: most_weight(reserved.burn, weighed, reserved.payouts)? })
		})
		.collect::<Option<_>>()?;
	Some((reserved, payouts))
}

/// The most weight that a payout can carry: its share of what the batch burns. `None` on overflow, or without payouts.
pub fn most_weight(burn: Balance, amount: Balance, payouts: Balance) -> Option<Balance> {
	proportion(burn, amount, payouts)
}

/// What receipts share out.
struct Shared<AccountId> {
	fees: Balance,
	/// What the lines take, those included that do not count.
	taken: Balance,
	sums: BTreeMap<AccountId, Balance>,
}

impl<AccountId> Default for Shared<AccountId> {
	fn default() -> Self {
		Self { fees: 0, taken: 0, sums: BTreeMap::new() }
	}
}

impl<AccountId: Ord + Clone> Shared<AccountId> {
	fn add(
		&mut self,
		fee: Balance,
		lines: &[Line<AccountId>],
		counts: impl Fn(&Line<AccountId>) -> bool,
	) -> Option<()> {
		self.fees = self.fees.checked_add(fee)?;
		for line in lines {
			self.taken = self.taken.checked_add(line.amount)?;
			if counts(line) {
				let sum = self.sums.entry(line.account.clone()).or_default();
				*sum = sum.checked_add(line.amount)?;
			}
		}
		Some(())
	}

	/// Gives the agent what the lines leave.
	fn close(mut self, split: &FeeSplit, agent: &AccountId) -> Option<(Reserved, BTreeMap<AccountId, Balance>)> {
		let reserved = split.reserve(self.fees)?;
		let left = reserved.payouts.checked_sub(self.taken)?;
		if left > 0 {
			let sum = self.sums.entry(agent.clone()).or_default();
			*sum = sum.checked_add(left)?;
		}
		Some((reserved, self.sums))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::money::{apportion, DEFAULT_SPLIT};
	use proptest::prelude::*;

	#[test]
	fn lineage_divides_sixty_thirty_ten() {
		let owners = |account: u8| vec![(account, 10_000)];
		let shares = |royalties: Vec<Royalty<u8>>| {
			let weights: Vec<u128> = royalties.iter().map(|r| r.weight).collect();
			let amounts = apportion(1_000, &weights).unwrap();
			royalties.into_iter().map(|r| r.account).zip(amounts).collect::<Vec<_>>()
		};
		let (own, base, a, b) = (owners(1), owners(2), owners(3), owners(4));
		let model = (ModelId(1), &own);
		assert_eq!(shares(royalties(model, None, &[]).unwrap()), [(1, 1_000)]);
		assert_eq!(shares(royalties(model, Some((ModelId(0), &base)), &[]).unwrap()), [(1, 700), (2, 300)]);
		let ancestors = [(ModelId(2), &a), (ModelId(3), &b)];
		assert_eq!(
			shares(royalties(model, Some((ModelId(0), &base)), &ancestors).unwrap()),
			[(1, 600), (2, 300), (3, 50), (4, 50)]
		);
	}

	#[test]
	fn an_ensemble_divides_sixty_thirty_ten_with_the_sixty_by_weight() {
		let owners = |account: u8| vec![(account, 10_000)];
		let (own, base, a, b) = (owners(1), owners(2), owners(3), vec![(4, 5_000), (5, 5_000)]);
		let (own, base) = ((ModelId(4), &own), (ModelId(0), &base));
		let members = |weights: [u16; 2]| [((ModelId(2), &a), weights[0]), ((ModelId(3), &b), weights[1])];
		let amounts = |members: &[(Owned<u8>, u16)]| {
			let royalties = ensemble_royalties(own, base, members).unwrap();
			let weights: Vec<u128> = royalties.iter().map(|r| r.weight).collect();
			let amounts = apportion(1_000, &weights).unwrap();
			royalties.into_iter().map(|r| (r.account, r.model.0)).zip(amounts).collect::<Vec<_>>()
		};
		let first = [((1, 4), 100), ((2, 0), 300), ((3, 2), 200), ((4, 3), 200), ((5, 3), 200)];
		assert_eq!(amounts(&members([5_000, 10_000])), first);
		assert_eq!(amounts(&members([1, 0])[..1]), [((1, 4), 100), ((2, 0), 300), ((3, 2), 600)]);
		assert_eq!(ensemble_royalties(own, base, &[]), None);
		assert_eq!(ensemble_royalties(own, base, &members([0, 0])), None);
	}

	fn source(row: u32, contributor: u8, score: i64, reputation: u16) -> Source<u8> {
		let (pool, version) = (Pool::Retrieval, (DatanetId(0), 0));
		Source { contributor, pool, version, index: IndexId(0), row, score, threshold: 100, reputation }
	}

	#[test]
	fn a_fee_of_ten_thousand_is_divided_as_by_hand() {
		let answer = Answer {
			fee: 10_000,
			royalties: royalties((ModelId(1), &vec![(1, 10_000)]), None, &[]).unwrap(),
			// Weights 100·256 and 1·512: the data pool of 3,500 divides 98.04 % to 1.96 %.
			sources: vec![source(0, 7, 199, 256), source(4, 8, 100, 512)],
			commons: (9, Some(DatanetId(0))),
		};
		let lines = answer.lines(&DEFAULT_SPLIT).unwrap();
		let amounts: Vec<(u8, u128)> = lines.iter().map(|line| (line.account, line.amount)).collect();
		assert_eq!(amounts, [(1, 2_000), (7, 3_431), (8, 68), (9, 1)]);
		let receipts = [Divided { payer: 6, fee: 10_000, weighs: true, lines }];
		let (reserved, payouts) = settle(&DEFAULT_SPLIT, &5, receipts.clone()).unwrap();
		assert_eq!((reserved.burn, reserved.treasury, reserved.payouts), (500, 300, 8_500));
		let found: Vec<(u8, u128, u128)> = payouts.iter().map(|p| (p.account, p.amount, p.weight)).collect();
		// 500 · amount / 8,500, rounded down.
		assert_eq!(found, [(1, 2_000, 117), (5, 3_000, 176), (7, 3_431, 201), (8, 68, 4), (9, 1, 0)]);
		let without = receipts.map(|receipt| Divided { weighs: false, ..receipt });
		let (_, weightless) = settle(&DEFAULT_SPLIT, &5, without).unwrap();
		let expected: Vec<_> = payouts.into_iter().map(|payout| Payout { weight: 0, ..payout }).collect();
		assert_eq!(weightless, expected, "the money is the same");
	}

	#[test]
	fn weight_is_of_those_who_weigh_and_not_of_oneself() {
		let role = Role::Model { model: ModelId(0) };
		let receipt = |payer, fee, weighs, lines: &[(u8, u128)]| Divided {
			payer,
			fee,
			weighs,
			lines: lines.iter().map(|(account, amount)| Line { account: *account, role, amount: *amount }).collect(),
		};
		let weights = |receipts: &[Divided<u8>]| {
			let (reserved, payouts) = settle(&DEFAULT_SPLIT, &5, receipts.to_vec()).unwrap();
			assert_eq!((reserved.burn, reserved.payouts), (1_000, 17_000));
			payouts.iter().map(|payout| (payout.account, payout.weight)).collect::<Vec<_>>()
		};
		let one = |weighs| receipt(1, 10_000, weighs, &[(3, 3_400), (4, 1_700)]);
		let two = |weighs| receipt(2, 10_000, weighs, &[(3, 1_700), (2, 3_400)]);
		// Of 17,000: the agent has 3,400 of each, 3 has 3,400 and 1,700, 4 has 1,700 and 2 has 3,400 of what it pays itself.
		assert_eq!(weights(&[one(true), two(true)]), [(2, 0), (3, 300), (4, 100), (5, 400)]);
		assert_eq!(weights(&[one(true), two(false)]), [(2, 0), (3, 200), (4, 100), (5, 200)]);
		assert_eq!(weights(&[one(false), two(true)]), [(2, 0), (3, 100), (4, 0), (5, 200)]);
		assert_eq!(weights(&[one(false), two(false)]), [(2, 0), (3, 0), (4, 0), (5, 0)]);
		// What the agent's beneficiary pays weighs for nobody.
		let own = receipt(5, 10_000, true, &[(3, 1_700), (2, 3_400)]);
		assert_eq!(weights(&[one(false), own]), [(2, 0), (3, 0), (4, 0), (5, 0)]);
		// A commons has not worked; what it has weighs for nobody else either.
		let mut commons = one(true);
		commons.lines[0].role = Role::Commons { datanet: None };
		assert_eq!(weights(&[commons, two(true)]), [(2, 0), (3, 100), (4, 100), (5, 400)]);
	}

	#[test]
	fn a_commons_is_paid_and_weighs_nothing() {
		let line = |account, role| Line { account, role, amount: 3_400 };
		let lines = vec![line(3, Role::Model { model: ModelId(0) }), line(4, Role::Commons { datanet: None })];
		let receipt = Divided { payer: 1, fee: 10_000, weighs: true, lines };
		let (_, payouts) = settle(&DEFAULT_SPLIT, &5, [receipt]).unwrap();
		let found: Vec<_> = payouts.iter().map(|payout| (payout.account, payout.amount, payout.weight)).collect();
		assert_eq!(found, [(3, 3_400, 200), (4, 3_400, 0), (5, 1_700, 100)]);
	}

	#[test]
	fn lines_beyond_the_payouts_are_refused() {
		let line = |amount| Line { account: 3, role: Role::Commons { datanet: None }, amount };
		let receipt = |amount| Divided { payer: 1, fee: 1_000, weighs: true, lines: vec![line(amount)] };
		assert!(settle(&DEFAULT_SPLIT, &5, [receipt(850)]).is_some());
		assert_eq!(settle(&DEFAULT_SPLIT, &5, [receipt(851)]), None);
		assert_eq!(settle(&DEFAULT_SPLIT, &5, [receipt(u128::MAX), receipt(u128::MAX)]), None);
		let (reserved, payouts) = settle(&DEFAULT_SPLIT, &5, []).unwrap();
		assert_eq!((reserved.payouts, payouts), (0, vec![]));
		assert_eq!(most_weight(1, 1, 0), None);
	}

	#[test]
	fn rows_of_both_pools_share_and_no_row_is_paid_twice() {
		let of = |pool, row| Source { pool, ..source(row, row as u8, 100, 256) };
		let sources = vec![of(Pool::Training, 1), of(Pool::Retrieval, 1), of(Pool::Training, 2), of(Pool::Training, 3)];
		let answer = Answer { fee: 1_000, royalties: vec![], sources, commons: (9, Some(DatanetId(0))) };
		let amounts: Vec<(u8, u128)> =
			answer.lines(&DEFAULT_SPLIT).unwrap().iter().map(|line| (line.account, line.amount)).collect();
		// The data pool of 350 halves: 175 for row 1, 87 for each of the others, and 1 is left.
		assert_eq!(amounts, [(1, 175), (2, 87), (3, 87), (9, 1)]);
		// A row is not paid twice in a pool either.
		let mut again = answer.clone();
		again.sources.push(of(Pool::Retrieval, 1));
		assert_eq!(again.lines(&DEFAULT_SPLIT), answer.lines(&DEFAULT_SPLIT));
		// Another version's row 1 is another row.
		let mut other = answer.clone();
		other.sources[0].version = (DatanetId(0), 1);
		assert_eq!(other.lines(&DEFAULT_SPLIT).unwrap().len(), 5);
	}

	#[test]
	fn an_answer_without_sources_pays_the_commons() {
		let answer = Answer { fee: 100, royalties: vec![], sources: vec![], commons: (9, None) };
		let lines = answer.lines(&DEFAULT_SPLIT).unwrap();
		assert_eq!(lines, [Line { account: 9, role: Role::Commons { datanet: None }, amount: 35 }]);
	}

	#[test]
	fn an_answer_that_names_too_much_or_a_split_beyond_the_fee_is_refused() {
		let answer = Answer { fee: 100, royalties: vec![], sources: vec![source(0, 1, 100, 256)], commons: (9, None) };
		assert_eq!(answer.lines(&FeeSplit { data: 255, ..DEFAULT_SPLIT }), None);
		let royalty = Royalty { account: 1, model: ModelId(0), weight: 1 };
		let with = |sources, royalties| Answer {
			sources: (0..sources).map(|row| source(row, 1, 100, 256)).collect(),
			royalties: vec![royalty.clone(); royalties],
			..answer.clone()
		};
		let (sources, royalties) = (MAX_SOURCES as u32, MAX_ROYALTIES);
		assert!(with(sources, royalties).lines(&DEFAULT_SPLIT).is_some());
		assert_eq!(with(sources + 1, 0).lines(&DEFAULT_SPLIT), None);
		assert_eq!(with(0, royalties + 1).lines(&DEFAULT_SPLIT), None);
	}

	/// Shares that leave the agent something, or nothing.
	fn splits() -> impl Strategy<Value = FeeSplit> {
		let cuts = prop::collection::vec(0u8..=100, 6);
		cuts.prop_map(|mut cuts| {
			cuts.sort_unstable();
			let share = |i: usize| cuts[i] - if i == 0 { 0 } else { cuts[i - 1] };
			let [burn, treasury, model, data, stakers, auditors] = [0, 1, 2, 3, 4, 5].map(share);
			FeeSplit { burn, treasury, model, data, stakers, auditors }
		})
	}

	fn sources() -> impl Strategy<Value = Vec<Source<u8>>> {
		let source = (0u8..9, any::<bool>(), 0u32..3, 0u32..6, 90i64..1_000, 0u16..1_000);
		let source = source.prop_map(|(contributor, retrieved, version, row, score, reputation)| Source {
			contributor,
			pool: if retrieved { Pool::Retrieval } else { Pool::Training },
			version: (DatanetId(0), version),
			index: IndexId(0),
			row,
			score,
			threshold: 100,
			reputation,
		});
		prop::collection::vec(source, 0..10)
	}

	/// A model with or without a base, and a number of other ancestors, or an ensemble, with owners of uneven shares.
	fn lineages() -> impl Strategy<Value = Vec<Royalty<u8>>> {
		prop_oneof![descents(), ensembles()]
	}

	fn ensembles() -> impl Strategy<Value = Vec<Royalty<u8>>> {
		(1u16..9_999, prop::collection::vec(1u16.., 1..=8)).prop_map(|(share, weights)| {
			let (own, base, member) =
				(vec![(1, share), (2, 10_000 - share)], vec![(3, 10_000)], vec![(4, 3_333), (5, 6_667)]);
			let member = |(i, weight): (usize, u16)| ((ModelId(10 + i as u32), &member), weight);
			let members: Vec<_> = weights.into_iter().enumerate().map(member).collect();
			ensemble_royalties((ModelId(1), &own), (ModelId(0), &base), &members).unwrap()
		})
	}

	fn descents() -> impl Strategy<Value = Vec<Royalty<u8>>> {
		(1u16..9_999, any::<bool>(), 0u32..5).prop_map(|(share, has_base, ancestors)| {
			let (own, base, other) =
				(vec![(1, share), (2, 10_000 - share)], vec![(3, 10_000)], vec![(4, 3_333), (5, 6_667)]);
			let ancestors: Vec<_> = (0..ancestors).map(|i| (ModelId(10 + i), &other)).collect();
			royalties((ModelId(1), &own), has_base.then_some((ModelId(0), &base)), &ancestors).unwrap()
		})
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(4_000))]
		#[test]
		fn the_weights_of_an_ensemble_are_exactly_sixty_thirty_ten(
			weights in prop::collection::vec(1u16.., 1..=8),
			share in 1u16..9_999,
		) {
			let (owners, one) = (vec![(1u8, share), (2, 10_000 - share)], vec![(3u8, 10_000)]);
			let members: Vec<_> =
				weights.iter().enumerate().map(|(i, weight)| ((ModelId(2 + i as u32), &owners), *weight)).collect();
			let royalties = ensemble_royalties((ModelId(1), &one), (ModelId(0), &owners), &members).unwrap();
			prop_assert!(royalties.len() <= MAX_ROYALTIES);
			let of = |model: u32| royalties.iter().filter(|r| r.model == ModelId(model)).map(|r| r.weight).sum::<u128>();
			let whole = weights.iter().map(|weight| u128::from(*weight)).sum::<u128>() * 10_000;
			prop_assert_eq!((of(1), of(0)), (10 * whole, 30 * whole));
			for (i, weight) in weights.iter().enumerate() {
				prop_assert_eq!(of(2 + i as u32), 60 * 10_000 * u128::from(*weight));
			}
		}

		#[test]
		fn money_is_conserved_under_any_split(
			split in splits(),
			answers in prop::collection::vec((0u8..12, any::<bool>(), 0..1u128 << 100, lineages(), sources()), 0..6),
		) {
			let mut receipts = vec![];
			for (payer, weighs, fee, royalties, sources) in answers {
				let answer = Answer { fee, royalties, sources, commons: (9, None) };
				let lines = answer.lines(&split).unwrap();
				let (model_pool, data_pool) = split.pools(fee).unwrap();
				let is_model = |line: &&Line<u8>| matches!(line.role, Role::Model { .. });
				prop_assert_eq!(lines.iter().filter(is_model).map(|line| line.amount).sum::<u128>(), model_pool);
				let others = lines.iter().filter(|line| !is_model(line));
				prop_assert_eq!(others.map(|line| line.amount).sum::<u128>(), data_pool);
				receipts.push(Divided { payer, fee, weighs, lines });
			}
			let fees: u128 = receipts.iter().map(|receipt| receipt.fee).sum();
			let (reserved, payouts) = settle(&split, &5, receipts).unwrap();
			prop_assert_eq!(reserved.burn + reserved.treasury + reserved.stakers + reserved.auditors + reserved.payouts, fees);
			prop_assert_eq!(payouts.iter().map(|payout| payout.amount).sum::<u128>(), reserved.payouts);
			prop_assert!(payouts.windows(2).all(|pair| pair[0].account < pair[1].account));
		}

		#[test]
		fn weight_is_at_most_the_burn_of_those_who_weigh(
			split in splits(),
			answers in prop::collection::vec((0u8..8, any::<bool>(), 1..1u128 << 100, lineages(), sources()), 1..6),
		) {
			let receipts: Vec<_> = answers
				.into_iter()
				.map(|(payer, weighs, fee, royalties, sources)| {
					let lines = Answer { fee, royalties, sources, commons: (9, None) }.lines(&split).unwrap();
					Divided { payer, fee, weighs, lines }
				})
				.collect();
			let (reserved, payouts) = settle(&split, &5, receipts.clone()).unwrap();
			let weight = |payouts: &[Payout<u8>]| payouts.iter().map(|payout| payout.weight).sum::<u128>();
			let weighing = |receipt: &&Divided<u8>| receipt.weighs && receipt.payer != 5;
			let fees: u128 = receipts.iter().map(|receipt| receipt.fee).sum();
			let theirs: u128 = receipts.iter().filter(weighing).map(|receipt| receipt.fee).sum();
			// What is set aside is rounded down four times; what is left of that is shared out too.
			let share = proportion(reserved.burn, theirs, fees).unwrap();
			let rounding = most_weight(reserved.burn, 4, reserved.payouts).map_or(0, |weight| weight + 1);
			prop_assert!(weight(&payouts) <= reserved.burn.min(share + rounding));
			for payout in &payouts {
				let most = most_weight(reserved.burn, payout.amount, reserved.payouts).unwrap();
				prop_assert!(payout.weight <= most);
				prop_assert!(payout.account != 9 || payout.weight == 0, "the commons weighs");
				// Whoever pays for everything it is paid from has no weight of it.
				let alone = receipts.iter().filter(weighing).all(|receipt| receipt.payer == payout.account);
				prop_assert!(!alone || payout.weight == 0 || payout.account == 5 && theirs > 0);
			}
			// With one payer less that weighs, nobody has more.
			let fewer = receipts.iter().cloned().map(|receipt| Divided { weighs: receipt.weighs && receipt.payer > 2, ..receipt });
			let (_, less) = settle(&split, &5, fewer).unwrap();
			for (one, other) in less.iter().zip(&payouts) {
				// The agent has what rounding leaves over, which is not the same for fewer.
				let slack = if one.account == 5 { rounding } else { 0 };
				prop_assert!(one.amount == other.amount && one.weight <= other.weight + slack);
			}
		}
	}
}
