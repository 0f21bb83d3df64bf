//! One server with one number of clients: a point of every plot.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bare::{self, BYTES_BEFORE, BareAround};
use crate::flags::Common;
use crate::fleet::{Fleet, FleetPlan, FleetReport, await_joined, pause};
use crate::lab::{Lab, LabError};
use crate::server::{Server, ServerPlan};
use crate::stretch::Stretch;

/// What was measured with one number of clients.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Point {
    /// Clients.
    pub clients: u32,
    /// Server and bots over the steady stretch.
    pub stretch: Stretch,
    /// What the bots report of the same stretch, to half a second.
    pub fleet: FleetReport,
    /// Processor time of the server for each client and tick, microseconds.
    pub server_micros_per_client_tick: f64,
    /// The same of the bots.
    pub bots_micros_per_client_tick: f64,
    /// Resident memory of the server before anybody came, bytes.
    pub empty_resident_bytes: u64,
    /// How much more that became, for each client, bytes.
    pub resident_bytes_per_client: f64,
    /// Bare sockets with as many clients before and behind, where that was asked for.
    pub bare: Option<BareAround>,
    /// The server's processor time as a multiple of theirs on the mean.
    pub times_bare: Option<f64>,
    /// How old what bots see is by distance, as they report it, where they do.
    pub age_by_distance: Option<Value>,
}

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// The server.
    pub server: ServerPlan,
    /// What the bots do.
    pub brain: &'a str,
    /// How much of the snapshots they read.
    pub decode: &'a str,
    /// Whether bare sockets are measured before and behind it, each for as long.
    pub with_bare: bool,
    /// Times and rates.
    pub common: &'a Common,
}

impl Setup<'_> {
    /// A fleet for the rooms of this setup.
    pub fn fleet(&self, count: u32, seed: u64) -> FleetPlan {
        let common = self.common;
        FleetPlan {
            count,
            rooms: self.server.rooms.clone(),
            brain: self.brain.to_owned(),
            decode: self.decode.to_owned(),
            seed,
            join_rate: common.join_rate,
            warm_up: common.warm_up,
            // Ended by us long before.
            seconds: common.warm_up + common.seconds + SECONDS_SPARE,
        }
    }

    /// Starts server and bots, lets all join and settle, measures, and ends both.
    ///
    /// # Errors
    /// When one of them fails.
    pub fn measure(&self, lab: &Lab, clients: u32) -> Result<Point, LabError> {
        let common = self.common;
        let bare = |bytes| bare::measure(lab, clients, bytes, common.seconds, common.tick_hz);
        let before = if self.with_bare { Some(bare(BYTES_BEFORE)?) } else { None };
        let mut server = Server::start(lab, &self.server)?;
        let empty = server.counts()?.resident_bytes;
        let mut fleets = [Fleet::start(lab, &server, &self.fleet(clients, SEED))?];
        await_joined(lab, &mut server, &mut fleets)?;
        let warm_up = std::time::Duration::from_secs_f64(common.warm_up);
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

/// What the bots' chance follows from.
const SEED: u64 = 1;
/// How long bots would fly on if nobody ended them: looks at a loaded server take their time.
const SECONDS_SPARE: f64 = 120.0;
/// Where the bots' report has the age of what they see.
const AGE_KEY: &str = "entity_age_by_distance";
