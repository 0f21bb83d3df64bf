//! The plots of each scenario.

use super::chart::{Chart, Series};
use crate::bare::BareAround;
use crate::results::{Point, SoakResults, SweepResults};
use crate::stretch::Quantiles;

/// Cost by number of clients.
pub fn of_sweep(sweep: &SweepResults) -> Vec<Chart> {
    let tick_ms = 1e3 / f64::from(sweep.tick_hz.max(1));
    let mut lateness = Chart {
        is_log: true,
        limits: vec![(LATENESS_MS, format!("p99 below {LATENESS_MS} ms"))],
        ..quantiles(sweep, "Tick lateness", |point| point.stretch.tick_lateness_ms)
    };
    // What this machine does to a thread that only sleeps until a deadline.
    lateness.series.push(dashed(series(sweep, "bare sockets p99.9, worse of two", 4, |point| {
        let late =
            point.bare.iter().flat_map(BareAround::both).filter_map(|bare| bare.tick_lateness_ms);
        late.map(|late| late.p999).reduce(f64::max)
    })));
    lateness.series.retain(|series| !series.points.is_empty());
    let mut charts = vec![
        Chart {
            is_log: true,
            limits: vec![(tick_ms, format!("a tick, {tick_ms:.1} ms"))],
            ..quantiles(sweep, "Tick duration", |point| point.stretch.tick_duration_ms)
        },
        lateness,
        chart(
            sweep,
            "Processor time",
            "seconds per second",
            vec![
                series(sweep, "server", 1, |point| Some(point.stretch.server_cpu)),
                series(sweep, "bots", 3, |point| Some(point.stretch.bots_cpu)),
                dashed(series(sweep, "bare sockets", 2, |point| Some(point.bare?.server_cpu()))),
            ],
        ),
        chart(
            sweep,
            "Processor time for each client and tick",
            "microseconds",
            vec![
                series(sweep, "server", 1, |point| Some(point.server_micros_per_client_tick)),
                series(sweep, "bots", 3, |point| Some(point.bots_micros_per_client_tick)),
                dashed(series(sweep, "bare sockets", 2, |point| {
                    Some(point.bare?.micros_per_client_tick())
                })),
            ],
        ),
        bytes(sweep),
        chart(
            sweep,
            "Interval between snapshots at the client",
            "ms",
            vec![
                series(sweep, "p50", 1, |point| Some(point.fleet.snapshot_interval_ms.p50)),
                series(sweep, "p99", 2, |point| Some(point.fleet.snapshot_interval_ms.p99)),
                series(sweep, "largest", 3, |point| Some(point.fleet.snapshot_interval_ms.max)),
            ],
        ),
    ];
    charts.push(chart(
        sweep,
        "Resident memory of the server for each client",
        "kB",
        vec![series(sweep, "server", 1, |point| Some(point.resident_bytes_per_client / 1e3))],
    ));
    charts.push(chart(
        sweep,
        "Context switches of the server",
        "per second",
        vec![
            series(sweep, "waited", 1, |point| Some(point.stretch.server_waits)),
            series(sweep, "involuntary", 2, |point| Some(point.stretch.server_preemptions)),
        ],
    ));
    charts
}

/// Bytes sent to each client in a crowd, and tick durations.
pub fn of_crowd(crowd: &SweepResults) -> Vec<Chart> {
    let tick_ms = 1e3 / f64::from(crowd.tick_hz.max(1));
    vec![
        Chart {
            is_log: true,
            limits: vec![(BYTES_PER_SECOND_MAX / 1e3, "64 kB/s".to_owned())],
            ..chart(
                crowd,
                "Payload for each client",
                "kB per second",
                vec![series(crowd, "to the client", 1, |point| {
                    Some(point.fleet.bytes_per_client_per_second / 1e3)
                })],
            )
        },
        Chart {
            is_log: true,
            limits: vec![(tick_ms, format!("a tick, {tick_ms:.1} ms"))],
            ..quantiles(crowd, "Tick duration", |point| point.stretch.tick_duration_ms)
        },
    ]
}

/// Memory over time.
pub fn of_soak(soak: &SoakResults) -> Chart {
    let points = soak.resident.iter().map(|(seconds, megabytes)| (seconds / 60.0, *megabytes));
    Chart {
        title: format!("Resident memory of the server, {} clients", soak.clients),
        x_label: "minutes".to_owned(),
        y_label: "MB".to_owned(),
        series: vec![Series {
            label: "server".to_owned(),
            colour: 1,
            is_dashed: false,
            points: points.collect(),
        }],
        ..Chart::default()
    }
}

fn bytes(sweep: &SweepResults) -> Chart {
    chart(
        sweep,
        "Payload for each client",
        "bytes per second",
        vec![series(sweep, "to the client", 1, |point| {
            Some(point.fleet.bytes_per_client_per_second)
        })],
    )
}

/// Three lines for the percentiles of a duration.
fn quantiles(sweep: &SweepResults, title: &str, of: impl Fn(&Point) -> Quantiles) -> Chart {
    chart(
        sweep,
        title,
        "ms",
        vec![
            series(sweep, "p50", 1, |point| Some(of(point).p50)),
            series(sweep, "p99", 2, |point| Some(of(point).p99)),
            series(sweep, "p99.9", 3, |point| Some(of(point).p999)),
        ],
    )
}

fn chart(sweep: &SweepResults, title: &str, unit: &str, series: Vec<Series>) -> Chart {
    Chart {
        title: title.to_owned(),
        x_label: "clients".to_owned(),
        y_label: unit.to_owned(),
        x_marks: sweep.points.iter().map(|point| f64::from(point.clients)).collect(),
        series: series.into_iter().filter(|series| !series.points.is_empty()).collect(),
        ..Chart::default()
    }
}

fn series(
    sweep: &SweepResults,
    label: &str,
    colour: usize,
    of: impl Fn(&Point) -> Option<f64>,
) -> Series {
    let points = sweep.points.iter();
    let points = points.filter_map(|point| Some((f64::from(point.clients), of(point)?)));
    Series { label: label.to_owned(), colour, is_dashed: false, points: points.collect() }
}

fn dashed(series: Series) -> Series {
    Series { is_dashed: true, ..series }
}

/// Target: 99 % of the ticks start no later than this after their deadline, in milliseconds.
const LATENESS_MS: f64 = 3.0;
/// What a client in a crowd may be sent.
const BYTES_PER_SECOND_MAX: f64 = 65_536.0;
