//! The worst case, everyone in one view: time per tick, bytes per client, and how stale the clients' states are.
//!
//! ```text
//! Play (everyone sees everyone; everyone flies to the station) --> Room, Seats with a byte budget --> tables
//! ```
//!
//! `cargo bench -p driftfield-shared --bench crowd`. It uses one core and measures wall time, so run it on a quiet
//! machine. The time of all snapshots includes interest; a server adds only the sockets.

mod support;

use std::time::{Duration, Instant};

use driftfield_shared::limits::SNAPSHOT_BYTES_PER_SECOND;
use driftfield_shared::snapshot::StateAges;

use support::ends::{Room, Seat};
use support::play::{Play, TICK_HZ, Workload};

/// Ships of a crowd, each with a client.
const SHIPS: [u16; 4] = [250, 500, 1_000, 2_000];
/// Ticks measured.
const TICKS: u32 = 90;
/// Ticks before that, in which all clients receive their full snapshots.
const LEAD_TICKS: u32 = 60;
/// Bit budget of each snapshot.
const BITS_MAX: usize = (SNAPSHOT_BYTES_PER_SECOND / TICK_HZ as u32) as usize * 8;

fn main() {
    report("everyone sees everyone, wander", |ships| Play::new("proving-ground-open", ships));
    report("packed: everyone in one view, bumping", |ships| {
        Play::with("proving-ground-packed", "proving-ground", ships, Workload::Wander)
    });
    report("everyone is called to the station, and fires", |ships| {
        Play::with("frontier", "frontier", ships, Workload::ToTheMiddle)
    });
    report("everyone sees everyone, flies to the middle and fires", |ships| {
        Play::with("proving-ground-open", "proving-ground", ships, Workload::ToTheMiddle)
    });
}

fn report(name: &str, play: impl Fn(u16) -> Play) {
    // `-- station` runs the crowds whose name contains `station`; `-- station 1000` only with that many ships.
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    if wanted.next().is_some_and(|wanted| !name.contains(&wanted)) {
        return;
    }
    let only: Option<u16> = wanted.next().and_then(|ships| ships.parse().ok());
    println!("\n## {name}\n");
    println!(
        "| ships | shots | in view | step ms | record ms | all snapshots ms | µs/client | bytes/client/s | most bytes in a tick |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut ages = Vec::new();
    for ships in SHIPS.into_iter().filter(|ships| only.is_none_or(|only| only == *ships)) {
        let crowd = Crowd::measure(play(ships));
        let clients = f64::from(ships);
        let per_tick = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(TICKS);
        println!(
            "| {ships} | {} | {:.0} | {:.2} | {:.2} | {:.1} | {:.1} | {:.0} | {} |",
            crowd.shots,
            crowd.in_view as f64 / (clients * f64::from(TICKS)),
            per_tick(crowd.step),
            per_tick(crowd.record),
            per_tick(crowd.snapshots),
            per_tick(crowd.snapshots) * 1e3 / clients,
            crowd.bytes as f64 / clients / f64::from(TICKS) * f64::from(TICK_HZ),
            crowd.bytes_max,
        );
        ages.push((ships, crowd.ages));
    }
    println!(
        "\nAge of the ship states that clients hold, ticks, p50 / p99, by distance in units (snapshots over the budget)\n"
    );
    let ends = StateAges::DISTANCES.map(|end| format!("to {end}"));
    println!("| ships | {} | beyond |", ends.join(" | "));
    println!("|---:|{}", "---:|".repeat(ends.len() + 1));
    for (ships, ages) in ages {
        let cells: Vec<String> = ages.iter().map(|counts| age_cell(counts)).collect();
        println!("| {ships} | {} |", cells.join(" | "));
    }
}

/// The upper bounds of the bins that contain the median and the 99th percentile.
fn age_cell(counts: &[u64]) -> String {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return "-".to_owned();
    }
    let at = |share: f64| {
        let mut left = (total as f64 * share) as u64;
        let bin = counts.iter().position(|count| {
            let is_here = left < *count;
            left = left.saturating_sub(*count);
            is_here
        });
        bin.and_then(|bin| StateAges::TICKS.get(bin)).map_or_else(
            || format!("> {}", StateAges::TICKS[StateAges::TICKS.len() - 1]),
            u32::to_string,
        )
    };
    format!("{} / {}", at(0.5), at(0.99))
}

#[derive(Default)]
struct Crowd {
    shots: usize,
    in_view: usize,
    step: Duration,
    record: Duration,
    snapshots: Duration,
    bytes: usize,
    bytes_max: usize,
    ages: Vec<Vec<u64>>,
}

impl Crowd {
    fn measure(mut play: Play) -> Self {
        let mut room = Room::default();
        let players = play.some_players(usize::MAX);
        let mut seats: Vec<Seat> =
            players.into_iter().map(|player| Seat::new(player, BITS_MAX)).collect();
        let mut crowd = Crowd::default();
        for tick in 0..LEAD_TICKS + TICKS {
            if tick == LEAD_TICKS {
                crowd = Crowd::default();
                room.forget_ages();
            }
            play.steer();
            let start = Instant::now();
            play.advance();
            let stepped = Instant::now();
            room.record(&play.world);
            let recorded = Instant::now();
            for seat in &mut seats {
                seat.look(&play.world, &room);
                let bytes = seat.encode(&play.world, &mut room).len();
                crowd.bytes += bytes;
                crowd.bytes_max = crowd.bytes_max.max(bytes);
            }
            crowd.snapshots += recorded.elapsed();
            crowd.record += recorded - stepped;
            crowd.step += stepped - start;
            crowd.in_view += seats.iter_mut().map(|seat| seat.visible().len()).sum::<usize>();
        }
        crowd.shots = play.world.shots().len();
        crowd.ages = vec![vec![0; StateAges::TICKS.len() + 1]; StateAges::DISTANCES.len() + 1];
        for (sums, counts) in crowd.ages.iter_mut().zip(room.ages().counts()) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        crowd
    }
}
