//! The state that a client holds after a snapshot. It is computed on both ends and compared, to find desyncs.
//!
//! ```text
//! client: Decoder::held()      --> Held --> hash --\
//!                                                   equal, or a desync: the differences by entity
//! server: ClientView::held_by_client() --> Held --> hash --/
//! ```
//!
//! Positions follow from earlier state, tick by tick, so a mistake on either end stays until the entity ends.

use std::fmt::Debug;

use glam::Vec2;
use serde::{Deserialize, Serialize};

use crate::sim::{AsteroidState, Fnv, OreState, OwnState, ShipState, ShotState};
use crate::units::Tick;
use crate::wire::codec;

/// Everything that a client holds of a snapshot; each list is in the order of the wire.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Held {
    /// Tick of the snapshot.
    pub tick: Tick,
    /// The input margin in ticks.
    pub margin: i8,
    /// Side of the sector, units.
    pub side: f32,
    /// The state that only the ship's owner is sent.
    pub own: OwnState,
    /// Ships. Those that wait for an update are extrapolated.
    pub ships: Vec<ShipState>,
    /// Shots.
    pub shots: Vec<ShotState>,
    /// Asteroids.
    pub asteroids: Vec<AsteroidState>,
    /// Ore.
    pub ores: Vec<OreState>,
}

impl Held {
    /// The hash of everything. It is computed over the encoded bytes, so that no field can be forgotten.
    pub fn hash(&self) -> u64 {
        let mut plain = self.clone();
        // Minus zero is the same place as zero.
        let ships = plain.ships.iter_mut().flat_map(|it| [&mut it.position, &mut it.velocity]);
        let shots = plain.shots.iter_mut().flat_map(|it| [&mut it.position, &mut it.velocity]);
        let rocks = plain.asteroids.iter_mut().flat_map(|it| [&mut it.position, &mut it.velocity]);
        let ores = plain.ores.iter_mut().flat_map(|it| [&mut it.position, &mut it.velocity]);
        ships.chain(shots).chain(rocks).chain(ores).for_each(|vec| *vec += Vec2::ZERO);
        Fnv::new().bytes(&codec::encode(&plain)).finish()
    }

    /// The differences between a client's state and the server's record of it, one line per difference.
    pub fn differences(client: &Held, server: &Held) -> Vec<String> {
        let mut lines = Vec::new();
        let mut one = |what: &str, client: &dyn Debug, server: &dyn Debug, is_equal: bool| {
            if !is_equal {
                let (client, server) = (shown(client), shown(server));
                lines.push(format!("{what}: the client holds {client}, the server {server}"));
            }
        };
        one("tick", &client.tick, &server.tick, client.tick == server.tick);
        one("margin", &client.margin, &server.margin, client.margin == server.margin);
        one("side", &client.side, &server.side, client.side == server.side);
        one("own state", &client.own, &server.own, client.own == server.own);
        compare(&mut lines, "ship", &client.ships, &server.ships);
        compare(&mut lines, "shot", &client.shots, &server.shots);
        compare(&mut lines, "asteroid", &client.asteroids, &server.asteroids);
        compare(&mut lines, "ore", &client.ores, &server.ores);
        lines
    }
}

/// A value with its figures. In a page they are left out: bots and tests find what is wrong, and writing every figure as text is
/// fifteen kilobytes of the page.
fn shown(value: &dyn Debug) -> String {
    match cfg!(target_arch = "wasm32") {
        true => "…".to_owned(),
        false => format!("{value:?}"),
    }
}

/// Adds entities that only one end holds. If both lists have the same entity at a place, the two states are compared.
fn compare<T: Debug + PartialEq>(lines: &mut Vec<String>, kind: &str, client: &[T], server: &[T]) {
    if client.len() != server.len() {
        lines.push(format!(
            "{kind} list: the client holds {}, the server {}",
            client.len(),
            server.len()
        ));
    }
    let missing = |all: &[T], entity: &T| !all.contains(entity);
    let of_client = client.iter().enumerate().filter(|(_, entity)| missing(server, entity));
    lines.extend(
        of_client.map(|(place, entity)| format!("{kind} {place}: client {}", shown(entity))),
    );
    let of_server = server.iter().enumerate().filter(|(_, entity)| missing(client, entity));
    lines.extend(
        of_server.map(|(place, entity)| format!("{kind} {place}: server {}", shown(entity))),
    );
}
