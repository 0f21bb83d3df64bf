//! Every bound of the game's protocol and rooms, each with its reason.

/// Ticks per second when nothing else is configured.
pub const TICK_HZ_DEFAULT: u16 = 30;
/// Fewest ticks per second: below this, flight looks jerky.
pub const TICK_HZ_MIN: u16 = 10;
/// Most ticks per second: cooldowns and boost charges are counted in ticks, and their counters have room for this
/// rate.
pub const TICK_HZ_MAX: u16 = 120;

/// Longest client message in bytes: an input command takes 8, the rest is for text.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 1_024;
/// Longest server message in bytes: the welcome of a full room.
pub const SERVER_MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// Longest greeting in bytes: a `Hello` with the longest name and a token takes 92.
pub const GREETING_BYTES_MAX: usize = 128;
/// Longest name on the wire, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest name on the screen, in characters.
pub const NAME_CHARS_MAX: usize = 20;

/// Longest line of chat, in characters as people count them: grapheme clusters.
pub const LINE_GRAPHEMES_MAX: usize = 200;
/// Longest line of chat in bytes: of most writings the characters come to less.
pub const LINE_BYTES_MAX: usize = 700;
/// Longest settings of a page in bytes, as its account keeps them: every action with a key of its own, which is 15 of at most 40
/// bytes, and as much again for what else is set.
pub const SETTINGS_BYTES_MAX: usize = 960;
/// Lines of a history in one answer.
pub const HISTORY_LINES_MAX: u32 = 50;

/// Seats of the largest room: a player is 12 bits on the wire.
pub const PLAYERS_PER_ROOM_MAX: usize = 1 << PLAYER_ID_BITS;
/// Bits of a player on the wire.
pub const PLAYER_ID_BITS: u32 = 12;
/// Most entities of one kind that a client can see at once. It bounds the memory that a snapshot can make a client
/// allocate.
pub const VISIBLE_PER_KIND_MAX: usize = 16_384;
/// Most lines of the leaderboard.
pub const LEADERBOARD_LINES_MAX: usize = 10;

/// Input commands buffered per client ahead of the simulation, as seconds and ticks on top: a burst after a stall
/// survives.
pub const INPUT_BUFFER_SECONDS: u32 = 2;
/// See [`INPUT_BUFFER_SECONDS`].
pub const INPUT_BUFFER_EXTRA_TICKS: u32 = 4;

/// Input commands buffered per client in a room of `tick_hz` ticks per second: 64 at 30 Hz.
pub const fn input_buffer_ticks(tick_hz: u16) -> u32 {
    INPUT_BUFFER_SECONDS * tick_hz as u32 + INPUT_BUFFER_EXTRA_TICKS
}

/// Unacknowledged input commands that a client keeps to replay: a round trip of two seconds at the highest rate.
pub const PREDICTED_TICKS_MAX: usize = 256;
/// Overhead of a message on the path in bytes: Ethernet 14, IP 20, TCP with timestamps 32, WebSocket 2.
pub const MESSAGE_OVERHEAD_BYTES: usize = 68;
/// The same of a message that is written in one call with the one before it: WebSocket alone.
pub const MESSAGE_BEHIND_OVERHEAD_BYTES: usize = 4;
/// Past states that a room keeps as baselines: as many seconds, with ticks on top. A client that lags further gets a
/// full snapshot.
pub const HISTORY_SECONDS: u32 = 2;
/// See [`HISTORY_SECONDS`].
pub const HISTORY_EXTRA_TICKS: u32 = 4;
/// Fewest of them: in a crowd a ship waits for its turn up to 32 ticks, however long a tick is.
pub const HISTORY_TICKS_MIN: u32 = 64;
/// Most of them.
pub const HISTORY_TICKS_MAX: u32 = history_ticks(TICK_HZ_MAX);

