//! What tests do: batches that are submitted, cases that are brought before auditors.

use super::*;

fn word(number: u64) -> H256 {
	Blake2b256::hash(&number.encode())
}

/// Salt and activations of a receipt.
pub(crate) fn salt(leaf: u32) -> H256 {
	word(u64::from(leaf))
}

pub(crate) fn raw(leaf: u32) -> H256 {
	word(1_000 + u64::from(leaf))
}

pub(crate) fn receipt(leaf: u32, class: NumericClass) -> Receipt<u64> {
	Receipt {
		seq: leaf.into(),
		payer: PAYER,
		model: ModelId(0),
		request: H256::zero(),
		response: H256::zero(),
		tokens_in: 10,
		tokens_out: 20,
		fee: PRICE,
		fingerprint: audit::fingerprint(&domain(), &salt(leaf), &raw(leaf)),
		attribution: H256::zero(),
		class,
		at: 0,
	}
}

pub(crate) fn tree(class: NumericClass) -> SumTree<Blake2b256> {
	SumTree::new((0..RECEIPTS).map(|leaf| (receipt(leaf, class).leaf(&domain(), &AGENT), PRICE))).unwrap()
}

pub(crate) fn prove(leaf: u32, class: NumericClass) -> Proof {
	tree(class).prove(leaf).unwrap().try_into().unwrap()
}

/// Submits a batch of [`AGENT`].
pub(crate) fn submit(batch: u64, class: NumericClass) {
	let claim = BatchClaim {
		agent: AGENT,
		first_seq: 0,
		receipts: tree(class).commitment(),
		payouts: SumCommitment::default(),
	};
	let lot = audit::lot(&domain(), &SECRETS);
	let fees = claim.receipts.sum;
	FakeBatches::insert(batch, FakeBatch { claim, lot, pending: true, late: false, holds: 0 });
	Verification::submitted(batch, &AGENT, fees);
}

/// Submits a batch with exact arithmetic, one answer of which is audited.
pub(crate) fn sampled(batch: u64) -> CaseId {
	sampled_in(batch, NumericClass::Exact)
}

pub(crate) fn sampled_in(batch: u64, class: NumericClass) -> CaseId {
	let id = NextCase::<Test>::get();
	submit(batch, class);
	run(DELAY + 1);
	assert_eq!(case(id).phase, Phase::Disclosing);
	id
}

/// The leaf that an audit falls on, or that was challenged.
pub(crate) fn leaf_of(id: CaseId) -> u32 {
	match (case(id).cause, case(id).exhibit) {
		(crate::types::Cause::Sampled { point, .. }, _) => (point / PRICE) as u32,
		(_, exhibit) => exhibit.unwrap().leaf,
	}
}

/// What an honest agent shows.
pub(crate) fn shown(id: CaseId) -> H256 {
	if is_planted(id) {
		audit::decoy(&domain(), &opening(id).secret, id)
	} else {
		salt(leaf_of(id))
	}
}

pub(crate) fn is_planted(id: CaseId) -> bool {
	match case(id).cause {
		crate::types::Cause::Sampled { seed, .. } => {
			audit::planted(&domain(), &opening(id).secret, &seed, PlantRate::get())
		}
		crate::types::Cause::Challenged { .. } => false,
	}
}

/// The opening of the secret of an audit.
pub(crate) fn opening(id: CaseId) -> LotOpening {
	let number = match case(id).cause {
		crate::types::Cause::Sampled { number, .. } => number,
		crate::types::Cause::Challenged { .. } => 0,
	};
	opening_of(number)
}

pub(crate) fn opening_of(number: u8) -> LotOpening {
	LotOpening::new(&domain(), &SECRETS, number).unwrap()
}

pub(crate) fn disclose(id: CaseId) -> DispatchResult {
	disclose_in(id, NumericClass::Exact)
}

pub(crate) fn disclose_in(id: CaseId, class: NumericClass) -> DispatchResult {
	let leaf = leaf_of(id);
	Verification::disclose(signed(SIGNER), id, leaf, Box::new(receipt(leaf, class)), prove(leaf, class), shown(id))
}

