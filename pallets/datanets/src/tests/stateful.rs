//! Any sequence of calls, verdicts and passing time keeps the invariants and the money.

use crate::{
	mock::*,
	types::{Access, Admission, Committee, Status, Terms},
	Call, Commits, Commons, Contributions, CountersOf, Datanets as DatanetsMap, Event, Grants, HoldReason, NextDatanet,
	Notices, Requests, Shares, Taken, VersionsOf,
};
use frame_support::{
	storage::with_storage_layer,
	traits::{fungible::Mutate, tokens::Preservation},
};
use openledger_primitives::{
	judgement::{seal_contribution, Case, Fault, Verdict},
	traits::{Access as _, Cases},
	ContributionId, DatanetId,
};
use proptest::{collection::vec, prelude::*};
use sp_runtime::{traits::Dispatchable, DispatchResult, StateVersion};
use std::collections::{BTreeMap, BTreeSet};

const PEOPLE: [AccountId; 5] = [OWNER, ALICE, BOB, CLAIMANT, STRANGER];
const NETS: u32 = 2;
/// Little enough for holds to fail.
const PURSE: u128 = 2_000;
/// Little enough for owners to be late.
const OWNER_TIME: u64 = 5;
/// The kinds of steps.
const KINDS: u8 = 36;
/// Kinds that every second step is of: the long way of a contribution that the owner does not want.
const OFTEN: [u8; 36] = [
	0, 0, 0, 2, 2, 2, 2, 2, 2, 10, 10, 10, 10, 12, 12, 12, 12, 14, 14, 14, 14, 16, 16, 16, 16, 19, 19, 22, 22, 23, 23,
	24, 32, 33, 34, 34,
];

/// One step: what to do, who does it, and with what.
type Step = [u8; 5];

/// What the accounts know that the chain does not.
#[derive(Default)]
struct World {
	/// The number of rows of each commitment.
	sealed: BTreeMap<(DatanetId, ContributionId), u32>,
	/// The rows of each version.
	versions: BTreeMap<(DatanetId, u32), Frozen>,
}

fn net(byte: u8) -> DatanetId {
	DatanetId(u32::from(byte) % NETS)
}

fn person(byte: u8) -> AccountId {
	PEOPLE[usize::from(byte) % PEOPLE.len()]
}

/// One of `all`, or what there is not.
fn pick<T: Clone>(all: &[T], byte: u8) -> Option<T> {
	all.get(usize::from(byte) % all.len().max(1)).cloned()
}

/// What a step is looking for: else too few would succeed.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
	Commitment,
	Undecided,
	Deciding,
	Accepted,
	Due,
}

/// A contribution or a commitment of a datanet, mostly one that is `wanted`, now and then one that is not there.
fn number(net: DatanetId, wanted: Wanted, byte: u8) -> ContributionId {
	let all = Contributions::<Test>::iter_prefix(net).map(|(id, offer)| match offer.status {
		Status::Pending { committee: Committee::Deciding, .. } => (id, Wanted::Deciding),
		Status::Pending { committee: Committee::Accepted { .. }, .. } => (id, Wanted::Accepted),
		Status::Due { .. } => (id, Wanted::Due),
		_ => (id, Wanted::Undecided),
	});
	let mut all: Vec<_> = all.chain(Commits::<Test>::iter_key_prefix(net).map(|id| (id, Wanted::Commitment))).collect();
	all.sort_by_key(|(id, _)| *id);
	let apt: Vec<_> = all.iter().filter(|(_, is)| *is == wanted).copied().collect();
	let found = if byte % 8 == 7 || apt.is_empty() { pick(&all, byte / 8) } else { pick(&apt, byte / 8) };
	found.map(|(id, _)| id).unwrap_or(ContributionId(byte.into()))
}

/// Who has most to do with it: else too few calls would succeed.
fn contributor(net: DatanetId, id: ContributionId, byte: u8) -> AccountId {
	let known = Contributions::<Test>::get(net, id).map(|offer| offer.contributor);
	let known = known.or(Commits::<Test>::get(net, id).map(|commit| commit.contributor));
	known.filter(|_| !byte.is_multiple_of(8)).unwrap_or(person(byte))
}

fn owner(net: DatanetId, byte: u8) -> AccountId {
	let known = DatanetsMap::<Test>::get(net).map(|datanet| datanet.owner);
	known.filter(|_| !byte.is_multiple_of(8)).unwrap_or(person(byte))
}

