//! One thread of a fleet: many bots, their sockets, and when which of them wants to act.
//!
//! ```text
//! poll --> socket --(virtual link)--> Bot --(virtual link)--> socket
//! timers ---------------------------/
//! ```
//!
//! Nothing in here blocks but the poll. What the bots measure is only as good as this loop is punctual,
//! so it measures itself, too (`bot_lateness`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::time::{Duration, Instant};

use driftfield_shared::protocol::is_input_command;
use driftfield_shared::units::Micros;
use hdrhistogram::errors::CreationError;
use mio::{Events, Poll, Registry, Token};

use super::caller::{Caller, Path};
use super::light::LightError;
use super::meter::{BotMeter, FleetMeter};
use super::pilot::{Pilot, PilotEvent};
use super::progress::Progress;
use super::runner::Course;
use super::second::SecondSocket;
use super::socket::{Socket, SocketEnd};

/// Time from asking for a connection to its first message, at most.
const HANDSHAKE_MICROS_MAX: Micros = 10_000_000;
/// Time between two looks at whether to stop, and at handshakes that take too long.
const CHECK_INTERVAL: Micros = 100_000;
/// Time that bots are given to say goodbye.
const GOODBYE_TIME: Duration = Duration::from_millis(500);
/// Events taken from the poll in one go: timers are looked at in between.
const EVENTS_MAX: usize = 512;

/// A share of the bots, on one thread.
pub(super) struct Worker<'a> {
    course: &'a Course,
    progress: &'a Progress,
    start: Instant,
    poll: Poll,
    slots: Vec<Slot>,
    /// Bots of this share that have yet to join, the next one last: when, and which of the fleet.
    waiting: Vec<(Micros, usize)>,
    /// Bots that have asked, but whose links hold that up.
    callers: Vec<Caller>,
    /// When which slot wants to act. An entry that is not its slot's newest is void.
    timers: BinaryHeap<Reverse<(Micros, usize)>>,
    meter: FleetMeter,
    /// When the figures begin to count, as long as that is to come.
    measure_at: Option<Micros>,
}

/// One bot and its connection.
struct Slot {
    bot: Pilot,
    socket: Socket,
    path: Option<Box<Path>>,
    second: Option<Box<SecondSocket>>,
    /// Whether it has tried to have one; once is enough.
    has_tried_second: bool,
    index: usize,
    meter: BotMeter,
    timer: Option<Micros>,
}

/// Why a bot is out of the game.
enum Out {
    Socket(SocketEnd),
    Client(LightError),
}

impl<'a> Worker<'a> {
    /// The `share`th of the course's threads. Time counts from `start`.
    pub(super) fn new(
        course: &'a Course,
        progress: &'a Progress,
        start: Instant,
        share: usize,
    ) -> Result<Self, WorkerError> {
        let mut waiting: Vec<(Micros, usize)> = (share..course.count)
            .step_by(course.threads)
            .map(|index| (course.join_at(index), index))
            .collect();
        waiting.reverse();
        Ok(Worker {
            course,
            progress,
            start,
            poll: Poll::new()?,
            slots: Vec::with_capacity(waiting.len()),
            waiting,
            callers: Vec::new(),
            timers: BinaryHeap::new(),
            meter: FleetMeter::new()?,
            measure_at: course.measure_at(),
        })
    }

