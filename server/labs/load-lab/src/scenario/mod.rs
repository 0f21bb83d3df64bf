//! The measurements, one file each. Each one writes its results next to those of the others and renders the report.

mod attack;
mod company;
mod hell;
mod nuisance;
mod rooms;
mod setup;
mod soak;
mod sweep;

pub use nuisance::NuisanceReport;

use crate::bare;
use crate::flags::{Command, Flags};
use crate::lab::{Lab, LabError};
use crate::report;

/// Runs the measurement that the flags select.
///
/// # Errors
/// See [`LabError`].
pub fn run(flags: &Flags) -> Result<(), LabError> {
    let Some(command) = &flags.command else { return sweep::run_sweep(&flags.sweep) };
    match command {
        Command::Bare { count, bytes, seconds } => {
            let lab = Lab::open(None)?;
            let bare = bare::measure(&lab, *count, *bytes, *seconds, TICK_HZ)?;
            let late = bare.tick_lateness_ms.unwrap_or_default();
            println!(
                "{:.2} us of the server half for each of {} clients and tick ({} bytes, {:.1} s); {:.2} us of the client half; \
                 late p50 {:.3} ms, p99 {:.2} ms, p99.9 {:.2} ms",
                bare.micros_per_client_tick,
                bare.clients,
                bare.bytes,
                bare.seconds,
                bare.client_half_micros_per_client_tick,
                late.p50,
                late.p99,
                late.p999,
            );
            Ok(())
        }
        Command::Hell { count, common } => hell::run(*count, common),
        Command::Company { count, talkers, nuisances, common } => {
            company::run(*count, *talkers, *nuisances, common)
        }
        Command::Rooms { rooms, per_room, common } => rooms::run(*rooms, *per_room, common),
        Command::Soak { minutes, count, common } => soak::run(*minutes, *count, common),
        Command::Crowd { counts, decode, packed, station, common } => {
            let crowd = match (packed, station) {
                (true, _) => sweep::PACKED,
                (_, true) => sweep::STATION,
                _ => sweep::OPEN,
            };
            sweep::run_crowd(crowd, counts, decode, common)
        }
        Command::Render { out } => report::render(out),
        Command::BareServer { count, bytes, tick_hz, seconds } => {
            Ok(bare::run_server(*count, *bytes, *tick_hz, *seconds)?)
        }
        Command::BareClient { count, server, tick_hz } => {
            Ok(bare::run_client(*count, *server, *tick_hz)?)
        }
        Command::Attack { server, room, deaf, flooding, vanishing } => {
            Ok(attack::run(*server, room, *deaf, *flooding, *vanishing)?)
        }
        Command::Nuisances { server, room, count, report } => {
            Ok(nuisance::run(*server, room, *count, report)?)
        }
    }
}

/// Tick rate at which bare sockets are measured alone, in Hz.
const TICK_HZ: u16 = 30;
