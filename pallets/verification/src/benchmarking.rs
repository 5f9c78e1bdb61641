//! Benchmarks of the calls and of what ends the phases of cases.

use crate::{
	committee::MAX_LOOKED,
	ladder::Stage,
	pallet::{
		Agenda, Auditors, Call, Cases, Clean, Config, Dockets, HoldReason, NextCase, Pallet, Panels, Rooms, Unsampled,
	},
	sampling::MAX_AUDITS,
	types::{
		Auditor, Case, Cause, Entry, Member, Panel, Phase, Proof, Room, Subject, MAX_CASES, MAX_LOOKS, MAX_PANEL,
		MAX_POPPED, MAX_SHOWN,
	},
};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{Inspect, InspectHold, Mutate},
	Get,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use openledger_primitives::{
	audit::{self, LotOpening},
	batch::MAX_RECEIPTS,
	receipt::NumericClass,
	traits::{Agents, Sampling},
	tree::sum::{SumCommitment, SumNode},
	Balance, Blake2b256, CaseId, Finding, Hardware, ModelId, Receipt, TreeHash,
};
use sp_core::H256;
use sp_runtime::traits::{One, Saturating, Zero};

/// Prepares what the benchmarks need and other pallets keep.
pub trait BenchmarkHelper<AccountId> {
	/// An active agent of this number with the role of an auditor and the stake for a seat, on a processor without an accelerator, that nobody has
	/// delegated to and that is dear to fine: signer and beneficiary are accounts of their own, and exist. Called again
	/// with the same number, it is the same.
	fn auditor(number: u32) -> Result<AccountId, BenchmarkError>;
	/// An active agent that serves, on a processor without an accelerator, whose signer and beneficiary exist.
	fn agent() -> Result<AccountId, BenchmarkError>;
	/// A pending batch of `agent` with these receipts, from sequence number 0, that has committed to `lot`.
	fn batch(agent: &AccountId, receipts: SumCommitment, lot: H256) -> Result<u64, BenchmarkError>;
	/// Makes the parent block have randomness.
	fn make_random();
}

const SALT: H256 = H256([7; 32]);
const RAW: H256 = H256([8; 32]);
const SECRETS: [H256; audit::MAX_AUDITS] = [H256([9; 32]); audit::MAX_AUDITS];
/// The last of as many receipts as there can be: all its siblings are before it.
const LEAF: u32 = MAX_RECEIPTS - 1;

fn receipt<T: Config>(fee: Balance) -> Receipt<T::AccountId> {
	Receipt {
		seq: LEAF.into(),
		payer: account("payer", 0, 0),
		model: ModelId(0),
		request: H256::zero(),
		response: H256::zero(),
		tokens_in: 1,
		tokens_out: 1,
		fee,
		fingerprint: audit::fingerprint(&Pallet::<T>::domain(), &SALT, &RAW),
		attribution: H256::zero(),
		class: NumericClass::Exact,
		at: 0,
	}
}

/// A batch whose last receipt has nearly all of the fees, as deep a tree as there can be, and the proof of that receipt.
struct Submitted<T: Config> {
	batch: u64,
	agent: T::AccountId,
	receipt: Receipt<T::AccountId>,
	proof: Proof,
}

fn submitted<T: Config>() -> Result<Submitted<T>, BenchmarkError> {
	let agent = T::BenchmarkHelper::agent()?;
	let fee = T::PerAudit::get().saturating_mul(64);
	let receipt = receipt::<T>(fee);
	let mut node = SumNode::leaf::<Blake2b256>(&receipt.leaf(&Pallet::<T>::domain(), &agent), fee);
	let mut proof = Proof::default();
	for level in 0..MAX_RECEIPTS.trailing_zeros() {
		let sibling = SumNode { hash: H256::repeat_byte(level as u8), sum: 0 };
		node = SumNode::join::<Blake2b256>(&sibling, &node).ok_or("sums do not overflow")?;
		proof.try_push(sibling).map_err(|_| "the proof fits")?;
	}
	let receipts = SumCommitment::of::<Blake2b256>(MAX_RECEIPTS, &node);
	let lot = audit::lot(&Pallet::<T>::domain(), &SECRETS);
	let batch = T::BenchmarkHelper::batch(&agent, receipts, lot)?;
	Ok(Submitted { batch, agent, receipt, proof })
}

fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> Result<(), BenchmarkError> {
	T::Currency::mint_into(who, amount.saturating_add(T::Currency::minimum_balance()))?;
	Ok(())
}

