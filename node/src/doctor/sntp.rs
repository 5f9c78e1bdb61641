//! Asks a time server how far off the clock is: SNTP as in RFC 4330.

use super::{clock, finding::Finding};
use std::{
	io,
	net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

const CHECK: &str = "ntp";

/// The port of a server that is named without one.
const PORT: u16 = 123;

/// The length of a packet without extensions.
const PACKET: usize = 48;

/// No leap second announced, version 4, client.
const CLIENT: u8 = 0b00_100_011;

/// The mode of an answer.
const MODE_SERVER: u8 = 4;

/// The leap indicator of a server that is not synchronised itself.
const LEAP_UNSYNCHRONISED: u8 = 3;

/// The first stratum that means "unsynchronised".
const STRATUM_UNSYNCHRONISED: u8 = 16;

/// Seconds from 1900, where NTP begins, to 1970.
const NTP_TO_UNIX: u64 = 2_208_988_800;

/// Questions before giving up, as datagrams get lost.
const ATTEMPTS: u32 = 3;

/// How far off the clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measurement {
	/// What has to be added to the clock, in ms.
	offset_ms: i64,
	/// How long question and answer travelled, in ms. The offset is right to half of it.
	delay_ms: i64,
}

/// Judges an answer of `server`.
pub(super) fn check(server: &str, measured: Result<Measurement, String>, slot: Duration) -> Finding {
	match measured {
		Err(error) => Finding::warning(
			CHECK,
			format!("the offset is not known: {error}"),
			"check the name and the network (UDP port 123 has to be open), or name another server with --ntp",
		),
		Ok(Measurement { offset_ms, delay_ms }) => {
			let direction = if offset_ms < 0 { "ahead of" } else { "behind" };
			let found = format!(
				"the clock is {} ms {direction} {server}, measured to ±{} ms",
				offset_ms.unsigned_abs(),
				delay_ms.max(0).div_euclid(2).saturating_add(1)
			);
			match clock::state_of_offset(Duration::from_millis(offset_ms.unsigned_abs()), slot) {
				super::finding::State::Ok => Finding::ok(CHECK, found),
				state => Finding::new(
					CHECK,
					state,
					found,
					"set the clock and keep it right with a time service (chrony, systemd-timesyncd or ntpd)",
				),
			}
		}
	}
}

/// Asks `server`, which is HOST or HOST:PORT, and waits `timeout` for each answer.
pub(super) fn query(server: &str, timeout: Duration) -> Result<Measurement, String> {
	let mut last = format!("'{server}' has no address");
	for address in resolve(server)? {
		for _ in 0..ATTEMPTS {
			match ask(address, timeout) {
				Ok(answer) => return answer.map_err(|error| format!("{server} answered, but {error}")),
				Err(error) => last = format!("{server} ({address}) does not answer: {error}"),
			}
		}
	}
	Err(last)
}

/// The addresses that `server` names.
fn resolve(server: &str) -> Result<Vec<SocketAddr>, String> {
	server
		.to_socket_addrs()
		.or_else(|_| (server, PORT).to_socket_addrs())
		.map(Iterator::collect)
		.map_err(|error| format!("'{server}' cannot be resolved: {error}"))
}

/// One question. The outer error is that of the network, the inner one that of the answer.
fn ask(server: SocketAddr, timeout: Duration) -> io::Result<Result<Measurement, String>> {
	let any: SocketAddr = match server {
		SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
		SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
	};
	let socket = UdpSocket::bind(any)?;
	socket.set_read_timeout(Some(timeout))?;
	socket.connect(server)?;
	let sent = now();
	socket.send(&request(sent))?;
	let mut reply = [0; PACKET];
	let length = socket.recv(&mut reply)?;
	let received = now();
	Ok(parse(reply.get(..length).unwrap_or_default(), sent, received))
}

/// The time as NTP counts it: seconds since 1900 in the upper half, modulo 2³², and their fraction in the lower.
fn now() -> u64 {
	let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	let seconds = since_1970.as_secs().wrapping_add(NTP_TO_UNIX);
	let fraction = (u64::from(since_1970.subsec_nanos()) << 32) / 1_000_000_000;
	(seconds << 32) | fraction
}

