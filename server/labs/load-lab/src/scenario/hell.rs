//! Bad neighbours: what well-behaved clients notice of others that do not read, send too much, or vanish.

use std::time::Duration;

use driftfield_lab_common::Program;

use super::setup::Setup;
use crate::flags::Common;
use crate::lab::{Lab, LabError};
use crate::programs::{Fleet, Server, ServerPlan, await_joined, pause};
use crate::readings::{Machine, ProcessCounts};
use crate::report;
use crate::results::{self, HellResults, HellRun};
use crate::stretch::Stretch;

/// Runs both and saves the results.
///
/// # Errors
/// See [`LabError`].
pub fn run(clients: u32, common: &Common) -> Result<(), LabError> {
    let lab = Lab::open(common.bin_dir.as_deref())?;
    let (deaf, flooding) = (clients / DEAF_DIVISOR, clients / FLOODING_DIVISOR);
    let others = deaf + flooding;
    let server = ServerPlan {
        // A vanished client's held seat must not keep the next client out: the attack would stop by itself.
        grace_seconds: GRACE_SECONDS,
        seats: 2 * clients,
        ..ServerPlan::one_room(ROOM, clients, common.tick_hz)
    };
    let setup = Setup { server, brain: "wander", decode: "light", with_bare: false, common };
    let healthy = clients - others;
    let quiet = fly(&lab, &setup, healthy, Company::Bots(others))?;
    let hell = fly(&lab, &setup, healthy, Company::Attackers { deaf, flooding })?;
    let ratio = |quiet: f64, hell: f64| if quiet > 0.0 { hell / quiet } else { 0.0 };
    let results = HellResults {
        machine: Machine::describe(),
        command: results::command(),
        clients,
        deaf,
        flooding,
        vanishing: VANISHING_PER_SECOND,
        interval_ratio: ratio(
            quiet.fleet.snapshot_interval_ms.p99,
            hell.fleet.snapshot_interval_ms.p99,
        ),
        lateness_ratio: ratio(
            quiet.stretch.tick_lateness_ms.p99,
            hell.stretch.tick_lateness_ms.p99,
        ),
        quiet,
        hell,
    };
    println!(
        "among bad neighbours: interval p99 {:.2} x, lateness p99 {:.2} x; memory {:.1} -> {:.1} MB",
        results.interval_ratio,
        results.lateness_ratio,
        results.hell.resident_before as f64 / 1e6,
        results.hell.resident_after as f64 / 1e6
    );
    report::save(&common.out, results::HELL, &results)
}

/// The attackers in the room.
enum Company {
    Bots(u32),
    Attackers { deaf: u32, flooding: u32 },
}

fn fly(lab: &Lab, setup: &Setup<'_>, healthy: u32, company: Company) -> Result<HellRun, LabError> {
    let common = setup.common;
    let mut server = Server::start(lab, &setup.server)?;
    let resident_before = server.counts()?.resident_bytes;
    let mut plan = setup.fleet(healthy, 1);
    plan.warm_up += COMPANY_SECONDS;
    let mut fleets = vec![Fleet::start(lab, &server, &plan)?];
    await_joined(lab, &mut server, &mut fleets)?;
    let mut attackers = None;
    match company {
        Company::Bots(count) => {
            fleets.push(Fleet::start(lab, &server, &setup.fleet(count, 2))?);
            await_joined(lab, &mut server, &mut fleets)?;
        }
        Company::Attackers { deaf, flooding } => {
            attackers = Some(start_attack(lab, &server, deaf, flooding)?);
        }
    }
    let warm_up = Duration::from_secs_f64(common.warm_up + COMPANY_SECONDS);
    pause(lab, warm_up, &mut server, &mut fleets)?;
    let cpu = |attackers: &Option<Program>| match attackers {
        Some(program) => ProcessCounts::read(program.id()).map(|counts| counts.cpu),
        None => Ok(Duration::ZERO),
    };
    let cpu_before = cpu(&attackers)?;
    let stretch = Stretch::measure(lab, common.seconds, &mut server, &mut fleets)?;
    let attackers_cpu = cpu(&attackers)?.saturating_sub(cpu_before).as_secs_f64() / stretch.seconds;
    let mut reports = Vec::new();
    for fleet in fleets {
        reports.push(fleet.finish()?);
    }
    // They are killed, so they close no connection properly.
    drop(attackers);
    lab.pause(AFTERMATH, &mut [("the server", &mut server.program)])?;
    let resident_after = server.counts()?.resident_bytes;
    server.end()?;
    let fleet = reports.swap_remove(0);
    Ok(HellRun { stretch, fleet, resident_before, resident_after, attackers_cpu })
}

fn start_attack(lab: &Lab, server: &Server, deaf: u32, flooding: u32) -> Result<Program, LabError> {
    let mut command = lab.own();
    command.args(["attack", "--room", ROOM]);
    for (flag, value) in [
        ("--server", server.address.to_string()),
        ("--deaf", deaf.to_string()),
        ("--flooding", flooding.to_string()),
        ("--vanishing", VANISHING_PER_SECOND.to_string()),
    ] {
        command.args([flag, &value]);
    }
    Ok(Program::start_silent(command)?)
}

/// The room of both runs.
const ROOM: &str = "proving-ground";
/// One client in this many never reads: 20 %.
const DEAF_DIVISOR: u32 = 5;
/// One client in this many floods: 5 %.
const FLOODING_DIVISOR: u32 = 20;
/// Clients that connect and vanish, per second.
const VANISHING_PER_SECOND: u32 = 50;
/// How long a seat outlives its connection in these runs, in seconds.
const GRACE_SECONDS: u32 = 5;
/// Seconds after the warm-up in which the attackers arrive.
const COMPANY_SECONDS: f64 = 2.0;
/// Time from the last disconnect to the last memory sample: seats and half-open connections expire in it.
const AFTERMATH: Duration = Duration::from_secs(GRACE_SECONDS as u64 + 8);
