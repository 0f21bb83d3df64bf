//! Clients whose budget is too small for all that they may see: what waits, and what never does.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::sim::script::Script;
use driftfield_shared::sim::{Command, Rng, Rules, ShipKey, ShipState, World};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, Decoder, EntityKind, History, Removal, SnapshotHeader, SnapshotOrder,
    Workspace, find_visible,
};
use driftfield_shared::units::{Controls, PlayerId, Thrust, Tick};
use driftfield_shared::wire::BitReader;
use glam::Vec2;

use super::{assert_header_agrees, assert_same, in_maze, seen};

/// A client whose budget is usually far too small.
struct PoorClient {
    player: PlayerId,
    view: ClientView,
    decoder: Decoder,
    skip: u32,
    bits_max: usize,
    /// Ships whose held state was not exact, summed over all snapshots.
    waited: u32,
}

impl PoorClient {
    fn new(player: PlayerId, world: &World) -> Self {
        PoorClient {
            player,
            view: ClientView::default(),
            decoder: Decoder::new(world.rules().clone(), player),
            skip: 0,
            bits_max: 300,
            waited: 0,
        }
    }

    /// Encodes and decodes a snapshot, or skips the tick. Checks the client's state against the world.
    fn follow(
        &mut self,
        world: &World,
        history: &History,
        space: &mut Workspace,
        rng: &mut Rng,
        is_lavish: bool,
    ) {
        self.skip = self.skip.saturating_sub(1);
        if self.skip > 0 {
            return;
        }
        self.skip = if rng.below(20) == 0 { rng.below(12) } else { 1 };
        if rng.below(30) == 0 {
            self.bits_max = [0, 120, 300, 1_000][rng.below(4) as usize];
        }
        let (player, decoder) = (self.player, &mut self.decoder);
        let seen = seen(world, player, Vec2::new(900.0, 560.0));
        space.visible = seen.slots();
        let bits_max = if is_lavish { usize::MAX } else { self.bits_max };
        let order = SnapshotOrder { player, margin: 0, budget: BitBudget::of(bits_max) };
        self.view.encode(world, history, order, space);
        let header = SnapshotHeader::read(&mut BitReader::new(space.bytes())).unwrap();
        let held = (decoder.tick(), decoder.margin(), decoder.side());
        let at = (player, world.tick());
        decoder.decode(space.bytes()).unwrap_or_else(|error| panic!("{at:?}: {error}"));
        assert_header_agrees(&header, held, decoder, u64::from(world.tick().0));
        // Our own ship is always exact, and so is every free-flying entity.
        let own = decoder.ships().iter().find(|(_, ship)| ship.player == player);
        let own_key = world.pilot(player).and_then(|pilot| pilot.ship);
        assert_eq!(
            own.map(|(_, ship)| *ship),
            own_key.map(|key| world.ships()[key].state),
            "{at:?}"
        );
        assert_eq!(*decoder.own(), world.own_state(player).unwrap_or_default(), "{at:?}");
        for (_, shot) in decoder.shots() {
            assert!(world.shots().values().any(|other| other.state == *shot), "{at:?}: {shot:?}");
        }
        for (_, asteroid) in decoder.asteroids() {
            let is_there = world.asteroids().values().any(|other| other.state == *asteroid);
            assert!(is_there, "{at:?}: {asteroid:?}");
        }
        for (_, ore) in decoder.ores() {
            assert!(world.ores().values().any(|other| other == ore), "{at:?}: {ore:?}");
        }
        // However small the budget, no entity stays that is gone or out of view.
        for (_, ship) in decoder.ships() {
            let is_seen = |key: &ShipKey| world.ships()[*key].state.player == ship.player;
            assert!(seen.ships.iter().any(is_seen), "{at:?}: {ship:?}");
            let is_exact = world.ships().values().any(|other| other.state == *ship);
            self.waited += u32::from(!is_exact);
        }
        if is_lavish {
            assert_same(world, &seen, decoder, u64::from(world.tick().0));
        }
    }
}

/// Plays a script. Clients with budgets that are usually far too small follow it, each at its own rhythm. An update
/// that is written for one client and kept for the others must be right for those, too.
fn follow_on_a_budget(sector: &str, mode: &str, seed: u64, ticks: u32) {
    follow_script_on_a_budget(Script::new(sector, mode, 40).unwrap(), seed, ticks);
}

fn follow_script_on_a_budget(mut script: Script, seed: u64, ticks: u32) {
    let mut rng = Rng::new(seed);
    let mut history = History::default();
    // Workspaces of two threads that share the work, one of which is rarely needed.
    let mut spaces: [Workspace; 3] = Default::default();
    let players = [3, 4, 9, 17, 30].map(PlayerId);
    let mut clients = players.map(|player| PoorClient::new(player, &script.world));
    for tick in 0..ticks {
        script.step();
        history.record(&script.world);
        for client in &mut clients {
            let is_lavish = tick % 97 == 96;
            let space = if rng.below(40) == 0 { 2 } else { rng.below(2) as usize };
            client.follow(&script.world, &history, &mut spaces[space], &mut rng, is_lavish);
        }
    }
    let waited: u32 = clients.iter().map(|client| client.waited).sum();
    assert!(waited > 200, "seed {seed}: only {waited} updates waited, so the budget had no effect");
}

