//! Brains at work: a real world, minutes of virtual time, and views as the wire would show them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::netcode::{EntityKey, Frame};
use driftfield_shared::protocol::PlayerInfo;
use driftfield_shared::sim::{Command, Event, Rules, ShipState, World};
use driftfield_shared::units::{Controls, PlayerId, Thrust, Tick};
use glam::Vec2;
use slotmap::Key;

use super::{Brain, BrainKind, BrainView};

/// Ticks by which what a bot sees of others is old.
const LAG_TICKS: usize = 3;
/// Ticks over which a ship that wants to move must have.
const STUCK_TICKS: u32 = 30 * 6;

/// A world with bots in it.
struct Arena {
    world: World,
    pilots: Vec<Pilot>,
    players: Vec<PlayerInfo>,
    kills: HashMap<PlayerId, u32>,
    seed: u64,
}

struct Pilot {
    player: PlayerId,
    name: &'static str,
    brain: Box<dyn Brain>,
    /// What is under way to it.
    frames: VecDeque<Frame>,
    controls: Controls,
    is_flying: bool,
    anchor: (Tick, Vec2),
    thrust_ticks: u32,
    stuck: u32,
    bumps: u32,
    thrust_changes: u32,
    flown_ticks: u32,
}

impl Arena {
    fn new(sector: &str, mode: &str, seed: u64, crew: &[&str]) -> Self {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Rules::new(content, sector, mode, 30).unwrap();
        let mut world = World::new(Arc::new(rules), seed);
        let mut pilots = Vec::new();
        let mut players = Vec::new();
        let mut joins = Vec::new();
        for (index, name) in crew.iter().enumerate() {
            let player = PlayerId(index as u16);
            let kind = BrainKind::find(name).unwrap();
            joins.push(Command::Join(player));
            players.push(PlayerInfo { player, name: (*name).to_owned(), is_bot: true });
            pilots.push(Pilot {
                player,
                name: kind.name,
                brain: kind.create(seed * 1_000 + index as u64),
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
        world.step(&joins, &mut Vec::new());
        Arena { world, pilots, players, kills: HashMap::new(), seed }
    }

    fn run(&mut self, seconds: u32) -> &mut Self {
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

    fn credits(&self, name: &str) -> Vec<u32> {
        let of_name = self.pilots.iter().filter(|pilot| pilot.name == name);
        of_name.map(|pilot| self.world.pilot(pilot.player).unwrap().credits).collect()
    }

    fn kills(&self, name: &str) -> u32 {
        let of_name = self.pilots.iter().filter(|pilot| pilot.name == name);
        of_name.filter_map(|pilot| self.kills.get(&pilot.player)).sum()
    }

    fn report(&self) -> String {
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
    fn fly(&mut self, frame: Frame, world: &World, players: &[PlayerInfo]) {
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
fn frame(world: &World, player: PlayerId) -> Frame {
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

#[test]
fn miners_earn_credits_and_never_get_stuck() {
    for seed in 1..=4 {
        let mut arena = Arena::new("frontier", "frontier", seed, &["miner"; 4]);
        arena.run(180);
        let report = arena.report();
        assert!(arena.credits("miner").iter().all(|credits| *credits > 100), "{report}");
        assert!(arena.pilots.iter().all(|pilot| pilot.stuck == 0), "{report}");
    }
}

#[test]
fn hunters_destroy_what_flies_outside_the_safe_zone() {
    for seed in 1..=4 {
        let crew = ["hunter", "hunter", "miner", "miner", "miner", "miner"];
        let mut arena = Arena::new("frontier", "frontier", seed, &crew);
        arena.run(240);
        let report = arena.report();
        assert!(arena.kills("hunter") >= 2, "{report}");
        assert!(arena.pilots.iter().all(|pilot| pilot.stuck == 0), "{report}");
    }
}

#[test]
fn traders_sell_what_miners_leave_and_what_they_dig_when_hungry() {
    for seed in 1..=4 {
        let crew = ["trader", "trader", "trader", "miner", "miner"];
        let mut arena = Arena::new("frontier", "frontier", seed, &crew);
        arena.run(240);
        let report = arena.report();
        assert!(arena.credits("trader").iter().all(|credits| *credits > 60), "{report}");
        assert!(arena.pilots.iter().all(|pilot| pilot.stuck == 0), "{report}");
    }
}

#[test]
fn a_whole_crew_keeps_the_sector_alive() {
    for seed in 1..=3 {
        let crew: Vec<&str> = (0..12).map(|index| BrainKind::of_mix(index).name).collect();
        let mut arena = Arena::new("frontier", "frontier", seed, &crew);
        arena.run(300);
        let report = arena.report();
        println!("{report}");
        assert!(arena.kills("hunter") >= 3, "{report}");
        assert!(arena.credits("miner").iter().sum::<u32>() > 1_000, "{report}");
        assert!(arena.credits("trader").iter().sum::<u32>() > 300, "{report}");
        // Hunters must not be a plague: nobody dies more than once in half a minute.
        let deaths = arena.world.pilots().map(|pilot| pilot.deaths).max();
        assert!(deaths <= Some(10), "{report}");
    }
}

#[test]
fn engines_do_not_flicker_and_rocks_are_seldom_touched() {
    let crew: Vec<&str> = (0..11).map(|index| BrainKind::of_mix(index).name).collect();
    let mut arena = Arena::new("frontier", "frontier", 9, &crew);
    arena.run(180);
    let report = arena.report();
    for pilot in &arena.pilots {
        let per_second = pilot.thrust_changes as f32 * 30.0 / pilot.flown_ticks.max(1) as f32;
        assert!(per_second < 9.0, "{report}");
        if pilot.name != "wander" {
            assert!(pilot.bumps < 60, "{report}");
        }
    }
}

#[test]
fn every_brain_plays_without_a_station_and_without_rocks() {
    for kind in &super::BRAINS {
        let mut arena = Arena::new("proving-ground", "proving-ground", 5, &[kind.name; 6]);
        arena.run(60);
        for pilot in &arena.pilots {
            assert_eq!(pilot.stuck, 0, "{}", arena.report());
        }
    }
}

#[test]
fn wander_holds_a_direction_turns_and_fires_at_its_pace() {
    let mut arena = Arena::new("proving-ground", "proving-ground", 3, &["wander"]);
    let (mut fired, mut held, mut runs) = (0, 0, Vec::new());
    let mut last: Option<Controls> = None;
    for _ in 0..30 * 60 {
        let frame = frame(&arena.world, PlayerId(0));
        let ship: ShipState = *frame.own_ship().unwrap();
        arena.pilots[0].fly(frame, &arena.world, &arena.players);
        let controls = arena.pilots[0].controls;
        arena.world.step(&[Command::Steer(PlayerId(0), controls)], &mut Vec::new());
        assert_ne!(controls.thrust, Thrust::NONE);
        assert_eq!((controls.thrust.code() - 1) % 4, 0, "one of eight directions");
        if let Some(last) = last {
            assert_ne!(controls.aim, ship.aim, "the aim keeps turning");
            held += 1;
            if last.thrust != controls.thrust {
                runs.push(held);
                held = 0;
            }
        }
        fired += u32::from(controls.fire);
        last = Some(controls);
    }
    assert_eq!(fired, 40, "once in 1.5 seconds");
    assert!(runs.iter().all(|ticks| *ticks >= 15), "{runs:?}");
    assert!(runs.len() > 30, "{runs:?}");
}