    /// Flies until the course is over or somebody stops it.
    pub(super) fn run(mut self) -> Result<FleetMeter, WorkerError> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        let mut next_check = 0;
        loop {
            let now = self.now();
            if now >= next_check {
                if now >= self.course.end() || self.progress.is_stopped() {
                    break;
                }
                self.give_up_slow_handshakes(now);
                self.begin_to_measure(now);
                next_check = now + CHECK_INTERVAL;
            }
            self.join_due(now);
            self.run_timers();
            let wake = next_check
                .min(self.timers.peek().map_or(Micros::MAX, |Reverse((at, _))| *at))
                .min(self.waiting.last().map_or(Micros::MAX, |(at, _)| *at))
                .min(
                    self.callers.iter().filter_map(Caller::next_time).min().unwrap_or(Micros::MAX),
                );
            let patience = Duration::from_micros(wake.saturating_sub(self.now()));
            poll(&mut self.poll, &mut events, patience)?;
            for event in &events {
                let slot = slot_of(event.token());
                if let Some(socket) = self.slots[slot].socket_of(event.token()) {
                    socket.handle_event(event);
                }
                self.drive(slot);
            }
        }
        let end = self.now();
        for slot in &self.slots {
            self.meter.finish(&slot.meter, slot.bot.stats(), end);
        }
        self.say_goodbye(&mut events)?;
        Ok(self.meter)
    }

    fn now(&self) -> Micros {
        self.start.elapsed().as_micros() as Micros
    }

    /// Connects the bots whose turn it is.
    fn join_due(&mut self, now: Micros) {
        while let Some((_, index)) = self.waiting.pop_if(|(at, _)| *at <= now) {
            self.meter.clients += 1;
            self.callers.push(Caller::new(index, self.course, now));
        }
        let through: Vec<Caller> =
            self.callers.extract_if(.., |caller| caller.is_through(now)).collect();
        through.into_iter().for_each(|caller| self.connect(caller, now));
    }

    /// Begins to connect a bot.
    fn connect(&mut self, caller: Caller, now: Micros) {
        let token = first_token(self.slots.len());
        let (course, request) = (self.course, caller.request);
        let socket = Socket::connect(course.address, request, self.poll.registry(), token);
        let mut meter = BotMeter::new(caller.asked);
        let socket = match socket {
            Ok(socket) => socket,
            Err(end) => {
                self.progress.add_lost(false);
                self.meter.note_end(&mut meter, now, &end.to_string(), false);
                Socket::ended(end)
            }
        };
        self.slots.push(Slot {
            bot: caller.bot,
            socket,
            path: caller.path,
            second: None,
            has_tried_second: false,
            index: caller.index,
            meter,
            timer: None,
        });
    }

    fn run_timers(&mut self) {
        let now = self.now();
        while let Some(Reverse((at, slot))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            if self.slots[slot].timer == Some(at) {
                // What it wants next is set anew, the same moment included: a bot that nobody wakes and whose window of
                // snapshots is full would never act again.
                self.slots[slot].timer = None;
                self.meter.bot_lateness.saturating_record(self.now().saturating_sub(at));
                self.drive(slot);
            }
        }
    }

    /// Lets a bot read, act and write, and notes when it wants to again.
    fn drive(&mut self, index: usize) {
        let now = self.now();
        let slot = &mut self.slots[index];
        if slot.meter.ended.is_some() {
            return;
        }
        if let Err(out) = slot.drive(now, &mut self.meter, self.progress) {
            let is_welcomed = slot.meter.welcomed.is_some();
            self.progress.add_lost(is_welcomed);
            let is_protocol = matches!(out, Out::Client(_) | Out::Socket(SocketEnd::Protocol(_)));
            let reason = match out {
                Out::Socket(end) => end.to_string(),
                Out::Client(error) => {
                    let reason = format!("protocol error: {error}");
                    slot.socket.end(SocketEnd::Protocol(error.to_string()));
                    reason
                }
            };
            self.meter.note_end(&mut slot.meter, now, &reason, is_protocol);
            slot.timer = None;
            slot.second = None;
            return;
        }
        if self.course.has_second_socket() && !slot.has_tried_second {
            let token = second_token(index);
            slot.connect_second(now, self.course, self.poll.registry(), token, &mut self.meter);
        }
        let timer = slot.next_time();
        if timer != slot.timer {
            slot.timer = timer;
            self.timers.extend(timer.map(|at| Reverse((at, index))));
        }
    }

    /// Forgets what was measured before the moment from which the figures count.
    fn begin_to_measure(&mut self, now: Micros) {
        if self.measure_at.take_if(|at| *at <= now).is_some() {
            self.meter.forget();
            for slot in &mut self.slots {
                slot.meter.mark(now, slot.bot.stats());
            }
        }
    }

    fn give_up_slow_handshakes(&mut self, now: Micros) {
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            let is_slow = slot.meter.welcomed.is_none()
                && slot.meter.ended.is_none()
                && slot.meter.asked.is_some_and(|at| now.saturating_sub(at) > HANDSHAKE_MICROS_MAX);
            if is_slow {
                slot.socket.end(SocketEnd::Lost("no welcome in time".to_owned()));
                self.drive(index);
            }
        }
    }

    /// Frees the seats, so that nobody waits for their ships to come back.
    fn say_goodbye(&mut self, events: &mut Events) -> Result<(), WorkerError> {
        let deadline = Instant::now() + GOODBYE_TIME;
        for slot in self.slots.iter_mut().filter(|slot| slot.socket.is_open()) {
            slot.bot.leave();
            while let Some(bytes) = slot.bot.poll_transmit() {
                // Whoever is gone already needs no goodbye.
                let _ = slot.socket.send(bytes);
            }
            let _ = slot.socket.flush();
        }
        loop {
            let patience = deadline.saturating_duration_since(Instant::now());
            let is_talking = self.slots.iter().any(|slot| slot.socket.is_open());
            if patience.is_zero() || !is_talking {
                return Ok(());
            }
            poll(&mut self.poll, events, patience)?;
            for event in &*events {
                let slot = slot_of(event.token());
                let Some(socket) = self.slots[slot].socket_of(event.token()) else { continue };
                socket.handle_event(event);
                while let Ok(Some(_)) = socket.receive() {}
                let _ = socket.flush();
            }
        }
    }
}

