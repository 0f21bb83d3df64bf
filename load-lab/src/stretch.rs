//! A stretch of time over which is measured: two looks at server and bots, and what lies between them.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::ages::{self, AgeBand};
use crate::fleet::{Fleet, pause};
use crate::histogram::Histogram;
use crate::lab::{Lab, LabError};
use crate::machine;
use crate::process::ProcessCounts;
use crate::scrape::Scrape;
use crate::server::Server;

/// What server and bots did over a stretch in which nobody joined.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Stretch {
    /// Its length.
    pub seconds: f64,
    /// Ticks of all rooms that were simulated.
    pub ticks: u64,
    /// Times that a room read all its clients and wrote to them: once a tick, and once for several where it was so late
    /// that it had to catch up.
    pub rounds: u64,
    /// Ticks that were given up because a room was too late.
    pub ticks_skipped: u64,
    /// Ticks that a room's standby did, as its own thread had not begun in time. Unknown of older results.
    pub ticks_stood_in: Option<u64>,
    /// Processor time of the server process, seconds in each second.
    pub server_cpu: f64,
    /// The same of all bots together.
    pub bots_cpu: f64,
    /// The same that the host took from what wanted to run here. Unknown of older results.
    pub stolen_cpu: Option<f64>,
    /// Times in each second that a thread of the server waited, and that it had to make room for another.
    pub server_waits: f64,
    /// See above.
    pub server_preemptions: f64,
    /// Resident memory of the server at the end, bytes.
    pub server_resident_bytes: u64,
    /// How long ticks took.
    pub tick_duration_ms: Quantiles,
    /// How late ticks began.
    pub tick_lateness_ms: Quantiles,
    /// Snapshots handed to sockets.
    pub snapshots_sent: u64,
    /// Snapshots not sent because the client was behind.
    pub snapshots_skipped: u64,
    /// Payload of a snapshot, on average.
    pub snapshot_bytes_mean: f64,
    /// Input commands that came, and those of them that came too late.
    pub inputs_received: u64,
    /// See above.
    pub inputs_late: u64,
    /// Connections that the server closed for what they sent or did not take.
    pub rejected: u64,
    /// Connections that did not get into a room.
    pub refused: u64,
    /// How old was what clients held of ships, where a byte budget did not do for all.
    pub ship_ages: Vec<AgeBand>,
}

/// Percentiles of a time in milliseconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Quantiles {
    /// Half of all are below.
    pub p50: f64,
    /// 99 in 100 are below.
    pub p99: f64,
    /// 999 in 1,000 are below.
    pub p999: f64,
}

impl Quantiles {
    /// Those of a histogram, between two of whose bounds values are taken to lie evenly.
    fn of(histogram: &Histogram) -> Self {
        let ms = |share| histogram.quantile(share) * 1e3;
        Quantiles { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999) }
    }

    /// Those of single times; 0 if there are none.
    pub fn of_times(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        // The least that is not below the share: with 300 times the p99.9 is the largest.
        let rank = |share: f64| (times.len() as f64 * share).ceil() as usize;
        let at = |share| times.get(rank(share).saturating_sub(1)).or(times.last());
        let ms = |share| at(share).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        Quantiles { p50: ms(0.5), p99: ms(0.99), p999: ms(0.999) }
    }
}

/// One look.
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
        let stolen = machine::stolen()?;
        Ok(Look { at: Instant::now(), server: server.counts()?, bots, stolen, scrape })
    }
}

impl Stretch {
    /// Measures for so many seconds from now on.
    ///
    /// # Errors
    /// When server or bots end meanwhile.
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
            ship_ages: ages::bands(&counted),
        }
    }

    /// Processor time of the server for each of `clients` and tick of its room, in microseconds. Ticks that an overloaded
    /// room catches up without writing do not make it look cheap. With several rooms `clients` is those of one of them
    /// on average.
    pub fn server_micros_per_client_tick(&self, clients: f64) -> f64 {
        self.server_cpu * self.seconds * 1e6 / (self.rounds.max(1) as f64 * clients.max(1.0))
    }

    /// The same of the bots.
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
        // One second of the processor for a hundred clients in 60 ticks.
        assert!((stretch.server_micros_per_client_tick(100.0) - 1e6 / 6_000.0).abs() < 1e-9);
    }
}
