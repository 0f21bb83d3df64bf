//! Every bound of the game's protocol and rooms, each with its reason.

/// Ticks per second when nothing else is configured.
pub const TICK_HZ_DEFAULT: u16 = 30;
/// Fewest ticks per second: below this, flight feels like stepping.
pub const TICK_HZ_MIN: u16 = 10;
/// Most ticks per second: cooldowns and boost charges are counted in ticks of this at the finest.
pub const TICK_HZ_MAX: u16 = 120;

/// Bytes of the longest message a client may send: an input command takes 8, the rest is for words.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 512;
/// Bytes of the longest message a server may send: a welcome of a full room.
pub const SERVER_MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// Bytes of the longest greeting: a `Hello` with the longest name and a token takes 92.
pub const GREETING_BYTES_MAX: usize = 128;
/// Bytes of a name as it is sent.
pub const NAME_BYTES_MAX: usize = 64;
/// Characters of a name as it is shown.
pub const NAME_CHARS_MAX: usize = 20;

/// Seats of the largest room: a player is 12 bits on the wire.
pub const PLAYERS_PER_ROOM_MAX: usize = 1 << PLAYER_ID_BITS;
/// Bits of a player on the wire.
pub const PLAYER_ID_BITS: u32 = 12;
/// Entities of one kind that a client can see at once; bounds what a snapshot can make a client allocate.
pub const VISIBLE_PER_KIND_MAX: usize = 16_384;
/// Lines of the leaderboard that is sent.
pub const LEADERBOARD_LINES_MAX: usize = 10;

/// Input commands kept per client ahead of the simulation: a burst after a stall of a second survives.
pub const INPUT_BUFFER_TICKS: u32 = 64;
/// Unanswered input commands a client keeps to replay: a round trip of two seconds at the highest rate.
pub const PREDICTED_TICKS_MAX: usize = 256;
/// Bytes of a message on the path beside its own: Ethernet 14, IP 20, TCP with time stamps 32, WebSocket 2.
pub const MESSAGE_OVERHEAD_BYTES: usize = 68;
/// Ticks of past states a room keeps to write deltas against. A client that lags further gets a fresh snapshot.
pub const HISTORY_TICKS: u32 = 64;
/// Snapshots that may be unacknowledged before a client is skipped, at the least: one that arrives, and one
/// behind it, so that a squeezed path never runs dry.
pub const SNAPSHOT_WINDOW_MIN: u32 = 2;
/// Snapshots that may be unacknowledged, at the most: a round trip of half a second at 30 Hz.
pub const SNAPSHOT_WINDOW_MAX: u32 = 16;

/// Bytes of snapshots a second that a client is sent for long: half a megabit, what a poor line carries. Beyond
/// it, who is far is told of less often. With control messages a client stays under 64 KiB/s.
pub const SNAPSHOT_BYTES_PER_SECOND: u32 = 54 * 1024;
/// Bytes of snapshots that may go at once when less went before: five hundred ships that come into view.
pub const SNAPSHOT_BYTES_BURST: u32 = 8 * 1024;

/// Seconds without any message after which a connection is given up.
pub const SILENCE_SECONDS_MAX: f32 = 15.0;
/// Seconds for which a client may take no snapshot before it is told that it is too slow.
pub const STALL_SECONDS_MAX: f32 = 10.0;

/// Seconds from accepting a socket to its complete first request, and so to the answer 101.
pub const HANDSHAKE_SECONDS_MAX: f32 = 5.0;
/// Seconds a connection that is being closed may take to say goodbye; then it is cut.
pub const CLOSE_SECONDS_MAX: f32 = 1.0;

/// Bytes per second that a client may send for long, framing included: at the highest tick rate that is
/// 136 bytes a tick, several times what an input message takes.
pub const INBOUND_BYTES_PER_SECOND: u32 = 16 * 1024;
/// Bytes that may arrive at once: all that an honest client wrote while the network stood still.
pub const INBOUND_BYTES_BURST: u32 = 64 * 1024;
/// WebSocket frames per second that a client may send for long: two for each tick at the highest rate.
pub const INBOUND_FRAMES_PER_SECOND: u32 = 2 * TICK_HZ_MAX as u32;
/// Frames that may arrive at once: one a tick for as long as a connection may stall, and a second's budget.
pub const INBOUND_FRAMES_BURST: u32 =
    STALL_SECONDS_MAX as u32 * TICK_HZ_MAX as u32 + INBOUND_FRAMES_PER_SECOND;
/// Bytes that are read from one connection in one tick; what is left waits in the kernel. That is two seconds
/// of input commands at the highest tick rate.
pub const INBOUND_BYTES_PER_TICK: usize = 4 * 1024;
/// Seconds for which a client may send more than its budgets. Until then it is read at the rate of its budgets.
pub const EXCESS_SECONDS_MAX: f32 = 3.0;
/// Bytes of a connection's read buffer: it is zeroed before every read, and every client has one.
pub const READ_BUFFER_BYTES: usize = CLIENT_MESSAGE_BYTES_MAX + 64;
/// Bytes that may wait to be written to one client; more, and it is too slow. Snapshots are not handed
/// to a client that has bytes waiting, so this is a welcome and the control messages behind it.
pub const OUTBOUND_BYTES_MAX: usize = 2 * SERVER_MESSAGE_BYTES_MAX;

/// Ticks a room catches up in one go after a late wake-up; more are skipped, and counted.
pub const CATCH_UP_TICKS_MAX: u32 = 4;

/// Bytes of a world in a file: the largest room with everything in flight, many times over.
pub const WORLD_FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Entries of each table of content: an identifier takes 6 bits on the wire at the most.
pub const CONTENT_ENTRIES_MAX: usize = 64;
/// Shortest side of a sector, units: a ship needs room to turn.
pub const SECTOR_SIDE_MIN: f32 = 100.0;
/// Longest side of a sector: positions are exact on the grid up to ±32,768 units.
pub const SECTOR_SIDE_MAX: f32 = 65_536.0;
/// Highest speed of anything, units/s: the bounds of the velocity grid with room for sums.
pub const SPEED_MAX: f32 = 4_000.0;

const _: () = {
    // A client can only be behind by what it may have unacknowledged and what a tick adds.
    assert!(HISTORY_TICKS >= 2 * SNAPSHOT_WINDOW_MAX);
    assert!(SNAPSHOT_WINDOW_MIN <= SNAPSHOT_WINDOW_MAX);
    // The low 16 bits of a tick name any buffered input command without doubt.
    assert!(INPUT_BUFFER_TICKS < 1 << 15);
    assert!(NAME_BYTES_MAX + 32 < GREETING_BYTES_MAX);
    // A stall as long as a connection survives it never makes an honest client look like a flood.
    assert!(INBOUND_FRAMES_BURST as f32 >= STALL_SECONDS_MAX * TICK_HZ_MAX as f32);
    assert!(INBOUND_BYTES_BURST >= 2 * INBOUND_BYTES_PER_TICK as u32);
    assert!(
        READ_BUFFER_BYTES > CLIENT_MESSAGE_BYTES_MAX && READ_BUFFER_BYTES <= INBOUND_BYTES_PER_TICK
    );
    assert!(TICK_HZ_MIN <= TICK_HZ_DEFAULT && TICK_HZ_DEFAULT <= TICK_HZ_MAX);
};
