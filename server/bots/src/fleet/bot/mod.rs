//! The bot behind a socket: a whole client with a brain, or a light one that only puts load on the server.

mod light;

pub use light::LightError;
pub(super) use light::{LightBot, LightEvent};

use std::fmt;
use std::str::FromStr;

use driftfield_shared::netcode::{ClientEvent, ClientStats};
use driftfield_shared::protocol::{AccountTicket, Greeting};
use driftfield_shared::sim::{ContentHash, NamedContent};
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
pub(super) enum FleetBot {
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
}

impl FleetBot {
    /// Sets the ticket of the next greeting.
    pub(super) fn set_ticket(&mut self, ticket: Option<AccountTicket>) {
        match self {
            FleetBot::Full(bot) => bot.set_ticket(ticket),
            FleetBot::Light(bot) => bot.set_ticket(ticket),
        }
    }

    /// Starts again with a connection that is opened at `now`, and returns the greeting for its request.
    pub(super) fn connect(&mut self, now: Micros) -> Greeting {
        match self {
            FleetBot::Full(bot) => bot.connect(now),
            FleetBot::Light(bot) => bot.connect(now),
        }
    }

    /// Handles one message of the server.
    ///
    /// # Errors
    /// When no server of this version sends such a message.
    pub(super) fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        match self {
            FleetBot::Full(bot) => Ok(bot.handle_message(now, bytes)?),
            FleetBot::Light(bot) => bot.handle_message(now, bytes),
        }
    }

    /// Content that it needs to go on.
    pub(super) fn wanted_content(&self) -> Option<ContentHash> {
        match self {
            FleetBot::Full(bot) => bot.client().wanted_content(),
            FleetBot::Light(bot) => bot.wanted_content(),
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
        match self {
            FleetBot::Full(bot) => Ok(bot.handle_content(now, content)?),
            FleetBot::Light(bot) => bot.handle_content(now, content),
        }
    }

    /// Acts if a client tick is due.
    pub(super) fn handle_time(&mut self, now: Micros) {
        match self {
            FleetBot::Full(bot) => bot.handle_time(now),
            FleetBot::Light(bot) => bot.handle_time(now),
        }
    }

    /// When [`FleetBot::handle_time`] must be called next.
    pub(super) fn next_time(&self) -> Option<Micros> {
        match self {
            FleetBot::Full(bot) => bot.next_time(),
            FleetBot::Light(bot) => bot.next_time(),
        }
    }

    /// The greeting for its second connection for input commands; `None` before the welcome.
    pub(super) fn attach_inputs(&self) -> Option<Greeting> {
        match self {
            FleetBot::Full(bot) => bot.client().attach_inputs(),
            FleetBot::Light(bot) => bot.attach_inputs(),
        }
    }

    /// Sets whether its commands also go over a second connection.
    pub(super) fn set_second_path(&mut self, is_there: bool) {
        match self {
            FleetBot::Full(bot) => bot.set_second_path(is_there),
            FleetBot::Light(bot) => bot.set_second_path(is_there),
        }
    }

    /// Gives up the seat.
    pub(super) fn leave(&mut self) {
        match self {
            FleetBot::Full(bot) => bot.leave(),
            FleetBot::Light(bot) => bot.leave(),
        }
    }

    /// The next binary message to send.
    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        match self {
            FleetBot::Full(bot) => bot.poll_transmit(),
            FleetBot::Light(bot) => bot.poll_transmit(),
        }
    }

    /// The next event.
    pub(super) fn poll_event(&mut self) -> Option<FleetBotEvent> {
        match self {
            FleetBot::Full(bot) => bot.poll_event().map(FleetBotEvent::Full),
            FleetBot::Light(bot) => bot.poll_event().map(FleetBotEvent::Light),
        }
    }

    /// The statistics so far.
    pub(super) fn stats(&self) -> &ClientStats {
        match self {
            FleetBot::Full(bot) => bot.client().stats(),
            FleetBot::Light(bot) => bot.stats(),
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
