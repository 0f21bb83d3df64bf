//! How far a client's word about its view is believed.
//!
//! A client says with each command how far in the past it shows others. Whoever claims more could shoot at
//! where targets were long ago. The acknowledgements on the same commands say what the client can have seen
//! at all: a command for tick T with an acknowledgement of A was given while others were shown at A less the
//! interpolation delay. So a claim beyond the oldest acknowledgement of the last seconds and what an
//! honest delay adds is cut down to that, and the mode's cap bounds it anyway.

use driftfield_shared::units::{Tick, ViewLag};

/// Commands over which the oldest acknowledgement is sought, and then once more.
const WINDOW_COMMANDS: u32 = 60;
/// Ticks by which an honest view lies behind the newest snapshot: one to interpolate in, one until the next
/// snapshot comes, and a half for the rounding of both.
const DELAY_TICKS: f64 = 2.5;

/// Bounds the claims of one client.
#[derive(Clone, Debug, Default)]
pub struct ViewLagBound {
    /// The newest acknowledgement: who has seen a snapshot cannot have seen less later.
    seen: Tick,
    commands: u32,
    /// Most ticks from an acknowledged snapshot to its command, of the window that runs and the one before.
    ahead: u32,
    ahead_before: u32,
}

impl ViewLagBound {
    /// What is believed of a `claim` that came with a command for `tick` and an acknowledgement of `ack`.
    pub fn admit(&mut self, tick: Tick, ack: Tick, claim: ViewLag) -> ViewLag {
        if self.commands == WINDOW_COMMANDS {
            self.commands = 0;
            self.ahead_before = std::mem::take(&mut self.ahead);
        }
        self.commands += 1;
        self.seen = self.seen.max(ack);
        self.ahead = self.ahead.max(tick.since(self.seen));
        let ahead = self.ahead.max(self.ahead_before);
        claim.min(ViewLag::from_ticks(f64::from(ahead) + DELAY_TICKS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_honest_claim_is_believed() {
        let mut bound = ViewLagBound::default();
        for tick in 10..200 {
            // Three ticks ahead of its snapshots, which now and then are a tick late.
            let ack = tick - 3 - u32::from(tick % 7 == 0);
            let claim = ViewLag::from_ticks(5.3);
            assert_eq!(bound.admit(Tick(tick), Tick(ack), claim), claim);
        }
    }

    #[test]
    fn a_forged_claim_gains_nothing() {
        let mut bound = ViewLagBound::default();
        for tick in 10..200 {
            let believed = bound.admit(Tick(tick), Tick(tick - 2), ViewLag(u8::MAX));
            assert_eq!(believed, ViewLag::from_ticks(4.5));
        }
    }

    #[test]
    fn an_acknowledgement_that_goes_back_gains_nothing_either() {
        let mut bound = ViewLagBound::default();
        for tick in 51..200 {
            let ack = if tick % 10 == 0 { tick - 40 } else { tick - 2 };
            let believed = bound.admit(Tick(tick), Tick(ack), ViewLag(u8::MAX));
            // Three ticks at the most have passed since the newest acknowledgement that was ever given.
            assert!(believed <= ViewLag::from_ticks(5.5), "{tick}: {believed:?}");
        }
    }

    #[test]
    fn one_bad_moment_is_forgotten_after_two_windows() {
        let mut bound = ViewLagBound::default();
        bound.admit(Tick(100), Tick(80), ViewLag(0));
        for tick in 101..101 + 2 * WINDOW_COMMANDS {
            bound.admit(Tick(tick), Tick(tick - 1), ViewLag(0));
        }
        assert_eq!(bound.admit(Tick(300), Tick(299), ViewLag(200)), ViewLag::from_ticks(3.5));
    }
}
