//! Who gains by what, over many audits that are drawn at random from fixed seeds. Run with `--nocapture` for the numbers.

use crate::{
	economics::{cheating_loses, found_out, Cheat, DEFAULT},
	ladder::{ruling, Ruling, Stage},
	sampling::{audits, MILLION},
};
use openledger_primitives::{offence::penalty, Balance};
use sp_core::H256;

const OPEN: Balance = 1_000_000_000_000_000_000;
/// One auditor in a hundred is wrong, however it tries.
const FAULTY: f64 = 0.01;

/// SplitMix64.
struct Dice(u64);

impl Dice {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		mixed ^ (mixed >> 31)
	}

	fn chance(&mut self, probability: f64) -> bool {
		((self.next() >> 11) as f64) < probability * (1u64 << 53) as f64
	}

	fn seed(&mut self) -> H256 {
		let mut seed = [0; 32];
		seed.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_le_bytes()));
		H256(seed)
	}
}

/// What the ladder rules from `stage` on, where each member is against the agent with a probability of `against`.
/// `appeals` says whether a conviction by three is appealed against. Also counts who was against it, by stage.
fn climb(dice: &mut Dice, mut stage: Stage, against: f64, appeals: bool) -> (bool, [u32; 3]) {
	let mut voices = [0; 3];
	loop {
		let voice = (0..stage.members()).filter(|_| dice.chance(against)).count() as u32;
		voices[stage as usize] = voice;
		stage = match ruling(stage, voice) {
			Ruling::Acquitted => return (false, voices),
			Ruling::Next(next) => next,
			Ruling::Convicted if stage == Stage::Three && appeals => Stage::Seven,
			Ruling::Convicted => return (true, voices),
		};
	}
}

/// Whether a sampled audit of a wrong answer convicts. Cheaters always appeal.
fn caught(dice: &mut Dice) -> bool {
	let planted = dice.chance(f64::from(DEFAULT.plant_rate) / MILLION as f64);
	!planted && climb(dice, Stage::One, 1.0 - FAULTY, true).0
}

fn in_open(amount: i128) -> f64 {
	amount as f64 / OPEN as f64
}

/// A cheater that owns model, data and stake too gains 85 % of what it is paid for wrong answers, and a slash of which it
/// has the shares of challenger and payers hurts it by 60 %.
const CHEAT: Cheat = Cheat { stake: 0, fees: 0, share: 0, gain: 850_000, clean: 0, hurt: 600_000 };

#[test]
fn cheating_loses_for_every_stake_fee_share_and_record() {
	let mut dice = Dice(1);
	let convicted = (0..100_000).filter(|_| caught(&mut dice)).count() as u32 * 10;
	println!("audits of a wrong answer that convict: {convicted} in a million");
	assert!(convicted > 960_000);
	let (mut cells, mut least_margin) = (0, f64::MAX);
	for stake in [100, 300, 1_000, 10_000, 100_000, 10_000_000].map(|stake| stake * OPEN) {
		for exponent in 0..40 {
			// From a millionth of OPEN to all that the stake allows.
			let fees = (OPEN / 1_000_000) << exponent;
			if fees > stake / 2 {
				break;
			}
			for share in [1_000, 10_000, 50_000, 200_000, 500_000, 1_000_000] {
				for clean in [0, 10, 1_000_000] {
					let cheat = Cheat { stake, fees, share, clean, ..CHEAT };
					assert!(cheating_loses(&cheat, DEFAULT.rates, convicted), "{cheat:?}");
					let found = f64::from(found_out(&cheat, DEFAULT.rates, convicted)) / 1e6;
					let gain = in_open(fees as i128) * f64::from(share) / 1e6 * 0.85;
					let lost = in_open(penalty(fees, stake, 0) as i128) * 0.6;
					least_margin = least_margin.min(found * lost / (gain * (1.0 - found)));
					cells += 1;
				}
			}
		}
	}
	println!("{cells} ways to cheat; what is lost on average is at least {least_margin:.2} times what is gained");
	assert!(least_margin > 1.4);
	// The bound of the documentation: more fees per audit than a 34th of the stake, and an agent with a record gains.
	let rates = crate::sampling::Rates { per_audit: 5 * OPEN, least: 0 };
	let cheat = Cheat { stake: 100 * OPEN, fees: OPEN, share: 100_000, clean: 1_000, hurt: 1_000_000, ..CHEAT };
	assert!(!cheating_loses(&cheat, rates, 1_000_000));
}

