//! One server with one number of clients, from its start to its figures.

use std::time::Duration;

use crate::bare::{self, BYTES_BEFORE, BareAround};
use crate::flags::Common;
use crate::lab::{Lab, LabError};
use crate::programs::{Fleet, FleetPlan, Server, ServerPlan, await_joined, pause};
use crate::results::Point;
use crate::stretch::Stretch;

/// What a measurement starts from.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// The server.
    pub server: ServerPlan,
    /// The bots' brain.
    pub brain: &'a str,
    /// How much of each snapshot the bots decode.
    pub decode: &'a str,
    /// Whether bare sockets are measured before and after, each for as long as the server.
    pub with_bare: bool,
    /// Durations and rates.
    pub common: &'a Common,
}

impl Setup<'_> {
    /// The bots for the rooms of this setup.
    pub fn fleet(&self, count: u32, seed: u64) -> FleetPlan {
        let common = self.common;
        FleetPlan {
            count,
            rooms: self.server.rooms.clone(),
            brain: self.brain.to_owned(),
            decode: self.decode.to_owned(),
            seed,
            account_seed: None,
            talkers: 0,
            join_rate: common.join_rate,
            warm_up: common.warm_up,
            // The lab ends the bots long before this time is over.
            seconds: common.warm_up + common.seconds + SECONDS_SPARE,
        }
    }

    /// Starts server and bots, waits until all have joined and settled, measures, and ends both.
    ///
    /// # Errors
    /// When a program fails.
    pub fn measure(&self, lab: &Lab, clients: u32) -> Result<Point, LabError> {
        let common = self.common;
        let bare = |bytes| bare::measure(lab, clients, bytes, common.seconds, common.tick_hz);
        let before = if self.with_bare { Some(bare(BYTES_BEFORE)?) } else { None };
        let mut server = Server::start(lab, &self.server)?;
        let empty = server.counts()?.resident_bytes;
        let mut fleets = [Fleet::start(lab, &server, &self.fleet(clients, SEED))?];
        await_joined(lab, &mut server, &mut fleets)?;
        let warm_up = Duration::from_secs_f64(common.warm_up);
        pause(lab, warm_up, &mut server, &mut fleets)?;
        let stretch = Stretch::measure(lab, common.seconds, &mut server, &mut fleets)?;
        let [fleet] = fleets;
        let fleet = fleet.finish()?;
        server.end()?;
        let rooms = self.server.rooms.len() as f64;
        let per_room = f64::from(clients) / rooms;
        let mut point = Point {
            clients,
            server_micros_per_client_tick: stretch.server_micros_per_client_tick(per_room),
            bots_micros_per_client_tick: stretch.bots_micros_per_client_tick(per_room),
            empty_resident_bytes: empty,
            resident_bytes_per_client: stretch.server_resident_bytes.saturating_sub(empty) as f64
                / f64::from(clients),
            age_by_distance: fleet.more.get(AGE_KEY).cloned(),
            stretch,
            fleet,
            bare: None,
            times_bare: None,
        };
        if before.is_some() {
            let bytes = bare::framed_bytes(point.stretch.snapshot_bytes_mean);
            let bare = BareAround { before, behind: bare(bytes)? };
            point.times_bare =
                Some(point.server_micros_per_client_tick / bare.micros_per_client_tick().max(1e-9));
            point.bare = Some(bare);
        }
        Ok(point)
    }
}

/// Seed of the bots' random numbers.
const SEED: u64 = 1;
/// How long the bots would fly if the lab did not end them. Sampling a loaded server takes time.
const SECONDS_SPARE: f64 = 120.0;
/// Field of the bots' report with the age of the ship states that they hold.
const AGE_KEY: &str = "entity_age_by_distance";
