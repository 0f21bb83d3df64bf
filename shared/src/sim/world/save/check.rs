//! Checks a saved world before its figures are used as indexes or in sums: a file comes from outside, even if its hash is
//! right.

use glam::Vec2;
use thiserror::Error;

use super::SavedWorld;
use crate::content::Mount;
use crate::limits::{
    PELLETS_MAX, PLAYERS_PER_ROOM_MAX, SECTOR_SIDE_MAX, SECTOR_SIDE_MIN, SPEED_MAX,
};
use crate::sim::entities::{Fit, ShipState, Trail};
use crate::sim::motion::end_of_shot;
use crate::sim::rules::Rules;
use crate::units::{
    Angle, DepositId, HullId, OreId, PlayerId, Thrust, Tick, position_from_grid, position_to_grid,
};

/// The latest tick that a saved world may be of: a year at the highest rate is still to come after it.
const TICK_MAX: Tick = Tick(u32::MAX / 8 * 3);
/// Units beyond the edge at which something may be.
const EDGE_SLACK: f32 = 256.0;

/// Why a saved world cannot be resumed: it holds something that no world under these rules can hold.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the saved world holds {0}")]
pub struct SavedWorldError(&'static str);

type Checked = Result<(), SavedWorldError>;

fn ensure(is_right: bool, otherwise: &'static str) -> Checked {
    if is_right { Ok(()) } else { Err(SavedWorldError(otherwise)) }
}

impl SavedWorld {
    /// Checks that a world under `rules` can be this one.
    ///
    /// # Errors
    /// Names the first figure that is out of range or does not agree with another.
    pub fn check(&self, rules: &Rules) -> Checked {
        ensure(self.tick <= TICK_MAX, "a tick at the end of time")?;
        let is_side = (SECTOR_SIDE_MIN..=SECTOR_SIDE_MAX).contains(&self.side);
        ensure(is_side, "a side that no sector has")?;
        let is_sector = self.regrow_ticks.len() == rules.deposits.len();
        ensure(is_sector, "waits of other deposits")?;
        let waits = self.regrow_ticks.iter().zip(&rules.deposits);
        let is_wait = waits.into_iter().all(|(ticks, deposit)| *ticks <= deposit.regrow_ticks);
        ensure(is_wait, "a wait that is longer than the deposit's")?;
        self.check_ships(rules)?;
        self.check_shots(rules)?;
        self.check_asteroids_and_ores(rules)?;
        self.check_pilots(rules)
    }

    fn check_ships(&self, rules: &Rules) -> Checked {
        ensure(self.ships.len() <= PLAYERS_PER_ROOM_MAX, "more ships than a room has seats")?;
        for (key, ship) in self.ships.iter() {
            let state = &ship.state;
            self.check_ship(state, rules)?;
            let hull = rules.hull(state.hull);
            let ores = rules.content.ores.len();
            ensure(ship.hold.len() == ores, "a hold for other ores")?;
            let load: u32 = ship.hold.iter().map(|units| u32::from(*units)).sum();
            let hold = rules.hold(state.hull, &state.fit);
            ensure(load <= u32::from(hold), "a hold that is more than full")?;
            let energy = rules.energy(state.hull, &state.fit).most;
            ensure(ship.energy <= energy, "more energy than a ship has when full")?;
            ensure(ship.boost_charge <= hull.boost_charge_max, "a boost beyond a full charge")?;
            let controls = &ship.controls;
            check_angle(controls.aim)?;
            check_thrust(controls.thrust)?;
            let own = self.pilots.get(state.player).and_then(|pilot| pilot.ship);
            ensure(own == Some(key), "a ship without a pilot")?;
            ensure(ship.view_lag <= rules.view_lag_max, "a view lag beyond the cap")?;
            self.check_trail(&ship.trail, rules)?;
        }
        for wreck in self.wrecks.iter() {
            check_player(wreck.player)?;
            check_hull(wreck.hull, rules)?;
            ensure(wreck.destroyed <= self.tick, "a wreck of the future")?;
            let is_shown = wreck.destroyed == self.tick || wreck.is_shown(self.tick, rules);
            ensure(is_shown, "a wreck that no screen shows any more")?;
            self.check_trail(&wreck.trail, rules)?;
        }
        Ok(())
    }

    fn check_trail(&self, trail: &Trail, rules: &Rules) -> Checked {
        let is_kept = trail.places().len() <= Trail::places_max(rules.view_lag_max);
        ensure(is_kept, "a trail that is longer than any that is kept")?;
        trail.places().try_for_each(|place| self.check_place(place))
    }

    fn check_ship(&self, state: &ShipState, rules: &Rules) -> Checked {
        check_player(state.player)?;
        check_hull(state.hull, rules)?;
        check_angle(state.aim)?;
        check_thrust(state.thrust)?;
        let hull = rules.hull(state.hull);
        let has_points = (1..=hull.hit_points).contains(&state.hit_points);
        ensure(has_points, "a ship with hit points that its hull does not have")?;
        check_fit(state.hull, &state.fit, rules)?;
        let shield = rules.shield(&state.fit);
        ensure(state.shield <= shield.most, "a shield beyond a whole one")?;
        let is_wait = state.shield_wait <= shield.wait_max();
        ensure(is_wait, "a wait that is longer than any shield's")?;
        let is_wait = state.gate_ticks <= rules.gates.cooldown_max();
        ensure(is_wait, "a wait that is longer than any gate's")?;
        self.check_course(state.position, state.velocity)
    }

    fn check_shots(&self, rules: &Rules) -> Checked {
        for shot in self.shots.values() {
            let state = &shot.state;
            check_player(state.shooter)?;
            let is_weapon = state.weapon.index() < rules.content.weapons.len();
            ensure(is_weapon, "a shot of a weapon that there is not")?;
            let lifetime = u32::from(rules.weapon(state.weapon).lifetime_ticks);
            ensure(shot.pellet < PELLETS_MAX, "a shot beyond those of a firing")?;
            self.check_end(state.expires, lifetime)?;
            let ends = end_of_shot(*state, rules, self.tick).ends();
            ensure(state.ends() == ends, "a shot that ends where there is no wall, or behind one")?;
            ensure(shot.fired <= self.tick, "a shot of the future")?;
            ensure(shot.view_lag <= rules.view_lag_max, "a view lag beyond the cap")?;
            self.check_course(state.position, state.velocity)?;
        }
        Ok(())
    }

    fn check_asteroids_and_ores(&self, rules: &Rules) -> Checked {
        for asteroid in self.asteroids.values() {
            let state = &asteroid.state;
            let is_size = state.size.index() < rules.content.asteroid_sizes.len();
            ensure(is_size, "an asteroid of a size that there is not")?;
            check_ore(state.ore, rules)?;
            let whole = rules.content.asteroid_size(state.size).hit_points;
            let has_points = (1..=whole).contains(&state.hit_points);
            ensure(has_points, "an asteroid with hit points that its size does not have")?;
            ensure(asteroid.damaged <= self.tick, "an asteroid hit in the future")?;
            let deposit = asteroid.deposit.map_or(0, DepositId::index);
            let is_deposit = asteroid.deposit.is_none() || deposit < rules.deposits.len();
            ensure(is_deposit, "an asteroid of a deposit that there is not")?;
            self.check_course(state.position, state.velocity)?;
        }
        let lifetime = rules.ticks(rules.mode.ore_lifetime_seconds);
        for ore in self.ores.values() {
            check_ore(ore.ore, rules)?;
            ensure(ore.amount > 0, "a chunk of nothing")?;
            self.check_end(ore.expires, lifetime)?;
            self.check_course(ore.position, ore.velocity)?;
        }
        Ok(())
    }

    fn check_pilots(&self, rules: &Rules) -> Checked {
        let is_room = self.pilots.seats() <= PLAYERS_PER_ROOM_MAX;
        ensure(is_room, "a player whose seat no room has")?;
        let is_counted = self.pilots.iter().count() == self.pilots.count();
        ensure(is_counted, "another number of pilots than it says")?;
        for pilot in self.pilots.iter() {
            check_player(pilot.player)?;
            let is_at_home = self.pilots.get(pilot.player).is_some_and(|at_home| at_home == pilot);
            ensure(is_at_home, "a pilot on another's seat")?;
            check_hull(pilot.hull, rules)?;
            check_fit(pilot.hull, &pilot.fit, rules)?;
            let is_sold = pilot.owned.items().all(|item| rules.price(item).is_some());
            ensure(is_sold, "a pilot who owns what there is not")?;
            self.check_place(pilot.last_position)?;
            let wait = rules.ticks(rules.mode.respawn_seconds);
            ensure(pilot.respawn_ticks <= wait, "a wait that is longer than the mode's")?;
            let ship = pilot.ship.map(|key| self.ships.get(key));
            let is_own =
                ship.is_none_or(|ship| ship.is_some_and(|ship| ship.state.player == pilot.player));
            ensure(is_own, "a pilot with a ship that is not there")?;
        }
        Ok(())
    }

    fn check_course(&self, position: Vec2, velocity: Vec2) -> Checked {
        self.check_place(position)?;
        let is_on_grid = position_from_grid(position_to_grid(position)) == position;
        ensure(is_on_grid, "a place off the grid")?;
        let is_speed = velocity.is_finite() && velocity.abs().max_element() <= SPEED_MAX;
        ensure(is_speed, "a speed that nothing has")
    }

    fn check_place(&self, place: Vec2) -> Checked {
        let reach = SECTOR_SIDE_MAX / 2.0 + EDGE_SLACK;
        let is_inside = place.is_finite() && place.abs().max_element() <= reach;
        ensure(is_inside, "a place outside every sector")
    }

    fn check_end(&self, expires: Tick, lifetime: u32) -> Checked {
        let is_near = expires > self.tick && expires.since(self.tick) <= lifetime;
        ensure(is_near, "something that ends later than its kind does, or has ended")
    }
}

fn check_player(player: PlayerId) -> Checked {
    ensure(player.index() < PLAYERS_PER_ROOM_MAX, "a player whose seat no room has")
}

fn check_hull(hull: HullId, rules: &Rules) -> Checked {
    ensure(hull.index() < rules.content.hulls.len(), "a hull that there is not")?;
    Ok(())
}

fn check_fit(hull: HullId, fit: &Fit, rules: &Rules) -> Checked {
    let content = &rules.content;
    ensure(fit.weapon.index() < content.weapons.len(), "a weapon that there is not")?;
    let has_part = |mount: Mount| fit.part(mount).index() < content.parts[mount.index()].len();
    ensure(Mount::ALL.into_iter().all(has_part), "a part that there is not")?;
    ensure(rules.fitting(hull, *fit) == *fit, "a part without a mount")
}

fn check_ore(ore: OreId, rules: &Rules) -> Checked {
    ensure(ore.index() < rules.content.ores.len(), "an ore that there is not")
}

fn check_angle(angle: Angle) -> Checked {
    ensure(angle.steps() < Angle::STEPS, "an angle of more than a turn")
}

fn check_thrust(thrust: Thrust) -> Checked {
    ensure(Thrust::from_code(thrust.code()).is_some(), "a thrust in no direction")
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use super::*;
    use crate::sim::entities::Ship;
    use crate::sim::script::Script;
    use crate::sim::world::World;
    use crate::units::ViewLag;

    /// A world in which everything happens, and the rules of it.
    fn played() -> World {
        let mut script = Script::new("frontier", "frontier", 24).unwrap();
        while script.world.ores().is_empty() || script.world.shots().is_empty() {
            script.step();
        }
        script.world
    }

    #[test]
    fn whatever_a_world_saves_is_resumed() {
        for sector in ["frontier", "proving-ground"] {
            let mut script = Script::new(sector, sector, 24).unwrap();
            for tick in 0..3_000 {
                script.step();
                if tick % 50 == 0 {
                    let checked = script.world.save().check(script.world.rules());
                    assert_eq!(checked, Ok(()), "{sector}, tick {tick}");
                }
            }
        }
    }

    #[test]
    fn wild_numbers_are_refused_by_name() {
        type Wild = fn(&mut World);
        let cases: [(&str, Wild); 21] = [
            ("a side that no sector has", |world| world.state.side = f32::NAN),
            ("a tick at the end of time", |world| world.state.tick = Tick(u32::MAX)),
            ("a hull that there is not", |world| {
                world.state.ships.values_mut().for_each(|ship| ship.state.hull = HullId(200));
            }),
            ("a player whose seat no room has", |world| {
                world
                    .state
                    .ships
                    .values_mut()
                    .for_each(|ship| ship.state.player = PlayerId(u16::MAX));
            }),
            ("a place outside every sector", |world| {
                world
                    .state
                    .ships
                    .values_mut()
                    .for_each(|ship| ship.state.position.x = f32::INFINITY);
            }),
            ("a place off the grid", |world| {
                world.state.ships.values_mut().for_each(|ship| ship.state.position.x = 0.001);
            }),
            ("a speed that nothing has", |world| {
                world.state.ships.values_mut().for_each(|ship| ship.state.velocity.y = f32::NAN);
            }),
            ("a hold for other ores", |world| {
                world.state.ships.values_mut().for_each(|ship| ship.hold.clear());
            }),
            ("a hold that is more than full", |world| {
                world.state.ships.values_mut().for_each(|ship| ship.hold.fill(u16::MAX));
            }),
            ("something that ends later than its kind does, or has ended", |world| {
                world.change_told_expiry_of_ore();
                for _ in 0..200 {
                    world.change_told_expiry_of_ore();
                }
            }),
            ("an asteroid with hit points that its size does not have", |world| {
                world
                    .state
                    .asteroids
                    .values_mut()
                    .for_each(|rock| rock.state.hit_points = u16::MAX);
            }),
            ("a wait that is longer than the deposit's", |world| {
                world.state.regrow_ticks.fill(u32::MAX);
            }),
            ("waits of other deposits", |world| world.state.regrow_ticks.clear()),
            ("an asteroid of a deposit that there is not", |world| {
                let deposit = Some(DepositId(200));
                world.state.asteroids.values_mut().for_each(|rock| rock.deposit = deposit);
            }),
            ("a wait that is longer than the mode's", |world| {
                world.state.pilots.iter_mut().for_each(|pilot| pilot.respawn_ticks = 900);
            }),
            ("a view lag beyond the cap", |world| {
                world.state.shots.values_mut().for_each(|shot| shot.view_lag = ViewLag(200));
            }),
            ("a trail that is longer than any that is kept", |world| {
                let push = |ship: &mut Ship| ship.trail.push(Vec2::ZERO, ViewLag(200));
                (0..9).for_each(|_| world.state.ships.values_mut().for_each(push));
            }),
            ("a ship without a pilot", |world| {
                let twin = world.state.ships.values().next().cloned().unwrap();
                world.state.ships.insert(twin);
            }),
            // Its age in steps of lag would not fit.
            ("a wreck that no screen shows any more", |world| {
                let ship = world.state.ships.values().next().cloned().unwrap();
                world.state.wrecks.add(ship, Tick(0));
                world.state.tick = TICK_MAX;
                world.state.shots.retain(|_, _| false);
                world.state.ores.retain(|_, _| false);
            }),
            ("a wreck of the future", |world| {
                let ship = world.state.ships.values().next().cloned().unwrap();
                world.state.wrecks.add(ship, world.state.tick.next());
            }),
            ("a pilot with a ship that is not there", |world| {
                let keys: Vec<_> = world.state.ships.keys().collect();
                keys.into_iter().for_each(|key| drop(world.state.ships.remove(key)));
            }),
        ];
        for (sentence, make_wild) in cases {
            let mut world = played();
            make_wild(&mut world);
            let checked = world.save().check(world.rules());
            assert_eq!(checked, Err(SavedWorldError(sentence)));
        }
    }
}