/// A row that there is a notice about, mostly one that is contested or not, and before a committee or not.
fn noticed(net: DatanetId, contested: bool, deciding: bool, byte: u8) -> u32 {
	let mut all: Vec<_> = Notices::<Test>::iter_prefix(net).collect();
	all.sort_by_key(|(row, _)| *row);
	let apt: Vec<_> = all
		.iter()
		.filter(|(_, notice)| (notice.contested.is_some(), notice.deciding) == (contested, deciding))
		.cloned()
		.collect();
	let found = if byte % 8 == 7 || apt.is_empty() { pick(&all, byte / 8) } else { pick(&apt, byte / 8) };
	found.map(|(row, _)| row).unwrap_or(byte.into())
}

fn verdict(byte: u8) -> Option<Verdict> {
	match byte % 8 {
		0..=3 => Some(Verdict::Accepted),
		4 => Some(Verdict::Rejected(Fault::Malformed)),
		5 => Some(Verdict::Rejected(Fault::Copied)),
		6 => Some(Verdict::Rejected(Fault::Poisoned)),
		_ => None,
	}
}

fn terms_of(byte: u8) -> Terms<u64> {
	Terms { purpose: hash(4), jobs: 1 + u32::from(byte % 2), until: System::block_number() + u64::from(byte % 64) }
}

fn kind(byte: u8) -> u8 {
	match byte % (2 * KINDS) {
		often if often >= KINDS => OFTEN[usize::from(often - KINDS)],
		kind => kind,
	}
}

/// The first of the kinds that do the same.
fn first(kind: u8) -> u8 {
	match kind {
		1 | 9 | 11 | 13 | 15 | 18 | 20 | 35 => kind - 1,
		3 | 4 => 2,
		_ => kind,
	}
}

/// As the chain does it: what fails leaves nothing behind.
fn dispatch(who: AccountId, call: Call<Test>) -> DispatchResult {
	RuntimeCall::Datanets(call).dispatch(signed(who)).map(|_| ()).map_err(|failed| failed.error)
}

impl World {
	/// Two datanets with a version each.
	fn settled() -> Self {
		let mut world = Self::default();
		for (net, owner) in [OWNER, ALICE].into_iter().enumerate() {
			let (net, first) = (DatanetId(net as u32), ContributionId(0));
			create(owner);
			world.commit(BOB, net, 4).unwrap();
			advance(1);
			world.reveal(net, first, 1).unwrap();
			world.freeze(net, u8::MAX, 1).unwrap();
			// One that a committee has accepted, and that the owner of the second datanet has not taken in time.
			let (who, second) = (CLAIMANT, ContributionId(1));
			world.commit(who, net, 2).unwrap();
			advance(1);
			world.reveal(net, second, 1).unwrap();
			let case = Case::Contribution { datanet: net, contribution: second };
			open_case(case, who).unwrap();
			close_case(case, Some(Verdict::Accepted)).unwrap();
			if net.0 == 1 {
				advance(OWNER_TIME + 1);
				dispatch(who, Call::overrule { datanet: net, contribution: second }).unwrap();
			}
		}
		world
	}

	fn commit(&mut self, who: AccountId, datanet: DatanetId, count: u32) -> DispatchResult {
		let seal = seal_contribution(&domain(), datanet, &who, &rows(count), &hash(2), &SALT);
		let next = CountersOf::<Test>::get(datanet).unwrap().next_contribution;
		dispatch(who, Call::commit { datanet, seal })?;
		self.sealed.insert((datanet, next), count);
		Ok(())
	}

	fn reveal(&self, datanet: DatanetId, contribution: ContributionId, byte: u8) -> DispatchResult {
		let count = self.sealed.get(&(datanet, contribution)).copied().unwrap_or(1);
		let count = if byte % 16 == 15 { count + 1 } else { count };
		let (who, rows, bytes) = (contributor(datanet, contribution, byte), rows(count), 9);
		dispatch(who, Call::reveal { datanet, contribution, rows, bytes, content: hash(2), salt: SALT })
	}