/// Ticks of past states in a room of `tick_hz` ticks per second: 64 at 30 Hz.
pub const fn history_ticks(tick_hz: u16) -> u32 {
    let ticks = HISTORY_SECONDS * tick_hz as u32 + HISTORY_EXTRA_TICKS;
    if ticks < HISTORY_TICKS_MIN { HISTORY_TICKS_MIN } else { ticks }
}

/// Smallest window of unacknowledged snapshots: one that arrives, and one behind it, so that a narrow path is never
/// idle.
pub const SNAPSHOT_WINDOW_MIN: u32 = 2;

/// Largest window of unacknowledged snapshots in a room of `tick_hz` ticks per second: a round trip of half a second,
/// and one snapshot for the phase between the two clocks. It is 16 at 30 Hz.
pub const fn snapshot_window_max(tick_hz: u16) -> u32 {
    tick_hz as u32 / 2 + 1
}

/// Sustained bytes of snapshots per second and client: half a megabit, which a poor line carries. Beyond it, far
/// ships are updated less often. With control messages a client stays under 64 KiB/s.
pub const SNAPSHOT_BYTES_PER_SECOND: u32 = 54 * 1024;
/// Bytes of snapshots that may be sent at once after less was sent before: five hundred ships that come into view.
pub const SNAPSHOT_BYTES_BURST: u32 = 8 * 1024;

/// Seconds without any message after which a connection is closed.
pub const SILENCE_SECONDS_MAX: f32 = 15.0;
/// Seconds for which a client may read no snapshot before it is closed as too slow.
pub const STALL_SECONDS_MAX: f32 = 10.0;

/// Seconds from accepting a socket to its complete first request.
pub const HANDSHAKE_SECONDS_MAX: f32 = 5.0;
/// Seconds that the closing handshake of a connection may take; then it is cut.
pub const CLOSE_SECONDS_MAX: f32 = 1.0;

/// Sustained bytes per second that a client may send, framing included: 136 bytes per tick at the highest tick rate,
/// several times the size of an input message.
pub const INBOUND_BYTES_PER_SECOND: u32 = 16 * 1024;
/// Bytes that may arrive at once: everything that an honest client wrote while the network stalled.
pub const INBOUND_BYTES_BURST: u32 = 64 * 1024;
/// Sustained WebSocket frames per second that a client may send: two per tick at the highest rate.
pub const INBOUND_FRAMES_PER_SECOND: u32 = 2 * TICK_HZ_MAX as u32;
/// Frames that may arrive at once: one per tick for as long as a connection may stall, plus a second's budget.
pub const INBOUND_FRAMES_BURST: u32 =
    STALL_SECONDS_MAX as u32 * TICK_HZ_MAX as u32 + INBOUND_FRAMES_PER_SECOND;
/// Bytes read from one connection in one tick; the rest waits in the kernel. That is two seconds of input commands at
/// the highest tick rate.
pub const INBOUND_BYTES_PER_TICK: usize = 4 * 1024;
/// Seconds for which a client may exceed its budgets. Until then it is read at the rate of its budgets.
pub const EXCESS_SECONDS_MAX: f32 = 3.0;
/// Size of a read buffer in bytes.
pub const READ_BUFFER_BYTES: usize = CLIENT_MESSAGE_BYTES_MAX + 64;
/// Bytes that may wait to be written to one client; with more it is too slow. A client with waiting bytes gets no
/// snapshots, so this is a welcome and the control messages after it.
pub const OUTBOUND_BYTES_MAX: usize = 2 * SERVER_MESSAGE_BYTES_MAX;

