//! Whether the addresses that the node listens on are free.

use super::finding::{Finding, State};
use socket2::{Domain, Socket, Type};
use std::{
	fmt, io,
	net::{IpAddr, SocketAddr},
};

/// What a port is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
	/// TCP, and WebSocket over it.
	Tcp,
	/// UDP, and WebRTC over it.
	Udp,
}

/// One address that the node listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listener {
	/// The address.
	pub(super) address: SocketAddr,
	/// What the port is of.
	pub(super) transport: Transport,
	/// Whether an address of IPv6 leaves IPv4 alone.
	pub(super) only_v6: bool,
	/// Whether the node does without it where the machine has no such address.
	pub(super) optional: bool,
}

/// A part of the node that listens.
#[derive(Clone, Debug)]
pub(super) struct Service {
	/// The name of the check.
	pub(super) check: &'static str,
	/// The flag that moves it.
	pub(super) flag: &'static str,
	/// How bad it is if it cannot listen.
	pub(super) if_taken: State,
	/// What the node does if it cannot listen.
	pub(super) consequence: &'static str,
	/// Where it listens.
	pub(super) listeners: Vec<Listener>,
	/// Addresses that were asked for and that nothing can listen on.
	pub(super) unusable: Vec<String>,
}

impl fmt::Display for Listener {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let transport = match self.transport {
			Transport::Tcp => "TCP",
			Transport::Udp => "UDP",
		};
		write!(f, "{transport} {}", self.address)
	}
}

/// An address that is held for the length of the check, so that two parts of the node cannot both have it.
struct Held {
	check: &'static str,
	listener: Listener,
	_socket: Socket,
}

/// Tries to listen wherever the node will: one finding for each service.
pub(super) fn check(services: &[Service]) -> Vec<Finding> {
	let mut held = Vec::new();
	services.iter().map(|service| check_service(service, &mut held)).collect()
}

/// Tries to listen wherever `service` will.
fn check_service(service: &Service, held: &mut Vec<Held>) -> Finding {
	let mut parts = Vec::new();
	for address in &service.unusable {
		parts.push(Finding::new(
			service.check,
			service.if_taken,
			format!("{address} is not an address that the node can listen on"),
			"give an IP address and a port, as in /ip4/0.0.0.0/tcp/30333",
		));
	}
	for listener in &service.listeners {
		match bind(listener) {
			Ok(socket) => {
				parts.push(Finding::ok(service.check, format!("{listener} is free")));
				held.push(Held { check: service.check, listener: listener.clone(), _socket: socket });
			}
			Err(error) => parts.push(explain(service, listener, &error, held)),
		}
	}
	let mut finding = Finding::merge(service.check, parts, "does not listen");
	if finding.state != State::Ok {
		finding.found = format!("{}: {}", finding.found, service.consequence);
	}
	finding
}

/// Says why `listener` cannot be had.
fn explain(service: &Service, listener: &Listener, error: &io::Error, held: &[Held]) -> Finding {
	let port = listener.address.port();
	let (found, remedy) = match error.kind() {
		io::ErrorKind::AddrInUse => match held.iter().find(|held| clash(&held.listener, listener)) {
			Some(other) => (
				format!("{listener} is what the node itself takes for its {}", other.check),
				format!("give each a port of its own, here with {}", service.flag),
			),
			None => (
				format!("{listener} is taken by another process"),
				format!(
					"stop that process (find it with: ss -anp 'sport = :{port}'), or choose another port with {}",
					service.flag
				),
			),
		},
		io::ErrorKind::PermissionDenied => (
			format!("this user may not listen on {listener}"),
			format!("choose a port above 1023 with {}, or grant CAP_NET_BIND_SERVICE", service.flag),
		),
		_ if absent(error) && listener.optional => {
			return Finding::ok(service.check, format!("{listener} is left out, as the machine has no such address"));
		}
		_ if absent(error) => (
			format!("{listener} is not an address of this machine"),
			format!("choose an address that is, with {}", service.flag),
		),
		_ => (format!("{listener} cannot be listened on: {error}"), format!("choose another with {}", service.flag)),
	};
	Finding::new(service.check, service.if_taken, found, remedy)
}

/// Whether the machine does not have the address, or not the whole family of addresses.
fn absent(error: &io::Error) -> bool {
	error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(libc::EAFNOSUPPORT)
}

/// Whether only one of the two can be had.
fn clash(a: &Listener, b: &Listener) -> bool {
	let (a_ip, b_ip) = (a.address.ip(), b.address.ip());
	let addresses = if a_ip.is_ipv4() == b_ip.is_ipv4() {
		a_ip == b_ip || a_ip.is_unspecified() || b_ip.is_unspecified()
	} else {
		[a, b].iter().any(|one| one.address.is_ipv6() && one.address.ip().is_unspecified() && !one.only_v6)
	};
	addresses && a.transport == b.transport && a.address.port() == b.address.port()
}

