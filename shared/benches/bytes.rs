//! Compares the bytes of our snapshots with those of common alternatives, over a recorded stretch of play.
//!
//! ```text
//! Play (100 wanderers, 30 s) --> what each client sees --+--> our snapshots ----------+
//!                                                        +--> bincode of all of it ---+--> table
//!                                                        +--> bincode of changes -----+
//!                                                        +--> zstd of those ----------+
//! ```
//!
//! `cargo bench -p driftfield-shared --bench bytes`. It counts the payload bytes of snapshots in steady play, without
//! join and control messages, and then the one snapshot of a join into a crowd.

mod support;

use std::collections::BTreeMap;
use std::io;

use driftfield_shared::sim::{
    AsteroidKey, AsteroidState, OreKey, OreState, OwnState, ShipState, ShotKey, ShotState, World,
};
use driftfield_shared::snapshot::{Slot, SlotSet, SnapshotPart, SnapshotTally};
use driftfield_shared::units::{PlayerId, Tick};
use driftfield_shared::wire::codec;
use serde::Serialize;
use zstd::bulk::Compressor;

use support::ends::{Receiver, Room, Seat};
use support::play::{Play, TICK_HZ};

/// Ships of the recorded play.
const SHIPS: u16 = 100;
/// Duration of the play, in seconds.
const SECONDS: u32 = 30;
/// Seconds before it that are not counted, in which streams and baselines settle.
const LEAD_SECONDS: u32 = 5;
/// Number of clients whose bytes are counted.
const CLIENTS: usize = 25;
/// Ships and shots in view of a client that joins a crowd.
const JOIN_IN_VIEW: (usize, usize) = (250, 250);
/// Ships of the world that it joins: enough for as many shots to fly at once. The surplus is left out of view.
const JOIN_SHIPS: u16 = 320;
/// Most ticks to wait for that many shots.
const JOIN_TICKS_MAX: u32 = 60 * TICK_HZ as u32;
/// Levels of zstd: the default, and the highest one without a larger window.
const LEVELS: [i32; 2] = [3, 19];

fn main() -> io::Result<()> {
    report_play()?;
    report_join()
}

/// Prints the cost of steady play in each format.
fn report_play() -> io::Result<()> {
    let mut play = Play::new("proving-ground", SHIPS);
    let mut room = Room::default();
    let mut clients = Vec::new();
    for player in play.some_players(CLIENTS) {
        clients.push((Seat::new(player, usize::MAX), forms()?));
    }
    let mut bytes = BTreeMap::<usize, usize>::new();
    let (mut seen_ships, mut seen) = (0, 0);
    let mut tally = SnapshotTally::default();
    let ticks = SECONDS * u32::from(TICK_HZ);
    for tick in 0..LEAD_SECONDS * u32::from(TICK_HZ) + ticks {
        play.step();
        room.record(&play.world);
        let is_counted = tick >= LEAD_SECONDS * u32::from(TICK_HZ);
        for (seat, forms) in &mut clients {
            seat.look(&play.world, &room);
            let before = seat.tally;
            let ours = seat.encode(&play.world, &mut room).len();
            let view = Seen::of(&play.world, &room, seat);
            // Every format sees every tick, so that stateful ones keep their state.
            let mut lengths = vec![ours];
            for (_, form) in forms.iter_mut() {
                lengths.push(form.length(&view)?);
            }
            if is_counted {
                tally.add(&seat.tally.since(&before));
                seen += seat.visible().len();
                seen_ships += seat.visible().ships.len();
                for (row, length) in lengths.into_iter().enumerate() {
                    *bytes.entry(row).or_default() += length;
                }
            }
        }
    }
    let snapshots = f64::from(ticks) * clients.len() as f64;
    println!(
        "{SHIPS} wanderers in the proving ground, {SECONDS} s at {TICK_HZ} Hz, mean of {} clients; \
         in view {:.1} entities, {:.1} of them ships\n",
        clients.len(),
        seen as f64 / snapshots,
        seen_ships as f64 / snapshots,
    );
    println!("| snapshots as | bytes/client/s | bits/visible entity/tick | x ours |");
    println!("|---|---:|---:|---:|");
    let names = std::iter::once("ours").chain(clients[0].1.iter().map(|(name, _)| name.as_str()));
    let ours = bytes[&0] as f64;
    for (row, name) in names.enumerate() {
        let total = bytes[&row] as f64;
        let per_second = total / snapshots * f64::from(TICK_HZ);
        let per_entity = total * 8.0 / seen as f64;
        println!("| {name} | {per_second:.0} | {per_entity:.2} | {:.1} |", total / ours);
    }
    print_parts(&tally);
    Ok(())
}

