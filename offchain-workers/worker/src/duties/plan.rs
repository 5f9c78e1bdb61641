//! What an agent has to do, by what the chain says. Pure.

use openledger_chain::{
	pallets::{agents::types::Probe, attribution::MAX_OPENINGS},
	Balance, BlockNumber,
};
use openledger_primitives::CaseId;
use sp_core::H256;
use std::collections::BTreeMap;

/// What the chain waits for, as of one finalised block.
#[derive(Clone, Debug, Default)]
pub struct Situation {
	/// The block.
	pub now: BlockNumber,
	/// The agent's open probe.
	pub probe: Option<Probe<BlockNumber>>,
	/// If the agent was evicted, the block from which it may return.
	pub evicted: Option<BlockNumber>,
	/// Batches of which something is to be opened.
	pub batches: Vec<Unopened>,
	/// Cases against its batches that wait for it.
	pub cases: Vec<Accusation>,
}

/// A batch of which something is to be opened.
#[derive(Clone, Debug)]
pub struct Unopened {
	/// The batch.
	pub batch: u64,
	/// The receipts that were drawn and are not opened.
	pub drawn: Vec<u32>,
	/// The last block for them.
	pub until: BlockNumber,
	/// The receipts whose attributions were demanded, with the last block for each.
	pub demands: Vec<(u32, BlockNumber)>,
}

/// A case that waits for the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accusation {
	/// The case.
	pub case: CaseId,
	/// The batch.
	pub batch: u64,
	/// What it waits for.
	pub wants: Wanted,
	/// The last block for it.
	pub until: BlockNumber,
}

/// What a case waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
	/// The receipt that covers this point of the fees. The seed decides whether it is shown as a planted error.
	Point {
		/// The point.
		point: Balance,
		/// Of the audit.
		seed: H256,
		/// The audit, among those of the batch.
		number: u8,
	},
	/// The receipt that was challenged, as it is.
	Leaf(u32),
	/// The secret of an audit, and what opens the fingerprint of its receipt.
	Lot {
		/// The receipt.
		leaf: u32,
		/// The audit, among those of the batch.
		number: u8,
	},
}

/// Something to do: one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
	/// Answer the probe.
	Answer {
		/// What has to be repeated.
		challenge: H256,
	},
	/// Serve again after an eviction.
	Return,
	/// Open attributions.
	Open {
		/// The batch.
		batch: u64,
		/// The receipts that commit to them.
		leaves: Vec<u32>,
	},
	/// Give a case what it waits for.
	Defend(Accusation),
}

impl Duty {
	/// The batch whose receipts it takes.
	pub fn batch(&self) -> Option<u64> {
		match self {
			Duty::Answer { .. } | Duty::Return => None,
			Duty::Open { batch, .. } | Duty::Defend(Accusation { batch, .. }) => Some(*batch),
		}
	}
}

