//! A seat as stored by a tab, from one load of the page to the next.

use driftfield_shared::protocol::Token;

use crate::format::{hex, unhex};

/// Milliseconds for which a server keeps a seat without a connection, unless its host says otherwise.
const GRACE_MS: f64 = 120_000.0;

/// A seat in a room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seat {
    /// The token that takes it back.
    pub token: Token,
    /// When the seat was last known to be held, in milliseconds since the Unix epoch.
    pub held_ms: f64,
}

impl Seat {
    /// The stored form.
    pub fn to_text(&self) -> String {
        format!("{} {}", hex(&self.token.0), self.held_ms as u64)
    }

    /// Reads the stored form; `None` if it is anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        let (token, held_ms) = text.split_once(' ')?;
        let held_ms: u64 = held_ms.parse().ok()?;
        Some(Seat { token: Token(unhex(token)?), held_ms: held_ms as f64 })
    }

    /// Whether the server probably still holds it, with its ship: then the page returns to it automatically.
    pub fn is_live(&self, now_ms: f64) -> bool {
        (0.0..GRACE_MS).contains(&(now_ms - self.held_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_read_as_it_was_stored() {
        let seat = Seat { token: Token([0xa7; 16]), held_ms: 1_796_000_000_123.0 };
        assert_eq!(Seat::from_text(&seat.to_text()), Some(seat));
        let hex = "a7".repeat(16);
        for text in ["", &hex, &format!("{hex} x"), &format!("{hex} inf"), "zz 1", "a7 1 2"] {
            assert_eq!(Seat::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_seat_is_live_as_long_as_the_server_keeps_it() {
        let seat = Seat { token: Token([1; 16]), held_ms: 1_000_000.0 };
        assert!(seat.is_live(1_000_500.0) && seat.is_live(1_119_000.0));
        assert!(!seat.is_live(1_121_000.0), "given to others long ago");
        assert!(!seat.is_live(900_000.0), "a clock that was set back tells nothing");
    }
}