/// A question that was sent at `sent`.
fn request(sent: u64) -> [u8; PACKET] {
	let mut packet = [0; PACKET];
	let (head, transmitted) = packet.split_at_mut(PACKET - 8);
	if let Some(first) = head.first_mut() {
		*first = CLIENT;
	}
	transmitted.copy_from_slice(&sent.to_be_bytes());
	packet
}

/// Reads the answer, which came at `received`, to the question that was sent at `sent`.
fn parse(reply: &[u8], sent: u64, received: u64) -> Result<Measurement, String> {
	let (Some(&[flags, stratum]), Some(originate), Some(arrived), Some(transmitted)) =
		(reply.first_chunk::<2>(), timestamp(reply, 24), timestamp(reply, 32), timestamp(reply, 40))
	else {
		return Err("the packet is too short to be one of NTP".into());
	};
	if flags & 0b111 != MODE_SERVER {
		return Err("the packet is not that of an NTP server".into());
	}
	if originate != sent {
		return Err("to another question".into());
	}
	if stratum == 0 {
		return Err("refuses to serve this address (kiss of death)".into());
	}
	if flags >> 6 == LEAP_UNSYNCHRONISED || stratum >= STRATUM_UNSYNCHRONISED || transmitted == 0 {
		return Err("is not synchronised itself".into());
	}
	// Differences modulo 2⁶⁴ are right across the end of an era of 2³² seconds, in 2036.
	let difference = |a: u64, b: u64| i128::from(a.wrapping_sub(b).cast_signed());
	let offset = (difference(arrived, sent) + difference(transmitted, received)) / 2;
	let delay = difference(received, sent) - difference(transmitted, arrived);
	Ok(Measurement { offset_ms: milliseconds(offset), delay_ms: milliseconds(delay) })
}

