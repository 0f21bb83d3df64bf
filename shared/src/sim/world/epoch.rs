//! A world goes on under other rules.

use std::sync::Arc;

use super::World;
use super::command::Event;
use super::told_once::ToldOnce;
use crate::sim::entities::{Ship, Trail};
use crate::sim::rules::{Epoch, Rules};
use crate::units::{Credits, OreId, Units};

impl World {
    /// Goes on under `rules` from the next step. They must be [`Rules::next_epoch`] of the present ones. Returns what is lost
    /// from holds, in kinds of the old content, and what is paid back.
    pub fn begin_epoch(&mut self, rules: Arc<Rules>) -> Vec<Event> {
        assert_eq!(rules.deposits.len(), self.rules.deposits.len(), "the same things are placed");
        let epoch = Epoch::new(&self.rules, rules.clone());
        let now = self.state.tick;
        let state = &mut self.state;
        let mut lost = Vec::new();
        for ship in state.ships.values_mut() {
            epoch.ship(&mut ship.state);
            let Ship { state, boost_charge, gun_cooldown, energy, .. } = ship;
            epoch.reserves(state, boost_charge, gun_cooldown, energy);
            let (hold, gone) = epoch.hold(&ship.hold, ship.state.hull, &ship.state.fit);
            ship.hold = hold;
            let player = ship.state.player;
            let gone = (0..).zip(gone).filter(|(_, units)| *units > 0);
            lost.extend(gone.map(|(ore, units)| Event::Lost {
                player,
                ore: OreId(ore),
                units: Units(units.into()),
            }));
            ship.view_lag = ship.view_lag.min(rules.view_lag_max);
            ship.trail.shorten(Trail::places_max(rules.view_lag_max));
        }
        for shot in state.shots.values_mut() {
            epoch.shot(&mut shot.state, now);
            shot.view_lag = shot.view_lag.min(rules.view_lag_max);
        }
        state.asteroids.values_mut().for_each(|asteroid| epoch.asteroid(&mut asteroid.state));
        state.ores.values_mut().for_each(|ore| epoch.floating(ore, now));
        state.wrecks.begin_epoch(now, &epoch);
        let respawn_ticks = rules.ticks(rules.mode.respawn_seconds);
        for pilot in state.pilots.iter_mut() {
            pilot.hull = epoch.hull(pilot.hull);
            pilot.fit = epoch.fit(pilot.hull, &pilot.fit);
            let (owned, refunds) = epoch.owned(&pilot.owned);
            pilot.owned = owned;
            for (item, Credits(price)) in refunds {
                let credits = price.min(u32::MAX - pilot.credits);
                pilot.credits += credits;
                let (player, credits) = (pilot.player, Credits(credits));
                lost.push(Event::Refunded { player, item, credits });
            }
            pilot.respawn_ticks = pilot.respawn_ticks.min(respawn_ticks);
        }
        for (ticks, deposit) in state.regrow_ticks.iter_mut().zip(&rules.deposits) {
            *ticks = (*ticks).min(deposit.regrow_ticks);
        }
        self.rules = rules;
        // Clients are told everything again.
        self.told_once = ToldOnce::default();
        debug_assert_eq!(self.state.check(&self.rules), Ok(()), "what is there goes on");
        lost
    }
}

