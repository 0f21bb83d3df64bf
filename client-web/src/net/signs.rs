//! Signs that the network may be back, and when one justifies an immediate attempt.

use driftfield_shared::units::Micros;
use serde::{Deserialize, Serialize};

/// A sign that the network may be back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Sign {
    /// The browser says that the network has come back or has changed.
    Network,
    /// The player is active: looks at the page again, or presses a key.
    Attention,
}

/// State of the connection when a sign comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// No connection is wanted, or an attempt would not help.
    Ended,
    /// The next attempt is scheduled.
    Waiting,
    /// An attempt has been under way since this time.
    Opening(Micros),
    /// It is open; the server was last heard at this time.
    Open(Micros),
}

/// Shortest time between two attempts after signs of the player: held keys must not hammer a server that is down.
const ATTENTION_PAUSE: Micros = 1_000_000;
/// The same for signs of the network: browsers report one change several times.
const NETWORK_PAUSE: Micros = 250_000;
/// When the network changes, an attempt or a silence of this age belongs to the old network.
const STALE: Micros = 1_500_000;

/// Attempts made because of signs so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs {
    tried: Option<Micros>,
}

impl Signs {
    /// Handles a sign. Returns whether to open a connection now.
    pub fn take(&mut self, now: Micros, sign: Sign, standing: Standing) -> bool {
        let passed = |at: Micros| now.saturating_sub(at);
        let is_worth_it = match (standing, sign) {
            (Standing::Ended, _) => false,
            (Standing::Waiting, _) => true,
            (Standing::Opening(at) | Standing::Open(at), Sign::Network) => passed(at) >= STALE,
            (Standing::Opening(_) | Standing::Open(_), Sign::Attention) => false,
        };
        let pause = match sign {
            Sign::Network => NETWORK_PAUSE,
            Sign::Attention => ATTENTION_PAUSE,
        };
        let is_due = self.tried.is_none_or(|at| passed(at) >= pause);
        if is_worth_it && is_due {
            self.tried = Some(now);
        }
        is_worth_it && is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_sign_ends_the_waiting() {
        for sign in [Sign::Network, Sign::Attention] {
            assert!(Signs::default().take(0, sign, Standing::Waiting));
        }
    }

    #[test]
    fn a_held_key_does_not_hammer_the_server() {
        let mut signs = Signs::default();
        let tries = (0..100_u64)
            .filter(|step| signs.take(step * 33_000, Sign::Attention, Standing::Waiting))
            .count();
        assert_eq!(tries, 4, "one each second of 3.3");
    }

    #[test]
    fn a_changed_network_ends_what_hangs_on_the_old_one_and_nothing_else() {
        let now = 60_000_000;
        for (standing, is_tried) in [
            (Standing::Opening(now - 200_000), false),
            (Standing::Opening(now - 3_000_000), true),
            (Standing::Open(now - 40_000), false),
            (Standing::Open(now - 2_000_000), true),
            (Standing::Ended, false),
        ] {
            assert_eq!(
                Signs::default().take(now, Sign::Network, standing),
                is_tried,
                "{standing:?}"
            );
            assert!(!Signs::default().take(now, Sign::Attention, standing), "{standing:?}");
        }
    }
}
