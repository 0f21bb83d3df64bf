//! A run of a fleet: the plan that all its threads share, and what they learn about the server.

use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;

use driftfield_shared::netcode::RoomTopics;
use driftfield_shared::netsim::Link;
use driftfield_shared::protocol::{AccountTicket, Greeting};
use driftfield_shared::units::Micros;
use tungstenite::handshake::client::Request;

use super::accounts::Accounts;
use super::bot::{Decode, FleetBot, Kind, LINE_INTERVAL, LightBot, Talk};
use super::error::FleetError;
use super::plan::FleetPlan;
use crate::brains::{BrainChoice, BrainKind, mix, name};
use crate::sdk::{Bot, ConnectError, Disconnect, ServerUrl, with_greeting};

/// Wait before the first attempt to come back, and the longest one.
const RETRY_MICROS: Micros = 100_000;
const RETRY_MICROS_MAX: Micros = 1_000_000;

/// A plan with its addresses resolved.
pub(super) struct Flight {
    pub(super) address: SocketAddr,
    requests: Vec<Request>,
    /// A socket of the server, beside which its content is.
    pub(super) url: ServerUrl,
    pub(super) count: usize,
    pub(super) threads: usize,
    plan: FleetPlan,
    /// `None`: the bots are guests.
    pub(super) accounts: Option<Accounts>,
    /// For each target: why it admits nobody, once a bot was told so.
    refusals: Vec<OnceLock<Disconnect>>,
}

impl Flight {
    /// The run of a plan whose targets are all on the server of `first`.
    ///
    /// # Errors
    /// When no server answers.
    pub(super) fn new(plan: &FleetPlan, first: &ServerUrl) -> Result<Self, ConnectError> {
        let unreachable =
            |error: io::Error| ConnectError::Unreachable(first.to_string(), error.to_string());
        let requests =
            plan.targets.iter().map(ServerUrl::request).collect::<Result<Vec<_>, _>>()?;
        Ok(Flight {
            // This connection only tests whether a server listens.
            address: first.connect()?.peer_addr().map_err(unreachable)?,
            refusals: requests.iter().map(|_| OnceLock::new()).collect(),
            requests,
            url: first.clone(),
            count: plan.count,
            threads: plan.threads.clamp(1, plan.count.max(1)),
            accounts: plan.account_seed.map(|seed| Accounts::new(seed, plan.count, first)),
            plan: plan.clone(),
        })
    }

    /// Notes a server's answer. If it applies to all bots of a room, the others do not ask.
    pub(super) fn note_end(&self, index: usize, end: &Disconnect) {
        if end.is_for_all() {
            // The answer to the first bot is enough.
            let _ = self.refusals[index % self.refusals.len()].set(end.clone());
        }
    }

    /// Why this bot's room admits nobody, if that is known.
    pub(super) fn refusal(&self, index: usize) -> Option<&Disconnect> {
        self.refusals[index % self.refusals.len()].get()
    }

    /// Whether a bot waits for the ticket of its account.
    pub(super) fn awaits_ticket(&self, index: usize) -> bool {
        self.accounts.as_ref().is_some_and(|accounts| accounts.ticket(index).is_none())
    }

    /// The ticket with which a bot joins, if it has an account.
    ///
    /// # Errors
    /// When it did not get one.
    pub(super) fn ticket(&self, index: usize) -> Result<Option<AccountTicket>, Disconnect> {
        let ticket = self.accounts.as_ref().and_then(|accounts| accounts.ticket(index));
        ticket.cloned().transpose()
    }

    /// Why no bot can fly, if no room admits any.
    pub(super) fn error(&self) -> Option<FleetError> {
        let refusals: Option<Vec<&Disconnect>> = self.refusals.iter().map(OnceLock::get).collect();
        let refusals = refusals?;
        let is_missing = |end: &&Disconnect| matches!(end, Disconnect::Refused { status: 404, .. });
        let rooms: Vec<&str> = self.plan.targets.iter().filter_map(ServerUrl::room).collect();
        if rooms.len() == refusals.len() && refusals.iter().all(is_missing) {
            return Some(FleetError::NoRoom(rooms.join(", ")));
        }
        refusals.first().map(|end| FleetError::Refused(Disconnect::clone(end)))
    }

