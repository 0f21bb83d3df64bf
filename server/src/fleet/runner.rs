//! A fleet from its plan to its report.
//!
//! ```text
//! FleetPlan -> Course (address, request, who joins when) -> Worker per thread -> meters -> Report
//! ```

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::netcode::{Link, LinkProfile};
use driftfield_shared::protocol::Greeting;
use driftfield_shared::units::Micros;
use thiserror::Error;
use tokio_tungstenite::tungstenite::handshake::client::Request;

use super::bot::Bot;
use super::brain::{BRAINS, BrainKind};
use super::cpu::process_cpu;
use super::light::LightBot;
use super::meter::FleetMeter;
use super::names;
use super::pilot::{Decode, Pilot};
use super::progress::{Bar, Progress};
use super::report::{Flown, Report};
use super::target::{Target, TargetError, with_greeting};
use super::worker::{Worker, WorkerError};

/// Time between two pictures of the progress.
const SHOW_INTERVAL: Duration = Duration::from_millis(200);
/// File descriptors beyond the sockets: polls, standard streams, the report.
const DESCRIPTORS_RESERVED: u64 = 64;

/// Who flies.
#[derive(Clone, Copy, Debug)]
pub enum Crew {
    /// All have the same brain.
    All(&'static BrainKind),
    /// Those that play, by their shares, as the server's own bots.
    Mixed,
}

/// A fleet to be flown.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// The server, with each room that the bots spread over in turn.
    pub targets: Vec<Target>,
    /// Bots.
    pub count: usize,
    /// How long to fly after the last bot has joined.
    pub flight: Duration,
    /// How long of that nothing counts yet; `None` lets the joining count, too.
    pub warm_up: Option<Duration>,
    /// What all chance follows from.
    pub seed: u64,
    /// Their brains.
    pub crew: Crew,
    /// How much of the snapshots they read.
    pub decode: Decode,
    /// The network between the server and each of them.
    pub link: LinkProfile,
    /// Whether each has a second connection for its input commands.
    pub has_second_socket: bool,
    /// How fast they join.
    pub joins_per_second: u32,
    /// Threads to fly them on.
    pub threads: usize,
}

/// Why a fleet does not fly.
#[derive(Debug, Error)]
pub enum FleetError {
    /// There is nothing to connect to.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// No target at all.
    #[error("there is no room to fly in")]
    Nowhere,
    /// The system does not give what it takes.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Too few file descriptors.
    #[error("{wanted} bots need more open files than the {given} that the system gives")]
    Descriptors {
        /// Bots.
        wanted: usize,
        /// Open files.
        given: u64,
    },
    /// A brain that looks at what light bots do not read.
    #[error("--brain {0} looks at the world, which --decode light does not read")]
    LightBrain(Crew),
    /// Nothing is left to measure.
    #[error("--warm-up must be shorter than --seconds")]
    WarmUp,
    /// A bug.
    #[error("a thread of bots failed")]
    Failed,
}

/// A plan that was made concrete: what all threads share.
pub(super) struct Course {
    pub(super) address: SocketAddr,
    requests: Vec<Request>,
    pub(super) count: usize,
    pub(super) threads: usize,
    plan: FleetPlan,
}

impl FleetPlan {
    /// Flies the fleet, drawing its progress if there is a terminal to draw on.
    ///
    /// # Errors
    /// When it cannot begin. What goes wrong later stands in the report.
    pub fn fly(&self, progress: &Progress) -> Result<Report, FleetError> {
        self.check()?;
        allow_descriptors(self.count, 1 + u64::from(self.has_second_socket))?;
        let first = self.targets.first().ok_or(FleetError::Nowhere)?;
        let course = Course {
            address: first.resolve()?,
            requests: self.targets.iter().map(Target::request).collect::<Result<_, _>>()?,
            count: self.count,
            threads: self.threads.clamp(1, self.count.max(1)),
            plan: self.clone(),
        };
        let start = Instant::now();
        let mut meter = FleetMeter::new().map_err(WorkerError::from)?;
        let mut cpu_from = None;
        let shares = thread::scope(|scope| {
            let workers: Vec<_> = (0..course.threads)
                .map(|share| {
                    let course = &course;
                    scope.spawn(move || Worker::new(course, progress, start, share)?.run())
                })
                .collect();
            let mut bar = Bar::new(self.count, Duration::from_micros(course.end()));
            let measured = course.measure_at().unwrap_or(course.last_join());
            while workers.iter().any(|worker| !worker.is_finished()) {
                thread::sleep(SHOW_INTERVAL.min(self.flight));
                let now = start.elapsed();
                if cpu_from.is_none() && now.as_micros() >= u128::from(measured) {
                    cpu_from = process_cpu().map(|cpu| (now, cpu));
                }
                bar.show(progress, now);
            }
            bar.clear();
            workers.into_iter().map(|worker| worker.join()).collect::<Vec<_>>()
        });
        let cpu_to = process_cpu().map(|cpu| (start.elapsed(), cpu));
        for share in shares {
            meter.add(&share.map_err(|_| FleetError::Failed)??);
        }
        let flown = start.elapsed().as_micros() as Micros;
        let from = course.measure_at().unwrap_or(course.last_join());
        let measured = Duration::from_micros(flown.min(course.end()).saturating_sub(from));
        Ok(Report::new(self, &meter, &Flown { measured, cpu_from, cpu_to }))
    }
}

