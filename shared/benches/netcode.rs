//! The time that the netcode takes at 10, 100 and 1,000 ships in the proving ground, under the reference workload.
//!
//! ```text
//! per tick: step, record, snapshots (record, interest and encode for all clients)
//! per second: state_hash
//! per client and tick: interest, encode, decode, reconcile
//! ```
//!
//! `cargo bench -p driftfield-shared --bench netcode -- encode` runs the benches whose name contains `encode`. The
//! throughput beside the time is in ships per second for `step`, `record` and `state_hash`, clients per second for `snapshots`,
//! replayed commands per second for `reconcile`, and visible entities per second for the others.

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use support::ends::{Pilot, Receiver, Room, Seat, Word};
use support::play::Play;

/// Number of ships, each with a client.
const SHIPS: [u16; 3] = [10, 100, 1_000];
/// Commands not yet covered by a snapshot: a round trip of a good link, and one of half a second.
const PENDING: [usize; 2] = [4, 15];
/// Clients that are measured in turn, so that no single place decides the result.
const CLIENTS: usize = 16;
/// Recorded ticks of play for the client's benches.
const RECORDED_TICKS: usize = 300;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    type Bench = fn(&mut BenchmarkGroup<'_, WallTime>, BenchmarkId, &Play);
    let benches: [(&str, Bench); 7] = [
        ("step", bench_step),
        ("record", bench_record),
        ("state_hash", bench_state_hash),
        ("snapshots", bench_snapshots),
        ("interest", bench_interest),
        ("encode", bench_encode),
        ("decode", bench_decode),
    ];
    let plays = SHIPS.map(|ships| (ships, Play::new("proving-ground", ships)));
    for (name, bench) in benches {
        let mut group = criterion.benchmark_group(name);
        for (ships, play) in &plays {
            bench(&mut group, BenchmarkId::from_parameter(format!("{ships} ships")), play);
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("reconcile");
    for pending in PENDING {
        for (ships, play) in &plays {
            let id = BenchmarkId::new(format!("{pending} pending"), format!("{ships} ships"));
            bench_reconcile(&mut group, id, play, pending);
        }
    }
    group.finish();
    criterion.final_summary();
}

/// A tick of the world, for all ships.
fn bench_step(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    group.throughput(Throughput::Elements(play.world.pilots().count() as u64));
    let mut play = play.clone();
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|ticks| {
            let mut total = Duration::ZERO;
            for _ in 0..ticks {
                play.steer();
                total += time(|| play.advance());
            }
            total
        });
    });
}

/// The work of a tick for all clients together, before the first one is served.
fn bench_record(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    group.throughput(Throughput::Elements(play.world.pilots().count() as u64));
    let (mut play, mut room) = (play.clone(), Room::default());
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|ticks| {
            let mut total = Duration::ZERO;
            for _ in 0..ticks {
                play.step();
                total += time(|| room.record(&play.world));
            }
            total
        });
    });
}

/// The hash of the saved bytes of a world.
fn bench_state_hash(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    group.throughput(Throughput::Elements(play.world.pilots().count() as u64));
    group.bench_function(id, |bencher| bencher.iter(|| black_box(play.world.state_hash())));
}

/// Everything from the state after a step to the bytes of all clients. Divided by the number of clients it is the
/// cost of one client, with its share of common work.
fn bench_snapshots(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    let (mut play, mut room) = (play.clone(), Room::default());
    let mut seats = seats(&play, usize::MAX);
    group.throughput(Throughput::Elements(seats.len() as u64));
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|ticks| {
            let mut total = Duration::ZERO;
            for _ in 0..ticks {
                play.step();
                total += time(|| {
                    room.record(&play.world);
                    for seat in &mut seats {
                        seat.look(&play.world, &room);
                        black_box(seat.encode(&play.world, &mut room));
                    }
                });
            }
            total
        });
    });
}

/// Finds what one client may see. The world stands still, so its cells stay in the cache.
fn bench_interest(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    group.throughput(Throughput::Elements(mean_in_view(play)));
    let mut seats = seats(play, CLIENTS);
    let count = seats.len();
    let mut room = Room::default();
    room.record(&play.world);
    let mut turn = 0;
    group.bench_function(id, |bencher| {
        bencher.iter(|| {
            turn = (turn + 1) % count;
            seats[turn].look(&play.world, &room);
        });
    });
}