/// What is to be done now, what is due first first. What is too late already is left out: a call takes a block.
pub fn plan(situation: &Situation) -> Vec<Duty> {
	let in_time = |until: BlockNumber| until > situation.now;
	let mut duties: Vec<(BlockNumber, Duty)> = vec![];
	if let Some(probe) = situation.probe.filter(|probe| in_time(probe.until)) {
		duties.push((probe.until, Duty::Answer { challenge: probe.challenge }));
	}
	if situation.evicted.is_some_and(|from| from <= situation.now) {
		// There is no deadline, but until then nothing is earned.
		duties.push((BlockNumber::MAX, Duty::Return));
	}
	for unopened in &situation.batches {
		// Each once, for the earlier of its deadlines.
		let mut leaves = BTreeMap::<u32, BlockNumber>::new();
		let drawn = unopened.drawn.iter().map(|leaf| (*leaf, unopened.until));
		for (leaf, until) in drawn.chain(unopened.demands.iter().copied()) {
			let due = leaves.entry(leaf).or_insert(until);
			*due = until.min(*due);
		}
		let mut leaves: Vec<(BlockNumber, u32)> =
			leaves.into_iter().filter(|(_, until)| in_time(*until)).map(|(leaf, until)| (until, leaf)).collect();
		leaves.sort_unstable();
		for chunk in leaves.chunks(MAX_OPENINGS as usize) {
			let until = chunk.first().map_or(0, |(until, _)| *until);
			let leaves = chunk.iter().map(|(_, leaf)| *leaf).collect();
			duties.push((until, Duty::Open { batch: unopened.batch, leaves }));
		}
	}
	let cases = situation.cases.iter().filter(|case| in_time(case.until));
	duties.extend(cases.map(|case| (case.until, Duty::Defend(*case))));
	duties.sort_by_key(|(until, _)| *until);
	duties.into_iter().map(|(_, duty)| duty).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn unopened(batch: u64, drawn: &[u32], until: BlockNumber, demands: &[(u32, BlockNumber)]) -> Unopened {
		Unopened { batch, drawn: drawn.to_vec(), until, demands: demands.to_vec() }
	}

	fn openings(situation: &Situation) -> Vec<(u64, Vec<u32>)> {
		let open = |duty| match duty {
			Duty::Open { batch, leaves } => Some((batch, leaves)),
			_ => None,
		};
		plan(situation).into_iter().filter_map(open).collect()
	}

	#[test]
	fn nothing_is_done_when_nothing_is_asked() {
		assert_eq!(plan(&Situation::default()), []);
		let batches = vec![unopened(1, &[], 50, &[])];
		assert_eq!(plan(&Situation { batches, ..Situation::default() }), []);
	}

	#[test]
	fn a_probe_is_answered_until_its_last_block() {
		let challenge = H256::repeat_byte(7);
		let at = |now| plan(&Situation { now, probe: Some(Probe { challenge, until: 10 }), ..Situation::default() });
		assert_eq!(at(9), [Duty::Answer { challenge }]);
		assert_eq!(at(10), [], "the next block is too late");
	}

	#[test]
	fn an_evicted_agent_returns_as_soon_as_it_may() {
		let at = |now| plan(&Situation { now, evicted: Some(10), ..Situation::default() });
		assert_eq!([at(9), at(10), at(99)], [vec![], vec![Duty::Return], vec![Duty::Return]]);
	}

	#[test]
	fn a_leaf_that_is_sampled_and_demanded_is_opened_once_and_in_time() {
		let batches =
			vec![unopened(3, &[8, 2], 50, &[(2, 40), (7, 60), (8, 60), (9, 5)]), unopened(4, &[], 0, &[(1, 45)])];
		let situation = Situation { now: 5, batches, ..Situation::default() };
		assert_eq!(openings(&situation), [(3, vec![2, 8, 7]), (4, vec![1])]);
	}

	#[test]
	fn a_call_opens_no_more_than_the_chain_takes() {
		let leaves: Vec<u32> = (0..40).collect();
		let batches = vec![unopened(3, &leaves, 50, &[])];
		let found = openings(&Situation { batches, ..Situation::default() });
		assert_eq!(found.iter().map(|(_, leaves)| leaves.len()).collect::<Vec<_>>(), [16, 16, 8]);
		assert_eq!(found.into_iter().flat_map(|(_, leaves)| leaves).collect::<Vec<_>>(), leaves);
	}

	#[test]
	fn what_is_due_first_comes_first() {
		let case = |number, until, wants| Accusation { case: CaseId(number), batch: 9, wants, until };
		let point = Wanted::Point { point: 5, seed: H256::zero(), number: 0 };
		let cases =
			vec![case(1, 70, point), case(2, 20, Wanted::Lot { leaf: 4, number: 0 }), case(3, 6, Wanted::Leaf(0))];
		let probe = Some(Probe { challenge: H256::zero(), until: 30 });
		let batches = vec![unopened(1, &[0], 40, &[])];
		let situation = Situation { now: 6, probe, batches, cases, ..Situation::default() };
		let expected = [
			Duty::Defend(case(2, 20, Wanted::Lot { leaf: 4, number: 0 })),
			Duty::Answer { challenge: H256::zero() },
			Duty::Open { batch: 1, leaves: vec![0] },
			Duty::Defend(case(1, 70, point)),
		];
		assert_eq!(plan(&situation), expected);
		// The chain's state is the cursor: after a restart the same is planned again, until the chain has it.
		assert_eq!(plan(&situation.clone()), expected);
	}
}
