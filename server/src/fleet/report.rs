//! What a fleet found out: as JSON for programs and as a table for people.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use driftfield_shared::snapshot::{SnapshotPart, SnapshotTally};
use hdrhistogram::Histogram;
use serde::Serialize;

use super::meter::{FleetMeter, correction_units};
use super::runner::FleetPlan;
use super::target::Target;

/// The figures of a flight. The names are the keys of the JSON, and stable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Where it flew; of several rooms the first.
    pub server: String,
    /// With which brains.
    pub brain: String,
    /// How much of the snapshots was read: with `light` what takes the state of the world to know is 0.
    pub decode: String,
    /// The seed of all chance.
    pub seed: u64,
    /// Connections that each bot sent its input commands over.
    pub input_sockets: u32,
    /// Connections that were asked for, second ones aside.
    pub clients: u64,
    /// Bots that were welcomed.
    pub connected: u64,
    /// Seconds flown after the last bot had joined, without the warm-up.
    pub seconds: f64,
    /// Highest tick rate of a room, 1/s.
    pub tick_hz: u16,
    /// Snapshots that arrived.
    pub snapshots_received: u64,
    /// Snapshots that one per tick would have been, from each bot's first to the end.
    pub snapshots_expected: u64,
    /// Bytes of all messages, without framing.
    pub payload_bytes_received: u64,
    /// The same for one bot in one second of its connection.
    pub bytes_per_client_per_second: f64,
    /// Entities in view but the own ship, on average over all snapshots.
    pub visible_entities_mean: f64,
    /// Time between the arrivals of a bot's snapshots.
    pub snapshot_interval_ms: Spread,
    /// From giving an input command to the socket to the first snapshot that acknowledges it.
    pub input_to_effect_ms: Spread,
    /// Best round trip of the last seconds, on average over the bots.
    pub ping_ms_mean: f64,
    /// Client ticks with a command.
    pub predicted_ticks: u64,
    /// Predictions that turned out wrong.
    pub corrections: u64,
    /// By how much.
    pub correction_units: Spread,
    /// Commands that came too late for their tick.
    pub inputs_late: u64,
    /// Hits of own shots that were seen, and how many of them the server saw as well.
    pub hits_predicted: u64,
    /// See above.
    pub hits_confirmed: u64,
    /// Where the bits of snapshots went, by part.
    pub snapshot_bits: BTreeMap<&'static str, PartBits>,
    /// All bits of snapshots for each ship in view, ours included, and tick.
    pub bits_per_ship_per_tick: f64,
    /// How far in the past others were shown, beyond the newest snapshot.
    pub interpolation_delay_ms: Spread,
    /// Welcomed bots whose connection ended before the flight did.
    pub disconnects: u64,
    /// Connections that ended because the server broke the protocol.
    pub protocol_errors: u64,
    /// Why connections ended before the flight did, and how many; second ones are named so.
    pub ends: BTreeMap<String, u64>,
    /// How late the bots themselves acted: when this is much, they are the bottleneck and not the server.
    pub bot_lateness_ms: Spread,
    /// Processor time that the bots themselves took from their start on, user and system; `None` where the system does
    /// not tell.
    pub cpu_seconds: Option<f64>,
    /// The same for one bot and tick, after all had joined; `None` also where that was too short to tell.
    pub cpu_micros_per_client_per_tick: Option<f64>,
}

/// How long a fleet was measured, and what it took of the processor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flown {
    /// The time in which figures counted, without the joining.
    pub(super) measured: Duration,
    /// Time since the start and processor time of the process when that began.
    pub(super) cpu_from: Option<(Duration, Duration)>,
    /// The same at the end.
    pub(super) cpu_to: Option<(Duration, Duration)>,
}

impl Flown {
    /// Processor time for each of so many bots and tick, in microseconds.
    fn cpu_micros(&self, bots: u64, tick_hz: u16) -> Option<f64> {
        let ((from, before), (to, after)) = (self.cpu_from?, self.cpu_to?);
        let bot_ticks = to.saturating_sub(from).as_secs_f64() * f64::from(tick_hz) * bots as f64;
        (bot_ticks >= 1.0).then(|| after.saturating_sub(before).as_secs_f64() * 1e6 / bot_ticks)
    }
}

