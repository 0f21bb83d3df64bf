//! A world at rest: all that the next step depends on, for a file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slotmap::SlotMap;

use super::cells::Cells;
use super::pilot::Pilots;
use super::rng::Rng;
use super::rules::Rules;
use super::state::OreState;
use super::world::{Asteroid, AsteroidKey, OreKey, Ship, ShipKey, Shot, ShotKey, World};
use super::wrecks::Wrecks;
use crate::units::Tick;

/// The state of a world without its rules, which must be the same when it is taken up again.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SavedWorld {
    tick: Tick,
    rng: Rng,
    side: f32,
    ships: SlotMap<ShipKey, Ship>,
    shots: SlotMap<ShotKey, Shot>,
    asteroids: SlotMap<AsteroidKey, Asteroid>,
    ores: SlotMap<OreKey, OreState>,
    pilots: Pilots,
    wrecks: Wrecks,
    regrow_ticks: u32,
}

impl World {
    /// The state as it is now.
    pub fn save(&self) -> SavedWorld {
        SavedWorld {
            tick: self.tick,
            rng: self.rng.clone(),
            side: self.side,
            ships: self.ships.clone(),
            shots: self.shots.clone(),
            asteroids: self.asteroids.clone(),
            ores: self.ores.clone(),
            pilots: self.pilots.clone(),
            wrecks: self.wrecks.clone(),
            regrow_ticks: self.regrow_ticks,
        }
    }

    /// A world that goes on where `saved` stopped, under the rules that it was saved under.
    ///
    /// Free places are handed out in a new order, so it is the same as another one taken up from the same
    /// state, not as one that never stopped.
    pub fn resume(rules: Arc<Rules>, saved: SavedWorld) -> World {
        let mut world = World {
            rules,
            tick: saved.tick,
            rng: saved.rng,
            side: saved.side,
            ships: saved.ships,
            shots: saved.shots,
            asteroids: saved.asteroids,
            ores: saved.ores,
            pilots: saved.pilots,
            wrecks: saved.wrecks,
            regrow_ticks: saved.regrow_ticks,
            ship_cells: Cells::default(),
            asteroid_cells: Cells::default(),
        };
        world.index_all();
        world
    }
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use super::*;
    use crate::protocol::codec;
    use crate::sim::script::Script;

    #[test]
    fn worlds_taken_up_from_one_state_go_on_alike() {
        let mut script = Script::new("frontier", "frontier", 24).unwrap();
        (0..700).for_each(|_| script.step());
        let bytes = codec::encode_file(&script.world.save());
        let take_up = || {
            let saved = codec::decode_file(&bytes).unwrap();
            World::resume(script.world.rules().clone(), saved)
        };
        let (first, second) = (take_up(), take_up());
        assert_eq!(first.state_hash(), script.world.state_hash());
        let mut again = script.clone();
        (script.world, again.world) = (first, second);
        for _ in 0..300 {
            script.step();
            again.step();
        }
        assert_eq!(again.world.state_hash(), script.world.state_hash());
    }
}
