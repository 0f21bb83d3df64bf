//! Docks: what is bought and mounted there, and what it does.

use glam::Vec2;

use super::{ADA, BOB, add_rock, field, fire_along_x, put, run, ship, ship_mut, world};
use crate::sim::entities::{Item, Owned};
use crate::sim::world::{Belongings, Command, Event, OutfitError, World};
use crate::units::{Controls, Credits, OreId, PlayerId};

fn item(world: &World, name: &str) -> Item {
    world.rules.named(name).unwrap_or_else(|| panic!("{name}"))
}

/// Buys something for what it costs, or mounts it if it is owned.
fn outfit(world: &mut World, player: PlayerId, name: &str) -> Result<Vec<Event>, OutfitError> {
    let item = item(world, name);
    let owned = world.pilot(player).map(|pilot| pilot.owned).unwrap_or_default();
    let price = world.rules.price(item).unwrap();
    let price = if world.rules.has(&owned, item) { Credits(0) } else { price };
    let mut events = Vec::new();
    world.outfit(player, item, price, &mut events).map(|()| events)
}

/// A docked pilot with credits.
fn shopper(credits: u32) -> World {
    let mut world = world("frontier", "frontier");
    put(&mut world, ADA, Vec2::new(150.0, 0.0));
    world.state.pilots.get_mut(ADA).unwrap().credits = credits;
    world
}

/// Fits a ship out in the open, as a dock would.
fn fit(world: &mut World, player: PlayerId, names: &[&str]) {
    for name in names {
        let item = item(world, name);
        let ship = ship_mut(world, player);
        match item {
            Item::Weapon(weapon) => ship.state.fit.weapon = weapon,
            Item::Part(mount, part) => ship.state.fit.parts[mount.index()] = part,
            Item::Hull(hull) => ship.state.hull = hull,
        }
    }
}

#[test]
fn what_is_bought_is_paid_once_and_mounted() {
    let mut world = shopper(1_000);
    let events = outfit(&mut world, ADA, "hold/racks").unwrap();
    let racks = item(&world, "hold/racks");
    assert_eq!(events[0], Event::Bought { player: ADA, item: racks, credits: Credits(60) });
    let pilot = world.pilot(ADA).unwrap();
    assert_eq!((pilot.credits, pilot.owned.has(racks)), (940, true));
    let state = ship(&world, ADA).unwrap().state;
    assert_eq!(world.rules.hold(state.hull, &state.fit), 60);
    outfit(&mut world, ADA, "hold/lockers").unwrap();
    outfit(&mut world, ADA, "hold/racks").unwrap();
    assert_eq!(world.pilot(ADA).unwrap().credits, 940, "it is owned");
}

#[test]
fn a_hull_comes_with_its_weapon_and_parts_and_leads_to_others() {
    let mut world = shopper(4_000);
    assert_eq!(outfit(&mut world, ADA, "hull/ox"), Err(OutfitError::NotYet));
    let events = outfit(&mut world, ADA, "hull/mole").unwrap();
    let bought = events.iter().filter_map(|event| match event {
        Event::Bought { item, credits, .. } => Some((*item, *credits)),
        _ => None,
    });
    let expected = [("hull/mole", 700), ("tool/drill", 0)];
    let expected = expected.map(|(name, credits)| (item(&world, name), Credits(credits)));
    assert_eq!(bought.collect::<Vec<_>>(), expected, "the pulse cannon is everybody's");
    let state = ship(&world, ADA).unwrap().state;
    assert_eq!((Item::Hull(state.hull), state.hit_points), (item(&world, "hull/mole"), 150));
    outfit(&mut world, ADA, "hull/ox").unwrap();
    outfit(&mut world, ADA, "hull/sparrow").unwrap();
    assert_eq!(world.pilot(ADA).unwrap().credits, 4_000 - 700 - 2_200);
    run(&mut world, 30, &[]);
}

#[test]
fn each_refusal_has_its_name_and_changes_nothing() {
    let mut world = shopper(100);
    let before = crate::wire::codec::encode_file(world.saved());
    assert_eq!(outfit(&mut world, ADA, "tool/tractor"), Err(OutfitError::TooDear));
    let racks = item(&world, "hold/racks");
    let asked =
        |world: &mut World, item, price| world.outfit(ADA, item, Credits(price), &mut Vec::new());
    assert_eq!(asked(&mut world, racks, 59), Err(OutfitError::NotOffered), "another price");
    let none = Item::Weapon(crate::units::WeaponId(63));
    assert_eq!(asked(&mut world, none, 0), Err(OutfitError::NotOffered));
    assert_eq!(outfit(&mut world, BOB, "hold/racks"), Err(OutfitError::NotDocked), "no pilot");
    assert!(before == crate::wire::codec::encode_file(world.saved()));
    outfit(&mut world, ADA, "hold/racks").unwrap();
    ship_mut(&mut world, ADA).hold[0] = 55;
    assert_eq!(outfit(&mut world, ADA, "hold/lockers"), Err(OutfitError::HoldTooFull));
    world.state.pilots.get_mut(ADA).unwrap().credits = 5_000;
    ship_mut(&mut world, ADA).hold[0] = 0;
    outfit(&mut world, ADA, "hull/kestrel").unwrap();
    assert_eq!(outfit(&mut world, ADA, "hold/racks"), Err(OutfitError::NoMount));
    ship_mut(&mut world, ADA).state.position = Vec2::new(2_000.0, 0.0);
    assert_eq!(outfit(&mut world, ADA, "hull/sparrow"), Err(OutfitError::NotDocked));
}

