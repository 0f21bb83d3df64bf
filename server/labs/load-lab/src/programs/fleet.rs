//! The bots as a separate process, and their report.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use driftfield_lab_common::Program;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Server;
use super::temporary::TemporaryFile;
use crate::lab::{END_PATIENCE, JOIN_PATIENCE, Lab, LabError, POLL_INTERVAL};
use crate::readings::ProcessCounts;

/// What the bots do.
#[derive(Clone, Debug)]
pub struct FleetPlan {
    /// Number of bots.
    pub count: u32,
    /// The rooms that they are spread over.
    pub rooms: Vec<String>,
    /// Their brain.
    pub brain: String,
    /// How much of each snapshot they decode.
    pub decode: String,
    /// Seed of their random numbers.
    pub seed: u64,
    /// Seed of their accounts; `None`: they are guests.
    pub account_seed: Option<u64>,
    /// Those of them that talk.
    pub talkers: u32,
    /// Bots that join per second.
    pub join_rate: u32,
    /// Seconds after the last join that their own figures leave out.
    pub warm_up: f64,
    /// Seconds that they fly after the last join, unless they are ended earlier.
    pub seconds: f64,
}

/// The part of the bots' report that the lab reads; all other fields are in `more`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct FleetReport {
    /// Bots that joined.
    pub connected: u64,
    /// Snapshots that arrived.
    pub snapshots_received: u64,
    /// Snapshots expected at one per tick.
    pub snapshots_expected: u64,
    /// Payload of all messages, in bytes per bot and second.
    pub bytes_per_client_per_second: f64,
    /// Mean number of visible entities; 0 with light decode.
    pub visible_entities_mean: f64,
    /// Interval between the arrivals of a bot's snapshots, in milliseconds.
    pub snapshot_interval_ms: Spread,
    /// Time from sending a command to its acknowledgement, in milliseconds.
    pub input_to_effect_ms: Spread,
    /// Delay of the bots' own timers, in milliseconds.
    pub bot_lateness_ms: Spread,
    /// Commands sent.
    pub predicted_ticks: u64,
    /// Commands that arrived too late.
    pub inputs_late: u64,
    /// Lines that talkers said.
    pub lines_sent: u64,
    /// Those of them that were refused.
    pub lines_refused: u64,
    /// Lines that others heard.
    pub lines_received: u64,
    /// Time from saying a line to its arrival at another bot, in milliseconds.
    pub line_to_screen_ms: Spread,
    /// Time from saying a line to its receipt, in milliseconds.
    pub receipt_ms: Spread,
    /// Bots that lost their connection.
    pub disconnects: u64,
    /// Connections that ended because the server broke the protocol.
    pub protocol_errors: u64,
    /// Reasons for which connections ended early, with counts, over the whole run.
    #[serde(default)]
    pub ends: BTreeMap<String, u64>,
    /// All other fields of the report, by name.
    #[serde(flatten, skip_serializing)]
    pub more: Map<String, Value>,
}

/// A distribution as the bots report it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Spread {
    /// 50th percentile.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Maximum.
    pub max: f64,
}

/// A running bot process. Dropping it kills it.
#[derive(Debug)]
pub struct Fleet {
    /// The process.
    pub program: Program,
    report: TemporaryFile,
    count: u32,
    join_rate: u32,
}

impl Fleet {
    /// Starts the bots.
    ///
    /// # Errors
    /// When the process cannot be started.
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
            ("--talkers", plan.talkers.to_string()),
        ] {
            command.args([flag, &value]);
        }
        if let Some(seed) = plan.account_seed {
            command.args(["--account-seed", &seed.to_string()]);
        }
        command.arg("--report").arg(report.path());
        let program = Program::start_silent(command)?;
        Ok(Fleet { program, report, count: plan.count, join_rate: plan.join_rate })
    }

    /// Reads their processor time and memory from the operating system.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn counts(&self) -> Result<ProcessCounts, LabError> {
        Ok(ProcessCounts::read(self.program.id())?)
    }

    /// Ends the bots if they still run, and reads their report.
    ///
    /// # Errors
    /// When there is no report.
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

/// Waits until the server has as many clients as all fleets together have bots.
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

/// Waits while a server and its fleets are needed.
///
/// # Errors
/// When a program ends, and after Ctrl-C.
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
    /// Share of the expected snapshots that arrived, 0..=1.
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
