//! A report as a table for people.

use std::fmt;

use super::{PartBits, Report, Spread};

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
        line(
            f,
            "  topics",
            count(
                self.topic_bytes_received,
                format!("{:.0} per client and second", self.topic_bytes_per_client_per_second),
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
        if self.resumed + self.seats_lost > 0 {
            let note = format!("{} got another seat", self.seats_lost);
            line(f, "came back", count(self.resumed, note))?;
        }
        if self.lines_sent > 0 {
            let note = format!("{} refused", self.lines_refused);
            line(f, "lines said", count(self.lines_sent, note))?;
            line(f, "lines heard", count(self.lines_received, String::new()))?;
        }
        line(f, "protocol errors", count(self.protocol_errors, String::new()))?;
        line(f, "desyncs", count(self.desyncs, format!("in {} checks", self.state_checks)))?;
        for (reason, times) in &self.ends {
            line(f, "  ended early", count(*times, reason.clone()))?;
        }
        line(f, "", format!("{:>12}{:>12}{:>12}", "p50", "p99", "max"))?;
        for (name, spread) in [
            ("snapshot interval, ms", self.snapshot_interval_ms),
            ("input to effect, ms", self.input_to_effect_ms),
            ("correction, units", self.correction_units),
            ("interpolation delay, ms", self.interpolation_delay_ms),
            ("downtime, ms", self.downtime_ms),
            ("line to screen, ms", self.line_to_screen_ms),
            ("receipt, ms", self.receipt_ms),
            ("bots late by, ms", self.bot_lateness_ms),
        ] {
            let Spread { p50, p99, max } = spread;
            line(f, name, format!("{p50:>12.2}{p99:>12.2}{max:>12.2}"))?;
        }
        Ok(())
    }
}
