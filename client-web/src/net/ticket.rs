//! A ticket for an account, and how long it is good.

use driftfield_shared::protocol::AccountTicket;
use serde::{Deserialize, Serialize};

use crate::account::Secret;

/// Milliseconds before its end in which a ticket is not used any more: a greeting may take a while.
const SPARE_MS: f64 = 10_000.0;

/// A ticket that the server gave for a secret.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Ticket {
    /// The ticket itself.
    pub ticket: AccountTicket,
    /// When the server forgets it, in milliseconds since the Unix epoch.
    ends_ms: f64,
}

impl Ticket {
    /// The ticket of an answer that came at `now_ms`; `None` if the text is no ticket.
    pub fn read(text: &str, expires_seconds: f64, now_ms: f64) -> Option<Self> {
        let ticket = AccountTicket::from_text(text)?;
        let ends_ms = now_ms + expires_seconds * 1e3;
        ends_ms.is_finite().then_some(Ticket { ticket, ends_ms })
    }

    /// Whether it can be used now.
    pub fn is_good(&self, now_ms: f64) -> bool {
        now_ms < self.ends_ms - SPARE_MS
    }
}

/// What the worker signs in with.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Credentials {
    /// The secret of the account.
    pub secret: Secret,
    /// A ticket that the page has got for it.
    pub ticket: Option<Ticket>,
    /// Address that gives further ones.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "AAECAwQFBgcICQoLDA0ODw";

    #[test]
    fn a_ticket_is_good_until_shortly_before_its_end() {
        let ticket = Ticket::read(TEXT, 300.0, 1_000.0).unwrap();
        assert_eq!(ticket.ticket, AccountTicket(std::array::from_fn(|index| index as u8)));
        assert!(ticket.is_good(1_000.0) && ticket.is_good(290_000.0));
        assert!(!ticket.is_good(291_001.0), "a greeting with it might come too late");
    }

    #[test]
    fn what_is_no_ticket_is_none() {
        for (text, seconds) in [("", 300.0), ("AAEC", 300.0), ("!", 300.0), (TEXT, f64::NAN)] {
            assert_eq!(Ticket::read(text, seconds, 0.0), None, "{text} {seconds}");
        }
    }
}