/// Encodes one client's snapshot, after interest and with the tick recorded.
fn bench_encode(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    group.throughput(Throughput::Elements(mean_in_view(play)));
    let (mut play, mut room) = (play.clone(), Room::default());
    let mut seats = seats(&play, CLIENTS);
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|snapshots| {
            let (mut total, mut left) = (Duration::ZERO, snapshots as usize);
            while left > 0 {
                play.step();
                room.record(&play.world);
                seats.iter_mut().for_each(|seat| seat.look(&play.world, &room));
                let measured = left.min(seats.len());
                let (measured, rest) = seats.split_at_mut(measured);
                total += time(|| {
                    for seat in measured.iter_mut() {
                        black_box(seat.encode(&play.world, &mut room));
                    }
                });
                // No client misses a tick, because deltas over several ticks cost more.
                for seat in rest {
                    black_box(seat.encode(&play.world, &mut room));
                }
                left -= measured.len();
            }
            total
        });
    });
}

/// Decodes one snapshot, at a client that holds the one before.
fn bench_decode(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, play: &Play) {
    group.throughput(Throughput::Elements(mean_in_view(play)));
    let (mut play, mut room) = (play.clone(), Room::default());
    // For each client: its state after the first snapshot, and the messages that follow.
    let mut recorded: Vec<_> = seats(&play, CLIENTS)
        .into_iter()
        .map(|seat| {
            let receiver = Receiver::new(play.world.rules().clone(), seat.player);
            (seat, receiver, Vec::with_capacity(RECORDED_TICKS))
        })
        .collect();
    for tick in 0..=RECORDED_TICKS {
        play.step();
        room.record(&play.world);
        for (seat, receiver, messages) in &mut recorded {
            seat.look(&play.world, &room);
            let bytes = seat.encode(&play.world, &mut room);
            match tick {
                0 => receiver.decode(bytes),
                _ => messages.push(bytes.to_vec()),
            }
        }
    }
    let mut turn = 0;
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|snapshots| {
            let (mut total, mut left) = (Duration::ZERO, snapshots as usize);
            while left > 0 {
                let (_, receiver, messages) = &recorded[turn];
                turn = (turn + 1) % recorded.len();
                let mut receiver = receiver.clone();
                let messages = &messages[..left.min(RECORDED_TICKS)];
                total += time(|| messages.iter().for_each(|bytes| receiver.decode(bytes)));
                left -= messages.len();
            }
            total
        });
    });
}

/// Applies the server's state of our ship, and replays the `pending` commands after it.
fn bench_reconcile(
    group: &mut BenchmarkGroup<'_, WallTime>,
    id: BenchmarkId,
    play: &Play,
    pending: usize,
) {
    group.throughput(Throughput::Elements(pending as u64));
    let mut moments = Vec::new();
    for seat in seats(play, CLIENTS) {
        record_moments(play.clone(), seat, pending, &mut moments);
    }
    let mut turn = 0;
    group.bench_function(id, |bencher| {
        bencher.iter_batched_ref(
            || {
                turn = (turn + 1) % moments.len();
                moments[turn].clone()
            },
            |(pilot, word)| pilot.reconcile(word),
            BatchSize::SmallInput,
        );
    });
}

/// Flies one ship for a while. Keeps, for each tick, the pilot just before the server's state arrives, and that
/// state.
fn record_moments(
    mut play: Play,
    mut seat: Seat,
    pending: usize,
    moments: &mut Vec<(Pilot, Word)>,
) {
    let mut room = Room::default();
    let words: Vec<Word> = (0..RECORDED_TICKS)
        .map(|_| {
            play.step();
            room.record(&play.world);
            seat.look(&play.world, &room);
            Word::of(&play.world, &room, &seat, play.controls(seat.player))
        })
        .collect();
    let mut pilot = Pilot::new(play.world.rules().clone());
    pilot.reconcile(&words[0]);
    words[1..=pending].iter().for_each(|word| pilot.command(word));
    for (word, ahead) in words[1..].iter().zip(&words[pending + 1..]) {
        pilot.command(ahead);
        moments.push((pilot.clone(), word.clone()));
        pilot.reconcile(word);
    }
}

/// The seats of `count` clients, evenly spaced among all.
fn seats(play: &Play, count: usize) -> Vec<Seat> {
    play.some_players(count).into_iter().map(|player| Seat::new(player, usize::MAX)).collect()
}

/// Mean number of entities that a client sees; at least one.
fn mean_in_view(play: &Play) -> u64 {
    let mut seats = seats(play, usize::MAX);
    let mut room = Room::default();
    room.record(&play.world);
    seats.iter_mut().for_each(|seat| seat.look(&play.world, &room));
    let sum: usize = seats.iter_mut().map(|seat| seat.visible().len()).sum();
    (sum / seats.len()).max(1) as u64
}

/// Measures the duration of `work`.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
