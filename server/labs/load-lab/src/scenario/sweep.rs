//! How the cost grows with the number of clients, spread out or in a crowd.

use super::setup::Setup;
use crate::flags::{Common, Sweep};
use crate::lab::{Lab, LabError};
use crate::programs::ServerPlan;
use crate::readings::Machine;
use crate::report;
use crate::results::{self, Point, SweepResults};

/// Measures each number of clients, with bare sockets before and after each.
///
/// # Errors
/// See [`LabError`].
pub fn run_sweep(sweep: &Sweep) -> Result<(), LabError> {
    let mut results = SweepResults {
        machine: Machine::describe(),
        room: sweep.room.clone(),
        brain: sweep.brain.clone(),
        decode: sweep.decode.clone(),
        ..SweepResults::default()
    };
    results.measure(&sweep.counts, &sweep.common, true)?;
    report::save(&sweep.common.out, results::SWEEP, &results)
}

/// Where a crowd is and what its bots do.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    room: &'static str,
    brain: &'static str,
    /// File name of the results.
    file: &'static str,
}

/// Everyone sees everyone.
pub const OPEN: Crowd =
    Crowd { room: "proving-ground-open", brain: "wander", file: results::CROWD };
/// Ships are so close that they bump into each other.
pub const PACKED: Crowd =
    Crowd { room: "proving-ground-packed", brain: "wander", file: results::PACKED };
/// All ships are at one station.
pub const STATION: Crowd = Crowd { room: "frontier", brain: "linger", file: results::STATION };

/// Measures each number of clients with everyone in one view.
///
/// # Errors
/// See [`LabError`].
pub fn run_crowd(
    crowd: Crowd,
    counts: &[u32],
    decode: &str,
    common: &Common,
) -> Result<(), LabError> {
    let mut results = SweepResults {
        machine: Machine::describe(),
        room: crowd.room.to_owned(),
        brain: crowd.brain.to_owned(),
        decode: decode.to_owned(),
        ..SweepResults::default()
    };
    results.measure(counts, common, false)?;
    report::save(&common.out, crowd.file, &results)
}

impl SweepResults {
    fn measure(
        &mut self,
        counts: &[u32],
        common: &Common,
        with_bare: bool,
    ) -> Result<(), LabError> {
        let lab = Lab::open(common.bin_dir.as_deref())?;
        self.command = results::command();
        self.tick_hz = common.tick_hz;
        let mut counts = counts.to_vec();
        counts.sort_unstable();
        counts.dedup();
        for clients in counts {
            let (brain, decode) = (self.brain.as_str(), self.decode.as_str());
            let server = ServerPlan::one_room(&self.room, clients, common.tick_hz);
            let setup = Setup { server, brain, decode, with_bare, common };
            let point = setup.measure(&lab, clients)?;
            println!("{}", line(&point));
            self.points.push(point);
        }
        Ok(())
    }
}

/// A point in one line, to show progress.
fn line(point: &Point) -> String {
    let Point { clients, stretch, fleet, .. } = point;
    let bare = point.times_bare.map_or(String::new(), |times| format!(", {times:.2} x bare"));
    format!(
        "{clients:>5} clients: {:.1} us per client and tick{bare}; tick p99.9 {:.2} ms, late p99 {:.2} ms; \
         {:.2} % of snapshots, {:.0} B/s each; {:.1} kB each; bots {:.1} us",
        point.server_micros_per_client_tick,
        stretch.tick_duration_ms.p999,
        stretch.tick_lateness_ms.p99,
        fleet.delivered() * 100.0,
        fleet.bytes_per_client_per_second,
        point.resident_bytes_per_client / 1e3,
        point.bots_micros_per_client_tick,
    )
}