impl FleetPlan {
    fn check(&self) -> Result<(), FleetError> {
        let is_blind = matches!(self.crew, Crew::All(kind) if kind.is_blind());
        if self.decode == Decode::Light && !is_blind {
            return Err(FleetError::LightBrain(self.crew));
        }
        match self.warm_up {
            Some(warm_up) if warm_up >= self.flight => Err(FleetError::WarmUp),
            _ => Ok(()),
        }
    }
}

impl Course {
    /// When a bot joins.
    pub(super) fn join_at(&self, index: usize) -> Micros {
        index as u64 * 1_000_000 / u64::from(self.plan.joins_per_second.max(1))
    }

    fn last_join(&self) -> Micros {
        self.join_at(self.count.saturating_sub(1))
    }

    /// When the flight is over.
    pub(super) fn end(&self) -> Micros {
        self.last_join() + self.plan.flight.as_micros() as Micros
    }

    /// From when on the figures count, if not from the start.
    pub(super) fn measure_at(&self) -> Option<Micros> {
        self.plan.warm_up.map(|warm_up| self.last_join() + warm_up.as_micros() as Micros)
    }

    /// What opens a socket of a bot in its room, for this.
    pub(super) fn request(&self, index: usize, greeting: &Greeting) -> Request {
        with_greeting(self.requests[index % self.requests.len()].clone(), greeting)
    }

    /// A bot of the fleet.
    pub(super) fn pilot(&self, index: usize) -> Pilot {
        let kind = match self.plan.crew {
            Crew::All(kind) => kind,
            Crew::Mixed => BrainKind::of_mix(index),
        };
        let (name, seed) = (names::name(kind.title, index), mix(self.plan.seed, index as u64));
        match self.plan.decode {
            Decode::Full => Pilot::Full(Box::new(Bot::new(name, kind.create(seed)))),
            Decode::Light => {
                let wander = kind.create_blind(seed).expect("what flies blind was checked");
                Pilot::Light(Box::new(LightBot::new(name, wander)))
            }
        }
    }

    /// Whether each bot has a second connection for its input commands.
    pub(super) fn has_second_socket(&self) -> bool {
        self.plan.has_second_socket
    }

    /// Both directions of a bot's virtual link; `None` for a perfect one.
    pub(super) fn link<A>(&self, index: usize, now: Micros) -> Option<(Link<Vec<u8>>, Link<A>)> {
        let profile = self.plan.link;
        // A stream of its own: the link must not change with the brain's dice.
        let seed = mix(!self.plan.seed, index as u64);
        (!profile.is_perfect()).then(|| Link::pair(profile, seed, now))
    }

    /// The way up of a bot's second connection, as bad as the first but by another chance; `None` for a perfect one.
    pub(super) fn input_link(&self, index: usize, now: Micros) -> Option<Link<Vec<u8>>> {
        let profile = self.plan.link;
        let seed = mix(!self.plan.seed, !index as u64);
        (!profile.is_perfect()).then(|| Link::pair::<()>(profile, seed, now).0)
    }
}

impl FromStr for Crew {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match BrainKind::find(name) {
            Some(kind) => Ok(Crew::All(kind)),
            None if name == MIXED => Ok(Crew::Mixed),
            None => {
                let names: Vec<&str> = BRAINS.iter().map(|kind| kind.name).collect();
                Err(format!("there is {}, and {MIXED} of those that play", names.join(", ")))
            }
        }
    }
}

impl fmt::Display for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Crew::All(kind) => kind.name,
            Crew::Mixed => MIXED,
        })
    }
}

/// The name of a crew with all brains that play.
const MIXED: &str = "mix";

/// A seed for one of many, far from those of its neighbours (the finaliser of SplitMix64).
pub(super) fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn allow_descriptors(bots: usize, sockets_each: u64) -> Result<(), FleetError> {
    let wanted = bots as u64 * sockets_each + DESCRIPTORS_RESERVED;
    let given = rlimit::increase_nofile_limit(wanted)
        .map_err(|error: io::Error| FleetError::Worker(WorkerError::from(error)))?;
    if given < wanted { Err(FleetError::Descriptors { wanted: bots, given }) } else { Ok(()) }
}
