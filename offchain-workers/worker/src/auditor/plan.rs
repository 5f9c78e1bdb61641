//! What a member of a committee has to do, by what the chain and its own journal say. Pure.

use crate::journal::Sealed;
use openledger_chain::{
	pallets::verification::{
		ladder::Stage,
		types::{Member, Phase},
	},
	AccountId, BlockNumber,
};

/// What to do in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
	/// Look at the answer and write a finding down.
	Judge,
	/// Commit to the finding that is written down.
	Commit(Sealed),
	/// Reveal it.
	Reveal(Sealed),
}

/// What `member` has to do now in a case that is in `phase` until block `until`; `written` is what its journal has.
///
/// A finding is written down before it is committed to, so after a restart the same one is committed to and revealed.
pub fn step(
	now: BlockNumber,
	(phase, stage, until): (Phase, Stage, BlockNumber),
	member: &Member<AccountId>,
	written: Option<Sealed>,
) -> Option<Step> {
	if until <= now || member.stage != stage {
		return None;
	}
	match (phase, member.seal, member.finding, written) {
		(Phase::Committing, None, _, None) => Some(Step::Judge),
		(Phase::Committing, None, _, Some(sealed)) => Some(Step::Commit(sealed)),
		(Phase::Revealing, Some(_), None, Some(sealed)) => Some(Step::Reveal(sealed)),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use openledger_primitives::Finding;
	use sp_core::H256;

	const SEALED: Sealed = Sealed { finding: Finding::Sound, salt: H256([1; 32]) };

	fn member(seal: bool, finding: bool) -> Member<AccountId> {
		Member {
			who: AccountId::new([5; 32]),
			stage: Stage::Three,
			seal: seal.then(H256::zero),
			finding: finding.then_some(Finding::Sound),
		}
	}

	#[test]
	fn a_finding_is_written_committed_to_and_revealed_once() {
		let at = |phase, seal, finding, written| {
			step(9, (phase, Stage::Three, 10), &member(seal, finding), Some(SEALED).filter(|_| written))
		};
		assert_eq!(at(Phase::Committing, false, false, false), Some(Step::Judge));
		assert_eq!(at(Phase::Committing, false, false, true), Some(Step::Commit(SEALED)));
		assert_eq!(at(Phase::Committing, true, false, true), None);
		assert_eq!(at(Phase::Revealing, true, false, true), Some(Step::Reveal(SEALED)));
		assert_eq!(at(Phase::Revealing, true, true, true), None);
		assert_eq!(at(Phase::Revealing, false, false, true), None, "it was too late to commit");
		assert_eq!(at(Phase::Revealing, true, false, false), None, "the journal is lost");
		for phase in [Phase::Disclosing, Phase::Drawing, Phase::Closing, Phase::Appealable] {
			assert_eq!(at(phase, false, false, true), None);
		}
	}

	#[test]
	fn what_is_too_late_or_of_another_stage_is_left_alone() {
		let at = |now, stage| step(now, (Phase::Committing, stage, 10), &member(false, false), None);
		assert_eq!(at(9, Stage::Three), Some(Step::Judge));
		assert_eq!(at(10, Stage::Three), None);
		assert_eq!(at(9, Stage::Seven), None);
	}
}
