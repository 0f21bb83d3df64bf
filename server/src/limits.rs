//! Limits of the server's outer shell, each with its reason. The limits of the game's protocol are in
//! [`driftfield_shared::limits`].

use std::time::Duration;

use driftfield_shared::limits::HANDSHAKE_SECONDS_MAX;

/// Threads that read what was said before at the same time: more would take the processors from ticks.
pub const HISTORY_READERS: usize = 2;
/// Readings of what was said before that may wait or run: at a few milliseconds each, the last one is answered within a second.
pub const HISTORY_READINGS_MAX: usize = 64;
/// Time in which another room must have given an account up that comes to this one: some commits of a busy disk.
pub const CLAIM_TIME_MAX: Duration = Duration::from_secs(5);
/// Time from accepting a socket to its first byte, and from the first byte of a request to its last.
pub const REQUEST_TIME_MAX: Duration =
    Duration::from_millis((HANDSHAKE_SECONDS_MAX * 1_000.0) as u64);
/// A reader that takes nothing of an answer for this long is cut. A slow reader is not cut, however long its answer
/// takes: the kernel reports progress in steps of about a third of a send buffer, so a reader at 1 kB/s gets through.
pub const ANSWER_STALL_MAX: Duration = Duration::from_secs(60);
/// Default time that a connection is kept between two requests: longer than load balancers keep theirs (60 s for
/// most), so that none of them sends a request into a connection that is being closed.
pub const KEEP_ALIVE_DEFAULT: Duration = Duration::from_secs(75);
/// Longest configurable value of that, in seconds. Some load balancers keep connections for ten minutes.
pub const KEEP_ALIVE_SECONDS_MAX: u32 = 3_600;
/// Send buffer in the kernel for data that a peer has not read yet; Linux doubles it for its own bookkeeping. Enough
/// for a hundred players' snapshots of a second, and for the page over a path of 200 ms.
pub const SEND_BUFFER_BYTES: u32 = 64 * 1024;
/// Longest head of a request, in bytes.
pub const REQUEST_HEAD_BYTES_MAX: usize = 16 * 1024;
/// Largest buffer of an HTTP connection in bytes: a longer head is answered with an error up to here.
pub const REQUEST_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Sustained requests per second from one address: a school behind one router.
pub const REQUESTS_PER_SECOND: u32 = 100;
/// Requests at once from one address: a hundred page loads.
pub const REQUESTS_BURST: u32 = 1_000;
/// Sustained new accounts per second from one address.
pub const ACCOUNTS_PER_SECOND: u32 = 1;
/// New accounts at once from one address: two classes of a school behind one router.
pub const ACCOUNTS_BURST: u32 = 60;
/// Longest body of a request, in bytes: two secrets, or what a room is to be, and the names of all that.
pub const BODY_BYTES_MAX: usize = 1_024;
/// How long a ticket is good: the time to load the page over a slow line, and some attempts to connect.
pub const TICKET_TIME: Duration = Duration::from_secs(120);
/// Tickets that are good at once: twice as many as there can be connections by default.
pub const TICKETS_MAX: usize = 2 * CONNECTIONS_DEFAULT;
/// Tickets of one account that are good at once: some tabs that open together.
pub const TICKETS_PER_ACCOUNT_MAX: usize = 8;
/// How exactly it is kept when an account was last used, in seconds.
pub const ACCOUNT_SEEN_SECONDS: i64 = 3_600;
/// Members of a party: what fits a list on a phone and a line of talk.
pub const PARTY_MEMBERS_MAX: usize = 8;
/// Parties at once, with those of whom nobody is on-line: some thirty megabytes.
pub const PARTIES_MAX: usize = 20_000;
/// Accounts that one account has invited into its party and that have not answered.
pub const PARTY_INVITATIONS_MAX: usize = 8;
/// The same of all accounts together: a megabyte.
pub const PARTY_INVITATIONS_OF_ALL_MAX: usize = 10_000;
/// How long an invitation by name holds, in seconds. A link holds until the leader changes it.
pub const PARTY_INVITATION_SECONDS: i64 = 900;
/// Whoever was not on-line for so many seconds is in the party no more: a week.
pub const PARTY_AWAY_SECONDS_MAX: i64 = 7 * 86_400;
/// How exactly it is kept when a member was last on-line, in seconds.
pub const PARTY_SEEN_SECONDS: i64 = 3_600;
/// How identifiers of rooms begin that players have opened. No room of the host's may begin so.
pub const OWN_ROOM_PREFIX: &str = "own-";
/// Largest configurable number of such rooms: each has two threads.
pub const OWN_ROOMS_MAX: u64 = 256;
/// Largest configurable number of seats of one: more fill a core.
pub const OWN_ROOM_SEATS_MAX: u64 = 256;
/// Longest configurable time for which one waits for players, in minutes: a day.
pub const OWN_ROOM_MINUTES_MAX: u64 = 1_440;
/// Connections that wait to be accepted while the server is busy: a burst of reconnecting clients.
pub const ACCEPT_BACKLOG: u32 = 1_024;

