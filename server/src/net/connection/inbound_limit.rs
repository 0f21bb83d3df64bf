//! Limits what one peer may send, and how much of it is read per tick.
//!
//! ```text
//! within the budgets -> read as it comes
//! beyond             -> read at the rate of the budgets; the rest waits in the kernel, which stops the peer
//! beyond for seconds -> a violation
//! ```
//!
//! So a flood costs no more than a busy client, and the start of its next connection costs no more than a second's
//! budget: a burst is only allowed to a peer that was connected long enough to have saved it up.

use std::time::{Duration, Instant};

use driftfield_shared::limits::{
    EXCESS_SECONDS_MAX, INBOUND_BYTES_BURST, INBOUND_BYTES_PER_SECOND, INBOUND_BYTES_PER_TICK,
    INBOUND_FRAMES_BURST, INBOUND_FRAMES_PER_SECOND, TICK_HZ_MIN,
};
use thiserror::Error;

use crate::net::budget::Tokens;

/// The peer exceeded the budgets for longer than a burst.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("more than the budgets for longer than a burst")]
pub(super) struct Excess;

/// The limits of one peer, and how far it has used them.
#[derive(Debug)]
pub(super) struct InboundLimit {
    bytes: Tokens,
    frames: Tokens,
    now: Option<Instant>,
    /// Whether the budgets limit this tick's reading.
    is_held_back: bool,
    /// Whether everything that the peer sent was read in this tick.
    is_emptied: bool,
    /// How long the budgets have been exceeded without a break.
    excess: Duration,
}

impl InboundLimit {
    pub(super) fn new() -> Self {
        Self {
            bytes: Tokens::of_a_second(INBOUND_BYTES_PER_SECOND, INBOUND_BYTES_BURST),
            frames: Tokens::of_a_second(INBOUND_FRAMES_PER_SECOND, INBOUND_FRAMES_BURST),
            now: None,
            is_held_back: false,
            is_emptied: false,
            excess: Duration::ZERO,
        }
    }

    /// Starts a tick: budgets accrue. Returns the bytes that may be read in it. They are so few that neither budget
    /// is overdrawn, even if they are the shortest frames possible.
    pub(super) fn begin_tick(&mut self, now: Instant) -> usize {
        let since = self.now.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        if self.is_emptied {
            self.excess = Duration::ZERO;
        } else if self.is_held_back {
            // A pause of this machine is not the peer's fault.
            self.excess += since.min(TICK_MAX);
        }
        self.now = Some(now);
        self.is_emptied = false;
        let seconds = since.as_secs_f64();
        self.bytes.accrue(seconds);
        self.frames.accrue(seconds);
        let budget = self.bytes.left().min(self.frames.left() * FRAME_BYTES_MIN) as usize;
        self.is_held_back = budget < INBOUND_BYTES_PER_TICK;
        budget.min(INBOUND_BYTES_PER_TICK)
    }

    /// Whether the peer is within its limits.
    pub(super) fn check(&self) -> Result<(), Excess> {
        if self.excess > Duration::from_secs_f32(EXCESS_SECONDS_MAX) {
            return Err(Excess);
        }
        Ok(())
    }

    /// Notes that the peer has sent nothing more.
    pub(super) fn note_emptied(&mut self) {
        self.is_emptied = true;
    }

    /// Subtracts what was read from the budgets: bytes, and the frames that begin in them.
    pub(super) fn spend(&mut self, frames: u32, bytes: usize) {
        self.frames.take_what_is_there(frames);
        self.bytes.take_what_is_there(bytes as u32);
    }
}

/// The longest tick, in a room of [`TICK_HZ_MIN`].
const TICK_MAX: Duration = Duration::from_millis(1_000 / TICK_HZ_MIN as u64);

/// Length of the shortest client frame: two bytes of header, four of masking key (RFC 6455, section 5.2).
const FRAME_BYTES_MIN: u32 = 6;

#[cfg(test)]
mod tests {
    use driftfield_shared::limits::{STALL_SECONDS_MAX, TICK_HZ_MAX};

    use super::*;

