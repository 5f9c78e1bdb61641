//! Cases: how they are opened, and what the parties do.

use crate::{
	ladder::Stage,
	pallet::{Agenda, Cases, ChallengesBy, Config, Dockets, Error, Event, HoldReason, NextCase, Pallet, Rooms},
	types::{Appeal, Case, Cause, Entry, Exhibit, Outcome, Phase, Proof, Room, Subject},
};
use frame_support::{
	ensure,
	traits::{
		fungible::{InspectHold, MutateHold},
		Get,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use openledger_primitives::{
	audit::{self, LotOpening},
	hashing::Domain,
	offence,
	receipt::NumericClass,
	traits::{Agents, BatchFacts, Batches},
	Balance, BatchClaim, Blake2b256, CaseId, Receipt,
};
use sp_core::H256;
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
	/// Opens the case of a sampled answer. The batch is held already, and its agent bound.
	pub(crate) fn open_sampled(
		batch: u64,
		claim: &BatchClaim<T::AccountId>,
		seed: H256,
		point: Balance,
		number: u8,
	) -> Result<CaseId, DispatchError> {
		let cause = Cause::Sampled { seed, point, number };
		let case = Self::new_case(batch, claim, Subject::Answer, cause, None, Stage::One);
		Self::insert(case, Phase::Disclosing, T::DisclosureWindow::get())
	}

	pub(crate) fn do_challenge(
		who: T::AccountId,
		batch: u64,
		leaf: u32,
		receipt: Receipt<T::AccountId>,
		proof: Proof,
		subject: Subject,
	) -> DispatchResult {
		let facts = T::Batches::facts(batch).ok_or(Error::<T>::NoSuchBatch)?;
		ensure!(facts.pending, Error::<T>::NotPending);
		let claim = &facts.claim;
		ensure!(!Self::persons(&claim.agent).contains(&who), Error::<T>::OwnBatch);
		let open = Dockets::<T>::get(batch).challenges(subject);
		let of_challenger = ChallengesBy::<T>::get(&who);
		ensure!(open < T::MaxChallenges::get(), Error::<T>::TooManyChallenges);
		ensure!(of_challenger < T::MaxChallengesBy::get(), Error::<T>::TooManyOfYours);
		Self::before(claim, leaf, &receipt, &proof)?;
		let exhibit = match subject {
			Subject::Answer => Some(exhibit(leaf, &receipt, None)),
			Subject::Payouts => None,
		};
		let room = Self::room(subject, &claim.agent, receipt.class);
		ensure!(Self::manned(room, &claim.agent), Error::<T>::TooFewAuditors);
		let bond = Self::bond_against(&claim.agent, claim.receipts.sum, open);
		let reason = HoldReason::Challenge.into();
		ensure!(T::Currency::can_hold(&reason, &who, bond), Error::<T>::NoChallengeBond);

		T::Currency::hold(&reason, &who, bond)?;
		T::Batches::hold(batch)?;
		T::Agents::bind(&claim.agent)?;
		ChallengesBy::<T>::insert(&who, of_challenger.saturating_add(1));
		let cause = Cause::Challenged { by: who, bond };
		let case = Case { room, ..Self::new_case(batch, claim, subject, cause, exhibit, Stage::Three) };
		match subject {
			Subject::Answer => Self::insert(case, Phase::Disclosing, T::DisclosureWindow::get())?,
			Subject::Payouts => Self::insert(Self::asked(case), Phase::Drawing, T::DrawDelay::get())?,
		};
		Ok(())
	}

	/// What is held for a challenge of `agent` over `fees`. What it could lose decides, or bribed auditors could be paid
	/// from the slash of a great stake. Each of the `open` challenges with the same subject doubles it, so that accomplices
	/// pay for filling the places of others.
	pub(crate) fn bond_against(agent: &T::AccountId, fees: Balance, open: u32) -> Balance {
		let threat =
			T::Agents::standing(agent).map_or(0, |standing| offence::penalty(fees, standing.stake, standing.offences));
		let times = 1u128.checked_shl(open).unwrap_or(u128::MAX);
		T::ChallengePart::get().mul_ceil(threat).max(T::ChallengeBond::get()).saturating_mul(times)
	}

	pub(crate) fn do_disclose(
		who: T::AccountId,
		id: CaseId,
		leaf: u32,
		receipt: Receipt<T::AccountId>,
		proof: Proof,
		shown: H256,
	) -> DispatchResult {
		let case = Self::ensure_agents(id, &who)?;
		ensure!(case.phase == Phase::Disclosing && Self::now() <= case.until, Error::<T>::NotDisclosing);
		let facts = Self::facts(&case)?;
		let before = Self::before(&facts.claim, leaf, &receipt, &proof)?;
		match &case.cause {
			Cause::Sampled { point, .. } => {
				let covers = *point >= before && point.saturating_sub(before) < receipt.fee;
				ensure!(covers, Error::<T>::WrongPoint);
			}
			Cause::Challenged { .. } => {
				let challenged = case.exhibit.as_ref().map(|exhibit| exhibit.leaf);
				ensure!(challenged == Some(leaf), Error::<T>::WrongLeaf);
			}
		}

		let sampled = matches!(case.cause, Cause::Sampled { .. });
		let repeated = Dockets::<T>::mutate(case.batch, |docket| docket.show(leaf, sampled));
		if sampled && repeated {
			// The real salt, shown twice, would say that neither is a planted error.
			Self::deposit_event(Event::Repeated { case: id, leaf });
			return Self::conclude(id, case, Outcome::Undecided);
		}
		let room = Self::room(case.subject, &case.agent, receipt.class);
		Self::deposit_event(Event::Disclosed { case: id, leaf, shown, room });
		let case = Case { room, exhibit: Some(exhibit(leaf, &receipt, Some(shown))), ..case };
		if !Self::manned(room, &case.agent) {
			return Self::conclude(id, case, Outcome::Unaudited);
		}
		Self::ask(id, case)
	}

	pub(crate) fn do_open_lot(
		who: T::AccountId,
		id: CaseId,
		opening: LotOpening,
		raw: H256,
		salt: H256,
	) -> DispatchResult {
		let case = Self::ensure_agents(id, &who)?;
		ensure!(case.phase == Phase::Closing && Self::now() <= case.until, Error::<T>::NotClosing);
		let facts = Self::facts(&case)?;
		let domain = Self::domain();
		let (Cause::Sampled { seed, number, .. }, Some(exhibit)) = (&case.cause, &case.exhibit) else {
			return Err(Error::<T>::Unexpected.into());
		};
		ensure!(opening.verify(&domain, &facts.lot, *number), Error::<T>::WrongLot);
		ensure!(audit::fingerprint(&domain, &salt, &raw) == exhibit.fingerprint, Error::<T>::WrongFingerprint);
		let planted = audit::planted(&domain, &opening.secret, seed, T::PlantRate::get());
		if planted {
			ensure!(exhibit.shown == Some(audit::decoy(&domain, &opening.secret, id)), Error::<T>::NotADecoy);
		} else {
			ensure!(exhibit.shown == Some(salt), Error::<T>::NotTheSalt);
		}

		Self::deposit_event(Event::LotOpened { case: id, planted });
		match planted {
			true => Self::conclude(id, case, Outcome::Planted),
			false => Self::rule(id, case),
		}
	}

	pub(crate) fn do_appeal(who: T::AccountId, id: CaseId) -> DispatchResult {
		let case = Self::ensure_agents(id, &who)?;
		ensure!(case.phase == Phase::Appealable && Self::now() <= case.until, Error::<T>::NotAppealable);
		let (bond, reason) = (T::AppealBond::get(), HoldReason::Appeal.into());
		ensure!(T::Currency::can_hold(&reason, &who, bond), Error::<T>::NoAppealBond);

		T::Currency::hold(&reason, &who, bond)?;
		Self::deposit_event(Event::Appealed { case: id, by: who.clone(), bond });
		Self::ask(id, Case { stage: Stage::Seven, appeal: Some(Appeal { by: who, bond }), ..case })
	}

	pub(crate) fn do_drop(id: CaseId) -> DispatchResult {
		let case = Self::ensure_case(id)?;
		Self::conclude(id, case, Outcome::Undecided)
	}

	/// Asks for the members that the stage lacks, by randomness that is not known yet, from who sits there now.
	pub(crate) fn ask(id: CaseId, case: Case<T>) -> DispatchResult {
		Self::begin(id, Self::asked(case), Phase::Drawing, T::DrawDelay::get());
		Ok(())
	}

	pub(crate) fn asked(case: Case<T>) -> Case<T> {
		Case { since: Self::now(), seats: Rooms::<T>::get(case.room).seats, ..case }
	}

	/// Begins a phase of `blocks` blocks after this one.
	pub(crate) fn begin(id: CaseId, case: Case<T>, phase: Phase, blocks: BlockNumberFor<T>) {
		let case = Self::schedule(id, Case { phase, ..case }, Self::now().saturating_add(blocks));
		Self::deposit_event(Event::PhaseBegun { case: id, stage: case.stage, phase, until: case.until });
	}

	/// Writes a case, which goes on after block `until`.
	pub(crate) fn schedule(id: CaseId, case: Case<T>, until: BlockNumberFor<T>) -> Case<T> {
		Agenda::<T>::remove(case.until, Entry::Case(id));
		Agenda::<T>::insert(until, Entry::Case(id), ());
		let case = Case { until, ..case };
		Cases::<T>::insert(id, case.clone());
		case
	}

	fn new_case(
		batch: u64,
		claim: &BatchClaim<T::AccountId>,
		subject: Subject,
		cause: Cause<T::AccountId>,
		exhibit: Option<Exhibit<T::AccountId>>,
		stage: Stage,
	) -> Case<T> {
		Case {
			batch,
			agent: claim.agent.clone(),
			fees: claim.receipts.sum,
			subject,
			cause,
			exhibit,
			room: Room::Common,
			seats: 0,
			since: Self::now(),
			stage,
			phase: Phase::Disclosing,
			until: Self::now(),
			appeal: None,
			silent: Default::default(),
			retries: 0,
		}
	}

	fn insert(case: Case<T>, phase: Phase, blocks: BlockNumberFor<T>) -> Result<CaseId, DispatchError> {
		let id = NextCase::<T>::get();
		NextCase::<T>::put(id.next().ok_or(Error::<T>::IdsExhausted)?);
		Self::deposit_event(Event::CaseOpened {
			case: id,
			batch: case.batch,
			agent: case.agent.clone(),
			subject: case.subject,
			cause: case.cause.clone(),
		});
		Dockets::<T>::mutate(case.batch, |docket| {
			let like = docket.like(&case.cause, case.subject);
			*like = like.saturating_add(1);
		});
		Self::begin(id, case, phase, blocks);
		Ok(id)
	}

	/// Who can judge: floating point agrees on machines of one kind only, and payouts are integers. Who serves on machines
	/// that too few auditors have is judged by all, or nobody would ever look at it.
	fn room(subject: Subject, agent: &T::AccountId, class: NumericClass) -> Room {
		match (subject, class) {
			(Subject::Payouts, _) | (_, NumericClass::Exact) => Room::Common,
			(Subject::Answer, NumericClass::FloatCpu | NumericClass::FloatGpu) => {
				let own = T::Agents::standing(agent).map(|standing| Room::Of(standing.hardware));
				own.filter(|room| Self::manned(*room, agent)).unwrap_or(Room::Common)
			}
		}
	}

	/// The fees before `leaf`, if `receipt` is that leaf.
	fn before(
		claim: &BatchClaim<T::AccountId>,
		leaf: u32,
		receipt: &Receipt<T::AccountId>,
		proof: &Proof,
	) -> Result<Balance, DispatchError> {
		let bytes = receipt.leaf(&Self::domain(), &claim.agent);
		let before = claim.receipts.before::<Blake2b256>(leaf, &bytes, receipt.fee, proof);
		before.ok_or_else(|| Error::<T>::BadProof.into())
	}

	pub(crate) fn ensure_case(id: CaseId) -> Result<Case<T>, DispatchError> {
		Cases::<T>::get(id).ok_or_else(|| Error::<T>::NoSuchCase.into())
	}

	/// A case whose agent `who` is, or signs for.
	fn ensure_agents(id: CaseId, who: &T::AccountId) -> Result<Case<T>, DispatchError> {
		let case = Self::ensure_case(id)?;
		let is_agent = case.agent == *who || T::Agents::signer(&case.agent).as_ref() == Some(who);
		ensure!(is_agent, Error::<T>::NotAgent);
		Ok(case)
	}

	fn facts(case: &Case<T>) -> Result<BatchFacts<T::AccountId>, DispatchError> {
		T::Batches::facts(case.batch).ok_or_else(|| Error::<T>::NoSuchBatch.into())
	}

	pub(crate) fn domain() -> Domain {
		Domain { genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()) }
	}
}

fn exhibit<AccountId: Clone>(leaf: u32, receipt: &Receipt<AccountId>, shown: Option<H256>) -> Exhibit<AccountId> {
	Exhibit { leaf, payer: receipt.payer.clone(), fingerprint: receipt.fingerprint, shown }
}
