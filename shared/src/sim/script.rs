//! Scripted play for tests of determinism: the same battle on every machine and in every engine.

use std::sync::Arc;

use super::rng::Rng;
use super::rules::Rules;
use super::world::{Belongings, Command, Event, World};
use crate::content::{Content, ContentError, Mount};
use crate::sim::entities::Item;
use crate::units::{Angle, Controls, Credits, HullId, PartId, PlayerId, Thrust, ViewLag, WeaponId};

/// Ticks of the golden run.
pub const GOLDEN_TICKS: u32 = 10_000;
/// Pilots of the golden run.
const PILOTS: u16 = 24;
/// What each of them has in the beginning, for the shops.
const START_CREDITS: u32 = 3_000;
/// Distance in units from which the fighters among them aim at another ship.
const FOE_REACH: f32 = 500.0;
/// Ticks from one state that is hashed to the next.
const HASH_INTERVAL: u32 = 25;
/// Seed of the world and of the script.
const SEED: u64 = 0x0D21_F7F1_E1D0;

/// The hash over the states of [`GOLDEN_TICKS`] ticks of scripted play in the frontier.
///
/// # Errors
/// When the built-in content is unsound.
pub fn golden_hash() -> Result<u64, ContentError> {
    let mut script = Script::new("frontier", "frontier", PILOTS)?;
    for _ in 0..GOLDEN_TICKS {
        script.step();
    }
    Ok(script.hash)
}

/// A world whose pilots fly at random.
#[derive(Clone, Debug)]
pub struct Script {
    /// The world.
    pub world: World,
    /// Hash over one in 25 of the states so far.
    pub hash: u64,
    rng: Rng,
    controls: Vec<Controls>,
    turns: Vec<i16>,
}

impl Script {
    /// A script for `pilots` in a sector of the built-in content.
    ///
    /// # Errors
    /// When the built-in content is unsound.
    ///
    /// # Panics
    /// When the sector or the mode does not exist: both are written in code.
    pub fn new(sector: &str, mode: &str, pilots: u16) -> Result<Self, ContentError> {
        let rules = Rules::new(Arc::new(Content::built_in()?), sector, mode, 30);
        Ok(Script::under(rules.expect("the script names what exists"), pilots))
    }

    /// A script for `pilots` under these rules.
    pub fn under(rules: Rules, pilots: u16) -> Self {
        Script {
            world: World::new(Arc::new(rules), SEED),
            hash: 0,
            rng: Rng::new(SEED),
            controls: vec![Controls::default(); usize::from(pilots)],
            turns: vec![0; usize::from(pilots)],
        }
    }

    /// One tick. Returns what happened.
    ///
    /// Pilots join over the first ticks, change their controls now and then, and sometimes one
    /// leaves and comes back.
    pub fn step(&mut self) -> Vec<Event> {
        let tick = self.world.tick().0;
        let commands = self.commands();
        let mut events = Vec::new();
        self.shop(&mut events);
        self.world.step(&commands, &mut events);
        // Every state follows from the one before, so a few of them stand for all.
        if tick.is_multiple_of(HASH_INTERVAL) {
            self.hash = self.hash.rotate_left(1) ^ self.world.state_hash();
        }
        events
    }

    /// Credits, and a weapon with which random fire destroys somebody now and then.
    fn belongings(&self, player: PlayerId) -> Belongings {
        let weapon = if player.0.is_multiple_of(2) { "weapon/lance" } else { "weapon/scatter" };
        let mut belongings =
            Belongings { credits: Credits(START_CREDITS), ..Belongings::default() };
        if let Some(item @ Item::Weapon(weapon)) = self.world.rules().named(weapon) {
            belongings.owned.add(item);
            belongings.fit.weapon = weapon;
        }
        belongings
    }

    /// Where the nearest other ship is, if it is near. Without pilots who aim, nobody would ever be destroyed.
    fn foe_of(&self, player: PlayerId) -> Option<Angle> {
        let ships = self.world.ships();
        let own = &ships.get(self.world.pilot(player)?.ship?)?.state;
        let others = ships.values().map(|ship| ship.state.position - own.position);
        let near = others.filter(|apart| (1.0..FOE_REACH).contains(&apart.length()));
        let nearest = near.min_by(|a, b| a.length_squared().total_cmp(&b.length_squared()))?;
        Some(Angle::from_direction(nearest))
    }

    /// Some pilot wants something at a dock, and often cannot have it.
    fn shop(&mut self, events: &mut Vec<Event>) {
        let player = PlayerId(self.rng.below(self.controls.len() as u32) as u16);
        let rules = self.world.rules();
        let content = &rules.content;
        let item = match self.rng.below(4) {
            0 => Item::Hull(HullId(self.rng.below(content.hulls.len() as u32) as u8)),
            1 => Item::Weapon(WeaponId(self.rng.below(content.weapons.len() as u32) as u8)),
            _ => {
                let mount = Mount::ALL[self.rng.below(Mount::COUNT as u32) as usize];
                let parts = content.parts[mount.index()].len() as u32;
                Item::Part(mount, PartId(self.rng.below(parts) as u8))
            }
        };
        let Some(pilot) = self.world.pilot(player) else { return };
        let is_owned = rules.has(&pilot.owned, item);
        let price = if is_owned { Credits(0) } else { rules.price(item).unwrap_or_default() };
        // A refusal changes nothing.
        let _ = self.world.outfit(player, item, price, events);
    }