#[test]
fn on_a_small_budget_some_wait_but_nothing_is_ever_wrong_for_good() {
    for seed in 1..=6 {
        follow_on_a_budget("frontier", "frontier", seed, 1_500);
        follow_on_a_budget("proving-ground", "proving-ground", seed, 700);
        follow_script_on_a_budget(in_maze(seed, 40), seed, 700);
    }
}

/// Four hundred ships that all see one another and steer at random.
struct Crowd {
    world: World,
    history: History,
    commands: Vec<Command>,
    rng: Rng,
}

impl Crowd {
    fn new(seed: u64) -> Self {
        let content = Arc::new(Content::built_in().unwrap());
        let rules = Rules::new(content, "proving-ground-open", "proving-ground", 30).unwrap();
        let commands = (1..=400).map(|id| Command::Join(PlayerId(id))).collect();
        let world = World::new(Arc::new(rules), 1);
        Crowd { world, history: History::default(), commands, rng: Rng::new(seed) }
    }

    fn step(&mut self) {
        self.world.step(&self.commands, &mut Vec::new());
        self.history.record(&self.world);
        let steer = |id| {
            let thrust = Thrust::towards(self.rng.below(32) as u8);
            let controls = Controls { thrust, aim: self.rng.angle(), ..Controls::default() };
            Command::Steer(PlayerId(id), controls)
        };
        self.commands = (1..=400).map(steer).collect();
    }
}

#[test]
fn a_client_in_a_crowd_that_took_nothing_for_two_seconds_loses_nobody() {
    let mut crowd = Crowd::new(1);
    let (player, mut space) = (PlayerId(3), Workspace::default());
    let mut view = ClientView::default();
    let mut decoder = Decoder::new(crowd.world.rules().clone(), player);
    let mut held_most = 0;
    for tick in 0..200 {
        crowd.step();
        if (60..122).contains(&tick) {
            continue;
        }
        let Crowd { world, history, .. } = &crowd;
        find_visible(world, history, player, view.held(), &mut space.visible);
        let bits_max = if tick < 60 { usize::MAX } else { 4_000 };
        let order = SnapshotOrder { player, margin: 0, budget: BitBudget::of(bits_max) };
        view.encode(world, history, order, &mut space);
        decoder.decode(space.bytes()).unwrap();
        held_most = held_most.max(decoder.ships().len());
        let is_lost = |gone: &&Removal| gone.kind == EntityKind::Ship && !gone.destroyed;
        let lost = decoder.removals().iter().find(is_lost);
        assert!(lost.is_none(), "tick {tick}: {lost:?} is visible to everyone but not held");
    }
    assert!(held_most > 300, "at most {held_most} ships were held");
}

#[test]
fn in_a_crowd_everyones_turn_comes_within_the_budget_and_who_is_near_never_waits() {
    /// Longest allowed wait of a ship in ticks, and bits of a snapshot.
    const WAIT: u32 = 45 + 4;
    const BITS: usize = 5_000;
    let mut crowd = Crowd::new(2);
    let mut spaces: [Workspace; 2] = Default::default();
    let mut clients = [3, 4, 150].map(|id| {
        let player = PlayerId(id);
        let exact_at: BTreeMap<PlayerId, Tick> = BTreeMap::new();
        let decoder = Decoder::new(crowd.world.rules().clone(), player);
        (player, ClientView::default(), decoder, exact_at)
    });
    let (mut bits, mut snapshots, mut waited) = (0, 0, 0);
    for tick in 0..400 {
        crowd.step();
        let Crowd { world, history, rng, .. } = &mut crowd;
        for (every, (player, view, decoder, exact_at)) in (1..).zip(&mut clients) {
            // One client gets a snapshot in every tick, one in every second, one in every third, with occasional
            // gaps.
            if tick % every > 0 || rng.below(25) == 0 {
                continue;
            }
            // The budget differs from tick to tick, and now and then there is none.
            let is_none = rng.below(12) == 0;
            let evenly = BITS / 2 + rng.below(BITS as u32) as usize;
            let budget =
                if is_none { BitBudget::of(0) } else { BitBudget { most: 3 * BITS, evenly } };
            let space = &mut spaces[rng.below(2) as usize];
            find_visible(world, history, *player, view.held(), &mut space.visible);
            view.encode(
                world,
                history,
                SnapshotOrder { player: *player, margin: 0, budget },
                space,
            );
            decoder.decode(space.bytes()).unwrap();
            let ships = world.ships().values().map(|ship| (ship.state.player, ship.state));
            let ships: BTreeMap<PlayerId, ShipState> = ships.collect();
            let place = ships[player].position;
            for (_, held) in decoder.ships() {
                let ship = ships[&held.player];
                if *held == ship {
                    exact_at.insert(held.player, world.tick());
                    continue;
                }
                let age = world.tick().since(exact_at[&held.player]);
                assert!(age < WAIT, "tick {tick}: {held:?} is {age} ticks old");
                let is_near = ship.position.distance(place) < 40.0;
                assert!(!is_near || is_none, "tick {tick}: {held:?} is near");
                waited += 1;
            }
            if tick > 100 {
                bits += space.bytes().len() * 8;
                snapshots += 1;
            }
        }
    }
    assert!(waited > 100_000, "only {waited} updates waited");
    assert!(bits / snapshots < BITS * 5 / 4, "{} bits on the mean", bits / snapshots);
    assert!(bits / snapshots > BITS / 2, "the budget is used: {} bits", bits / snapshots);
}
