//! The report of a fleet: JSON for programs and a table for people.
//!
//! ```text
//! FleetStatistics, Flown --> Report --> table (Display), JSON --> ReportFile
//! ```

mod cpu;
mod figures;
mod file;
mod flown;
mod table;

pub use figures::{PartBits, Spread};
pub use file::{ReportFile, ReportFileError};
pub(super) use {cpu::process_cpu, flown::Flown};

use std::collections::BTreeMap;
use std::io;

use driftfield_shared::snapshot::SnapshotPart;
use serde::Serialize;

use super::plan::FleetPlan;
use super::statistics::{FleetStatistics, correction_units};
use crate::sdk::ServerUrl;

/// The figures of a run. The names are the keys of the JSON, and stable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The server's address; with several rooms that of the first.
    pub server: String,
    /// The bots' brains.
    pub brain: String,
    /// How much of each snapshot was decoded. With `light`, figures that need the world's state are 0.
    pub decode: String,
    /// Seed of all random choices.
    pub seed: u64,
    /// Connections over which each bot sent its input commands.
    pub input_sockets: u32,
    /// Connections that were requested, without second ones.
    pub clients: u64,
    /// Bots that were admitted.
    pub connected: u64,
    /// Seconds measured after the last bot had joined, without the warm-up.
    pub seconds: f64,
    /// Highest tick rate of a room, in Hz.
    pub tick_hz: u16,
    /// Snapshots that arrived.
    pub snapshots_received: u64,
    /// Snapshots expected at one per tick, from each bot's first to the end.
    pub snapshots_expected: u64,
    /// Payload of all messages in bytes, without framing.
    pub payload_bytes_received: u64,
    /// The same per bot and second of its connection.
    pub bytes_per_client_per_second: f64,
    /// Payload of the updates of topics, which is part of all payload.
    pub topic_bytes_received: u64,
    /// The same per bot and second of its connection.
    pub topic_bytes_per_client_per_second: f64,
    /// Mean number of visible entities, without the own ship, over all snapshots.
    pub visible_entities_mean: f64,
    /// Time between the arrivals of a bot's snapshots, in milliseconds.
    pub snapshot_interval_ms: Spread,
    /// Time from giving an input command to the socket to the first snapshot that acknowledges it, in milliseconds.
    pub input_to_effect_ms: Spread,
    /// Best round trip of the last seconds, mean over the bots, in milliseconds.
    pub ping_ms_mean: f64,
    /// Client ticks with a command.
    pub predicted_ticks: u64,
    /// Wrong predictions.
    pub corrections: u64,
    /// Their error, in units.
    pub correction_units: Spread,
    /// Commands that arrived too late for their tick.
    pub inputs_late: u64,
    /// Hits of own shots that were visible at the bot.
    pub hits_predicted: u64,
    /// Visible hits that the server confirmed.
    pub hits_confirmed: u64,
    /// Bits of snapshots, by part.
    pub snapshot_bits: BTreeMap<&'static str, PartBits>,
    /// Bits of snapshots per visible ship, the own one included, and tick.
    pub bits_per_ship_per_tick: f64,
    /// Interpolation delay: how far behind the newest snapshot others were shown, in milliseconds.
    pub interpolation_delay_ms: Spread,
    /// Connections of admitted bots that ended before the run did.
    pub disconnects: u64,
    /// How often bots came back into the seats that they had lost; 0 without `--reconnect`.
    pub resumed: u64,
    /// How often they came back and got another seat.
    pub seats_lost: u64,
    /// From the last snapshot before a loss to the first one after it, in milliseconds.
    pub downtime_ms: Spread,
    /// Lines that talkers gave to their sockets; 0 without `--talkers`.
    pub lines_sent: u64,
    /// Those of them that the server refused.
    pub lines_refused: u64,
    /// Lines of others that all bots together heard.
    pub lines_received: u64,
    /// Time from giving a line to the socket to its arrival at another bot, in milliseconds.
    pub line_to_screen_ms: Spread,
    /// Time from giving a line to the socket to its receipt, which says that it is durable, in milliseconds.
    pub receipt_ms: Spread,
    /// Connections that ended because the server broke the protocol.
    pub protocol_errors: u64,
    /// State checks: comparisons of a bot's state with the server's record of it, once per second.
    pub state_checks: u64,
    /// State checks that failed.
    pub desyncs: u64,
    /// The first of them, with a line per entity that differs.
    pub desync_dumps: Vec<Vec<String>>,
    /// Reasons for which connections ended early, with counts; second connections are named so.
    pub ends: BTreeMap<String, u64>,
    /// Delay of the bots' own timers, in milliseconds. If it is large, the bots are the bottleneck and not the
    /// server.
    pub bot_lateness_ms: Spread,
    /// User and system time of the bots since their start, in seconds; `None` if the system does not report it.
    pub cpu_seconds: Option<f64>,
    /// The same per bot and tick, after all had joined, in microseconds; `None` also if the time was too short to
    /// measure.
    pub cpu_micros_per_client_per_tick: Option<f64>,
}