#[test]
fn what_was_bought_outlives_the_ship() {
    let mut world = shopper(1_000);
    outfit(&mut world, ADA, "hull/kestrel").unwrap();
    let fit = ship(&world, ADA).unwrap().state.fit;
    let key = world.pilot(ADA).unwrap().ship.unwrap();
    world.destroy_ship(key, BOB, &mut Vec::new());
    let wait = world.rules.ticks(world.rules.mode.respawn_seconds);
    run(&mut world, wait + 1, &[]);
    let state = ship(&world, ADA).unwrap().state;
    assert_eq!((Item::Hull(state.hull), state.fit), (item(&world, "hull/kestrel"), fit));
}

#[test]
fn who_brings_something_flies_it_and_what_is_not_owned_is_not_flown() {
    let mut world = world("frontier", "frontier");
    let mut owned = Owned::default();
    owned.add(item(&world, "hull/mole"));
    let Item::Hull(mole) = item(&world, "hull/mole") else { panic!() };
    let fit = world.rules.hull(mole).fit;
    let belongings = Belongings { credits: Credits(77), owned, hull: mole, fit };
    world.step(&[Command::Join(ADA), Command::Bring(ADA, belongings)], &mut Vec::new());
    let state = ship(&world, ADA).unwrap().state;
    assert_eq!((state.hull, state.hit_points), (mole, 150));
    let expected = world.rules.owned_fit(&owned, mole, fit).1;
    assert_eq!(state.fit, expected, "the drill that comes with it is not owned here");
    assert_eq!(world.pilot(ADA).unwrap().credits, 77);
    let belongings = Belongings { owned: Owned::default(), ..belongings };
    world.step(&[Command::Join(BOB), Command::Bring(BOB, belongings)], &mut Vec::new());
    assert_eq!(Item::Hull(ship(&world, BOB).unwrap().state.hull), item(&world, "hull/sparrow"));
}

#[test]
fn a_shield_takes_harm_first_and_recovers_after_a_while_without_any() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    put(&mut world, BOB, Vec2::new(200.0, 0.0));
    fit(&mut world, BOB, &["shield/ward"]);
    ship_mut(&mut world, BOB).state.shield = 40;
    run(&mut world, 20, &[Command::Steer(ADA, fire_along_x())]);
    let bob = ship(&world, BOB).unwrap().state;
    assert!(bob.shield < 40 && bob.hit_points == 100, "{bob:?}");
    run(&mut world, 40, &[Command::Steer(ADA, Controls::default())]);
    let low = ship(&world, BOB).unwrap().state.shield;
    run(&mut world, 60, &[]);
    assert_eq!(ship(&world, BOB).unwrap().state.shield, low, "four seconds are not over");
    run(&mut world, 200, &[]);
    let bob = ship(&world, BOB).unwrap().state;
    assert_eq!((bob.shield, bob.shield_wait), (40, 0));
}

#[test]
fn energy_limits_how_long_a_gun_fires_and_comes_back() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    fit(&mut world, ADA, &["weapon/lance"]);
    let fired = |world: &mut World, ticks: u32, controls: Controls| {
        let mut count = 0;
        for _ in 0..ticks {
            run(world, 1, &[Command::Steer(ADA, controls)]);
            let now = world.tick();
            count += world.shots().values().filter(|shot| shot.fired == now).count();
        }
        count
    };
    // 60 energy and 15 a second for 22 a shot: more than the cooldown of 0.9 s allows only at first.
    let first = fired(&mut world, 27 * 4, fire_along_x());
    let later = fired(&mut world, 27 * 10, fire_along_x());
    assert_eq!(first, 4);
    assert!((5..=7).contains(&later), "{later} shots in nine seconds");
    fired(&mut world, 200, Controls::default());
    let ship = ship(&world, ADA).unwrap();
    assert_eq!(ship.energy, world.rules.energy(ship.state.hull, &ship.state.fit).most);
}

#[test]
fn a_scatter_gun_fires_five_shots_side_by_side() {
    let mut world = field();
    put(&mut world, ADA, Vec2::ZERO);
    fit(&mut world, ADA, &["weapon/scatter"]);
    run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
    let mut sideways: Vec<f32> = world.shots().values().map(|shot| shot.state.velocity.y).collect();
    sideways.sort_by(f32::total_cmp);
    assert_eq!(sideways.len(), 5);
    assert!(sideways.windows(2).all(|pair| pair[0] < pair[1] - 10.0), "{sideways:?}");
    assert!((sideways[0] + sideways[4]).abs() < 2.0, "{sideways:?}");
}

#[test]
fn a_drill_breaks_rocks_in_half_the_time_and_a_tractor_takes_ore_from_afar() {
    let ticks_to_break = |parts: &[&str]| {
        let mut world = field();
        put(&mut world, ADA, Vec2::ZERO);
        fit(&mut world, ADA, parts);
        add_rock(&mut world, 2, Vec2::new(120.0, 0.0));
        let mut ticks = 0;
        while !world.asteroids().is_empty() {
            run(&mut world, 1, &[Command::Steer(ADA, fire_along_x())]);
            ticks += 1;
            assert!(ticks < 300);
        }
        ticks
    };
    assert!(ticks_to_break(&["tool/drill"]) < ticks_to_break(&[]));
    let takes = |parts: &[&str]| {
        let mut world = field();
        put(&mut world, ADA, Vec2::ZERO);
        fit(&mut world, ADA, parts);
        world.add_ore(OreId(0), 3, Vec2::new(100.0, 0.0), Vec2::ZERO);
        run(&mut world, 3, &[]);
        ship(&world, ADA).unwrap().hold[0] == 3
    };
    assert!(takes(&["tool/tractor"]) && !takes(&[]));
}