/// What a part of snapshots took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PartBits {
    /// Bits for each entity of the kind in view and tick.
    pub per_entity_per_tick: f64,
    /// Share of all bits, 0..=1.
    pub share: f64,
}

/// A distribution; all zero when nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Half of all are below.
    pub p50: f64,
    /// 99 in 100 are below.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Report {
    pub(super) fn new(plan: &FleetPlan, meter: &FleetMeter, flown: &Flown) -> Self {
        let ratio = |sum: u64, count: u64| if count == 0 { 0.0 } else { sum as f64 / count as f64 };
        let ms = |micros: u64| micros as f64 / 1_000.0;
        Report {
            server: plan.targets.first().map(Target::to_string).unwrap_or_default(),
            brain: plan.crew.to_string(),
            decode: plan.decode.to_string(),
            seed: plan.seed,
            input_sockets: 1 + u32::from(plan.has_second_socket),
            clients: plan.count as u64,
            connected: meter.connected,
            seconds: flown.measured.as_secs_f64(),
            tick_hz: meter.tick_hz,
            snapshots_received: meter.snapshots_received,
            snapshots_expected: meter.snapshots_expected,
            payload_bytes_received: meter.payload_bytes_received,
            bytes_per_client_per_second: ratio(
                meter.payload_bytes_received,
                meter.connected_micros,
            ) * 1e6,
            visible_entities_mean: ratio(meter.visible_entities_sum, meter.snapshots_received),
            snapshot_interval_ms: Spread::of(&meter.snapshot_interval, ms),
            input_to_effect_ms: Spread::of(&meter.input_to_effect, ms),
            ping_ms_mean: ratio(meter.ping_micros_sum, meter.connected) / 1_000.0,
            predicted_ticks: meter.predicted_ticks,
            corrections: meter.corrections,
            correction_units: Spread::of(&meter.correction, correction_units),
            inputs_late: meter.inputs_late,
            hits_predicted: meter.hits_predicted,
            hits_confirmed: meter.hits_confirmed,
            snapshot_bits: SnapshotPart::ALL
                .map(|part| (part.label(), PartBits::of(&meter.tally, part)))
                .into(),
            bits_per_ship_per_tick: ratio(
                meter.tally.bits(),
                meter.tally.of(SnapshotPart::ShipArrivals).entities,
            ),
            interpolation_delay_ms: Spread::of(&meter.interpolation_delay, ms),
            disconnects: meter.disconnects,
            protocol_errors: meter.protocol_errors,
            ends: meter.ends.clone(),
            bot_lateness_ms: Spread::of(&meter.bot_lateness, ms),
            cpu_seconds: flown.cpu_to.map(|(_, cpu)| cpu.as_secs_f64()),
            cpu_micros_per_client_per_tick: flown.cpu_micros(meter.connected, meter.tick_hz),
        }
    }
}

impl PartBits {
    fn of(tally: &SnapshotTally, part: SnapshotPart) -> Self {
        let spent = tally.of(part);
        let per_entity = spent.bits as f64 / spent.entities.max(1) as f64;
        PartBits {
            // Lists without an entity cost something, too.
            per_entity_per_tick: if spent.entities == 0 { 0.0 } else { per_entity },
            share: spent.bits as f64 / tally.bits().max(1) as f64,
        }
    }
}