/// Listens as the node does, except that it shares the port with nobody.
///
/// The network shares its TCP ports (`SO_REUSEPORT`), with which a second node of the same user gets half of the
/// connections of the first without an error.
fn bind(listener: &Listener) -> io::Result<Socket> {
	let kind = match listener.transport {
		Transport::Tcp => Type::STREAM,
		Transport::Udp => Type::DGRAM,
	};
	let socket = Socket::new(Domain::for_address(listener.address), kind, None)?;
	if listener.address.is_ipv6() && listener.only_v6 {
		socket.set_only_v6(true)?;
	}
	if listener.transport == Transport::Tcp {
		// Connections of a node that has just stopped linger on the port and are no hindrance.
		socket.set_reuse_address(true)?;
	}
	socket.bind(&listener.address.into())?;
	if listener.transport == Transport::Tcp {
		socket.listen(1)?;
	}
	Ok(socket)
}

/// Reads an address as the network writes it, for example `/ip4/0.0.0.0/tcp/30333/ws`.
pub(super) fn parse_multiaddr(text: &str) -> Option<Listener> {
	let mut parts = text.split('/').skip(1);
	let (family, ip, transport, port) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
	let ip: IpAddr = match family {
		"ip4" => IpAddr::V4(ip.parse().ok()?),
		"ip6" => IpAddr::V6(ip.parse().ok()?),
		_ => return None,
	};
	let transport = match transport {
		"tcp" => Transport::Tcp,
		"udp" => Transport::Udp,
		_ => return None,
	};
	let optional = ip.is_ipv6() && ip.is_unspecified();
	Some(Listener { address: SocketAddr::new(ip, port.parse().ok()?), transport, only_v6: true, optional })
}

#[cfg(test)]
mod tests {
	#![allow(clippy::unwrap_used)]
	use super::*;
	use std::net::{TcpListener, UdpSocket};

	fn listener(address: &str, transport: Transport) -> Listener {
		Listener { address: address.parse().unwrap(), transport, only_v6: true, optional: false }
	}

	fn service(check: &'static str, listeners: Vec<Listener>) -> Service {
		Service {
			check,
			flag: "--port",
			if_taken: State::Failure,
			consequence: "nobody reaches it",
			listeners,
			unusable: Vec::new(),
		}
	}

	/// A port that was free a moment ago.
	fn free_port() -> u16 {
		TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
	}

	#[test]
	fn a_free_port_is_ok_and_stays_free() {
		let address = format!("127.0.0.1:{}", free_port());
		let services = [service("p2p", vec![listener(&address, Transport::Tcp)])];
		for _ in 0..2 {
			let findings = check(&services);
			assert_eq!(findings, [Finding::ok("p2p", format!("TCP {address} is free"))]);
		}
	}

	#[test]
	fn a_taken_port_is_named_with_the_flag_that_moves_it() {
		let other = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = other.local_addr().unwrap().to_string();
		let free = format!("127.0.0.1:{}", free_port());
		let findings =
			check(&[service("p2p", vec![listener(&free, Transport::Tcp), listener(&address, Transport::Tcp)])]);
		let [finding] = findings.as_slice() else { panic!("one service, one finding") };
		assert_eq!(finding.state, State::Failure);
		assert_eq!(finding.found, format!("TCP {address} is taken by another process: nobody reaches it"));
		assert!(finding.remedy.as_ref().unwrap().contains("--port"));
	}

	#[test]
	fn a_port_taken_on_one_address_is_taken_on_all() {
		let other = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = format!("0.0.0.0:{}", other.local_addr().unwrap().port());
		let findings = check(&[service("p2p", vec![listener(&address, Transport::Tcp)])]);
		assert_eq!(findings[0].state, State::Failure);
	}

	#[test]
	fn a_port_that_another_process_shares_is_taken_too() {
		let other = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
		other.set_reuse_port(true).unwrap();
		other.set_reuse_address(true).unwrap();
		other.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
		other.listen(1).unwrap();
		let address = other.local_addr().unwrap().as_socket().unwrap().to_string();
		let findings = check(&[service("p2p", vec![listener(&address, Transport::Tcp)])]);
		assert_eq!(findings[0].state, State::Failure);
	}

