//! A measured stretch of time: two samples of server and bots, and the difference between them.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::lab::{Lab, LabError};
use crate::programs::{Fleet, Server, pause};
use crate::readings::{AgeBand, Histogram, ProcessCounts, Scrape, age_bands, stolen};

/// What server and bots did over a stretch in which no client joined.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Stretch {
    /// Duration in seconds.
    pub seconds: f64,
    /// Ticks simulated, over all rooms.
    pub ticks: u64,
    /// Rounds of reading from and writing to all clients of a room: one per tick, or one for several ticks when the
    /// room was late and caught up.
    pub rounds: u64,
    /// Ticks dropped because a room was too late.
    pub ticks_skipped: u64,
    /// Ticks run by a standby thread because the room's own thread had not started in time. `None` in older results.
    pub ticks_stood_in: Option<u64>,
    /// Processor time of the server process, in seconds per second.
    pub server_cpu: f64,
    /// Processor time of all bots together, in seconds per second.
    pub bots_cpu: f64,
    /// Processor time that the host took from runnable threads ("steal"), in seconds per second. `None` in older
    /// results.
    pub stolen_cpu: Option<f64>,
    /// Voluntary context switches of the server per second: a thread waited.
    pub server_waits: f64,
    /// Involuntary context switches of the server per second: a thread was preempted.
    pub server_preemptions: f64,
    /// Resident memory of the server at the end of the stretch, in bytes.
    pub server_resident_bytes: u64,
    /// Tick durations.
    pub tick_duration_ms: Quantiles,
    /// Tick lateness.
    pub tick_lateness_ms: Quantiles,
    /// Snapshots written to sockets.
    pub snapshots_sent: u64,
    /// Snapshots not sent because the client had not acknowledged earlier ones.
    pub snapshots_skipped: u64,
    /// Mean payload of a snapshot, in bytes.
    pub snapshot_bytes_mean: f64,
    /// Input commands that arrived.
    pub inputs_received: u64,
    /// Input commands that arrived after their tick.
    pub inputs_late: u64,
    /// Connections that the server closed because of what the client sent or did not read.
    pub rejected: u64,
    /// Connections refused before they reached a room.
    pub refused: u64,
    /// Age of the ship states that clients held, counted when a snapshot did not fit its byte budget.
    pub ship_ages: Vec<AgeBand>,
}

/// Percentiles of a duration, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Quantiles {
    /// 50th percentile.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
}

impl Quantiles {
    /// Percentiles of a histogram, interpolated between two bounds.
    fn of(histogram: &Histogram) -> Self {
        let ms = |share| histogram.quantile(share) * 1e3;
        Quantiles { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999) }
    }

    /// Percentiles of single samples; 0 without samples.
    pub fn of_times(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        // The nearest-rank percentile: with 300 samples the p99.9 is the largest.
        let rank = |share: f64| (times.len() as f64 * share).ceil() as usize;
        let at = |share| times.get(rank(share).saturating_sub(1)).or(times.last());
        let ms = |share| at(share).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        Quantiles { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999) }
    }
}

/// One sample of server and bots.
struct Look {
    at: Instant,
    server: ProcessCounts,
    bots: Duration,
    stolen: Duration,
    scrape: Scrape,
}

impl Look {
    fn take(server: &Server, fleets: &[Fleet]) -> Result<Self, LabError> {
        let mut bots = Duration::ZERO;
        for fleet in fleets {
            bots += fleet.counts()?.cpu;
        }
        let scrape = server.scrape()?;
        let stolen = stolen()?;
        Ok(Look { at: Instant::now(), server: server.counts()?, bots, stolen, scrape })
    }
}

impl Stretch {
    /// Measures for the given number of seconds from now on.
    ///
    /// # Errors
    /// When the server or the bots end meanwhile.
    pub fn measure(
        lab: &Lab,
        seconds: f64,
        server: &mut Server,
        fleets: &mut [Fleet],
    ) -> Result<Self, LabError> {
        let before = Look::take(server, fleets)?;
        pause(lab, Duration::from_secs_f64(seconds), server, fleets)?;
        let after = Look::take(server, fleets)?;
        Ok(Self::between(&before, &after))
    }

