//! One bot: a brain at the netcode's client, as a state machine without a socket or a clock.
//!
//! ```text
//! bytes, time --> handle_* --> Client --> view --> Brain --> controls --> Client --> poll_transmit
//! ```

use driftfield_shared::netcode::{Client, ClientConfig, ClientError, ClientEvent};
use driftfield_shared::protocol::Greeting;
use driftfield_shared::units::{Angle, Controls, Micros};

use super::brain::{Brain, BrainView};

/// A client that is flown by a brain.
pub struct Bot {
    client: Client,
    brain: Box<dyn Brain>,
    /// Where the gun points, kept while there is no ship.
    aim: Angle,
    is_flying: bool,
}

impl Bot {
    /// A bot without a connection.
    pub fn new(name: String, brain: Box<dyn Brain>) -> Self {
        let config = ClientConfig { name, token: None, is_bot: true };
        Bot { client: Client::new(config), brain, aim: Angle::default(), is_flying: false }
    }

    /// Begins anew with a connection that is opened at `now`, and gives what its request says.
    pub fn connect(&mut self, now: Micros) -> Greeting {
        self.client.connect(now)
    }

    /// Takes one message of the server.
    ///
    /// # Errors
    /// What no server of this version sends.
    pub fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        self.client.handle_message(now, bytes)
    }

    /// Thinks and acts if a client tick is due.
    pub fn handle_time(&mut self, now: Micros) {
        if self.client.next_time().is_some_and(|due| due <= now) {
            let controls = self.think();
            self.client.set_controls(controls);
            self.client.handle_time(now);
        }
    }

    /// When [`Bot::handle_time`] wants to be called next.
    pub fn next_time(&self) -> Option<Micros> {
        self.client.next_time()
    }

    /// Whether its commands go over a second connection, too.
    pub fn set_second_path(&mut self, is_there: bool) {
        self.client.set_second_path(is_there);
    }

    /// Gives up the seat.
    pub fn leave(&mut self) {
        self.client.leave();
    }

    /// Bytes for one binary message.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.client.poll_transmit()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.client.poll_event()
    }

    /// The connection, for its figures.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn think(&mut self) -> Controls {
        let client = &self.client;
        let idle = Controls { aim: self.aim, ..Controls::default() };
        let (Some(frame), Some(rules), Some(welcome), Some(predicted)) =
            (client.frame(), client.rules(), client.welcome(), client.predicted())
        else {
            return idle;
        };
        let Some(ship) = &predicted.ship else {
            if std::mem::take(&mut self.is_flying) {
                self.brain.lose_ship();
            }
            return idle;
        };
        self.is_flying = true;
        let controls = self.brain.think(&BrainView {
            rules,
            frame,
            ship,
            boost_charge: predicted.boost_charge,
            now: predicted.tick,
            players: &welcome.players,
        });
        self.aim = controls.aim;
        controls
    }
}
