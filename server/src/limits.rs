//! Bounds of the server's outer shell, each with its reason. Those of the game's protocol are in
//! [`driftfield_shared::limits`].

use std::time::Duration;

use driftfield_shared::limits::HANDSHAKE_SECONDS_MAX;

/// From accepting a socket to its first complete request, and between requests on one connection.
pub const REQUEST_TIME_MAX: Duration =
    Duration::from_millis((HANDSHAKE_SECONDS_MAX * 1_000.0) as u64);
/// An HTTP connection that is no WebSocket lives this long at the most: the client at 64 kbit/s still
/// gets through, and a reader that never reads does not stay.
pub const HTTP_CONNECTION_TIME_MAX: Duration = Duration::from_secs(90);
/// Bytes of a request's head, and of the buffer that every HTTP connection has.
pub const REQUEST_HEAD_BYTES_MAX: usize = 16 * 1024;
/// Requests per second on one HTTP connection, for long: a page that is reloaded again and again.
pub const REQUESTS_PER_SECOND: u32 = 20;
/// Requests at once on one HTTP connection: several page loads.
pub const REQUESTS_BURST: u32 = 100;
/// Connections that wait to be accepted while the server is busy: a storm of reconnecting clients.
pub const ACCEPT_BACKLOG: u32 = 1_024;

/// Open connections when nothing else is configured: the largest room twice over, or once with all its players on two
/// connections each.
pub const CONNECTIONS_DEFAULT: usize = 8_192;
/// Open connections from one address: a school behind one router, with some tabs each, or with a second connection for
/// the input commands of each player.
pub const CONNECTIONS_PER_ADDRESS_DEFAULT: usize = 256;
/// Share of the open connections that may be without a complete request.
pub const HALF_OPEN_DIVISOR: usize = 8;
/// How much more a larger IPv6 network may have than a /64: a home has a /56, a firm a /48.
pub const IPV6_56_FACTOR: usize = 2;
/// See [`IPV6_56_FACTOR`].
pub const IPV6_48_FACTOR: usize = 4;
/// New connections per second from one address, for long.
pub const ARRIVALS_PER_SECOND: u32 = 20;
/// New connections at once from one address: a page load is half a dozen.
pub const ARRIVALS_BURST: u32 = 200;
/// Addresses whose arrivals are remembered. The table never grows: the address longest unseen makes room.
pub const ARRIVAL_TABLE_ENTRIES: usize = 4_096;
/// File descriptors that are not connections: listener, files, room threads.
pub const DESCRIPTORS_RESERVED: usize = 64;

const _: () = {
    assert!(ARRIVAL_TABLE_ENTRIES.is_power_of_two());
    assert!(ARRIVALS_BURST > ARRIVALS_PER_SECOND);
    assert!(IPV6_48_FACTOR > IPV6_56_FACTOR);
    assert!(CONNECTIONS_PER_ADDRESS_DEFAULT * IPV6_48_FACTOR <= CONNECTIONS_DEFAULT);
};