#[test]
fn a_cheater_that_goes_on_until_it_is_caught_loses() {
	let mut dice = Dice(2);
	for stake in [100, 1_000, 50_000].map(|stake| stake * OPEN) {
		for fees in [OPEN / 10, OPEN, 5 * OPEN, 50 * OPEN] {
			for share in [50_000u32, 200_000, 1_000_000] {
				for clean in [0, 1_000] {
					let (batches, mut profit, mut slashes) = (10_000, 0i128, 0u32);
					let gain = (fees * u128::from(share) / MILLION * 85 / 100) as i128;
					let slash = (penalty(fees, stake, 0) * 60 / 100) as i128;
					for _ in 0..batches {
						let looks = audits(fees, DEFAULT.rates, clean, 0, &dice.seed());
						let hit = |dice: &mut Dice| dice.chance(f64::from(share) / 1e6) && caught(dice);
						if (0..looks).any(|_| hit(&mut dice)) {
							// The batch is void. It goes on as somebody new that has the same record.
							profit -= slash;
							slashes += 1;
						} else {
							profit += gain;
						}
					}
					let (stake, fees) = (in_open(stake as i128), in_open(fees as i128));
					let mean = in_open(profit) / f64::from(batches);
					println!("stake {stake}, fees {fees}, share {share} ppm, clean {clean}: {slashes} slashes, {mean:.4} a batch");
					assert!(profit < 0);
				}
			}
		}
	}
}

/// How often, in a million, challenges convict an honest agent if `colluding` of the auditors always find against it.
fn wrong_convictions(dice: &mut Dice, colluding: f64, appeals: bool) -> f64 {
	const CHALLENGES: u32 = 400_000;
	let against = colluding + (1.0 - colluding) * FAULTY;
	let won = (0..CHALLENGES).filter(|_| climb(dice, Stage::Three, against, appeals).0).count();
	won as f64 / f64::from(CHALLENGES)
}

#[test]
fn challenging_the_honest_loses_even_with_a_fifth_of_the_auditors_bribed() {
	let mut dice = Dice(3);
	for (colluding, appeals) in [(0.0, false), (0.0, true), (0.2, false), (0.2, true), (1.0 / 3.0, true)] {
		let won = wrong_convictions(&mut dice, colluding, appeals);
		println!("{colluding:.2} colluding, appeals {appeals}: {:.6} of challenges convict an honest agent", won);
		let mut worst = f64::MIN;
		for stake in [100, 1_000, 10_000, 1_000_000].map(|stake| stake * OPEN) {
			for fees in [OPEN / 100, OPEN, 50 * OPEN, stake / 100, stake / 2] {
				for offences in [0, 1, 2] {
					let threat = penalty(fees, stake, offences);
					let part = threat * u128::from(DEFAULT.challenge_part) / MILLION;
					let bond = in_open(part.max(DEFAULT.challenge_bond) as i128);
					// A quarter of the slash, and the bond is lost otherwise.
					let profit = won * in_open(threat as i128) / 4.0 - (1.0 - won) * bond;
					worst = worst.max(profit / bond);
				}
			}
		}
		println!("  a challenge brings {worst:.3} of its bond at best, on average");
		assert!(worst < -0.4, "{worst}");
	}
}

#[test]
fn a_false_alarm_loses_even_if_a_third_of_the_auditors_collude() {
	let mut dice = Dice(4);
	let (fee, fine) = (in_open(DEFAULT.fee as i128), in_open(DEFAULT.error_fine as i128));
	for (colluding, appeals) in [(0.0f64, false), (0.1, true), (0.2, true), (0.33, true)] {
		let (alarms, mut won, mut profit) = (400_000, 0u32, 0.0);
		let against = colluding + (1.0 - colluding) * FAULTY;
		for _ in 0..alarms {
			let (convicted, voices) = climb(&mut dice, Stage::Three, against, appeals);
			won += u32::from(convicted);
			// The cartel's sentinel and those of its members that were drawn are paid, or pay.
			let members = 1.0 + f64::from(voices[1] + voices[2]) * colluding / against;
			profit += members * if convicted { fee } else { -fine };
		}
		let each = profit / f64::from(alarms);
		println!("{colluding} colluding: {won} of {alarms} false alarms convict; each brings {each:.3} OPEN");
		assert!(each < 0.0, "{each}");
		// Who says that it was not served is not fined. It has its fee if the agent is convicted, and no more.
		let most = f64::from(won) / f64::from(alarms) * 11.0 * fee;
		println!("  and at most {most:.5} OPEN, if they say that they were not served");
		assert!(most < fee / 2.0, "{most}");
	}
}

