//! One bot of a worker and its connections, as far as they go without waiting.

use driftfield_shared::protocol::is_input_command;
use driftfield_shared::units::Micros;
use mio::{Registry, Token};

use super::input_socket::InputSocket;
use super::pending::LinkPair;
use super::socket::Socket;
use crate::fleet::bot::{FleetBot, FleetBotEvent, LightError};
use crate::fleet::flight::Flight;
use crate::fleet::progress::Progress;
use crate::fleet::statistics::{BotStatistics, FleetStatistics};
use crate::sdk::{Disconnect, contents};

/// Time between two looks at whether the content of the game is there.
const CONTENT_INTERVAL: Micros = 5_000;

/// One bot and its connection.
pub(super) struct Slot {
    pub(super) bot: FleetBot,
    pub(super) socket: Socket,
    pub(super) links: Option<Box<LinkPair>>,
    pub(super) input_socket: Option<Box<InputSocket>>,
    /// Whether it has tried to open a second connection; one attempt is enough.
    pub(super) has_tried_input_socket: bool,
    pub(super) index: usize,
    pub(super) statistics: BotStatistics,
    /// Attempts to connect in vain since it was last welcomed.
    pub(super) attempts: u32,
    pub(super) timer: Option<Micros>,
    /// When to look again whether the content that it needs is there.
    pub(super) content_at: Option<Micros>,
}

/// Why a bot has stopped.
pub(super) enum Out {
    Socket(Disconnect),
    Client(LightError),
}

impl Slot {
    /// Lets the bot read, act and write, and records the events.
    ///
    /// # Errors
    /// When its connection has ended.
    pub(super) fn drive(
        &mut self,
        now: Micros,
        flight: &Flight,
        totals: &mut FleetStatistics,
        progress: &Progress,
    ) -> Result<(), Out> {
        let outcome = self.read(now).and_then(|()| {
            self.supply_content(now, flight)?;
            self.bot.handle_time(now);
            self.write(now, totals)
        });
        // Also of a connection that has ended: what came before that is no news of the next one.
        while let Some(event) = self.bot.poll_event(now) {
            match event {
                FleetBotEvent::Full(event) => {
                    progress.note(&event);
                    totals.note(&mut self.statistics, now, &event);
                }
                FleetBotEvent::Light(event) => {
                    progress.note_light(&event);
                    totals.note_light(&mut self.statistics, now, event);
                }
                FleetBotEvent::Talk(event) => totals.note_talk(event),
            }
        }
        outcome
    }

    /// Gives the bot the content that it needs to go on, if it is here.
    fn supply_content(&mut self, now: Micros, flight: &Flight) -> Result<(), Out> {
        let wanted = self.bot.wanted_content();
        self.content_at = wanted.map(|_| now + CONTENT_INTERVAL);
        if let Some(content) = wanted.and_then(|hash| contents::find(&flight.url, hash)) {
            self.bot.handle_content(now, content).map_err(Out::Client)?;
            self.content_at = None;
        }
        Ok(())
    }

    fn read(&mut self, now: Micros) -> Result<(), Out> {
        let Some(links) = &mut self.links else {
            while let Some(bytes) = self.socket.receive().map_err(Out::Socket)? {
                self.bot.handle_message(now, &bytes).map_err(Out::Client)?;
            }
            return Ok(());
        };
        // When the link is full, the rest stays in the kernel, so that the server notices.
        while !links.down.is_full() {
            let Some(bytes) = self.socket.receive().map_err(Out::Socket)? else { break };
            links.down.send(now, bytes.len(), bytes);
        }
        while let Some(bytes) = links.down.poll(now) {
            self.bot.handle_message(now, &bytes).map_err(Out::Client)?;
        }
        Ok(())
    }

    fn write(&mut self, now: Micros, totals: &mut FleetStatistics) -> Result<(), Out> {
        let mut second = Ok(());
        while let Some(bytes) = self.bot.poll_transmit() {
            if let Some(socket) = self.input_socket.as_mut().filter(|_| is_input_command(&bytes)) {
                second = second.and_then(|()| socket.send(now, &bytes));
            }
            match &mut self.links {
                Some(links) => links.up.send(now, bytes.len(), bytes),
                None => self.socket.send(bytes).map_err(Out::Socket)?,
            }
        }
        if let Some(links) = &mut self.links {
            while let Some(bytes) = links.up.poll(now) {
                self.socket.send(bytes).map_err(Out::Socket)?;
            }
        }
        if let Some(socket) = &mut self.input_socket {
            match second.and_then(|()| socket.drive(now)) {
                Ok(()) => self.bot.set_second_path(socket.is_open()),
                Err(end) => {
                    totals.note_input_socket_end(&end.to_string());
                    self.bot.set_second_path(false);
                    self.input_socket = None;
                }
            }
        }
        self.socket.flush().map_err(Out::Socket)
    }

    /// Opens the second connection, once the bot has its ticket.
    pub(super) fn connect_input_socket(
        &mut self,
        now: Micros,
        flight: &Flight,
        registry: &Registry,
        token: Token,
        totals: &mut FleetStatistics,
    ) {
        let Some(attach) = self.bot.attach_inputs() else { return };
        self.has_tried_input_socket = true;
        let request = flight.request(self.index, &attach);
        match Socket::connect(flight.address, request, registry, token) {
            Ok(socket) => {
                let up = flight.input_link(self.index, now);
                self.input_socket = Some(Box::new(InputSocket::new(socket, up)));
            }
            Err(end) => totals.note_input_socket_end(&end.to_string()),
        }
    }

    /// The socket of a token.
    pub(super) fn socket_of(&mut self, token: Token) -> Option<&mut Socket> {
        match is_second(token) {
            false => Some(&mut self.socket),
            true => self.input_socket.as_mut().map(|socket| socket.socket_mut()),
        }
    }

    /// When it wants to act next, or something comes through one of its links.
    pub(super) fn next_time(&self) -> Option<Micros> {
        let links = self.links.as_ref();
        let link = links.and_then(|links| links.down.next_time());
        let inputs = self.input_socket.as_ref().and_then(|socket| socket.next_time());
        let up = links.and_then(|links| links.up.next_time());
        let times = [self.bot.next_time(), link, up, inputs, self.content_at];
        times.into_iter().flatten().min()
    }
}

/// The token of a slot's first connection; that of the second one follows.
pub(super) fn first_token(slot: usize) -> Token {
    Token(2 * slot)
}

/// See [`first_token`].
pub(super) fn second_token(slot: usize) -> Token {
    Token(2 * slot + 1)
}

/// The slot of a token.
pub(super) fn slot_of(Token(token): Token) -> usize {
    token / 2
}

fn is_second(Token(token): Token) -> bool {
    token % 2 == 1
}
