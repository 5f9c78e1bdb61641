//! What a vote and a mint cost does not depend on how many others weigh something.

use crate::mock::*;
use sp_io::TestExternalities;

/// Distinct keys that are read from the database, and written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Accesses {
	reads: usize,
	writes: usize,
}

/// A state in which so many accounts weigh something, and the leaderboard is full.
fn state_of(accounts: u64) -> TestExternalities {
	let mut ext = new_test_ext();
	ext.execute_with(|| {
		// No events are kept before block 1.
		(1..=accounts).for_each(|who| mint(who, 1_000_000 + u128::from(who % 1_000)));
		System::set_block_number(1_000);
	});
	ext.commit_all().unwrap();
	ext
}

/// A recorder and another handle of it.
fn twice<Recorder: Default + Clone>() -> [Recorder; 2] {
	let recorder = Recorder::default();
	[recorder.clone(), recorder]
}

/// What `action` reads and writes.
fn accesses(ext: &mut TestExternalities, action: impl FnOnce()) -> Accesses {
	let [recorder, handle] = twice();
	ext.execute_with_recorder(recorder, action);
	let reads = handle.recorded_keys().values().map(|keys| keys.len()).sum();
	let writes = ext.overlayed_changes().changes().count();
	ext.commit_all().unwrap();
	Accesses { reads, writes }
}

/// The accesses of a mint, of a poll that is submitted, and of a vote in it.
fn costs_among(accounts: u64) -> [Accesses; 3] {
	let mut ext = state_of(accounts);
	let who = accounts / 2;
	let minted = accesses(&mut ext, || mint(who, 1_000_000_000));
	let submitted = accesses(&mut ext, || assert_eq!(submit(1), 0));
	let voted = accesses(&mut ext, || {
		Voting::vote(signed(who), 0, true).unwrap();
		assert!(tally(0).ayes > 0);
	});
	[minted, submitted, voted]
}

#[test]
fn costs_do_not_depend_on_how_many_weigh_something() {
	let few = costs_among(1_000);
	assert_eq!(few, costs_among(100_000));
	let [minted, submitted, voted] = few;
	assert!(minted.reads <= 12 && minted.writes <= 10, "{minted:?}");
	assert!(submitted.reads <= 5 && submitted.writes <= 4, "{submitted:?}");
	assert!(voted.reads <= 12 && voted.writes <= 8, "{voted:?}");
}

/// What the benchmarks among a million accounts fill the storage with.
#[cfg(feature = "runtime-benchmarks")]
#[test]
fn benchmarks_populate_a_sound_state() {
	new_test_ext().execute_with(|| {
		crate::benchmarking::populate::<Test>(1_000);
		System::set_block_number(1_000);
		Voting::do_try_state().unwrap();
		assert_eq!(crate::Accounts::<Test>::iter().count(), 1_000);
	});
}