impl Slot {
    fn drive(
        &mut self,
        now: Micros,
        meter: &mut FleetMeter,
        progress: &Progress,
    ) -> Result<(), Out> {
        self.read(now)?;
        self.bot.handle_time(now);
        self.write(now, meter)?;
        while let Some(event) = self.bot.poll_event() {
            match event {
                PilotEvent::Full(event) => {
                    progress.note(&event);
                    meter.note(&mut self.meter, now, &event);
                }
                PilotEvent::Light(event) => {
                    progress.note_light(event);
                    meter.note_light(&mut self.meter, now, event);
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, now: Micros) -> Result<(), Out> {
        let Some(path) = &mut self.path else {
            while let Some(bytes) = self.socket.receive().map_err(Out::Socket)? {
                self.bot.handle_message(now, &bytes).map_err(Out::Client)?;
            }
            return Ok(());
        };
        // A full link leaves the rest in the kernel, where the server feels it.
        while !path.down.is_full() {
            let Some(bytes) = self.socket.receive().map_err(Out::Socket)? else { break };
            path.down.send(now, bytes.len(), bytes);
        }
        while let Some(bytes) = path.down.poll(now) {
            self.bot.handle_message(now, &bytes).map_err(Out::Client)?;
        }
        Ok(())
    }

    fn write(&mut self, now: Micros, meter: &mut FleetMeter) -> Result<(), Out> {
        let mut second = Ok(());
        while let Some(bytes) = self.bot.poll_transmit() {
            if let Some(socket) = self.second.as_mut().filter(|_| is_input_command(&bytes)) {
                second = second.and_then(|()| socket.send(now, &bytes));
            }
            match &mut self.path {
                Some(path) => path.up.send(now, bytes.len(), bytes),
                None => self.socket.send(bytes).map_err(Out::Socket)?,
            }
        }
        if let Some(path) = &mut self.path {
            while let Some(bytes) = path.up.poll(now) {
                self.socket.send(bytes).map_err(Out::Socket)?;
            }
        }
        if let Some(socket) = &mut self.second {
            match second.and_then(|()| socket.drive(now)) {
                Ok(()) => self.bot.set_second_path(socket.is_open()),
                Err(end) => {
                    meter.note_second_end(&end.to_string());
                    self.bot.set_second_path(false);
                    self.second = None;
                }
            }
        }
        self.socket.flush().map_err(Out::Socket)
    }

    /// Begins to connect for the second time, once the bot has its ticket.
    fn connect_second(
        &mut self,
        now: Micros,
        course: &Course,
        registry: &Registry,
        token: Token,
        meter: &mut FleetMeter,
    ) {
        let Some(attach) = self.bot.attach_inputs() else { return };
        self.has_tried_second = true;
        let request = course.request(self.index, &attach);
        match Socket::connect(course.address, request, registry, token) {
            Ok(socket) => {
                let up = course.input_link(self.index, now);
                self.second = Some(Box::new(SecondSocket::new(socket, up)));
            }
            Err(end) => meter.note_second_end(&end.to_string()),
        }
    }

    /// The socket that a token is for.
    fn socket_of(&mut self, token: Token) -> Option<&mut Socket> {
        match is_second(token) {
            false => Some(&mut self.socket),
            true => self.second.as_mut().map(|second| second.socket_mut()),
        }
    }

    fn next_time(&self) -> Option<Micros> {
        let path = self.path.as_ref();
        let link = path.and_then(|path| path.down.next_time());
        let second = self.second.as_ref().and_then(|second| second.next_time());
        let up = path.and_then(|path| path.up.next_time());
        let times = [self.bot.next_time(), link, up, second];
        times.into_iter().flatten().min()
    }
}

/// The token of a slot's own connection; that of its second one is the next.
fn first_token(slot: usize) -> Token {
    Token(2 * slot)
}

fn second_token(slot: usize) -> Token {
    Token(2 * slot + 1)
}

fn slot_of(Token(token): Token) -> usize {
    token / 2
}

fn is_second(Token(token): Token) -> bool {
    token % 2 == 1
}

/// Waits for events; being woken by a signal is no event and no error.
fn poll(poll: &mut Poll, events: &mut Events, patience: Duration) -> io::Result<()> {
    match poll.poll(events, Some(patience)) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        outcome => outcome,
    }
}

/// Why a thread cannot fly its share.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The system gives no poll.
    #[error("the system refuses what bots need: {0}")]
    System(#[from] io::Error),
    /// A distribution cannot be made: a bug.
    #[error("cannot measure: {0}")]
    Meter(#[from] CreationError),
}