    const TICK: Duration = Duration::from_millis(33);
    /// An empty final binary frame, masked: the shortest there is.
    const SHORTEST: [u8; 6] = [0x82, 0x80, 0, 0, 0, 0];
    /// One with as many bytes as an input command has.
    const INPUT: [u8; 14] = [0x82, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// A peer whose kernel holds what it has not been allowed to send.
    struct Peer {
        limit: InboundLimit,
        now: Instant,
        waiting: Vec<u8>,
        bytes_read: usize,
        frames_read: usize,
    }

    impl Peer {
        fn new() -> Self {
            Peer {
                limit: InboundLimit::new(),
                now: Instant::now(),
                waiting: Vec::new(),
                bytes_read: 0,
                frames_read: 0,
            }
        }

        /// One tick, in which so many frames come.
        fn tick(&mut self, frame: &[u8], count: usize) -> Result<(), Excess> {
            self.now += TICK;
            self.waiting.extend(frame.repeat(count));
            let readable = self.limit.begin_tick(self.now);
            self.limit.check()?;
            let bytes = readable.min(self.waiting.len());
            self.waiting.drain(..bytes);
            self.bytes_read += bytes;
            let frames = self.bytes_read / frame.len() - self.frames_read;
            self.frames_read += frames;
            self.limit.spend(frames as u32, bytes);
            if bytes < readable {
                self.limit.note_emptied();
            }
            Ok(())
        }
    }

    #[test]
    fn a_flood_is_read_at_the_rate_of_the_budget_and_then_cut() {
        let mut peer = Peer::new();
        let ticks = (0..).take_while(|_| peer.tick(&SHORTEST, 1_000).is_ok()).count();
        let seconds = ticks as f32 * TICK.as_secs_f32();
        assert!((EXCESS_SECONDS_MAX..EXCESS_SECONDS_MAX + 0.5).contains(&seconds), "{seconds} s");
        let allowed = (1.0 + seconds) * INBOUND_FRAMES_PER_SECOND as f32;
        assert!(peer.frames_read as f32 <= allowed, "{} frames read", peer.frames_read);
        assert!(peer.frames_read as f32 > allowed * 0.9, "{} frames read", peer.frames_read);
    }

    #[test]
    fn a_little_more_than_the_budget_is_cut_when_it_has_used_up_what_it_saved() {
        let mut peer = Peer::new();
        let per_tick = (INBOUND_FRAMES_PER_SECOND as f32 * TICK.as_secs_f32() * 1.5) as usize;
        let ticks = (0..3_000).take_while(|_| peer.tick(&INPUT, per_tick).is_ok()).count();
        let seconds = ticks as f32 * TICK.as_secs_f32();
        assert!((5.0..12.0).contains(&seconds), "{seconds} s");
    }

    #[test]
    fn what_an_honest_client_wrote_in_a_stall_is_read_at_once_and_forgiven() {
        // Ten seconds of play, then as long a stall as a connection survives.
        let mut peer = Peer::new();
        let per_tick = (f32::from(TICK_HZ_MAX) * TICK.as_secs_f32()).ceil() as usize;
        let stall = (STALL_SECONDS_MAX / TICK.as_secs_f32()) as usize;
        for _ in 0..300 {
            assert_eq!(peer.tick(&INPUT, per_tick), Ok(()));
        }
        for _ in 0..stall {
            assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        }
        let missed = (STALL_SECONDS_MAX * f32::from(TICK_HZ_MAX)) as usize;
        assert_eq!(peer.tick(&INPUT, missed), Ok(()));
        let bytes_missed = missed * INPUT.len();
        for _ in 0..bytes_missed / INBOUND_BYTES_PER_TICK + 1 {
            assert_eq!(peer.tick(&INPUT, per_tick), Ok(()));
        }
        assert!(peer.waiting.is_empty(), "{} bytes wait", peer.waiting.len());
        for _ in 0..300 {
            assert_eq!(peer.tick(&INPUT, per_tick), Ok(()));
        }
    }

    #[test]
    fn a_stall_right_after_the_join_is_forgiven_too() {
        let mut peer = Peer::new();
        for _ in 0..90 {
            assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        }
        assert_eq!(peer.tick(&INPUT, 3 * usize::from(TICK_HZ_MAX)), Ok(()));
        assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        assert_eq!(peer.tick(&INPUT, 0), Ok(()));
        assert!(peer.waiting.is_empty(), "{} bytes wait", peer.waiting.len());
    }

    #[test]
    fn that_the_server_stood_still_is_no_excess_of_the_peer() {
        let mut peer = Peer::new();
        for _ in 0..3 {
            assert_eq!(peer.tick(&SHORTEST, 400), Ok(()));
        }
        assert!(!peer.waiting.is_empty(), "it is held back");
        peer.now += Duration::from_secs(20);
        assert_eq!(peer.tick(&SHORTEST, 0), Ok(()));
    }
}
