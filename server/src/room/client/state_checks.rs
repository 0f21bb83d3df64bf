//! State checks: finds desyncs between a client and the server's record of it, for clients that ask for it.
//!
//! ```text
//! once per second, of the snapshot just made: Held --> hash --> StateCheck, right after the snapshot
//!                                              \-> kept --> Held, if the client answers that its hash is another
//! ```
//!
//! The client reports a difference, so that the host sees it in `driftfield_desyncs_total` for every kind of client.
//! The client then has both states, and shows the differences by entity. Each check can be reported once, so no
//! client can report more than once per second.

use std::collections::VecDeque;

use driftfield_shared::limits::SERVER_MESSAGE_BYTES_MAX;
use driftfield_shared::protocol::{ServerControl, encode_server_control};
use driftfield_shared::snapshot::Held;
use driftfield_shared::units::Tick;

/// Checks whose states are kept for an answer: one per second, so this covers a round trip of three seconds.
const KEPT: usize = 3;

/// The checks of one client.
#[derive(Debug)]
pub struct StateChecks {
    /// Ticks between two checks.
    interval: u32,
    last: Tick,
    /// The newest checks that the client has not reported, in ascending order.
    kept: VecDeque<Held>,
    /// The check to be sent after the snapshot just made.
    due: Option<(Tick, u64)>,
}

impl StateChecks {
    /// For a client that joins in tick `now` of a room of `tick_hz` ticks per second.
    pub fn new(now: Tick, tick_hz: u16) -> Self {
        StateChecks { interval: tick_hz.into(), last: now, kept: VecDeque::new(), due: None }
    }

    /// Whether the snapshot of tick `now` is to be checked.
    pub fn is_due(&self, now: Tick) -> bool {
        now.since(self.last) >= self.interval
    }

    /// Records what the client will hold after the snapshot just made.
    pub fn take(&mut self, held: Held) {
        debug_assert!(self.last <= held.tick, "checks are made in ascending order of ticks");
        self.last = held.tick;
        self.due = Some((held.tick, held.hash()));
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(held);
    }

    /// The bytes of the check that is due after the snapshot just written.
    pub fn poll_check(&mut self) -> Option<Vec<u8>> {
        let (tick, hash) = self.due.take()?;
        Some(encode_server_control(&ServerControl::StateCheck { tick, hash }))
    }

    /// Handles the report that the check of `tick` found a difference. Returns the bytes of the answer; `None` if
    /// there was no such check or it was already reported.
    pub fn answer(&mut self, tick: Tick) -> Option<Vec<u8>> {
        let index = self.kept.iter().position(|held| held.tick == tick)?;
        let held = self.kept.remove(index)?;
        let bytes = encode_server_control(&ServerControl::Held(Box::new(held)));
        // A crowd of thousands in view does not fit into a message. The desync is counted nevertheless.
        Some(if bytes.len() <= SERVER_MESSAGE_BYTES_MAX { bytes } else { Vec::new() })
    }
}