/// What an auditor does.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
	/// Computes every answer again.
	Honest,
	/// Says that nothing is wrong.
	AlwaysSound,
	/// Says that something is wrong.
	AlwaysWrong,
	/// Tosses a coin.
	Coin,
	/// Says what most of the others say, where it can know: after the sentinel. Otherwise, that nothing is wrong.
	Copy,
	/// Says that it was not served.
	Unserved,
}

const WAYS: [Way; 6] = [Way::Honest, Way::AlwaysSound, Way::AlwaysWrong, Way::Coin, Way::Copy, Way::Unserved];

/// Whether a member finds something wrong, where `wrong` is what there is to find and `others` what the others say.
fn finds(dice: &mut Dice, way: Way, wrong: bool, others: Option<bool>) -> bool {
	match way {
		Way::Honest => wrong != dice.chance(FAULTY),
		Way::AlwaysSound => false,
		Way::AlwaysWrong | Way::Unserved => true,
		Way::Coin => dice.chance(0.5),
		Way::Copy => others.unwrap_or(false),
	}
}

/// Profit of each way, per finding, in fees, where auditors go each way in these proportions (in percent), and `cheated` of
/// the audits are of wrong answers.
fn livelihoods(dice: &mut Dice, proportions: [u64; 6], cheated: f64) -> [f64; 6] {
	let (mut earned, mut findings) = ([0.0; 6], [0u32; 6]);
	let error = DEFAULT.error_fine as f64 / DEFAULT.fee as f64;
	let plant = DEFAULT.plant_fine as f64 / DEFAULT.fee as f64;
	for _ in 0..60_000 {
		let planted = dice.chance(f64::from(DEFAULT.plant_rate) / 1e6);
		let wrong = planted || dice.chance(cheated);
		let (mut stage, mut panel) = (Stage::One, Vec::new());
		let guilty = loop {
			let ways: Vec<_> = (0..stage.members())
				.map(|_| {
					let mut at = dice.next() % 100;
					proportions
						.iter()
						.position(|share| {
							at < *share || {
								at -= share;
								false
							}
						})
						.unwrap()
				})
				.collect();
			let known = |way: &usize| WAYS[*way] != Way::Copy;
			let mut said: Vec<_> =
				ways.iter().copied().filter(known).map(|way| (way, finds(dice, WAYS[way], wrong, None))).collect();
			let most = said.iter().filter(|(_, against)| *against).count() * 2 > said.len();
			let others = (stage != Stage::One && !said.is_empty()).then_some(most);
			for way in ways.iter().copied().filter(|way| !known(way)) {
				said.push((way, finds(dice, Way::Copy, wrong, others)));
			}
			let against = said.iter().filter(|(_, against)| *against).count() as u32;
			panel.extend(said);
			// The lot is opened when one has found nothing, or three have spoken.
			if planted && (against == 0 || stage == Stage::Three) {
				break true;
			}
			match ruling(stage, against) {
				Ruling::Acquitted => break false,
				Ruling::Convicted if stage == Stage::Seven => break true,
				Ruling::Convicted => stage = Stage::Seven,
				Ruling::Next(next) => stage = next,
			}
		};
		let against = panel.iter().filter(|(_, against)| *against).count();
		let unserved = panel.iter().filter(|(way, _)| WAYS[*way] == Way::Unserved).count() * 2 > against;
		for (way, against) in panel {
			let work = if WAYS[way] == Way::Honest { 0.5 } else { 0.0 };
			let income = match (planted, against == guilty) {
				_ if WAYS[way] == Way::Unserved => f64::from(u8::from(guilty && !planted && unserved)),
				(true, true) => 2.0,
				(true, false) => -plant,
				(false, true) => 1.0,
				(false, false) => -error,
			};
			earned[way] += income - work;
			findings[way] += 1;
		}
	}
	let mut mean = [f64::NAN; 6];
	for way in 0..6 {
		if findings[way] > 0 {
			mean[way] = earned[way] / f64::from(findings[way]);
		}
	}
	mean
}

