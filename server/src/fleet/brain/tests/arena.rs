//! A real world for tests of brains: virtual time, and views as the wire would show them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{EntityKey, Frame};
use driftfield_shared::protocol::PlayerInfo;
use driftfield_shared::sim::{Command, Event, Rules, World};
use driftfield_shared::units::{Controls, PlayerId, Thrust, Tick};
use glam::Vec2;
use slotmap::Key;

use super::super::{Brain, BrainKind, BrainView};

/// Ticks by which what a bot sees of others is old.
const LAG_TICKS: usize = 3;
/// Ticks over which a ship that wants to move must have.
const STUCK_TICKS: u32 = 30 * 6;

/// A world with bots in it.
pub(super) struct Arena {
    pub(super) world: World,
    pub(super) pilots: Vec<Pilot>,
    pub(super) players: Vec<PlayerInfo>,
    kills: HashMap<PlayerId, u32>,
    seed: u64,
}

pub(super) struct Pilot {
    player: PlayerId,
    pub(super) name: &'static str,
    brain: Box<dyn Brain>,
    /// What is under way to it.
    frames: VecDeque<Frame>,
    pub(super) controls: Controls,
    is_flying: bool,
    anchor: (Tick, Vec2),
    thrust_ticks: u32,
    pub(super) stuck: u32,
    pub(super) bumps: u32,
    pub(super) thrust_changes: u32,
    pub(super) flown_ticks: u32,
}

impl Arena {
    pub(super) fn new(sector: &str, mode: &str, seed: u64, crew: &[&str]) -> Self {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Rules::new(content, sector, mode, 30).unwrap();
        let world = World::new(Arc::new(rules), seed);
        let mut arena =
            Arena { world, pilots: Vec::new(), players: Vec::new(), kills: HashMap::new(), seed };
        for (index, name) in crew.iter().enumerate() {
            let kind = BrainKind::find(name).unwrap();
            arena.seat(kind.name, kind.create(seed * 1_000 + index as u64));
        }
        arena
    }

    pub(super) fn seat(&mut self, name: &'static str, brain: Box<dyn Brain>) {
        let player = PlayerId(self.pilots.len() as u16);
        self.world.step(&[Command::Join(player)], &mut Vec::new());
        let is_bot = BrainKind::find(name).is_some();
        self.players.push(PlayerInfo { player, name: name.to_owned(), is_bot });
        self.pilots.push(Pilot {
            player,
            name,
            brain,
            frames: VecDeque::new(),
            controls: Controls::default(),
            is_flying: false,
            anchor: (Tick(0), Vec2::ZERO),
            thrust_ticks: 0,
            stuck: 0,
            bumps: 0,
            thrust_changes: 0,
            flown_ticks: 0,
        });
    }

    pub(super) fn run(&mut self, seconds: u32) -> &mut Self {
        for _ in 0..seconds * 30 {
            let mut commands = Vec::new();
            for pilot in &mut self.pilots {
                let frame = frame(&self.world, pilot.player);
                pilot.fly(frame, &self.world, &self.players);
                commands.push(Command::Steer(pilot.player, pilot.controls));
            }
            let mut events = Vec::new();
            self.world.step(&commands, &mut events);
            for Event::Kill { killer, .. } in events {
                *self.kills.entry(killer).or_default() += 1;
            }
        }
        self
    }

    pub(super) fn credits(&self, name: &str) -> Vec<u32> {
        let of_name = self.pilots.iter().filter(|pilot| pilot.name == name);
        of_name.map(|pilot| self.world.pilot(pilot.player).unwrap().credits).collect()
    }

    pub(super) fn kills(&self, name: &str) -> u32 {
        let of_name = self.pilots.iter().filter(|pilot| pilot.name == name);
        of_name.filter_map(|pilot| self.kills.get(&pilot.player)).sum()
    }

    pub(super) fn report(&self) -> String {
        let mut report = format!("seed {}\n", self.seed);
        for pilot in &self.pilots {
            let state = self.world.pilot(pilot.player).unwrap();
            report += &format!(
                "{:<8} credits {:>5} kills {:>3} deaths {:>3} stuck {} bumps {} thrust changes/s {:.1}\n",
                pilot.name,
                state.credits,
                state.kills,
                state.deaths,
                pilot.stuck,
                pilot.bumps,
                pilot.thrust_changes as f32 * 30.0 / pilot.flown_ticks.max(1) as f32,
            );
        }
        report
    }
}