impl Report {
    pub(super) fn new(plan: &FleetPlan, totals: &FleetStatistics, flown: &Flown) -> Self {
        let ratio = |sum: u64, count: u64| if count == 0 { 0.0 } else { sum as f64 / count as f64 };
        let ms = |micros: u64| micros as f64 / 1_000.0;
        Report {
            server: plan.targets.first().map(ServerUrl::to_string).unwrap_or_default(),
            brain: plan.brain.to_string(),
            decode: plan.decode.to_string(),
            seed: plan.seed,
            input_sockets: 1 + u32::from(plan.has_second_socket),
            clients: plan.count as u64,
            connected: totals.connected,
            seconds: flown.measured.as_secs_f64(),
            tick_hz: totals.tick_hz,
            snapshots_received: totals.snapshots_received,
            snapshots_expected: totals.snapshots_expected,
            payload_bytes_received: totals.payload_bytes_received,
            bytes_per_client_per_second: ratio(
                totals.payload_bytes_received,
                totals.connected_micros,
            ) * 1e6,
            topic_bytes_received: totals.topic_bytes_received,
            topic_bytes_per_client_per_second: ratio(
                totals.topic_bytes_received,
                totals.connected_micros,
            ) * 1e6,
            visible_entities_mean: ratio(totals.visible_entities_sum, totals.snapshots_received),
            snapshot_interval_ms: Spread::of(&totals.snapshot_interval, ms),
            input_to_effect_ms: Spread::of(&totals.input_to_effect, ms),
            ping_ms_mean: ratio(totals.ping_micros_sum, totals.connected) / 1_000.0,
            predicted_ticks: totals.predicted_ticks,
            corrections: totals.corrections,
            correction_units: Spread::of(&totals.correction, correction_units),
            inputs_late: totals.inputs_late,
            hits_predicted: totals.hits_predicted,
            hits_confirmed: totals.hits_confirmed,
            snapshot_bits: SnapshotPart::ALL
                .map(|part| (part.label(), PartBits::of(&totals.tally, part)))
                .into(),
            bits_per_ship_per_tick: ratio(
                totals.tally.bits(),
                totals.tally.of(SnapshotPart::ShipArrivals).entities,
            ),
            interpolation_delay_ms: Spread::of(&totals.interpolation_delay, ms),
            disconnects: totals.disconnects,
            resumed: totals.resumed,
            seats_lost: totals.seats_lost,
            downtime_ms: Spread::of(&totals.downtime, ms),
            lines_sent: totals.lines_sent,
            lines_refused: totals.lines_refused,
            lines_received: totals.lines_received,
            line_to_screen_ms: Spread::of(&totals.line_to_screen, ms),
            receipt_ms: Spread::of(&totals.receipt, ms),
            protocol_errors: totals.protocol_errors,
            state_checks: totals.state_checks,
            desyncs: totals.desyncs,
            desync_dumps: totals.desync_dumps.clone(),
            ends: totals.ends.clone(),
            bot_lateness_ms: Spread::of(&totals.bot_lateness, ms),
            cpu_seconds: flown.cpu_to.map(|(_, cpu)| cpu.as_secs_f64()),
            cpu_micros_per_client_per_tick: flown.cpu_micros(totals.connected, totals.tick_hz),
        }
    }
}

impl Report {
    /// The report as JSON text.
    ///
    /// # Errors
    /// Never: every field has a JSON form.
    pub fn to_json(&self) -> io::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// The exit status of the program `bots`: 0 if all bots got in and somebody flew to the end, [`NOBODY_GOT_IN`],
    /// [`SOME_GOT_IN`] or [`ALL_WERE_LOST`].
    pub fn exit_status(&self) -> u8 {
        debug_assert!(self.connected <= self.clients, "each bot gets in once: {self:?}");
        let returned = self.resumed + self.seats_lost;
        match self.connected {
            0 => NOBODY_GOT_IN,
            connected if connected < self.clients => SOME_GOT_IN,
            connected if connected + returned == self.disconnects => ALL_WERE_LOST,
            _ => 0,
        }
    }
}