    fn between(before: &Look, after: &Look) -> Self {
        let seconds = after.at.saturating_duration_since(before.at).as_secs_f64().max(1e-9);
        let per_second = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        let cpu = |now: Duration, then: Duration| now.saturating_sub(then).as_secs_f64() / seconds;
        let counted = after.scrape.since(&before.scrape);
        let count = |name: &str| counted.value(name).max(0.0) as u64;
        let duration = counted.histogram("tick_duration_seconds");
        let snapshots_sent = count("snapshots_sent_total");
        let snapshot_bytes = counted.value("sent_bytes_total{lane=\"snapshot\"}");
        let (now, then) = (&after.server, &before.server);
        Stretch {
            seconds,
            ticks: count("ticks_total"),
            rounds: duration.count(),
            ticks_skipped: count("ticks_skipped_total"),
            ticks_stood_in: counted
                .known_sum("ticks_stood_in_total")
                .map(|ticks| ticks.max(0.0) as u64),
            server_cpu: cpu(now.cpu, then.cpu),
            bots_cpu: cpu(after.bots, before.bots),
            stolen_cpu: Some(cpu(after.stolen, before.stolen)),
            server_waits: per_second(now.waits, then.waits),
            server_preemptions: per_second(now.preemptions, then.preemptions),
            server_resident_bytes: now.resident_bytes,
            tick_duration_ms: Quantiles::of(&duration),
            tick_lateness_ms: Quantiles::of(&counted.histogram("tick_lateness_seconds")),
            snapshots_sent,
            snapshots_skipped: count("snapshots_skipped_total"),
            snapshot_bytes_mean: snapshot_bytes / snapshots_sent.max(1) as f64,
            inputs_received: count("inputs_received_total"),
            inputs_late: count("inputs_late_total"),
            rejected: counted.sum("rejected_messages_total").max(0.0) as u64,
            refused: counted.sum("refused_connections_total").max(0.0) as u64,
            ship_ages: age_bands(&counted),
        }
    }

    /// Processor time of the server per client and tick of its room, in microseconds. Counts rounds, not ticks: an
    /// overloaded room that catches up on ticks without writing must not look cheap. With several rooms, `clients` is
    /// the mean number of clients per room.
    pub fn server_micros_per_client_tick(&self, clients: f64) -> f64 {
        self.server_cpu * self.seconds * 1e6 / (self.rounds.max(1) as f64 * clients.max(1.0))
    }

    /// Processor time of the bots per client and tick, in microseconds.
    pub fn bots_micros_per_client_tick(&self, clients: f64) -> f64 {
        self.bots_cpu * self.seconds * 1e6 / (self.rounds.max(1) as f64 * clients.max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_single_times_are_among_them() {
        let times = (1..=1_000).rev().map(Duration::from_millis).collect();
        let quantiles = Quantiles { p50: 500.0, p99: 990.0, p999: 999.0 };
        assert_eq!(Quantiles::of_times(times), quantiles);
        assert_eq!(Quantiles::of_times(vec![Duration::from_millis(7)]).p999, 7.0);
        assert_eq!(Quantiles::of_times(vec![]), Quantiles::default());
    }

    #[test]
    fn figures_are_those_between_the_two_looks() {
        let counts = |millis, waits| ProcessCounts {
            cpu: Duration::from_millis(millis),
            waits,
            resident_bytes: waits,
            ..ProcessCounts::default()
        };
        let at = Instant::now();
        let stood_in = |ticks: [u32; 2]| {
            let series = "driftfield_ticks_stood_in_total{room=";
            let [first, second] = ticks;
            Scrape::parse(&format!("{series}\"a\"}} {first}\n{series}\"b\"}} {second}\n")).unwrap()
        };
        let (bots, stolen) = (Duration::from_secs(1), Duration::from_millis(7));
        let before = Look { at, server: counts(500, 10), bots, stolen, scrape: stood_in([1, 2]) };
        let at = at + Duration::from_secs(2);
        let stolen = stolen + Duration::from_millis(500);
        let after = Look {
            at,
            server: counts(1_500, 70),
            bots: bots * 4,
            stolen,
            scrape: stood_in([2, 5]),
        };
        let mut stretch = Stretch::between(&before, &after);
        assert_eq!((stretch.server_cpu, stretch.bots_cpu, stretch.server_waits), (0.5, 1.5, 30.0));
        assert_eq!((stretch.stolen_cpu, stretch.ticks_stood_in), (Some(0.25), Some(4)));
        assert_eq!(stretch.server_resident_bytes, 70);
        stretch.rounds = 60;
        // One second of CPU for 100 clients in 60 ticks.
        assert!((stretch.server_micros_per_client_tick(100.0) - 1e6 / 6_000.0).abs() < 1e-9);
    }
}
