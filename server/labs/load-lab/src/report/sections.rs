//! The sections of the report, one per scenario, and the Markdown page made of them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::chart::{Chart, figure};
use super::plots;
use super::table::{Columns, Table};
use crate::bare::{Bare, BareAround};
use crate::programs::Spread;
use crate::results::{
    CompanyResults, CompanyRun, HellResults, HellRun, Point, Results, RoomsResults, SoakResults,
    SweepResults,
};
use crate::scenario::NuisanceReport;

/// A section of the report: what was measured, how, and the figures.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What a reader must know, in full sentences.
    pub text: String,
    /// The command line that repeats the run.
    pub command: String,
    /// Machine and date.
    pub machine: String,
    /// Plots.
    pub charts: Vec<Chart>,
    /// The table.
    pub table: Table,
}

/// The sections for which there are results.
pub fn sections(results: &Results) -> Vec<Section> {
    let sweep = results.sweep.as_ref().map(|sweep| Section {
        charts: plots::of_sweep(sweep),
        ..of_sweep(sweep, "Spread out", SWEEP_TEXT)
    });
    let of_crowd = |crowd: &Option<SweepResults>, title, text| {
        let crowd = crowd.as_ref()?;
        Some(Section { charts: plots::of_crowd(crowd), ..of_sweep(crowd, title, text) })
    };
    let crowd = of_crowd(&results.crowd, "In a crowd", CROWD_TEXT);
    let packed = of_crowd(&results.packed, "In a crush", PACKED_TEXT);
    let station = of_crowd(&results.station, "At one station", STATION_TEXT);
    let hell = results.hell.as_ref().map(of_hell);
    let company = results.company.as_ref().map(of_company);
    let rooms = results.rooms.as_ref().map(of_rooms);
    let soak = results.soak.as_ref().map(of_soak);
    [sweep, crowd, packed, station, hell, company, rooms, soak].into_iter().flatten().collect()
}

/// Renders the Markdown page.
pub fn markdown(results: &Results) -> String {
    let mut text =
        format!("# {TITLE}\n\n{INTRODUCTION}\n\nThe same as plots: `index.html` in this folder.\n");
    for section in sections(results) {
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\n```sh\n{}\n```\n\n{}\n\n{}",
            section.title, section.text, section.command, section.machine, section.table
        );
    }
    text
}

fn of_sweep(sweep: &SweepResults, title: &str, text: &str) -> Section {
    Section {
        title: format!("{title}: {}", sweep.room),
        text: format!("{text} Bots: {}, {} decode.", sweep.brain, sweep.decode),
        command: sweep.command.clone(),
        machine: sweep.machine.to_string(),
        charts: Vec::new(),
        table: points_table(&sweep.points),
    }
}

