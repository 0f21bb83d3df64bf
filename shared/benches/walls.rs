//! What walls and gates cost in a tick: 100 ships in the maze of `sim::maze` with more and more of them, in a sector that grows
//! with them (so much for the table of walls), and in one that does not (so much for touching them).
//!
//! `cargo bench -p driftfield-shared --bench walls`. The throughput beside the time is in ships per second. `fly` is the flight of
//! the same ships alone, `step` all of a tick.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use driftfield_shared::sim::maze::maze_of;
use driftfield_shared::sim::script::Script;
use driftfield_shared::sim::{Rules, ShipState, fly};

/// Number of ships.
const SHIPS: u16 = 100;
/// Side of the sector, and number of walls. The first four are equally dense.
const WALLS: [(f32, usize); 5] =
    [(3_000.0, 0), (3_000.0, 30), (5_477.0, 100), (8_660.0, 250), (3_000.0, 250)];
/// Pairs of gates.
const GATES: usize = 2;
/// Ticks until all ships are somewhere.
const RUN_UP_TICKS: u32 = 600;

fn main() {
    let mut criterion = Criterion::default().sample_size(30).configure_from_args();
    for (side, walls) in WALLS {
        let content =
            Arc::new(maze_of(side, walls, GATES, 1).expect("the built-in content is sound"));
        let rules = Rules::new(content, "frontier", "frontier", 30).expect("the maze is sound");
        let placed = rules.sector.walls.len();
        let mut script = Script::under(rules, SHIPS);
        (0..RUN_UP_TICKS).for_each(|_| drop(script.step()));
        let mut group = criterion.benchmark_group("walls");
        group.throughput(Throughput::Elements(SHIPS.into()));
        let id = |what: &str| BenchmarkId::new(what, format!("{placed} walls, side {side}"));
        let rules = script.world.rules().clone();
        let ships: Vec<ShipState> = script.world.ships().values().map(|ship| ship.state).collect();
        group.bench_function(id("fly"), |bencher| {
            let fly_all = |mut ships: Vec<ShipState>| {
                ships.iter_mut().for_each(|ship| fly(ship, &rules, rules.side(0)));
                black_box(ships)
            };
            bencher.iter_batched(|| ships.clone(), fly_all, BatchSize::SmallInput);
        });
        group.bench_function(id("step"), |bencher| {
            let step = |mut script: Script| {
                script.step();
                script
            };
            bencher.iter_batched(|| script.clone(), step, BatchSize::SmallInput);
        });
        group.finish();
    }
    criterion.final_summary();
}