	/// A version with what is due and some of what is pending.
	fn freeze(&mut self, datanet: DatanetId, mask: u8, byte: u8) -> DispatchResult {
		let mut named: Vec<_> = Contributions::<Test>::iter_prefix(datanet)
			.filter(|(id, offer)| match offer.status {
				Status::Due { .. } => byte % 16 != 15,
				Status::Pending { .. } => mask >> (id.0 % 8) & 1 == 1,
				Status::Accepted { .. } => false,
			})
			.collect();
		named.sort_by_key(|(id, _)| *id);
		named.sort_by_key(|(_, offer)| matches!(offer.status, Status::Pending { .. }));
		named.truncate(MAX_PER_VERSION as usize);
		named.sort_by_key(|(id, _)| *id);
		let version = CountersOf::<Test>::get(datanet).unwrap().versions;
		let parent = version.checked_sub(1).and_then(|parent| self.versions.get(&(datanet, parent)));
		let mut contributors: Vec<_> =
			parent.map(|parent| parent.leaves.iter().map(|leaf| leaf.contributor).collect()).unwrap_or_default();
		for (_, offer) in &named {
			contributors.extend(vec![offer.contributor; offer.rows.count as usize]);
		}
		let frozen = Frozen::new(domain(), datanet, version, &contributors);
		let ids: Vec<_> = named.into_iter().map(|(id, _)| id).collect();
		let (rows, contributions) = (frozen.tree.commitment(), ids.try_into().unwrap());
		let call = Call::freeze_version { datanet, rows, clusters: hash(3), contributions };
		dispatch(owner(datanet, byte), call)?;
		self.versions.insert((datanet, version), frozen);
		Ok(())
	}

	fn file(&self, who: AccountId, datanet: DatanetId, version: u8, row: u8) -> DispatchResult {
		let versions: Vec<_> = self.versions.range((datanet, 0)..=(datanet, u32::MAX)).map(|(_, v)| v).collect();
		let Some(frozen) = pick(&versions, version) else { return Ok(()) };
		let (leaf, wrong) = (pick(&frozen.leaves, row).unwrap(), row % 16 == 15);
		let proof = frozen.proof(if wrong { 0 } else { leaf.row });
		dispatch(who, Call::file_notice { datanet, version: frozen.version, leaf, proof, reason: hash(8) })
	}

	fn step(&mut self, [what, who, a, b, c]: Step) -> DispatchResult {
		let datanet = net(a);
		let named = |wanted| number(datanet, wanted, b);
		let row = |contested, deciding| noticed(datanet, contested, deciding, b);
		match kind(what) {
			0 | 1 => self.commit(person(who), datanet, u32::from(b) % 5 + u32::from(b % 64 != 63)),
			2..=4 => self.reveal(datanet, named(Wanted::Commitment), who),
			5 => dispatch(person(who), Call::expire_commit { datanet, contribution: named(Wanted::Commitment) }),
			6 => {
				let contribution = named(Wanted::Undecided);
				dispatch(contributor(datanet, contribution, who), Call::withdraw { datanet, contribution })
			}
			7 => dispatch(owner(datanet, who), Call::reject { datanet, contribution: named(Wanted::Undecided) }),
			8 | 9 => self.freeze(datanet, b, c),
			10 | 11 => {
				let contribution = named(Wanted::Undecided);
				let by = if c % 2 == 0 { contributor(datanet, contribution, who) } else { owner(datanet, who) };
				open_case(Case::Contribution { datanet, contribution }, by)
			}
			12 | 13 => close_case(Case::Contribution { datanet, contribution: named(Wanted::Deciding) }, verdict(c)),
			14 | 15 => dispatch(person(who), Call::overrule { datanet, contribution: named(Wanted::Accepted) }),
			16 => {
				let contribution = named(Wanted::Due);
				dispatch(contributor(datanet, contribution, who), Call::take_over { datanet, contribution })
			}
			17 | 18 => self.file(person(who), datanet, b, c),
			19 | 20 => {
				let row = row(false, false);
				let by = Notices::<Test>::get(datanet, row).map(|notice| notice.contributor);
				let by = by.filter(|_| c % 2 == 0).unwrap_or(owner(datanet, who));
				dispatch(by, Call::contest_notice { datanet, row })
			}
			21 => dispatch(person(who), Call::end_notice { datanet, row: row(c % 2 == 0, false) }),
			22 => open_case(Case::Takedown { datanet, row: row(true, false) }, owner(datanet, who)),
			23 => close_case(Case::Takedown { datanet, row: row(true, true) }, verdict(c)),
			24 => {
				advance([2, 3, OWNER_TIME + 1, REVEAL_BLOCKS][usize::from(b) % 4]);
				Ok(())
			}
			25 => dispatch(owner(datanet, who), Call::transfer { datanet, to: person(b) }),
			26 => {
				let access = match b % 4 {
					0 => Access::Open,
					1 => Access::Approval,
					_ => Access::Paid { price: u128::from(c) / 2 },
				};
				dispatch(owner(datanet, who), Call::set_access { datanet, access })
			}
			27 => dispatch(person(who), Call::request_access { datanet, terms: terms_of(b), max_price: u128::from(c) }),
			28 => self.access(datanet, person(who), b, c),
			29 => with_storage_layer(|| Datanets::use_for_job(datanet, &person(who))),
			30 => {
				let admission = match b % 8 {
					0 => Admission::Whitelist,
					1 => Admission::Assessed,
					_ => Admission::Open,
				};
				dispatch(owner(datanet, who), Call::set_admission { datanet, admission })
			}
			32 => dispatch(person(who), Call::count_rows { datanet, contribution: named(Wanted::Undecided) }),
			33 => {
				let (to, amount) = (Datanets::commons_account(datanet), u128::from(c));
				with_storage_layer(|| Balances::transfer(&person(who), &to, amount, Preservation::Preserve).map(|_| ()))
			}
			34 | 35 => dispatch(person(b), Call::claim_commons { datanet, contributor: person(who) }),
			_ => {
				let (who, listed) = (owner(datanet, who), !c.is_multiple_of(4));
				dispatch(who, Call::set_whitelist { datanet, who: person(b), listed })
			}
		}
	}

