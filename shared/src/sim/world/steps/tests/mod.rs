//! The rules of the game, one test for each, in worlds set up by hand.

mod combat;
mod flight;
mod gates;
mod lag_compensation;
mod mining;
mod outfit;
mod placed;
mod told_once;
mod walls;

use std::sync::Arc;

use glam::Vec2;

use crate::content::Content;
use crate::sim::entities::{Asteroid, AsteroidState, AsteroidTold, Ship};
use crate::sim::rules::Rules;
use crate::sim::world::{Command, Event, World};
use crate::units::{Controls, OreId, PlayerId, SizeId, Thrust};

const ADA: PlayerId = PlayerId(0);
const BOB: PlayerId = PlayerId(1);

/// A world without asteroids of its own.
fn world(sector: &str, mode: &str) -> World {
    let mut content = Content::built_in().unwrap();
    for sector in &mut content.sectors {
        sector.fields.clear();
        sector.rocks.clear();
    }
    let rules = Rules::new(Arc::new(content), sector, mode, 30).unwrap();
    World::new(Arc::new(rules), 1)
}

/// An open field without a station, under the rules of the frontier.
fn field() -> World {
    world("proving-ground", "frontier")
}

/// Sets a pilot's ship down at rest, ready and unprotected.
fn put(world: &mut World, player: PlayerId, position: Vec2) {
    world.step(&[Command::Join(player)], &mut Vec::new());
    let ship = ship_mut(world, player);
    ship.state.position = position;
    ship.state.velocity = Vec2::ZERO;
    ship.protection_ticks = 0;
    world.step(&[], &mut Vec::new());
}

fn ship_mut(world: &mut World, player: PlayerId) -> &mut Ship {
    let key = world.state.pilots.get(player).unwrap().ship.unwrap();
    world.state.ships.get_mut(key).unwrap()
}

fn ship(world: &World, player: PlayerId) -> Option<&Ship> {
    world.state.ships.get(world.state.pilots.get(player)?.ship?)
}

fn run(world: &mut World, ticks: u32, commands: &[Command]) -> Vec<Event> {
    let mut events = Vec::new();
    for _ in 0..ticks {
        world.step(commands, &mut events);
    }
    events
}

/// Whether a ship has lost anything of its hull or its shield.
fn is_hurt(world: &World, player: PlayerId) -> bool {
    let state = &ship(world, player).unwrap().state;
    let shield = world.rules.shield(&state.fit).most;
    state.hit_points < world.rules.hull(state.hull).hit_points || state.shield < shield
}

fn fire_along_x() -> Controls {
    Controls { fire: true, ..Controls::default() }
}

fn thrust_along_x(boost: bool) -> Controls {
    Controls { thrust: Thrust::towards(0), boost, ..Controls::default() }
}

fn add_rock(world: &mut World, size: u8, position: Vec2) {
    let size = SizeId(size);
    let hit_points = world.rules.content.asteroid_size(size).hit_points;
    let velocity = Vec2::ZERO;
    let told = AsteroidTold { size, ore: OreId(0), shape: 0 };
    let state = AsteroidState::new(told, position, velocity, hit_points);
    world.state.asteroids.insert(Asteroid { state, damaged: world.state.tick, deposit: None });
}