#[test]
fn lazy_auditors_lose_and_diligent_ones_earn() {
	let mut dice = Dice(5);
	for (name, proportions) in [
		("three in five honest", [60, 10, 10, 10, 10, 0]),
		("one in five says sound", [80, 20, 0, 0, 0, 0]),
		("one in five copies", [80, 0, 0, 0, 20, 0]),
		("one in five tosses a coin", [80, 0, 0, 20, 0, 0]),
	] {
		for cheated in [0.0, 0.01, 0.1] {
			let mean = livelihoods(&mut dice, proportions, cheated);
			println!("{name}, {cheated} cheated: {:.3?} fees a finding, of {WAYS:?}", mean);
			// Where one answer in ten is wrong, those who do not look acquit too many of the guilty, and who has seen it is
			// fined. It still does better than they.
			assert!(mean[0] > 0.0 || cheated > 0.01);
			for (way, lazy) in WAYS.iter().zip(mean).skip(1).filter(|(_, mean)| !mean.is_nan()) {
				assert!(lazy < 0.0 && lazy < mean[0] - 0.1, "{way:?}, {name}");
			}
		}
	}
}

#[test]
fn even_among_the_lazy_looking_pays_better() {
	let mut dice = Dice(6);
	for cheated in [0.0, 0.01] {
		let mean = livelihoods(&mut dice, [10, 90, 0, 0, 0, 0], cheated);
		println!("nine in ten always say sound, {cheated} cheated: {:.3?} fees a finding, of {WAYS:?}", mean);
		assert!(mean[0] > mean[1] + 0.1);
	}
}

#[test]
fn no_honest_agent_is_convicted_in_a_hundred_thousand_audits() {
	const AUDITS: u32 = 100_000;
	for (seed, appeals) in [(7, false), (8, true)] {
		let mut dice = Dice(seed);
		let (mut alarms, mut split, mut convicted) = (0, 0, 0);
		for _ in 0..AUDITS {
			let (guilty, voices) = climb(&mut dice, Stage::One, FAULTY, appeals);
			alarms += voices[0];
			split += u32::from(voices[1] > 0);
			convicted += u32::from(guilty);
		}
		println!(
			"{AUDITS} audits, appeals {appeals}: {alarms} alarms, {split} not unanimous, {convicted} wrong convictions"
		);
		assert_eq!(convicted, 0);
		assert!((800..1_200).contains(&alarms));
	}
}

#[test]
fn to_say_that_one_was_not_served_brings_hardly_anything() {
	let mut dice = Dice(9);
	for cheated in [0.0, 0.01, 0.1] {
		let mean = livelihoods(&mut dice, [80, 0, 0, 0, 0, 20], cheated);
		println!(
			"one in five says that it was not served, {cheated} cheated: {:.3?} fees a finding, of {WAYS:?}",
			mean
		);
		assert!(mean[0] > mean[5] + 0.1);
		// A fifth of all convict somebody now and then.
		assert!(mean[5] < 0.05, "{}", mean[5]);
	}
}

/// The same through the pallet: one auditor of twelve never looks, the others always do.
#[test]
fn through_the_pallet_the_lazy_one_ends_poorer() {
	use crate::{mock::*, types::Phase};
	use openledger_primitives::Finding;
	with_auditors(12, || {
		PlantRate::set(300_000);
		let mut planted = 0;
		for batch in 0..120 {
			PerAudit::set(PRICE * u128::from(RECEIPTS) * 1_000 / u128::from(1_000 + batch));
			crate::Clean::<Test>::remove(AGENT);
			let id = watched(batch);
			let decoy = is_planted(id);
			planted += u32::from(decoy);
			loop {
				let judges = judges(id);
				let looks = |place: usize| judges[place] != FIRST;
				speak(id, |place| if looks(place) && decoy { Finding::WrongOutput } else { Finding::Sound });
				if case(id).phase == Phase::Closing {
					break;
				}
				run(DELAY + 1);
			}
			open_lot(id).unwrap();
			// Two audits fall on some batches; the other is dropped.
			for other in crate::Cases::<Test>::iter_keys().collect::<Vec<_>>() {
				Verification::drop_case(RuntimeOrigin::root(), other).unwrap();
			}
		}
		let net = |who: u64| paid(who) as i128 - (STAKE - stake(who)) as i128;
		let nets: Vec<_> = (FIRST..FIRST + 12).map(net).collect();
		println!("{planted} planted; {nets:?}");
		assert!(planted > 20 && Slashes::get().is_empty());
		assert!(nets[0] < 0 && nets[1..].iter().all(|net| *net > 0));
	});
}
