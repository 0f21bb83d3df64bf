//! Both ends of the netcode as the benches call them: the only file here that knows their signatures.

use std::sync::Arc;

use driftfield_shared::netcode::{EntityKey, Frame, Predictor};
use driftfield_shared::sim::{Rules, World};
use driftfield_shared::snapshot::{
    BitBudget, ClientView, Decoder, History, SnapshotOrder, SnapshotTally, StateAges, Visible,
    Workspace, find_visible,
};
use driftfield_shared::units::{Controls, PlayerId};

/// The input margin in every snapshot, in ticks: constant, as on a good link.
const MARGIN: i8 = 2;

/// The data that a room keeps for all its clients.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// The past states.
    pub history: History,
    space: Workspace,
}

impl Room {
    /// Records the state after a step. Call it once per tick.
    pub fn record(&mut self, world: &World) {
        self.history.record(world);
    }

    /// How stale the clients' states are.
    pub fn ages(&self) -> &StateAges {
        &self.space.ages
    }

    /// Resets the count of ages.
    pub fn forget_ages(&mut self) {
        self.space.ages = StateAges::default();
    }
}

/// The data that a room keeps for one client.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The player.
    pub player: PlayerId,
    /// Bits of the snapshots, by part.
    pub tally: SnapshotTally,
    view: ClientView,
    visible: Visible,
    bits_max: usize,
}

impl Seat {
    /// A seat whose client holds nothing yet, with a bit budget of `bits_max` per snapshot.
    pub fn new(player: PlayerId, bits_max: usize) -> Self {
        Seat {
            player,
            tally: SnapshotTally::default(),
            view: ClientView::default(),
            visible: Visible::default(),
            bits_max,
        }
    }

    /// Finds what the client may see in this tick.
    pub fn look(&mut self, world: &World, room: &Room) {
        find_visible(world, &room.history, self.player, self.view.held(), &mut self.visible);
    }

    /// The entities found.
    pub fn visible(&mut self) -> &mut Visible {
        &mut self.visible
    }

    /// Encodes the snapshot of the entities found.
    pub fn encode<'a>(&mut self, world: &World, room: &'a mut Room) -> &'a [u8] {
        let order = SnapshotOrder {
            player: self.player,
            margin: MARGIN,
            budget: BitBudget::of(self.bits_max),
        };
        let Room { history, space } = room;
        std::mem::swap(&mut space.visible, &mut self.visible);
        let tally = self.view.encode(world, history, order, space);
        std::mem::swap(&mut space.visible, &mut self.visible);
        self.tally.add(&tally);
        space.bytes()
    }
}

/// The snapshot half of a client.
#[derive(Clone, Debug)]
pub struct Receiver {
    decoder: Decoder,
}

impl Receiver {
    /// A client without any state.
    pub fn new(rules: Arc<Rules>, player: PlayerId) -> Self {
        Receiver { decoder: Decoder::new(rules, player) }
    }

    /// Decodes a snapshot.
    ///
    /// # Panics
    /// When our own decoder refuses what our own encoder wrote.
    pub fn decode(&mut self, bytes: &[u8]) {
        self.decoder.decode(bytes).expect("what the encoder wrote is sound");
    }

    /// Number of ships and shots that the client holds.
    pub fn ships_and_shots(&self) -> (usize, usize) {
        (self.decoder.ships().len(), self.decoder.shots().len())
    }
}

/// A decoded snapshot for its client's pilot, and the controls of that tick.
#[derive(Clone, Debug)]
pub struct Word {
    controls: Controls,
    frame: Frame,
}

impl Word {
    /// The state after the last step, with what `seat` sees.
    pub fn of(world: &World, room: &Room, seat: &Seat, controls: Controls) -> Self {
        let (visible, rosters) = (&seat.visible, room.history.rosters());
        let key = |index: usize| EntityKey(index as u32);
        let ships = visible.ships.iter().filter_map(|slot| rosters.ships.key(slot));
        let ships = ships.map(|key| world.ships()[key].state);
        let shots = visible.shots.iter().filter_map(|slot| rosters.shots.key(slot));
        let shots = shots.map(|key| world.shots()[key].state);
        let asteroids = visible.asteroids.iter().filter_map(|slot| rosters.asteroids.key(slot));
        let asteroids = asteroids.map(|key| world.asteroids()[key].state);
        let frame = Frame {
            tick: world.tick(),
            side: world.side(),
            player: seat.player,
            own: world.own_state(seat.player).unwrap_or_default(),
            ships: ships.enumerate().map(|(index, ship)| (key(index), ship)).collect(),
            shots: shots.enumerate().map(|(index, shot)| (key(index), shot)).collect(),
            asteroids: asteroids.enumerate().map(|(index, rock)| (key(index), rock)).collect(),
            ..Frame::default()
        };
        Word { controls, frame }
    }
}

/// The prediction half of a client.
#[derive(Clone, Debug)]
pub struct Pilot {
    predictor: Predictor,
}

impl Pilot {
    /// A pilot who has no ship yet.
    pub fn new(rules: Arc<Rules>) -> Self {
        Pilot { predictor: Predictor::new(rules) }
    }

    /// Gives the command of a tick and predicts its effect.
    pub fn command(&mut self, word: &Word) {
        self.predictor.command(word.frame.tick, word.controls);
    }

    /// Applies the server's state of a tick and replays the commands after it. Returns whether the prediction was
    /// wrong.
    pub fn reconcile(&mut self, word: &Word) -> bool {
        let (correction, _) = self.predictor.reconcile(&word.frame);
        correction.is_some()
    }
}
