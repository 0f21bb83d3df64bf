//! Bots without a socket: those whose request is on its way, as a bad link delays it like everything else, and those
//! that wait before they ask again.

use bytes::Bytes;
use driftfield_shared::netsim::{Dial, Link};
use driftfield_shared::protocol::AccountTicket;
use driftfield_shared::units::Micros;
use tungstenite::handshake::client::Request;

use crate::fleet::bot::FleetBot;
use crate::fleet::flight::Flight;
use crate::fleet::statistics::BotStatistics;

/// A bot on its way to its socket.
pub(super) struct PendingBot {
    pub(super) index: usize,
    pub(super) bot: FleetBot,
    /// What opens its socket.
    pub(super) request: Request,
    pub(super) statistics: BotStatistics,
    /// Attempts in vain since it was last welcomed.
    pub(super) attempts: u32,
    /// `None` for a perfect one.
    pub(super) links: Option<Box<LinkPair>>,
    dial: Option<Dial>,
}

/// A bot that has lost its connection and comes back later.
pub(super) struct ReturningBot {
    pub(super) bot: FleetBot,
    pub(super) index: usize,
    pub(super) statistics: BotStatistics,
    /// When it asks again.
    pub(super) at: Micros,
    /// Attempts in vain since it was last welcomed.
    pub(super) attempts: u32,
}

/// A virtual link between a socket and its bot.
pub(super) struct LinkPair {
    pub(super) up: Link<Vec<u8>>,
    pub(super) down: Link<Bytes>,
}

impl PendingBot {
    /// The bot of this index in the fleet requests a connection at `now`.
    pub(super) fn new(
        index: usize,
        ticket: Option<AccountTicket>,
        flight: &Flight,
        now: Micros,
    ) -> Self {
        let mut bot = flight.bot(index);
        bot.set_ticket(ticket);
        PendingBot::request(bot, index, BotStatistics::new(now), 0, flight, now)
    }

    /// A bot that lost its connection requests another one.
    pub(super) fn again(bot: ReturningBot, flight: &Flight, now: Micros) -> Self {
        let ReturningBot { mut bot, index, mut statistics, attempts, .. } = bot;
        // Its token brings it back to the seat, which is the account's; the ticket is soon too old.
        bot.set_ticket(None);
        statistics.ask_again(now);
        PendingBot::request(bot, index, statistics, attempts, flight, now)
    }

    fn request(
        mut bot: FleetBot,
        index: usize,
        statistics: BotStatistics,
        attempts: u32,
        flight: &Flight,
        now: Micros,
    ) -> Self {
        let request = flight.request(index, &bot.connect(now));
        let mut links = flight.link(index, now).map(|(up, down)| Box::new(LinkPair { up, down }));
        let dial = links.as_mut().map(|links| Dial::start(now, &mut links.up));
        PendingBot { index, bot, request, statistics, attempts, links, dial }
    }

    /// Whether its request has come through the link.
    pub(super) fn is_through(&mut self, now: Micros) -> bool {
        match (&mut self.links, &mut self.dial) {
            (Some(links), Some(dial)) => dial.is_through(now, &mut links.up, &mut links.down),
            _ => true,
        }
    }

    /// When to check again.
    pub(super) fn next_time(&self) -> Option<Micros> {
        let links = self.links.as_ref()?;
        [links.up.next_time(), links.down.next_time()].into_iter().flatten().min()
    }
}