	fn access(&self, datanet: DatanetId, who: AccountId, b: u8, c: u8) -> DispatchResult {
		let asked = Requests::<Test>::iter_prefix(datanet).min_by_key(|(applicant, _)| *applicant);
		match b % 4 {
			0 => dispatch(who, Call::cancel_request { datanet }),
			1 => {
				let Some((applicant, request)) = asked else { return Ok(()) };
				let (terms, approve) = (request.terms, !c.is_multiple_of(4));
				dispatch(owner(datanet, c), Call::decide_access { datanet, applicant, terms, approve })
			}
			2 => dispatch(owner(datanet, c), Call::revoke_access { datanet, grantee: who }),
			_ => dispatch(person(c), Call::return_grant { datanet, grantee: who }),
		}
	}
}

fn open_case(case: Case, opener: AccountId) -> DispatchResult {
	with_storage_layer(|| open(case, opener).map(|_| ()))
}

fn close_case(case: Case, verdict: Option<Verdict>) -> DispatchResult {
	with_storage_layer(|| close(case, verdict))
}

fn root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// What the events of the last step say was burnt.
fn burnt() -> u128 {
	let burnt = |event| match event {
		RuntimeEvent::Datanets(Event::CommitExpired { deposit, .. }) => deposit,
		RuntimeEvent::Datanets(Event::Judged { burnt, .. } | Event::NoticeClosed { burnt, .. }) => burnt,
		_ => 0,
	};
	System::events().into_iter().map(|record| burnt(record.event)).sum()
}

/// What can never change once it is there.
#[derive(Default, PartialEq, Debug)]
struct Lasting {
	versions: BTreeMap<(DatanetId, u32), (sp_core::H256, u32)>,
	taken: BTreeSet<(DatanetId, u32)>,
	accepted: BTreeMap<(DatanetId, ContributionId), (AccountId, u32)>,
}

impl Lasting {
	fn now() -> Self {
		let accepted = |(net, id, offer): (_, _, crate::types::Contribution<Test>)| match offer.status {
			Status::Accepted { version } => Some(((net, id), (offer.contributor, version))),
			_ => None,
		};
		Self {
			versions: VersionsOf::<Test>::iter()
				.map(|(net, v, of)| ((net, v), (of.rows.root, of.rows.count)))
				.collect(),
			taken: Taken::<Test>::iter().map(|(net, row, _)| (net, row)).collect(),
			accepted: Contributions::<Test>::iter().filter_map(accepted).collect(),
		}
	}

	fn is_in(&self, later: &Self) -> bool {
		self.versions.iter().all(|(key, of)| later.versions.get(key) == Some(of))
			&& self.taken.is_subset(&later.taken)
			&& self.accepted.iter().all(|(key, of)| later.accepted.get(key) == Some(of))
	}
}