/// Prints the cost of a client's first snapshot when it sees hundreds of entities at once.
fn report_join() -> io::Result<()> {
    let (ships, shots) = JOIN_IN_VIEW;
    let mut play = Play::new("proving-ground-open", JOIN_SHIPS);
    // Hits and expiring shots change the numbers all the time; this is the first moment with enough of both.
    for _ in 0..JOIN_TICKS_MAX {
        if play.world.ships().len() >= ships && play.world.shots().len() >= shots {
            break;
        }
        play.step();
    }
    let mut room = Room::default();
    room.record(&play.world);
    let mut seat = Seat::new(first_pilot(&play.world), usize::MAX);
    seat.look(&play.world, &room);
    truncate(&mut seat.visible().ships, ships);
    truncate(&mut seat.visible().shots, shots);
    let full = seat.encode(&play.world, &mut room).to_vec();
    let mut receiver = Receiver::new(play.world.rules().clone(), seat.player);
    receiver.decode(&full);
    let (ships, shots) = receiver.ships_and_shots();
    println!("\nFull snapshot of a join with {ships} ships and {shots} shots in view\n");
    println!("| snapshot as | bytes | bits/entity | x ours |");
    println!("|---|---:|---:|---:|");
    let print = |name: &str, bytes: usize| {
        let per_entity = bytes as f64 * 8.0 / (ships + shots) as f64;
        println!(
            "| {name} | {bytes} | {per_entity:.1} | {:.1} |",
            bytes as f64 / full.len() as f64
        );
    };
    print("ours", full.len());
    let all = codec::encode(&Seen::of(&play.world, &room, &mut seat));
    print("bincode of all", all.len());
    for level in LEVELS {
        let packed = Compressor::new(level)?.compress(&all)?;
        print(&format!("bincode of all, zstd -{level}"), packed.len());
    }
    print_parts(&seat.tally);
    Ok(())
}

/// Prints the bits of our snapshots by part.
fn print_parts(tally: &SnapshotTally) {
    let snapshots = tally.of(SnapshotPart::Header).entities;
    println!("\n| part | bits/snapshot | bits/entity | share |\n|---|---:|---:|---:|");
    for part in SnapshotPart::ALL {
        let spent = tally.of(part);
        let bits = spent.bits as f64;
        let (per_snapshot, share) = (bits / snapshots as f64, bits * 100.0 / tally.bits() as f64);
        let per_entity = match spent.entities {
            0 => "-".to_owned(),
            entities => format!("{:.2}", bits / entities as f64),
        };
        println!("| {} | {per_snapshot:.1} | {per_entity} | {share:.1} % |", part.label());
    }
}

/// Keeps the first `len` slots of a set.
fn truncate(set: &mut SlotSet, len: usize) {
    let rest: Vec<Slot> = set.iter().skip(len).collect();
    rest.into_iter().for_each(|slot| {
        set.remove(slot);
    });
}

/// The player of the first ship, so that it stays in view however short the list is cut.
fn first_pilot(world: &World) -> PlayerId {
    world.ships().values().next().map_or(PlayerId(0), |ship| ship.state.player)
}

/// What one client sees in a tick, as plain values. A ship is identified by its player.
#[derive(Clone, Debug, Serialize)]
struct Seen {
    tick: Tick,
    own: OwnState,
    ships: Vec<ShipState>,
    shots: Vec<(ShotKey, ShotState)>,
    asteroids: Vec<(AsteroidKey, AsteroidState)>,
    ores: Vec<(OreKey, OreState)>,
}

impl Seen {
    fn of(world: &World, room: &Room, seat: &mut Seat) -> Self {
        let (player, rosters) = (seat.player, room.history.rosters());
        let visible = seat.visible();
        let ships = visible.ships.iter().filter_map(|slot| rosters.ships.key(slot));
        let shots = visible.shots.iter().filter_map(|slot| rosters.shots.key(slot));
        let asteroids = visible.asteroids.iter().filter_map(|slot| rosters.asteroids.key(slot));
        let ores = visible.ores.iter().filter_map(|slot| rosters.ores.key(slot));
        Seen {
            tick: world.tick(),
            own: world.own_state(player).unwrap_or_default(),
            ships: ships.map(|key| world.ships()[key].state).collect(),
            shots: shots.map(|key| (key, world.shots()[key].state)).collect(),
            asteroids: asteroids.map(|key| (key, world.asteroids()[key].state)).collect(),
            ores: ores.map(|key| (key, world.ores()[key])).collect(),
        }
    }

