//! Checks that what clients are told once of an entity never changes, in every build with debug assertions.
//!
//! ```text
//! before the step: ToldOnce::note(world) --\
//!                                          compare
//! after the step:  the same world       --/
//! ```

use super::World;
use crate::sim::entities::{
    AsteroidKey, AsteroidState, OreKey, OreState, ShipKey, ShotKey, ShotState,
};
use crate::sim::motion::{drift, float, fly_shot};
use crate::units::PlayerId;

/// The entities of a world before a step, to be compared with those after it. Its memory is used again in every step.
#[derive(Clone, Debug, Default)]
pub(super) struct ToldOnce {
    ships: Vec<(ShipKey, PlayerId)>,
    shots: Vec<(ShotKey, ShotState)>,
    asteroids: Vec<(AsteroidKey, AsteroidState)>,
    ores: Vec<(OreKey, OreState)>,
}

impl ToldOnce {
    /// Takes in the entities as they are now.
    pub(super) fn note(&mut self, world: &World) {
        let ToldOnce { ships, shots, asteroids, ores } = self;
        ships.clear();
        ships.extend(world.state.ships.iter().map(|(key, ship)| (key, ship.state.player)));
        shots.clear();
        shots.extend(world.state.shots.iter().map(|(key, shot)| (key, shot.state)));
        asteroids.clear();
        asteroids.extend(world.state.asteroids.iter().map(|(key, asteroid)| (key, asteroid.state)));
        ores.clear();
        ores.extend(world.state.ores.iter().map(|(key, ore)| (key, *ore)));
    }

    /// Checks that every entity that is still there after a step is as clients predict it.
    ///
    /// # Panics
    /// If one is not: from here on, clients would hold another state than the server.
    pub(super) fn check(&self, world: &World) {
        let (rules, side, tick) = (&world.rules, world.state.side, world.state.tick);
        for (key, player) in &self.ships {
            if let Some(ship) = world.state.ships.get(*key) {
                assert_eq!(*player, ship.state.player, "a ship keeps its pilot");
            }
        }
        for (key, before) in &self.shots {
            if let Some(shot) = world.state.shots.get(*key) {
                let mut expected = *before;
                fly_shot(&mut expected, rules, side);
                assert_eq!(expected, shot.state, "a shot flies as it was told");
                assert!(shot.state.ends() > tick, "a shot ends when it was told to");
            }
        }
        for (key, before) in &self.asteroids {
            if let Some(asteroid) = world.state.asteroids.get(*key) {
                let mut expected = *before;
                drift(&mut expected, rules, side);
                if asteroid.damaged == tick {
                    // Lost hit points are the one thing that clients are told again.
                    expected.hit_points = asteroid.state.hit_points;
                }
                assert_eq!(expected, asteroid.state, "an asteroid drifts as it was told");
            }
        }
        for (key, before) in &self.ores {
            if let Some(ore) = world.state.ores.get(*key) {
                let mut expected = *before;
                float(&mut expected, rules, side);
                assert_eq!(expected, *ore, "a chunk of ore is what was told of it");
                assert!(ore.expires > tick, "a chunk of ore fades when it was told to");
            }
        }
    }
}

/// Makes the fault that these checks are there to find, for tests.
#[cfg(test)]
impl World {
    /// Gives each chunk of ore another expiry than clients were told. Returns how many there are.
    pub(crate) fn change_told_expiry_of_ore(&mut self) -> usize {
        for ore in self.state.ores.values_mut() {
            let told = crate::sim::OreTold { expires: ore.expires.plus(90), ..**ore };
            *ore = OreState::new(told, ore.position, ore.velocity);
        }
        self.state.ores.len()
    }
}
