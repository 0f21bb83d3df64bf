//! Both ends of the snapshots together: a client holds what the server has on record for it.

use super::{
    BitBudget, ClientView, Decoder, Held, History, SnapshotOrder, Workspace, find_visible,
};
use crate::sim::script::Script;
use crate::sim::{Rng, ShipState, World};
use crate::units::PlayerId;

/// A client, and the server's record of its state.
struct Pair {
    player: PlayerId,
    view: ClientView,
    decoder: Decoder,
    history: History,
    space: Workspace,
}

impl Pair {
    fn new(player: PlayerId, world: &World) -> Self {
        Pair {
            player,
            view: ClientView::default(),
            decoder: Decoder::new(world.rules().clone(), player),
            history: History::default(),
            space: Workspace::default(),
        }
    }

    /// A tick of the world, with a snapshot if a bit budget is given.
    fn follow(&mut self, world: &World, bits: Option<usize>) {
        self.history.record(world);
        let Some(bits) = bits else { return };
        let Pair { player, view, decoder, history, space } = self;
        find_visible(world, history, *player, view.held(), &mut space.visible);
        let order = SnapshotOrder { player: *player, margin: 1, budget: BitBudget::of(bits) };
        view.encode(world, history, order, space);
        decoder.decode(space.bytes()).unwrap();
    }

    fn both(&self, world: &World) -> (Held, Held) {
        let client = self.decoder.held().unwrap();
        (client, self.view.held_by_client(world, &self.history).unwrap())
    }
}

#[test]
fn client_and_server_agree_in_every_tick_also_when_ships_wait_and_snapshots_are_skipped() {
    let mut waits = 0;
    for (seed, sector) in [(1, "frontier"), (2, "proving-ground"), (3, "frontier")] {
        let mut script = Script::new(sector, sector, 24).unwrap();
        let mut rng = Rng::new(seed);
        let mut pair = Pair::new(PlayerId(3), &script.world);
        for _ in 0..2_000 {
            script.step();
            let bits = [usize::MAX, 2_000, 300, 120][rng.below(4) as usize];
            let is_sent = rng.below(10) > 0 || pair.decoder.tick().is_none();
            pair.follow(&script.world, is_sent.then_some(bits));
            if !is_sent {
                continue;
            }
            let (client, server) = pair.both(&script.world);
            let differences = Held::differences(&client, &server);
            assert!(differences.is_empty(), "seed {seed}: {differences:#?}");
            assert_eq!(client.hash(), server.hash(), "seed {seed}");
            let is_exact = |ship: &&ShipState| {
                script.world.ships().values().any(|other| other.state == **ship)
            };
            waits += client.ships.iter().filter(|ship| !is_exact(ship)).count();
        }
    }
    assert!(waits > 100, "ships waited {waits} times only");
}

#[test]
fn an_expiry_that_changes_after_clients_were_told_is_a_desync() {
    let mut script = Script::new("frontier", "frontier", 24).unwrap();
    let mut pair = Pair::new(PlayerId(3), &script.world);
    while pair.decoder.ores().is_empty() {
        script.step();
        pair.follow(&script.world, Some(usize::MAX));
    }
    let (client, server) = pair.both(&script.world);
    assert_eq!(client.hash(), server.hash());
    script.world.change_told_expiry_of_ore();
    script.step();
    pair.follow(&script.world, Some(usize::MAX));
    let (client, server) = pair.both(&script.world);
    assert_ne!(client.hash(), server.hash());
    let differences = Held::differences(&client, &server);
    assert!(differences.iter().all(|line| line.starts_with("ore ")), "{differences:#?}");
    assert!(differences.len() >= 2, "{differences:#?}");
}