    /// When a bot joins.
    pub(super) fn join_at(&self, index: usize) -> Micros {
        index as u64 * 1_000_000 / u64::from(self.plan.joins_per_second.max(1))
    }

    /// When the last bot joins.
    pub(super) fn last_join(&self) -> Micros {
        self.join_at(self.count.saturating_sub(1))
    }

    /// When the run is over.
    pub(super) fn end(&self) -> Micros {
        self.last_join() + self.plan.flight.as_micros() as Micros
    }

    /// When measuring begins, if not at the start.
    pub(super) fn measure_at(&self) -> Option<Micros> {
        self.plan.warm_up.map(|warm_up| self.last_join() + warm_up.as_micros() as Micros)
    }

    /// What opens a socket for this bot in its room.
    pub(super) fn request(&self, index: usize, greeting: &Greeting) -> Request {
        with_greeting(self.requests[index % self.requests.len()].clone(), greeting)
    }

    /// A bot of the fleet.
    pub(super) fn bot(&self, index: usize) -> FleetBot {
        let kind = match self.plan.brain {
            BrainChoice::All(kind) => kind,
            BrainChoice::Mixed => BrainKind::of_mix(index),
        };
        let (name, seed) = (name(kind.title, index), mix(self.plan.seed, index as u64));
        let bot = match self.plan.decode {
            Decode::Full => Kind::Full(Box::new(Bot::with_topics(
                name,
                kind.create(seed),
                // As a page does, so that what a fleet is sent is what players are sent.
                RoomTopics::ALL,
            ))),
            Decode::Light => {
                let wander = kind.create_blind(seed).expect("what flies blind was checked");
                Kind::Light(Box::new(LightBot::new(name, wander)))
            }
        };
        FleetBot::new(bot, self.talk(index))
    }

    /// What a bot says and hears; `None` where nobody talks. The talkers are the first ones to join, and take turns.
    fn talk(&self, index: usize) -> Option<Talk> {
        let talkers = self.plan.talkers as usize;
        let first = (index < talkers)
            .then(|| self.last_join() + LINE_INTERVAL * index as Micros / talkers as Micros);
        (talkers > 0).then(|| Talk::new(index, first))
    }

    /// When a bot that lost its connection at `now` asks again, after `attempts` in vain; `None` if it does not.
    ///
    /// The waits double from 100 ms to a second, and each is up to half as long again, so that bots do not come all at
    /// once.
    pub(super) fn retry_at(
        &self,
        index: usize,
        end: &Disconnect,
        attempts: u32,
        now: Micros,
    ) -> Option<Micros> {
        if !self.plan.reconnects || !end.is_worth_retrying() {
            return None;
        }
        let wait = (RETRY_MICROS << attempts.min(16)).min(RETRY_MICROS_MAX);
        let random = mix(self.plan.seed ^ u64::from(attempts), index as u64);
        Some(now + wait + random % (wait / 2))
    }

    /// Whether each bot has a second connection for its input commands.
    pub(super) fn has_second_socket(&self) -> bool {
        self.plan.has_second_socket
    }

    /// Both directions of a bot's virtual link; `None` for a perfect one.
    pub(super) fn link<A>(&self, index: usize, now: Micros) -> Option<(Link<Vec<u8>>, Link<A>)> {
        let profile = self.plan.link;
        // Its own random stream: the link must not change with the brain's random numbers.
        let seed = mix(!self.plan.seed, index as u64);
        (!profile.is_perfect()).then(|| Link::pair(profile, seed, now))
    }

    /// The upward link of a bot's second connection, with the same profile and independent random numbers; `None` for
    /// a perfect one.
    pub(super) fn input_link(&self, index: usize, now: Micros) -> Option<Link<Vec<u8>>> {
        let profile = self.plan.link;
        let seed = mix(!self.plan.seed, !index as u64);
        (!profile.is_perfect()).then(|| Link::pair::<()>(profile, seed, now).0)
    }
}
