//! A fleet in flight, from its plan to its report.
//!
//! ```text
//! FleetPlan -> Flight (address, requests, who joins when) -> Worker per thread -> FleetStatistics -> Report
//! ```

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use driftfield_shared::units::Micros;

use super::accounts;
use super::error::{FleetError, WorkerError};
use super::flight::Flight;
use super::plan::FleetPlan;
use super::progress::{Bar, Progress};
use super::report::{Flown, Report, process_cpu};
use super::statistics::FleetStatistics;
use super::worker::Worker;

/// Time between two updates of the progress bar.
const SHOW_INTERVAL: Duration = Duration::from_millis(200);
/// File descriptors besides the sockets: polls, standard streams, the report.
const DESCRIPTORS_RESERVED: u64 = 64;

impl FleetPlan {
    /// Runs the fleet, with a progress bar if there is a terminal.
    ///
    /// # Errors
    /// When it cannot begin, or the server refuses all bots for good. Other problems are in the report.
    pub fn fly(&self, progress: &Progress) -> Result<Report, FleetError> {
        self.check()?;
        allow_descriptors(self.count, 1 + u64::from(self.has_second_socket))?;
        let first = self.targets.first().ok_or(FleetError::Nowhere)?;
        let flight = Flight::new(self, first)?;
        let start = Instant::now();
        let mut statistics = FleetStatistics::new().map_err(WorkerError::from)?;
        let mut cpu_from = None;
        let shares = thread::scope(|scope| {
            let workers: Vec<_> = (0..flight.threads)
                .map(|share| {
                    let flight = &flight;
                    scope.spawn(move || Worker::new(flight, progress, start, share)?.run())
                })
                .collect();
            for (accounts, share) in flight.accounts.iter().flat_map(|accounts| {
                (0..accounts::THREADS.min(flight.count)).map(move |share| (accounts, share))
            }) {
                let flight = &flight;
                scope.spawn(move || accounts.sign_in(flight, progress, start, share));
            }
            let mut bar = Bar::new(self.count, Duration::from_micros(flight.end()));
            let measured = flight.measure_at().unwrap_or(flight.last_join());
            while workers.iter().any(|worker| !worker.is_finished()) {
                thread::sleep(SHOW_INTERVAL.min(self.flight));
                let now = start.elapsed();
                if cpu_from.is_none() && now.as_micros() >= u128::from(measured) {
                    cpu_from = process_cpu().map(|cpu| (now, cpu));
                }
                bar.show(progress, now);
            }
            bar.clear();
            workers.into_iter().map(|worker| worker.join()).collect::<Vec<_>>()
        });
        let cpu_to = process_cpu().map(|cpu| (start.elapsed(), cpu));
        for share in shares {
            statistics.add(&share.map_err(|_| FleetError::Failed)??);
        }
        if statistics.connected == 0
            && let Some(error) = flight.error()
        {
            return Err(error);
        }
        let flown = start.elapsed().as_micros() as Micros;
        let from = flight.measure_at().unwrap_or(flight.last_join());
        let measured = Duration::from_micros(flown.min(flight.end()).saturating_sub(from));
        Ok(Report::new(self, &statistics, &Flown { measured, cpu_from, cpu_to }))
    }
}

fn allow_descriptors(bots: usize, sockets_each: u64) -> Result<(), FleetError> {
    let wanted = bots as u64 * sockets_each + DESCRIPTORS_RESERVED;
    let given = rlimit::increase_nofile_limit(wanted)
        .map_err(|error: io::Error| FleetError::Worker(WorkerError::from(error)))?;
    if given < wanted { Err(FleetError::Descriptors { wanted: bots, given }) } else { Ok(()) }
}
