//! One thread of a fleet: many bots, their sockets, and the times at which they act.
//!
//! ```text
//! poll --> socket --(virtual link)--> Bot --(virtual link)--> socket
//! timers ---------------------------/
//! ```
//!
//! Nothing in here blocks except the poll. The bots' measurements are only as good as the timing of this loop, so the
//! loop measures its own delay, too (`bot_lateness`).

mod input_socket;
mod pending;
mod slot;
mod socket;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::time::{Duration, Instant};

use driftfield_shared::units::Micros;
use mio::{Events, Poll};

use super::error::WorkerError;
use super::flight::Flight;
use super::progress::Progress;
use super::statistics::{BotStatistics, FleetStatistics};
use crate::sdk::Disconnect;
use pending::{PendingBot, ReturningBot};
use slot::{Out, Slot, first_token, second_token, slot_of};
use socket::Socket;

/// Longest time from requesting a connection to the first message.
const HANDSHAKE_MICROS_MAX: Micros = 10_000_000;
/// Time between two looks whether a bot's ticket has come.
const TICKET_LOOK_INTERVAL: Micros = 10_000;
/// Time between two checks for a stop request and for slow handshakes.
const CHECK_INTERVAL: Micros = 100_000;
/// Time in which bots leave at the end.
const GOODBYE_TIME: Duration = Duration::from_millis(500);
/// Most events taken from the poll at once; timers are checked in between.
const EVENTS_MAX: usize = 512;

/// A share of the bots, on one thread.
pub(super) struct Worker<'a> {
    flight: &'a Flight,
    progress: &'a Progress,
    start: Instant,
    poll: Poll,
    /// `None`: its bot has lost its connection and comes back in another slot.
    slots: Vec<Option<Slot>>,
    /// Indexes of slots that are `None`.
    free: Vec<usize>,
    /// Slots whose connection has not ended.
    connected: usize,
    /// Bots of this share that have yet to join, the next one last: the time, and the bot's index.
    waiting: Vec<(Micros, usize)>,
    /// Bots whose connection requests are delayed by their links.
    pending: Vec<PendingBot>,
    /// Bots that have lost their connection and come back.
    returning: Vec<ReturningBot>,
    /// When each slot wants to act. An entry that is not its slot's newest is void.
    timers: BinaryHeap<Reverse<(Micros, usize)>>,
    totals: FleetStatistics,
    /// When measuring begins, while that is in the future.
    measure_at: Option<Micros>,
}

impl<'a> Worker<'a> {
    /// The `share`th of the run's threads. Times are relative to `start`.
    pub(super) fn new(
        flight: &'a Flight,
        progress: &'a Progress,
        start: Instant,
        share: usize,
    ) -> Result<Self, WorkerError> {
        let mut waiting: Vec<(Micros, usize)> = (share..flight.count)
            .step_by(flight.threads)
            .map(|index| (flight.join_at(index), index))
            .collect();
        waiting.reverse();
        Ok(Worker {
            flight,
            progress,
            start,
            poll: Poll::new()?,
            connected: 0,
            slots: Vec::with_capacity(waiting.len()),
            free: Vec::new(),
            waiting,
            pending: Vec::new(),
            returning: Vec::new(),
            timers: BinaryHeap::new(),
            totals: FleetStatistics::new()?,
            measure_at: flight.measure_at(),
        })
    }