fn points_table(points: &[Point]) -> Table {
    let columns: Vec<(String, &Point)> =
        points.iter().map(|point| (figure(point.clients.into()), point)).collect();
    let mut table = Columns::new("clients", &columns);
    let has_bare = points.iter().any(|point| point.bare.is_some());
    let three = |a: f64, b: f64, c: f64| format!("{} / {} / {}", figure(a), figure(b), figure(c));
    table.line("server CPU, s per s", |point| figure(point.stretch.server_cpu));
    table.line("server CPU for each client and tick, us", |point| {
        figure(point.server_micros_per_client_tick)
    });
    if has_bare {
        table.line("bare sockets before / after: CPU for each client and tick, us", |point| {
            around(point, |bare| figure(bare.micros_per_client_tick))
        });
        table.line("server / mean of bare sockets", |point| {
            point.times_bare.map_or_else(nothing, figure)
        });
        table.line("bare sockets before / after: bytes of a message", |point| {
            around(point, |bare| bare.bytes.to_string())
        });
    }
    if points.iter().any(|point| point.stretch.stolen_cpu.is_some()) {
        table.line("CPU taken by the machine's host (steal), s per s", |point| {
            point.stretch.stolen_cpu.map_or_else(nothing, figure)
        });
        if has_bare {
            table.line("bare sockets before / after: CPU taken by the host, s per s", |point| {
                around(point, |bare| bare.stolen_cpu.map_or_else(nothing, figure))
            });
        }
    }
    table.line("tick duration p50 / p99 / p99.9, ms", |point| {
        let ticks = point.stretch.tick_duration_ms;
        three(ticks.p50, ticks.p99, ticks.p999)
    });
    table.line("tick lateness p50 / p99 / p99.9, ms", |point| {
        let ticks = point.stretch.tick_lateness_ms;
        three(ticks.p50, ticks.p99, ticks.p999)
    });
    if has_bare {
        table.line("bare sockets before / after: tick lateness p99.9, ms", |point| {
            around(point, |bare| {
                bare.tick_lateness_ms.map_or_else(nothing, |late| figure(late.p999))
            })
        });
    }
    table.line("ticks: simulated, with a write, skipped", |point| {
        let Point { stretch, .. } = point;
        format!("{}, {}, {}", stretch.ticks, stretch.rounds, stretch.ticks_skipped)
    });
    if points.iter().any(|point| point.stretch.ticks_stood_in.is_some()) {
        table.line("ticks run by a standby thread", |point| {
            point.stretch.ticks_stood_in.map_or_else(nothing, |ticks| ticks.to_string())
        });
    }
    table.line("snapshots delivered, %", |point| format!("{:.2}", point.fleet.delivered() * 100.0));
    table.line("snapshot interval p50 / p99 / max, ms", |point| {
        let interval = point.fleet.snapshot_interval_ms;
        three(interval.p50, interval.p99, interval.max)
    });
    table.line("payload, bytes per client and second", |point| {
        figure(point.fleet.bytes_per_client_per_second)
    });
    table.line("payload of a snapshot, mean, bytes", |point| {
        figure(point.stretch.snapshot_bytes_mean)
    });
    if points.iter().any(|point| point.fleet.visible_entities_mean > 0.0) {
        table.line("entities in view, mean", |point| figure(point.fleet.visible_entities_mean));
    }
    if points.iter().any(|point| !point.stretch.ship_ages.is_empty()) {
        for distance in ["200", "400", "800", "inf"] {
            let name = format!("age of ship states up to {distance} units away, p50 / p99, ticks");
            table.line(&name, |point| {
                let mut bands = point.stretch.ship_ages.iter();
                let band = bands.find(|band| band.distance == distance);
                band.map_or_else(nothing, |band| format!("{} / {}", band.p50, band.p99))
            });
        }
    }
    table.line("late input commands, %", |point| {
        let late = point.stretch.inputs_late as f64 / point.stretch.inputs_received.max(1) as f64;
        format!("{:.3}", late * 100.0)
    });
    table.line("resident memory, empty / with all clients, MB", |point| {
        let megabytes = |bytes: u64| figure(bytes as f64 / 1e6);
        let (empty, full) = (point.empty_resident_bytes, point.stretch.server_resident_bytes);
        format!("{} / {}", megabytes(empty), megabytes(full))
    });
    table.line("resident memory for each client, kB", |point| {
        figure(point.resident_bytes_per_client / 1e3)
    });
    table.line("context switches: voluntary / involuntary, per s", |point| {
        let Point { stretch, .. } = point;
        format!("{} / {}", figure(stretch.server_waits), figure(stretch.server_preemptions))
    });
    table.line("bots' CPU for each client and tick, us", |point| {
        figure(point.bots_micros_per_client_tick)
    });
    table.line("bots' own lateness p99, ms", |point| figure(point.fleet.bot_lateness_ms.p99));
    table.line("disconnects, protocol errors", |point| {
        format!("{}, {}", point.fleet.disconnects, point.fleet.protocol_errors)
    });
    table.table
}