impl Spread {
    fn of(histogram: &Histogram<u64>, unit: impl Fn(u64) -> f64) -> Self {
        // The upper end of a bin, as the percentiles have it, may lie above the largest value.
        let at = |quantile| unit(histogram.value_at_quantile(quantile).min(histogram.max()));
        Spread { p50: at(0.5), p99: at(0.99), max: unit(histogram.max()) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: u64, whole: u64| match whole {
            0 => 0.0,
            whole => part as f64 / whole as f64 * 100.0,
        };
        let line = |f: &mut fmt::Formatter<'_>, name: &str, value: String| {
            writeln!(f, "{name:<28}{value}")
        };
        let count = |value: u64, note: String| format!("{value:>12}  {note}");
        line(f, "server", self.server.clone())?;
        line(f, "brain", format!("{} (seed {}), {} decode", self.brain, self.seed, self.decode))?;
        line(f, "connected", count(self.connected, format!("of {}", self.clients)))?;
        line(f, "seconds", format!("{:>12.1}", self.seconds))?;
        let of_expected = share(self.snapshots_received, self.snapshots_expected);
        line(
            f,
            "snapshots received",
            count(
                self.snapshots_received,
                format!("{of_expected:.2} % of {}", self.snapshots_expected),
            ),
        )?;
        line(
            f,
            "payload bytes received",
            count(
                self.payload_bytes_received,
                format!("{:.0} per client and second", self.bytes_per_client_per_second),
            ),
        )?;
        line(f, "visible entities", format!("{:>12.1}", self.visible_entities_mean))?;
        line(f, "predicted ticks", count(self.predicted_ticks, String::new()))?;
        let wrong = share(self.corrections, self.predicted_ticks);
        line(f, "corrections", count(self.corrections, format!("{wrong:.3} % of those")))?;
        let late = share(self.inputs_late, self.predicted_ticks);
        line(f, "inputs too late", count(self.inputs_late, format!("{late:.3} % of those")))?;
        let confirmed = share(self.hits_confirmed, self.hits_predicted);
        line(f, "hits seen", count(self.hits_predicted, format!("{confirmed:.2} % confirmed")))?;
        let bits = format!("{:>12.1}", self.bits_per_ship_per_tick);
        line(f, "bits per ship and tick", bits)?;
        for (part, bits) in &self.snapshot_bits {
            let PartBits { per_entity_per_tick, share } = bits;
            let note = format!("{per_entity_per_tick:>12.2}  for each, {:.1} %", share * 100.0);
            line(f, &format!("  {part}"), note)?;
        }
        if let (Some(seconds), Some(micros)) =
            (self.cpu_seconds, self.cpu_micros_per_client_per_tick)
        {
            let note = format!("{seconds:>12.2}  {micros:.1} us per bot and tick");
            line(f, "bots' own CPU, s", note)?;
        }
        line(f, "disconnects", count(self.disconnects, String::new()))?;
        line(f, "protocol errors", count(self.protocol_errors, String::new()))?;
        for (reason, times) in &self.ends {
            line(f, "  ended early", count(*times, reason.clone()))?;
        }
        line(f, "", format!("{:>12}{:>12}{:>12}", "p50", "p99", "max"))?;
        for (name, spread) in [
            ("snapshot interval, ms", self.snapshot_interval_ms),
            ("input to effect, ms", self.input_to_effect_ms),
            ("correction, units", self.correction_units),
            ("interpolation delay, ms", self.interpolation_delay_ms),
            ("bots late by, ms", self.bot_lateness_ms),
        ] {
            let Spread { p50, p99, max } = spread;
            line(f, name, format!("{p50:>12.2}{p99:>12.2}{max:>12.2}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::pilot::Decode;
    use crate::fleet::runner::Crew;

    fn report() -> Report {
        let plan = FleetPlan {
            targets: vec!["ws://127.0.0.1:8080/ws".parse().unwrap()],
            count: 2,
            flight: Duration::from_secs(1),
            seed: 7,
            crew: Crew::Mixed,
            warm_up: None,
            decode: Decode::Full,
            link: Default::default(),
            has_second_socket: false,
            joins_per_second: 100,
            threads: 1,
        };
        let mut meter = FleetMeter::new().unwrap();
        meter.connected = 2;
        meter.connected_micros = 4_000_000;
        meter.payload_bytes_received = 8_000;
        for micros in 1..=1_000 {
            meter.snapshot_interval.record(micros * 100).unwrap();
        }
        let second = Duration::from_secs(1);
        let cpu_from = Some((second, second));
        meter.tick_hz = 30;
        let flown =
            Flown { measured: second, cpu_from, cpu_to: Some((2 * second, 3 * second / 2)) };
        Report::new(&plan, &meter, &flown)
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
            "visible_entities_mean",
            "snapshot_interval_ms",
            "input_to_effect_ms",
            "predicted_ticks",
            "corrections",
            "correction_units",
            "disconnects",
            "protocol_errors",
        ] {
            assert!(json.get(key).is_some(), "{key}");
        }
        for key in ["snapshot_interval_ms", "input_to_effect_ms", "correction_units"] {
            for part in ["p50", "p99", "max"] {
                assert!(json[key][part].is_f64(), "{key}.{part}");
            }
        }
    }

    #[test]
    fn figures_are_in_their_units() {
        let report = report();
        assert_eq!(report.bytes_per_client_per_second, 2_000.0);
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
