//! Compares what a client decodes with the world that the server simulates.

mod budget;

use std::sync::Arc;

use driftfield_shared::sim::maze::maze;
use driftfield_shared::sim::script::Script;
use driftfield_shared::sim::{
    AsteroidKey, Command, OreKey, Rng, Rules, ShipKey, ShipState, ShotKey, World,
};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, Decoder, History, SnapshotHeader, SnapshotKind, SnapshotOrder, Visible,
    Workspace, find_visible, slot_of,
};
use driftfield_shared::units::{PlayerId, Tick};
use driftfield_shared::wire::BitReader;
use glam::Vec2;

/// What a client may see, by key.
#[derive(Default)]
struct Seen {
    ships: Vec<ShipKey>,
    shots: Vec<ShotKey>,
    asteroids: Vec<AsteroidKey>,
    ores: Vec<OreKey>,
}

impl Seen {
    fn slots(&self) -> Visible {
        let mut visible = Visible::default();
        self.ships.iter().for_each(|key| visible.ships.insert(slot_of(*key)));
        self.shots.iter().for_each(|key| visible.shots.insert(slot_of(*key)));
        self.asteroids.iter().for_each(|key| visible.asteroids.insert(slot_of(*key)));
        self.ores.iter().for_each(|key| visible.ores.insert(slot_of(*key)));
        visible
    }
}

/// Computes interest the slow way: every entity within `half` of our ship, and our ship.
fn seen(world: &World, player: PlayerId, half: Vec2) -> Seen {
    let centre = world.pilot(player).map_or(Vec2::ZERO, |pilot| {
        let ship = pilot.ship.and_then(|key| world.ships().get(key));
        ship.map_or(pilot.last_position, |ship| ship.state.position)
    });
    let is_near = |place: Vec2| (place - centre).abs().cmple(half).all();
    let mut visible = Seen::default();
    let ships = world.ships().iter();
    visible.ships.extend(ships.filter(|(_, s)| is_near(s.state.position)).map(|(key, _)| key));
    let shots = world.shots().iter();
    visible.shots.extend(shots.filter(|(_, s)| is_near(s.state.position)).map(|(key, _)| key));
    let rocks = world.asteroids().iter();
    visible.asteroids.extend(rocks.filter(|(_, a)| is_near(a.state.position)).map(|(key, _)| key));
    visible
        .ores
        .extend(world.ores().iter().filter(|(_, o)| is_near(o.position)).map(|(key, _)| key));
    visible
}

fn assert_same(world: &World, visible: &Seen, decoder: &Decoder, seed: u64) {
    let at = (seed, world.tick());
    assert_eq!(decoder.tick(), Some(world.tick()), "{at:?}");
    assert_eq!(decoder.side(), world.side(), "{at:?}");
    let mut expected: Vec<_> = visible.ships.iter().map(|key| world.ships()[*key].state).collect();
    let mut decoded: Vec<_> = decoder.ships().iter().map(|(_, state)| *state).collect();
    expected.sort_by_key(|ship| ship.player);
    decoded.sort_by_key(|ship| ship.player);
    assert_eq!(decoded, expected, "{at:?}");
    for key in &visible.shots {
        let state = world.shots()[*key].state;
        assert!(decoder.shots().iter().any(|(_, shot)| *shot == state), "{at:?}: {state:?}");
    }
    for (_, shot) in decoder.shots() {
        assert!(world.shots().values().any(|other| other.state == *shot), "{at:?}: {shot:?}");
    }
    let rocks: Vec<_> = decoder.asteroids().iter().map(|(_, state)| *state).collect();
    assert_eq!(rocks.len(), visible.asteroids.len(), "{at:?}");
    for key in &visible.asteroids {
        let state = world.asteroids()[*key].state;
        assert!(rocks.contains(&state), "{at:?}: {state:?}");
    }
    let ores: Vec<_> = decoder.ores().iter().map(|(_, state)| *state).collect();
    assert_eq!(ores.len(), visible.ores.len(), "{at:?}");
    for key in &visible.ores {
        assert!(ores.contains(&world.ores()[*key]), "{at:?}");
    }
}

