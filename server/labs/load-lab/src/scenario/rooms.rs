//! Many small rooms against one large room, and the cost of empty rooms.

use std::time::Duration;

use super::setup::Setup;
use crate::flags::Common;
use crate::lab::{Lab, LabError};
use crate::programs::{Server, ServerPlan};
use crate::readings::Machine;
use crate::report;
use crate::results::{self, RoomsResults};

/// Measures empty rooms, then many rooms, then one room.
///
/// # Errors
/// See [`LabError`].
pub fn run(rooms: u32, per_room: u32, common: &Common) -> Result<(), LabError> {
    let lab = Lab::open(common.bin_dir.as_deref())?;
    let clients = rooms * per_room;
    let one = ServerPlan::one_room(SECTOR, clients, common.tick_hz);
    let many = ServerPlan {
        rooms: (1..=rooms).map(|number| format!("room-{number}")).collect(),
        seats: per_room,
        ..one.clone()
    };
    let empty_cpu_seconds = measure_empty(&lab, &many)?;
    println!("{rooms} empty rooms: {empty_cpu_seconds:.3} s of CPU in {EMPTY_SECONDS} s");
    let measure = |server: ServerPlan| {
        Setup { server, brain: "wander", decode: "light", with_bare: false, common }
            .measure(&lab, clients)
    };
    let (many, one) = (measure(many)?, measure(one)?);
    let results = RoomsResults {
        machine: Machine::describe(),
        command: results::command(),
        rooms,
        per_room,
        times_one: many.server_micros_per_client_tick / one.server_micros_per_client_tick.max(1e-9),
        many,
        one,
        empty_seconds: EMPTY_SECONDS,
        empty_cpu_seconds,
    };
    println!(
        "{rooms} rooms of {per_room} cost {:.2} x the CPU of one room of {clients}",
        results.times_one
    );
    report::save(&common.out, results::ROOMS, &results)
}

/// Processor time of a server whose rooms are empty.
fn measure_empty(lab: &Lab, plan: &ServerPlan) -> Result<f64, LabError> {
    let mut server = Server::start(lab, plan)?;
    lab.pause(Duration::from_secs(1), &mut [("the server", &mut server.program)])?;
    let before = server.counts()?.cpu;
    let seconds = Duration::from_secs_f64(EMPTY_SECONDS);
    lab.pause(seconds, &mut [("the server", &mut server.program)])?;
    let after = server.counts()?.cpu;
    server.end()?;
    Ok(after.saturating_sub(before).as_secs_f64())
}

/// How long empty rooms are observed, in seconds.
const EMPTY_SECONDS: f64 = 10.0;
/// The sector of every room.
const SECTOR: &str = "proving-ground";
