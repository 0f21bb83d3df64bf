//! A long run: does memory stay flat while clients come and go?

use std::time::{Duration, Instant};

use super::setup::Setup;
use crate::flags::Common;
use crate::lab::{Lab, LabError};
use crate::programs::{Fleet, FleetPlan, FleetReport, Server, ServerPlan, await_joined, pause};
use crate::readings::Machine;
use crate::report;
use crate::results::{self, SoakResults};

/// Runs for the given number of minutes.
///
/// # Errors
/// See [`LabError`].
pub fn run(minutes: f64, count: u32, common: &Common) -> Result<(), LabError> {
    let lab = Lab::open(common.bin_dir.as_deref())?;
    let churning = count / CHURN_DIVISOR;
    let setup = Setup {
        // A bot may be back while its old seat is still held.
        server: ServerPlan::one_room("proving-ground", 2 * count, common.tick_hz),
        brain: "wander",
        decode: "light",
        with_bare: false,
        common,
    };
    let mut server = Server::start(&lab, &setup.server)?;
    let length = Duration::from_secs_f64(minutes * 60.0);
    let staying = FleetPlan {
        seconds: length.as_secs_f64() + SECONDS_SPARE,
        ..setup.fleet(count - churning, 1)
    };
    let mut fleets = vec![Fleet::start(&lab, &server, &staying)?];
    await_joined(&lab, &mut server, &mut fleets)?;
    let mut results = SoakResults {
        machine: Machine::describe(),
        command: results::command(),
        clients: count,
        churning,
        minutes,
        ..SoakResults::default()
    };
    let start = Instant::now();
    let mut guests = None;
    while start.elapsed() < length {
        let mut flying = match guests.take() {
            Some(fleet) => fleet,
            None => {
                results.rounds += 1;
                let plan = setup.fleet(churning, u64::from(results.rounds) + 1);
                Fleet::start(
                    &lab,
                    &server,
                    &FleetPlan { seconds: VISIT_SECONDS, warm_up: 1.0, ..plan },
                )?
            }
        };
        pause(&lab, SAMPLE_INTERVAL, &mut server, &mut fleets)?;
        let megabytes = server.counts()?.resident_bytes as f64 / 1e6;
        results.resident.push((start.elapsed().as_secs_f64(), megabytes));
        match flying.program.poll_exit()? {
            Some(_) => results.add(flying)?,
            None => guests = Some(flying),
        }
    }
    if let Some(flying) = guests {
        results.add(flying)?;
    }
    for fleet in fleets {
        results.delivered = results.add_report(&fleet.finish()?);
    }
    server.end()?;
    results.growth = growth(&results.resident);
    println!(
        "{minutes} minutes, {} rounds of {churning}: memory {:+.2} %, {} protocol errors, {} lost",
        results.rounds,
        results.growth * 100.0,
        results.protocol_errors,
        results.disconnects
    );
    results.resident = thinned(&results.resident);
    report::save(&common.out, results::SOAK, &results)
}

impl SoakResults {
    fn add(&mut self, fleet: Fleet) -> Result<(), LabError> {
        self.add_report(&fleet.finish()?);
        Ok(())
    }

    /// Returns the share of the expected snapshots that arrived.
    fn add_report(&mut self, report: &FleetReport) -> f64 {
        self.protocol_errors += report.protocol_errors;
        self.disconnects += report.disconnects;
        report.delivered()
    }
}

/// Compares the last tenth with the first tenth after the warm-up. The warm-up is a fifth of the time.
fn growth(samples: &[(f64, f64)]) -> f64 {
    let tenth = (samples.len() / 10).max(1);
    let after_warm_up = median(samples.iter().skip(samples.len() / 5).take(tenth));
    let at_end = median(samples.iter().rev().take(tenth));
    if after_warm_up > 0.0 { at_end / after_warm_up - 1.0 } else { 0.0 }
}

fn median<'a>(samples: impl Iterator<Item = &'a (f64, f64)>) -> f64 {
    let mut values: Vec<f64> = samples.map(|(_, value)| *value).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// At most as many samples as a plot shows, evenly spaced.
fn thinned(samples: &[(f64, f64)]) -> Vec<(f64, f64)> {
    samples.iter().step_by(samples.len().div_ceil(SAMPLES_KEPT).max(1)).copied().collect()
}

/// One client in this many leaves and comes back.
const CHURN_DIVISOR: u32 = 5;
/// How long the churning clients stay after the last of them has joined, in seconds.
const VISIT_SECONDS: f64 = 10.0;
/// Time between two memory samples.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);
/// Largest number of samples kept.
const SAMPLES_KEPT: usize = 300;
/// How long the staying bots would fly if the lab did not end them.
const SECONDS_SPARE: f64 = 120.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_what_came_after_the_warm_up() {
        let samples =
            |of: fn(usize) -> f64| (0..100).map(|i| (i as f64, of(i))).collect::<Vec<_>>();
        assert_eq!(growth(&samples(|i| if i < 20 { i as f64 } else { 20.0 })), 0.0);
        let rising = growth(&samples(|i| 100.0 + i as f64));
        assert!((rising - (195.0 / 125.0 - 1.0)).abs() < 1e-9, "{rising}");
        assert_eq!(growth(&[]), 0.0);
    }

    #[test]
    fn few_samples_are_all_kept_and_many_are_thinned() {
        let many: Vec<_> = (0..1_800).map(|i| (f64::from(i), 1.0)).collect();
        assert_eq!(thinned(&many).len(), SAMPLES_KEPT);
        assert_eq!(thinned(&many[..10]).len(), 10);
        assert!(thinned(&[]).is_empty());
    }
}