/// Default limit of open connections: the largest room twice over, or once with two connections per player.
pub const CONNECTIONS_DEFAULT: usize = 8_192;
/// Open connections from one address: a school behind one router, with some tabs each, or with a second connection
/// per player for input commands.
pub const CONNECTIONS_PER_ADDRESS_DEFAULT: usize = 256;
/// Share of the open connections that may be without a complete request.
pub const HALF_OPEN_DIVISOR: usize = 8;
/// Open connections from one address without a complete request: some dozen browsers that open the page at once.
pub const HALF_OPEN_PER_ADDRESS_MAX: usize = 128;
/// Largest configurable number of open connections, in total and from one address.
pub const CONNECTIONS_MAX: usize = 1_000_000;
/// How much more than a /64 a larger IPv6 network may have: a home has a /56, a company a /48.
pub const IPV6_56_FACTOR: usize = 2;
/// See [`IPV6_56_FACTOR`].
pub const IPV6_48_FACTOR: usize = 4;
/// Default for sustained new connections per second from one address.
pub const ARRIVALS_PER_SECOND_DEFAULT: u32 = 20;
/// Largest configurable value of that.
pub const ARRIVALS_PER_SECOND_MAX: u32 = 100_000;
/// Seconds' worth of new connections that may come at once: a page load needs half a dozen.
pub const ARRIVALS_BURST_SECONDS: u32 = 10;
/// Networks whose arrivals or requests are remembered. The table never grows: a new network replaces the one longest
/// unseen.
pub const BUCKET_TABLE_ENTRIES: usize = 4_096;
/// Longest configurable grace for a lost connection, in seconds: one day.
pub const GRACE_SECONDS_MAX: u32 = 86_400;
/// Longest configurable shutdown, in seconds. Service managers wait for a minute or two.
pub const DRAIN_SECONDS_MAX: u32 = 600;
/// File descriptors besides connections: listener, files, room threads.
pub const DESCRIPTORS_RESERVED: usize = 64;

/// Longest configurable age of a journal, in days.
pub const JOURNAL_DAYS_MAX: u32 = 3_650;
/// Largest configurable size of the database, in MiB: a tebibyte.
pub const DATABASE_MB_MAX: u64 = 1 << 20;
/// Data that may wait for the store while the disk is slow or cannot be written, in bytes: a minute of fifty rooms with
/// forty players each. After that rooms play on without a journal.
pub const STORE_BYTES_MAX: usize = 64 << 20;
/// Batches that may wait for the store: ten a second from fifty rooms for a minute, and as many small ones.
pub const STORE_BATCHES_MAX: usize = 65_536;

/// Memory for a store that is not on a disk, in bytes: it lets rooms go on after a panic, for which the last checkpoints
/// and some seconds of journal are enough.
pub const MEMORY_STORE_BYTES: u64 = 32 << 20;
/// How long a room's thread waits until the journal is durable, after its players were let go or after a panic.
pub const JOURNAL_TIME_MAX: Duration = Duration::from_secs(5);
/// How long the server waits at its end for rooms to be saved after all players were let go: a slow disk.
pub const SAVE_TIME_MAX: Duration = Duration::from_secs(10);
/// How long the process waits at its end for the last log lines to be written.
pub const LOG_FLUSH_TIME_MAX: Duration = Duration::from_millis(500);

const _: () = {
    assert!(JOURNAL_TIME_MAX.as_secs() < SAVE_TIME_MAX.as_secs());
    assert!(PARTY_AWAY_SECONDS_MAX > 2 * PARTY_SEEN_SECONDS);
    assert!(BUCKET_TABLE_ENTRIES.is_power_of_two());
    assert!(REQUESTS_BURST > REQUESTS_PER_SECOND);
    assert!(KEEP_ALIVE_DEFAULT.as_secs() > 60, "balancers keep connections for a minute");
    assert!(REQUEST_BUFFER_BYTES_MAX > REQUEST_HEAD_BYTES_MAX);
    // The configured value is multiplied by a network's factor.
    assert!(CONNECTIONS_MAX.checked_mul(IPV6_48_FACTOR).is_some());
    assert!(
        (ARRIVALS_PER_SECOND_MAX * ARRIVALS_BURST_SECONDS)
            .checked_mul(IPV6_48_FACTOR as u32)
            .is_some()
    );
    assert!(IPV6_48_FACTOR > IPV6_56_FACTOR);
    assert!(CONNECTIONS_PER_ADDRESS_DEFAULT * IPV6_48_FACTOR <= CONNECTIONS_DEFAULT);
};