	#[test]
	fn a_taken_udp_port_is_found_and_leaves_tcp_alone() {
		let other = UdpSocket::bind("127.0.0.1:0").unwrap();
		let address = other.local_addr().unwrap().to_string();
		let state = |transport| check(&[service("p2p", vec![listener(&address, transport)])])[0].state;
		assert_eq!(state(Transport::Udp), State::Failure);
		assert_eq!(state(Transport::Tcp), State::Ok);
	}

	#[test]
	fn how_bad_it_is_depends_on_the_service() {
		let other = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = other.local_addr().unwrap().to_string();
		let mut rpc = service("rpc", vec![listener(&address, Transport::Tcp)]);
		rpc.if_taken = State::Warning;
		assert_eq!(check(&[rpc])[0].state, State::Warning);
	}

	#[test]
	fn two_services_on_one_port_are_found() {
		let port = free_port();
		let findings = check(&[
			service("p2p", vec![listener(&format!("0.0.0.0:{port}"), Transport::Tcp)]),
			service("RPC", vec![listener(&format!("127.0.0.1:{port}"), Transport::Tcp)]),
		]);
		assert_eq!(findings[0].state, State::Ok);
		assert_eq!(findings[1].state, State::Failure);
		assert!(findings[1].found.contains("the node itself takes for its p2p"), "{}", findings[1]);
	}

	/// Both families of addresses on one port, as the network listens.
	fn both_families(port: u16) -> Service {
		service(
			"p2p",
			vec![
				Listener { optional: true, ..listener(&format!("[::]:{port}"), Transport::Tcp) },
				listener(&format!("0.0.0.0:{port}"), Transport::Tcp),
			],
		)
	}

	#[test]
	fn one_port_of_both_families_is_no_clash() {
		let findings = check(&[both_families(free_port())]);
		assert_eq!(findings[0].state, State::Ok, "{}", findings[0]);
	}

	#[test]
	fn another_process_is_not_mistaken_for_the_node() {
		let other = TcpListener::bind("0.0.0.0:0").unwrap();
		let findings = check(&[both_families(other.local_addr().unwrap().port())]);
		assert!(findings[0].found.contains("by another process"), "{}", findings[0]);
	}

	#[test]
	fn an_address_of_both_families_clashes_with_one_of_either() {
		let both = Listener { only_v6: false, ..listener("[::]:5", Transport::Tcp) };
		assert!(clash(&both, &listener("127.0.0.1:5", Transport::Tcp)));
		assert!(clash(&listener("[::1]:5", Transport::Tcp), &both));
		assert!(!clash(&listener("[::]:5", Transport::Tcp), &listener("127.0.0.1:5", Transport::Tcp)));
		assert!(!clash(&both, &listener("127.0.0.1:6", Transport::Tcp)));
		assert!(!clash(&both, &listener("127.0.0.1:5", Transport::Udp)));
	}

	#[test]
	fn an_address_of_another_machine_is_a_failure_unless_optional() {
		// 192.0.2.0/24 is for documentation only.
		let foreign = listener("192.0.2.1:30333", Transport::Tcp);
		let findings = check(&[service("p2p", vec![foreign.clone()])]);
		assert_eq!(findings[0].state, State::Failure);
		assert!(findings[0].found.contains("not an address of this machine"), "{}", findings[0]);
		let findings = check(&[service("p2p", vec![Listener { optional: true, ..foreign }])]);
		assert_eq!(findings[0].state, State::Ok);
	}

	#[test]
	fn an_address_without_ip_is_reported() {
		let mut named = service("p2p", Vec::new());
		named.unusable.push("/dns/example.org/tcp/1".into());
		let findings = check(&[named]);
		assert_eq!(findings[0].state, State::Failure);
		assert!(findings[0].found.contains("/dns/example.org/tcp/1"));
	}

	#[test]
	fn a_service_without_listeners_is_ok() {
		assert_eq!(check(&[service("Prometheus", Vec::new())]), [Finding::ok("Prometheus", "does not listen")]);
	}

	#[test]
	fn multiaddresses_are_understood() {
		let parsed = |text| parse_multiaddr(text).map(|listener| (listener.to_string(), listener.optional));
		assert_eq!(parsed("/ip4/0.0.0.0/tcp/30333"), Some(("TCP 0.0.0.0:30333".into(), false)));
		assert_eq!(parsed("/ip6/::/tcp/30333/ws"), Some(("TCP [::]:30333".into(), true)));
		assert_eq!(parsed("/ip6/::1/udp/30333/webrtc-direct"), Some(("UDP [::1]:30333".into(), false)));
		for text in ["", "/dns/a/tcp/1", "/ip4/0.0.0.0", "/ip4/0.0.0.0/tcp/70000", "/memory/1", "/ip4/::/tcp/1"] {
			assert_eq!(parsed(text), None, "{text}");
		}
	}
}