/// Auditors that have their seats.
fn seated<T: Config>(auditors: u32) -> Result<Vec<T::AccountId>, BenchmarkError> {
	(0..auditors)
		.map(|number| {
			let who = T::BenchmarkHelper::auditor(number)?;
			Pallet::<T>::take_seat(RawOrigin::Signed(who.clone()).into())?;
			Ok(who)
		})
		.collect()
}

/// Has auditors take seats, and all but the first and the last leave them, `free` in number, which stay. Returns the last.
fn left_behind<T: Config>(free: u32) -> Result<T::AccountId, BenchmarkError> {
	let mut names = seated::<T>(free.saturating_add(2))?;
	let last = names.pop().ok_or("there are auditors")?;
	for who in names.into_iter().skip(1) {
		Pallet::<T>::leave_seat(RawOrigin::Signed(who).into())?;
	}
	Ok(last)
}

/// The case of a batch that was sampled, where there are `auditors`, and as many more as a room needs.
fn sampled<T: Config>(auditors: u32) -> Result<(CaseId, Submitted<T>, Vec<T::AccountId>), BenchmarkError> {
	let mut names = seated::<T>(auditors.max(T::MinSeats::get()))?;
	names.truncate(auditors as usize);
	let batch = submitted::<T>()?;
	let id = NextCase::<T>::get();
	T::BenchmarkHelper::make_random();
	Pallet::<T>::sample(batch.batch)?;
	Ok((id, batch, names))
}

/// As [`sampled`], and the agent has disclosed its answer.
fn disclosed<T: Config>(auditors: u32) -> Result<(CaseId, Submitted<T>, Vec<T::AccountId>), BenchmarkError> {
	let (id, batch, names) = sampled::<T>(auditors)?;
	let (origin, receipt, proof) =
		(RawOrigin::Signed(batch.agent.clone()), Box::new(batch.receipt.clone()), batch.proof.clone());
	Pallet::<T>::disclose(origin.into(), id, LEAF, receipt, proof, SALT)?;
	Ok((id, batch, names))
}

/// Writes a panel of the first auditors, `against` of whom have found something wrong in the stage, and lets a phase begin.
fn prepare<T: Config>(
	id: CaseId,
	names: &[T::AccountId],
	stage: Stage,
	phase: Phase,
	member: impl Fn(&T::AccountId) -> Member<T::AccountId>,
) -> Result<(), BenchmarkError> {
	for who in names {
		T::Agents::bind(who)?;
		Pallet::<T>::count_case(who, |cases| cases.checked_add(1))?;
	}
	let members: Vec<_> = names.iter().map(member).collect();
	Panels::<T>::insert(id, Panel::<T>::truncate_from(members));
	let case = Cases::<T>::get(id).ok_or("the case is open")?;
	Pallet::<T>::begin(id, Case { stage, ..case }, phase, T::CommitWindow::get());
	Ok(())
}

fn said<T: Config>(who: &T::AccountId, stage: Stage, finding: Option<Finding>) -> Member<T::AccountId> {
	Member { who: who.clone(), stage, seal: Some(SALT), finding }
}

/// The stage of the member with this number on a full panel.
fn stage_of(number: usize) -> Stage {
	match number {
		0 => Stage::One,
		1..=3 => Stage::Three,
		_ => Stage::Seven,
	}
}

/// Seeds a case, the first audit of its batch, so that it is no planted error, and opens its secret.
fn unplanted<T: Config>(id: CaseId) -> Result<LotOpening, BenchmarkError> {
	let domain = Pallet::<T>::domain();
	let opening = LotOpening::new(&domain, &SECRETS, 0).ok_or("there is such an audit")?;
	let real = |seed: &H256| !audit::planted(&domain, &opening.secret, seed, T::PlantRate::get());
	let seed = (0..100_000u32)
		.map(|number| Blake2b256::hash(&number.to_le_bytes()))
		.find(real)
		.ok_or("some audits are real")?;
	let case = Cases::<T>::get(id).ok_or("the case is open")?;
	Cases::<T>::insert(id, Case { cause: Cause::Sampled { seed, point: 0, number: 0 }, ..case });
	Ok(opening)
}

/// The block after the last one of the phase of a case.
fn end_phase<T: Config>(id: CaseId) -> Result<(), BenchmarkError> {
	let until = Cases::<T>::get(id).ok_or("the case is open")?.until;
	frame_system::Pallet::<T>::set_block_number(until.saturating_add(One::one()));
	Ok(())
}

#[allow(clippy::expect_used, clippy::unwrap_used, reason = "the expansion of the macro uses them")]
#[benchmarks]
mod benchmarks {
	use super::*;

