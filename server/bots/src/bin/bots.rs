//! Flies headless bots against a server.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use driftfield_bots::fleet::{Flags, NOBODY_GOT_IN, Progress, ReportFile};
use driftfield_bots::sdk::stop_at_signals;

fn main() -> ExitCode {
    let flags = Flags::parse();
    let progress = Progress::default();
    // The first signal ends the run early, a second one ends the process.
    if let Err(error) = stop_at_signals(&progress.stop_flag()) {
        tell(format_args!("signals cannot be caught, Ctrl-C will end without a report: {error}"));
    }
    match fly(&flags, &progress) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            tell(format_args!("{error}"));
            ExitCode::from(NOBODY_GOT_IN)
        }
    }
}

/// Writes a line for the user. It does not matter whether anybody can read it.
fn tell(message: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Runs the fleet, reports, and returns the exit status.
fn fly(flags: &Flags, progress: &Progress) -> Result<u8, Box<dyn Error>> {
    let plan = flags.plan()?;
    let file = flags.report.as_deref().map(ReportFile::open).transpose()?;
    let report = plan.fly(progress)?;
    let mut out = io::stdout();
    // Standard output may be closed. The report's file must be written nevertheless.
    let _ = write!(out, "{report}");
    if let Some(file) = file
        && let Err(error) = file.write(&report)
    {
        // Better on standard error than nowhere.
        let _ = out.write_all(&report.to_json()?);
        return Err(error.into());
    }
    Ok(report.exit_status())
}