fn of_company(company: &CompanyResults) -> Section {
    let runs = [("quiet".to_owned(), &company.quiet), ("plagued".to_owned(), &company.plagued)];
    let mut table = Columns::new("run", &runs);
    let spread = |spread: Spread| {
        format!("{} / {} / {}", figure(spread.p50), figure(spread.p99), figure(spread.max))
    };
    table.line("honest clients: line to screen p50 / p99 / max, ms", |run: &CompanyRun| {
        spread(run.fleet.line_to_screen_ms)
    });
    table.line("honest clients: receipt p50 / p99 / max, ms", |run| spread(run.fleet.receipt_ms));
    table.line("honest clients: snapshot interval p50 / p99 / max, ms", |run| {
        spread(run.fleet.snapshot_interval_ms)
    });
    table.line("honest clients: lines said / refused / heard", |run| {
        let fleet = &run.fleet;
        format!("{} / {} / {}", fleet.lines_sent, fleet.lines_refused, fleet.lines_received)
    });
    table.line("tick lateness p50 / p99 / p99.9, ms", |run| {
        let ticks = run.stretch.tick_lateness_ms;
        format!("{} / {} / {}", figure(ticks.p50), figure(ticks.p99), figure(ticks.p999))
    });
    table.line("server CPU, s per s", |run| figure(run.stretch.server_cpu));
    table.line("bots' CPU / nuisances' CPU, s per s", |run| {
        format!("{} / {}", figure(run.stretch.bots_cpu), figure(run.nuisances_cpu))
    });
    table.line("growth of the store, kB", |run| figure(run.store_bytes as f64 / 1_024.0));
    let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    table.line("nuisances: asked for / done / refused", |run| {
        let NuisanceReport { asked, done, refused, .. } = &run.nuisances;
        format!("{} / {} / {}", sum(asked), sum(done), sum(refused))
    });
    table.line("nuisances: told to wait / told to be mute / connections that ended", |run| {
        let NuisanceReport { told_to_wait, told_mute, ends, .. } = &run.nuisances;
        format!("{told_to_wait} / {told_mute} / {}", sum(ends))
    });
    table.line("honest clients: disconnects, protocol errors", |run| {
        format!("{}, {}", run.fleet.disconnects, run.fleet.protocol_errors)
    });
    Section {
        title: "Nuisances".to_owned(),
        text: format!(
            "{} honest clients in a room with a store on the disk; {} of them say a line each two seconds. {} others are \
             honest, too, in the first run. In the second one each of them asks for something a hundred times a second, in \
             turn: lines, whispers to one player after the other, friendship, reports, votes, names, history and \
             subscriptions. All of them share the processors with the server.",
            company.clients, company.talkers, company.others,
        ),
        command: company.command.clone(),
        machine: company.machine.to_string(),
        charts: Vec::new(),
        table: table.table,
    }
}

fn of_hell(hell: &HellResults) -> Section {
    let runs = [("quiet".to_owned(), &hell.quiet), ("hell".to_owned(), &hell.hell)];
    let mut table = Columns::new("run", &runs);
    table.line("healthy clients: snapshot interval p50 / p99 / max, ms", |run: &HellRun| {
        let interval = run.fleet.snapshot_interval_ms;
        format!("{} / {} / {}", figure(interval.p50), figure(interval.p99), figure(interval.max))
    });
    table.line("tick lateness p50 / p99 / p99.9, ms", |run| {
        let ticks = run.stretch.tick_lateness_ms;
        format!("{} / {} / {}", figure(ticks.p50), figure(ticks.p99), figure(ticks.p999))
    });
    table.line("tick duration p99, ms", |run| figure(run.stretch.tick_duration_ms.p99));
    table.line("healthy clients: snapshots delivered, %", |run| {
        format!("{:.2}", run.fleet.delivered() * 100.0)
    });
    table.line("server CPU, s per s", |run| figure(run.stretch.server_cpu));
    table.line("bots' CPU / attackers' CPU, s per s", |run| {
        format!("{} / {}", figure(run.stretch.bots_cpu), figure(run.attackers_cpu))
    });
    table.line("resident memory before / during / after, MB", |run| {
        [run.resident_before, run.stretch.server_resident_bytes, run.resident_after]
            .map(|bytes| figure(bytes as f64 / 1e6))
            .join(" / ")
    });
    table.line("messages rejected, each with its connection closed", |run| {
        run.stretch.rejected.to_string()
    });
    table.line("snapshots not sent to clients that were behind", |run| {
        run.stretch.snapshots_skipped.to_string()
    });
    table.line("healthy clients: disconnects, protocol errors", |run| {
        format!("{}, {}", run.fleet.disconnects, run.fleet.protocol_errors)
    });
    Section {
        title: "Bad neighbours".to_owned(),
        text: format!(
            "{} clients in a room. In the second run {} of them never read, {} send ten times more than allowed, and {} \
             more connect and vanish each second, half of them during the handshake. An attacker that is cut connects \
             again at once. All of them share the processors with the server. The healthy clients' interval p99 is {} \
             times that of the quiet run; the tick lateness p99 is {} times.",
            hell.clients,
            hell.deaf,
            hell.flooding,
            hell.vanishing,
            figure(hell.interval_ratio),
            figure(hell.lateness_ratio),
        ),
        command: hell.command.clone(),
        machine: hell.machine.to_string(),
        charts: Vec::new(),
        table: table.table,
    }
}