#[cfg(all(test, feature = "content-files"))]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::sim::script::Script;
    use crate::wire::codec;

    /// Content in which some figures differ, and some kinds have gone or changed their places.
    fn other(n: u64) -> Content {
        let mut content = Content::built_in().unwrap();
        match n % 4 {
            0 => {
                content.hulls[0].hit_points = 40;
                content.hulls[0].acceleration *= 1.5;
                content.hulls[0].hold = 3;
                content.hulls[0].boost_seconds /= 2.0;
                content.weapons[0].lifetime_seconds /= 3.0;
                content.modes.iter_mut().for_each(|mode| {
                    mode.ore_lifetime_seconds = 2.0;
                    mode.respawn_seconds /= 4.0;
                    mode.lag_compensation_seconds /= 3.0;
                });
            }
            1 => {
                // Another hull in front, and ores in another order, one of them new.
                let mut hull = content.hulls[0].clone();
                "heron".clone_into(&mut hull.id);
                content.hulls.insert(0, hull);
                content.ores[2].id = "xenon".to_owned();
                content.ores.reverse();
                for sector in &mut content.sectors {
                    sector.fields.iter_mut().for_each(|field| field.ores.reverse());
                    sector.rocks.iter_mut().for_each(|rock| rock.ore = OreId(2 - rock.ore.0));
                }
            }
            2 => {
                content.hulls[0].id = "heron".to_owned();
                content.weapons[0].id = "lance".to_owned();
                content.asteroid_sizes[1].id = "lump".to_owned();
                content.asteroid_sizes.iter_mut().for_each(|size| size.hit_points /= 2);
            }
            _ => {}
        }
        content
    }

    #[test]
    fn a_world_goes_on_under_other_figures_and_one_that_was_saved_does_just_as_well() {
        for seed in 0..6 {
            let mut script = Script::new("frontier", "frontier", 24).unwrap();
            (0..200 + 37 * seed).for_each(|_| drop(script.step()));
            for n in seed..seed + 5 {
                let old = script.world.rules().clone();
                let before: u32 = script.world.ships().values().map(load).sum();
                let saved = script.world.save();
                let rules = Arc::new(old.next_epoch(Arc::new(other(n))).unwrap());
                let lost = script.world.begin_epoch(rules.clone());
                let gone: u32 = lost.iter().map(units).sum();
                let left: u32 = script.world.ships().values().map(load).sum();
                assert_eq!(before, left + gone, "ore is conserved, seed {seed}, content {n}");
                // Before the switch, and after some ticks behind it.
                let mut twin = World::resume(old, saved);
                twin.begin_epoch(rules.clone());
                for tick in 0..40 {
                    let commands = script.commands();
                    let (mut events, mut others) = (Vec::new(), Vec::new());
                    script.world.step(&commands, &mut events);
                    twin.step(&commands, &mut others);
                    assert_eq!(events, others, "seed {seed}, content {n}, tick {tick}");
                    let bytes = codec::encode_file(twin.saved());
                    assert!(bytes == codec::encode_file(script.world.saved()), "tick {tick}");
                    if tick % 13 == 0 {
                        assert_eq!(twin.save().check(&rules), Ok(()), "seed {seed}, content {n}");
                        twin = World::resume(rules.clone(), codec::decode_file(&bytes).unwrap());
                    }
                }
            }
        }
    }

    fn load(ship: &crate::sim::Ship) -> u32 {
        ship.hold.iter().map(|units| u32::from(*units)).sum()
    }

    fn units(event: &Event) -> u32 {
        let Event::Lost { units: Units(units), .. } = event else { panic!("{event:?}") };
        *units
    }

    #[test]
    fn what_cannot_change_while_a_room_is_open_is_named() {
        let script = Script::new("frontier", "frontier", 1).unwrap();
        let rules = script.world.rules();
        type Edit = fn(&mut crate::content::Sector);
        let edits: [(Edit, &str); 4] = [
            (|sector| sector.view_half = None, "view_half"),
            (|sector| sector.stations[1].position.x += 1.0, "station"),
            (|sector| drop(sector.fields.pop()), "field"),
            (|sector| sector.rocks[0].id.push('x'), "rock"),
        ];
        for (edit, key) in edits {
            let mut content = Content::built_in().unwrap();
            edit(content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap());
            let error = rules.next_epoch(Arc::new(content)).unwrap_err().to_string();
            let expected = format!("sectors/frontier.toml: {key}: cannot change while");
            assert!(error.starts_with(&expected), "{error}");
        }
        let mut content = Content::built_in().unwrap();
        let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
        sector.fields[0].density *= 0.5;
        sector.stations[0].repair_per_second = 1.0;
        assert!(rules.next_epoch(Arc::new(content)).is_ok());
    }
}