/// A reader of headers only must know the same ticks as the decoder. `held` is its tick, margin and side before.
fn assert_header_agrees(
    header: &SnapshotHeader,
    held: (Option<Tick>, i8, f32),
    decoder: &Decoder,
    seed: u64,
) {
    let (tick, margin, side) = held;
    let is_full = matches!(header.kind, SnapshotKind::Full(_));
    let margin = if is_full { 0 } else { margin };
    let at = (seed, decoder.tick());
    assert_eq!(header.tick(tick).ok(), decoder.tick(), "{at:?}");
    assert_eq!(header.margin.unwrap_or(margin), decoder.margin(), "{at:?}");
    assert_eq!(header.side.unwrap_or(side), decoder.side(), "{at:?}");
    assert!(header.side.is_some() || !is_full, "{at:?}");
}

/// Plays a script while three clients follow it. Each misses snapshots at random.
fn follow(sector: &str, mode: &str, seed: u64, ticks: u32) {
    follow_script(Script::new(sector, mode, 24).unwrap(), seed, ticks);
}

/// A maze with a script, in which ships bump into walls, shots end at them, and gates lead to and fro.
fn in_maze(seed: u64, pilots: u16) -> Script {
    let content = Arc::new(maze(60, 8, seed).unwrap());
    Script::under(Rules::new(content, "frontier", "frontier", 30).unwrap(), pilots)
}