	/// There are more free seats at the end of the rooms than are given up at once.
	#[benchmark]
	fn take_seat() -> Result<(), BenchmarkError> {
		let last = left_behind::<T>(MAX_POPPED.saturating_mul(3))?;
		Pallet::<T>::leave_seat(RawOrigin::Signed(last).into())?;
		let who = T::BenchmarkHelper::auditor(MAX_POPPED.saturating_mul(4))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(Auditors::<T>::contains_key(&who));
		Ok(())
	}

	/// The last of a room, in which more seats before it are free than are given up at once.
	#[benchmark]
	fn leave_seat() -> Result<(), BenchmarkError> {
		let who = left_behind::<T>(MAX_POPPED.saturating_mul(2))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Auditors::<T>::contains_key(&who));
		assert_eq!(Rooms::<T>::get(Room::Common).taken(), 1);
		Ok(())
	}

	/// The last of the common room, as in `leave_seat`, whose other seat is that of another kind of machine.
	#[benchmark]
	fn unseat() -> Result<(), BenchmarkError> {
		let who = left_behind::<T>(MAX_POPPED.saturating_mul(2))?;
		let auditor = Auditors::<T>::get(&who).ok_or("it has a seat")?;
		crate::pallet::Seats::<T>::insert(Room::Of(Hardware::Metal), 0, &who);
		let moved: Auditor<BlockNumberFor<T>> = Auditor { hardware: Hardware::Metal, own: 0, ..auditor };
		Auditors::<T>::insert(&who, moved);

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), who.clone());

		assert!(!Auditors::<T>::contains_key(&who));
		Ok(())
	}

	/// The last of as many receipts as there can be, after as many others as are remembered.
	#[benchmark]
	fn disclose() -> Result<(), BenchmarkError> {
		let (id, batch, _) = sampled::<T>(0)?;
		Dockets::<T>::mutate(batch.batch, |docket| {
			for leaf in 0..MAX_SHOWN.saturating_sub(1) {
				docket.show(leaf, true);
			}
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(batch.agent), id, LEAF, Box::new(batch.receipt), batch.proof, SALT);

		assert_eq!(Cases::<T>::get(id).map(|case| case.phase), Some(Phase::Drawing));
		Ok(())
	}

	/// The last of a full panel, so that the next phase begins.
	#[benchmark]
	fn commit() -> Result<(), BenchmarkError> {
		let (id, _, names) = disclosed::<T>(MAX_PANEL)?;
		let last = names.last().cloned().ok_or("there are auditors")?;
		let member =
			|who: &T::AccountId| Member { seal: (*who != last).then_some(SALT), ..said::<T>(who, Stage::Seven, None) };
		prepare::<T>(id, &names, Stage::Seven, Phase::Committing, member)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(last), id, SALT);

		assert_eq!(Cases::<T>::get(id).map(|case| case.phase), Some(Phase::Revealing));
		Ok(())
	}

	/// The last of a full panel.
	#[benchmark]
	fn reveal() -> Result<(), BenchmarkError> {
		let (id, _, names) = disclosed::<T>(MAX_PANEL)?;
		let last = names.last().cloned().ok_or("there are auditors")?;
		let number = Stage::Seven.number();
		let seal = Finding::Sound.commitment(&Pallet::<T>::domain(), id, number, &last, &SALT);
		let member = |who: &T::AccountId| match *who == last {
			true => Member { seal: Some(seal), ..said::<T>(who, Stage::Seven, None) },
			false => said::<T>(who, Stage::Seven, Some(Finding::Sound)),
		};
		prepare::<T>(id, &names, Stage::Seven, Phase::Revealing, member)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(last), id, Finding::Sound, SALT);

		let now = frame_system::Pallet::<T>::block_number();
		assert_eq!(Cases::<T>::get(id).map(|case| case.until), Some(now));
		Ok(())
	}

	/// Three have found nothing, after an alarm: all of them are paid, the sentinel is fined, and the case is over.
	#[benchmark]
	fn open_lot() -> Result<(), BenchmarkError> {
		let (id, batch, names) = disclosed::<T>(4)?;
		fund::<T>(&Pallet::<T>::pot(), T::Fee::get().saturating_mul(MAX_PANEL.into()))?;
		let names: Vec<_> = names.into_iter().take(4).collect();
		let sentinel = names.first().cloned();
		let member = |who: &T::AccountId| match Some(who) == sentinel.as_ref() {
			true => said::<T>(who, Stage::One, Some(Finding::WrongOutput)),
			false => said::<T>(who, Stage::Three, Some(Finding::Sound)),
		};
		prepare::<T>(id, &names, Stage::Three, Phase::Closing, member)?;
		let opening = unplanted::<T>(id)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(batch.agent), id, opening, RAW, SALT);

		assert!(!Cases::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn challenge() -> Result<(), BenchmarkError> {
		seated::<T>(T::MinSeats::get())?;
		let Submitted { batch, agent, receipt, proof } = submitted::<T>()?;
		let who: T::AccountId = whitelisted_caller();
		let bond = Pallet::<T>::bond_against(&agent, receipt.fee, 0);
		fund::<T>(&who, bond)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), batch, LEAF, Box::new(receipt), proof, Subject::Answer);

		assert_eq!(T::Currency::balance_on_hold(&HoldReason::Challenge.into(), &who), bond);
		Ok(())
	}

	#[benchmark]
	fn appeal() -> Result<(), BenchmarkError> {
		let (id, batch, names) = disclosed::<T>(4)?;
		let names: Vec<_> = names.into_iter().take(3).collect();
		let member = |who: &T::AccountId| said::<T>(who, Stage::Three, Some(Finding::WrongOutput));
		prepare::<T>(id, &names, Stage::Three, Phase::Appealable, member)?;
		fund::<T>(&batch.agent, T::AppealBond::get())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(batch.agent), id);

		let case = Cases::<T>::get(id).ok_or("the case is open")?;
		assert_eq!((case.stage, case.phase), (Stage::Seven, Phase::Drawing));
		Ok(())
	}

	/// As many audits as there can be.
	#[benchmark]
	fn sample() -> Result<(), BenchmarkError> {
		seated::<T>(T::MinSeats::get())?;
		let Submitted { batch, agent, receipt, .. } = submitted::<T>()?;
		Pallet::<T>::submitted(batch, &agent, receipt.fee);
		Clean::<T>::insert(&agent, 1);
		T::BenchmarkHelper::make_random();
		let before = NextCase::<T>::get();

		#[block]
		{
			Pallet::<T>::sample(batch)?;
		}

		assert!(!Unsampled::<T>::contains_key(batch));
		assert_eq!(NextCase::<T>::get().0, before.0.saturating_add(MAX_AUDITS));
		Ok(())
	}

	/// The last committee: as many seats as a draw ever looks at are there, as many of them are taken as it looks at, and most
	/// of these are of no use, because those who have them have too many cases.
	#[benchmark]
	fn draw() -> Result<(), BenchmarkError> {
		let (id, _, names) = disclosed::<T>(MAX_LOOKED)?;
		let case = Cases::<T>::get(id).ok_or("the case is open")?;
		Pallet::<T>::ask(id, Case { stage: Stage::Seven, ..case })?;
		for who in names.iter().skip(7) {
			Auditors::<T>::mutate_extant(who, |auditor| auditor.cases = MAX_CASES);
		}
		end_phase::<T>(id)?;
		T::BenchmarkHelper::make_random();
		let case = Cases::<T>::get(id).ok_or("the case is open")?;
		let case = Case { seats: MAX_LOOKS, ..case };

		#[block]
		{
			Pallet::<T>::draw(id, case)?;
		}

		assert_eq!(Cases::<T>::get(id).map(|case| case.phase), Some(Phase::Committing));
		Ok(())
	}

	/// `m`: members of all stages. Seven acquit the agent, which had appealed; those who were against it are fined, half
	/// for the agent.
	#[benchmark]
	fn settle(m: Linear<1, MAX_PANEL>) -> Result<(), BenchmarkError> {
		let (id, batch, names) = disclosed::<T>(MAX_PANEL)?;
		fund::<T>(&Pallet::<T>::pot(), T::Fee::get().saturating_mul(MAX_PANEL.into()))?;
		let names: Vec<_> = names.into_iter().take(m as usize).collect();
		let stage = |who: &T::AccountId| stage_of(names.iter().position(|name| name == who).unwrap_or_default());
		let member = |who: &T::AccountId| match stage(who) {
			Stage::Seven => said::<T>(who, Stage::Seven, Some(Finding::Sound)),
			stage => said::<T>(who, stage, Some(Finding::WrongOutput)),
		};
		prepare::<T>(id, &names, Stage::Three, Phase::Appealable, member)?;
		fund::<T>(&batch.agent, T::AppealBond::get())?;
		Pallet::<T>::appeal(RawOrigin::Signed(batch.agent).into(), id)?;
		end_phase::<T>(id)?;
		let case = Cases::<T>::get(id).ok_or("the case is open")?;
		let until = case.until;

		#[block]
		{
			Pallet::<T>::conclude(id, case, crate::types::Outcome::Sound)?;
		}

		assert!(!Cases::<T>::contains_key(id) && !Agenda::<T>::contains_key(until, Entry::Case(id)));
		assert!(!BlockNumberFor::<T>::is_zero(&until));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
