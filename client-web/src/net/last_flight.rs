//! The last flight of this browser, stored for all its tabs: a tab that is opened after another one was closed, or after the
//! browser crashed, goes back into the ship.

use super::Seat;

/// Milliseconds after which a tab that has not noted its flight again does not fly any more. A tab notes it every five seconds.
const SILENT_MS: f64 = 8_000.0;

/// The last flight.
#[derive(Clone, Debug, PartialEq)]
pub struct LastFlight {
    /// The room.
    pub room: String,
    /// The seat there.
    pub seat: Seat,
    /// Whether the tab was still open when it noted the flight.
    pub is_open: bool,
}

impl LastFlight {
    /// The stored form.
    pub fn to_text(&self) -> String {
        let state = if self.is_open { "open" } else { "closed" };
        format!("{state} {} {}", self.seat.to_text(), self.room)
    }

    /// Reads the stored form; `None` if it is anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        let (state, rest) = text.split_once(' ')?;
        let is_open = match state {
            "open" => true,
            "closed" => false,
            _ => return None,
        };
        // The room stands last: nothing that it contains can be taken for something else.
        let mut parts = rest.splitn(3, ' ');
        let (token, held_ms, room) = (parts.next()?, parts.next()?, parts.next()?);
        let seat = Seat::from_text(&format!("{token} {held_ms}"))?;
        Some(LastFlight { room: room.to_owned(), seat, is_open })
    }

    /// Whether a new tab should go on with it by itself: the server most likely still holds the ship, and no other tab flies
    /// it.
    pub fn is_free(&self, now_ms: f64) -> bool {
        let is_flown = self.is_open && now_ms - self.seat.held_ms < SILENT_MS;
        self.seat.is_live(now_ms) && !is_flown
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::Token;

    use super::*;

    fn flight(is_open: bool) -> LastFlight {
        let seat = Seat { token: Token([0x5c; 16]), held_ms: 1_000_000.0 };
        LastFlight { room: "a room".to_owned(), seat, is_open }
    }

    #[test]
    fn a_flight_is_read_as_it_was_stored() {
        for is_open in [true, false] {
            let flight = flight(is_open);
            assert_eq!(LastFlight::from_text(&flight.to_text()), Some(flight));
        }
        let token = "5c".repeat(16);
        for text in ["", "open", "open x 1 room", &format!("ajar {token} 1 room"), &token] {
            assert_eq!(LastFlight::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_tab_that_was_closed_frees_its_ship_at_once_and_one_that_crashed_after_a_while() {
        assert!(flight(false).is_free(1_000_100.0));
        assert!(!flight(true).is_free(1_005_100.0), "it is flown in another tab");
        assert!(flight(true).is_free(1_009_000.0), "that tab is silent");
        assert!(!flight(false).is_free(1_121_000.0), "the server has given the seat to others");
    }
}