/// Topics that a connection can subscribe to: a subscription's handle is 6 bits on the wire.
pub const SUBSCRIPTIONS_MAX: usize = 64;
/// Longest name of a topic in bytes.
pub const TOPIC_NAME_BYTES_MAX: usize = 64;
/// Longest key of a board in bytes: an identifier or a short name.
pub const TOPIC_KEY_BYTES_MAX: usize = 64;
/// Updates of a board in a second and subscription: prices and ranks need no more, and the changes of a tenth of a second
/// share what every update costs. Entries of a feed do not wait.
pub const BOARD_UPDATES_PER_SECOND: u32 = 10;
/// Longest value of a board, and longest entry of a feed, in bytes: a line of chat with its sender.
pub const TOPIC_VALUE_BYTES_MAX: usize = 1_024;
/// Bytes of changes in one topic update, so that it fits a TCP segment. A longer answer is several updates.
pub const TOPIC_UPDATE_BYTES_MAX: usize = 1_200;
/// Sustained bytes of topics per second and client, if nothing else is configured: a roster of 500 in a second.
pub const TOPIC_BYTES_PER_SECOND: u32 = 8 * 1024;
/// Least configurable value of that: one change at a time, and a roster of the largest room in some minutes.
pub const TOPIC_BYTES_PER_SECOND_MIN: u32 = 256;
/// Largest configurable value of that: a room's snapshots take less.
pub const TOPIC_BYTES_PER_SECOND_MAX: u32 = 1024 * 1024;
/// Bytes of topics that may be sent in a short time after less was sent before: the roster of the largest room in some
/// seconds.
pub const TOPIC_BYTES_BURST: u32 = 16 * 1024;
/// Bytes of topics that may be sent at once: they delay the next snapshot by 20 ms at 1 Mbit/s.
pub const TOPIC_BYTES_PER_ROUND: usize = 2 * TOPIC_UPDATE_BYTES_MAX;
/// Most keys of a board: the roster of the largest room. A full board gives up the key that was not changed for the
/// longest time.
pub const BOARD_KEYS_MAX: usize = PLAYERS_PER_ROOM_MAX;
/// Removed keys that a board remembers. A subscriber that missed more removals gets the whole board again.
pub const BOARD_TOMBSTONES_MAX: usize = 256;
/// Entries that a feed remembers. A subscriber that missed more is told how many.
pub const FEED_ENTRIES_MAX: usize = 256;

/// Requests that a client may have sent without an answer. It keeps them to send them again over a new connection.
pub const REQUESTS_OUTSTANDING_MAX: usize = 16;
/// Replies that a server remembers for each seat, so that a request that is sent again has its effect once.
pub const REPLIES_KEPT: usize = 32;

/// Most ticks that a room catches up at once after a late wake-up. Further ticks are skipped, and counted.
pub const CATCH_UP_TICKS_MAX: u32 = 4;

/// Most slots for entities of one kind in a world file, used and free. It bounds the memory that a file can make a server
/// allocate; a full room has less than a tenth.
pub const SLOTS_PER_KIND_MAX: usize = 1 << 20;
/// Largest world file in bytes: many times the largest room with everything in flight.
pub const WORLD_FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Largest content in bytes, as clients get it: many times what this program comes with.
pub const CONTENT_BYTES_MAX: usize = 128 * 1024;
/// Messages that a client holds back while it waits for content: those that may be unacknowledged at the highest tick rate,
/// and as many control messages.
pub const HELD_BACK_MESSAGES_MAX: usize = 256;
/// Most entries of a table of content: an identifier takes at most 6 bits on the wire.
pub const CONTENT_ENTRIES_MAX: usize = 64;
/// Most shots of one firing: each is an entity of its own.
pub const PELLETS_MAX: u8 = 8;
/// Most walls of a sector: a maze.
pub const WALLS_PER_SECTOR_MAX: usize = 256;
/// Most straight pieces of all walls of a sector. A client builds its table of them when it takes the content.
pub const WALL_PIECES_PER_SECTOR_MAX: usize = 2_048;
/// Most corners of a wall's line.
pub const WALL_CORNERS_MAX: usize = 256;
/// Longest straight piece of a wall in units: places beside a longer one would be off by more than a step of the grid.
pub const WALL_PIECE_UNITS_MAX: f32 = 8_192.0;
/// Most gates of a sector: each ship looks at all of them in each tick.
pub const GATES_PER_SECTOR_MAX: usize = 32;
/// Shortest way in units that a ship saves by a gate. It is further than anything moves in a tick.
pub const GATE_JUMP_UNITS_MIN: f32 = 500.0;
/// Most whole asteroids that the fields and lone rocks of a sector keep.
pub const SECTOR_ASTEROIDS_MAX: usize = 2_000;
/// Shortest side of a sector in units: a ship needs room to turn.
pub const SECTOR_SIDE_MIN: f32 = 100.0;
/// Longest side of a sector in units: positions are exact on the grid up to ±32,768 units.
pub const SECTOR_SIDE_MAX: f32 = 65_536.0;
/// Highest speed of anything in units/s: the bound of the velocity grid, with room for sums.
pub const SPEED_MAX: f32 = 4_000.0;

