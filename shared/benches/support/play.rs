//! A world under the reference workload, one tick at a time.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::sim::{Command, Event, Rules, World};
use driftfield_shared::units::{Controls, PlayerId, Thrust};

use super::wander::Wander;

/// Ticks per second, as in a server by default.
pub const TICK_HZ: u16 = 30;
/// Ticks until ships have their usual speeds and as many shots are born as expire.
const WARM_UP_TICKS: u32 = 10 * TICK_HZ as u32;
/// Players that join per tick.
const JOINS_PER_TICK: usize = 5;
/// Seed of the world; with the seat's number added, of each wanderer.
const SEED: u64 = 0x0BE7_C4E5;

/// What the ships do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Workload {
    /// The reference workload.
    Wander,
    /// Everyone flies to the middle of the sector, turns on the way, and holds the trigger.
    ToTheMiddle,
}

/// A world in which every seat is taken by a bot. Equal arguments give equal play.
#[derive(Clone, Debug)]
pub struct Play {
    /// The world after the last step.
    pub world: World,
    workload: Workload,
    wanderers: Vec<Wander>,
    commands: Vec<Command>,
    events: Vec<Event>,
}

impl Play {
    /// `ships` wanderers in a proving ground, ten seconds after they joined.
    ///
    /// # Panics
    /// When the built-in content is invalid or lacks the sector.
    pub fn new(sector: &str, ships: u16) -> Self {
        Play::with(sector, "proving-ground", ships, Workload::Wander)
    }

    /// `ships` in any sector and mode, ten seconds after they joined.
    ///
    /// # Panics
    /// See [`Play::new`].
    pub fn with(sector: &str, mode: &str, ships: u16, workload: Workload) -> Self {
        let content = Arc::new(Content::built_in().expect("the built-in content is sound"));
        let rules =
            Rules::new(content, sector, mode, TICK_HZ).expect("the benches name what exists");
        let wanderer = |index| Wander::new(SEED ^ (u64::from(index) << 32), &rules);
        let wanderers = (0..ships).map(wanderer).collect();
        let mut play = Play {
            world: World::new(Arc::new(rules), SEED),
            workload,
            wanderers,
            commands: Vec::new(),
            events: Vec::new(),
        };
        play.take_seats();
        for _ in 0..WARM_UP_TICKS {
            play.step();
        }
        play
    }

    /// Draws the controls for the next tick. Call [`Play::advance`] after it.
    pub fn steer(&mut self) {
        let (next, rules) = (self.world.tick().next(), self.world.rules());
        self.commands.clear();
        for (index, wanderer) in self.wanderers.iter_mut().enumerate() {
            let mut controls = wanderer.controls(next, rules);
            if self.workload == Workload::ToTheMiddle {
                let pilot = self.world.pilot(PlayerId(index as u16));
                let place = pilot.map(|pilot| pilot.last_position).unwrap_or_default();
                controls.thrust = Thrust::nearest_to(-place);
                controls.fire = true;
            }
            self.commands.push(Command::Steer(PlayerId(index as u16), controls));
        }
    }

    /// Steps the world with the controls drawn before.
    pub fn advance(&mut self) {
        self.events.clear();
        self.world.step(&self.commands, &mut self.events);
    }

    /// A whole tick.
    pub fn step(&mut self) {
        self.steer();
        self.advance();
    }

    /// The controls of the seat in the last tick.
    pub fn controls(&self, player: PlayerId) -> Controls {
        match self.commands.get(player.index()) {
            Some(Command::Steer(_, controls)) => *controls,
            _ => Controls::default(),
        }
    }

    /// `count` seats, evenly spaced among all; all seats if there are not as many.
    pub fn some_players(&self, count: usize) -> Vec<PlayerId> {
        let seats = self.wanderers.len();
        let count = count.min(seats);
        (0..count).map(|index| PlayerId((index * seats / count) as u16)).collect()
    }

    /// Lets everyone join as a fleet of bots does, a few per tick. The sector grows with the number of players, so
    /// the middle stays more crowded than the edge, as on a server.
    fn take_seats(&mut self) {
        let players: Vec<_> = (0..self.wanderers.len() as u16).map(PlayerId).collect();
        for joining in players.chunks(JOINS_PER_TICK) {
            self.steer();
            self.commands.extend(joining.iter().copied().map(Command::Join));
            self.advance();
        }
    }
}