    /// Entities that are new or changed since `before`, and the identifiers of those that are gone. Flying is a
    /// change.
    fn changes(&self, before: &Seen) -> Changes {
        let gone_ships = before.ships.iter().map(|ship| ship.player);
        let is_here = |player: &PlayerId| self.ships.iter().any(|ship| ship.player == *player);
        Changes {
            tick: self.tick,
            own: (self.own != before.own).then(|| self.own.clone()),
            ships: new_of(&self.ships, &before.ships),
            gone_ships: gone_ships.filter(|player| !is_here(player)).collect(),
            shots: new_of(&self.shots, &before.shots),
            gone_shots: gone_of(&self.shots, &before.shots),
            asteroids: new_of(&self.asteroids, &before.asteroids),
            gone_asteroids: gone_of(&self.asteroids, &before.asteroids),
            ores: new_of(&self.ores, &before.ores),
            gone_ores: gone_of(&self.ores, &before.ores),
        }
    }
}

/// The difference of two [`Seen`], entity by entity.
#[derive(Clone, Debug, Serialize)]
struct Changes {
    tick: Tick,
    own: Option<OwnState>,
    ships: Vec<ShipState>,
    gone_ships: Vec<PlayerId>,
    shots: Vec<(ShotKey, ShotState)>,
    gone_shots: Vec<ShotKey>,
    asteroids: Vec<(AsteroidKey, AsteroidState)>,
    gone_asteroids: Vec<AsteroidKey>,
    ores: Vec<(OreKey, OreState)>,
    gone_ores: Vec<OreKey>,
}

fn new_of<T: Clone + PartialEq>(now: &[T], before: &[T]) -> Vec<T> {
    now.iter().filter(|entry| !before.contains(entry)).cloned().collect()
}

fn gone_of<K: Copy + PartialEq, S>(now: &[(K, S)], before: &[(K, S)]) -> Vec<K> {
    let is_gone = |key: &K| !now.iter().any(|(other, _)| other == key);
    before.iter().map(|(key, _)| *key).filter(is_gone).collect()
}

/// A common format for what a client sees: its content and its compression.
struct Form {
    /// The previous state, if only changes are sent.
    changes_since: Option<Option<Seen>>,
    packing: Packing,
}

/// Compression of one client's messages.
enum Packing {
    Plain,
    /// Each message separately.
    Message(Compressor<'static>),
    /// One stream for all messages, flushed after each.
    Stream(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Form {
    /// Length of the message that describes `seen`, in bytes.
    fn length(&mut self, seen: &Seen) -> io::Result<usize> {
        let bytes = match &mut self.changes_since {
            None => codec::encode(seen),
            Some(before) => match before.replace(seen.clone()) {
                None => codec::encode(seen),
                Some(before) => codec::encode(&seen.changes(&before)),
            },
        };
        self.packing.length(&bytes)
    }
}

impl Packing {
    fn length(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packing::Plain => Ok(bytes.len()),
            Packing::Message(compressor) => Ok(compressor.compress(bytes)?.len()),
            Packing::Stream(encoder) => {
                io::Write::write_all(encoder, bytes)?;
                io::Write::flush(encoder)?;
                let sent = encoder.get_mut();
                let length = sent.len();
                sent.clear();
                Ok(length)
            }
        }
    }
}

/// The formats to compare with, by name, in their initial state for one client.
fn forms() -> io::Result<Vec<(String, Form)>> {
    let mut forms = Vec::new();
    for (what, changes_since) in [("bincode of all", None), ("bincode of changes", Some(None))] {
        let mut add = |how: String, packing| {
            let form = Form { changes_since: changes_since.clone(), packing };
            forms.push((format!("{what}{how}"), form));
        };
        add(String::new(), Packing::Plain);
        for level in LEVELS {
            let packing = Packing::Message(Compressor::new(level)?);
            add(format!(", zstd -{level} a message"), packing);
        }
        for level in LEVELS {
            let encoder = zstd::stream::write::Encoder::new(Vec::new(), level)?;
            add(format!(", zstd -{level} in one stream"), Packing::Stream(encoder));
        }
    }
    Ok(forms)
}
