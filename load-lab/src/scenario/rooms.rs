//! Many small rooms against one large room, and what rooms cost in which nobody is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::point::{Point, Setup};
use crate::flags::Common;
use crate::lab::{Lab, LabError};
use crate::machine::Machine;
use crate::report;
use crate::server::{Server, ServerPlan};

/// What was measured.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct RoomsResults {
    /// Where it ran.
    pub machine: Machine,
    /// What repeats it.
    pub command: String,
    /// Small rooms.
    pub rooms: u32,
    /// Clients in each of them.
    pub per_room: u32,
    /// The small rooms together.
    pub many: Point,
    /// One room with as many clients as they have together.
    pub one: Point,
    /// Processor time of the server with the small rooms as a multiple of that with the large one.
    pub times_one: f64,
    /// Seconds for which the small rooms were left empty.
    pub empty_seconds: f64,
    /// Processor time that they took in that time, seconds.
    pub empty_cpu_seconds: f64,
}

/// Measures empty rooms, many rooms, one room.
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
    println!("{rooms} empty rooms: {empty_cpu_seconds:.3} s of the processor in {EMPTY_SECONDS} s");
    let measure = |server: ServerPlan| {
        Setup { server, brain: "wander", decode: "light", with_bare: false, common }
            .measure(&lab, clients)
    };
    let (many, one) = (measure(many)?, measure(one)?);
    let results = RoomsResults {
        machine: Machine::describe(),
        command: report::command(),
        rooms,
        per_room,
        times_one: many.server_micros_per_client_tick / one.server_micros_per_client_tick.max(1e-9),
        many,
        one,
        empty_seconds: EMPTY_SECONDS,
        empty_cpu_seconds,
    };
    println!("{rooms} rooms of {per_room} cost {:.2} x one of {clients}", results.times_one);
    report::save(&common.out, report::ROOMS, &results)
}

/// Processor time of a server in which nobody is.
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

/// Seconds for which empty rooms are watched.
const EMPTY_SECONDS: f64 = 10.0;
/// The sector of all rooms.
const SECTOR: &str = "proving-ground";
