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
use driftfield_shared::units::Micros;
use thiserror::Error;
use tokio_tungstenite::tungstenite::handshake::client::Request;

use super::bot::Bot;
use super::brain::{BRAINS, BrainKind};
use super::meter::FleetMeter;
use super::names;
use super::progress::{Bar, Progress};
use super::report::Report;
use super::target::{Target, TargetError};
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
    /// All brains by their shares, as the server's own bots.
    Mixed,
}

/// A fleet to be flown.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// The server, and the room.
    pub target: Target,
    /// Bots.
    pub count: usize,
    /// How long to fly after the last bot has joined.
    pub flight: Duration,
    /// What all chance follows from.
    pub seed: u64,
    /// Their brains.
    pub crew: Crew,
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
    /// A bug.
    #[error("a thread of bots failed")]
    Failed,
}

/// A plan that was made concrete: what all threads share.
pub(super) struct Course {
    pub(super) address: SocketAddr,
    pub(super) request: Request,
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
        allow_descriptors(self.count, 1 + u64::from(self.has_second_socket))?;
        let course = Course {
            address: self.target.resolve()?,
            request: self.target.request()?,
            count: self.count,
            threads: self.threads.clamp(1, self.count.max(1)),
            plan: self.clone(),
        };
        let start = Instant::now();
        let mut meter = FleetMeter::new().map_err(WorkerError::from)?;
        let shares = thread::scope(|scope| {
            let workers: Vec<_> = (0..course.threads)
                .map(|share| {
                    let course = &course;
                    scope.spawn(move || Worker::new(course, progress, start, share)?.run())
                })
                .collect();
            let mut bar = Bar::new(self.count, Duration::from_micros(course.end()));
            while workers.iter().any(|worker| !worker.is_finished()) {
                thread::sleep(SHOW_INTERVAL.min(self.flight));
                bar.show(progress, start.elapsed());
            }
            bar.clear();
            workers.into_iter().map(|worker| worker.join()).collect::<Vec<_>>()
        });
        for share in shares {
            meter.add(&share.map_err(|_| FleetError::Failed)??);
        }
        let flown = start.elapsed().as_micros() as Micros;
        let seconds = flown.min(course.end()).saturating_sub(course.last_join());
        Ok(Report::new(self, &meter, Duration::from_micros(seconds)))
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

    /// A bot of the fleet.
    pub(super) fn bot(&self, index: usize) -> Bot {
        let kind = match self.plan.crew {
            Crew::All(kind) => kind,
            Crew::Mixed => BrainKind::of_mix(index),
        };
        let brain = kind.create(mix(self.plan.seed, index as u64));
        Bot::new(names::name(kind.title, index), brain)
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
                Err(format!("there is {}, and {MIXED} of all", names.join(", ")))
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

/// The name of a crew with all brains.
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
