//! Whether the addresses that the node is told to listen on may be listened on.
//!
//! Two things would otherwise go wrong in silence: the JSON-RPC server would move to a random port when its own is taken,
//! and two nodes would share one port of the network, each with half of the connections.

use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_service::{
	config::{RpcEndpoint, RpcMethods},
	error::Error as ServiceError,
	Configuration,
};
use std::{
	io::ErrorKind,
	net::{IpAddr, SocketAddr, TcpListener},
};

/// Checks every address that the node is told to listen on.
///
/// # Errors
///
/// If unsafe JSON-RPC methods would be reachable from other machines, or if a port is taken.
pub(crate) fn check(config: &Configuration) -> Result<(), ServiceError> {
	for endpoint in config.rpc.addr.iter().flatten() {
		check_exposure(endpoint)?;
		if !endpoint.is_optional {
			check_free(endpoint.listen_addr, "--rpc-port")?;
		}
	}
	for address in config.network.listen_addresses.iter().filter_map(tcp) {
		check_free(address, "--port or --listen-addr")?;
	}
	Ok(())
}

/// Fails where every method, those that read keys and change peers among them, would answer on a public address.
fn check_exposure(endpoint: &RpcEndpoint) -> Result<(), ServiceError> {
	if !matches!(endpoint.rpc_methods, RpcMethods::Unsafe) || endpoint.listen_addr.ip().is_loopback() {
		return Ok(());
	}
	Err(ServiceError::Other(format!(
		"unsafe RPC methods would be open to everybody who reaches {}: they change keys and peers. Leave \
		--rpc-methods=unsafe away, or listen on this machine only (no --rpc-external, no --unsafe-rpc-external) and reach \
		the node through a tunnel",
		endpoint.listen_addr
	)))
}

/// Fails where another process listens on `address`. Other troubles are left to whoever listens in the end.
fn check_free(address: SocketAddr, flag: &str) -> Result<(), ServiceError> {
	match TcpListener::bind(address) {
		Err(error) if error.kind() == ErrorKind::AddrInUse => Err(ServiceError::Other(format!(
			"port {} is taken by another process, perhaps another node: stop it (find it with: ss -ltnp 'sport = :{0}'), \
			or choose another port with {flag}",
			address.port()
		))),
		_ => Ok(()),
	}
}

/// The socket of a TCP address of the network.
fn tcp(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip: IpAddr = match parts.next()? {
		Protocol::Ip4(ip) => ip.into(),
		Protocol::Ip6(ip) => ip.into(),
		_ => return None,
	};
	match parts.next()? {
		Protocol::Tcp(port) => Some((ip, port).into()),
		_ => None,
	}
}
