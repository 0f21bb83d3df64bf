//! One bot: a brain and a connection to a room, as a state machine without a socket or a clock.
//!
//! ```text
//! bytes, time --> handle_* --> Client --> view --> Brain --> controls --> Client --> poll_transmit
//! ```

use driftfield_shared::netcode::{
    Asked, Client, ClientConfig, ClientError, ClientEvent, RoomTopics,
};
use driftfield_shared::protocol::{AccountTicket, Greeting, RequestBody, RequestId};
use driftfield_shared::sim::NamedContent;
use driftfield_shared::topics::Handle;
use driftfield_shared::units::{Angle, Controls, Micros};

use super::{Brain, BrainView};

/// A client that is flown by a brain, for programs with their own connections. [`fly`](super::fly) is the simple way.
///
/// Give it every message and the time, in microseconds since any moment you choose. After each `handle_*`, send
/// everything that [`Bot::poll_transmit`] returns, each as one binary message, and drain [`Bot::poll_event`].
pub struct Bot {
    client: Client,
    brain: Box<dyn Brain>,
    /// Where the gun points, kept while there is no ship.
    aim: Angle,
    is_flying: bool,
}

impl Bot {
    /// A bot without a connection. It subscribes to the roster, from which brains know who is a person.
    pub fn new(name: String, brain: Box<dyn Brain>) -> Self {
        let topics = RoomTopics { roster: true, ..RoomTopics::default() };
        Bot::with_topics(name, brain, topics)
    }

    /// The same with topics of its own choice.
    pub fn with_topics(name: String, brain: Box<dyn Brain>, topics: RoomTopics) -> Self {
        let config = ClientConfig {
            name,
            is_bot: true,
            wants_checks: true,
            topics,
            ..ClientConfig::default()
        };
        Bot { client: Client::new(config), brain, aim: Angle::default(), is_flying: false }
    }

    /// Sets the ticket of the next greeting: the seat is then that of the ticket's account.
    pub fn set_ticket(&mut self, ticket: Option<AccountTicket>) {
        self.client.set_ticket(ticket);
    }

    /// Starts again with a connection that is opened at `now`, and returns the greeting for its request.
    pub fn connect(&mut self, now: Micros) -> Greeting {
        self.client.connect(now)
    }

    /// Handles one message of the server.
    ///
    /// # Errors
    /// When no server of this version sends such a message.
    pub fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), ClientError> {
        self.client.handle_message(now, bytes)
    }

    /// Takes content that [`Client::wanted_content`] asked for.
    ///
    /// # Errors
    /// As [`Bot::handle_message`].
    pub fn handle_content(
        &mut self,
        now: Micros,
        content: NamedContent,
    ) -> Result<(), ClientError> {
        self.client.handle_content(now, content)
    }

    /// Thinks and acts if a client tick is due.
    pub fn handle_time(&mut self, now: Micros) {
        if self.client.next_time().is_some_and(|due| due <= now) {
            let controls = self.think();
            self.client.set_controls(controls);
            self.client.handle_time(now);
        }
    }

    /// When [`Bot::handle_time`] must be called next.
    pub fn next_time(&self) -> Option<Micros> {
        self.client.next_time()
    }

    /// Sets whether its commands also go over a second connection.
    pub fn set_second_path(&mut self, is_there: bool) {
        self.client.set_second_path(is_there);
    }

    /// Gives up the seat.
    pub fn leave(&mut self) {
        self.client.leave();
    }

    /// The next binary message to send.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.client.poll_transmit()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.client.poll_event()
    }

    /// Subscribes to a topic, from now on over all connections. `None` if there are too many. What it says is an event.
    pub fn subscribe(&mut self, topic: &str) -> Option<Handle> {
        self.client.subscribe(topic, None)
    }

    /// Asks the room or the hub for something. The reply is an event, which comes exactly once however often the
    /// connection is lost until then. `None` before the first welcome, while too many requests have no answer, and for a
    /// text that is too long.
    pub fn request(&mut self, asked: impl Into<Asked>) -> Option<RequestId> {
        self.client.request(asked)
    }

    /// The connection, for its statistics.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn think(&mut self) -> Controls {
        let client = &self.client;
        let idle = Controls { aim: self.aim, ..Controls::default() };
        let (Some(frame), Some(rules), Some(predicted)) =
            (client.frame(), client.rules(), client.predicted())
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
        let view = BrainView {
            rules,
            frame,
            ship,
            boost_charge: predicted.boost_charge,
            now: predicted.tick,
            players: client.players(),
        };
        let controls = self.brain.think(&view);
        let is_time_to_shop = predicted.tick.0.is_multiple_of(rules.tick_hz.into());
        let wish = match is_time_to_shop && rules.is_docked(ship.position) {
            true => self.brain.wish(&view),
            false => None,
        };
        if let Some((item, price)) = wish {
            self.client.request(RequestBody::Outfit { item, price });
        }
        self.aim = controls.aim;
        controls
    }
}