/// A sampled case whose sentinel is drawn.
pub(crate) fn watched(batch: u64) -> CaseId {
	let id = sampled(batch);
	disclose(id).unwrap();
	run(DELAY + 1);
	assert_eq!(case(id).phase, Phase::Committing);
	id
}

/// The members of the stage that is judging now.
pub(crate) fn judges(id: CaseId) -> Vec<u64> {
	let stage = case(id).stage;
	members(id).into_iter().filter(|member| member.stage == stage).map(|member| member.who).collect()
}

pub(crate) fn members(id: CaseId) -> Vec<Member<u64>> {
	Panels::<Test>::get(id).into_inner()
}

pub(crate) fn seal(id: CaseId, who: u64, finding: Finding) -> H256 {
	finding.commitment(&domain(), id, case(id).stage.number(), &who, &SALT)
}

/// The judges who have not spoken commit and reveal what `say` tells for their place.
pub(crate) fn speak(id: CaseId, say: impl Fn(usize) -> Finding) {
	let judges: Vec<_> = judges(id).into_iter().enumerate().collect();
	for (place, who) in &judges {
		let _ = Verification::commit(signed(*who), id, seal(id, *who, say(*place)));
	}
	assert_eq!(case(id).phase, Phase::Revealing);
	for (place, who) in &judges {
		let _ = Verification::reveal(signed(*who), id, say(*place), SALT);
	}
	next_block();
}

/// The first `against` judges find the output wrong, the others find nothing.
pub(crate) fn vote(id: CaseId, against: usize) {
	speak(id, |place| if place < against { Finding::WrongOutput } else { Finding::Sound });
}

pub(crate) fn open_lot(id: CaseId) -> DispatchResult {
	let leaf = case(id).exhibit.unwrap().leaf;
	Verification::open_lot(signed(SIGNER), id, opening(id), raw(leaf), salt(leaf))
}

/// A sampled case before three auditors, after an alarm.
pub(crate) fn alarmed(batch: u64) -> CaseId {
	let id = watched(batch);
	vote(id, 1);
	run(DELAY + 1);
	assert_eq!((case(id).phase, judges(id).len()), (Phase::Committing, 3));
	id
}

/// A sampled case in which three auditors have found against the agent.
pub(crate) fn appealable(batch: u64) -> CaseId {
	let id = alarmed(batch);
	rule(id, 3);
	assert_eq!(case(id).phase, Phase::Appealable);
	id
}

/// As [`vote`], and the agent opens its lot.
pub(crate) fn rule(id: CaseId, against: usize) {
	vote(id, against);
	open_lot(id).unwrap();
}

/// Has the first answer of a batch challenged.
pub(crate) fn challenge(who: u64, batch: u64) -> DispatchResult {
	let (class, subject) = (NumericClass::Exact, crate::types::Subject::Answer);
	Verification::challenge(signed(who), batch, 0, Box::new(receipt(0, class)), prove(0, class), subject)
}

/// Ends this block, with all the time in the world, and starts the next.
pub(crate) fn next_block() {
	let now = System::block_number();
	Verification::on_idle(now, Weight::MAX);
	System::set_block_number(now + 1);
	Verification::on_idle(now + 1, Weight::MAX);
}

/// Lets `blocks` blocks pass.
pub(crate) fn run(blocks: u64) {
	for _ in 0..blocks {
		next_block();
	}
}

pub(crate) fn case(id: CaseId) -> Case<Test> {
	Cases::<Test>::get(id).unwrap()
}

/// How the last case that was closed ended.
pub(crate) fn outcome() -> crate::types::Outcome {
	let events = System::events().into_iter().rev();
	let mut closed = events.filter_map(|record| match record.event {
		RuntimeEvent::Verification(crate::Event::CaseClosed { outcome, .. }) => Some(outcome),
		_ => None,
	});
	closed.next().expect("a case was closed")
}

pub(crate) fn held(reason: HoldReason, who: u64) -> u128 {
	Balances::balance_on_hold(&reason.into(), &who)
}

/// What an auditor was paid.
pub(crate) fn paid(auditor: u64) -> u128 {
	Balances::free_balance(auditor + 2_000) - 1
}

/// What the agent was given.
pub(crate) fn compensation() -> u128 {
	Balances::free_balance(BENEFICIARY) - 1
}
