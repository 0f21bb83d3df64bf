//! Placed things: fields, lone rocks, stations, spawn zones and safe zones.

use std::sync::Arc;

use glam::Vec2;

use super::{ADA, BOB, fire_along_x, put, run, ship, ship_mut};
use crate::content::{Area, Content, Field, LoneRock, SafeZone, Sector, SpawnZone};
use crate::sim::rules::Rules;
use crate::sim::world::{Command, World};
use crate::units::{OreId, PlayerId, SizeId};

/// The built-in frontier, changed by hand.
fn world(change: impl FnOnce(&mut Sector)) -> World {
    let mut content = Content::built_in().unwrap();
    let sector = content.sectors.iter_mut().find(|sector| sector.id == "frontier").unwrap();
    change(sector);
    World::new(Arc::new(Rules::new(Arc::new(content), "frontier", "frontier", 30).unwrap()), 3)
}

/// A field in the shape of an L, far from the station, of the second ore alone.
fn field() -> Field {
    let corners =
        [(1500, 1500), (2700, 1500), (2700, 1900), (1900, 1900), (1900, 2900), (1500, 2900)];
    let corners = corners.map(|(x, y)| Vec2::new(x as f32, y as f32)).to_vec();
    Field {
        id: "l".to_owned(),
        name: "L".to_owned(),
        area: Area::Polygon { corners },
        density: 20.0,
        ores: vec![0.0, 1.0, 0.0],
        regrow_seconds: 1.0,
    }
}

/// Only these fields and rocks.
fn only(fields: Vec<Field>, rocks: Vec<LoneRock>) -> World {
    world(|sector| (sector.fields, sector.rocks) = (fields, rocks))
}

#[test]
fn a_field_keeps_its_number_of_its_ores_within_its_border() {
    let mut world = only(vec![field()], Vec::new());
    assert_eq!(world.asteroids().len(), 18, "0.88 million square units at 20");
    run(&mut world, 3_000, &[]);
    assert!(world.asteroids().values().any(|rock| rock.state.velocity != Vec2::ZERO), "they drift");
    for _ in 0..10 {
        let victim = world.asteroids().keys().next().unwrap();
        world.state.asteroids.remove(victim);
        run(&mut world, 61, &[]);
    }
    assert_eq!(world.asteroids().len(), 18);
    for rock in world.asteroids().values() {
        assert!(field().area.contains(rock.state.position), "{:?}", rock.state);
        assert_eq!(rock.state.ore, OreId(1));
    }
}

#[test]
fn each_field_replaces_its_own_asteroids_and_only_while_no_ship_sees_it() {
    let center = Vec2::new(-2_000.0, -2_000.0);
    let area = Area::Disc { position: center, radius: 300.0 };
    let mut world =
        only(vec![field(), Field { id: "disc".to_owned(), area, ..field() }], Vec::new());
    let in_disc = |world: &World| {
        let rocks = world.asteroids().values();
        rocks.filter(|rock| rock.state.position.distance(center) <= 300.0).count()
    };
    let before = in_disc(&world);
    world.state.asteroids.retain(|_, rock| rock.state.position.distance(center) > 300.0);
    put(&mut world, ADA, center);
    run(&mut world, 300, &[]);
    assert_eq!(in_disc(&world), 0, "Ada watches");
    run(&mut world, 1, &[Command::Leave(ADA)]);
    run(&mut world, 30 * (before as u32 + 1), &[]);
    assert_eq!(in_disc(&world), before);
    assert_eq!(world.asteroids().len(), before + 18, "the other field has none too many");
}

#[test]
fn a_lone_rock_stands_in_its_place_and_grows_there_again_once_its_pieces_are_gone() {
    let position = Vec2::new(2_000.0, -1_500.0);
    let rock = LoneRock {
        id: "rock".to_owned(),
        position,
        size: SizeId(0),
        ore: OreId(2),
        regrow_seconds: 2.0,
    };
    let mut world = only(Vec::new(), vec![rock]);
    let key = world.asteroids().keys().next().unwrap();
    world.hurt_asteroid(key, u16::MAX);
    run(&mut world, 300, &[]);
    assert_eq!(world.asteroids().len(), 3, "its pieces");
    for piece in world.asteroids().values() {
        assert_eq!(piece.state.velocity, Vec2::ZERO, "pieces come to rest outside of fields");
        assert!(piece.state.position.distance(position) < 200.0, "{:?}", piece.state);
    }
    world.state.asteroids.retain(|_, _| false);
    run(&mut world, 61, &[]);
    let rocks: Vec<_> = world.asteroids().values().map(|rock| rock.state).collect();
    assert_eq!(rocks.len(), 1);
    assert_eq!((rocks[0].position, rocks[0].size, rocks[0].ore), (position, SizeId(0), OreId(2)));
}

#[test]
fn every_station_buys_and_repairs() {
    let mut world = only(Vec::new(), Vec::new());
    let stations: Vec<Vec2> =
        world.rules.sector.stations.iter().map(|station| station.position).collect();
    assert!(stations.len() > 1);
    for (seat, place) in (0..).map(PlayerId).zip(&stations) {
        put(&mut world, seat, *place);
        let docked = ship_mut(&mut world, seat);
        (docked.hold, docked.state.hit_points) = (vec![3, 0, 0], 90);
    }
    run(&mut world, 90, &[]);
    for seat in (0..stations.len() as u16).map(PlayerId) {
        let docked = ship(&world, seat).unwrap();
        assert_eq!((docked.hold[0], docked.state.hit_points), (0, 100));
        assert!(world.pilot(seat).unwrap().credits > 0);
    }
}

#[test]
fn a_safe_zone_without_a_station_silences_guns_and_protects() {
    let (center, radius) = (Vec2::new(-1_500.0, 2_000.0), 200.0);
    let zone = SafeZone { id: "rest".to_owned(), position: center, radius };
    let mut world = world(|sector| {
        sector.fields.clear();
        sector.safe_zones = vec![zone];
    });
    put(&mut world, ADA, center);
    run(&mut world, 30, &[Command::Steer(ADA, fire_along_x())]);
    assert_eq!(world.shots().len(), 0);
    assert!(ship(&world, ADA).unwrap().state.protected);
    put(&mut world, BOB, center + Vec2::X * (radius + 20.0));
    run(&mut world, 1, &[Command::Steer(BOB, fire_along_x())]);
    assert_eq!(world.shots().len(), 1);
}

#[test]
fn ships_appear_in_spawn_zones_alone() {
    let areas = [Area::Disc { position: Vec2::new(1_000.0, 1_000.0), radius: 100.0 }, field().area];
    let zones = areas.iter().zip(["a", "b"]);
    let zones = zones.map(|(area, id)| SpawnZone { id: id.to_owned(), area: area.clone() });
    let zones = zones.collect();
    let mut world = world(|sector| {
        sector.fields.clear();
        sector.spawn_zones = zones;
    });
    let join: Vec<Command> = (0..200).map(|seat| Command::Join(PlayerId(seat))).collect();
    world.step(&join[..1], &mut Vec::new());
    world.step(&join[1..], &mut Vec::new());
    let mut counts = [0; 2];
    for pilot in world.pilots() {
        let index = areas.iter().position(|area| area.contains(pilot.last_position));
        counts[index.expect("every pilot appears in a zone")] += 1;
    }
    assert!(counts.iter().all(|count| *count > 60), "{counts:?}");
}