/// No bot got in. A run that cannot begin has the same status.
pub const NOBODY_GOT_IN: u8 = 1;
/// Some bots got in, but not all.
pub const SOME_GOT_IN: u8 = 3;
/// All bots got in, and every one of them lost its connection before the end.
pub const ALL_WERE_LOST: u8 = 4;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::brains::BrainChoice;
    use crate::fleet::bot::Decode;

    fn report() -> Report {
        let plan = FleetPlan {
            targets: vec!["ws://127.0.0.1:8080/ws".parse().unwrap()],
            count: 2,
            flight: Duration::from_secs(1),
            seed: 7,
            account_seed: None,
            brain: BrainChoice::Mixed,
            warm_up: None,
            decode: Decode::Full,
            link: Default::default(),
            has_second_socket: false,
            reconnects: false,
            joins_per_second: 100,
            talkers: 0,
            threads: 1,
        };
        let mut totals = FleetStatistics::new().unwrap();
        totals.connected = 2;
        totals.connected_micros = 4_000_000;
        totals.payload_bytes_received = 8_000;
        totals.topic_bytes_received = 400;
        for micros in 1..=1_000 {
            totals.snapshot_interval.record(micros * 100).unwrap();
        }
        let second = Duration::from_secs(1);
        let cpu_from = Some((second, second));
        totals.tick_hz = 30;
        let flown =
            Flown { measured: second, cpu_from, cpu_to: Some((2 * second, 3 * second / 2)) };
        Report::new(&plan, &totals, &flown)
    }

    #[test]
    fn the_report_has_the_promised_keys() {
        let json = serde_json::to_value(report()).unwrap();
        for key in [
            "clients",
            "connected",
            "seconds",
            "snapshots_received",
            "snapshots_expected",
            "payload_bytes_received",
            "bytes_per_client_per_second",
            "topic_bytes_received",
            "topic_bytes_per_client_per_second",
            "visible_entities_mean",
            "snapshot_interval_ms",
            "input_to_effect_ms",
            "predicted_ticks",
            "corrections",
            "correction_units",
            "disconnects",
            "protocol_errors",
            "desyncs",
            "resumed",
            "seats_lost",
            "downtime_ms",
            "lines_sent",
            "lines_refused",
            "lines_received",
        ] {
            assert!(json.get(key).is_some(), "{key}");
        }
        for key in [
            "snapshot_interval_ms",
            "input_to_effect_ms",
            "correction_units",
            "line_to_screen_ms",
            "receipt_ms",
        ] {
            for part in ["p50", "p99", "max"] {
                assert!(json[key][part].is_f64(), "{key}.{part}");
            }
        }
    }

    #[test]
    fn the_exit_status_tells_who_got_in_and_who_stayed() {
        let status = |connected, disconnects| {
            Report { clients: 4, connected, disconnects, ..report() }.exit_status()
        };
        assert_eq!([status(4, 0), status(4, 3)], [0, 0]);
        assert_eq!([status(0, 0), status(3, 0), status(3, 3), status(4, 4)], [1, 3, 3, 4]);
        let back = Report { clients: 4, connected: 4, disconnects: 4, resumed: 3, ..report() };
        assert_eq!(back.exit_status(), 0, "three came back");
    }

    #[test]
    fn figures_are_in_their_units() {
        let report = report();
        assert_eq!(report.bytes_per_client_per_second, 2_000.0);
        assert_eq!(report.topic_bytes_per_client_per_second, 100.0);
        let Spread { p50, p99, max } = report.snapshot_interval_ms;
        assert!((p50 - 50.0).abs() < 0.2 && (p99 - 99.0).abs() < 0.2, "{p50} {p99}");
        assert!((max - 100.0).abs() < 0.2, "{max}");
        assert_eq!(report.correction_units, Spread::default());
        assert_eq!(report.cpu_seconds, Some(1.5));
        // Half a second for two bots in 30 ticks.
        let micros = report.cpu_micros_per_client_per_tick.unwrap();
        assert!((micros - 500_000.0 / 60.0).abs() < 1e-6, "{micros}");
    }

    #[test]
    fn the_table_says_what_the_report_says() {
        let table = report().to_string();
        assert!(table.contains("2000 per client and second"), "{table}");
        assert!(table.lines().all(|line| line.len() <= 100), "{table}");
    }
}