    /// Runs until the flight is over, no bot is left, or a stop is requested.
    pub(super) fn run(mut self) -> Result<FleetStatistics, WorkerError> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        let mut next_check = 0;
        loop {
            let now = self.now();
            if now >= next_check {
                if now >= self.flight.end() || self.progress.is_stopped() {
                    break;
                }
                self.give_up_slow_handshakes(now);
                self.begin_to_measure(now);
                next_check = now + CHECK_INTERVAL;
            }
            self.join_due(now);
            self.run_timers();
            if self.is_deserted() {
                break;
            }
            let wake = self.next_time().map_or(next_check, |at| at.min(next_check));
            let patience = Duration::from_micros(wake.saturating_sub(self.now()));
            poll(&mut self.poll, &mut events, patience)?;
            for event in &events {
                let slot = slot_of(event.token());
                let Some(bot) = self.slots[slot].as_mut() else { continue };
                if let Some(socket) = bot.socket_of(event.token()) {
                    socket.handle_event(event);
                }
                self.drive(slot);
            }
        }
        let end = self.now();
        let flying = self.slots.iter().flatten().map(|slot| (&slot.statistics, &slot.bot));
        let asking = self.pending.iter().map(|bot| (&bot.statistics, &bot.bot));
        let returning = self.returning.iter().map(|bot| (&bot.statistics, &bot.bot));
        for (statistics, bot) in flying.chain(asking).chain(returning) {
            self.totals.finish(statistics, bot.stats(), end);
        }
        // A courtesy: what was measured is not lost for it.
        let _ = self.say_goodbye(&mut events);
        Ok(self.totals)
    }

    fn now(&self) -> Micros {
        self.start.elapsed().as_micros() as Micros
    }

    /// Whether no bot flies and none will.
    fn is_deserted(&self) -> bool {
        self.connected == 0
            && self.waiting.is_empty()
            && self.pending.is_empty()
            && self.returning.is_empty()
    }

    /// When something is due, beside what the sockets bring.
    fn next_time(&self) -> Option<Micros> {
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        let join = self.waiting.last().map(|(at, index)| match self.flight.awaits_ticket(*index) {
            true => (*at).max(self.now() + TICKET_LOOK_INTERVAL),
            false => *at,
        });
        let pending = self.pending.iter().filter_map(PendingBot::next_time).min();
        let returning = self.returning.iter().map(|bot| bot.at).min();
        [timer, join, pending, returning].into_iter().flatten().min()
    }

    /// Connects the bots that are due.
    fn join_due(&mut self, now: Micros) {
        let flight = self.flight;
        let is_due = |&mut (at, index): &mut (Micros, usize)| {
            (at <= now && !flight.awaits_ticket(index)) || flight.refusal(index).is_some()
        };
        while let Some((_, index)) = self.waiting.pop_if(is_due) {
            self.totals.clients += 1;
            let refusal = flight.refusal(index).cloned();
            match refusal.map_or_else(|| flight.ticket(index), Err) {
                Err(end) => {
                    self.progress.add_lost(false);
                    let mut statistics = BotStatistics::new(now);
                    self.totals.note_end(&mut statistics, now, &end.to_string(), false);
                }
                Ok(ticket) => self.pending.push(PendingBot::new(index, ticket, flight, now)),
            }
        }
        let flight = self.flight;
        let due = self.returning.extract_if(.., |bot| bot.at <= now);
        self.pending.extend(due.map(|bot| PendingBot::again(bot, flight, now)));
        let through: Vec<PendingBot> =
            self.pending.extract_if(.., |bot| bot.is_through(now)).collect();
        through.into_iter().for_each(|bot| self.connect(bot));
    }

    /// Begins to connect a bot.
    fn connect(&mut self, bot: PendingBot) {
        let index = self.free.pop().unwrap_or(self.slots.len());
        let token = first_token(index);
        let (flight, request) = (self.flight, bot.request);
        let socket = Socket::connect(flight.address, request, self.poll.registry(), token);
        let slot = Slot {
            bot: bot.bot,
            // What cannot connect ends as one that connected and was lost.
            socket: socket.unwrap_or_else(Socket::ended),
            links: bot.links,
            input_socket: None,
            has_tried_input_socket: false,
            index: bot.index,
            statistics: bot.statistics,
            attempts: bot.attempts,
            timer: None,
            content_at: None,
        };
        self.connected += 1;
        if index == self.slots.len() {
            self.slots.push(Some(slot));
        } else {
            self.slots[index] = Some(slot);
        }
        if self.slots[index].as_ref().is_some_and(|slot| slot.socket.has_ended()) {
            self.drive(index);
        }
    }

    fn run_timers(&mut self) {
        let now = self.now();
        while let Some(Reverse((at, slot))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            if let Some(bot) = self.slots[slot].as_mut().filter(|bot| bot.timer == Some(at)) {
                // The next time is always set again, even if it is the same moment: otherwise a bot whose snapshot
                // window is full, and that no event wakes, would never act again.
                bot.timer = None;
                self.totals.bot_lateness.saturating_record(self.now().saturating_sub(at));
                self.drive(slot);
            }
        }
    }

    /// Lets a bot read, act and write, and notes when it wants to act again.
    fn drive(&mut self, index: usize) {
        let now = self.now();
        let Some(slot) = self.slots[index].as_mut() else { return };
        if slot.statistics.ended.is_some() {
            return;
        }
        if let Err(out) = slot.drive(now, self.flight, &mut self.totals, self.progress) {
            let is_protocol = matches!(out, Out::Client(_) | Out::Socket(Disconnect::Protocol(_)));
            let end = match out {
                Out::Socket(end) => end,
                Out::Client(error) => slot.socket.end(Disconnect::Protocol(error.to_string())),
            };
            self.connected -= 1;
            self.flight.note_end(slot.index, &end);
            self.end(index, now, &end, is_protocol);
            return;
        }
        if !slot.statistics.awaits_welcome {
            slot.attempts = 0;
        }
        if self.flight.has_second_socket() && !slot.has_tried_input_socket {
            let token = second_token(index);
            slot.connect_input_socket(
                now,
                self.flight,
                self.poll.registry(),
                token,
                &mut self.totals,
            );
        }
        let timer = slot.next_time();
        if timer != slot.timer {
            slot.timer = timer;
            self.timers.extend(timer.map(|at| Reverse((at, index))));
        }
    }

    /// Notes that a bot's connection has ended. It comes back later, or never.
    fn end(&mut self, index: usize, now: Micros, end: &Disconnect, is_protocol: bool) {
        let place = &mut self.slots[index];
        let Some(slot) = place.as_mut() else { return };
        let is_lost = slot.statistics.welcomed.is_some();
        self.progress.add_lost(is_lost);
        let retry_at = self.flight.retry_at(slot.index, end, slot.attempts, now);
        match retry_at.filter(|_| is_lost) {
            Some(at) => {
                self.totals.note_loss(&mut slot.statistics, now, &end.to_string());
                self.free.push(index);
                self.returning.extend(place.take().map(|slot| ReturningBot {
                    bot: slot.bot,
                    index: slot.index,
                    statistics: slot.statistics,
                    at,
                    attempts: slot.attempts + 1,
                }));
            }
            None => {
                self.totals.note_end(&mut slot.statistics, now, &end.to_string(), is_protocol);
                slot.timer = None;
                slot.input_socket = None;
            }
        }
    }

    /// Forgets what was measured before measuring begins.
    fn begin_to_measure(&mut self, now: Micros) {
        if self.measure_at.take_if(|at| *at <= now).is_some() {
            self.totals.forget();
            for slot in self.slots.iter_mut().flatten() {
                slot.statistics.mark(now, slot.bot.stats());
            }
            for bot in &mut self.returning {
                bot.statistics.mark(now, bot.bot.stats());
            }
            for bot in &mut self.pending {
                bot.statistics.mark(now, bot.bot.stats());
            }
        }
    }

    fn give_up_slow_handshakes(&mut self, now: Micros) {
        for index in 0..self.slots.len() {
            let Some(slot) = self.slots[index].as_mut() else { continue };
            let is_slow = slot.statistics.awaits_welcome
                && slot.statistics.ended.is_none()
                && slot
                    .statistics
                    .asked
                    .is_some_and(|at| now.saturating_sub(at) > HANDSHAKE_MICROS_MAX);
            if is_slow {
                slot.socket.end(Disconnect::Lost("no welcome in time".to_owned()));
                self.drive(index);
            }
        }
    }

    /// Frees the seats, so that the server does not hold the ships.
    fn say_goodbye(&mut self, events: &mut Events) -> Result<(), WorkerError> {
        let deadline = Instant::now() + GOODBYE_TIME;
        for slot in self.slots.iter_mut().flatten().filter(|slot| slot.socket.is_open()) {
            slot.bot.leave();
            while let Some(bytes) = slot.bot.poll_transmit() {
                // A bot whose connection has ended need not leave.
                let _ = slot.socket.send(bytes);
            }
            let _ = slot.socket.flush();
        }
        loop {
            let patience = deadline.saturating_duration_since(Instant::now());
            let is_talking = self.slots.iter().flatten().any(|slot| slot.socket.is_open());
            if patience.is_zero() || !is_talking {
                return Ok(());
            }
            poll(&mut self.poll, events, patience)?;
            for event in &*events {
                let slot = slot_of(event.token());
                let Some(bot) = self.slots[slot].as_mut() else { continue };
                let Some(socket) = bot.socket_of(event.token()) else { continue };
                socket.handle_event(event);
                while let Ok(Some(_)) = socket.receive() {}
                let _ = socket.flush();
            }
        }
    }
}

/// Waits for events. An interruption by a signal is neither an event nor an error.
fn poll(poll: &mut Poll, events: &mut Events, patience: Duration) -> io::Result<()> {
    match poll.poll(events, Some(patience)) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        outcome => outcome,
    }
}
