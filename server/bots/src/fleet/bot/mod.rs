//! The bot behind a socket: a whole client with a brain, or a light one that only puts load on the server.

mod light;
mod talk;

pub use light::LightError;
pub(super) use light::{LightBot, LightEvent};
pub(super) use talk::{LINE_INTERVAL, Talk, TalkEvent};

use std::fmt;
use std::str::FromStr;

use driftfield_shared::netcode::{Asked, ClientEvent, ClientStats};
use driftfield_shared::protocol::{AccountTicket, Greeting, RequestId, ServerControl};
use driftfield_shared::sim::{ContentHash, NamedContent};
use driftfield_shared::topics::Handle;
use driftfield_shared::units::Micros;

use crate::sdk::Bot;

/// How much of each snapshot bots decode.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Decode {
    /// Everything: they predict and see as a player does.
    #[default]
    Full,
    /// Only the framing: they see nothing and cost little.
    Light,
}

/// A bot of a fleet, as its worker drives it.
pub(super) struct FleetBot {
    kind: Kind,
    /// `None`: nobody in its fleet talks.
    talk: Option<Box<Talk>>,
}

/// What a bot is to the server.
pub(super) enum Kind {
    /// See [`Decode::Full`].
    Full(Box<Bot>),
    /// See [`Decode::Light`].
    Light(Box<LightBot>),
}

/// Events of both kinds of bots.
pub(super) enum FleetBotEvent {
    /// Of a whole client.
    Full(ClientEvent),
    /// Of a light one.
    Light(LightEvent),
    /// Of the talk in its fleet.
    Talk(TalkEvent),
}

impl FleetBot {
    /// A bot that takes part in its fleet's talk, if there is any.
    pub(super) fn new(kind: Kind, talk: Option<Talk>) -> Self {
        let mut bot = FleetBot { kind, talk: talk.map(Box::new) };
        if let FleetBot { kind, talk: Some(talk) } = &mut bot {
            talk.listen(|topic| kind.subscribe(topic));
        }
        bot
    }

    /// Sets the ticket of the next greeting.
    pub(super) fn set_ticket(&mut self, ticket: Option<AccountTicket>) {
        match &mut self.kind {
            Kind::Full(bot) => bot.set_ticket(ticket),
            Kind::Light(bot) => bot.set_ticket(ticket),
        }
    }

    /// Starts again with a connection that is opened at `now`, and returns the greeting for its request.
    pub(super) fn connect(&mut self, now: Micros) -> Greeting {
        match &mut self.kind {
            Kind::Full(bot) => bot.connect(now),
            Kind::Light(bot) => bot.connect(now),
        }
    }

    /// Handles one message of the server.
    ///
    /// # Errors
    /// When no server of this version sends such a message.
    pub(super) fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        match &mut self.kind {
            Kind::Full(bot) => Ok(bot.handle_message(now, bytes)?),
            Kind::Light(bot) => bot.handle_message(now, bytes),
        }
    }

    /// Content that it needs to go on.
    pub(super) fn wanted_content(&self) -> Option<ContentHash> {
        match &self.kind {
            Kind::Full(bot) => bot.client().wanted_content(),
            Kind::Light(bot) => bot.wanted_content(),
        }
    }

    /// Takes that content.
    ///
    /// # Errors
    /// As [`FleetBot::handle_message`].
    pub(super) fn handle_content(
        &mut self,
        now: Micros,
        content: NamedContent,
    ) -> Result<(), LightError> {
        match &mut self.kind {
            Kind::Full(bot) => Ok(bot.handle_content(now, content)?),
            Kind::Light(bot) => bot.handle_content(now, content),
        }
    }

    /// Acts if a client tick is due, and talks if it is time.
    pub(super) fn handle_time(&mut self, now: Micros) {
        let FleetBot { kind, talk } = self;
        match kind {
            Kind::Full(bot) => bot.handle_time(now),
            Kind::Light(bot) => bot.handle_time(now),
        }
        if let Some(talk) = talk {
            talk.say(now, |asked| kind.request(asked));
        }
    }

    /// When [`FleetBot::handle_time`] must be called next.
    pub(super) fn next_time(&self) -> Option<Micros> {
        let time = match &self.kind {
            Kind::Full(bot) => bot.next_time(),
            Kind::Light(bot) => bot.next_time(),
        };
        // Whoever is not in its room, and has no time of its own, has nobody to talk to either.
        let line = self.talk.as_ref().and_then(|talk| talk.next_time());
        time.map(|time| line.map_or(time, |line| line.min(time)))
    }

    /// The greeting for its second connection for input commands; `None` before the welcome.
    pub(super) fn attach_inputs(&self) -> Option<Greeting> {
        match &self.kind {
            Kind::Full(bot) => bot.client().attach_inputs(),
            Kind::Light(bot) => bot.attach_inputs(),
        }
    }

    /// Sets whether its commands also go over a second connection.
    pub(super) fn set_second_path(&mut self, is_there: bool) {
        match &mut self.kind {
            Kind::Full(bot) => bot.set_second_path(is_there),
            Kind::Light(bot) => bot.set_second_path(is_there),
        }
    }

    /// Gives up the seat.
    pub(super) fn leave(&mut self) {
        match &mut self.kind {
            Kind::Full(bot) => bot.leave(),
            Kind::Light(bot) => bot.leave(),
        }
    }

    /// The next binary message to send.
    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        match &mut self.kind {
            Kind::Full(bot) => bot.poll_transmit(),
            Kind::Light(bot) => bot.poll_transmit(),
        }
    }

    /// The next event, at `now`.
    pub(super) fn poll_event(&mut self, now: Micros) -> Option<FleetBotEvent> {
        let event = match &mut self.kind {
            Kind::Full(bot) => bot.poll_event().map(FleetBotEvent::Full),
            Kind::Light(bot) => bot.poll_event().map(FleetBotEvent::Light),
        };
        let Some(talk) = &mut self.talk else { return event };
        match &event {
            Some(
                FleetBotEvent::Full(ClientEvent::Topic(handle, news))
                | FleetBotEvent::Light(LightEvent::Topic(handle, news)),
            ) => talk.hear(now, *handle, news),
            Some(
                FleetBotEvent::Full(ClientEvent::Control(ServerControl::Reply(reply)))
                | FleetBotEvent::Light(LightEvent::Reply(reply)),
            ) => talk.note_reply(now, reply),
            _ => {}
        }
        event.or_else(|| talk.poll_event().map(FleetBotEvent::Talk))
    }

    /// The statistics so far.
    pub(super) fn stats(&self) -> &ClientStats {
        match &self.kind {
            Kind::Full(bot) => bot.client().stats(),
            Kind::Light(bot) => bot.stats(),
        }
    }
}

impl Kind {
    fn subscribe(&mut self, topic: &str) -> Option<Handle> {
        match self {
            Kind::Full(bot) => bot.subscribe(topic),
            Kind::Light(bot) => bot.subscribe(topic),
        }
    }

    fn request(&mut self, asked: Asked) -> Option<RequestId> {
        match self {
            Kind::Full(bot) => bot.request(asked),
            Kind::Light(bot) => bot.request(asked),
        }
    }
}

impl FromStr for Decode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "full" => Ok(Decode::Full),
            "light" => Ok(Decode::Light),
            _ => Err("the choices are full and light".to_owned()),
        }
    }
}

impl fmt::Display for Decode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Decode::Full => "full",
            Decode::Light => "light",
        })
    }
}