const _: () = {
    // A client can be behind by its unacknowledged snapshots and by what one tick adds.
    assert!(HISTORY_TICKS_MIN >= 2 * snapshot_window_max(TICK_HZ_DEFAULT));
    assert!(HISTORY_TICKS_MAX >= 2 * snapshot_window_max(TICK_HZ_MAX));
    // The wait of a ship is counted in a byte.
    assert!(HISTORY_TICKS_MAX <= 1 << 8);
    assert!(SNAPSHOT_WINDOW_MIN <= snapshot_window_max(TICK_HZ_MIN));
    // The low 16 bits of a tick identify any buffered input command.
    assert!(input_buffer_ticks(TICK_HZ_MAX) < 1 << 15);
    // Beside the name: a hash, two secrets of 16 bytes, and their marks.
    assert!(NAME_BYTES_MAX + 48 < GREETING_BYTES_MAX);
    // Beside the text of a line: its lane, three numbers and their marks.
    assert!(LINE_BYTES_MAX + 64 < CLIENT_MESSAGE_BYTES_MAX);
    // Settings are a message of their own: beside their text, its kind, two variants, a number, a nonce and a length.
    assert!(SETTINGS_BYTES_MAX + 1 + 2 + 5 + 9 + 3 < CLIENT_MESSAGE_BYTES_MAX);
    // A line of chat is an entry of a feed: beside its text, two names and sixteen masks.
    assert!(LINE_BYTES_MAX + 2 * NAME_BYTES_MAX + 16 * 6 + 64 <= TOPIC_VALUE_BYTES_MAX);
    // A stall that a connection survives never makes an honest client look like a flood.
    assert!(INBOUND_FRAMES_BURST as f32 >= STALL_SECONDS_MAX * TICK_HZ_MAX as f32);
    // Content is decoded as messages are.
    assert!(CONTENT_BYTES_MAX <= SERVER_MESSAGE_BYTES_MAX);
    assert!(HELD_BACK_MESSAGES_MAX >= 2 * snapshot_window_max(TICK_HZ_MAX) as usize);
    // Whatever an honest client sends again is still known.
    assert!(REPLIES_KEPT >= REQUESTS_OUTSTANDING_MAX);
    // The longest change of a board fits an update, with its two lengths.
    assert!(TOPIC_KEY_BYTES_MAX + TOPIC_VALUE_BYTES_MAX + 4 <= TOPIC_UPDATE_BYTES_MAX);
    assert!(INBOUND_BYTES_BURST >= 2 * INBOUND_BYTES_PER_TICK as u32);
    assert!(
        READ_BUFFER_BYTES > CLIENT_MESSAGE_BYTES_MAX && READ_BUFFER_BYTES <= INBOUND_BYTES_PER_TICK
    );
    // The deposits of a sector, which are its fields and lone rocks, have identifiers of 8 bits.
    assert!(2 * CONTENT_ENTRIES_MAX <= 1 << 8);
    // A passage through a gate cannot be mistaken for flight.
    assert!(SPEED_MAX / (TICK_HZ_MIN as f32) < GATE_JUMP_UNITS_MIN);
    assert!(TICK_HZ_MIN <= TICK_HZ_DEFAULT && TICK_HZ_DEFAULT <= TICK_HZ_MAX);
};