fn of_rooms(rooms: &RoomsResults) -> Section {
    let clients = rooms.rooms * rooms.per_room;
    let columns = [
        (format!("{} rooms of {}", rooms.rooms, rooms.per_room), &rooms.many),
        (format!("one room of {}", figure(clients.into())), &rooms.one),
    ];
    let mut table = Columns::new("rooms", &columns);
    table.line("server CPU, s per s", |point: &Point| figure(point.stretch.server_cpu));
    table.line("server CPU for each client and tick, us", |point| {
        figure(point.server_micros_per_client_tick)
    });
    table.line("tick lateness p50 / p99 / p99.9, ms", |point| {
        let ticks = point.stretch.tick_lateness_ms;
        format!("{} / {} / {}", figure(ticks.p50), figure(ticks.p99), figure(ticks.p999))
    });
    table.line("snapshots delivered, %", |point| format!("{:.2}", point.fleet.delivered() * 100.0));
    table.line("payload, bytes per client and second", |point| {
        figure(point.fleet.bytes_per_client_per_second)
    });
    table.line("resident memory for each client, kB", |point| {
        figure(point.resident_bytes_per_client / 1e3)
    });
    Section {
        title: "Many rooms".to_owned(),
        text: format!(
            "The small rooms cost {} times the CPU of the large one. Empty, they took {} s of CPU in {} s.",
            figure(rooms.times_one),
            figure(rooms.empty_cpu_seconds),
            figure(rooms.empty_seconds)
        ),
        command: rooms.command.clone(),
        machine: rooms.machine.to_string(),
        charts: Vec::new(),
        table: table.table,
    }
}

fn of_soak(soak: &SoakResults) -> Section {
    let line = |name: &str, value: String| (name.to_owned(), vec![value]);
    let table = Table {
        heads: vec!["figure".to_owned(), "measured".to_owned()],
        lines: vec![
            line("minutes", figure(soak.minutes)),
            line(
                "growth of resident memory after the warm-up, %",
                format!("{:+.2}", soak.growth * 100.0),
            ),
            line("protocol errors", soak.protocol_errors.to_string()),
            line("connections lost", soak.disconnects.to_string()),
            line(
                "staying clients: snapshots delivered, %",
                format!("{:.2}", soak.delivered * 100.0),
            ),
        ],
    };
    Section {
        title: "A long run with churn".to_owned(),
        text: format!(
            "{} clients, {} of which left and came back {} times. Growth compares the median of the last tenth of the \
             time with the median of the first tenth after the warm-up, which is the first fifth.",
            soak.clients, soak.churning, soak.rounds
        ),
        command: soak.command.clone(),
        machine: soak.machine.to_string(),
        charts: vec![plots::of_soak(soak)],
        table,
    }
}

