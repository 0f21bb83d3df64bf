//! The worker's side of signing in: each connection has a ticket of the player's account in its greeting.
//!
//! ```text
//! open --a good ticket--> socket
//!      \--none--> ask --a ticket--> socket
//!                     \-refused, but there is a seat to take back --> socket, without a ticket
//!                     \-refused, or no answer --> end, and the next try
//! ```

use driftfield_shared::protocol::CloseReason;

use super::connection::Connection;
use super::with_connection;
use crate::account::Secret;
use crate::net::{Credentials, Refusal, Ticket, Why};
use crate::sign_in::{SignIn, sign_in};

impl Connection {
    /// Puts a good ticket into the next greeting, if there is one. Otherwise asks for one, and returns false: the socket is
    /// opened when it is there.
    pub(super) fn is_signed_in(&mut self) -> bool {
        let Some(Credentials { secret, ticket, url }) = &self.credentials else { return true };
        if let Some(ticket) = ticket.filter(|ticket| ticket.is_good(js_sys::Date::now())) {
            self.client.set_ticket(Some(ticket.ticket));
            return true;
        }
        let number = self.number;
        sign_in(url, secret, move |outcome| {
            with_connection(|connection| connection.handle_sign_in(number, outcome));
        });
        false
    }

    /// The account has another secret. Its tickets are good no more.
    pub(super) fn set_secret(&mut self, secret: Secret) {
        if let Some(credentials) = &mut self.credentials {
            credentials.secret = secret;
            credentials.ticket = None;
        }
    }

    /// The connection has ended. A ticket that the server did not take is not used again.
    pub(super) fn note_end_of_ticket(&mut self, why: Why) {
        if why == Why::Closed(CloseReason::TicketExpired) {
            self.set_ticket(None);
        }
    }

    fn set_ticket(&mut self, ticket: Option<Ticket>) {
        if let Some(credentials) = &mut self.credentials {
            credentials.ticket = ticket;
        }
    }

    fn handle_sign_in(&mut self, number: u32, outcome: SignIn) {
        if number != self.number {
            // The player has left, or another try is under way.
            return;
        }
        match outcome {
            SignIn::Ticket(ticket) => {
                self.set_ticket(Some(ticket));
                self.client.set_ticket(Some(ticket.ticket));
                self.open_socket();
            }
            // The seat has a token of its own: nobody is kept from a ship because accounts cannot be opened.
            SignIn::Refused(_) if self.client.has_token() => {
                self.client.set_ticket(None);
                self.open_socket();
            }
            SignIn::Refused(refusal) => self.end(Why::NoTicket(refusal)),
            SignIn::Banned(_) => self.end(Why::NoTicket(Refusal::Banned)),
            SignIn::Unreachable => self.end(Why::Unreachable),
        }
        self.schedule();
    }
}