    /// What the pilots do in the next tick.
    pub fn commands(&mut self) -> Vec<Command> {
        let mut commands = Vec::with_capacity(self.controls.len());
        let tick = self.world.tick().0;
        for index in 0..self.controls.len() {
            let player = PlayerId(index as u16);
            if tick == u32::from(player.0) {
                commands.push(Command::Join(player));
                commands.push(Command::Bring(player, self.belongings(player)));
            }
            if self.rng.below(4000) == 0 {
                commands.push(Command::Leave(player));
                commands.push(Command::Join(player));
            }
            let controls = &mut self.controls[index];
            if self.rng.below(30) == 0 {
                // Mostly away from the station and into the rocks, where something happens.
                controls.thrust = match self.rng.below(9) {
                    0 => Thrust::NONE,
                    _ => Thrust::towards((self.rng.next_u32() >> 24) as u8),
                };
                controls.boost = self.rng.below(3) == 0;
                controls.fire = self.rng.below(3) != 0;
                self.turns[index] = self.rng.below(161) as i16 - 80;
            }
            if self.rng.below(60) == 0 {
                commands.push(Command::See(player, ViewLag(self.rng.below(64) as u8)));
            }
            let foe = index.is_multiple_of(3).then(|| self.foe_of(player)).flatten();
            let controls = &mut self.controls[index];
            controls.aim = controls.aim.turned(self.turns[index]);
            if let Some(aim) = foe {
                (controls.aim, controls.fire) = (aim, true);
            }
            commands.push(Command::Steer(player, *controls));
        }
        commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Units;

    /// Changes only in a commit that says why: a new hash means that the game plays differently.
    const GOLDEN_HASH: u64 = 0x1136_ac31_9bc0_3c4a;

    #[test]
    fn ten_thousand_ticks_of_play_end_in_the_golden_state() {
        assert_eq!(golden_hash().unwrap(), GOLDEN_HASH, "{:#018x}", golden_hash().unwrap());
    }

    #[test]
    fn what_is_told_of_ore_and_money_adds_up_to_what_everyone_has() {
        let mut script = Script::new("frontier", "frontier", PILOTS).unwrap();
        let ores = script.world.rules().content.ores.len();
        let mut holds = vec![vec![Units(0); ores]; usize::from(PILOTS)];
        let mut purses = vec![Credits(START_CREDITS); usize::from(PILOTS)];
        let (mut losses, mut purchases) = (0, 0);
        for _ in 0..GOLDEN_TICKS / 2 {
            for event in script.step() {
                let (player, ore, next) = match event {
                    Event::Kill { .. } => continue,
                    Event::Fitted { .. } => continue,
                    Event::Bought { player, credits, .. } => {
                        let purse = &mut purses[player.index()];
                        *purse = purse.minus(credits).expect("nobody spends more than there is");
                        purchases += 1;
                        continue;
                    }
                    Event::Refunded { .. } => panic!("the content stays"),
                    Event::Collected { player, ore, units } => {
                        (player, ore, holds[player.index()][ore.index()].plus(units))
                    }
                    Event::Sold { player, ore, units, credits } => {
                        let purse = &mut purses[player.index()];
                        *purse = purse.plus(credits).unwrap();
                        (player, ore, holds[player.index()][ore.index()].minus(units))
                    }
                    Event::Lost { player, ore, units } => {
                        losses += 1;
                        (player, ore, holds[player.index()][ore.index()].minus(units))
                    }
                };
                holds[player.index()][ore.index()] = next.expect("nobody loses more than there is");
            }
        }
        for pilot in script.world.pilots() {
            let index = pilot.player.index();
            let ship = pilot.ship.and_then(|key| script.world.ships().get(key));
            let hold = ship.map_or(vec![0; ores], |ship| ship.hold.clone());
            let told: Vec<u16> = holds[index].iter().map(|units| units.0 as u16).collect();
            assert_eq!(told, hold, "{:?}", pilot.player);
            // Who has left and come back began with an empty purse.
            assert!(purses[index].0 >= pilot.credits, "{:?}", pilot.player);
        }
        assert!(purchases > 0, "something was bought");
        assert!(losses > 0 && purses.iter().any(|purse| *purse > Credits(0)));
    }

    #[test]
    fn the_script_plays_every_part_of_the_game() {
        let mut script = Script::new("frontier", "frontier", PILOTS).unwrap();
        let mut ore_seen = 0;
        for _ in 0..GOLDEN_TICKS {
            script.step();
            ore_seen = ore_seen.max(script.world.ores().len());
        }
        let pilots: Vec<_> = script.world.pilots().collect();
        assert!(pilots.iter().map(|pilot| pilot.kills).sum::<u32>() > 0, "someone was destroyed");
        assert!(pilots.iter().map(|pilot| pilot.credits).sum::<u32>() > 0, "something was sold");
        assert!(ore_seen > 0, "rocks were broken");
    }
}
