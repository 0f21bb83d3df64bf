//! Limits a client's claim about how far in the past it shows other ships.
//!
//! A client claims with each command how far in the past it shows others. A client that claims too much could shoot
//! at where targets were long ago. The acknowledgements on the same commands show what the client can have seen at
//! all: a command for tick T with an acknowledgement of A was given while others were shown at A minus the
//! interpolation delay. So a claim is limited to the oldest acknowledgement of the last seconds plus an honest delay.
//! The mode's limit applies in any case.
//!
//! The tick of a command is the client's claim, too. It is accepted only as far ahead of its arrival as an honest
//! clock gives commands early. A command for a tick in the far future says nothing about the past.

use driftfield_shared::units::{Tick, ViewLag};

/// Seconds of commands in a window for the oldest acknowledgement; the previous window also counts.
const WINDOW_SECONDS: u32 = 2;
/// Ticks by which an honest view is behind the newest snapshot: one to interpolate, one until the next snapshot
/// comes, and half a tick for the rounding of both.
const DELAY_TICKS: f64 = 2.5;
/// The same in seconds, for short ticks: stutter of snapshots is a matter of time, not of ticks.
const DELAY_SECONDS: f64 = DELAY_TICKS / 30.0;
/// Most by which an honest command comes early, in seconds with ticks on top: the lead for jitter.
const EARLY_SECONDS: f64 = 0.1;
const EARLY_TICKS: u32 = 2;

/// Limits the claims of one client.
#[derive(Clone, Debug)]
pub struct ViewLagBound {
    window: u32,
    delay: f64,
    early_max: u32,
    /// The newest acknowledgement: a client that has seen a snapshot cannot have seen less later.
    seen: Tick,
    commands: u32,
    /// Most ticks from an acknowledged snapshot to its command, in the current window and the one before.
    ahead: u32,
    ahead_before: u32,
}

impl ViewLagBound {
    /// For a room of `tick_hz` ticks a second.
    pub fn new(tick_hz: u16) -> Self {
        let hz = f64::from(tick_hz);
        ViewLagBound {
            window: WINDOW_SECONDS * u32::from(tick_hz),
            delay: DELAY_TICKS.max(DELAY_SECONDS * hz),
            early_max: (EARLY_SECONDS * hz).ceil() as u32 + EARLY_TICKS,
            seen: Tick(0),
            commands: 0,
            ahead: 0,
            ahead_before: 0,
        }
    }

    /// The accepted part of a `claim` in a command for `tick` with an acknowledgement of `ack`, when the next tick to
    /// be simulated was `arrived`.
    pub fn admit(&mut self, arrived: Tick, tick: Tick, ack: Tick, claim: ViewLag) -> ViewLag {
        debug_assert!(ack < arrived, "only sent snapshots are acknowledged");
        if self.commands == self.window {
            self.commands = 0;
            self.ahead_before = std::mem::take(&mut self.ahead);
        }
        self.commands += 1;
        self.seen = self.seen.max(ack);
        let tick = tick.min(arrived.plus(self.early_max));
        self.ahead = self.ahead.max(tick.since(self.seen));
        let ahead = self.ahead.max(self.ahead_before);
        claim.min(ViewLag::from_ticks(f64::from(ahead) + self.delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HZ: u16 = 30;

    /// What is believed of a command that came in its own tick.
    fn admit(bound: &mut ViewLagBound, tick: u32, ack: u32, claim: ViewLag) -> ViewLag {
        bound.admit(Tick(tick), Tick(tick), Tick(ack), claim)
    }

    #[test]
    fn an_honest_claim_is_believed() {
        let mut bound = ViewLagBound::new(HZ);
        for tick in 10..200 {
            // Three ticks ahead of its snapshots, which now and then are a tick late.
            let ack = tick - 3 - u32::from(tick % 7 == 0);
            let claim = ViewLag::from_ticks(5.3);
            assert_eq!(admit(&mut bound, tick, ack, claim), claim);
        }
    }

    #[test]
    fn a_forged_claim_gains_nothing() {
        let mut bound = ViewLagBound::new(HZ);
        for tick in 10..200 {
            let believed = admit(&mut bound, tick, tick - 2, ViewLag(u8::MAX));
            assert_eq!(believed, ViewLag::from_ticks(4.5));
        }
    }

    #[test]
    fn a_command_for_a_far_tick_makes_no_claim_believable() {
        for tick_hz in [10, 20, 30, 60, 120] {
            let mut bound = ViewLagBound::new(tick_hz);
            let most = f64::from(tick_hz) * (EARLY_SECONDS + DELAY_SECONDS) + 8.0;
            for tick in 300..600_u32 {
                let named = if tick % 50 == 0 { tick + 200 } else { tick };
                let (arrived, ack) = (Tick(tick), Tick(tick - 2));
                let believed = bound.admit(arrived, Tick(named), ack, ViewLag(u8::MAX));
                assert!(believed <= ViewLag::from_ticks(most), "{tick_hz} Hz: {believed:?}");
            }
        }
    }

    #[test]
    fn an_acknowledgement_that_goes_back_gains_nothing_either() {
        let mut bound = ViewLagBound::new(HZ);
        for tick in 51..200 {
            let ack = if tick % 10 == 0 { tick - 40 } else { tick - 2 };
            let believed = admit(&mut bound, tick, ack, ViewLag(u8::MAX));
            // Three ticks at the most have passed since the newest acknowledgement that was ever given.
            assert!(believed <= ViewLag::from_ticks(5.5), "{tick}: {believed:?}");
        }
    }

    #[test]
    fn one_bad_moment_is_forgotten_after_two_windows() {
        let mut bound = ViewLagBound::new(HZ);
        admit(&mut bound, 100, 80, ViewLag(0));
        for tick in 101..101 + 2 * WINDOW_SECONDS * u32::from(HZ) {
            admit(&mut bound, tick, tick - 1, ViewLag(0));
        }
        assert_eq!(admit(&mut bound, 300, 299, ViewLag(200)), ViewLag::from_ticks(3.5));
    }
}
