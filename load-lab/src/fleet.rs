//! The bots as a process of their own, and what they report.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::lab::{END_PATIENCE, JOIN_PATIENCE, Lab, LabError};
use crate::process::ProcessCounts;
use crate::program::{POLL_INTERVAL, Program};
use crate::server::Server;
use crate::temporary::TemporaryFile;

/// Who shall fly where.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// Bots.
    pub count: u32,
    /// The rooms that they spread over.
    pub rooms: Vec<String>,
    /// Their brain.
    pub brain: String,
    /// How much of the snapshots they read.
    pub decode: String,
    /// What their chance follows from.
    pub seed: u64,
    /// Bots that join per second.
    pub join_rate: u32,
    /// Seconds after the last join in which their own figures do not count yet.
    pub warm_up: f64,
    /// Seconds for which they fly after the last join, unless they are ended before.
    pub seconds: f64,
}

/// What the bots report, as far as we look at it; more is passed by.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct FleetReport {
    /// Bots that were let in.
    pub connected: u64,
    /// Snapshots that arrived.
    pub snapshots_received: u64,
    /// Snapshots that one per tick would have been.
    pub snapshots_expected: u64,
    /// Payload of all messages for one bot and second.
    pub bytes_per_client_per_second: f64,
    /// Entities in view on average; 0 with light decode.
    pub visible_entities_mean: f64,
    /// Between the arrivals of a bot's snapshots.
    pub snapshot_interval_ms: Spread,
    /// From giving a command to its acknowledgement.
    pub input_to_effect_ms: Spread,
    /// How late the bots themselves acted.
    pub bot_lateness_ms: Spread,
    /// Commands.
    pub predicted_ticks: u64,
    /// Commands that came too late.
    pub inputs_late: u64,
    /// Bots that lost their connection.
    pub disconnects: u64,
    /// Connections that ended because the server broke the protocol.
    pub protocol_errors: u64,
    /// Why connections ended before their time, and how many, over the whole flight.
    #[serde(default)]
    pub ends: BTreeMap<String, u64>,
    /// Everything else that they report, by name.
    #[serde(flatten, skip_serializing)]
    pub more: Map<String, Value>,
}

/// A distribution as the bots report it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Spread {
    /// Half of all are below.
    pub p50: f64,
    /// 99 in 100 are below.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

/// Bots that fly. Dropping it kills them.
#[derive(Debug)]
pub struct Fleet {
    /// The process.
    pub program: Program,
    report: TemporaryFile,
    count: u32,
    join_rate: u32,
}

impl Fleet {
    /// Sends them off.
    ///
    /// # Errors
    /// When the system does not start them.
    pub fn start(lab: &Lab, server: &Server, plan: &FleetPlan) -> Result<Self, LabError> {
        let report = TemporaryFile::named("bots.json");
        let mut command = lab.bots();
        command.args(["--server", &format!("ws://{}/ws", server.address)]);
        for room in &plan.rooms {
            command.args(["--room", room]);
        }
        for (flag, value) in [
            ("--count", plan.count.to_string()),
            ("--brain", plan.brain.clone()),
            ("--decode", plan.decode.clone()),
            ("--seed", plan.seed.to_string()),
            ("--join-rate", plan.join_rate.to_string()),
            ("--warm-up", plan.warm_up.to_string()),
            ("--seconds", plan.seconds.to_string()),
        ] {
            command.args([flag, &value]);
        }
        command.arg("--report").arg(report.path());
        let program = Program::start_silent(command)?;
        Ok(Fleet { program, report, count: plan.count, join_rate: plan.join_rate })
    }

    /// What the system has counted of them.
    ///
    /// # Errors
    /// When they are gone.
    pub fn counts(&self) -> Result<ProcessCounts, LabError> {
        Ok(ProcessCounts::read(self.program.id())?)
    }

    /// Ends their flight, if it has not ended, and takes their report.
    ///
    /// # Errors
    /// When there is none.
    pub fn finish(self) -> Result<FleetReport, LabError> {
        self.program.end(END_PATIENCE)?;
        let error = |error: &dyn std::fmt::Display| LabError::FleetReport(error.to_string());
        let json = std::fs::read(self.report.path()).map_err(|why| error(&why))?;
        let report: FleetReport = serde_json::from_slice(&json).map_err(|why| error(&why))?;
        for (reason, count) in &report.ends {
            eprintln!("{count} bots: {reason}");
        }
        Ok(report)
    }
}

/// Waits until the server has as many clients as all fleets together are.
///
/// # Errors
/// When they take too long, or a program ends.
pub fn await_joined(lab: &Lab, server: &mut Server, fleets: &mut [Fleet]) -> Result<(), LabError> {
    let wanted: usize = fleets.iter().map(|fleet| fleet.count as usize).sum();
    let ramp = fleets.iter().map(|fleet| fleet.count / fleet.join_rate.max(1)).max().unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(ramp.into()) + JOIN_PATIENCE;
    loop {
        let joined = server.scrape()?.value("clients") as usize;
        if joined >= wanted {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(LabError::NotJoined { joined, wanted });
        }
        pause(lab, POLL_INTERVAL * 4, server, fleets)?;
    }
}

/// Lets time pass while a server and its fleets are needed.
///
/// # Errors
/// When one of them ends, and after Ctrl-C.
pub fn pause(
    lab: &Lab,
    time: Duration,
    server: &mut Server,
    fleets: &mut [Fleet],
) -> Result<(), LabError> {
    let mut needed = vec![("the server", &mut server.program)];
    needed.extend(fleets.iter_mut().map(|fleet| ("a fleet of bots", &mut fleet.program)));
    lab.pause(time, &mut needed)
}

impl FleetReport {
    /// Share of the snapshots that arrived, 0..=1.
    pub fn delivered(&self) -> f64 {
        self.snapshots_received as f64 / self.snapshots_expected.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_with_what_it_lacks_and_what_it_has_more() {
        let json = r#"{"connected": 20, "snapshots_received": 99, "snapshots_expected": 100,
            "snapshot_interval_ms": {"p50": 33.3, "p99": 35.0, "max": 40.0}, "entity_age_ms": [1, 2]}"#;
        let report: FleetReport = serde_json::from_str(json).unwrap();
        assert_eq!((report.connected, report.delivered()), (20, 0.99));
        assert_eq!(report.snapshot_interval_ms.p99, 35.0);
        assert_eq!(report.more["entity_age_ms"][1], 2);
        assert_eq!(FleetReport::default().delivered(), 0.0);
    }
}
