//! What sits behind a bot's socket: a whole client with a brain, or one that only puts load on the server.

use std::fmt;
use std::str::FromStr;

use driftfield_shared::netcode::{ClientEvent, ClientStats};
use driftfield_shared::protocol::Greeting;
use driftfield_shared::units::Micros;

use super::bot::Bot;
use super::light::{LightBot, LightError, LightEvent};

/// How much of the snapshots bots read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Decode {
    /// Everything: they predict and see as a player does.
    #[default]
    Full,
    /// The framing: they fly blind and cost little.
    Light,
}

/// A bot of a fleet, as its worker drives it.
pub(super) enum Pilot {
    /// See [`Decode::Full`].
    Full(Box<Bot>),
    /// See [`Decode::Light`].
    Light(Box<LightBot>),
}

/// What either of them has to tell.
pub(super) enum PilotEvent {
    /// Of a whole client.
    Full(ClientEvent),
    /// Of one that reads only the framing.
    Light(LightEvent),
}

impl Pilot {
    /// Begins with a connection that is opened at `now`, and gives what its request says.
    pub(super) fn connect(&mut self, now: Micros) -> Greeting {
        match self {
            Pilot::Full(bot) => bot.connect(now),
            Pilot::Light(bot) => bot.connect(now),
        }
    }

    /// Takes one message of the server.
    ///
    /// # Errors
    /// What no server of this version sends.
    pub(super) fn handle_message(&mut self, now: Micros, bytes: &[u8]) -> Result<(), LightError> {
        match self {
            Pilot::Full(bot) => Ok(bot.handle_message(now, bytes)?),
            Pilot::Light(bot) => bot.handle_message(now, bytes),
        }
    }

    /// Acts if a client tick is due.
    pub(super) fn handle_time(&mut self, now: Micros) {
        match self {
            Pilot::Full(bot) => bot.handle_time(now),
            Pilot::Light(bot) => bot.handle_time(now),
        }
    }

    /// When [`Pilot::handle_time`] wants to be called next.
    pub(super) fn next_time(&self) -> Option<Micros> {
        match self {
            Pilot::Full(bot) => bot.next_time(),
            Pilot::Light(bot) => bot.next_time(),
        }
    }

    /// What the request for its second connection for input commands says; `None` before the welcome.
    pub(super) fn attach_inputs(&self) -> Option<Greeting> {
        match self {
            Pilot::Full(bot) => bot.client().attach_inputs(),
            Pilot::Light(bot) => bot.attach_inputs(),
        }
    }

    /// Whether its commands go over a second connection, too.
    pub(super) fn set_second_path(&mut self, is_there: bool) {
        match self {
            Pilot::Full(bot) => bot.set_second_path(is_there),
            Pilot::Light(bot) => bot.set_second_path(is_there),
        }
    }

    /// Gives up the seat.
    pub(super) fn leave(&mut self) {
        match self {
            Pilot::Full(bot) => bot.leave(),
            Pilot::Light(bot) => bot.leave(),
        }
    }

    /// Bytes for one binary message.
    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        match self {
            Pilot::Full(bot) => bot.poll_transmit(),
            Pilot::Light(bot) => bot.poll_transmit(),
        }
    }

    /// What happened.
    pub(super) fn poll_event(&mut self) -> Option<PilotEvent> {
        match self {
            Pilot::Full(bot) => bot.poll_event().map(PilotEvent::Full),
            Pilot::Light(bot) => bot.poll_event().map(PilotEvent::Light),
        }
    }

    /// The figures so far.
    pub(super) fn stats(&self) -> &ClientStats {
        match self {
            Pilot::Full(bot) => bot.client().stats(),
            Pilot::Light(bot) => bot.stats(),
        }
    }
}

impl FromStr for Decode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "full" => Ok(Decode::Full),
            "light" => Ok(Decode::Light),
            _ => Err("there is full and light".to_owned()),
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