/// Whatever has happened, whoever wants to can wind everything up: no hold is stuck, and nothing stays undecided.
fn wind_up() {
	let anyone = STRANGER;
	for (datanet, contribution, offer) in Contributions::<Test>::iter().collect::<Vec<_>>() {
		let case = Case::Contribution { datanet, contribution };
		if let Status::Pending { committee: Committee::Deciding, .. } = offer.status {
			close_case(case, Some(Verdict::Accepted)).unwrap();
		}
	}
	for (datanet, row, notice) in Notices::<Test>::iter().collect::<Vec<_>>() {
		if notice.deciding {
			close_case(Case::Takedown { datanet, row }, None).unwrap();
		}
	}
	advance(MAX_GRANT_LIFE + OWNER_BLOCKS);
	for (datanet, contribution, _) in Commits::<Test>::iter().collect::<Vec<_>>() {
		dispatch(anyone, Call::expire_commit { datanet, contribution }).unwrap();
	}
	for (datanet, row, _) in Notices::<Test>::iter().collect::<Vec<_>>() {
		dispatch(anyone, Call::end_notice { datanet, row }).unwrap();
	}
	for (datanet, grantee, _) in Grants::<Test>::iter().collect::<Vec<_>>() {
		dispatch(anyone, Call::return_grant { datanet, grantee }).unwrap();
	}
	for (datanet, applicant, _) in Requests::<Test>::iter().collect::<Vec<_>>() {
		dispatch(applicant, Call::cancel_request { datanet }).unwrap();
	}
	for (datanet, contribution, offer) in Contributions::<Test>::iter().collect::<Vec<_>>() {
		if let Status::Pending { .. } = offer.status {
			dispatch(offer.contributor, Call::withdraw { datanet, contribution }).unwrap();
		}
	}
	let reasons = [HoldReason::Commit, HoldReason::ContributionBond, HoldReason::Access, HoldReason::Notice];
	for who in PEOPLE {
		assert!(reasons.iter().all(|reason| held(*reason, who) == 0), "a hold is stuck");
	}
	for (datanet, contribution, offer) in Contributions::<Test>::iter().collect::<Vec<_>>() {
		if matches!(offer.status, Status::Accepted { .. }) {
			let _ = dispatch(anyone, Call::count_rows { datanet, contribution });
		}
	}
	for (datanet, contributor, _) in Shares::<Test>::iter().collect::<Vec<_>>() {
		let _ = dispatch(anyone, Call::claim_commons { datanet, contributor });
	}
	for (datanet, commons) in Commons::<Test>::iter() {
		assert!(commons.promised < 100, "{} of the commons of {datanet} cannot be claimed", commons.promised);
	}
	// What is due needs an owner who freezes; its contributor can be that.
	for (datanet, contribution, offer) in Contributions::<Test>::iter().collect::<Vec<_>>() {
		let owner = <Datanets as Cases<AccountId>>::owner(datanet).unwrap();
		if matches!(offer.status, Status::Due { .. }) && owner != offer.contributor {
			Balances::mint_into(&offer.contributor, DEPOSIT).unwrap();
			// Another may have taken it over a moment ago.
			advance(OWNER_TIME + 1);
			dispatch(offer.contributor, Call::take_over { datanet, contribution }).unwrap();
		}
	}
}

/// How often each step succeeded.
type Tally = BTreeMap<u8, u32>;

fn run(steps: &[Step], tally: &mut Tally) {
	endowed(PURSE).execute_with(|| {
		System::set_block_number(1);
		Assessed::set(vec![ALICE, BOB]);
		OwnerTime::set(OWNER_TIME);
		let mut world = World::settled();
		let mut lasting = Lasting::now();
		for step in steps {
			System::reset_events();
			if step[0] >= 6 * KINDS {
				advance(1);
			}
			let (before, supply) = (root(), issuance());
			if let Err(why) = world.step(*step) {
				// The same state keeps the same invariants.
				assert_eq!(root(), before, "{step:?} failed with {why:?} and left something behind");
				continue;
			}
			*tally.entry(first(kind(step[0]))).or_default() += 1;
			assert_eq!(issuance(), supply - burnt(), "{step:?} made money, or burnt it and said nothing");
			let now = Lasting::now();
			assert!(lasting.is_in(&now), "{step:?} changed what lasts");
			lasting = now;
			Datanets::do_try_state().unwrap_or_else(|why| panic!("{step:?}: {why:?}"));
		}
		wind_up();
		assert_eq!(NextDatanet::<Test>::get(), DatanetId(NETS));
		Datanets::do_try_state().unwrap();
	});
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

	#[test]
	fn any_sequence_of_calls_keeps_the_invariants_and_the_money(steps in vec(any::<Step>(), 40..=80)) {
		run(&steps, &mut Tally::new());
	}
}

/// The mapping from bytes to calls reaches every call: else the test above would test nothing.
#[test]
fn the_mapping_from_bytes_reaches_every_kind_of_step() {
	let mut tally = Tally::new();
	let mut state = 1u64;
	let mut byte = || {
		// A linear congruential generator: always the same sequence.
		state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(state >> 56) as u8
	};
	for _ in 0..96 {
		let steps: Vec<Step> = (0..80).map(|_| core::array::from_fn(|_| byte())).collect();
		run(&steps, &mut tally);
	}
	let missing: Vec<_> =
		(0..KINDS).filter(|kind| first(*kind) == *kind && tally.get(kind).copied().unwrap_or_default() < 3).collect();
	assert!(missing.is_empty(), "never or hardly reached: {missing:?} of {tally:?}");
}