/// A figure of the bare sockets, before and after.
fn around(point: &Point, of: impl Fn(&Bare) -> String) -> String {
    let bare = point.bare.iter().flat_map(BareAround::both);
    let figures: Vec<String> = bare.map(of).collect();
    if figures.is_empty() { nothing() } else { figures.join(" / ") }
}

fn nothing() -> String {
    "-".to_owned()
}

/// Title of the report.
pub const TITLE: &str = "How cost grows with clients";
/// Text that applies to the whole report.
pub const INTRODUCTION: &str = "Server and bots are two processes of a release build. They run on one machine and share its \
processors. Server CPU is the user and system time of the server process alone, from the operating system. All figures \
are of the steady stretch after all clients have joined. Tick durations and lateness come from the histograms in the \
server's /metrics; percentiles are interpolated linearly between two bounds. Resident memory is that of the process, \
without the kernel's socket buffers.";
const SWEEP_TEXT: &str = "Everyone flies in one room. CPU for each client and tick counts ticks with a write. Where \
fewer than 99 % of the snapshots were delivered, the machine was too small for server and bots together. Bare sockets do \
one blind read and one write for each client and tick, without WebSocket and game, with as many clients, in the same \
run. They are measured before the server with messages of 8 bytes, because the length of the server's messages is not \
known yet, and after it with messages of the mean snapshot's framed length. Their tick lateness comes from single \
samples, of a thread that only sleeps and with clients that use less CPU than bots.";
const CROWD_TEXT: &str = "Everyone flies in one room and sees everyone.";
const PACKED_TEXT: &str = "Everyone is in one place, bumps into others in every tick and shoots at them. More \
happens than fits the byte budget, so far or harmless ships wait for their update. The server counts the age of the ship \
states that clients hold, in a sample of the snapshots over the budget; each figure is the upper bound of its bin.";
const STATION_TEXT: &str = "Everyone stays around the station of the frontier, among asteroids and ore, and fires. Ages \
are counted as in the section before.";

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep() -> SweepResults {
        let mut point = Point { clients: 1_000, ..Point::default() };
        point.server_micros_per_client_tick = 13.5;
        let bare = |micros_per_client_tick| Bare { micros_per_client_tick, ..Bare::default() };
        point.bare = Some(BareAround { before: Some(bare(8.0)), behind: bare(10.0) });
        point.times_bare = Some(1.5);
        point.fleet.snapshots_received = 999;
        point.fleet.snapshots_expected = 1_000;
        SweepResults {
            command: "cargo run".to_owned(),
            room: "proving-ground".to_owned(),
            points: vec![Point { clients: 100, ..Point::default() }, point],
            ..SweepResults::default()
        }
    }

    #[test]
    fn the_page_has_a_column_for_each_number_of_clients() {
        let text = markdown(&Results { sweep: Some(sweep()), ..Results::default() });
        for line in [
            "| clients | 100 | 1,000 |",
            "|---|---:|---:|",
            "| server CPU for each client and tick, us | 0 | 13.5 |",
            "| bare sockets before / after: CPU for each client and tick, us | - | 8 / 10 |",
            "| server / mean of bare sockets | - | 1.5 |",
            "| snapshots delivered, % | 0.00 | 99.90 |",
        ] {
            assert!(text.lines().any(|have| have == line), "{line:?} in\n{text}");
        }
        assert!(text.contains("```sh\ncargo run\n```"), "{text}");
    }

    #[test]
    fn every_line_of_a_table_has_a_cell_for_each_column() {
        let results = Results {
            sweep: Some(sweep()),
            crowd: Some(sweep()),
            packed: Some(sweep()),
            station: Some(sweep()),
            hell: Some(HellResults::default()),
            company: Some(CompanyResults::default()),
            rooms: Some(RoomsResults::default()),
            soak: Some(SoakResults::default()),
        };
        let sections = sections(&results);
        assert_eq!(sections.len(), 8);
        for Section { table, .. } in sections {
            assert!(table.lines.iter().all(|(_, cells)| cells.len() + 1 == table.heads.len()));
            assert!(!table.lines.is_empty());
        }
    }
}
