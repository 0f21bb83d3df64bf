//! Nuisances: what honest clients notice of others that flood chat, requests, subscriptions and moderation.

use std::time::Duration;

use super::nuisance::NuisanceReport;
use super::setup::Setup;
use crate::flags::Common;
use crate::lab::{END_PATIENCE, Lab, LabError};
use crate::programs::{
    Fleet, FleetPlan, Server, ServerPlan, TemporaryFile, TemporaryFolder, await_joined, pause,
};
use crate::readings::{Machine, ProcessCounts};
use crate::report;
use crate::results::{self, CompanyResults, CompanyRun};
use crate::stretch::Stretch;

/// Runs both and saves the results.
///
/// # Errors
/// See [`LabError`].
pub fn run(clients: u32, talkers: u32, others: u32, common: &Common) -> Result<(), LabError> {
    let lab = Lab::open(common.bin_dir.as_deref())?;
    let server = ServerPlan::one_room(ROOM, clients + others, common.tick_hz);
    let setup = Setup { server, brain: "wander", decode: "light", with_bare: false, common };
    let quiet = fly(&lab, &setup, (clients, talkers), others, false)?;
    let plagued = fly(&lab, &setup, (clients, talkers), others, true)?;
    let results = CompanyResults {
        machine: Machine::describe(),
        command: results::command(),
        clients,
        talkers,
        others,
        quiet,
        plagued,
    };
    for (name, run) in [("quiet", &results.quiet), ("plagued", &results.plagued)] {
        let (fleet, stretch) = (&run.fleet, &run.stretch);
        println!(
            "{name}: interval p99 {:.1} ms, line to screen p50 {:.1} p99 {:.1} ms, receipt p50 {:.1} p99 {:.1} ms, \
             lateness p99 {:.2} ms, server {:.2} s/s, nuisances {:.2} s/s, store +{} kB, disconnects {}",
            fleet.snapshot_interval_ms.p99,
            fleet.line_to_screen_ms.p50,
            fleet.line_to_screen_ms.p99,
            fleet.receipt_ms.p50,
            fleet.receipt_ms.p99,
            stretch.tick_lateness_ms.p99,
            stretch.server_cpu,
            run.nuisances_cpu,
            run.store_bytes / 1_024,
            fleet.disconnects,
        );
    }
    println!("{:#?}", results.plagued.nuisances);
    report::save(&common.out, results::COMPANY, &results)
}

fn fly(
    lab: &Lab,
    setup: &Setup<'_>,
    (clients, talkers): (u32, u32),
    others: u32,
    is_plagued: bool,
) -> Result<CompanyRun, LabError> {
    let common = setup.common;
    let data = TemporaryFolder::new("data")?;
    let mut server = Server::start_in(lab, &setup.server, Some(data.path()))?;
    let mut plan = FleetPlan { account_seed: Some(1), talkers, ..setup.fleet(clients, 1) };
    plan.warm_up += ARRIVAL_SECONDS;
    let mut fleets = vec![Fleet::start(lab, &server, &plan)?];
    await_joined(lab, &mut server, &mut fleets)?;
    let store_before = data.size()?;
    let report = TemporaryFile::named("nuisances.json");
    let mut nuisances = None;
    if is_plagued {
        let mut command = lab.own();
        command.args(["nuisances", "--room", ROOM]);
        command.args(["--server", &server.address.to_string(), "--count", &others.to_string()]);
        command.arg("--report").arg(report.path());
        nuisances = Some(driftfield_lab_common::Program::start_silent(command)?);
    } else {
        let others = FleetPlan { account_seed: Some(2), ..setup.fleet(others, 2) };
        fleets.push(Fleet::start(lab, &server, &others)?);
        await_joined(lab, &mut server, &mut fleets)?;
    }
    let warm_up = Duration::from_secs_f64(common.warm_up + ARRIVAL_SECONDS);
    pause(lab, warm_up, &mut server, &mut fleets)?;
    let cpu = || match &nuisances {
        Some(program) => ProcessCounts::read(program.id()).map(|counts| counts.cpu),
        None => Ok(Duration::ZERO),
    };
    let cpu_before = cpu()?;
    let stretch = Stretch::measure(lab, common.seconds, &mut server, &mut fleets)?;
    let nuisances_cpu = cpu()?.saturating_sub(cpu_before).as_secs_f64() / stretch.seconds;
    let mut reports = Vec::new();
    for fleet in fleets {
        reports.push(fleet.finish()?);
    }
    let mut told = NuisanceReport::default();
    if let Some(program) = nuisances {
        program.end(END_PATIENCE)?;
        let error = |why: &dyn std::fmt::Display| LabError::FleetReport(why.to_string());
        let json = std::fs::read(report.path()).map_err(|why| error(&why))?;
        told = serde_json::from_slice(&json).map_err(|why| error(&why))?;
    }
    let store_bytes = data.size()?.saturating_sub(store_before);
    server.end()?;
    let fleet = reports.swap_remove(0);
    Ok(CompanyRun { stretch, fleet, store_bytes, nuisances: told, nuisances_cpu })
}

/// The room of both runs.
const ROOM: &str = "proving-ground";
/// Seconds after the warm-up in which the others arrive.
const ARRIVAL_SECONDS: f64 = 2.0;
