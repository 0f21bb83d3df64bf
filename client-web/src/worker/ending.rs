//! How a connection ends: the player leaves, the server closes it, or it was refused in the first place.

use driftfield_shared::units::Micros;

use super::ask::ask;
use super::connection::Connection;
use crate::net::{ConnectionState, Refusal, Why};

/// How long the server may take to say why it refused a socket.
const ANSWER_MAX: Micros = 4_000_000;

impl Connection {
    /// Gives up the seat and closes.
    pub(super) fn leave(&mut self) {
        let now = self.clock.now();
        self.second.close(now);
        self.note_second();
        // The server may let us in yet, into a seat that nobody would give up: wait for that, and give it up.
        let is_opening = self.state == ConnectionState::Connecting && self.socket.is_some();
        self.is_leaving = is_opening && !self.is_asking;
        self.set_state(ConnectionState::Idle);
        if !self.is_leaving {
            self.say_goodbye(now);
        }
    }

    pub(super) fn say_goodbye(&mut self, now: Micros) {
        self.is_leaving = false;
        self.client.leave();
        self.flush(now);
        // Nobody waits for a goodbye to get through a bad link.
        self.path.release();
        self.flush(now);
        self.path.clear(now);
        self.deadline = None;
        // Dropped when it is replaced: this may well be its own callback.
        self.advance_number();
        if let Some(socket) = &self.socket {
            socket.close();
        }
    }

    /// The socket is closed. One that never opened was refused, and only the server knows why: it is asked.
    pub(super) fn handle_end(&mut self, now: Micros, why: Why) {
        match self.state {
            ConnectionState::Connecting if why == Why::Lost => {
                self.is_asking = true;
                self.deadline = Some(now + ANSWER_MAX);
                ask(&self.url, self.number);
            }
            ConnectionState::Idle => self.say_goodbye(now),
            _ => self.end(why),
        }
    }

    /// The server has said why it refused the socket of this number; `None`: nothing answers.
    pub fn handle_answer(&mut self, number: u32, refusal: Option<Refusal>) {
        if number == self.number && self.is_asking {
            self.end(refusal.map_or(Why::Unreachable, Why::Refused));
            self.schedule();
        }
    }

    /// The connection is over: waits for the next try, if that may help.
    pub(super) fn end(&mut self, why: Why) {
        let now = self.clock.now();
        self.is_asking = false;
        self.note_end_of_ticket(why);
        let stood_ms = self.opened_at.take().map(|at| now.saturating_sub(at) as f64 / 1e3);
        self.backoff.note_end(stood_ms);
        let milliseconds = self.backoff.next_wait_ms(js_sys::Math::random());
        // Events of the socket that is on its way out are no longer ours. It is dropped when it is
        // replaced: this may well be its own callback.
        self.advance_number();
        self.second.close(now);
        self.note_second();
        if let Some(socket) = &self.socket {
            socket.close();
        }
        self.path.clear(now);
        let state = ConnectionState::after_end(why, milliseconds, self.backoff.tries());
        self.deadline = match state {
            ConnectionState::Waiting { .. } => Some(now + Micros::from(milliseconds) * 1_000),
            _ => None,
        };
        self.set_state(state);
    }
}
