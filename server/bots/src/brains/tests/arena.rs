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

use crate::brains::BrainKind;
use crate::sdk::{Brain, BrainView};

/// Ticks by which a bot's view of others is old.
const LAG_TICKS: usize = 3;
/// A ship that wants to move must have moved within this many ticks.
const STUCK_TICKS: u32 = 30 * 6;

/// A world with bots in it.
pub(super) struct Arena {
    pub(super) world: World,
    pub(super) flyers: Vec<Flyer>,
    pub(super) players: Vec<PlayerInfo>,
    kills: HashMap<PlayerId, u32>,
    seed: u64,
}

pub(super) struct Flyer {
    player: PlayerId,
    pub(super) name: &'static str,
    brain: Box<dyn Brain>,
    /// Frames that are under way to it.
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
        Arena::under(Rules::new(content, sector, mode, 30).unwrap(), seed, crew)
    }

    pub(super) fn under(rules: Rules, seed: u64, crew: &[&str]) -> Self {
        let world = World::new(Arc::new(rules), seed);
        let mut arena =
            Arena { world, flyers: Vec::new(), players: Vec::new(), kills: HashMap::new(), seed };
        for (index, name) in crew.iter().enumerate() {
            let kind = BrainKind::find(name).unwrap();
            arena.seat(kind.name, kind.create(seed * 1_000 + index as u64));
        }
        arena
    }

    pub(super) fn seat(&mut self, name: &'static str, brain: Box<dyn Brain>) {
        let player = PlayerId(self.flyers.len() as u16);
        self.world.step(&[Command::Join(player)], &mut Vec::new());
        let is_bot = BrainKind::find(name).is_some();
        self.players.push(PlayerInfo { player, name: name.to_owned(), is_bot });
        self.flyers.push(Flyer {
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
            for flyer in &mut self.flyers {
                let frame = frame(&self.world, flyer.player);
                flyer.fly(frame, &self.world, &self.players);
                commands.push(Command::Steer(flyer.player, flyer.controls));
            }
            let mut events = Vec::new();
            self.world.step(&commands, &mut events);
            for event in events {
                if let Event::Kill { killer, .. } = event {
                    *self.kills.entry(killer).or_default() += 1;
                }
            }
        }
        self
    }

    pub(super) fn credits(&self, name: &str) -> Vec<u32> {
        let of_name = self.flyers.iter().filter(|flyer| flyer.name == name);
        of_name.map(|flyer| self.world.pilot(flyer.player).unwrap().credits).collect()
    }

    pub(super) fn kills(&self, name: &str) -> u32 {
        let of_name = self.flyers.iter().filter(|flyer| flyer.name == name);
        of_name.filter_map(|flyer| self.kills.get(&flyer.player)).sum()
    }

    pub(super) fn report(&self) -> String {
        let mut report = format!("seed {}\n", self.seed);
        for flyer in &self.flyers {
            let state = self.world.pilot(flyer.player).unwrap();
            report += &format!(
                "{:<8} credits {:>5} kills {:>3} deaths {:>3} stuck {} bumps {} thrust changes/s {:.1}\n",
                flyer.name,
                state.credits,
                state.kills,
                state.deaths,
                flyer.stuck,
                flyer.bumps,
                flyer.thrust_changes as f32 * 30.0 / flyer.flown_ticks.max(1) as f32,
            );
        }
        report
    }
}

impl Flyer {
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
        // Others as they were some ticks ago; its own ship as predicted.
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
            // A ship that rests in the dock or circles slowly has its engines off most of the time.
            self.stuck += u32::from(self.thrust_ticks > STUCK_TICKS * 2 / 3);
            self.anchor = (view.now, view.ship.position);
            self.thrust_ticks = 0;
        }
    }
}

/// What the wire would show a player.
pub(super) fn frame(world: &World, player: PlayerId) -> Frame {
    let flyer = world.pilot(player).unwrap();
    let centre = flyer
        .ship
        .and_then(|key| world.ships().get(key))
        .map_or(flyer.last_position, |ship| ship.state.position);
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