impl Pilot {
    pub(super) fn fly(&mut self, frame: Frame, world: &World, players: &[PlayerInfo]) {
        let (own, own_ship) = (frame.own.clone(), frame.own_ship().copied());
        self.frames.push_back(frame);
        if self.frames.len() > LAG_TICKS + 1 {
            self.frames.pop_front();
        }
        let Some(ship) = own_ship else {
            if std::mem::take(&mut self.is_flying) {
                self.brain.lose_ship();
            }
            self.frames.clear();
            self.controls = Controls::default();
            return;
        };
        let before = self.controls;
        // Others as they were some ticks ago, ourselves as predicted.
        let mut seen = self.frames[0].clone();
        seen.own = own;
        let view = BrainView {
            rules: world.rules(),
            frame: &seen,
            ship: &ship,
            boost_charge: seen.own.boost_charge,
            now: world.tick(),
            players,
        };
        self.controls = self.brain.think(&view);
        self.judge(&view, before);
    }

    fn judge(&mut self, view: &BrainView<'_>, before: Controls) {
        if !self.is_flying {
            self.is_flying = true;
            self.anchor = (view.now, view.ship.position);
            self.thrust_ticks = 0;
        }
        self.flown_ticks += 1;
        self.thrust_changes += u32::from(before.thrust != self.controls.thrust);
        self.thrust_ticks += u32::from(self.controls.thrust != Thrust::NONE);
        let bumps = view.asteroids().any(|(_, rock)| {
            let reach = view.rules.content.asteroid_size(rock.size).radius
                + view.rules.hull(view.ship.hull).radius;
            let apart = view.ship.position - rock.position;
            let closing = (view.ship.velocity - rock.velocity).dot(apart.normalize_or_zero());
            apart.length() < reach + 0.5 && closing > 10.0
        });
        self.bumps += u32::from(bumps);
        if view.distance(self.anchor.1) > 30.0 {
            self.anchor = (view.now, view.ship.position);
            self.thrust_ticks = 0;
        } else if view.now.since(self.anchor.0) >= STUCK_TICKS {
            // Who rests at the dock or circles slowly has its engines off most of the time.
            self.stuck += u32::from(self.thrust_ticks > STUCK_TICKS * 2 / 3);
            self.anchor = (view.now, view.ship.position);
            self.thrust_ticks = 0;
        }
    }
}

/// What the wire would show a player.
pub(super) fn frame(world: &World, player: PlayerId) -> Frame {
    let pilot = world.pilot(player).unwrap();
    let centre = pilot
        .ship
        .and_then(|key| world.ships().get(key))
        .map_or(pilot.last_position, |ship| ship.state.position);
    let half = world.rules().sector.view_half.unwrap_or(Vec2::splat(f32::MAX));
    let sees = |place: Vec2| (place - centre).abs().cmple(half).all();
    let ships = world.ships().iter().filter(|(_, ship)| sees(ship.state.position));
    let rocks = world.asteroids().iter().filter(|(_, rock)| sees(rock.state.position));
    let ores = world.ores().iter().filter(|(_, ore)| sees(ore.position));
    let shots = world.shots().iter().filter(|(_, shot)| sees(shot.state.position));
    Frame {
        tick: world.tick(),
        arrived: 0,
        side: world.side(),
        player,
        own: world.own_state(player).unwrap(),
        ships: ships.map(|(key, ship)| (entity(key), ship.state)).collect(),
        shots: shots.map(|(key, shot)| (entity(key), shot.state)).collect(),
        asteroids: rocks.map(|(key, rock)| (entity(key), rock.state)).collect(),
        ores: ores.map(|(key, ore)| (entity(key), *ore)).collect(),
        removals: Vec::new(),
    }
}

/// A name for an entity that is not used again soon.
fn entity(key: impl Key) -> EntityKey {
    let bits = key.data().as_ffi();
    EntityKey((bits as u32 & 0xffff) | ((bits >> 32) as u32) << 16)
}