/// The time stamp at `offset` of a packet.
fn timestamp(packet: &[u8], offset: usize) -> Option<u64> {
	packet.get(offset..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Turns a difference of NTP times into milliseconds.
fn milliseconds(difference: i128) -> i64 {
	i64::try_from((difference * 1_000) >> 32).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::{super::finding::State, *};
	use std::thread::JoinHandle;

	const SLOT: Duration = Duration::from_secs(6);
	const TIMEOUT: Duration = Duration::from_millis(500);
	const SECOND: u64 = 1 << 32;

	/// What a correct server says whose clock shows `time`.
	fn answer(question: &[u8], time: u64) -> [u8; PACKET] {
		let mut packet = [0; PACKET];
		packet[0] = 0b00_100_100;
		packet[1] = 2;
		packet[24..32].copy_from_slice(&question[40..48]);
		packet[32..40].copy_from_slice(&time.to_be_bytes());
		packet[40..48].copy_from_slice(&time.to_be_bytes());
		packet
	}

	/// A server for one question, which is answered with what `respond` makes of it, if with anything.
	fn serve(respond: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> (String, JoinHandle<Vec<u8>>) {
		let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
		let address = socket.local_addr().unwrap().to_string();
		let thread = std::thread::spawn(move || {
			let mut question = [0; 100];
			let (length, from) = socket.recv_from(&mut question).unwrap();
			if let Some(reply) = respond(&question[..length]) {
				socket.send_to(&reply, from).unwrap();
			}
			question[..length].to_vec()
		});
		(address, thread)
	}

	/// What is found against a server whose clock is `offset` NTP units from ours.
	fn against(offset: u64) -> Finding {
		let (address, thread) = serve(move |question| Some(answer(question, now().wrapping_add(offset)).to_vec()));
		let finding = check(&address, query(&address, TIMEOUT), SLOT);
		thread.join().unwrap();
		finding
	}

	#[test]
	fn the_question_is_a_client_packet_with_our_time_in_it() {
		let (address, thread) = serve(|question| Some(answer(question, now()).to_vec()));
		let before = now();
		query(&address, TIMEOUT).unwrap();
		let question = thread.join().unwrap();
		assert_eq!(question.len(), PACKET);
		assert_eq!(question[0], 0x23);
		assert!(question[1..40].iter().all(|byte| *byte == 0));
		let sent = timestamp(&question, 40).unwrap();
		assert!(sent >= before && sent <= now());
	}

	#[test]
	fn a_right_clock_is_ok() {
		let finding = against(0);
		assert_eq!(finding.state, State::Ok, "{finding}");
	}

	#[test]
	fn more_than_half_a_second_is_a_warning_and_more_than_half_a_slot_a_failure() {
		for (offset, state, words) in [
			(SECOND, State::Warning, "behind"),
			(SECOND.wrapping_neg(), State::Warning, "ahead of"),
			(SECOND * 4, State::Failure, "behind"),
			((SECOND * 4).wrapping_neg(), State::Failure, "ahead of"),
		] {
			let finding = against(offset);
			assert_eq!(finding.state, state, "{finding}");
			assert!(finding.found.contains(words), "{finding}");
			assert!(finding.remedy.is_some());
		}
	}

	#[test]
	fn the_limits_are_exact() {
		let state = |offset_ms| check("s", Ok(Measurement { offset_ms, delay_ms: 0 }), SLOT).state;
		assert_eq!(state(500), State::Ok);
		assert_eq!(state(-501), State::Warning);
		assert_eq!(state(3_000), State::Warning);
		assert_eq!(state(-3_001), State::Failure);
	}

	#[test]
	fn the_travel_time_is_taken_out() {
		// Sent at 100 s, there at 110.2 s by a clock that is 10 s ahead, back after 0.4 s in all.
		let (sent, received) = (100 * SECOND, 100 * SECOND + SECOND * 4 / 10);
		let server = 110 * SECOND + SECOND * 2 / 10;
		let reply = answer(&request(sent), server);
		let Measurement { offset_ms, delay_ms } = parse(&reply, sent, received).unwrap();
		assert!((9_999..=10_000).contains(&offset_ms), "{offset_ms}");
		assert!((399..=400).contains(&delay_ms), "{delay_ms}");
	}

	#[test]
	fn the_end_of_the_era_is_no_leap() {
		let (sent, received) = (u64::MAX - SECOND, u64::MAX);
		let reply = answer(&request(sent), SECOND / 2);
		let Measurement { offset_ms, .. } = parse(&reply, sent, received).unwrap();
		assert!((999..=1_001).contains(&offset_ms), "{offset_ms}");
	}

	#[test]
	fn answers_that_are_none_are_refused() {
		let question = request(7);
		let changed = |change: fn(&mut [u8; PACKET])| {
			let mut reply = answer(&question, 9);
			change(&mut reply);
			parse(&reply, 7, 8).unwrap_err()
		};
		assert!(parse(&answer(&question, 9), 7, 8).is_ok());
		assert!(changed(|reply| reply[0] = 0b00_100_011).contains("not that of an NTP server"));
		assert!(changed(|reply| reply[24] = 1).contains("another question"));
		assert!(changed(|reply| reply[1] = 0).contains("kiss of death"));
		assert!(changed(|reply| reply[1] = 16).contains("not synchronised"));
		assert!(changed(|reply| reply[0] = 0b11_100_100).contains("not synchronised"));
		assert!(changed(|reply| reply[40..48].fill(0)).contains("not synchronised"));
		assert!(parse(&answer(&question, 9)[..47], 7, 8).unwrap_err().contains("too short"));
	}

	#[test]
	fn a_silent_server_is_a_warning_after_the_timeout() {
		let (address, thread) = serve(|_| None);
		let finding = check(&address, query(&address, Duration::from_millis(50)), SLOT);
		thread.join().unwrap();
		assert_eq!(finding.state, State::Warning);
		assert!(finding.found.contains("does not answer"), "{finding}");
	}

	#[test]
	fn a_lost_packet_is_asked_for_again() {
		let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
		let address = socket.local_addr().unwrap().to_string();
		let thread = std::thread::spawn(move || {
			let mut question = [0; PACKET];
			socket.recv_from(&mut question).unwrap();
			let (_, from) = socket.recv_from(&mut question).unwrap();
			socket.send_to(&answer(&question, now()), from).unwrap();
		});
		assert!(query(&address, Duration::from_millis(100)).is_ok());
		thread.join().unwrap();
	}

	#[test]
	fn a_server_without_a_port_is_asked_on_port_123() {
		assert_eq!(resolve("127.0.0.1").unwrap(), [SocketAddr::from(([127, 0, 0, 1], 123))]);
		assert_eq!(resolve("127.0.0.1:5").unwrap(), [SocketAddr::from(([127, 0, 0, 1], 5))]);
		assert_eq!(resolve("::1").unwrap(), ["[::1]:123".parse().unwrap()]);
	}
}