fn follow_script(mut script: Script, seed: u64, ticks: u32) {
    let mut rng = Rng::new(seed);
    let mut history = History::default();
    let rules = script.world.rules().clone();
    let mut clients: Vec<_> = [0, 5, 23]
        .map(|player| {
            let player = PlayerId(player);
            (player, ClientView::default(), Decoder::new(rules.clone(), player), 0)
        })
        .into();
    let mut space = Workspace::default();
    for _ in 0..ticks {
        script.step();
        history.record(&script.world);
        for (player, view, decoder, skip) in &mut clients {
            *skip = u32::saturating_sub(*skip, 1);
            if *skip > 0 {
                continue;
            }
            // Usually the next tick, sometimes a few later, rarely beyond the history.
            *skip = match rng.below(100) {
                0 => 80,
                1..=9 => rng.below(20),
                _ => 1,
            };
            let seen = seen(&script.world, *player, Vec2::new(900.0, 560.0));
            let margin = rng.below(128) as i8 - 64;
            space.visible = seen.slots();
            let order =
                SnapshotOrder { player: *player, margin, budget: BitBudget::of(usize::MAX) };
            view.encode(&script.world, &history, order, &mut space);
            let header = SnapshotHeader::read(&mut BitReader::new(space.bytes())).unwrap();
            let held = (decoder.tick(), decoder.margin(), decoder.side());
            decoder.decode(space.bytes()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert_eq!(decoder.margin(), margin);
            assert_header_agrees(&header, held, decoder, seed);
            assert_eq!(*decoder.own(), script.world.own_state(*player).unwrap_or_default());
            assert_same(&script.world, &seen, decoder, seed);
        }
    }
}

#[test]
fn a_client_decodes_exactly_what_it_may_see() {
    for seed in 1..=6 {
        follow("frontier", "frontier", seed, 1_500);
        follow("proving-ground", "proving-ground", seed, 700);
    }
}

#[test]
fn a_client_decodes_exactly_what_it_may_see_among_walls_and_gates() {
    for seed in 1..=8 {
        follow_script(in_maze(seed, 24), seed, 800);
    }
}

#[test]
fn a_ship_at_a_gate_sees_what_is_at_the_exit_before_it_is_there() {
    let mut passages = 0;
    for seed in 1..=14 {
        let mut script = in_maze(seed, 24);
        let (mut history, mut space) = (History::default(), Workspace::default());
        let mut view = ClientView::default();
        let player = PlayerId(7);
        let mut before: Option<ShipState> = None;
        for _ in 0..1_500 {
            script.step();
            let world = &script.world;
            history.record(world);
            let held = view.held().clone();
            find_visible(world, &history, player, view.held(), &mut space.visible);
            let order = SnapshotOrder { player, margin: 0, budget: BitBudget::of(12_000) };
            view.encode(world, &history, order, &mut space);
            let key = world.pilot(player).and_then(|pilot| pilot.ship);
            let now = key.map(|key| world.ships()[key].state);
            if let (Some(before), Some(now)) = (before, now)
                && now.has_passed_gate(&before, 1)
            {
                passages += 1;
                // All that is near there now was held before the snapshot in which the ship is there.
                for (key, rock) in world.asteroids() {
                    let is_near = rock.state.position.distance(now.position) < 400.0;
                    let is_new = rock.damaged == world.tick();
                    assert!(
                        !is_near || is_new || held.asteroids.contains(slot_of(key)),
                        "seed {seed}"
                    );
                }
            }
            before = now;
        }
    }
    assert!(passages > 20, "{passages} passages");
}

#[test]
fn any_bytes_are_refused_or_decoded_but_never_panic() {
    let mut script = Script::new("frontier", "frontier", 24).unwrap();
    let mut history = History::default();
    let mut view = ClientView::default();
    let mut decoder = Decoder::new(script.world.rules().clone(), PlayerId(0));
    let mut space = Workspace::default();
    let mut rng = Rng::new(99);
    for _ in 0..400 {
        script.step();
        history.record(&script.world);
        space.visible = seen(&script.world, PlayerId(0), Vec2::new(900.0, 560.0)).slots();
        // Every other budget is too small for everything, so ships wait.
        let bits_max = if rng.below(2) == 0 { usize::MAX } else { 200 };
        let order =
            SnapshotOrder { player: PlayerId(0), margin: 0, budget: BitBudget::of(bits_max) };
        view.encode(&script.world, &history, order, &mut space);
        let good = space.bytes().to_vec();
        for _ in 0..20 {
            let mut bad = good.clone();
            for _ in 0..=rng.below(3) {
                let index = rng.below(bad.len() as u32) as usize;
                bad[index] ^= 1 << rng.below(8);
            }
            if rng.below(4) == 0 {
                bad.truncate(rng.below(bad.len() as u32) as usize);
            }
            let _ = decoder.clone().decode(&bad);
            let noise: Vec<u8> = (0..rng.below(200)).map(|_| rng.next_u32() as u8).collect();
            let _ = decoder.clone().decode(&noise);
        }
        decoder.decode(&good).unwrap();
    }
}

#[test]
fn whoever_has_given_up_the_seat_can_still_be_shown_the_world() {
    let mut script = Script::new("frontier", "frontier", 8).unwrap();
    let (player, mut history) = (PlayerId(2), History::default());
    let (mut view, mut space) = (ClientView::default(), Workspace::default());
    let mut decoder = Decoder::new(script.world.rules().clone(), player);
    for tick in 0..60 {
        match tick {
            40 => script.world.step(&[Command::Leave(player)], &mut Vec::new()),
            _ => drop(script.step()),
        }
        history.record(&script.world);
        space.visible = seen(&script.world, player, Vec2::new(900.0, 560.0)).slots();
        let order = SnapshotOrder { player, margin: 0, budget: BitBudget::of(usize::MAX) };
        view.encode(&script.world, &history, order, &mut space);
        assert_eq!(decoder.decode(space.bytes()), Ok(()), "tick {tick}");
        let own = script.world.own_state(player).unwrap_or_default();
        assert_eq!(*decoder.own(), own, "tick {tick}");
    }
    assert!(script.world.pilot(player).is_none());
}
